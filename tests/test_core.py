"""``flask_cors.core``: the names that existing code imports."""

from __future__ import annotations

import doctest
import inspect
import re
from types import SimpleNamespace
from typing import get_type_hints

import pytest

from flask_cors import core

NAMES = {
    "ACL_ORIGIN": "Access-Control-Allow-Origin",
    "ACL_METHODS": "Access-Control-Allow-Methods",
    "ACL_ALLOW_HEADERS": "Access-Control-Allow-Headers",
    "ACL_EXPOSE_HEADERS": "Access-Control-Expose-Headers",
    "ACL_CREDENTIALS": "Access-Control-Allow-Credentials",
    "ACL_MAX_AGE": "Access-Control-Max-Age",
    "ACL_RESPONSE_PRIVATE_NETWORK": "Access-Control-Allow-Private-Network",
    "ACL_REQUEST_METHOD": "Access-Control-Request-Method",
    "ACL_REQUEST_HEADERS": "Access-Control-Request-Headers",
    "ACL_REQUEST_HEADER_PRIVATE_NETWORK": "Access-Control-Request-Private-Network",
}


@pytest.mark.parametrize(("name", "value"), NAMES.items())
def test_a_constant_holds_the_name_of_its_header(name: str, value: str) -> None:
    assert getattr(core, name) == value


def test_all_methods_lists_the_seven_methods_in_the_order_of_6_0_5() -> None:
    assert core.ALL_METHODS == ["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"]


# The types of the options in flask-cors 6.0.5, which annotations of other people's code name.
TYPES = {
    *("CorsOptionsInput", "CrossOriginOptionsInput", "ExposeHeadersInput", "HeadersInput"),
    *("MaxAgeInput", "MethodsInput", "OriginsInput", "RegexObject", "ResourcePattern"),
    "ResourceSpec",
}


def test_the_types_of_options_can_be_evaluated_at_run_time() -> None:
    for name in TYPES:
        assert get_type_hints(SimpleNamespace(__annotations__={"x": name}), vars(core))
    assert isinstance(re.compile("/"), core.RegexObject)


def test_core_exports_only_these_names() -> None:
    assert set(core.__all__) == {*NAMES, "ALL_METHODS", *TYPES}
    assert len(core.__all__) == len(NAMES) + 1 + len(TYPES)


# ---- names of flask-cors 6.0.5 that are gone ---------------------------------------------------

# What its core defined and ours does not, without what began with an underscore.
GONE = {
    *("CONFIG_OPTIONS", "DEFAULT_OPTIONS", "FLASK_CORS_EVALUATED", "LOG", "ensure_iterable"),
    *("flexible_str", "get_allow_headers", "get_app_kwarg_dict", "get_cors_headers"),
    *("get_cors_options", "get_cors_origins", "get_regexp_pattern", "merge_options"),
    *("parse_resources", "probably_regex", "re_fix", "sanitize_regex_param", "serialize_options"),
    *("set_cors_headers", "try_match_any_pattern", "try_match_pattern"),
}


def error_of(statement: str) -> str:
    with pytest.raises(ImportError) as raised:
        exec(statement, {})
    assert raised.value.name == statement.split()[1]
    return str(raised.value)


def test_every_removed_name_has_a_hint() -> None:
    assert core._REMOVED.keys() == GONE


@pytest.mark.parametrize("name", sorted(GONE))
def test_importing_a_removed_name_says_what_to_use_instead(name: str) -> None:
    message = error_of(f"from flask_cors.core import ACL_ORIGIN, {name} as other")
    hint = core._REMOVED[name]
    assert message == f"flask_cors.core.{name} does not exist in Flask-CORS 7: {hint}"


def test_importing_a_name_that_never_existed_raises_the_usual_error() -> None:
    message = error_of("from flask_cors.core import never")
    assert message.startswith("cannot import name 'never' from 'flask_cors.core'")


def test_core_can_be_inspected() -> None:
    assert "ACL_ORIGIN" in dict(inspect.getmembers(core))
    assert inspect.unwrap(core) is core  # type: ignore[arg-type]  # looks for __wrapped__
    assert doctest.DocTestFinder().find(core)
    assert not hasattr(core, "never")
