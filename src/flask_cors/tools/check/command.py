"""``flask cors check``, as a command."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import redirect_stdout
from functools import partial

from flask import Flask

from ...diagnostics.finding import Finding
from ..shared.finding_report import as_github, as_json, as_text, has_errors_or_warnings, summarize
from ..shared.progress import show_progress
from ..shared.rule_pages import INDEX
from ..shared.rule_selection import select_rules
from ..shared.sarif import as_sarif
from ..shared.text import echo, format_json, get_width
from .calls import Calls
from .explanation import explain_rule
from .run import RULES, run
from .suppressions import Report

choose_rules = partial(select_rules, RULES)


def _text(report: Report) -> Iterator[str]:
    yield from as_text(report.findings, get_width())
    yield summarize(report.findings, len(report.suppressed))
    if report.findings:
        yield f"The codes are explained at {INDEX}"


# What is printed, by --format.
_FORMATS: dict[str, Callable[[Report], Iterable[str]]] = {
    "text": _text,
    "json": lambda report: format_json(as_json(*report)),
    "github": lambda report: as_github(report.findings),
    "sarif": lambda report: format_json(as_sarif("flask cors check", *report)),
}


def command(
    app: Flask, select: Sequence[str], ignore: Sequence[str], form: str, calls: Calls | None = None
) -> int:
    """Print the findings, and return the exit status.

    :param select: the beginnings of the codes to look for; empty for all.
    :param ignore: the beginnings of those to leave out.
    :param calls: which calls of the app's code are made. Default: all that a rule needs.
    :raises click.BadParameter: where no code begins so.
    """
    chosen = choose_rules(select, ignore)
    with redirect_stdout(sys.stderr), show_progress("Checking") as show:  # the app may print
        report = run(app, _announce(chosen, show), calls)
    echo(_FORMATS[form](report))
    return 1 if has_errors_or_warnings(report.findings) else 0


def explain(code: str) -> None:
    """Print what a rule is about.

    :raises click.BadParameter: for a code that does not exist.
    """
    echo(explain_rule(code, get_width()))


def _announce(
    rules: Sequence[type[Finding]], show: Callable[[str], None]
) -> Iterator[type[Finding]]:
    """Yield the rules, and show which one is looked for."""
    for number, rule in enumerate(rules, 1):
        show(f"Checking {number}/{len(rules)}: {rule.title}")
        yield rule
