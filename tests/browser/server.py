"""A server that answers by table, and remembers what it was asked."""

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
    """Answers each URL with its response; a preflight with the second, where there is one."""

    def __init__(self, **answers: tuple[Response, Response] | Response) -> None:
        self.answers = answers
        self.requests: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.requests.append(request)
        answer = self.answers[request.url.rpartition("/")[2].partition("?")[0]]
        if isinstance(answer, Response):
            return answer
        return answer[request.get("Access-Control-Request-Method") is not None]


def response(*headers: tuple[str, str], status: int = 200, body: bytes = b"read me") -> Response:
    return Response(status, headers, body)


def redirect(location: str, *headers: tuple[str, str], status: int = 302) -> Response:
    return Response(status, (("Location", location), *headers))


def fetch(server: Server, url: str = API, **options: Any) -> Outcome:
    quirks = options.pop("quirks", None)
    browser = Browser(server) if quirks is None else Browser(server, quirks)
    return browser.fetch(url, **{"origin": APP, **options})
