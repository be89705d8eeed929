"""Measures ``import flask_cors`` in a process that has imported Flask, as every app has.

Each repetition is a new process that times both imports. Ours and flask-cors 6.0.5 take turns in
shuffled order. The files are in the page cache and compiled: the first repetition is dropped.
"""

from __future__ import annotations

import random
import statistics
import subprocess
from collections.abc import Callable
from typing import NamedTuple

from . import environments
from .figures import Figure

REPETITIONS = 40
LIBRARIES = ("ours", "flask_cors_6")

PROGRAM = """\
from time import perf_counter_ns as now
start = now()
import flask
between = now()
import flask_cors
end = now()
print(between - start, end - between)
"""


class Imports(NamedTuple):
    """The milliseconds of two imports in one process."""

    flask: float
    flask_cors: float


def measure(say: Callable[[str], None]) -> dict[str, Figure]:
    """Return the 5th percentile of each import, with the minimum and the median as its spread."""
    taken: dict[str, list[Imports]] = {library: [] for library in LIBRARIES}
    for library in LIBRARIES:
        _imports(library)
    for repetition in range(REPETITIONS):
        say(f"start-up: {repetition + 1} of {REPETITIONS}")
        for library in random.sample(LIBRARIES, len(LIBRARIES)):
            taken[library].append(_imports(library))
    return {
        "startup.flask": _figure([imports.flask for imports in taken["ours"]]),
        "startup.import": _figure([imports.flask_cors for imports in taken["ours"]]),
        "startup.import_6": _figure([imports.flask_cors for imports in taken["flask_cors_6"]]),
    }


def _imports(library: str) -> Imports:
    # -I: bytecode is written and read, whatever the PYTHON* variables are.
    command = [str(environments.python(library)), "-I", "-c", PROGRAM]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return Imports(*(int(nanoseconds) / 1e6 for nanoseconds in printed.split()))


def _figure(milliseconds: list[float]) -> Figure:
    # Other work of the machine only adds time: the 5th percentile is closest to the import alone.
    fifth, *_ = statistics.quantiles(milliseconds, n=20)
    return Figure(fifth, min(milliseconds), statistics.median(milliseconds), "ms")
