"""Makes samples: texts that a regex probably matches, with the parts that it writes out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, zip_longest

from ..protocol.origin import MAX_ORIGIN_LENGTH
from .regex_syntax import Character, Group, Look, Node, Repeat, read

OPEN = "\0"
GAP = "\1"

# Texts for a part that matches arbitrary text. Only those that it matches are used.
_FILLERS = (
    *("evil", "a", "b", "1", "2", "10", "", "8443"),
    *("https", "http", "https://", "http://", "https://evil", "https://a", "https://evil."),
    *("evil.", ".evil", "evil.com", "evil-", "-evil", ":8443"),
    *("10.0.0.1", "10.0.0.2", "::1", "2001:db8::1", "2001:db8::2"),
)
_MAX_SAMPLES = 600  # per regex
_MAX_PIECE_SAMPLES = 48
_MAX_CHANGES = 60  # per sequence; each is made alone and together with each other one


@dataclass(frozen=True, slots=True)
class Sample:
    """A text that a regex probably matches.

    :ivar written: the text with :data:`OPEN` for each character that the regex does not write out,
        and :data:`GAP` for an empty part that could have any length.
    """

    text: str
    written: str


def written(text: str) -> Sample:
    """Return a text that the regex writes out."""
    return Sample(text, text)


def left_open(text: str) -> Sample:
    """Return a text that fills an open part."""
    return Sample(text, OPEN * len(text) or GAP)


_NOTHING = written("")


def join(pieces: Sequence[Sample]) -> Sample:
    """Return one sample that joins several."""
    texts, marks = zip(*[(piece.text, piece.written) for piece in pieces], strict=True)
    return Sample("".join(texts), "".join(marks))


@lru_cache(maxsize=256)
def samples_of(regex: re.Pattern[str]) -> tuple[Sample, ...]:
    """Return the samples of a regex."""
    return tuple(make_samples(read(regex)))


def make_samples(node: Node, most: int = _MAX_SAMPLES) -> list[Sample]:
    """Return samples of a tree, the simplest first."""
    found: dict[Sample, None] = {}
    for sample in _samples(node):
        found[sample] = None
        if len(found) == most:
            break
    return list(found)


def make_text(nodes: Sequence[Node]) -> str:
    """Return the simplest text of a sequence, or an empty text if there is none."""
    found = make_samples(Group((tuple(nodes),)), 1)
    return found[0].text if found else ""


def _samples(node: Node) -> Iterator[Sample]:
    if isinstance(node, Character):
        yield from _of_character(node)
    elif isinstance(node, Repeat):
        yield from _of_repeat(node)
    elif isinstance(node, Look):
        yield _NOTHING
    else:  # the first sample of each alternative, then the second of each, and so on
        yield from _alternate(*map(_of_sequence, node.alternatives))


def _of_character(node: Character) -> Iterator[Sample]:
    if node.is_dot:
        yield written(".")
    elif node.is_open:
        yield from (left_open(one) for one in "a1./:-" if one in node.taken)
        yield left_open(node.taken[0])
    else:
        yield from map(written, node.taken)  # lower case first


def _of_repeat(node: Repeat) -> Iterator[Sample]:
    if isinstance(node.body, Character) and node.body.is_open:
        yield from _fillers(node.body, node.least, node.most)
        return
    usual = max(node.least, 1)
    once = make_samples(node.body, _MAX_PIECE_SAMPLES)
    for count in (usual, node.least, usual + 1):
        if count == 0:
            yield _NOTHING
        elif node.most is None or count <= node.most:
            for sample in once:
                if len(sample.text) * count <= MAX_ORIGIN_LENGTH:
                    yield join([sample] * count)


def _fillers(body: Character, least: int, most: int | None) -> Iterator[Sample]:
    for filler in (*_FILLERS, *(one * least for one in (body.taken[0], "1", body.taken[-1]))):
        is_long_enough = least <= len(filler) and (most is None or len(filler) <= most)
        if is_long_enough and all(one in body.taken for one in filler):
            yield left_open(filler)


def _of_sequence(nodes: Sequence[Node]) -> Iterator[Sample]:
    """Yield the sequence with all optional parts and with none; then with another choice in one
    part, then in two, preferred choices first."""
    choices = [make_samples(node, _MAX_PIECE_SAMPLES) for node in nodes]
    if all(choices):
        full = [options[0] for options in choices]
        bare = [min(options, key=lambda sample: len(sample.text)) for options in choices]
        others = sorted(
            (
                (rank, index, option)
                for index, options in enumerate(choices)
                for rank, option in enumerate(options)
                if len(options) > 1
            ),
            key=lambda other: other[:2],
        )[:_MAX_CHANGES]
        yield from _alternate(_change(full, others), _change(bare, others))


def _change(base: list[Sample], others: list[tuple[int, int, Sample]]) -> Iterator[Sample]:
    pairs = sorted(combinations(range(len(others)), 2), key=sum)
    for numbers in ((), *((number,) for number in range(len(others))), *pairs):
        pieces = base.copy()
        for number in numbers:
            _, index, option = others[number]
            pieces[index] = option
        yield join([_NOTHING, *pieces])


def _alternate(*iterators: Iterator[Sample]) -> Iterator[Sample]:
    for row in zip_longest(*iterators):
        yield from filter(None, row)
