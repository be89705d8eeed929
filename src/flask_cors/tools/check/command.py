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
from . import migration
from .base import Check
from .catalogue import CHECKS
from .migration import Change, changes, changes_of_error
from .progress import Progress
from .report import as_github, as_json, as_text, is_bad
from .run import run


def command(app: Flask, select: Sequence[str], ignore: Sequence[str], form: str) -> int:
    """Print what is found, and return the exit status.

    :param select: the beginnings of the codes that are looked for; empty for all.
    :param ignore: those that are not.
    :raises click.BadParameter: for the beginning of no code.
    """
    checks = chosen(select, ignore)
    with Progress(sys.stderr) as progress, redirect_stdout(sys.stderr):  # the app may print
        result = run(app, checks, progress)
    if form == "json":
        click.echo(json.dumps(as_json(result), indent=2))
    else:
        colour = has_colour()
        for line in as_github(result) if form == "github" else as_text(result, width()):
            click.echo(line, color=colour)
    return 1 if is_bad(result) else 0


def from_six(load: Callable[[], Flask], form: str) -> int:
    """Print what changes for an app that comes from flask-cors 6, and return the exit status.

    :param load: how to get the app.
    :raises CannotLoad: where it cannot be loaded, behind what can be told nevertheless.
    """
    try:
        told = changes(load())
    except CannotLoad as error:
        if isinstance(error.__cause__, CORSConfigError):
            _print_changes(changes_of_error(error.__cause__), form)
        raise
    _print_changes(told, form)
    return 1 if any(change.asks_for_something for change in told) else 0


def _print_changes(told: Sequence[Change], form: str) -> None:
    if form == "json":
        click.echo(json.dumps(migration.as_json(told), indent=2))
    elif form == "github":
        for line in migration.as_github(told):
            click.echo(line)
    else:
        colour = has_colour()
        for line in migration.as_text(told, width()):
            click.echo(line, color=colour)
        click.echo(_summary(told))


def _summary(told: Sequence[Change]) -> str:
    to_do = sum(change.asks_for_something for change in told)
    if not told:
        return "Nothing changes for this app."
    return f"{len(told)} change{'s' if len(told) > 1 else ''}, {to_do} to look at."


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
