"""Collects the findings in an option."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from flask_cors.diagnostics.finding import Finding, Warn
from flask_cors.errors import CORSConfigError

Parse = Callable[[object, Warn], object]
Facts = list[tuple[type[Finding], object]]


def fail(finding: Finding) -> None:
    """Fail on any warning."""
    pytest.fail(f"warned: {finding}")


def ignore(finding: Finding) -> None:
    """Ignore a warning."""


def facts(findings: Iterable[Finding]) -> Facts:
    """Return the rule and the value of each finding."""
    return [(type(finding), finding.value) for finding in findings]


def warnings_of(parse: Parse, value: object) -> list[Finding]:
    found: list[Finding] = []
    parse(value, found.append)
    return found


def errors_of(parse: Parse, value: object) -> list[Finding]:
    with pytest.raises(CORSConfigError) as caught:
        parse(value, ignore)
    return list(caught.value.findings)
