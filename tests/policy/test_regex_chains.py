"""Several repetitions of the same text, found in the structure of a regex."""

from __future__ import annotations

import re

import pytest

from flask_cors.policy.regex_chains import find_chains
from flask_cors.policy.regex_samples import make_text
from flask_cors.policy.regex_syntax import read


def chains_of(regex: str, least: int = 2) -> list[tuple[str, str]]:
    """Return a text before each chain, and what the chain repeats."""
    return [
        (make_text(each.before), each.pump) for each in find_chains(read(re.compile(regex)), least)
    ]


@pytest.mark.parametrize(
    ("regex", "length"),
    [
        (".*.*.*x", 3),
        ("a?a?a?a?!", 1),  # four optional parts count as one repetition
        ("a?a?a?a?a?a?a?!", 1),
        ("a?a?a?a?a?a?a?a?!", 2),
        ("a{0,3}!", 0),
        ("a{0,4}!", 1),
        ("a{1,4}!", 0),
        ("a{1,5}!", 1),
        ("a{5}!", 0),
        # A repeated group counts once for each time, up to seven times.
        ("([a-z]+){5}!", 5),
        ("([a-z]+){9}!", 7),
        ("([a-z]+-?)*!", 2),
        ("([a-z]+-?)+!", 2),
        ("(?:a+|c)(?:a+|d)!", 2),
        ("(?=.*a)a*!", 2),
    ],
)
def test_a_chain_is_as_long_as_it_has_repetitions_of_the_same_text(regex: str, length: int):
    assert not chains_of(regex, length + 1)
    assert length == 0 or chains_of(regex, length)


@pytest.mark.parametrize(
    ("regex", "chains"),
    [
        # Each text can be split in one way only, because something is needed between.
        ("[a-z]*-[a-z]*!", []),
        ("[a-z-]*-[a-z]*!", []),
        ("[a-z]*(?:-_)+[a-z]*!", []),
        ("[a-z]*(?:-_){2}[a-z]*!", []),
        ("[a-z]*X[a-z]*!", []),
        ("(?:[ab]c)*c*", []),
        # It need not be there.
        ("[a-z]*-?[a-z]*!", [("", "a")]),
        ("[a-z]*(?:-_)*[a-z]*!", [("", "a")]),
        ("[a-z]*(?:-)?[a-z]*!", [("", "a")]),
        ("[a-z]*(?:-|a)[a-z]*!", [("", "a")]),
        ("[a-z]*(?=-)[a-z]*!", [("", "a")]),
        # The repetitions match it as well.
        ("[a-z-]*-[a-z-]*!", [("", "-")]),
        (".*[ab].*[bc].*!", [("", "b")]),
        ("([a-z]+x){3}!", [("", "x")]),
    ],
)
def test_what_is_between_the_repetitions_matches_the_text_too(regex: str, chains):
    assert chains_of(regex) == chains


@pytest.mark.parametrize(
    ("regex", "chains"),
    [
        (".*a.*a.*!", [("", "a")]),
        (".*a.*b.*c.*!", [("", "abc"), ("", "a")]),
        (".*c.*b.*!", [("", "cb"), ("", "b")]),
        (".*b.*[ab].*[ca].*a.*!", [("", "ba"), ("", "a")]),
        (".*abcdefghijklmnopq.*!", [("", "abcdefghijklmnop"), ("", "a")]),  # 16 characters at most
    ],
)
def test_the_text_has_what_is_between_the_repetitions_and_the_most_usual_character(
    regex: str, chains
):
    assert chains_of(regex) == chains


@pytest.mark.parametrize(
    ("regex", "chains"),
    [
        ("(?:ab|c)*(?:d|ab)*!", [("", "ab")]),
        ("(?:ab?)*(?:ac?)*!", [("", "a")]),
        ("(?:[a-z]|-_)*z*!", [("", "z")]),
        ("(?:a?-?)*(?:b?_?)*!", []),  # but not none
        ("(?:abc)*[a-c]*!", [("", "abc")]),
        ("(?:bb|aa)*(?:aa|bb)*!", [("", "aa")]),  # one text for the same repetitions
        ("(?:ba|ab)*(?:ab|ba)*!", [("", "ab")]),
        ("(?:ab){9}c*(?:ab)*c*!", [("ab" * 9, "c")]),
        (f"(?:{'ab' * 8})*(?:{'ab' * 8})*!", [("", "ab" * 8)]),
        (f"(?:{'ab' * 8}c)*(?:{'ab' * 8}c)*!", []),  # too long to be repeated often
    ],
)
def test_a_text_may_have_several_characters(regex: str, chains):
    assert chains_of(regex) == chains


@pytest.mark.parametrize(
    ("regex", "chains"),
    [
        ("x*y*[xy]*", [("", "x"), ("x", "y")]),
        (r"https://[a-z]*\d*[a-z0-9]*!", [("https://", "a"), ("https://evil", "0")]),
        ("a*a*-b*b*b*-c*c*c*c*", [("aa-bbb-", "c"), ("aa-", "b"), ("", "a")]),
    ],
)
def test_there_is_a_chain_for_each_set_of_repetitions_and_the_longest_is_first(regex: str, chains):
    assert chains_of(regex) == chains


def test_six_texts_of_a_group_are_enough():
    group = "(?:ab|cd|ef|gh|ij|kl|mn)*"
    assert chains_of(f"{group}(?:kl)*!") == [("", "kl")]
    assert chains_of(f"{group}(?:mn)*!") == []


def test_five_chains_are_enough():
    regex = "-".join(f"{one}*{one}*" for one in "abcdefg")
    assert [pump for _, pump in chains_of(regex)] == list("abcde")


def test_a_regex_is_read_up_to_a_thousand_parts():
    assert chains_of("a*" + "a" * 998 + "a*")
    assert not chains_of("a*" + "a" * 999 + "a*")
