"""Rules: bindings. What decorators and extensions apply to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

from ....diagnostics.finding import Finding, Severity
from ....diagnostics.rules import HiddenDecorator, InvalidViewOptions
from ....diagnostics.source_location import SourceLocation
from ....errors import CORSConfigError
from ....policy.layers import LayerKind
from ....policy.options import Option, Options
from ....policy.policy import Policy
from ....runtime.decorated_views import OPTIONS, ViewOptions, find_options, hides, iter_view_options
from ...shared.app_errors import SuppressAppErrors
from ..code_names import parts_of
from ..context import CheckContext, CheckRule
from ..policy_routes import (
    allows,
    find_more_allowed,
    find_undecorated,
    iter_known_origins,
    list_some,
)

_SUBJECT = "@cross_origin"


def find_invalid_options(context: CheckContext) -> Iterator[Finding]:
    """Yield the decorated views whose options are invalid."""
    found: dict[tuple[Finding, ...], tuple[SourceLocation, list[str]]] = {}
    for route, _, candidate in context.iter_candidates():
        error = candidate.policy
        if isinstance(error, CORSConfigError):  # one cause may be in many decorators
            of_cause = found.setdefault(tuple(error.findings), (candidate.source.location, []))
            of_cause[1].append(route.path)
    for findings, (location, paths) in found.items():
        why = "; ".join(finding.message for finding in findings)
        message = (
            f"the CORS options are invalid, so every origin is refused at {list_some(paths)}: {why}"
        )
        yield InvalidViewOptions(message, findings[0].hint).at(location, _SUBJECT)


def find_hidden_decorators(context: CheckContext) -> Iterator[Finding]:
    """Yield the ``@cross_origin`` that other decorators hide."""
    found: dict[object, tuple[SourceLocation, list[str]]] = {}
    for route in context.inventory.routes:
        for hiding, options in _find_hidden(context.app.view_functions.get(route.endpoint)):
            key = getattr(hiding, "__code__", options.location)  # of all views that it decorates
            found.setdefault(key, (options.location, []))[1].append(route.path)
    for location, paths in found.values():
        message = f"a decorator of the view at {list_some(paths)} hides its @cross_origin"
        hint = "write @functools.wraps(view) in it"
        yield HiddenDecorator(message, hint).at(location, _SUBJECT)


def _find_hidden(view: Callable[..., Any] | None) -> Iterator[tuple[object, ViewOptions]]:
    """Yield the functions that hide decorated ones below them, and the options of those."""
    if view is None or "" in dict(iter_view_options(view)):
        return
    view_class = getattr(view, "view_class", None)
    methods = () if view_class is None else map(str.lower, view_class.methods or ())
    for outermost in (view, *(getattr(view_class, name, None) for name in methods)):
        if find_options(outermost) is not None:
            continue
        for part in _iter_parts(outermost):
            options = vars(part).get(OPTIONS)
            # What a closure holds may be bound to a request, or not be there yet.
            with SuppressAppErrors():
                if options is not None and hides(outermost, part):
                    yield outermost, options


def _iter_parts(view: Any) -> Iterator[FunctionType]:
    """Yield a view and the functions that it may call, those that an instance holds included."""
    yield from parts_of(view)
    if not isinstance(view, FunctionType):
        for held in getattr(view, "__dict__", {}).values():
            yield from parts_of(held)


class OpenDecorator(CheckRule):
    """A view with `@cross_origin` allows origins, or gives credentials, that `CORS(app)` would not.

    ## Why it matters

    A view with `@cross_origin` has its own policy, and the one that `CORS(app)` has for its path
    does not apply. A bare `@cross_origin()` reads `app.config` and the defaults, not the arguments
    of `CORS(app, …)`: it allows every origin where the app allows a few. Verified with an origin
    that the resource for the path refuses and the view allows, or to which only the view gives
    credentials.

    ## Example

        CORS(app, origins="https://app.example")

        @app.get("/books")
        @cross_origin()
        def books():
            return ["Middlemarch"]

    ## Use instead

        CORS(app, origins="https://app.example")

        @app.get("/books")
        def books():
            return ["Middlemarch"]

    If the view is for other origins than the app, list them in the decorator.

    ## When to ignore

    Where the view is meant for every origin: write `@cross_origin(origins="*")`. What the decorator
    itself gives is not reported.
    """

    code = "CORS602"
    title = "a decorated view that is more open than the app"

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        compared: dict[tuple[int, int], str | None] = {}
        # What decorators do not give comes from one place: that is one finding.
        found: dict[str, tuple[str, SourceLocation, list[str]]] = {}
        for route, _, candidate in context.iter_candidates():
            policy = candidate.policy
            if candidate.source.kind != "view" or not isinstance(policy, Policy):
                continue
            for other, path in find_undecorated(context, route):
                pair = id(policy), id(other)
                if pair not in compared:
                    compared[pair] = _compare(policy.options, other.options)
                more = compared[pair]
                if more is not None:
                    location = candidate.source.location
                    found.setdefault(more, (path, location, []))[2].append(route.path)
                    break
        hint = (
            'write @cross_origin(origins=["https://app.example"]) with the origins that the view '
            "is for"
        )
        for more, (path, location, paths) in found.items():
            message = f"@cross_origin of {list_some(paths)} {more} at {path}"
            yield cls(message, hint).at(location, _SUBJECT)


def _compare(own: Options, other: Options) -> str | None:
    """Return how a decorated view is more open than another policy, by options that its decorator
    does not give."""
    origin = None if _is_given(own.origins) else find_more_allowed(own, other)
    if origin is not None:
        return f"allows {origin}, which CORS would refuse"
    gives = own.supports_credentials.value and not other.supports_credentials.value
    if gives and not _is_given(own.supports_credentials):
        origins = iter_known_origins(own, other)
        origin = next((each for each in origins if allows(own.origins.value, each)), None)
    return origin and f"allows {origin} with credentials, which CORS would not"


def _is_given(option: Option[Any]) -> bool:
    return option.layer.kind is LayerKind.DECORATOR


class PrivateNetworkAccess(CheckRule):
    """`allow_private_network` is switched on.

    ## Why it matters

    When a page of the public web sends a request to an address of a private network, such as a
    router or a printer, older versions of Chromium request permission in the preflight, and this
    policy grants it. Every allowed origin can then reach the app from outside through its visitors'
    browsers. Newer browsers show a prompt to the visitor instead, and ignore the response.

    ## Example

        CORS(app, origins="https://app.example", allow_private_network=True)

    ## Use instead

        CORS(app, origins="https://app.example")

    ## When to ignore

    Where the app runs on a device that a page of its maker controls.
    """

    code = "CORS607"
    title = "private network access allowed"

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        for option, located in context.iter_options("allow_private_network"):
            if option.value:
                yield cls(
                    "allow_private_network: pages of the public web may reach the app where it is "
                    "served in a private network",
                    "leave it out, unless the app runs on such a device",
                ).at(*located)


class AppWithoutPolicies(CheckRule):
    """No `CORS(...)` is bound to the app, nor to one of its registered blueprints, and no view has
    `@cross_origin`.

    ## Why it matters

    There is nothing to check. An app may bind CORS in some environments alone, or only when a
    server starts it: then the check saw another app than the one in production.

    ## Example

        app.add_url_rule("/books", view_func=lambda: "")

    ## Use instead

        CORS(app, origins="https://app.example")
        app.add_url_rule("/books", view_func=lambda: "")

    Run the check with the configuration of production.

    ## When to ignore

    Where a proxy sends the headers, or pages on other origins do not use the app.
    """

    code = "CORS611"
    title = "an app without CORS"
    severity = Severity.NOTE

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        if not context.registry.bound and next(context.iter_candidates(), None) is None:
            yield cls(
                "no CORS(...) and no @cross_origin is bound to the app",
                "configure the app as in production, or call CORS(app)",
                subject="the app",
            )
