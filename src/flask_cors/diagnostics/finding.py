"""Findings: problems in a configuration, each an instance of a rule."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from enum import Enum
from typing import ClassVar

from .source_location import SourceLocation


class Severity(str, Enum):
    """How serious a finding is. An error opens the API or never works, a warning probably does not
    do what was meant, and a note is good to know."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Finding:
    """A problem in a configuration. Each rule is a subclass, whose docstring explains it. Findings
    are equal if their rule, message and hint are equal.

    :cvar code: the code of the rule, such as ``"CORS101"``; it never changes.
    :cvar title: the rule in a few words.
    :cvar severity: how serious it is; an instance may have its own.
    :cvar raises: whether it is a ``CORSConfigError``; if not, it is a ``CORSWarning``.
    :ivar message: what is wrong, with the value.
    :ivar hint: what to write instead.
    :ivar option: the option in question, such as ``"origins"``, or None.
    :ivar value: the value of the option, as written.
    :ivar location: where it was written; None if that is not known.
    :ivar subject: the part of the app in question, such as ``"POST /users"``; None if the finding
        is about the configuration alone.

    .. versionadded:: 7.0
    """

    code: ClassVar[str]
    title: ClassVar[str]
    severity: Severity = Severity.WARNING
    raises: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        hint: str,
        *,
        option: str | None = None,
        value: object = None,
        location: SourceLocation | None = None,
        subject: str | None = None,
        severity: Severity | None = None,
    ) -> None:
        self.message = message
        self.hint = hint
        self.option = option
        self.value = value
        self.location = location
        self.subject = subject
        if severity is not None:
            self.severity = severity

    def at(self, location: SourceLocation | None, subject: str | None = None) -> Finding:
        """Return a copy of the finding with another location and, if given, another subject."""
        found = copy(self)
        found.location = location
        found.subject = subject or self.subject
        return found

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and str(other) == str(self)

    def __hash__(self) -> int:
        return hash(str(self))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.code} {self.message}>"

    def __str__(self) -> str:
        return f"{self.code} {self.message}; {self.hint}"


class InvalidValue(Finding):
    """A finding that is raised in a ``CORSConfigError``."""

    severity = Severity.ERROR
    raises = True


# Reports a finding that is a CORSWarning.
Warn = Callable[[Finding], None]
