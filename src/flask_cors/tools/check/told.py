"""What is certain from the configuration alone was told at run time already: it is told again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from ... import doubts as d
from ...doubts import Doubt
from .base import Check
from .finding import Finding
from .subject import Subject


class Told(Check):
    """What a doubt says of itself."""

    kind: ClassVar[type[Doubt]]

    def find(self, subject: Subject) -> Iterator[Finding]:
        for doubt, where in subject.doubts():
            if type(doubt) is self.kind:
                yield self.finding(doubt.message, where, doubt.fix)


def told(kind: type[Doubt]) -> type[Told]:
    """The check that tells of one kind of doubt, whose name and explanation are the doubt's."""
    own = {"code": kind.code, "title": kind.title, "severity": kind.severity, "kind": kind}
    return type(kind.__name__, (Told,), {**own, "__doc__": kind.__doc__})


CHECKS: tuple[type[Check], ...] = tuple(
    told(kind)
    for kind in (
        d.NoScheme,
        d.WithPath,
        d.WithDefaultPort,
        d.WithUpperCase,
        d.NotASCII,
        d.NoOrigin,
        d.Nobody,
        d.LiteralStar,
        d.ForbiddenMethod,
        d.NeverReadable,
        d.LiteralName,
        d.LiteralRegex,
        d.LiteralConverter,
        d.NoSlash,
        d.Twice,
        d.AboveRoute,
    )
)
