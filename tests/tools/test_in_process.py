"""A server that is an app in this process, and what it tells of each request."""

from __future__ import annotations

import sys

import pytest
from flask import Flask, Response, abort, request, stream_with_context

from flask_cors import CORS
from flask_cors.browser import Request
from flask_cors.policy.policy import Reason
from flask_cors.tools.arguments import CannotTell
from flask_cors.tools.in_process import Handled, InProcess

APP = "https://app.example"
ORIGIN = (("Origin", APP),)


def an_app(**options: object) -> Flask:
    app = Flask("app", static_folder=None)
    CORS(app, **options)  # type: ignore[arg-type]
    app.add_url_rule("/users/<name>", "user", lambda name: f"{name} {request.script_root}")
    return app


def handled(app: Flask, url: str, method: str = "GET") -> Handled:
    server = InProcess(app, url)
    made = Request(method, url, ORIGIN)
    response = server(made)
    assert server.handled[made].response is response
    return server.handled[made]


def test_what_an_app_did_with_a_request_is_known():
    app = an_app(origins=APP)
    known = handled(app, "http://localhost/users/a%20b?x=1")
    assert (known.response.status, known.path, known.rule) == (200, "/users/a b", "/users/<name>")
    assert known.policy.options.origins.value.single == APP
    assert known.decision.reason is Reason.ALLOWED
    assert known.response.get("Access-Control-Allow-Origin") == APP
    assert known.error is None


def test_where_no_rule_and_no_policy_is_found_nothing_is_told_of_them():
    known = handled(an_app(resources="/users/*"), "http://localhost/other")
    assert (known.response.status, known.path) == (404, "/other")
    assert (known.rule, known.policy, known.decision) == (None, None, None)


@pytest.mark.parametrize("option", [None, "TESTING", "DEBUG", "PROPAGATE_EXCEPTIONS"])
def test_an_exception_is_answered_as_in_production_and_told(option):
    app = an_app()
    app.add_url_rule("/raises", view_func=lambda: [].pop())
    if option is not None:
        app.config[option] = True
    before = dict(app.config)
    known = handled(app, "http://localhost/raises")
    assert known.response.status == 500
    assert isinstance(known.error, IndexError)
    assert dict(app.config) == before


def test_an_exception_that_the_app_handles_is_none():
    app = an_app()
    app.add_url_rule("/aborts", view_func=lambda: abort(401))
    known = handled(app, "http://localhost/aborts")
    assert (known.response.status, known.error) == (401, None)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (LookupError("first\nsecond"), "LookupError: first"),
        (SystemExit(0), "SystemExit: 0"),
    ],
)
def test_what_wsgi_middleware_raises_is_told_in_one_line(error, said):
    app = an_app()

    def raises(environ, start_response):
        raise error

    app.wsgi_app = raises
    with pytest.raises(CannotTell, match=f"^the app raised, outside of Flask, {said}$"):
        handled(app, "http://localhost/users/1")
    assert app.config["PROPAGATE_EXCEPTIONS"] is None


def test_a_view_that_exits_does_not_end_the_command():
    app = an_app()
    app.add_url_rule("/exits", view_func=lambda: sys.exit(0))
    with pytest.raises(CannotTell):
        handled(app, "http://localhost/exits")


def test_of_what_wsgi_middleware_answers_itself_the_answer_is_known():
    app = an_app()
    app.wsgi_app = Response("mine", 203)
    assert handled(app, "http://localhost/users/1") == Handled(
        handled(app, "http://localhost/users/1").response
    )


@pytest.mark.parametrize("wrap", [lambda stream: stream, stream_with_context])
def test_a_stream_without_an_end_is_closed_unread(wrap):
    app = an_app()

    def endless():
        while True:
            yield "data: again\n\n"

    app.add_url_rule("/events", view_func=lambda: Response(wrap(endless())))
    known = handled(app, "http://localhost/events")
    assert (known.response.status, known.response.body, known.path) == (200, b"", "/events")


@pytest.mark.parametrize(
    ("start", "url"),
    [
        ("http://LOCALHOST/users/1", "http://localhost/users/1"),
        ("http://localhost:80/users/1", "http://localhost/users/1"),
        ("http://localhost:5000/users/1", "http://localhost:5000/users/1"),
        ("http://localhost/users/1", "https://localhost/users/1"),
    ],
)
def test_the_app_serves_the_host_that_it_is_asked_at_however_that_is_written(start, url):
    assert InProcess(an_app(), start)(Request("GET", url, ORIGIN)).status == 200


@pytest.mark.parametrize(
    "url", ["http://other.example/", "http://localhost:5000/", "http://www.localhost/"]
)
def test_another_host_is_another_server(url):
    with pytest.raises(CannotTell, match="which is another server"):
        InProcess(an_app(), "http://localhost/")(Request("GET", url))


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://localhost/shop/users/1", "/users/1"),
        ("http://localhost/users/1", "/users/1"),
        ("http://localhost//users/1", "/users/1"),
        ("http://localhost/shop", "/shop"),
    ],
)
def test_a_path_is_below_the_one_that_the_app_is_mounted_at_where_it_begins_so(url, path):
    app = an_app()
    app.config["APPLICATION_ROOT"] = "/shop"
    assert handled(app, url).path == path


def test_a_redirect_may_lead_out_of_the_path_that_the_app_is_mounted_at():
    app = an_app()
    app.config["APPLICATION_ROOT"] = "/shop"
    roots: list[str] = []
    app.before_request(lambda: roots.append(request.root_path))
    server = InProcess(app, "http://localhost/shop/users/1")
    for path in ("/shop/users/1", "/users/1"):
        server(Request("GET", f"http://localhost{path}"))
    assert roots == ["/shop", ""]
