"""HAProxy's syntax: words, formats, regexes, conditions, and lookup tables as lines of
``http-request``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from .lookup_tables import (
    CAPTURED,
    Case,
    KeyKind,
    Lookup,
    LookupTable,
    Text,
    join,
    keys_by_value,
)

_SPECIAL = {"\\": "\\\\", '"': '\\"', "$": "\\$"}

# HAProxy takes no more than 64 words per line.
_MAX_VALUES = 48


def word(text: str) -> str:
    """Return ``text`` as one word.

    :raises ValueError: for NUL, where HAProxy would cut it.
    """
    if "\0" in text:
        raise ValueError(f"no word of HAProxy holds NUL: {text!r}")
    return '"' + "".join(map(_escape, text.encode("utf-8", "surrogateescape"))) + '"'


def _escape(byte: int) -> str:
    if not 0x20 <= byte < 0x7F:
        return f"\\x{byte:02x}"
    return _SPECIAL.get(chr(byte), chr(byte))


def format_of(text: str) -> str:
    """Return ``text`` as one word where HAProxy looks for variables."""
    return word(text.replace("%", "%%"))


def quote_regex(regex: str) -> str:
    """Return a regex as one word, between quotes in which a backslash is a backslash.

    :param regex: in which ``'`` has no special meaning.
    :raises ValueError: for what is not printable ASCII: it has to be written by its number.
    """
    if not (regex.isascii() and regex.isprintable()):
        raise ValueError(f"no regex for HAProxy holds such characters: {regex!r}")
    return "'" + regex.replace("'", r"\x27") + "'"


def replace(sample: str, *changes: tuple[str, str]) -> str:
    """Return ``sample`` with all that a regex matches replaced, one change after the other."""
    subs = (f"regsub({quote_regex(regex)},{quote_regex(by)},g)" for regex, by in changes)
    return word(",".join((sample, *subs)))


def matches(sample: str, regex: str) -> str:
    return f"{{ {sample} -m reg -- {quote_regex(regex)} }}"


def is_among(name: str, sample: str, values: Iterable[str]) -> Iterator[str]:
    """Yield the lines of the condition ``name``: the sample is one of the values."""
    values = list(values)
    if "" in values:  # which equals no sample
        yield f"acl {name} {sample} -m len 0"
    words = [word(value) for value in values if value]
    for start in range(0, len(words), _MAX_VALUES):
        yield f"acl {name} {sample} -m str -- {' '.join(words[start : start + _MAX_VALUES])}"


# ---- tables ------------------------------------------------------------------------------------


def variable(table: str) -> str:
    """Return the variable that holds the value of a table, or is not set."""
    return f"txn.cors_{table}"


def is_set(table: str) -> str:
    return f"{{ var({variable(table)}),length gt 0 }}"


_SUBJECT = Lookup("subject")
_VALUE = f"var({variable(_SUBJECT.name)})"


def write_table(table: LookupTable) -> Iterator[str]:
    """Yield the lines of a table; what has been set is not set again."""
    yield f"# {table.about}"
    yield _set(_SUBJECT.name, word(_concatenate(table.subject)))
    is_undecided = f"!{{ var({variable(table.name)}) -m found }}"
    acl = f"cors_{table.name}_is"
    for kind, cases in groupby(table.cases, lambda case: case.kind):
        if kind in (KeyKind.TEXT, KeyKind.PATH):
            for number, (value, keys) in enumerate(keys_by_value(cases).items()):
                yield from is_among(f"{acl}_{number}", _VALUE, keys)
                yield _assign(table.name, value, is_undecided, f"{acl}_{number}")
        elif kind is KeyKind.TWO_WORDS:
            yield from is_among(f"{acl}_listed", f"{_VALUE},lower", (case.key for case in cases))
            second = replace(f"{_VALUE},lower", ("^[0-9]+ ", ""))
            yield _set(table.name, second, is_undecided, f"{acl}_listed")
        else:
            for case in cases:
                yield from _write_case(table.name, case, is_undecided)
    if table.default:
        yield _assign(table.name, table.default, is_undecided)
    yield ""


def _write_case(name: str, case: Case, is_undecided: str) -> Iterator[str]:
    conditions = is_undecided, matches(_VALUE, case.key)
    if CAPTURED in case.value and not case.is_whole:
        by = join(case.value, str, r"\1", str)
        yield _set(name, replace(_VALUE, (case.key, by)), *conditions)
    else:
        yield _assign(name, case.value, *conditions)
    if case.may_give_up:
        # Where the regex does not match, the empty alternative does.
        yield _assign(name, (), is_undecided, f"!{matches(_VALUE, f'{case.key}|^')}")


def _assign(name: str, value: Text, *conditions: str) -> str:
    if value and all(isinstance(piece, str) for piece in value):
        text = format_of(join(value, str, "", str))
        return f"http-request set-var-fmt({variable(name)}) {text} if {' '.join(conditions)}"
    return _set(name, word(_concatenate(value)), *conditions)


def _set(name: str, sample: str, *conditions: str) -> str:
    line = f"http-request set-var({variable(name)}) {sample}"
    return f"{line} if {' '.join(conditions)}" if conditions else line


def _concatenate(pieces: Text) -> str:
    """Return the sample of a text; a variable that is not set adds nothing. A format would encode
    control characters."""
    written = ["str('')"]
    for piece in pieces:
        if isinstance(piece, str):
            written.append(f"concat({quote_regex(piece)})")
        else:
            name = piece.name if isinstance(piece, Lookup) else _SUBJECT.name
            written.append(f"concat('',{variable(name)})")
    return ",".join(written)
