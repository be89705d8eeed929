"""Change the code in every small way and see that a test notices: ``make mutate``.

The runner is our own: mutmut's, whose changes ``mutants.py`` takes, leaves out decorated functions
and what runs at import, and knows a mutant by a number, which any edit moves. Here pytest collects
the tests once. Each mutant then gets a process, forked from that one, in which the changed code
takes the place of the function's own. Tests that run the changed lines follow, those that killed
its neighbours first, until one fails or takes ten times as long as it should. What runs at import
is tried in processes that have imported neither the package nor its tests.

Fails where less than 95 % is killed, or where other mutants survive than those that
``survivors.toml`` gives a reason for. To try a part, with the tests that concern it:

    python scripts/mutate.py runtime policy/lists.py --tests tests/runtime tests/policy
"""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import pickle
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import _lru_cache_wrapper
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType
from typing import NamedTuple, TypeVar

import coverage
import pytest
import tomllib
from mutants import SOURCES, Finder, Mutant, compile_source, iter_code

MUTATED = ["protocol", "diagnostics", "policy", "runtime"]
MUTATED += ["browser/checks.py", "browser/safelist.py"]
TESTS = ["tests", *map("--ignore=tests/{}".format, ("fuzz", "live", "tools", "types"))]
REASONS = Path(__file__).with_name("survivors.toml")
ENOUGH = 95  # percent
WORKERS = os.cpu_count() or 1
# The processor time that the tests of one mutant take when nothing is changed. A mutant that is
# known to survive is not tried for long.
MAX_SECONDS = 40.0
MAX_IMPORT_SECONDS = 20.0  # for one that runs at import
MAX_SURVIVOR_SECONDS = 2.0
SLOW = 0.5
MAX_MEMORY = 4 << 30

# Imported before the first fork, because processes that import the package anew need them too.
THIRD_PARTY = ("flask", "flask_jwt_extended", "flask_restx", "flask_wtf", "hypothesis.strategies")
PYTEST = ["-qsx", "--tb=no", "--hypothesis-profile=once"]
PYTEST += [f"-pno:{name}" for name in ("cacheprovider", "cov", "xdist")]
PYTEST += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # that Hypothesis is imported


# ---- a process for each ------------------------------------------------------------------------

Job = TypeVar("Job")


def fork_each(jobs: Sequence[Job], run: Callable[[Job], bool]) -> Iterator[tuple[Job, bool]]:
    """Run each job in a process of its own, and yield it with whether that was all right."""
    running: dict[int, Job] = {}
    for count, job in enumerate(jobs):
        if len(running) == WORKERS:
            pid, status = os.wait()
            yield running.pop(pid), status == 0
        if count % 100 == 0:
            print(f"{count} of {len(jobs)}", flush=True)
        pid = os.fork()
        if pid == 0:
            os._exit(not run_quietly(run, job))
        running[pid] = job
    while running:
        pid, status = os.wait()
        yield running.pop(pid), status == 0


def find_survivors(mutants: Sequence[Mutant], passes: Callable[[Mutant], bool]) -> Iterator[Mutant]:
    for mutant, survives in fork_each(mutants, passes):
        if survives:
            print(f"  {mutant.key}", flush=True)
            yield mutant


def run_quietly(run: Callable[[Job], bool], job: Job) -> bool:
    for descriptor in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_MEMORY, MAX_MEMORY))
    try:
        return run(job)
    except BaseException:
        return False


def limit(seconds: float) -> None:
    """End this process after so much processor time, or where it waits."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, 10 * seconds)


# ---- the tests ---------------------------------------------------------------------------------


class Baseline(NamedTuple):
    """
    :ivar seconds: the processor time that each test takes when nothing is changed.
    :ivar ways: the lines of each file that each test runs; ``""`` is the import.
    """

    seconds: dict[str, float]
    ways: dict[str, dict[str, frozenset[int]]]

    def tests_of(self, mutant: Mutant) -> list[str]:
        ways = self.ways.get(str(mutant.path), {})
        return [test for test, way in ways.items() if not way.isdisjoint(mutant.lines)]

    def select_tests(self, mutant: Mutant, killers: Sequence[str], limit: float) -> list[str]:
        """Return the tests that run the changed lines: the killers; then the module's own, and one
        of each way through it, those of its package first, of these the longest way, and the
        fastest test of each; then the next of each. Slow ones are the last, killers too, because
        two of them take all the time there is."""
        near = folder_of(mutant)
        own = f"{near}test_{mutant.path.stem}.py::"
        ways = self.ways.get(str(mutant.path), {})
        tests = set(self.tests_of(mutant)) - {""}
        repeated: Counter[frozenset[int]] = Counter()
        ranked: dict[str, tuple[bool, int, bool, int, float]] = {}
        for test in sorted(tests, key=self.seconds.__getitem__):
            way, needed = ways[test], self.seconds[test]
            is_far = not test.startswith(near)
            turn = 0 if test.startswith(own) else repeated[way]
            ranked[test] = needed > SLOW, turn, is_far, -len(way), needed
            repeated[way] += 1
        fast = (test for test in killers if test in tests and self.seconds[test] <= SLOW)
        known = dict.fromkeys(fast)
        others = sorted(tests - known.keys(), key=ranked.__getitem__)
        return take_first([*known, *others], self.seconds, limit)

    def select_files(self, mutant: Mutant, limit: float) -> list[str]:
        """Return the files that test the module, its package, and what imports it, in this
        order."""
        seconds: dict[str, float] = {}
        ways = self.ways.get(str(mutant.path), {})
        near = folder_of(mutant)
        own = f"{near}test_{mutant.path.stem}.py"
        for test, needed in self.seconds.items():
            file = test.partition("::")[0]
            if test in ways or file.startswith(near):
                seconds[file] = seconds.get(file, 0) + (0 if file == own else needed)
        ranked = sorted(seconds, key=lambda file: (not file.startswith(near), seconds[file]))
        return take_first(ranked, seconds, limit)


def folder_of(mutant: Mutant) -> str:
    """Return the folder with the tests of the package that the mutant is in."""
    return f"tests/{mutant.key.partition('/')[0]}/"


def take_first(names: Sequence[str], seconds: Mapping[str, float], left: float) -> list[str]:
    """Return the first names that need ``left`` seconds together at most."""
    taken = []
    for name in names:
        if seconds[name] <= left:
            left -= seconds[name]
            taken.append(name)
    return taken


class Runner:
    """A plugin of pytest that runs the mutants instead of the tests that were collected."""

    def __init__(self, mutants: list[Mutant], expected: set[str], folder: Path) -> None:
        self.mutants, self.expected, self.folder = mutants, expected, folder
        self.code = {
            path: compile_source(path, path.read_text(encoding="utf-8"))
            for path in {mutant.path for mutant in mutants}
        }
        self.coverage = coverage.Coverage(None, config_file=False, include=[f"{SOURCES}/*"])
        self.coverage.start()

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.session = session
        self.items = {item.nodeid: item for item in session.items}
        tests = list(self.items)
        self.find_functions()
        list(fork_each([tests[start::WORKERS] for start in range(WORKERS)], self.measure))
        self.coverage.stop()
        self.baseline = Baseline({}, {})
        for file in self.folder.iterdir():
            seconds, ways = pickle.loads(file.read_bytes())
            self.baseline.seconds.update(seconds)
            for path, found in ways.items():
                self.baseline.ways.setdefault(path, {}).update(found)
        if failed := self.items.keys() - self.baseline.seconds:
            pytest.exit(f"they fail without a change: {failed}", returncode=1)
        print(f"{len(tests)} tests: {sum(self.baseline.seconds.values()):.0f} s")

        self.killers = self.folder / "killers"  # the tests that failed, by the changed function
        self.killers.touch()
        inside = [mutant for mutant in self.mutants if mutant.is_inside]
        left = {mutant.key for mutant in find_survivors(inside, self.passes)}
        (self.folder / "result").write_bytes(pickle.dumps((self.baseline, left)))
        return True

    def find_functions(self) -> None:
        """Find the functions that may be changed, and the caches."""
        self.functions: dict[tuple[str, CodeType], list[FunctionType]] = {}
        self.caches: list[_lru_cache_wrapper[object]] = []
        gc.unfreeze()  # what tests/conftest.py froze: the collector lists nothing that is frozen
        for one in gc.get_objects():
            if isinstance(one, FunctionType):
                self.functions.setdefault((one.__module__, one.__code__), []).append(one)
            elif isinstance(one, _lru_cache_wrapper) and one.__module__.startswith("flask_cors."):
                self.caches.append(one)
        gc.freeze()

    def measure(self, tests: list[str]) -> bool:
        seconds = {}
        for test in tests:
            self.coverage.switch_context(test)
            start = time.process_time()
            if self.test_passes(test):
                seconds[test] = time.process_time() - start
        self.coverage.stop()
        data = self.coverage.get_data()
        ways: dict[str, dict[str, frozenset[int]]] = {}
        for test in data.measured_contexts():
            data.set_query_context(test)
            for path in data.measured_files():
                if lines := frozenset(data.lines(path) or ()):
                    ways.setdefault(path, {})[test] = lines
        (self.folder / f"{os.getpid()}").write_bytes(pickle.dumps((seconds, ways)))
        return True

    def test_passes(self, test: str) -> bool:
        for cache in self.caches:  # or an earlier test has run the lines that this one needs
            cache.cache_clear()
        failed = self.session.testsfailed
        item = self.items[test]
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        return self.session.testsfailed == failed

    def passes(self, mutant: Mutant) -> bool:
        self.swap(mutant)
        function, module = mutant.key.partition(":")[0], mutant.key.partition(" ")[0]
        lines = [line.split(" : ", 1) for line in self.killers.read_text().splitlines()]
        killers = [test for where, test in reversed(lines) if where == function]
        killers += [test for where, test in reversed(lines) if where.startswith(module)]
        most = MAX_SURVIVOR_SECONDS if mutant.key in self.expected else MAX_SECONDS
        for test in self.baseline.select_tests(mutant, killers, most):
            limit(2 + 10 * self.baseline.seconds[test])
            if not self.test_passes(test):
                with self.killers.open("a") as file:
                    file.write(f"{function} : {test}\n")
                return False
        return True

    def swap(self, mutant: Mutant) -> None:
        module = ".".join(("flask_cors", *mutant.path.relative_to(SOURCES).with_suffix("").parts))
        pairs = zip(iter_code(self.code[mutant.path]), iter_code(mutant.code), strict=False)
        for (old_name, old), (new_name, new) in pairs:
            if old != new and old_name == new_name:
                for function in self.functions.get((module, old), ()):
                    function.__code__ = new


def passes_anew(mutant: Mutant, files: list[str]) -> bool:
    """Import the package with the mutant and run ``files``; return whether all tests pass."""
    limit(2 * MAX_IMPORT_SECONDS)
    get_code = SourceFileLoader.get_code

    def get_changed(self: SourceFileLoader, name: str) -> CodeType | None:
        return mutant.code if self.path == str(mutant.path) else get_code(self, name)

    SourceFileLoader.get_code = get_changed  # type: ignore[method-assign, assignment]
    return not any(pytest.main([*PYTEST, *part]) for part in (files[:1], files[1:]) if part)


# ---- the report --------------------------------------------------------------------------------


def try_all(mutants: list[Mutant], expected: set[str], tests: list[str]) -> set[str]:
    """Return the keys of those that survive."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def run(tests: list[str]) -> bool:
            return not pytest.main([*PYTEST, *tests], plugins=[Runner(mutants, expected, folder)])

        if os.fork() == 0:  # this process imports neither the package nor its tests
            os._exit(not run(tests))
        _, status = os.wait()
        if status:
            sys.exit("no mutant was tried")
        baseline: Baseline
        left: set[str]
        baseline, left = pickle.loads((folder / "result").read_bytes())
    anew = [
        one
        for one in mutants
        if not one.is_inside or (one.key in left and "" in baseline.tests_of(one))
    ]
    print("once more, with what runs at import:")

    def passes(one: Mutant) -> bool:
        most = MAX_SURVIVOR_SECONDS if one.key in expected else MAX_IMPORT_SECONDS
        return passes_anew(one, baseline.select_files(one, most))

    survivors = find_survivors(anew, passes)
    return left - {one.key for one in anew} | {one.key for one in survivors}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("modules", nargs="*", default=MUTATED)
    parser.add_argument("--tests", nargs="*", default=TESTS)
    arguments = parser.parse_args()
    for name in THIRD_PARTY:
        importlib.import_module(name)
    mutants = [
        mutant
        for name in arguments.modules
        for path in sorted((SOURCES / name).rglob("*.py")) or [SOURCES / name]
        for mutant in Finder(path).found
    ]
    reasons = tomllib.loads(REASONS.read_text(encoding="utf-8"))["reason"]
    expected = {key for row in reasons for key in row["mutants"]}
    if arguments.modules is not MUTATED:
        expected = {key for key in expected if key.startswith(tuple(arguments.modules))}
    survivors = try_all(mutants, expected, arguments.tests)
    for key in sorted(survivors - expected):
        print("survives:", key)
    for key in sorted(expected - survivors):
        print("does not survive, or is no more:", key)
    for name in [*arguments.modules, ""]:
        keys = [one.key for one in mutants if one.key.startswith(name)]
        killed = sum(key not in survivors for key in keys)
        percent = 100 * killed / len(keys)
        print(f"{name or 'all'}: {killed} of {len(keys)} killed, {percent:.1f} %")
    return int(percent < ENOUGH or survivors != expected)


if __name__ == "__main__":
    sys.exit(main())
