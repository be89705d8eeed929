"""Origins that a policy allows."""

from __future__ import annotations

import re

import pytest

from flask_cors.policy.layers import DEFAULTS, Layer, LayerKind
from flask_cors.policy.origin_parser import parse_origins
from flask_cors.policy.origins import OriginSet
from flask_cors.policy.policy import Policy
from flask_cors.policy.resolution import resolve
from flask_cors.tools.shared.example_origins import (
    UNTRUSTED,
    iter_examples,
    iter_test_origins,
    varies_by_origin,
)
from flask_cors.tools.shared.option_code import ignore_finding


def origins(*given: object) -> OriginSet:
    return parse_origins(list(given), ignore_finding)


def allowed(*given: object) -> set[str]:
    return {origin for _, origin in iter_examples(origins(*given))}


def test_an_exact_origin_is_its_own_example():
    assert list(iter_examples(origins("https://b.example", "https://a.example"))) == [
        ('"https://a.example"', "https://a.example"),
        ('"https://b.example"', "https://b.example"),
    ]


def test_a_wildcard_has_an_example_that_it_allows():
    given = ("https://*.example.com", "http://localhost:*", "https://*.example.org:*")
    for entry, origin in iter_examples(origins(*given)):
        assert origins(entry[1:-1]).allow_origin_for(origin) == origin
    assert len(allowed(*given)) == 3


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"^https?://example\.com$", {"http://example.com", "https://example.com"}),
        (r"https://(a|b)\.example", {"https://a.example", "https://b.example"}),
        (r"https://(?:www\.)?x\.example", {"https://www.x.example", "https://x.example"}),
        (r"https://(?P<name>[a-z]+)\.x\.example", {"https://a.x.example"}),
        (r"https://[^.]+\.x\.example", {"https://a.x.example"}),
        (r"https://x\.example(:\d{4})?", {"https://x.example", "https://x.example:8443"}),
        (r"https://x{2,3}\.example", {"https://xx.example"}),
        (r"https://((a|b)\.)?c\.example", {f"https://{w}c.example" for w in ("a.", "b.", "")}),
        (r"https://.*\.x\.example", {"https://a.x.example"}),
        (r"https://a\.example|https://b\.example", {"https://a.example", "https://b.example"}),
        (r"(?i)\Ahttps://x\.example(?!\.)\Z", {"https://x.example"}),
        (r"https://[\]a]\.example", {"https://a.example"}),
        (r"https://x\.(?:a(?=b)b)", {"https://x.ab"}),
    ],
)
def test_a_regex_has_examples_that_it_allows(pattern: str, expected: set[str]):
    assert expected <= allowed(re.compile(pattern))


@pytest.mark.parametrize(
    "pattern",
    [r"https://é\.example", r"https://(?P<x>a)(?P=x)\.example", r"https://(a)\1\.example"],
)
def test_a_regex_may_have_no_example(pattern: str):
    assert allowed(re.compile(pattern)) == set()


def test_a_regex_with_many_alternatives_has_some_examples():
    pattern = re.compile("https://" + "(a|b)" * 40 + r"\.example")
    assert 0 < len(allowed(pattern)) < 1000


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (["*"], [UNTRUSTED]),
        ([], []),
        (["https://b.example", "https://a.example"], ["https://a.example", "https://b.example"]),
        (["https://*.app.example:*"], ["https://www.app.example"]),
        ([re.compile(r"https://(a|b)\.example")], ["https://a.example"]),
        ([re.compile(r"https://(a)\1\.example")], []),
    ],
)
def test_each_entry_has_at_most_one_test_origin(given: list[object], shown: list[str]):
    assert list(iter_test_origins(origins(*given))) == shown


def test_an_overlong_origin_is_not_an_example():
    assert allowed("https://" + "(a|b)" * 400) == set()


def test_callables_are_not_called_for_examples():
    def refuse(_: str) -> bool:
        raise AssertionError("it is not called")

    assert allowed(refuse) == set()


@pytest.mark.parametrize(
    ("given", "is_found"),
    [
        ({"origins": ["https://a.example"]}, True),
        ({"origins": ["https://a.example", "https://b.example"]}, True),
        ({"origins": "https://*.example.com"}, True),
        ({"origins": r"https://\w+\.example\.com"}, True),
        ({"origins": "*"}, True),
        ({"origins": "*", "send_wildcard": True}, False),
        ({"origins": []}, False),
    ],
)
def test_a_policy_varies_by_origin_if_two_origins_get_different_headers(
    given: dict[str, object], is_found: bool
):
    policy = Policy(resolve([Layer(LayerKind.CONSTRUCTOR, None, given, given), DEFAULTS]))
    assert varies_by_origin(policy) is is_found
