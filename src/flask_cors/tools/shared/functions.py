"""The functions behind an app's views and hooks: their owner, their name and their location."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from inspect import unwrap
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, Literal

from flask import Flask

from ...diagnostics.source_location import SourceLocation

Function = Callable[..., Any]
Owner = Literal["app", "library", "flask_cors"]

_INSTALLED = {"site-packages", "dist-packages"}


def owner_of(function: object, app: Flask) -> Owner:
    """Return whether a function belongs to this package, to the app, which may be installed, or to
    an installed library."""
    module = module_of(function)
    package = module.partition(".")[0]
    if package == __name__.partition(".")[0]:
        return "flask_cors"
    if package == app.import_name.partition(".")[0]:
        return "app"
    code = _code_of(function)
    file = getattr(sys.modules.get(module), "__file__", None) if code is None else code.co_filename
    return "library" if is_of_package(file or "") else "app"


def is_of_package(file: str) -> bool:
    """Return whether a file belongs to an installed package."""
    return not _INSTALLED.isdisjoint(Path(file).parts)


def module_of(function: object) -> str:
    """Return the module that defines a function. :func:`functools.wraps` copies ``__module__``."""
    function = _unbind(function)
    if isinstance(function, FunctionType):
        return str(function.__globals__.get("__name__", ""))
    return type(function).__module__


def _unbind(function: object) -> object:
    """Return the function of a partial or a bound method, and anything else as it is."""
    while isinstance(function, partial):
        function = function.func
    return getattr(function, "__func__", function)


def _code_of(function: object) -> CodeType | None:
    code: CodeType | None = getattr(_unbind(function), "__code__", None)
    return code


def name_of(function: object) -> str:
    """Return the name of a function in reports: ``check_login``, ``Talisman._force_https``."""
    unbound = _unbind(function)
    name = getattr(unbound, "__qualname__", type(unbound).__qualname__)
    return str(name).replace("<locals>.", "")


def location_of(function: Function) -> SourceLocation | None:
    """Return the line of a function, or of the ``__call__`` of an object."""
    called = getattr(type(function), "__call__", None)  # noqa: B004  # for its line
    code = _code_of(unwrap(function)) or _code_of(called)
    return None if code is None else SourceLocation(code.co_filename, code.co_firstlineno)


def locate_function(kind: str, function: Function) -> tuple[SourceLocation | None, str]:
    """Return the line of a function, and its name after ``kind``."""
    return location_of(function), f"{kind} {name_of(function)}"
