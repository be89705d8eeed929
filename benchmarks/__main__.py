"""Measure, compare each target with its figure, and save the figures in benchmarks/results."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from . import compare, environments, figures, report, rounds
from .compare import Series
from .errors import BenchmarkError
from .figures import RESULTS, Figure
from .progress import Progress

MIN_PYTHON = (3, 11)  # the first with tomllib

Say = Callable[[str], None]


class Measured(NamedTuple):
    """The results of one part of the benchmark.

    :ivar table: the figures as printed.
    :ivar keep: writes the figures to ``results/``.
    :ivar series: the series that targets compare.
    """

    figures: dict[str, Figure]
    table: str
    keep: Callable[[], None]
    series: Mapping[str, Series] = MappingProxyType({})


def _time(count: int, say: Say) -> Measured:
    timings = rounds.measure(count, say)
    series = compare.all_series(timings)
    found = compare.figures(series, timings)

    def keep() -> None:
        path = RESULTS / "timings.json"
        figures.write(path, found)
        command: list[Path | str] = [environments.python("tools"), "-m", f"{__package__}.growth"]
        subprocess.run([*command, path, RESULTS / "growth.svg"], cwd=environments.ROOT, check=True)

    tables = (report.table(rows) for rows in (report.costs(found), report.totals(found)))
    note = f"{report.FEWER} above {rounds.SLOW_US} µs per request: measured in fewer rounds"
    return Measured(found, "\n\n".join([*tables, note]), keep, series)


def _memory(_: int, say: Say) -> Measured:
    from . import memory, startup

    found = {**memory.measure(say), **startup.measure(say)}
    return _listed("Memory and start-up", found, RESULTS / "memory.json")


def _server(_: int, say: Say) -> Measured:
    from . import server

    return _listed("Two gunicorn workers", server.measure(say), RESULTS / "server.json")


def _listed(title: str, found: dict[str, Figure], path: Path) -> Measured:
    table = report.listing(title, found, figures.read(path))
    return Measured(found, table, partial(figures.write, path, found))


def _count(_: int, say: Say) -> Measured:
    from . import instructions

    found = instructions.measure(say)
    table = report.table(instructions.changes(found))
    return Measured(found, table, partial(instructions.keep, found))


PARTS: dict[str, Callable[[int, Say], Measured]] = {
    "time": _time,
    "memory": _memory,
    "server": _server,
    "count": _count,
}


def main() -> int:
    if sys.version_info < MIN_PYTHON:
        sys.exit("The benchmark needs Python 3.11: make clean, make PYTHON=python3.11 bench")
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    choices = ", ".join(PARTS)
    parser.add_argument("parts", nargs="*", help=f"{choices} (default: all)")
    parser.add_argument(
        "--rounds",
        type=int,
        default=rounds.ROUNDS,
        help="number of rounds of the timings (default: %(default)s)",
    )
    options = parser.parse_args()
    unknown = sorted(set(options.parts) - set(PARTS))
    if unknown:
        parser.error(f"unknown part {', '.join(unknown)}: choose from {choices}")

    progress = Progress()
    try:
        return _run(options.parts or list(PARTS), options.rounds, progress)
    except BenchmarkError as error:
        failure = str(error)
    except KeyboardInterrupt:
        failure = "stopped"
    progress.done()
    sys.exit(failure)


def _run(parts: list[str], count: int, progress: Progress) -> int:
    series: dict[str, Series] = {}
    found: dict[str, Figure] = {}
    for name in parts:
        measured = PARTS[name](count, progress.say)
        progress.done()
        print(measured.table, end="\n\n", flush=True)
        measured.keep()
        series |= measured.series
        found |= measured.figures
    return _judge(found, series)


def _judge(found: Mapping[str, Figure], series: Mapping[str, Series]) -> int:
    """Print and save the targets of the measured figures. Return 1 if one is missed, or else 0."""
    from . import targets  # needs tomllib, so only after the version of Python was checked

    verdicts = [
        targets.Verdict(target, target.measured(found, series))
        for target in targets.load()
        if found.keys() >= set(target.keys)
    ]
    if not verdicts:
        return 0
    print(report.verdicts(verdicts))
    targets.keep(verdicts)
    missed = [verdict for verdict in verdicts if verdict.is_missed]
    if missed:
        print(f"\n{len(missed)} of {len(verdicts)} targets are missed.", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
