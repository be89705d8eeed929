"""The suggestions for an origin with a ``*`` that is not a valid pattern."""

from __future__ import annotations

import ast
import re

import pytest

from flask_cors.policy.origin_parser import parse_origins
from flask_cors.policy.suggestions import suggest_pattern

from .findings import fail


def written(hint: str) -> list[str]:
    """Return the entries that a hint suggests."""
    entries = ast.literal_eval(f"[{hint.removeprefix('write ')}]")
    assert isinstance(entries, list)
    return entries


@pytest.mark.parametrize(
    ("glob", "entries"),
    [
        # any origin, any of a scheme
        ("**", ["*"]),
        ("*://*", ["*"]),
        ("*:*", ["*"]),
        (":*", ["*"]),
        ("https://*", ["https://.*"]),
        ("https://*/", ["https://.*"]),
        ("https://:*", ["https://.*:[0-9]+"]),
        ("http://*:3000", ["http://.*:3000"]),
        ("chrome-extension://*", ["chrome-extension://[a-p]{32}"]),
        ("moz-extension://*", ["moz-extension://[0-9a-f-]{36}"]),
        ("safari-web-extension://*", ["safari-web-extension://[0-9A-Fa-f-]{36}"]),
        # subdomains
        ("*.example.com", ["https://*.example.com"]),
        ("https://*.example.com/", ["https://*.example.com"]),
        ("https://*.example.com/api", ["https://*.example.com"]),
        ("https://*.example.com#x", ["https://*.example.com"]),
        ("https:///*.example.com", ["https://*.example.com"]),
        ("https://**.example.com", ["https://*.example.com"]),
        ("*://*.example.com", ["https://*.example.com", "http://*.example.com"]),
        ("*.localhost:3000", ["http://*.localhost:3000"]),
        ("https://*.example.com:65535", ["https://*.example.com:65535"]),
        ("'*.example.com'", ["https://*.example.com"]),
        ('"*.example.com" ', ["https://*.example.com"]),
        ("*example.com", ["https://example.com", "https://*.example.com"]),
        ("http://*example.com:81", ["http://example.com:81", "http://*.example.com:81"]),
        # a part of a label
        ("https://*-app.netlify.app", [r"https://[a-z0-9-]+-app\.netlify\.app"]),
        ("https://app-*.example.com", [r"https://app-[a-z0-9-]+\.example\.com"]),
        ("https://app*.example.com", [r"https://app[a-z0-9-]+\.example\.com"]),
        ("https://*.*.example.com", [r"https://[a-z0-9-]+\.[a-z0-9-]+\.example\.com"]),
        # ports
        ("localhost*", ["http://localhost:*"]),
        ("app*", ["https://app:*"]),
        ("localhost:*", ["http://localhost:*"]),
        ("http://localhost*", ["http://localhost:*"]),
        ("http://LocalHost*", ["http://localhost:*"]),
        ("http://localhost.*", ["http://localhost:*"]),
        ("http://localhost:300*", ["http://localhost:300[0-9]*"]),
        ("http://localhost:*000", ["http://localhost:[0-9]*000"]),
        # addresses
        ("http://192.168.1.*", [r"http://192\.168\.1\.[0-9]{1,3}"]),
        ("http://192.168.1.*:3000", [r"http://192\.168\.1\.[0-9]{1,3}:3000"]),
        ("http://192.168.1.*:*", [r"http://192\.168\.1\.[0-9]{1,3}:[0-9]+"]),
        ("http://192.168.*", [r"http://192\.168\.[0-9]{1,3}\.[0-9]{1,3}"]),
        ("http://10.*.*.*", [r"http://10\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}"]),
        # other schemes
        ("*://example.com", ["https://example.com", "http://example.com"]),
        ("http*://example.com", ["https://example.com", "http://example.com"]),
        ("https://example.com/*", ["https://example.com"]),
        # half a regular expression
        ("^https://*.example.com$", ["https://*.example.com"]),
        (r"https://*.example.com(:\d+)?", ["https://*.example.com:*"]),
        (r"https://*.example.com:[0-9]{4}", ["https://*.example.com:*"]),
        ("^https?://*.example.com$", ["https://*.example.com", "http://*.example.com"]),
        (r"^https?://*\.example\.com$", ["https://*.example.com", "http://*.example.com"]),
        (r"https://*\.example\.com", ["https://*.example.com"]),
    ],
)
def test_the_hint_for_a_star_is_the_likeliest_pattern(glob: str, entries: list[str]) -> None:
    assert written(suggest_pattern(glob)) == entries
    for entry in entries:
        parse_origins(entry, fail)


@pytest.mark.parametrize(
    "glob",
    [
        *("*.*", "https://app.*", "https://app.example.*", "https://*a*"),
        *("https://*:65536", "https://*:100000", "http://localhost:12345*"),
    ],
)
def test_the_hint_for_an_unclear_star_is_to_list_the_origins(glob: str) -> None:
    hint = suggest_pattern(glob)
    assert not hint.startswith("write ")
    (example,) = re.findall(r'"([^"]*)"', hint)
    parse_origins(example, fail)


def test_an_entry_is_written_as_a_string():
    assert suggest_pattern("*.example.com") == "write 'https://*.example.com'"


@pytest.mark.parametrize("glob", ["https://*-app.example.com", "http://192.168.1.*"])
def test_an_entry_with_a_backslash_is_written_as_a_raw_string(glob: str) -> None:
    assert suggest_pattern(glob).startswith("write r'")
