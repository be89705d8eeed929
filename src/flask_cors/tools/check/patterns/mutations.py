"""Hosts that look like another one, and are another's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .domains import public_suffix

_dots = re.compile(r"\.").finditer
_BEHIND = (".evil.example", ".evil.com", ".com", "munity", "-evil.com", "evil.com", "m")
_BEFORE = ("evil", "evil-", "evil.", "1")
_FOR_A_DOT = ("x", "-", "1")
_SUFFIXES = ("com", "net", "org", "io", "dev", "evil.com")


def mutations(host: str) -> Iterator[str]:
    """One more label, or a longer one, on either end; each dot replaced; another suffix; another
    first label. ``.community`` is a domain, as ``.com`` is."""
    if host.startswith("["):  # an IPv6 address
        return
    yield from (f"{host}{behind}" for behind in _BEHIND)
    yield from (f"{before}{host}" for before in _BEFORE)
    for dot in _dots(host):
        yield from (f"{host[: dot.start()]}{one}{host[dot.end() :]}" for one in _FOR_A_DOT)
    bare = host.removesuffix(public_suffix(host))
    yield from (f"{bare}{suffix}" for suffix in _SUFFIXES)
    yield f"evil.{host.partition('.')[2]}"
