"""``scripts/compat.toml``, how ``make compat`` compares with it, and the page that shows it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

pytest.importorskip("tomllib", reason="needs Python 3.11")

from scripts.suites import Difference, Suite, read_plan, read_report, reasons, table, unexpected

PAGE = Path(__file__).parents[1] / "docs" / "project" / "compatibility.md"
SUITE = Suite(
    name="library",
    version="1.0",
    covers="everything",
    count=2,
    install=(),
    paths=(),
    tests=(),
    differences=(Difference(("t::differs",), "passed", "failed", "A reason."),),
)
BEFORE = {"t::same": "passed", "t::differs": "passed", "t::skipped": "skipped"}
AFTER = {**BEFORE, "t::differs": "failed"}


@pytest.mark.parametrize("part", [table, reasons])
def test_the_page_shows_what_is_in_the_file(part) -> None:
    text = part(read_plan().suites)
    assert text in PAGE.read_text(encoding="utf-8"), f"python scripts/suites.py prints:\n{text}"


def test_each_suite_passes_a_test_and_each_difference_has_a_reason_on_the_other_page() -> None:
    suites = read_plan().suites
    assert all(suite.count > 0 for suite in suites)
    assert all(
        "](../reference/differences.md#" in difference.reason
        for suite in suites
        for difference in suite.differences
    )


def test_each_package_whose_requirement_leaves_this_one_out_is_named_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    narrow = [
        s for s in read_plan().suites if s.required and ("<" in s.required or "~" in s.required)
    ]
    assert narrow
    assert all(f"`{suite.required}`" in page for suite in narrow)


def test_what_is_expected_is_not_found() -> None:
    assert unexpected(SUITE, BEFORE, AFTER) == {}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (
            {},
            {"t::same": "failed"},
            {"t::same": "passed, with this package failed"},
        ),
        (
            {},
            {"t::differs": "passed"},
            {
                "t::differs": "passed, with this package passed; "
                "expected to differ: passed, failed",
            },
        ),
        ({}, {"t::new": "passed"}, {"t::new": "absent, with this package passed"}),
        (
            {"t::same": "skipped"},
            {"t::same": "skipped"},
            {"library 1.0": "1 tests pass with flask-cors 6, and 2 should"},
        ),
    ],
)
def test_every_other_outcome_is_found(before, after, found) -> None:
    assert unexpected(SUITE, BEFORE | before, AFTER | after) == found


def test_an_expected_test_that_is_gone_is_found() -> None:
    gone = dataclasses.replace(SUITE, count=1)
    rest = {"t::same": "passed"}
    assert list(unexpected(gone, rest, rest)) == ["t::differs"]


def test_the_outcomes_of_a_report(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        "<testsuites><testsuite>"
        '<testcase classname="t.Case" name="passes"/>'
        '<testcase classname="t" name="skips"><skipped message="later"/></testcase>'
        '<testcase classname="t" name="fails"><failure message="1 != 2&#10;and more"/></testcase>'
        '<testcase classname="t" name="twice"><failure message="first"/></testcase>'
        '<testcase classname="t" name="twice"/>'
        '<testcase classname="" name="t"><error message="cannot be imported"/></testcase>'
        "</testsuite></testsuites>"
    )
    outcomes, messages = read_report(report)
    assert outcomes == {
        "t.Case::passes": "passed",
        "t::skips": "skipped",
        "t::fails": "failed",
        "t::twice": "failed",
        "t": "failed",
    }
    assert messages == {"t::fails": "1 != 2", "t::twice": "first", "t": "cannot be imported"}
