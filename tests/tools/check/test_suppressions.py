"""Suppressed findings, and unused or invalid suppressions."""

from __future__ import annotations

import pytest

from flask_cors.diagnostics.finding import Finding, Severity
from flask_cors.diagnostics.rules import OriginWithUpperCase
from flask_cors.diagnostics.source_location import SourceLocation
from flask_cors.tools.check.suppressions import Report, apply_suppressions

FOUND = [
    OriginWithUpperCase("b at fault", "write b").at(SourceLocation("app.py", 12), "GET /b"),
    OriginWithUpperCase("a at fault", "write a").at(SourceLocation("app.py", 2), "GET /a"),
    OriginWithUpperCase("c at fault", "write c"),
]


def applied(raw: object) -> Report:
    return apply_suppressions(raw, FOUND, ["CORS101", "CORS104", "CORS105"], ["CORS101", "CORS104"])


def invalid(raw: object) -> Finding:
    """Return the finding about the one entry; nothing is suppressed."""
    report = applied(raw)
    assert len(report.findings) == len(FOUND) + 1
    (finding,) = (each for each in report.findings if each.code == "CORS902")
    return finding


@pytest.mark.parametrize("raw", [None, {}])
def test_without_suppressions_all_findings_are_reported_sorted_by_line(raw: object) -> None:
    assert [finding.message[0] for finding in applied(raw).findings] == ["c", "a", "b"]


def test_a_code_suppresses_all_its_findings() -> None:
    findings, suppressed = applied({"CORS104": "they are meant"})
    assert findings == ()
    assert [reason for _, reason in suppressed] == ["they are meant"] * 3


@pytest.mark.parametrize("text", ["a at", "GET /a", "app.py:2 "])
def test_a_suppression_may_have_a_part_of_the_message_location_or_subject(text: str) -> None:
    findings, suppressed = applied({f"CORS104 {text}": "it is meant"})
    assert [finding.message[0] for finding in findings] == ["c", "b"]
    assert [finding.message for finding, _ in suppressed] == ["a at fault"]


@pytest.mark.parametrize("reason", ["", "  ", None, True, 1])
def test_a_suppression_without_a_reason_is_a_finding(reason: object) -> None:
    finding = invalid({"CORS104": reason})
    assert f"the reason of 'CORS104' is {reason!r}" in finding.message
    assert finding.hint == "write 'CORS104': 'the reason'"
    assert finding.subject == "CORS_CHECK_IGNORE of app.config"


@pytest.mark.parametrize("key", ["CORS999", "104", "", 7])
def test_a_suppression_of_an_unknown_code_is_a_finding(key: object) -> None:
    finding = invalid({key: "because"})
    assert str(key) in finding.message
    assert finding.hint == "write a code, as in {'CORS113': 'the reason'}"


@pytest.mark.parametrize("raw", ["CORS104", ["CORS104"], 7])
def test_suppressions_that_are_not_a_dict_are_a_finding(raw: object) -> None:
    assert "is not a dict of codes and reasons" in invalid(raw).message


def test_an_unused_suppression_is_a_note() -> None:
    unused, *_ = applied({"CORS101": "no more"}).findings[1:]
    assert (unused.code, unused.severity) == ("CORS903", Severity.NOTE)
    assert "'CORS101'" in unused.message


def test_a_suppression_of_a_code_that_was_not_selected_is_not_unused() -> None:
    assert len(applied({"CORS105": "elsewhere"}).findings) == len(FOUND)
