"""Flask-JWT-Extended: tokens in a header, and in a cookie with its own CSRF check."""

from __future__ import annotations

import pytest
from flask import Flask, jsonify

from flask_cors import cross_origin

from ...runtime.exchanges import allowed

pytestmark = pytest.mark.live

APP = "https://app.example"
EVIL = "https://evil.example"


@pytest.fixture
def app(library, join) -> Flask:
    jwt = library("flask_jwt_extended")
    app = Flask(__name__)
    app.config["JWT_SECRET_KEY"] = "a key that is long enough for HMAC with SHA-256"
    app.config["JWT_TOKEN_LOCATION"] = ["headers", "cookies"]
    app.config.update(JWT_COOKIE_SAMESITE="None", JWT_COOKIE_SECURE=True)
    join(
        app,
        jwt.JWTManager,
        origins=APP,
        supports_credentials=True,
        allow_headers=["Authorization", "Content-Type", "X-CSRF-TOKEN"],
    )

    @app.post("/login")
    def log_in():
        token = jwt.create_access_token("ada")
        response = jsonify(token=token, csrf=jwt.get_csrf_token(token))
        jwt.set_access_cookies(response, token)
        return response

    @app.route("/me", methods=["GET", "PUT"])
    @jwt.jwt_required()
    def me():
        return jwt.get_jwt_identity()

    @app.put("/decorated")
    @jwt.jwt_required()
    @cross_origin(origins=[EVIL])
    def decorated():
        return jwt.get_jwt_identity()

    return app


def logged_in(app: Flask) -> dict[str, str]:
    return app.test_client().post("/login", headers={"Origin": APP}).json


def test_a_preflight_needs_no_token_but_the_request_does(app, preflight, fetch):
    response = preflight(app, "/me", names="authorization,content-type,x-debug")
    assert (response.status_code, allowed(response)) == (200, [APP])
    assert response.headers["Access-Control-Allow-Headers"] == "authorization, content-type"
    headers = {"Authorization": f"Bearer {logged_in(app)['token']}"}
    response = fetch(app, "/me", method="PUT", headers=headers)
    assert (response.status_code, response.text, allowed(response)) == (200, "ada", [APP])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer no.token.atall"}, 422),
        ({"Authorization": "Bearer "}, 422),
    ],
)
def test_errors_are_readable(app, fetch, headers, status):
    response = fetch(app, "/me", method="PUT", headers=headers)
    assert (response.status_code, allowed(response)) == (status, [APP])
    assert response.json["msg"]
    assert allowed(fetch(app, "/me", EVIL, "PUT", headers=headers)) == []


def test_a_cookie_needs_its_csrf_header_and_the_error_without_is_readable(app, preflight):
    client = app.test_client()
    response = client.post("/login", headers={"Origin": APP})
    for cookie in response.headers.getlist("Set-Cookie"):
        assert {"Secure", "SameSite=None"} < set(cookie.split("; "))
    csrf = response.json["csrf"]
    response = preflight(app, "/me", names="x-csrf-token")
    assert response.headers["Access-Control-Allow-Headers"] == "x-csrf-token"
    response = client.put("/me", headers={"Origin": APP})
    assert (response.status_code, allowed(response)) == (401, [APP])
    response = client.put("/me", headers={"Origin": APP, "X-CSRF-TOKEN": csrf})
    assert (response.status_code, response.text, allowed(response)) == (200, "ada", [APP])
    assert response.headers["Access-Control-Allow-Credentials"] == "true"


def test_a_decorated_view_keeps_its_own_policy_when_the_token_check_stops_it(app, fetch, preflight):
    assert allowed(preflight(app, "/decorated", origin=EVIL)) == [EVIL]
    assert allowed(preflight(app, "/decorated", origin=APP)) == []
    response = fetch(app, "/decorated", EVIL, "PUT")
    assert (response.status_code, allowed(response)) == (401, [EVIL])
    assert allowed(fetch(app, "/decorated", APP, "PUT")) == []
