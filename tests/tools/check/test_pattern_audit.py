"""What a pattern allows, found by trying."""

from __future__ import annotations

import re

import pytest

from flask_cors.policy.origin_parser import parse_origins
from flask_cors.tools.check.pattern_audit import PatternAudit, parse_sent
from flask_cors.tools.shared.option_code import ignore_finding


def audit(pattern: object) -> PatternAudit:
    origins = parse_origins([pattern], ignore_finding)
    (only,) = (*origins.wildcards, *origins.regexes)
    return PatternAudit(only)


@pytest.mark.parametrize(
    "text",
    ["https://app.example", "http://localhost:3000", "https://10.0.0.1", "https://[::1]:8080"],
)
def test_browsers_send_the_origin_of_a_page(text):
    assert parse_sent(text) is not None


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
def test_browsers_never_send_other_texts_as_the_origin_of_a_page(text):
    assert parse_sent(text) is None


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("http://localhost:*", "'http://localhost:*'"),
        (re.compile("https://b"), "'https://b'"),
    ],
)
def test_an_audit_is_named_by_what_was_written(pattern: object, name: str):
    assert audit(pattern).name == name


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
def test_the_accepted_origins_are_those_that_a_pattern_was_written_for(pattern, origins):
    assert [each.origin for each in audit(pattern).accepted] == origins


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
def test_the_domains_of_a_pattern_are_those_that_it_writes_out(pattern, domains):
    assert audit(pattern).domains == domains


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
def test_the_open_suffixes_of_a_pattern_are_those_that_it_writes_out(pattern, suffixes):
    assert audit(pattern).open_suffixes == suffixes


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
def test_no_origin_is_untrusted_where_no_one_else_can_register_the_domain(pattern):
    found = audit(re.compile(pattern) if "\\" in pattern or "." not in pattern else pattern)
    assert found.untrusted is None


def test_a_downgrade_is_of_a_domain_that_the_pattern_writes_out():
    assert audit(r".*://a\.example").downgraded == "http://a.example"
    assert audit(r"\w+://localhost").downgraded is None
    assert audit(r"https?://a\.example").downgraded is None


def test_a_port_may_be_allowed_without_being_written():
    assert audit(r"https://a\.example\S*").ported == "https://a.example:8443"
    assert audit(r"https://a\.example(:\d+)?").ported is None
    assert audit(r"https://a\.example:8080").ported is None
    assert audit(r"https://a\.example").ported is None


def test_a_dot_is_loose_where_it_is_another_character_in_another_domain():
    assert audit(r"^https://a.example$").loose_dot == "https://axexample"
    assert audit(r"^https://a.b\.example\.com$").loose_dot is None
    assert audit(r"^https://a\.example$").loose_dot is None


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
def test_what_a_regex_was_written_for_can_be_written_as_origins_and_wildcards(pattern, entries):
    assert audit(pattern).entries() == entries
