"""Refusals that no change of an option can or should lift: a path whose spellings have different
policies, a view with invalid CORS options, headers of the app itself, requests of the frontend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flask import Flask, Request

from ...browser import Outcome
from ...diagnostics.format import format_value
from ...errors import CORSConfigError
from ...policy.path_spellings import compared_spellings, other_spellings
from ...policy.policy import Policy
from ...policy.resources import ResourceMap
from ...protocol import headers as h
from ...runtime.decision import RETURNED, requested_method
from ...runtime.install import registry_of
from ..shared.app_transport import HandledRequest
from ..shared.inventory import PolicySource, match_pattern, source_of_resource
from ..shared.page_request import PageRequest


class Spelling(NamedTuple):
    """One spelling of a path, and the resource that covers it."""

    path: str
    source: PolicySource | None


def spellings_of(app: Flask, request: Request) -> list[Spelling]:
    """Return the compared spellings of the path of ``request``, the path itself first."""
    registry = registry_of(app)
    resolver = registry.resolver()

    def resources_at(spelling: str) -> Iterator[tuple[str, ResourceMap[Policy]]]:
        endpoint = resolver.endpoint_at(request, _method_of(request), spelling)
        return resolver.resources_at(request, endpoint, spelling)

    def source_at(spelling: str) -> PolicySource | None:
        for name, resources in resources_at(spelling):
            pattern = match_pattern(resources, spelling)
            if pattern is not None:
                return source_of_resource(registry, name, pattern)
        return None

    compared = compared_spellings(
        request.path,
        lambda spelling: (resources for _, resources in resources_at(spelling)),
        has_view=request.endpoint is not None,
    )
    return [Spelling(each, source_at(each)) for each in dict.fromkeys((request.path, *compared))]


def invalid_view_of(app: Flask, request: Request) -> tuple[PolicySource, CORSConfigError]:
    """Return the decorated view that decides on ``request``, and the error of its CORS options."""
    registry, method = registry_of(app), _method_of(request)
    resolver = registry.resolver()
    endpoint = resolver.endpoint_at(request, method) or request.endpoint or ""
    view = resolver.view_at(endpoint, method)
    # A view that a decorator hides is recorded when it returns.
    deciding = vars(request)[RETURNED] if view is None else [view]
    read = ((each.options, registry.read_view_options(each.options)) for each in deciding)
    return next(
        (PolicySource("view", endpoint, options.location), error)
        for options, error in read
        if isinstance(error, CORSConfigError)
    )


def _method_of(request: Request) -> str:
    """Return the method of a request, or the requested method of a preflight."""
    return (requested_method(request) or request.method).upper()


def hint_without_suggestion(
    page_request: PageRequest,
    outcome: Outcome,
    last: HandledRequest,
    spellings: Sequence[Spelling],
    invalid: CORSConfigError | None,
) -> str | None:
    """Return why a request should stay blocked, or what to change instead of the options; None if
    the options may be at fault."""
    own = last.response.get(h.ALLOW_ORIGIN)
    request = outcome.exchanges[-1].request
    if outcome.reason is None:
        return f"the cause is not CORS: {outcome.message.rstrip('.')}"
    if own is not None and (last.decision is None or last.decision.allow_origin != own):
        return _hint_for_own_header(last, own)
    if spellings:
        return _hint_for_spellings(spellings)
    if invalid is not None:
        return "the view's CORS options are invalid, so it refuses every origin: " + "; ".join(
            map(str, invalid.findings)
        )
    if request.get("Origin") == "null" != page_request.origin:
        return (
            "after a redirect to another origin, browsers send Origin: null; request "
            f"{request.url} directly"
        )
    if page_request.origin == "null":
        return (
            "do not allow null, which any site can send from a sandboxed frame; serve the page "
            "from an origin of its own"
        )
    method = page_request.method
    if method != method.upper():  # Fetch 2.2.1 writes six methods in upper case, and not PATCH
        return f"methods are case-sensitive: write method: '{method.upper()}' in the frontend"
    return None


def _hint_for_own_header(last: HandledRequest, own: str) -> str:
    header = f"{h.ALLOW_ORIGIN}: {format_value(own)}"
    if last.returned is not None and last.returned.get(h.ALLOW_ORIGIN) != own:
        return f"WSGI middleware sets {header} after Flask: remove the header from the middleware"
    return (
        f"the app sets {header} itself, and Flask-CORS does not change such a response: remove the "
        "header from the view or the after_request function"
    )


def _hint_for_spellings(spellings: Sequence[Spelling]) -> str:
    sources = (each.source for each in spellings)
    names = ["no resource" if each is None else format_value(each.resource) for each in sources]
    differing = " and ".join(dict.fromkeys(names))
    plain = next(each.path for each in spellings if not other_spellings(each.path))
    instead = "" if plain == spellings[0].path else f"request {format_value(plain)} instead, or "
    return (
        f"the spellings of the path have different policies, those of {differing}: {instead}cover "
        "all spellings by one resource, or give them the same options"
    )
