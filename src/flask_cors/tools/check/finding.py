"""What ``flask cors check`` has found."""

from __future__ import annotations

from dataclasses import dataclass

from ...doubts import Severity


@dataclass(frozen=True, slots=True)
class Where:
    """What a finding is about, and the file and line where that was written.

    :ivar name: such as ``"CORS(...)"``, ``"CORS_ORIGINS of app.config"``, ``"POST /users"``.
    :ivar file: None where no line of Python is known.
    """

    name: str
    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        return self.name if self.file is None else f"{self.file}:{self.line} ({self.name})"


@dataclass(frozen=True, slots=True)
class Finding:
    """A mistake of a configuration.

    :ivar code: that of the check, such as ``"CORS101"``; it never changes.
    :ivar severity: ``"error"``, ``"warning"`` or ``"note"``.
    :ivar message: what is wrong, with the value.
    :ivar where: the line concerned.
    :ivar fix: what to write instead.
    """

    code: str
    severity: Severity
    message: str
    where: Where
    fix: str
