"""Counts the instructions of a request with callgrind. Unlike a time, a count can be reproduced.

Each app runs in its own process, so that it does not move the objects of another in memory, and
after a warm-up; start-up and configuration are not counted. The seed of hashes, the environment
variables and the garbage collector are fixed. The same code then gives the same count, within some
ten instructions. Any change of the code, also of the benchmark, moves objects in memory, some of
which CPython hashes by address (the cache of methods, context variables): this explains changes of
up to 1 %.

The counts are kept in the repository with the versions of everything they depend on, so that a new
version of Flask is not mistaken for a change of ours.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from statistics import median
from typing import NamedTuple

from . import environments, figures
from .cases import CASES, LIBRARIES
from .errors import BenchmarkError
from .figures import Figure
from .instructions_app import BATCHES, MARK, REQUESTS

PATH = figures.RESULTS / "instructions.json"


class Process(NamedTuple):
    """An app and the cases that it is counted in, which have the same configuration."""

    library: str
    cases: tuple[str, ...]


PROCESSES = (
    Process("bare", ("exact_2", "preflight")),
    Process("hook", ("exact_2", "refused", "absent")),
    Process("pair", ("exact_2", "refused", "absent", "preflight")),
    Process("ours", ("exact_2", "refused", "absent", "preflight")),
    Process("ours", ("decorator",)),
)


def measure(say: Callable[[str], None]) -> dict[str, Figure]:
    """Return the instructions of a request, ``instructions.<case>.<library>``: the median of the
    batches, with the lowest and the highest as its spread."""
    _require_valgrind()
    for process in PROCESSES:
        _python(process.library)  # made here, so that two threads do not make it at the same time
    say(f"instructions: {len(PROCESSES)} apps, as many at a time as there are cores")
    counted: dict[Process, dict[str, Figure]] = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # the load does not change a count
        running = {pool.submit(_count, process): process for process in PROCESSES}
        for future in as_completed(running):
            counted[running[future]] = future.result()
            say(f"instructions: app {len(counted)} of {len(PROCESSES)}")
    return {key: figure for process in PROCESSES for key, figure in counted[process].items()}


def changes(now: Mapping[str, Figure]) -> list[list[str]]:
    """Return a table of the saved counts, the new ones and the change. If the version of something
    else has changed, the table names it instead: the counts then cannot be compared."""
    last = figures.read(PATH)
    others = ", ".join(_other_versions())
    rows = [["Instructions of a request", "last", "now", "change"]]
    for key, figure in now.items():
        row = [_title(key), "", f"{figure.value:,}", ""]
        if key in last:
            before = last[key].value
            change = f"{(figure.value - before) / before:+.2%}"
            row[1], row[3] = f"{before:,}", f"other {others}" if others else change
        rows.append(row)
    return rows


def keep(now: Mapping[str, Figure]) -> None:
    """Replace the saved counts."""
    figures.write(PATH, now, versions())


def versions() -> dict[str, str]:
    """Return the versions of everything that a count depends on besides the counted code."""
    program = (
        "import platform, sys\n"
        "from importlib.metadata import version\n"
        "print(platform.python_version(), platform.python_compiler(), sep=', ')\n"
        "print(version('flask'))\n"
        "print(version('werkzeug'))\n"
        "print(*platform.libc_ver())\n"
    )
    printed = _run(_python("ours"), "-I", "-c", program).splitlines()
    found = dict(zip(("python", "flask", "werkzeug", "libc"), printed, strict=True))
    return {**found, "valgrind": _run("valgrind", "--version").strip()}


def _other_versions() -> list[str]:
    """Return the names whose versions differ from those of the saved counts."""
    if not PATH.exists():
        return []
    kept = json.loads(PATH.read_text(encoding="utf-8"))["machine"]
    return [name for name, version in versions().items() if kept.get(name) != version]


def _count(process: Process) -> dict[str, Figure]:
    module = f"{__package__}.instructions_app"
    program = (str(_python(process.library)), "-m", module, process.library, *process.cases)
    _run(*program)  # compiles the imported modules, and reports errors
    with tempfile.TemporaryDirectory(prefix="callgrind-") as folder:
        callgrind = ("--tool=callgrind", f"--dump-before={MARK}")
        _run("valgrind", *callgrind, f"--callgrind-out-file={folder}/counts", *program)
        counts = _counts(Path(folder))
    counted = {}
    for number, case in enumerate(process.cases):
        batches = counts[number * BATCHES : (number + 1) * BATCHES]
        each = [round(count / REQUESTS) for count in batches]
        key = f"instructions.{case}.{process.library}"
        counted[key] = Figure(median(each), min(each), max(each), "instructions")
    return counted


def _counts(folder: Path) -> list[int]:
    """Return the counts of the batches, in order, from the files that callgrind wrote at the
    marks."""
    numbered = sorted((int(path.suffix[1:]), path) for path in folder.glob("counts.*"))
    totals = [
        int(re.findall(r"^totals: (\d+)", path.read_text(encoding="utf-8"), re.MULTILINE)[0])
        for _, path in numbered
    ]
    return totals[1::2]  # the others are the instructions between the batches


def _require_valgrind() -> None:
    if shutil.which("valgrind") is None:
        raise BenchmarkError("valgrind is missing: apt-get install valgrind")


def _python(library: str) -> Path:
    return environments.python(LIBRARIES[library].environment)


def _run(*command: str | Path) -> str:
    """Return the output of a command, which always runs with the same environment variables."""
    fixed = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        command, cwd=environments.ROOT, env=fixed, capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no output"]
        raise BenchmarkError(f"{' '.join(map(str, command))} failed: {lines[-1]}")
    return done.stdout


def _title(key: str) -> str:
    _, case, library = key.split(".")
    return f"{CASES[case].title}: {LIBRARIES[library].title}"
