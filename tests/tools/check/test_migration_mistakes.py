"""``flask cors check --from 6`` of an app that 6.0.5 loaded, and this version refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_cors import CORS, CORSConfigError
from flask_cors.tools.check.migration import changes_of_error
from flask_cors.tools.check.patterns.examples import STRANGER

ACAO = "Access-Control-Allow-Origin"


REFUSED = [
    (
        {"supports_credentials": True},
        "Credentials for everybody",
        "origins='*'",
        f"allowed, {ACAO}: {STRANGER}, Access-Control-Allow-Credentials: true",
    ),
    (
        {"supports_credentials": True, "origins": "null"},
        "Credentials for everybody",
        "origins='null'",
        f"allowed, {ACAO}: null",
    ),
    (
        {"supports_credentials": True, "origins": "https://.*"},
        "Credentials for everybody",
        "origins='https://.*'",
        f"allowed, {ACAO}: https://evil.com",
    ),
    (
        {"max_age": "soon"},
        "A `max_age` that is no number of seconds",
        "max_age='soon'",
        "Access-Control-Max-Age: soon",
    ),
    ({"send_wildcard": "maybe"}, "Booleans written as strings", "send_wildcard='maybe'", "true"),
    (
        {"origins": "https://*"},
        "Any other `*` in an origin",
        "origins='https://*'",
        f"'{STRANGER}' allowed",
    ),
    (
        {"origins": r"https://*.example\.com"},
        "Any other `*` in an origin",
        r"origins='https://*.example\\.com'",
        "'https://app.example.com' refused",
    ),
]


@pytest.mark.parametrize(("options", "heading", "what", "before"), REFUSED)
def test_what_6_0_5_loaded_and_is_refused_now_is_told_of_the_error(
    options: dict[str, Any], heading: str, what: str, before: str
) -> None:
    with pytest.raises(CORSConfigError) as caught:
        CORS(Flask("app"), **options)
    (change,) = changes_of_error(caught.value)
    assert (change.heading, change.what) == (heading, what)
    assert before in change.before
    assert change.now == "CORSConfigError: the app does not load"
    assert change.fix == caught.value.mend
    assert change.where is not None
    assert Path(change.where.file) == Path(__file__)


def test_a_mistake_under_no_row_is_left_to_its_error() -> None:
    with pytest.raises(CORSConfigError) as caught:
        CORS(Flask("app"), methods="G E T")
    assert changes_of_error(caught.value) == []


def test_an_error_that_was_not_raised_has_no_line() -> None:
    with pytest.raises(CORSConfigError) as caught:
        CORS(Flask("app"), max_age="soon")
    (change,) = changes_of_error(CORSConfigError(caught.value.mistakes))
    assert change.where is None
