"""Where a proxy listens, and where the app is."""

from __future__ import annotations

import ipaddress
import re
from contextlib import suppress
from urllib.parse import urlsplit

from ...diagnostics.format import format_value
from ...protocol.origin import parse

# Where Debian keeps the certificates that are trusted, and Envoy's own images.
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"

_MAX_PORT = 65535
_match_listen = re.compile(
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[0-9.]+|localhost):(?P<port>[0-9]{1,5})"
).fullmatch


def parse_listen(text: str) -> str:
    """Return an address and a port, such as ``"127.0.0.1:8080"`` and ``"[::1]:8080"``.

    :raises ValueError: for what is not one.
    """
    match = _match_listen(text)
    if match is not None and 0 < int(match["port"]) <= _MAX_PORT:
        host = match["host"].strip("[]").replace("localhost", "127.0.0.1")
        with suppress(ValueError):
            address = ipaddress.ip_address(host)
            shown_host = f"[{address}]" if address.version == 6 else f"{address}"
            return f"{shown_host}:{match['port']}"
    raise ValueError(
        f"{format_value(text)} is not an address and a port: write 127.0.0.1:8080 or [::1]:8080"
    )


def parse_upstream(text: str) -> str:
    """Return the URL of an app, such as ``"http://127.0.0.1:5000"``.

    :raises ValueError: for what is not one, or holds more than a scheme, a host and a port.
    """
    url = text.lower().removesuffix("/")
    if _is_server(url):
        return url
    server = _server_of(url)
    if server is None:
        raise ValueError(
            f"{format_value(text)} is not the URL of a server: write http://127.0.0.1:5000"
        )
    raise ValueError(f"{format_value(text)} holds more than a host and a port: write {server}")


def _is_server(url: str) -> bool:
    origin = parse(url)
    return origin is not None and origin.scheme in ("http", "https")


def _server_of(url: str) -> str | None:
    """Return the URL without a user, a path and the like; None if that is not a server's."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    server = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return server if _is_server(server) else None
