"""The explanation of one rule, for ``--explain``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import cleandoc

import click

from ...diagnostics import rules as configuration
from ...diagnostics.finding import Finding
from ..shared.finding_report import COLOURS
from ..shared.rule_pages import address_of
from ..shared.text import wrap
from .run import CATALOGUE

MAX_WIDTH = 100  # of a line to read
# What a paragraph of a docstring begins with that is not text.
_HEADING, _CODE = "## ", "    "
# [text](address) of Markdown, and the same in parentheses.
_LINK = re.compile(r"(\()?\[([^\]]+)\]\(([^)]+)\)(?(1)\))")


def explain_rule(code: str, width: int) -> Iterator[str]:
    """Yield the lines that explain a rule.

    :raises click.BadParameter: for a code that does not exist.
    """
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
