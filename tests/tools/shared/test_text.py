"""Plain text in columns."""

from __future__ import annotations

import errno
import io
import sys
from pathlib import Path
from typing import IO

import click
import pytest

from flask_cors.diagnostics.source_location import SourceLocation
from flask_cors.tools.shared.text import (
    CannotPrint,
    echo,
    escape_first_line,
    fit_columns,
    format_list,
    format_location,
    format_table,
    get_width,
    shorten_path,
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


def test_the_column_is_narrowed_whose_cells_are_rarely_long():
    rows = [("/api/books/one", "GET"), ("/api/books/two", "GET, PATCH, POST, PUT")] + 5 * [
        ("/api/books/six", "GET")
    ]
    assert fit_columns(rows, 32) == [14, 16]


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
        ("/api/a_b_c_d", ["/api/", "a_b_c_d"]),
        ("a_views.py:128", ["a_views.", "py:128"]),
        ("views1.py:128", ["views1.py:", "128"]),
    ],
)
def test_text_is_wrapped_at_spaces_and_punctuation(text, lines):
    assert wrap(text, 10) == lines


def test_a_location_is_relative_to_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path / "src"))
    location = SourceLocation(str(tmp_path / "src" / "api.py"), 3)
    assert format_location(location) == f"{Path('src/api.py')}:3"


def test_a_path_elsewhere_is_relative_to_what_is_importable(monkeypatch):
    monkeypatch.setattr(sys, "path", ["", "/srv", "/srv/packages"])
    assert shorten_path("/srv/packages/shop/api.py") == str(Path("shop/api.py"))
    assert shorten_path("/srv/api.py") == "api.py"
    assert shorten_path("/elsewhere/api.py") == "/elsewhere/api.py"


def test_an_environment_in_the_working_directory_is_not_its_own_code(tmp_path, monkeypatch):
    packages = tmp_path / ".venv" / "lib" / "site-packages"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(packages)])
    assert shorten_path(str(packages / "shop" / "api.py")) == str(Path("shop/api.py"))


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


@pytest.mark.parametrize(
    ("encoding", "printed"), [("ascii", rb"/\xdf\u540d"), ("latin-1", b"/\xdf\\u540d")]
)
def test_characters_that_the_output_cannot_encode_are_escaped(monkeypatch, encoding, printed):
    output = io.TextIOWrapper(io.BytesIO(), encoding)
    monkeypatch.setattr(sys, "stdout", output)
    echo(["/ß名"])
    assert output.buffer.getvalue().strip() == printed


class Broken(io.StringIO):
    """Standard output that cannot be written to."""

    def __init__(self, error: OSError, file: IO[str]) -> None:
        super().__init__()
        self._error = error
        self.fileno = file.fileno

    def write(self, text: str) -> int:
        raise self._error


def test_a_full_disk_is_reported_in_one_line(monkeypatch, tmp_path):
    with (tmp_path / "output").open("w") as file:
        monkeypatch.setattr(sys, "stdout", Broken(OSError(errno.ENOSPC, "disk full"), file))
        with pytest.raises(CannotPrint, match=r"^standard output: disk full$") as raised:
            echo(["a"])
        assert raised.value.exit_code == 2
        file.write("what is left is not written")
    assert (tmp_path / "output").read_text() == ""


def test_a_closed_pipe_is_left_to_click(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Broken(BrokenPipeError(errno.EPIPE, "closed"), sys.stdin))
    with pytest.raises(BrokenPipeError):
        echo(["a"])


def test_a_foreign_text_is_cut_to_one_line_without_control_characters():
    assert escape_first_line("E: a\x1b[31m\x07\u202e\nb") == r"E: a\x1b[31m\x07\u202e"
    assert escape_first_line("a" * 300) == "a" * 200
    assert escape_first_line("") == ""
