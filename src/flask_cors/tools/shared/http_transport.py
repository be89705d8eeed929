"""A transport over HTTP/1.1 that keeps each header line of a response by itself.

A browser waits for a slow server, but a command should not: reads and whole exchanges have
timeouts, and the size of a response is limited. Proxies from the environment are not used, because
the probe is to show what is in front of the server.
"""

from __future__ import annotations

import io
import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from http.client import (
    BadStatusLine,
    HTTPConnection,
    HTTPException,
    HTTPResponse,
    UnknownProtocol,
)
from typing import TYPE_CHECKING

from ...browser import Request, Response, Transport
from ...browser.urls import URL, parse
from ...diagnostics.format import format_value
from .page_request import NoVerdict

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_BODY_BYTES = 2**20
# More than the 100 header lines of 64 KiB that http.client accepts.
MAX_RECEIVED_BYTES = 2**23


@dataclass(frozen=True)
class Timeouts:
    """How long an exchange may take, in seconds.

    :ivar read: to connect, and between two reads.
    :ivar head: from connecting to the end of the headers.
    :ivar body: for the body, which does not matter: an endless stream is cut.
    """

    read: float = 10
    head: float = 30
    body: float = 3


def make_transport(timeouts: Timeouts = Timeouts()) -> Transport:
    """Return a transport with one connection per request, without cookies and cache. It raises
    :exc:`NoVerdict` if there is no response, with one line that says why.
    """

    def transport(request: Request) -> Response:
        url = parse(request.url)
        assert url is not None  # the browser has parsed it before
        try:
            return _exchange(request, url, timeouts)
        except (OSError, HTTPException) as error:
            raise NoVerdict(f"{format_value(request.url)}: {_describe(error)}") from error

    return transport


def _exchange(request: Request, url: URL, timeouts: Timeouts) -> Response:
    deadline = time.monotonic() + timeouts.head
    with _connect(url, timeouts, deadline) as connection, ExitStack() as responses:
        _send(request, url, connection)
        source = _TimedReader(connection, timeouts.read, deadline)
        stream = _RecordingReader(source)
        response = _read_head(connection, stream, request.method, responses)
        headers = _read_headers(stream.lines)
        source.deadline = time.monotonic() + timeouts.body
        body = b""
        # A script gets the response with the headers: a broken body does not change it.
        with suppress(OSError, HTTPException, ValueError):
            body = response.read(MAX_BODY_BYTES)
        return Response(response.status, headers, body)


# ---- to the server -----------------------------------------------------------------------------


def _connect(url: URL, timeouts: Timeouts, deadline: float) -> socket.socket:
    connection = _connect_to_any_address(url, timeouts, deadline)
    if url.scheme == "http":
        return connection
    try:
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        return context.wrap_socket(connection, server_hostname=url.host.strip("[]"))
    except BaseException:
        connection.close()
        raise


def _connect_to_any_address(url: URL, timeouts: Timeouts, deadline: float) -> socket.socket:
    """Connect as :func:`socket.create_connection` does, with one deadline for all addresses."""
    # As bytes: for a string Python has more requirements than the resolver.
    host = url.host.strip("[]").encode("ascii")
    failure = OSError("it has no address")  # not reached: getaddrinfo raises
    for family, kind, protocol, _, address in socket.getaddrinfo(
        host, _port(url), type=socket.SOCK_STREAM
    ):
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(_remaining(timeouts.read, deadline))
            connection.connect(address)
            return connection
        except OSError as error:
            connection.close()
            failure = error
    raise failure


def _port(url: URL) -> int:
    return {"http": 80, "https": 443}[url.scheme] if url.port is None else url.port


def _remaining(timeout: float, deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return min(timeout, left)


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


class _TimedReader(io.RawIOBase):
    """Reads from a socket until a deadline, at most :data:`MAX_RECEIVED_BYTES`."""

    def __init__(self, connection: socket.socket, timeout: float, deadline: float) -> None:
        self._connection = connection
        self._timeout = timeout
        self._received = 0
        self.deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        if self._received > MAX_RECEIVED_BYTES:
            return 0
        self._connection.settimeout(_remaining(self._timeout, self.deadline))
        size = self._connection.recv_into(buffer)
        self._received += size
        return size


class _RecordingReader(io.BufferedReader):
    """Records the lines that are read: http.client loses all headers after a line without a colon,
    but browsers do not."""

    def __init__(self, source: io.RawIOBase) -> None:
        super().__init__(source)
        self.lines: list[bytes] = []

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        self.lines.append(line)
        return line

    def close(self) -> None:
        """Leave the socket open after a 1xx response. The code that opened it closes it."""


def _read_head(
    connection: socket.socket, stream: _RecordingReader, method: str, responses: ExitStack
) -> HTTPResponse:
    """Return the final response: http.client skips status 100, but no other 1xx.

    Each response is closed with ``responses``. Otherwise the garbage collector may close the stream
    before an open response, which Python 3.13 reports.
    """
    while True:
        response = HTTPResponse(connection, method=method)
        responses.callback(response.close)
        response.fp.close()
        response.fp = stream
        response.begin()
        if response.status == 101:
            raise HTTPException("it switches to another protocol")
        if response.status >= 200:
            return response


_BLANK = (b"\r\n", b"\n")


def _read_headers(lines: Sequence[bytes]) -> tuple[tuple[str, str], ...]:
    """Return the headers of the final response, as browsers read them."""
    *read, end = lines
    if end not in _BLANK:
        raise HTTPException("the connection ended in the middle of the headers")
    blank = [number for number, line in enumerate(read) if line in _BLANK]
    start = blank[-1] + 2 if blank else 1  # after the status line
    headers: list[tuple[str, str]] = []
    for line in read[start:]:
        text = line.decode("latin-1").rstrip("\r\n")
        name, colon, value = text.partition(":")
        if text[:1] in (" ", "\t") and headers:  # RFC 9112 5.2, obs-fold
            folded, before = headers[-1]
            headers[-1] = folded, f"{before} {text.strip()}".strip()
        elif colon and name.strip():
            headers.append((name.strip(), value.strip(" \t")))
    return tuple(headers)


# ---- failures ----------------------------------------------------------------------------------

_TRY_TLS = "or write https:// if the port uses TLS"
# By exception, subclasses first: the attribute with the cause, and the message.
_MESSAGES: dict[type[Exception], tuple[str, str]] = {
    ssl.SSLCertVerificationError: (
        "verify_message",
        "its certificate is not trusted ({}): fix it, or set SSL_CERT_FILE to your CA",
    ),
    ssl.SSLError: (
        "reason",
        "the TLS connection failed ({}): check the port, or write http:// if it does not use TLS",
    ),
    socket.gaierror: ("strerror", "the host is not found ({}): check its name"),
    ConnectionRefusedError: (
        "",
        "the connection was refused: start the server, or check the port",
    ),
    TimeoutError: (
        "",
        "there was no response in time: check the port, the firewall and the server's log",
    ),
    ConnectionError: (
        "",
        f"the server closed the connection without a response: see the server's log, {_TRY_TLS}",
    ),
    BadStatusLine: (
        "line",
        f"the response {{!a:.120}} is not HTTP: check the port, {_TRY_TLS}",
    ),
    UnknownProtocol: (
        "version",
        "the response is {!a:.120}, not HTTP/1.1: use another port or server",
    ),
    HTTPException: ("", "the response is malformed, {}: see the server's log"),
    OSError: ("strerror", "it cannot be reached ({}): check the address"),
}


def _describe(error: Exception) -> str:
    attribute, text = next(row for kind, row in _MESSAGES.items() if isinstance(error, kind))
    return text.format(str(getattr(error, attribute, None) or error).removesuffix("."))
