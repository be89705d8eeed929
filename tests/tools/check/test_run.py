"""The checks, one after the other: what is found, what crashes, what is exempted."""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Iterator

import pytest
from flask import Flask

from flask_cors import CORS, cross_origin
from flask_cors.doubts import Severity
from flask_cors.tools.check import Finding, check
from flask_cors.tools.check.base import Check
from flask_cors.tools.check.catalogue import CHECKS
from flask_cors.tools.check.finding import Where
from flask_cors.tools.check.run import CATALOGUE, Result, run
from flask_cors.tools.check.subject import Subject


def an_app(**ignored: str) -> Flask:
    app = Flask("app", static_folder=None)
    app.config["CORS_CHECK_IGNORE"] = {
        key.replace("_", " ", 1): why for key, why in ignored.items()
    }
    return app


class Found(Check):
    """Finds the same in every app."""

    code = "CORS104"
    title = "an example"

    def find(self, subject: Subject) -> Iterator[Finding]:
        yield self.finding("b at fault", Where("GET /b", "app.py", 12), "write b")
        yield self.finding("a at fault", Where("GET /a", "app.py", 2), "write a", Severity.NOTE)


class Crashing(Check):
    """Always crashes, behind a finding."""

    code = "CORS105"
    title = "an example that crashes"

    def find(self, subject: Subject) -> Iterator[Finding]:
        yield self.finding("before", Where("GET /"), "write so")
        raise ZeroDivisionError("by\nzero \x1b[31m")


# ---- the catalogue -----------------------------------------------------------------------------


def test_each_check_has_a_code_a_title_and_an_explanation_of_its_own():
    assert len({kind.code for kind in CATALOGUE}) == len(CATALOGUE)
    assert len({kind.title for kind in CATALOGUE}) == len(CATALOGUE)
    assert len({kind.explanation() for kind in CATALOGUE}) == len(CATALOGUE)


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.code)
def test_a_check_is_described_in_sentences(kind: type[Check]):
    assert re.fullmatch(r"CORS[1-9][0-9]{2}", kind.code)
    assert len(kind.explanation()) > 60
    assert kind.explanation().endswith((".", ".)", ")."))
    assert not kind.title.endswith(".")
    assert kind.severity in Severity


def test_checks_are_in_the_order_of_their_codes():
    codes = [check.code for check in CHECKS]
    assert codes == sorted(codes)


# ---- findings ----------------------------------------------------------------------------------


def test_an_app_without_cors_has_no_findings():
    assert check(Flask("app")) == []


def test_findings_are_sorted_by_place():
    assert [finding.where.line for finding in run(an_app(), [Found]).findings] == [2, 12]


def test_a_finding_carries_what_a_reader_needs():
    finding = run(an_app(), [Found]).findings[1]
    assert finding == Finding(
        "CORS104", Severity.WARNING, "b at fault", Where("GET /b", "app.py", 12), "write b"
    )
    assert str(finding.where) == "app.py:12 (GET /b)"
    assert str(Where("GET /b")) == "GET /b"


def test_what_was_warned_of_at_the_start_is_found_under_the_same_code():
    app = Flask("app")

    @cross_origin(origins="https://app.example")
    @app.get("/")
    def books() -> str:
        return ""

    CORS(app, origins="app.example", resources={"/*": {"orgins": "*"}})
    told = [(finding.code, finding.where.name) for finding in check(app)]
    assert told == [
        ("CORS603", "@cross_origin"),
        ("CORS101", "CORS(...)"),
        ("CORS701", "CORS(...)"),
    ]
    assert {finding.where.file for finding in check(app)} == {__file__}


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


def test_one_check_runs_at_a_time_for_views_are_others_meanwhile():
    told: list[str] = []

    class Noting(Check):
        """It notes that it ran."""

        code, title = "CORS104", "noting"

        def find(self, subject: Subject) -> Iterator[Finding]:
            told.append("the other")
            yield from ()

    other = threading.Thread(target=run, args=(an_app(), [Noting]))

    class Waiting(Noting):
        """It waits for the other."""

        def find(self, subject: Subject) -> Iterator[Finding]:
            other.start()
            other.join(0.05)
            told.append("the first")
            yield from ()

    run(an_app(), [Waiting])
    other.join()
    assert told == ["the first", "the other"]


# ---- crashes -----------------------------------------------------------------------------------


def test_a_check_that_crashes_is_told_and_the_others_go_on():
    before, crash, *others = run(an_app(), [Crashing, Found]).findings
    assert before.message == "before"
    assert (crash.code, crash.severity) == ("CORS901", Severity.ERROR)
    assert crash.message == "the check CORS105 raised ZeroDivisionError: by"
    assert [finding.code for finding in others] == ["CORS104", "CORS104"]


def test_a_check_that_exits_is_told():
    class Leaving(Check):
        """It leaves."""

        code, title = "CORS105", "leaving"

        def find(self, subject: Subject) -> Iterator[Finding]:
            raise SystemExit(3)

    (crash,) = run(an_app(), [Leaving]).findings
    assert crash.message == "the check CORS105 raised SystemExit: 3"


# ---- exemptions --------------------------------------------------------------------------------


def messages(result: Result) -> list[str]:
    return [finding.message for finding in result.findings]


def test_a_code_is_exempted_with_its_reason():
    result = run(an_app(CORS104="they are meant"), [Found])
    assert result.findings == ()
    assert [reason for _, reason in result.exempted] == ["they are meant", "they are meant"]


@pytest.mark.parametrize("about", ["a at", "GET /a", "app.py:2 "])
def test_one_finding_is_exempted_by_what_stands_in_its_message_or_place(about: str):
    app = an_app()
    app.config["CORS_CHECK_IGNORE"] = {f"CORS104 {about}": "it is meant"}
    result = run(app, [Found])
    assert messages(result) == ["b at fault"]
    assert [finding.message for finding, _ in result.exempted] == ["a at fault"]


@pytest.mark.parametrize("reason", ["", "  ", None, True, 1])
def test_an_exemption_without_a_reason_exempts_nothing(reason: object):
    app = an_app()
    app.config["CORS_CHECK_IGNORE"] = {"CORS104": reason}
    (unread,) = [found for found in run(app, [Found]).findings if found.code == "CORS902"]
    assert f"'CORS104' has no reason, but {reason!r}" in unread.message
    assert unread.fix == "write 'CORS104': 'the reason why it is meant'"
    assert len(run(app, [Found]).findings) == 3


@pytest.mark.parametrize("key", ["CORS999", "104", "", 7])
def test_an_exemption_of_an_unknown_code_is_told(key: object):
    app = an_app()
    app.config["CORS_CHECK_IGNORE"] = {key: "because"}
    (unread,) = [found for found in run(app, [Found]).findings if found.code == "CORS902"]
    assert str(key) in unread.message
    assert unread.fix == "write one, as in {'CORS113': 'the reason why it is meant'}"


@pytest.mark.parametrize("given", ["CORS104", ["CORS104"], 7])
def test_exemptions_that_are_no_dict_are_told(given: object):
    app = an_app()
    app.config["CORS_CHECK_IGNORE"] = given
    (unread, *found) = run(app, [Found]).findings
    assert unread.code == "CORS902"
    assert "is no dict of codes and reasons" in unread.message
    assert len(found) == 2


def test_an_exemption_of_nothing_is_a_note():
    (needless,) = run(an_app(CORS105="no more"), [Found, Crashing]).findings[:1]
    assert needless.code != "CORS903"
    (needless,) = run(an_app(CORS101="no more"), [*CHECKS]).findings
    assert (needless.code, needless.severity) == ("CORS903", Severity.NOTE)
    assert "'CORS101'" in needless.message


def test_an_exemption_of_what_was_not_looked_for_is_let_be():
    assert messages(run(an_app(CORS101="elsewhere"), [])) == []


def test_progress_is_told_before_each_check():
    told: list[tuple[int, int, str]] = []
    run(an_app(), [Found, Crashing], lambda *state: told.append(state))
    assert told == [
        (0, 2, "the routes of the app"),
        (0, 2, "an example"),
        (1, 2, "an example that crashes"),
    ]
