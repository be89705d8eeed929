"""Which origins are of one site, for cookies
(https://html.spec.whatwg.org/#same-site, https://publicsuffix.org/)."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING

from flask import Flask

from ...origin import Origin

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_of_site(app: Flask, origin: Origin) -> bool:
    """Whether an origin is known to be of the app's site, by ``SERVER_NAME``. The scheme counts
    where ``PREFERRED_URL_SCHEME`` is not Flask's default, which says nothing about production."""
    name: str | None = app.config["SERVER_NAME"]
    if not name:
        return False
    scheme: str = app.config["PREFERRED_URL_SCHEME"]
    if scheme != "http" and scheme != origin.scheme:
        return False
    host = name.lower()
    if not host.endswith("]"):
        host = host.partition(":")[0] if host.count(":") < 2 else host.rpartition(":")[0]
    return _site(host) == _site(origin.host)


def _site(host: str) -> str:
    """The registrable domain; without the list the last two labels, so that in doubt it is one
    site."""
    if host.startswith("[") or host.replace(".", "").isdigit():
        return host
    known = _list()
    if known is None:
        return ".".join(host.split(".")[-2:])
    return known.privatesuffix(host) or host


@lru_cache(maxsize=1)  # a file of 300 kB
def _list() -> PublicSuffixList | None:
    try:
        from publicsuffixlist import PublicSuffixList
    except ImportError:  # of flask-cors[tools]
        return None
    return PublicSuffixList()
