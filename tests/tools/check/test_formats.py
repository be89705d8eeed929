"""What is printed for programs, and the explanation of a rule."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it has no types of its own
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo

from flask_cors import CORS, __version__
from flask_cors.tools.check.run import CATALOGUE
from flask_cors.tools.cli import cors

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "docs/schemas/findings.json").read_text(encoding="utf-8"))


def an_app() -> Flask:
    app = Flask("app", static_folder=None)
    app.config["CORS_HEADERS"] = "Content-Type"
    app.config["CORS_CHECK_IGNORE"] = {"CORS103": "a test needs it", "CORS401": "no longer needed"}
    CORS(app, origins=["https://app.example/", "https://other.example:443"], methods="GET, TRACE")
    return app


@pytest.fixture
def printed() -> Callable[[str], Any]:
    def run(form: str) -> Any:
        info = ScriptInfo(create_app=an_app)
        ran = CliRunner().invoke(cors, ["check", "--format", form], obj=info)
        assert ran.exit_code == 1
        return json.loads(ran.output)

    return run


# ---- JSON --------------------------------------------------------------------------------------


def test_json_is_what_its_schema_says(printed: Callable[[str], Any]):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    report = printed("json")
    jsonschema.Draft202012Validator(SCHEMA).validate(report)
    assert [one["reason"] for one in report["suppressed"]] == ["a test needs it"]
    assert None in [one["location"] for one in report["findings"]]


@pytest.mark.parametrize(
    ("name", "value"),
    [("severity", "level"), ("location", {"file": "a.py"}), ("code", 101), ("more", 1)],
)
def test_the_schema_refuses_other_findings(printed: Callable[[str], Any], name: str, value: object):
    report = printed("json")
    report["findings"][0][name] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(report)


# ---- SARIF -------------------------------------------------------------------------------------


def test_sarif_has_a_result_per_finding_with_its_rule(printed: Callable[[str], Any]):
    log = printed("sarif")
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    driver, results = log["runs"][0]["tool"]["driver"], log["runs"][0]["results"]
    assert driver["semanticVersion"] == __version__
    assert {rule["id"] for rule in driver["rules"]} == {one["ruleId"] for one in results}
    levels = {one["ruleId"]: one["level"] for one in results}
    assert levels == {
        "CORS102": "error",
        "CORS103": "error",
        "CORS303": "warning",
        "CORS702": "warning",
        "CORS903": "note",
    }
    (suppressed,) = [one for one in results if "suppressions" in one]
    assert suppressed["suppressions"] == [{"kind": "external", "justification": "a test needs it"}]


def test_a_rule_of_sarif_has_its_title_its_explanation_and_its_level(
    printed: Callable[[str], Any],
):
    rules = printed("sarif")["runs"][0]["tool"]["driver"]["rules"]
    rule = next(rule for rule in rules if rule["id"] == "CORS102")
    assert rule["shortDescription"]["text"] == "an origin with a slash or a path"
    explained = "An entry of `origins` ends with a slash or has a path."
    assert rule["fullDescription"]["text"] == explained
    assert rule["help"]["markdown"].startswith(f"{explained}\n\n## Why it matters\n")
    assert rule["helpUri"].endswith("/rules/cors102.html")
    assert rule["defaultConfiguration"] == {"level": "error"}


# ---- the explanation of a rule -----------------------------------------------------------------


def explain(code: str) -> str:
    return CliRunner().invoke(cors, ["check", "--explain", code]).output


@pytest.mark.parametrize("rule", CATALOGUE)
def test_each_rule_is_explained(rule: Any):
    lines = explain(rule.code).splitlines()
    assert lines[0] == f"{rule.code}: {rule.title}"
    assert lines[1].startswith(rule.severity.value)
    assert len(lines) > 3
    assert "](" not in "".join(lines)
    assert lines[-1].endswith(f"/rules/{rule.code.lower()}.html")


def test_an_explanation_names_what_the_configuration_raises_or_warns_of():
    assert "error, and a CORSConfigError where the app is configured\n" in explain("CORS205")
    assert "error, and a CORSWarning where the app is configured\n" in explain("cors102")
    assert "warning\n" in explain("CORS203")


def test_links_are_shown_by_their_addresses():
    assert "(https://publicsuffix.org/)" in explain("CORS110")
    assert re.search(r"because of them\s+\(https://fetch\.spec", explain("CORS304"))


def test_an_explanation_shows_headings_without_marks_and_code_as_it_is():
    lines = explain("CORS603").splitlines()
    assert lines[lines.index("Example") + 2] == '    @cross_origin(origins="https://app.example")'
    assert "Use instead" in lines


def test_a_code_that_does_not_exist_is_refused():
    ran = CliRunner().invoke(cors, ["check", "--explain", "CORS1"])
    assert ran.exit_code == 2
    assert "'CORS1' is not a code, such as CORS101" in ran.output
