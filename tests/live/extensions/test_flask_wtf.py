"""Flask-WTF's CSRFProtect: a 400 that the frontend can read, and how to get its token."""

from __future__ import annotations

import pytest
from flask import Flask

from ...runtime.exchanges import allowed

pytestmark = pytest.mark.live

APP = "https://app.example"
EVIL = "https://evil.example"


@pytest.fixture
def app(library, join) -> Flask:
    csrf = library("flask_wtf.csrf", "Flask-WTF")
    app = Flask(__name__)
    app.secret_key = "key"
    protect = csrf.CSRFProtect()
    join(
        app,
        protect.init_app,
        origins=[APP, "https://*.partner.example"],
        supports_credentials=True,
        expose_headers="X-CSRFToken",
    )

    @app.get("/token")
    def token():
        return "", {"X-CSRFToken": csrf.generate_csrf()}

    @app.route("/", methods=["POST", "PUT", "OPTIONS"])
    def view():
        return "done"

    @app.post("/exempt")
    @protect.exempt
    def exempt():
        return "done"

    @app.post("/forbidden")
    @protect.exempt
    def forbidden():
        return "never", 403

    # 400 by default; many apps respond with 403, as other frameworks do.
    app.register_error_handler(csrf.CSRFError, lambda error: (error.description, 403))
    return app


def test_the_csrf_error_is_readable(app, fetch):
    response = fetch(app, method="PUT")
    assert (response.status_code, allowed(response)) == (403, [APP])
    assert response.text == "The CSRF token is missing."
    assert allowed(fetch(app, "/", EVIL, "PUT")) == []


def test_a_preflight_needs_no_token_but_the_request_does(app, preflight):
    response = preflight(app, names="x-csrftoken")
    assert (response.status_code, allowed(response)) == (200, [APP])
    assert response.headers["Access-Control-Allow-Headers"] == "x-csrftoken"
    client = app.test_client()
    response = client.get("/token", headers={"Origin": APP})
    assert response.headers["Access-Control-Expose-Headers"] == "X-CSRFToken"
    token = response.headers["X-CSRFToken"]
    response = client.put("/", headers={"Origin": APP, "X-CSRFToken": token})
    assert (response.status_code, allowed(response)) == (200, [APP])


def test_the_session_and_the_policy_both_vary_on_an_error(app):
    client = app.test_client()
    client.get("/token")
    stolen = app.test_client().get("/token").headers["X-CSRFToken"]
    response = client.put("/", headers={"Origin": APP, "X-CSRFToken": stolen})
    assert (response.status_code, response.text) == (403, "The CSRF tokens do not match.")
    names = [name.strip() for line in response.headers.getlist("Vary") for name in line.split(",")]
    assert sorted(names) == ["Cookie", "Origin"]


def test_an_exempt_view_needs_no_token(app, fetch):
    response = fetch(app, "/exempt", method="POST")
    assert (response.status_code, response.text, allowed(response)) == (200, "done", [APP])
    assert allowed(fetch(app, "/forbidden", method="POST")) == [APP]


@pytest.mark.parametrize("strict", [True, False])
def test_a_cross_origin_request_over_https_needs_ssl_strict_off(app, strict):
    """The check wants a Referer of the API's own origin: the recipe."""
    app.config["WTF_CSRF_SSL_STRICT"] = strict
    client = app.test_client()
    here = "https://api.example"
    token = client.get("/token", base_url=here).headers["X-CSRFToken"]
    sent = {"Origin": APP, "Referer": f"{APP}/", "X-CSRFToken": token}
    response = client.put("/", headers=sent, base_url=here)
    assert (response.status_code, allowed(response)) == (403 if strict else 200, [APP])
