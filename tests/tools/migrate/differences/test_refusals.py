"""``flask cors migrate`` of an app that 6.0.5 loaded, and this version refuses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask

from flask_cors import CORS, CORSConfigError, cross_origin
from flask_cors.tools.migrate.differences.refusals import findings_of_error
from flask_cors.tools.shared.example_origins import UNTRUSTED


class Refused(NamedTuple):
    """Options that are refused, with the beginning of the finding's message."""

    options: dict[str, Any]
    title: str
    message: str


REFUSED = [
    Refused(
        {"supports_credentials": True},
        "Credentials for untrusted origins",
        f"origins='*': '{UNTRUSTED}' allowed with credentials in 6.0.5, the app does "
        "not load (CORS205) now",
    ),
    Refused(
        {"supports_credentials": True, "origins": "null"},
        "Credentials for untrusted origins",
        "origins='null': 'null' allowed with credentials in 6.0.5",
    ),
    Refused(
        {"supports_credentials": True, "origins": "https://.*"},
        "Credentials for untrusted origins",
        "origins='https://.*': 'https://evil.com' allowed with credentials in 6.0.5",
    ),
    Refused(
        {"max_age": "soon"},
        "A `max_age` that is not a number of seconds",
        "max_age='soon': Access-Control-Max-Age: soon in 6.0.5",
    ),
    Refused(
        {"send_wildcard": "maybe"},
        "Booleans written as strings",
        "send_wildcard='maybe': read as True in 6.0.5",
    ),
    Refused(
        {"origins": "https://*"},
        "Any other `*` in an origin",
        f"origins='https://*': 'https://app' allowed and '{UNTRUSTED}' allowed in 6.0.5",
    ),
    Refused(
        {"origins": r"https://*.example\.com"},
        "Any other `*` in an origin",
        r"origins='https://*.example\\.com': 'https://app.example.com' refused and "
        f"'{UNTRUSTED}' refused in 6.0.5",
    ),
    Refused(
        {"origins": "https?://localhost:*[0-9]"},
        "`:*` in a regular expression",
        f"origins='https?://localhost:*[0-9]': '{UNTRUSTED}' refused in 6.0.5",
    ),
    Refused(
        {"origins": r"https://([a-z0-9]+)+\.example\.com"},
        "A regular expression that takes too long",
        r"origins='https://([a-z0-9]+)+\\.example\\.com': tried at each request in 6.0.5",
    ),
    Refused(
        {"origins": r"https://.*\.a\.example, https://b.example"},
        "Lists with commas",
        r"origins='https://.*\\.a\\.example, https://b.example': "
        f"'{UNTRUSTED}' refused in 6.0.5",
    ),
    Refused(
        {"origins": '["https://app.example"]'},
        "A list written into a string",
        f"origins='[\"https://app.example\"]': '{UNTRUSTED}' allowed in 6.0.5",
    ),
    Refused(
        {"methods": "[GET, PUT]"},
        "A list written into a string",
        "methods='[GET, PUT]': not read as intended in 6.0.5",
    ),
    Refused(
        {"origins": b"https://app.example"},
        "Values that are not names",
        f"origins=b'https://app.example': '{UNTRUSTED}' refused in 6.0.5",
    ),
    *(
        Refused(
            {option: value},
            "Values that are not names",
            f"{option}={value!r}: not read as intended in 6.0.5",
        )
        for option, value in (("methods", "G E T"), ("allow_headers", "X A"), ("methods", 5))
    ),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: str(case.options))
def test_what_6_0_5_loaded_and_is_refused_now_is_an_error(case: Refused) -> None:
    with pytest.raises(CORSConfigError) as caught:
        CORS(Flask("app"), **case.options)
    (found,) = findings_of_error(caught.value)
    assert found.title == case.title
    assert found.message.startswith(case.message)
    assert found.severity == "error"
    (finding,) = caught.value.findings
    assert found.hint == finding.hint
    assert found.location is not None
    assert Path(found.location.file) == Path(__file__)


def test_each_finding_of_an_error_is_one() -> None:
    with pytest.raises(CORSConfigError) as caught:
        CORS(Flask("app"), methods="G E T", max_age="soon", allow_headers="X A")
    assert [each.code for each in findings_of_error(caught.value)] == ["CORS022"] * 2 + ["CORS017"]


@pytest.mark.parametrize("options", [{"origins": "https://("}, {"resources": 5}])
def test_what_6_0_5_refused_as_well_is_not_a_difference(options: dict[str, Any]) -> None:
    with pytest.raises(CORSConfigError) as caught:
        CORS(Flask("app"), **options)
    (found,) = findings_of_error(caught.value)
    (finding,) = caught.value.findings
    assert (found, found.code) == (finding, finding.code)
    assert found.location is not None
    assert Path(found.location.file) == Path(__file__)


def test_a_decorator_without_parentheses_made_each_request_fail() -> None:
    with pytest.raises(CORSConfigError) as caught:
        cross_origin(lambda: "done")
    (found,) = findings_of_error(caught.value)
    assert found.title == "A decorated view with invalid options"
    assert re.search(": each request failed in 6.0.5", found.message)


def test_an_error_that_was_not_raised_has_no_location() -> None:
    with pytest.raises(CORSConfigError) as caught:
        CORS(Flask("app"), max_age="soon")
    (found,) = findings_of_error(CORSConfigError(caught.value.findings))
    assert found.location is None


def test_an_error_that_an_app_raises_from_ours_leads_to_it() -> None:
    def load() -> None:
        try:
            CORS(Flask("app"), max_age="soon")
        except CORSConfigError as error:
            raise RuntimeError("no app") from error

    with pytest.raises(RuntimeError) as caught:
        load()
    assert [each.code for each in findings_of_error(caught.value)] == ["CORS017"]
    assert findings_of_error(RuntimeError("no database")) == []
