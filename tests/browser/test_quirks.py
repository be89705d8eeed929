"""The quirks of each browser for Access-Control-Max-Age and Location."""

from __future__ import annotations

import inspect

import pytest

from flask_cors.browser import CHROMIUM, FIREFOX, STANDARD, Browser, Quirks, Response
from flask_cors.testing import Page

MANY = 10**9


@pytest.mark.parametrize(
    ("value", "standard", "chromium", "firefox"),
    [
        ("0", 0, 0, 0),
        ("600", 600, 600, 600),
        ("0060", 60, 60, 60),
        ("-1", 0, 0, 0),
        ("-", 5, 5, 0),
        ("+10", 5, 10, 0),
        ("abc", 5, 5, 0),
        ("1.5", 5, 5, 0),
        ("10, 10", 5, 5, 0),
        ("", 5, 5, 5),
        ("\u0661", 5, 5, 0),
        ("9" * 10, MANY, MANY, MANY),
        ("9" * 20, MANY, 5, MANY),
        (str(2**63), MANY, 5, MANY),
        (str(2**63 - 1), MANY, MANY, MANY),
        ("9" * 100_000, MANY, 5, MANY),
        ("-" + "9" * 20, 0, 5, 0),
    ],
)
def test_each_browser_parses_max_age_in_its_own_way(value, standard, chromium, firefox):
    read = [quirks.parse_max_age(value) for quirks in (STANDARD, CHROMIUM, FIREFOX)]
    assert read == [standard, chromium, firefox]


@pytest.mark.parametrize(
    ("lines", "chromium"),
    [([], []), (["/a"], ["/a"]), (["/a", "/a"], ["/a"]), ([""], []), (["", "/a"], ["", "/a"])],
)
def test_browsers_join_equal_locations_and_chromium_ignores_an_empty_one(lines, chromium):
    assert CHROMIUM.select_locations(lines) == chromium
    assert FIREFOX.select_locations(lines) == list(dict.fromkeys(lines))
    assert STANDARD.select_locations(lines) == lines


def test_the_repr_of_quirks_fits_into_a_signature():
    assert repr(STANDARD) == "<Quirks: the standard>"
    assert repr(CHROMIUM) == "<Quirks: Chromium>"
    assert len(str(inspect.signature(Page))) < 100


def test_a_subclass_may_have_quirks_of_its_own():
    class Impatient(Quirks):
        max_age_limit = 60

    browser = Browser(lambda request: Response(200), Impatient())
    assert browser.quirks.max_age_limit == 60
    assert not browser.quirks.wildcard_covers_authorization
