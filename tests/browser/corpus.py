"""The corpus of ``data/browser.json``: its cases, a server that answers them, and the simulator.

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


# The preflight cache: steps against one server, which may be after a while.
SEQUENCES: list[dict[str, Any]] = [
    {"id": f"s{number:04}", **sequence}
    for number, sequence in enumerate(
        json.loads((DATA / "browser_sequences.json").read_text(encoding="utf-8"))
    )
]
CACHED = "http://www1.web-platform.test:8000/{id}/cached"

# Whether the page got its answer, and the methods of what was sent.
Step = tuple[bool, list[str]]


def as_case(sequence: dict[str, Any]) -> dict[str, Any]:
    return {"id": sequence["id"], "hops": [{"url": CACHED, **sequence["server"]}]}


class Server:
    """Answers as a case says."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.id = case["id"]
        self.urls = [hop["url"].replace("{id}", self.id) for hop in case["hops"]]
        self.hops = dict(zip(self.urls, case["hops"], strict=True))

    def __call__(self, request: Request) -> Response:
        hop = self.hops[request.url]
        answer = hop["response"]
        if request.get("Access-Control-Request-Method") and hop["preflight_response"]:
            answer = hop["preflight_response"]
        headers = [(name, self.filled(value, request)) for name, value in answer["headers"]]
        return Response(answer["status"], tuple(headers), answer["body"].encode("latin-1"))

    def filled(self, value: str, request: Request) -> str:
        value = value.replace("{request-origin}", request.get("Origin") or "*")
        return re.sub(r"\{hop(\d+)(?:\|([^}]*))?\}", self.hop, value)

    def hop(self, found: re.Match[str]) -> str:
        scheme, rest = self.urls[int(found[1])].split("://")
        return f"{scheme}://{found[2] or ''}{rest}"


def fetch(case: dict[str, Any], quirks: Quirks) -> Outcome:
    asked = case["request"]
    body = None if asked["body"] is None else asked["body"].encode("latin-1")
    return Browser(Server(case), quirks).fetch(
        asked["url"].replace("{id}", case["id"]),
        origin=asked["origin"],
        method=asked["method"],
        headers=[(name, value) for name, value in asked["headers"]],
        body=body,
        credentials=asked["credentials"],
        mode=asked["mode"],
        redirect=asked["redirect"],
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


def counts(steps: list[Step]) -> list[int]:
    """The preflights of each step."""
    return [methods.count("OPTIONS") for _, methods in steps]


def verdict(outcome: Outcome) -> str:
    return "allow" if outcome.allowed else "block"


def preflights(outcome: Outcome) -> list[Request]:
    return [exchange.request for exchange in outcome.exchanges if exchange.preflight]


def asked_names(outcome: Outcome) -> list[str | None]:
    """``Access-Control-Request-Headers`` of the first preflight, if there was one."""
    return [sent.get("Access-Control-Request-Headers") for sent in preflights(outcome)][:1]


def said(case: dict[str, Any], browser: str) -> list[str | None]:
    return [case[browser]["acrh"]] if case[browser]["preflight_sent"] else []
