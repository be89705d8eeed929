"""Every error response has the headers of its policy, however exceptions are handled."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from inspect import signature
from typing import Any

import pytest
from flask import Blueprint, Flask, Response, abort, redirect
from werkzeug.exceptions import Forbidden
from werkzeug.routing import BaseConverter, ValidationError

from flask_cors import CORS, cross_origin
from flask_cors.tools.shared.app_errors import first_error

from .exchanges import APP, EVIL, allowed, cors_headers, send, send_preflight, vary

Bind = Callable[..., None]


def bind_app(app: Flask, view: Callable[[], Any], **options: Any) -> None:
    CORS(app, origins=[APP, "https://second.example"], **options)
    app.add_url_rule("/", "view", view, methods=["GET", "PUT"])


def bind_blueprint(app: Flask, view: Callable[[], Any], **options: Any) -> None:
    bp = Blueprint("bp", __name__)
    CORS(bp, origins=[APP, "https://second.example"], **options)
    bp.add_url_rule("/", "view", view, methods=["GET", "PUT"])
    app.register_blueprint(bp)


def bind_view(app: Flask, view: Callable[[], Any], **options: Any) -> None:
    decorate = cross_origin([APP, "https://second.example"], **options)
    app.add_url_rule("/", "view", decorate(view), methods=["GET", "PUT"])


@pytest.fixture(params=[bind_app, bind_blueprint, bind_view], ids=lambda bind: bind.__name__)
def bind(request: pytest.FixtureRequest) -> Bind:
    return request.param


def fail() -> str:
    raise RuntimeError("no database")


def assert_carries_headers(app: Flask, status: int, text: str | None = None) -> None:
    """Check a first request and later ones, from allowed and refused origins."""
    for origin, lines in ((APP, [APP]), (EVIL, []), (APP, [APP])):
        response = send(app, origin=origin)
        assert response.status_code == status
        assert text is None or response.text == text
        assert (allowed(response), vary(response)) == (lines, ["Origin"])


def plain_app() -> Flask:
    return Flask(__name__)


def handling_app() -> Flask:
    """An app that responds to unhandled exceptions itself, as many do."""

    class HandlingApp(Flask):
        def handle_exception(self, e: Exception) -> Response:
            return self.response_class(f"handled {type(e).__name__}", 503)

    return HandlingApp(__name__)


def logging_app() -> Flask:
    """It passes on."""

    class LoggingApp(Flask):
        def handle_exception(self, e: Exception) -> Response:
            self.extensions.setdefault("handled", []).append(e)
            return super().handle_exception(e)

    return LoggingApp(__name__)


@pytest.fixture(autouse=True)
def _older_signature(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Flask 3.2 warns of it, and changes its own class for it: undo that."""
    monkeypatch.setattr(Flask, "handle_exception", Flask.handle_exception)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The 'handle_exception'", DeprecationWarning)
        yield


def quiet(app: Flask) -> Flask:
    app.logger.disabled = True
    return app


def test_handle_exception_may_be_overridden(bind):
    app = quiet(handling_app())
    bind(app, fail)
    assert_carries_headers(app, 503, "handled RuntimeError")


def test_handle_exception_may_be_overridden_and_call_that_of_flask(bind):
    app = quiet(logging_app())
    bind(app, fail)
    assert_carries_headers(app, 500)
    assert len(app.extensions["handled"]) == 3


@pytest.mark.parametrize("passes_on", [True, False])
def test_handle_exception_may_be_replaced_after_cors_and_before_the_first_request(bind, passes_on):
    app = quiet(Flask(__name__))
    bind(app, fail)
    original = app.handle_exception

    def replaced(*args: Any, **kwargs: Any) -> Response:
        return original(*args, **kwargs) if passes_on else Response("replaced", 502)

    app.handle_exception = replaced
    assert_carries_headers(app, 500 if passes_on else 502)


def test_a_preflight_may_come_before_handle_exception_is_replaced(bind):
    """A preflight is not the first request of the app."""
    app = quiet(Flask(__name__))
    bind(app, fail)
    assert allowed(send_preflight(app)) == [APP]
    app.handle_exception = lambda *args, **kwargs: Response("replaced", 502)
    assert_carries_headers(app, 502)


def test_handle_user_exception_may_be_replaced(bind):
    app = quiet(Flask(__name__))
    bind(app, fail)
    app.handle_user_exception = lambda *args: Response("replaced", 418)
    assert_carries_headers(app, 418)


@pytest.mark.parametrize("registered", ["before", "after"])
@pytest.mark.parametrize("raised", [RuntimeError, Forbidden])
def test_an_after_request_function_may_raise(bind, registered, raised):
    app = quiet(Flask(__name__))

    def after(response):
        raise raised

    if registered == "before":
        app.after_request(after)
    bind(app, lambda: "fine")
    if registered == "after":
        app.after_request(after)
    assert_carries_headers(app, 500)


def test_an_after_request_function_that_raises_once_leaves_one_set_of_headers(bind):
    """Flask calls all of them again, with the response to the exception."""
    app = quiet(Flask(__name__))
    bind(app, lambda: "fine")

    @app.after_request
    def after(response):
        if response.status_code == 200:
            raise RuntimeError
        return response

    assert_carries_headers(app, 500)


def test_a_teardown_function_that_raises_does_not_change_the_next_request(bind):
    app = quiet(Flask(__name__))
    bind(app, fail)
    raising = [True]

    @app.teardown_request
    def tear_down(error):
        if raising.pop() if raising else False:
            raise LookupError

    with pytest.raises(Exception, match=r"^$|teardown") as raised:  # a group, from Flask 3.2 on
        send(app)
    assert isinstance(first_error(raised.value), LookupError)
    assert_carries_headers(app, 500)


@pytest.mark.parametrize(
    ("view", "status"),
    [
        (lambda: abort(401), 401),
        (lambda: abort(Response("own", 409)), 409),
        (lambda: redirect("/elsewhere", 302), 302),
        (lambda: ("gone", 410), 410),
        (lambda: None, 500),
        (fail, 500),
    ],
)
@pytest.mark.parametrize("make_app", [plain_app, logging_app])
def test_whatever_a_view_does_its_response_carries_the_headers(bind, view, status, make_app):
    app = quiet(make_app())
    bind(app, view)
    assert_carries_headers(app, status)


# ---- intercept_exceptions ----------------------------------------------------------------------


@pytest.mark.parametrize("make_app", [plain_app, handling_app, logging_app])
@pytest.mark.parametrize("with_handler", [True, False])
def test_with_intercept_exceptions_off_an_unhandled_exception_gets_no_headers(
    bind, make_app, with_handler
):
    app = quiet(make_app())
    bind(app, fail, intercept_exceptions=False)
    if with_handler:
        app.register_error_handler(500, lambda error: ("handled", 500))
    for origin in (APP, EVIL):
        response = send(app, origin=origin)
        assert response.status_code in (500, 503)
        assert (cors_headers(response), vary(response)) == ([], [])


@pytest.mark.parametrize("view", [lambda: abort(401), lambda: abort(500), lambda: ("", 500)])
def test_with_intercept_exceptions_off_any_other_error_carries_the_headers(bind, view):
    app = quiet(Flask(__name__))
    bind(app, view, intercept_exceptions=False)
    assert allowed(send(app)) == [APP]


def test_with_intercept_exceptions_off_an_error_in_after_request_gets_no_headers(bind):
    app = quiet(Flask(__name__))
    bind(app, lambda: "fine", intercept_exceptions=False)

    @app.after_request
    def after(response):
        raise RuntimeError

    response = send(app)
    assert (response.status_code, cors_headers(response)) == (500, [])


# ---- 404s ----------------------------------------------------------------------------------------


def raising_converter(raised: type[Exception], only_once_routed: bool = True) -> Any:
    class Converter(BaseConverter):
        def to_python(self, value: str) -> str:
            if value == "known":
                return value
            raise raised

    return Converter


@pytest.mark.parametrize("raised", [ValueError, LookupError, RuntimeError, Forbidden])
@pytest.mark.parametrize("with_app_policy", [True, False])
def test_a_converter_in_a_url_prefix_that_raises_does_not_match(raised, with_app_policy):
    """Flask calls the converter only if a URL rule of the blueprint may match the path."""
    app = quiet(Flask(__name__))
    app.url_map.converters["tenant"] = raising_converter(raised)
    bp = Blueprint("bp", __name__, url_prefix="/t/<tenant:name>")
    bp.add_url_rule("/view", "view", lambda name: name)
    CORS(bp, origins=APP)
    app.register_blueprint(bp)
    if with_app_policy:
        CORS(app, origins=EVIL)
    plain = quiet(Flask(__name__))
    plain.url_map.converters["tenant"] = app.url_map.converters["tenant"]
    plain.add_url_rule("/t/<tenant:name>/view", "view", lambda name: name)
    for path in ("/t/unknown/missing", "/t/unknown", "/missing", "/t/known/missing"):
        response = send(app, path)
        assert response.status_code == send(plain, path).status_code == 404, path
        expected = [APP] if "/known/" in path else []
        assert allowed(response) == expected
    expected = [EVIL] if with_app_policy else []
    assert allowed(send(app, "/t/unknown/missing", EVIL)) == expected
    assert send_preflight(app, "/t/unknown/missing", APP).status_code != 500
    assert allowed(send_preflight(app, "/t/unknown/missing", EVIL)) == expected


def test_a_validation_error_of_a_converter_is_still_a_404():
    app = Flask(__name__)
    app.url_map.converters["tenant"] = raising_converter(ValidationError)
    bp = Blueprint("bp", __name__, url_prefix="/t/<tenant:name>")
    bp.add_url_rule("/view", "view", lambda name: name)
    CORS(bp, origins=APP)
    app.register_blueprint(bp)
    assert (send(app, "/t/known/view").text, allowed(send(app, "/t/known/view"))) == (
        "known",
        [APP],
    )
    response = send(app, "/t/unknown/view")
    assert (response.status_code, allowed(response)) == (404, [])


def test_an_exception_that_an_app_reports_outside_of_a_request_is_left_to_flask():
    app = quiet(Flask(__name__))
    CORS(app, origins=APP)
    takes_context = "ctx" in signature(Flask.handle_exception).parameters
    with app.app_context() as context, pytest.raises((RuntimeError, LookupError)):
        app.handle_exception(*([context] if takes_context else []), LookupError())


def test_handle_exception_may_return_a_value_that_is_not_a_response():
    app = quiet(Flask(__name__))
    CORS(app, origins=APP)
    app.add_url_rule("/", "view", fail)
    app.handle_exception = lambda *args: Forbidden()
    response = send(app)
    assert (response.status_code, allowed(response)) == (403, [APP])
