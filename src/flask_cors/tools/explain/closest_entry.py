"""The entry of an option that allows a value, or the closest one for a refused value."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ...policy.allowlists import HeaderAllowlist, MethodAllowlist
from ...policy.origins import Failure, OriginFunction, OriginSet, Regex
from ...protocol.origin import DEFAULT_PORTS, Origin, parse, why_never_sent

ANY = '"*"'
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


class ClosestEntry(NamedTuple):
    """The entry that a refused value was probably meant to match.

    :ivar difference: how the value differs from it.
    """

    entry: str
    difference: str


def entry_of_origin(origins: OriginSet, origin: str) -> str | None:
    """Return the entry that allows ``origin``."""
    if origins.any:
        return ANY
    if origin.lower() in origins.exact:
        return origin.lower()
    for wildcard in sorted(origins.wildcards):
        if OriginSet(wildcards=frozenset({wildcard})).match(origin):
            return wildcard
    matchers: list[Regex | OriginFunction] = [*origins.regexes, *origins.functions]
    for matcher in matchers:
        allows = matcher.allows(origin)
        if isinstance(allows, Failure):
            return None  # a function that fails refuses the origin
        if allows:
            return repr(matcher)
    return None


def entry_of_method(methods: MethodAllowlist, method: str) -> str | None:
    """Return the entry that allows ``method``."""
    if method in methods.names:
        return method
    return ANY if methods.allow_methods_for(method) else None


def entry_of_header(headers: HeaderAllowlist, name: str) -> str | None:
    """Return the entry that allows the request header ``name``, in lower case."""
    if headers.any:
        return ANY
    if name in headers.names:
        return name
    matching = (regex for regex in headers.regexes if regex.fullmatch(name))
    return next((f"re.compile({regex.pattern!r})" for regex in matching), None)


def closest_name(names: Iterable[str], name: str) -> ClosestEntry | None:
    """Return the method or header name that ``name`` was probably meant to be."""
    by_lower = {other.lower(): other for other in sorted(names, reverse=True)}
    if name.lower() in by_lower:
        return ClosestEntry(by_lower[name.lower()], "differs in case")
    close = difflib.get_close_matches(name.lower(), sorted(by_lower), 1, 0.75)
    return ClosestEntry(by_lower[close[0]], "spelled differently") if close else None


def closest_origin(origins: OriginSet, origin: str) -> ClosestEntry | None:
    """Return the entry that ``origin`` was probably meant to match."""
    parsed = parse(origin)
    if parsed is None:
        return None
    found: list[tuple[int, ClosestEntry]] = []
    for entry in sorted(origins.exact | origins.wildcards):
        why = why_never_sent(entry) if entry in origins.exact else None
        if why is not None and why.hint == origin:
            found.append((0, ClosestEntry(entry, f"as written, no browser sends it: {why.flaw}")))
        pattern = parse(entry.replace("://*.", "://").removesuffix(":*"))
        if pattern is not None:
            differences = _differences(entry, pattern, parsed)
            found += ((rank, ClosestEntry(entry, difference)) for rank, difference in differences)
    return min(found, key=lambda ranked: ranked[0])[1] if found else None


def _differences(entry: str, pattern: Origin, origin: Origin) -> Iterator[tuple[int, str]]:
    """Yield how an origin differs from an entry, if they differ in one respect only, with a rank:
    the lowest is the closest."""
    covers_subdomains = "://*." in entry
    is_below = origin.host.endswith(f".{pattern.host}")
    is_same_host = is_below if covers_subdomains else origin.host == pattern.host
    if is_same_host and origin.scheme == pattern.scheme:
        yield 1, f"port {_format_port(origin)} instead of {_format_port(pattern)}"
    elif is_same_host:
        yield 2, f"{origin.scheme} instead of {pattern.scheme}"
    is_same_port = origin.port == pattern.port or entry.endswith(":*")
    if origin.scheme != pattern.scheme or not is_same_port:
        return
    if {origin.host, pattern.host} <= LOOPBACK:
        yield 3, "another name of this machine, which is another origin"
    if covers_subdomains:
        if origin.host == pattern.host:
            yield 3, "the pattern covers subdomains, not the host itself"
    elif is_below:
        yield 4, "a subdomain of it, which is another origin"
    elif pattern.host.endswith(f".{origin.host}"):
        yield 4, "its parent domain, which is another origin"
    elif pattern.host in origin.host:
        yield 5, "another host, whose name contains it"
    elif _is_misspelt(origin.host, pattern.host):
        yield 6, "spelled differently"


def _is_misspelt(host: str, meant: str) -> bool:
    """Return whether the hosts differ in one label, and that one only a little."""
    labels, others = host.split("."), meant.split(".")
    differing = [pair for pair in zip(labels, others, strict=False) if pair[0] != pair[1]]
    if len(labels) != len(others) or len(differing) != 1:
        return False
    return difflib.SequenceMatcher(None, *differing[0]).ratio() >= 0.7


def _format_port(origin: Origin) -> str:
    default = DEFAULT_PORTS.get(origin.scheme)
    return origin.port or (f"{default} by default" if default else "none")
