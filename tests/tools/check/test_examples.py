"""Origins that a policy allows."""

from __future__ import annotations

import re

import pytest

from flask_cors.policy.options import DEFAULTS, Level, resolve
from flask_cors.policy.origins import OriginSet, parse_origins
from flask_cors.policy.policy import Policy
from flask_cors.tools.check.patterns.examples import STRANGER, examples, one_each, varies
from flask_cors.tools.writing import hear_nothing


def origins(*given: object) -> OriginSet:
    return parse_origins(list(given), hear_nothing)


def allowed(*given: object) -> set[str]:
    return {origin for _, origin in examples(origins(*given))}


def test_an_exact_origin_is_its_own_sample():
    assert list(examples(origins("https://b.example", "https://a.example"))) == [
        ('"https://a.example"', "https://a.example"),
        ('"https://b.example"', "https://b.example"),
    ]


def test_a_wildcard_has_a_sample_that_it_allows():
    given = ("https://*.example.com", "http://localhost:*", "https://*.example.org:*")
    for entry, origin in examples(origins(*given)):
        assert origins(entry[1:-1]).answer(origin) == origin
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
def test_a_regular_expression_has_samples_that_it_allows(pattern: str, expected: set[str]):
    assert expected <= allowed(re.compile(pattern))


@pytest.mark.parametrize(
    "pattern",
    [r"https://é\.example", r"https://(?P<x>a)(?P=x)\.example", r"https://(a)\1\.example"],
)
def test_an_expression_may_have_no_example(pattern: str):
    assert allowed(re.compile(pattern)) == set()


def test_an_expression_of_many_alternatives_has_some_examples():
    pattern = re.compile("https://" + "(a|b)" * 40 + r"\.example")
    assert 0 < len(allowed(pattern)) < 1000


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["*"], [STRANGER]),
        ([], []),
        (["https://b.example", "https://a.example"], ["https://a.example", "https://b.example"]),
        (["https://*.app.example:*"], ["https://www.app.example"]),
        ([re.compile(r"https://(a|b)\.example")], ["https://a.example"]),
        ([re.compile(r"https://(a)\1\.example")], []),
    ],
)
def test_each_entry_has_one_where_it_can_be_told(given: list[object], told: list[str]):
    assert list(one_each(origins(*given))) == told


def test_expressions_that_might_not_answer_are_not_asked():
    assert allowed(r"https://(.*)*\.example\.com", "https://a.example") == {"https://a.example"}


def test_an_origin_that_is_too_long_is_none():
    assert allowed("https://" + "(a|b)" * 400) == set()


def test_callables_are_not_asked():
    def refuse(_: str) -> bool:
        raise AssertionError("nobody asks")

    assert allowed(refuse) == set()


@pytest.mark.parametrize(
    ("given", "is_told"),
    [
        ({"origins": ["https://a.example"]}, True),
        ({"origins": ["https://a.example", "https://b.example"]}, True),
        ({"origins": "https://*.example.com"}, True),
        ({"origins": r"https://\w+\.example\.com"}, True),
        ({"origins": "*"}, True),
        ({"origins": "*", "send_wildcard": True}, False),
        ({"origins": []}, False),
        ({"origins": r"https://(.*)*\.example\.com"}, True),  # it is not asked
    ],
)
def test_a_policy_varies_that_tells_two_origins_something_else(
    given: dict[str, object], is_told: bool
):
    policy = Policy(resolve([Level("CORS(...)", None, given, given), DEFAULTS]))
    assert varies(policy) is is_told
