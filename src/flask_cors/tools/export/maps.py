"""Maps: what some proxies have in place of conditions. Each looks a text up, case by case.

A map is asked for when something is made of it, so that one may build on others, in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypeAlias


class Variable(NamedTuple):
    """What the proxy itself knows of a request, as it spells it."""

    spelling: str


class Result(NamedTuple):
    """What a map yields."""

    name: str


class Itself(Enum):
    """What the first group of the expression has matched."""

    ITSELF = "itself"


ITSELF = Itself.ITSELF

Source: TypeAlias = "Variable | Result"
Piece: TypeAlias = "str | Variable | Result | Itself"
Text: TypeAlias = "tuple[Piece, ...]"


class By(Enum):
    """How a case is told from others."""

    TEXT = "text"
    TEXT_IN_ANY_CASE = "text in any case"
    EXPRESSION = "expression"
    NO_OTHER = "no other"


class Case(NamedTuple):
    """What is yielded, and when. The first that holds decides."""

    by: By
    key: str
    value: Text


def equal(key: str, *value: Piece) -> Case:
    return Case(By.TEXT, key, value)


def spelt(key: str, *value: Piece) -> Case:
    """In any case.

    :param key: in lower case.
    """
    return Case(By.TEXT_IN_ANY_CASE, key, value)


def found(expression: str, *value: Piece) -> Case:
    """The text matches, somewhere. Not every proxy tells a variable then."""
    return Case(By.EXPRESSION, expression, value)


def whole(expression: str, *value: Piece) -> Case:
    """The text matches as a whole."""
    return found(rf"^({expression})\z", *value)


def otherwise(*value: Piece) -> Case:
    """What is yielded in the end; and for an expression that is too costly, so that it allows
    nothing."""
    return Case(By.NO_OTHER, "", value)


NOTHING_ELSE = otherwise()


@dataclass(frozen=True)
class Map:
    """One map.

    :ivar about: for who reads the configuration.
    :ivar subject: what is looked up.
    :ivar result: the name of what is found.
    """

    about: str
    subject: Text
    result: str
    cases: Sequence[Case]
