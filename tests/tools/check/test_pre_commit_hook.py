"""``.pre-commit-hooks.yaml``: the hook for the repositories of apps runs the command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.cli import cli

from ..flask_command import prepare_flask

ROOT = Path(__file__).parents[3]
HOOK = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "commands" / "check.md").read_text(encoding="utf-8")


def args_in(text: str) -> list[str]:
    (found,) = re.findall(r"^ +args: \[(.*?)\]", text, re.MULTILINE)
    return found.split(", ")


@pytest.mark.parametrize(("app", "status"), [("shop", 1), ("mistaken", 1), ("passing", 0)])
def test_the_hook_fails_for_an_app_with_findings(app, status, tmp_path, monkeypatch, capsys):
    folder = tmp_path if app == "passing" else ROOT / "examples" / "commands"
    (tmp_path / "passing.py").write_text("import flask; app = flask.Flask('passing')")
    prepare_flask(monkeypatch, folder, app, columns=80)
    assert re.search(r"^ +entry: flask$", HOOK, re.MULTILINE)
    with pytest.raises(SystemExit) as ended:
        cli.main(["--app", app, *args_in(HOOK)], prog_name="flask")
    assert ended.value.code == status
    assert capsys.readouterr().out


def test_the_page_shows_the_hook_with_the_name_of_an_app():
    assert args_in(PAGE) == ["--app", "hello", *args_in(HOOK)]
    assert re.findall(r"id: (\S+)", PAGE) == re.findall(r"id: (\S+)", HOOK)
