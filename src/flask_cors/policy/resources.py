"""Maps paths to resources.

A :class:`ResourceMap` maps path patterns to targets, such as policies, and finds the one with the
highest precedence: an exact path; then the longest literal prefix; then the most literal
characters; then the first declared. Patterns are in dictionaries by their prefix, so the time of a
lookup grows with the number of different prefix lengths, not with the number of patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Generic, NamedTuple, TypeVar

from .path_patterns import EVERY_PATH, PathPattern, begins_literally, literal_part

T = TypeVar("T")

# No resource matches a longer path. This bounds the time that regular expressions take.
MAX_PATH = 4096


class _Ranked(NamedTuple):
    """A pattern that is not exact, among those with a prefix of the same length."""

    rank: tuple[int, int]  # the smallest comes first
    regex: re.Pattern[str] | None  # None for "/api/*", for which the prefix is enough
    target: object


class ResourceMap(Generic[T]):
    """Path patterns and their targets; frozen. A later pattern replaces an equal one."""

    def __init__(self, resources: Iterable[tuple[PathPattern, T]] = ()) -> None:
        self.patterns: dict[PathPattern, T] = {}
        for pattern, target in resources:
            self.patterns.pop(pattern, None)
            self.patterns[pattern] = target
        self._whole = [p.regex for p in self.patterns if p.regex and p.is_whole]
        self._exact = {p.source: target for p, target in self.patterns.items() if p.is_exact}
        self._by_prefix = _by_prefix(self.patterns)
        #: The target of every path, if there is only one.
        self.catch_all: T | None = None
        if len(self.patterns) == 1:
            self.catch_all = self.patterns.get(PathPattern(EVERY_PATH))

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def extended(self, resources: Iterable[tuple[PathPattern, T]]) -> ResourceMap[T]:
        """Return a map with more resources, which count as declared later."""
        return ResourceMap([*self.patterns.items(), *resources])

    def match(self, path: str) -> T | None:
        """Return the target of ``path`` exactly as it is spelled, or None."""
        exact = self._exact.get(path)
        if exact is not None:
            return exact
        subject = f"{path}/"  # "/api" belongs to "/api/*", whose prefix is "/api/"
        for length, buckets, unindexed in self._by_prefix:
            for ranked in buckets.get(subject[:length], unindexed):
                if ranked.regex is None or ranked.regex.match(path) is not None:
                    return ranked.target  # type: ignore[return-value]  # pyright: ignore[reportReturnType]
        return None

    def matches_whole(self, path: str) -> bool:
        """Return whether ``path`` is matched by an exact path or by a regular expression that ends
        in ``$`` or ``\\Z``. With or without its trailing slash it may not be."""
        if path in self._exact:
            return True
        return bool(self._whole) and any(regex.match(path) for regex in self._whole)


_Step = tuple[int, dict[str, list[_Ranked]], list[_Ranked]]


def _by_prefix(patterns: Mapping[PathPattern, object]) -> list[_Step]:
    """Return the patterns by the length of their literal prefix, the longest first: those with each
    prefix, and those that are tried whatever the path begins with."""
    indexed: dict[int, dict[str, list[_Ranked]]] = {}
    unindexed: dict[int, list[_Ranked]] = {}
    for order, (pattern, target) in enumerate(patterns.items()):
        if pattern.is_exact:
            continue
        prefix, characters = literal_part(pattern)
        length = len(prefix)
        ranked = _Ranked((-characters, order), pattern.regex, target)
        if begins_literally(pattern):
            indexed.setdefault(length, {}).setdefault(prefix, []).append(ranked)
        else:
            unindexed.setdefault(length, []).append(ranked)
    steps: list[_Step] = []
    for length in sorted(indexed.keys() | unindexed.keys(), reverse=True):
        always = sorted(unindexed.get(length, []))
        buckets = {
            prefix: sorted([*bucket, *always]) for prefix, bucket in indexed.get(length, {}).items()
        }
        steps.append((length, buckets, always))
    return steps
