"""Texts that a pattern probably matches, which remember what of them the pattern writes out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, zip_longest

from ....origin import MAX_LENGTH
from .expression import Character, Group, Look, Node, Repeat, read

OPEN = "\0"
GAP = "\1"

# What may stand where anything may: of each, what the repeated character takes is used.
_FILLERS = (
    *("evil", "a", "b", "1", "2", "10", "", "8443"),
    *("https", "http", "https://", "http://", "https://evil", "https://a", "https://evil."),
    *("evil.", ".evil", "evil.com", "evil-", "-evil", ":8443"),
    *("10.0.0.1", "10.0.0.2", "::1", "2001:db8::1", "2001:db8::2"),
)
_MOST = 600  # of a pattern
_MOST_OF_A_PIECE = 48
_MOST_CHANGES = 60  # of a sequence, one at a time; and each with each other


@dataclass(frozen=True, slots=True)
class Sample:
    """A text.

    :ivar written: the same, with :data:`OPEN` for each character that the pattern leaves open, and
        :data:`GAP` where it leaves any number of them open, and none is there.
    """

    text: str
    written: str


def written(text: str) -> Sample:
    """A text that the pattern writes out."""
    return Sample(text, text)


def left_open(text: str) -> Sample:
    """A text of ours."""
    return Sample(text, OPEN * len(text) or GAP)


_NOTHING = written("")


def joined(pieces: Sequence[Sample]) -> Sample:
    """One text of several."""
    texts, marks = zip(*[(piece.text, piece.written) for piece in pieces], strict=True)
    return Sample("".join(texts), "".join(marks))


@lru_cache(maxsize=256)
def samples_of(regex: re.Pattern[str]) -> tuple[Sample, ...]:
    """Samples of an expression that somebody wrote."""
    return tuple(samples(read(regex)))


def samples(node: Node, most: int = _MOST) -> list[Sample]:
    """Samples of an expression, the plainest first."""
    found: dict[Sample, None] = {}
    for sample in _samples(node):
        found[sample] = None
        if len(found) == most:
            break
    return list(found)


def sample_of(nodes: Sequence[Node]) -> str:
    """The plainest text of a sequence; empty where none can be made up."""
    found = samples(Group((tuple(nodes),)), 1)
    return found[0].text if found else ""


def _samples(node: Node) -> Iterator[Sample]:
    if isinstance(node, Character):
        yield from _of_character(node)
    elif isinstance(node, Repeat):
        yield from _of_repeat(node)
    elif isinstance(node, Look):
        yield _NOTHING
    else:
        yield from _of_group(node)


def _of_character(node: Character) -> Iterator[Sample]:
    if node.is_dot:
        yield written(".")
    elif node.is_open:
        yield from (left_open(one) for one in "a1./:-" if one in node.taken)
        yield left_open(node.taken[0])
    else:
        yield from map(written, dict.fromkeys(node.taken.lower()) if node.taken else "")
        yield from map(written, node.taken)


def _of_repeat(node: Repeat) -> Iterator[Sample]:
    if isinstance(node.body, Character) and node.body.is_open:
        yield from _fillers(node.body, node.least, node.most)
        return
    usual = max(node.least, 1)
    once = samples(node.body, _MOST_OF_A_PIECE)
    for count in (usual, node.least, usual + 1):
        if count == 0:
            yield _NOTHING
        elif node.most is None or count <= node.most:
            for sample in once:
                if len(sample.text) * count <= MAX_LENGTH:
                    yield joined([sample] * count)


def _fillers(body: Character, least: int, most: int | None) -> Iterator[Sample]:
    for filler in (*_FILLERS, *(one * least for one in (body.taken[0], "1", body.taken[-1]))):
        is_long_enough = least <= len(filler) and (most is None or len(filler) <= most)
        if is_long_enough and all(one in body.taken for one in filler):
            yield left_open(filler)


def _of_group(node: Group) -> Iterator[Sample]:
    """Of each alternative the first, then of each the second."""
    return _in_turn(*map(_of_sequence, node.alternatives))


def _of_sequence(nodes: Sequence[Node]) -> Iterator[Sample]:
    """With all that may be there, and with the least; then with another choice in one place, then
    in two, those that come first sooner."""
    choices = [samples(node, _MOST_OF_A_PIECE) for node in nodes]
    if all(choices):
        full = [options[0] for options in choices]
        bare = [min(options, key=lambda sample: len(sample.text)) for options in choices]
        others = sorted(
            (
                (rank, place, option)
                for place, options in enumerate(choices)
                for rank, option in enumerate(options)
                if len(options) > 1
            ),
            key=lambda other: other[:2],
        )[:_MOST_CHANGES]
        yield from _in_turn(_changed(full, others), _changed(bare, others))


def _changed(base: list[Sample], others: list[tuple[int, int, Sample]]) -> Iterator[Sample]:
    pairs = sorted(combinations(range(len(others)), 2), key=sum)
    for numbers in ((), *((number,) for number in range(len(others))), *pairs):
        pieces = base.copy()
        for number in numbers:
            _, place, option = others[number]
            pieces[place] = option
        yield joined([_NOTHING, *pieces])


def _in_turn(*iterators: Iterator[Sample]) -> Iterator[Sample]:
    for row in zip_longest(*iterators):
        yield from filter(None, row)
