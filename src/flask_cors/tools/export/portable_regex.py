"""Python's regexes, translated into what PCRE, RE2 and Go read alike.

The tree that :mod:`flask_cors.policy.regex_syntax` reads is written anew: classes name their bytes,
groups do not capture, and nothing depends on a flag but the case. What is left out (references,
possessive repeats, anchors in the middle; look-around, except for PCRE) raises
:class:`.UnportableRegex`.

A proxy sees bytes, Python characters. Each character that is not ASCII is two to four bytes, and
only Python's tables tell which of them are digits or letters: see :class:`PortableRegex`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import Any, NamedTuple

from ...policy.regex_syntax import class_text, flags_within, parse
from .obstacles import UnportableRegex
from .regex_characters import (
    ASCII,
    Beyond,
    Characters,
    characters_of,
    is_ascii,
    is_literal_beyond_ascii,
)

_MAX_REPEATS = 1000  # RE2's limit, also of repeats within repeats


class RegexDialect(Enum):
    """What a proxy reads regexes by."""

    PCRE = "PCRE"
    RE2 = "RE2"  # and that of Go. It has the fewest features, so each dialect reads it


class PortableRegex(NamedTuple):
    """A regex in terms of every dialect, without its anchors.

    :ivar exact: matches only what the original matches.
    :ivar wide: matches whatever the original matches; None where ``exact`` does. The texts that it
        matches beside ``exact`` hold characters that are not ASCII, and a proxy cannot tell.
    :ivar ignores_case: whether ``exact`` is to be matched in any case. Then it is ASCII, and there
        is no ``wide``.
    """

    exact: str
    wide: str | None
    ignores_case: bool

    @property
    def text(self) -> str:
        """``exact``, with its flag inside."""
        return f"(?i:{self.exact})" if self.ignores_case else self.exact


@dataclass(frozen=True)
class Subject:
    """What regexes are matched against.

    :ivar within: the bytes that a regex may match.
    :ivar around: the bytes that may occur.
    :ivar is_whole: whether a regex must match to the end.
    :ivar ends: whether what a look-ahead sees ends where the subject does.
    :ivar begins: whether what a look-behind sees begins where the subject does.
    :ivar is_part: whether it is part of a longer text, which an anchor would see.
    """

    within: frozenset[int]
    around: frozenset[int]
    is_whole: bool
    ends: bool = False
    begins: bool = False
    is_part: bool = False

    @cached_property
    def is_ascii(self) -> bool:
        return max(self.within) < 128


_BYTES = frozenset(range(256))
_VISIBLE = frozenset(range(0x21, 0x7F)) - {ord(",")}
_TOKEN = frozenset(b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")

ORIGIN = Subject(_VISIBLE, _VISIBLE, is_whole=True, ends=True, begins=True)
HEADER_NAME = Subject(_TOKEN, _BYTES, is_whole=True)  # one of a list
PATH = Subject(_BYTES, _BYTES, is_whole=False, ends=True)  # there may be a method before it
SEGMENTS = Subject(_BYTES, _BYTES, is_whole=True, is_part=True)  # some of a path
SEGMENT = Subject(_BYTES - {ord("/")}, _BYTES, is_whole=True, is_part=True)

# One character that is not ASCII; all of it, however a dialect backtracks.
BEYOND_ASCII = r"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{2})[\x80-\xbf]"


def translate_regex(
    pattern: re.Pattern[str], subject: Subject, dialect: RegexDialect = RegexDialect.RE2
) -> PortableRegex:
    """Return ``pattern`` as ``dialect`` reads it.

    :raises UnportableRegex: saying what the dialect does not read as Python does.
    """
    if pattern.flags & re.MULTILINE:
        raise UnportableRegex("has the flag MULTILINE")
    # To Go, k and s are other cases of characters beyond ASCII, in classes too.
    ignores_case = bool(pattern.flags & re.IGNORECASE) and subject.is_ascii
    tree = parse(pattern)
    exact, wide = (
        _Translator(subject, dialect, ignores_case, is_wide).sequence(
            tree, pattern.flags, True, True
        )
        for is_wide in (False, True)
    )
    return PortableRegex(exact, None if wide == exact else wide, ignores_case)


class _Translator:
    """Writes the nodes of a tree."""

    def __init__(
        self, subject: Subject, dialect: RegexDialect, ignores_case: bool, is_wide: bool
    ) -> None:
        self.subject = subject
        self.dialect = dialect
        self.ignores_case = ignores_case
        self.is_wide = is_wide
        self.times = 1  # how often what is written now is repeated by what is around it

    def sequence(self, nodes: Any, flags: int, is_first: bool, is_last: bool) -> str:
        """
        :param is_first: whether nothing comes before it, so that an anchor adds nothing.
        :param is_last: whether nothing comes after it.
        """
        items = list(nodes)
        written: list[str] = []
        for index, (op, value) in enumerate(items):
            # "$" also matches before a line break, and nothing may require more.
            is_end = is_last and all(str(later) == "AT_END" for _, later in items[index + 1 :])
            if str(op) in ("MAX_REPEAT", "MIN_REPEAT"):  # lazy or not, it matches the same
                is_between = self.is_between_ascii(items, index, flags, is_first, is_end)
                least, most, inner = value
                written.append(self.repeat(least, most, inner, flags, is_between))
            else:
                written.append(self.node(str(op), value, flags, is_first, is_end))
            is_first = is_first and str(op) == "AT"
        return "".join(written)

    def is_between_ascii(
        self, items: Any, index: int, flags: int, is_first: bool, is_last: bool
    ) -> bool:
        """Return whether a repeat has only ASCII beside it, or nothing: then so many of its bytes
        are so many characters. A repeat that may be empty may also follow any single character, of
        which it matches no more than the rest."""
        before = is_first or (index > 0 and is_ascii(items[index - 1], flags))
        if not before and index > 0 and items[index][1][0] == 0:
            before = characters_of(items[index - 1], flags) is not None
        after = is_last or (index + 1 < len(items) and is_ascii(items[index + 1], flags))
        return before and after

    def node(self, op: str, value: Any, flags: int, is_first: bool, is_last: bool) -> str:
        characters = characters_of((op, value), flags)
        if characters is not None:
            return self.character(op, value, characters)
        if op == "AT":
            return self.anchor(str(value), is_first, is_last)
        if op == "BRANCH":
            branches = [self.sequence(branch, flags, is_first, is_last) for branch in value[1]]
            return f"(?:{'|'.join(branches)})"
        if op == "SUBPATTERN":
            _, added, removed, inner = value
            if removed & re.IGNORECASE:
                raise UnportableRegex("switches a flag off, (?-i:...)")
            flags = flags_within(flags, added, removed)
            return f"(?:{self.sequence(inner, flags, is_first, is_last)})"
        if op in ("ASSERT", "ASSERT_NOT") and self.dialect is RegexDialect.PCRE:
            return self.look(value[0], value[1], flags, op == "ASSERT_NOT")
        raise UnportableRegex(f"holds {_NAMES.get(op, op)}")

    def look(self, direction: int, nodes: Any, flags: int, is_negated: bool) -> str:
        """
        :param direction: 1 for ahead, -1 for behind.
        """
        is_ahead = direction > 0
        if not (self.subject.ends if is_ahead else self.subject.begins):
            raise UnportableRegex("holds a look-around, which would see more than the app's does")
        if not is_ahead and not all(map(_has_one_length, nodes)):
            raise UnportableRegex("holds a look-behind of more than characters")
        inner = _Translator(
            replace(self.subject, is_whole=False),
            self.dialect,
            self.ignores_case,
            self.is_wide is not is_negated,  # what matches more inside matches less outside
        )
        inner.times = self.times
        sign = f"{'' if is_ahead else '<'}{'!' if is_negated else '='}"
        return f"(?{sign}{inner.sequence(nodes, flags, False, is_ahead)})"

    def repeat(self, least: int, most: Any, nodes: Any, flags: int, is_between: bool) -> str:
        """
        :param is_between: whether only ASCII characters are beside it, or nothing, so that it
            matches whole characters alone.
        """
        is_open = str(most) == "MAXREPEAT"
        times = max(least if is_open else int(most), 1)
        if self.times * times > _MAX_REPEATS:
            raise UnportableRegex(f"repeats more than {_MAX_REPEATS:,} times")
        quantifier = f"{{{least},{'' if is_open else int(most)}}}"
        quantifier = {"{0,}": "*", "{1,}": "+", "{0,1}": "?"}.get(quantifier, quantifier)
        if least == most:
            quantifier = f"{{{least}}}"
        items = list(nodes)
        op, value = items[0] if len(items) == 1 else ("", None)
        characters = characters_of((op, value), flags)
        if characters is not None and not is_literal_beyond_ascii(op, value):
            if is_between and quantifier in ("*", "+"):
                return self.byte(characters) + quantifier
            one = self.character(str(op), value, characters)
            if is_open and self.reaches_beyond(characters):
                first = f"{one}{{{least}}}" if least > 1 else one * least
                return first + self.run(characters)
            return one + quantifier
        self.times *= times
        inner = self.sequence(items, flags, False, False)
        self.times //= times
        return f"(?:{inner}){quantifier}"

    def anchor(self, where: str, is_first: bool, is_last: bool) -> str:
        if not self.subject.is_part:
            if is_first and where in ("AT_BEGINNING", "AT_BEGINNING_STRING"):
                return ""
            if is_last and where in ("AT_END", "AT_END_STRING"):
                if self.subject.is_whole:
                    return ""
                return r"\n?\z" if where == "AT_END" else r"\z"
        if where == "AT_BOUNDARY" and self.subject.is_ascii:
            return r"\b"
        raise UnportableRegex("holds an anchor that is not at its beginning or end")

    def character(self, op: str, value: Any, characters: Characters) -> str:
        """Return the regex of any one of the characters."""
        if is_literal_beyond_ascii(op, value) and not self.subject.is_ascii:
            return escape_regex(chr(value))
        ascii_only = self.byte(characters._replace(beyond=Beyond.NONE))
        if not self.reaches_beyond(characters):
            return ascii_only
        return f"(?:{ascii_only}|{BEYOND_ASCII})"

    def run(self, characters: Characters) -> str:
        """Return the regex of any number of the characters, without a step of a loop for each of
        those that are ASCII: just in time, PCRE has memory for about a thousand steps."""
        ascii_only = self.byte(characters._replace(beyond=Beyond.NONE))
        return f"{ascii_only}*(?:{BEYOND_ASCII}{ascii_only}*)*"

    def reaches_beyond(self, characters: Characters) -> bool:
        if self.subject.is_ascii:
            return False
        return characters.beyond >= (Beyond.SOME if self.is_wide else Beyond.ALL)

    def byte(self, characters: Characters) -> str:
        """Return the regex of any one byte of the characters."""
        beyond = _BYTES - ASCII if self.reaches_beyond(characters) else frozenset[int]()
        members = (characters.ascii | beyond) & self.subject.within
        others = self.subject.around - members
        if not members and self.subject.is_ascii:
            raise UnportableRegex("holds a character that never comes up")
        folded = {chr(byte).lower() for byte in members}
        if len(members) == 1 or (self.ignores_case and len(folded) == 1):
            return escape_regex(min(folded) if self.ignores_case else chr(min(members)))
        if not others:
            return r"[\x00-\xff]" if self.subject.around == _BYTES else "."
        if not members:
            return r"[^\x00-\xff]"
        return min(f"[{_ranges(members)}]", f"[^{_ranges(others)}]", key=len)


_NAMES = {
    "ASSERT": "a look-around",
    "ASSERT_NOT": "a look-around",
    "FAILURE": "a look-around",
    "GROUPREF": "a reference to a group",
    "GROUPREF_EXISTS": "a condition",
    "ATOMIC_GROUP": "an atomic group",
    "POSSESSIVE_REPEAT": "a possessive repeat",
}


def _has_one_length(node: tuple[object, Any]) -> bool:
    """Return whether a node in a look-behind is made of characters alone, as PCRE requires."""
    op, value = str(node[0]), node[1]
    if op == "SUBPATTERN":
        return all(map(_has_one_length, value[3]))
    if op == "BRANCH":
        return all(_has_one_length(each) for branch in value[1] for each in branch)
    return class_text(op, value) is not None


def escape_regex(text: str) -> str:
    """Return ``text``, taken literally in every dialect, in bytes of UTF-8.

    :raises UnportableRegex: for half a surrogate pair.
    """
    try:
        return "".join(map(_escape_byte, text.encode()))
    except UnicodeEncodeError:
        raise UnportableRegex("holds a character that never comes up") from None


def _escape_byte(byte: int) -> str:
    if (chr(byte).isalnum() and byte < 128) or chr(byte) in "_/:-~=@!%&'<>,;":
        return chr(byte)
    is_escaped = 0x21 <= byte < 0x7F and chr(byte) not in '"\\'
    return f"\\{chr(byte)}" if is_escaped else rf"\x{byte:02x}"


def _ranges(members: Iterable[int]) -> str:
    """Return what comes between the brackets of a class."""
    runs: list[list[int]] = []
    for byte in sorted(members):
        if runs and byte == runs[-1][1] + 1:
            runs[-1][1] = byte
        else:
            runs.append([byte, byte])
    return "".join(map(_run, runs))


def _run(run: Sequence[int]) -> str:
    low, high = run
    if high - low < 2:
        return "".join(_in_class(byte) for byte in range(low, high + 1))
    return f"{_in_class(low)}-{_in_class(high)}"


def _in_class(byte: int) -> str:
    if byte < 128 and (chr(byte).isalnum() or chr(byte) in "/:_.+*@!%,;"):
        return chr(byte)
    return rf"\x{byte:02x}"
