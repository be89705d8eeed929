"""Texts that a regex probably matches."""

from __future__ import annotations

import re

import pytest

from flask_cors.policy.regex_samples import (
    GAP,
    OPEN,
    Sample,
    join,
    left_open,
    make_samples,
    make_text,
    samples_of,
    written,
)
from flask_cors.policy.regex_syntax import read
from flask_cors.protocol.origin import MAX_ORIGIN_LENGTH


def texts(text: str, flags: int = 0) -> list[str]:
    return [sample.text for sample in make_samples(read(re.compile(text, flags)))]


@pytest.mark.parametrize("text", ["(?:a{5000}){5000}", "(" * 30 + "a" + ")*" * 30])
def test_no_sample_is_longer_than_an_origin(text: str):
    assert all(len(each) <= MAX_ORIGIN_LENGTH for each in texts(text))


def test_a_sample_records_which_parts_are_written_out():
    assert join([written("ab"), left_open("cd")]) == Sample("abcd", f"ab{OPEN}{OPEN}")
    assert join([written("a"), left_open(""), written("b")]) == Sample("ab", f"a{GAP}b")


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
        ("[AB]", ["A", "B"]),
        ("(?i:[AB])", ["a", "b", "A", "B"]),
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
def test_written_parts_are_sampled(text, expected):
    assert sorted(texts(text)) == sorted(expected)


def test_the_samples_of_a_regex_are_those_of_its_tree():
    regex = re.compile("https?://[a-z]+")
    assert samples_of(regex) == tuple(make_samples(read(regex)))


def test_lower_case_comes_first_in_samples_of_a_regex_without_case():
    assert texts("ab", re.IGNORECASE)[0] == "ab"


def test_an_open_part_is_filled_with_characters_that_it_matches():
    found = texts("[a-z]+")
    assert found[0] == "evil"
    assert all(text.isalpha() for text in found)
    assert {"10", "1"} <= set(texts(r"\d+"))
    assert "https://" in texts(".*")
    assert "10.0.0.1" in texts("[0-9.]+")


def test_the_filler_of_an_open_part_has_at_least_its_minimum_length():
    assert {len(text) for text in texts("[a-z]{9}")} == {9}
    assert {len(text) for text in texts("[a-z]{1,3}")} == {1, 2, 3} - {2, 3}


def test_a_single_open_character_is_sampled_by_several_kinds():
    assert {"a", "1", ".", "/", ":", "-"} <= set(texts("x|[^x]"))
    assert texts("[f-z]") == ["f"]


@pytest.mark.parametrize("text", [r"https://(a|b)?\.?[a-z]+x{2,}", r"[\w.]*(a[^b]c|d.e)+", ".*"])
def test_every_sample_matches(text):
    found = texts(text)
    assert found
    assert [each for each in found if re.fullmatch(text, each) is None] == []


def test_one_sample_leaves_out_all_optional_parts():
    assert "ab" in texts("a(x)?(x)?(x)?(x)?b")


def test_the_number_of_samples_is_bounded():
    assert len(texts(".*a.*b.*c.*d.*e(f|g)*")) == 600


def test_the_simplest_text_of_a_sequence_matches_it():
    assert make_text(()) == ""
    (before,) = read(re.compile(r"https://(a|b)")).alternatives  # type: ignore[union-attr]
    assert make_text(before) == "https://a"
    (nothing,) = read(re.compile(r"[^\x00-\x7f]")).alternatives  # type: ignore[union-attr]
    assert make_text(nothing) == ""
