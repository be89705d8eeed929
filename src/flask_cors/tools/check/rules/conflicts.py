"""Rules: conflicts. What sets CORS headers besides a policy."""

from __future__ import annotations

from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import NamedTuple

from flask import Flask

from ....browser import Request
from ....diagnostics.finding import Finding, Severity
from ....diagnostics.format import format_value
from ....policy.policy import Policy
from ...shared.functions import (
    Function,
    Owner,
    locate_function,
    location_of,
    module_of,
    owner_of,
)
from ...shared.inventory import Route
from ...shared.text import format_list
from ..code_names import named_headers, parts_of
from ..context import CheckContext, CheckRule, Located, cached_per_check, locate_view
from ..policy_routes import list_some
from ..sample_requests import find_allowed_origin, make_request, make_sample_requests
from ..tracing import Headers, Send, find_responsible, trace_requests

MAX_VIEWS_SHOWN = 3
_MIDDLEWARE = "WSGI middleware"


class _Conflict(NamedTuple):
    """What sets CORS headers besides a policy.

    :ivar owner: whose it is. WSGI middleware counts as a library: it runs after Flask, and doubles
        the headers.
    :ivar action: what it does, and on which routes.
    :ivar is_seen: whether a response had the headers; else the code only names them.
    """

    owner: Owner
    action: str
    located: Located
    is_seen: bool = True


@cached_per_check  # views are called once
def _find_conflicts(context: CheckContext) -> tuple[_Conflict, ...]:
    make_sample_requests(context)  # before the views are replaced
    named = tuple(_find_named(context))
    with trace_requests(context.app, context.calls) as send:
        return *_find_around_views(context, send), *_find_in_views(context.app, named, send)


# ---- around the views --------------------------------------------------------------------------


def _find_around_views(context: CheckContext, send: Send) -> Iterator[_Conflict]:
    """Yield the hooks and the WSGI middleware that set CORS headers on responses of views that set
    none."""
    app = context.app
    found: dict[Located, tuple[Owner, Headers, list[str]]] = {}
    for sample in make_sample_requests(context):
        for request in (sample.request(app), sample.preflight(app), sample.options_request(app)):
            for kind, function, headers in _find_setters(app, request, send):
                owner: Owner = "library" if kind == _MIDDLEWARE else owner_of(function, app)
                located = locate_function(kind, function)
                paths = found.setdefault(located, (owner, headers, []))[2]
                paths.append(sample.route.path)
    for located, (owner, headers, paths) in found.items():
        yield _Conflict(
            owner, f"{located[1]} sets {_format_headers(headers)} at {list_some(paths)}", located
        )


def _find_setters(
    app: Flask, request: Request, send: Send
) -> Iterator[tuple[str, Function, Headers]]:
    """Yield the kind of each function that sets CORS headers, the function, and the headers."""
    trace = send(request)
    yield from (("the function", hook.function, headers) for hook, headers in trace.set_by)
    layer = find_responsible(app, lambda: send(request).added) if trace.added else None
    if layer is not None:
        yield _MIDDLEWARE, layer, trace.added


def _format_headers(headers: Headers) -> str:
    name, value = next(iter(headers.items()))
    return f"{name}: {format_value(value)[1:-1]}"


# ---- in the views ------------------------------------------------------------------------------


class _Named(NamedTuple):
    """A function whose code names CORS headers: a view or a decorator of one, and its routes."""

    function: FunctionType
    headers: frozenset[str]
    routes: list[Route]


def _find_named(context: CheckContext) -> Iterator[_Named]:
    """Yield such functions, each code once: a decorator makes a function per view."""
    found: dict[CodeType, _Named] = {}
    for route in context.inventory.routes:
        view = context.app.view_functions.get(route.endpoint)
        if view is None or not any(group.candidates for group in route.method_groups):
            continue
        for function in parts_of(view):
            if owner_of(function, context.app) == "flask_cors":
                continue
            headers = named_headers(function)
            if headers:
                named = found.setdefault(function.__code__, _Named(function, headers, []))
                if route.endpoint not in (known.endpoint for known in named.routes):
                    named.routes.append(route)
                break
    yield from found.values()


def _find_in_views(app: Flask, all_named: tuple[_Named, ...], send: Send) -> Iterator[_Conflict]:
    """Yield the views that set the headers that their code names, and those that cannot be called
    to see."""
    for named in all_named:
        action, is_seen = _try_view(app, named, send)
        if action:
            owner = owner_of(named.function, app)
            by = f", by {module_of(named.function)}" if owner == "library" else ""
            first, *others = (repr(route.endpoint) for route in named.routes)
            also = f" (also {format_list(others, MAX_VIEWS_SHOWN)})" if others else ""
            located = _locate(app, named, owner)
            yield _Conflict(owner, f"the view {first}{also} {action}{by}", located, is_seen)


def _try_view(app: Flask, named: _Named, send: Send) -> tuple[str, bool]:
    """Return what a view does, empty if it was called and set nothing, and whether that was
    seen."""
    evidence = f"names {', '.join(sorted(named.headers))} in its code", False
    callable_ = (r for r in named.routes if "GET" in r.methods and "<" not in r.path and not r.host)
    route = next(callable_, None)
    if route is None:
        return evidence
    policies = [candidate.policy for group in route.method_groups for candidate in group.candidates]
    origins = (find_allowed_origin(policy) for policy in policies if isinstance(policy, Policy))
    origin = next(filter(None, origins), "https://app.example")
    trace = send(make_request(app, "GET", route.path, {"Origin": origin}), route.endpoint)
    if trace.view_set:
        return f"sets {_format_headers(trace.view_set)} itself", True
    if not trace.shows_view or set(route.methods) - {"GET", "HEAD"}:
        return evidence
    return "", True


def _locate(app: Flask, named: _Named, owner: Owner) -> Located:
    """Return the line of a function; of a library's decorator, that of what it decorates."""
    route = named.routes[0]
    view = app.view_functions[route.endpoint]
    own = (function for function in parts_of(view) if owner_of(function, app) == "app")
    function = named.function if owner == "app" else next(own, named.function)
    return location_of(function), locate_view(route, view)[1]


# ---- the rules ---------------------------------------------------------------------------------


class HandWrittenHeaders(CheckRule):
    """A view or an `after_request` function sets `Access-Control-*` headers where a policy sets
    them too.

    ## Why it matters

    A response that already has an `Access-Control-Allow-Origin` is left as it is, so the policy
    does not apply there; usually `Vary` is missing and every origin is allowed.

    ## Example

        CORS(app, origins="https://app.example")

        @app.get("/books")
        def books():
            return ["Middlemarch"], {"Access-Control-Allow-Origin": "*"}

    ## Use instead

        CORS(app, origins="https://app.example")

        @app.get("/books")
        @cross_origin(origins="*")
        def books():
            return ["Middlemarch"]

    ## When to ignore

    Where one response is meant to be more open or closed than its policy, and its headers are
    complete.

    Each view without converters whose code names such a header is called, with GET. It is a note
    where the view cannot be called, or redirects to a login: its code names the header, and what it
    sends is not known.
    """

    code = "CORS604"
    title = "CORS headers set by hand"

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        for conflict in _find_conflicts(context):
            if conflict.owner == "app":
                yield cls(
                    f"{conflict.action}, where a policy of CORS applies already",
                    "remove it, and give the options to CORS(...) or @cross_origin(...)",
                    severity=None if conflict.is_seen else Severity.NOTE,
                ).at(*conflict.located)


class TwoLibraries(CheckRule):
    """Another library sets CORS headers in this app: WSGI middleware, an extension, or a decorator
    such as `crossdomain`.

    ## Why it matters

    The two contradict each other. Browsers block a response with two `Access-Control-Allow-Origin`,
    and where there is one, only one of the two configurations applies.

    ## Example

        from flask_restx.cors import crossdomain

        CORS(app, origins="https://app.example")

        @app.get("/books")
        @crossdomain(origin="*")
        def books():
            return "Middlemarch"

    ## Use instead

        CORS(app, origins="https://app.example")

        @app.get("/books")
        @cross_origin(origins="*")
        def books():
            return "Middlemarch"

    ## When to ignore

    Where no page on another origin calls the routes in the message.

    It is a note where the code of a decorator names the headers and its view cannot be called to
    see.
    """

    code = "CORS605"
    title = "two CORS libraries"
    severity = Severity.ERROR

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        for conflict in _find_conflicts(context):
            if conflict.owner == "library":
                yield cls(
                    f"{conflict.action}, where a policy of Flask-CORS applies already",
                    "remove one of the two, or switch its CORS headers off",
                    severity=None if conflict.is_seen else Severity.NOTE,
                ).at(*conflict.located)
