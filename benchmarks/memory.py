"""Measures the memory that an origin takes, and whether a process grows with the requests.

The bytes per origin are those that ``tracemalloc`` counts as held after configuration and the first
requests, without the strings that the caller passes. Growth is measured as resident memory, which
includes leaks in C and fragmentation.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator

from . import environments
from .errors import BenchmarkError
from .figures import Figure

EXACT_ORIGINS = 100_000
PATTERNS = 10_000
WARM_UP = 50_000  # requests, after which caches of fixed size are full
REQUESTS = 1_000_000


def measure(say: Callable[[str], None]) -> dict[str, Figure]:
    """Return the bytes per origin, and the growth over a million requests."""
    return {
        "memory.exact_origin": _kept_each("exact", EXACT_ORIGINS, say),
        "memory.pattern": _kept_each("patterns", PATTERNS, say),
        "memory.growth": _growth(say),
    }


def _kept_each(kind: str, count: int, say: Callable[[str], None]) -> Figure:
    say(f"memory: {count:,} {kind}")
    (line,) = _lines(kind, str(count))
    return Figure(float(line), None, None, "bytes")


def _growth(say: Callable[[str], None]) -> Figure:
    """Return the largest growth of the process during the requests."""
    say(f"memory: the first {WARM_UP:,} requests")
    samples = []
    for line in _lines("requests", str(WARM_UP), str(REQUESTS)):
        samples.append(int(line))
        held = f"{samples[-1] / 2**20:.1f} MiB"
        say(f"memory: request {(len(samples) - 1) * WARM_UP:,} of {REQUESTS:,}, {held}")
    return Figure(max(samples) - samples[0], None, None, "bytes")


def _lines(*arguments: str) -> Iterator[str]:
    """Yield each line that the measured process prints."""
    command = [str(environments.python("ours")), "-m", f"{__package__}.memory_app", *arguments]
    with subprocess.Popen(
        command, cwd=environments.ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield from process.stdout
        finally:
            process.terminate()
    if process.returncode:
        raise BenchmarkError(f"{' '.join(command)} failed: see its message above")
