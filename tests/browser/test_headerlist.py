"""Header lists: get, extract, sort and combine."""

from __future__ import annotations

import pytest

from flask_cors.browser import HeaderList
from flask_cors.browser.headerlist import (
    NotAListError,
    extract_list,
    get,
    is_header_value,
    normalize,
    sort_and_combine,
)

NAME = "Access-Control-Allow-Methods"


def test_names_are_case_insensitive_and_their_lines_are_one_value():
    headers = [("X-A", "1"), ("x-b", "2"), ("x-a", "")]
    assert get(headers, "x-A") == "1, "
    assert get(headers, "x-c") is None
    assert HeaderList(headers).get("X-B") == "2"


@pytest.mark.parametrize(
    ("value", "normal"), [(" a\t", "a"), ("\r\na b\n", "a b"), ("a\x0b", "a\x0b"), ("\x0c", "\x0c")]
)
def test_whitespace_around_a_value_is_stripped_but_neither_vt_nor_ff(value, normal):
    assert normalize(value) == normal


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        *(("", True), ("\x01\x7f\xff", True)),
        *(("\0", False), ("a\rb", False), ("a\nb", False), ("\u0100", False)),
    ],
)
def test_a_value_has_no_nul_no_line_end_and_no_character_beyond_latin_1(text, valid):
    assert is_header_value(text) is valid


@pytest.mark.parametrize(
    ("lines", "items"),
    [
        ([], None),
        ([""], []),
        ([",, ,\t"], []),
        (["PUT"], ["PUT"]),
        ([" PUT\t,, GET,"], ["PUT", "GET"]),
        (["PUT", "", "a,b"], ["PUT", "a", "b"]),
        (["*, *"], ["*", "*"]),
    ],
)
def test_a_list_header_is_parsed_line_by_line(lines, items):
    assert extract_list([(NAME, line) for line in lines], NAME.lower()) == items


@pytest.mark.parametrize("bad", ["x a", "x;y", '"x"', "x\x0b", "\xe9", "a,(", "a:"])
def test_one_malformed_line_makes_the_list_invalid(bad):
    for lines in ([bad], ["PUT", bad], [bad, "PUT"]):
        with pytest.raises(NotAListError):
            extract_list([(NAME, line) for line in lines], NAME)


def test_a_script_iterates_over_sorted_lower_cased_and_joined_headers():
    headers = [("X-B", "1"), ("X-A", "2"), ("x-b", "3"), ("Set-Cookie", "a=b"), ("bad name", "4")]
    assert sort_and_combine(headers, None) == (("x-a", "2"), ("x-b", "1, 3"))
    assert sort_and_combine(headers, ["x-a", "set-cookie", "bad name"]) == (("x-a", "2"),)


def test_a_list_of_a_hundred_thousand_elements_is_parsed():
    assert len(extract_list([(NAME, "a," * 100_000)], NAME) or ()) == 100_000
