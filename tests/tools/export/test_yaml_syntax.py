from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flask_cors.tools.export.yaml_syntax import Commented, to_lines

from .kubernetes_reader import documents

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
KEYS = st.one_of(TEXT, st.sampled_from(["name", "Null", "TRUE", "no", "y", "off"]))
VALUES = st.recursive(
    st.one_of(TEXT, st.integers(-(2**53), 2**53), st.booleans()),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3),
        st.dictionaries(KEYS, inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)
# What YAML gives a meaning to, where it is not quoted.
SPECIAL = ["a: b", '"', "'", "a\nb", "# a", "{{ a }}", "- a", "no", "1", "~", "*a", "&a", "!a", "%"]


def dumped(value: Any) -> str:
    return "\n".join(to_lines(value)) + "\n"


@settings(max_examples=50)
@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=3))
def test_a_reader_finds_what_was_written(value: Any) -> None:
    assert documents(dumped(value)) == [value]


@settings(max_examples=50)
@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=3))
def test_a_yaml_library_finds_what_was_written(value: Any) -> None:
    yaml = pytest.importorskip("yaml")
    assert yaml.safe_load(dumped(value)) == value


@pytest.mark.parametrize("text", [*SPECIAL, "\x7f\x85\u2028", "\U0001f600"])
def test_a_text_is_one_quoted_line_of_ascii(text: str) -> None:
    (line,) = to_lines({"name": text})
    assert line.startswith('name: "')
    assert line.endswith('"')
    assert line.isascii()
    assert line.isprintable()
    assert documents(line) == [{"name": text}]


def test_mappings_and_lists_are_indented_blocks() -> None:
    value = {"a": {"b": [1, {"c": True, "d": "x"}], "e": [], "f": {}}, "g h": [["i"], {}]}
    assert list(to_lines(value)) == [
        *("a:", "  b:", "    - 1", "    - c: true", '      d: "x"', "  e: []", "  f: {}"),
        *('"g h":', '  - - "i"', "  - {}"),
    ]


def test_an_item_of_a_list_may_have_a_comment() -> None:
    assert list(to_lines({"a": [Commented("Why.", {"b": 1, "c": 2})]})) == [
        *("a:", "  # Why.", "  - b: 1", "    c: 2"),
    ]
