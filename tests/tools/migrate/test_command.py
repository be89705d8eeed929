"""``flask cors migrate``: how it is printed, and the exit status."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]  # it has no types of its own
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo

from flask_cors import CORS
from flask_cors.tools.cli import cors
from flask_cors.tools.migrate import run
from flask_cors.tools.migrate.change import Change
from flask_cors.tools.migrate.comparison import AppComparison

Migrated = Callable[..., Result]


@pytest.fixture
def migrated(monkeypatch: pytest.MonkeyPatch) -> Migrated:
    monkeypatch.setenv("COLUMNS", "80")

    def migrate(make: Callable[[], Flask], *arguments: str) -> Result:
        info = ScriptInfo(create_app=make)
        return CliRunner().invoke(cors, ["migrate", *arguments], obj=info)

    return migrate


def changed() -> Flask:
    app = Flask("changed", static_folder=None)
    CORS(app, origins=r"https://.*\.app\.example")
    app.add_url_rule("/", "home", lambda: "")
    return app


def test_a_change_is_a_finding_below_the_location_of_its_cause(migrated: Migrated):
    ran = migrated(changed)
    assert ran.exit_code == 1
    (cause, finding, *_) = ran.output.splitlines()
    assert re.fullmatch(r"\S*test_command\.py:[0-9]+ CORS\(\.\.\.\)", cause)
    assert finding.startswith("  warning  CORS031 a request from 'https://a.app.example.evil.")
    assert "\n                   -> nothing to do if you meant whole origins; " in ran.output
    assert ran.output.endswith("\n2 warnings, 2 notes.\n")


def test_an_app_for_which_nothing_changes_is_status_0(migrated: Migrated):
    ran = migrated(lambda: Flask("app"))
    assert (ran.exit_code, ran.output) == (0, "Nothing changes for this app.\n")


def test_what_neither_a_browser_nor_an_operator_notices_is_status_0(migrated: Migrated):
    def noted() -> Flask:
        app = Flask("noted", static_folder=None)
        CORS(app, origins="https://app.example")
        app.add_url_rule("/<path:rest>", "view", lambda rest: rest)
        return app

    ran = migrated(noted)
    assert ran.exit_code == 0
    assert ran.output.endswith("\n1 note.\n")


def test_an_app_that_no_longer_loads_is_status_1_with_each_finding(migrated: Migrated):
    def broken() -> Flask:
        CORS(Flask("broken"), supports_credentials=True, max_age="soon")
        raise AssertionError

    ran = migrated(broken)
    assert ran.exit_code == 1
    assert re.match(r"\S*test_command\.py:[0-9]+\n  error    CORS0", ran.output)
    assert " CORS012 origins='*': " in ran.output
    assert " CORS017 max_age='soon': " in ran.output
    assert ran.output.endswith("\n2 errors.\n")


def test_an_app_that_imports_a_function_which_is_gone_is_status_1(
    migrated: Migrated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    tmp_path.joinpath("imports_gone.py").write_text(
        "from flask_cors.core import get_cors_options\n", encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path[:])  # Flask puts the folder there
    info = ScriptInfo(app_import_path="imports_gone")
    ran = CliRunner().invoke(cors, ["migrate"], obj=info)
    assert ran.exit_code == 1
    first, second, *_ = ran.output.splitlines()
    assert first == "imports_gone.py:1"
    assert second.startswith("  error    CORS081 the app does not load: flask_cors.core.get_cors_")


def test_an_app_that_6_0_5_refused_as_well_is_listed_under_the_codes_of_check(migrated: Migrated):
    def broken() -> Flask:
        CORS(Flask("broken"), origins="https://(")
        raise AssertionError

    ran = migrated(broken)
    assert ran.exit_code == 1
    assert " CORS704 " in ran.output


def test_an_app_that_never_loaded_is_status_2(migrated: Migrated):
    def broken() -> Flask:
        raise RuntimeError("no database")

    ran = migrated(broken)
    assert ran.exit_code == 2
    assert ran.output.count("\n") == 1


def broken_outside(app: Flask) -> Flask:
    def wsgi_app(environ: object, start_response: object) -> None:
        raise SystemExit

    app.wsgi_app = wsgi_app  # type: ignore[method-assign]
    return app


def test_what_cannot_be_tried_is_status_2_if_nothing_else_changes(migrated: Migrated):
    def broken() -> Flask:
        app = Flask("broken", static_folder=None)
        CORS(app)
        return broken_outside(app)

    ran = migrated(broken)
    assert ran.exit_code == 2
    assert ran.output.startswith("Error: ")
    assert " SystemExit" in ran.output
    ran = migrated(lambda: broken_outside(changed()))
    assert ran.exit_code == 1
    assert " CORS031 " in ran.output


def test_a_finder_that_raises_is_a_problem(migrated: Migrated, monkeypatch: pytest.MonkeyPatch):
    def find_nothing(app: AppComparison) -> Iterator[Change]:
        raise ValueError(app.app.name)

    monkeypatch.setattr(run, "_FIND_IN_APP", [find_nothing])
    ran = migrated(lambda: Flask("app"))
    assert ran.exit_code == 2
    assert ran.output == ("Error: find_nothing raised ValueError: app; report it to Flask-CORS\n")


def test_what_the_app_prints_is_not_in_the_report(migrated: Migrated):
    def printing() -> Flask:
        app = changed()
        app.before_request(lambda: print("hello"))  # noqa: T201
        return app

    ran = migrated(printing, "--format", "json")
    assert "hello" in ran.stderr
    json.loads(ran.stdout)


def test_findings_are_written_for_programs(migrated: Migrated):
    report = json.loads(migrated(changed, "--format", "json").output)
    assert {finding["code"] for finding in report["findings"]} == {
        *("CORS031", "CORS061", "CORS071", "CORS072")
    }
    schema = Path(__file__).parents[3] / "docs/schemas/findings.json"
    jsonschema.validate(report, json.loads(schema.read_text(encoding="utf-8")))
    lines = migrated(changed, "--format", "github").output.splitlines()
    assert [line.split(" ")[0] for line in lines] == ["::warning"] * 2 + ["::notice"] * 2
    log = json.loads(migrated(changed, "--format", "sarif").output)
    assert {each["ruleId"] for each in log["runs"][0]["results"]} == {
        finding["code"] for finding in report["findings"]
    }
