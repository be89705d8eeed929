"""Where a proxy listens, and where the app is."""

from __future__ import annotations

import ipaddress
import re
from contextlib import suppress
from urllib.parse import urlsplit

from ...errors import shown
from ...origin import parse

# Where Debian keeps the certificates that are trusted, and Envoy's own images.
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"

_MOST = 65535
_parts = re.compile(
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[0-9.]+|localhost):(?P<port>[0-9]{1,5})"
).fullmatch


def listening(text: str) -> str:
    """An address and a port, such as ``"127.0.0.1:8080"`` and ``"[::1]:8080"``.

    :raises ValueError: for what is none.
    """
    found = _parts(text)
    if found is not None and 0 < int(found["port"]) <= _MOST:
        host = found["host"].strip("[]").replace("localhost", "127.0.0.1")
        with suppress(ValueError):
            address = ipaddress.ip_address(host)
            shown_host = f"[{address}]" if address.version == 6 else f"{address}"
            return f"{shown_host}:{found['port']}"
    raise ValueError(f"{shown(text)} is no address and port: write 127.0.0.1:8080")


def behind(text: str) -> str:
    """The URL of an app, such as ``"http://127.0.0.1:5000"``.

    :raises ValueError: for what is none, or holds more than a scheme, a host and a port.
    """
    url = text.lower().removesuffix("/")
    if _is_server(url):
        return url
    alone = _without_more(url)
    if alone is None:
        raise ValueError(f"{shown(text)} is no URL of a server: write http://127.0.0.1:5000")
    raise ValueError(f"{shown(text)} holds more than a host and a port: write {alone}")


def _is_server(url: str) -> bool:
    parsed = parse(url)
    return parsed is not None and parsed.scheme in ("http", "https")


def _without_more(url: str) -> str | None:
    """The URL without a user, a path and the like; None where it has none of them."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    alone = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return alone if _is_server(alone) else None
