"""Findings as text, as JSON, and as annotations for GitHub Actions
(https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import click

from ...diagnostics.finding import Finding, Severity
from ...diagnostics.format import format_value
from ...diagnostics.source_location import SourceLocation
from .text import MIN_WIDTH, escape, format_location, location_as_json, wrap

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_INDENT = " " * 19  # the width of "  warning  CORS101 "


def has_errors_or_warnings(findings: Iterable[Finding]) -> bool:
    """Return whether any finding is an error or a warning."""
    return any(finding.severity is not Severity.NOTE for finding in findings)


def as_text(findings: Iterable[Finding], width: int) -> Iterator[str]:
    """Yield the lines of a report: findings below their location and subject."""
    for heading, group in groupby(findings, key=_heading):
        if heading:
            yield click.style(escape(heading), bold=True)
        for finding in group:
            yield from _lines(finding, width)
        yield ""


def as_plain_text(findings: Sequence[Finding]) -> str:
    """Return a report as one text without colours: the numbers, then the findings."""
    lines = (summarize(findings), "", *map(click.unstyle, as_text(findings, MIN_WIDTH)))
    return "\n".join(lines).rstrip()


def _heading(finding: Finding) -> str:
    location = "" if finding.location is None else format_location(finding.location)
    return " ".join(filter(None, (location, finding.subject)))


def _lines(finding: Finding, width: int) -> Iterator[str]:
    severity = click.style(f"{finding.severity.value:7}", fg=COLOURS[finding.severity])
    for head, indent, text in (
        (f"  {severity}  {finding.code} ", _INDENT, finding.message),
        (f"{_INDENT}-> ", f"{_INDENT}   ", finding.hint),
    ):
        for number, line in enumerate(wrap(escape(text), width - len(indent))):
            yield (indent if number else head) + line


def summarize(findings: Sequence[Finding], suppressed: int = 0) -> str:
    """Return the number of findings of each severity, in one sentence."""
    counts = Counter(finding.severity for finding in findings)
    parts = [
        f"{counts[severity]} {severity.value}{'s' if counts[severity] > 1 else ''}"
        for severity in Severity
        if counts[severity]
    ]
    parts += [f"{suppressed} suppressed"] if suppressed else []
    return f"{', '.join(parts if findings else ['Nothing was found', *parts])}."


def as_dict(finding: Finding) -> dict[str, object]:
    """Return a finding for JSON."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "title": finding.title,
        "message": finding.message,
        "hint": finding.hint,
        "option": finding.option,
        "value": None if finding.option is None else format_value(finding.value),
        "subject": finding.subject,
        "location": location_as_json(finding.location),
    }


def as_json(
    findings: Iterable[Finding], suppressed: Iterable[tuple[Finding, str]] = ()
) -> dict[str, object]:
    """Return findings for JSON, and the suppressed ones, each with its reason."""
    return {
        "findings": [as_dict(finding) for finding in findings],
        "suppressed": [{**as_dict(finding), "reason": reason} for finding, reason in suppressed],
    }


def as_sentence(finding: Finding) -> str:
    """Return the subject, the message and the hint, where one text has to hold all of them."""
    subject = "" if finding.subject is None else f"{finding.subject}: "
    return f"{subject}{finding.message}; {finding.hint}"


def as_github(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield an annotation for each finding."""
    for finding in findings:
        yield format_annotation(
            "notice" if finding.severity is Severity.NOTE else finding.severity.value,
            f"{finding.code} {finding.title}",
            as_sentence(finding),
            finding.location,
        )


def format_annotation(
    command: str, title: str, message: str, location: SourceLocation | None
) -> str:
    """Return a workflow command of GitHub Actions that annotates a line, if it is known.

    :param command: ``"error"``, ``"warning"`` or ``"notice"``.
    """
    properties = {"title": title}
    if location is not None:
        file, _, line = format_location(location).rpartition(":")
        properties = {"file": file, "line": line, **properties}
    pairs = (f"{name}={_encode(value, ':,')}" for name, value in properties.items())
    return f"::{command} {','.join(pairs)}::{_encode(message)}"


def _encode(text: str, separators: str = "") -> str:
    """Encode the characters that would end a value. Line ends are escaped as in text."""
    return re.sub(f"[%{separators}]", lambda match: f"%{ord(match[0]):02X}", escape(text))
