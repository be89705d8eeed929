"""What is said about a configuration: the error, the warning, and where it was written."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .doubts import Doubt


class CORSWarning(UserWarning):
    """A configuration that is allowed and probably not what was meant. It points at the line of
    the ``CORS(…)`` or ``@cross_origin`` concerned, and begins with the code under which the
    catalogue of ``flask cors check`` explains it, such as ``CORS101``.

    .. versionadded:: 7.0
    """


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong with a configuration.

    :param option: the option's name, such as ``"origins"``.
    :param value: what was given for it.
    :param problem: what is wrong, one sentence.
    :param mend: what to write instead.

    .. versionadded:: 7.0
    """

    option: str
    value: object
    problem: str
    mend: str

    def __str__(self) -> str:
        return f"{self.option}: {shown(self.value)} {self.problem}: {self.mend}"


class CORSConfigError(ValueError):
    """A configuration that cannot be used. Its message has a line for every mistake that was
    found; a configuration that holds one binds nothing.

    :ivar mistakes: all :class:`Mistake` objects, in the order they were found.
    :ivar option: the option of the first one.
    :ivar value: the value of the first one.
    :ivar mend: what to write instead, for the first one.

    .. versionadded:: 7.0
    """

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        # The same option may reach several resources: its mistake is told once.
        self.mistakes = tuple({str(mistake): mistake for mistake in mistakes}.values())
        first = self.mistakes[0]
        self.option = first.option
        self.value = first.value
        self.mend = first.mend
        super().__init__("\n".join(map(str, self.mistakes)))

    def __reduce__(self) -> tuple[type[CORSConfigError], tuple[tuple[Mistake, ...]]]:
        return CORSConfigError, (self.mistakes,)


def shown(value: object) -> str:
    """A value for a message: as Python writes it, and short."""
    try:
        text = ascii(value)
    except Exception:  # a repr that fails must not hide what is wrong
        text = f"<{type(value).__name__}>"
    return text if len(text) <= 120 else f"{text[:117]}..."


@dataclass(frozen=True, slots=True)
class Place:
    """The file and line of a ``CORS(…)`` or ``@cross_origin``."""

    file: str
    line: int
    # Of the module: its name, for filters, and what it was warned of already.
    _globals: dict[str, Any] = field(repr=False, compare=False, hash=False)

    @classmethod
    def of_caller(cls) -> Place:
        """The line that called into this package."""
        frame = sys._getframe(1)
        while _is_ours(frame.f_globals.get("__name__", "")) and frame.f_back is not None:
            frame = frame.f_back
        return cls(frame.f_code.co_filename, frame.f_lineno, frame.f_globals)

    def warn(self, doubt: Doubt) -> None:
        """A :class:`CORSWarning` that points here, however late it is found."""
        module = self._globals.get("__name__", self.file)
        registry = self._globals.setdefault("__warningregistry__", {})
        warnings.warn_explicit(str(doubt), CORSWarning, self.file, self.line, module, registry)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def _is_ours(module: str) -> bool:
    return module == "flask_cors" or module.startswith("flask_cors.")
