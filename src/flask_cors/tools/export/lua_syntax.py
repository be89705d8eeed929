"""Lua's syntax: constants."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

# What is written as it is between quotes; all else is written as the numbers of its bytes.
_PLAIN = frozenset(
    (string.ascii_letters + string.digits + " !#$%&'()*+,-./:;<=>?@[]^_`{|}~").encode()
)

Constant: TypeAlias = "str | bool | int | Mapping[str, Constant] | Sequence[Constant] | None"


def write_constant(value: Constant) -> str:
    """Return ``value``; a mapping or a sequence as a table."""
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + "".join(map(_escape, value.encode())) + '"'
    if isinstance(value, Mapping):
        items = value.items()
        return _table(f"[{write_constant(key)}] = {write_constant(each)}" for key, each in items)
    return _table(map(write_constant, value))


def _escape(byte: int) -> str:
    return chr(byte) if byte in _PLAIN else f"\\{byte:03d}"


def _table(items: Iterable[str]) -> str:
    lines = "".join(f"  {line}\n" for item in items for line in f"{item},".splitlines())
    return f"{{\n{lines}}}" if lines else "{}"


def assignments(values: Mapping[str, Constant]) -> str:
    """Return a local variable for each value."""
    return "".join(f"local {name} = {write_constant(value)}\n" for name, value in values.items())
