"""What a long check is doing, on a terminal."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TextIO

_PATIENCE = 1.0  # seconds, before there is something to see


class Progress:
    """A line that says how far it is, once it takes longer than a second; gone when it ends.
    Nothing where ``stream`` is no terminal."""

    def __init__(self, stream: TextIO, patience: float = _PATIENCE) -> None:
        self._stream = stream
        self._line = ""
        self._is_shown = False
        self._lock = threading.Lock()
        self._timer = threading.Timer(patience, self._begin)
        self._timer.daemon = True

    def __enter__(self) -> Progress:
        if self._stream.isatty():
            self._timer.start()
        return self

    def __call__(self, done: int, total: int, what: str) -> None:
        with self._lock:
            self._line = f"{done} of {total} checks, now {what}"
            if self._is_shown:
                self._write()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            if self._is_shown:
                self._is_shown = False
                self._line = ""
                self._write()

    def _begin(self) -> None:
        with self._lock:
            self._is_shown = True
            self._write()

    def _write(self) -> None:
        # To the beginning of the line, and clear to its end (ECMA-48, EL).
        self._stream.write(f"\r{self._line[:78]}\x1b[K")
        self._stream.flush()
