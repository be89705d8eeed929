"""The number of ways in which a regex matches the beginnings of a text."""

from __future__ import annotations

import re
import sys

import pytest

from flask_cors.policy.regex_syntax import read
from flask_cors.policy.regex_ways import Ways, has_many_ways


@pytest.mark.parametrize(
    ("regex", "text", "ways"),
    [
        ("a", "ab", {1: 1}),
        ("b", "ab", {}),
        ("a", "", {}),
        ("a*", "aab", {0: 1, 1: 1, 2: 1}),
        ("a{1,2}", "aaa", {1: 1, 2: 1}),
        ("a{2}", "aaa", {2: 1}),
        ("a{9,}", "aaa", {1: 1, 2: 1, 3: 1}),  # a large minimum does not matter without a maximum
        ("ba*", "baba", {1: 1, 2: 1}),
        ("a*a*", "aa", {0: 1, 1: 2, 2: 3}),
        ("a*ba*", "aba", {2: 1, 3: 1}),
        ("(?:a|ab?)c?", "abc", {1: 2, 2: 1, 3: 1}),
        ("(?:a+)+", "aaa", {1: 1, 2: 2, 3: 4}),
        ("(?:a|b?)*", "ab", {0: 1, 1: 1, 2: 1}),  # the empty text is not repeated
        ("(?:a?b?){2}", "ab", {0: 1, 1: 2, 2: 3}),
        ("(?:ab){1,2}", "ababab", {2: 1, 4: 1}),
        ("(?=a*)a(?!b)", "aa", {1: 1}),
        ("(?!)", "a", {}),
    ],
)
def test_the_ways_to_match_are_counted_for_each_end(regex: str, text: str, ways: dict[int, int]):
    assert dict(Ways(text).by_end(read(re.compile(regex)))) == ways


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.11 added them")
@pytest.mark.parametrize(
    ("regex", "text", "ways"),
    [
        ("a?(?>a*)", "aa", {2: 2}),
        ("a?(?>b+)b?", "abb", {3: 1}),
        ("(?>a|ab)c?", "abc", {2: 1, 3: 1}),
    ],
)
def test_an_atomic_group_takes_the_longest_match(regex: str, text: str, ways: dict[int, int]):
    assert dict(Ways(text).by_end(read(re.compile(regex)))) == ways


@pytest.mark.parametrize(
    ("regex", "text", "is_many"),
    [
        ("(?:a|b|ab?)*", "a" * 17, False),
        ("(?:a|b|ab?)*", "a" * 40, True),
        ("(?:a|a)*b", "a" * 300, True),
        ("(?=(?:a|a)*b)", "a" * 300, True),
        ("(?:a*)*", "a" * 300, True),
        (".*.*.*", "a" * 100, False),
        (".*.*.*.*", "a" * 100, True),
        ("(?:[a-z]{0,500}){7}b", "a" * 2000, True),
        (".*(?:ab)*", "ab" * 2000, True),  # it takes too long to count them
    ],
)
def test_many_ways_are_more_than_can_be_tried_or_counted_soon(
    regex: str, text: str, is_many: bool
) -> None:
    assert has_many_ways(read(re.compile(regex)), text, 10**6) is is_many


@pytest.mark.parametrize(
    ("regex", "text", "ways"), [("(?:a|ab?)", "a", 2), ("(?:a+|b|ab?)+", "aa", 7)]
)
def test_as_many_ways_as_allowed_are_not_too_many(regex: str, text: str, ways: int):
    tree = read(re.compile(regex))
    assert not has_many_ways(tree, text, ways)
    assert has_many_ways(tree, text, ways - 1)


def test_each_end_of_each_node_is_a_step():
    tree = read(re.compile("a*b"))  # "a*" ends at 0 and 1, "b" at 2, and so does the whole
    assert Ways("ab", steps=4).by_end(tree) == {2: 1}
    with pytest.raises(OverflowError):
        Ways("ab", steps=3).by_end(tree)


@pytest.mark.parametrize(("repeats", "is_many"), [(99, False), (101, True)])
def test_counting_ends_after_many_steps(repeats: int, is_many: bool):
    tree = read(re.compile("a*" * repeats))
    assert has_many_ways(tree, "a" * 2999, 10**400) is is_many
