"""How far a long measurement is, on stderr."""

from __future__ import annotations

import sys
import time

PAUSE = 10  # seconds between two lines in a log


class Progress:
    """One line that a terminal shows anew each time; elsewhere a line now and then."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._said = -float(PAUSE)
        self._terminal = sys.stderr.isatty()

    def say(self, text: str) -> None:
        seconds = time.monotonic() - self._began
        line = f"{seconds // 60:.0f}:{int(seconds % 60):02}  {text}"
        if self._terminal:
            print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
        elif seconds >= self._said + PAUSE:
            print(line, file=sys.stderr, flush=True)
            self._said = seconds

    def done(self) -> None:
        """Leave a terminal's line to what is printed next."""
        if self._terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
