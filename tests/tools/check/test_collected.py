"""The configurations that were collected from public documentation, questions, issues and apps.
What each of them is about is in ``index.json``; what its author wanted, in its docstring."""

from __future__ import annotations

import ast
import json
import os
import re
import runpy
import warnings
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_cors import CORSConfigError, CORSWarning
from flask_cors.tools.check import Finding, check

COLLECTED = Path(__file__).parents[2] / "data" / "collected"
INDEX: dict[str, dict[str, Any]] = json.loads((COLLECTED / "index.json").read_text())
REFUSED = {name: entry for name, entry in INDEX.items() if "expected_error" in entry}
LOADED = {name: entry for name, entry in INDEX.items() if name not in REFUSED}


def load(name: str) -> Flask:
    """Return the app of a file, which is not imported. Its warnings are ignored."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CORSWarning)
        app = runpy.run_path(str(COLLECTED / name))["app"]
    assert isinstance(app, Flask)
    return app


def expected_of(entry: dict[str, Any]) -> list[dict[str, str]]:
    """Return the findings of an entry: those of the check, or of the error when it is loaded."""
    return [entry["expected_error"]] if "expected_error" in entry else entry["expected"]


def test_every_file_is_in_the_index_and_nothing_else_is() -> None:
    assert sorted(path.name for path in COLLECTED.glob("*.py")) == sorted(INDEX)


def test_at_least_twenty_files_are_collected_five_without_findings_and_two_refused() -> None:
    sound = [name for name, entry in LOADED.items() if not entry["expected"]]
    assert len(INDEX) >= 20
    assert len(sound) >= 5
    assert len(REFUSED) >= 2


@pytest.mark.parametrize("name", INDEX)
def test_each_collected_file_says_where_it_is_from(name: str) -> None:
    entry = INDEX[name]
    assert entry["from"] in {"documentation", "question", "issue", "app"}
    assert entry["source"]


@pytest.mark.parametrize("name", LOADED)
def test_an_app_that_is_not_refused_loads(name: str) -> None:
    assert list(load(name).url_map.iter_rules())


@pytest.mark.parametrize("name", REFUSED)
def test_the_error_of_a_refused_app_has_the_rule_the_option_and_the_value(name: str) -> None:
    expected = REFUSED[name]["expected_error"]
    with pytest.raises(CORSConfigError) as refused:
        load(name)
    (finding,) = refused.value.findings
    assert (finding.code, finding.option) == (expected["code"], expected["option"])
    assert expected["about"] in str(finding.value)


@pytest.mark.parametrize("name", INDEX)
def test_each_expected_finding_has_a_code_of_a_rule(name: str) -> None:
    notes = INDEX[name].get("notes_allowed", [])
    codes = [*(each["code"] for each in expected_of(INDEX[name])), *notes]
    assert [code for code in codes if re.fullmatch(r"CORS[1-7]\d\d", code) is None] == []


@pytest.mark.parametrize("name", INDEX)
def test_what_an_expected_finding_is_about_is_in_the_file(name: str) -> None:
    text = (COLLECTED / name).read_text()
    assert [each for each in expected_of(INDEX[name]) if each["about"] not in text] == []


@pytest.mark.parametrize("name", INDEX)
def test_the_docstring_says_what_its_author_wanted_in_a_line_or_two(name: str) -> None:
    docstring = ast.get_docstring(ast.parse((COLLECTED / name).read_text()))
    assert docstring is not None
    assert len(docstring.splitlines()) <= 2


# ---- the findings of the check -----------------------------------------------------------------


def found(name: str, monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """Return the findings of a file as in production, without variables of its author."""
    for variable in ("FLASK_DEBUG", *(each for each in os.environ if "COLLECTED_" in each)):
        monkeypatch.delenv(variable, raising=False)
    return check(load(name))


def about(finding: Finding) -> str:
    return f"{finding.message} {finding.location} {finding.subject}".lower()


@pytest.mark.parametrize("name", LOADED)
def test_every_expected_finding_of_a_collected_file_is_found(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    findings = found(name, monkeypatch)
    for expected in INDEX[name]["expected"]:
        assert any(
            finding.code == expected["code"]
            and expected["about"].lower()
            in f"{finding.message} {finding.location} {finding.subject}".lower()
            for finding in findings
        ), expected


@pytest.mark.parametrize("name", LOADED)
def test_no_unexpected_finding_of_a_collected_file_is_found(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = INDEX[name]
    expected = {each["code"] for each in entry["expected"]}
    for finding in found(name, monkeypatch):
        is_note = finding.severity == "note" and finding.code in entry["notes_allowed"]
        assert finding.code in expected or is_note, finding
