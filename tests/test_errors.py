"""The error and the warning of a configuration. ``diagnostics/`` tests their findings."""

from __future__ import annotations

import pytest
from flask import Flask

from flask_cors import CORS, CORSConfigError, CORSWarning
from flask_cors.diagnostics import rules


def test_a_config_error_is_a_value_error() -> None:
    assert issubclass(CORSConfigError, ValueError)


def test_a_cors_warning_is_a_user_warning() -> None:
    assert issubclass(CORSWarning, UserWarning)


def test_an_error_holds_all_findings_of_an_app() -> None:
    with pytest.raises(CORSConfigError) as caught:
        CORS(Flask(__name__), max_age="soon", methods="A B")
    assert {(type(found), found.option, found.value) for found in caught.value.findings} == {
        (rules.InvalidMaxAge, "max_age", "soon"),
        (rules.InvalidMethod, "methods", "A B"),
    }
    assert str(caught.value).splitlines() == list(map(str, caught.value.findings))


def test_an_error_names_the_line_of_the_cors() -> None:
    with pytest.raises(CORSConfigError) as caught:
        CORS(Flask(__name__), max_age="soon")
    (found,) = caught.value.findings
    assert found.location is not None
    assert found.location.file == __file__
