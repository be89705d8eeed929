"""The file and line of a ``CORS(…)`` or ``@cross_origin``."""

from __future__ import annotations

import sys
import warnings
from typing import Any


class SourceLocation:
    """A file and a line. Locations are equal if both are.

    :ivar file: the path of the file.
    :ivar line: the number of the line.
    """

    __slots__ = ("_globals", "file", "line")

    def __init__(self, file: str, line: int, module_globals: dict[str, Any] | None = None) -> None:
        """
        :param module_globals: the globals of the module: warning filters need its name, and Python
            stores there which warnings were issued.
        """
        self.file = file
        self.line = line
        self._globals: dict[str, Any] = {} if module_globals is None else module_globals

    @classmethod
    def from_caller(cls) -> SourceLocation:
        """Return the line that called into this package."""
        frame = sys._getframe(1)
        while frame.f_globals.get("__name__", "").split(".")[0] == "flask_cors" and frame.f_back:
            frame = frame.f_back
        return cls(frame.f_code.co_filename, frame.f_lineno, frame.f_globals)

    def warn(self, message: object, category: type[Warning]) -> None:
        """Issue a warning that points at this location, wherever it is called from."""
        module = self._globals.get("__name__", self.file)
        registry = self._globals.setdefault("__warningregistry__", {})
        warnings.warn_explicit(str(message), category, self.file, self.line, module, registry)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SourceLocation):
            return NotImplemented
        return (self.file, self.line) == (other.file, other.line)

    def __hash__(self) -> int:
        return hash((self.file, self.line))

    def __reduce__(self) -> tuple[type[SourceLocation], tuple[str, int]]:
        # The globals of a module cannot be copied or pickled.
        return SourceLocation, (self.file, self.line)

    def __copy__(self) -> SourceLocation:
        return self

    def __deepcopy__(self, _: object) -> SourceLocation:
        return self

    def __repr__(self) -> str:
        return f"SourceLocation({self.file!r}, {self.line})"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"
