"""What was found, for people, for programs, and for GitHub's annotations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Literal

import click

from ...doubts import Severity
from ...errors import Place
from ..text import printable, shown_place, wrapped
from .annotations import annotation
from .finding import Finding, Where
from .run import CATALOGUE, Result

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_TITLES = {kind.code: kind.title for kind in CATALOGUE}
_INDENT = " " * 19  # of what stands beside a code: "  warning  CORS101 "
_ARROW = "-> "


def is_bad(result: Result) -> bool:
    """Whether something is to be mended: notes are to be known."""
    return any(finding.severity is not Severity.NOTE for finding in result.findings)


def as_text(result: Result, width: int) -> Iterator[str]:
    """The lines for a reader, with the colours of a terminal."""
    for place, findings in groupby(result.findings, key=lambda finding: _shown(finding.where)):
        yield click.style(printable(place), bold=True)
        for finding in findings:
            yield from _lines(finding, width)
        yield ""
    yield _summary(result)


def _lines(finding: Finding, width: int) -> Iterator[str]:
    severity = click.style(f"{finding.severity.value:7}", fg=_COLOURS[finding.severity])
    first, *more = wrapped(printable(finding.message), width - len(_INDENT))
    yield f"  {severity}  {finding.code} {first}"
    yield from (_INDENT + line for line in more)
    first, *more = wrapped(printable(finding.fix), width - len(_INDENT) - len(_ARROW))
    yield f"{_INDENT}{_ARROW}{first}"
    yield from (_INDENT + " " * len(_ARROW) + line for line in more)


def _shown(where: Where) -> str:
    place = _place(where)
    return where.name if place is None else f"{shown_place(place)} {where.name}"


def _place(where: Where) -> Place | None:
    if where.file is None or where.line is None:
        return None
    return Place(where.file, where.line, {})


def _summary(result: Result) -> str:
    counts = Counter(finding.severity for finding in result.findings)
    parts = [_counted(counts[severity], severity.value) for severity in Severity]
    if not result.findings:
        parts = ["Nothing was found"]
    if result.exempted:
        parts.append(f"{len(result.exempted)} exempted")
    return f"{', '.join(filter(None, parts))}."


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count > 1 else ''}" if count else ""


def as_json(result: Result) -> dict[str, object]:
    """The same for programs."""
    return {
        "findings": [_as_dict(finding) for finding in result.findings],
        "exempted": [{**_as_dict(finding), "reason": why} for finding, why in result.exempted],
    }


def _as_dict(finding: Finding) -> dict[str, object]:
    where = finding.where
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "title": _TITLES[finding.code],
        "message": finding.message,
        "where": {"name": where.name, "file": where.file, "line": where.line},
        "fix": finding.fix,
    }


_COMMANDS: dict[Severity, Literal["error", "warning", "notice"]] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "notice",
}


def as_github(result: Result) -> Iterator[str]:
    """An annotation each."""
    for finding in result.findings:
        title = f"{finding.code} {_TITLES[finding.code]}"
        message = f"{finding.where.name}: {finding.message}; {finding.fix}"
        yield annotation(_COMMANDS[finding.severity], title, message, _place(finding.where))
