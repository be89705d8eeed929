"""The checks of credentials: each finds its mistake, and says nothing of the twin."""

from __future__ import annotations

import re
import sys
from typing import Any

import flask
import pytest
from flask import Blueprint, Flask, abort, request, session
from flask.sessions import SecureCookieSessionInterface, SessionInterface
from flask_jwt_extended import JWTManager, jwt_required
from flask_wtf import CSRFProtect, FlaskForm
from werkzeug.routing import BaseConverter

from flask_cors import CORS, cross_origin
from flask_cors.tools.check import caching, credentials, methods
from flask_cors.tools.check.finding import Finding
from flask_cors.tools.check.patterns import domains
from flask_cors.tools.check.run import run

APP = "https://app.example"


def view(**_: object) -> str:
    raise AssertionError("no view is called")


def an_app(*posted: str, **config: object) -> Flask:
    """An app that has nothing to mend."""
    app = Flask("app", static_folder=None)
    app.secret_key = "secret"
    app.config.update(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)
    app.config.update(config)
    app.add_url_rule("/read", "read", view)
    for path in posted:
        app.add_url_rule(path, path, view, methods=["POST"])
    return app


def found(app: Flask) -> list[Finding]:
    checks = [*credentials.CHECKS, *methods.CHECKS, *caching.CHECKS]
    return list(run(app, checks).findings)


def codes(app: Flask) -> list[str]:
    return [f"{one.code} {one.severity.value}" for one in found(app)]


# ---- CORS201 -----------------------------------------------------------------------------------


def test_credentials_over_http_are_found_and_over_https_or_on_this_machine_are_not():
    app = an_app()
    CORS(app, origins=["http://app.example", "https://b.example"], supports_credentials=True)
    (one,) = found(app)
    assert (one.code, one.severity) == ("CORS201", "warning")
    assert one.message == (
        'origins: "http://app.example" gets credentials over http, which anyone on the way can '
        "change"
    )
    assert one.fix == 'write "https://app.example"'
    assert one.where.name == "CORS(...)"
    twin = an_app()
    loopback = [
        "http://localhost:3000",
        "http://127.0.0.1",
        "http://[::1]:3000",
        "http://a.localhost",
    ]
    CORS(twin, origins=[APP, *loopback, "capacitor://localhost"], supports_credentials=True)
    assert found(twin) == []


@pytest.mark.parametrize(
    ("origin", "mended"),
    [
        ("http://*.example.com", 'write "https://*.example.com"'),
        ("http://app.example:*", 'write "https://app.example:*"'),
        (r"^https?://(www\.)?example\.com$", "write an expression that begins with https://"),
        (re.compile(r"http://app\.(a|b)[0-9]{2}\.example"), "write an expression that begins"),
    ],
)
def test_a_pattern_is_tried_with_what_it_matches(origin: object, mended: str):
    app = an_app()
    CORS(app, origins=[origin], supports_credentials=True)
    (one,) = found(app)
    assert one.code == "CORS201"
    assert one.fix.startswith(mended)


@pytest.mark.parametrize(
    "origin",
    [
        r"^https://([a-z0-9-]+\.)*example\.com$",
        r"https?://localhost(:\d+)?",
        r"(?i)^https://(?:a|b)\.example\.com(?!\.)\Z",
        r"(?P<scheme>https)://[^.]+\.x{2}\.example|https://[x-]\.\w\d\.example",
        lambda origin: origin.startswith("http://"),
    ],
)
def test_a_pattern_that_takes_https_alone_is_none(origin: object):
    app = an_app(SERVER_NAME="www.example.com")
    CORS(app, origins=[origin], supports_credentials=True)
    assert "CORS201 warning" not in codes(app)


def test_http_without_credentials_is_none():
    app = an_app()
    CORS(app, origins=["http://app.example"])
    assert found(app) == []


def test_origins_that_several_policies_share_are_told_once():
    app = an_app(CORS_ORIGINS="http://app.example", CORS_SUPPORTS_CREDENTIALS=True)
    CORS(app)
    app.add_url_rule("/b", "b", cross_origin()(view))
    assert codes(app) == ["CORS201 warning"]


# ---- CORS203 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("samesite", "secure", "told"),
    [
        (None, True, "no SameSite and Secure"),
        ("Lax", True, "SameSite=Lax and Secure"),
        ("Strict", False, "SameSite=Strict and no Secure"),
        ("None", False, "SameSite=None and no Secure"),
    ],
)
def test_a_session_cookie_that_does_not_cross_sites_is_found_and_one_that_does_is_not(
    samesite: str | None, secure: bool, told: str
):
    app = an_app(SESSION_COOKIE_SAMESITE=samesite, SESSION_COOKIE_SECURE=secure)
    CORS(app, origins=APP, supports_credentials=True)
    (one,) = found(app)
    assert (one.code, one.severity) == ("CORS203", "warning")
    assert one.message == (
        f"the cookie 'session' has {told}: browsers do not send it with requests of pages such as "
        "'https://app.example'"
    )
    assert one.fix.startswith(
        'app.config.update(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)'
    )
    twin = an_app(SESSION_COOKIE_NAME="id", SESSION_COOKIE_DOMAIN="app.example")
    CORS(twin, origins=APP, supports_credentials=True)
    assert found(twin) == []


def test_without_a_secret_key_it_is_a_note():
    app = an_app(SESSION_COOKIE_SECURE=False)
    app.secret_key = None
    CORS(app, origins=APP, supports_credentials=True)
    assert codes(app) == ["CORS203 note"]


def test_the_cookie_is_the_one_that_the_session_interface_really_sets():
    class Sessions(SecureCookieSessionInterface):
        def get_cookie_samesite(self, app: Flask) -> str:
            return "None"

        def get_cookie_secure(self, app: Flask) -> bool:
            return request.is_secure

    app = an_app(SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_SECURE=False)
    app.session_interface = Sessions()
    CORS(app, origins=APP, supports_credentials=True)
    assert found(app) == []


def test_the_config_tells_of_a_cookie_that_cannot_be_made():
    class Signed(SecureCookieSessionInterface):
        def save_session(self, *_: object) -> None:
            raise ConnectionError("the key store is down")

    app = an_app()
    app.session_interface = Signed()
    CORS(app, origins=APP, supports_credentials=True)
    assert found(app) == []


def test_a_session_that_lies_in_a_store_is_not_written():
    class Stored(SessionInterface):
        def open_session(self, app: Flask, request: object) -> None:
            return None

        def save_session(self, *_: object) -> None:
            raise AssertionError("nothing is stored")

    app = an_app(SESSION_COOKIE_SAMESITE="Lax")
    app.session_interface = Stored()
    CORS(app, origins=APP, supports_credentials=True)
    assert codes(app) == ["CORS203 warning"]


@pytest.mark.parametrize(
    ("config", "origin", "is_told"),
    [
        ({}, "http://localhost:3000", False),
        ({}, "http://127.0.0.1:3000", False),
        ({"SERVER_NAME": "api.example.co.uk"}, "https://app.example.co.uk", False),
        ({"SERVER_NAME": "API.example.com:5000"}, "https://example.com", False),
        ({"SERVER_NAME": "api.example.co.uk"}, "https://other.co.uk", True),
        ({"SERVER_NAME": "a.github.io"}, "https://b.github.io", True),
        ({"SERVER_NAME": "api.example.com"}, "https://*.example.com", False),
        ({"SERVER_NAME": "10.0.0.1:5000"}, "https://10.0.0.1:3000", False),
        ({"SERVER_NAME": "10.0.0.1:5000"}, "https://10.0.9.1", True),
        ({"SERVER_NAME": "[2001:db8::1]:5000"}, "https://[2001:db8::1]", False),
        ({"SERVER_NAME": "[2001:db8::1]"}, "https://[2001:db8::1]:8443", False),
        ({"SERVER_NAME": "intranet"}, "https://intranet:8443", False),
        ({"SERVER_NAME": "a.example", "PREFERRED_URL_SCHEME": "https"}, "https://a.example", False),
        ({"SERVER_NAME": "a.example", "PREFERRED_URL_SCHEME": "https"}, "http://a.example", True),
    ],
)
def test_pages_of_the_apps_own_site_get_the_cookie_whatever_it_says(
    config: dict[str, object], origin: str, is_told: bool
):
    app = an_app(SESSION_COOKIE_SAMESITE="Lax", **config)
    CORS(app, origins=origin, supports_credentials=True)
    assert any(one.code == "CORS203" for one in found(app)) is is_told


def test_without_the_list_of_public_suffixes_two_labels_are_a_site(monkeypatch: Any):
    monkeypatch.setitem(sys.modules, "publicsuffixlist", None)
    domains.suffix_list.cache_clear()
    try:
        app = an_app(SERVER_NAME="api.example.com", SESSION_COOKIE_SAMESITE="Lax")
        CORS(app, origins="https://app.example.com", supports_credentials=True)
        assert found(app) == []
        other = an_app(SERVER_NAME="api.example.com", SESSION_COOKIE_SAMESITE="Lax")
        CORS(other, origins=APP, supports_credentials=True)
        assert codes(other) == ["CORS203 warning"]
    finally:
        domains.suffix_list.cache_clear()


def test_it_is_told_once_an_app_of_the_first_policy_that_another_site_has():
    app = an_app(SESSION_COOKIE_SAMESITE="Lax")
    resources: dict[str, object] = {
        "/a": {"origins": "http://localhost:3000"},
        "/b": {"origins": APP},
        "/c": {"origins": "https://c.example"},
    }
    CORS(app, resources=resources, supports_credentials=True)
    (one,) = found(app)
    assert APP in one.message


# ---- CORS204 -----------------------------------------------------------------------------------


def test_a_post_route_with_credentials_and_nothing_against_forgery_is_found():
    app = an_app("/pay", "/users/<int:id>")
    CORS(app, origins=APP, supports_credentials=True)
    (one,) = found(app)
    assert (one.code, one.severity) == ("CORS204", "warning")
    assert one.message == (
        "a form on any page reaches POST /pay, POST /users/<int:id> with the cookie 'session'"
    )
    assert one.fix == "flask_wtf.CSRFProtect(app)"
    assert one.where.name == "CORS(...)"


@pytest.mark.parametrize("samesite", ["Lax", "strict"])
def test_a_cookie_that_stays_on_its_site_needs_no_more(samesite: str):
    app = an_app("/pay", SESSION_COOKIE_SAMESITE=samesite, SERVER_NAME="api.example.com")
    CORS(app, origins="https://app.example.com", supports_credentials=True)
    assert found(app) == []


def test_a_policy_without_credentials_is_not_asked_for_it():
    app = an_app("/pay")
    CORS(app, origins=APP)
    assert found(app) == []


def test_what_needs_a_preflight_needs_no_more():
    app = an_app()
    app.add_url_rule("/a", "a", view, methods=["PUT", "DELETE", "GET"])
    CORS(app, origins=APP, supports_credentials=True)
    assert found(app) == []


def test_csrf_protect_protects():
    app = an_app("/pay")
    CSRFProtect(app)
    CORS(app, origins=APP, supports_credentials=True)
    assert found(app) == []


def test_csrf_protect_of_a_factory_protects_wherever_the_views_are():
    api = Blueprint("api", __name__, url_prefix="/api")
    api.add_url_rule("/pay", "pay", view, methods=["POST"])
    app = an_app()
    app.register_blueprint(api)
    csrf = CSRFProtect()
    csrf.init_app(app)
    CORS(app, origins=APP, supports_credentials=True)
    assert found(app) == []


@pytest.mark.parametrize("key", ["WTF_CSRF_ENABLED", "WTF_CSRF_CHECK_DEFAULT"])
def test_csrf_protect_that_is_off_does_not(key: str):
    app = an_app("/pay", **{key: False})
    CSRFProtect(app)
    CORS(app, origins=APP, supports_credentials=True)
    assert codes(app) == ["CORS204 warning"]


def test_a_view_that_csrf_protect_exempts_is_found_and_no_other():
    app = an_app("/pay")
    csrf = CSRFProtect(app)

    @app.post("/open")
    @csrf.exempt
    def opened() -> str:
        raise AssertionError("no view is called")

    CORS(app, origins=APP, supports_credentials=True)
    (one,) = found(app)
    assert "reaches POST /open with" in one.message


def test_a_blueprint_that_csrf_protect_exempts_is_found():
    api = Blueprint("api", __name__, url_prefix="/api")
    api.add_url_rule("/pay", "pay", view, methods=["POST"])
    app = an_app()
    app.register_blueprint(api)
    CSRFProtect(app).exempt(api)
    CORS(app, origins=APP, supports_credentials=True)
    (one,) = found(app)
    assert "reaches POST /api/pay with" in one.message


def test_a_view_that_validates_a_form_of_flask_wtf_is_protected():
    app = an_app()

    @app.post("/pay")
    def pay() -> str:
        return "" if FlaskForm().validate_on_submit() else "no"

    CORS(app, origins=APP, supports_credentials=True)
    assert found(app) == []


def test_a_decorator_that_checks_a_token_protects():
    def demands_token(function: Any) -> Any:
        def call() -> Any:
            if request.headers.get("X-CSRF-Token") != session["token"]:
                abort(403)
            return function()

        return call

    app = an_app()
    app.add_url_rule("/pay", "pay", demands_token(view), methods=["POST"])
    CORS(app, origins=APP, supports_credentials=True)
    assert found(app) == []


def test_a_check_of_the_origin_before_the_view_protects():
    app = an_app("/pay")

    @app.before_request
    def compare() -> None:
        if request.headers.get("Origin") not in (None, APP):
            abort(403)

    CORS(app, origins=APP, supports_credentials=True)
    assert found(app) == []


def test_to_take_json_alone_before_the_view_protects():
    app = an_app("/pay")

    @app.before_request
    def demand_json() -> None:
        if request.method == "POST" and not request.is_json:
            abort(415)

    CORS(app, origins=APP, supports_credentials=True)
    assert found(app) == []


def test_a_check_of_a_blueprint_protects_its_views_alone():
    api = Blueprint("api", __name__, url_prefix="/api")
    api.add_url_rule("/pay", "pay", view, methods=["POST"])

    @api.before_request
    def compare() -> tuple[str, int] | None:
        return None if request.headers.get("X-Requested-With") else ("no", 403)

    app = an_app("/other")
    app.register_blueprint(api)
    CORS(app, origins=APP, supports_credentials=True)
    (one,) = found(app)
    assert "reaches POST /other with" in one.message


def test_a_login_is_no_protection_for_the_visitor_has_it():
    app = an_app("/pay")

    @app.before_request
    def demand_login() -> None:
        if "user" not in session:
            abort(401)

    CORS(app, origins=APP, supports_credentials=True)
    assert codes(app) == ["CORS204 warning"]


def test_what_runs_before_and_looks_at_the_origin_to_no_end_is_no_protection():
    app = an_app("/pay")

    @app.before_request
    def remember() -> None:
        flask.g.origin = request.headers.get("Origin")

    CORS(app, origins=APP, supports_credentials=True)
    assert codes(app) == ["CORS204 warning"]


@pytest.mark.parametrize("error", [SystemExit(1), ConnectionError("the database is down")])
def test_what_runs_before_and_fails_is_no_protection(error: BaseException):
    app = an_app("/pay")

    @app.before_request
    def fail() -> None:
        raise error

    CORS(app, origins=APP, supports_credentials=True)
    assert codes(app) == ["CORS204 warning"]


def test_what_runs_at_the_end_may_count_on_what_did_not_run_before():
    app = an_app("/pay")
    app.before_request(lambda: setattr(flask.g, "connection", "open"))
    app.teardown_request(lambda _: flask.g.connection.swapcase())
    app.teardown_appcontext(lambda _: flask.g.connection.swapcase())
    CORS(app, origins=APP, supports_credentials=True)
    assert codes(app) == ["CORS204 warning"]


def test_a_rule_whose_converter_raises_is_not_tried():
    class Stored(BaseConverter):
        def to_python(self, _: str) -> str:
            raise ConnectionError("the database is down")

    app = an_app()
    app.url_map.converters["stored"] = Stored
    app.add_url_rule("/<stored:key>", "stored", view, methods=["POST"])
    app.before_request(lambda: None)
    CORS(app, origins=APP, supports_credentials=True)
    assert found(app) == []


def test_a_rule_of_which_no_path_is_known_is_not_tried():
    app = an_app("/<any():nothing>")
    app.before_request(lambda: None)
    CORS(app, origins=APP, supports_credentials=True)
    assert found(app) == []


def test_a_rule_that_another_one_takes_the_paths_of_is_not_tried():
    def checking() -> str:
        return str(request.form["csrf_token"])

    app = an_app()
    app.before_request(lambda: None)
    app.add_url_rule("/a", "first", checking, methods=["POST"])
    app.add_url_rule("/a", "second", view, methods=["POST"])
    CORS(app, origins=APP, supports_credentials=True)
    assert found(app) == []


def test_a_rule_of_a_subdomain_is_tried_there():
    app = Flask("app", static_folder=None, subdomain_matching=True)
    app.secret_key = "secret"
    app.config.update(
        SERVER_NAME="example.com", SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True
    )
    app.add_url_rule("/pay", "pay", view, methods=["POST"], subdomain="api")
    CORS(app, origins=APP, supports_credentials=True)
    csrf = CSRFProtect(app)
    assert found(app) == []
    csrf.exempt(view)
    assert codes(app) == ["CORS204 warning"]


def test_a_rule_of_many_subdomains_is_tried_at_one_of_them():
    app = Flask("app", static_folder=None, subdomain_matching=True)
    app.secret_key = "secret"
    app.config.update(
        SERVER_NAME="example.com", SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True
    )
    app.add_url_rule("/pay", "pay", view, methods=["POST"], subdomain="<user>")
    app.before_request(lambda: None)
    CORS(app, origins=APP, supports_credentials=True)
    assert codes(app) == ["CORS204 warning"]


def test_a_rule_of_another_host_is_tried_there():
    app = Flask("app", static_folder=None, host_matching=True)
    app.secret_key = "secret"
    app.config.update(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)
    app.add_url_rule("/pay", "pay", view, methods=["POST"], host="api.example")
    CORS(app, origins=APP, supports_credentials=True)
    csrf = CSRFProtect(app)
    assert found(app) == []
    csrf.exempt(view)
    assert codes(app) == ["CORS204 warning"]


def test_without_a_secret_key_a_forged_request_is_a_note():
    app = an_app("/pay")
    app.secret_key = None
    CORS(app, origins=APP, supports_credentials=True)
    assert codes(app) == ["CORS204 note"]


def read_json() -> Any:
    return request.get_json()["name"]


def test_a_view_that_takes_json_alone_is_noted_where_no_other_is_found():
    app = an_app()
    app.add_url_rule("/json", "json", read_json, methods=["POST"])
    app.add_url_rule("/too", "too", lambda: request.json, methods=["POST"])
    CORS(app, origins=APP, supports_credentials=True)
    (one,) = found(app)
    assert (one.code, one.severity) == ("CORS204", "note")
    assert "reaches POST /json, POST /too with" in one.message
    other = an_app("/pay")
    other.add_url_rule("/json", "json", read_json, methods=["POST"])
    CORS(other, origins=APP, supports_credentials=True)
    (one,) = found(other)
    assert one.severity == "warning"
    assert "reaches POST /pay with" in one.message


@pytest.mark.parametrize(
    "reading",
    [
        lambda: request.get_json(force=True),
        lambda: request.get_json(silent=True),
        lambda: request.json or request.form,
        lambda: flask.json.loads(request.get_data()),
    ],
)
def test_a_view_that_takes_other_bodies_too_is_found(reading: Any):
    app = an_app()
    app.add_url_rule("/json", "json", reading, methods=["POST"])
    CORS(app, origins=APP, supports_credentials=True)
    assert codes(app) == ["CORS204 warning"]


# ---- Flask-JWT-Extended ------------------------------------------------------------------------


def a_jwt_app(locations: list[str], **config: object) -> Flask:
    crossing: dict[str, object] = {"JWT_COOKIE_SAMESITE": "None", "JWT_COOKIE_SECURE": True}
    app = an_app(JWT_TOKEN_LOCATION=locations, **{**crossing, **config})
    JWTManager(app)
    app.add_url_rule("/pay", "pay", jwt_required()(view), methods=["POST"])
    CORS(app, origins=APP, supports_credentials=True)
    return app


@pytest.mark.parametrize(
    "app",
    [
        a_jwt_app(["headers"]),
        a_jwt_app(["headers", "cookies"]),
        a_jwt_app(["cookies"], JWT_COOKIE_CSRF_PROTECT=False, JWT_COOKIE_SAMESITE="Strict"),
    ],
    ids=["tokens in headers", "double submit", "cookies that stay"],
)
def test_a_jwt_that_a_stranger_cannot_send_needs_no_more(app: Flask):
    assert "CORS204" not in [one.code for one in found(app)]


def test_a_jwt_in_a_cookie_has_to_cross_sites_too():
    app = a_jwt_app(["cookies"], JWT_COOKIE_SAMESITE=None, JWT_COOKIE_SECURE=False)
    (one,) = found(app)
    assert (one.code, one.severity) == ("CORS203", "warning")
    assert one.message.startswith("the cookie 'access_token_cookie' has no SameSite and no Secure:")
    assert 'JWT_COOKIE_SAMESITE="None", JWT_COOKIE_SECURE=True' in one.fix
    assert found(a_jwt_app(["cookies"])) == []


def test_a_jwt_in_a_header_makes_a_session_that_nobody_uses_of_no_matter():
    assert found(a_jwt_app(["headers"], SESSION_COOKIE_SAMESITE="Lax")) == []


@pytest.mark.parametrize(
    "config", [{"JWT_COOKIE_CSRF_PROTECT": False}, {"JWT_CSRF_METHODS": ["PUT", "DELETE"]}]
)
def test_a_jwt_in_a_cookie_without_the_double_submit_is_found(config: dict[str, object]):
    (one,) = found(a_jwt_app(["cookies"], **config))
    assert one.code == "CORS204"
    assert "with the cookie 'access_token_cookie'" in one.message
    assert one.fix == 'app.config["JWT_COOKIE_CSRF_PROTECT"] = True'


def test_a_session_beside_the_jwt_is_found():
    app = a_jwt_app(["headers"])

    @app.post("/cart")
    def cart() -> str:
        return str(session.get("cart"))

    (one,) = found(app)
    assert "with the cookie 'session'" in one.message


def test_a_login_manager_beside_the_jwt_uses_the_session():
    app = a_jwt_app(["headers"])
    app.login_manager = object()  # type: ignore[attr-defined]
    assert codes(app) == ["CORS204 warning"]
