"""A server on loopback that sends exactly the bytes of a test."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import trustme

# Maps a request's head to the bytes to send, at once or piece by piece.
Respond = Callable[[str], "bytes | Iterable[bytes]"]


class Server:
    """Sends one response per connection, each on a thread of its own.

    :ivar heads: of the requests, in order.
    """

    def __init__(self, respond: Respond | bytes, tls: ssl.SSLContext | None) -> None:
        self._respond = (lambda head: respond) if isinstance(respond, bytes) else respond
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept)]
        self.heads: list[str] = []
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = f"{'https' if tls else 'http'}://{self.address}/"

    def __enter__(self) -> Server:
        self._threads[0].start()
        return self

    def __exit__(self, *error: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`, which closing would not
        self._listener.close()
        for thread in self._threads:
            thread.join()

    @property
    def methods(self) -> list[str]:
        return [head.partition(" ")[0] for head in self.heads]

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                thread = threading.Thread(target=self._serve, args=(client,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(10)
        with client, suppress(OSError):
            wire = client if self._tls is None else self._tls.wrap_socket(client, server_side=True)
            with wire:
                head = b""
                while not (b"\r\n\r\n" in head or head.startswith(b"\x16")):  # or TLS
                    more = wire.recv(65536)
                    if not more:
                        return
                    head += more
                self.heads.append(head.decode("latin-1"))
                sent = self._respond(self.heads[-1])
                for piece in [sent] if isinstance(sent, bytes) else sent:
                    wire.sendall(piece)


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Serve until the test ends."""
    with ExitStack() as servers:
        yield lambda respond, tls=None: servers.enter_context(Server(respond, tls))


@pytest.fixture
def tls(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """Return the TLS context of a server at 127.0.0.1, and its untrusted certificate authority."""
    authority, path = trustme.CA(), tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context, path


def response(status: str = "200 OK", *lines: str, body: str = "read me") -> bytes:
    """Return the bytes of a response with these header lines."""
    head = [f"HTTP/1.1 {status}", *lines, f"Content-Length: {len(body)}", "", body]
    return "\r\n".join(head).encode("latin-1")


@pytest.fixture(name="response")
def response_() -> Callable[..., bytes]:
    return response


def origin_of(head: str) -> str:
    """Return the Origin of a request; "" without one."""
    found = re.search(r"^Origin: (.*?)\r?$", head, re.MULTILINE)
    return found[1] if found else ""


@pytest.fixture(name="origin_of")
def origin_of_() -> Callable[[str], str]:
    return origin_of
