"""Regular expressions as trees."""

from __future__ import annotations

import re

import pytest

from flask_cors.policy.regex_syntax import (
    ALPHABET,
    Character,
    Group,
    Look,
    Node,
    Repeat,
    is_approximate,
    iter_characters,
    iter_repeats,
    read,
)


def sequence(text: str, flags: int = 0) -> tuple[Node, ...]:
    """Return the nodes of a regex without alternatives."""
    tree = read(re.compile(text, flags))
    assert isinstance(tree, Group)
    (nodes,) = tree.alternatives
    return nodes


def letters(*texts: str) -> tuple[Node, ...]:
    return tuple(map(Character, texts))


def test_the_alphabet_has_the_characters_of_an_origin():
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
        (r"\s", ""),
        ("{", "{"),
        ("]", "]"),
        (r"[^\x00-\x7f]", ""),
    ],
)
def test_a_character_node_has_the_characters_that_it_matches(text, taken):
    (character,) = sequence(text)
    assert isinstance(character, Character)
    assert character.taken == taken


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("(?i:a)", "aA"),
        ("(?i)(?-i:a)", "a"),
        ("(?i:[a-b])", "abAB"),
        ("(?i:\u017f)", "sS"),  # the long s
        ("(?ai:\u017f)", ""),
        ("(?i)(?a:\u017f)", ""),
        ("(?ai)(?u:\u017f)", "sS"),
        ("(?a)(?i:\u017f)", ""),
        ("(?a:a)", "a"),
        (r"(?i:[^a-z])", "0123456789-._~!\"#$%&'()*+/:;<=>?@[\\]^`{|}"),
        ("[^b]", "".join(ALPHABET.split("b"))),
        (r"[^\W\d_a-z]", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        (r"[\S\D\s]", ALPHABET),
        ("(?s:.)", ALPHABET),
    ],
)
def test_the_flags_of_a_group_apply_to_its_characters(text, taken):
    try:
        regex = re.compile(text)
    except re.error as error:  # flags of str patterns that exclude each other
        pytest.skip(str(error))
    assert [character.taken for character in iter_characters(read(regex))] == [taken]


def test_a_letter_matches_both_cases_if_case_is_ignored():
    assert sequence("a", re.IGNORECASE) == letters("aA")


def test_a_dot_without_a_quantifier_is_marked_as_a_dot():
    assert sequence(".") == (Character(ALPHABET, is_dot=True),)
    assert sequence(".+") == (Repeat(Character(ALPHABET), 1, None),)
    dot = Character(ALPHABET, is_dot=True)
    assert sequence("(?:a.)?") == (Repeat(Group(((Character("a"), dot),)), 0, 1),)
    assert sequence("(?:a.)*") == (Repeat(Group((letters("a", ALPHABET),)), 0, None),)


def test_a_class_of_more_than_four_letters_is_open():
    assert Character("abcde").is_open
    assert not Character("abcd").is_open
    assert not Character("abcdABCD").is_open


@pytest.mark.parametrize("text", ["(?:a|b|c|d|e)", "(a|b|c|d|e)?", "[abcde]"])
def test_characters_that_are_listed_one_by_one_are_not_open(text):
    assert not any(character.is_open for character in iter_characters(read(re.compile(text))))


@pytest.mark.parametrize("text", ["[a-e]", "[^abcde]", "[abcde]+", "(?:a|b|c|d|e)*"])
def test_ranges_and_repeated_characters_are_open(text):
    assert all(character.is_open for character in iter_characters(read(re.compile(text))))


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
def test_a_repetition_has_a_minimum_and_a_maximum(quantifier, least, most):
    assert sequence(f"a{quantifier}") == (Repeat(Character("a"), least, most),)


def test_braces_without_numbers_are_characters():
    assert sequence("a{}") == letters("a", "{", "}")
    assert sequence("a{b}") == letters("a", "{", "b", "}")


@pytest.mark.parametrize("opener", ["(", "(?:", "(?P<name>", "(?-i:", "(?s-x:"])
def test_a_group_has_alternatives(opener):
    assert read(re.compile(f"{opener}a|bc|)")) == Group((letters("a"), letters("b", "c"), ()))


def test_alternatives_at_the_top_level_are_a_group():
    assert read(re.compile("a|bc")) == Group((letters("a"), letters("b", "c")))


def test_alternatives_of_one_character_are_a_class():
    assert sequence("a|b") == (Character("ab", is_listed=True),)


def test_the_common_prefix_of_alternatives_is_factored_out():
    assert sequence("ab|acd") == (*letters("a"), Group((letters("b"), letters("c", "d"))))


def test_a_regex_that_never_matches_is_a_group_without_alternatives():
    assert sequence("a(?!)") == (Character("a"), Group(()))
    assert sequence("(?!)?") == (Repeat(Group(()), 0, 1),)


@pytest.mark.parametrize("opener", ["(?=", "(?!", "(?<=", "(?<!"])
def test_a_look_around_is_not_a_group(opener):
    assert sequence(f"{opener}a)b") == (Look(Group((letters("a"),))), Character("b"))


def test_a_conditional_is_a_group_of_two_alternatives():
    group, condition = sequence("(a)?(?(1)b|c)")
    assert isinstance(group, Repeat)
    assert condition == Group((letters("b"), letters("c")))
    assert sequence("(a)?(?(1)b)")[1] == Group((letters("b"), ()))


@pytest.mark.parametrize(
    "text",
    [r"^a$", r"\Aa\Z", r"\ba\B", "(?#what)a", "(?s)a", "a(?#what)"],
)
def test_anchors_comments_and_flags_are_skipped(text):
    assert sequence(text) == letters("a")


@pytest.mark.parametrize("text", [r"(a)\1*", "(?P<x>a)(?P=x)*"])
def test_a_back_reference_is_read_as_the_empty_text(text):
    assert sequence(text) == (Group((letters("a"),)), Repeat(Group(((),)), 0, None))


def test_spaces_and_comments_are_skipped_in_verbose_mode():
    assert sequence(r"a [ ] \  # said", re.VERBOSE) == letters("a", "", "")
    assert sequence("a #") == letters("a", "", "#")


@pytest.mark.parametrize("text", ["(?>a+)", "a++"])
def test_possessive_repetitions_and_atomic_groups_are_atomic(text):
    try:
        regex = re.compile(text)
    except re.error:  # before Python 3.11
        return
    assert read(regex) == Group(((Repeat(Character("a"), 1, None),),), is_atomic=True)


@pytest.mark.parametrize("text", ["a(?=b)", "(?:a(?<!b))*", r"(a)|b\1"])
def test_a_tree_with_a_look_around_or_a_back_reference_is_approximate(text):
    assert is_approximate(read(re.compile(text)))


@pytest.mark.parametrize("text", ["a", "^a$", "(?:a|b*)+c{3}", "(?!)"])
def test_any_other_tree_is_exact(text):
    assert not is_approximate(read(re.compile(text)))


def test_a_regex_that_is_nested_too_deeply_is_not_read():
    assert list(iter_characters(read(re.compile("(" * 100 + "a" + ")" * 100))))
    with pytest.raises(RecursionError):
        read(re.compile("(" * 101 + "a" + ")" * 101))


def test_reading_a_regex_does_not_repeat_the_warnings_of_compiling_it():
    with pytest.warns(FutureWarning):
        regex = re.compile("[[a]")
    assert [character.taken for character in iter_characters(read(regex))] == ["a["]


def test_reading_a_regex_does_not_repeat_its_debug_output(capsys):
    regex = re.compile("ab", re.DEBUG)
    capsys.readouterr()
    assert read(regex) == Group((letters("a", "b"),))
    assert capsys.readouterr().out == ""


def test_each_repetition_is_yielded_with_the_nodes_before_it():
    found = list(iter_repeats(read(re.compile("ab(?:c|d(e*f)+)(?=g*)"))))
    e, g = Repeat(Character("e"), 0, None), Repeat(Character("g"), 0, None)
    group = Group(((e, Character("f")),))
    choice = Group((letters("c"), (Character("d"), Repeat(group, 1, None))))
    assert found == [
        (letters("a", "b", "d"), Repeat(group, 1, None)),
        (letters("a", "b", "d"), e),
        ((*letters("a", "b"), choice), g),
    ]


def test_each_character_of_a_tree_is_yielded():
    found = iter_characters(read(re.compile("a(b|cd)*(?=e)")))
    assert [character.taken for character in found] == ["a", "b", "c", "d"]
