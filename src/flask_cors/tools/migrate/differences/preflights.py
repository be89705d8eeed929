"""The preflights that Flask-CORS responds to now, and what they reached in 6.0.5."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import unwrap
from itertools import chain, groupby, islice
from typing import NamedTuple

from flask import Flask, request_finished, request_started, request_tearing_down

from ....browser import Request
from ....policy.policy import Policy
from ....protocol.headers import ALL_METHODS
from ...shared.app_transport import AppTransport, replace_item, serve, url_of
from ...shared.example_origins import UNTRUSTED
from ...shared.functions import Function, name_of, owner_of
from ...shared.inventory import Route, scopes_of
from ...shared.page_request import NoVerdict
from ...shared.text import format_list
from .. import rules
from ..change import Change
from ..comparison import AppComparison, RoutedPath, TriedRequest
from ..samples import allowed_origins

# Routes of one blueprint or of the app, and resources of one CORS, that are tried: the functions
# that come before seldom tell them apart.
MAX_TRIED = 5
MAX_NAMES_SHOWN = 5

# The functions of an app that preflights no longer reach, by the name of Flask's attribute.
_FUNCTIONS = {
    "url_value_preprocessors": "url_value_preprocessor",
    "before_request_funcs": "before_request",
    "after_request_funcs": "after_request",
    "teardown_request_funcs": "teardown_request",
}

# The methods of Flask that preflights no longer reach, and a subclass may override.
_METHODS = (
    *("full_dispatch_request", "preprocess_request", "dispatch_request"),
    *("make_default_options_response", "process_response"),
)

_MOVE = (
    "nothing to do if only other requests need them; if preflights need them, write WSGI "
    "middleware, configure the server, or set automatic_options=False"
)
_STILL_CHECKED = "nothing to do: the request itself is checked as before"


def find_unreached(app: AppComparison) -> Iterator[Change]:
    """Yield the functions and the OPTIONS views that preflights called, as one change."""
    named: dict[str, dict[str, None]] = {}
    first: TriedRequest | None = None
    for route, path in app.routed:
        tried = _allowed_preflight(app, path, route.methods[0])
        if tried is None:
            continue
        for kind, name in _called_for(app, route):
            named.setdefault(kind, {})[name] = None
            first = first or tried
    if first is not None:
        kinds = (
            f"{kind} {format_list(list(names), MAX_NAMES_SHOWN)}" for kind, names in named.items()
        )
        before, now = "called for preflights", "not for those from allowed origins"
        yield _change(app, app.policy(first), "; ".join(kinds), "", before, now, _MOVE)


def _allowed_preflight(app: AppComparison, path: str, method: str) -> TriedRequest | None:
    """Return a preflight that Flask-CORS responds to."""
    tried = TriedRequest(path, UNTRUSTED, method, is_preflight=True)
    policy = app.policy(tried)
    if policy is not None and policy.automatic_options:
        for origin in allowed_origins(policy)[:1]:
            return tried._replace(origin=origin)
    return None


def _called_for(app: AppComparison, route: Route) -> Iterator[tuple[str, str]]:
    """Yield the kind and the name of each function that a preflight for a route called."""
    for attribute, kind in _FUNCTIONS.items():
        registered: dict[str | None, list[Function]] = getattr(app.app, attribute)
        for scope in scopes_of(route):
            for function in registered.get(scope, ()):
                if owner_of(function, app.app) != "flask_cors":
                    yield kind, name_of(function)
    for signal in (request_started, request_finished, request_tearing_down):
        for receiver in signal.receivers_for(app.app):
            yield f"receiver of {signal.name.replace('-', '_')}", name_of(receiver)
    for method in _METHODS:
        function = getattr(type(app.app), method)
        if function is not getattr(Flask, method):
            yield "method", name_of(function)
    if "OPTIONS" in route.methods and not app.is_decorated(route.endpoint):
        yield "OPTIONS view", route.endpoint


class _Responded(NamedTuple):
    """A preflight that Flask-CORS responds to.

    :ivar expected: the statuses that are this difference.
    """

    what: str
    at: str
    request: TriedRequest
    expected: range
    hint: str


def find_other_statuses(app: AppComparison) -> Iterator[Change]:
    """Yield the preflights that the app itself responds to with an error or a redirect."""
    # Flask responds to the preflights itself, behind all functions that come before.
    dispatch = unwrap(app.app.full_dispatch_request)
    inside = replace_item(vars(app.app), "full_dispatch_request", dispatch)
    with serve(app.app) as transport, inside:
        for each in chain(_refused(app), _redirected(app), _unserved(app)):
            status = _status(app, transport, each.request)
            if status in each.expected:
                policy = app.policy(each.request)
                yield _change(app, policy, each.what, each.at, str(status), "200", each.hint)


def _refused(app: AppComparison) -> Iterator[_Responded]:
    """Yield those for views, which a login check may refuse."""

    def blueprint(routed: RoutedPath) -> str:
        return routed.route.endpoint.rpartition(".")[0]

    for _, group in groupby(sorted(app.routed, key=blueprint), key=blueprint):
        for route, path in islice(group, MAX_TRIED):
            tried = _allowed_preflight(app, path, route.methods[0])
            if tried is not None:
                yield _Responded("a preflight", path, tried, range(300, 600), _STILL_CHECKED)


def _redirected(app: AppComparison) -> Iterator[_Responded]:
    """Yield those for a path without the slash at its end."""
    for route, path in app.routed:
        bare = path.rstrip("/")
        tried = _allowed_preflight(app, bare, route.methods[0]) if bare not in ("", path) else None
        if tried is not None:
            hint = "nothing to do: browsers follow the redirect of the request itself"
            yield _Responded("a preflight", tried.path, tried, range(300, 400), hint)


def _unserved(app: AppComparison) -> Iterator[_Responded]:
    """Yield those for paths that a CORS covers and no view serves."""
    for bound in app.registry.bound:
        for pattern, policy in bound.resources[:MAX_TRIED]:
            path = app.unserved_path(bound, pattern)
            tried = None if path is None else _allowed_preflight(app, path, ALL_METHODS[0])
            if tried is not None and app.policy(tried) is policy:
                what = "a preflight for a path that no view serves"
                hint = "nothing to do: the page can read the 404 of the request itself"
                yield _Responded(what, pattern.source, tried, range(404, 405), hint)


def _status(app: AppComparison, transport: AppTransport, tried: TriedRequest) -> int | None:
    headers = tuple(tried.headers.items())
    try:
        return transport(Request("OPTIONS", url_of(app.app, tried.path), headers)).status
    except NoVerdict as error:
        app.problems.append(error.message)
        return None


def _change(
    app: AppComparison,
    policy: Policy | None,
    what: str,
    at: str,
    before: str,
    now: str,
    hint: str,
) -> Change:
    return Change(rules.PREFLIGHTS, what, at, before, now, hint, app.cause(policy))
