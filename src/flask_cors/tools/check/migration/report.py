"""The changes of an app, for people, for programs, and for GitHub's annotations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import click

from ...text import place_as_json, printable, shown_place, wrapped
from ..annotations import annotation
from .change import Change

_LABEL = 7  # the width of "6.0.5", and of what stands beside it


def as_text(changes: Iterable[Change], width: int) -> Iterator[str]:
    """For people: the rows of the page, and what they change."""
    for heading, told in groupby(changes, key=lambda change: change.heading):
        yield click.style(heading, bold=True)
        for change in told:
            where = "" if change.where is None else f" ({shown_place(change.where)})"
            yield from _indented("", f"{change.what}{where}", 2, width)
            for label, text in (("6.0.5", change.before), ("now", change.now), ("->", change.fix)):
                yield from _indented(label.ljust(_LABEL), text, 4, width)
        yield ""


def _indented(label: str, text: str, indent: int, width: int) -> Iterator[str]:
    room = width - indent - len(label)
    for number, line in enumerate(wrapped(printable(text), room)):
        yield " " * indent + (" " * len(label) if number else label) + line


def as_json(changes: Iterable[Change]) -> list[dict[str, object]]:
    """For programs."""
    return [
        {
            "heading": change.heading,
            "what": change.what,
            "before": change.before,
            "now": change.now,
            "fix": change.fix,
            "where": place_as_json(change.where),
        }
        for change in changes
    ]


def as_github(changes: Iterable[Change]) -> Iterator[str]:
    """An annotation each."""
    for change in changes:
        message = f"{change.what}: before {change.before}; now {change.now}; {change.fix}"
        yield annotation("notice", f"Flask-CORS 6: {change.heading}", message, change.where)


def summary(changes: Sequence[Change]) -> str:
    """The last line for people."""
    to_do = sum(change.asks_for_something for change in changes)
    if not changes:
        return "Nothing changes for this app."
    return f"{len(changes)} change{'s' if len(changes) > 1 else ''}, {to_do} to look at."
