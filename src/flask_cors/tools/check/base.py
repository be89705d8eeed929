"""A check: what every one of them is, and what those are that tell of a doubt."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from inspect import cleandoc
from typing import ClassVar

from ...doubts import Doubt, Severity
from .finding import Finding, Where
from .subject import Subject


class Kind:
    """One mistake. The docstring of each is its explanation in the catalogue, in Markdown.

    :cvar code: by which everybody calls it; it never changes.
    :cvar title: the same in a few words.
    :cvar severity: of its findings, unless one of them says otherwise.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    severity: ClassVar[Severity] = Severity.WARNING

    @classmethod
    def finding(
        cls, message: str, where: Where, fix: str, severity: Severity | None = None
    ) -> Finding:
        return Finding(cls.code, severity or cls.severity, message, where, fix)

    @classmethod
    def explanation(cls) -> str:
        return cleandoc(cls.__doc__ or "")


class Check(Kind, ABC):
    """One mistake, and how it is found."""

    @abstractmethod
    def find(self, subject: Subject) -> Iterator[Finding]:
        """The findings in an app."""


class Told(Check):
    """What was told at run time already, under the same code, by the same class: its name and its
    explanation are the doubt's.

    :cvar kind: of the doubts.
    """

    kind: ClassVar[type[Doubt]]

    def __init_subclass__(cls) -> None:
        cls.code, cls.title, cls.severity = cls.kind.code, cls.kind.title, cls.kind.severity
        cls.__doc__ = cls.kind.__doc__

    def find(self, subject: Subject) -> Iterator[Finding]:
        for doubt, where in subject.doubts():
            if type(doubt) is self.kind:
                yield self.finding(doubt.message, where, doubt.fix)
