"""The rules, one after the other: what is found, and what crashes."""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Iterator
from inspect import cleandoc

import pytest
from flask import Flask

from flask_cors import CORS, cross_origin
from flask_cors.diagnostics.finding import Finding, Severity
from flask_cors.diagnostics.source_location import SourceLocation
from flask_cors.tools.check import check
from flask_cors.tools.check.context import CheckContext, CheckRule
from flask_cors.tools.check.run import CATALOGUE, RULES, run


def an_app(**suppressed: str) -> Flask:
    app = Flask("app", static_folder=None)
    app.config["CORS_CHECK_IGNORE"] = suppressed
    return app


class Found(CheckRule):
    """Is found in every app."""

    code = "CORS104"
    title = "an example"

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        yield cls("b at fault", "write b").at(SourceLocation("app.py", 12), "GET /b")
        yield cls("a at fault", "write a", severity=Severity.NOTE).at(
            SourceLocation("app.py", 2), "GET /a"
        )


class Crashing(CheckRule):
    """Always crashes, behind a finding."""

    code = "CORS105"
    title = "an example that crashes"

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        yield cls("before", "write so", subject="GET /")
        raise ZeroDivisionError("by\nzero \x1b[31m")


# ---- the rule reference ------------------------------------------------------------------------


def test_each_rule_has_a_code_a_title_and_an_explanation_of_its_own():
    assert len({rule.code for rule in CATALOGUE}) == len(CATALOGUE)
    assert len({rule.title for rule in CATALOGUE}) == len(CATALOGUE)
    assert len({rule.__doc__ for rule in CATALOGUE}) == len(CATALOGUE)


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.code)
def test_a_rule_is_described_in_sentences(rule: type[Finding]):
    explanation = cleandoc(rule.__doc__ or "")
    assert re.fullmatch(r"CORS[1-9][0-9]{2}", rule.code)
    assert len(explanation) > 60
    assert explanation.endswith((".", ".)", ")."))
    assert not rule.title.endswith(".")
    assert rule.severity in Severity


def test_rules_are_in_the_order_of_their_codes():
    codes = [rule.code for rule in RULES]
    assert codes == sorted(codes)
    assert len(codes) > 50


# ---- findings ----------------------------------------------------------------------------------


def test_all_that_is_found_in_an_app_without_cors_is_that_it_has_none():
    assert [finding.code for finding in check(Flask("app"))] == ["CORS611"]


def test_findings_are_sorted_by_their_lines():
    lines = [finding.location and finding.location.line for finding in run(an_app(), [Found])[0]]
    assert lines == [2, 12]


def test_a_finding_carries_what_a_reader_needs():
    note, warning = run(an_app(), [Found]).findings
    assert (warning.code, warning.title, warning.severity) == ("CORS104", "an example", "warning")
    assert (warning.message, warning.hint) == ("b at fault", "write b")
    assert (warning.location, warning.subject) == (SourceLocation("app.py", 12), "GET /b")
    assert note.severity == "note"


def test_what_was_warned_of_at_the_start_is_found_under_the_same_code():
    app = Flask("app")

    @cross_origin(origins="https://app.example")
    @app.get("/")
    def books() -> str:
        return ""

    CORS(app, origins="app.example", resources={"/*": {"orgins": "*"}})
    findings = check(app)
    assert [(finding.code, finding.subject) for finding in findings] == [
        ("CORS603", "@cross_origin"),
        ("CORS101", "CORS(...)"),
        ("CORS701", "CORS(...)"),
    ]
    assert {finding.location and finding.location.file for finding in findings} == {__file__}


def test_a_warning_about_one_line_is_found_once():
    app = Flask("app")
    CORS(app, origins="app.example", resources=["/a/*", "/b/*"])
    app.add_url_rule("/a/", "a", lambda: "")
    app.add_url_rule("/b/", "b", lambda: "")
    assert [finding.code for finding in check(app)] == ["CORS101"]


def test_a_warning_about_the_config_is_found_once_however_many_decorators_read_it():
    app = Flask("app", static_folder=None)
    app.config["CORS_HEADERS"] = "Content-Type"
    for name in ("a", "b"):
        app.add_url_rule(f"/{name}", name, cross_origin(origins="https://app.example")(lambda: ""))
    assert [finding.code for finding in check(app)] == ["CORS702"]


def test_what_is_found_is_not_warned_of_even_where_warnings_are_errors():
    app = Flask("app", static_folder=None)
    app.add_url_rule("/", "home", cross_origin(origins="https://app.example")(lambda: ""))
    app.config["CORS_HEADERS"] = "Content-Type"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [finding.code for finding in check(app)] == ["CORS702"]


def test_one_check_runs_at_a_time_because_views_are_replaced_meanwhile():
    ran: list[str] = []

    class Noting(CheckRule):
        """It notes that it ran."""

        code, title = "CORS104", "noting"

        @classmethod
        def find(cls, context: CheckContext) -> Iterator[Finding]:
            ran.append("the other")
            yield from ()

    other = threading.Thread(target=run, args=(an_app(), [Noting]))

    class Waiting(Noting):
        """It waits for the other."""

        @classmethod
        def find(cls, context: CheckContext) -> Iterator[Finding]:
            other.start()
            other.join(0.05)
            ran.append("the first")
            yield from ()

    run(an_app(), [Waiting])
    other.join()
    assert ran == ["the first", "the other"]


def test_what_the_config_suppresses_is_kept_apart_with_its_reason():
    findings, suppressed = run(an_app(CORS104="they are meant"), [Found])
    assert findings == ()
    assert [reason for _, reason in suppressed] == ["they are meant", "they are meant"]


# ---- crashes -----------------------------------------------------------------------------------


def test_a_rule_that_crashes_is_reported_and_the_others_go_on():
    before, crash, *others = run(an_app(), [Crashing, Found]).findings
    assert before.message == "before"
    assert (crash.code, crash.severity) == ("CORS901", Severity.ERROR)
    assert crash.message == "the rule CORS105 raised ZeroDivisionError: by"
    assert [finding.code for finding in others] == ["CORS104", "CORS104"]


def test_a_rule_that_exits_is_reported():
    class Leaving(CheckRule):
        """It leaves."""

        code, title = "CORS105", "leaving"

        @classmethod
        def find(cls, context: CheckContext) -> Iterator[Finding]:
            raise SystemExit(3)

    (crash,) = run(an_app(), [Leaving]).findings
    assert crash.message == "the rule CORS105 raised SystemExit: 3"


def test_ctrl_c_ends_the_run():
    class Interrupted(CheckRule):
        """It waits for long."""

        code, title = "CORS105", "interrupted"

        @classmethod
        def find(cls, context: CheckContext) -> Iterator[Finding]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(an_app(), [Interrupted])
