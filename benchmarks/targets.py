"""The targets, and the verdicts on them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import tomllib

from . import compare, figures
from .compare import Series
from .figures import RESULTS, Figure

PATH = Path(__file__).with_name("targets.toml")
KEPT = RESULTS / "targets.json"


class Target(NamedTuple):
    """A limit for a figure, or for its ratio to or difference from another."""

    what: str
    figure: str
    at_most: float
    over: str | None = None
    minus: str | None = None
    goal: float | None = None
    unit: str = ""

    @property
    def keys(self) -> list[str]:
        return [key for key in (self.figure, self.over, self.minus) if key is not None]

    def measured(self, figures: Mapping[str, Figure], series: Mapping[str, Series]) -> Figure:
        """Return the figure of this target. Two series are compared in each block of rounds."""
        if self.over is not None and self.over not in series:  # not measured in blocks
            ratio = figures[self.figure].value / figures[self.over].value
            return Figure(ratio, None, None, self.unit)
        if self.over is not None:
            return compare.figure(compare.ratio(series[self.figure], series[self.over]), self.unit)
        if self.minus is not None:
            beyond = compare.difference(series[self.figure], series[self.minus])
            return compare.figure(beyond, self.unit)
        return figures[self.figure]


class Verdict(NamedTuple):
    """A target and the measured figure."""

    target: Target
    figure: Figure

    @property
    def is_missed(self) -> bool:
        return self.figure.value > self.target.at_most

    @property
    def word(self) -> str:
        if self.is_missed:
            return "MISSED"
        if self.target.goal is not None and self.figure.value <= self.target.goal:
            return "goal met"
        return "met"


def load() -> list[Target]:
    tables = tomllib.loads(PATH.read_text(encoding="utf-8"))["target"]
    return [Target(**table) for table in tables]


def keep(judged: Iterable[Verdict], path: Path = KEPT) -> None:
    """Save verdicts for the docs. The saved figures of other targets stay, because not all parts
    are always run; those of targets that are no longer in ``targets.toml`` are removed."""
    measured = _kept(path) | {verdict.target.what: verdict.figure for verdict in judged}
    rows = [
        _row(Verdict(target, measured[target.what])) for target in load() if target.what in measured
    ]
    figures.save(path, {"machine": figures.machine(), "targets": rows})


def _row(verdict: Verdict) -> dict[str, object]:
    target, figure = verdict
    judged = {"at_most": target.at_most, "goal": target.goal, "word": verdict.word}
    return {"what": target.what, **figures.rounded(figure), **judged}


def _kept(path: Path) -> dict[str, Figure]:
    """Return the figures in a file by target; none if it does not exist."""
    if not path.exists():
        return {}
    rows = json.loads(path.read_text(encoding="utf-8"))["targets"]
    return {row["what"]: Figure(row["value"], row["low"], row["high"], row["unit"]) for row in rows}
