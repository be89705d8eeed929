"""Plain text that lines up."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import Place

_GAP = 2
_NARROWEST = 80  # what is shown is never squeezed into less
_WIDEST = 1000  # into a pipe or a file: one line a row, for programs that look at lines


def width() -> int:
    """The columns that there are: ``$COLUMNS``, or those of the terminal."""
    return max(_NARROWEST, shutil.get_terminal_size((_WIDEST, 24)).columns)


def fitted(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """The widths of the columns in which ``rows`` fit into ``width``: the widest give way."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    while sum(widths) + _GAP * (len(widths) - 1) > width:
        widths[widths.index(max(widths))] -= 1
    return widths


def table(rows: Sequence[Sequence[str]], widths: Sequence[int]) -> Iterator[str]:
    """The lines of ``rows``, in columns. What does not fit is wrapped within its column."""
    for row in rows:
        cells = [wrapped(cell, columns) for cell, columns in zip(row, widths, strict=True)]
        for number in range(max(map(len, cells))):
            parts = [
                (cell[number] if number < len(cell) else "").ljust(columns)
                for cell, columns in zip(cells, widths, strict=True)
            ]
            yield (" " * _GAP).join(parts).rstrip()


def wrapped(text: str, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` columns: cut behind a space, else behind what a path
    or an origin is made of, else anywhere."""
    lines: list[str] = []
    while len(text) > width:
        cut = text.rfind(" ", 0, width + 1) + 1
        if cut <= width // 3:
            cut = max(text.rfind(mark, 0, width) for mark in "/,.>_-") + 1
        if cut <= width // 3:
            cut = width
        lines.append(text[:cut].rstrip())
        text = text[cut:]
    return [*lines, text]


def one_line(text: str) -> str:
    """A text of others, such as an exception's, for one line of a terminal: its first line, with
    an end, and what is no printable ASCII escaped."""
    first = next(iter(text.splitlines()), "")
    return ascii(first[:200])[1:-1]


def printable(text: str) -> str:
    """``text`` for a terminal: what is not printable is escaped, so that nothing obeys it."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def shown_place(place: Place) -> str:
    """``file:line``, from the working directory where the file is below it."""
    file = Path(place.file)
    if file.is_relative_to(Path.cwd()):
        file = file.relative_to(Path.cwd())
    return f"{file}:{place.line}"


def place_as_json(place: Place | None) -> dict[str, object] | None:
    """A place for programs."""
    return None if place is None else {"file": place.file, "line": place.line}


def listed(items: Sequence[str], most: int) -> str:
    """The items of a list, and how many more there are where that is long."""
    shown = ", ".join(items[:most])
    return shown if len(items) <= most else f"{shown}, and {len(items) - most:,} more"


def has_colour() -> bool | None:
    """What :func:`click.echo` is told of colour: None leaves it to whether it writes to a
    terminal, and https://no-color.org/ says no."""
    return False if os.environ.get("NO_COLOR") else None
