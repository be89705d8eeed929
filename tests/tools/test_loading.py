"""Apps that cannot be loaded: one line that says why and where, and exit status 2."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import pytest
from flask import Flask
from flask.cli import ScriptInfo

from flask_cors.tools.loading import CannotLoad, load_app


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Load an app from a module that holds ``code``."""

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


def test_a_module_without_an_app(load):
    (line,) = refusal(load, "app = 1")
    assert line.startswith("Failed to find Flask application")


def test_an_import_that_fails_is_told_without_its_traceback(load):
    (line,) = refusal(load, "import no_such_module")
    assert line.startswith("While importing 'made'")
    assert line.endswith("ModuleNotFoundError: No module named 'no_such_module'")


def test_a_configuration_that_is_refused_has_a_line_for_each_mistake(load):
    code = "import flask, flask_cors\napp = flask.Flask('made')\n"
    where, *mistakes = refusal(load, f"{code}flask_cors.CORS(app, max_age='x', methods=[1])")
    assert where.endswith("made.py:3 configures CORS with mistakes:")
    assert [mistake.split(":")[0] for mistake in mistakes] == ["  methods", "  max_age"]


def test_what_the_app_raises_is_told_with_its_place(load):
    (line,) = refusal(load, "\nraise RuntimeError('no database\\nat all')")
    assert line.startswith("the app cannot be loaded: ")
    assert line.endswith("made.py:2 raised RuntimeError: no database")


def test_a_syntax_error_has_the_line_of_the_app(load):
    (line,) = refusal(load, "\n\nx = (")
    assert "made.py:3 raised SyntaxError" in line
