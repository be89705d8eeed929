"""Tokens and lists of RFC 9110, as clients send them and as users write them."""

from __future__ import annotations

import string
from collections.abc import Collection

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flask_cors.protocol import headers as h

TCHARS = "!#$%&'*+-.^_`|~" + string.digits + string.ascii_letters
NOT_TCHARS = '"(),/:;<=>?@[\\]{} \t\r\n\x00\x1f\x7f\x80\xff'

proven = settings(derandomize=True, database=None, max_examples=80, deadline=None)


# ---- names -------------------------------------------------------------------------------------


NAMES = {
    "ALLOW_ORIGIN": "Access-Control-Allow-Origin",
    "ALLOW_CREDENTIALS": "Access-Control-Allow-Credentials",
    "ALLOW_METHODS": "Access-Control-Allow-Methods",
    "ALLOW_HEADERS": "Access-Control-Allow-Headers",
    "EXPOSE_HEADERS": "Access-Control-Expose-Headers",
    "MAX_AGE": "Access-Control-Max-Age",
    "REQUEST_METHOD": "Access-Control-Request-Method",
    "REQUEST_HEADERS": "Access-Control-Request-Headers",
    "REQUEST_PRIVATE_NETWORK": "Access-Control-Request-Private-Network",
    "ALLOW_PRIVATE_NETWORK": "Access-Control-Allow-Private-Network",
}


@pytest.mark.parametrize(("name", "header"), NAMES.items())
def test_a_header_has_the_name_in_the_standard(name: str, header: str) -> None:
    assert getattr(h, name) == header


@pytest.mark.parametrize(
    ("names", "listed"),
    [
        (h.ALL_METHODS, "GET HEAD POST OPTIONS PUT PATCH DELETE"),
        (h.FORBIDDEN_METHODS, "CONNECT TRACE TRACK"),
        (h.SAFE_METHODS, "GET HEAD OPTIONS"),
        (h.FORBIDDEN_RESPONSE_HEADERS, "set-cookie set-cookie2"),
    ],
)
def test_a_list_of_names_is_that_of_the_standard(names: Collection[str], listed: str) -> None:
    assert sorted(names) == sorted(listed.split())


# ---- tokens ------------------------------------------------------------------------------------


@pytest.mark.parametrize("character", TCHARS)
def test_each_tchar_is_a_token(character: str) -> None:
    assert h.is_token(character)
    assert h.is_token(f"x{character}y")


@pytest.mark.parametrize("character", NOT_TCHARS)
def test_no_other_character_is_in_a_token(character: str) -> None:
    assert not h.is_token(character)
    assert not h.is_token(f"x{character}")
    assert not h.is_token(f"{character}x")
    assert not h.is_token(f"x{character}y")


@pytest.mark.parametrize("text", ["", "\xe9", "\u0661", "GET\n", "\uff21"])
def test_neither_an_empty_string_nor_a_letter_beyond_ascii_is_a_token(text: str) -> None:
    assert not h.is_token(text)


# ---- lists as people write them ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("", []),
        (" , ,", []),
        ("GET", ["GET"]),
        ("GET,PUT", ["GET", "PUT"]),
        ("  GET ,\tPUT , ", ["GET", "PUT"]),
        ("A B,C", ["A B", "C"]),
        ("b,a,b", ["b", "a", "b"]),
    ],
)
def test_a_comma_list_is_trimmed_and_has_no_empty_items(text: str, items: list[str]) -> None:
    assert h.comma_list(text) == items


# ---- Access-Control-Request-Headers ------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("", []),
        ("x-a", ["x-a"]),
        ("x-a,x-b", ["x-a", "x-b"]),
        ("X-A , x-b\t,\tx-C", ["X-A", "x-b", "x-C"]),
        (",,x-a,,x-b,,", ["x-a", "x-b"]),
        ("  x-a  ", ["x-a"]),
        # The client's order and repetitions; what becomes of them is not decided here.
        ("b,a,b", ["b", "a", "b"]),
        # An element that is not a token is skipped; the others are kept.
        ("x a", []),
        ("x-a, x b, x-c", ["x-a", "x-c"]),
        ("x-a\r\nset-cookie: x, x-b", ["x-b"]),
        ("x-a\n", []),
        ("x-a\x0b,x-b", ["x-b"]),
        ("x-\xe9,x-b", ["x-b"]),
        ('"x-a",x-b', ["x-b"]),
        ("x-a;q=1,x-b", ["x-b"]),
        ("*", ["*"]),
    ],
)
def test_requested_names_are_the_tokens_of_the_list_in_the_spelling_of_the_client(
    value: str, names: list[str]
) -> None:
    assert h.requested_names(value) == names


@pytest.mark.parametrize(("length", "names"), [(4095, 1), (4096, 1), (4097, 0)])
def test_a_list_of_over_4096_bytes_requests_no_header(length: int, names: int) -> None:
    assert len(h.requested_names("x" * length)) == names
    assert len(h.requested_names("x".ljust(length, ","))) == names


@pytest.mark.parametrize(("count", "names"), [(127, 127), (128, 128), (129, 0)])
def test_a_list_of_over_128_names_requests_no_header(count: int, names: int) -> None:
    assert len(h.requested_names(",".join(["x"] * count))) == names


@proven
@given(st.lists(st.text(TCHARS, min_size=1, max_size=20), max_size=50))
def test_every_name_in_a_list_of_tokens_is_read(names: list[str]) -> None:
    assert h.requested_names(", ".join(names)) == names


@proven
@given(st.text("a-,  \t\r\n:\xe9\x00", max_size=60))
def test_the_names_read_from_any_text_are_the_elements_that_are_tokens(text: str) -> None:
    elements = [element.strip(" \t") for element in text.split(",")]
    assert h.requested_names(text) == [element for element in elements if h.is_token(element)]
