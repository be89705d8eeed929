"""Prints tables of figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from .cases import CASES, LIBRARIES, bare_case
from .figures import Figure

if TYPE_CHECKING:
    from .targets import Verdict

FEWER = "~"  # before a figure that was measured in fewer rounds

Rows = list[list[str]]


def costs(figures: Mapping[str, Figure]) -> Rows:
    """Return the time that CORS adds, with a row per case and a column per library."""
    columns = {name: lib.title for name, lib in LIBRARIES.items() if lib.bare is not None}
    return _by_library("What CORS adds to a request, µs", "cost", columns, figures)


def totals(figures: Mapping[str, Figure]) -> Rows:
    """Return the total time of requests, with a row per case and a column per library."""
    columns = {name: library.title for name, library in LIBRARIES.items()}
    return _by_library("The whole request, µs", "total", columns, figures)


def _by_library(
    title: str, kind: str, columns: Mapping[str, str], figures: Mapping[str, Figure]
) -> Rows:
    rows = [[title, *columns.values()]]
    for name, case in CASES.items():
        cells = []
        for library in columns:
            measured = name if LIBRARIES[library].bare is not None else bare_case(name)
            figure = figures.get(f"{kind}.{measured}.{library}")
            cells.append("" if figure is None else _format_figure(figure))
        rows.append([case.title, *cells])
    return rows


def _format_figure(figure: Figure) -> str:
    return f"{FEWER}{number(figure.value)}" if figure.fewer else number(figure.value)


def verdicts(judged: Sequence[Verdict]) -> str:
    """Return a table of the targets and the measured figures."""
    rows = [["Target", "measured", "spread", "goal", "at most", "", ""]]
    for target, figure, word in ((v.target, v.figure, v.word) for v in judged):
        spread = ""
        if figure.low is not None and figure.high is not None:
            spread = f"{number(figure.low)} to {number(figure.high)}"
        goal = "" if target.goal is None else number(target.goal)
        measured = number(figure.value)
        rows.append(
            [target.what, measured, spread, goal, number(target.at_most), figure.unit, word]
        )
    return table(rows)


def listing(title: str, figures: Mapping[str, Figure], last: Mapping[str, Figure]) -> str:
    """Return a table of figures by key, with the change since the last time."""
    rows = [[title, "", "", "last time", "change"]]
    for key, figure in figures.items():
        before = last.get(key)
        row = [key, number(figure.value), figure.unit]
        if before is not None and before.value:
            change = (figure.value - before.value) / before.value
            row += [number(before.value), f"{change:+.1%}"]
        rows.append(row + [""] * (5 - len(row)))
    return table(rows)


def number(value: float) -> str:
    """Return a number with the digits that a reader needs."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    if 0 < abs(value) < 0.1:  # 0.034 is more than 0.030
        return f"{value:.3f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return aligned rows. The first row is the head, which is wrapped if it is wider than its
    column. The first column is text, the others are numbers."""
    head, *body = rows
    widths = [
        max([len(row[i]) for row in body] + [_longest_word(head[i])]) for i in range(len(head))
    ]
    widths[0] = max(widths[0], len(head[0]))
    lines = [*_folded(head, widths), "-" * (sum(widths) + 2 * len(widths) - 2)]
    lines += [_line(row, widths) for row in body]
    return "\n".join(lines)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = row
    cells = [first.ljust(widths[0])]
    cells += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
    return "  ".join(cells).rstrip()


def _folded(head: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    cells = [list(_lines(text, width)) for text, width in zip(head, widths, strict=True)]
    height = max(map(len, cells))
    for i in range(height):
        # The last line of each head is directly above its column.
        yield _line([([""] * (height - len(cell)) + cell)[i] for cell in cells], widths)


def _lines(text: str, width: int) -> Iterator[str]:
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    yield line


def _longest_word(text: str) -> int:
    return max(map(len, text.split()), default=0)
