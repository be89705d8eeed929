"""Measures all variants of all libraries in one run, interleaved.

A round runs one batch of each variant, in shuffled order across all processes, so that a slow phase
of the machine affects all of them in the same way. The rounds are divided into blocks, and each
block starts new processes: one process may have favourable addresses in memory, twenty do not.
"""

from __future__ import annotations

import json
import math
import os
import random
import select
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, NamedTuple

from . import environments
from .cases import LIBRARIES, bare_case, variants
from .errors import BenchmarkError

ROUNDS = 500
BLOCKS = 20

# A variant with slower requests is run in proportionally fewer rounds.
SLOW_US = 650

# A worker that needs more seconds has a child that died without a message.
_MAX_WAIT = 300


class Variant(NamedTuple):
    """A library in a case."""

    library: str
    case: str


# The nanoseconds of each request, by block.
Timings = dict[Variant, list[list[int]]]


class Worker:
    """The process of one environment."""

    def __init__(self, environment: str) -> None:
        self.environment = environment
        self._apps = variants(environment)
        self._process = subprocess.Popen(
            [environments.python(environment), "-m", f"{__package__}.worker", environment],
            cwd=Path(__file__).parent.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        self._rest = b""

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe(self._process.stdin).close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._pipe(self._process.stdout).close()

    def jobs(self) -> Iterator[Job]:
        """Yield a job for each case that its apps support, once they have all started."""
        for _ in self._apps:
            ready = self._read()
            if "error" in ready:
                raise BenchmarkError(ready["error"])
            number = ready["number"]
            for case, nanoseconds in ready["cases"].items():
                variant = Variant(self._apps[number].library, case)
                every = math.ceil(nanoseconds / 1000 / SLOW_US)
                yield Job(variant, every, self, f"{number} {case}\n".encode())

    def run(self, command: bytes) -> list[int]:
        """Run one batch, and return the nanoseconds of each request."""
        self._pipe(self._process.stdin).write(command)
        times = self._read()
        if isinstance(times, list):
            return times
        raise BenchmarkError(times["error"])

    def _read(self) -> Any:
        stdout = self._pipe(self._process.stdout).fileno()
        while b"\n" not in self._rest:
            if not select.select([stdout], [], [], _MAX_WAIT)[0]:
                raise BenchmarkError(f"{self.environment}: no reply in {_MAX_WAIT} seconds")
            read = os.read(stdout, 65536)
            if not read:
                raise BenchmarkError(f"{self.environment}: the worker has ended, see above")
            self._rest += read
        line, _, self._rest = self._rest.partition(b"\n")
        return json.loads(line)

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None
        return pipe


class Job(NamedTuple):
    """The command that runs a variant, in every n-th round."""

    variant: Variant
    every: int
    worker: Worker
    command: bytes


def measure(rounds: int, say: Callable[[str], None]) -> Timings:
    """Run ``rounds`` rounds, in blocks. ``say`` is called with the progress."""
    names = list(dict.fromkeys(library.environment for library in LIBRARIES.values()))
    for name in names:
        environments.python(name)  # makes all environments before the first worker starts
    timings: Timings = {}
    per_block = max(1, rounds // BLOCKS)
    for block in range(BLOCKS):
        say(f"block {block + 1} of {BLOCKS}: starting")
        with ExitStack() as stack:
            workers = [stack.enter_context(Worker(name)) for name in names]
            jobs = _drop_unused([job for worker in workers for job in worker.jobs()])
            for job in jobs:
                timings.setdefault(job.variant, []).append([])
            for number in range(per_block):
                say(f"block {block + 1} of {BLOCKS}: round {number + 1} of {per_block}")
                random.shuffle(jobs)
                for job in jobs:
                    if number % job.every == 0:
                        timings[job.variant][-1] += job.worker.run(job.command)
    return timings


def _drop_unused(jobs: list[Job]) -> list[Job]:
    """Return the jobs without those of bare apps that nothing is compared with."""
    wanted = set()
    for variant in (job.variant for job in jobs):
        bare = LIBRARIES[variant.library].bare
        if bare is not None:
            wanted |= {variant, Variant(bare, bare_case(variant.case))}
    return [job for job in jobs if job.variant in wanted]
