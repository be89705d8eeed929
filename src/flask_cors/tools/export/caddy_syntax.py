"""Caddy's syntax: words of a Caddyfile, and maps of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .regexes import BEYOND_ASCII

_UNWRITABLE = re.compile(r'[\x00-\x1f\x7f]|\{\$|\\(?="|\Z)').search

NOTHING_ELSE = ("default", '""')


def quoted(text: str) -> str:
    """``text`` as one word.

    :raises ValueError: for a line break and the like, which a Caddyfile has no way to write.
    """
    if _UNWRITABLE(text):
        raise ValueError(f"{text!r} cannot stand in a Caddyfile")
    return '"' + text.replace('"', '\\"') + '"'


def value_of(text: str) -> str:
    """``text`` behind an expression, where a dollar means what has matched."""
    return quoted(text.replace("$", "$$"))


def matching(expression: str, value: str) -> tuple[str, str]:
    """A line of a map: what matches the expression gets the value.

    :param value: a word.
    """
    return quoted(f"~{expression}"), value


_CHARACTERS = re.compile(r"(?:\\x[c-f][0-9a-f](?:\\x[89ab][0-9a-f])+)+")


def in_characters(portable: str) -> str:
    """An expression of bytes as Go's engine reads it, which goes by characters."""
    written = portable.replace(BEYOND_ASCII, r"[^\x00-\x7f]")
    return _CHARACTERS.sub(_decoded, written).replace(r"-\xff", r"-\x{10ffff}")


def _decoded(found: re.Match[str]) -> str:
    text = bytes.fromhex(found[0].replace(r"\x", "")).decode()
    return "".join(rf"\x{{{ord(character):x}}}" for character in text)


def longer_than(length: int) -> str:
    """An expression of a text that is: Go repeats nothing more than 1,000 times."""
    thousands, rest = divmod(length, 1000)
    return "^" + r"[\x00-\x{10ffff}]{1000}" * thousands + rf"[\x00-\x{{10ffff}}]{{{rest + 1}}}"


def mapped(
    about: str, subject: str, result: str, lines: Iterable[tuple[str, str]]
) -> Iterator[str]:
    """A map.

    :param lines: pairs of words. Caddy takes no two with the same key: the first decides.
    """
    first: dict[str, str] = {}
    for key, value in lines:
        first.setdefault(key, value)
    yield f"# {about}"
    yield f"map {quoted(subject)} {{cors_{result}}} {{"
    yield from indented(f"{key} {value}" for key, value in first.items())
    yield "}"
    yield ""


def indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"\t{line}".rstrip() for line in lines)
