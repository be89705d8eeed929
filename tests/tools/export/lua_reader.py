"""Lua's syntax, as far as constants go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_TOKEN = re.compile(
    r"""\s* (?: "(?P<text>(?:[^"\\\n\r]|\\[0-9]{3})*)" | (?P<number>[0-9]+)
          | (?P<word>[A-Za-z_]+) | (?P<sign>[][{},=]) )""",
    re.VERBOSE,
)
_WORDS = {"true": True, "false": False, "nil": None}


def read(text: str) -> Any:
    """Return the value of a constant. A table with keys is a dict, one without is a list."""
    tokens = list(_tokens(text))
    value = _value(tokens)
    assert not tokens
    return value


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    position, text = 0, text.rstrip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        assert found is not None, text[position:]
        position = found.end()
        assert found.lastgroup is not None
        yield found.lastgroup, found[found.lastgroup]


def _value(tokens: list[tuple[str, str]]) -> Any:
    kind, text = tokens.pop(0)
    if kind == "text":
        return _unescaped(text)
    if kind == "number":
        return int(text)
    if kind == "word":
        return _WORDS[text]
    assert text == "{"
    return _table(tokens)


def _table(tokens: list[tuple[str, str]]) -> Any:
    items, keyed = [], {}
    while tokens[0] != ("sign", "}"):
        if tokens[0] == ("sign", "["):
            del tokens[0]
            key = _value(tokens)
            assert [text for _, text in tokens[:2]] == ["]", "="]
            del tokens[:2]
            keyed[key] = _value(tokens)
        else:
            items.append(_value(tokens))
        assert tokens.pop(0) == ("sign", ",")
    del tokens[0]
    assert not (items and keyed)
    return keyed or items


def _unescaped(text: str) -> str:
    found = re.sub(r"\\([0-9]{3})", lambda each: chr(int(each[1])), text)
    return found.encode("latin-1").decode()


_ASSIGNMENT = re.compile(r"local ([A-Z_]+) = (.*\n(?:[ }].*\n)*)")


def read_program(text: str) -> tuple[dict[str, Any], str]:
    """Return the constants that a program begins with, and the rest of it."""
    constants, position = {}, 0
    while found := _ASSIGNMENT.match(text, position):
        constants[found[1]] = read(found[2])
        position = found.end()
    return constants, text[position:]
