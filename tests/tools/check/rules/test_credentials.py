"""The rules of credentials: each is found in an app with the mistake, and not in its twin."""

from __future__ import annotations

import re
import sys
from typing import Any

import flask
import pytest
from flask import Blueprint, Flask, abort, request, session
from flask.sessions import SecureCookieSessionInterface, SessionInterface
from flask_jwt_extended import JWTManager, jwt_required
from flask_wtf import CSRFProtect
from werkzeug.routing import BaseConverter

from flask_cors import CORS, cross_origin
from flask_cors.diagnostics.finding import Finding
from flask_cors.tools.check import domains
from flask_cors.tools.check.command import choose_rules
from flask_cors.tools.check.run import run
from flask_cors.tools.shared.app_errors import first_error

RULES = choose_rules(["CORS201,CORS203,CORS204,CORS301,CORS302,CORS304,CORS306,CORS4"], ["CORS404"])

APP = "https://app.example"


def view(**_: object) -> str:
    raise AssertionError("no view is called")


def an_app(*posted: str, **config: object) -> Flask:
    """Return an app without findings."""
    app = Flask("app", static_folder=None)
    app.secret_key = "secret"
    app.config.update(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)
    app.config.update(config)
    app.add_url_rule("/read", "read", view)
    for path in posted:
        app.add_url_rule(path, path, view, methods=["POST"])
    return app


def found(app: Flask) -> list[Finding]:
    return list(run(app, RULES).findings)


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
    assert one.hint == 'write "https://app.example"'
    assert one.subject == "CORS(...)"
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
    ("origin", "hint"),
    [
        ("http://*.example.com", 'write "https://*.example.com"'),
        ("http://app.example:*", 'write "https://app.example:*"'),
        (
            r"^https?://(www\.)?example\.com$",
            "write a regular expression that begins with https://",
        ),
        (
            re.compile(r"http://app\.(a|b)[0-9]{2}\.example"),
            "write a regular expression that begins",
        ),
    ],
)
def test_a_pattern_with_credentials_is_tried_with_origins_that_it_matches(
    origin: object, hint: str
):
    app = an_app()
    CORS(app, origins=[origin], supports_credentials=True)
    (one,) = found(app)
    assert one.code == "CORS201"
    assert one.hint.startswith(hint)


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
def test_a_pattern_that_takes_https_alone_is_not_insecure(origin: object):
    app = an_app(SERVER_NAME="www.example.com")
    CORS(app, origins=[origin], supports_credentials=True)
    assert "CORS201 warning" not in codes(app)


def test_an_http_origin_without_credentials_is_not_found():
    app = an_app()
    CORS(app, origins=["http://app.example"])
    assert found(app) == []


def test_insecure_origins_that_several_policies_share_are_found_once():
    app = an_app(CORS_ORIGINS="http://app.example", CORS_SUPPORTS_CREDENTIALS=True)
    CORS(app)
    app.add_url_rule("/b", "b", cross_origin()(view))
    assert codes(app) == ["CORS201 warning"]


# ---- CORS203 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("samesite", "secure", "shown"),
    [
        (None, True, "no SameSite and Secure"),
        ("Lax", True, "SameSite=Lax and Secure"),
        ("Strict", False, "SameSite=Strict and no Secure"),
        ("None", False, "SameSite=None and no Secure"),
    ],
)
def test_a_session_cookie_that_does_not_cross_sites_is_found_and_one_that_does_is_not(
    samesite: str | None, secure: bool, shown: str
):
    app = an_app(SESSION_COOKIE_SAMESITE=samesite, SESSION_COOKIE_SECURE=secure)
    CORS(app, origins=APP, supports_credentials=True)
    (one,) = found(app)
    assert (one.code, one.severity) == ("CORS203", "warning")
    assert one.message == (
        f"the cookie 'session' has {shown}: browsers do not send it with requests of pages on "
        '"https://app.example"'
    )
    assert one.hint.startswith(
        'app.config.update(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)'
    )
    twin = an_app(SESSION_COOKIE_NAME="id", SESSION_COOKIE_DOMAIN="app.example")
    CORS(twin, origins=APP, supports_credentials=True)
    assert found(twin) == []


def test_an_app_without_a_secret_key_has_no_session_that_could_stay():
    app = an_app(SESSION_COOKIE_SECURE=False)
    app.secret_key = None
    CORS(app, origins=APP, supports_credentials=True)
    assert found(app) == []


def test_a_pattern_is_shown_by_its_source_and_not_by_an_origin_that_it_allows():
    app = an_app(SESSION_COOKIE_SAMESITE="Lax")
    CORS(app, origins=r"https://(www\.)?shop\.example", supports_credentials=True)
    (one,) = found(app)
    assert one.message.endswith(
        r"of pages on re.compile('https://(www\\.)?shop\\.example', re.IGNORECASE)"
    )


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


def test_a_cookie_that_cannot_be_made_is_read_from_the_config():
    class Signed(SecureCookieSessionInterface):
        def save_session(self, *_: object) -> None:
            raise ConnectionError("the key store is down")

    app = an_app()
    app.session_interface = Signed()
    CORS(app, origins=APP, supports_credentials=True)
    assert found(app) == []


def fail_at_the_end(_: object) -> None:
    raise RuntimeError("what runs before was left out")


def test_a_cookie_is_made_whatever_fails_at_the_end_of_the_request():
    app = an_app(SESSION_COOKIE_SAMESITE="Lax")
    app.teardown_request(fail_at_the_end)
    CORS(app, origins=APP, supports_credentials=True)
    (one,) = (each for each in found(app) if each.code == "CORS203")
    assert "SameSite=Lax and Secure" in one.message
    assert not flask.has_request_context()


def interrupt(_: object) -> None:
    raise KeyboardInterrupt


def test_ctrl_c_while_a_cookie_is_made_ends_the_check():
    app = an_app()
    app.teardown_request(interrupt)
    CORS(app, origins=APP, supports_credentials=True)
    with pytest.raises(BaseException, match=r"^$|teardown") as raised:
        found(app)
    assert isinstance(first_error(raised.value), KeyboardInterrupt)


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
    ("config", "origin", "is_found"),
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
    config: dict[str, object], origin: str, is_found: bool
):
    app = an_app(SESSION_COOKIE_SAMESITE="Lax", **config)
    CORS(app, origins=origin, supports_credentials=True)
    assert any(one.code == "CORS203" for one in found(app)) is is_found


def test_without_the_list_of_public_suffixes_two_labels_are_a_site(monkeypatch: Any):
    monkeypatch.setitem(sys.modules, "publicsuffixlist", None)
    domains.load_suffix_list.cache_clear()
    try:
        app = an_app(SERVER_NAME="api.example.com", SESSION_COOKIE_SAMESITE="Lax")
        CORS(app, origins="https://app.example.com", supports_credentials=True)
        assert found(app) == []
        other = an_app(SERVER_NAME="api.example.com", SESSION_COOKIE_SAMESITE="Lax")
        CORS(other, origins=APP, supports_credentials=True)
        assert codes(other) == ["CORS203 warning"]
    finally:
        domains.load_suffix_list.cache_clear()


def test_a_cookie_that_stays_is_found_once_for_the_first_policy_of_another_site():
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


def test_a_post_route_with_credentials_that_a_form_reaches_is_noted():
    app = an_app("/pay", "/users/<int:id>")
    CORS(app, origins=APP, supports_credentials=True)
    (one,) = found(app)
    assert (one.code, one.severity) == ("CORS204", "note")
    assert one.message == (
        "a form on any page reaches the view of POST /pay, POST /users/<int:id> with the cookie "
        "'session'"
    )
    assert one.hint == "flask_wtf.CSRFProtect(app), unless the view verifies a token"
    assert one.subject == "CORS(...)"


@pytest.mark.parametrize("samesite", ["Lax", "strict"])
def test_a_cookie_that_stays_on_its_site_cannot_be_forged(samesite: str):
    app = an_app("/pay", SESSION_COOKIE_SAMESITE=samesite, SERVER_NAME="api.example.com")
    CORS(app, origins="https://app.example.com", supports_credentials=True)
    assert found(app) == []


def test_forms_are_not_tried_where_a_policy_has_no_credentials():
    app = an_app("/pay")
    CORS(app, origins=APP)
    assert found(app) == []


def test_a_method_that_needs_a_preflight_cannot_be_forged():
    app = an_app()
    app.add_url_rule("/a", "a", view, methods=["PUT", "DELETE", "GET"])
    CORS(app, origins=APP, supports_credentials=True)
    assert found(app) == []


def test_a_form_does_not_pass_csrf_protect():
    app = an_app("/pay")
    CSRFProtect(app)
    CORS(app, origins=APP, supports_credentials=True)
    assert found(app) == []


def test_a_form_does_not_pass_csrf_protect_of_a_factory():
    api = Blueprint("api", __name__, url_prefix="/api")
    api.add_url_rule("/pay", "pay", view, methods=["POST"])
    app = an_app()
    app.register_blueprint(api)
    csrf = CSRFProtect()
    csrf.init_app(app)
    CORS(app, origins=APP, supports_credentials=True)
    assert found(app) == []


@pytest.mark.parametrize("key", ["WTF_CSRF_ENABLED", "WTF_CSRF_CHECK_DEFAULT"])
def test_a_form_passes_csrf_protect_that_is_off(key: str):
    app = an_app("/pay", **{key: False})
    CSRFProtect(app)
    CORS(app, origins=APP, supports_credentials=True)
    assert codes(app) == ["CORS204 note"]


def test_a_form_reaches_a_view_that_csrf_protect_exempts():
    app = an_app("/pay")
    csrf = CSRFProtect(app)

    @app.post("/open")
    @csrf.exempt
    def opened() -> str:
        raise AssertionError("no view is called")

    CORS(app, origins=APP, supports_credentials=True)
    (one,) = found(app)
    assert "reaches the view of POST /open with" in one.message


def test_a_form_reaches_a_blueprint_that_csrf_protect_exempts():
    api = Blueprint("api", __name__, url_prefix="/api")
    api.add_url_rule("/pay", "pay", view, methods=["POST"])
    app = an_app()
    app.register_blueprint(api)
    CSRFProtect(app).exempt(api)
    CORS(app, origins=APP, supports_credentials=True)
    (one,) = found(app)
    assert "reaches the view of POST /api/pay with" in one.message


def refuse_other_origins() -> None:
    if request.headers.get("Origin") not in (None, APP):
        abort(403)


def refuse_forms() -> None:
    if request.method == "POST" and not request.is_json:
        abort(415)


def refuse_visitors_without_login() -> None:
    if "user" not in session:
        abort(401)


def fail() -> None:
    raise ConnectionError("the database is down")


def leave() -> None:
    raise SystemExit(1)


@pytest.mark.parametrize(
    "function",
    [refuse_other_origins, refuse_forms, refuse_visitors_without_login, fail, leave],
)
def test_a_form_that_something_refuses_before_the_view_is_not_noted(function: Any):
    app = an_app("/pay")
    app.before_request(function)
    CORS(app, origins=APP, supports_credentials=True)
    assert found(app) == []


def test_a_form_reaches_the_views_that_a_check_of_a_blueprint_does_not_cover():
    api = Blueprint("api", __name__, url_prefix="/api")
    api.add_url_rule("/pay", "pay", view, methods=["POST"])

    @api.before_request
    def compare() -> tuple[str, int] | None:
        return None if request.headers.get("X-Requested-With") else ("no", 403)

    app = an_app("/other")
    app.register_blueprint(api)
    CORS(app, origins=APP, supports_credentials=True)
    (one,) = found(app)
    assert "reaches the view of POST /other with" in one.message


def test_a_form_passes_a_function_that_reads_the_origin_and_refuses_nothing():
    app = an_app("/pay")

    @app.before_request
    def remember() -> None:
        flask.g.origin = request.headers.get("Origin")

    CORS(app, origins=APP, supports_credentials=True)
    assert codes(app) == ["CORS204 note"]


def test_a_form_is_not_sent_to_a_rule_whose_converter_raises():
    class Stored(BaseConverter):
        def to_python(self, _: str) -> str:
            raise ConnectionError("the database is down")

    app = an_app()
    app.url_map.converters["stored"] = Stored
    app.add_url_rule("/<stored:key>", "stored", view, methods=["POST"])
    CORS(app, origins=APP, supports_credentials=True)
    assert found(app) == []


def test_a_form_is_not_sent_to_a_rule_of_which_no_path_is_known():
    app = an_app("/<any():nothing>")
    CORS(app, origins=APP, supports_credentials=True)
    assert found(app) == []


def test_a_form_is_not_sent_to_a_rule_of_another_host():
    app = Flask("app", static_folder=None, host_matching=True)
    app.secret_key = "secret"
    app.config.update(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)
    app.add_url_rule("/pay", "pay", view, methods=["POST"], host="api.example")
    CORS(app, origins=APP, supports_credentials=True)
    assert found(app) == []


def test_two_hundred_forms_are_sent_at_most():
    app = an_app(*(f"/a{number}" for number in range(300)))
    CORS(app, origins=APP, supports_credentials=True)
    (one,) = found(app)
    assert "and 195 more with the cookie" in one.message


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
def test_a_jwt_that_an_untrusted_page_cannot_have_sent_is_not_found(app: Flask):
    assert "CORS204" not in [one.code for one in found(app)]


def test_a_jwt_in_a_cookie_has_to_cross_sites_too():
    app = a_jwt_app(["cookies"], JWT_COOKIE_SAMESITE=None, JWT_COOKIE_SECURE=False)
    (one,) = found(app)
    assert (one.code, one.severity) == ("CORS203", "warning")
    assert one.message.startswith("the cookie 'access_token_cookie' has no SameSite and no Secure:")
    assert 'JWT_COOKIE_SAMESITE="None", JWT_COOKIE_SECURE=True' in one.hint
    assert found(a_jwt_app(["cookies"])) == []


def test_the_session_does_not_count_beside_a_jwt_in_a_header():
    assert found(a_jwt_app(["headers"], SESSION_COOKIE_SAMESITE="Lax")) == []


@pytest.mark.parametrize(
    "config", [{"JWT_COOKIE_CSRF_PROTECT": False}, {"JWT_CSRF_METHODS": ["PUT", "DELETE"]}]
)
def test_a_jwt_in_a_cookie_without_the_double_submit_is_found(config: dict[str, object]):
    (one,) = found(a_jwt_app(["cookies"], **config))
    assert one.code == "CORS204"
    assert "with the cookie 'access_token_cookie'" in one.message
    assert one.hint.startswith('app.config["JWT_COOKIE_CSRF_PROTECT"] = True,')


def test_a_session_beside_the_jwt_counts_with_a_login_manager_alone():
    assert found(a_jwt_app(["headers"])) == []
    app = a_jwt_app(["headers"])
    app.login_manager = object()  # type: ignore[attr-defined]
    (one,) = found(app)
    assert one.code == "CORS204"
    assert "with the cookie 'session'" in one.message
