"""What is noted of an app's functions while it is asked, and how they are left."""

from __future__ import annotations

import pytest
from flask import Flask, Response, abort, request

from flask_cors import cross_origin
from flask_cors.browser import Request
from flask_cors.tools.check.trials.tracing import traced

ACAO = "Access-Control-Allow-Origin"
URL = "http://localhost/users"
ASKED = Request("GET", URL, (("Origin", "https://app.example"),))


@pytest.fixture
def app() -> Flask:
    app = Flask("app")
    app.add_url_rule("/users", "users", cross_origin()(lambda: ("read me", {ACAO: "by hand"})))
    return app


def test_a_view_does_nothing_unless_it_is_named(app: Flask):
    with traced(app) as send:
        assert send(ASKED).view_set is None
        assert send(ASKED, "users").view_set == {ACAO: "by hand"}
        assert send(ASKED).view_set is None


def test_a_function_that_answers_is_noted_with_what_it_sets(app: Flask):
    def answer() -> Response:
        return Response(headers={ACAO: "*"})

    app.before_request(answer)
    with traced(app) as send:
        trace = send(ASKED, "users")
    assert trace.answered == [(answer, "before_request")]
    assert trace.set_by == [(answer, {ACAO: "*"})]
    assert trace.view_set is None


def test_a_function_that_raises_what_the_app_handles_has_answered(app: Flask):
    def stop() -> None:
        abort(401)

    app.before_request(stop)
    with traced(app) as send:
        trace = send(ASKED)
    assert trace.answered == [(stop, "before_request")]
    assert trace.response is not None
    assert trace.response.status == 401


def test_an_app_that_raises_what_it_does_not_handle_says_nothing(app: Flask):
    app.before_request(lambda: 1 / 0)
    with traced(app) as send:
        assert send(ASKED).response is None


def test_a_function_that_changes_a_header_is_noted_and_one_that_does_not_is_not(app: Flask):
    def change(response: Response) -> Response:
        response.headers[ACAO] = "changed"
        return response

    app.after_request(lambda response: response)
    app.after_request(change)
    with traced(app) as send:
        trace = send(ASKED, "users")
    assert trace.set_by == [(change, {ACAO: "changed"})]
    assert trace.of_flask == {ACAO: "changed"}


def test_a_function_may_take_itself_out_of_the_list_when_it_has_run(app: Flask):
    functions = app.before_request_funcs.setdefault(None, [])
    ran: list[str] = []

    @app.before_request
    def once() -> None:
        ran.append("once")
        functions.remove(once)

    with traced(app) as send:
        assert {once} & set(functions)
        assert send(ASKED).response is not None
        assert send(ASKED).response is not None
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
    with traced(app) as send:
        send(ASKED, "users")
    assert app.before_request_funcs == {None: [before]}
    assert app.url_value_preprocessors == {None: [preprocess]}
    assert app.after_request_funcs[None][-1] is after
    assert app.view_functions is views
    answer = app.test_client().get("/more", headers={"Origin": "https://app.example"})
    assert (answer.headers[ACAO], answer.headers["X-Path"]) == ("https://app.example", "/more")
