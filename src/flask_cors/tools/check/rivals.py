"""Checks: rivals. Who else sets CORS headers in an app that has a policy for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType
from typing import NamedTuple

from flask import Flask

from ...browser import Request
from ...doubts import Severity
from ...errors import shown
from ...policy.policy import Policy
from ..survey import Route
from ..text import listed
from .base import Check
from .finding import Finding, Where
from .once import once
from .subject import Subject, where_of_view
from .trials.functions import (
    Function,
    Owner,
    functions_of,
    module_of,
    named_headers,
    owner_of,
    where_of_function,
)
from .trials.middleware import WSGI, responsible
from .trials.tracing import Headers, Send, Trace, cors_headers, traced
from .trials.tries import Try, a_request, origin_of, tries

_MOST = 3
_MIDDLEWARE = "WSGI middleware"


class _Rival(NamedTuple):
    """Somebody who sets CORS headers.

    :ivar owner: whose it is. WSGI middleware counts as a library: it comes behind all that Flask
        does, and what it adds is there twice.
    :ivar said: what it does, on which routes.
    """

    owner: Owner
    said: str
    where: Where


@once  # for views are called
def _rivals(subject: Subject) -> tuple[_Rival, ...]:
    all_tries, named = tries(subject), tuple(_naming(subject))  # before the views are replaced
    with traced(subject.app) as send:
        return *_around_views(subject.app, all_tries, send), *_in_views(subject.app, named, send)


# ---- around the views --------------------------------------------------------------------------


def _around_views(app: Flask, all_tries: Iterable[Try], send: Send) -> Iterator[_Rival]:
    """The functions and the WSGI middleware that set CORS headers on answers of views that set
    none."""
    seen: dict[Where, tuple[Owner, Headers, list[str]]] = {}
    for tried in all_tries:
        for request in (tried.request(app), tried.preflight(app)):
            trace = send(request)
            by: list[tuple[str, Function, Headers]] = [
                ("the function", function, headers) for function, headers in trace.set_by
            ]
            added = _added(trace)
            layer = _responsible(app, request, send) if added else None
            if layer is not None:
                by.append((_MIDDLEWARE, layer, added))
            for kind, function, headers in by:
                where = where_of_function(kind, function)
                owner: Owner = "library" if kind == _MIDDLEWARE else owner_of(function, app)
                paths = seen.setdefault(where, (owner, headers, []))[2]
                if tried.route.path not in paths:
                    paths.append(tried.route.path)
    for where, (owner, headers, paths) in seen.items():
        said = f"{where.name} sets {_shown(headers)} at {listed(paths, _MOST)}"
        yield _Rival(owner, said, where)


def _shown(headers: Headers) -> str:
    name, value = next(iter(headers.items()))
    return f"{name}: {shown(value)[1:-1]}"


def _responsible(app: Flask, request: Request, send: Send) -> WSGI | None:
    return responsible(app, lambda: _added(send(request)))


def _added(trace: Trace) -> Headers:
    """The CORS headers that came on the response behind Flask."""
    there = {} if trace.response is None else cors_headers(trace.response.headers)
    of_flask = trace.of_flask or {}
    return {name: value for name, value in there.items() if of_flask.get(name) != value}


# ---- in the views ------------------------------------------------------------------------------


class _Naming(NamedTuple):
    """A function whose code names CORS headers, a view or what decorates one, and its routes."""

    function: FunctionType
    names: frozenset[str]
    routes: list[Route]


def _in_views(app: Flask, named: Iterable[_Naming], send: Send) -> Iterator[_Rival]:
    """The views whose code names CORS headers, and that were seen to set them, or that cannot be
    called to see."""
    for naming in named:
        said = _said(app, naming, send)
        if said is not None:
            owner = owner_of(naming.function, app)
            by = f", by {module_of(naming.function)}" if owner == "library" else ""
            first, *others = (repr(route.endpoint) for route in naming.routes)
            also = f" (also {listed(others, _MOST)})" if others else ""
            where = _where(app, naming, owner)
            yield _Rival(owner, f"the view {first}{also} {said}{by}", where)


def _naming(subject: Subject) -> Iterable[_Naming]:
    """By its code, for a decorator makes a function for each view."""
    found: dict[CodeType, _Naming] = {}
    for route in subject.survey.routes:
        view = subject.app.view_functions.get(route.endpoint)
        if view is None or not any(share.candidates for share in route.shares):
            continue
        for function in functions_of(view):
            if owner_of(function, subject.app) == "flask_cors":
                continue
            names = named_headers(function)
            if names:
                naming = found.setdefault(function.__code__, _Naming(function, names, []))
                if route.endpoint not in (known.endpoint for known in naming.routes):
                    naming.routes.append(route)
                break
    return found.values()


def _said(app: Flask, naming: _Naming, send: Send) -> str | None:
    """What a view does that names headers; None where it was called, and did nothing."""
    route = next(filter(_is_callable, naming.routes), None)
    evidence = f"names {', '.join(sorted(naming.names))} in its code"
    if route is None:
        return evidence
    policies = [candidate.policy for share in route.shares for candidate in share.candidates]
    known = (origin_of(policy) for policy in policies if isinstance(policy, Policy))
    origin = next(filter(None, known), "https://app.example")
    trace = send(a_request(app, "GET", route.path, origin), route.endpoint)
    if trace.view_set:
        return f"sets {_shown(trace.view_set)} itself"
    if trace.view_set is None or set(route.methods) - {"GET", "HEAD"}:
        return evidence
    return None


def _is_callable(route: Route) -> bool:
    return "GET" in route.methods and "<" not in route.path and not route.host


def _where(app: Flask, naming: _Naming, owner: Owner) -> Where:
    """The line of the function, or of the first of the app's that a library's decorates."""
    route = naming.routes[0]
    view = app.view_functions[route.endpoint]
    own = [function for function in functions_of(view) if owner_of(function, app) == "app"]
    function = naming.function if owner == "app" else next(iter(own), naming.function)
    code = function.__code__
    return Where(where_of_view(route, view).name, code.co_filename, code.co_firstlineno)


# ---- the checks --------------------------------------------------------------------------------


class ByHand(Check):
    """A view or an `after_request` function sets `Access-Control-*` headers where a policy sets
    them too. An answer that has an `Access-Control-Allow-Origin` already is left as it is, so the
    policy does not count there, and mostly `Vary` is missing and everybody is let in. Each view
    without converters whose code names such a header is really called, with GET; of others the
    code is the evidence. Give the options to `CORS` or `@cross_origin`, and leave the lines out."""

    code = "CORS604"
    title = "CORS headers set by hand"

    def find(self, subject: Subject) -> Iterator[Finding]:
        for rival in _rivals(subject):
            if rival.owner == "app":
                said = f"{rival.said}, where a policy of CORS speaks already"
                fix = "leave it out, and give what is meant to CORS(...) or @cross_origin(...)"
                yield self.finding(said, rival.where, fix)


class TwoLibraries(Check):
    """Something else that was installed sets CORS headers in this app: WSGI middleware, an
    extension, a decorator such as `crossdomain`. Two that answer the same question contradict each
    other: a browser refuses an answer with two `Access-Control-Allow-Origin`, and where there is
    one, only one of the two configurations counts. Take out one of the two."""

    code = "CORS605"
    title = "two CORS libraries"
    severity = Severity.ERROR

    def find(self, subject: Subject) -> Iterator[Finding]:
        for rival in _rivals(subject):
            if rival.owner == "library":
                said = f"{rival.said}, where a policy of Flask-CORS speaks already"
                yield self.finding(
                    said,
                    rival.where,
                    "take one of the two out, or switch off what it does for CORS",
                )


CHECKS: tuple[type[Check], ...] = (ByHand, TwoLibraries)
