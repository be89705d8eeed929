"""``flask cors check --from 6``: what is printed."""

from __future__ import annotations

import json
from pathlib import Path

import click

from flask_cors.errors import Place
from flask_cors.tools.check.migration import Change
from flask_cors.tools.check.migration.report import as_github, as_json, as_text

HERE = Place(str(Path.cwd() / "app.py"), 7, {})
CHANGES = [
    Change("Row", "a, b", "x: 1", "y\n2", "write: z", HERE),
    Change("Row", "c", "d", "e", "f", None),
    Change("Other", "c", "d", "e", "f " * 60, None),
]


def test_as_text_a_row_stands_above_its_changes() -> None:
    assert list(map(click.unstyle, as_text(CHANGES[:2], 80))) == [
        "Row",
        "  a, b (app.py:7)",
        "    6.0.5  x: 1",
        r"    now    y\n2",
        "    ->     write: z",
        "  c",
        "    6.0.5  d",
        "    now    e",
        "    ->     f",
        "",
    ]


def test_as_text_lines_are_wrapped() -> None:
    assert max(map(len, map(click.unstyle, as_text(CHANGES, 80)))) <= 80


def test_as_json_is_for_programs() -> None:
    (first, second, _) = json.loads(json.dumps(as_json(CHANGES)))
    assert first == {
        "heading": "Row",
        "what": "a, b",
        "before": "x: 1",
        "now": "y\n2",
        "fix": "write: z",
        "where": {"file": HERE.file, "line": 7},
    }
    assert second["where"] is None


def test_as_github_is_an_annotation_on_a_line_of_its_own() -> None:
    (first, second, _) = as_github(CHANGES)
    assert first == (
        "::notice file=app.py,line=7,title=Flask-CORS 6%3A Row::"
        "a, b: before x: 1; now y\\n2; write: z"
    )
    assert second.startswith("::notice title=Flask-CORS 6%3A Row::c: ")
