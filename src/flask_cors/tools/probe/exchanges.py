"""The requests of a probe: those that a browser sends, and the same from another origin.

An unsafe request is sent to a URL at most once, and never for a comparison.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from ...browser import Exchange, Request, Response, Transport
from ...browser.headerlist import get
from ...protocol.headers import SAFE_METHODS
from ..shared.page_request import NoVerdict, PageRequest
from ..shared.verdict import Verdict, evaluate

# Reserved names (RFC 2606 2). The second is for a probe whose origin is the first.
COMPARED_ORIGINS = ("https://flask-cors-probe.invalid", "https://flask-cors-probe-2.invalid")
SKIPPED = "response after the failed preflight"


class Comparison(NamedTuple):
    """The same request, sent from the given origin and from another one.

    :ivar label: such as ``"response 2"``.
    """

    label: str
    first: Exchange
    second: Exchange


@dataclass(frozen=True)
class Probed:
    """The results of a probe.

    :ivar exchanges: each exchange after its label, in order; the last may be one that a browser
        does not send after a failed preflight.
    :ivar other_origin: the origin of the comparisons.
    :ivar failure: why the comparisons are incomplete; None if they are complete.
    """

    page_request: PageRequest
    verdict: Verdict
    exchanges: tuple[tuple[str, Exchange], ...]
    other_origin: str
    comparisons: tuple[Comparison, ...]
    failure: str | None


def probe(page_request: PageRequest, transport: Transport) -> Probed:
    """Send the requests of a browser, and then the same from another origin.

    :raises NoVerdict: if the server does not respond.
    """
    verdict = evaluate(page_request, _send_unsafe_once(transport))
    exchanges = [
        (f"{'preflight' if each.preflight else 'response'} {number}", each)
        for number, each in enumerate(verdict.outcome.exchanges, 1)
    ]
    other = next(origin for origin in COMPARED_ORIGINS if origin != page_request.origin)
    comparisons: list[Comparison] = []
    failure = None
    try:
        skipped = _send_skipped(page_request, verdict.outcome.exchanges, transport)
        if skipped is not None:
            exchanges.append((SKIPPED, skipped))
        for label, exchange in exchanges:
            request = exchange.request
            if request.method in SAFE_METHODS and request.get("Origin") == page_request.origin:
                request = _with_origin(request, other)
                second = Exchange(request, transport(request), exchange.preflight)
                comparisons.append(Comparison(label, exchange, second))
    except NoVerdict as error:
        failure = error.message
    return Probed(page_request, verdict, tuple(exchanges), other, tuple(comparisons), failure)


def _send_unsafe_once(transport: Transport) -> Transport:
    """Return a transport that sends unsafe requests to a URL once, although a redirect leads there
    again or browsers send different requests. All get the first response."""
    responses: dict[tuple[str, str], Response] = {}

    def send(request: Request) -> Response:
        key = request.method, request.url
        if request.method in SAFE_METHODS:
            return transport(request)
        if key not in responses:
            responses[key] = transport(request)
        return responses[key]

    return send


def _send_skipped(
    page_request: PageRequest, exchanges: tuple[Exchange, ...], transport: Transport
) -> Exchange | None:
    """Send the request whose preflight failed, if it is safe. After a redirect it is not sent,
    because its headers are meant for another server."""
    method = page_request.method
    if method not in SAFE_METHODS or len(exchanges) != 1 or not exchanges[0].preflight:
        return None
    headers = [*page_request.headers, ("Origin", page_request.origin)]
    if get(headers, "Accept") is None:
        headers.insert(0, ("Accept", "*/*"))
    request = Request(method, exchanges[0].request.url, tuple(headers))
    return Exchange(request, transport(request))


def _with_origin(request: Request, origin: str) -> Request:
    headers = ((name, origin if name == "Origin" else value) for name, value in request.headers)
    return replace(request, headers=tuple(headers))
