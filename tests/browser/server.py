"""A server with a table of responses, which records its requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_cors.browser import Browser, Outcome, Request, Response

APP = "https://app.example"
API = "https://api.example/books"

Pairs = Sequence[tuple[str, str]]

ANY = (("Access-Control-Allow-Origin", "*"),)
OURS = (("Access-Control-Allow-Origin", APP), ("Access-Control-Allow-Credentials", "true"))


class Server:
    """Sends the response of each URL, and to a preflight the second one, if there is one."""

    def __init__(self, **responses: tuple[Response, Response] | Response) -> None:
        self.responses = responses
        self.requests: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.requests.append(request)
        response_or_pair = self.responses[request.url.rpartition("/")[2].partition("?")[0]]
        if isinstance(response_or_pair, Response):
            return response_or_pair
        return response_or_pair[request.get("Access-Control-Request-Method") is not None]


def response(*headers: tuple[str, str], status: int = 200, body: bytes = b"read me") -> Response:
    return Response(status, headers, body)


def redirect(location: str, *headers: tuple[str, str], status: int = 302) -> Response:
    return Response(status, (("Location", location), *headers))


def fetch(server: Server, url: str = API, **options: Any) -> Outcome:
    quirks = options.pop("quirks", None)
    browser = Browser(server) if quirks is None else Browser(server, quirks)
    return browser.fetch(url, **{"origin": APP, **options})
