"""Flask-Talisman: redirects what came by http, its own headers beside those of CORS."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from ...runtime.exchanges import allowed

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


def test_a_preflight_by_http_is_not_redirected_and_reaches_no_function_of_talisman(app, preflight):
    """Browsers do not follow a redirect of a preflight."""
    response = preflight(app)
    assert (response.status_code, allowed(response)) == (200, [APP])
    assert "Location" not in response.headers
    assert "X-Content-Type-Options" not in response.headers


def test_a_preflight_from_an_untrusted_origin_is_redirected(app, preflight):
    response = preflight(app, origin=EVIL)
    assert (response.status_code, allowed(response)) == (302, [])


def test_the_frontend_can_follow_the_redirect_to_https(app, fetch):
    response = fetch(app, method="PUT")
    assert (response.status_code, allowed(response)) == (302, [APP])
    assert response.headers["Location"] == "https://localhost/"


@pytest.mark.parametrize("proxied", [False, True])
def test_a_response_over_https_has_the_headers_of_both(app, fetch, proxied):
    if proxied:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1)
        response = fetch(app, method="PUT", headers={"X-Forwarded-Proto": "https"})
    else:
        response = fetch(app, method="PUT", base_url="https://localhost")
    assert (response.status_code, response.text, allowed(response)) == (200, "done", [APP])
    assert response.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert response.headers["Strict-Transport-Security"].startswith("max-age=")
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_an_error_has_the_headers_of_both(app, fetch):
    response = fetch(app, "/nothing", base_url="https://localhost")
    assert (response.status_code, allowed(response)) == (404, [APP])
    assert response.headers["X-Content-Type-Options"] == "nosniff"
