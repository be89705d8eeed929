"""Servers on loopback that send exactly the bytes they are given."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import trustme

# Maps a request's head to the bytes of the response; None waits until the browser hangs up.
Responder = Callable[[str], bytes | None]


@contextmanager
def serving(respond: Responder, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve until the end of the block, on a free port."""
    with bound() as listener:
        listener.listen(64)
        thread = threading.Thread(target=_accept, args=(respond, listener, tls), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            # Wakes `accept`, which closing would not.
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def bound() -> socket.socket:
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    return taken


def certified(folder: Path) -> ssl.SSLContext:
    """Return the context of a server whose certificate authority is not trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(make_certificate(folder))
    return context


def make_certificate(folder: Path, host: str = "*.test") -> Path:
    """Return the path of a key and its certificate, made anew: none is kept in the tree. The
    certificate of its authority has the same name, with .crt at its end."""
    path = folder / "certificate.pem"
    authority = trustme.CA()
    authority.issue_cert(host).private_key_and_cert_chain_pem.write_to_path(path)
    authority.cert_pem.write_to_path(f"{path}.crt")
    return path


def _accept(respond: Responder, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return  # the end of the block
        threading.Thread(target=_serve, args=(respond, client, tls), daemon=True).start()


def _serve(respond: Responder, client: socket.socket, tls: ssl.SSLContext | None) -> None:
    client.settimeout(20)
    with (
        suppress(OSError),  # a browser may hang up, or not trust the certificate
        client if tls is None else tls.wrap_socket(client, server_side=True) as connection,
    ):
        received = b""
        while b"\r\n\r\n" not in received:
            more = connection.recv(65536)
            if not more:
                return
            received += more
        head, _, body = received.partition(b"\r\n\r\n")
        length = re.search(rb"\r\nContent-Length: *(\d+)", head, re.IGNORECASE)
        missing = int(length[1]) - len(body) if length else 0
        while missing > 0:  # closing with unread bytes would reset the connection
            missing -= len(connection.recv(65536)) or missing
        sent = respond(head.decode("latin-1"))
        if sent is None:
            connection.recv(1)  # no response, until the browser hangs up
        else:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
