"""``flask cors check``: what is chosen, how it is printed, and the exit status."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo

from flask_cors import CORS
from flask_cors.tools.check.catalogue import CHECKS
from flask_cors.tools.check.command import chosen
from flask_cors.tools.cli import cors

ROOT = Path(__file__).parents[3]

Checked = Callable[..., Result]


def sound() -> Flask:
    app = Flask("sound")
    CORS(app, origins="https://app.example")
    return app


def slashed() -> Flask:
    app = Flask("slashed")
    CORS(app, origins="https://app.example/", methods="GET, TRACE")
    return app


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> Checked:
    monkeypatch.setenv("COLUMNS", "80")

    def run(make: Callable[[], Flask], *arguments: str) -> Result:
        info = ScriptInfo(create_app=make)
        return CliRunner().invoke(cors, ["check", *arguments], obj=info)

    return run


# ---- exit status -------------------------------------------------------------------------------


def test_nothing_found_is_status_0(checked: Checked):
    ran = checked(sound)
    assert (ran.exit_code, ran.output) == (0, "Nothing was found.\n")


def test_a_warning_is_status_1(checked: Checked):
    assert checked(slashed, "--select", "CORS303").exit_code == 1


def test_a_note_is_status_0(checked: Checked):
    def exempting() -> Flask:
        app = sound()
        app.config["CORS_CHECK_IGNORE"] = {"CORS101": "no more"}
        return app

    ran = checked(exempting)
    assert "CORS903" in ran.output
    assert ran.exit_code == 0


def test_an_app_that_cannot_be_loaded_is_status_2(checked: Checked):
    def broken() -> Flask:
        app = Flask("broken")
        CORS(app, supports_credentials=True)
        return app

    ran = checked(broken)
    assert ran.exit_code == 2
    assert "lets in any origin" in ran.output


def test_flask_runs_it_without_a_warning_of_its_own(tmp_path: Path):
    (tmp_path / "slashed.py").write_text(
        "from flask import Flask\nfrom flask_cors import CORS\n\napp = Flask(__name__)\n"
        'CORS(app, origins="https://app.example/")\n'
    )
    command = [sys.executable, "-m", "flask", "--app", "slashed", "cors", "check"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout.startswith("slashed.py:5 CORS(...)\n  error    CORS102 origins: ")


# ---- what is looked for ------------------------------------------------------------------------


def codes(ran: Result) -> list[str]:
    return re.findall(r"CORS[0-9]{3}", ran.output)


def test_what_the_app_prints_is_none_of_the_output():
    def printing() -> Flask:
        print("made")  # noqa: T201
        app = sound()
        app.add_url_rule("/", "index", print)
        app.before_request(lambda: print("asked"))  # noqa: T201
        return app

    info = ScriptInfo(create_app=printing)
    ran = CliRunner().invoke(cors, ["check", "--format", "json"], obj=info)
    assert json.loads(ran.stdout) == {"findings": [], "exempted": []}
    assert "made\nasked\n" in ran.stderr


def test_codes_are_selected_by_their_beginning(checked: Checked):
    assert codes(checked(slashed)) == ["CORS102", "CORS303"]
    assert codes(checked(slashed, "--select", "CORS1")) == ["CORS102"]
    assert codes(checked(slashed, "--select", "cors3,CORS102")) == ["CORS102", "CORS303"]
    assert codes(checked(slashed, "--select", "CORS3", "--select", "CORS102")) == [
        "CORS102",
        "CORS303",
    ]


def test_codes_are_ignored_by_their_beginning(checked: Checked):
    assert codes(checked(slashed, "--ignore", "CORS1")) == ["CORS303"]
    assert codes(checked(slashed, "--ignore", "CORS1, CORS303")) == []
    assert codes(checked(slashed, "--select", "CORS1", "--ignore", "CORS102")) == []


@pytest.mark.parametrize("code", ["CORS8", "104", "", "CORS1,,CORS2"])
def test_the_beginning_of_no_code_is_told(checked: Checked, code: str):
    ran = checked(slashed, "--select", code)
    assert ran.exit_code == 2
    assert "is the beginning of no code" in ran.output


def test_without_a_choice_all_are_looked_for():
    assert tuple(chosen([], [])) == CHECKS
    with pytest.raises(click.BadParameter):
        chosen([], ["X"])


# ---- the forms ---------------------------------------------------------------------------------


def test_json_is_one_object(checked: Checked):
    ran = checked(slashed, "--format", "json")
    told = json.loads(ran.output)
    assert [finding["code"] for finding in told["findings"]] == ["CORS102", "CORS303"]
    assert {finding["where"]["file"] for finding in told["findings"]} == {__file__}
    assert told["exempted"] == []
    assert ran.exit_code == 1


def test_github_gets_a_line_each(checked: Checked):
    ran = checked(slashed, "--format", "github")
    assert [line.split(" ")[0] for line in ran.output.splitlines()] == ["::error", "::warning"]


def test_a_pipe_gets_no_colours(checked: Checked):
    assert "\x1b" not in checked(slashed).output


# ---- --from 6 ----------------------------------------------------------------------------------


def changed() -> Flask:
    app = Flask("changed", static_folder=None)
    CORS(app, origins=r"https://.*\.app\.example")
    app.add_url_rule("/", "home", lambda: "")
    return app


def test_what_changes_is_told_with_before_now_and_the_line_to_write(checked: Checked):
    ran = checked(changed, "--from", "6")
    assert ran.exit_code == 1
    assert "Expressions match the whole origin\n" in ran.output
    assert "\n    6.0.5  allowed, Access-Control-Allow-Origin:" in ran.output
    assert "\n    now    refused, no Access-Control-Allow-Origin\n" in ran.output
    assert re.search(r"\n[0-9]+ changes?, [0-9]+ to look at\.\n$", ran.output)


def test_an_app_that_nothing_changes_for_is_status_0(checked: Checked):
    ran = checked(lambda: Flask("app"), "--from", "6")
    assert (ran.exit_code, ran.output) == (0, "Nothing changes for this app.\n")


def test_changes_that_ask_for_nothing_are_status_0(checked: Checked):
    ran = checked(sound, "--from", "6")
    assert ran.exit_code == 0
    assert ran.output.endswith("\n1 change, 0 to look at.\n")


def test_an_app_that_does_not_load_any_more_is_told_why_and_status_2(checked: Checked):
    def broken() -> Flask:
        app = Flask("broken")
        CORS(app, supports_credentials=True)
        return app

    ran = checked(broken, "--from", "6")
    assert ran.exit_code == 2
    assert ran.output.startswith("Credentials for everybody\n")
    assert "lets in any origin" in ran.output


def test_an_app_that_never_loaded_is_status_2(checked: Checked):
    def broken() -> Flask:
        raise RuntimeError("no database")

    ran = checked(broken, "--from", "6")
    assert ran.exit_code == 2
    assert ran.output.count("\n") == 1


def test_changes_have_the_other_forms_too(checked: Checked):
    (first, *_) = json.loads(checked(changed, "--from", "6", "--format", "json").output)
    assert set(first) == {"heading", "what", "before", "now", "fix", "where"}
    lines = checked(changed, "--from", "6", "--format", "github").output.splitlines()
    assert {line.split(" ")[0] for line in lines} == {"::notice"}


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_codes_are_not_chosen_of_changes(checked: Checked, option: str):
    ran = checked(changed, "--from", "6", option, "CORS1")
    assert ran.exit_code == 2
    assert "--from goes with neither" in ran.output
