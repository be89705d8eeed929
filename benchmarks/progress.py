"""Shows the progress of a long measurement on stderr."""

from __future__ import annotations

import sys
import time

PAUSE = 10  # seconds between two lines in a log


class Progress:
    """A line that is rewritten in a terminal. Otherwise, a new line every ten seconds."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._last_shown = -float(PAUSE)
        self._terminal = sys.stderr.isatty()

    def say(self, text: str) -> None:
        seconds = time.monotonic() - self._began
        line = f"{seconds // 60:.0f}:{int(seconds % 60):02}  {text}"
        if self._terminal:
            print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
        elif seconds >= self._last_shown + PAUSE:
            print(line, file=sys.stderr, flush=True)
            self._last_shown = seconds

    def done(self) -> None:
        """Clear the line in a terminal."""
        if self._terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
