"""Lookalikes: test origins that are made from a regex."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_cors.policy.lookalikes import find_named_hosts, lookalike_match, names_host
from flask_cors.policy.origins import OriginFunction, OriginSet, Regex
from flask_cors.policy.untrusted import unrelated_match, untrusted_match
from flask_cors.protocol.origin import parse, why_never_sent


@pytest.mark.parametrize(
    ("text", "lookalike"),
    [
        (r"https://.*example\.com", "https://evilexample.com"),
        (r"https?://.*example\.com(:\d+)?", "http://evilexample.com"),
        (r".*example\.com", "http://evilexample.com"),
        (r"(https|app)://.*example\.com", "https://evilexample.com"),
        (r"(http|ab)://.*example\.com", "http://evilexample.com"),
        (r"https://[a-z.]*example\.com", "https://evilexample.com"),
        (r"https://.*example\.co\.uk", "https://evilexample.co.uk"),
        (r"https://[a-z]*-corp\.internal", "https://evil-corp.internal"),
        (r"http://localhost.*", "http://localhost.evil.example"),
        (r"http://192\.168\.1.*", "http://192.168.1.evil.example"),
        (r"https://app.*", "https://app.evil.example"),
        (r"https://\d*app.*", "https://app.evil.example"),
        (r"https://app\.example\.com.*", "https://app.example.com.evil.example"),
        (r"https://app\.example\.com[^/]*", "https://app.example.com.evil.example"),
        (r".*\.example\.com.*", "https://a.example.com.evil.example"),
        (r"https://app\.example\.(com|org|[a-z]+)", "https://app.example.evila"),
        (r"chrome-extension://[a-z]+", "chrome-extension://evila"),
        (r"https://app.example\.com", "https://appxexample.com"),
        (r"https://(app|www).example.com", "https://appxexample.com"),
        (r"https://.*.example.com", "https://1xexample.com"),
    ],
)
def test_the_lookalike_that_a_regex_accepts_is_found(text: str, lookalike: str):
    assert lookalike_match(re.compile(text)) == lookalike


@pytest.mark.parametrize("flags", [0, re.IGNORECASE])
@pytest.mark.parametrize(
    "text",
    [
        r"https://([a-z0-9-]+\.)*example\.com",
        r"https://.*\.example\.com",
        r"https://[a-z0-9-]+\.example\.com(:\d+)?",
        r"https?://(.+\.)?example\.com",
        r"https://(app|www)\.example\.com",
        r"https://(a|b|c|d|e|f)\.example",
        r"https://[a-z]{2,5}\.example\.com",
        r"https://(?!admin)[a-z]+\.example\.com",
        r"https://app\.example\.com(:.*)?",
        r"https?://(localhost|127\.0\.0\.1)(?::[0-9]{1,5})?",
        r"http://localhost:\d+",
        r"https?://.*\.localhost(:\d+)?",
        r"http://192\.168\.1\.\d+",
        r"https://\[::1\](:\d+)?",
        r"https://[a-z0-9-]+-myapp\.vercel\.app",
        r"https://deploy-preview-\d+--mysite\.netlify\.app",
        r"capacitor://localhost",
        r"chrome-extension://[a-p]{32}",
        r"moz-extension://[0-9a-f-]{36}",
        # After these dots is a top-level domain or an address, which cannot be registered.
        r"https://app\.example.com",
        r"https?://(localhost|127.0.0.1|192.168.1.10):\d+",
        r"https://[a-z]+",  # a single label cannot be registered
        # Without a scheme they match nothing that a browser sends.
        r"example\.com",
        r"app\.example\.com.*",
    ],
)
def test_a_precise_regex_accepts_no_lookalike(text: str, flags: int):
    assert lookalike_match(re.compile(text, flags)) is None


PARTS = [
    *(r"\.", "-", ".*", r"\w*", "[a-z.]+", "[a-z0-9-]+", r"(\w+\.)*", "(www)?", "a", "app", "com"),
]
careful_hosts = st.lists(st.sampled_from(PARTS), min_size=1, max_size=5).map("".join)
hosts = st.lists(st.sampled_from([".", *PARTS]), min_size=1, max_size=5).map("".join)
ends = st.sampled_from(["", r"(:\d+)?", ".*", "$", "/?"])


@given(hosts, ends)
def test_a_lookalike_is_an_origin_that_the_regex_accepts(host: str, end: str):
    regex = re.compile(f"https?://{host}{end}")
    found = lookalike_match(regex)
    if found is not None:
        assert regex.fullmatch(found)
        assert parse(found) is not None
        assert why_never_sent(found) is None


@given(careful_hosts, st.sampled_from(["", r"(:\d+)?", "$"]))
def test_a_host_below_the_written_host_is_not_a_lookalike(host: str, end: str):
    regex = re.compile(rf"https?://{host}[a-z0-9-]+\.example\.com{end}")
    assert lookalike_match(regex) is None


@given(hosts)
def test_the_lookalike_of_a_regex_is_the_same_in_each_run(host: str):
    regex = re.compile(f"https://{host}")
    found = lookalike_match(regex)
    lookalike_match.cache_clear()
    assert lookalike_match(regex) == found


def never(origin: str) -> bool:
    raise AssertionError("called")


def allowed(*regexes: str, wildcards: tuple[str, ...] = ()) -> OriginSet:
    return OriginSet(
        exact=frozenset({"https://evil.com"}),
        wildcards=frozenset(wildcards),
        regexes=tuple(Regex(re.compile(regex)) for regex in regexes),
        functions=(OriginFunction(never),),
    )


def test_unrelated_origins_are_tried_on_patterns_alone():
    assert unrelated_match(allowed()) is None
    assert unrelated_match(allowed(wildcards=("https://*.example.com",))) is None
    assert unrelated_match(allowed(wildcards=("https://*.org",))) == "https://evil.org"
    assert unrelated_match(allowed(r"https://a\.b", r"https://.*\.dev")) == "https://evil.dev"


def untrusted_origin(origins: OriginSet) -> str | None:
    found = untrusted_match(origins)
    return None if found is None else found.origin


def test_a_lookalike_is_untrusted():
    assert untrusted_origin(allowed(r"https://.*\.dev")) == "https://evil.dev"
    assert untrusted_origin(allowed(r"https://a\.b", "http://localhost.*")) == (
        "http://localhost.evil.example"
    )
    assert untrusted_match(allowed(r"https://a\.b")) is None


def test_a_configuration_without_regexes_does_not_import_the_regex_modules():
    code = """
import sys
from flask import Flask
from flask_cors import CORS
CORS(Flask("app"))
CORS(Flask("app"), origins=["https://app.example", "https://*.example.com"])
print([name for name in sys.modules if name.startswith("flask_cors.policy.re")
       and name.removeprefix("flask_cors.policy.") not in ("regex", "resolution", "resources")])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "regex",
    [
        r"https://app.*\.com",
        r"https://(app|admin).*\.com",
        r"https://api-.*\.io",
        r"https://app\..*\.shop",
    ],
)
def test_a_top_level_domain_alone_names_no_host(regex: str):
    lookalike = lookalike_match(re.compile(regex))
    assert lookalike is not None
    assert "evil" in lookalike


@pytest.mark.parametrize(
    "regex", [r"https://.*\.internal", r"http://.*\.localhost(:\d+)?", r"https://app.*\.corp"]
)
def test_a_top_level_domain_of_private_networks_names_its_hosts(regex: str):
    assert lookalike_match(re.compile(regex)) is None


@pytest.mark.parametrize(
    ("regex", "names"),
    [
        (r"^chrome-extension://.*$", False),
        (r"https://.*", False),
        (r"http://localhost.*", True),
        (r"https://.*\.example\.com", True),
        (r"https://app.*", True),
    ],
)
def test_a_regex_that_leaves_the_whole_host_open_names_none(regex: str, names: bool):
    assert names_host(re.compile(regex)) is names


@pytest.mark.parametrize(
    ("regex", "hosts"),
    [
        (r"https://\d*-[a-z]*example\.com", {"example.com"}),
        (r"https://.*\.example\.(com|org)(:\d+)?", {"example.com", "example.org"}),
        (r"https://[a-z]+-app\.example\.com", {"example.com"}),
        (r"https://.*\.a-b\.example\.com", {"a-b.example.com"}),
        (r"https://[a-z]*a-lan", {"a-lan"}),
        (r"https://app.*", set()),
        (r"https://app.*\.co\.uk", set()),
    ],
)
def test_the_named_hosts_of_a_regex_are_what_it_writes_out_at_the_end(
    regex: str, hosts: set[str]
) -> None:
    assert find_named_hosts(re.compile(regex)) == hosts


@pytest.mark.parametrize(
    "pattern", ["https://*.vercel.app", "https://*.github.io", "https://*.ngrok-free.app"]
)
def test_a_name_below_a_shared_host_is_untrusted(pattern: str):
    assert unrelated_match(allowed(wildcards=(pattern,))) is not None


@pytest.mark.parametrize(
    "regex",
    [
        r"http://localhost(?:.|\n)*",
        r"https://(?!.*evil).*example\.com",
        r".*\bexample\.com",
        r"https://(www\.)?example\.[a-z]{2,3}",
        r"https://example\.com(\.\w{2})?",
        r"https://.*-myshop\.co\.uk",
        r"https://(\d+-)?example\.com",
        r"https://\d*example\.com",
        r"http://\d*example\.com",
        r"https://app[^/]example\.com",
        r"https://app\d*\.com",
        r"https://[a-z]{3}\.com",
    ],
)
def test_a_host_that_another_party_can_register_is_found_by_what_the_regex_accepts(regex: str):
    lookalike = lookalike_match(re.compile(regex))
    assert lookalike is not None
    assert re.fullmatch(regex, lookalike)


@pytest.mark.parametrize(
    "regex",
    [
        r"http://192\.168\.\d+\.\d+(:\d+)?",
        r"http://[a-z]+:3000",
        r"https://tenant-\w+\.example\.co\.uk",
        r"https?://[\w.-]*\.internal(:\d+)?",
        r"https://example\.(com|org|net)",
    ],
)
def test_addresses_single_labels_and_written_hosts_are_not_lookalikes(regex: str):
    assert lookalike_match(re.compile(regex)) is None


@pytest.mark.parametrize("pattern", ["https://*.it", "https://*.co.nz", "https://*.com:4443"])
def test_a_pattern_for_a_whole_public_suffix_is_untrusted(pattern: str):
    assert unrelated_match(allowed(wildcards=(pattern,))) is not None
