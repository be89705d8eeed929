"""Hosts that look like another one."""

from __future__ import annotations

import pytest

from flask_cors.origin import parse
from flask_cors.tools.check.patterns.mutations import mutations


@pytest.mark.parametrize(
    "mutated",
    [
        "app.example.com.evil.example",  # one more label behind
        "app.example.community",  # a longer one
        "evil.app.example.com",  # one more before
        "evilapp.example.com",  # a longer one
        "appxexample.com",  # a dot that is a letter
        "app-example.com",
        "app1example.com",
        "app.examplexcom",
        "app.example.net",  # another suffix
        "evil.example.com",  # another first label
    ],
)
def test_one_thing_is_other(mutated):
    assert mutated in set(mutations("app.example.com"))


def test_a_suffix_may_have_several_labels():
    assert "example.com" in set(mutations("example.co.uk"))


def test_each_is_a_host():
    found = list(mutations("app.example.com"))
    assert [host for host in found if parse(f"https://{host}") is None] == []


def test_an_ipv6_address_has_no_labels():
    assert list(mutations("[::1]")) == []
