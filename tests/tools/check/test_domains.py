"""Who can register what, with the Public Suffix List and without."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from flask_cors.tools.check.domains import (
    find_public_suffix,
    find_registrable_domain,
    is_for_sale,
    is_listed,
    load_suffix_list,
)


@pytest.fixture
def without_list(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "publicsuffixlist", None)
    load_suffix_list.cache_clear()
    yield
    load_suffix_list.cache_clear()


@pytest.mark.parametrize(
    ("host", "suffix", "domain"),
    [
        ("example.com", "com", "example.com"),
        ("a.b.example.com", "com", "example.com"),
        ("a.example.co.uk", "co.uk", "example.co.uk"),
        ("a.yours.github.io", "github.io", "yours.github.io"),
        ("github.io", "github.io", None),
        ("api.corp.internal", "internal", "corp.internal"),
        ("localhost", "localhost", None),
        ("10.0.0.1", "1", None),
        ("[::1]", "[::1]", None),
    ],
)
def test_a_domain_is_a_label_and_the_suffix_behind_it(host, suffix, domain):
    assert find_public_suffix(host) == suffix
    assert find_registrable_domain(host) == domain


@pytest.mark.parametrize(
    ("suffix", "listed"),
    [("com", True), ("co.uk", True), ("github.io", True), ("internal", False), ("example", False)],
)
def test_a_suffix_on_the_public_suffix_list_is_open_to_anyone(suffix, listed):
    assert is_listed(suffix) is listed


def test_the_domain_of_examples_counts_as_any_other():
    assert is_for_sale("example")
    assert is_for_sale("co.uk")
    assert not is_for_sale("internal")


def test_the_public_suffix_list_is_read_once():
    assert load_suffix_list() is load_suffix_list()
    assert load_suffix_list() is not None


@pytest.mark.usefixtures("without_list")
def test_without_the_public_suffix_list_the_last_label_is_the_suffix():
    assert load_suffix_list() is None
    assert find_public_suffix("a.example.co.uk") == "uk"
    assert find_registrable_domain("a.example.co.uk") == "co.uk"
    assert not is_listed("com")
    assert is_for_sale("com")
    assert is_for_sale("uk")
    assert is_for_sale("example")
    assert not is_for_sale("examplexcom")
