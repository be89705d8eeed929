"""What ``compat.toml`` holds: the suites, and how each is expected to differ. Outcomes are compared
with it, and the documentation shows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import tomllib

FILE = Path(__file__).with_name("compat.toml")

Outcomes = dict[str, str]  # of each test, by its identifier
PASSED = "passed"
FAILED = "failed"
SKIPPED = "skipped"
ABSENT = "absent"


@dataclass(frozen=True)
class Difference:
    """Tests whose outcome is another with this package, and the reason, in Markdown."""

    tests: tuple[str, ...]
    before: str
    after: str
    reason: str


@dataclass(frozen=True)
class Suite:
    """The tests of a package; ``compat.toml`` says what the attributes are."""

    name: str
    version: str
    covers: str
    count: int
    install: tuple[str, ...]
    paths: tuple[str, ...]
    tests: tuple[str, ...]
    required: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    sha256: str | None = None
    repository: str | None = None
    commit: str | None = None
    differences: tuple[Difference, ...] = ()

    @property
    def title(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def differing(self) -> dict[str, Difference]:
        """Return the tests that are expected to differ."""
        return {test: row for row in self.differences for test in row.tests}


@dataclass(frozen=True)
class Plan:
    before: str
    python: str
    exclude_newer: str
    suites: tuple[Suite, ...]


def _suite(row: dict[str, Any]) -> Suite:
    for key in ("install", "paths", "tests"):
        row[key] = tuple(row[key])
    differences = [
        Difference(**{**entry, "tests": tuple(entry["tests"])})
        for entry in row.pop("difference", [])
    ]
    suite = Suite(**row, differences=tuple(differences))
    if (suite.sha256 is None) == (suite.repository is None or suite.commit is None):
        raise ValueError(f"{suite.title} needs either sha256, or repository and commit")
    return suite


def read_plan(file: Path = FILE) -> Plan:
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    suites = tuple(_suite(row) for row in data["suite"])
    return Plan(data["before"], data["python"], data["exclude_newer"], suites)


# ---- what a run shows ----


def read_report(report: Path) -> tuple[Outcomes, dict[str, str]]:
    """Return the outcome of each test of a JUnit report, and the message of each that failed."""
    outcomes: Outcomes = {}
    messages: dict[str, str] = {}
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        test = "::".join(filter(None, (case.get("classname"), case.get("name"))))
        outcome = PASSED
        for child in case:
            if child.tag in ("failure", "error"):
                outcome = FAILED
                messages[test] = child.get("message", "").partition("\n")[0]
            elif child.tag == "skipped" and outcome == PASSED:
                outcome = SKIPPED
        # One that fails, and whose fixture then fails, too, is listed twice.
        if outcomes.get(test) != FAILED:
            outcomes[test] = outcome
    return outcomes, messages


def count_passed(outcomes: Outcomes) -> int:
    return sum(outcome == PASSED for outcome in outcomes.values())


def unexpected(suite: Suite, before: Outcomes, after: Outcomes) -> dict[str, str]:
    """Return what is not as ``suite`` says, by the test or, for the suite itself, by its title."""
    found = {}
    expected = suite.differing
    for test in sorted(before.keys() | after.keys() | expected.keys()):
        pair = (before.get(test, ABSENT), after.get(test, ABSENT))
        row = expected.get(test)
        if row is None:
            if pair[0] != pair[1]:
                found[test] = "{}, with this package {}".format(*pair)
        elif pair != (row.before, row.after):
            found[test] = "{}, with this package {}; expected to differ: {}, {}".format(
                *pair, row.before, row.after
            )
    passed = count_passed(before)
    if passed != suite.count:
        found[suite.title] = f"{passed} tests pass with flask-cors 6, and {suite.count} should"
    return found


# ---- what docs/project/compatibility.md shows ----


def table(suites: Iterable[Suite]) -> str:
    """Return a row for each suite."""
    rows = ["| tests of | what they reach | pass with 6.0.5 | differ with this package |"]
    rows.append("| --- | --- | --- | --- |")
    rows += [
        f"| {suite.title} | {suite.covers} | {suite.count:,} | {len(suite.differing) or 'none'} |"
        for suite in suites
    ]
    return "\n".join(rows)


def reasons(suites: Iterable[Suite]) -> str:
    """Return an item for each reason, with the names of its tests."""
    items = []
    for suite in suites:
        for row in suite.differences:
            names = Counter(test.rpartition("::")[2].partition("[")[0] for test in row.tests)
            shown = (f"`{name}`{f' ({n} times)' * (n > 1)}" for name, n in names.items())
            items.append(f"- **{suite.title}**, {', '.join(shown)}. {row.reason}")
    return "\n".join(items)


if __name__ == "__main__":
    suites = read_plan().suites
    print(table(suites), reasons(suites), sep="\n\n")
