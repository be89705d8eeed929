"""The resources of flask-cors 6.0.5: which of them a path got."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import unquote

from .v6_policy import compile_v6, is_v6_regex

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Resource(Generic[T]):
    rank: tuple[bool, bool, int, int]
    source: str
    regex: re.Pattern[str] | None
    value: T


class V6Resources(Generic[T]):
    """The resources of one ``CORS``.

    :param patterns: as they were written, strings or compiled, and what each is for.
    """

    def __init__(self, patterns: Iterable[tuple[object, T]]) -> None:
        made = (_resource(pattern, value) for pattern, value in patterns)
        self._resources = sorted(filter(None, made), key=lambda resource: resource.rank)

    def match(self, path: str) -> T | None:
        """Return what a path, as Flask has it, gets."""
        decoded = unquote(path)
        for resource in self._resources:
            if resource.regex is None:
                if resource.source == decoded:
                    return resource.value
            elif resource.regex.match(decoded):
                return resource.value
        return None


def _resource(pattern: object, value: T) -> _Resource[T] | None:
    """Return a resource; None for what 6.0.5 did not load. An exact path ranks first, then compiled
    patterns, then strings; of each the one with the most slashes, then the longest."""
    regex: re.Pattern[str] | None = None
    if isinstance(pattern, str):
        source = pattern
        if is_v6_regex(pattern):
            regex = next(compile_v6(pattern), None)
            if regex is None:
                return None
    elif isinstance(pattern, re.Pattern) and isinstance(pattern.pattern, str):
        source, regex = pattern.pattern, pattern
    else:
        return None
    is_string = isinstance(pattern, str)
    rank = (regex is not None, is_string, -source.count("/"), -len(source))
    return _Resource(rank, source, regex, value)
