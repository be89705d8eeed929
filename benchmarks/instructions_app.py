"""What :mod:`benchmarks.instructions` counts: ``python -m benchmarks.instructions_app LIBRARY
CASE...`` in the environment of that library, under callgrind.

Callgrind is told to write its count down, and to start anew, whenever the C function ``getppid`` is
called, which nothing else does here. So each batch stands between two calls.
"""

from __future__ import annotations

import gc
import os
import sys

from .cases import CASES, LIBRARIES, Variant, bare_case
from .worker import factory, prepare

MARK = "getppid"
WARM_UP = 200  # requests: caches are filled, and bytecode has specialised itself
REQUESTS = 100  # a batch
BATCHES = 3


def main(library: str, *cases: str) -> None:
    gc.disable()  # it would come to some batches and not to others
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
