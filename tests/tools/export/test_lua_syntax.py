from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_cors.tools.export.lua_syntax import Constant, assignments, write_constant

from .lua_reader import read, read_program

TEXTS = st.text(
    st.one_of(st.sampled_from("\"'\\[]{}=;#$\n\r\t\0-%"), st.characters(codec="utf-8")), max_size=12
)
CONSTANTS = st.recursive(
    st.one_of(TEXTS, st.booleans(), st.none(), st.integers(0, 10**6)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, min_size=1, max_size=3)
    ),
)


@given(CONSTANTS)
def test_a_constant_is_read_as_what_was_written(value: Constant) -> None:
    assert read(write_constant(value)) == value


@given(TEXTS)
def test_a_text_stays_between_its_quotes(text: str) -> None:
    written = write_constant(text)
    assert written.isascii()
    assert written.isprintable()
    assert written.count('"') == 2
    assert re.search(r"\\(?![0-9]{3})", written) is None


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("", '""'),
        ("a b", '"a b"'),
        ('"\\', '"\\034\\092"'),
        ("\n1", '"\\0101"'),  # no digit behind it is taken for the number's
        ("\u00e9", '"\\195\\169"'),
        ([], "{}"),
        ({}, "{}"),
        (["a", {"b": 1}], '{\n  "a",\n  {\n    ["b"] = 1,\n  },\n}'),
        ({"a": None}, '{\n  ["a"] = nil,\n}'),
    ],
)
def test_constants_as_they_are_written(value: Constant, written: str) -> None:
    assert write_constant(value) == written


def test_each_constant_has_a_variable() -> None:
    assert assignments({"A": 1, "B": True}) == "local A = 1\nlocal B = true\n"


@given(st.dictionaries(st.sampled_from(["A", "B_C"]), CONSTANTS))
def test_variables_are_read_as_what_was_written(values: dict[str, Constant]) -> None:
    assert read_program(assignments(values) + "\nlocal x\n") == (values, "\nlocal x\n")
