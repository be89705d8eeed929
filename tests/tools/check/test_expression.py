"""A regular expression as a tree: exact enough to guess from."""

from __future__ import annotations

import re

import pytest

from flask_cors.tools.check.patterns.expression import (
    ALPHABET,
    Character,
    Group,
    Look,
    Node,
    Repeat,
    characters,
    read,
    repeats,
)


def sequence(text: str, flags: int = 0) -> tuple[Node, ...]:
    """The nodes of an expression without alternatives."""
    tree = read(re.compile(text, flags))
    assert isinstance(tree, Group)
    (nodes,) = tree.alternatives
    return nodes


def letters(*texts: str) -> tuple[Node, ...]:
    return tuple(map(Character, texts))


def test_the_alphabet_is_what_an_origin_may_hold():
    visible = {chr(code) for code in range(0x21, 0x7F)}
    assert sorted(ALPHABET) == sorted(visible - {","})


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("a", "a"),
        (r"\.", "."),
        (r"\x61", "a"),
        (r"\u0061", "a"),
        (r"\U00000061", "a"),
        (r"\N{LATIN SMALL LETTER A}", "a"),
        (r"\141", "a"),
        (r"\056", "."),
        ("[.]", "."),
        ("[]a]", "a]"),
        (r"[\]a]", "a]"),
        ("[b-d]", "bcd"),
        (r"\d", "0123456789"),
        ("{", "{"),
        ("]", "]"),
        (r"[^\x00-\x7f]", ""),
    ],
)
def test_one_character_takes_what_it_takes(text, taken):
    assert sequence(text) == letters(taken)


def test_a_letter_is_two_where_case_does_not_count():
    assert sequence("a", re.IGNORECASE) == letters("aA")


def test_a_dot_that_stands_alone_is_meant_for_a_dot():
    assert sequence(".") == (Character(ALPHABET, is_dot=True),)
    assert sequence(".+") == (Repeat(Character(ALPHABET), 1, None),)


def test_what_takes_more_than_a_few_letters_is_open():
    assert Character("abcde").is_open
    assert not Character("abcd").is_open
    assert not Character("abcdABCD").is_open


@pytest.mark.parametrize(
    ("quantifier", "least", "most"),
    [
        ("*", 0, None),
        ("+", 1, None),
        ("?", 0, 1),
        ("*?", 0, None),
        ("{3}", 3, 3),
        ("{2,}", 2, None),
        ("{,4}", 0, 4),
        ("{2,4}", 2, 4),
        ("{2,4}?", 2, 4),
    ],
)
def test_a_repetition_has_its_limits(quantifier, least, most):
    assert sequence(f"a{quantifier}") == (Repeat(Character("a"), least, most),)


def test_braces_without_numbers_are_characters():
    assert sequence("a{}") == letters("a", "{", "}")
    assert sequence("a{b}") == letters("a", "{", "b", "}")


@pytest.mark.parametrize("opener", ["(", "(?:", "(?P<name>", "(?i:", "(?i-s:"])
def test_a_group_has_alternatives(opener):
    assert sequence(f"{opener}a|bc|)") == (Group((letters("a"), letters("b", "c"), ())),)


def test_alternatives_may_stand_without_a_group():
    assert read(re.compile("a|b")) == Group((letters("a"), letters("b")))


@pytest.mark.parametrize("opener", ["(?=", "(?!", "(?<=", "(?<!"])
def test_what_looks_around_is_told_from_a_group(opener):
    assert sequence(f"{opener}a)b") == (Look(Group((letters("a"),))), Character("b"))


def test_a_condition_is_two_alternatives():
    group, condition = sequence("(a)?(?(1)b|c)")
    assert isinstance(group, Repeat)
    assert condition == Group((letters("b"), letters("c")))


@pytest.mark.parametrize(
    "text",
    [r"^a$", r"\Aa\Z", r"\ba\B", "(?#what)a", "(?s)a", "a(?#what)"],
)
def test_what_takes_no_character_is_passed_over(text):
    assert sequence(text) == letters("a")


@pytest.mark.parametrize("text", [r"(a)\1*", "(?P<x>a)(?P=x)*"])
def test_what_a_group_matched_once_more_is_taken_for_nothing(text):
    assert sequence(text) == (Group((letters("a"),)), Repeat(Group(((),)), 0, None))


def test_spaces_and_comments_are_passed_over_where_they_mean_nothing():
    assert sequence(r"a [ ] \  # said", re.VERBOSE) == letters("a", "", "")
    assert sequence("a #") == letters("a", "", "#")


@pytest.mark.parametrize("text", ["(?>a+)", "a++"])
def test_nothing_goes_back_into_an_atomic_group(text):
    try:
        regex = re.compile(text)
    except re.error:  # before Python 3.11
        return
    tree = read(regex)
    assert tree == Group(((Group(((Repeat(Character("a"), 1, None),),), is_atomic=True),),))


def test_one_that_is_nested_too_deep_is_taken_for_nothing():
    assert read(re.compile("(?:" * 200 + "a" + ")" * 200)) == Group(((),))


def test_each_repetition_is_found_with_what_comes_before_it():
    found = list(repeats(read(re.compile("ab(?:c|d(e*f)+)(?=g*)"))))
    e, g = Repeat(Character("e"), 0, None), Repeat(Character("g"), 0, None)
    group = Group(((e, Character("f")),))
    choice = Group((letters("c"), (Character("d"), Repeat(group, 1, None))))
    assert found == [
        (letters("a", "b", "d"), Repeat(group, 1, None)),
        (letters("a", "b", "d"), e),
        ((*letters("a", "b"), choice), g),
    ]


def test_each_character_is_found():
    found = characters(read(re.compile("a(b|c)*(?=d)")))
    assert [character.taken for character in found] == ["a", "b", "c"]
