from __future__ import annotations

import pytest

from flask_cors.tools.shared import app_errors
from flask_cors.tools.shared.app_errors import SuppressAppErrors, first_error, is_app_error


class Group(BaseException):
    """A stand-in for ``BaseExceptionGroup``, which Python 3.10 does not have."""

    def __init__(self, *exceptions: BaseException) -> None:
        super().__init__(exceptions)
        self.exceptions = exceptions


@pytest.fixture(autouse=True)
def _groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_errors, "_ExceptionGroup", Group)


APP_ERRORS = [LookupError(), SystemExit(1), Group(SystemExit(1), Group(LookupError()))]
OTHERS = [KeyboardInterrupt(), Group(LookupError(), KeyboardInterrupt())]


@pytest.mark.parametrize("error", APP_ERRORS)
def test_exceptions_of_an_app_are_suppressed(error: BaseException) -> None:
    assert is_app_error(error)
    with SuppressAppErrors():
        raise error


@pytest.mark.parametrize("error", OTHERS)
def test_ctrl_c_is_not_suppressed_alone_or_in_a_group(error: BaseException) -> None:
    assert not is_app_error(error)
    with pytest.raises(type(error)), SuppressAppErrors():
        raise error


def test_the_first_error_of_a_nested_group_is_found() -> None:
    first = LookupError()
    assert first_error(first) is first
    assert first_error(Group(Group(first, SystemExit()), SystemExit())) is first
