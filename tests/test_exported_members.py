"""The public surface: what may be imported, and how it is called. All else may change."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
import subprocess
import sys
from functools import partial

import pytest
from flask import Flask

import flask_cors
from flask_cors import CORS, browser, cross_origin, typing
from flask_cors.browser import Browser, Exchange, Outcome, Request, Response
from flask_cors.policy.options import EXTENSION_OPTIONS, POLICY_OPTIONS
from flask_cors.testing import Page, assert_no_findings


def names_of(module: object) -> set[str]:
    """Return the names that a module offers: not private ones, modules, or those from elsewhere."""
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and not inspect.ismodule(value) and name != "annotations"
    }


def test_the_package_exports_these_names():
    names = {"CORS", "CORSConfigError", "CORSWarning", "cors_refused", "cross_origin"}
    assert names_of(flask_cors) == names
    assert set(flask_cors.__all__) == names | {"__version__"}


def test_the_version_is_7_0_0():
    assert flask_cors.__version__ == "7.0.0"


def test_typing_holds_the_aliases_of_the_options():
    expected = {"Origins", "Methods", "Headers", "MaxAge", "Resources", "ResourceOptions"}
    assert expected <= names_of(typing)
    for name in expected:
        assert getattr(importlib.import_module("flask_cors.typing"), name) is not None


CORS_PARAMETERS = [
    ("app", None),
    ("resources", "/*"),
    ("origins", "*"),
    ("methods", None),
    ("expose_headers", None),
    ("allow_headers", "*"),
    ("supports_credentials", False),
    ("max_age", None),
    ("send_wildcard", False),
    ("vary_header", True),
    ("allow_private_network", False),
    ("intercept_exceptions", True),
    ("always_send", True),
    ("automatic_options", True),
    ("kwargs", inspect.Parameter.empty),
]
CROSS_ORIGIN_PARAMETERS = [
    ("origins", "*"),
    ("methods", None),
    ("expose_headers", None),
    ("allow_headers", "*"),
    ("supports_credentials", False),
    ("max_age", None),
    ("send_wildcard", False),
    ("vary_header", True),
    ("automatic_options", True),
    ("allow_private_network", False),
    ("always_send", True),
    ("intercept_exceptions", True),
    ("kwargs", inspect.Parameter.empty),
]


@pytest.mark.parametrize(
    ("function", "expected"), [(CORS, CORS_PARAMETERS), (cross_origin, CROSS_ORIGIN_PARAMETERS)]
)
def test_the_signature_shows_the_order_and_the_defaults(function, expected):
    parameters = list(inspect.signature(function).parameters.values())
    assert [(p.name, repr(p.default)) for p in parameters] == [
        (name, repr(default)) for name, default in expected
    ]
    kinds = {p.kind for p in parameters[:-2]}
    assert kinds == {inspect.Parameter.POSITIONAL_OR_KEYWORD}
    assert parameters[-2].kind is inspect.Parameter.KEYWORD_ONLY
    assert parameters[-1].kind is inspect.Parameter.VAR_KEYWORD


def test_the_methods_of_cors_take_these_parameters():
    assert list(inspect.signature(CORS.init_app).parameters) == ["self", "app", "kwargs"]
    allows = inspect.signature(CORS.allows).parameters
    assert list(allows) == ["self", "origin", "path", "app"]
    assert allows["path"].default == "/"
    assert allows["app"].default is None
    assert {allows[name].kind for name in ("path", "app")} == {inspect.Parameter.KEYWORD_ONLY}
    public = {name for name in vars(CORS) if not name.startswith("_")}
    assert public == {"allows", "init_app"}


BROWSER_NAMES = {
    *("Browser", "Request", "Response", "Transport", "Exchange", "Outcome", "Reason"),
    *("HeaderList", "PreflightCache", "Quirks", "STANDARD", "CHROMIUM", "FIREFOX"),
}


def test_the_browser_exports_these_names():
    assert names_of(browser) == set(browser.__all__) == BROWSER_NAMES


def test_the_browser_takes_these_parameters():
    assert list(inspect.signature(Browser).parameters) == ["transport", "quirks", "clock"]
    fetch = inspect.signature(Browser.fetch).parameters
    assert [(name, parameter.default) for name, parameter in fetch.items()] == [
        *(("self", inspect.Parameter.empty), ("url", inspect.Parameter.empty)),
        *(("origin", inspect.Parameter.empty), ("method", "GET"), ("headers", ()), ("body", None)),
        *(("credentials", "same-origin"), ("mode", "cors"), ("redirect", "follow")),
    ]
    keywords = {parameter.kind for name, parameter in fetch.items() if name not in ("self", "url")}
    assert keywords == {inspect.Parameter.KEYWORD_ONLY}


def test_requests_responses_and_outcomes_have_these_fields():
    fields = {
        Request: ["method", "url", "headers", "body", "credentials"],
        Response: ["status", "headers", "body"],
        Exchange: ["request", "response", "preflight"],
        Outcome: [
            *("allowed", "reason", "parameter", "message", "type", "status", "headers", "body"),
            *("url", "exchanges", "origin", "url_list"),
        ],
    }
    for owner, names in fields.items():
        assert [field.name for field in dataclasses.fields(owner)] == names


def refused(name: str) -> object:
    """Return a value that no option of that name accepts, so that the error names the option."""
    return b"never"


@pytest.mark.parametrize("function", [CORS, cross_origin])
def test_every_option_is_a_parameter(function):
    options = POLICY_OPTIONS if function is cross_origin else EXTENSION_OPTIONS
    assert inspect.signature(function).parameters.keys() - {"app", "kwargs"} == set(options)


@pytest.mark.parametrize(
    ("call", "option"),
    [
        (partial(CORS, Flask(__name__)), "automatic_options"),
        (cross_origin, "intercept_exceptions"),
    ],
)
def test_the_option_that_is_given_by_keyword_alone_is_read(call, option):
    with pytest.raises(flask_cors.CORSConfigError) as raised:
        call(**{option: "perhaps"})
    assert {finding.option for finding in raised.value.findings} == {option}


@pytest.mark.parametrize("position", range(1, 13))
def test_cors_takes_its_options_by_position(position):
    names = [name for name, _ in CORS_PARAMETERS]
    defaults = ["/*", "https://app.example", *(default for _, default in CORS_PARAMETERS[3:-1])]
    values = [*defaults[: position - 1], refused(names[position])]
    with pytest.raises(flask_cors.CORSConfigError) as raised:
        CORS(Flask(__name__), *values)
    assert {finding.option for finding in raised.value.findings} == {names[position]}


@pytest.mark.parametrize("position", range(11))
def test_cross_origin_takes_its_options_by_position(position):
    names = [name for name, _ in CROSS_ORIGIN_PARAMETERS]
    defaults = ["https://app.example", *(default for _, default in CROSS_ORIGIN_PARAMETERS[1:-1])]
    values = [*defaults[:position], refused(names[position])]
    with pytest.raises(flask_cors.CORSConfigError) as raised:
        cross_origin(*values)
    assert {finding.option for finding in raised.value.findings} == {names[position]}


def test_testing_offers_a_page_that_takes_these_parameters():
    assert list(inspect.signature(Page).parameters) == ["app", "origin", "quirks"]
    assert list(inspect.signature(Page.fetch).parameters) == [
        *("self", "url", "method", "headers", "body", "json", "credentials", "mode", "redirect"),
    ]


def test_testing_offers_an_assertion_that_takes_these_parameters():
    assert list(inspect.signature(assert_no_findings).parameters) == ["app", "severity"]


def test_importing_the_package_loads_neither_the_browser_nor_the_tools():
    code = "import sys, flask_cors; print(*sorted(n for n in sys.modules if 'flask_cors' in n))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not re.search(r"flask_cors\.(browser|core|removed|tools|testing)", run.stdout)
    assert "flask_cors.runtime.registry" in run.stdout


def test_the_package_has_no_other_attributes():
    with pytest.raises(AttributeError, match=r"^module 'flask_cors' has no attribute 'cores'$"):
        flask_cors.cores  # noqa: B018


def test_core_is_an_attribute_of_the_package():
    code = "import flask_cors; print(flask_cors.core.ACL_ORIGIN)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "Access-Control-Allow-Origin\n"
    assert flask_cors.__getattr__("core") is importlib.import_module("flask_cors.core")


def test_errors_and_warnings_are_what_callers_catch():
    assert issubclass(flask_cors.CORSConfigError, ValueError)
    assert issubclass(flask_cors.CORSWarning, UserWarning)
