"""No rule raises, whatever the configuration: a property over generated ones."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import pytest
from flask import Blueprint, Flask
from hypothesis import example, given
from hypothesis import strategies as st

from flask_cors import CORS, CORSConfigError, cross_origin
from flask_cors.policy.options import CONFIG_KEYS
from flask_cors.tools.check import check
from tests.properties.strategies import (
    ALLOW_HEADERS,
    EXPOSE_HEADERS,
    ITEMS,
    MAX_AGES,
    METHODS,
    times,
)

pytestmark = [
    pytest.mark.filterwarnings("ignore::flask_cors.errors.CORSWarning"),
    # Python 3.10 warns of what is an error since 3.11.
    pytest.mark.filterwarnings("ignore:Flags not at the start:DeprecationWarning"),
]

# What patterns are made of, valid and invalid ones.
PIECES = (
    *("http://", "https://", "https?://", "^", "$", r"\Z", "(?i)", "|", "(", ")", "(a|b)", "://"),
    *("localhost", r"127\.0\.0\.1", "192.168.1.", r"\[::1\]", "[::1]", "2001:db8::", "0.0.0.0"),
    *("app.example", r"app\.example", "example.co.uk", r"\.github\.io", "a-b", "xn--", "EXAMPLE"),
    *(".*", ".+", "*", ".", r"\.", "*.", r"(.+\.)?", "[a-z]+", "[^.]+", r"\d+", r"[\w-]*", r"\S+"),
    *(":", ":*", ":8080", r"(:\d+)?", ":[0-9]{1,5}", ":99999", "/", "/api", "null", "%", "\u00e9"),
)
pattern = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join)


def compile_or_keep(text: str) -> object:
    try:
        return re.compile(text)
    except re.error:
        return text


origins = st.lists(
    st.one_of(
        st.sampled_from([item.option for item in ITEMS]), pattern, pattern.map(compile_or_keep)
    ),
    max_size=3,
)
headers = st.sampled_from(
    [*ALLOW_HEADERS, "Authorization, Content-Type", ["Origin", "Set-Cookie", "*"]]
)
options = st.fixed_dictionaries(
    {"origins": origins},
    optional={
        "methods": st.sampled_from([*METHODS, "GET, TRACE", ["QUERY"]]),
        "allow_headers": headers,
        "expose_headers": st.sampled_from(EXPOSE_HEADERS),
        "max_age": st.sampled_from([*MAX_AGES, 10**9]),
        **{
            name: st.booleans()
            for name in (
                *("supports_credentials", "send_wildcard", "vary_header", "automatic_options"),
                *("allow_private_network", "intercept_exceptions", "always_send"),
            )
        },
    },
)
resources = st.dictionaries(
    st.one_of(
        st.sampled_from(["*", "/*", "/api/*", "/api", "/api/", "/bp/users", r"/api/.*", "/files/"]),
        st.lists(
            st.sampled_from(["/", "/api", "/files", "/bp", ".*", r"\d+", "[a-z]+", "$", "(x|y)"]),
            min_size=1,
            max_size=4,
        ).map("".join),
    ),
    options,
    min_size=1,
    max_size=3,
)
config = st.one_of(
    st.just({}),
    options.map(lambda given: {f"CORS_{name.upper()}": value for name, value in given.items()}),
    st.dictionaries(
        st.sampled_from([*CONFIG_KEYS, "CORS_HEADERS", "CORS_ORIGIN_WHITELIST", "CORS_ENABLED"]),
        st.sampled_from([None, "", "*", True, "https://app.example", ["https://app.example", ""]]),
        max_size=3,
    ),
)
settings = st.fixed_dictionaries(
    {},
    optional={
        "SECRET_KEY": st.just("key"),
        "SESSION_COOKIE_SAMESITE": st.sampled_from(["None", "Lax"]),
        "SESSION_COOKIE_SECURE": st.booleans(),
        "SERVER_NAME": st.sampled_from(["app.example", "[::1]:5000", "localhost:5000"]),
        "APPLICATION_ROOT": st.just("/prod"),
    },
)


def respond(**_: object) -> tuple[str, dict[str, str]]:
    return "", {"Cache-Control": "public", "Access-Control-Allow-Origin": "*"}


def an_app(
    configured: dict[str, Any],
    app_options: dict[str, Any],
    of_resources: dict[str, Any] | None,
    bp_options: dict[str, Any] | None,
    view_options: dict[str, Any] | None,
) -> Flask:
    app = Flask("app")
    app.config.update(configured)
    blueprint = Blueprint("bp", "bp", url_prefix="/bp/<tenant>")
    blueprint.add_url_rule("/users", "users", respond, methods=["GET", "POST"])
    blueprint.add_url_rule("/users/<int:user>/", "user", respond, methods=["PUT", "QUERY"])
    if bp_options is not None:
        CORS(blueprint, **bp_options)
    if of_resources is not None:
        app_options = {**app_options, "resources": of_resources}
    CORS(app, **app_options)
    app.register_blueprint(blueprint)
    app.add_url_rule("/api", "api", respond)
    app.add_url_rule("/api/<path:rest>", "rest", respond, methods=["GET", "DELETE"])
    app.add_url_rule("/files/", "files", respond, methods=["GET", "OPTIONS"])
    if view_options is not None:
        app.add_url_rule("/seen/<name>", "seen", cross_origin(**view_options)(respond))
    return app


@times(4)
@given(
    st.builds(lambda one, other: {**one, **other}, config, settings),
    options,
    st.none() | resources,
    st.none() | options,
    st.none() | options,
)
@example({}, {"origins": ["http://localhost.*"], "supports_credentials": True}, None, None, None)
@example({}, {"origins": [re.compile(r"http://localhost\..*")]}, None, None, None)
def test_no_rule_raises_whatever_the_configuration(
    configured: dict[str, Any],
    app_options: dict[str, Any],
    of_resources: dict[str, Any] | None,
    bp_options: dict[str, Any] | None,
    view_options: dict[str, Any] | None,
) -> None:
    with suppress(CORSConfigError):  # a configuration that is refused has nothing to check
        app = an_app(configured, app_options, of_resources, bp_options, view_options)
        assert [str(found) for found in check(app) if found.code == "CORS901"] == []
