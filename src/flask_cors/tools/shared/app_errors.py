"""Exceptions of an app's own code, which must not end the command that runs it."""

from __future__ import annotations

import builtins
from typing import Any

# Since Python 3.11. Flask's next version raises the exceptions of teardown functions as a group.
_ExceptionGroup: type[BaseException] | tuple[()] = getattr(builtins, "BaseExceptionGroup", ())


def is_app_error(error: BaseException) -> bool:
    """Return whether ``error`` comes from the app, as ``SystemExit`` may, and not from Ctrl-C."""
    if isinstance(error, _ExceptionGroup):
        return all(map(is_app_error, _errors_of(error)))
    return isinstance(error, (Exception, SystemExit))


def first_error(error: BaseException) -> BaseException:
    """Return ``error``, or the first one of a group."""
    while isinstance(error, _ExceptionGroup):
        error = _errors_of(error)[0]
    return error


def _errors_of(group: Any) -> tuple[BaseException, ...]:
    errors: tuple[BaseException, ...] = group.exceptions
    return errors


class SuppressAppErrors:
    """A context manager that suppresses exceptions of the app."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        return error is not None and is_app_error(error)
