"""Apps that cannot be loaded: one line with the cause and the location, and exit status 2."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click
import pytest
from flask import Flask
from flask.cli import ScriptInfo

from flask_cors.tools.shared.loading import CannotLoad, load_app


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Load an app from a module with this code."""

    def load(code: str) -> Flask:
        path = tmp_path / "made.py"
        path.write_text(code, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "path", sys.path[:])  # Flask puts the folder there
        monkeypatch.delitem(sys.modules, "made", raising=False)  # an earlier one
        info = ScriptInfo(app_import_path=str(path))
        with click.Context(click.Command("it"), obj=info) as context:
            return load_app(context)

    return load


def refusal(load, code: str) -> list[str]:
    with pytest.raises(CannotLoad) as raised:
        load(code)
    assert raised.value.exit_code == 2
    return raised.value.format_message().replace(f"{Path.cwd()}", "").splitlines()


def test_an_app_is_loaded(load):
    assert load("from flask import Flask\napp = Flask('made')").name == "made"


def test_a_module_without_an_app_is_reported(load):
    (line,) = refusal(load, "app = 1")
    assert line.startswith("Failed to find Flask application")


def test_an_import_that_fails_is_located(load):
    (line,) = refusal(load, "\nimport no_such_module")
    assert "made.py:2 raised ModuleNotFoundError: No module named 'no_such_module'" in line
    assert line.endswith("ModuleNotFoundError: No module named 'no_such_module'")


def test_an_invalid_configuration_has_a_line_per_finding(load):
    code = "import flask, flask_cors\napp = flask.Flask('made')\n"
    where, *findings = refusal(load, f"{code}flask_cors.CORS(app, max_age='x', methods=[1])")
    assert where.endswith("made.py:3 has an invalid CORS configuration:")
    assert [finding.split(":")[0] for finding in findings] == [
        "  CORS308 methods",
        "  CORS404 max_age",
    ]


def test_an_exception_of_the_app_is_reported_with_its_location(load):
    (line,) = refusal(load, "\nraise RuntimeError('no database\\nat all')")
    assert line.startswith("the app cannot be loaded: ")
    assert line.endswith("made.py:2 raised RuntimeError: no database")


def test_an_exception_of_an_installed_package_is_located_in_the_app_too(load):
    (line,) = refusal(load, "import json\n\njson.loads('{')")
    assert "made.py:3 raised JSONDecodeError: " in line
    assert re.search(r" \(in json[/\\]decoder\.py:\d+\)$", line)


@pytest.mark.parametrize(
    ("code", "raised"),
    [
        ("sys.exit('no database')", "SystemExit: no database"),
        ("sys.exit(3)", "SystemExit: 3"),
        ("sys.exit()", "SystemExit"),
    ],
)
def test_an_app_that_exits_is_reported_with_its_location(load, code, raised):
    (line,) = refusal(load, f"import sys\n{code}")
    assert line.endswith(f"made.py:2 raised {raised}")


def test_an_app_that_is_interrupted_is_not_reported(load):
    with pytest.raises(KeyboardInterrupt):
        load("raise KeyboardInterrupt")


def test_the_message_of_an_exception_is_cut_and_has_no_control_characters(load):
    (line,) = refusal(load, "raise RuntimeError('\\x1b[31mümlaut' + 'a' * 500)")
    assert r"raised RuntimeError: \x1b[31mümlautaaa" in line
    assert len(line) < 500


def test_a_syntax_error_has_the_line_of_the_app(load):
    (line,) = refusal(load, "\n\nx = (")
    assert "made.py:3 raised SyntaxError" in line


@pytest.mark.parametrize(("variable", "is_debug"), [(None, True), ("0", False), ("1", True)])
def test_debug_is_what_the_config_of_the_app_says_unless_the_environment_says_otherwise(
    load, monkeypatch, variable, is_debug
):
    monkeypatch.delenv("FLASK_DEBUG", raising=False)
    if variable is not None:
        monkeypatch.setenv("FLASK_DEBUG", variable)
    code = "from flask import Flask\napp = Flask('made')\napp.config['DEBUG'] = True\n"
    assert load(code).debug is is_debug
