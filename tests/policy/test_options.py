"""The names, the defaults and the parsing of the options."""

from __future__ import annotations

from datetime import timedelta
from inspect import signature
from typing import Any

import pytest

from flask_cors.diagnostics import rules
from flask_cors.diagnostics.finding import Finding
from flask_cors.policy.layers import DEFAULTS
from flask_cors.policy.options import (
    CONFIG_KEYS,
    EXTENSION_OPTIONS,
    OPTION_TYPES,
    POLICY_OPTIONS,
    Unset,
    config_key,
    parse_max_age,
    unset,
    without_annotations,
)
from flask_cors.policy.path_patterns import PathPattern
from flask_cors.policy.resolution import resolve, resolve_resources

from .findings import errors_of, facts, fail
from .layers import ALLOWED, layer

SWITCHES = {
    "supports_credentials": False,
    "send_wildcard": False,
    "vary_header": True,
    "automatic_options": True,
    "allow_private_network": False,
    "intercept_exceptions": True,
    "always_send": True,
}


def read(option: str, value: object) -> Any:
    return OPTION_TYPES[option].parse(value, fail)


# ---- names -------------------------------------------------------------------------------------


def test_the_options_have_these_names() -> None:
    assert set(POLICY_OPTIONS) == {
        "origins",
        "methods",
        "expose_headers",
        "allow_headers",
        "max_age",
        *SWITCHES,
    }
    assert set(EXTENSION_OPTIONS) == {*POLICY_OPTIONS, "resources"}


def test_the_config_keys_have_these_names() -> None:
    keys = """CORS_ORIGINS CORS_METHODS CORS_ALLOW_HEADERS CORS_EXPOSE_HEADERS
        CORS_SUPPORTS_CREDENTIALS CORS_MAX_AGE CORS_SEND_WILDCARD CORS_AUTOMATIC_OPTIONS
        CORS_VARY_HEADER CORS_RESOURCES CORS_INTERCEPT_EXCEPTIONS CORS_ALWAYS_SEND
        CORS_ALLOW_PRIVATE_NETWORK"""
    assert set(CONFIG_KEYS) == set(keys.split())
    assert all(CONFIG_KEYS[key] == key.removeprefix("CORS_").lower() for key in CONFIG_KEYS)


def test_the_config_key_of_an_option_is_its_name_in_upper_case() -> None:
    assert {config_key(option): option for option in EXTENSION_OPTIONS} == CONFIG_KEYS


# ---- defaults ----------------------------------------------------------------------------------


def test_the_options_have_these_defaults() -> None:
    defaults = resolve([DEFAULTS])
    assert defaults.origins.value.any
    assert defaults.methods.value.listed == "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
    assert not defaults.methods.value.any
    assert defaults.allow_headers.value.any
    assert defaults.expose_headers.value is None
    assert defaults.max_age.value is None
    assert {name: getattr(defaults, name).value for name in SWITCHES} == SWITCHES
    assert resolve_resources([DEFAULTS]) == [(PathPattern("/*"), defaults)]


@pytest.mark.parametrize("default", ["*", None, r"/*", True])
def test_an_unset_value_looks_like_its_default_and_differs_from_it(default: object) -> None:
    value: object = unset(default)
    assert isinstance(value, Unset)
    assert value.default == default
    assert repr(value) == repr(default)
    assert value != default


def test_the_signature_that_help_shows_has_no_annotations() -> None:
    def example(first: int, *, second: str | None = None) -> None: ...

    assert without_annotations(example) is example
    assert str(signature(example)) == "(first, *, second=None)"
    assert set(example.__annotations__) == {"first", "second", "return"}


# ---- booleans ----------------------------------------------------------------------------------

TRUE = [True, 1, "true", "True", "TRUE", "1", "yes", "Yes", "on", "ON", " true ", "on\n"]
FALSE = [False, 0, "false", "False", "FALSE", "0", "no", "No", "off", "OFF", " false\t"]
NEITHER = [
    2,
    -1,
    1.0,
    0.0,
    "",
    " ",
    "maybe",
    "t",
    "f",
    "y",
    "n",
    "truee",
    "2",
    "None",
    b"true",
    [],
    [True],
]


@pytest.mark.parametrize("option", SWITCHES)
@pytest.mark.parametrize(
    ("value", "expected"), [*((v, True) for v in TRUE), *((v, False) for v in FALSE)]
)
def test_a_boolean_is_read_as_people_write_it(option: str, value: object, expected: bool) -> None:
    assert read(option, value) is expected


@pytest.mark.parametrize("option", SWITCHES)
def test_a_boolean_that_is_none_is_unset(option: str) -> None:
    assert option not in layer(**{option: None})
    below = layer(**{"origins": ALLOWED, option: not SWITCHES[option]})
    found = getattr(resolve([layer(**{option: None}), below, DEFAULTS]), option)
    assert found.value is not SWITCHES[option]


@pytest.mark.parametrize("option", SWITCHES)
@pytest.mark.parametrize("value", NEITHER)
def test_any_other_value_of_a_boolean_is_an_error(option: str, value: object) -> None:
    found = errors_of(OPTION_TYPES[option].parse, value)
    assert facts(found) == [(rules.InvalidBoolean, value)]
    assert found[0].option == option


# ---- max_age -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "header"),
    [
        (None, None),
        (0, "0"),
        (1, "1"),
        (600, "600"),
        (-1, "-1"),
        (0.0, "0"),
        (0.9, "0"),
        (600.0, "600"),
        (600.9, "600"),
        (-1.0, "-1"),
        ("0", "0"),
        ("600", "600"),
        ("-1", "-1"),
        (" 600 ", "600"),
        ("0600", "600"),
        (timedelta(0), "0"),
        (timedelta(minutes=10), "600"),
        (timedelta(days=1, seconds=1), "86401"),
        (timedelta(milliseconds=1999), "1"),
        (timedelta(seconds=-1), "-1"),
        ("9" * 20, "9" * 20),
        (10**20 - 1, str(10**20 - 1)),
    ],
)
def test_max_age_is_whole_seconds(value: object, header: str | None) -> None:
    assert parse_max_age(value, fail) == header


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        -2,
        -0.5,
        -1.5,
        -600,
        float("nan"),
        float("inf"),
        float("-inf"),
        "",
        " ",
        "-2",
        "-0",
        "--1",
        "+600",
        "600.0",
        "6e2",
        "600s",
        "0x10",
        "6 00",
        "six",
        "\u0666\u0660\u0660",
        "9" * 21,
        b"600",
        [600],
        timedelta(seconds=-2),
        timedelta(microseconds=-1),
    ],
)
def test_any_other_max_age_is_an_error(value: object) -> None:
    (found,) = errors_of(parse_max_age, value)
    assert type(found) is rules.InvalidMaxAge
    assert (found.option, found.value) == ("max_age", value)


def test_max_age_is_read_without_a_warning() -> None:
    assert parse_max_age("5", fail) == "5"


@pytest.mark.parametrize("seconds", [10**20, 10**5000, 1e20], ids=["int", "long int", "float"])
def test_a_max_age_of_over_twenty_digits_is_an_error(seconds: float) -> None:
    assert facts(errors_of(parse_max_age, seconds)) == [(rules.InvalidMaxAge, seconds)]


# ---- options -------------------------------------------------------------------------------------


def test_the_repr_of_an_option_has_its_value_and_its_layer() -> None:
    assert repr(resolve([DEFAULTS]).origins) == "<'*' of default>"


def test_options_are_frozen() -> None:
    options = resolve([DEFAULTS])
    with pytest.raises(AttributeError):
        options.max_age = options.max_age  # type: ignore[misc]


def test_an_option_that_is_not_set_has_its_default() -> None:
    option = resolve([DEFAULTS]).send_wildcard
    assert (option.value, option.raw, option.layer) == (False, False, DEFAULTS)


@pytest.mark.parametrize("option", EXTENSION_OPTIONS)
def test_every_default_is_read_without_a_finding(option: str) -> None:
    def refuse(finding: Finding) -> None:
        raise AssertionError(finding)

    OPTION_TYPES[option].parse(OPTION_TYPES[option].default, refuse)
