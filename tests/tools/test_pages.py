"""What the README and the pages show of the commands is what they print."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/routes.md", "docs/explain.md", "docs/check.md")
SHOWN = [
    (page, command, output)
    for page in PAGES
    for command, output in re.findall(
        r"^```console\n\$ flask (--app (?:shop|mistaken) .+)\n((?:.*\n)*?)```$",
        (ROOT / page).read_text(encoding="utf-8"),
        re.MULTILINE,
    )
]


@pytest.mark.parametrize(("page", "command", "output"), SHOWN)
def test_the_page_shows_what_is_printed(page, command, output):
    ran = subprocess.run(
        [sys.executable, "-m", "flask", *shlex.split(command)],
        cwd=ROOT / "examples" / "commands",
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
    )
    shown, cut, _ = output.partition("...\n")
    assert ran.stderr == ""
    assert ran.stdout.startswith(shown)
    assert cut or ran.stdout == shown


def test_each_page_shows_a_command():
    assert {page for page, _, _ in SHOWN} == set(PAGES)
