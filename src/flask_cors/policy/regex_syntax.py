"""Reads regular expressions as trees, with the parser of :mod:`re` itself.

That parser is private: ``re._parser``, or ``sre_parse`` before Python 3.11. Only this module
imports it, and its tests run on each Python that the package supports. A tree need not be exact,
because every text made from it is tried on the regex itself: a part that it cannot express, such as
a back reference, is read as the empty text.
"""

from __future__ import annotations

import importlib
import re
import string
import sys
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import Any

# The characters of an Origin. Those that are preferred in test texts come first.
ALPHABET = "".join(
    (
        string.ascii_lowercase,
        string.digits,
        "-._~!\"#$%&'()*+/:;<=>?@[\\]^`{|}",
        string.ascii_uppercase,
    )
)

_MAX_WRITTEN = 4  # characters in a class that counts as written out: [ab], but not [a-z]
_MAX_NESTING = 100  # the functions that walk a tree are recursive
_MAX_REPEATS = 500  # more than the length of any test text
_parser = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")


@dataclass(frozen=True, slots=True)
class Character:
    """One character.

    :ivar taken: the characters of :data:`ALPHABET` that match.
    :ivar is_dot: whether it is a ``.`` without a quantifier, which is often meant as a dot.
    :ivar is_listed: whether the regex lists the characters one by one, as in ``(?:a|b|c)``.
    """

    taken: str
    is_dot: bool = False
    is_listed: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it matches more than is written out: ``[ab]`` means two letters, ``[a-z]`` any
        letter."""
        return not self.is_listed and len(set(self.taken.lower())) > _MAX_WRITTEN


@dataclass(frozen=True, slots=True)
class Group:
    """Alternatives, each a sequence. A group without alternatives never matches.

    :ivar is_atomic: whether the regex does not backtrack into it.
    """

    alternatives: tuple[tuple[Node, ...], ...]
    is_atomic: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """A look-ahead or look-behind, which consumes nothing."""

    group: Group


@dataclass(frozen=True, slots=True)
class Repeat:
    """A repetition. ``most`` is None if there is no maximum."""

    body: Node
    least: int
    most: int | None


Node = Character | Group | Look | Repeat

_UNKNOWN = Group(((),))


def parse(regex: re.Pattern[str]) -> Any:
    """Return the result of the parser of :mod:`re`: pairs of an operator and its value."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they were issued when the regex was compiled
        return _parser.parse(regex.pattern, regex.flags & ~re.DEBUG)


@lru_cache(maxsize=1024)
def read(regex: re.Pattern[str]) -> Node:
    """Return a regex as a tree.

    :raises RecursionError: if it is nested too deeply.
    """
    return _group(_sequence(parse(regex), regex.flags, 0))


def _sequence(items: Iterable[tuple[object, Any]], flags: int, depth: int) -> tuple[Node, ...]:
    if depth > _MAX_NESTING:
        raise RecursionError
    return tuple(_node(str(op), value, flags, depth + 1) for op, value in items if str(op) != "AT")


def _node(op: str, value: Any, flags: int, depth: int) -> Node:
    if op in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
        return _character(op, value, flags)
    if op == "BRANCH":
        return Group(tuple(_sequence(branch, flags, depth) for branch in value[1]))
    if op == "SUBPATTERN":
        _, added, removed, items = value
        return _group(_sequence(items, flags_within(flags, added, removed), depth))
    if op in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, items = value
        repeat = _repeat(int(least), most, _sequence(items, flags, depth))
        return Group(((repeat,),), is_atomic=True) if op == "POSSESSIVE_REPEAT" else repeat
    if op == "ATOMIC_GROUP":
        return Group((_sequence(value, flags, depth),), is_atomic=True)
    if op == "FAILURE" or (op == "ASSERT_NOT" and not value[1]):  # "(?!)"
        return Group(())
    if op in ("ASSERT", "ASSERT_NOT"):
        return Look(_group(_sequence(value[1], flags, depth)))
    if op == "GROUPREF_EXISTS":
        return Group(tuple(_sequence(items or (), flags, depth) for items in value[1:]))
    return _UNKNOWN


def _group(nodes: tuple[Node, ...]) -> Group:
    """Return a sequence as a group. Alternatives in parentheses are one already."""
    return nodes[0] if len(nodes) == 1 and isinstance(nodes[0], Group) else Group((nodes,))


def _without_dots(node: Node) -> Node:
    """Return the body of a repetition, in which ``.`` means any character, and not a dot."""
    if isinstance(node, Character):
        return replace(node, is_dot=False)
    if isinstance(node, Group):
        alternatives = tuple(tuple(map(_without_dots, each)) for each in node.alternatives)
        return replace(node, alternatives=alternatives)
    return node


def _repeat(least: int, most: Any, nodes: tuple[Node, ...]) -> Repeat:
    bound = None if int(most) > _MAX_REPEATS else int(most)  # more, too, where there is no maximum
    least = min(least, _MAX_REPEATS)
    body = _group(nodes if bound == 1 else tuple(map(_without_dots, nodes)))
    if len(body.alternatives) == 1 and len(body.alternatives[0]) == 1:
        (only,) = body.alternatives[0]
        if isinstance(only, Character):  # "(.)*" is ".*"
            return Repeat(Character(only.taken, False, only.is_listed and bound == 1), least, bound)
    return Repeat(body, least, bound)


_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_NOT_WORD": r"\W",
}


def _character(op: str, value: Any, flags: int) -> Character:
    is_listed = op == "IN" and all(str(kind) == "LITERAL" for kind, _ in value)
    # A line break is not in the alphabet, so DOTALL does not matter.
    taken = _taken(class_text(op, value) or "", flags & (re.IGNORECASE | re.ASCII))
    return Character(taken, is_dot=op == "ANY", is_listed=is_listed)


def class_text(op: str, value: Any) -> str | None:
    """Return the regex of one character, such as ``[^a-z]``; None for another part of a regex."""
    if op == "ANY":
        return "."
    if op == "IN":
        return f"[{''.join(_in_class(str(kind), item) for kind, item in value)}]"
    if op in ("LITERAL", "NOT_LITERAL"):
        return f"[{'^' if op == 'NOT_LITERAL' else ''}{_code(value)}]"
    return None


def flags_within(flags: int, added: int, removed: int) -> int:
    """Return the flags inside of a group such as ``(?i-s:...)``."""
    if added & (re.ASCII | re.UNICODE):
        flags &= ~(re.ASCII | re.UNICODE)
    return (flags | added) & ~removed


def _in_class(kind: str, item: Any) -> str:
    if kind == "NEGATE":
        return "^"
    if kind == "RANGE":
        return f"{_code(item[0])}-{_code(item[1])}"
    return _CATEGORIES[str(item)] if kind == "CATEGORY" else _code(item)


def _code(value: int) -> str:
    return f"\\U{value:08x}"


@lru_cache(maxsize=4096)
def _taken(text: str, flags: int) -> str:
    """Return the characters that one part of a regex matches, by trying each."""
    matches = re.compile(text, flags).fullmatch
    return "".join(filter(matches, ALPHABET))


def iter_repeats(node: Node) -> Iterator[tuple[tuple[Node, ...], Repeat]]:
    """Yield each repetition in a tree, with the nodes before it."""
    if isinstance(node, Repeat):
        yield (), node
        yield from iter_repeats(node.body)
    elif isinstance(node, Look):
        yield from iter_repeats(node.group)
    elif isinstance(node, Group):
        for alternative in node.alternatives:
            for index, inner in enumerate(alternative):
                for before, repeat in iter_repeats(inner):
                    yield (*alternative[:index], *before), repeat


def is_approximate(node: Node) -> bool:
    """Return whether a tree says less than its regex, which has a look-around, an atomic group, or
    a part that a tree cannot express, such as a back reference."""
    if isinstance(node, Repeat):
        return is_approximate(node.body)
    if isinstance(node, Group):
        inner = chain.from_iterable(node.alternatives)
        return node.is_atomic or node == _UNKNOWN or any(map(is_approximate, inner))
    return isinstance(node, Look)


def iter_characters(node: Node) -> Iterator[Character]:
    """Yield each character in a tree, except those in look-arounds."""
    if isinstance(node, Character):
        yield node
    elif isinstance(node, Repeat):
        yield from iter_characters(node.body)
    elif isinstance(node, Group):
        for alternative in node.alternatives:
            for inner in alternative:
                yield from iter_characters(inner)
