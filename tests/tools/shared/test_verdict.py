"""The verdict of browsers on the responses of a server."""

from __future__ import annotations

import json

import click

from flask_cors.browser import Request, Response
from flask_cors.tools.shared.documentation_links import DOCUMENTATION
from flask_cors.tools.shared.page_request import PageRequest
from flask_cors.tools.shared.verdict import as_json, as_text, evaluate

URL = "https://api.example/data"
APP = "https://app.example"


class Server:
    """Sends the same response to every request, and counts them."""

    def __init__(self, *headers: tuple[str, str]) -> None:
        self.headers = (("Access-Control-Allow-Origin", "*"), *headers)
        self.methods: list[str] = []

    def __call__(self, request: Request) -> Response:
        self.methods.append(request.method)
        return Response(200, self.headers, b"read me")


def page_request(method: str = "GET", *headers: tuple[str, str]) -> PageRequest:
    return PageRequest(method, URL, APP, headers, "same-origin")


def test_a_request_that_all_browsers_make_is_sent_once():
    server = Server(("Access-Control-Allow-Methods", "DELETE"))
    verdict = evaluate(page_request("DELETE"), server)
    assert verdict.outcome.allowed
    assert verdict.differing == {}
    assert server.methods == ["OPTIONS", "DELETE"]


def test_browsers_that_depart_from_the_standard_are_named():
    """A wildcard covers Authorization in browsers, but not in the standard."""
    server = Server(("Access-Control-Allow-Headers", "*"))
    verdict = evaluate(page_request("GET", ("Authorization", "Bearer 1")), server)
    assert not verdict.outcome.allowed
    assert set(verdict.differing) == {"Chromium", "Firefox"}
    lines = [click.unstyle(line) for line in as_text(verdict)]
    assert lines[-4] == (
        f"Chromium's console: Access to fetch at '{URL}' from origin '{APP}' has been blocked by "
        "CORS policy: Request header field authorization is not allowed by "
        "Access-Control-Allow-Headers in preflight response."
    )
    assert lines[-3] == f"See {DOCUMENTATION}errors/HeaderDisallowedByPreflightResponse.html"
    assert lines[0] == f"1. OPTIONS {URL} (preflight for the header authorization)"
    assert "Blocked (HeaderDisallowedByPreflightResponse)" in "".join(lines)
    assert lines[-2].startswith("Chromium allows it, unlike the standard: the frontend can read")
    assert lines[-1].startswith("Firefox allows it, unlike the standard: the frontend can read")


def test_a_stricter_browser_is_named():
    """Firefox does not safelist an Accept with other characters than ASCII."""
    verdict = evaluate(page_request("GET", ("Accept", "\xe4")), Server())
    assert verdict.outcome.allowed
    assert list(verdict.differing) == ["Firefox"]
    last = [click.unstyle(line) for line in as_text(verdict)][-1]
    assert last.startswith("Firefox blocks it, unlike the standard: The preflight response's")


def test_the_json_of_a_verdict_has_the_exchanges_and_what_the_frontend_can_read():
    server = Server(("Access-Control-Expose-Headers", "X-Total"), ("X-Total", "1"))
    found = json.loads(json.dumps(as_json(evaluate(page_request(), server))))
    assert found["allowed"] is True
    assert found["reason"] is found["console"] is None
    assert found["readable"] == {"status": 200, "headers": [["x-total", "1"]]}
    (exchange,) = found["exchanges"]
    assert exchange["method"] == "GET"
    assert exchange["url"] == URL
    assert ["Origin", APP] in exchange["request_headers"]
    assert ["X-Total", "1"] in exchange["response_headers"]
    assert found["differing"] == {}
