"""``flask cors migrate``, as a command."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import redirect_stdout

import click
from flask import Flask

from ...diagnostics.finding import Finding
from ..shared.finding_report import as_github, as_json, as_text, has_errors_or_warnings, summarize
from ..shared.loading import CannotLoad
from ..shared.progress import show_progress
from ..shared.sarif import as_sarif
from ..shared.text import echo, format_json, get_width
from .differences.refusals import findings_of_error
from .run import migrate


def _text(findings: Sequence[Finding]) -> Iterator[str]:
    yield from as_text(findings, get_width())
    yield summarize(findings) if findings else "Nothing changes for this app."


# What is printed, by --format.
_FORMATS: dict[str, Callable[[Sequence[Finding]], Iterable[str]]] = {
    "text": _text,
    "json": lambda found: format_json(as_json(found)),
    "github": as_github,
    "sarif": lambda found: format_json(as_sarif("flask cors migrate", found)),
}


def command(load: Callable[[], Flask], form: str) -> int:
    """Print what changes for an app that comes from flask-cors 6, and return the exit status.

    :param load: loads the app.
    :raises CannotLoad: if 6.0.5 could not load it either.
    """
    findings: Sequence[Finding]
    problems: Sequence[str] = ()
    try:
        app = load()
        # The app may print.
        with redirect_stdout(sys.stderr), show_progress("Comparing with flask-cors 6"):
            findings, problems = migrate(app)
    except CannotLoad as error:
        findings = findings_of_error(error.__cause__)
        if not findings:
            raise
    for problem in dict.fromkeys(problems):
        click.echo(f"Error: {problem}", err=True)
    if findings or not problems:
        echo(_FORMATS[form](findings))
    if has_errors_or_warnings(findings):
        return 1
    return 2 if problems else 0
