"""Python's regular expressions, in what PCRE, RE2 and Go's engine read alike.

An expression is read by Python's own parser and written anew: classes name their bytes, groups do
not capture, nothing depends on a flag but the case. What is left out (references, possessive
repeats, anchors in the middle; look-around, but for PCRE) raises :class:`CannotSay`.

An edge sees bytes, Python characters. Each character that is not ASCII is two to four bytes, and
which of them are digits or letters only Python's tables tell: see :class:`Portable`.
"""

from __future__ import annotations

import importlib
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from .obstacles import CannotSay

# No public name: the tree is the only reading that is Python's own.
_parse: Callable[[str, int], Any] = importlib.import_module(
    "re._parser" if sys.version_info >= (3, 11) else "sre_parse"
).parse

_MOST_REPEATS = 1000  # RE2's limit, of repeats in repeats too


class Engine(Enum):
    """What reads an expression."""

    PCRE = "PCRE"
    RE2 = "RE2"  # and that of Go, which has no more: what it reads, all do


class Portable(NamedTuple):
    """An expression in every engine's terms, without its anchors.

    :ivar exact: matches only what the original matches.
    :ivar wide: matches whatever the original matches; None where ``exact`` does. What lies between
        the two holds characters that are not ASCII, and an edge cannot tell.
    :ivar ignores_case: whether they are to be matched so.
    """

    exact: str
    wide: str | None
    ignores_case: bool

    def with_flag(self, expression: str) -> str:
        """One of the two, with its flag inside."""
        return f"(?i:{expression})" if self.ignores_case else expression


class _Beyond(Enum):
    """Which of the characters that are not ASCII belong to a class."""

    NONE = 0
    SOME = 1
    ALL = 2


@dataclass(frozen=True)
class Subject:
    """What expressions are matched against.

    :ivar within: the bytes that an expression may match.
    :ivar around: the bytes that may come up.
    :ivar is_whole: whether an expression must match to the end.
    :ivar ends: whether what a look-ahead sees ends where the subject does.
    :ivar begins: the same of a look-behind.
    :ivar is_part: whether there is more around it, and an anchor would see that.
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
_NON_ASCII = frozenset(range(128, 256))
_VISIBLE = frozenset(range(0x21, 0x7F)) - {ord(",")}
_TOKEN = frozenset(b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")

ORIGIN = Subject(_VISIBLE, _VISIBLE, is_whole=True, ends=True, begins=True)
HEADER_NAME = Subject(_TOKEN, _BYTES, is_whole=True)  # one of a list
PATH = Subject(_BYTES, _BYTES, is_whole=False, ends=True)  # there may be a method before it
SEGMENTS = Subject(_BYTES, _BYTES, is_whole=True, is_part=True)  # some of a path
SEGMENT = Subject(_BYTES - {ord("/")}, _BYTES, is_whole=True, is_part=True)


class _Chars(NamedTuple):
    ascii: frozenset[int]
    beyond: _Beyond

    @property
    def is_ascii(self) -> bool:
        return self.beyond is _Beyond.NONE

    def __invert__(self) -> _Chars:
        return _Chars(frozenset(range(128)) - self.ascii, _INVERTED[self.beyond])

    def __or__(self, other: object) -> _Chars:
        assert isinstance(other, _Chars)
        beyond = max(self.beyond, other.beyond, key=lambda each: each.value)
        return _Chars(self.ascii | other.ascii, beyond)


_INVERTED = {
    _Beyond.NONE: _Beyond.ALL,
    _Beyond.SOME: _Beyond.SOME,
    _Beyond.ALL: _Beyond.NONE,
}
# Whole, however an engine goes back.
BEYOND_ASCII = r"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{2})[\x80-\xbf]"
_NO_CHARS = _Chars(frozenset(), _Beyond.NONE)
_EVERY_CHAR = ~_NO_CHARS
_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_NOT_WORD": r"\W",
}


def portable(pattern: re.Pattern[str], subject: Subject, engine: Engine = Engine.RE2) -> Portable:
    """``pattern`` as ``engine`` reads it.

    :raises CannotSay: saying what it does not read as Python does.
    """
    if pattern.flags & re.MULTILINE:
        raise CannotSay("has the flag MULTILINE")
    # To Go, k and s are other cases of characters beyond ASCII, in classes too.
    ignores_case = bool(pattern.flags & re.IGNORECASE) and subject.is_ascii
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python said it when the expression was compiled
        tree = _parse(pattern.pattern, pattern.flags)
    exact, wide = (
        _Writer(subject, engine, ignores_case, is_wide).sequence(tree, pattern.flags, True, True)
        for is_wide in (False, True)
    )
    return Portable(exact, None if wide == exact else wide, ignores_case)


class _Writer:
    """Writes the nodes of a tree."""

    def __init__(self, subject: Subject, engine: Engine, ignores_case: bool, is_wide: bool) -> None:
        self.subject = subject
        self.engine = engine
        self.ignores_case = ignores_case
        self.is_wide = is_wide
        self.times = 1  # how often what is written now is repeated, by what is around it

    def sequence(self, nodes: Any, flags: int, first: bool, last: bool) -> str:
        """
        :param first: whether nothing stands before it, so that an anchor says what holds already.
        :param last: whether nothing stands behind it.
        """
        items = list(nodes)
        written: list[str] = []
        for index, (op, value) in enumerate(items):
            # "$" may have a line break behind it, and nothing may ask for more.
            at_end = last and all(str(later) == "AT_END" for _, later in items[index + 1 :])
            if str(op) in ("MAX_REPEAT", "MIN_REPEAT"):  # lazy or not, it matches or it does not
                between = self.is_between(items, index, flags, first, at_end)
                least, most, inner = value
                written.append(self.repeat(least, most, inner, flags, between))
            else:
                written.append(self.node(str(op), value, flags, first, at_end))
            first = first and str(op) == "AT"
        return "".join(written)

    def is_between(self, items: Any, index: int, flags: int, first: bool, last: bool) -> bool:
        """Whether a repeat has only ASCII beside it, or nothing: so many of its bytes are so many
        characters then. One that may be empty may also stand behind any single character, of which
        it takes no more than the rest."""
        before = first or (index > 0 and _is_ascii(items[index - 1], flags))
        if not before and index > 0 and items[index][1][0] == 0:
            before = _chars(str(items[index - 1][0]), items[index - 1][1], flags) is not None
        return before and (last or (index + 1 < len(items) and _is_ascii(items[index + 1], flags)))

    def node(self, op: str, value: Any, flags: int, first: bool, last: bool) -> str:
        chars = _chars(op, value, flags)
        if chars is not None:
            return self.character(op, value, chars)
        if op == "AT":
            return self.anchor(str(value), first, last)
        if op == "BRANCH":
            branches = [self.sequence(branch, flags, first, last) for branch in value[1]]
            return f"(?:{'|'.join(branches)})"
        if op == "SUBPATTERN":
            _, added, removed, inner = value
            if removed & re.IGNORECASE:
                raise CannotSay("switches a flag off, (?-i:...)")
            if added & (re.ASCII | re.UNICODE):
                flags &= ~(re.ASCII | re.UNICODE)
            return f"(?:{self.sequence(inner, flags | added, first, last)})"
        if op in ("ASSERT", "ASSERT_NOT") and self.engine is Engine.PCRE:
            return self.look(value[0], value[1], flags, op == "ASSERT_NOT")
        raise CannotSay(f"holds {_NAMES.get(op, op)}")

    def look(self, direction: int, nodes: Any, flags: int, is_negated: bool) -> str:
        """
        :param direction: 1 for ahead, -1 for behind.
        """
        is_ahead = direction > 0
        if not (self.subject.ends if is_ahead else self.subject.begins):
            raise CannotSay("holds a look-around, which would see more than the app's does")
        if not is_ahead and not all(map(_is_of_one_length, nodes)):
            raise CannotSay("holds a look-behind of more than characters")
        inner = _Writer(
            replace(self.subject, is_whole=False),
            self.engine,
            self.ignores_case,
            self.is_wide is not is_negated,  # what is more inside is less outside
        )
        inner.times = self.times
        sign = f"{'' if is_ahead else '<'}{'!' if is_negated else '='}"
        return f"(?{sign}{inner.sequence(nodes, flags, False, is_ahead)})"

    def repeat(self, least: int, most: Any, nodes: Any, flags: int, between: bool) -> str:
        """
        :param between: whether it stands between ASCII characters, or nothing, so that it takes
            whole characters alone.
        """
        is_open = str(most) == "MAXREPEAT"
        times = max(least if is_open else int(most), 1)
        if self.times * times > _MOST_REPEATS:
            raise CannotSay(f"repeats more than {_MOST_REPEATS:,} times")
        quantifier = f"{{{least},{'' if is_open else int(most)}}}"
        quantifier = {"{0,}": "*", "{1,}": "+", "{0,1}": "?"}.get(quantifier, quantifier)
        if least == most:
            quantifier = f"{{{least}}}"
        items = list(nodes)
        op, value = items[0] if len(items) == 1 else ("", None)
        chars = _chars(str(op), value, flags)
        if chars is not None and not _is_beyond_ascii(op, value):
            if between and quantifier in ("*", "+"):
                return self.byte(chars) + quantifier  # so many bytes are so many characters
            one = self.character(str(op), value, chars)
            if is_open and self.reaches_beyond(chars):
                return (one + f"{{{least}}}" if least > 1 else "") + self.run(chars, least == 1)
            return one + quantifier
        self.times *= times
        inner = self.sequence(items, flags, False, False)
        self.times //= times
        return f"(?:{inner}){quantifier}"

    def anchor(self, where: str, first: bool, last: bool) -> str:
        first, last = first and not self.subject.is_part, last and not self.subject.is_part
        if first and where in ("AT_BEGINNING", "AT_BEGINNING_STRING"):
            return ""
        if last and where in ("AT_END", "AT_END_STRING"):
            if self.subject.is_whole:
                return ""
            return r"\n?\z" if where == "AT_END" else r"\z"
        if where == "AT_BOUNDARY" and self.subject.is_ascii:
            return r"\b"
        raise CannotSay("holds an anchor that is not at its beginning or end")

    def character(self, op: str, value: Any, chars: _Chars) -> str:
        """Any one character of ``chars``."""
        if _is_beyond_ascii(op, value) and not self.subject.is_ascii:
            return escaped(chr(value))
        if not self.reaches_beyond(chars):
            return self.byte(_Chars(chars.ascii, _Beyond.NONE))
        return rf"(?:{self.byte(_Chars(chars.ascii, _Beyond.NONE))}|{BEYOND_ASCII})"

    def run(self, chars: _Chars, has_one: bool) -> str:
        """Any number of ``chars``, without a step of a loop for each of those that are ASCII: just
        in time, PCRE has memory for about a thousand steps.

        :param has_one: whether it is one at least.
        """
        ascii_only = self.byte(_Chars(chars.ascii, _Beyond.NONE))
        first = f"(?:{ascii_only}|{BEYOND_ASCII})" if has_one else ""
        return f"{first}{ascii_only}*(?:{BEYOND_ASCII}{ascii_only}*)*"

    def reaches_beyond(self, chars: _Chars) -> bool:
        if self.subject.is_ascii:
            return False
        return chars.beyond is _Beyond.ALL or (chars.beyond is _Beyond.SOME and self.is_wide)

    def byte(self, chars: _Chars) -> str:
        """Any one byte of the characters."""
        beyond = _NON_ASCII if self.reaches_beyond(chars) else frozenset[int]()
        members = (chars.ascii | beyond) & self.subject.within
        others = self.subject.around - members
        if not members and self.subject.is_ascii:
            raise CannotSay("holds a character that never comes up")
        folded = {chr(byte).lower() for byte in members}
        if len(members) == 1 or (self.ignores_case and len(folded) == 1):
            return escaped(min(folded) if self.ignores_case else chr(min(members)))
        if not others:
            return r"[\x00-\xff]" if self.subject.around == _BYTES else "."
        if not members:
            return r"[^\x00-\xff]"
        return min(f"[{_ranges(members)}]", f"[^{_ranges(others)}]", key=len)


def _is_of_one_length(node: tuple[object, Any]) -> bool:
    """Whether a node in a look-behind is made of characters alone, as PCRE wants them."""
    op, value = str(node[0]), node[1]
    if op == "SUBPATTERN":
        return all(map(_is_of_one_length, value[3]))
    if op == "BRANCH":
        return all(_is_of_one_length(each) for branch in value[1] for each in branch)
    return op in ("LITERAL", "NOT_LITERAL", "ANY", "IN")


def _is_ascii(node: tuple[object, Any], flags: int) -> bool:
    """Whether a node is one character, which is ASCII."""
    chars = _chars(str(node[0]), node[1], flags)
    return chars is not None and chars.is_ascii


def _is_beyond_ascii(op: object, value: Any) -> bool:
    """Whether a node is one literal character, which is not ASCII."""
    return str(op) == "LITERAL" and int(value) > 127


_NAMES = {
    "ASSERT": "a look-around",
    "ASSERT_NOT": "a look-around",
    "FAILURE": "a look-around",
    "GROUPREF": "a reference to a group",
    "GROUPREF_EXISTS": "a condition",
    "ATOMIC_GROUP": "an atomic group",
    "POSSESSIVE_REPEAT": "a possessive repeat",
}


def _chars(op: str, value: Any, flags: int) -> _Chars | None:
    """The characters of a node; None of one that is not about a single character."""
    if op == "LITERAL":
        return _literal(value, value, flags)
    if op == "NOT_LITERAL":
        return ~_literal(value, value, flags)
    if op == "ANY":
        return ~(_NO_CHARS if flags & re.DOTALL else _literal(10, 10, 0))
    if op != "IN":
        return None
    found, is_negated = _NO_CHARS, False
    names = {str(item) for kind, item in value if str(kind) == "CATEGORY"}
    if any(name.replace("NOT_", "") in names for name in names if "NOT_" in name):
        found |= _EVERY_CHAR  # [\s\S]
    for kind, item in value:
        if str(kind) == "NEGATE":
            is_negated = True
        elif str(kind) == "CATEGORY":
            found |= _category(str(item), flags & re.ASCII)
        elif str(kind) == "RANGE":
            found |= _literal(item[0], item[1], flags)
        else:
            found |= _literal(item, item, flags)
    return ~found if is_negated else found


@lru_cache
def _literal(low: int, high: int, flags: int) -> _Chars:
    members = frozenset(range(low, min(high, 127) + 1))
    beyond = _Beyond.NONE if high < 128 else _Beyond.SOME
    if flags & re.IGNORECASE:
        if high > 127:  # some are the upper case of ASCII letters
            raise CannotSay("ignores the case of letters that are not ASCII")
        members |= {ord(chr(byte).swapcase()) for byte in members}
        # The dotless i, the long s and the sign for Kelvin.
        if not flags & re.ASCII and not members.isdisjoint(b"iks"):
            beyond = _Beyond.SOME
    return _Chars(members, beyond)


@lru_cache
def _category(name: str, ascii_flag: int) -> _Chars:
    matches = re.compile(_CATEGORIES[name], ascii_flag).fullmatch
    beyond = _Beyond.SOME
    if ascii_flag:
        beyond = _Beyond.ALL if "NOT" in name else _Beyond.NONE
    return _Chars(frozenset(byte for byte in range(128) if matches(chr(byte))), beyond)


def escaped(text: str) -> str:
    """``text``, taken literally by every engine, in bytes of UTF-8.

    :raises CannotSay: for half a surrogate pair.
    """
    try:
        return "".join(map(_escaped_byte, text.encode()))
    except UnicodeEncodeError:
        raise CannotSay("holds a character that never comes up") from None


def _escaped_byte(byte: int) -> str:
    if (chr(byte).isalnum() and byte < 128) or chr(byte) in "_/:-~=@!%&'<>,;":
        return chr(byte)
    is_escaped = 0x21 <= byte < 0x7F and chr(byte) not in '"\\'
    return f"\\{chr(byte)}" if is_escaped else rf"\x{byte:02x}"


def _ranges(members: Iterable[int]) -> str:
    """What stands between the brackets of a class."""
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
