"""Figures of the benchmark, which ``make bench`` writes to ``benchmarks/results``.

``{measured} targets``
    Each target, and what was measured.
``{measured} costs``, ``{measured} totals``
    What CORS adds to a request, and the time of the whole request: one row per case, one column
    per library.
``{measured} memory``, ``{measured} server``, ``{measured} instructions``
    Memory and start-up; requests per second of a real server; instructions of a request.
``{measured} machine``
    A sentence: where and when the times were taken.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]  # docutils has no types of its own
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from tables import Generated

from benchmarks import figures, memory, report, server
from benchmarks.cases import CASES, LIBRARIES
from benchmarks.figures import Figure
from benchmarks.instructions import PROCESSES

# The command that makes each file.
COMMANDS = {
    "targets": "make bench",
    "timings": "python -m benchmarks time",
    "memory": "python -m benchmarks memory",
    "server": "python -m benchmarks server",
    "instructions": "python -m benchmarks count",
}

MEMORY = {
    "memory.exact_origin": f"Memory for each of {memory.EXACT_ORIGINS:,} exact origins",
    "memory.pattern": f"Memory for each of {memory.PATTERNS:,} subdomain patterns",
    "memory.growth": f"Growth over {memory.REQUESTS:,} random requests",
    "startup.flask": "`import flask`",
    "startup.import": "`import flask_cors` after it, version 7",
    "startup.import_6": "`import flask_cors` after it, version 6",
}

Rows = Sequence[Sequence[str]]


class MeasuredError(SphinxError):
    category = "Benchmark"


class Measured(Generated):
    """``{measured} costs``: a table of figures."""

    def run(self) -> list[nodes.Node]:
        show = SHOWN.get(self.arguments[0])
        if show is None:
            raise MeasuredError(f"{self.arguments[0]!r} is none of {', '.join(SHOWN)}")
        return show(self)

    # ---- what is shown ----

    def targets(self) -> list[nodes.Node]:
        rows = [["target", "measured", "spread", "at most", "goal", ""]]
        for row in self.kept("targets", "targets"):
            figure = Figure(row["value"], row["low"], row["high"], row["unit"])
            limits = (_amount(row[name], figure.unit) for name in ("at_most", "goal"))
            word = "**missed**" if row["word"] == "MISSED" else row["word"]
            measured = _amount(figure.value, figure.unit)
            rows.append([row["what"], measured, _spread(figure), *limits, word])
        return self.shown(rows)

    def costs(self) -> list[nodes.Node]:
        return self.shown(report.costs(self.of_cases("cost")))

    def totals(self) -> list[nodes.Node]:
        return self.shown(report.totals(self.of_cases("total")))

    def memory(self) -> list[nodes.Node]:
        found = self.figures("memory", list(MEMORY))
        rows = [
            [title, _amount(found[key].value, found[key].unit), _spread(found[key])]
            for key, title in MEMORY.items()
        ]
        return self.shown([["", "measured", "spread"], *rows])

    def server(self) -> list[nodes.Node]:
        keys = {
            library: [f"server.{case}.{library}" for case in server.SERVED_CASES]
            for library in server.SERVED
        }
        found = self.figures("server", [key for row in keys.values() for key in row])
        head = ["requests per second"]
        for case in server.SERVED_CASES:
            head += [CASES[case].title, "spread"]
        rows = [head]
        for library, of_library in keys.items():
            cells = [LIBRARIES[library].title]
            for key in of_library:
                cells += [report.number(found[key].value), _spread(found[key])]
            rows.append(cells)
        return self.shown(rows)

    def instructions(self) -> list[nodes.Node]:
        counted = [(case, library) for library, cases in PROCESSES for case in cases]
        keys = {key: f"instructions.{key[0]}.{key[1]}" for key in counted}
        found = self.figures("instructions", list(keys.values()))
        libraries = list(dict.fromkeys(library for _, library in counted))
        rows = [["instructions of a request", *(LIBRARIES[name].title for name in libraries)]]
        for case in dict.fromkeys(case for case, _ in counted):
            values = (found.get(f"instructions.{case}.{library}") for library in libraries)
            cells = ("" if figure is None else report.number(figure.value) for figure in values)
            rows.append([CASES[case].title, *cells])
        return self.shown(rows)

    def machine(self) -> list[nodes.Node]:
        machine = self.kept("timings", "machine")
        of = "{processor}, {cores} cores, {system}, {python}; measured on {date}.".format(**machine)
        return list(self.text(f"The machine: {of}"))

    # ---- reading the files ----

    def kept(self, name: str, key: str) -> Any:
        """Return the value of ``key`` in a file of the benchmark."""
        path = self.path(name)
        content = json.loads(path.read_text(encoding="utf-8"))
        if not content.get(key):
            raise _missing(path, key)
        return content[key]

    def figures(self, name: str, keys: Sequence[str]) -> dict[str, Figure]:
        """Return the figures of a file, which must contain those of ``keys``."""
        path = self.path(name)
        found = figures.read(path)
        for key in keys:
            if key not in found:
                raise _missing(path, key)
        return found

    def of_cases(self, kind: str) -> dict[str, Figure]:
        """Return the figures of all libraries; only ours must have a result for each case."""
        return self.figures("timings", [f"{kind}.{case}.ours" for case in CASES])

    def path(self, name: str) -> Path:
        path = figures.RESULTS / f"{name}.json"
        self.env.note_dependency(str(path))
        if not path.exists():
            raise _missing(path)
        return path

    def shown(self, rows: Rows) -> list[nodes.Node]:
        """Return a table. The first row is the head; columns after the first are numbers."""
        head, *body = rows
        (table,) = self.table(head, [[self.text(cell) for cell in row] for row in body])
        table["classes"].append("measured")
        return [table]


def _missing(path: Path, key: str | None = None) -> MeasuredError:
    what = "is missing" if key is None else f"has no {key}"
    return MeasuredError(f"benchmarks/results/{path.name} {what}: run {COMMANDS[path.stem]}")


def _amount(value: float | None, unit: str) -> str:
    return "" if value is None else f"{report.number(value)} {unit}".rstrip()


def _spread(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return ""
    return f"{report.number(figure.low)} to {report.number(figure.high)}"


SHOWN: dict[str, Callable[[Measured], list[nodes.Node]]] = {
    "targets": Measured.targets,
    "costs": Measured.costs,
    "totals": Measured.totals,
    "memory": Measured.memory,
    "server": Measured.server,
    "instructions": Measured.instructions,
    "machine": Measured.machine,
}


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("measured", Measured)
    return {"parallel_read_safe": True}
