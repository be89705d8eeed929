"""The process of an environment: its apps, each in a fork of its own.

``python -m benchmarks.worker ENVIRONMENT`` imports the framework once and then forks a child for
each app. So the framework lies at the same addresses in all of them, and a difference between two
is not one of memory layout; and nothing that one app installs for its whole process, a receiver of
a signal or Django's settings, is met by another.

Each child says on stdout, one line of JSON, which cases its app answers. Then it runs a batch for
each line ``NUMBER CASE`` on the worker's stdin, and answers with the nanoseconds. The end of stdin
ends it. Only who is asked runs; the others wait for a line.
"""

from __future__ import annotations

import gc
import importlib
import json
import logging
import os
import signal
import sys
import warnings
from collections.abc import Callable
from typing import Any

from .cases import CASES, LIBRARIES, Variant, cases_of, variants
from .checks import fault
from .interfaces import INTERFACES, Caller

BATCH = 5

# Unmeasured requests before each batch: another process ran last, and the first request after the
# switch takes a quarter longer than the tenth. Whoever has fewer cases would be colder.
WARM_UP = 10


def main(environment: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this ends it
    warnings.simplefilter("ignore")
    logging.getLogger().addHandler(logging.NullHandler())  # Django logs each 404 to stderr
    apps = variants(environment)
    factories = [factory(variant.library) for variant in apps]
    pipes: list[int] = []
    for number, (variant, make) in enumerate(zip(apps, factories, strict=True)):
        reading, writing = os.pipe()
        if os.fork() == 0:
            for pipe in (0, writing, *pipes):
                os.close(pipe)
            _serve(number, variant, make, reading)
            os._exit(0)
        os.close(reading)
        pipes.append(writing)
    while line := sys.stdin.buffer.readline():
        asked, _, case = line.partition(b" ")
        os.write(pipes[int(asked)], case)
    for pipe in pipes:
        os.close(pipe)
    for _ in pipes:
        os.wait()


def factory(library: str) -> Callable[[Any], Any]:
    """The function that makes a library's apps."""
    module, _, function = LIBRARIES[library].factory.partition(":")
    make: Callable[[Any], Any] = getattr(
        importlib.import_module(f"{__package__}.libraries.{module}"), function
    )
    return make


def _serve(number: int, variant: Variant, make: Callable[[Any], Any], reading: int) -> None:
    try:
        callers = prepare(variant, make)
        gc.collect()
        gc.disable()
        gc.freeze()  # so that collecting between batches takes no longer in a large app
        _say({"number": number, "cases": {name: min(c.batch(2)) for name, c in callers.items()}})
        with os.fdopen(reading, "rb") as lines:
            for line in iter(lines.readline, b""):
                gc.collect()
                caller = callers[line.decode().strip()]
                caller.batch(WARM_UP)
                _say(caller.batch(BATCH))
    except Exception as error:
        _say({"number": number, "error": f"{variant.library}: {error!r}"[:1000]})


def prepare(variant: Variant, make: Callable[[Any], Any]) -> dict[str, Caller]:
    """The requests to an app by case, each answered as its case expects; none where the library
    cannot state the configuration."""
    app = make(variant.configuration)
    if app is None:
        return {}
    library = LIBRARIES[variant.library]
    callers: dict[str, Caller] = {}
    for name in cases_of(variant):
        case = CASES[name]
        caller = INTERFACES[library.interface](app, case.request)
        expected = "any" if library.bare is None else case.answer
        wrong = fault(expected, case.request, caller.answer())
        if wrong:
            raise ValueError(f"{case.title}: {wrong}")
        callers[name] = caller
    return callers


def _say(answer: object) -> None:
    # One write, and short: lines of several children do not mix.
    os.write(1, json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1])
