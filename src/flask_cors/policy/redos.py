"""Finds regexes that backtrack for too long (*ReDoS*), before a client sends the text.

First the structure of the regex is analysed. It may be slow if it has a repetition that matches a
text in exponentially many ways, or several repetitions that match the same text. If it has neither,
nothing is tried. Otherwise, texts that nearly match are tried from short to long, until one takes
too much processor time of this thread, which does not depend on the load of the machine.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, combinations, islice
from typing import Literal, NamedTuple

from ..protocol.origin import MAX_ORIGIN_LENGTH
from .regex import ORIGIN_LIMIT, TimeLimit
from .regex_chains import MAX_CHEAP_REPEATS, MAX_PUMP_LENGTH, find_chains
from .regex_samples import make_samples, make_text
from .regex_syntax import (
    ALPHABET,
    Character,
    Group,
    Node,
    Repeat,
    is_approximate,
    iter_characters,
    iter_repeats,
    read,
)
from .regex_ways import Ways, has_many_ways

_MAX_TIME = 15  # for all texts tried on a regex, as a multiple of the limit for one text
_MAX_ATTACKS = 24
_clock = getattr(time, "thread_time", time.process_time)  # Pyodide has no thread_time


@lru_cache(maxsize=1024)
def find_redos(
    regex: re.Pattern[str],
    match: Literal["fullmatch", "match"],
    limit: TimeLimit = ORIGIN_LIMIT,
) -> str | None:
    """Return a text on which a regex takes longer than the limit, or None.

    :param match: the method of the regex that is called with texts of clients.
    :raises RecursionError: if the regex is nested too deeply to be read.
    """
    tree = read(regex)
    matches: Callable[[str], object] = getattr(regex, match)
    # Four repetitions that share a text of 326 characters take seconds. Three of them take about
    # the limit, more on some machines and less on others; but they take minutes for a text of some
    # thousand characters.
    min_chain = 4 if limit.max_length <= MAX_ORIGIN_LENGTH else 3
    attacks = chain(_find_ambiguous_repeats(tree), _attack_chains(tree, min_chain))
    if limit.max_length > MAX_ORIGIN_LENGTH:  # paths may have characters that origins do not have
        attacks = chain(attacks, _make_foreign_attacks(tree))
    left = _MAX_TIME * limit.seconds
    for attack in islice(attacks, _MAX_ATTACKS):
        # The time to find attacks is not counted: it depends on the machine, and _MAX_ATTACKS
        # bounds it.
        start = _clock()
        slow = _find_slow_text(matches, tree, attack, limit, start + left)
        if slow is not None:
            return slow
        left -= _clock() - start
    return None


class _Attack(NamedTuple):
    """The parts of a text that a regex nearly matches, in more ways the longer it is.

    :ivar pump: the part that is repeated.
    """

    start: str
    pump: str
    end: str


def _make_attacks(
    tree: Node, before: Sequence[Node], pump: str, repeated: Node
) -> Iterator[_Attack]:
    """Yield attacks with ends that probably do not match: neither the repeated part nor what the
    regex writes out."""
    taken = {one for character in iter_characters(repeated) for one in character.taken}
    taken.update(each.taken for each in iter_characters(tree) if len(each.taken) == 1)
    end = next((one for one in ("!", "~", *ALPHABET) if one not in taken), "!")
    for each in (end, "", f"{end}/{end}/{end}"):
        yield _Attack(make_text(before), pump, each)


_FOREIGN = (" ", "\u00e9")


def _make_foreign_attacks(tree: Node) -> Iterator[_Attack]:
    """Yield attacks on repeated groups with characters outside the alphabet."""
    for before, repeat in iter_repeats(tree):
        if repeat.most is None and not isinstance(repeat.body, Character):
            for pump in _FOREIGN:
                yield _Attack(make_text(before), pump, "!")


# ---- trials ------------------------------------------------------------------------------------

_WAYS_PER_SECOND = 10**8  # that `re` tries, or fewer
_MIN_LOOK_WIDTH = 64  # characters of a text for a regex with a look-ahead, which may need so many
_MAX_SINGLE_STEPS = 24  # by one character each; after these, a text grows faster


def _find_slow_text(
    matches: Callable[[str], object],
    tree: Node,
    attack: _Attack,
    limit: TimeLimit,
    deadline: float,
) -> str | None:
    """Return a text of an attack that takes too long, or None. The text grows from one character
    on, so that a time that doubles with each character is noticed long before it is a second.

    The time may jump after a text that matches, because the first way that leads to a match is
    enough; and after texts that are too short: `re` refuses texts below the least length without
    matching, and so do look-aheads. A longer end prevents the second; otherwise the number of ways
    is counted before a text is tried.
    """
    whole = attack.start + attack.pump * limit.max_length
    most_ways = int(limit.seconds * _WAYS_PER_SECOND)
    may_differ = is_approximate(tree)
    width = max(_least_width(tree), _MIN_LOOK_WIDTH if may_differ else 0)
    length = 1 if attack.end else max(width, 1)
    may_jump = not attack.end
    steps = _MAX_SINGLE_STEPS if limit.max_length <= MAX_ORIGIN_LENGTH else _MAX_SINGLE_STEPS // 3
    while length + len(attack.end) <= limit.max_length and _clock() < deadline:
        text = whole[:length] + attack.end
        if attack.end:
            text = text.ljust(width, attack.end[0])
        if (may_jump or may_differ) and has_many_ways(tree, text, most_ways):
            return None
        seconds, may_jump = _measure(matches, text)
        if seconds > limit.seconds and _measure(matches, text)[0] > limit.seconds:  # confirmed
            return text
        length += 1 + max(length - len(attack.start), 0) // steps
    return None


def _measure(matches: Callable[[str], object], text: str) -> tuple[float, bool]:
    """Return the time that a text takes, and whether it matches."""
    start = _clock()
    is_match = matches(text) is not None
    return _clock() - start, is_match


def _least_width(node: Node) -> int:
    """Return the length of the shortest text that may match."""
    if isinstance(node, Repeat):
        return node.least * _least_width(node.body)
    if isinstance(node, Group):
        return min((sum(map(_least_width, each)) for each in node.alternatives), default=0)
    return int(isinstance(node, Character))


def _attack_chains(tree: Node, min_chain: int) -> Iterator[_Attack]:
    """Yield attacks on several repetitions of the same text, each of which is fast alone."""
    for before, pump in find_chains(tree, min_chain):
        yield from _make_attacks(tree, before, pump, Character(pump))


# ---- ambiguous repetitions ---------------------------------------------------------------------

_MAX_CHEAP_WAYS = 10**6
_MAX_PUMPS = 10
_MAX_SAMPLES = 60
_MAX_REPEAT_PUMPS = 2


def _find_ambiguous_repeats(tree: Node) -> Iterator[_Attack]:
    """Yield attacks on each repetition that matches in exponentially many ways."""
    for before, repeat in iter_repeats(tree):
        if _max_times(repeat) > MAX_CHEAP_REPEATS:
            ambiguous = (pump for pump in _find_pumps(repeat.body) if _is_ambiguous(repeat, pump))
            for pump in dict.fromkeys(map(_unrepeat, islice(ambiguous, _MAX_REPEAT_PUMPS))):
                yield from _make_attacks(tree, before, pump, repeat.body)


@lru_cache(maxsize=1024)
def _max_times(repeat: Repeat) -> float:
    """Return how often a group is repeated, including the repetitions within it."""
    inner = (each for _, each in iter_repeats(repeat.body) if not isinstance(each.body, Character))
    return (repeat.most or math.inf) * max(map(_max_times, inner), default=1)


def _find_pumps(body: Node) -> list[str]:
    """Return short texts that the body of a repetition may match: samples, the characters of its
    parts, and the characters that two parts have in common."""
    if isinstance(body, Character):
        return []  # there is only one way to repeat a character
    parts = list(dict.fromkeys(iter_characters(body)))
    shared = (
        next((one for one in first.taken if one in second.taken), "")
        for first, second in combinations(parts, 2)
    )
    samples = [sample.text for sample in make_samples(body, _MAX_SAMPLES)]
    # Of texts that differ in case alone, the first.
    whole = set({text.lower(): text for text in reversed(samples)}.values())
    others = {part.taken[:1] for part in parts} | set(shared)
    return [*_find_shortest(whole), *_find_shortest(others - whole)]


def _find_shortest(texts: Iterable[str]) -> list[str]:
    return sorted(
        {text for text in texts if 0 < len(text) <= MAX_PUMP_LENGTH},
        key=lambda text: (len(text), not text.isalpha(), text.swapcase()),  # lower case first
    )[:_MAX_PUMPS]


def _unrepeat(text: str) -> str:
    """Return ``ab`` for ``abab``."""
    return text[: (text + text).index(text, 1)]


def _is_ambiguous(repeat: Repeat, pump: str) -> bool:
    """Return whether the number of ways to match grows exponentially with the number of pumps, or
    is very large. If it grows polynomially, it grows by the same factor whenever the number of
    pumps doubles."""
    numbers = (4, 8, 16) if len(pump) <= 4 else (2, 4, 8)  # counting takes long
    # Also count matches with too few repetitions.
    for tried in dict.fromkeys((repeat, Repeat(repeat.body, 0, repeat.most))):
        if max(Ways(pump * numbers[0]).by_end(tried).values(), default=0) > 1:
            few, more, many = (sum(Ways(pump * n).by_end(tried).values()) for n in numbers)
            if many * few > 2 * more * more or many > _MAX_CHEAP_WAYS:
                return True
    return False
