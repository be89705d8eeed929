"""nginx's syntax: words, and lookup tables as ``map``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby

from .common_regexes import any_text
from .layout import indent
from .lookup_tables import Case, KeyKind, LookupTable, Piece, join, keys_by_value
from .obstacles import Obstacle, too_long
from .portable_regex import escape_regex

# nginx reads no more than 4,096 characters of a configuration at once.
MAX_WORD = 4000

# A longer key would need a larger map_hash_bucket_size than the default.
_MAX_KEY = 46
_is_plain = re.compile(r"[0-9]+ [a-z][a-z0-9+.-]*://[a-z0-9._-]+(?::[0-9]+)?").fullmatch

_SPECIAL = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_DOLLAR = "${cors_dollar}"


def quote(text: str) -> str:
    """Return ``text`` as one word."""
    return '"' + "".join(_SPECIAL.get(each, each) for each in text) + '"'


def with_dollar(lines: Sequence[str]) -> Iterator[str]:
    """Yield lines after what gives them their dollar: a value has no other way to hold one."""
    if any(_DOLLAR in line for line in lines):
        yield from ("geo $cors_dollar {", '    default "$";', "}", "")
    yield from lines


def variable(table: str) -> str:
    """Return the variable that holds the value of a table."""
    return f"$cors_{table}"


def write_text(pieces: Iterable[Piece]) -> str:
    return quote(join(pieces, variable, "$1", lambda text: text.replace("$", _DOLLAR)))


def write_table(table: LookupTable, obstacles: list[Obstacle]) -> Iterator[str]:
    """
    :param obstacles: gets each word that is too long for nginx.
    """
    subject = write_text(table.subject)
    lines: list[tuple[str, str]] = []
    for kind, cases in groupby(table.cases, lambda case: case.kind):
        if kind is KeyKind.PATH:
            for value, keys in keys_by_value(cases).items():
                regexes = any_text(keys, MAX_WORD - len('"~"'), _double)
                lines += [(quote(f"~{regex}"), write_text(value)) for regex in regexes]
        else:
            lines += [(_key(case), write_text(case.value)) for case in cases]
    lines.append(("default", write_text(table.default)))
    words = (subject, *chain.from_iterable(lines))
    obstacles += [too_long(each, "nginx", MAX_WORD) for each in words if len(each) > MAX_WORD]
    yield f"# {table.about}"
    yield f"map {subject} {variable(table.name)} {{"
    yield from indent(f"{key} {value};" for key, value in lines)
    yield "}"
    yield ""


def _double(regex: str) -> str:
    return quote(regex)[1:-1]


def _key(case: Case) -> str:
    if case.kind is KeyKind.REGEX:
        return quote(f"~{case.key}")
    # nginx compares keys in any case.
    is_key = case.kind is KeyKind.TEXT or (len(case.key) <= _MAX_KEY and _is_plain(case.key))
    return quote(case.key if is_key else rf"~*^{escape_regex(case.key)}\z")
