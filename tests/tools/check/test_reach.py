"""What a pattern lets in, asked of the policy."""

from __future__ import annotations

import re

import pytest

from flask_cors.policy.origins import parse_origins
from flask_cors.tools.check.patterns.reach import Reach, reaches, sent
from flask_cors.tools.writing import hear_nothing


def reach(*patterns: object) -> Reach:
    (only,) = reaches(parse_origins(list(patterns), hear_nothing))
    return only


@pytest.mark.parametrize(
    "text",
    ["https://app.example", "http://localhost:3000", "https://10.0.0.1", "https://[::1]:8080"],
)
def test_browsers_send_the_origin_of_a_page(text):
    assert sent(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "https://",
        "https://app.example:443",
        "ftp://app.example",
        "https://app.example@evil.example",
        "https://-app.example",
        "https://app-.example",
        "https://app.example-",
        "https://app.example.",
        "https://10.0.0.x1.0x1",
    ],
)
def test_browsers_send_nothing_else_of_a_page_that_somebody_has(text):
    assert sent(text) is None


def test_callables_and_exact_origins_are_no_patterns():
    origins = parse_origins(["https://a.example", lambda origin: True], hear_nothing)
    assert reaches(origins) == []


def test_each_pattern_is_known_by_what_was_written():
    origins = parse_origins(
        ["http://localhost:*", "https://*.a.example", re.compile("https://b")], hear_nothing
    )
    names = [each.name for each in reaches(origins)]
    assert names == ["'http://localhost:*'", "'https://*.a.example'", "'https://b'"]


@pytest.mark.parametrize(
    ("pattern", "origins"),
    [
        (
            "https://*.a.example",
            ["https://evil.a.example", "https://a.a.example", "https://a.b.a.example"],
        ),
        ("http://localhost:*", ["http://localhost", "http://localhost:8443"]),
        (r"https?://a\.example", ["https://a.example", "http://a.example"]),
        (r"https://a\.example/", []),
    ],
)
def test_its_pages_are_what_it_was_written_for(pattern, origins):
    assert [page.origin for page in reach(pattern).pages] == origins


@pytest.mark.parametrize(
    ("pattern", "domains"),
    [
        ("https://*.example.com", ("example.com",)),
        (r"https://(a|b)\.example\.co\.uk", ("example.co.uk",)),
        (r"https://(example|example2)\.com", ("example.com", "example2.com")),
        (r"https://example[0-9]\.com", ()),
        (r"https://.*\.com", ()),
        ("http://localhost:*", ()),
    ],
)
def test_its_domains_are_those_that_it_writes_out(pattern, domains):
    assert reach(pattern).domains == domains


@pytest.mark.parametrize(
    ("pattern", "suffixes"),
    [
        ("https://*.com", ("com",)),
        (r"https://[a-z]+\.(co\.uk|com)", ("co.uk", "com")),
        ("https://*.internal", ("internal",)),
        (r"https://a[a-z]+\.com", ()),
        (r"https://.*", ()),
        (r"https://[a-z]\.com", ()),  # one letter is tried
    ],
)
def test_its_open_suffixes_are_those_that_it_writes_out(pattern, suffixes):
    assert reach(pattern).open_suffixes == suffixes


@pytest.mark.parametrize(
    "pattern",
    [
        "https://*.example.com",
        r"https://.*\.example\.com",
        r"https://[a-z]+\.internal",
        r"https://[a-z]*corp\.internal",
        r"https://localhost",
        r"http://10.0.0.\d+",
        r"https://\[::1\]",
    ],
)
def test_it_lets_in_no_stranger_where_nobody_else_can_register_the_domain(pattern):
    found = reach(re.compile(pattern) if "\\" in pattern or "." not in pattern else pattern)
    assert found.stranger is None


def test_a_downgrade_is_of_a_domain_that_it_writes_out():
    assert reach(r".*://a\.example").downgraded == "http://a.example"
    assert reach(r"\w+://localhost").downgraded is None
    assert reach(r"https?://a\.example").downgraded is None


def test_a_port_may_be_let_in_without_being_written():
    assert reach(r"https://a\.example\S*").ported == "https://a.example:8443"
    assert reach(r"https://a\.example(:\d+)?").ported is None
    assert reach(r"https://a\.example:8080").ported is None
    assert reach(r"https://a\.example").ported is None


def test_a_dot_is_loose_where_it_is_another_character_in_another_domain():
    assert reach(r"^https://a.example$").loose_dot == "https://axexample"
    assert reach(r"^https://a.b\.example\.com$").loose_dot is None
    assert reach(r"^https://a\.example$").loose_dot is None


@pytest.mark.parametrize(
    ("pattern", "entries"),
    [
        (r".*://a\.example", ["https://a.example"]),
        (r"http://a\.example:80(80|81)", ["http://a.example:8080", "http://a.example:8081"]),
        (r"http://a\.example(:\d+)?", ["http://a.example:*"]),
        (
            r"https://(.*\.)?example\.com",
            ["https://example.com", "https://*.example.com"],
        ),
        (r"https://.*", []),
    ],
)
def test_what_it_was_written_for_can_be_written_without_an_expression(pattern, entries):
    assert reach(pattern).entries() == entries
