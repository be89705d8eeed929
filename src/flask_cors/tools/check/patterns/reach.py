"""What a pattern of ``origins`` lets in, found by trying: texts that it probably matches, and
mutations of those that it does match."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from itertools import product

from ....errors import shown
from ....origin import Origin, parse, why_never_sent
from ....policy.origins import OriginSet, Regex
from .domains import is_for_sale, public_suffix, registrable_domain
from .mutations import mutations
from .samples import GAP, OPEN, Sample, joined, left_open, samples_of, written

# Hosts of nobody's friend, in domains that have nothing in common.
_STRANGERS = (
    "evil.example",
    "evil.com",
    "attacker.net",
    "attacker.org",
    "www.evil.com",
    "www.attacker.net",
)
_SCHEMES = ("https", "http")
_STRANGE_ORIGINS = tuple(f"{scheme}://{host}" for host in _STRANGERS for scheme in _SCHEMES)
# What an expression may take where it leaves the beginning open.
_BEGINNINGS = ("https:", "https://", "https://a", "https://a.")
_MOST_MUTATED = 60


class Page:
    """An origin that a browser can send, and what of it the pattern writes out."""

    def __init__(self, sample: Sample, parsed: Origin) -> None:
        self.origin = sample.text
        self.parsed = parsed
        self.host = parsed.host
        start = len(parsed.scheme) + len("://")
        marks = sample.written.replace(GAP, "")
        self._scheme = marks[: start - 3]
        self._host = marks[start : start + len(self.host)]
        self._port = marks[start + len(self.host) :]

    @property
    def has_written_scheme(self) -> bool:
        return OPEN not in self._scheme

    @property
    def has_written_host(self) -> bool:
        return OPEN not in self._host

    @property
    def has_written_colon(self) -> bool:
        return self._port.startswith(":")

    @property
    def port(self) -> str:
        """The port, as a pattern without an expression has it."""
        if not self.has_written_colon:
            return ""
        return ":*" if OPEN in self._port else self._port

    def writes(self, end: str) -> bool:
        """Whether the pattern writes out the end of the host."""
        return OPEN not in self._host[-len(end) :]

    @property
    def written_dots(self) -> list[int]:
        """Where in the host they are."""
        return [index for index, one in enumerate(self._host) if one == "."]

    @property
    def open_end(self) -> str | None:
        """What the pattern writes out behind a label that it leaves open."""
        found = _OPEN_LABEL.search(self._host)
        return self.host[found.start("end") :] if found else None


_OPEN_LABEL = re.compile(rf"(?:\A|\.){OPEN}+\.(?P<end>[^{OPEN}]+)\Z")


def sent(text: str) -> Origin | None:
    """The origin of a page of the web; None for what no browser sends."""
    parsed = parse(text)
    if parsed is None or parsed.scheme not in _SCHEMES or _BAD_LABEL.search(parsed.host):
        return None
    return parsed if why_never_sent(text) is None else None


# Which nobody can register; the dot at the end of a full name changes nothing.
_BAD_LABEL = re.compile(r"(?:\A|\.)-|-(?:\Z|\.)|\.\Z")


class Reach:
    """What one pattern lets in. It is asked, never read.

    :ivar pattern: an :class:`OriginSet` of one wildcard or one regular expression.
    """

    def __init__(self, pattern: OriginSet, name: str, guesses: list[Sample]) -> None:
        self.pattern = pattern
        self.name = name
        self._guesses = guesses

    def lets_in(self, text: str) -> bool:
        return self.pattern.answer(text) is not None

    def _page(self, text: str) -> Origin | None:
        """What it lets in, where that is the origin of a page of the web."""
        return sent(text) if self.lets_in(text) else None

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """Origins that it lets in, and that it was probably written for."""
        found = ((guess, self._page(guess.text)) for guess in self._guesses)
        pages = [Page(guess, parsed) for guess, parsed in found if parsed is not None]
        return tuple(sorted(pages, key=lambda page: not page.has_written_host))

    @cached_property
    def mismatched(self) -> str | None:
        """What it matches, where that is never the origin of a page, of whatever scheme."""
        matched = [guess.text for guess in self._guesses if self.lets_in(guess.text)]
        whole = (f"{before}{text}" for text in matched for before in _BEGINNINGS)
        if self.is_for_anybody or any(why_never_sent(text) is None for text in matched):
            return None
        if any(map(self._page, whole)):
            return None
        return min(matched, key=len, default=None)

    @cached_property
    def is_for_anybody(self) -> bool:
        """Whether it lets in hosts that have nothing in common."""
        let_in = {text.rpartition(".")[2] for text in _STRANGE_ORIGINS if self.lets_in(text)}
        return len(let_in) > 1

    @cached_property
    def domains(self) -> tuple[str, ...]:
        """The registrable domains that it writes out."""
        found = ((page, registrable_domain(page.host)) for page in self.pages)
        return tuple(
            dict.fromkeys(
                domain for page, domain in found if domain is not None and page.writes(domain)
            )
        )

    @cached_property
    def open_suffixes(self) -> tuple[str, ...]:
        """The suffixes that it writes out, below which it lets in different domains."""
        below: dict[str, set[str]] = {}
        for page in self.pages:
            end = page.open_end
            if end is not None and end == public_suffix(page.host):
                below.setdefault(end, set()).add(page.host)
        return tuple(suffix for suffix, hosts in below.items() if len(hosts) > 1)

    @cached_property
    def stranger(self) -> str | None:
        """An origin that it lets in, of a domain that it was not written for."""
        return next((text for text in self._tried() if self._is_strange(text)), None)

    @cached_property
    def loose_dot(self) -> str | None:
        """An origin that it lets in where a dot that it writes out is another character, and whose
        domain nobody can register."""
        texts = (
            _with_host(page, f"{page.host[:dot]}x{page.host[dot + 1 :]}")
            for page in self.pages
            for dot in page.written_dots
        )
        return next((text for text in texts if self._host_of_none(text)), None)

    @cached_property
    def downgraded(self) -> str | None:
        """An ``http`` origin that it lets in, where it does not write ``http``."""
        if any(page.has_written_scheme and page.parsed.scheme == "http" for page in self.pages):
            return None
        texts = (page.origin.replace("https://", "http://", 1) for page in self._own_pages())
        return next((text for text in texts if self._page(text)), None)

    @cached_property
    def ported(self) -> str | None:
        """An origin with a port that it lets in, where it does not write a port's colon."""
        if any(page.has_written_colon for page in self.pages):
            return None
        texts = (f"{page.origin}:8443" for page in self._own_pages() if page.parsed.port is None)
        return next((text for text in texts if self._page(text)), None)

    def _own_pages(self) -> Iterator[Page]:
        """Those of the domains that it writes out."""
        return (page for page in self.pages if registrable_domain(page.host) in self.domains)

    def _host_of_none(self, text: str) -> str | None:
        """The host of an origin that it lets in, and that is not of the domains that it writes
        out."""
        page = self._page(text)
        return None if page is None or registrable_domain(page.host) in self.domains else page.host

    def _is_strange(self, text: str) -> bool:
        """Whether somebody else can register the domain of an origin that it lets in."""
        host = self._host_of_none(text)
        if host is None or registrable_domain(host) is None:
            return False
        suffix = public_suffix(host)
        return is_for_sale(suffix) and suffix not in self.open_suffixes

    def _tried(self) -> Iterator[str]:
        yield from _STRANGE_ORIGINS
        plain = [page for page in self.pages if page.has_written_host]
        for page in plain[:_MOST_MUTATED]:
            yield from (_with_host(page, host) for host in mutations(page.host))
        yield from (page.origin for page in self.pages)
        for page in self.pages[len(plain) :][:_MOST_MUTATED]:
            yield from (_with_host(page, host) for host in mutations(page.host))

    def entries(self) -> list[str]:
        """What to write for what it was probably written for, without an expression; empty where
        that would let in the stranger too."""
        found = [entry for domain in self.domains for entry in self._entries(domain)]
        is_closed = self.stranger is None or not OriginSet(
            wildcards=frozenset(entry for entry in found if "*" in entry)
        ).answer(self.stranger)
        return found if is_closed else []

    def _entries(self, domain: str) -> Iterator[str]:
        pages = [page for page in self.pages if registrable_domain(page.host) == domain]
        schemes = {page.parsed.scheme if page.has_written_scheme else "https" for page in pages}
        hosts = {page.host if page.has_written_host else f"*.{domain}" for page in pages}
        ports = {page.port for page in pages}
        if ":*" in ports:
            ports = {":*"}
        for parts in product(sorted(schemes), sorted(hosts, reverse=True), sorted(ports)):
            yield "{}://{}{}".format(*parts)


def _with_host(page: Page, host: str) -> str:
    port = "" if page.parsed.port is None else f":{page.parsed.port}"
    return f"{page.parsed.scheme}://{host}{port}"


def reaches(origins: OriginSet) -> list[Reach]:
    """Of each pattern; callables are never asked."""
    return [
        *(of_wildcard(wildcard) for wildcard in sorted(origins.wildcards)),
        *map(of_regex, origins.regexes),
    ]


@lru_cache(maxsize=4096)  # each check asks
def of_wildcard(wildcard: str) -> Reach:
    """What a subdomain or port pattern lets in."""
    start, _, _ = wildcard.partition(":*")
    scheme, is_for_subdomains, name = start.partition("://*.")
    pieces = [[written(scheme)]]
    if is_for_subdomains:
        labels = [left_open(label) for label in ("evil", "a", "a.b")]
        pieces = [[written(f"{scheme}://"), label, written(f".{name}")] for label in labels]
    ports = [[]] if start == wildcard else [[], [written(":"), left_open("8443")]]
    guesses = [joined([*host, *port]) for host in pieces for port in ports]
    return Reach(OriginSet(wildcards=frozenset({wildcard})), shown(wildcard), guesses)


# What is open within a name is there for something: "preview-.*-app" is not for "preview--app".
_CLOSED_GAP = re.compile(rf"[\w-]{GAP}+[\w-]")


@lru_cache(maxsize=4096)
def of_regex(regex: Regex) -> Reach:
    """What a regular expression lets in."""
    guesses = [
        guess for guess in samples_of(regex.pattern) if not _CLOSED_GAP.search(guess.written)
    ]
    return Reach(OriginSet(regexes=(regex,)), shown(regex.pattern.pattern), guesses)
