"""What a measurement answers, and the files that it is kept in: ``results/*.json``."""

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

    :ivar low: with ``high`` its spread; None where it was not spread.
    :ivar fewer: whether it comes from fewer rounds than the others beside it.
    """

    value: float
    low: float | None
    high: float | None
    unit: str
    fewer: bool = False


def read(path: Path) -> dict[str, Figure]:
    """The figures of a file, none where it is not there yet."""
    if not path.exists():
        return {}
    kept = json.loads(path.read_text(encoding="utf-8"))["figures"]
    return {key: Figure(**fields) for key, fields in kept.items()}


def write(
    path: Path, figures: Mapping[str, Figure], versions: Mapping[str, str] | None = None
) -> None:
    """Replace a file by ``figures``, with the machine that they come from and, where they depend
    on more, the ``versions`` of that."""
    kept = {key: rounded(figure) for key, figure in figures.items()}
    save(path, {"machine": {**machine(), **(versions or {})}, "figures": kept})


def save(path: Path, content: Mapping[str, object]) -> None:
    """Replace a file by ``content``, with one line a figure: a change of one is a change of one
    line."""
    text = json.dumps(content, indent=1)
    lines = re.sub(r"\{\s+(\"(?:value|what)\"[^}]*?)\s+\}", _on_one_line, text)
    path.parent.mkdir(exist_ok=True)
    path.write_text(lines + "\n", encoding="utf-8")


def machine() -> dict[str, str]:
    """The machine as a reader needs to know it to place the figures."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "date": time.strftime("%Y-%m-%d"),
    }


def _processor() -> str:
    with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
        return next(_model_names(lines), platform.machine())


def _model_names(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            yield value.strip()


def rounded(figure: Figure) -> dict[str, float | str | None]:
    """Four digits are more than a measurement is sure of, and a file that a person can read."""
    fields = figure._asdict()
    if not figure.fewer:  # which goes without saying
        del fields["fewer"]
    return {
        name: float(f"{value:.4g}") if isinstance(value, float) else value
        for name, value in fields.items()
    }


def _on_one_line(fields: re.Match[str]) -> str:
    return "{" + re.sub(r"\s*\n\s*", " ", fields[1]) + "}"
