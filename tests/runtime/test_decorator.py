"""``cross_origin``: the layers of its options, and how invalid options are reported."""

from __future__ import annotations

import asyncio
import inspect
import sys
import warnings
from collections.abc import Callable

import pytest
from flask import Blueprint, Flask, abort
from flask.views import MethodView

from flask_cors import CORS, CORSConfigError, CORSWarning, cross_origin
from flask_cors.runtime.install import registry_of

APP = "https://app.example"
OTHER = "https://other.example"
EVIL = "https://evil.example"


def here() -> int:
    return sys._getframe(1).f_lineno


def an_app(view: Callable[..., object] | None = None, **config: object) -> Flask:
    app = Flask(__name__)
    app.config.update(config)
    if view is not None:
        app.add_url_rule("/", "v", view, methods=["GET", "PUT"])
    return app


def hides(view: Callable[..., object]) -> Callable[..., object]:
    return lambda: view()


# ---- options -----------------------------------------------------------------------------------


def test_a_decorator_without_arguments_reads_the_config_and_not_the_arguments_of_cors(
    fetch, preflight
):
    app = an_app(cross_origin()(lambda: ""), CORS_ORIGINS=[APP, OTHER], CORS_MAX_AGE="7")
    CORS(app, origins=EVIL, max_age=1, expose_headers="X-A", methods="GET")
    assert fetch(app).access_control_allow_origin == APP
    assert fetch(app, origin=EVIL).access_control_allow_origin is None
    assert "Access-Control-Expose-Headers" not in fetch(app).headers
    assert preflight(app, method="PUT").headers["Access-Control-Max-Age"] == "7"
    assert "PATCH" in preflight(app, method="PUT").headers["Access-Control-Allow-Methods"]


def test_a_decorator_without_arguments_allows_every_origin(fetch):
    app = an_app(cross_origin()(lambda: ""))
    CORS(app, origins=APP)
    assert fetch(app, origin=EVIL).access_control_allow_origin == EVIL
    assert fetch(app, origin=None).access_control_allow_origin == "*"


def test_an_argument_overrides_the_config_even_if_it_is_the_default(fetch):
    app = an_app(cross_origin("*", always_send=True)(lambda: ""), CORS_ORIGINS=APP)
    app.config["CORS_ALWAYS_SEND"] = False
    app.config["CORS_EXPOSE_HEADERS"] = "X-A"
    response = fetch(app, origin=None)
    assert response.access_control_allow_origin == "*"
    assert response.headers["Access-Control-Expose-Headers"] == "X-A"


def test_the_config_is_read_when_decorator_and_app_first_meet(fetch):
    app = an_app(cross_origin()(lambda: ""), CORS_ORIGINS=EVIL)
    app.config["CORS_ORIGINS"] = APP  # after decorating, before the first request
    assert fetch(app).access_control_allow_origin == APP
    app.config["CORS_ORIGINS"] = EVIL
    assert fetch(app).access_control_allow_origin == APP
    assert fetch(app, origin=EVIL).access_control_allow_origin is None


def test_none_in_the_config_is_unset_except_for_origins(fetch):
    app = an_app(cross_origin()(lambda: ""), CORS_MAX_AGE=None, CORS_METHODS=None)
    assert fetch(app).access_control_allow_origin == APP
    app = an_app(cross_origin()(lambda: ""), CORS_ORIGINS=None)
    with pytest.warns(CORSWarning, match="^CORS108 "):
        assert fetch(app).access_control_allow_origin is None


def test_a_decorator_ignores_the_resources_of_the_config(fetch):
    for resources in ("/elsewhere", "", None, 5):
        app = an_app(cross_origin(APP)(lambda: ""), CORS_RESOURCES=resources)
        assert fetch(app).access_control_allow_origin == APP
        assert registry_of(app).findings == []


def test_a_decorator_takes_intercept_exceptions(fetch):
    def fails():
        raise RuntimeError

    app = an_app(cross_origin(APP, intercept_exceptions=False)(fails))
    assert fetch(app).access_control_allow_origin is None


def test_one_cross_origin_may_decorate_several_views(fetch, preflight):
    shared = cross_origin(APP)
    app = an_app(shared(lambda: "one"))
    app.add_url_rule("/two", "two", shared(lambda: "two"), methods=["PUT"])
    assert fetch(app).text == "one"
    assert preflight(app, "/two").access_control_allow_origin == APP


# ---- the view ----------------------------------------------------------------------------------


def test_a_decorated_view_keeps_its_name_its_doc_and_its_arguments(fetch):
    @cross_origin(APP)
    def user(name: str, *, greeting: str = "hello") -> str:
        """Greets."""
        return f"{greeting} {name}"

    assert (user.__name__, user.__doc__) == ("user", "Greets.")
    assert list(inspect.signature(user).parameters) == ["name", "greeting"]
    assert not inspect.iscoroutinefunction(user)
    app = an_app()
    app.add_url_rule("/<name>", view_func=user, defaults={"greeting": "bye"})
    assert fetch(app, "/me").text == "bye me"


def test_a_decorated_coroutine_function_is_still_one(fetch):
    @cross_origin(APP)
    async def view(name: str) -> str:
        await asyncio.sleep(0)
        return f"async {name}"

    assert inspect.iscoroutinefunction(view)
    app = an_app()
    app.add_url_rule("/<name>", view_func=view, methods=["GET", "OPTIONS"])
    response = fetch(app, "/me")
    assert (response.text, response.access_control_allow_origin) == ("async me", APP)
    assert fetch(app, "/me", method="OPTIONS").text == ""  # left to cross_origin


def test_a_decorated_view_of_a_blueprint_registered_twice_has_its_policy_at_both_endpoints(fetch):
    bp = Blueprint("bp", __name__)
    bp.add_url_rule("/v", "v", cross_origin(APP)(lambda: abort(403)))
    app = an_app()
    app.register_blueprint(bp, url_prefix="/one")
    app.register_blueprint(bp, url_prefix="/two", name="two")
    for path in ("/one/v", "/two/v"):
        assert fetch(app, path).access_control_allow_origin == APP
        assert fetch(app, path, EVIL).access_control_allow_origin is None


# ---- errors ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {"origins": "https://*"},
        {"origins": 5},
        {"methods": "GET PUT"},
        {"max_age": -2},
        {"automatic_options": "perhaps"},
        {"supports_credentials": True, "origins": "*"},
        {"supports_credentials": True, "origins": "null"},
        {"supports_credentials": "yes", "origins": r"https://.*"},
    ],
)
def test_invalid_arguments_of_a_decorator_raise_immediately(options):
    with pytest.raises(CORSConfigError):
        cross_origin(**options)


def test_all_findings_in_the_arguments_of_a_decorator_are_raised_together():
    with pytest.raises(CORSConfigError) as raised:
        cross_origin("https://*", methods="GET PUT", max_age="soon")
    line = here() - 1
    assert [(each.code, each.option, each.value) for each in raised.value.findings] == [
        ("CORS116", "origins", "https://*"),
        ("CORS308", "methods", "GET PUT"),
        ("CORS404", "max_age", "soon"),
    ]
    locations = {(each.location.file, each.location.line) for each in raised.value.findings}
    assert locations == {(__file__, line)}


class Invalid(MethodView):
    decorators = (cross_origin(supports_credentials=True),)

    def get(self) -> str:
        return "read me"

    put = get


class InvalidMethods(MethodView):
    @cross_origin(supports_credentials=True)
    def get(self) -> str:
        return "read me"

    put = get


def read_me() -> str:
    return "read me"


INVALID = {
    "function": cross_origin(supports_credentials=True)(read_me),
    "hidden": hides(cross_origin(supports_credentials=True)(read_me)),
    "class": Invalid.as_view("v"),
    "methods": InvalidMethods.as_view("v"),
}
invalid = pytest.mark.parametrize("view", INVALID.values(), ids=INVALID)
ignored = pytest.mark.filterwarnings("ignore::flask_cors.CORSWarning")


@ignored
@invalid
@pytest.mark.parametrize("extension", [False, True])
def test_a_view_with_invalid_options_is_served_and_refuses_every_origin(fetch, view, extension):
    app = an_app(view)
    app.testing = True
    if extension:
        CORS(app, origins="*")
    for method in ("GET", "GET", "PUT", "HEAD"):
        for origin in (APP, None):
            response = fetch(app, "/", origin, method)
            assert response.status_code == 200
            assert response.headers.getlist("Vary") == ["Origin"]
            assert not [name for name, _ in response.headers if name.startswith("Access-")]


@ignored
@pytest.mark.parametrize("name", ["function", "class", "methods"])
def test_a_preflight_for_a_view_with_invalid_options_is_refused(preflight, name):
    app = an_app(INVALID[name])
    CORS(app, origins="*")
    response = preflight(app, method="GET")
    assert response.headers.getlist("Vary") == ["Origin"]
    assert not [name for name, _ in response.headers if name.startswith("Access-")]


@ignored
def test_a_preflight_is_refused_though_options_is_routed_to_another_view(preflight):
    app = an_app()
    CORS(app, origins=APP)
    app.add_url_rule("/", "get", read_me, methods=["GET"])
    app.add_url_rule("/", "put", INVALID["function"], methods=["PUT"])
    assert preflight(app).access_control_allow_origin is None
    assert preflight(app, method="GET").access_control_allow_origin == APP


@pytest.mark.parametrize("first", ["GET", "OPTIONS", "elsewhere"])
def test_each_view_with_invalid_options_causes_a_warning_and_logged_at_the_first_request(
    fetch, caplog, first
):
    app = an_app(INVALID["function"])
    app.add_url_rule("/elsewhere", "elsewhere", lambda: "")
    path, method = ("/elsewhere", "GET") if first == "elsewhere" else ("/", first)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        fetch(app, path, method=method)
        fetch(app, path, method=method)
    assert [(w.category, w.filename) for w in warned] == [(CORSWarning, __file__)]
    assert str(warned[0].message).startswith("CORS601 ")
    assert "'v'" in str(warned[0].message)
    (record,) = [each for each in caplog.records if each.name == "flask_cors"]
    assert (record.levelname, "'v'" in record.getMessage()) == ("ERROR", True)


@ignored
def test_an_error_handler_with_invalid_options_allows_nothing(fetch):
    app = an_app()
    CORS(app, origins="*")
    handler = cross_origin(supports_credentials=True)(lambda error: ("no", 404))
    app.register_error_handler(404, handler)
    response = fetch(app, "/missing")
    assert (response.status_code, response.text) == (404, "no")
    assert response.access_control_allow_origin is None


def test_the_warning_about_an_error_handler_with_invalid_options_names_the_endpoint(fetch):
    app = an_app(lambda: abort(418))
    app.register_error_handler(418, cross_origin(supports_credentials=True)(lambda _: ("no", 418)))
    with pytest.warns(CORSWarning, match=r"^CORS601 .*'v'"):
        assert fetch(app).status_code == 418


@ignored
def test_the_options_of_a_view_may_be_invalid_in_one_app_and_valid_in_another(fetch):
    fine = an_app(INVALID["function"], CORS_ORIGINS=APP)
    bad = an_app(INVALID["function"])
    assert fetch(bad).access_control_allow_origin is None
    assert fetch(fine).headers["Access-Control-Allow-Credentials"] == "true"
    assert fetch(bad).access_control_allow_origin is None


def test_the_warning_names_every_value_of_the_config_that_is_invalid(fetch):
    app = an_app(cross_origin()(read_me), CORS_ORIGINS="https://*", CORS_MAX_AGE="soon")
    with pytest.warns(CORSWarning, match=r"^CORS601 .*'https://\*'.*'soon'"):
        fetch(app)


# ---- warnings ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"orgins": "*"}, "CORS701"),
        ({"resources": "/*"}, "CORS701"),
        ({"origins": "app.example"}, "CORS101"),
        ({"methods": "CONNECT"}, "CORS303"),
        ({"origins": None}, "CORS108"),
    ],
)
def test_a_warning_points_at_the_line_of_the_decorator_and_is_issued_once(fetch, options, code):
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")

        @cross_origin(**options)
        def view():
            return ""

        line = here() - 4
        assert len(warned) == 1
        for _ in range(2):
            app = an_app(view)
            fetch(app)
            fetch(app)
    assert [(w.category, w.filename, w.lineno) for w in warned] == [(CORSWarning, __file__, line)]
    assert str(warned[0].message).startswith(f"{code} ")


def test_a_warning_issued_during_a_request_points_at_the_line_of_the_decorator(fetch):
    @cross_origin()
    def view():
        return ""

    line = here() - 4
    app = an_app(view, CORS_ORIGINS=f"{APP}/")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        fetch(app)
        fetch(app)
    assert [(w.category, w.filename, w.lineno) for w in warned] == [(CORSWarning, __file__, line)]


@pytest.mark.parametrize(
    "config",
    [
        {"CORS_ALLOWED_ORIGINS": "https://a.example"},
        {"CORS_ORIGINS": ""},
        {"CORS_ORIGINS": "https://a.example/"},
        {"CORS_ORIGINS": [r"https://.*example\.com"]},
    ],
)
def test_a_view_with_invalid_options_is_served_if_warnings_are_errors(fetch, preflight, config):
    app = Flask(__name__)
    app.config.update(config)
    app.add_url_rule("/own", "own", cross_origin()(lambda: "done"))
    app.add_url_rule("/", "other", lambda: "done")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for path in ("/", "/own"):
            assert fetch(app, path).status_code == 200
            assert preflight(app, path).status_code == 200


def test_a_callable_with_the_attributes_of_a_decorated_view_is_served_without_its_policy(fetch):
    """As decorators leave it that copy ``__dict__`` without ``functools.wraps``."""
    app = Flask(__name__)

    def view() -> str:
        return "done"

    cross_origin(origins=APP)(view)

    class Counted:
        def __init__(self) -> None:
            vars(self).update(vars(view))

        def __call__(self) -> str:
            return view()

    app.add_url_rule("/", "view", Counted())
    response = fetch(app, "/")
    assert (response.status_code, response.access_control_allow_origin) == (200, None)
