"""Computes the cost of CORS from nanoseconds.

The addresses of an app in memory make its process faster or slower, so each block of rounds starts
new processes. The figure of a process is the 5th percentile of its requests, the time of an
undisturbed one; the figure of an app is the median of its processes. A series is that median,
followed by the figure of each block. Two series are combined block by block. A spread is from the
5th to the 95th percentile of the blocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from .cases import LIBRARIES, bare_case
from .figures import Figure
from .rounds import Timings, Variant

Series = list[float]

_US = 1000  # nanoseconds


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value below which ``percent`` of the values are, interpolated if necessary."""
    ordered = sorted(values)
    position = (len(ordered) - 1) * percent / 100
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def all_series(timings: Timings) -> dict[str, Series]:
    """Return the microseconds of a request, ``total.<case>.<library>``, and those that it takes
    longer than in the bare app, ``cost.<case>.<library>``."""
    totals = {variant: _total(measured) for variant, measured in timings.items()}
    series: dict[str, Series] = {}
    for variant, total in totals.items():
        series[f"total.{variant.case}.{variant.library}"] = total
        bare = LIBRARIES[variant.library].bare
        if bare is not None:
            without = totals[Variant(bare, bare_case(variant.case))]
            series[f"cost.{variant.case}.{variant.library}"] = difference(total, without)
    return series


def _total(blocks: Sequence[Sequence[int]]) -> Series:
    fifths = [percentile(block, 5) / _US for block in blocks]
    return [median(fifths), *fifths]


def difference(one: Series, other: Series) -> Series:
    return [a - b for a, b in zip(one, other, strict=True)]


def ratio(one: Series, other: Series) -> Series:
    return [a / b for a, b in zip(one, other, strict=True)]


def figure(series: Series, unit: str, fewer: bool = False) -> Figure:
    value, *blocks = series
    return Figure(value, percentile(blocks, 5), percentile(blocks, 95), unit, fewer)


def figures(series: Mapping[str, Series], timings: Timings) -> dict[str, Figure]:
    """Return the figures of :func:`all_series`. Those of slow requests come from fewer rounds, and
    are marked."""
    requests = {
        f"total.{variant.case}.{variant.library}": sum(map(len, blocks))
        for variant, blocks in timings.items()
    }
    most = max(requests.values())
    return {
        key: figure(values, "µs", requests[key.replace("cost.", "total.")] < most)
        for key, values in series.items()
    }
