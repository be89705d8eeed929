"""The cause of a preflight: the method and the headers of a request that need permission."""

from __future__ import annotations

from typing import NamedTuple

from ...browser import STANDARD
from ...browser.arguments import parse_url
from ...browser.outcome import format_preflight_cause
from ...browser.safelist import is_safelisted_method, unsafe_request_header_names
from ..shared.page_request import PageRequest


class PreflightCause(NamedTuple):
    """What makes a preflight necessary; false if nothing does.

    :ivar method: None for a safelisted one.
    :ivar headers: the CORS-unsafe request-header names, sorted.
    """

    method: str | None = None
    headers: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self != PreflightCause()

    def __str__(self) -> str:
        return format_preflight_cause(*self)


def preflight_cause_of(page_request: PageRequest) -> PreflightCause:
    """Return what makes a preflight necessary (https://fetch.spec.whatwg.org/#main-fetch); nothing
    does for a request to the same origin."""
    if parse_url(page_request.url).origin == page_request.origin:
        return PreflightCause()
    method = page_request.method
    names = unsafe_request_header_names(page_request.headers, STANDARD)
    return PreflightCause(None if is_safelisted_method(method) else method, tuple(sorted(names)))
