"""Records the exchanges between the browser and the API.

A page cannot see its own preflights, nor the response to a call that the browser blocked. ``Wire``
is middleware of the API that records both, so that the page can show them. A call is identified by
``?call=…`` in its URL, which a preflight shares with the request that follows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypedDict

from werkzeug.datastructures import Headers
from werkzeug.wrappers import Request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REQUEST_HEADERS = (
    "Origin",
    "Sec-Fetch-Site",
    "Content-Type",
    "Cookie",
    "X-Edit-Reason",
    "X-Debug",
    "Access-Control-Request-Method",
    "Access-Control-Request-Headers",
)
RESPONSE_HEADERS = (
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
    request_headers: dict[str, str]
    response_headers: dict[str, str]


class Wire:
    """WSGI middleware that keeps the last 500 exchanges."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._exchanges: deque[tuple[str, Exchange]] = deque(maxlen=500)

    def exchanges(self, call: str) -> Iterator[Exchange]:
        return (exchange for name, exchange in tuple(self._exchanges) if name == call)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            exchange = Exchange(
                preflight="Access-Control-Request-Method" in request.headers,
                method=request.method,
                path=request.path,
                status=int(status.split()[0]),
                request_headers=_select(REQUEST_HEADERS, request.headers),
                response_headers=_select(RESPONSE_HEADERS, Headers(headers)),
            )
            self._exchanges.append((request.args.get("call", ""), exchange))
            return start_response(status, headers, *rest)

        return self._app(environ, start)


def _select(names: Iterable[str], headers: Headers) -> dict[str, str]:
    return {name: ", ".join(headers.getlist(name)) for name in names if name in headers}
