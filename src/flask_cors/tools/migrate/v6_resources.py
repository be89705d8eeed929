"""The resources of flask-cors 6.0.5: which of them a path got."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar
from urllib.parse import unquote

from .v6_policy import compile_v6, is_v6_regex

T = TypeVar("T")


# The smallest comes first.
_Rank = tuple[bool, bool, int, int]


class V6Resources(Generic[T]):
    """The resources of one ``CORS``.

    :param patterns: as they were written, strings or compiled, and what each is for.
    """

    def __init__(self, patterns: Iterable[tuple[object, T]]) -> None:
        ranked = [(*each, value) for pattern, value in patterns for each in _rank(pattern)]
        self._resources = sorted(ranked, key=lambda resource: resource[0])

    def match(self, path: str) -> T | None:
        """Return what a path, as Flask has it, gets."""
        decoded = unquote(path)
        matching = (value for _, regex, value in self._resources if regex.match(decoded))
        return next(matching, None)


def _rank(pattern: object) -> Iterator[tuple[_Rank, re.Pattern[str]]]:
    """Yield the rank of a pattern and what matches its paths; nothing for what 6.0.5 did not load.
    An exact path ranks first, then compiled patterns, then strings; of each the one with the most
    slashes, then the longest."""
    if isinstance(pattern, re.Pattern) and isinstance(pattern.pattern, str):
        yield (True, False, -pattern.pattern.count("/"), -len(pattern.pattern)), pattern
    elif isinstance(pattern, str):
        is_regex = is_v6_regex(pattern)
        for regex in compile_v6(pattern if is_regex else re.escape(pattern) + r"\Z"):
            yield (is_regex, True, -pattern.count("/"), -len(pattern)), regex
