"""Plain text that lines up."""

from __future__ import annotations

from pathlib import Path

import pytest

from flask_cors.errors import Place
from flask_cors.tools.text import (
    fitted,
    has_colour,
    listed,
    one_line,
    shown_place,
    table,
    width,
    wrapped,
)


def test_columns_are_as_wide_as_their_widest_cell():
    rows = [("a", "bb"), ("ccc", "d")]
    assert list(table(rows, fitted(rows, 80))) == ["a    bb", "ccc  d"]


def test_what_does_not_fit_is_wrapped_in_its_column():
    rows = [("left", "/api/books/chapters", "right")]
    assert fitted(rows, 25) == [4, 12, 5]
    assert list(table(rows, fitted(rows, 25))) == [
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
def test_text_is_cut_where_it_reads_best(text, lines):
    assert wrapped(text, 10) == lines


def test_a_place_is_shown_from_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert shown_place(Place(str(tmp_path / "app" / "api.py"), 3, {})) == f"{Path('app/api.py')}:3"
    assert shown_place(Place("/elsewhere/api.py", 3, {})) == f"{Path('/elsewhere/api.py')}:3"


def test_long_lists_are_cut():
    assert listed(["a", "b"], 2) == "a, b"
    assert listed([str(number) for number in range(1203)], 2) == "0, 1, and 1,201 more"


@pytest.mark.parametrize(("columns", "expected"), [("40", 80), ("132", 132)])
def test_the_width_is_that_of_the_terminal_and_never_less_than_80(monkeypatch, columns, expected):
    monkeypatch.setenv("COLUMNS", columns)
    assert width() == expected


@pytest.mark.parametrize(("value", "expected"), [(None, None), ("", None), ("1", False)])
def test_no_color_is_heard(monkeypatch, value, expected):
    monkeypatch.delenv("NO_COLOR", raising=False)
    if value is not None:
        monkeypatch.setenv("NO_COLOR", value)
    assert has_colour() is expected


def test_a_text_of_others_is_one_line_that_no_terminal_obeys():
    assert one_line("E: a\x1b[31m\x07\u202e\nb") == r"E: a\x1b[31m\x07\u202e"
    assert one_line("a" * 300) == "a" * 200
    assert one_line("") == ""
