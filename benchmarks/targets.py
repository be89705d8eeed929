"""The targets, and whether they are met."""

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
    """A figure, by itself or against another, and how much it may be."""

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
        """The figure of this target; one against another is so in each block of rounds."""
        if self.over is not None:
            return compare.figure(compare.ratio(series[self.figure], series[self.over]), self.unit)
        if self.minus is not None:
            beyond = compare.difference(series[self.figure], series[self.minus])
            return compare.figure(beyond, self.unit)
        return figures[self.figure]


class Verdict(NamedTuple):
    """A target beside what was measured."""

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
    """Keep what was judged, for the docs to show. What is kept of other targets stays, for not all
    parts are always run; what ``targets.toml`` no longer has goes."""
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
    """The figures of a file by target, none where it is not there yet."""
    if not path.exists():
        return {}
    rows = json.loads(path.read_text(encoding="utf-8"))["targets"]
    return {row["what"]: Figure(row["value"], row["low"], row["high"], row["unit"]) for row in rows}
