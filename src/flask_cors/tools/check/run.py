"""The checks, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from flask import Flask

from ...doubts import Severity
from ..text import one_line
from .base import Check
from .catalogue import CHECKS
from .finding import Finding, Where
from .subject import Subject


@dataclass(frozen=True)
class Result:
    """What came of it.

    :ivar findings: sorted by place.
    :ivar exempted: what the config exempts, with the reason.
    """

    findings: tuple[Finding, ...]
    exempted: tuple[tuple[Finding, str], ...] = ()


def _say_nothing(_: int, __: int, ___: str) -> None:
    pass


def run(
    app: Flask,
    checks: Iterable[type[Check]] = CHECKS,
    progress: Callable[[int, int, str], None] = _say_nothing,
) -> Result:
    """Run ``checks`` on ``app``.

    :param progress: is told how many of how many are done, and what comes next.
    """
    subject = Subject(app)
    checks = list(checks)
    found: list[Finding] = []
    for done, check in enumerate(checks):
        progress(done, len(checks), check.title)
        found.extend(_found_by(check, subject))
    return Result(tuple(sorted(found, key=_by_place)))


def _found_by(check: type[Check], subject: Subject) -> Iterator[Finding]:
    """The findings of a check; of one that crashes, that it did. The others go on."""
    try:
        yield from check().find(subject)
    except Exception as error:
        said = one_line(f"{type(error).__name__}: {error}")
        yield Finding(
            "CORS901",
            Severity.ERROR,
            f"the check {check.code} crashed, and what it looks for is unknown: {said}",
            Where("flask cors check"),
            "report it, with the traceback that `flask --debug cors check` shows",
        )


def _by_place(finding: Finding) -> tuple[str, int, str, str]:
    where = finding.where
    return where.file or "", where.line or 0, finding.code, finding.message
