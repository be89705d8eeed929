"""From nanoseconds to what CORS costs.

The 5th percentile of all requests is what one takes that nothing disturbed. How sure that is, is
asked of the measurement itself, by a bootstrap: the same is computed again from blocks of rounds
drawn at random with replacement, the same for everything, 100 times. A number here is a series: the
one from all blocks, and then those of the draws; and what is computed from two numbers is computed
draw by draw. A spread is from the 5th to the 95th percentile of the draws.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from .cases import LIBRARIES, bare_case
from .figures import Figure
from .rounds import Timings, Variant

Series = list[float]

DRAWS = 100

_US = 1000  # nanoseconds


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that ``percent`` of the values lie below, between two of them if need be."""
    ordered = sorted(values)
    position = (len(ordered) - 1) * percent / 100
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def all_series(timings: Timings) -> dict[str, Series]:
    """The microseconds ``total.<case>.<library>`` of a request and, for what is no bare app,
    ``cost.<case>.<library>``, which is what it takes longer than the bare app."""
    blocks = len(next(iter(timings.values())))
    draws = _draws(blocks)
    totals = {variant: _fifth(measured, draws) for variant, measured in timings.items()}
    series: dict[str, Series] = {}
    for variant, total in totals.items():
        series[f"total.{variant.case}.{variant.library}"] = total
        bare = LIBRARIES[variant.library].bare
        if bare is not None:
            without = totals[Variant(bare, bare_case(variant.case))]
            series[f"cost.{variant.case}.{variant.library}"] = difference(total, without)
    return series


def _draws(blocks: int) -> list[list[int]]:
    """All blocks, and then the draws; the same timings give the same figures."""
    chance = random.Random(0)
    return [list(range(blocks)), *(chance.choices(range(blocks), k=blocks) for _ in range(DRAWS))]


def _fifth(blocks: Sequence[Sequence[int]], draws: Sequence[Sequence[int]]) -> Series:
    return [percentile([ns for block in draw for ns in blocks[block]], 5) / _US for draw in draws]


def difference(one: Series, other: Series) -> Series:
    return [a - b for a, b in zip(one, other, strict=True)]


def ratio(one: Series, other: Series) -> Series:
    return [a / b for a, b in zip(one, other, strict=True)]


def figure(series: Series, unit: str, fewer: bool = False) -> Figure:
    value, *draws = series
    return Figure(value, percentile(draws, 5), percentile(draws, 95), unit, fewer)


def figures(series: Mapping[str, Series], timings: Timings) -> dict[str, Figure]:
    """The figures of :func:`all_series`; those of slow requests say that they come from fewer."""
    requests = {
        f"total.{variant.case}.{variant.library}": sum(map(len, blocks))
        for variant, blocks in timings.items()
    }
    most = max(requests.values())
    return {
        key: figure(values, "µs", requests[key.replace("cost.", "total.")] < most)
        for key, values in series.items()
    }
