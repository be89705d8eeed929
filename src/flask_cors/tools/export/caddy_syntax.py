"""Caddy's syntax: words of a Caddyfile, and maps of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from .maps import ITSELF, By, Case, Map, Piece, Result, Variable
from .regexes import BEYOND_ASCII, escaped

_UNWRITABLE = re.compile(r'[\x00-\x1f\x7f]|\{\$|\\(?="|\Z)').search


def quoted(text: str) -> str:
    """``text`` as one word.

    :raises ValueError: for a line break and the like, which a Caddyfile has no way to write.
    """
    if _UNWRITABLE(text):
        raise ValueError(f"{text!r} cannot stand in a Caddyfile")
    return '"' + text.replace('"', '\\"') + '"'


def variable(result: Result) -> str:
    """What holds it."""
    return f"{{cors_{result.name}}}"


def _text_of(pieces: Iterable[Piece], literal: Callable[[str], str]) -> str:
    return "".join(_piece(piece, literal) for piece in pieces)


def _piece(piece: Piece, literal: Callable[[str], str]) -> str:
    if isinstance(piece, Variable):
        return piece.spelling
    if isinstance(piece, Result):
        return variable(piece)
    return "${1}" if piece is ITSELF else literal(piece)


def _where_braces_count(text: str) -> str:
    return text.replace("{", r"\{")


def _where_dollars_count(text: str) -> str:
    return text.replace("$", "$$")


def in_characters(portable: str) -> str:
    """An expression of bytes as Go's engine reads it, which goes by characters."""
    decoded = _CHARACTERS.sub(_decoded, portable.replace(BEYOND_ASCII, r"[^\x00-\x7f]"))
    return decoded.replace(r"-\xff]", r"-\x{10ffff}]")


_CHARACTERS = re.compile(r"(?:\\x[c-f][0-9a-f](?:\\x[89ab][0-9a-f])+)+")


def _decoded(found: re.Match[str]) -> str:
    text = bytes.fromhex(found[0].replace(r"\x", "")).decode()
    return "".join(rf"\x{{{ord(character):x}}}" for character in text)


def written(given: Map) -> Iterator[str]:
    """The lines of a map."""
    lines: dict[str, str] = {}  # Caddy takes no two with the same key
    for case in given.cases:
        lines.setdefault(_key(case), _value(case))
    yield f"# {given.about}"
    subject = quoted(_text_of(given.subject, _where_braces_count))
    yield f"map {subject} {variable(Result(given.result))} {{"
    yield from indented(f"{key} {value}" for key, value in lines.items())
    yield "}"
    yield ""


def _key(case: Case) -> str:
    if case.by is By.NO_OTHER:
        return "default"
    if case.by is By.TEXT:
        return quoted(case.key)
    if case.by is By.EXPRESSION:
        return quoted(f"~{in_characters(case.key)}")
    return quoted(rf"~^(?i:{escaped(case.key)})\z")


def _value(case: Case) -> str:
    # Behind an expression, a dollar means what has matched, and braces mean nothing. A dash alone
    # is no value to Caddy; a group or a variable that is not there adds nothing to it.
    if case.by in (By.EXPRESSION, By.TEXT_IN_ANY_CASE):
        text = _text_of(case.value, _where_dollars_count)
        return quoted("-${9}" if text == "-" else text)
    text = _text_of(case.value, _where_braces_count)
    return quoted("-{cors_nothing}" if text == "-" else text)


def indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"\t{line}".rstrip() for line in lines)
