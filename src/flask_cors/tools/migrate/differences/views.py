"""Differences of decorated views, and of several views on one URL."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import iscoroutinefunction
from itertools import groupby

from ....diagnostics.format import format_value
from ....protocol import headers as h
from ...shared.example_origins import UNTRUSTED
from ...shared.inventory import Route
from .. import rules
from ..change import Change, describe, describe_error
from ..comparison import AppComparison, RoutedPath, TriedRequest
from ..samples import allowed_origins


def find_errors(app: AppComparison) -> Iterator[Change]:
    """Yield the errors of decorated views that have the headers of their policy now."""
    for route, path in app.routed:
        if iscoroutinefunction(app.app.view_functions.get(route.endpoint)):
            continue  # which never worked
        method = route.methods[0]
        for origin in _origins(app, [route]):
            before, now = app.respond(TriedRequest(path, origin, method), is_error=True)
            if (h.ALLOW_ORIGIN in before) != (h.ALLOW_ORIGIN in now):
                yield Change(
                    rules.ERRORS_OF_VIEWS,
                    "an error that a decorated view raises",
                    path,
                    describe_error(before),
                    describe_error(now),
                    "remove code that adds CORS headers in error handlers, if there is any",
                    app.cause(app.v6.own_policy(route.endpoint, method)),
                )
                break


def find_async_views(app: AppComparison) -> Iterator[Change]:
    """Yield the decorated coroutine functions, which work now."""
    for route, path in app.routed:
        policy = app.v6.own_policy(route.endpoint, "GET")
        if policy is not None and iscoroutinefunction(app.app.view_functions[route.endpoint]):
            yield Change(
                rules.ASYNC_VIEW,
                "any request",
                path,
                "500, because nothing awaited the view",
                "the response of the view",
                "nothing to do: it works",
                app.cause(policy),
            )


def find_preflights(app: AppComparison) -> Iterator[Change]:
    """Yield the preflights for decorated views that another policy, or one at all, decides on."""
    for _, group in groupby(app.routed, key=lambda routed: routed.route.path):
        views = list(group)
        origins = _origins(app, [route for route, _ in views])
        for routed in views:
            route = routed.route
            if app.v6.view_class_of(route.endpoint) is not None:
                hint = "nothing to do; remove an options method that was only for preflights"
                own = _origins(app, [route])
                yield from _preflights(app, routed, own, rules.METHOD_VIEW, hint)
            elif len({each.route.endpoint for each in views}) > 1:
                hint = "check each decorated view of the URL: its own origins apply"
                yield from _preflights(app, routed, origins, rules.SEVERAL_VIEWS, hint)
            elif not _is_automatic(app, route):
                hint = "nothing to do if preflights should succeed; otherwise remove @cross_origin"
                yield from _preflights(app, routed, origins, rules.AUTOMATIC_OPTIONS, hint)


def _is_automatic(app: AppComparison, route: Route) -> bool:
    own = (app.v6.own_policy(route.endpoint, method) for method in route.methods)
    return all(policy is None or policy.automatic_options for policy in own)


def _preflights(
    app: AppComparison,
    routed: RoutedPath,
    origins: list[str],
    rule: type[rules.Difference],
    hint: str,
) -> Iterator[Change]:
    """Yield the first method of a view whose preflight gets another response."""
    for method in routed.route.methods:
        for origin in origins:
            tried = TriedRequest(routed.path, origin, method, is_preflight=True)
            before, now = app.respond(tried)
            if (h.ALLOW_ORIGIN in before) != (h.ALLOW_ORIGIN in now):
                yield Change(
                    rule,
                    f"a preflight from {format_value(origin)} for {method}",
                    routed.path,
                    describe(before, h.ALLOW_ORIGIN, origin),
                    describe(now, h.ALLOW_ORIGIN, origin),
                    hint,
                    app.cause(app.policy(tried)),
                )
                return


def _origins(app: AppComparison, routes: list[Route]) -> list[str]:
    """Return origins to try decorated views with: those that they allow, and one that is not
    listed; none where no view is decorated."""
    policies = [
        app.v6.own_policy(route.endpoint, each) for route in routes for each in route.methods
    ]
    own = [policy for policy in policies if policy is not None]
    allowed = {origin for policy in own for origin in allowed_origins(policy)[:1]}
    return [*sorted(allowed), UNTRUSTED] if own else []
