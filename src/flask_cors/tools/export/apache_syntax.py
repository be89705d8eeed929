"""Apache's syntax: words, and lookup tables as lines of ``SetEnvIfExpr``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from .common_regexes import any_text
from .lookup_tables import (
    CAPTURED,
    KeyKind,
    Lookup,
    LookupTable,
    Text,
    Variable,
    join,
    keys_by_value,
)
from .obstacles import Obstacle, too_long

# What Apache reads between the two signs of m#...#, without the empty alternative of write_table.
MAX_REGEX = 8191 - len("|^")

_CONTROL = re.compile(r"[\x00-\x1f\x7f]").search


def quote(text: str) -> str:
    """Return ``text`` as one word.

    :raises ValueError: for a line break and the like, which Apache has no way to write.
    """
    if _CONTROL(text) or "${" in text:
        raise ValueError(f"Apache's configuration cannot hold {text!r}")
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def escape_value(text: str) -> str:
    """Return ``text`` where a dollar begins a group: ``=`` and ``!`` mean more at the beginning,
    ``${`` everywhere."""
    return re.sub(r"([\\$={!])", r"\\\1", text)


def variable(table: str) -> str:
    """Return what a table yields, in an expression; nothing if the variable is not set."""
    return f"%{{reqenv:cors_{table}}}"


def header(name: str) -> str:
    """Return a header of the request, in an expression; it is not added to Vary."""
    return f"%{{req_novary:{name}}}"


def write_regex(regex: str) -> str:
    """Return a regex as it is written between the signs of ``m#...#``, which have no escapes. A
    dollar or a per cent sign in front of a brace would be a variable."""
    return re.sub(r"\\(.)|([#%])", _in_hex, regex, flags=re.DOTALL)


def _in_hex(match: re.Match[str]) -> str:
    sign = match[1] or match[2]
    return rf"\x{ord(sign):02x}" if sign in "#%$" else match[0]


def matches(subject: str, regex: str) -> str:
    return f"{subject} =~ m#{write_regex(regex)}#"


def set_if(conditions: Iterable[str], *settings: tuple[str, str]) -> str:
    """Return a line that sets variables if all of the conditions are met.

    :param settings: pairs of a table and its value, in which ``$1`` is the first group of the last
        regex; an empty one unsets the variable.
    """
    words = (f"cors_{name}={value}" if value else f"!cors_{name}" for name, value in settings)
    return " ".join(["SetEnvIfExpr", quote(" && ".join(conditions)), *map(quote, words)])


_SUBJECT, _IS_UNDECIDED = variable("subject"), f"-z {variable('is_decided')}"


def write_table(table: LookupTable, obstacles: list[Obstacle]) -> Iterator[str]:
    """
    :param obstacles: gets each regex that is too long for Apache.
    """
    yield f"# {table.about}"
    yield set_if([_capture(table.subject)], ("subject", "$1"), ("is_decided", ""))
    for kind, cases in groupby(table.cases, lambda case: case.kind):
        if kind in (KeyKind.TEXT, KeyKind.PATH):
            for value, keys in keys_by_value(cases).items():
                for regex in any_text(keys, MAX_REGEX, write_regex):
                    yield _decide(table.name, value, matches(_SUBJECT, regex))
        elif kind is KeyKind.TWO_WORDS:
            subject = f"tolower({_SUBJECT})"
            second = matches(subject, r"^[0-9]+ (.+)\z")
            listed = [case.key for case in cases]
            for regex in any_text(listed, MAX_REGEX, write_regex):
                yield _decide(table.name, (CAPTURED,), matches(subject, regex), second)
        else:
            for case in cases:
                if len(write_regex(case.key)) > MAX_REGEX:
                    obstacles.append(too_long(write_regex(case.key), "Apache", MAX_REGEX))
                yield _decide(table.name, case.value, matches(_SUBJECT, case.key))
                if case.may_give_up:
                    # Where the regex does not match, the empty alternative does.
                    is_sure = matches(_SUBJECT, f"{case.key}|^")
                    yield _decide(table.name, (), f"! {is_sure}")
    if table.default:
        yield _decide(table.name, table.default)
    yield ""


def _decide(name: str, value: Text, *conditions: str) -> str:
    """Return a line that sets a value if no line before it has done so."""
    decided = ("is_decided", "1")
    if any(isinstance(piece, Variable | Lookup) for piece in value):
        # A value holds no variables, but what a regex captures.
        return set_if([_IS_UNDECIDED, *conditions, _capture(value)], (name, "$1"), decided)
    text = join(value, variable, "$1", escape_value)
    return set_if([_IS_UNDECIDED, *conditions], (name, text), decided)


def _capture(pieces: Text) -> str:
    text = join(pieces, variable, "", str)
    return matches(text if len(pieces) == 1 else f"'{text}'", r"^([\x00-\xff]*)\z")
