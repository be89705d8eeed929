"""The program that :mod:`benchmarks.instructions` counts:
``python -m benchmarks.instructions_app LIBRARY CASE...`` in the environment of that library, under
callgrind.

Callgrind writes its count and resets it whenever the C function ``getppid`` is called, which
nothing else here calls. So each batch is between two calls.
"""

from __future__ import annotations

import gc
import os
import sys

from .cases import CASES, LIBRARIES, Variant, bare_case
from .worker import factory, prepare

MARK = "getppid"
WARM_UP = 200  # requests, after which caches are full and bytecode is specialised
REQUESTS = 100  # per batch
BATCHES = 3


def main(library: str, *cases: str) -> None:
    gc.disable()  # it would run in some batches and not in others
    bare = LIBRARIES[library].bare is None
    configuration = None if bare else CASES[cases[0]].configuration
    callers = prepare(Variant(library, configuration), factory(library))
    for case in cases:
        caller = callers[bare_case(case) if bare else case]
        caller.batch(WARM_UP)
        for _ in range(BATCHES):
            gc.collect()
            os.getppid()  # MARK
            caller.batch(REQUESTS)
            os.getppid()


if __name__ == "__main__":
    main(*sys.argv[1:])
