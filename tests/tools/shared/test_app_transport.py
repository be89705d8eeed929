"""The transport to an app in this process, and its records of requests."""

from __future__ import annotations

import sys

import pytest
from flask import Flask, Response, abort, request, stream_with_context

from flask_cors import CORS, cross_origin
from flask_cors.browser import Request
from flask_cors.policy.policy import DecisionReason
from flask_cors.tools.shared.app_transport import AppTransport, HandledRequest, route_request
from flask_cors.tools.shared.page_request import NoVerdict

APP = "https://app.example"
ORIGIN = (("Origin", APP),)


def an_app(**options: object) -> Flask:
    app = Flask("app", static_folder=None)
    CORS(app, **options)  # type: ignore[arg-type]
    app.add_url_rule("/users/<name>", "user", lambda name: f"{name} {request.script_root}")
    return app


def handled(app: Flask, url: str, method: str = "GET") -> HandledRequest:
    server = AppTransport(app, url)
    made = Request(method, url, ORIGIN)
    response = server(made)
    assert server.handled[made].response is response
    return server.handled[made]


def test_a_handled_request_is_recorded():
    app = an_app(origins=APP)
    known = handled(app, "http://localhost/users/a%20b?x=1")
    assert (known.response.status, known.path, known.rule) == (200, "/users/a b", "/users/<name>")
    assert known.policy.options.origins.value.single == APP
    assert known.decision.reason is DecisionReason.ALLOWED
    assert known.response.get("Access-Control-Allow-Origin") == APP
    assert known.error is None


def test_a_request_without_rule_and_policy_is_recorded_without_them():
    known = handled(an_app(resources="/users/*"), "http://localhost/other")
    assert (known.response.status, known.path) == (404, "/other")
    assert (known.rule, known.policy, known.decision) == (None, None, None)


@pytest.mark.parametrize("option", [None, "TESTING", "DEBUG", "PROPAGATE_EXCEPTIONS"])
def test_an_unhandled_exception_becomes_500_and_is_recorded(option):
    app = an_app()
    app.add_url_rule("/raises", view_func=lambda: [].pop())
    if option is not None:
        app.config[option] = True
    before = dict(app.config)
    known = handled(app, "http://localhost/raises")
    assert known.response.status == 500
    assert isinstance(known.error, IndexError)
    assert dict(app.config) == before


def test_a_handled_exception_is_not_recorded():
    app = an_app()
    app.add_url_rule("/aborts", view_func=lambda: abort(401))
    known = handled(app, "http://localhost/aborts")
    assert (known.response.status, known.error) == (401, None)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (LookupError("first\nsecond"), "LookupError: first"),
        (SystemExit(0), "SystemExit: 0"),
    ],
)
def test_an_exception_of_wsgi_middleware_is_reported_in_one_line(error, message):
    app = an_app()

    def raises(environ, start_response):
        raise error

    app.wsgi_app = raises
    with pytest.raises(NoVerdict, match=f"^outside of Flask, the app raised {message}$"):
        handled(app, "http://localhost/users/1")
    assert app.config["PROPAGATE_EXCEPTIONS"] is None


def test_a_view_that_exits_does_not_end_the_command():
    app = an_app()
    app.add_url_rule("/exits", view_func=lambda: sys.exit(0))
    with pytest.raises(NoVerdict):
        handled(app, "http://localhost/exits")


def test_a_response_of_wsgi_middleware_is_recorded_without_a_policy():
    app = an_app()
    app.wsgi_app = Response("mine", 203)
    assert handled(app, "http://localhost/users/1") == HandledRequest(
        handled(app, "http://localhost/users/1").response
    )


@pytest.mark.parametrize("wrap", [lambda stream: stream, stream_with_context])
def test_an_endless_stream_is_closed_unread(wrap):
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
def test_the_host_of_the_app_may_be_written_in_any_way(start, url):
    assert AppTransport(an_app(), start)(Request("GET", url, ORIGIN)).status == 200


@pytest.mark.parametrize(
    "url", ["http://other.example/", "http://localhost:5000/", "http://www.localhost/"]
)
def test_a_request_to_another_host_gives_no_verdict(url):
    with pytest.raises(NoVerdict, match="redirects to another server"):
        AppTransport(an_app(), "http://localhost/")(Request("GET", url))


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://localhost/shop/users/1", "/users/1"),
        ("http://localhost/users/1", "/users/1"),
        ("http://localhost//users/1", "/users/1"),
        ("http://localhost/shop", "/shop"),
    ],
)
def test_a_path_below_the_application_root_is_sent_below_it(url, path):
    app = an_app()
    app.config["APPLICATION_ROOT"] = "/shop"
    assert handled(app, url).path == path


def test_a_redirect_may_lead_out_of_the_application_root():
    app = an_app()
    app.config["APPLICATION_ROOT"] = "/shop"
    roots: list[str] = []
    app.before_request(lambda: roots.append(request.root_path))
    server = AppTransport(app, "http://localhost/shop/users/1")
    for path in ("/shop/users/1", "/users/1"):
        server(Request("GET", f"http://localhost{path}"))
    assert roots == ["/shop", ""]


def test_the_first_preflight_of_an_app_with_decorators_only_is_recorded():
    app = Flask("app", static_folder=None)
    app.add_url_rule("/own", "own", cross_origin(origins=APP)(lambda: "mine"))
    app.before_request(lambda: abort(401))
    headers = (*ORIGIN, ("Access-Control-Request-Method", "GET"))
    made = Request("OPTIONS", "http://localhost/own", headers)
    server = AppTransport(app, made.url)
    assert server(made).status == 200
    assert server.handled[made].decision.reason is DecisionReason.ALLOWED
    assert app.test_client().options("/own", headers=dict(headers)).status_code == 200


def test_no_function_of_the_app_runs_for_a_request_that_is_only_routed():
    """A teardown function counts on what before_request did."""
    app = an_app()
    called: list[object] = []
    app.before_request(lambda: called.append("before"))
    app.teardown_request(called.append)
    app.teardown_appcontext(called.append)
    assert route_request(app, "/users/me").endpoint == "user"
    assert called == []
    app.test_client().get("/users/me")
    assert called == ["before", None, None]
