"""What really went between the browser and the API.

A page never sees its own preflights, nor the answer to a call that the browser blocked. ``Wire``
stands in front of the API and writes both down, so that the page can show them. A call is known by
``?call=…`` in its URL, which a preflight shares with the request that it asks for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypedDict

from werkzeug.datastructures import Headers
from werkzeug.wrappers import Request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ASKED = (
    "Origin",
    "Sec-Fetch-Site",
    "Content-Type",
    "Cookie",
    "X-Edit-Reason",
    "X-Debug",
    "Access-Control-Request-Method",
    "Access-Control-Request-Headers",
)
ANSWERED = (
    "Content-Type",
    "Set-Cookie",
    "X-Total-Count",
    "X-Shelf",
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Headers",
    "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",
    "Vary",
)


class Exchange(TypedDict):
    preflight: bool
    method: str
    path: str
    status: int
    asked: dict[str, str]
    answered: dict[str, str]


class Wire:
    """WSGI middleware that remembers the last few hundred exchanges."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._seen: deque[tuple[str, Exchange]] = deque(maxlen=500)

    def exchanges(self, call: str) -> Iterator[Exchange]:
        return (exchange for name, exchange in tuple(self._seen) if name == call)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            exchange = Exchange(
                preflight="Access-Control-Request-Method" in request.headers,
                method=request.method,
                path=request.path,
                status=int(status.split()[0]),
                asked=_chosen(ASKED, request.headers),
                answered=_chosen(ANSWERED, Headers(headers)),
            )
            self._seen.append((request.args.get("call", ""), exchange))
            return start_response(status, headers, *rest)

        return self._app(environ, start)


def _chosen(names: Iterable[str], headers: Headers) -> dict[str, str]:
    return {name: ", ".join(headers.getlist(name)) for name in names if name in headers}
