"""No response has the headers of another request, even if the app keeps or shares the object."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, Response, abort, make_response, request, request_finished
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response as WerkzeugResponse

from flask_cors import CORS, cross_origin

from .exchanges import APP, EVIL, OTHER, allowed, cors_headers, send, vary

ORIGINS = (APP, OTHER, EVIL)
OPTIONS = {"origins": [APP, OTHER], "supports_credentials": True, "expose_headers": "X-Total"}
NAMES = [
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
]

Reuse = Callable[[Flask, Response], None]


# ---- the ways to reuse one Response ------------------------------------------------------------


def from_a_view(app: Flask, response: Response) -> None:
    app.add_url_rule("/", "view", lambda: response)


def from_a_decorated_view(app: Flask, response: Response) -> None:
    app.add_url_rule("/", "view", cross_origin(**OPTIONS)(lambda: response))


def from_a_decorated_helper(app: Flask, response: Response) -> None:
    @cross_origin(**OPTIONS)
    def helper():
        return response

    app.add_url_rule("/", "view", lambda: helper())


def from_before_request(app: Flask, response: Response) -> None:
    app.before_request(lambda: response)


def from_an_error_handler(app: Flask, response: Response) -> None:
    app.register_error_handler(404, lambda error: response)


def from_an_unhandled_exception(app: Flask, response: Response) -> None:
    app.register_error_handler(500, lambda error: response)
    app.add_url_rule("/", "view", lambda: 1 / 0)


def by_abort(app: Flask, response: Response) -> None:
    app.add_url_rule("/", "view", lambda: abort(response))


def by_after_request(app: Flask, response: Response) -> None:
    app.add_url_rule("/", "view", lambda: "replaced")
    app.after_request(lambda replaced: response)


def from_a_cache_of_pickles(app: Flask, response: Response) -> None:
    kept = [pickle.dumps(response)]

    @app.after_request
    def cached(replaced):
        found = pickle.loads(kept[-1])
        found.call_on_close(lambda: kept.append(pickle.dumps(_without_functions(found))))
        return found

    app.add_url_rule("/", "view", lambda: "replaced")


def _without_functions(response: Response) -> Response:
    response._on_close = []
    return response


def as_a_response_of_werkzeug(app: Flask, response: Response) -> None:
    plain = WerkzeugResponse(response.get_data(), headers=response.headers.copy())
    app.add_url_rule("/", "view", lambda: plain)


def with_headers_that_are_shared(app: Flask, response: Response) -> None:
    """Werkzeug uses the passed ``Headers`` object itself."""
    headers = response.headers
    app.add_url_rule("/", "view", lambda: Response("kept", headers=headers))


def with_headers_beside_a_body(app: Flask, response: Response) -> None:
    """Flask uses the ``Headers`` object in the tuple itself."""
    app.add_url_rule("/", "view", lambda: ("kept", 200, response.headers))


def with_copies_of_its_headers(app: Flask, response: Response) -> None:
    """The view keeps the headers of its first response."""
    kept: list[Response] = []

    def view():
        if not kept:
            kept.append(make_response("kept", 200, dict(response.headers)))
            return kept[0]
        return "kept", 200, kept[0].headers.copy()

    lines = response.headers.getlist("Vary")
    if len(lines) > 1:  # of which a dict has one
        response.headers["Vary"] = ", ".join(lines)
    app.add_url_rule("/", "view", view)


def with_a_status_added(app: Flask, response: Response) -> None:
    app.add_url_rule("/", "view", lambda: (response, 201, {"X-Total": "1"}))


REUSES: list[Reuse] = [
    from_a_view,
    from_a_decorated_view,
    from_a_decorated_helper,
    from_before_request,
    from_an_error_handler,
    from_an_unhandled_exception,
    by_abort,
    by_after_request,
    from_a_cache_of_pickles,
    as_a_response_of_werkzeug,
    with_headers_that_are_shared,
    with_headers_beside_a_body,
    with_copies_of_its_headers,
    with_a_status_added,
]


def an_app(reuse: Reuse, response: Response) -> Flask:
    app = Flask(__name__)
    app.logger.disabled = True
    reuse(app, response)
    CORS(app, **OPTIONS)
    return app


@pytest.fixture(params=REUSES, ids=lambda reuse: reuse.__name__)
def reuse(request: pytest.FixtureRequest) -> Reuse:
    return request.param


def assert_own(response: TestResponse, origin: str | None, *, varies: tuple[str, ...] = ()) -> None:
    """Check that the response has the headers of its own request alone."""
    is_allowed = origin in (APP, OTHER)
    assert response.text == "kept"
    assert allowed(response) == ([origin] if is_allowed else [])
    assert cors_headers(response) == (NAMES if is_allowed else [])
    assert response.headers.getlist("Vary") == [", ".join([*varies, "Origin"])]


@pytest.mark.parametrize("present", ["", "Accept", "Accept, Cookie", "Accept; Cookie"])
def test_each_request_gets_its_own_headers_on_a_shared_response(reuse, present):
    """
    :param present: the lines of ``Vary`` that the response has by itself.
    """
    lines = [line.strip() for line in present.split(";") if line]
    response = Response("kept", headers=[("Vary", line) for line in lines])
    app = an_app(reuse, response)
    varies = tuple(name.strip() for line in lines for name in line.split(","))
    for origin in (APP, EVIL, OTHER, None, APP, APP, EVIL, OTHER, OTHER, None):
        assert_own(send(app, "/", origin), origin, varies=varies)


def test_a_shared_response_does_not_grow(reuse):
    response = Response("kept")
    app = an_app(reuse, response)
    for _ in range(50):
        for origin in (*ORIGINS, None):
            send(app, "/", origin)
    assert response.headers.getlist("Vary") in ([], ["Origin"])
    assert len(allowed(response)) <= 1
    assert len(response.headers) <= 7


def test_a_response_that_the_app_keeps_is_not_written_to(reuse):
    """Another thread may be sending it."""
    response = Response("kept")
    assert_own(send(an_app(reuse, response)), APP)
    assert (cors_headers(response), vary(response)) == ([], [])


def test_a_response_may_be_shared_by_two_apps(reuse):
    response = Response("kept")
    apps = [an_app(reuse, response) for _ in range(2)]
    for app in apps * 2:
        for origin in ORIGINS:
            assert_own(send(app, "/", origin), origin)


# ---- several resources -------------------------------------------------------------------------


def shared_below(response: Response, resources: dict[str, dict[str, Any]]) -> Flask:
    """Return an app that responds with ``response`` everywhere."""
    app = Flask(__name__)
    app.logger.disabled = True
    app.add_url_rule("/<path:path>", "view", lambda path: response)
    CORS(app, resources=resources)
    return app


RESOURCES: dict[str, dict[str, Any]] = {
    "/one/*": OPTIONS,
    "/any/*": {"origins": "*", "send_wildcard": True},
    "/none/*": {"origins": []},
    "/quiet/*": {"origins": [OTHER], "vary_header": False, "allow_private_network": True},
    "/single/*": {"origins": APP, "expose_headers": "X-Two"},
}


@pytest.mark.parametrize("first", RESOURCES)
@pytest.mark.parametrize("second", [*RESOURCES, "/outside/*"])
def test_a_response_for_one_resource_leaves_nothing_on_one_for_another(first, second):
    """The response is the same as if it were the only one."""
    response = Response("kept")
    app = shared_below(response, RESOURCES)
    private = {"Access-Control-Request-Private-Network": "true"}
    for origin in (APP, OTHER, EVIL, None):
        send(app, first.replace("*", "x"), origin, headers=private)
        shared = send(app, second.replace("*", "x"), origin, headers=private)
        alone_app = shared_below(Response("kept"), RESOURCES)
        alone = send(alone_app, second.replace("*", "x"), origin, headers=private)
        assert sorted(shared.headers) == sorted(alone.headers)


@pytest.mark.parametrize(
    ("own", "added", "left"),
    [
        ([], None, []),
        (["Accept"], None, ["Accept"]),
        (["Accept", "Cookie"], None, ["Accept", "Cookie"]),
        (["Origin"], None, ["Origin"]),
        (["Accept, ORIGIN"], None, ["Accept, ORIGIN"]),
        # Something else has added a name since.
        ([], "Cookie", ["Cookie"]),
        (["Accept"], "Cookie", ["Accept, Cookie"]),
        (["Origin"], "Cookie", ["Origin, Cookie"]),
    ],
)
def test_a_kept_response_has_its_own_vary_where_no_policy_applies(own, added, left):
    response = Response("kept", headers=[("Vary", line) for line in own])
    app = shared_below(response, {"/api/*": OPTIONS})
    send(app, "/api/x")
    if added:
        response.vary.add(added)
    assert send(app, "/outside/x").headers.getlist("Vary") == left


@pytest.mark.parametrize("path", ["/outside/x", "/" + "x" * 5000])
def test_a_path_without_a_policy_gets_nothing_of_an_earlier_request(path):
    app = shared_below(Response("kept"), {"/api/*": OPTIONS})
    assert_own(send(app, "/api/x"), APP)
    for origin in (APP, EVIL, None):
        response = send(app, path, origin)
        assert (response.text, cors_headers(response), vary(response)) == ("kept", [], [])


def test_an_unhandled_exception_that_is_not_intercepted_gets_nothing_of_an_earlier_request():
    response = Response("kept")
    app = Flask(__name__)
    app.logger.disabled = True
    app.register_error_handler(500, lambda error: response)
    app.add_url_rule("/raise", "raise", lambda: 1 / 0)
    app.add_url_rule("/", "view", lambda: response)
    CORS(app, **OPTIONS, intercept_exceptions=False)
    assert_own(send(app, "/"), APP)
    failed = send(app, "/raise", OTHER)
    assert (allowed(failed), cors_headers(failed)) == ([], [])


def test_a_shared_response_can_be_pickled_after_it_was_sent():
    """The unpickled response works like the original."""
    response = Response("kept")
    assert_own(send(an_app(from_a_view, response)), APP)
    unpickled = pickle.loads(pickle.dumps(response))
    for origin in (OTHER, EVIL, None, APP):
        assert_own(send(an_app(from_a_view, unpickled), origin=origin), origin)


def test_a_shared_response_on_which_the_view_sets_allow_origin_later_is_left_alone():
    response = Response("kept")
    app = Flask(__name__)

    @app.get("/")
    def view():
        if request.args.get("own"):
            response.headers["Access-Control-Allow-Origin"] = "https://own.example"
        return response

    CORS(app, **OPTIONS)
    assert_own(send(app), APP)
    client = app.test_client()
    own = client.get("/?own=1", headers={"Origin": APP})
    assert allowed(own) == ["https://own.example"]
    assert "Access-Control-Allow-Credentials" not in own.headers
    assert "Access-Control-Expose-Headers" not in own.headers


def test_headers_that_the_app_adds_to_a_shared_response_stay():
    response = Response("kept")
    app = an_app(from_a_view, response)
    assert_own(send(app), APP)
    response.headers["X-Total"] = "1"
    response.vary.add("Cookie")
    for origin in (OTHER, EVIL, None, APP):
        later = send(app, origin=origin)
        assert later.headers["X-Total"] == "1"
        assert sorted(vary(later)) == ["Cookie", "Origin"]
        assert len(later.headers.getlist("Vary")) == 1
        assert allowed(later) == ([origin] if origin in (APP, OTHER) else [])


def test_the_copy_of_a_shared_response_has_its_body_status_and_cookies():
    response = Response("kept", 418, content_type="text/plain")
    response.set_cookie("one", "1")
    response.set_cookie("two", "2")
    app = an_app(from_a_view, response)
    first, second = send(app), send(app, origin=OTHER)
    assert (first.status_code, first.text) == (second.status_code, second.text) == (418, "kept")
    assert first.headers.getlist("Set-Cookie") == second.headers.getlist("Set-Cookie")
    assert second.content_type == "text/plain"


# ---- threads -----------------------------------------------------------------------------------

THREADS = 8
REQUESTS = 300


@pytest.mark.parametrize("reuse", [from_a_view, from_an_error_handler, by_after_request])
def test_threads_that_share_a_response_get_their_own_headers(reuse):
    response = Response("kept", headers={"Vary": "Accept"})
    app = an_app(reuse, response)
    barrier = threading.Barrier(THREADS)
    faults: list[object] = []

    def run(number: int) -> None:
        origin = (APP, OTHER, EVIL, None)[number % 4]
        expected = [origin] if origin in (APP, OTHER) else []
        barrier.wait()
        for _ in range(REQUESTS):
            sent = send(app, "/", origin)
            if allowed(sent) != expected or sent.headers.getlist("Vary") != ["Accept, Origin"]:
                faults.append((origin, list(sent.headers)))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert response.headers.getlist("Vary") == ["Accept"]


def test_a_response_that_one_view_returns_and_another_aborts_with_carries_nothing_over():
    denied = Response("denied", 403)
    app = Flask(__name__)
    resources = {"/open": {"origins": "*"}, "/own": {"origins": [APP, OTHER]}}
    CORS(app, resources=resources, send_wildcard=True)
    app.add_url_rule("/open", "open", lambda: denied)
    app.add_url_rule("/own", "own", lambda: abort(denied))
    for _ in range(2):
        assert allowed(send(app, "/own", EVIL)) == []
        assert allowed(send(app, "/open", EVIL)) == ["*"]
        for origin in (APP, OTHER):
            assert allowed(send(app, "/own", origin)) == [origin]


def test_an_app_without_cors_sends_no_header_that_another_app_wrote():
    kept = Response("kept")
    app, bare = Flask("with"), Flask("without")
    CORS(app, origins=[APP, OTHER], supports_credentials=True)
    for each in (app, bare):
        each.add_url_rule("/", "view", lambda: kept)
    assert allowed(send(app, "/", APP)) == [APP]
    assert cors_headers(send(bare, "/", APP)) == []


def test_a_response_that_the_app_keeps_is_never_changed():
    kept = Response("kept", headers={"Vary": "Accept"})
    before = list(kept.headers)
    app = Flask(__name__)
    CORS(app, origins=[APP, OTHER])
    app.add_url_rule("/", "view", lambda: kept)
    for origin in (APP, OTHER, EVIL):
        send(app, "/", origin)
    assert list(kept.headers) == before


@pytest.mark.parametrize("vary", [None, "Accept"])
@pytest.mark.parametrize(
    "keep", [lambda response: response, lambda r: pickle.loads(pickle.dumps(r))]
)
def test_a_response_that_was_kept_after_it_was_sent_loses_what_was_written_to_it(keep, vary):
    """A cache may keep what Flask made for one request, with its headers, and serve it again."""
    app = Flask(__name__)
    CORS(app, resources={"/a/*": {"origins": [APP, OTHER], "expose_headers": "X-A"}})
    kept = []
    headers = {} if vary is None else {"Vary": vary}

    def view(name):
        return kept[0] if kept else (name, headers)

    def keep_it(sender, response):
        kept.append(keep(response))

    app.add_url_rule("/a/<name>", "a", view)
    app.add_url_rule("/b/<name>", "b", view)
    with request_finished.connected_to(keep_it, app):
        assert allowed(send(app, "/a/x", APP)) == [APP]
    varies = [] if vary is None else [vary]
    for origin in (OTHER, APP, OTHER):
        response = send(app, "/a/x", origin)
        assert allowed(response) == [origin]
        assert response.headers.getlist("Vary") == [", ".join([*varies, "Origin"])]
    refused = send(app, "/a/x", EVIL)
    assert cors_headers(refused) == []
    elsewhere = send(app, "/b/x", APP)
    assert cors_headers(elsewhere) == []
    assert elsewhere.headers.getlist("Vary") == varies


@pytest.mark.parametrize("path", ["/", "/error", "/missing"])
def test_a_response_that_flask_made_for_the_request_is_not_copied(path):
    app = Flask(__name__)
    CORS(app, origins=APP)
    app.logger.disabled = True
    app.add_url_rule("/", "view", lambda: "made")
    app.add_url_rule("/error", "error", lambda: 1 / 0)
    made, sent = [], []

    @app.after_request
    def keep(response):
        made.append(response)
        return response

    with request_finished.connected_to(lambda _, response: sent.append(response), app):
        assert allowed(send(app, path)) == [APP]
    assert len(made) == 1
    assert sent[0] is made[0]
