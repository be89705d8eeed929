"""The figures that are measured, and the files that hold them: ``results/*.json``."""

from __future__ import annotations

import json
import os
import platform
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

RESULTS = Path(__file__).parent / "results"


class Figure(NamedTuple):
    """A measured number.

    :ivar low: with ``high``, its spread; None if it has none.
    :ivar fewer: whether it comes from fewer rounds than other figures.
    """

    value: float
    low: float | None
    high: float | None
    unit: str
    fewer: bool = False


def read(path: Path) -> dict[str, Figure]:
    """Return the figures in a file; none if it does not exist."""
    if not path.exists():
        return {}
    kept = json.loads(path.read_text(encoding="utf-8"))["figures"]
    return {key: Figure(**fields) for key, fields in kept.items()}


def write(
    path: Path, figures: Mapping[str, Figure], versions: Mapping[str, str] | None = None
) -> None:
    """Replace a file by ``figures``, with the machine that they come from and the ``versions`` of
    what else they depend on."""
    kept = {key: rounded(figure) for key, figure in figures.items()}
    save(path, {"machine": {**machine(), **(versions or {})}, "figures": kept})


def save(path: Path, content: Mapping[str, object]) -> None:
    """Replace a file by ``content``, with one line per figure, so that a change of one figure is a
    change of one line."""
    text = json.dumps(content, indent=1)
    lines = re.sub(r"\{\s+(\"(?:value|what)\"[^}]*?)\s+\}", _on_one_line, text)
    path.parent.mkdir(exist_ok=True)
    path.write_text(lines + "\n", encoding="utf-8")


def machine() -> dict[str, str]:
    """Return what a reader needs to know about the machine."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "date": time.strftime("%Y-%m-%d"),
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")  # on Linux alone
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    return next(_model_names(lines), platform.machine())


def _model_names(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            yield value.strip()


def rounded(figure: Figure) -> dict[str, float | str | None]:
    """Return the fields of a figure with four digits, which are more than a measurement is sure
    of."""
    fields = figure._asdict()
    if not figure.fewer:  # the default
        del fields["fewer"]
    return {
        name: float(f"{value:.4g}") if isinstance(value, float) else value
        for name, value in fields.items()
    }


def _on_one_line(fields: re.Match[str]) -> str:
    return "{" + re.sub(r"\s*\n\s*", " ", fields[1]) + "}"
