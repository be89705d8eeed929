"""The outcome of a fetch: what the script gets, and a text that explains it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ..protocol import headers as h
from .headerlist import HeaderList
from .messages import Exchange
from .reasons import Reason, shorten
from .safelist import is_safelisted_method

Type = Literal["basic", "cors", "opaque", "opaqueredirect", "error"]


@dataclass(frozen=True)
class Outcome:
    """The outcome of a fetch.

    ``str(outcome)`` explains it: each request, the CORS headers of the response, and what the
    browser concludes.

    :ivar allowed: whether ``fetch()`` returns a response; otherwise it throws a TypeError. An
        opaque response (mode ``no-cors``) is allowed, although the script can read nothing of it.
    :ivar reason: why CORS blocked the request, a :class:`Reason`; None if it did not.
    :ivar parameter: the header, value or method at fault, as Chromium reports it: ``""`` where the
        reason has no parameter, None without a reason.
    :ivar message: what the browser concludes, in one sentence.
    :ivar type: ``"basic"``, ``"cors"``, ``"opaque"``, ``"opaqueredirect"`` or ``"error"``.
    :ivar status: the status that the script can read; ``0`` for an opaque response or an error.
    :ivar headers: the headers that the script can read, a :class:`HeaderList` in the order of
        ``response.headers``: names in lower case and sorted, the values of a name joined.
    :ivar body: the body that the script can read.
    :ivar url: the URL of the response; ``""`` where the script cannot read it.
    :ivar exchanges: every :class:`Exchange`, in order.

    .. versionadded:: 7.0
    """

    allowed: bool
    reason: Reason | None
    parameter: str | None
    message: str
    type: Type
    status: int
    headers: HeaderList
    body: bytes
    url: str
    exchanges: tuple[Exchange, ...]
    #: The origin of the calling page.
    origin: str
    #: The requested URL, and each URL that a redirect led to, with their fragments
    #: (https://fetch.spec.whatwg.org/#concept-request-url-list).
    url_list: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(_explain(self))


def _explain(outcome: Outcome) -> Iterator[str]:
    for number, exchange in enumerate(outcome.exchanges, 1):
        request, response = exchange.request, exchange.response
        cause = shorten(str(preflight_cause_of(exchange)))
        purpose = f" (preflight for {cause})" if exchange.preflight else ""
        yield f"{number}. {request.method} {shorten(request.url)}{purpose}"
        for name in ("Origin", h.REQUEST_METHOD, h.REQUEST_HEADERS):
            yield from _format_header("->", name, request.get(name))
        yield f"   <- {response.status}"
        for name in _RESPONSE_HEADERS_SHOWN:
            yield from _format_header("<-", name, response.get(name))
    if not outcome.exchanges:
        yield "Nothing was sent."
    if outcome.allowed:
        yield f"Allowed: {outcome.message}"
    elif outcome.reason is None:
        yield f"Failed: {outcome.message}"
    else:
        yield f"Blocked ({outcome.reason}): {outcome.message}"


_RESPONSE_HEADERS_SHOWN = (
    h.ALLOW_ORIGIN,
    h.ALLOW_CREDENTIALS,
    h.ALLOW_METHODS,
    h.ALLOW_HEADERS,
    h.EXPOSE_HEADERS,
    h.MAX_AGE,
    "Cross-Origin-Resource-Policy",
    "Location",
)


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
        """Return such as ``"the method PUT and the header x-a"``."""
        causes = [] if self.method is None else [f"the method {self.method}"]
        if self.headers:
            plural = "s" if len(self.headers) > 1 else ""
            causes.append(f"the header{plural} {', '.join(self.headers)}")
        return " and ".join(causes)


def preflight_cause_of(exchange: Exchange) -> PreflightCause:
    """Return what made a preflight necessary; nothing if the exchange is not one."""
    if not exchange.preflight:
        return PreflightCause()
    method = exchange.request.get(h.REQUEST_METHOD) or ""
    names = exchange.request.get(h.REQUEST_HEADERS)
    return PreflightCause(
        None if is_safelisted_method(method) else method, tuple(names.split(",")) if names else ()
    )


def _format_header(arrow: str, name: str, value: str | None) -> Iterator[str]:
    if value is not None:
        yield f"   {arrow} {name}: {shorten(value)}".rstrip()
