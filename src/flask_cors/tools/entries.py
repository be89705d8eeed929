"""Which entry of an option allows a value; of a refused one, which entry it was probably meant
to be, and what sets them apart."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import NamedTuple

from ..origin import DEFAULT_PORTS, Origin, parse, why_never_sent
from ..policy.allowlist import HeaderAllowlist, MethodAllowlist
from ..policy.origins import Failure, OriginSet

ANY = '"*"'


class Near(NamedTuple):
    """An entry that nearly allows a value.

    :ivar difference: what sets it apart.
    """

    entry: str
    difference: str


def entry_of_origin(origins: OriginSet, origin: str) -> str | None:
    """The entry that allows ``origin``."""
    if origins.any:
        return ANY
    if origin.lower() in origins.exact:
        return origin.lower()
    for wildcard in sorted(origins.wildcards):
        if OriginSet(wildcards=frozenset({wildcard})).match(origin):
            return wildcard
    for matcher in origins.regexes:
        if matcher.allows(origin):
            return repr(matcher)
    for predicate in origins.predicates:
        answer = predicate.ask(origin)
        if isinstance(answer, Failure):
            return None  # the first that fails refuses
        if answer:
            return repr(predicate)
    return None


def entry_of_method(methods: MethodAllowlist, method: str) -> str | None:
    """The entry that allows ``method``."""
    if method in methods.names:
        return method
    return ANY if methods.answer(method) else None


def entry_of_header(headers: HeaderAllowlist, name: str) -> str | None:
    """The entry that allows the request header ``name``, in lower case."""
    if headers.any:
        return ANY
    if name in headers.names:
        return name
    matching = (regex for regex in headers.regexes if regex.fullmatch(name))
    return next((f"re.compile({regex.pattern!r})" for regex in matching), None)


def near_name(names: Iterable[str], name: str) -> Near | None:
    """The method or the header name that ``name`` was probably meant to be."""
    names = sorted(names)
    for other in names:
        if other.lower() == name.lower():
            return Near(other, "letters of another case")
    close = difflib.get_close_matches(name.lower(), [other.lower() for other in names], 1, 0.75)
    return next(
        (Near(other, "another spelling") for other in names if other.lower() in close), None
    )


def near_origin(origins: OriginSet, origin: str) -> Near | None:
    """The entry that ``origin`` was probably meant to match."""
    entries = sorted(origins.exact | origins.wildcards)
    asked = parse(origin)
    if asked is None:
        return None
    found: dict[int, Near] = {}
    for entry in entries:
        why = why_never_sent(entry) if entry in origins.exact else None
        if why is not None and why[1] == origin:
            found.setdefault(0, Near(entry, f"written so that no browser sends it: {why[0]}"))
        pattern = parse(entry.replace("://*.", "://").removesuffix(":*"))
        if pattern is not None:
            for rank, near in _differences(entry, pattern, asked):
                found.setdefault(rank, near)
    return found[min(found)] if found else None


_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


def _differences(entry: str, pattern: Origin, asked: Origin) -> list[tuple[int, Near]]:
    """In one respect each, the closest first, by a rank."""
    covers_subdomains = "://*." in entry
    is_below = asked.host.endswith(f".{pattern.host}")
    same_host = is_below if covers_subdomains else asked.host == pattern.host
    same_scheme = asked.scheme == pattern.scheme
    same_port = asked.port == pattern.port or entry.endswith(":*")
    near: list[tuple[int, Near]] = []
    if same_host and same_scheme:
        there, here = _port(asked), _port(pattern)
        near.append((1, Near(entry, f"another port: {there}, where the entry has {here}")))
    if same_host and not same_scheme:
        near.append((2, Near(entry, f"{asked.scheme} for {pattern.scheme}")))
    if same_scheme and same_port:
        if {asked.host, pattern.host} <= _LOOPBACK:
            near.append((3, Near(entry, "another name of this machine, and so another origin")))
        if covers_subdomains and asked.host == pattern.host:
            near.append((3, Near(entry, "the pattern covers the subdomains, not the host itself")))
        if not covers_subdomains and is_below:
            near.append((4, Near(entry, "a subdomain of it, which is another origin")))
        if not covers_subdomains and pattern.host.endswith(f".{asked.host}"):
            near.append((4, Near(entry, "its parent domain, which is another origin")))
        if not covers_subdomains and _is_misspelt(asked.host, pattern.host):
            near.append((5, Near(entry, "another spelling")))
    return near


def _is_misspelt(host: str, meant: str) -> bool:
    """Whether one label of the hosts differs, and not by much: all else of an origin is what many
    share."""
    labels, others = host.split("."), meant.split(".")
    differing = [pair for pair in zip(labels, others, strict=False) if pair[0] != pair[1]]
    if len(labels) != len(others) or len(differing) != 1:
        return False
    return difflib.SequenceMatcher(None, *differing[0]).ratio() >= 0.7


def _port(origin: Origin) -> str:
    return origin.port or f"{DEFAULT_PORTS.get(origin.scheme, 'none')}, the default"
