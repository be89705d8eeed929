"""Lookup tables, in no proxy's syntax: each looks a text up and yields the value of the first case
that matches.

Tables build on each other. They come in an order in which each follows those that it looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypeAlias


class Variable(NamedTuple):
    """What the proxy itself knows of a request, as it spells it."""

    spelling: str


class Lookup(NamedTuple):
    """The value that the table of this name yields."""

    name: str


class Captured(Enum):
    """What the first group of the case's regex has matched."""

    CAPTURED = "captured"


CAPTURED = Captured.CAPTURED

Source: TypeAlias = "Variable | Lookup"
Piece: TypeAlias = "str | Variable | Lookup | Captured"
Text: TypeAlias = "tuple[Piece, ...]"


class KeyKind(Enum):
    """How the key of a case is compared."""

    TEXT = "text"
    PATH = "path"
    TWO_WORDS = "two words"
    REGEX = "regex"


class Case(NamedTuple):
    """One line of a table.

    :ivar is_whole: whether the first group of the regex is the whole text.
    :ivar may_give_up: whether a proxy may give up on the regex, which is the app's. No later case
        decides then.
    """

    kind: KeyKind
    key: str
    value: Text
    is_whole: bool = False
    may_give_up: bool = False


def _text(pieces: Text) -> Text:
    return tuple(piece for piece in pieces if piece != "")


def on_text(key: str, *value: Piece) -> Case:
    return Case(KeyKind.TEXT, key, _text(value))


def on_path(key: str, *value: Piece) -> Case:
    """The key holds letters, digits, spaces and ``=-./_~`` alone, and its case matters."""
    return Case(KeyKind.PATH, key, _text(value))


def on_two_words(first: str, second: str) -> Case:
    """The second word, compared in any case, is yielded in lower case."""
    return Case(KeyKind.TWO_WORDS, f"{first} {second}", (second,))


def on_match(regex: str, *value: Piece) -> Case:
    """The regex matches somewhere in the text. A value that holds what it captures holds constants
    beside it, but no variables; and the regex then matches the text to its end."""
    return Case(KeyKind.REGEX, regex, _text(value))


def on_whole_match(regex: str, *value: Piece) -> Case:
    return Case(KeyKind.REGEX, rf"^({regex})\z", value, is_whole=True)


@dataclass(frozen=True)
class LookupTable:
    """One table.

    :ivar about: the comment above it.
    :ivar subject: the text that is looked up.
    :ivar name: what a :class:`Lookup` calls it.
    :ivar default: what it yields if no case matches. nginx also takes that where it gives up on a
        regex, so it must allow nothing.
    """

    about: str
    subject: Text
    name: str
    cases: Sequence[Case]
    default: Text = ()


def keys_by_value(cases: Iterable[Case]) -> dict[Text, list[str]]:
    """Return the keys that yield each value."""
    keys: dict[Text, list[str]] = {}
    for case in cases:
        keys.setdefault(case.value, []).append(case.key)
    return keys


# A proxy that tries a line for each value tries no more of them for one table.
MAX_VALUES = 30


def split_by_digit(table: LookupTable) -> Iterator[LookupTable]:
    """Yield a table; where its paths have many numbers, one for each digit, and one that joins
    them. A proxy that tries a line for each value then tries ten for each digit."""
    numbers = {
        case.key: "".join(map(str, case.value)) for case in table.cases if case.kind is KeyKind.PATH
    }
    if len(set(numbers.values())) <= MAX_VALUES:
        yield table
        return
    digits = [f"{table.name}_digit_{place}" for place in range(max(map(len, numbers.values())))]
    for place, name in enumerate(digits, 1):
        cases = [
            on_path(key, number[-place]) for key, number in numbers.items() if len(number) >= place
        ]
        yield LookupTable("One digit of the next.", table.subject, name, cases)
    subject = (*map(Lookup, reversed(digits)), ":", *table.default)
    cases = [
        on_match(r"^([0-9]+):[\x00-\xff]*\z", CAPTURED),
        on_match(r"^:([0-9]+)\z", CAPTURED),
    ]
    yield LookupTable(table.about, subject, table.name, cases)


def join(
    pieces: Iterable[Piece],
    lookup: Callable[[str], str],
    captured: str,
    literal: Callable[[str], str],
) -> str:
    """Return a text in the syntax of a proxy.

    :param lookup: writes the value of a table, by its name.
    :param captured: what the first group has matched.
    :param literal: escapes a constant.
    """

    def write(piece: Piece) -> str:
        if isinstance(piece, Variable):
            return piece.spelling
        if isinstance(piece, Lookup):
            return lookup(piece.name)
        return captured if piece is CAPTURED else literal(piece)

    return "".join(map(write, pieces))
