"""``cross_origin``: where its options come from, and how its mistakes come out."""

from __future__ import annotations

import asyncio
import functools
import inspect
import sys
import warnings
from collections.abc import Callable

import pytest
from flask import Blueprint, Flask, abort
from flask.views import MethodView

from flask_cors import CORS, CORSConfigError, CORSWarning, cross_origin

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


def test_a_bare_decorator_reads_the_config_and_not_the_arguments_of_cors(ask, preflight):
    app = an_app(cross_origin()(lambda: ""), CORS_ORIGINS=[APP, OTHER], CORS_MAX_AGE="7")
    CORS(app, origins=EVIL, max_age=1, expose_headers="X-A", methods="GET")
    assert ask(app).access_control_allow_origin == APP
    assert ask(app, origin=EVIL).access_control_allow_origin is None
    assert "Access-Control-Expose-Headers" not in ask(app).headers
    assert preflight(app, method="PUT").headers["Access-Control-Max-Age"] == "7"
    assert "PATCH" in preflight(app, method="PUT").headers["Access-Control-Allow-Methods"]


def test_a_bare_decorator_allows_anybody_by_default(ask):
    app = an_app(cross_origin()(lambda: ""))
    CORS(app, origins=APP)
    assert ask(app, origin=EVIL).access_control_allow_origin == EVIL
    assert ask(app, origin=None).access_control_allow_origin == "*"


def test_what_is_given_comes_before_the_config_also_where_it_is_the_default(ask):
    app = an_app(cross_origin("*", always_send=True)(lambda: ""), CORS_ORIGINS=APP)
    app.config["CORS_ALWAYS_SEND"] = False
    app.config["CORS_EXPOSE_HEADERS"] = "X-A"
    response = ask(app, origin=None)
    assert response.access_control_allow_origin == "*"
    assert response.headers["Access-Control-Expose-Headers"] == "X-A"


def test_the_config_is_read_when_decorator_and_app_first_meet(ask):
    app = an_app(cross_origin()(lambda: ""), CORS_ORIGINS=EVIL)
    app.config["CORS_ORIGINS"] = APP  # after decorating, before the first request
    assert ask(app).access_control_allow_origin == APP
    app.config["CORS_ORIGINS"] = EVIL
    assert ask(app).access_control_allow_origin == APP
    assert ask(app, origin=EVIL).access_control_allow_origin is None


def test_none_in_the_config_is_unset_but_for_the_origins(ask):
    app = an_app(cross_origin()(lambda: ""), CORS_MAX_AGE=None, CORS_METHODS=None)
    assert ask(app).access_control_allow_origin == APP
    app = an_app(cross_origin()(lambda: ""), CORS_ORIGINS=None)
    with pytest.warns(CORSWarning, match="allows nobody"):
        assert ask(app).access_control_allow_origin is None


def test_intercept_exceptions_is_an_option_of_a_view_too(ask):
    def fails():
        raise RuntimeError

    app = an_app(cross_origin(APP, intercept_exceptions=False)(fails))
    assert ask(app).access_control_allow_origin is None


def test_one_cross_origin_may_decorate_several_views(ask, preflight):
    shared = cross_origin(APP)
    app = an_app(shared(lambda: "one"))
    app.add_url_rule("/two", "two", shared(lambda: "two"), methods=["PUT"])
    assert ask(app).text == "one"
    assert preflight(app, "/two").access_control_allow_origin == APP


# ---- the view ----------------------------------------------------------------------------------


def test_a_decorated_view_keeps_its_name_its_doc_and_its_arguments(ask):
    @cross_origin(APP)
    def user(name: str, *, greeting: str = "hello") -> str:
        """Greets."""
        return f"{greeting} {name}"

    assert (user.__name__, user.__doc__) == ("user", "Greets.")
    assert list(inspect.signature(user).parameters) == ["name", "greeting"]
    assert not inspect.iscoroutinefunction(user)
    app = an_app()
    app.add_url_rule("/<name>", view_func=user, defaults={"greeting": "bye"})
    assert ask(app, "/me").text == "bye me"


def test_a_decorated_coroutine_function_is_one_still(ask):
    @cross_origin(APP)
    async def view(name: str) -> str:
        await asyncio.sleep(0)
        return f"async {name}"

    assert inspect.iscoroutinefunction(view)
    app = an_app()
    app.add_url_rule("/<name>", view_func=view, methods=["GET", "OPTIONS"])
    response = ask(app, "/me")
    assert (response.text, response.access_control_allow_origin) == ("async me", APP)
    assert ask(app, "/me", method="OPTIONS").text == ""  # left to cross_origin


def test_a_view_of_a_blueprint_that_is_registered_twice(ask):
    bp = Blueprint("bp", __name__)
    bp.add_url_rule("/v", "v", cross_origin(APP)(lambda: abort(403)))
    app = an_app()
    app.register_blueprint(bp, url_prefix="/one")
    app.register_blueprint(bp, url_prefix="/two", name="two")
    for path in ("/one/v", "/two/v"):
        assert ask(app, path).access_control_allow_origin == APP
        assert ask(app, path, EVIL).access_control_allow_origin is None


# ---- mistakes ----------------------------------------------------------------------------------


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
def test_what_its_own_arguments_settle_is_an_error_at_once(options):
    with pytest.raises(CORSConfigError):
        cross_origin(**options)


def test_all_mistakes_of_the_arguments_are_reported_together():
    with pytest.raises(CORSConfigError) as raised:
        cross_origin("https://*", methods="GET PUT", max_age="soon")
    assert [mistake.option for mistake in raised.value.mistakes] == [
        "origins",
        "methods",
        "max_age",
    ]


class Broken(MethodView):
    decorators = (cross_origin(supports_credentials=True),)

    def get(self) -> str:
        return "secret"

    put = get


class BrokenMethods(MethodView):
    @cross_origin(supports_credentials=True)
    def get(self) -> str:
        return "secret"

    put = get


def secret() -> str:
    return "secret"


BROKEN = [
    cross_origin(supports_credentials=True)(secret),
    functools.wraps(secret)(lambda: cross_origin(supports_credentials=True)(secret)()),
    hides(cross_origin(supports_credentials=True)(secret)),
    Broken.as_view("v"),
    BrokenMethods.as_view("v"),
]
IDS = ["plain", "made at the request", "hidden", "class", "methods"]
broken = pytest.mark.parametrize("view", BROKEN, ids=IDS)


@broken
@pytest.mark.parametrize("extension", [False, True])
def test_what_the_config_settles_is_raised_by_each_request_to_the_view(ask, view, extension):
    app = an_app(view)
    app.testing = True
    app.add_url_rule("/fine", "fine", lambda: "fine")
    if extension:
        CORS(app, origins="*")
    for method in ("GET", "GET", "PUT", "HEAD"):
        for origin in (APP, None):
            with pytest.raises(CORSConfigError, match="supports_credentials=True lets in"):
                ask(app, "/", origin, method)
    assert ask(app, "/fine").text == "fine"


def test_a_mistake_is_raised_though_a_check_around_the_view_answers_first(ask):
    @functools.wraps(view := BrokenMethods.as_view("v"))
    def checked() -> str:
        abort(401)

    assert view is checked.__wrapped__
    app = an_app(checked)
    app.testing = True
    with pytest.raises(CORSConfigError, match="supports_credentials=True lets in"):
        ask(app)


@broken
@pytest.mark.parametrize("extension", [False, True])
def test_nothing_is_ever_opened_by_a_mistake_that_is_found_late(ask, preflight, view, extension):
    app = an_app(view)
    if extension:
        CORS(app, origins="*")
    for _ in range(2):
        response = ask(app)
        assert response.status_code == 500
        assert response.access_control_allow_origin is None
        assert "Access-Control-Allow-Credentials" not in response.headers
        assert "secret" not in response.text
        assert "Access-Control-Allow-Credentials" not in preflight(app).headers


@pytest.mark.parametrize("view", [BROKEN[0], BROKEN[3], BROKEN[4]], ids=["plain", "class", "one"])
@pytest.mark.parametrize("extension", [False, True])
def test_preflights_of_a_broken_view_open_nothing_either(preflight, view, extension):
    app = an_app(view)
    if extension:
        CORS(app, origins="*")
    response = preflight(app)
    assert response.access_control_allow_origin is None
    assert "Access-Control-Allow-Methods" not in response.headers
    if extension:
        assert response.status_code == 500


def test_a_preflight_for_a_broken_view_raises_though_options_is_routed_to_another(preflight):
    app = an_app()
    CORS(app, origins=APP)
    app.testing = True
    app.add_url_rule("/", "get", secret, methods=["GET"])
    app.add_url_rule("/", "put", BROKEN[0], methods=["PUT"])
    with pytest.raises(CORSConfigError):
        preflight(app)
    assert preflight(app, method="GET").access_control_allow_origin == APP


@pytest.mark.parametrize("stop", ["outer decorator", "before_request", "no one"])
def test_a_mistake_is_raised_before_anything_else_can_answer(ask, stop):
    @functools.wraps(BROKEN[0])
    def logs_in():
        return "log in", 401

    app = an_app(logs_in if stop == "outer decorator" else BROKEN[0])
    app.testing = True
    if stop == "before_request":
        app.before_request(lambda: ("log in", 401))
    for method in ("GET", "OPTIONS"):
        with pytest.raises(CORSConfigError):
            ask(app, method=method)


def test_a_broken_error_handler_opens_nothing(ask):
    app = an_app()
    CORS(app, origins="*")
    app.register_error_handler(404, cross_origin(supports_credentials=True)(lambda e: ("no", 404)))
    response = ask(app, "/missing")
    assert response.status_code == 500
    assert response.access_control_allow_origin is None


def test_the_same_view_may_be_broken_in_one_app_and_fine_in_another(ask):
    fine = an_app(BROKEN[0], CORS_ORIGINS=APP)
    bad = an_app(BROKEN[0])
    assert ask(bad).status_code == 500
    assert ask(fine).headers["Access-Control-Allow-Credentials"] == "true"
    assert ask(bad).status_code == 500


def test_a_late_error_names_all_mistakes_of_the_config(ask):
    app = an_app(cross_origin()(secret), CORS_ORIGINS="https://*", CORS_MAX_AGE="soon")
    app.testing = True
    with pytest.raises(CORSConfigError) as raised:
        ask(app)
    assert [mistake.value for mistake in raised.value.mistakes] == ["https://*", "soon"]


# ---- warnings ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"orgins": "*"}, "'orgins'; did you mean 'origins'"),
        ({"resources": "/*"}, "no option 'resources'"),
        ({"origins": "app.example"}, "no browser ever sends"),
        ({"methods": "CONNECT"}, "browsers never send CONNECT"),
        ({"origins": None}, "allows nobody"),
    ],
)
def test_a_warning_points_at_the_line_of_the_decorator_and_is_said_once(ask, options, message):
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")

        @cross_origin(**options)
        def view():
            return ""

        line = here() - 4
        assert len(warned) == 1
        for _ in range(2):
            app = an_app(view)
            ask(app)
            ask(app)
    assert [(w.category, w.filename, w.lineno) for w in warned] == [(CORSWarning, __file__, line)]
    assert message in str(warned[0].message)


def test_a_warning_that_is_found_late_points_at_the_line_of_the_decorator(ask):
    @cross_origin()
    def view():
        return ""

    line = here() - 4
    app = an_app(view, CORS_ORIGINS=f"{APP}/")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        ask(app)
        ask(app)
    assert [(w.category, w.filename, w.lineno) for w in warned] == [(CORSWarning, __file__, line)]


def test_a_mistake_that_is_raised_again_keeps_no_request_alive(ask) -> None:
    app = Flask(__name__)
    app.add_url_rule("/v", "v", cross_origin(supports_credentials=True)(secret))
    app.testing = True

    def depth() -> int:
        with pytest.raises(CORSConfigError) as caught:
            ask(app, "/v", "https://app.example")
        return len(caught.traceback)

    first = depth()
    assert [depth() for _ in range(5)] == [first] * 5
