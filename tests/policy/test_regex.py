"""Strings in options that are regular expressions, and those that are refused."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from flask_cors import CORS
from flask_cors.diagnostics import rules
from flask_cors.errors import CORSConfigError
from flask_cors.policy import redos, regex
from flask_cors.policy.regex import ORIGIN_LIMIT, check_speed, compile_regex, is_regex

from .findings import facts


@pytest.mark.parametrize("character", r"\^$|()[]{}+?")
def test_one_of_the_characters_makes_a_string_a_regex(character: str) -> None:
    assert is_regex(f"a{character}b")
    assert is_regex(character)


@pytest.mark.parametrize("text", [".*", "a.*", ".*b", "https://.*"])
def test_dot_star_makes_a_string_a_regex(text: str) -> None:
    assert is_regex(text)


@pytest.mark.parametrize("character", "*.-_:/,;=@#&%!~'\"<> ")
def test_no_other_character_makes_a_string_a_regex(character: str) -> None:
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
        ("[::1]", False),
    ],
)
def test_the_brackets_of_an_ipv6_literal_do_not_make_a_regex(text: str, expected: bool) -> None:
    assert is_regex(text) is expected


# ---- compiling ---------------------------------------------------------------------------------


def test_a_regex_is_compiled_with_its_flags() -> None:
    assert compile_regex("origins", "a.*") == re.compile("a.*")
    assert compile_regex("origins", "a.*", re.IGNORECASE) == re.compile("a.*", re.IGNORECASE)


@pytest.mark.parametrize("text", ["a(", "a[", "*a", "a{99999999999}", "(" * 3000 + ")" * 3000])
def test_a_regex_that_does_not_compile_is_an_error_in_its_option(text: str) -> None:
    with pytest.raises(CORSConfigError) as caught:
        compile_regex("allow_headers", text)
    (found,) = caught.value.findings
    assert facts([found]) == [(rules.InvalidRegex, text)]
    assert found.option == "allow_headers"
    assert caught.value.__suppress_context__


def test_a_regex_of_an_ordinary_form_is_fast_enough() -> None:
    check_speed("origins", re.compile(r"https://([a-z0-9-]+\.)*example\.com"), "fullmatch")


def test_a_regex_that_takes_too_long_on_a_text_is_an_error_in_its_option(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(redos, "find_redos", lambda regex, method, limit: f"{method} aaaa")
    with pytest.raises(CORSConfigError) as caught:
        check_speed("allow_headers", re.compile("(a+)+"), "fullmatch")
    (found,) = caught.value.findings
    assert facts([found]) == [(rules.SlowRegex, "(a+)+")]
    assert found.option == "allow_headers"
    assert found.message.startswith("allow_headers: '(a+)+' ")
    assert "fullmatch aaaa" in found.message
    assert r"([a-z0-9-]+\.)*" in found.hint


@pytest.mark.parametrize(
    ("option", "text"),
    [("origins", "https://(a+)+"), ("allow_headers", "x-(a+)+"), ("resources", "/(a+)+$")],
)
def test_a_slow_regex_is_an_error_in_every_option(
    option: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(regex._LIMITS, option, ORIGIN_LIMIT)  # the others take seconds
    with pytest.raises(CORSConfigError) as caught:
        CORS(Flask("app"), **{option: text})  # type: ignore[arg-type]
    (found,) = caught.value.findings
    assert facts([found]) == [(rules.SlowRegex, text)]
    assert found.option == option


@pytest.mark.parametrize("option", ["origins", "allow_headers", "resources"])
def test_a_regex_of_bytes_is_an_error_in_every_option(option: str) -> None:
    with pytest.raises(CORSConfigError) as caught:
        CORS(Flask("app"), **{option: [re.compile(b"a")]})  # type: ignore[arg-type]
    (found,) = caught.value.findings
    assert facts([found]) == [(rules.InvalidRegex, re.compile(b"a"))]
    assert found.option == option


@pytest.mark.parametrize("option", ["origins", "allow_headers", "resources"])
def test_a_regex_that_is_nested_too_deeply_is_an_error(option: str) -> None:
    text = "(" * 120 + "a" + ")" * 120
    with pytest.raises(CORSConfigError) as caught:
        CORS(Flask("app"), **{option: [text]})  # type: ignore[arg-type]
    (found,) = caught.value.findings
    assert facts([found]) == [(rules.InvalidRegex, text)]
    assert found.option == option
    assert found.message.startswith(f"{option}: '(((")
    assert "fewer groups" in found.hint


@pytest.mark.parametrize("text", ["(?a)(?u)x", "(", "a{2,1}"])
def test_any_exception_of_re_is_an_error_of_the_option(text: str) -> None:
    with pytest.raises(CORSConfigError) as caught:
        compile_regex("origins", text)
    (found,) = caught.value.findings
    assert facts([found]) == [(rules.InvalidRegex, text)]
