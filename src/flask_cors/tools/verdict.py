"""What browsers conclude from a server's answers, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import click

from ..browser import (
    CHROMIUM,
    FIREFOX,
    STANDARD,
    Browser,
    Outcome,
    Quirks,
    Request,
    Response,
    Transport,
)
from ..browser.console import chromium_message
from ..browser.messages import Exchange
from .arguments import Asked


class Verdict(NamedTuple):
    """What comes of a request.

    :ivar outcome: by the standard.
    :ivar otherwise: the browsers that conclude otherwise, by their names.
    """

    outcome: Outcome
    otherwise: dict[str, Outcome]


def judge(asked: Asked, transport: Transport) -> Verdict:
    """Let the browsers fetch. The server is asked once for what all of them would send."""
    answers: dict[Request, Response] = {}

    def once(request: Request) -> Response:
        if request not in answers:
            answers[request] = transport(request)
        return answers[request]

    standard, *others = (fetched(asked, once, quirks) for quirks in (STANDARD, CHROMIUM, FIREFOX))
    named = zip((CHROMIUM.name, FIREFOX.name), others, strict=True)
    differing = {name: other for name, other in named if other.allowed != standard.allowed}
    return Verdict(standard, differing)


def fetched(asked: Asked, transport: Transport, quirks: Quirks = STANDARD) -> Outcome:
    """What comes of the request in one browser, which remembers nothing."""
    return Browser(transport, quirks).fetch(
        asked.url,
        origin=asked.origin,
        method=asked.method,
        headers=asked.headers,
        credentials=asked.credentials,
    )


def as_text(verdict: Verdict) -> Iterator[str]:
    """The lines for a reader: what was sent, and what a browser concludes."""
    *story, conclusion = str(verdict.outcome).splitlines()
    yield from story
    yield ""
    yield click.style(conclusion, fg="green" if verdict.outcome.allowed else "red", bold=True)
    console = chromium_message(verdict.outcome)
    if console is not None:
        yield f"Chromium's console: {console}"
    for name, other in verdict.otherwise.items():
        does = "allows" if other.allowed else "blocks"
        yield f"{name} {does} it, against the standard: {other.message}"


def as_json(verdict: Verdict) -> dict[str, object]:
    """The same for programs."""
    outcome = verdict.outcome
    return {
        "exchanges": list(map(_exchange, outcome.exchanges)),
        **_concluded(outcome),
        "readable": {"status": outcome.status, "headers": list(outcome.headers)},
        "otherwise": {name: _concluded(other) for name, other in verdict.otherwise.items()},
    }


def _concluded(outcome: Outcome) -> dict[str, object]:
    return {
        "allowed": outcome.allowed,
        "reason": outcome.reason and outcome.reason.value,
        "parameter": outcome.parameter,
        "message": outcome.message,
        "console": chromium_message(outcome),
    }


def _exchange(exchange: Exchange) -> dict[str, object]:
    request, response = exchange.request, exchange.response
    return {
        "preflight": exchange.preflight,
        "method": request.method,
        "url": request.url,
        "request_headers": list(request.headers),
        "status": response.status,
        "response_headers": list(response.headers),
    }
