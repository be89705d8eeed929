"""Rules: preflights. What responds to them before Flask-CORS."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from flask import Flask

from ....diagnostics.finding import Finding, Severity
from ....protocol import headers as h
from ...shared.functions import Function, locate_function
from ...shared.text import escape_first_line
from ..context import CheckContext, CheckRule, Located, locate_view
from ..policy_routes import list_some
from ..sample_requests import SampleRequest, make_sample_requests
from ..tracing import Send, Trace, find_responsible, trace_requests

_PASS_ON = "let OPTIONS requests with an Origin pass to the app"
_SWITCHED_OFF = "leave automatic_options on: preflights do not reach the app then"
_ROUTING = "raise ValidationError in URL converters, which is a 404, and nothing else"


class FailingTeardown(CheckRule):
    """A `teardown_appcontext` function raises after preflights.

    ## Why it matters

    These functions run after a preflight too, and `before_request` functions do not run before it.
    One that counts on what these set raises: that is logged at WARNING for each preflight, and
    changes nothing else. Verified with a preflight, and with a request after which it does not
    raise.

    ## Example

        import sqlite3
        from flask import g

        CORS(app, origins="https://app.example")
        app.add_url_rule("/books", view_func=lambda: "")

        @app.before_request
        def connect():
            g.db = sqlite3.connect(":memory:")

        @app.teardown_appcontext
        def disconnect(error):
            g.db.close()

    ## Use instead

        import sqlite3
        from flask import g

        CORS(app, origins="https://app.example")
        app.add_url_rule("/books", view_func=lambda: "")

        @app.before_request
        def connect():
            g.db = sqlite3.connect(":memory:")

        @app.teardown_appcontext
        def disconnect(error):
            if "db" in g:
                g.db.close()

    ## When to ignore

    Where the lines in the log do no harm: preflights get their response all the same.
    """

    code = "CORS610"
    title = "a teardown function that raises after preflights"
    severity = Severity.NOTE

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        app = context.app
        if not app.teardown_appcontext_funcs:
            return
        found: dict[Located, tuple[str, list[str]]] = {}
        samples = make_sample_requests(context)  # before the views are replaced
        with _watch_teardown(app) as raised, trace_requests(app, context.calls) as send:
            for sample in samples:
                raised.clear()
                send(sample.request(app))
                always = set(raised)
                send(sample.preflight(app))
                for function in raised.keys() - always:
                    located = locate_function("teardown_appcontext", function)
                    found.setdefault(located, (raised[function], []))[1].append(sample.route.path)
        for located, (what, paths) in found.items():
            message = f"the function raises {what} after a preflight to {list_some(paths)}"
            hint = "let it run without what before_request functions set"
            yield cls(message, hint).at(*located)


@contextmanager
def _watch_teardown(app: Flask) -> Generator[dict[Function, str]]:
    """Collect the ``teardown_appcontext`` functions that raise, and what."""
    functions, raised = app.teardown_appcontext_funcs, dict[Function, str]()
    before = functions.copy()

    def watch(function: Function) -> Function:
        def call(*args: Any) -> Any:
            try:
                return app.ensure_sync(function)(*args)
            except Exception as error:
                raised[function] = escape_first_line(f"{type(error).__name__}: {error}")
                raise

        return call

    functions[:] = map(watch, before)
    try:
        yield raised
    finally:
        functions[:] = before


class InterceptedPreflight(CheckRule):
    """Something else responds to preflights that the policy allows.

    ## Why it matters

    Flask-CORS responds to a preflight from an allowed origin before login checks and views. It
    cannot where `automatic_options` is off, where WSGI middleware responds itself, and where a URL
    converter aborts with a status other than 404 or 405. A preflight has no cookies and no
    `Authorization`, so a login check refuses it, and the browser blocks the request that the page
    was about to send. Verified with a preflight.

    ## Example

        CORS(app, origins="https://app.example", automatic_options=False)
        app.add_url_rule("/books", view_func=lambda: "")

        @app.before_request
        def require_login():
            return "Log in first.", 401

    ## Use instead

        CORS(app, origins="https://app.example")
        app.add_url_rule("/books", view_func=lambda: "")

        @app.before_request
        def require_login():
            return "Log in first.", 401

    Let WSGI middleware pass requests with the method `OPTIONS` on to the app.

    ## When to ignore

    Where the frontend sends no request that needs a preflight.
    """

    code = "CORS606"
    title = "something else responds to preflights"
    severity = Severity.ERROR

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        found: dict[Located, tuple[str, str, list[str]]] = {}
        samples = make_sample_requests(context)  # before the views are replaced
        with trace_requests(context.app, context.calls) as send:
            for sample in samples:
                problem = _find_problem(context, sample, send)
                if problem is not None:
                    hint, located = _find_cause(context, sample, send)
                    found.setdefault(located, (problem, hint, []))[2].append(sample.route.path)
        for located, (problem, hint, paths) in found.items():
            message = f"a preflight to {list_some(paths)} that the policy allows {problem}"
            yield cls(message, hint).at(*located)


def _find_problem(context: CheckContext, sample: SampleRequest, send: Send) -> str | None:
    """Return what a browser sees of a response to a preflight that is not the policy's."""
    trace = send(sample.preflight(context.app))
    response = trace.response
    if response is None or _is_due_to_test_request(sample, trace):
        return None
    if not 200 <= response.status < 300:
        return f"gets a response with status {response.status}"
    if response.get(h.ALLOW_ORIGIN) is None:
        return f"gets a response without {h.ALLOW_ORIGIN}"
    return None  # one that is not the policy's is CORS604's or CORS605's


def _is_due_to_test_request(sample: SampleRequest, trace: Trace) -> bool:
    """Return whether a response is due to the test request: its host is not trusted, its key does
    not exist, it came after too many others; or it redirects to the host of production, or to TLS
    because there is no proxy that says that TLS was used."""
    assert trace.response is not None
    status, location = trace.response.status, trace.response.get("Location")
    return (
        (status == 400 and not trace.responded)
        or (status == 404 and "<" in sample.route.path)
        or status == 429
        or (location is not None and urlsplit(location).path == sample.path)
    )


def _find_cause(context: CheckContext, sample: SampleRequest, send: Send) -> tuple[str, Located]:
    """Return what to write instead, and what responds."""
    app = context.app
    layer = find_responsible(app, lambda: _find_problem(context, sample, send))
    if layer is not None:
        return _PASS_ON, locate_function("WSGI middleware", layer)
    view = locate_view(sample.route, app.view_functions[sample.route.endpoint])
    if sample.policy.automatic_options:
        return _ROUTING, view
    responded = send(sample.preflight(app)).responded
    return _SWITCHED_OFF, locate_function(*responded[0]) if responded else view
