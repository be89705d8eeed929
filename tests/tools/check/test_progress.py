"""A line on a terminal, once it takes longer than a second."""

from __future__ import annotations

import io
import time

from flask_cors.tools.check.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def wait_for(stream: io.StringIO, text: str) -> None:
    end = time.monotonic() + 10
    while text not in stream.getvalue():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_what_is_quick_shows_nothing():
    stream = Terminal()
    with Progress(stream) as progress:
        progress(0, 2, "a")
        progress(1, 2, "b")
    assert stream.getvalue() == ""


def test_what_takes_long_is_shown_and_taken_away():
    stream = Terminal()
    with Progress(stream, patience=0) as progress:
        progress(0, 2, "the first")
        wait_for(stream, "0 of 2 checks, now the first")
        progress(1, 2, "the second")
        assert stream.getvalue().endswith("\r1 of 2 checks, now the second\x1b[K")
    assert stream.getvalue().endswith("\r\x1b[K")


def test_a_line_fits_a_narrow_terminal():
    stream = Terminal()
    with Progress(stream, patience=0) as progress:
        progress(0, 2, "x" * 200)
        wait_for(stream, "xxx")
    assert max(map(len, stream.getvalue().replace("\x1b[K", "\r").split("\r"))) == 78


def test_a_file_gets_no_line():
    stream = io.StringIO()
    with Progress(stream, patience=0) as progress:
        progress(0, 2, "a")
        time.sleep(0.01)
        progress(1, 2, "b")
    assert stream.getvalue() == ""
