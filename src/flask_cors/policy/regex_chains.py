"""Finds chains in a regex: several repetitions of the same text, each of which is fast alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from .regex_samples import make_samples
from .regex_syntax import ALPHABET, Character, Group, Look, Node, Repeat

MAX_PUMP_LENGTH = 16
MAX_CHEAP_REPEATS = 7  # a group repeated no more often takes at most polynomial time
_MAX_PARTS = 1000
_MAX_CHAIN_PUMPS = 5
_MAX_CHAIN_SAMPLES = 6
_MAX_SHARE = 4


class Chain(NamedTuple):
    """Repetitions of the same text.

    :ivar before: the nodes before the first repetition.
    :ivar pump: the text, which also matches what is between the repetitions.
    """

    before: Sequence[Node]
    pump: str


class _Part(NamedTuple):
    """A repetition, or a character that is not repeated.

    :ivar before: the nodes before a repetition.
    :ivar repeat: the repetition; None for a character.
    :ivar taken: the characters that match; none for a repetition.
    :ivar is_needed: whether it is a character that every text of the regex has.
    """

    before: tuple[Node, ...]
    repeat: Repeat | None
    taken: str
    is_needed: bool


def find_chains(tree: Node, least: int) -> list[Chain]:
    """Return chains of at least so many repetitions, the longest first."""
    parts = list(islice(_iter_parts(tree, (), True), _MAX_PARTS))
    repeats = {number: part.repeat for number, part in enumerate(parts) if part.repeat}

    def is_long_enough(numbers: Iterable[int]) -> bool:
        return sum(_share(repeats[number]) for number in numbers) >= least * _MAX_SHARE

    if not is_long_enough(repeats):
        return []
    texts = {number: set(_iter_texts(repeat)) for number, repeat in repeats.items()}
    # One text for each set of repetitions, of one character if possible.
    takers: dict[tuple[int, ...], str] = {}
    every: set[str] = set().union(*texts.values())
    by_preference = sorted(every, key=lambda text: [*map(ALPHABET.index, text)])
    for text in (*ALPHABET, *by_preference):
        takers.setdefault(tuple(_find_takers(texts, text)), text)
    chains: dict[Chain, int] = {}
    for numbers, text in takers.items():
        if not is_long_enough(numbers):
            continue
        links: dict[tuple[int, ...], Iterable[str]] = {numbers: (text,)}
        if len(text) == 1:
            shared = "".join(one for one in ALPHABET if all(one in texts[n] for n in numbers))
            split = filter(is_long_enough, _split(parts, shared, numbers))
            links = {link: _find_pumps(parts[link[0] : link[-1]], shared) for link in split}
        for link, pumps in links.items():
            chains.update((Chain(parts[link[0]].before, pump), len(link)) for pump in pumps)
    return sorted(chains, key=lambda chain: -chains[chain])[:_MAX_CHAIN_PUMPS]


def _find_takers(texts: Mapping[int, set[str]], text: str) -> Iterator[int]:
    """Yield the numbers of the repetitions that match a text."""
    return (n for n, taken in texts.items() if text in taken or taken.issuperset(text))


def _split(parts: Sequence[_Part], shared: str, takers: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield the repetitions between which is nothing that the text cannot match: in
    "[a-z]*-[a-z]*", each letter is matched in one way only."""
    link: list[int] = []
    for number, part in enumerate(parts):
        if number in takers:
            link.append(number)
        elif part.is_needed and not _common(part.taken, shared):
            yield tuple(link)
            link = []
    yield tuple(link)


def _find_pumps(parts: Sequence[_Part], shared: str) -> Iterable[str]:
    """Return a text that all that is between the repetitions matches, and the character that most
    of it matches: "abc" and "a" for ".*a.*b.*c.*", only "a" for ".*a.*a.*"."""
    counts = Counter(one for part in parts for one in part.taken)
    usual = max(shared, key=lambda one: counts[one])
    runs = []
    for part in parts:  # the first is a repetition
        if part.repeat is not None:
            runs.append("")
        elif common := _common(part.taken, shared):
            runs[-1] += usual if usual in common else common[0]
    joined = "".join(dict.fromkeys(runs))[:MAX_PUMP_LENGTH]
    return dict.fromkeys((joined if joined.strip(usual) else usual, usual))


def _common(taken: str, shared: str) -> str:
    """Return the characters that both have, the preferred ones first."""
    return "".join(one for one in shared if one in taken)


def _iter_parts(node: Node, before: tuple[Node, ...], is_needed: bool) -> Iterator[_Part]:
    """Yield the parts of a tree in their order: alternatives one after another, and a repeated
    group several times, because "(a+){5}" is "a+" five times."""
    if isinstance(node, Character):
        yield _Part((), None, node.taken, is_needed)
    elif isinstance(node, Look):
        yield from _iter_parts(node.group, before, False)
    elif isinstance(node, Group):
        is_needed = is_needed and len(node.alternatives) == 1
        for alternative in node.alternatives:
            for index, inner in enumerate(alternative):
                yield from _iter_parts(inner, (*before, *alternative[:index]), is_needed)
    else:
        yield _Part(before, node, "", False)
        if node.least or not isinstance(node.body, Character):
            times = min(node.most or 1, MAX_CHEAP_REPEATS)
            for _ in range(times if isinstance(node.body, Group) else 1):
                yield from _iter_parts(node.body, before, is_needed and node.least > 0)


def _share(repeat: Repeat) -> int:
    """Return how much a repetition adds to a chain: ``a?`` is a quarter of ``a*``."""
    return _MAX_SHARE if repeat.most is None else min(repeat.most - repeat.least, _MAX_SHARE)


def _iter_texts(repeat: Repeat) -> Iterator[str]:
    """Yield the characters that a repetition matches one at a time, and some longer texts."""
    if repeat.most == repeat.least:
        return
    yield from _iter_single_characters(repeat.body)
    for sample in make_samples(repeat.body, _MAX_CHAIN_SAMPLES):
        if 0 < len(sample.text) <= MAX_PUMP_LENGTH:
            yield sample.text


def _iter_single_characters(body: Node) -> Iterator[str]:
    """Yield the characters that a body matches one at a time."""
    if isinstance(body, Group):
        for alternative in body.alternatives:
            if len(alternative) == 1:
                yield from _iter_single_characters(alternative[0])
    elif isinstance(body, Character):
        yield from body.taken
