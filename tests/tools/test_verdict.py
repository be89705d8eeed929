"""What the browsers conclude from a server's answers."""

from __future__ import annotations

import json

import click

from flask_cors.browser import Request, Response
from flask_cors.tools.arguments import Asked
from flask_cors.tools.verdict import as_json, as_text, judge

URL = "https://api.example/data"
APP = "https://app.example"


class Server:
    """Says the same to every request, and counts them."""

    def __init__(self, *headers: tuple[str, str]) -> None:
        self.headers = (("Access-Control-Allow-Origin", "*"), *headers)
        self.asked: list[str] = []

    def __call__(self, request: Request) -> Response:
        self.asked.append(request.method)
        return Response(200, self.headers, b"read me")


def asked(method: str = "GET", *headers: tuple[str, str]) -> Asked:
    return Asked(URL, APP, method, headers, "same-origin")


def test_the_server_is_asked_once_for_what_all_browsers_send():
    server = Server(("Access-Control-Allow-Methods", "DELETE"))
    verdict = judge(asked("DELETE"), server)
    assert verdict.outcome.allowed
    assert verdict.otherwise == {}
    assert server.asked == ["OPTIONS", "DELETE"]


def test_browsers_that_conclude_otherwise_are_told():
    """A star covers Authorization in browsers, and not in the standard."""
    server = Server(("Access-Control-Allow-Headers", "*"))
    verdict = judge(asked("GET", ("Authorization", "Bearer 1")), server)
    assert not verdict.outcome.allowed
    assert set(verdict.otherwise) == {"Chromium", "Firefox"}
    lines = [click.unstyle(line) for line in as_text(verdict)]
    assert lines[-3] == (
        f"Chromium's console: Access to fetch at '{URL}' from origin '{APP}' has been blocked by "
        "CORS policy: Request header field authorization is not allowed by "
        "Access-Control-Allow-Headers in preflight response."
    )
    assert lines[0] == f"1. OPTIONS {URL}, a preflight because of authorization"
    assert "Blocked (HeaderDisallowedByPreflightResponse)" in "".join(lines)
    assert lines[-2].startswith("Chromium allows it, against the standard: the page can read")
    assert lines[-1].startswith("Firefox allows it, against the standard: the page can read")


def test_a_browser_that_is_stricter_is_told():
    """Firefox safelists no Accept beyond ASCII."""
    verdict = judge(asked("GET", ("Accept", "\xe4")), Server())
    assert verdict.outcome.allowed
    assert list(verdict.otherwise) == ["Firefox"]
    last = [click.unstyle(line) for line in as_text(verdict)][-1]
    assert last.startswith("Firefox blocks it, against the standard: The preflight's")


def test_as_json_it_holds_what_was_sent_and_what_the_page_can_read():
    server = Server(("Access-Control-Expose-Headers", "X-Total"), ("X-Total", "1"))
    told = json.loads(json.dumps(as_json(judge(asked(), server))))
    assert told["allowed"] is True
    assert told["reason"] is told["console"] is None
    assert told["readable"] == {"status": 200, "headers": [["x-total", "1"]]}
    (exchange,) = told["exchanges"]
    assert exchange["method"] == "GET"
    assert exchange["url"] == URL
    assert ["Origin", APP] in exchange["request_headers"]
    assert ["X-Total", "1"] in exchange["response_headers"]
    assert told["otherwise"] == {}
