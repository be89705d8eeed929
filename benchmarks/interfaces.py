"""Calls an app at its WSGI or ASGI interface, without a server.

The data that a server prepares is made outside the timed part, and copied for each request because
apps write to it. What a server does with the response is timed: the body is iterated and closed.

An ASGI app is awaited in one running event loop, so only the coroutine of the app is timed: if it
never waits, as Starlette's, it never returns to the loop.
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable, Iterable
from time import perf_counter_ns
from typing import Any, Protocol

from .cases import Request
from .checks import Response

# The other headers that every browser sends.
HOST = "api.example"
ALWAYS = (
    ("Host", HOST),
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    ("Accept", "*/*"),
    ("Accept-Language", "en-US,en;q=0.5"),
    ("Accept-Encoding", "gzip, deflate, br, zstd"),
)


class Caller(Protocol):
    """Sends one request to an app, repeatedly."""

    def send(self) -> Response:
        """Send the request once."""

    def batch(self, count: int) -> list[int]:
        """Send the request ``count`` times, and return the nanoseconds of each."""


class Wsgi:
    """Calls an app as a WSGI server does."""

    def __init__(self, app: Callable[..., Iterable[bytes]], request: Request) -> None:
        self._app = app
        self._environ: dict[str, Any] = {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": request.path,
            "QUERY_STRING": "",
            "SERVER_NAME": HOST,
            "SERVER_PORT": "443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        for name, value in (*ALWAYS, *request.headers):
            self._environ["HTTP_" + name.upper().replace("-", "_")] = value

    def send(self) -> Response:
        responses: list[Response] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], _exc_info: object = None
        ) -> None:
            responses.append(Response(int(status.split(" ", 1)[0]), headers))

        body = self._app(self._environ.copy(), start_response)
        list(body)
        _close(body)
        return responses[-1]

    def batch(self, count: int) -> list[int]:
        app, start_response = self._app, _start_response
        times: list[int] = []
        for environ in [self._environ.copy() for _ in range(count)]:
            began = perf_counter_ns()
            body = app(environ, start_response)
            for _ in body:
                pass
            _close(body)
            times.append(perf_counter_ns() - began)
        return times


def _start_response(
    _status: str, _headers: list[tuple[str, str]], _exc_info: object = None
) -> None:
    pass


def _close(body: object) -> None:
    close = getattr(body, "close", None)
    if close is not None:
        close()


Message = dict[str, Any]


class Asgi:
    """Calls an app as an ASGI server does."""

    def __init__(self, app: Callable[..., Awaitable[None]], request: Request) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()
        sent = (*ALWAYS, *request.headers)
        self._scope: Message = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "https",
            "path": request.path,
            "raw_path": request.path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in sent],
            "client": ("127.0.0.1", 50_000),
            "server": (HOST, 443),
        }

    def send(self) -> Response:
        messages: list[Message] = []

        async def send(message: Message) -> None:
            messages.append(message)

        self._loop.run_until_complete(_as_coroutine(self._app(self._copy(), _receiver(), send)))
        start = next(m for m in messages if m["type"] == "http.response.start")
        headers = [(name.decode(), value.decode()) for name, value in start["headers"]]
        return Response(start["status"], headers)

    def batch(self, count: int) -> list[int]:
        return self._loop.run_until_complete(self._batch(count))

    async def _batch(self, count: int) -> list[int]:
        app, send = self._app, _send
        times: list[int] = []
        for scope, receive in [(self._copy(), _receiver()) for _ in range(count)]:
            began = perf_counter_ns()
            await app(scope, receive, send)
            times.append(perf_counter_ns() - began)
        return times

    def _copy(self) -> Message:
        return {**self._scope, "headers": list(self._scope["headers"])}


async def _as_coroutine(waited: Awaitable[None]) -> None:
    await waited


async def _send(_message: Message) -> None:
    pass


def _receiver() -> Callable[[], Awaitable[Message]]:
    """Return a client that sends a request without a body and waits for the response."""
    messages = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Message:
        for message in messages:
            return message
        await asyncio.get_running_loop().create_future()
        raise AssertionError("the future is never set")

    return receive


INTERFACES: dict[str, Callable[..., Caller]] = {"wsgi": Wsgi, "asgi": Asgi}
