"""Which policy a path gets.

A :class:`ResourceMap` holds rules, each a path pattern and what it stands for, and finds the one
with the highest rank: an exact path; then the longest literal prefix; then the most literal
characters; then the first declared. Rules stand in dictionaries by their prefix, so the cost of
a look-up grows with the number of different prefix lengths, not with the number of rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import zip_longest
from typing import Generic, NamedTuple, TypeVar

from ..doubts import LiteralConverter, LiteralRegex, NoSlash, Warn
from ..errors import CORSConfigError, Mistake, shown
from .regex import compiled

T = TypeVar("T")

# A path longer than this belongs to no resource: it bounds what regular expressions cost.
MAX_PATH = 4096

EVERY_PATH = "/*"


class PathPattern(NamedTuple):
    """One pattern of the option ``resources``; equal patterns are the same resource.

    :ivar source: as it was written, ``"*"`` as ``"/*"``.
    :ivar regex: the expression that the path must match from its start; None for an exact path
        and for ``/api/*``.
    """

    source: str
    regex: re.Pattern[str] | None = None

    @property
    def is_exact(self) -> bool:
        return self.regex is None and not self.source.endswith("/*")


class _Rule(NamedTuple):
    """A rule that is not exact, among those with a prefix of the same length."""

    rank: tuple[int, int]  # the smallest comes first
    regex: re.Pattern[str] | None  # None for "/api/*", which its prefix settles
    target: object


class ResourceMap(Generic[T]):
    """Path patterns and what they stand for; frozen. A later pattern replaces an equal one."""

    def __init__(self, rules: Iterable[tuple[PathPattern, T]] = ()) -> None:
        self.rules: dict[PathPattern, T] = {}
        for pattern, target in rules:
            self.rules.pop(pattern, None)
            self.rules[pattern] = target
        self._exact = {p.source: target for p, target in self.rules.items() if p.is_exact}
        self._by_prefix = _by_prefix(self.rules)
        #: What every path stands for, where that is one and the same.
        self.everywhere: T | None = None
        if len(self.rules) == 1:
            self.everywhere = self.rules.get(PathPattern(EVERY_PATH))

    def __bool__(self) -> bool:
        return bool(self.rules)

    def extended(self, rules: Iterable[tuple[PathPattern, T]]) -> ResourceMap[T]:
        """These rules and later ones."""
        return ResourceMap([*self.rules.items(), *rules])

    def match(self, path: str) -> T | None:
        """What ``path`` stands for, taken as it is."""
        exact = self._exact.get(path)
        if exact is not None:
            return exact
        subject = f"{path}/"  # "/api" belongs to "/api/*", whose prefix is "/api/"
        for length, buckets, unindexed in self._by_prefix:
            for rule in buckets.get(subject[:length], unindexed):
                if rule.regex is None or rule.regex.match(path) is not None:
                    return rule.target  # type: ignore[return-value]  # pyright: ignore[reportReturnType]
        return None

    def find(self, path: str) -> T | None:
        """What ``path`` stands for; None where that is in doubt."""
        if len(path) > MAX_PATH:
            return None
        if self.everywhere is not None:
            return self.everywhere
        return beyond_doubt(self.match, path) if "/." in path else self.match(path)


def beyond_doubt(lookup: Callable[[str], T | None], path: str) -> T | None:
    """``lookup(path)``, but None for a path that is too long, or whose dot segments, once
    removed, would lead elsewhere: who routes the request may have removed them, or may not."""
    if len(path) > MAX_PATH:
        return None
    target = lookup(path)
    if "/." in path and lookup(without_dot_segments(path)) is not target:
        return None
    return target


def without_dot_segments(path: str) -> str:
    """RFC 3986 5.2.4 for a path that begins with a slash."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1:] in (["."], [".."]):
        kept.append("")
    return "/" + "/".join(kept)


# ---- rank --------------------------------------------------------------------------------------

# A regular expression, piece by piece. What is not one of the named groups is no literal.
_PIECES = re.compile(
    r"""
      \\ (?P<escaped> [^A-Za-z0-9] )                # \. is a literal dot
    | \\ .                                          # \d, \Z
    | \[ \^? \]? (?: \\. | [^\]\\] )* \]            # [a-z]
    | \( \? [aiLmsux]+ \)                          # (?i)
    | (?P<opens> \( (?: \? (?: P? <\w+> | [aiLmsux-]* : | <?[=!] ) )? )
    | (?P<closes> \) )
    | (?P<quantifier> [*+?] | \{ \d* ,? \d* \} )
    | [.^$|()\[\\]
    | (?P<plain> . )
    """,
    re.VERBOSE | re.DOTALL,
)


class _Literal(NamedTuple):
    prefix: str
    characters: int


def literal_part(pattern: PathPattern) -> _Literal:
    """What stands before the first regex character of a pattern, and how many literal characters
    it has in all. A quantified character is none."""
    if pattern.regex is None:
        return _Literal(pattern.source[:-1], len(pattern.source) - 1)  # "/api/" of "/api/*"
    source = re.sub(r"\A(?:\^|\\A)", "", pattern.source)
    pieces = list(_PIECES.finditer(source))
    prefix = ""
    in_prefix = True
    counts = [0]  # of the literal characters, for each group that is open
    for piece, following in zip_longest(pieces, pieces[1:]):
        literal = piece["escaped"] or piece["plain"]
        is_quantified = following is not None and following["quantifier"] is not None
        if in_prefix and literal is not None and not is_quantified:
            prefix += literal
        else:
            in_prefix = False
        if piece["opens"]:
            counts.append(0)
        elif piece["closes"] and len(counts) > 1:
            inside = counts.pop()
            counts[-1] += 0 if is_quantified else inside
        elif literal is not None and not is_quantified:
            counts[-1] += 1
    return _Literal(prefix, sum(counts))


_Step = tuple[int, dict[str, list[_Rule]], list[_Rule]]


def _by_prefix(rules: Mapping[PathPattern, object]) -> list[_Step]:
    """For each length of a literal prefix, the longest first: the rules by their prefix, and
    those that have to be tried whatever the path begins with."""
    indexed: dict[int, dict[str, list[_Rule]]] = {}
    unindexed: dict[int, list[_Rule]] = {}
    for order, (pattern, target) in enumerate(rules.items()):
        if pattern.is_exact:
            continue
        prefix, characters = literal_part(pattern)
        length = len(prefix)
        rule = _Rule((-characters, order), pattern.regex, target)
        if _begins_literally(pattern):
            indexed.setdefault(length, {}).setdefault(prefix, []).append(rule)
        else:
            unindexed.setdefault(length, []).append(rule)
    steps: list[_Step] = []
    for length in sorted(indexed.keys() | unindexed.keys(), reverse=True):
        always = sorted(unindexed.get(length, []))
        buckets = {
            prefix: sorted([*bucket, *always]) for prefix, bucket in indexed.get(length, {}).items()
        }
        steps.append((length, buckets, always))
    return steps


def _begins_literally(pattern: PathPattern) -> bool:
    """Whether every path that matches begins with the literal prefix. Not so where a flag gives
    the letters another meaning, or where "|" offers another beginning."""
    regex = pattern.regex
    return regex is None or not (regex.flags & (re.IGNORECASE | re.VERBOSE) or "|" in regex.pattern)


# ---- reading the option ------------------------------------------------------------------------

_REGEX = frozenset(r"*\]?$^[()")
_READS_LIKE_A_REGEX = re.compile(r"\.\+|\{\d*,?\d*\}|\|")
_READS_LIKE_A_CONVERTER = re.compile(r"<[^<>/]+>")


def parse_pattern(given: object, warn: Warn) -> PathPattern:
    """One pattern of ``resources``.

    :raises CORSConfigError: for what is no string and no compiled expression of one, or does
        not compile.
    """
    if isinstance(given, re.Pattern) and isinstance(given.pattern, str):
        return PathPattern(given.pattern, given)
    if not isinstance(given, str):
        problem, mend = "is no path pattern", 'write a string, such as "/api/*"'
        raise CORSConfigError([Mistake("resources", given, problem, mend)])
    if given in ("*", EVERY_PATH):
        return PathPattern(EVERY_PATH)
    if not _REGEX.isdisjoint(given.removesuffix("/*")):
        return PathPattern(given, compiled("resources", given))
    _warn_of_literal(given, warn)
    return PathPattern(given)


def _warn_of_literal(given: str, warn: Warn) -> None:
    if _READS_LIKE_A_REGEX.search(given):
        said = f"resources: {shown(given)} reads like a regular expression and is taken literally"
        warn(LiteralRegex(said, f"write re.compile({given!r})"))
    elif converter := _READS_LIKE_A_CONVERTER.search(given):
        below = given[: converter.start()]
        said = f"resources: {shown(given)} is taken literally, for resources know no converters"
        warn(LiteralConverter(said, f"write {shown(below + '*')} or a regular expression"))
    elif not given.startswith("/"):
        said = f"resources: no path begins like {shown(given)}"
        warn(NoSlash(said, f"write {shown('/' + given)}"))


# "/a/*, /b/*", but not a comma inside a regular expression's brackets.
_LISTED = re.compile(r"\s*,\s*(?=/)(?![^()\[\]{}]*[)\]}])")


def parse_resources(value: object, warn: Warn) -> list[tuple[PathPattern, Mapping[str, object]]]:
    """The normal form of the option ``resources``: patterns and their own options, which are
    not looked into here.

    :raises CORSConfigError: naming each pattern that cannot be used.
    """
    pairs: Iterable[tuple[object, object]]
    if isinstance(value, Mapping):
        pairs = value.items()
    elif isinstance(value, str):
        pairs = [(piece, {}) for piece in _LISTED.split(value.strip())]
    elif isinstance(value, re.Pattern):
        pairs = [(value, {})]
    elif isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray)):
        pairs = [(pattern, {}) for pattern in value]
    else:
        problem = "is no path pattern, list of patterns or dict"
        mend = 'write resources="/api/*" or resources={"/api/*": {"origins": …}}'
        raise CORSConfigError([Mistake("resources", value, problem, mend)])
    parsed: list[tuple[PathPattern, Mapping[str, object]]] = []
    mistakes: list[Mistake] = []
    for pattern, options in pairs:
        if not isinstance(options, Mapping):
            mend = 'write a dict, such as {"origins": "https://app.example"}'
            problem = f"is no dict of options for {shown(pattern)}"
            mistakes.append(Mistake("resources", options, problem, mend))
            continue
        try:
            parsed.append((parse_pattern(pattern, warn), options))
        except CORSConfigError as error:
            mistakes.extend(error.mistakes)
    if mistakes:
        raise CORSConfigError(mistakes)
    return parsed
