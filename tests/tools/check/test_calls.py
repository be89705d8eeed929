"""The time limits of a check, and views that are not called."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo

from flask_cors import CORS
from flask_cors.tools.check import calls as module
from flask_cors.tools.check import check
from flask_cors.tools.check.calls import Calls, OutOfTimeError
from flask_cors.tools.check.rules.caching import PublicResponse
from flask_cors.tools.check.run import run
from flask_cors.tools.cli import cors

Waiting = tuple[Flask, "queue.Queue[str]"]


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Waiting]:
    """An app with a view that waits until something is put into a queue."""
    monkeypatch.setattr(module, "REQUEST_SECONDS", 0.05)
    lines: queue.Queue[str] = queue.Queue()
    app = Flask("waiting", static_folder=None)
    CORS(app, origins="https://*.app.example")

    @app.get("/next")
    def next_line() -> tuple[str, int, dict[str, str]]:
        return lines.get(), 200, {"Cache-Control": "public"}

    yield app, lines
    for _ in range(9):
        lines.put("")


def test_what_returns_is_in_time():
    ran: list[str] = []
    assert Calls().returns_in_time("it", lambda: ran.append("it"))
    assert ran == ["it"]


def test_what_returns_is_in_time_where_the_app_has_gevent_replace_threads():
    pytest.importorskip("gevent", reason="needs gevent: pip install -r requirements/live.txt")
    code = (
        "from flask_cors.tools.check.calls import Calls\n"
        "from gevent import monkey; monkey.patch_all()\n"  # by the app, after the command began
        "assert Calls().returns_in_time('it', lambda: None)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_what_waits_is_not_in_time_and_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "REQUEST_SECONDS", 0.05)
    calls, event = Calls(), threading.Event()
    assert not calls.returns_in_time("it", event.wait)
    assert (list(calls.unresponsive), calls.allow("it"), calls.allow("other")) == (
        ["it"],
        False,
        True,
    )
    event.set()


def test_what_is_raised_is_raised_by_the_caller_too():
    with pytest.raises(KeyboardInterrupt):
        Calls().returns_in_time("it", lambda: (_ for _ in ()).throw(KeyboardInterrupt))


def test_no_call_is_made_after_the_time_of_the_check():
    calls = Calls(seconds=0)
    with pytest.raises(OutOfTimeError):
        calls.returns_in_time("it", pytest.fail)


def test_a_call_ends_with_the_time_of_the_check():
    calls, event = Calls(seconds=0.05), threading.Event()
    with pytest.raises(OutOfTimeError):
        calls.returns_in_time("it", event.wait)
    assert calls.unresponsive == {}
    event.set()


def test_a_view_that_waits_is_a_note_with_its_name_and_the_check_ends(waiting: Waiting):
    app, _ = waiting
    (finding,) = run(app).findings
    assert (finding.code, finding.severity) == ("CORS904", "note")
    assert finding.message == (
        "the view 'next_line' did not respond within 5 s: what it sends is not known"
    )
    assert finding.location is not None
    assert (finding.location.file, finding.subject) == (__file__, "the view 'next_line'")


def test_a_view_that_waits_is_called_once(waiting: Waiting):
    app, _ = waiting
    called: list[str] = []
    view = app.view_functions["next_line"]

    def counted() -> Any:
        called.append("next_line")
        return view(), 200, {"Cache-Control": "public", "Access-Control-Allow-Origin": "*"}

    app.view_functions["next_line"] = counted
    run(app)
    assert called == ["next_line"]


def test_an_app_is_left_as_it_was_by_a_view_that_waits(waiting: Waiting):
    app, lines = waiting
    app.config["PROPAGATE_EXCEPTIONS"] = None
    check(app)
    assert app.config["PROPAGATE_EXCEPTIONS"] is None
    lines.put("line")
    lines.put("line")
    assert app.test_client().get("/next").text == "line"


def test_a_function_that_waits_is_a_note_with_the_request(waiting: Waiting):
    app, lines = waiting
    app.before_request(lambda: lines.get() and None)
    messages = [finding.message for finding in run(app).findings]
    assert "GET /next did not respond within 5 s: what it sends is not known" in messages


def test_the_rules_that_the_time_of_the_check_does_not_reach_are_a_warning(waiting: Waiting):
    app, _ = waiting
    app.config["CORS_CHECK_IGNORE"] = {"CORS403": "it is not called unused"}
    (finding,) = run(app, [PublicResponse], Calls(seconds=0.01)).findings
    assert (finding.code, finding.severity) == ("CORS905", "warning")
    assert finding.message == "the check took more than 0.01 s, and ended before CORS403"


# ---- the command -------------------------------------------------------------------------------


@pytest.fixture
def run_check(waiting: Waiting) -> Callable[..., str]:
    info = ScriptInfo(create_app=lambda: waiting[0])
    return lambda *arguments: CliRunner().invoke(cors, ["check", *arguments], obj=info).output


def test_no_view_is_called_without_calls(run_check: Callable[..., str]):
    assert run_check("--no-calls") == "Nothing was found.\n"


def test_the_check_ends_after_its_timeout(
    run_check: Callable[..., str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "REQUEST_SECONDS", 60.0)
    start = time.monotonic()
    assert "the check took more than 1 s" in run_check("--timeout", "1", "--select", "CORS4")
    assert time.monotonic() - start < 30
