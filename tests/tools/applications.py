"""What ``flask cors check`` and ``flask cors migrate`` print for whole applications.

``tests/data/applications/`` holds the applications, and what is printed beside each, as it was
reviewed. To review it anew: ``UPDATE_OUTPUT=1 pytest …``, then read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from flask.cli import cli

from .flask_command import prepare_flask

FOLDER = Path(__file__).parents[1] / "data" / "applications"
COMMANDS = ("check", "migrate")


def assert_output_as_reviewed(
    name: str,
    command: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kept = FOLDER / f"{name}.{command}.txt"
    printed = run(name, command, monkeypatch, capsys)
    if os.environ.get("UPDATE_OUTPUT"):
        kept.write_text(printed, encoding="utf-8")
    assert printed == kept.read_text(encoding="utf-8")


def run(
    name: str,
    command: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> str:
    """Return what the command prints, and its exit status on a line of its own."""
    prepare_flask(monkeypatch, FOLDER, name, columns=100)
    with pytest.raises(SystemExit) as ended:
        cli.main(["--app", name, "cors", command], prog_name="flask")
    output = capsys.readouterr()
    assert output.err == ""
    return f"{output.out}exit status {ended.value.code}\n"
