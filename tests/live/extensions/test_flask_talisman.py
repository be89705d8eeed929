"""Flask-Talisman: redirects what came by http, its own headers beside those of CORS."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

pytestmark = pytest.mark.live

APP = "https://app.example"
EVIL = "https://evil.example"


@pytest.fixture
def app(library, join) -> Flask:
    talisman = library("flask_talisman")
    app = Flask(__name__)
    join(app, talisman.Talisman, origins=APP)
    app.add_url_rule("/", "view", lambda: "done", methods=["PUT"])
    return app


def told(response) -> list[str]:
    return response.headers.getlist("Access-Control-Allow-Origin")


def test_a_preflight_by_http_is_answered_not_redirected(app, preflight):
    """Browsers follow no redirect of a preflight."""
    answer = preflight(app)
    assert (answer.status_code, told(answer)) == (200, [APP])
    assert "Location" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_strangers_preflight_is_redirected_as_before(app, preflight):
    answer = preflight(app, origin=EVIL)
    assert (answer.status_code, told(answer)) == (302, [])


def test_the_redirect_of_the_request_is_one_that_the_page_may_follow(app, ask):
    response = ask(app, method="PUT")
    assert (response.status_code, told(response)) == (302, [APP])
    assert response.headers["Location"] == "https://localhost/"


@pytest.mark.parametrize("proxied", [False, True])
def test_by_https_both_sets_of_headers_are_there(app, ask, proxied):
    if proxied:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1)
        response = ask(app, method="PUT", headers={"X-Forwarded-Proto": "https"})
    else:
        response = ask(app, method="PUT", base_url="https://localhost")
    assert (response.status_code, response.text, told(response)) == (200, "done", [APP])
    assert response.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert response.headers["Strict-Transport-Security"].startswith("max-age=")
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_an_error_carries_both_too(app, ask):
    response = ask(app, "/nothing", base_url="https://localhost")
    assert (response.status_code, told(response)) == (404, [APP])
    assert response.headers["X-Content-Type-Options"] == "nosniff"
