"""The error for an invalid configuration, and the warning for a suspicious one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .diagnostics.finding import Finding


class CORSWarning(UserWarning):
    """A valid configuration that is probably not what was meant.

    The warning points at the line of the ``CORS(…)`` or ``@cross_origin`` in question. Its message
    begins with the code of a rule, such as ``CORS101``.

    .. versionadded:: 7.0
    """


class CORSConfigError(ValueError):
    """An invalid configuration. Nothing was bound. The message has one line per finding.

    :ivar findings: all findings, in the order they were found, each with its ``code``, ``option``,
        ``value``, ``message`` and ``hint``.

    .. versionadded:: 7.0
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        # A value that several resources share is reported once.
        self.findings = tuple(dict.fromkeys(findings))
        super().__init__("\n".join(map(str, self.findings)))

    def __reduce__(self) -> tuple[type[CORSConfigError], tuple[tuple[Finding, ...]]]:
        return CORSConfigError, (self.findings,)
