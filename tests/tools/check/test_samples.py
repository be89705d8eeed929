"""Texts that an expression probably matches."""

from __future__ import annotations

import re

import pytest

from flask_cors.origin import MAX_LENGTH
from flask_cors.tools.check.patterns.expression import read
from flask_cors.tools.check.patterns.samples import (
    GAP,
    OPEN,
    Sample,
    joined,
    left_open,
    sample_of,
    samples,
    written,
)


def texts(text: str, flags: int = 0) -> list[str]:
    return [sample.text for sample in samples(read(re.compile(text, flags)))]


@pytest.mark.parametrize("text", ["(?:a{5000}){5000}", "(" * 30 + "a" + ")*" * 30])
def test_there_is_none_that_is_longer_than_an_origin(text: str):
    assert all(len(each) <= MAX_LENGTH for each in texts(text))


def test_a_sample_remembers_what_is_written_out():
    assert joined([written("ab"), left_open("cd")]) == Sample("abcd", f"ab{OPEN}{OPEN}")
    assert joined([written("a"), left_open(""), written("b")]) == Sample("ab", f"a{GAP}b")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abc", ["abc"]),
        ("", [""]),
        ("a|b", ["a", "b"]),
        ("x(a|b)", ["xa", "xb"]),
        ("x(a|b)y(c|d)", ["xayc", "xbyc", "xayd", "xbyd"]),
        ("https?", ["https", "http"]),
        ("[ab]", ["a", "b"]),
        ("a.b", ["a.b"]),
        (r"(?=a)a(?!b)", ["a"]),
        ("(ab){2}", ["abab"]),
        ("(ab){2,}", ["abab", "ababab"]),
        ("(ab)*", ["ab", "", "abab"]),
        ("(ab){0}", [""]),
        (r"a[^\x00-\x7f]", []),
        (r"a(?:[^\x00-\x7f]|b)", ["ab"]),
        (r"a[^\x00-\x7f]*", ["a"]),
    ],
)
def test_what_is_written_out_is_tried(text, expected):
    assert sorted(texts(text)) == sorted(expected)


def test_small_letters_come_first_where_case_does_not_count():
    assert texts("ab", re.IGNORECASE)[0] == "ab"


def test_what_is_open_is_filled_with_what_it_takes():
    found = texts("[a-z]+")
    assert found[0] == "evil"
    assert all(text.isalpha() for text in found)
    assert {"10", "1"} <= set(texts(r"\d+"))
    assert "https://" in texts(".*")
    assert "10.0.0.1" in texts("[0-9.]+")


def test_what_is_open_is_as_long_as_it_must_be():
    assert {len(text) for text in texts("[a-z]{9}")} == {9}
    assert {len(text) for text in texts("[a-z]{1,3}")} == {1, 2, 3} - {2, 3}


def test_one_open_character_is_of_several_kinds():
    assert {"a", "1", ".", "/", ":", "-"} <= set(texts("x|[^x]"))
    assert texts("[f-z]") == ["f"]


@pytest.mark.parametrize("text", [r"https://(a|b)?\.?[a-z]+x{2,}", r"[\w.]*(a[^b]c|d.e)+", ".*"])
def test_every_sample_matches(text):
    found = texts(text)
    assert found
    assert [each for each in found if re.fullmatch(text, each) is None] == []


def test_what_may_be_there_is_also_left_out_all_at_once():
    assert "ab" in texts("a(x)?(x)?(x)?(x)?b")


def test_there_is_an_end_of_samples():
    assert len(texts(".*a.*b.*c.*d.*e(f|g)*")) == 600


def test_the_plainest_text_of_a_sequence_is_one():
    assert sample_of(()) == ""
    (before,) = read(re.compile(r"https://(a|b)")).alternatives  # type: ignore[union-attr]
    assert sample_of(before) == "https://a"
    (nothing,) = read(re.compile(r"[^\x00-\x7f]")).alternatives  # type: ignore[union-attr]
    assert sample_of(nothing) == ""
