"""``flask cors probe``: what browsers conclude from a live server's answers over HTTP, and what the
answers show besides.

The server is asked as a browser asks it, and then, for comparison, by a page of another origin. A
request that may change something is sent once to a URL at most, and never for the comparison.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import click

from ..browser import Exchange, Request, Response, Transport
from ..browser.arguments import page_headers
from ..browser.safelist import normalize_method
from ..browser.urls import parse
from ..errors import shown
from ..headers import SAFE_METHODS
from . import verdict
from .arguments import Asked, BadInput, CannotTell
from .findings import UNASKED, Again, Finding, Level, Probed, find, label
from .http import http
from .text import has_colour, width, wrapped

# RFC 2606 2: nobody's. The second is for who asks as the first.
OTHERS = ("https://flask-cors-probe.invalid", "https://flask-cors-probe-2.invalid")


def run(asked: Asked, form: str) -> int:
    """Probe and print, and return the exit status.

    :raises BadInput: for what goes not over HTTP.
    :raises CannotTell: where there is no answer.
    """
    url = parse(asked.url)
    if url is None or not url.is_http:
        raise BadInput(f"url: {shown(asked.url)} is no http or https URL, as 'https://api.example'")
    probed = probe(asked._replace(url=str(url)), http())  # as it is sent
    findings = find(probed)
    if form == "json":
        click.echo(json.dumps(as_json(probed, findings), indent=2))
    else:
        colour = has_colour()
        for line in as_text(probed, findings, width()):
            click.echo(line, color=colour)
    return 0 if probed.verdict.outcome.allowed else 1


def probe(asked: Asked, transport: Transport) -> Probed:
    """Ask the server for a page, and for a page of another origin."""
    found = verdict.judge(asked, _once_where_unsafe(transport))
    other = next(origin for origin in OTHERS if origin != asked.origin)
    exchanges = found.outcome.exchanges
    unasked: Exchange | None = None
    again: list[Again] = []
    failed = None
    try:
        unasked = _unasked(asked, exchanges, transport)
        labelled = [(label(place, one), one) for place, one in enumerate(exchanges, 1)]
        if unasked is not None:
            labelled.append((UNASKED, unasked))
        for name, exchange in labelled:
            if _can_ask_again(asked, exchange):
                request = _asked_by(other, exchange.request)
                second = Exchange(request, transport(request), exchange.preflight)
                again.append(Again(name, exchange, second))
    except CannotTell as error:
        failed = error.message
    return Probed(asked, found, unasked, other, tuple(again), failed)


def _once_where_unsafe(transport: Transport) -> Transport:
    """What may change something is sent to a URL once, though a redirect leads there again, or
    browsers differ in what they send: all get the first answer."""
    answers: dict[tuple[str, str], Response] = {}

    def once(request: Request) -> Response:
        key = request.method, request.url
        if request.method in SAFE_METHODS:
            return transport(request)
        if key not in answers:
            answers[key] = transport(request)
        return answers[key]

    return once


def _unasked(asked: Asked, exchanges: Sequence[Exchange], transport: Transport) -> Exchange | None:
    """The request behind a preflight that failed, where asking it is harmless. Behind a redirect it
    is not asked: what the page said there is not known."""
    method = normalize_method(asked.method)
    if method not in SAFE_METHODS or len(exchanges) != 1 or not exchanges[0].preflight:
        return None
    headers = [*page_headers(asked.headers), ("Origin", asked.origin)]
    if not any(name.lower() == "accept" for name, _ in headers):
        headers.insert(0, ("Accept", "*/*"))
    request = Request(method, exchanges[0].request.url, tuple(headers))
    return Exchange(request, transport(request))


def _can_ask_again(asked: Asked, exchange: Exchange) -> bool:
    request = exchange.request
    return request.method in SAFE_METHODS and request.get("Origin") == asked.origin


def _asked_by(origin: str, request: Request) -> Request:
    headers = [
        (name, origin if name.lower() == "origin" else value) for name, value in request.headers
    ]
    return replace(request, headers=tuple(headers))


# ---- as text -----------------------------------------------------------------------------------

_STYLES: dict[Level, Callable[[str], str]] = {
    Level.HOLE: lambda text: click.style(text, fg="red", bold=True, reverse=True),
    Level.WRONG: lambda text: click.style(text, fg="red"),
    Level.NOTE: lambda text: click.style(text, fg="yellow"),
}


def as_text(probed: Probed, findings: Sequence[Finding], width: int) -> Iterator[str]:
    """The lines for a reader, with the colours of a terminal."""
    asked = probed.asked
    yield click.style(
        f"{normalize_method(asked.method)} {asked.url} by a page of {asked.origin}", bold=True
    )
    for name in asked.dropped:
        yield f"Browsers let no page set {name}: it was left out."
    yield ""
    lines = list(verdict.as_text(probed.verdict))
    end = lines.index("")
    yield from lines[:end]
    if probed.again:
        yield ""
        yield f"Asked again from {probed.other_origin}:"
        for name, _, second in probed.again:
            told = second.response.get("Access-Control-Allow-Origin")
            allows = "no Access-Control-Allow-Origin" if told is None else f"allows {shown(told)}"
            yield f"   {name}: {second.response.status}, {allows}"
    for finding in findings:
        yield ""
        first, *more = wrapped(_line(finding), width)
        head = f"{finding.level.value.capitalize()} ({finding.name}):"
        yield _STYLES[finding.level](head) + first.removeprefix(head)
        yield from more
    yield from lines[end:]


def _line(finding: Finding) -> str:
    said = ". ".join((finding.seen, finding.means.rstrip("."), finding.do))
    return f"{finding.level.value.capitalize()} ({finding.name}): {said}."


# ---- as JSON -----------------------------------------------------------------------------------


def as_json(probed: Probed, findings: Sequence[Finding]) -> dict[str, object]:
    """The same for programs."""
    asked = probed.asked
    return {
        "request": {
            "method": normalize_method(asked.method),
            "url": asked.url,
            "origin": asked.origin,
            "headers": asked.headers,
            "credentials": asked.credentials,
            "dropped": asked.dropped,
        },
        **verdict.as_json(probed.verdict),
        "asked_again": [
            {
                "label": name,
                "origin": probed.other_origin,
                "status": second.response.status,
                "response_headers": list(second.response.headers),
            }
            for name, _, second in probed.again
        ],
        "findings": [finding._asdict() for finding in findings],
    }
