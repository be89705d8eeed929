"""The checks, one after the other, and what the app exempts from them."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from flask import Flask

from ...doubts import Severity
from ...errors import CORSWarning
from ...policy.options import EXEMPTIONS
from ..text import one_line
from . import exemptions as x
from .base import Check, Kind
from .catalogue import CHECKS
from .finding import Finding, Where
from .subject import Subject


class Crashed(Kind):
    """A check raised an exception. That is a mistake of Flask-CORS: please report it. The other
    checks went on, but what this one looks for may be there."""

    code = "CORS901"
    title = "a check that crashed"
    severity = Severity.ERROR


# What the checks find, and what is said about the checks themselves.
CATALOGUE: tuple[type[Kind], ...] = (*CHECKS, Crashed, x.NotAnExemption, x.Needless)


@dataclass(frozen=True)
class Result:
    """What came of it.

    :ivar findings: sorted by place.
    :ivar exempted: what the config exempts, with the reason.
    """

    findings: tuple[Finding, ...]
    exempted: tuple[tuple[Finding, str], ...]


def _say_nothing(_: int, __: int, ___: str) -> None:
    pass


# The views of an app are others for a while, and what a second check put back would be the first's.
_alone = threading.RLock()


def run(
    app: Flask,
    checks: Iterable[type[Check]] = CHECKS,
    progress: Callable[[int, int, str], None] = _say_nothing,
) -> Result:
    """Run ``checks`` on ``app``.

    :param progress: is told how many of how many are done, and what is looked for next.
    """
    checks = list(checks)
    found: list[Finding] = []
    with _alone, warnings.catch_warnings():
        warnings.simplefilter("ignore", CORSWarning)  # an app that meets its views: it is found
        progress(0, len(checks), "the routes of the app")
        subject = Subject(app)
        for done, check in enumerate(checks):
            progress(done, len(checks), check.title)
            found.extend(_found_by(check, subject))
    return _exempting(app, found, {check.code for check in checks})


def _found_by(check: type[Check], subject: Subject) -> Iterator[Finding]:
    """The findings of a check; of one that crashes, that it did. The others go on."""
    try:
        yield from check().find(subject)
    except (Exception, SystemExit) as error:  # code of the app may exit
        said = one_line(f"{type(error).__name__}: {error}")
        yield Crashed.finding(
            f"the check {check.code} raised {said}",
            Where("flask cors check"),
            f"report it to Flask-CORS; until then, --ignore {check.code}",
        )


def _exempting(app: Flask, found: list[Finding], looked_for: set[str]) -> Result:
    unread: list[Finding] = []
    codes = {kind.code for kind in CATALOGUE}
    exemptions = list(x.read(app.config.get(EXEMPTIONS), codes, unread))
    exempted: list[tuple[Finding, str]] = []
    findings: list[Finding] = []
    for finding in found:
        by = next((each for each in exemptions if each.covers(finding)), None)
        if by is None:
            findings.append(finding)
        else:
            exempted.append((finding, by.reason))
    tried = [exemption for exemption in exemptions if exemption.code in looked_for]
    findings += [*unread, *x.needless(tried, found)]
    return Result(tuple(sorted(findings, key=_by_place)), tuple(exempted))


def _by_place(finding: Finding) -> tuple[str, int, str, str, str]:
    where = finding.where
    return where.file or "", where.line or 0, where.name, finding.code, finding.message
