"""A line on the terminal that says what a command is doing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import TextIO

from .text import MIN_WIDTH, escape

_INTERVAL = 1.0  # seconds; work that ends before shows nothing


@contextmanager
def show_progress(task: str) -> Generator[Callable[[str], None]]:
    """Show a task and its seconds on a terminal, once it takes longer than one, and erase that when
    it ends. The value of the context is a function that replaces the task."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    line = _StatusLine(sys.stderr, task)
    try:
        yield line.set_task
    finally:
        line.end()


class _StatusLine:
    def __init__(self, stream: TextIO, task: str) -> None:
        self._stream = stream
        self._task = task
        self._is_shown = False
        self._lock = Lock()
        self._ended = Event()
        # It is not joined, because that waits in vain where the app has gevent replace threads.
        Thread(target=self._run, daemon=True).start()

    def set_task(self, task: str) -> None:
        self._task = task

    def end(self) -> None:
        with self._lock:
            self._ended.set()
            if self._is_shown:
                self._write("")

    def _run(self) -> None:
        started = time.monotonic()
        while not self._ended.wait(_INTERVAL):
            with self._lock:
                if not self._ended.is_set():
                    self._write(f"{escape(self._task)} ({time.monotonic() - started:.0f} s)")

    def _write(self, text: str) -> None:
        """Write a text, with the cursor before it: what the app prints replaces it."""
        self._is_shown = True
        self._stream.write(f"\r{text[: MIN_WIDTH - 1]:<{MIN_WIDTH - 1}}\r")
        self._stream.flush()
