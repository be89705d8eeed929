"""nginx's syntax: words, and maps of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

_SPECIAL = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}

# How a map ends whose lines tell all that there is. It is also what comes of an expression that is
# too costly, so no map has another end for what is not to be said.
NOTHING_ELSE = ("default", '""')


def quoted(text: str) -> str:
    """``text`` as one word."""
    return '"' + "".join(_SPECIAL.get(each, each) for each in text) + '"'


def value_of(text: str) -> str:
    """``text`` where variables are looked for: there is no other way to write a dollar."""
    return quoted(text.replace("$", _DOLLAR))


_DOLLAR = "${cors_dollar}"


def with_dollar(lines: Sequence[str]) -> Iterator[str]:
    """Lines, and what gives them their dollar."""
    if any(_DOLLAR in line for line in lines):
        yield from ("geo $cors_dollar {", '    default "$";', "}", "")
    yield from lines


def matching(expression: str, value: str) -> tuple[str, str]:
    """A line of a map: what matches the expression gets the value.

    :param value: a word.
    """
    return quoted(f"~{expression}"), value


def mapped(
    about: str, subject: str, result: str, lines: Iterable[tuple[str, str]]
) -> Iterator[str]:
    """A map.

    :param subject: a word.
    :param lines: pairs of words.
    """
    yield f"# {about}"
    yield f"map {subject} ${result} {{"
    yield from indented(f"{key} {value};" for key, value in lines)
    yield "}"
    yield ""


def indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"    {line}".rstrip() for line in lines)
