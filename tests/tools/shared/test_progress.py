"""The line on a terminal that says what a command is doing."""

from __future__ import annotations

import io
import time
from types import SimpleNamespace

import pytest

from flask_cors.tools.shared import progress
from flask_cors.tools.shared.progress import show_progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch):
    """Return the terminal that standard error is, with a fast clock."""
    stream = Terminal()
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=stream))
    monkeypatch.setattr(progress, "_INTERVAL", 0.001)
    return stream


def wait_for(text: str, stream: io.StringIO) -> None:
    end = time.monotonic() + 10
    while text not in stream.getvalue():
        assert time.monotonic() < end, f"{text!r} is not shown"
        time.sleep(0.001)


def test_the_task_and_its_seconds_are_shown_and_erased(terminal):
    with show_progress("Loading the app"):
        wait_for("Loading the app (0 s)", terminal)
    *_, shown, erased, rest = terminal.getvalue().split("\r")
    assert (shown, erased, rest) == ("", " " * 79, "")


def test_the_task_can_be_replaced(terminal):
    with show_progress("Checking") as show:
        show("Checking 1/2")
        wait_for("\rChecking 1/2 (0 s)", terminal)


def test_a_long_task_is_cut_to_one_line_without_control_characters(terminal):
    with show_progress("\x1b" + "a" * 100):
        wait_for("\r\\x1baaa", terminal)
    assert {len(part) for part in terminal.getvalue().split("\r")} == {0, 79}


def test_short_work_shows_nothing(terminal, monkeypatch):
    monkeypatch.setattr(progress, "_INTERVAL", 60)
    with show_progress("Loading the app"):
        pass
    assert terminal.getvalue() == ""


def test_a_thread_that_comes_late_shows_nothing(terminal):
    line = progress._StatusLine(terminal, "Loading the app")
    line.end()
    before = terminal.getvalue()
    waits = iter([False, True])
    line._ended = SimpleNamespace(wait=lambda _: next(waits), is_set=lambda: True)
    line._run()
    assert terminal.getvalue() == before


def test_what_is_not_a_terminal_shows_nothing(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=stream))
    monkeypatch.setattr(progress, "_INTERVAL", 0.001)
    with show_progress("Loading the app") as show:
        show("Checking")
        time.sleep(0.01)
    assert stream.getvalue() == ""


def test_an_exception_erases_the_line(terminal):
    with pytest.raises(KeyboardInterrupt), show_progress("Loading the app"):  # noqa: PT012
        wait_for("Loading", terminal)
        raise KeyboardInterrupt
    assert terminal.getvalue().endswith(" \r")
