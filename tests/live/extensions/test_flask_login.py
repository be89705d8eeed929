"""Flask-Login: who is not logged in gets a 401 that the page can read."""

from __future__ import annotations

import pytest
from flask import Flask

pytestmark = pytest.mark.live

APP = "https://app.example"
OTHER = "https://other.example"
EVIL = "https://evil.example"


@pytest.fixture
def app(library, join) -> Flask:
    flask_login = library("flask_login")
    app = Flask(__name__)
    app.secret_key = "key"
    app.config.update(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)
    manager = flask_login.LoginManager()
    join(app, manager.init_app, origins=[APP, OTHER], supports_credentials=True)

    class User(flask_login.UserMixin):
        id = "ada"

    manager.user_loader(lambda key: User() if key == "ada" else None)

    @app.before_request
    def require_login():
        """Require a login for the whole app; unlike login_required this stops OPTIONS."""
        if not flask_login.current_user.is_authenticated and app.config.get("CHECK_ALL"):
            return manager.unauthorized()
        return None

    @app.post("/login")
    def log_in():
        flask_login.login_user(User())
        return "welcome"

    @app.route("/me", methods=["GET", "PUT"])
    @flask_login.login_required
    def me():
        return flask_login.current_user.id

    app.config["MANAGER"] = manager
    return app


def readable(response, origin: str = APP) -> bool:
    """Return whether a page that sent credentials may read the response."""
    return response.headers.getlist("Access-Control-Allow-Origin") == [
        origin
    ] and response.headers.getlist("Access-Control-Allow-Credentials") == ["true"]


@pytest.mark.parametrize("check_all", [False, True])
def test_a_preflight_needs_no_cookie_but_the_request_needs_a_login(app, preflight, check_all):
    client = app.test_client()
    response = client.post("/login", headers={"Origin": APP})
    assert (response.status_code, readable(response)) == (200, True)
    assert response.headers["Set-Cookie"].endswith("; Secure; HttpOnly; Path=/; SameSite=None")
    app.config["CHECK_ALL"] = check_all
    response = preflight(app, "/me", names="content-type")
    assert (response.status_code, response.data, readable(response)) == (200, b"", True)
    assert "PUT" in response.headers["Access-Control-Allow-Methods"]
    assert response.headers["Access-Control-Allow-Headers"] == "content-type"
    assert "Set-Cookie" not in response.headers
    response = client.put("/me", headers={"Origin": APP})
    assert (response.status_code, response.text, readable(response)) == (200, "ada", True)


@pytest.mark.parametrize("check_all", [False, True])
def test_the_401_is_readable(app, fetch, check_all):
    app.config["CHECK_ALL"] = check_all
    response = fetch(app, "/me", method="PUT")
    assert (response.status_code, readable(response)) == (401, True)
    assert fetch(app, "/me", EVIL, "PUT").access_control_allow_origin is None


def test_with_a_login_view_the_frontend_follows_the_redirect(app, preflight, fetch):
    """So an API leaves login_view unset: the recipe."""
    app.config["MANAGER"].login_view = "/login"
    app.config["CHECK_ALL"] = True
    assert preflight(app, "/me").status_code == 200
    response = fetch(app, "/me")
    assert (response.status_code, readable(response)) == (302, True)


def test_the_session_and_the_policy_both_vary(app):
    client = app.test_client()
    client.post("/login")
    response = client.get("/me", headers={"Origin": APP})
    names = [name.strip() for line in response.headers.getlist("Vary") for name in line.split(",")]
    assert sorted(names) == ["Cookie", "Origin"]


def test_a_preflight_from_an_untrusted_origin_gets_the_usual_response(app, preflight):
    app.config["CHECK_ALL"] = True
    response = preflight(app, "/me", origin=EVIL)
    assert (response.status_code, response.access_control_allow_origin) == (401, None)
    assert "Origin" in response.headers["Vary"].split(", ")
