"""Servers on loopback that send exactly the bytes they are given."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# From a request's head to the bytes of the answer; None waits until the browser hangs up.
Answer = Callable[[str], bytes | None]


@contextmanager
def serving(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve until the end of the block, on a free port."""
    with bound() as listener:
        listener.listen(64)
        thread = threading.Thread(target=_accept, args=(answer, listener, tls), daemon=True)
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
    """With a certificate that nobody signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(folder))
    return context


def self_signed(folder: Path, host: str = "*.test") -> Path:
    """A key and the certificate that it signed for itself, made anew: none is kept in the tree.
    That is also alone, with .crt at its end."""
    path = folder / "certificate.pem"
    command = f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
        -subj /CN=test -addext subjectAltName=DNS:{host} -keyout {path} -out {path}.crt"
    subprocess.run(command.split(), check=True, capture_output=True)
    with path.open("ab") as file:
        file.write(Path(f"{path}.crt").read_bytes())
    return path


def _accept(answer: Answer, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return  # the end of the block
        threading.Thread(target=_answer, args=(answer, client, tls), daemon=True).start()


def _answer(answer: Answer, client: socket.socket, tls: ssl.SSLContext | None) -> None:
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
        while missing > 0:  # closing on bytes that nobody read would reset the connection
            missing -= len(connection.recv(65536)) or missing
        sent = answer(head.decode("latin-1"))
        if sent is None:
            connection.recv(1)  # no answer, until the browser hangs up
        else:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
