"""Caddy's syntax: words of a Caddyfile, and lookup tables as ``map``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from . import layout
from .lookup_tables import Case, KeyKind, LookupTable, Text, join
from .portable_regex import BEYOND_ASCII, escape_regex

_UNWRITABLE = re.compile(r'[\x00-\x1f\x7f]|\{\$|\\(?="|\Z)').search
_ENCODED = re.compile(r"(?:\\x[c-f][0-9a-f](?:\\x[89ab][0-9a-f])+)+")

indent = partial(layout.indent, by="\t")


def quote(text: str) -> str:
    """Return ``text`` as one word.

    :raises ValueError: for a line break and the like, which a Caddyfile has no way to write.
    """
    if _UNWRITABLE(text):
        raise ValueError(f"a Caddyfile cannot hold {text!r}")
    return '"' + text.replace('"', '\\"') + '"'


def variable(table: str) -> str:
    """Return the placeholder of the value of a table."""
    return f"{{vars.cors_{table}}}"


def look_up(table: str) -> str:
    """Return the placeholder that looks a table up each time that it is read."""
    return f"{{cors_{table}}}"


def of_characters(regex: str) -> str:
    """Return a regex of bytes as one of characters, which Go's are."""
    decoded = _ENCODED.sub(_decode, regex.replace(BEYOND_ASCII, r"[^\x00-\x7f]"))
    return decoded.replace(r"-\xff]", r"-\x{10ffff}]")


def _decode(match: re.Match[str]) -> str:
    text = bytes.fromhex(match[0].replace(r"\x", "")).decode()
    return "".join(rf"\x{{{ord(character):x}}}" for character in text)


def write_table(table: LookupTable) -> Iterator[str]:
    """Yield a table, and what keeps its value: others may read it many times."""
    yield from write_map(table)
    yield f"vars cors_{table.name} {look_up(table.name)}"
    yield ""


def write_map(table: LookupTable) -> Iterator[str]:
    lines: dict[str, str] = {}  # Caddy takes no key twice
    for case in table.cases:
        lines.setdefault(_key(case), _value(case))
    yield f"# {table.about}"
    subject = join(table.subject, variable, "", _escape_brace)
    yield f"map {quote(subject)} {look_up(table.name)} {{"
    yield from indent(f"{key} {value}" for key, value in lines.items())
    yield f"\tdefault {_text(table.default)}"
    yield "}"


def _escape_brace(text: str) -> str:
    return text.replace("{", r"\{")


def _key(case: Case) -> str:
    if case.kind in (KeyKind.TEXT, KeyKind.PATH):
        return quote(case.key)
    if case.kind is KeyKind.REGEX:
        return quote(f"~{of_characters(case.key)}")
    return quote(rf"~^(?i:{escape_regex(case.key)})\z")


def _value(case: Case) -> str:
    # In the value of a regex, a dollar begins a group, and braces mean nothing. A dash alone is no
    # value to Caddy; a group or a variable that does not exist adds nothing to it.
    if case.kind in (KeyKind.REGEX, KeyKind.TWO_WORDS):
        text = join(case.value, variable, "${1}", lambda text: text.replace("$", "$$"))
        return quote("-${9}" if text == "-" else text)
    return _text(case.value)


def _text(value: Text) -> str:
    text = join(value, variable, "", _escape_brace)
    return quote("-{cors_nothing}" if text == "-" else text)
