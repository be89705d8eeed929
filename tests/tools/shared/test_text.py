"""Plain text in columns."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from flask_cors.diagnostics.source_location import SourceLocation
from flask_cors.tools.shared.text import (
    echo,
    escape_first_line,
    fit_columns,
    format_list,
    format_location,
    format_table,
    get_width,
    wrap,
)


def test_columns_are_as_wide_as_their_widest_cell():
    rows = [("a", "bb"), ("ccc", "d")]
    assert list(format_table(rows, fit_columns(rows, 80))) == ["a    bb", "ccc  d"]


def test_a_long_cell_is_wrapped_in_its_column():
    rows = [("left", "/api/books/chapters", "right")]
    assert fit_columns(rows, 25) == [4, 12, 5]
    assert list(format_table(rows, fit_columns(rows, 25))) == [
        "left  /api/books/   right",
        "      chapters",
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("short", ["short"]),
        ("two words here", ["two words", "here"]),
        ("GET, HEAD, PUT", ["GET, HEAD,", "PUT"]),
        ("/api/<int:n>/x", ["/api/", "<int:n>/x"]),
        ("abcdefghijklmn", ["abcdefghij", "klmn"]),
        ("/abcdefghijklm", ["/abcdefghi", "jklm"]),
        ("abcdefghij klm", ["abcdefghij", "klm"]),
    ],
)
def test_text_is_wrapped_at_spaces_and_punctuation(text, lines):
    assert wrap(text, 10) == lines


def test_a_location_is_relative_to_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert (
        format_location(SourceLocation(str(tmp_path / "app" / "api.py"), 3, {}))
        == f"{Path('app/api.py')}:3"
    )
    assert (
        format_location(SourceLocation("/elsewhere/api.py", 3, {}))
        == f"{Path('/elsewhere/api.py')}:3"
    )


def test_long_lists_are_cut():
    assert format_list(["a", "b"], 2) == "a, b"
    assert format_list([str(number) for number in range(1203)], 2) == "0, 1, and 1,201 more"


@pytest.mark.parametrize(("columns", "expected"), [("40", 80), ("132", 132)])
def test_the_width_is_that_of_the_terminal_but_at_least_80(monkeypatch, columns, expected):
    monkeypatch.setenv("COLUMNS", columns)
    assert get_width() == expected


@pytest.mark.parametrize(("value", "is_coloured"), [(None, True), ("", True), ("1", False)])
def test_no_color_switches_colours_off(monkeypatch, capsys, value, is_coloured):
    monkeypatch.setattr("click._compat.isatty", lambda _: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    if value is not None:
        monkeypatch.setenv("NO_COLOR", value)
    echo([click.style("red", fg="red")])
    assert ("\x1b" in capsys.readouterr().out) is is_coloured


def test_a_foreign_text_is_cut_to_one_line_without_control_characters():
    assert escape_first_line("E: a\x1b[31m\x07\u202e\nb") == r"E: a\x1b[31m\x07\u202e"
    assert escape_first_line("a" * 300) == "a" * 200
    assert escape_first_line("") == ""
