"""What a pattern of ``origins`` allows: texts that it probably matches are tried, and lookalikes of
those that it does match."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import product

from ...diagnostics.format import format_value
from ...policy.lookalikes import find_named_hosts, iter_accepted
from ...policy.origins import OriginSet, Regex
from ...policy.regex_samples import GAP, OPEN, Sample, join, left_open, samples_of, written
from ...protocol.origin import Origin, parse, why_never_sent
from .domains import find_public_suffix, find_registrable_domain, is_for_sale

_SCHEMES = ("https", "http")
# Unrelated hosts, in domains that have nothing in common.
_UNRELATED_HOSTS = (
    *("evil.example", "evil.com", "attacker.net", "attacker.org"),
    *("www.evil.com", "www.attacker.net"),
)
_UNRELATED_ORIGINS = tuple(f"{scheme}://{host}" for host in _UNRELATED_HOSTS for scheme in _SCHEMES)
# Of other domains, where a pattern leaves the end of a host open.
_SUFFIXES = ("com", "community", "net", "org", "io", "dev")
# What a regular expression may match first where it leaves the beginning open.
_BEGINNINGS = ("https:", "https://", "https://a", "https://a.")
# Labels that cannot be registered; the dot at the end of a full name changes nothing.
_BAD_LABEL = re.compile(r"(?:\A|\.)-|-(?:\Z|\.)|\.\Z")
_OPEN_LABEL = re.compile(rf"(?:\A|\.){OPEN}+\.(?P<end>[^{OPEN}]+)\Z")
# What is open within a name is there for something: "preview-.*-app" is not for "preview--app".
_CLOSED_GAP = re.compile(rf"[\w-]{GAP}+[\w-]")


def parse_sent(text: str) -> Origin | None:
    """Return the origin of a page that is served over HTTP; None for what browsers never send."""
    parsed = parse(text)
    if parsed is None or parsed.scheme not in _SCHEMES or _BAD_LABEL.search(parsed.host):
        return None
    return parsed if why_never_sent(text) is None else None


class AcceptedOrigin:
    """An origin that browsers send and a pattern accepts, and what of it the pattern writes out.

    :ivar domain: the registrable domain, or None.
    :ivar port: the port as a wildcard pattern has it.
    :ivar written_dots: where in the host the pattern writes a dot.
    :ivar open_end: what the pattern writes out behind a label that it leaves open, or None.
    """

    def __init__(self, sample: Sample, parsed: Origin) -> None:
        self.origin = sample.text
        self.parsed = parsed
        self.domain = find_registrable_domain(parsed.host)
        marks = sample.written.replace(GAP, "")
        start = len(parsed.scheme) + len("://")
        end = start + len(parsed.host)
        host, port = marks[start:end], marks[end:]
        self.writes_scheme = OPEN not in marks[: start - len("://")]
        self.writes_host = OPEN not in host
        self.writes_domain = self.domain is not None and OPEN not in host[-len(self.domain) :]
        self.writes_colon = port.startswith(":")
        self.port = (":*" if OPEN in port else port) if self.writes_colon else ""
        self.written_dots = [index for index, one in enumerate(host) if one == "."]
        open_label = _OPEN_LABEL.search(host)
        self.open_end = None if open_label is None else parsed.host[open_label.start("end") :]

    def with_host(self, host: str) -> str:
        """Return the origin with another host."""
        port = "" if self.parsed.port is None else f":{self.parsed.port}"
        return f"{self.parsed.scheme}://{host}{port}"


class PatternAudit:
    """What a wildcard pattern or a regular expression allows, found by trying.

    :ivar pattern: an :class:`OriginSet` of the pattern alone.
    """

    def __init__(self, pattern: str | Regex) -> None:
        if isinstance(pattern, str):
            self.pattern = OriginSet(wildcards=frozenset({pattern}))
            self.name = format_value(pattern)
            self._guesses = list(_wildcard_samples(pattern))
        else:
            self.pattern = OriginSet(regexes=(pattern,))
            self.name = format_value(pattern.pattern.pattern)
            samples = samples_of(pattern.pattern)
            self._guesses = [each for each in samples if not _CLOSED_GAP.search(each.written)]

    def allows(self, text: str) -> bool:
        return self.pattern.allow_origin_for(text) is not None

    def _parse_allowed(self, text: str) -> Origin | None:
        """Return an origin, if the pattern allows it and browsers send it."""
        return parse_sent(text) if self.allows(text) else None

    @cached_property
    def accepted(self) -> tuple[AcceptedOrigin, ...]:
        """Origins that it allows and was probably written for; first those that it writes out."""
        found = ((guess, self._parse_allowed(guess.text)) for guess in self._guesses)
        accepted = [AcceptedOrigin(guess, parsed) for guess, parsed in found if parsed is not None]
        return tuple(sorted(accepted, key=lambda origin: not origin.writes_host))

    @cached_property
    def mismatched(self) -> str | None:
        """A text that it matches, where it matches no origin of a page, of whatever scheme."""
        matched = [guess.text for guess in self._guesses if self.allows(guess.text)]
        whole = (f"{before}{text}" for text in matched for before in _BEGINNINGS)
        if self.allows_unrelated or any(why_never_sent(text) is None for text in matched):
            return None
        if any(map(self._parse_allowed, whole)):
            return None
        return min(matched, key=len, default=None)

    @cached_property
    def allows_unrelated(self) -> bool:
        """Whether it allows hosts that have nothing in common."""
        return (
            len({text.rpartition(".")[2] for text in _UNRELATED_ORIGINS if self.allows(text)}) > 1
        )

    @cached_property
    def domains(self) -> tuple[str, ...]:
        """The registrable domains that it writes out."""
        domains = dict.fromkeys(each.domain for each in self.accepted if each.writes_domain)
        return tuple(filter(None, domains))

    @cached_property
    def open_suffixes(self) -> tuple[str, ...]:
        """The suffixes that it writes out, and below which it allows different domains."""
        below: dict[str, set[str]] = {}
        for origin in self.accepted:
            end, host = origin.open_end, origin.parsed.host
            if end is not None and end == find_public_suffix(host):
                below.setdefault(end, set()).add(host)
        return tuple(suffix for suffix, hosts in below.items() if len(hosts) > 1)

    @cached_property
    def untrusted(self) -> str | None:
        """An origin that it allows and whose domain somebody else can register."""
        return next(filter(self._is_untrusted, self._lookalikes()), None)

    def _lookalikes(self) -> Iterator[str]:
        yield from _UNRELATED_ORIGINS
        yield from (origin.origin for origin in self.accepted)
        for regex in self.pattern.regexes:
            yield from iter_accepted(regex.pattern)
        for origin in self.accepted:
            name, _, _ = origin.parsed.host.rpartition(".")
            yield from (origin.with_host(f"{name}.{suffix}") for suffix in _SUFFIXES)

    def _is_untrusted(self, text: str) -> bool:
        host = self._foreign_host(text)
        if host is None or find_registrable_domain(host) is None:
            return False
        suffix = find_public_suffix(host)
        return is_for_sale(suffix) and suffix not in self.open_suffixes

    def _foreign_host(self, text: str) -> str | None:
        """Return the host of an origin that it allows, outside of the domains that it writes
        out."""
        parsed = self._parse_allowed(text)
        if parsed is None or find_registrable_domain(parsed.host) in self.domains:
            return None
        return parsed.host

    @cached_property
    def loose_dot(self) -> str | None:
        """An origin that it allows where a dot that it writes out is another character, and whose
        domain cannot be registered."""
        texts = (
            origin.with_host(f"{origin.parsed.host[:dot]}x{origin.parsed.host[dot + 1 :]}")
            for origin in self.accepted
            for dot in origin.written_dots
        )
        return next(filter(self._foreign_host, texts), None)

    @cached_property
    def downgraded(self) -> str | None:
        """An ``http`` origin that it allows, where it does not write ``http``."""
        if any(each.writes_scheme and each.parsed.scheme == "http" for each in self.accepted):
            return None
        texts = (each.origin.replace("https://", "http://", 1) for each in self._own_origins())
        return next(filter(self._parse_allowed, texts), None)

    @cached_property
    def ported(self) -> str | None:
        """An origin with a port that it allows, where it does not write a port's colon."""
        if any(each.writes_colon for each in self.accepted):
            return None
        own = (each.origin for each in self._own_origins() if each.parsed.port is None)
        texts = (f"{origin}:8443" for origin in own)
        return next(filter(self._parse_allowed, texts), None)

    def _own_origins(self) -> list[AcceptedOrigin]:
        """Return the origins in the domains that it writes out."""
        return [each for each in self.accepted if each.domain in self.domains]

    def entries(self) -> list[str]:
        """Return what to write for what it was probably written for, without a regular expression;
        nothing where that would allow the untrusted origin too."""
        found = [entry for domain in self.domains for entry in self._entries(domain)]
        wildcards = OriginSet(wildcards=frozenset(entry for entry in found if "*" in entry))
        is_closed = self.untrusted is None or not wildcards.allow_origin_for(self.untrusted)
        return found if is_closed else []

    def _entries(self, domain: str) -> Iterator[str]:
        own = [each for each in self.accepted if each.domain == domain]
        schemes = {each.parsed.scheme if each.writes_scheme else "https" for each in own}
        hosts = {
            each.parsed.host if each.writes_host else f"*.{self._written_end(each, domain)}"
            for each in own
        }
        ports = {each.port for each in own}
        if ":*" in ports:
            ports = {":*"}
        for parts in product(sorted(schemes), sorted(hosts, reverse=True), sorted(ports)):
            yield "{}://{}{}".format(*parts)

    def _written_end(self, origin: AcceptedOrigin, domain: str) -> str:
        """Return the longest end of a host that the pattern writes out, as CORSWarning names it."""
        named = (host for each in self.pattern.regexes for host in find_named_hosts(each.pattern))
        ends = (host for host in named if f".{host}".endswith(f".{domain}"))
        return max(filter(origin.parsed.host.endswith, ends), key=len, default=domain)


def _wildcard_samples(wildcard: str) -> Iterator[Sample]:
    start, colon, _ = wildcard.partition(":*")
    scheme, is_for_subdomains, name = start.partition("://*.")
    hosts = [[written(start)]]
    if is_for_subdomains:
        labels = [left_open(label) for label in ("evil", "a", "a.b")]
        hosts = [[written(f"{scheme}://"), label, written(f".{name}")] for label in labels]
    for host in hosts:
        yield join(host)
        if colon:
            yield join([*host, written(":"), left_open("8443")])
