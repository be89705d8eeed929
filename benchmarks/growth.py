"""Draws the cost of CORS against the size of the configuration:

``python -m benchmarks.growth results/timings.json growth.svg``, in the environment "tools".
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture

from . import figures
from .cases import LIBRARIES
from .figures import Figure

# The case for each number of origins, and for each number of resources.
ORIGINS = {count: f"exact_{count}" for count in (1, 2, 100, 1_000, 100_000)}
RESOURCES = {count: f"resources_{count}" for count in (1, 50, 500)}

# Colours that colour-blind readers can distinguish, and a marker for those who see no colours.
STYLES = {
    "ours": ("#0072b2", "o"),
    "hook": ("#000000", "x"),
    "pair": ("#777777", "+"),
    "flask_cors_6": ("#d55e00", "s"),
    "starlette": ("#009e73", "^"),
    "django": ("#cc79a7", "v"),
    "quart": ("#e69f00", "D"),
    "falcon": ("#56b4e9", "P"),
}


def main(source: Path, target: Path) -> None:
    # The same figures make the same picture, and text stays text.
    mpl.rcParams.update({"svg.hashsalt": "flask-cors", "svg.fonttype": "none", "font.size": 10})
    measured = figures.read(source)
    picture = Picture(figsize=(9, 4.6), layout="constrained")
    left, right = picture.subplots(1, 2, sharey=True, width_ratios=(3, 2))
    _draw(left, measured, ORIGINS, "exact origins")
    _draw(right, measured, RESOURCES, "resources")
    left.set_ylabel("what CORS adds to a request, µs")
    handles, labels = left.get_legend_handles_labels()
    picture.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    picture.savefig(target, metadata={"Date": None})


def _draw(axes: Axes, measured: dict[str, Figure], cases: dict[int, str], what: str) -> None:
    for library, (colour, marker) in STYLES.items():
        keys = {size: f"cost.{case}.{library}" for size, case in cases.items()}
        points = {size: measured[key].value for size, key in keys.items() if key in measured}
        if points:
            axes.plot(
                list(points),
                list(points.values()),
                color=colour,
                marker=marker,
                linewidth=2.5 if library == "ours" else 1.2,
                label=LIBRARIES[library].title,
            )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_xticks(list(cases), [f"{size:,}" for size in cases])
    axes.minorticks_off()
    axes.set_xlabel(f"number of {what}")
    axes.grid(visible=True, color="#dddddd", linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
