"""How each browser reads Access-Control-Max-Age and Location."""

from __future__ import annotations

import pytest

from flask_cors.browser import CHROMIUM, FIREFOX, STANDARD, Quirks

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
def test_max_age_is_read_in_three_ways(value, standard, chromium, firefox):
    read = [quirks.max_age(value) for quirks in (STANDARD, CHROMIUM, FIREFOX)]
    assert read == [standard, chromium, firefox]


@pytest.mark.parametrize(
    ("lines", "chromium"),
    [([], []), (["/a"], ["/a"]), (["/a", "/a"], ["/a"]), ([""], []), (["", "/a"], ["", "/a"])],
)
def test_chromium_takes_equal_locations_for_one_and_an_empty_one_for_none(lines, chromium):
    assert CHROMIUM.locations(lines) == chromium
    assert FIREFOX.locations(lines) == list(dict.fromkeys(lines))
    assert STANDARD.locations(lines) == lines


def test_quirks_compare_by_their_rows():
    assert Quirks() == STANDARD
    assert hash(Quirks()) == hash(STANDARD)
    assert len({STANDARD, CHROMIUM, FIREFOX}) == 3
