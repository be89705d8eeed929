"""A regular expression, taken apart as far as guesses need it: characters, groups, repetitions.

The parser of :mod:`re` is private. What this one does not know, such as a back reference, it takes
for nothing: whatever is guessed is tried on the expression itself before anything is said.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

# What an Origin may be made of, and what a guess had better begin with.
ALPHABET = "".join(
    (
        string.ascii_lowercase,
        string.digits,
        "-._~!\"#$%&'()*+/:;<=>?@[\\]^`{|}",
        string.ascii_uppercase,
    )
)

_A_FEW = 4


@dataclass(frozen=True, slots=True)
class Character:
    """One character.

    :ivar taken: those of :data:`ALPHABET` that it takes.
    :ivar is_dot: whether it is a ``.`` that stands alone, by which people mean a dot.
    """

    taken: str
    is_dot: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it takes more than what one writes down: ``[ab]`` is two letters, ``[a-z]`` is
        any."""
        return len(set(self.taken.lower())) > _A_FEW


@dataclass(frozen=True, slots=True)
class Group:
    """Alternatives, each a sequence.

    :ivar is_atomic: whether nothing goes back into it.
    """

    alternatives: tuple[tuple[Node, ...], ...]
    is_atomic: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What looks ahead or back, and takes nothing."""

    group: Group


@dataclass(frozen=True, slots=True)
class Repeat:
    """A repetition; ``most`` is None where it has no end."""

    body: Node
    least: int
    most: int | None


Node = Character | Group | Look | Repeat

_TOKENS = r"""
    (?P<comment> \(\?\# [^)]* \) | \(\? [aiLmsux]+ \) )
  | (?P<nothing> [\^$] | \\[AZbB] )
  | (?P<back> \\ (?! [0-7]{3} ) [1-9] \d? | \(\?P= \w+ \) )
  | (?P<look> \(\? <? [=!] )
  | (?P<opens> \( (?: \? (?: P<\w+> | > | [aiLmsux]* (?:-[imsx]+)? : | \(\w+\) ) )? )
  | (?P<closes> \) )
  | (?P<bar> \| )
  | (?P<repeat> (?: [*+?] | \{ (?: \d+ (?: ,\d* )? | ,\d* ) \} ) (?P<mode> [?+]? ) )
  | (?P<character>
        \[ \^? \]? (?: \\. | [^\]\\] )* \]
      | \\ (?: 0[0-7]{,2} | [0-7]{3} | x.. | u.{4} | U.{8} | N\{[^}]*\} | . )
      | [^\\]
    )
"""
_FLAGS = re.VERBOSE | re.DOTALL
_PLAIN = re.compile(_TOKENS, _FLAGS)
_SPACED = re.compile(r"(?P<space> \s+ | \#[^\n]* ) |" + _TOKENS, _FLAGS)
_DEEPEST = 40  # nobody writes such, and the tree is walked by functions that call themselves
_LIMITS = {"*": (0, None), "+": (1, None), "?": (0, 1)}


class _Open:
    """A group that is not closed yet."""

    def __init__(self, opener: str) -> None:
        self.opener = opener
        self.alternatives: list[list[Node]] = [[]]

    @property
    def last(self) -> list[Node]:
        return self.alternatives[-1]

    def closed(self) -> Node:
        group = Group(tuple(map(tuple, self.alternatives)), self.opener == "(?>")
        return Look(group) if re.fullmatch(r"\(\?<?[=!]", self.opener) else group


@lru_cache(maxsize=4096)
def read(regex: re.Pattern[str]) -> Node:
    """The expression as a tree; one whose groups are nested too deep is taken for nothing."""
    tokens = _SPACED if regex.flags & re.VERBOSE else _PLAIN
    stack = [_Open("")]
    for token in tokens.finditer(regex.pattern):
        kind, text = token.lastgroup, token[0]
        if kind == "character":
            stack[-1].last.append(Character(_taken(text, regex.flags), text == "."))
        elif kind in ("look", "opens"):
            stack.append(_Open(text))
            if len(stack) > _DEEPEST:
                return Group(((),))
        elif kind == "closes":
            node = stack.pop().closed()
            stack[-1].last.append(node)
        elif kind == "bar":
            stack[-1].alternatives.append([])
        elif kind == "back":
            stack[-1].last.append(Group(((),)))
        elif kind == "repeat":
            stack[-1].last.append(_repeated(stack[-1].last.pop(), text, token["mode"]))
    return stack[0].closed()


def _repeated(body: Node, text: str, mode: str) -> Node:
    quantifier = text.removesuffix(mode) if mode else text
    least, most = _LIMITS[quantifier] if quantifier in _LIMITS else _limits(quantifier)
    body = _alone(body)
    if isinstance(body, Character):
        body = Character(body.taken)
    repeat = Repeat(body, least, most)
    return Group(((repeat,),), is_atomic=True) if mode == "+" else repeat


def _alone(body: Node) -> Node:
    """The one character of a group, where it has no more: ``(.)*`` is ``.*``."""
    if isinstance(body, Group) and len(body.alternatives) == len(body.alternatives[0]) == 1:
        (only,) = body.alternatives[0]
        return only if isinstance(only, Character) else body
    return body


def _limits(braces: str) -> tuple[int, int | None]:
    low, comma, high = braces[1:-1].partition(",")
    least = int(low or 0)
    return least, (int(high) if high else None) if comma else least


@lru_cache(maxsize=4096)
def _taken(text: str, flags: int) -> str:
    """Which characters a piece of an expression takes is tried."""
    one = re.compile(text, flags & (re.IGNORECASE | re.DOTALL | re.ASCII))
    return "".join(character for character in ALPHABET if one.fullmatch(character))


def repeats(node: Node) -> Iterator[tuple[tuple[Node, ...], Repeat]]:
    """Each repetition in a tree, behind what comes before it."""
    if isinstance(node, Repeat):
        yield (), node
        yield from repeats(node.body)
    elif isinstance(node, Look):
        yield from repeats(node.group)
    elif isinstance(node, Group):
        for alternative in node.alternatives:
            for index, inner in enumerate(alternative):
                for before, repeat in repeats(inner):
                    yield (*alternative[:index], *before), repeat


def characters(node: Node) -> Iterator[Character]:
    """Each character in a tree."""
    if isinstance(node, Character):
        yield node
    elif isinstance(node, Repeat):
        yield from characters(node.body)
    elif isinstance(node, Group):
        for alternative in node.alternatives:
            for inner in alternative:
                yield from characters(inner)
