"""Checks: origins. Patterns are asked what they let in; callables are never asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ...doubts import Severity
from ...errors import shown
from ...origin import is_ip_host, parse
from ...policy.origins import OriginSet
from ..text import listed
from .base import Check
from .finding import Finding, Where
from .patterns.backtracking import answering, exponential
from .patterns.domains import INSTALL, is_listed, is_loopback, suffix_list
from .patterns.reach import Reach, reaches
from .subject import Subject, where_of, where_of_option

_LIST = 'list the origins that you trust, such as "https://app.example"'
_MOST_SHOWN = 4


def _origins(subject: Subject) -> Iterator[tuple[OriginSet, Where]]:
    for setting, bound in subject.settings("origins"):
        yield setting.value, where_of_option("origins", setting, bound)


def _reaches(subject: Subject) -> Iterator[tuple[Reach, Where]]:
    """Each pattern, but for those that might not answer."""
    for origins, where in _origins(subject):
        for reach in reaches(answering(origins)):
            yield reach, where


class Null(Check):
    """Browsers send `Origin: null` for a page that has no origin of its own: a file, a sandboxed
    frame, a redirect across origins. Any site can put its script into such a frame, so that
    to allow `null` is to allow everybody, whatever else the list says. Leave it out, and serve the
    page that it was meant for."""

    code = "CORS107"
    title = "null among the origins"

    def find(self, subject: Subject) -> Iterator[Finding]:
        for origins, where in _origins(subject):
            if "null" in origins.exact:
                yield self._of("'null'", where)
        for reach, where in _reaches(subject):
            if reach.lets_in("null"):
                yield self._of(f"{reach.name} allows 'null', which", where)

    def _of(self, said: str, where: Where) -> Finding:
        return self.finding(
            f"origins: {said} is what any site can send, from a sandboxed frame",
            where,
            "leave it out, and serve the page from an origin of its own",
        )


class AnotherDomain(Check):
    """The pattern lets in hosts of a domain that it was not written for: a dot that is not escaped
    stands for any character, and `.*` for anything at all. Whoever registers the domain in the
    message may read what your own pages may read. It was found by asking the policy, not by reading
    the expression. `https://*.example.com` stands for subdomains of `example.com` and nothing else.

    It is a warning where the domain is the right one and the scheme `http`, which anybody on the
    network between can speak for, and a note where the pattern takes more than it shows and
    nobody can register it. Some hosts keep names such as `preview-1--yours.host.example` for
    whoever has `yours`: there it may be meant."""

    code = "CORS109"
    title = "a pattern that lets in another domain"
    severity = Severity.ERROR

    def find(self, subject: Subject) -> Iterator[Finding]:
        for reach, where in _reaches(subject):
            # What a wildcard stands for has no dot to escape and no end to forget.
            found = _found_out(reach) if reach.pattern.regexes else None
            if found is not None:
                said, severity = found
                yield self.finding(
                    f"origins: {reach.name} allows {said}", where, _fix(reach), severity
                )


def _found_out(reach: Reach) -> tuple[str, Severity] | None:
    """The worst that a pattern lets in."""
    if reach.stranger is not None:
        if reach.is_for_anybody:
            why = "and any other host"
        elif reach.domains:
            why = f"which is not of {listed(reach.domains, _MOST_SHOWN)}"
        else:
            why = "which anybody can register"
        return f"{shown(reach.stranger)}, {why}", Severity.ERROR
    if reach.downgraded is not None:
        why = "for which anybody on the network between can speak"
        return f"{shown(reach.downgraded)} too, {why}", Severity.WARNING
    if reach.loose_dot is not None:
        why = "for a dot that is not escaped is any character"
        return f"{shown(reach.loose_dot)} too, {why}", Severity.NOTE
    if reach.ported is not None:
        why = "and so any server on that host"
        return f"{shown(reach.ported)} too, {why}", Severity.NOTE
    return None


def _fix(reach: Reach) -> str:
    entries = [f'"{entry}"' for entry in reach.entries()]
    return f"write {', '.join(entries)}" if 0 < len(entries) <= _MOST_SHOWN else _LIST


class PublicSuffix(Check):
    """Below a public suffix, such as `co.uk` or `github.io`, every name belongs to somebody else:
    a pattern for all of them lets in whoever takes one, often for nothing. List those that are
    yours. The suffixes are those of the [Public Suffix List](https://publicsuffix.org/), the
    private section included."""

    code = "CORS110"
    title = "a pattern for everything below a public suffix"
    severity = Severity.ERROR

    def find(self, subject: Subject) -> Iterator[Finding]:
        if suffix_list() is None:
            yield from self._unknown(subject)
            return
        for reach, where in _reaches(subject):
            for suffix in filter(is_listed, reach.open_suffixes):
                yield self.finding(
                    f"origins: {reach.name} allows every name below {suffix}, "
                    "and anybody can have one",
                    where,
                    f'list the origins that are yours, such as "https://yours.{suffix}"',
                )

    def _unknown(self, subject: Subject) -> Iterator[Finding]:
        for reach, where in _reaches(subject):
            if any(page.open_end is not None for page in reach.pages):
                yield self.finding(
                    f"origins: whether {reach.name} stands for a public suffix is not known "
                    "without publicsuffixlist",
                    where,
                    INSTALL,
                    Severity.NOTE,
                )
                return  # once is enough


_ADDRESSES = (
    *("10.0.0.1", "10.0.0.2", "10.20.30.40", "172.16.0.1", "172.16.5.6"),
    *("192.168.0.1", "192.168.0.2", "192.168.1.10", "192.168.1.20"),
    *("198.51.100.9", "203.0.113.7", "203.0.113.8"),
    *("[2001:db8::1]", "[2001:db8::2]", "[fd00::1]", "[fd00::2]"),
)


class Addresses(Check):
    """An address says nothing of who has it: those of a home or an office are given to whatever
    joins the network, those of a cloud go to the next customer. A pattern that lets in many
    trusts them all. Give the hosts names, or list the addresses. It may be meant in a network that
    is closed."""

    code = "CORS111"
    title = "a pattern for IP addresses"

    def find(self, subject: Subject) -> Iterator[Finding]:
        for reach, where in _reaches(subject):
            found = [] if reach.is_for_anybody else _addresses(reach)
            if len(found) > 1:
                yield self.finding(
                    f"origins: {reach.name} allows whoever has one of many addresses, "
                    f"{found[0]} and {found[1]} among them",
                    where,
                    "list the addresses that you trust, or better give the hosts names",
                )


def _addresses(reach: Reach) -> list[str]:
    """Origins that it lets in by their address, which is not written out."""
    pages = [page for page in reach.pages if is_ip_host(page.host)]
    known = {page.host for page in pages if page.has_written_host}
    found = {page.host: page.origin for page in pages}
    for host in _ADDRESSES:
        for origin in (f"http://{host}", f"https://{host}"):
            if reach.lets_in(origin):
                found.setdefault(host, origin)
    return [origin for host, origin in found.items() if host not in known and not is_loopback(host)]


class Exponential(Check):
    """Some expressions match the same text in so many ways that a few characters more double the
    time to find that none fits: `(a+)+`, `(\\w+\\.?)*`, alternatives that overlap. Anybody can send
    such a text as `Origin`, as the name of a header or as a path, and each request then keeps a
    worker busy for as long as it is let. It was confirmed by timing, in a process of its own. What
    is repeated should end with something that it cannot hold: `([a-z0-9-]+\\.)*`."""

    code = "CORS112"
    title = "a regular expression that backtracks exponentially"
    severity = Severity.ERROR

    def find(self, subject: Subject) -> Iterator[Finding]:
        for option, regex, method, where in _regexes(subject):
            slow = exponential(regex, method)
            if slow is not None:
                yield self.finding(
                    f"{option}: {shown(regex.pattern)} backtracks exponentially: a little more of "
                    f"a text such as {shown(slow)} takes twice as long",
                    where,
                    "let what is repeated end with a character that it cannot hold, as in "
                    r"([a-z0-9-]+\.)*, or do without the expression",
                )


def _regexes(subject: Subject) -> Iterator[tuple[str, re.Pattern[str], str, Where]]:
    """Each expression: of which option, and how it is matched."""
    for origins, where in _origins(subject):
        for regex in origins.regexes:
            yield "origins", regex.pattern, "fullmatch", where
    for setting, bound in subject.settings("allow_headers"):
        where = where_of_option("allow_headers", setting, bound)
        for name in setting.value.regexes:
            yield "allow_headers", name, "fullmatch", where
    for bound in subject.bound:
        pattern = bound.source.pattern
        if pattern is not None and pattern.regex is not None:
            yield "resources", pattern.regex, "match", where_of(bound)


_DEVELOPMENT = tuple(
    f"{scheme}://{host}{port}"
    for port in ("", ":3000", ":4200", ":5000", ":5173", ":8000", ":8080")
    for scheme in ("http", "https")
    for host in ("localhost", "127.0.0.1", "[::1]", "app.localhost")
)


class Development(Check):
    """`localhost` and `127.0.0.1` are the machine of whoever has the page open: whatever serves
    pages there, another user's program or a tool with a hole, may read what this app tells its
    visitors. While you develop, that is you; in production it is anybody. Let the configuration of
    production be without them. It may be meant for a desktop program that serves its own pages."""

    code = "CORS113"
    title = "origins for development, in production"

    def find(self, subject: Subject) -> Iterator[Finding]:
        if subject.app.debug or subject.app.testing:
            return
        found: dict[Where, dict[str, None]] = {}
        for origins, where in _origins(subject):
            found.setdefault(where, {}).update(dict.fromkeys(_of_loopback(origins.exact)))
        for reach, where in _reaches(subject):
            if not reach.is_for_anybody and _is_for_development(reach):
                found.setdefault(where, {})[reach.name] = None
        for where, entries in found.items():
            if entries:
                yield self.finding(
                    f"origins: with {listed(list(entries), _MOST_SHOWN)} pages of the visitor's "
                    "own machine are let in, and the app is not in debug or testing",
                    where,
                    "give them only where app.debug is on, or read the origins from the "
                    "environment",
                )


def _of_loopback(exact: Iterable[str]) -> Iterator[str]:
    for origin in sorted(exact):
        parsed = parse(origin)
        # "capacitor://localhost" is an app of one's own, which no server can pretend to be.
        is_served = parsed is not None and parsed.scheme in ("http", "https")
        if parsed is not None and is_served and is_loopback(parsed.host):
            yield shown(origin)


def _is_for_development(reach: Reach) -> bool:
    return any(map(reach.lets_in, _DEVELOPMENT)) or any(
        is_loopback(page.host) for page in reach.pages
    )


class Unmatched(Check):
    """The expression must match the whole origin, from the scheme to the host or the port, in lower
    case unless it ignores the case. `example\\.com$` matches `example.com`, which no browser sends,
    and so nobody is let in. It was tried with texts that the expression does match. Write all of
    the origin: `https://example\\.com`."""

    code = "CORS114"
    title = "an expression that no origin matches"
    severity = Severity.ERROR

    def find(self, subject: Subject) -> Iterator[Finding]:
        for reach, where in _reaches(subject):
            # Of a wildcard that is none, CORS103 and its like have told.
            if reach.pattern.regexes and reach.mismatched is not None:
                yield self.finding(
                    f"origins: {reach.name} matches {shown(reach.mismatched)}, which no browser "
                    "sends as an origin",
                    where,
                    'write the whole origin, from its scheme on, such as "https://*.example.com"',
                )


CHECKS: tuple[type[Check], ...] = (
    Null,
    AnotherDomain,
    PublicSuffix,
    Addresses,
    Exponential,
    Development,
    Unmatched,
)
