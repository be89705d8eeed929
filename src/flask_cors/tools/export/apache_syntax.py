"""Apache's syntax: words, values that are set, and the expressions of ``SetEnvIfExpr``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

# What Apache takes between the two signs of m#...#.
LONGEST_EXPRESSION = 8191

_CONTROL = re.compile(r"[\x00-\x1f\x7f]").search


def quoted(text: str) -> str:
    """``text`` as one word.

    :raises ValueError: for a line break and the like, which Apache has no way to write.
    """
    if _CONTROL(text) or "${" in text:
        raise ValueError(f"{text!r} cannot stand in Apache's configuration")
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def value_of(text: str) -> str:
    """``text`` where a dollar means what has matched: ``=`` and ``!`` mean more at its beginning,
    ``${`` everywhere."""
    return re.sub(r"([\\$={!])", r"\\\1", text)


def variable(name: str) -> str:
    """What a variable holds, in an expression; nothing where it is not set."""
    return f"%{{reqenv:cors_{name}}}"


def header(name: str) -> str:
    """What a header of the request holds, in an expression; it gets into no Vary."""
    return f"%{{req_novary:{name}}}"


def expression_of(portable: str) -> str:
    """An expression as it stands between the signs of ``m#...#``, which know no escapes. A dollar
    or a per cent sign in front of a brace would be a variable."""
    return re.sub(r"\\(.)|([#%])", _in_hex, portable, flags=re.DOTALL)


def _in_hex(found: re.Match[str]) -> str:
    sign = found[1] or found[2]
    return rf"\x{ord(sign):02x}" if sign in "#%$" else found[0]


def matching(subject: str, expression: str) -> str:
    """A condition: that ``subject`` matches."""
    return f"{subject} =~ m#{expression_of(expression)}#"


def set_if(conditions: Iterable[str], *settings: tuple[str, str]) -> str:
    """A line that sets variables if all of the conditions hold.

    :param settings: pairs of a variable and its value, in which ``$1`` is what has matched.
    """
    words = [quoted(" && ".join(conditions))]
    words += [quoted(f"cors_{name}={value}") for name, value in settings]
    return f"SetEnvIfExpr {' '.join(words)}"


def section(about: str, lines: Iterable[str]) -> Iterator[str]:
    """Lines under a comment; nothing where there are none."""
    lines = list(lines)
    if lines:
        yield from (f"# {about}", *lines, "")
