"""Rules: caching."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from flask import Flask

from ....browser import CHROMIUM, FIREFOX
from ....diagnostics.finding import Finding, Severity
from ....diagnostics.format import format_value
from ....policy.origins import OriginSet
from ....protocol import headers as h
from ...shared.example_origins import varies_by_origin
from ...shared.inventory import Route, scopes_of
from ...shared.option_code import format_option
from ...shared.rule_paths import sample_path
from ..code_names import words_of
from ..context import CheckContext, CheckRule, group_by_option, locate_option, locate_policy
from ..policy_routes import (
    Served,
    find_served,
    is_static,
    list_some,
    name_route,
)
from ..sample_requests import make_request
from ..tracing import Trace, trace_requests

MAX_TRIED = 200  # requests that try what the after_request functions set

# How many seconds each keeps a preflight at most; WebKit's limit is in its
# CrossOriginPreflightResultCache.
_LIMITS = {
    "WebKit": 600,
    CHROMIUM.name: CHROMIUM.max_age_limit or 0,
    FIREFOX.name: FIREFOX.max_age_limit or 0,
}


class LongMaxAge(CheckRule):
    """`max_age` is longer than any browser keeps the response to a preflight.

    ## Why it matters

    Browsers keep it as long as `max_age` says, but not longer than their own limit: WebKit ten
    minutes, Chromium two hours, Firefox a day. A time above all of these has no effect in any of
    them.

    ## Example

        CORS(app, origins="https://app.example", max_age=604800)

    ## Use instead

        CORS(app, origins="https://app.example", max_age=86400)

    ## When to ignore

    Where clients that are not browsers keep it longer.
    """

    code = "CORS401"
    title = "max_age above what browsers honour"
    severity = Severity.NOTE

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        for option, located in context.iter_options("max_age"):
            longest = max(_LIMITS.values())
            if int(option.value or 0) > longest:
                limits = ", ".join(f"{name} after {limit:,} s" for name, limit in _LIMITS.items())
                best = format_option("max_age", option, str(longest))
                yield cls(
                    f"max_age: {format_value(option.raw)} is cut short: {limits}",
                    f"{best}, the most that any browser keeps",
                ).at(*located)


class UnsetMaxAge(CheckRule):
    """`max_age` is unset, and `allow_headers` lists `Authorization`.

    ## Why it matters

    Without `max_age`, browsers keep the response to a preflight for five seconds, and then send the
    next one: each call waits for two responses. The rule reports it where each call needs a
    preflight, because the frontend probably always sends `Authorization`.

    ## Example

        CORS(app, origins="https://app.example", allow_headers=["Authorization", "Content-Type"])

        @app.get("/books")
        def books():
            return ["Middlemarch"]

    ## Use instead

        CORS(
            app,
            origins="https://app.example",
            allow_headers=["Authorization", "Content-Type"],
            max_age=600,
        )

        @app.get("/books")
        def books():
            return ["Middlemarch"]

    ## When to ignore

    Where a changed policy has to reach browsers at once: they may not know of it for as long as
    `max_age` says.
    """

    code = "CORS405"
    title = "preflights that are not cached"
    severity = Severity.NOTE

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        for option, members in group_by_option(find_served(context), "max_age"):
            member = next(filter(_needs_preflights, members), None)
            if option.value is None and member is not None:
                yield cls(
                    "max_age: unset, so browsers send a preflight before each call that has "
                    "Authorization, which allow_headers lists",
                    f"{format_option('max_age', option, '600')}, what all browsers keep",
                ).at(*locate_policy(member.bound))


def _needs_preflights(member: Served) -> bool:
    options = member.policy.options
    allows_some = options.origins.value != OriginSet()
    return allows_some and "authorization" in options.allow_headers.value.names


class MissingVary(CheckRule):
    """`vary_header=False` is set, and the response depends on the origin of the request.

    ## Why it matters

    The option hides the dependence from caches. A cache that keeps the response for one origin
    sends it to another: a page on an allowed origin gets a response without the headers, and is
    blocked, because another site's request came first.

    ## Example

        CORS(app, origins=["https://app.example", "https://admin.example"], vary_header=False)

    ## Use instead

        CORS(app, origins=["https://app.example", "https://admin.example"])

    ## When to ignore

    Where nothing is cached, neither by browsers nor on the way.
    """

    code = "CORS402"
    title = "vary_header=False with a response that varies"

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        for option, bounds in group_by_option(context.bound, "vary_header"):
            varying = [] if option.value else [b for b in bounds if varies_by_origin(b.policy)]
            if varying:
                yield cls(
                    f"vary_header: {format_value(option.raw)}, and the response of "
                    f"{varying[0].source.resource} depends on the origin",
                    format_option("vary_header", option, "True"),
                ).at(*locate_option("vary_header", varying[0]))


class PublicResponse(CheckRule):
    """A response may be kept by every cache, as with `Cache-Control: public`, and depends on the
    origin.

    ## Why it matters

    Caches on the way keep the response for all clients. `Vary: Origin` says that it depends on the
    origin, but some CDNs ignore it, and the others keep one copy per origin. A page is then blocked
    because another site's request came first.

    ## Example

        CORS(app, origins=["https://app.example", "https://admin.example"])

        @app.get("/books")
        def books():
            return ["Middlemarch"], {"Cache-Control": "public"}

    ## Use instead

        CORS(app, origins="*", send_wildcard=True)

        @app.get("/books")
        def books():
            return ["Middlemarch"], {"Cache-Control": "public"}

    This sends one response for every origin. If the response is for one visitor, write `private`.

    ## When to ignore

    Where each cache on the way is known to respect `Vary: Origin`.

    To find it, the check requests a file of each static folder, sends a GET request to the routes
    where an `after_request` function names `Cache-Control`, and calls the views that name it
    themselves: by GET, without `Origin`, and only where the URL rule has no converters.
    """

    code = "CORS403"
    title = "a public cache for a response that varies"

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        varying = [member for member in find_served(context) if varies_by_origin(member.policy)]
        app = context.app
        suspected = list(_find_suspected(app, varying))  # before the views and hooks are replaced
        with trace_requests(app, context.calls) as send:
            for member, group in groupby(suspected, key=itemgetter(0)):
                kept: list[tuple[Route, str]] = []
                for _, route, path, endpoint in group:
                    trace = send(make_request(app, "GET", path), endpoint)
                    header = _get_cache_control(trace, route)
                    if _is_for_all(header):
                        kept.append((route, header))
                if kept:
                    routes = list_some(name_route("GET", route) for route, _ in kept)
                    yield cls(
                        f"Cache-Control: {format_value(kept[0][1])} on {routes}, where the "
                        "policy's response depends on the origin",
                        'origins="*", send_wildcard=True for what is for every origin, else '
                        "response.cache_control.private = True",
                    ).at(*locate_policy(member.bound))


_CACHE_CONTROL = frozenset({"cache-control", "cache_control"})


def _find_suspected(
    app: Flask, members: Iterable[Served]
) -> Iterator[tuple[Served, Route, str, str | None]]:
    """Yield what a cache may keep: the policy, the route, the path to request, and the endpoint of
    the view to call."""
    # The blueprints, None for the app, where an after_request function names the header.
    scopes = {
        name
        for name, functions in app.after_request_funcs.items()
        if any(_CACHE_CONTROL & words_of(function) for function in functions)
    }
    left = MAX_TRIED
    for member in members:
        # The beginnings of paths: after_request functions distinguish routes by them.
        seen: set[tuple[str, ...]] = set()
        for route in (route for route, methods in member.routes if "GET" in methods):
            view = app.view_functions[route.endpoint]
            beginning = (*map(str, scopes_of(route)), route.path.split("/")[1])
            path: str | None = None
            endpoint: str | None = route.endpoint
            if is_static(route):
                path = _find_static_path(app, route)
            elif "<" not in route.path and _CACHE_CONTROL & words_of(view):
                path = route.path
            elif left and scopes.intersection(scopes_of(route)) and beginning not in seen:
                seen.add(beginning)
                left -= 1
                path, endpoint = sample_path(route.rule), None
            if path is not None:
                yield member, route, path, endpoint


def _find_static_path(app: Flask, route: Route) -> str | None:
    """Return the path of the first file that a static route serves."""
    blueprint = app.blueprints.get(route.endpoint.rpartition(".")[0])
    folder = (blueprint or app).static_folder
    if folder is None:
        return None
    files = (file for file in Path(folder).rglob("*") if file.is_file())
    name = next((file.relative_to(folder).as_posix() for file in files), None)
    return name and route.path.replace("<path:filename>", name)


def _get_cache_control(trace: Trace, route: Route) -> str:
    """Return the header of a response, if it is the route's, not that of another host, and has the
    policy's headers: one with its own ``Access-Control-Allow-Origin`` is left alone."""
    handled = trace.handled
    if handled is None or handled.rule != route.path or handled.decision is None:
        return ""
    if handled.decision.allow_origin != handled.response.get(h.ALLOW_ORIGIN):
        return ""
    return handled.response.get("Cache-Control") or ""


def _is_for_all(header: str) -> bool:
    """Return whether shared caches may keep a response, by ``public`` or ``s-maxage`` (RFC 9111
    5.2.2)."""
    directives = {piece.strip().partition("=")[0].lower() for piece in header.split(",")}
    return bool(directives & {"public", "s-maxage"}) and not directives & {"private", "no-store"}
