"""``flask cors``: Flask finds it after installation, and loads a command only when it is called."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo

from flask_cors import CORS
from flask_cors.tools.cli import cors

ROOT = Path(__file__).parents[2]


def run(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


def test_flask_finds_the_command():
    ran = run("-m", "flask", "--app", "shop", "cors", "routes", folder=ROOT / "examples/commands")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("URL rule")


def test_an_app_that_cannot_be_loaded_gives_one_line_and_status_2():
    ran = run("-m", "flask", "--app", "shpo", "cors", "routes")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "Error: Could not import 'shpo'.\n"
    assert ran.stderr in (ROOT / "docs" / "commands" / "routes.md").read_text(encoding="utf-8")


def test_ctrl_c_ends_a_command_with_one_line_and_status_130():
    def interrupted() -> Flask:
        raise KeyboardInterrupt

    result = CliRunner().invoke(cors, ["routes"], obj=ScriptInfo(create_app=interrupted))
    assert (result.exit_code, result.output) == (130, "Interrupted.\n")


def test_ctrl_c_leaves_the_line_of_a_terminal(monkeypatch):
    def interrupted() -> Flask:
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
        raise KeyboardInterrupt

    result = CliRunner().invoke(cors, ["routes"], obj=ScriptInfo(create_app=interrupted))
    assert (result.exit_code, result.output) == (130, "\nInterrupted.\n")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["routs"], "No such command 'routs'"),
        (["probe", "http://a.example/"], "Missing option '--origin'; see `cors probe --help`"),
        (["check", "--timeout", "0"], "Invalid value for '--timeout': 0 is not in the range x>=1"),
        (["check", "--explain", "X"], "Invalid value for --explain: 'X' is not a code"),
        (["export"], "Missing argument '{apache|caddy|envoy|gateway-api|haproxy|istio|nginx}'"),
        (["export", "nginx", "--output", "/"], "Invalid value for '--output': File '/' is a"),
    ],
)
def test_invalid_arguments_give_one_line_and_status_2(arguments, error):
    result = CliRunner().invoke(cors, arguments)
    assert result.exit_code == 2
    (line,) = result.output.splitlines()
    assert line.startswith("Error: ")
    assert error in line.replace(".;", ";")
    assert "--help`" in line


def test_the_command_line_loads_no_command_until_it_is_called():
    code = "import sys, flask_cors.tools.cli; print(*sorted(sys.modules))"
    loaded = run("-c", code).stdout.split()
    assert [name for name in loaded if name.startswith("flask_cors.tools")] == [
        "flask_cors.tools",
        "flask_cors.tools.cli",
    ]
    assert "flask.cli" in loaded  # by Flask itself


def test_importing_the_package_loads_no_tools():
    loaded = run("-c", "import sys, flask_cors; print(*sys.modules)").stdout
    assert "flask_cors.runtime.registry" in loaded
    assert "flask_cors.tools" not in loaded


def test_help_has_examples_for_the_group_and_for_each_command():
    for arguments in [[], *([name] for name in cors.commands)]:
        result = CliRunner().invoke(cors, [*arguments, "--help"])
        assert result.exit_code == 0
        assert re.search(r"flask (--app hello )?cors", result.output)


def test_the_exit_status_is_that_of_the_command():
    app = Flask("app")
    CORS(app)
    result = CliRunner().invoke(cors, ["routes"], obj=ScriptInfo(create_app=lambda: app))
    assert result.exit_code == 0
    assert "/static/<path:filename>" in result.output


def test_an_unknown_format_is_refused_with_the_known_ones():
    result = CliRunner().invoke(cors, ["routes", "--format", "xml"])
    assert result.exit_code == click.UsageError.exit_code == 2
    assert "'xml' is not one of 'text', 'json'" in result.output
