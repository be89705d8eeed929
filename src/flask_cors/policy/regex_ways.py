"""Counts the ways in which a regex matches the beginnings of a text. It may try as many."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from .regex_syntax import Character, Group, Look, Node, Repeat

_MAX_STEPS = 300_000  # of counting


def has_many_ways(tree: Node, text: str, most: int) -> bool:
    """Return whether there are more than ``most`` ways to any place of the tree, or so many that
    counting them takes long."""
    try:
        Ways(text, most, _MAX_STEPS).by_end(tree)
    except OverflowError:
        return True
    return False


class Ways:
    """Counts the ways to match the beginnings of a text.

    :param most: the largest number of ways to one place of the regex; above it, an OverflowError
        is raised.
    :param steps: the same for the time.
    """

    def __init__(self, text: str, most: float = math.inf, steps: float = math.inf) -> None:
        self._text = text
        self._most = most
        self._steps = steps

    def by_end(self, node: Node) -> Counter[int]:
        """Return the number of ways to match from the start of the text, for each end."""
        return self._after(node, Counter({0: 1}))

    def _after(self, node: Node, at: Counter[int]) -> Counter[int]:
        """Return the number of ways to each position behind a node, from those before it."""
        ends = self._ends(node, at)
        self._steps -= len(ends)
        if self._steps < 0 or sum(ends.values()) > self._most:
            raise OverflowError
        return ends

    def _ends(self, node: Node, at: Counter[int]) -> Counter[int]:
        if isinstance(node, Character):
            text = f"{self._text}\n"  # which no character matches
            return Counter({n + 1: ways for n, ways in at.items() if text[n] in node.taken})
        if isinstance(node, Look):
            self._after(node.group, at)
            return at
        if isinstance(node, Repeat):
            if isinstance(node.body, Character):
                return self._after_characters(node, node.body.taken, at)
            return self._after_repeat(node, at)
        if not node.is_atomic:
            return self._after_alternatives(node, at)
        ends: Counter[int] = Counter()
        for n, ways in at.items():  # it is assumed to take the longest match
            matches = self._after_alternatives(node, Counter({n: 1}))
            ends.update({max(matches): ways} if matches else {})
        return ends

    def _after_alternatives(self, node: Group, at: Counter[int]) -> Counter[int]:
        ends: Counter[int] = Counter()
        for alternative in node.alternatives:
            ends.update(self._after_sequence(alternative, at))
        return ends

    def _after_sequence(self, nodes: Sequence[Node], at: Counter[int]) -> Counter[int]:
        for node in nodes:
            at = self._after(node, at)
        return at

    def _after_characters(self, node: Repeat, taken: str, at: Counter[int]) -> Counter[int]:
        """Count a repeated character: add the ways to the positions from which it gets there."""
        ends: Counter[int] = Counter()
        most = len(self._text) if node.most is None else node.most
        sums = [0]  # the ways to all positions before each
        first = 0  # of the characters that match
        for end in range(len(self._text) + 1):
            sums.append(sums[-1] + at[end])
            if end and self._text[end - 1] not in taken:
                first = end
            ways = sums[max(end - _least(node) + 1, 0)] - sums[max(first, end - most)]
            if ways > 0:
                ends[end] = ways
        return ends

    def _after_repeat(self, node: Repeat, at: Counter[int]) -> Counter[int]:
        ends: Counter[int] = Counter()
        empty, times = _empty_ways(node.body), 0
        while at and (node.most is None or times <= node.most):
            if times >= _least(node):
                ends.update(at)
            after = self._after(node.body, at)
            if times >= _least(node):  # `re` does not repeat a body that matched the empty text
                after.subtract({n: ways * empty for n, ways in at.items()})
            at, times = +after, times + 1
        return ends


def _least(node: Repeat) -> int:
    """Return how often a node is repeated at least. The texts are too short for a large minimum,
    which does not matter if there is no maximum."""
    return node.least if node.most is not None else min(node.least, 1)


@lru_cache(maxsize=1024)
def _empty_ways(node: Node) -> int:
    """Return the number of ways to match the empty text."""
    return Ways("").by_end(node)[0]
