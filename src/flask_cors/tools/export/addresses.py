"""Where a proxy listens, and where the app is; in Kubernetes, the service of the app, and the
gateway in front of it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlsplit

from ...diagnostics.format import format_value
from ...protocol.origin import parse

# Where Debian keeps the certificates that are trusted, and Envoy's own images.
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"

_MAX_PORT = 65535
_match_listen = re.compile(
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[0-9.]+|localhost):(?P<port>[0-9]+)"
).fullmatch


def _is_port(text: str) -> bool:
    return re.fullmatch("[0-9]{1,5}", text) is not None and 0 < int(text) <= _MAX_PORT


def parse_listen(text: str) -> str:
    """Return an address and a port, such as ``"127.0.0.1:8080"`` and ``"[::1]:8080"``.

    :raises ValueError: for what is not one.
    """
    match = _match_listen(text)
    if match is not None and _is_port(match["port"]):
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


# ---- Kubernetes --------------------------------------------------------------------------------

_MAX_LABEL, _MAX_HOSTNAME = 63, 253
# The limit of HTTPRoute.
_MAX_HOSTNAMES = 16

_LABEL = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_is_label = re.compile(_LABEL).fullmatch
_is_service = re.compile(r"[a-z](?:[-a-z0-9]*[a-z0-9])?").fullmatch
_is_hostname = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*").fullmatch


class Target(NamedTuple):
    """Where the routes belong.

    :ivar namespace: that of the gateway; None for that of the routes.
    :ivar hostnames: of the requests; none for all that the gateway takes.
    """

    service: str
    port: int
    gateway: str
    namespace: str | None
    hostnames: tuple[str, ...]


def parse_service(text: str) -> tuple[str, int]:
    """Return the name and the port of a service, such as ``"shop:80"``.

    :raises ValueError: for what is not one.
    """
    name, _, port = text.rpartition(":")
    is_name = _is_service(name) and len(name) <= _MAX_LABEL
    if is_name and _is_port(port):
        return name, int(port)
    raise ValueError(f"{format_value(text)} is not a service and its port: write shop:80")


def parse_gateway(text: str) -> tuple[str | None, str]:
    """Return the namespace, if there is one, and the name of a gateway, such as ``"edge/public"``.

    :raises ValueError: for what is not one.
    """
    namespace, slash, name = text.rpartition("/")
    is_namespace = _is_label(namespace) and len(namespace) <= _MAX_LABEL
    is_name = _is_hostname(name) and not name.startswith("*") and len(name) <= _MAX_HOSTNAME
    if is_name and (is_namespace or not slash):
        return namespace or None, name
    raise ValueError(f"{format_value(text)} is not a gateway: write public or edge/public")


def parse_hostnames(texts: Iterable[str]) -> tuple[str, ...]:
    """Return hostnames, each once, such as ``"api.example.com"`` and ``"*.example.com"``.

    :raises ValueError: for what is not one, and for more than a route may have.
    """
    hostnames = tuple(dict.fromkeys(texts))
    for each in hostnames:
        if not _is_hostname(each) or len(each) > _MAX_HOSTNAME:
            raise ValueError(
                f"{format_value(each)} is not a hostname: write api.example.com or *.example.com"
            )
    if len(hostnames) > _MAX_HOSTNAMES:
        raise ValueError(f"a route has at most {_MAX_HOSTNAMES} hostnames")
    return hostnames
