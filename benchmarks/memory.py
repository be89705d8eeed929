"""How much memory an origin costs, and whether answering requests makes a process grow.

Bytes an origin are what ``tracemalloc`` counts as still held after configuration and the first
requests, beyond the strings that the caller passes in. Growth is resident memory, for a leak is
one wherever it is: in objects, in C, or in an allocator's holes.
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
    """What an origin keeps, and the growth over a million requests, in bytes."""
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
    """The most that the process holds during the requests, beyond what it held before them."""
    say(f"memory: the first {WARM_UP:,} requests")
    samples = []
    for line in _lines("requests", str(WARM_UP), str(REQUESTS)):
        samples.append(int(line))
        held = f"{samples[-1] / 2**20:.1f} MiB"
        say(f"memory: request {(len(samples) - 1) * WARM_UP:,} of {REQUESTS:,}, {held}")
    return Figure(max(samples) - samples[0], None, None, "bytes")


def _lines(*arguments: str) -> Iterator[str]:
    """What the measured process prints, as it prints it."""
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
        raise BenchmarkError(f"{' '.join(command)} failed: its message stands above")
