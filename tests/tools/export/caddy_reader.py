"""Caddy's syntax."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Block = list[Any]  # lines: their words, and the lines inside

_WORD = re.compile(
    r"""[ \t]*(?: "(?P<quoted>(?:\\"|[^"])*)"(?=\s|\Z) | `(?P<raw>[^`]*)`(?=\s|\Z)
      | (?P<bare>[^\s"`\#]\S*) )""",
    re.VERBOSE,
)


def words_of(line: str) -> Iterator[str]:
    position = 0
    while position < len(line):
        found = _WORD.match(line, position)
        assert found is not None, line[position:]
        position = found.end()
        if found["quoted"] is not None:
            yield found["quoted"].replace('\\"', '"')
        else:
            yield found["bare"] or found["raw"]


def parsed(text: str) -> Block:
    """Return a Caddyfile as Caddy reads it: words, quoted or not, and blocks."""
    assert "{$" not in text  # else Caddy looks for a variable
    stack: list[Block] = [[]]
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if stripped == "}":
            stack.pop()
        elif stripped == "{" or stripped.endswith(" {"):
            inner: Block = []
            stack[-1].append((list(words_of(stripped.removesuffix("{").rstrip())), inner))
            stack.append(inner)
        else:
            stack[-1].append((list(words_of(stripped)), None))
    (whole,) = stack
    return whole


def site(text: str) -> Block:
    """Return the content of the route { } of the site."""
    (_, inner) = parsed(text)[1]
    ((_, route),) = [each for each in inner if each[0] == ["route"]]
    assert isinstance(route, list)
    return route


def maps(text: str) -> dict[str, list[list[str]]]:
    """Return the lines of each map, by its result."""
    return {
        words[2][1:-1]: [line for line, _ in lines]
        for words, lines in site(text)
        if words[0] == "map"
    }


def shape(text: str) -> list[Any]:
    """Return all words that an app cannot change."""
    return [
        [words, None if inner is None else [len(line) for line, _ in inner]]
        for words, inner in site(text)
    ]
