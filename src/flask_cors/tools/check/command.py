"""``flask cors check``, as a command; with ``--explain``, what a rule is about."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import redirect_stdout
from functools import partial
from inspect import cleandoc

import click
from flask import Flask

from ...diagnostics import rules as configuration
from ...diagnostics.finding import Finding
from ..shared.documentation_links import INDEX, address_of
from ..shared.finding_report import (
    COLOURS,
    as_github,
    as_json,
    as_text,
    has_errors_or_warnings,
    summarize,
)
from ..shared.progress import show_progress
from ..shared.rule_selection import select_rules
from ..shared.sarif import as_sarif
from ..shared.text import echo, format_json, get_width, wrap
from .calls import Calls
from .run import CATALOGUE, RULES, run
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


def _announce(
    rules: Sequence[type[Finding]], show: Callable[[str], None]
) -> Iterator[type[Finding]]:
    """Yield the rules, and show which one is looked for."""
    for number, rule in enumerate(rules, 1):
        show(f"Checking {number}/{len(rules)}: {rule.title}")
        yield rule


# ---- --explain -----------------------------------------------------------------------------------

MAX_WIDTH = 100  # of a line to read
# What a paragraph of a docstring begins with that is not text.
_HEADING, _CODE = "## ", "    "
# [text](address) of Markdown, and the same in parentheses.
_LINK = re.compile(r"(\()?\[([^\]]+)\]\(([^)]+)\)(?(1)\))")


def explain(code: str) -> None:
    """Print what a rule is about.

    :raises click.BadParameter: for a code that does not exist.
    """
    echo(_explain_rule(code, get_width()))


def _explain_rule(code: str, width: int) -> Iterator[str]:
    rule = next((each for each in CATALOGUE if each.code == code.strip().upper()), None)
    if rule is None:
        example = CATALOGUE[0].code
        raise click.BadParameter(
            f"{code!r} is not a code, such as {example}", param_hint="--explain"
        )
    yield click.style(f"{rule.code}: {rule.title}", bold=True)
    severity = click.style(rule.severity.value, fg=COLOURS[rule.severity])
    yield f"{severity}{_name_exception(rule)}"
    for paragraph in cleandoc(rule.__doc__ or "").split("\n\n"):
        yield ""
        yield from _show_paragraph(paragraph, min(width, MAX_WIDTH))
    yield ""
    yield address_of(rule.code)


def _show_paragraph(paragraph: str, width: int) -> Iterator[str]:
    if paragraph.startswith(_HEADING):
        yield click.style(paragraph.removeprefix(_HEADING), bold=True)
    elif paragraph.startswith(_CODE):
        yield from paragraph.splitlines()
    else:
        yield from wrap(_LINK.sub(_show_link, " ".join(paragraph.split())), width)


def _show_link(link: re.Match[str]) -> str:
    is_in_parentheses, text, address = link.groups()
    return f"({address})" if is_in_parentheses else f"{text} ({address})"


def _name_exception(rule: type[Finding]) -> str:
    """Return what the configuration raises or warns of under the same code."""
    if not rule.__module__.startswith(configuration.__name__):
        return ""
    name = "CORSConfigError" if rule.raises else "CORSWarning"
    return f", and a {name} where the app is configured"
