"""Finds lookalikes: origins that a regex accepts by mistake, such as ``https://evilexample.com``
for ``https://.*example\\.com``.

They are made from accepted origins, by changing open parts and unescaped dots.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ..protocol.origin import Origin, is_ip_host, parse, why_never_sent
from .regex_samples import GAP, OPEN, Sample, samples_of
from .regex_syntax import is_approximate, read
from .untrusted import is_public_suffix


@lru_cache(maxsize=1024)
def lookalike_match(regex: re.Pattern[str]) -> str | None:
    """Return the simplest lookalike that a regex accepts, or None if none is found."""
    named = find_named_hosts(regex)
    return next((text for text in iter_accepted(regex) if _is_outside(text, named)), None)


def iter_accepted(regex: re.Pattern[str]) -> Iterator[str]:
    """Yield origins that a regex accepts through an open part or an unescaped dot, the simplest
    first."""
    for make in (_lookalikes, _unclear_lookalikes):
        lookalikes = {
            text
            for sample, parsed in _accepted_samples(regex)
            for text in make(sample, parsed, _named_host(_written_end(sample, parsed)))
        }
        yield from filter(regex.fullmatch, sorted(lookalikes, key=_clarity))


def _clarity(origin: str) -> tuple[bool, int, str]:
    """Return the sort key that puts the most understandable origins first."""
    return not origin.startswith(("https://", "http://")), len(origin), origin


def find_named_hosts(regex: re.Pattern[str]) -> set[str]:
    """Return the hosts that a regex writes out at the end of the host part."""
    ends = (_written_end(sample, parsed) for sample, parsed in _accepted_samples(regex))
    return {host for end in ends if (host := _named_host(end)) and not _is_public(end)}


def names_host(regex: re.Pattern[str]) -> bool:
    """Return whether a regex writes out a host or a part of one."""
    for sample, parsed in _accepted_samples(regex):
        start = len(parsed.scheme) + len("://")
        opened = {i for first, last in _open_parts(sample) for i in range(first, last)}
        host = enumerate(parsed.host, start)
        if any(one.isalnum() and index not in opened for index, one in host):
            return True
    return False


def is_unclear(regex: re.Pattern[str]) -> bool:
    """Return whether no accepted origin is found for a regex with a part that samples do not take
    into account, such as a look-ahead: its lookalikes are not known."""
    return not _accepted_samples(regex) and is_approximate(read(regex))


@lru_cache(maxsize=32)
def _accepted_samples(regex: re.Pattern[str]) -> list[tuple[Sample, Origin]]:
    accepted: list[tuple[Sample, Origin]] = []
    for sample in samples_of(regex):
        parsed = parse(sample.text)
        # A scheme with a dot comes from an open part that covers scheme and host.
        if parsed is not None and "." not in parsed.scheme and regex.fullmatch(sample.text):
            accepted.append((sample, parsed))
    return accepted


def _lookalikes(sample: Sample, parsed: Origin, named: str) -> Iterator[str]:
    """Yield origins that an untrusted party could register: with another host in an open part, or
    with another character for an unescaped dot."""
    start = len(parsed.scheme) + len("://")
    end = start + len(parsed.host)
    text = sample.text
    parts = list(_open_parts(sample))
    for first, last in ((max(first, start), min(last, end)) for first, last in parts):
        if first <= last and (named or last == end):
            yield f"{text[:last]}.evil.example{text[last:]}"
            # "comevil" cannot be registered: replace a top-level domain as a whole.
            if named or text[first - 1] in "./":
                yield f"{text[:first]}evil{text[first:]}"
    for dot in re.finditer(r"\.(?=.*\.)", parsed.host):  # all but the dot of the top-level domain
        index = start + dot.start()
        if not any(first <= index < last for first, last in parts):
            yield f"{text[:index]}x{text[index + 1 :]}"


def _unclear_lookalikes(sample: Sample, parsed: Origin, named: str) -> Iterator[str]:
    """Yield the sample itself, such as ``https://1example.com`` for ``https://\\d*example\\.com``,
    and lookalikes with other names, because a regex may exclude one of them."""
    if parsed.scheme in ("http", "https") and not is_ip_host(parsed.host):
        yield sample.text
    for text in _lookalikes(sample, parsed, named):
        yield from (text.replace("evil", name) for name in _OTHER_NAMES)


_OTHER_NAMES = ("attacker", "evil-")


def _open_parts(sample: Sample) -> Iterator[tuple[int, int]]:
    """Yield the start and the end of each open part in the text of a sample."""
    for part in re.finditer(rf"[{OPEN}{GAP}]+", sample.written):
        first = part.start() - sample.written[: part.start()].count(GAP)
        yield first, first + part[0].count(OPEN)


def _written_end(sample: Sample, parsed: Origin) -> str:
    """Return the part that the regex writes out at the end of a sample's host, without the port."""
    start = len(parsed.scheme) + len("://")
    end = start + len(parsed.host)
    last_open = max([start, *(last for first, last in _open_parts(sample) if first <= end)])
    return sample.text[last_open:end]


def _is_public(written: str) -> bool:
    """Return whether the written end of a host is only a public suffix, as in
    ``https://app.*\\.com``: anyone can register a name below it."""
    return not written[:1].isalnum() and is_public_suffix(_named_host(written))


def _named_host(written: str) -> str:
    """Return the host in the written end of a host: without an incomplete label at the beginning,
    as in ``-app.vercel.app``."""
    host = written.removeprefix(".")
    label, _, parent = host.partition(".")
    return parent if not label[:1].isalnum() and "." in parent else host


def _is_outside(text: str, named: set[str]) -> bool:
    """Return whether ``text`` is a serialised origin whose host is neither one of ``named`` nor
    below one of them."""
    parsed = parse(text)
    if parsed is None or why_never_sent(text) is not None:
        return False
    if parsed.scheme in ("http", "https") and "." not in parsed.host:
        return False  # a single label cannot be registered
    return not any(f".{parsed.host}".endswith(f".{host}") for host in named)
