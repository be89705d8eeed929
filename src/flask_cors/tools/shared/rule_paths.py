"""The paths of a URL rule, and which path patterns of the resources they match.

A rule with converters has many paths. The literal parts of the rule and the regexes of the
converters show whether all of them match a pattern, some or none; no converter is called. If that
is unknown, the result is :attr:`Match.SOME`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import lru_cache

from werkzeug.routing import BaseConverter, Rule
from werkzeug.routing.rules import parse_converter_args

from ...policy.path_patterns import PathPattern, literal_part


class Match(Enum):
    """Whether the paths of a rule match a pattern."""

    ALL = "all"
    SOME = "some"
    NONE = "none"


# "<variable>", "<converter:variable>", "<converter(arguments):variable>", as in Werkzeug.
CONVERTER = re.compile(r"<(?:(\w+)(?:\((.*?)\))?:)?(\w+)>")

# A regex with one of these may match a path but not a longer one.
_LOOKS_AHEAD = re.compile(r"\$|\\[ZzbB]|\(\?[=!<>(]|[*+?}]\+")


class Paths:
    """The paths of one URL rule.

    :ivar static: the path of a rule without converters; None for others.
    """

    def __init__(self, rule: Rule) -> None:
        self.static = None if "<" in rule.rule else path_of(rule)
        self._beginning = path_of(rule).partition("<")[0]
        # The segments between slashes, literals or regexes, up to a converter that matches slashes:
        # behind it the numbers of the segments are unknown.
        self._segments: list[str | re.Pattern[str]] = []
        self._is_open = False
        pieces = list(pieces_of(rule))
        self._regex = re.compile("".join(map(_regex_of, pieces)))
        self._split(pieces)

    def _split(self, pieces: list[str | BaseConverter]) -> None:
        current: list[str | BaseConverter] = []
        for piece in pieces:
            if isinstance(piece, str):
                *ended, rest = piece.split("/")
                for segment in ended:
                    self._segments.append(_segment([*current, segment]))
                    current = []
                current.append(rest)
            elif piece.part_isolating:
                current.append(piece)
            else:
                self._is_open = True
                return
        self._segments.append(_segment(current))

    def may_share(self, other: Paths) -> bool:
        """Return whether both may have the same path, apart from a slash at its end."""
        shorter, longer = sorted((self, other), key=lambda paths: len(paths._bare))
        if len(shorter._bare) < len(longer._bare) and not shorter._is_open:
            return False
        return all(map(_may_be_equal, shorter._bare, longer._bare))

    @property
    def _bare(self) -> list[str | re.Pattern[str]]:
        is_closed = not self._is_open and self._segments[-1:] == [""]
        return self._segments[:-1] if is_closed else self._segments

    def match(self, pattern: PathPattern) -> Match:
        """Return whether the paths match ``pattern``."""
        if self.static is not None:
            return self._match_static(self.static, pattern)
        if pattern.is_exact:
            return Match.SOME if self._regex.fullmatch(pattern.source) else Match.NONE
        if pattern.regex is None:
            prefix = pattern.source[:-1]
            shorter = min(len(prefix), len(self._beginning))
            if prefix[:shorter] != self._beginning[:shorter]:  # the usual case, and fast
                return Match.NONE
            return self._match_segments(prefix[:-1].split("/"))
        return self._match_regex(pattern, pattern.regex)

    def _match_static(self, path: str, pattern: PathPattern) -> Match:
        if pattern.is_exact:
            matches = path == pattern.source
        elif pattern.regex is None:
            matches = f"{path}/".startswith(pattern.source.removesuffix("*"))
        else:
            matches = pattern.regex.match(path) is not None
        return Match.ALL if matches else Match.NONE

    def _match_regex(self, pattern: PathPattern, regex: re.Pattern[str]) -> Match:
        if _LOOKS_AHEAD.search(regex.pattern) is None and regex.match(self._beginning):
            return Match.ALL
        prefix = literal_beginning(pattern)
        if prefix is None:
            return Match.SOME
        if not (prefix.startswith(self._beginning) or self._beginning.startswith(prefix)):
            return Match.NONE
        *whole, begun = prefix.split("/")
        if self._match_segments(whole) is Match.NONE:
            return Match.NONE
        if len(self._segments) <= len(whole):
            return Match.SOME if self._is_open else Match.NONE
        following = self._segments[len(whole)]
        if isinstance(following, str) and not following.startswith(begun):
            return Match.NONE
        return Match.SOME

    def _match_segments(self, segments: list[str]) -> Match:
        """Return whether the paths begin with these segments."""
        if len(segments) > len(self._segments):
            if not self._is_open:
                return Match.NONE
            found = Match.SOME
        else:
            found = Match.ALL
        for own, wanted in zip(self._segments, segments, strict=False):
            if isinstance(own, re.Pattern):
                if own.fullmatch(wanted) is None:
                    return Match.NONE
                found = Match.SOME
            elif own != wanted:
                return Match.NONE
        return found


# An escaped character, or a class, in which "(", ")" and "|" are literal.
_OPAQUE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)


@lru_cache(maxsize=4096)  # patterns are compared with many routes
def literal_beginning(pattern: PathPattern) -> str | None:
    """Return the beginning of every path that matches; None if a flag changes the meaning of
    letters, or if a "|" outside all groups offers another beginning."""
    prefix = literal_part(pattern).prefix
    return prefix if pattern.regex is None or _begins_literally(pattern.regex) else None


def _begins_literally(regex: re.Pattern[str]) -> bool:
    bare = _OPAQUE.sub("", regex.pattern)
    groups = 1
    while groups:
        bare, groups = re.subn(r"\([^()]*\)", "", bare)
    return not regex.flags & (re.IGNORECASE | re.VERBOSE) and "|" not in bare


def pieces_of(rule: Rule) -> Iterator[str | BaseConverter]:
    """Yield the literal parts of a rule, empty ones too, and its converters, in order."""
    position, path = 0, path_of(rule)
    for found in CONVERTER.finditer(path):
        yield path[position : found.start()]
        name, arguments, variable = found.groups()
        args, kwargs = parse_converter_args(arguments) if arguments else ((), {})
        yield rule.get_converter(variable, name or "default", args, kwargs)
        position = found.end()
    yield path[position:]


def path_of(rule: Rule) -> str:
    """Return the path of a rule. Werkzeug may merge its slashes."""
    return re.sub("/{2,}", "/", rule.rule) if rule.merge_slashes else rule.rule


def _regex_of(piece: str | BaseConverter) -> str:
    return re.escape(piece) if isinstance(piece, str) else f"(?:{piece.regex})"


def _segment(pieces: list[str | BaseConverter]) -> str | re.Pattern[str]:
    if all(isinstance(piece, str) for piece in pieces):
        return "".join(map(str, pieces))
    return re.compile("".join(map(_regex_of, pieces)))


def _may_be_equal(segment: str | re.Pattern[str], other: str | re.Pattern[str]) -> bool:
    if isinstance(segment, str):
        return segment == other if isinstance(other, str) else _may_be_equal(other, segment)
    return not isinstance(other, str) or segment.fullmatch(other) is not None


# Sample values, of which nearly every converter accepts one.
_UUID = "12345678-1234-5678-1234-567812345678"
_SAMPLE_VALUES = ("1", "a", "en", "1.5", "a1", "2026-01-01", _UUID, "a/b")


def sample_path(rule: Rule) -> str | None:
    """Return a path of ``rule``; None if a converter accepts no sample."""
    return next(iter_sample_paths(rule), None)


def iter_sample_paths(rule: Rule) -> Iterator[str]:
    """Yield paths of ``rule`` with different values; none if a converter accepts no sample."""
    pieces = [
        [piece] if isinstance(piece, str) else _samples_for(piece) for piece in pieces_of(rule)
    ]
    if all(pieces):
        for number in range(max(map(len, pieces))):
            yield "".join(values[min(number, len(values) - 1)] for values in pieces)


def _samples_for(converter: BaseConverter) -> list[str]:
    items: Iterable[str] = getattr(converter, "items", ())  # of an AnyConverter
    accepts = re.compile(converter.regex).fullmatch
    return [value for value in (*sorted(items), *_SAMPLE_VALUES) if accepts(value)]


def sort_by_precedence(patterns: Iterable[PathPattern]) -> list[PathPattern]:
    """Return patterns in the order in which a
    :class:`~flask_cors.policy.resources.ResourceMap` tries them: the first that matches decides."""

    def rank(pattern: PathPattern) -> tuple[bool, int, int]:
        if pattern.is_exact:
            return False, 0, 0
        prefix, characters = literal_part(pattern)
        return True, -len(prefix), -characters

    return sorted(patterns, key=rank)  # sorting is stable: of equal ones, the first declared
