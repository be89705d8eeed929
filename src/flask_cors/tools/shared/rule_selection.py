"""The selection of rules by ``--select`` and ``--ignore``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import click

from ...diagnostics.finding import Finding

Rule = TypeVar("Rule", bound=type[Finding])


def select_rules(rules: Sequence[Rule], select: Iterable[str], ignore: Iterable[str]) -> list[Rule]:
    """Return the rules whose codes begin with one of ``select``, or all if that is empty, and
    with none of ``ignore``. An item may be a list, separated by commas.

    :raises click.BadParameter: for an item with which no code begins.
    """
    selected = _parse_codes(rules, "--select", select) or ("",)
    ignored = _parse_codes(rules, "--ignore", ignore)
    return [
        rule
        for rule in rules
        if rule.code.startswith(selected) and not rule.code.startswith(ignored)
    ]


def _parse_codes(
    rules: Sequence[type[Finding]], option: str, items: Iterable[str]
) -> tuple[str, ...]:
    codes = [code.strip().upper() for text in items for code in text.split(",")]
    for code in codes:
        if not code or not any(rule.code.startswith(code) for rule in rules):
            example = rules[0].code
            raise click.BadParameter(
                f"{code!r} is not the beginning of a code, such as {example} or {example[:-2]}",
                param_hint=option,
            )
    return tuple(codes)
