"""The corpus of ``data/browser.json``: its cases, a server with their responses, and the simulator.

``conventions`` in the file says how to read it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from flask_cors.browser import Browser, Outcome, Request, Response
from flask_cors.browser.quirks import Quirks

DATA = Path(__file__).parents[1] / "data"
CORPUS = json.loads((DATA / "browser.json").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = CORPUS["cases"]


# The preflight cache: steps against one server, some after a delay.
SEQUENCES: list[dict[str, Any]] = [
    {"id": f"s{number:04}", **sequence}
    for number, sequence in enumerate(
        json.loads((DATA / "browser_sequences.json").read_text(encoding="utf-8"))
    )
]
CACHED = "http://www1.web-platform.test:8000/{id}/cached"

# Whether the frontend got its response, and the methods of the requests.
Step = tuple[bool, list[str]]


def as_case(sequence: dict[str, Any]) -> dict[str, Any]:
    return {"id": sequence["id"], "hops": [{"url": CACHED, **sequence["server"]}]}


class Server:
    """Sends the responses of a case."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.id = case["id"]
        self.urls = [hop["url"].replace("{id}", self.id) for hop in case["hops"]]
        self.hops = dict(zip(self.urls, case["hops"], strict=True))

    def __call__(self, request: Request) -> Response:
        hop = self.hops[request.url]
        response = hop["response"]
        if request.get("Access-Control-Request-Method") and hop["preflight_response"]:
            response = hop["preflight_response"]
        headers = [(name, self.fill(value, request)) for name, value in response["headers"]]
        return Response(response["status"], tuple(headers), response["body"].encode("latin-1"))

    def fill(self, value: str, request: Request) -> str:
        value = value.replace("{request-origin}", request.get("Origin") or "*")
        return re.sub(r"\{hop(\d+)(?:\|([^}]*))?\}", self.hop, value)

    def hop(self, found: re.Match[str]) -> str:
        scheme, rest = self.urls[int(found[1])].split("://")
        return f"{scheme}://{found[2] or ''}{rest}"


def fetch(case: dict[str, Any], quirks: Quirks) -> Outcome:
    request = case["request"]
    body = None if request["body"] is None else request["body"].encode("latin-1")
    return Browser(Server(case), quirks).fetch(
        request["url"].replace("{id}", case["id"]),
        origin=request["origin"],
        method=request["method"],
        headers=[(name, value) for name, value in request["headers"]],
        body=body,
        credentials=request["credentials"],
        mode=request["mode"],
        redirect=request["redirect"],
    )


def fetch_steps(sequence: dict[str, Any], quirks: Quirks) -> list[Step]:
    now = 1000.0
    browser = Browser(Server(as_case(sequence)), quirks, clock=lambda: now)
    done: list[Step] = []
    for step in sequence["steps"]:
        now += step["wait_before_s"]
        outcome = browser.fetch(
            CACHED.replace("{id}", sequence["id"]),
            origin=CORPUS["origins"]["local"],
            **step["init"],
        )
        methods = [exchange.request.method for exchange in outcome.exchanges]
        done.append((outcome.allowed, methods))
    return done


def count_preflights(steps: list[Step]) -> list[int]:
    """Return the number of preflights of each step."""
    return [methods.count("OPTIONS") for _, methods in steps]


def verdict(outcome: Outcome) -> str:
    return "allow" if outcome.allowed else "block"


def preflights(outcome: Outcome) -> list[Request]:
    return [exchange.request for exchange in outcome.exchanges if exchange.preflight]


def requested_names(outcome: Outcome) -> list[str | None]:
    """Return ``Access-Control-Request-Headers`` of the first preflight, if there was one."""
    return [sent.get("Access-Control-Request-Headers") for sent in preflights(outcome)][:1]


def recorded_names(case: dict[str, Any], browser: str) -> list[str | None]:
    return [case[browser]["acrh"]] if case[browser]["preflight_sent"] else []
