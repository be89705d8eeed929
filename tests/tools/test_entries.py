"""Which entry allows a value, and which one a refused value was probably meant to be."""

from __future__ import annotations

import re

import pytest

from flask_cors.doubts import Doubt
from flask_cors.policy.allowlist import parse_allow_headers, parse_methods
from flask_cors.policy.origins import parse_origins
from flask_cors.tools.entries import (
    Near,
    entry_of_header,
    entry_of_method,
    entry_of_origin,
    near_name,
    near_origin,
)

APP = "https://app.example"


def hear_nothing(_: Doubt) -> None:
    pass


def is_friend(origin: str) -> bool:
    return origin == APP


def is_nobody(origin: str) -> bool:
    return False


def fails(origin: str) -> bool:
    raise LookupError


@pytest.mark.parametrize(
    ("origins", "entry"),
    [
        ("*", '"*"'),
        (APP, APP),
        (APP.upper(), APP),
        (["https://*.a.example", "https://*.example"], "https://*.example"),
        ("https://app.example:*", "https://app.example:*"),
        ([r"https://nobody\..*", r"https://app\..*"], r"re.compile('https://app\\..*')"),
        (re.compile(APP), "re.compile('https://app.example')"),
        ([is_nobody, is_friend], "is_friend"),
        ([fails, is_friend], None),
        ([is_nobody], None),
        ([], None),
        ("https://other.example", None),
    ],
)
def test_the_entry_that_allows_an_origin_is_the_one_that_a_policy_would_find(origins, entry):
    origins = parse_origins(origins, hear_nothing)
    assert entry_of_origin(origins, APP) == entry
    assert isinstance(origins.answer(APP), str) == (entry is not None)


@pytest.mark.parametrize(
    ("methods", "method", "entry"),
    [
        (["PUT", "*"], "PUT", "PUT"),
        ("*", "PUT", '"*"'),
        ("GET", "PUT", None),
        ("PATCH", "patch", None),
    ],
)
def test_the_entry_that_allows_a_method_has_its_case(methods, method, entry):
    assert entry_of_method(parse_methods(methods, hear_nothing), method) == entry


@pytest.mark.parametrize(
    ("headers", "entry"),
    [
        ("*", '"*"'),
        (["X-Other", "X-Token"], "x-token"),
        ([r"Y-.*", r"X-.*"], "re.compile('X-.*')"),
        ("X-Other", None),
        ([], None),
    ],
)
def test_the_entry_that_allows_a_header_has_no_case(headers, entry):
    assert entry_of_header(parse_allow_headers(headers, hear_nothing), "x-token") == entry


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("patch", Near("PATCH", "letters of another case")),
        ("PACTH", Near("PATCH", "another spelling")),
        ("UNLINK", None),
    ],
)
def test_a_name_is_near_another_by_its_letters(name, near):
    assert near_name({"PATCH", "GET"}, name) == near


@pytest.mark.parametrize(
    ("origins", "origin", "entry", "difference"),
    [
        (
            "http://localhost:3000",
            "http://localhost:5173",
            "http://localhost:3000",
            "another port: 5173, where the entry has 3000",
        ),
        (
            APP,
            "https://app.example:8443",
            APP,
            "another port: 8443, where the entry has 443, the default",
        ),
        (APP, "http://app.example", APP, "http for https"),
        ("http://app.example:*", APP, "http://app.example:*", "https for http"),
        (
            f"{APP}/",
            APP,
            f"{APP}/",
            "written so that no browser sends it: it has a trailing slash",
        ),
        (
            f"{APP}:443",
            APP,
            f"{APP}:443",
            "written so that no browser sends it: it names the default port",
        ),
        (
            "http://127.0.0.1:3000",
            "http://localhost:3000",
            "http://127.0.0.1:3000",
            "another name of this machine, and so another origin",
        ),
        (
            "https://*.app.example",
            APP,
            "https://*.app.example",
            "the pattern covers the subdomains, not the host itself",
        ),
        (
            "https://*.app.example",
            "http://www.app.example",
            "https://*.app.example",
            "http for https",
        ),
        (APP, "https://www.app.example", APP, "a subdomain of it, which is another origin"),
        (
            "https://www.app.example",
            APP,
            "https://www.app.example",
            "its parent domain, which is another origin",
        ),
        (APP, "https://app.exmaple", APP, "another spelling"),
        (
            "https://shop.example",
            "https://shops.example",
            "https://shop.example",
            "another spelling",
        ),
    ],
)
def test_an_origin_is_near_an_entry_that_differs_in_one_respect(origins, origin, entry, difference):
    assert near_origin(parse_origins(origins, hear_nothing), origin) == Near(entry, difference)


def test_of_several_entries_the_closest_is_told():
    origins = parse_origins(["http://www.a.example", "https://a.example:1"], hear_nothing)
    assert near_origin(origins, "https://a.example").entry == "https://a.example:1"


@pytest.mark.parametrize(
    ("origins", "origin"),
    [
        (APP, "null"),
        (["null", is_nobody, r"https://app\.examplo"], APP),
        ("http://192.0.2.7", "https://far.example"),
        ([], APP),
        ("https://a.example", "https://b.example"),
        ("https://api.example.com", "https://app.example.com"),
        ("https://shop.example.com", "https://shops.exmaple.com"),
    ],
)
def test_an_origin_may_be_near_nothing(origins, origin):
    assert near_origin(parse_origins(origins, hear_nothing), origin) is None


def test_a_scheme_without_a_default_port_is_told_as_it_is():
    origins = parse_origins("chrome-extension://abcdef:7", hear_nothing)
    near = near_origin(origins, "chrome-extension://abcdef")
    assert near.difference == "another port: none, the default, where the entry has 7"
