"""Collect the messages of browsers into ``tests/data/messages.json``.

Run it with ``python -m tests.live.messages``.

Both browsers must be installed. The pages of ``docs/errors/`` show the messages from this file: a
new scenario needs a ``{messages}`` on one of them, which ``tests/test_docs_errors.py`` demands.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import datetime, timezone
from typing import Any

from tests.live.browsers import EXECUTABLES, executable, install

from . import chromium, firefox
from .loopback import loopback
from .messages import EXAMPLES, FILE, write
from .scenarios import ALL

SETTLE = 0.7  # seconds: nothing is expected here, so every line gets time to come


def main() -> str | None:
    paths = {name: executable(name) for name in EXECUTABLES}
    for name, path in paths.items():
        if path is None:
            return f"{name} is missing: {install(name)}"
    rows: dict[str, dict[str, Any]] = {s.name: {"name": s.name, "what": s.what} for s in ALL}
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
                report(f"{driven.version} {number}/{len(ALL)} {scenario.name}")
                if driven.name in scenario.browsers:
                    rows[scenario.name][driven.name] = driven.replay(served, scenario, SETTLE)
    write({"browsers": browsers, "examples": EXAMPLES, "scenarios": list(rows.values())})
    report(f"written to {FILE}")
    return None


def report(text: str) -> None:
    print(text, flush=True)  # noqa: T201  # the progress of the program


if __name__ == "__main__":
    sys.exit(main())
