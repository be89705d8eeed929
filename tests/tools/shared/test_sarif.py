"""Findings as SARIF. ``tests/data/sarif-2.1.0.json`` is the schema of OASIS without its prose
(https://github.com/oasis-tcs/sarif-spec, sarif-2.1/schema/sarif-schema-2.1.0.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it has no types of its own
import pytest

from flask_cors import __version__
from flask_cors.diagnostics.rules import OriginWithPath
from flask_cors.diagnostics.source_location import SourceLocation
from flask_cors.tools.migrate.rules import UNSET_ORIGINS
from flask_cors.tools.shared.sarif import as_sarif

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "data/sarif-2.1.0.json").read_text(encoding="utf-8")
)
FINDING = OriginWithPath("a has a path", "write b", subject="CORS(...)")


def assert_valid(log: Any) -> None:
    jsonschema.Draft4Validator(SCHEMA).validate(log)


def test_a_log_names_the_command_and_has_a_result_per_finding() -> None:
    log: Any = as_sarif("flask cors check", [FINDING], [(FINDING, "it is intended")])
    assert_valid(log)
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["semanticVersion"]) == ("flask cors check", __version__)
    assert [rule["id"] for rule in driver["rules"]] == ["CORS102"]
    reported, suppressed = run["results"]
    assert reported["message"] == {"text": "CORS(...): a has a path; write b"}
    assert "suppressions" not in reported
    suppression = {"kind": "external", "justification": "it is intended"}
    assert suppressed["suppressions"] == [suppression]


def test_a_log_without_findings_is_valid() -> None:
    log: Any = as_sarif("flask cors probe", [])
    assert_valid(log)
    assert log["runs"][0]["results"] == []


def test_a_rule_of_migrate_is_described_by_its_row_of_the_differences() -> None:
    log: Any = as_sarif("flask cors migrate", [UNSET_ORIGINS("before, now", "write b")])
    assert_valid(log)
    (rule,) = log["runs"][0]["tool"]["driver"]["rules"]
    assert rule["shortDescription"] == {"text": "An unset `CORS_ORIGINS`"}


def located(location: SourceLocation | None) -> Any:
    log: Any = as_sarif("flask cors check", [FINDING.at(location)])
    assert_valid(log)
    return log["runs"][0]["results"][0].get("locations")


def test_a_file_of_the_project_is_relative_to_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    (one,) = located(SourceLocation(str(tmp_path / "my shop" / "app.py"), 7))
    assert one["physicalLocation"] == {
        "artifactLocation": {"uri": "my%20shop/app.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 7},
    }


def test_another_file_is_a_whole_uri(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    (one,) = located(SourceLocation(str(tmp_path.parent / "app.py"), 7))
    uri = one["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == (tmp_path.parent / "app.py").as_uri()


def test_a_finding_without_a_line_has_no_locations():
    assert located(None) is None
