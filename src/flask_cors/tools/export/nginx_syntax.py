"""nginx's syntax: words, and maps of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from .maps import ITSELF, By, Case, Map, Piece, Result, Variable
from .obstacles import Obstacle, too_long
from .regexes import escaped

# What nginx takes of a configuration at once is 4,096 characters.
LONGEST_WORD = 4000

_SPECIAL = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def quoted(text: str) -> str:
    """``text`` as one word."""
    return '"' + "".join(_SPECIAL.get(each, each) for each in text) + '"'


_DOLLAR = "${cors_dollar}"


def with_dollar(lines: Sequence[str]) -> Iterator[str]:
    """Lines, and what gives them their dollar."""
    if any(_DOLLAR in line for line in lines):
        yield from ("geo $cors_dollar {", '    default "$";', "}", "")
    yield from lines


def variable(result: Result) -> str:
    """What holds it."""
    return f"$cors_{result.name}"


def text_of(pieces: Iterable[Piece]) -> str:
    """One word, in which variables are looked for."""
    return quoted("".join(map(_piece, pieces)))


def _piece(piece: Piece) -> str:
    if isinstance(piece, Variable):
        return piece.spelling
    if isinstance(piece, Result):
        return variable(piece)
    if piece is ITSELF:
        return "$1"
    return piece.replace("$", _DOLLAR)  # there is no other way to write one


def written(given: Map, obstacles: list[Obstacle]) -> Iterator[str]:
    """The lines of a map.

    :param obstacles: are told each word that is too long for nginx.
    """
    subject = text_of(given.subject)
    lines = [(_key(case), text_of(case.value)) for case in given.cases]
    words = (subject, *chain.from_iterable(lines))
    obstacles += [
        too_long(each, "nginx", LONGEST_WORD) for each in words if len(each) > LONGEST_WORD
    ]
    yield f"# {given.about}"
    yield f"map {subject} {variable(Result(given.result))} {{"
    yield from indented(f"{key} {value};" for key, value in lines)
    yield "}"
    yield ""


# A longer key would need a larger map_hash_bucket_size than nginx has by itself.
_LONGEST_KEY = 46
_is_plain = re.compile(r"[a-z][a-z0-9+.-]*://[a-z0-9._-]+(?::[0-9]+)?").fullmatch


def _key(case: Case) -> str:
    if case.by is By.NO_OTHER:
        return "default"
    if case.by is By.EXPRESSION:
        return quoted(f"~{case.key}")
    # nginx compares keys in any case.
    is_key = case.by is By.TEXT or (len(case.key) <= _LONGEST_KEY and _is_plain(case.key))
    return quoted(case.key if is_key else rf"~*^{escaped(case.key)}\z")


def indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"    {line}".rstrip() for line in lines)
