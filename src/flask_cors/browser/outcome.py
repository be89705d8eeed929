"""What came of a fetch, for the page and for the person who wonders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .. import headers as h
from .headerlist import HeaderList
from .messages import Exchange
from .reasons import Reason
from .safelist import is_safelisted_method

Type = Literal["basic", "cors", "opaque", "opaqueredirect", "error"]

# What a line of the story shows of a value that a server chose the length of.
_SHOWN = 200


@dataclass(frozen=True)
class Outcome:
    """What came of a fetch.

    ``str(outcome)`` tells the whole story: each request, what was said about CORS, and what the
    browser concludes.

    :ivar allowed: whether ``fetch()`` gives the page a response; otherwise it throws a TypeError.
        Of an opaque response (mode ``no-cors``) the page can read nothing all the same.
    :ivar reason: why it was blocked, a :class:`Reason`; None where it was not, or not by CORS.
    :ivar parameter: the header, value or method at fault, as Chromium names it: ``""`` where the
        reason says it all, None without one.
    :ivar message: what the browser concludes, in one sentence.
    :ivar type: ``"basic"``, ``"cors"``, ``"opaque"``, ``"opaqueredirect"`` or ``"error"``.
    :ivar status: the status that the page can read; ``0`` for an opaque response or an error.
    :ivar headers: the headers that the page can read, a :class:`HeaderList` as
        ``response.headers`` iterates over it: names in lower case and sorted, the values of a
        name joined.
    :ivar body: what the page can read of the body.
    :ivar url: the URL of the response; ``""`` where the page is not told.
    :ivar exchanges: every :class:`Exchange` that crossed the network, in order.

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
    #: The origin of the page that asked.
    origin: str
    #: The URLs on the way: the page's, and each that a redirect led to, with their fragments. The
    #: last one is where it ended (https://fetch.spec.whatwg.org/#concept-request-url-list).
    url_list: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(_story(self))


def _story(outcome: Outcome) -> Iterator[str]:
    for number, exchange in enumerate(outcome.exchanges, 1):
        request, response = exchange.request, exchange.response
        what = f", a preflight {_because(exchange)}" if exchange.preflight else ""
        yield f"{number}. {request.method} {_short(request.url)}{what}"
        for name in ("Origin", h.REQUEST_METHOD, h.REQUEST_HEADERS):
            yield from _line("->", name, request.get(name))
        yield f"   <- {response.status}"
        for name in _TOLD:
            yield from _line("<-", name, response.get(name))
    if not outcome.exchanges:
        yield "Nothing was sent."
    if outcome.allowed:
        yield f"Allowed: {outcome.message}"
    elif outcome.reason is None:
        yield f"Failed: {outcome.message}"
    else:
        yield f"Blocked ({outcome.reason}): {outcome.message}"


_TOLD = (
    h.ALLOW_ORIGIN,
    h.ALLOW_CREDENTIALS,
    h.ALLOW_METHODS,
    h.ALLOW_HEADERS,
    h.EXPOSE_HEADERS,
    h.MAX_AGE,
    "Cross-Origin-Resource-Policy",
    "Location",
)


def _because(exchange: Exchange) -> str:
    """Why a preflight was needed, from what it asks for."""
    method = exchange.request.get(h.REQUEST_METHOD) or ""
    names = exchange.request.get(h.REQUEST_HEADERS)
    needs = [] if is_safelisted_method(method) else [method]
    if names is not None:
        needs.append(_short(names.replace(",", ", ")))
    return f"because of {' and '.join(needs)}"


def _line(arrow: str, name: str, value: str | None) -> Iterator[str]:
    if value is not None:
        yield f"   {arrow} {name}: {_short(value)}".rstrip()


def _short(text: str) -> str:
    """A text of others for one line: no control characters, and an end."""
    text = text[: _SHOWN + 1]
    if not text.isprintable():
        text = ascii(text)[1:-1]
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
