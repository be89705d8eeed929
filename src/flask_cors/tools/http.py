"""The transport over HTTP/1.1: a :class:`~flask_cors.browser.Request` to a server, and what it
sends back, each header line by itself.

A browser gives up on no server for being slow, a command does: each read has its time, so has the
whole exchange, and what is kept of an answer is bounded. Proxies that the environment names are not
used, for the question is what stands in front of the server.
"""

from __future__ import annotations

import io
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from http.client import (
    BadStatusLine,
    HTTPConnection,
    HTTPException,
    HTTPResponse,
    UnknownProtocol,
)
from typing import TYPE_CHECKING, Any

from ..browser import Request, Response
from ..browser.urls import URL, parse
from ..errors import shown
from .arguments import CannotTell

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_BODY = 2**20
# More than the 100 lines of 64 KiB that http.client takes for a head.
_MAX_BYTES = 2**23


@dataclass(frozen=True)
class Limits:
    """How long an exchange may take, in seconds.

    :ivar silence: to connect, and between two reads.
    :ivar whole: from connecting to the end of the headers.
    :ivar body: for the body, which decides nothing: a stream without an end is left.
    """

    silence: float = 10
    whole: float = 30
    body: float = 3


def http(limits: Limits = Limits()) -> Callable[[Request], Response]:
    """A transport: one connection a request, no cookies, no cache.

    :raises CannotTell: from the transport, saying in one line why there is no answer.
    """

    def transport(request: Request) -> Response:
        url = parse(request.url)
        assert url is not None  # browsers send none that they cannot parse
        try:
            return _exchange(request, url, limits)
        except (OSError, HTTPException) as error:
            raise CannotTell(f"{shown(request.url)}: {_failure(error)}") from error

    return transport


def _exchange(request: Request, url: URL, limits: Limits) -> Response:
    deadline = time.monotonic() + limits.whole
    with _connected(url, limits, deadline) as wire, ExitStack() as answers:
        _send(request, url, wire)
        source = _Timed(wire, limits.silence, deadline)
        stream = _Recorded(source)
        answer = _head(lambda: answers.enter_context(_Answer(wire, stream, request.method)))
        headers = _fields(stream.lines)
        source.deadline = time.monotonic() + limits.body
        body = b""
        # A page has its response with the head: a body that breaks off changes nothing about it.
        with suppress(OSError, HTTPException, ValueError):
            body = answer.read(MAX_BODY)
        return Response(answer.status, headers, body)


# ---- to the server -----------------------------------------------------------------------------


def _connected(url: URL, limits: Limits, deadline: float) -> socket.socket:
    wire = _first_that_connects(url, limits, deadline)
    if url.scheme == "http":
        return wire
    try:
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        return context.wrap_socket(wire, server_hostname=url.host.strip("[]"))
    except BaseException:
        wire.close()
        raise


def _first_that_connects(url: URL, limits: Limits, deadline: float) -> socket.socket:
    """As socket.create_connection, with an end however many addresses the host has."""
    # In bytes, for of a string Python asks more than the resolver does.
    host = url.host.strip("[]").encode("ascii")
    failed = OSError("it has no address")  # never: getaddrinfo raises then
    for family, kind, protocol, _, address in socket.getaddrinfo(
        host, _port(url), type=socket.SOCK_STREAM
    ):
        wire = socket.socket(family, kind, protocol)
        try:
            wire.settimeout(_patience(limits.silence, deadline))
            wire.connect(address)
            return wire
        except OSError as error:
            wire.close()
            failed = error
    raise failed


def _port(url: URL) -> int:
    return {"http": 80, "https": 443}[url.scheme] if url.port is None else url.port


def _patience(silence: float, deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return min(silence, left)


def _send(request: Request, url: URL, wire: socket.socket) -> None:
    connection = HTTPConnection(url.host, _port(url))
    connection.sock = wire
    connection.putrequest(request.method, url.path, skip_host=True, skip_accept_encoding=True)
    connection.putheader("Host", url.origin.partition("://")[2])
    for name, value in request.headers:
        connection.putheader(name, value.encode("latin-1"))
    if request.get("User-Agent") is None:
        connection.putheader("User-Agent", "flask-cors-probe")
    connection.putheader("Accept-Encoding", "identity")
    connection.putheader("Connection", "close")
    # https://fetch.spec.whatwg.org/#http-network-or-cache-fetch, the step on contentLength
    if request.body is not None or request.method in ("POST", "PUT"):
        connection.putheader("Content-Length", str(len(request.body or b"")))
    connection.endheaders(request.body)


# ---- from the server ---------------------------------------------------------------------------


class _Timed(io.RawIOBase):
    """What a socket receives, until a deadline, and no more than is reasonable."""

    def __init__(self, wire: socket.socket, silence: float, deadline: float) -> None:
        self._wire = wire
        self._silence = silence
        self._received = 0
        self.deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        if self._received > _MAX_BYTES:
            return 0
        self._wire.settimeout(_patience(self._silence, self.deadline))
        size = self._wire.recv_into(buffer)
        self._received += size
        return size


class _Recorded(io.BufferedReader):
    """A stream that keeps the lines it was asked for: http.client's own parser loses all headers
    that follow a line without a colon, and browsers do not."""

    def __init__(self, source: io.RawIOBase) -> None:
        super().__init__(source)
        self.lines: list[bytes] = []

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        self.lines.append(line)
        return line

    def close(self) -> None:
        """The socket is closed by who opened it; an answer of 1xx, read to its end, must not."""


class _Answer(HTTPResponse):
    def __init__(self, wire: socket.socket, stream: _Recorded, method: str) -> None:
        super().__init__(wire, method=method)
        self.fp.close()
        self.fp = stream


def _head(next_answer: Callable[[], HTTPResponse]) -> HTTPResponse:
    """The answer, behind those of 1xx: http.client passes over 100 alone."""
    while True:
        answer = next_answer()
        answer.begin()
        if answer.status == 101:
            raise HTTPException("it switches to another protocol, which nobody asked for")
        if answer.status >= 200:
            return answer


_BLANK = (b"\r\n", b"\n")


def _fields(lines: Sequence[bytes]) -> tuple[tuple[str, str], ...]:
    """The header lines of the last head, as browsers read them."""
    *read, end = lines
    if end not in _BLANK:
        raise HTTPException("the connection ended in the middle of the headers")
    blank = [place for place, line in enumerate(read) if line in _BLANK]
    start = blank[-1] + 2 if blank else 1  # behind the status line
    fields: list[tuple[str, str]] = []
    for line in read[start:]:
        text = line.decode("latin-1").rstrip("\r\n")
        name, colon, value = text.partition(":")
        if text[:1] in (" ", "\t") and fields:  # RFC 9112 5.2, obs-fold
            folded, before = fields[-1]
            fields[-1] = folded, f"{before} {text.strip()}".strip()
        elif colon and name.strip():
            fields.append((name.strip(), value.strip(" \t")))
    return tuple(fields)


# ---- what went wrong ---------------------------------------------------------------------------


def _failure(error: Exception) -> str:
    return next(tell(error) for kind, tell in _FAILURES if isinstance(error, kind))


# What happened, and what to try. The first that fits is told: subclasses stand above.
_FAILURES: tuple[tuple[type[Exception], Callable[[Any], str]], ...] = (
    (
        ssl.SSLCertVerificationError,
        lambda error: (
            f"its certificate is not trusted ({error.verify_message.rstrip('.')}), and browsers "
            "ask it nothing: mend it, or name your own authority's file in SSL_CERT_FILE"
        ),
    ),
    (
        ssl.SSLError,
        lambda error: (
            f"there is no TLS connection ({error.reason or 'it ended'}): "
            "check the port, or write http:// if it speaks no TLS"
        ),
    ),
    (
        socket.gaierror,
        lambda error: f"there is no such host ({error.strerror}): check its name",
    ),
    (
        ConnectionRefusedError,
        lambda _: "nothing listens there (connection refused): start the server, or check the port",
    ),
    (
        TimeoutError,
        lambda _: (
            "there was no answer in time: check the port and the firewall, or the server's log"
        ),
    ),
    (
        ConnectionError,
        lambda _: (
            "it closed the connection without an answer: see the server's log, "
            "or write https:// if the port speaks TLS"
        ),
    ),
    (
        BadStatusLine,
        lambda error: (
            f"it answers {shown(error.line)}, which is not HTTP: check the port, "
            "or write https:// if it speaks TLS"
        ),
    ),
    (
        UnknownProtocol,
        lambda error: f"it answers in {shown(error.version)}: a server of HTTP/1.1 is needed",
    ),
    (
        HTTPException,
        lambda error: f"its answer cannot be read, for {error}: see the server's log",
    ),
    (
        OSError,
        lambda error: f"it cannot be reached ({error.strerror or error}): check the address",
    ),
)
