"""Untrusted origins that a set of origins allows."""

from __future__ import annotations

import re

import pytest

from flask_cors.policy import untrusted
from flask_cors.policy.origin_parser import parse_origins
from flask_cors.policy.untrusted import (
    is_public_suffix,
    iter_lookalikes,
    iter_misleading,
    unrelated_match,
    untrusted_match,
)

from .findings import ignore


@pytest.fixture(autouse=True)
def forgotten() -> None:
    """Make the origins that are tried anew in each test."""
    untrusted._unrelated_origins.cache_clear()


def untrusted_origin(value: object) -> str | None:
    """Return the untrusted origin that is allowed, or ``"*"`` if all are."""
    found = untrusted_match(parse_origins(value, ignore))
    if found is None:
        return None
    assert found.origin is None or found.origin in found.description
    return found.origin or "*"


@pytest.mark.parametrize(
    ("value", "origin"),
    [
        ("*", "*"),
        (["https://a.example", "*"], "*"),
        ("null", "null"),
        (["https://a.example", "null"], "null"),
        ("null|https://a", "null"),
        (re.compile("[a-z]+"), "null"),
        (re.compile(".*"), "null"),
        ("https://.*", "https://evil.com"),
        (r"https?://[^/]+", "https://evil.com"),
        (r"http://.+", "http://evil.com"),
        (r"https://\w+\.org", "https://evil.org"),
        (r"https://.*\.net", "https://evil.net"),
        (r"https://[\w.-]+\.co\.uk", "https://evil.co.uk"),
        (r"https://\w+-\w+\.com", "https://evil-site.com"),
        (r"https://\w+\.\w+\.com", "https://www.evil.com"),
        (r"https://\w+\d+\.com", "https://evil123.com"),
        (r"https://.+:\d+", "https://evil.com:8443"),
        (r"http://[\d.]+", "http://203.0.113.7"),
        (r"https?://\d+\.\d+\.\d+\.\d+:\d+", "https://203.0.113.7:8443"),
        (r"http://\[.*\]", "http://[2001:db8::bad]"),
        ("https://*.com", "https://evil.com"),
        ("http://*.de:*", "http://evil.de"),
        ("https://*.io:8443", "https://evil.io:8443"),
        ("https://*.co.uk", "https://evil.co.uk"),
        ("https://*.co.uk:8443", "https://evil.co.uk:8443"),
        ("https://*.it", "https://evil.it"),
        ("https://*.vercel.app", "https://evil.vercel.app"),
        (["https://a.example", r"https://.*\.dev"], "https://evil.dev"),
        (r"https://at\w+\.com", "https://attacker.com"),
        (r"https://\w\.\w\.\w+\.com", "https://a.b.evil.com"),
        ("https://a.example", None),
        ("https://evil.com", None),
        ("https://*.example.com", None),
        ("http://localhost:*", None),
        ("http://*.localhost:3000", None),
        (r"https://.*\.example\.com", None),
        (r"https://(a|b)\.example\.com(:\d+)?", None),
        (r"http://(localhost|127\.0\.0\.1)(:\d+)?", None),
        ([], None),
    ],
)
def test_the_untrusted_origin_that_a_set_allows_is_found(value: object, origin: str | None) -> None:
    assert untrusted_origin(value) == origin


SUFFIXES = """com net org io dev app info biz xyz co me ai uk co.uk de fr eu cn ru jp com.br com.au
    in us ca nl edu gov"""


@pytest.mark.parametrize("suffix", SUFFIXES.split())
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_pattern_of_a_whole_top_level_domain_allows_untrusted_origins(
    scheme: str, suffix: str
) -> None:
    assert untrusted_origin(f"{scheme}://*.{suffix}") == f"{scheme}://evil.{suffix}"


SHARED_HOSTS = """vercel.app netlify.app pages.dev workers.dev web.app firebaseapp.com github.io
    gitlab.io github.dev herokuapp.com onrender.com fly.dev up.railway.app replit.app repl.co
    ngrok.io ngrok.app ngrok-free.app azurewebsites.net azurestaticapps.net cloudfront.net
    amplifyapp.com s3.amazonaws.com run.app appspot.com surge.sh glitch.me lovable.app"""


@pytest.mark.parametrize("domain", [*SUFFIXES.split(), *SHARED_HOSTS.split()])
def test_a_regex_for_any_name_below_a_public_domain_allows_untrusted_origins(domain: str) -> None:
    regex = re.compile(r"https://\w+\." + re.escape(domain))
    assert unrelated_match(parse_origins(regex, ignore)) == f"https://evil.{domain}"


SECOND_LEVEL = "co com org net ac edu gov gob or ne"
PRIVATE = "localhost local internal lan home corp intranet private test example invalid"


@pytest.mark.parametrize("domain", ["shop", *map("{}.zz".format, SECOND_LEVEL.split())])
def test_the_public_can_register_names_below_a_public_suffix(domain: str) -> None:
    assert is_public_suffix(domain)


@pytest.mark.parametrize(
    "domain", ["a.example", "com.example", "co.a.uk", "a.co.uk", *PRIVATE.split()]
)
def test_the_public_cannot_register_names_below_another_name(domain: str) -> None:
    assert not is_public_suffix(domain)


@pytest.mark.parametrize("port", [80, 443, 3000, 5000, 8000, 8080, 8443, 54321])
@pytest.mark.parametrize("host", [r"[\w.-]+\.net", r"[\d.]+", r"\[[\da-f:]+\]"])
def test_a_pattern_of_one_port_allows_untrusted_origins(host: str, port: int) -> None:
    origin = untrusted_origin(rf"http://{host}:{port}")
    assert origin is not None
    assert origin.endswith(f":{port}")


def test_callables_are_not_called_to_find_an_untrusted_origin() -> None:
    def refuse(origin: str) -> bool:
        raise AssertionError(origin)

    assert untrusted_origin([refuse, "https://a.example"]) is None


def test_a_regex_as_open_as_a_star_has_no_lookalikes() -> None:
    origins = parse_origins([r"https://.*\.org", r"https://.*example\.com"], ignore)
    assert [lookalike for _, lookalike in iter_lookalikes(origins)] == ["https://evilexample.com"]


def test_a_regex_that_names_no_host_is_not_misleading() -> None:
    origins = parse_origins([r"^chrome-extension://.*$", r"https://.*example\.com"], ignore)
    assert [lookalike for _, lookalike in iter_misleading(origins)] == ["https://evilexample.com"]


@pytest.mark.parametrize(
    "regex",
    [r"https://(?=[a-z]{10}).*\.com", r"https://(?=.{20,}$)[a-z]+\.example\.com", r"(.)(\1)://a"],
)
def test_a_regex_with_a_condition_is_untrusted_if_no_origin_is_found_that_it_accepts(regex: str):
    found = untrusted_match(parse_origins(["https://[a-z]+\\.example\\.com", regex], ignore))
    assert found is not None
    assert found.origin is None
    assert repr(regex) in found.description


@pytest.mark.parametrize(
    "regex",
    [
        r"https://(?!www\.)[a-z]+\.example\.com",
        r"https://(?=[a-z])(?:[a-z0-9]+(?<!evil)\.)*example\.com",
        r"(https)://\1\.example\.com|https://a\.example\.com",
        "(?!).*",
        "a{3}b",  # nothing that it accepts is an origin
    ],
)
def test_any_other_regex_with_a_condition_is_tried(regex: str):
    assert untrusted_match(parse_origins(re.compile(regex), ignore)) is None
