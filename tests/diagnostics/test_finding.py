"""Findings, alone and in an error."""

from __future__ import annotations

import pickle
from copy import copy

import pytest

from flask_cors.diagnostics.finding import Finding, Severity
from flask_cors.diagnostics.source_location import SourceLocation
from flask_cors.errors import CORSConfigError


class Example(Finding):
    code = "CORS000"
    title = "an example"


class Other(Finding):
    code = "CORS001"
    title = "another example"
    severity = Severity.ERROR


HERE = SourceLocation("app.py", 7)
FIRST = Example("max_age: 'soon' is not a number", "write 600", option="max_age", value="soon")
SECOND = Example("methods: 'A B' is not a method", 'write ["GET"]', option="methods", value="A B")


def test_a_finding_reads_as_code_message_and_hint() -> None:
    assert str(FIRST) == "CORS000 max_age: 'soon' is not a number; write 600"


def test_a_finding_has_its_option_its_value_and_its_location() -> None:
    found = Other("message", "hint", option="origins", value=["*"], location=HERE)
    assert (found.message, found.hint, found.option) == ("message", "hint", "origins")
    assert (found.value, found.location) == (["*"], HERE)
    assert (found.code, found.title, found.severity) == (
        "CORS001",
        "another example",
        Severity.ERROR,
    )


def test_a_finding_may_have_a_severity_and_a_subject_of_its_own() -> None:
    found = Example("message", "hint", severity=Severity.NOTE, subject="GET /users")
    assert (found.severity, found.subject) == (Severity.NOTE, "GET /users")
    assert Example("message", "hint").severity is Severity.WARNING


def test_a_finding_may_have_no_option_and_no_location() -> None:
    found = Example("message", "hint")
    assert (found.option, found.value, found.location) == (None, None, None)
    assert found.severity is Severity.WARNING
    assert found.subject is None


def test_the_repr_of_a_finding_has_its_rule_and_message() -> None:
    assert repr(Other("what", "so")) == "<Other CORS001 what>"


def test_a_finding_at_another_location_is_a_copy() -> None:
    found = FIRST.at(HERE)
    assert (found.location, FIRST.location) == (HERE, None)
    assert (found, found.option, found.value) == (FIRST, "max_age", "soon")
    assert type(found) is Example
    assert found.at(None, "GET /").at(HERE).subject == "GET /"


def test_findings_are_equal_if_rule_message_and_hint_are_equal() -> None:
    assert Example("a", "b") == Example("a", "b", option="origins", location=HERE)
    assert hash(Example("a", "b")) == hash(Example("a", "b", value=1))
    assert Example("a", "b") != Example("a", "c")
    assert Example("a", "b") != Example("c", "b")
    assert Example("a", "b") != Other("a", "b")
    assert Example("a", "b") != "CORS000 a; b"


@pytest.mark.parametrize("severity", Severity)
def test_a_severity_equals_its_name_in_lower_case(severity: Severity) -> None:
    assert severity == severity.name.lower()


# ---- findings in an error ----------------------------------------------------------------------


def test_an_error_holds_all_findings_in_the_order_found_and_has_a_line_for_each() -> None:
    error = CORSConfigError([SECOND, FIRST])
    assert error.findings == (SECOND, FIRST)
    assert str(error).splitlines() == [str(SECOND), str(FIRST)]


def test_a_finding_that_reaches_two_resources_is_reported_once_where_it_was_first_found() -> None:
    error = CORSConfigError([FIRST, SECOND, copy(FIRST)])
    assert error.findings == (FIRST, SECOND)


def test_an_error_may_be_made_from_a_generator() -> None:
    assert CORSConfigError(found for found in (FIRST, SECOND)).findings == (FIRST, SECOND)


def test_an_error_survives_pickling_as_between_worker_processes() -> None:
    error = pickle.loads(pickle.dumps(CORSConfigError([FIRST.at(HERE), SECOND])))
    assert type(error) is CORSConfigError
    assert error.findings == (FIRST, SECOND)
    assert [(type(f), f.option, f.value, f.location) for f in error.findings] == [
        (Example, "max_age", "soon", HERE),
        (Example, "methods", "A B", None),
    ]
