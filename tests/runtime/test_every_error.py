"""Every error response has the headers of its policy, so that a page can read the error."""

from __future__ import annotations

import logging

import pytest
from flask import (
    Blueprint,
    Flask,
    abort,
    got_request_exception,
    redirect,
)
from flask.sessions import SecureCookieSessionInterface
from werkzeug.exceptions import HTTPException

from flask_cors import CORS, cross_origin

APP = "https://app.example"
EVIL = "https://evil.example"


def fails() -> str:
    raise RuntimeError("no database")


def an_app(bound: str = "app", **options: object) -> Flask:
    """Return an app whose views fail, each in its own way."""
    app = Flask(__name__)
    decorate = cross_origin(APP, **options) if bound == "view" else lambda view: view
    if bound == "app":
        CORS(app, origins=APP, **options)
    app.add_url_rule("/raise", "raise", decorate(fails))
    app.add_url_rule("/abort", "abort", decorate(lambda: abort(418)))
    app.add_url_rule("/response", "response", decorate(lambda: abort(app.response_class("", 409))))
    app.add_url_rule("/none", "none", decorate(lambda: None))
    app.add_url_rule("/redirect", "redirect", decorate(lambda: redirect("/elsewhere", 302)))
    app.add_url_rule("/fine", "fine", decorate(lambda: "fine"))
    app.add_url_rule("/slash/", "slash", decorate(lambda: "fine"))
    return app


FAILURES = [
    ("/raise", 500),
    ("/abort", 418),
    ("/response", 409),
    ("/none", 500),
    ("/redirect", 302),
]
ROUTED = [("/missing", 404), ("/slash", 308)]


def assert_told(fetch, app: Flask, path: str, status: int, method: str = "GET") -> None:
    response = fetch(app, path, APP, method)
    assert response.status_code == status
    assert response.headers.getlist("Access-Control-Allow-Origin") == [APP]
    refused = fetch(app, path, EVIL, method)
    assert refused.status_code == status
    assert refused.access_control_allow_origin is None
    assert refused.headers.getlist("Vary") == ["Origin"]


@pytest.mark.parametrize("bound", ["app", "view"])
@pytest.mark.parametrize(("path", "status"), FAILURES)
def test_an_error_of_a_view_carries_the_headers(fetch, bound, path, status):
    assert_told(fetch, an_app(bound), path, status)


@pytest.mark.parametrize(("path", "status"), ROUTED)
def test_an_error_of_routing_carries_the_headers(fetch, path, status):
    assert_told(fetch, an_app(), path, status)


def test_a_method_that_is_not_allowed_carries_the_headers(fetch):
    assert_told(fetch, an_app(), "/fine", 405, "POST")


@pytest.mark.parametrize("bound", ["app", "view"])
@pytest.mark.parametrize(("path", "status"), [("/raise", 500), ("/abort", 418), ("/none", 500)])
@pytest.mark.parametrize("caught", [HTTPException, Exception, "status"])
def test_the_response_of_an_error_handler_carries_the_headers(fetch, bound, path, status, caught):
    app = an_app(bound)
    app.register_error_handler(
        status if caught == "status" else caught, lambda error: ({"error": str(error)}, status)
    )
    assert_told(fetch, app, path, status)


@pytest.mark.parametrize("bound", ["app", "view"])
def test_an_error_handler_that_raises_carries_the_headers(fetch, bound):
    app = an_app(bound)

    @app.errorhandler(418)
    def raises(error):
        raise RuntimeError("in the handler")

    assert_told(fetch, app, "/abort", 500)


@pytest.mark.parametrize("bound", ["app", "view"])
@pytest.mark.parametrize("always", [True, False])
@pytest.mark.parametrize("first", [True, False])
def test_an_after_request_function_that_raises_carries_the_headers(fetch, bound, always, first):
    app = Flask(__name__) if first else an_app(bound)
    failures = []

    @app.after_request
    def raises(response):
        if always or not failures:
            failures.append(1)
            raise RuntimeError("in after_request")
        return response

    if first:
        CORS(app, origins=APP)
        app.add_url_rule("/fine", "fine", lambda: "fine")
    response = fetch(app, "/fine")
    assert response.status_code == 500
    assert response.headers.getlist("Access-Control-Allow-Origin") == [APP]
    failures.clear()
    refused = fetch(app, "/fine", EVIL)
    assert refused.access_control_allow_origin is None
    assert refused.headers.getlist("Vary") == ["Origin"]


def test_a_session_that_cannot_be_saved_carries_the_headers(fetch):
    app = an_app()

    class Broken(type(app.session_interface)):
        def save_session(self, *args):
            raise RuntimeError("no session")

    app.session_interface = Broken()
    app.secret_key = "key"
    assert_told(fetch, app, "/fine", 500)


def test_a_request_is_decided_and_logged_once_though_its_session_cannot_be_saved(fetch, caplog):
    """Flask runs the after_request functions again, on the response to that error."""
    calls = []

    def allows(origin):
        calls.append(origin)
        return False

    app = an_app()
    CORS(app, resources="/once", origins=allows)
    app.add_url_rule("/once", "once", lambda: "")

    class Broken(type(app.session_interface)):
        def save_session(self, *args):
            raise RuntimeError("no session")

    app.session_interface = Broken()
    app.secret_key = "key"
    with caplog.at_level(logging.DEBUG, "flask_cors"):
        assert fetch(app, "/once").status_code == 500
    assert calls == [APP]
    assert len([each for each in caplog.records if each.name == "flask_cors"]) == 1


@pytest.mark.parametrize("bound", ["app", "view"])
@pytest.mark.parametrize(
    ("function", "status"),
    [(fails, 500), (lambda: abort(401), 401), (lambda: ("log in", 401), 401)],
)
def test_a_before_request_function_that_stops_a_request_carries_the_headers(
    fetch, bound, function, status
):
    app = an_app(bound)
    app.before_request(function)
    assert_told(fetch, app, "/fine", status)


def test_a_redirect_that_a_before_request_function_sends_carries_the_headers(fetch):
    app = an_app()
    app.before_request(lambda: redirect("/login", 302))
    assert_told(fetch, app, "/fine", 302)


class Broken(SecureCookieSessionInterface):
    def open_session(self, *args):
        raise RuntimeError("no session")


@pytest.mark.parametrize("path", ["/own", "/app", "/bp/v"])
def test_a_session_that_cannot_be_opened_carries_the_headers_of_the_view(fetch, preflight, path):
    """Flask opens the session before it routes."""
    app = Flask(__name__)
    CORS(app, origins=APP if path == "/app" else EVIL)
    app.add_url_rule("/own", "own", cross_origin(APP)(lambda: "fine"))
    app.add_url_rule("/app", "app", lambda: "fine")
    bp = Blueprint("bp", __name__, url_prefix="/bp")
    CORS(bp, origins=APP)
    bp.add_url_rule("/v", "v", lambda: "fine")
    app.register_blueprint(bp)

    app.session_interface = Broken()
    assert_told(fetch, app, path, 500)
    assert preflight(app, path, "GET").access_control_allow_origin == APP
    assert preflight(app, path, "GET", EVIL).access_control_allow_origin is None


def test_a_session_that_cannot_be_opened_carries_the_headers_of_the_only_view(fetch):
    app = Flask(__name__)
    CORS(app, origins=EVIL)
    app.add_url_rule("/own", "own", cross_origin(APP)(lambda: "fine"))
    app.session_interface = Broken()
    assert_told(fetch, app, "/own", 500)


def test_a_got_request_exception_signal_outside_of_a_request_is_ignored():
    app = an_app()
    with app.app_context():
        got_request_exception.send(app, exception=RuntimeError("in a job"))


# ---- intercept_exceptions ----------------------------------------------------------------------


@pytest.mark.parametrize("bound", ["app", "view"])
@pytest.mark.parametrize("handler", [None, 500])
def test_with_intercept_exceptions_off_an_unhandled_exception_gets_no_headers(
    fetch, bound, handler
):
    app = an_app(bound, intercept_exceptions=False)
    if handler:
        app.register_error_handler(500, lambda error: ("oops", 500))
    for path in ("/raise", "/none"):
        response = fetch(app, path)
        assert response.status_code == 500
        assert response.access_control_allow_origin is None
    assert_told(fetch, app, "/abort", 418)
    assert_told(fetch, app, "/fine", 200)


def test_an_exception_with_an_error_handler_is_not_unhandled(fetch):
    app = an_app(intercept_exceptions="false")
    app.register_error_handler(RuntimeError, lambda error: ("handled", 500))
    assert_told(fetch, app, "/raise", 500)


def test_intercept_exceptions_may_differ_by_resource_and_come_from_the_config(fetch):
    app = Flask(__name__)
    app.config["CORS_INTERCEPT_EXCEPTIONS"] = False
    CORS(app, origins=APP, resources={"/a": {}, "/b": {"intercept_exceptions": True}})
    app.add_url_rule("/a", "a", fails)
    app.add_url_rule("/b", "b", fails)
    assert fetch(app, "/a").access_control_allow_origin is None
    assert fetch(app, "/b").access_control_allow_origin == APP


def test_an_exception_propagates_in_testing_mode(fetch):
    app = an_app()
    app.testing = True
    with pytest.raises(RuntimeError, match="no database"):
        fetch(app, "/raise")
