"""``flask cors check``: what is chosen, how it is printed, and the exit status."""

from __future__ import annotations

import io
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
from flask_cors.tools.check.command import choose_rules, command
from flask_cors.tools.check.run import RULES
from flask_cors.tools.cli import cors
from flask_cors.tools.shared.progress import _StatusLine

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


def test_the_exit_status_is_0_without_findings(checked: Checked):
    ran = checked(sound)
    assert (ran.exit_code, ran.output) == (0, "Nothing was found.\n")


def test_the_exit_status_is_1_with_a_warning(checked: Checked):
    assert checked(slashed, "--select", "CORS303").exit_code == 1


def test_the_exit_status_is_0_with_a_note(checked: Checked):
    def suppressing() -> Flask:
        app = sound()
        app.config["CORS_CHECK_IGNORE"] = {"CORS101": "no more"}
        return app

    ran = checked(suppressing)
    assert "CORS903" in ran.output
    assert ran.exit_code == 0


def test_the_exit_status_is_2_for_an_app_that_cannot_be_loaded(checked: Checked):
    def broken() -> Flask:
        app = Flask("broken")
        CORS(app, supports_credentials=True)
        return app

    ran = checked(broken)
    assert ran.exit_code == 2
    assert "CORS205 " in ran.output


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


def test_what_the_app_prints_goes_to_stderr():
    def printing() -> Flask:
        print("made")  # noqa: T201
        app = sound()
        app.add_url_rule("/", "index", print)
        app.before_request(lambda: print("sent"))  # noqa: T201
        return app

    info = ScriptInfo(create_app=printing)
    ran = CliRunner().invoke(cors, ["check", "--format", "json"], obj=info)
    assert json.loads(ran.stdout) == {"findings": [], "suppressed": []}
    assert "made\nsent\n" in ran.stderr


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
def test_what_is_not_the_beginning_of_a_code_is_refused(checked: Checked, code: str):
    ran = checked(slashed, "--select", code)
    assert ran.exit_code == 2
    assert "is not the beginning of a code" in ran.output


def test_all_rules_are_looked_for_unless_some_are_chosen():
    assert tuple(choose_rules([], [])) == RULES
    with pytest.raises(click.BadParameter):
        choose_rules([], ["X"])


# ---- the forms ---------------------------------------------------------------------------------


def test_json_is_one_object(checked: Checked):
    ran = checked(slashed, "--format", "json")
    printed = json.loads(ran.output)
    assert [finding["code"] for finding in printed["findings"]] == ["CORS102", "CORS303"]
    assert {finding["location"]["file"] for finding in printed["findings"]} == {__file__}
    assert printed["suppressed"] == []
    assert ran.exit_code == 1


def test_github_gets_a_line_per_finding(checked: Checked):
    ran = checked(slashed, "--format", "github")
    assert [line.split(" ")[0] for line in ran.output.splitlines()] == ["::error", "::warning"]


def test_a_pipe_gets_no_colours(checked: Checked):
    assert "\x1b" not in checked(slashed).output


# ---- progress ----------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_which_rule_is_looked_for(monkeypatch: pytest.MonkeyPatch):
    shown: list[str] = []
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr(_StatusLine, "set_task", lambda _, task: shown.append(task))
    assert command(sound(), ["CORS102", "CORS601"], [], "github") == 0
    assert [task.partition(":")[0] for task in shown] == ["Checking 1/2", "Checking 2/2"]
