"""Collect what the browsers say into ``tests/data/messages.json``: ``python tests/live/messages``.

Both browsers must be installed, and openssl. Afterwards ``docs/troubleshooting.md`` wants each new
message, which ``test_page.py`` names.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1]))  # as pytest does, for browsers.py

import chromium
import firefox
from browsers import EXECUTABLES, executable, install
from loopback import loopback
from messages import EXAMPLES, FILE, write
from scenarios import ALL

SETTLE = 0.7  # seconds: nothing is expected here, so every line gets time to come


def main() -> str | None:
    paths = {name: executable(name) for name in EXECUTABLES}
    for name, path in paths.items():
        if path is None:
            return f"{name} is missing: {install(name)}"
    said: dict[str, dict[str, Any]] = {s.name: {"name": s.name, "what": s.what} for s in ALL}
    browsers = {}
    with ExitStack() as stack:
        served = stack.enter_context(loopback())
        for start in (chromium.chromium, firefox.firefox):
            driven = stack.enter_context(start(str(paths[start.__name__])))
            browsers[driven.name] = {
                "version": driven.version,
                "date": datetime.now(timezone.utc).date().isoformat(),
            }
            for number, scenario in enumerate(ALL, 1):
                say(f"{driven.version} {number}/{len(ALL)} {scenario.name}")
                if driven.name in scenario.browsers:
                    said[scenario.name][driven.name] = driven.replay(served, scenario, SETTLE)
    write({"browsers": browsers, "examples": EXAMPLES, "scenarios": list(said.values())})
    say(f"written to {FILE}")
    return None


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  # a program talks to people by printing


if __name__ == "__main__":
    sys.exit(main())
