"""``flask cors check``, as a command."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stdout

import click
from flask import Flask

from ...errors import CORSConfigError
from ..loading import CannotLoad
from ..text import has_colour, width
from . import report
from .base import Check
from .catalogue import CHECKS
from .migration import Change, changes, changes_of_error
from .migration import report as changes_report
from .progress import Progress
from .run import Result, run

# What is printed, by --format.
_FORMS: dict[str, Callable[[Result], Iterable[str]]] = {
    "text": lambda result: report.as_text(result, width()),
    "json": lambda result: [json.dumps(report.as_json(result), indent=2)],
    "github": report.as_github,
}
_FORMS_OF_CHANGES: dict[str, Callable[[Sequence[Change]], Iterable[str]]] = {
    "text": lambda told: [*changes_report.as_text(told, width()), changes_report.summary(told)],
    "json": lambda told: [json.dumps(changes_report.as_json(told), indent=2)],
    "github": changes_report.as_github,
}


def command(app: Flask, select: Sequence[str], ignore: Sequence[str], form: str) -> int:
    """Print what is found, and return the exit status.

    :param select: the beginnings of the codes that are looked for; empty for all.
    :param ignore: those that are not.
    :raises click.BadParameter: for the beginning of no code.
    """
    checks = chosen(select, ignore)
    with Progress(sys.stderr) as progress, redirect_stdout(sys.stderr):  # the app may print
        result = run(app, checks, progress)
    _print(_FORMS[form](result))
    return 1 if report.is_bad(result) else 0


def from_six(load: Callable[[], Flask], form: str) -> int:
    """Print what changes for an app that comes from flask-cors 6, and return the exit status.

    :param load: how to get the app.
    :raises CannotLoad: where it cannot be loaded, behind what can be told nevertheless.
    """
    try:
        told = changes(load())
    except CannotLoad as error:
        if isinstance(error.__cause__, CORSConfigError):
            _print(_FORMS_OF_CHANGES[form](changes_of_error(error.__cause__)))
        raise
    _print(_FORMS_OF_CHANGES[form](told))
    return 1 if any(change.asks_for_something for change in told) else 0


def _print(lines: Iterable[str]) -> None:
    colour = has_colour()
    for line in lines:
        click.echo(line, color=colour)


def chosen(select: Sequence[str], ignore: Sequence[str]) -> list[type[Check]]:
    """The checks whose codes begin like one of ``select``, and like none of ``ignore``."""
    selected, ignored = _codes("--select", select), _codes("--ignore", ignore)
    return [
        check
        for check in CHECKS
        if (not selected or check.code.startswith(selected)) and not check.code.startswith(ignored)
    ]


def _codes(option: str, given: Iterable[str]) -> tuple[str, ...]:
    codes = [code.strip().upper() for text in given for code in text.split(",")]
    for code in codes:
        if not code or not any(check.code.startswith(code) for check in CHECKS):
            raise click.BadParameter(
                f"{code!r} is the beginning of no code, such as CORS113 or CORS1", param_hint=option
            )
    return tuple(codes)
