"""What is seen of an app while it gets requests, and how it is left."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, Response, abort, request

from flask_cors import cross_origin
from flask_cors.browser import Request
from flask_cors.tools.check.calls import Calls
from flask_cors.tools.check.tracing import find_responsible, iter_middleware, trace_requests

ACAO = "Access-Control-Allow-Origin"
URL = "http://localhost/users"
SENT = Request("GET", URL, (("Origin", "https://app.example"),))


@pytest.fixture
def app() -> Flask:
    app = Flask("app")
    app.add_url_rule("/users", "users", cross_origin()(lambda: ("read me", {ACAO: "by hand"})))
    return app


def test_a_view_does_nothing_unless_it_is_named(app: Flask):
    with trace_requests(app, Calls()) as send:
        assert send(SENT).view_set is None
        assert send(SENT, "users").view_set == {ACAO: "by hand"}
        assert send(SENT).view_set is None


def test_a_function_that_responds_is_noted_with_what_it_sets(app: Flask):
    def respond() -> Response:
        return Response(headers={ACAO: "*"})

    app.before_request(respond)
    with trace_requests(app, Calls()) as send:
        trace = send(SENT, "users")
    assert trace.responded == [("before_request", respond)]
    assert trace.set_by == [(("before_request", respond), {ACAO: "*"})]
    assert trace.view_set is None


def test_a_function_that_raises_what_the_app_handles_has_responded(app: Flask):
    def stop() -> None:
        abort(401)

    app.before_request(stop)
    with trace_requests(app, Calls()) as send:
        trace = send(SENT)
    assert trace.responded == [("before_request", stop)]
    assert trace.response is not None
    assert trace.response.status == 401


def test_an_app_that_raises_what_it_does_not_handle_sends_no_response(app: Flask):
    app.before_request(lambda: 1 / 0)
    with trace_requests(app, Calls()) as send:
        assert send(SENT).response is None


def test_a_function_that_changes_a_header_is_noted_and_one_that_does_not_is_not(app: Flask):
    def change(response: Response) -> Response:
        response.headers[ACAO] = "changed"
        return response

    app.after_request(lambda response: response)
    app.after_request(change)
    with trace_requests(app, Calls()) as send:
        trace = send(SENT, "users")
    assert trace.set_by == [(("after_request", change), {ACAO: "changed"})]
    assert trace.of_flask == {ACAO: "changed"}


def test_the_headers_of_a_preflight_that_does_not_reach_the_app_are_of_flask(app: Flask):
    origin = "https://app.example"
    sent = (("Origin", origin), ("Access-Control-Request-Method", "GET"))
    with trace_requests(app, Calls()) as send:
        trace = send(Request("OPTIONS", URL, sent))
    assert trace.of_flask is not None
    assert trace.of_flask[ACAO] == origin
    assert trace.response is not None
    assert trace.of_flask.items() <= dict(trace.response.headers).items()


def test_a_function_may_take_itself_out_of_the_list_when_it_has_run(app: Flask):
    functions = app.before_request_funcs.setdefault(None, [])
    ran: list[str] = []

    @app.before_request
    def once() -> None:
        ran.append("once")
        functions.remove(once)

    with trace_requests(app, Calls()) as send:
        assert {once} & set(functions)
        assert send(SENT).response is not None
        assert send(SENT).response is not None
    assert ran == ["once"]
    assert once not in functions


def test_the_app_is_as_its_first_request_would_have_left_it(app: Flask):
    def before() -> None: ...

    def preprocess(endpoint: str | None, values: object) -> None: ...

    def after(response: Response) -> Response:
        response.headers["X-Path"] = request.path
        return response

    app.before_request(before)
    app.url_value_preprocessor(preprocess)
    app.after_request(after)
    app.add_url_rule("/more", "more", cross_origin()(lambda: "read me"))
    views = app.view_functions
    with trace_requests(app, Calls()) as send:
        send(SENT, "users")
    assert app.before_request_funcs == {None: [before]}
    assert app.url_value_preprocessors == {None: [preprocess]}
    assert app.after_request_funcs[None][-1] is after
    assert app.view_functions is views
    response = app.test_client().get("/more", headers={"Origin": "https://app.example"})
    assert (response.headers[ACAO], response.headers["X-Path"]) == ("https://app.example", "/more")


# ---- WSGI middleware ---------------------------------------------------------------------------


class Layer:
    def __init__(self, app: Any, name: str = "app") -> None:
        setattr(self, name, app)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return environ, start_response


@pytest.fixture
def bare() -> Flask:
    return Flask("app")


def test_an_app_has_no_middleware_of_its_own(bare: Flask):
    assert list(iter_middleware(bare)) == []
    assert find_responsible(bare, lambda: True) is None


def test_middleware_is_listed_from_the_outside_in(bare: Flask):
    inner = bare.wsgi_app = Layer(bare.wsgi_app, "application")
    outer = bare.wsgi_app = Layer(bare.wsgi_app, "wsgi_app")
    assert list(iter_middleware(bare)) == [outer, inner]


def test_middleware_that_hides_the_next_layer_or_leads_back_is_the_last(bare: Flask):
    hidden = bare.wsgi_app = lambda environ, start_response: None
    assert list(iter_middleware(bare)) == [hidden]
    around = bare.wsgi_app = Layer(bare)
    assert list(iter_middleware(bare)) == [around]
    turning = bare.wsgi_app = Layer(None)
    turning.app = turning
    assert list(iter_middleware(bare)) == [turning]


def test_the_innermost_middleware_that_makes_the_difference_is_found(bare: Flask):
    bare.wsgi_app = Layer(bare.wsgi_app)
    guilty = bare.wsgi_app = Layer(bare.wsgi_app)
    outermost = bare.wsgi_app = Layer(bare.wsgi_app)
    assert find_responsible(bare, lambda: bare.wsgi_app in (guilty, outermost)) is guilty
    assert find_responsible(bare, lambda: False) is None
    assert bare.wsgi_app is outermost


def test_the_middleware_of_an_app_is_left_as_it_was_whatever_happens(bare: Flask):
    before = bare.wsgi_app = Layer(bare.wsgi_app)
    with pytest.raises(ZeroDivisionError):
        find_responsible(bare, lambda: 1 / 0)
    assert bare.wsgi_app is before


def test_an_app_without_middleware_is_left_without(bare: Flask):
    assert find_responsible(bare, lambda: True) is None
    assert "wsgi_app" not in vars(bare)
