"""Plain text in columns, and the output of reports."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

import click

from ...diagnostics.source_location import SourceLocation

GAP = 2  # between columns
MIN_WIDTH = 80  # a narrower terminal wraps the lines itself
PIPE_WIDTH = 1000  # in a pipe or a file, each row is one line, for programs such as grep


def get_width() -> int:
    """Return the width of the output: ``$COLUMNS``, or the width of the terminal."""
    return max(MIN_WIDTH, shutil.get_terminal_size((PIPE_WIDTH, 24)).columns)


def fit_columns(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return the widths of columns with which ``rows`` fit into ``width``. A column that is wider
    than its share is narrowed where that wraps the fewest cells."""
    lengths = [Counter(map(len, column)) for column in zip(*rows, strict=True)]
    widths = list(map(max, lengths))
    available = width - GAP * (len(widths) - 1)
    while sum(widths) > available:
        wide = (column for column, each in enumerate(widths) if each * len(widths) > available)
        narrowed = min(
            wide,
            key=lambda column: (_count_new_lines(lengths[column], widths[column]), -widths[column]),
        )
        widths[narrowed] -= 1
    return widths


def _count_new_lines(lengths: Counter[int], width: int) -> int:
    """Return how many lines a column gains if it is narrowed by one."""
    return sum(
        count * (-(-length // (width - 1)) + length // -width) for length, count in lengths.items()
    )


def format_table(rows: Sequence[Sequence[str]], widths: Sequence[int]) -> Iterator[str]:
    """Yield the lines of ``rows`` in columns. Long cells are wrapped within their column."""
    for row in rows:
        cells = [wrap(cell, columns) for cell, columns in zip(row, widths, strict=True)]
        for parts in zip_longest(*cells, fillvalue=""):
            padded = (part.ljust(columns) for part, columns in zip(parts, widths, strict=True))
            yield (" " * GAP).join(padded).rstrip()


def wrap(text: str, width: int) -> list[str]:
    """Return ``text`` in lines of at most ``width`` columns, cut after a space if possible, or
    after a slash, or after other punctuation of a path or an origin."""
    lines: list[str] = []
    while len(text) > width:
        cuts = (
            text.rfind(" ", 0, width + 1) + 1,
            text.rfind("/", 0, width) + 1,
            max(text.rfind(mark, 0, width) for mark in ",.:>_-") + 1,
        )
        cut = next((each for each in cuts if each > width // 3), width)
        lines.append(text[:cut].rstrip())
        text = text[cut:]
    return [*lines, text]


def escape_first_line(text: str) -> str:
    """Return the first line of a foreign text, such as an exception's message, as printable ASCII
    of at most 200 characters."""
    first = next(iter(text.splitlines()), "")
    return ascii(first[:200])[1:-1]


def escape(text: str) -> str:
    """Return ``text`` without control characters, which a terminal would execute."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def format_location(location: SourceLocation) -> str:
    """Return ``file:line`` with the path of :func:`shorten_path`."""
    return f"{shorten_path(location.file)}:{location.line}"


def shorten_path(file: str) -> str:
    """Return a path relative to the working directory if the file is below it, or else to an entry
    of ``sys.path``, as for an installed package."""
    path, here = Path(file), Path.cwd()
    if path.is_relative_to(here) and not path.is_relative_to(sys.prefix):
        return str(path.relative_to(here))
    entries = (entry for entry in sys.path if entry and path.is_relative_to(entry))
    return min((str(path.relative_to(entry)) for entry in entries), key=len, default=file)


def location_as_json(location: SourceLocation | None) -> dict[str, object] | None:
    """Return a location for JSON."""
    return None if location is None else {"file": location.file, "line": location.line}


def format_list(items: Sequence[str], max_items: int) -> str:
    """Return the first items of a list, and how many more there are."""
    shown = ", ".join(items[:max_items])
    rest = len(items) - max_items
    return f"{shown}, and {rest:,} more" if rest > 0 else shown


class CannotPrint(click.ClickException):
    """Standard output cannot be written to."""

    exit_code = 2


def echo(lines: Iterable[str]) -> None:
    """Print the lines of a report, on a terminal in colour. Characters that the output cannot
    encode are escaped.

    :raises CannotPrint: if the disk is full, for instance.
    """
    # None: in colour if the output is a terminal. https://no-color.org/ switches it off.
    colour = False if os.environ.get("NO_COLOR") else None
    encoding = sys.stdout.encoding or "utf-8"
    try:
        for line in lines:
            click.echo(line.encode(encoding, "backslashreplace").decode(encoding), color=colour)
    except BrokenPipeError:  # `| head`: click ends the command without a word
        raise
    except OSError as error:
        with Path(os.devnull).open("w") as null:  # or Python fails again when it exits
            os.dup2(null.fileno(), sys.stdout.fileno())
        raise CannotPrint(f"standard output: {error.strerror}") from error


def format_json(data: object) -> list[str]:
    """Return a report as JSON, for :func:`echo`."""
    return [json.dumps(data, indent=2)]
