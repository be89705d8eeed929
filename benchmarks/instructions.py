"""How many instructions a request takes, by callgrind: a count repeats where a time does not.

Each app is counted in a process of its own, so that none shifts the memory of another, and after a
warm-up; start-up and configuration are not in the count. What is left to vary is fixed: the seed of
hashes, the environment variables, the garbage collector. So the same code gives the same count, to
some ten instructions. Any change of it, of the benchmark's too, moves objects in memory, and what
CPython hashes by address (the cache of methods, context variables) with them: up to 1 % is that.

The counts are kept in the repository, with the versions of what else they depend on: a new Flask is
told, instead of mistaken for a change of ours.
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
    """An app and the cases that it is counted in, which are of one configuration."""

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
    """The instructions of a request: ``instructions.<case>.<library>``, the median of the batches
    with the least and the most as its spread."""
    _need_valgrind()
    for process in PROCESSES:
        _python(process.library)  # made now, and not by two threads at once
    say(f"instructions: {len(PROCESSES)} apps, as many at a time as there are cores")
    counted: dict[Process, dict[str, Figure]] = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # a busy machine changes no count
        running = {pool.submit(_count, process): process for process in PROCESSES}
        for future in as_completed(running):
            counted[running[future]] = future.result()
            say(f"instructions: app {len(counted)} of {len(PROCESSES)}")
    return {key: figure for process in PROCESSES for key, figure in counted[process].items()}


def changes(now: Mapping[str, Figure]) -> list[list[str]]:
    """A table of the counts that were kept, those of now, and the change. Where something else has
    changed, too, it stands instead: two counts with two versions of Flask say nothing of ours."""
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
    """Replace the counts that were kept."""
    figures.write(PATH, now, versions())


def versions() -> dict[str, str]:
    """What a count depends on besides the code that is counted."""
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
    """The names of what has another version than the kept counts."""
    if not PATH.exists():
        return []
    kept = json.loads(PATH.read_text(encoding="utf-8"))["machine"]
    return [name for name, version in versions().items() if kept.get(name) != version]


def _count(process: Process) -> dict[str, Figure]:
    module = f"{__package__}.instructions_app"
    program = (str(_python(process.library)), "-m", module, process.library, *process.cases)
    _run(*program)  # compiles what is imported, and says what is wrong if something is
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
    """What callgrind wrote at each mark, in order; of those the batches."""
    numbered = sorted((int(path.suffix[1:]), path) for path in folder.glob("counts.*"))
    totals = [
        int(re.findall(r"^totals: (\d+)", path.read_text(encoding="utf-8"), re.MULTILINE)[0])
        for _, path in numbered
    ]
    return totals[1::2]  # what lies before a batch, the batch, what lies before the next


def _need_valgrind() -> None:
    if shutil.which("valgrind") is None:
        raise BenchmarkError("valgrind is missing: apt-get install valgrind")


def _python(library: str) -> Path:
    return environments.python(LIBRARIES[library].environment)


def _run(*command: str | Path) -> str:
    """What a command prints, in an environment that is the same for everybody."""
    fixed = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        command, cwd=environments.ROOT, env=fixed, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it says nothing"]
        raise BenchmarkError(f"{' '.join(map(str, command))} failed: {said[-1]}")
    return done.stdout


def _title(key: str) -> str:
    _, case, library = key.split(".")
    return f"{CASES[case].title}: {LIBRARIES[library].title}"
