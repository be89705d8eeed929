"""The process of an environment, which forks a child for each app.

``python -m benchmarks.worker ENVIRONMENT`` imports the framework once and then forks. The framework
therefore has the same addresses in all children, so that two apps do not differ by their layout in
memory, and whatever an app installs for its whole process, such as a signal receiver or the
settings of Django, does not affect another.

Each child writes to stdout, as one line of JSON, which cases its app supports. Then it runs a batch
for each line ``NUMBER CASE`` on the worker's stdin, and writes the nanoseconds. It ends with stdin.
Only one child runs at a time; the others wait for a line.
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
from .checks import find_fault
from .interfaces import INTERFACES, Caller

BATCH = 5

# Unmeasured requests before each batch. Another process ran last, and the first request after the
# switch takes a quarter longer than the tenth.
WARM_UP = 10


def main(environment: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process ends this one
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
        child, _, case = line.partition(b" ")
        os.write(pipes[int(child)], case)
    for pipe in pipes:
        os.close(pipe)
    for _ in pipes:
        os.wait()


def factory(library: str) -> Callable[[Any], Any]:
    """Return the function that makes the apps of a library."""
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
        gc.freeze()  # makes collecting between batches equally fast in small and large apps
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
    """Return the requests to an app by case; none if the library does not support the
    configuration.

    :raises ValueError: if a response is not the one that its case expects.
    """
    app = make(variant.configuration)
    if app is None:
        return {}
    library = LIBRARIES[variant.library]
    callers: dict[str, Caller] = {}
    for name in cases_of(variant):
        case = CASES[name]
        caller = INTERFACES[library.interface](app, case.request)
        expected = "any" if library.bare is None else case.expected
        wrong = find_fault(expected, case.request, caller.send())
        if wrong:
            raise ValueError(f"{case.title}: {wrong}")
        callers[name] = caller
    return callers


def _say(message: object) -> None:
    # One short write, so that the lines of several children do not mix.
    os.write(1, json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1])
