"""Findings, as text, as JSON and as annotations."""

from __future__ import annotations

import click

from flask_cors.diagnostics.finding import Severity
from flask_cors.diagnostics.rules import OriginWithPath, OriginWithUpperCase
from flask_cors.diagnostics.source_location import SourceLocation
from flask_cors.tools.shared.finding_report import (
    as_dict,
    as_github,
    as_json,
    as_text,
    has_errors_or_warnings,
    summarize,
)

HERE = SourceLocation("app.py", 7)
ERROR = OriginWithPath("a has a path", "write b", location=HERE, subject="CORS(...)")
WARNING = OriginWithUpperCase("A is \x1b upper", "write " + "b " * 40, location=HERE)
NOTE = OriginWithUpperCase("a note", "leave it")
NOTE.severity = Severity.NOTE  # type: ignore[misc]


def lines(*findings: OriginWithPath | OriginWithUpperCase) -> list[str]:
    return [click.unstyle(line) for line in as_text(findings, 80)]


def test_findings_are_printed_below_their_location() -> None:
    assert lines(ERROR, ERROR) == [
        "app.py:7 CORS(...)",
        "  error    CORS102 a has a path",
        "                   -> write b",
        "  error    CORS102 a has a path",
        "                   -> write b",
        "",
    ]


def test_a_finding_without_a_location_has_no_heading() -> None:
    assert lines(NOTE) == ["  note     CORS104 a note", "                   -> leave it", ""]


def test_lines_fit_the_terminal_and_control_characters_are_escaped() -> None:
    assert all(len(line) <= 80 and "\x1b" not in line for line in lines(WARNING))


def test_errors_and_warnings_are_more_than_notes() -> None:
    assert has_errors_or_warnings([NOTE, WARNING])
    assert not has_errors_or_warnings([NOTE])


def test_the_summary_counts_each_severity() -> None:
    assert summarize([ERROR, ERROR, NOTE], suppressed=2) == "2 errors, 1 note, 2 suppressed."
    assert summarize([]) == "Nothing was found."


def test_the_json_of_a_finding_has_the_keys_of_the_vocabulary() -> None:
    assert as_dict(ERROR) == {
        "code": "CORS102",
        "severity": "error",
        "title": "an origin with a slash or a path",
        "message": "a has a path",
        "hint": "write b",
        "option": None,
        "value": None,
        "subject": "CORS(...)",
        "location": {"file": "app.py", "line": 7},
    }
    assert as_dict(NOTE)["location"] is None


def test_the_json_of_a_finding_about_an_option_has_its_value_in_python() -> None:
    finding = OriginWithPath("a has a path", "write b", option="origins", value=["a/", None])
    assert (as_dict(finding)["option"], as_dict(finding)["value"]) == ("origins", "['a/', None]")


def test_suppressed_findings_are_listed_with_their_reasons() -> None:
    assert as_json([NOTE], [(ERROR, "it is meant")]) == {
        "findings": [as_dict(NOTE)],
        "suppressed": [{**as_dict(ERROR), "reason": "it is meant"}],
    }


def test_a_path_in_an_annotation_is_escaped() -> None:
    odd = OriginWithPath("a, 100 %\nb", "b", location=SourceLocation("/srv/a,b:c%/app.py", 1))
    (line,) = as_github([odd])
    assert "file=/srv/a%2Cb%3Ac%25/app.py,line=1," in line
    assert line.endswith("::a, 100 %25\\nb; b")


def test_annotations_are_workflow_commands_of_github() -> None:
    error, note = as_github([ERROR, NOTE])
    title = "file=app.py,line=7,title=CORS102 an origin with a slash or a path"
    assert error == f"::error {title}::CORS(...): a has a path; write b"
    assert note == "::notice title=CORS104 an origin with upper case letters::a note; leave it"
