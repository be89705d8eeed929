"""The verdict on a request: what browsers conclude from the responses of a server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import click

from ... import browser
from ...browser.console import chromium_message
from .documentation_links import DOCUMENTATION
from .page_request import PageRequest


class Verdict(NamedTuple):
    """The outcome of a request in browsers.

    :ivar outcome: the outcome by the standard.
    :ivar differing: the outcomes in the browsers that differ from it, by their names.
    """

    outcome: browser.Outcome
    differing: dict[str, browser.Outcome]


def evaluate(page_request: PageRequest, transport: browser.Transport) -> Verdict:
    """Make the request in each simulated browser. Equal requests are sent once."""
    responses: dict[browser.Request, browser.Response] = {}

    def send_once(request: browser.Request) -> browser.Response:
        if request not in responses:
            responses[request] = transport(request)
        return responses[request]

    outcome = fetch(page_request, send_once)
    others = {
        each.name: fetch(page_request, send_once, each)
        for each in (browser.CHROMIUM, browser.FIREFOX)
    }
    differing = {name: other for name, other in others.items() if other.allowed != outcome.allowed}
    return Verdict(outcome, differing)


def fetch(
    page_request: PageRequest,
    transport: browser.Transport,
    quirks: browser.Quirks = browser.STANDARD,
) -> browser.Outcome:
    """Return the outcome of the request in one browser, with an empty preflight cache."""
    return browser.Browser(transport, quirks).fetch(
        page_request.url,
        origin=page_request.origin,
        method=page_request.method,
        headers=page_request.headers,
        credentials=page_request.credentials,
    )


def as_text(verdict: Verdict) -> Iterator[str]:
    """Yield the lines of a report: the exchanges, and what a browser concludes."""
    *exchanges, conclusion = str(verdict.outcome).splitlines()
    yield from exchanges
    yield ""
    yield click.style(conclusion, fg="green" if verdict.outcome.allowed else "red", bold=True)
    if verdict.outcome.reason is not None:
        yield f"Chromium's console: {chromium_message(verdict.outcome)}"
        yield f"See {DOCUMENTATION}errors/{verdict.outcome.reason}.html"
    for name, other in verdict.differing.items():
        does = "allows" if other.allowed else "blocks"
        yield f"{name} {does} it, unlike the standard: {other.message}"


def as_json(verdict: Verdict) -> dict[str, object]:
    """Return the verdict for JSON."""
    outcome = verdict.outcome
    return {
        "exchanges": list(map(_exchange, outcome.exchanges)),
        **_conclusion(outcome),
        "readable": {"status": outcome.status, "headers": list(outcome.headers)},
        "differing": {name: _conclusion(other) for name, other in verdict.differing.items()},
    }


def _conclusion(outcome: browser.Outcome) -> dict[str, object]:
    return {
        "allowed": outcome.allowed,
        "reason": outcome.reason and outcome.reason.value,
        "parameter": outcome.parameter,
        "message": outcome.message,
        "console": chromium_message(outcome),
    }


def _exchange(exchange: browser.Exchange) -> dict[str, object]:
    request, response = exchange.request, exchange.response
    return {
        "preflight": exchange.preflight,
        "method": request.method,
        "url": request.url,
        "request_headers": list(request.headers),
        "status": response.status,
        "response_headers": list(response.headers),
    }
