"""What a route in Kubernetes belongs to: the service of the app, and the gateway in front of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from ...diagnostics.format import format_value

_MAX_LABEL, _MAX_HOSTNAME = 63, 253
_MAX_PORT = 65535
# The limit of HTTPRoute.
_MAX_HOSTNAMES = 16

_LABEL = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_is_label = re.compile(_LABEL).fullmatch
_is_service = re.compile(r"[a-z](?:[-a-z0-9]*[a-z0-9])?").fullmatch
_is_hostname = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*").fullmatch
_is_port = re.compile(r"[0-9]{1,5}").fullmatch


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
    if is_name and _is_port(port) and 0 < int(port) <= _MAX_PORT:
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
