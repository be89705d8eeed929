"""The entry that allows a value, and the closest entry to a refused one."""

from __future__ import annotations

import re

import pytest

from flask_cors.diagnostics.finding import Finding
from flask_cors.policy.allowlists import parse_allow_headers, parse_methods
from flask_cors.policy.origin_parser import parse_origins
from flask_cors.tools.explain.closest_entry import (
    ClosestEntry,
    closest_name,
    closest_origin,
    entry_of_header,
    entry_of_method,
    entry_of_origin,
)

APP = "https://app.example"


def ignore_finding(_: Finding) -> None:
    pass


def is_friend(origin: str) -> bool:
    return origin == APP


def allow_none(origin: str) -> bool:
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
        ([r"https://none\..*", r"https://app\..*"], r"re.compile('https://app\\..*')"),
        (re.compile(APP), "re.compile('https://app.example')"),
        ([allow_none, is_friend], "is_friend"),
        ([fails, is_friend], None),
        ([allow_none], None),
        ([], None),
        ("https://other.example", None),
    ],
)
def test_the_entry_that_allows_an_origin_is_found_as_by_a_policy(origins, entry):
    origins = parse_origins(origins, ignore_finding)
    assert entry_of_origin(origins, APP) == entry
    assert isinstance(origins.allow_origin_for(APP), str) == (entry is not None)


@pytest.mark.parametrize(
    ("methods", "method", "entry"),
    [
        (["PUT", "*"], "PUT", "PUT"),
        ("*", "PUT", '"*"'),
        ("GET", "PUT", None),
        ("PATCH", "patch", None),
    ],
)
def test_the_entry_that_allows_a_method_is_case_sensitive(methods, method, entry):
    assert entry_of_method(parse_methods(methods, ignore_finding), method) == entry


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
def test_the_entry_that_allows_a_header_is_case_insensitive(headers, entry):
    assert entry_of_header(parse_allow_headers(headers, ignore_finding), "x-token") == entry


@pytest.mark.parametrize(
    ("name", "closest"),
    [
        ("patch", ClosestEntry("PATCH", "differs in case")),
        ("PACTH", ClosestEntry("PATCH", "spelled differently")),
        ("UNLINK", None),
    ],
)
def test_the_closest_name_is_found_by_its_spelling(name, closest):
    assert closest_name({"PATCH", "GET"}, name) == closest


@pytest.mark.parametrize(
    ("origins", "origin", "entry", "difference"),
    [
        (
            "http://localhost:3000",
            "http://localhost:5173",
            "http://localhost:3000",
            "port 5173 instead of 3000",
        ),
        (
            APP,
            "https://app.example:8443",
            APP,
            "port 8443 instead of 443 by default",
        ),
        (APP, "http://app.example", APP, "http instead of https"),
        ("http://app.example:*", APP, "http://app.example:*", "https instead of http"),
        (
            f"{APP}/",
            APP,
            f"{APP}/",
            "as written, no browser sends it: it has a trailing slash",
        ),
        (
            f"{APP}:443",
            APP,
            f"{APP}:443",
            "as written, no browser sends it: it names the default port",
        ),
        (
            "http://127.0.0.1:3000",
            "http://localhost:3000",
            "http://127.0.0.1:3000",
            "another name of this machine, which is another origin",
        ),
        (
            "https://*.app.example",
            APP,
            "https://*.app.example",
            "the pattern covers subdomains, not the host itself",
        ),
        (
            "https://*.app.example",
            "http://www.app.example",
            "https://*.app.example",
            "http instead of https",
        ),
        (APP, "https://www.app.example", APP, "a subdomain of it, which is another origin"),
        (
            "https://www.app.example",
            APP,
            "https://www.app.example",
            "its parent domain, which is another origin",
        ),
        (APP, "https://app.exmaple", APP, "spelled differently"),
        (
            "https://shop.example",
            "https://shops.example",
            "https://shop.example",
            "spelled differently",
        ),
    ],
)
def test_the_closest_entry_differs_from_the_origin_in_one_respect(
    origins, origin, entry, difference
):
    assert closest_origin(parse_origins(origins, ignore_finding), origin) == ClosestEntry(
        entry, difference
    )


def test_the_closest_of_several_entries_is_named():
    origins = parse_origins(["http://www.a.example", "https://a.example:1"], ignore_finding)
    assert closest_origin(origins, "https://a.example").entry == "https://a.example:1"


@pytest.mark.parametrize(
    ("origins", "origin"),
    [
        (APP, "null"),
        (["null", allow_none, r"https://app\.examplo"], APP),
        ("http://192.0.2.7", "https://far.example"),
        ([], APP),
        ("https://a.example", "https://b.example"),
        ("https://api.example.com", "https://app.example.com"),
        ("https://shop.example.com", "https://shops.exmaple.com"),
    ],
)
def test_an_origin_may_have_no_closest_entry(origins, origin):
    assert closest_origin(parse_origins(origins, ignore_finding), origin) is None


def test_a_scheme_without_a_default_port_has_port_none():
    origins = parse_origins("chrome-extension://abcdef:7", ignore_finding)
    closest = closest_origin(origins, "chrome-extension://abcdef")
    assert closest.difference == "port none instead of 7"
