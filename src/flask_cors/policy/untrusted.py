"""Tries untrusted origins on a set of allowed origins. Callables are never called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from ..diagnostics.format import format_value
from .origins import OriginSet

_HOSTS = ("203.0.113.7", "[2001:db8::bad]")
_NAMES = ("evil", "attacker", "evil-site", "www.evil", "a.b.evil", "evil123")
_SUFFIXES = (
    *("com", "net", "org", "io", "dev", "app", "info", "biz", "xyz", "co", "me", "ai", "uk"),
    *("co.uk", "de", "fr", "eu", "cn", "ru", "jp", "com.br", "com.au", "in", "us", "ca", "nl"),
    *("edu", "gov"),
)
# Hosting services that give each customer a name below their own.
_SHARED_HOSTS = (
    *("vercel.app", "netlify.app", "pages.dev", "workers.dev", "web.app", "firebaseapp.com"),
    *("github.io", "gitlab.io", "github.dev", "herokuapp.com", "onrender.com", "fly.dev"),
    *("up.railway.app", "replit.app", "repl.co", "ngrok.io", "ngrok.app", "ngrok-free.app"),
    *("azurewebsites.net", "azurestaticapps.net", "cloudfront.net", "amplifyapp.com"),
    *("s3.amazonaws.com", "run.app", "appspot.com", "surge.sh", "glitch.me", "lovable.app"),
)
# Top-level domains in which the public cannot register names: reserved ones (RFC 2606, RFC 6761)
# and those of private networks.
_PRIVATE = frozenset(
    {*("localhost", "local", "internal", "lan", "home", "corp", "intranet", "private")}
    | {*("test", "example", "invalid")}
)
# Labels of public suffixes below a country: "co.uk", "com.au".
_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "ac", "edu", "gov", "gob", "or", "ne"})
_PORTS = ("", ":8443", ":80", ":443", ":3000", ":5000", ":8000", ":8080", ":54321")


@lru_cache(maxsize=1)
def _unrelated_origins() -> tuple[str, ...]:
    """Return origins that no configuration allows on purpose, under many top-level domains. A
    pattern that accepts one of them accepts untrusted origins."""
    hosts = [f"{name}.{suffix}" for name in _NAMES for suffix in _SUFFIXES]
    hosts += [*_HOSTS, *(f"evil.{suffix}" for suffix in _SHARED_HOSTS)]
    return tuple(
        f"{scheme}://{host}{port}"
        for scheme in ("https", "http")
        for host in hosts
        for port in _PORTS
    )


def is_public_suffix(domain: str) -> bool:
    """Return whether the public can register names below a domain, such as ``com`` and ``co.uk``.
    Only the usual suffixes are known; ``flask cors check`` has the Public Suffix List."""
    labels = domain.split(".")
    if len(labels) == 1:
        return domain not in _PRIVATE
    return len(labels) == 2 and labels[0] in _SECOND_LEVEL and len(labels[1]) == 2


class Untrusted(NamedTuple):
    """An untrusted origin that is allowed.

    :ivar origin: the origin; None if every origin is allowed.
    :ivar description: the same in words.
    """

    origin: str | None
    description: str


def untrusted_match(origins: OriginSet) -> Untrusted | None:
    """Return an untrusted origin that is allowed, or None if none is found."""
    if origins.any:
        return Untrusted(None, "any origin")
    if "null" in origins.exact or any(regex.allows("null") for regex in origins.regexes):
        return Untrusted("null", "'null', which any site can send from a sandboxed frame")
    origin = unrelated_match(origins)
    if origin is None:
        _, origin = next(iter_lookalikes(origins), (None, None))
    if origin is None:
        return _find_unclear(origins)
    return Untrusted(origin, f"untrusted origins such as {origin}")


def _find_unclear(origins: OriginSet) -> Untrusted | None:
    """Return a regex for which is not known whether it accepts untrusted origins, or None."""
    if not origins.regexes:
        return None
    from .lookalikes import is_unclear

    unclear = next((each for each in origins.regexes if is_unclear(each.pattern)), None)
    if unclear is None:
        return None
    shown = format_value(unclear.pattern.pattern)
    return Untrusted(None, f"origins that cannot be tried: none was found that {shown} accepts")


def iter_lookalikes(origins: OriginSet) -> Iterator[tuple[re.Pattern[str], str]]:
    """Yield each regex that accepts a lookalike, and the lookalike. A regex that accepts unrelated
    origins is as open as ``"*"``, and is skipped because that is probably intended."""
    if not origins.regexes:
        return
    from .lookalikes import lookalike_match  # loaded only for a regular expression

    for regex in origins.regexes:
        lookalike = lookalike_match(regex.pattern)
        if lookalike is not None and unrelated_match(OriginSet(regexes=(regex,))) is None:
            yield regex.pattern, lookalike


def iter_misleading(origins: OriginSet) -> Iterator[tuple[re.Pattern[str], str]]:
    """Yield the lookalikes of each regex that names a host or a part of one."""
    for regex, lookalike in iter_lookalikes(origins):
        from .lookalikes import names_host

        if names_host(regex):
            yield regex, lookalike


def unrelated_match(origins: OriginSet) -> str | None:
    """Return the first unrelated origin that a pattern or a regex accepts, or None."""
    for wildcard in sorted(origins.wildcards):
        scheme, _, domain = wildcard.removesuffix(":*").partition("://*.")
        if domain and is_public_suffix(domain.partition(":")[0]):
            return f"{scheme}://evil.{domain}"
    patterns = OriginSet(wildcards=origins.wildcards, regexes=origins.regexes)
    return _unrelated_match(patterns) if patterns.wildcards or patterns.regexes else None


@lru_cache(maxsize=32)  # resources may share the origins of their app
def _unrelated_match(patterns: OriginSet) -> str | None:
    return next(filter(patterns.allow_origin_for, _unrelated_origins()), None)
