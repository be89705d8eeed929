"""The README and the documentation show the output of the commands as it is."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from flask.cli import cli

from .flask_command import prepare_flask

ROOT = Path(__file__).parents[2]
PAGES = (
    "README.md",
    "docs/commands/routes.md",
    "docs/commands/explain.md",
    "docs/commands/check.md",
    "docs/commands/export-kubernetes.md",
    "docs/commands/migrate.md",
    "docs/start/upgrade.md",
)
SHOWN = [
    (page, command, output)
    for page in PAGES
    for command, output in re.findall(
        r"^```console\n\$ flask (--app (?:shop|mistaken|catalog) .+)\n((?:.*\n)*?)```$",
        (ROOT / page).read_text(encoding="utf-8"),
        re.MULTILINE,
    )
]


@pytest.mark.parametrize(("page", "command", "output"), SHOWN)
def test_the_page_shows_what_is_printed(page, command, output, monkeypatch, capsys):
    prepare_flask(
        monkeypatch, ROOT / "examples" / "commands", "shop", "mistaken", "catalog", columns=80
    )
    cli.main(shlex.split(command), prog_name="flask", standalone_mode=False)
    ran = capsys.readouterr()
    shown, cut, _ = output.partition("...\n")
    assert ran.err == ""
    assert ran.out.startswith(shown)
    assert cut or ran.out == shown


def test_each_page_shows_a_command():
    assert {page for page, _, _ in SHOWN} == set(PAGES)
