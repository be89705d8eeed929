"""When a string of ``origins`` or ``allow_headers`` is a regular expression."""

from __future__ import annotations

import re

import pytest

from flask_cors.errors import CORSConfigError, Mistake
from flask_cors.policy.regex import compiled, is_regex


@pytest.mark.parametrize("character", r"\^$|()[]{}+?")
def test_one_of_the_characters_makes_a_string_a_regex(character: str) -> None:
    assert is_regex(f"a{character}b")
    assert is_regex(character)


@pytest.mark.parametrize("text", [".*", "a.*", ".*b", "https://.*"])
def test_dot_star_makes_a_string_a_regex(text: str) -> None:
    assert is_regex(text)


@pytest.mark.parametrize("character", "*.-_:/,;=@#&%!~'\"<> ")
def test_no_other_character_does(character: str) -> None:
    assert not is_regex(f"a{character}b")
    assert not is_regex(character)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", False),
        ("*", False),
        ("https://a.example", False),
        ("https://*.example.com", False),
        ("http://localhost:*", False),
        ("*.", False),
        ("http://[::1]:3000", False),
        ("http://[2001:db8::1]:*", False),
        ("http://[::1]:[0-9]", True),
        ("http://[abc]", True),
        ("[::1]", True),
    ],
)
def test_the_brackets_of_an_ipv6_literal_make_no_regex(text: str, expected: bool) -> None:
    assert is_regex(text) is expected


# ---- compiling ---------------------------------------------------------------------------------


def test_a_regex_is_compiled_with_its_flags() -> None:
    assert compiled("origins", "a.*") == re.compile("a.*")
    assert compiled("origins", "a.*", re.IGNORECASE) == re.compile("a.*", re.IGNORECASE)


@pytest.mark.parametrize("text", ["a(", "a[", "*a", "a{99999999999}"])
def test_what_does_not_compile_is_a_mistake_in_the_option(text: str) -> None:
    with pytest.raises((re.error, OverflowError, RecursionError)) as why:
        re.compile(text)
    with pytest.raises(CORSConfigError) as caught:
        compiled("allow_headers", text)
    assert caught.value.mistakes == (
        Mistake(
            "allow_headers",
            text,
            f"does not compile ({why.value})",
            "mend the regular expression",
        ),
    )


def test_a_regex_that_is_nested_too_deep_is_a_mistake_too() -> None:
    with pytest.raises(CORSConfigError) as caught:
        compiled("origins", "(" * 3000 + ")" * 3000)
    assert caught.value.option == "origins"
    assert "does not compile (" in str(caught.value)
