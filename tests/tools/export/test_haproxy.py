from __future__ import annotations

import re

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from flask_cors.tools.export import haproxy
from flask_cors.tools.export.haproxy import format_of, is_among, quote_regex, replace, word
from flask_cors.tools.export.plan import build_plan

from .configured import HOSTILE, app_with
from .haproxy_reader import parsed


def replaced(call: str) -> list[list[str]]:
    """Return what the converters of a word replace, and the replacements."""
    one = r"'([^']*)'"
    sample, *converters = re.split(r",(?=regsub\()", call)
    found = [re.findall(rf"^regsub\({one},{one},g\)$", each) for each in converters]
    assert "'" not in sample
    return [list(pair) for (pair,) in found]


APP = "https://app.example"


def of(app: Flask) -> str:
    return haproxy.render_whole(build_plan(app), "127.0.0.1:8080", "http://127.0.0.1:5000")


def lines(app: Flask, start: str) -> list[list[str]]:
    """Return the words after ``start`` of each line that begins with it."""
    words = start.split()
    found = [[word.decode("latin-1") for word in line] for line in parsed(of(app))]
    return [line[len(words) :] for line in found if line[: len(words)] == words]


# ---- nothing breaks out ------------------------------------------------------------------------


@given(HOSTILE)
def test_a_word_is_one_word(text: str) -> None:
    assert parsed(f"{word(text)} end") == [[text.encode(), b"end"]]


@given(HOSTILE)
def test_a_format_holds_no_variable(text: str) -> None:
    ((read, _),) = parsed(f"{format_of(text)} end")
    assert b"%" not in read.replace(b"%%", b"")
    assert read.replace(b"%%", b"%") == text.encode()


def test_a_word_with_nul_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no word of HAProxy holds NUL: 'a\\x00b'"):
        word("a\0b")


EXPRESSIONS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12)


@given(EXPRESSIONS)
def test_a_regex_is_one_word_in_which_a_quote_is_written_by_its_number(text: str) -> None:
    ((read, _),) = parsed(f"{quote_regex(text)} end")
    assert read.decode() == text.replace("'", r"\x27")


@pytest.mark.parametrize("text", ["a\nb", "é", "\x7f"])
def test_a_regex_that_is_not_printable_ascii_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no regex for HAProxy holds such characters"):
        quote_regex(text)


@given(st.lists(st.tuples(EXPRESSIONS, EXPRESSIONS), max_size=3))
def test_the_arguments_of_a_converter_stay_in_its_brackets(changes: list[tuple[str, str]]) -> None:
    ((read, _),) = parsed(f"{replace('path', *changes)} end")
    quoted = [[each.replace("'", r"\x27") for each in change] for change in changes]
    assert read.decode() == "".join(["path", *(f",regsub('{of}','{by}',g)" for of, by in quoted)])
    assert read.count(b"'") == 4 * len(changes)


def test_a_line_has_fewer_words_than_haproxy_takes() -> None:
    found = [
        words for line in is_among("a", "path", map(str, range(100))) for words in parsed(line)
    ]
    assert max(map(len, found)) < 64
    assert [each for words in found for each in words[6:]] == [b"%d" % n for n in range(100)]


def marks_of(app: Flask) -> list[list[str]]:
    """Return what is replaced in the list of the requested names, and the replacements."""
    found = lines(app, "http-request set-var(txn.cors_allow_headers)")
    (call,) = [words[0] for words in found if words[-1] == "cors_names_0"]
    return replaced(call)


NO_REGEX = st.text(st.sampled_from("abcXYZ019!#%&'-._`~"), min_size=1, max_size=8)


@given(name=NO_REGEX)
def test_a_header_name_stays_in_the_regex_that_matches_it(name: str) -> None:
    (mark, by), (others, nothing) = marks_of(app_with(allow_headers=[name, "x-a"]))
    marked = re.sub(mark, by, f",{name},+,X-A,")
    assert marked == f",:{name},+,:X-A,"
    assert re.sub(others.replace("*+", "*"), nothing, marked) == f",:{name},:X-A,"


@pytest.mark.parametrize("origin", ["--", "-i", "https://'\"#;%.example"])
def test_an_odd_origin_is_compared_as_it_is(origin: str) -> None:
    (words,) = lines(app_with(origins=[origin, APP]), "acl cors_allow_origin_is_listed")
    assert words[:4] == ["var(txn.cors_subject),lower", "-m", "str", "--"]
    assert sorted(words[4:]) == sorted([f"0 {origin}", f"0 {APP}"])


@pytest.mark.parametrize("origin", [f"{APP}\0.evil", "a b", "https://\xe9.example", "a\nb"])
def test_an_origin_that_none_equals_is_not_compared(origin: str) -> None:
    (words,) = lines(app_with(origins=[origin, APP]), "acl cors_allow_origin_is_listed")
    assert words[4:] == [f"0 {APP}"]
    assert lines(app_with(origins=[origin]), "acl cors_allow_origin_is_listed") == []


# ---- form --------------------------------------------------------------------------------------


def test_the_part_to_include_is_what_the_whole_holds() -> None:
    app = app_with(origins="https://a.example")
    part = parsed(haproxy.render(build_plan(app)))
    whole = parsed(of(app))
    start = whole.index(part[0])
    assert whole[start : start + len(part)] == part
    assert haproxy.render(build_plan(app)).startswith("# Made by")


@pytest.mark.parametrize(
    ("upstream", "server"),
    [
        ("http://127.0.0.1:5000", ["127.0.0.1:5000"]),
        ("http://app.internal", ["app.internal:80"]),
        ("http://[::1]:5000", ["[::1]:5000"]),
        (
            "https://app.internal",
            [
                *("app.internal:443", "ssl", "verify", "required", "ca-file", "@system-ca"),
                *("verifyhost", "app.internal", "sni", "str(app.internal)"),
            ],
        ),
    ],
)
def test_the_upstream_is_a_server(upstream: str, server: list[str]) -> None:
    text = haproxy.render_whole(build_plan(app_with()), "127.0.0.1:8080", upstream)
    assert parsed(text)[-1] == [b"server", b"app", *(each.encode() for each in server)]


def test_no_later_rule_decides_on_a_path_whose_regex_is_too_costly() -> None:
    app = app_with(resources={"/a/(b|c)+": {"origins": []}, "/*": {}})
    in_order = [
        (words[0], words[-2])
        for words in map(str.split, of(app).splitlines())
        if words[:1] == ["http-request"] and words[1].endswith("(txn.cors_policy)")
        for words in [words[2:]]
    ]
    assert [value for value, _ in in_order] == ["\"str('')\"", '"0"', "\"str('')\"", '"1"']
    gave_up = lines(app, "http-request set-var(txn.cors_policy)")[-1]
    assert gave_up[-7] == "!{"
    assert gave_up[-2] == r"^:(?:preflight)?:[^ ]+ /a/(?:(?:[bc]))+|^"


def test_the_first_case_of_a_table_that_matches_decides() -> None:
    found = lines(
        app_with(origins=[APP, r"https://b\d\.example"]),
        "http-request set-var(txn.cors_allow_origin)",
    )
    assert len(found) > 1
    for words in found:
        assert words[1:6] == ["if", "!{", "var(txn.cors_allow_origin)", "-m", "found"]


def test_a_path_is_also_looked_up_with_its_slash_removed_or_added() -> None:
    app = app_with(resources={"/a/b$": {"origins": []}, "/*": {}})
    (removed, _, _), (added, _, _) = [
        (words[0], words[-2], len(words))
        for words in lines(app, "http-request set-var(txn.cors_other_slash)")
    ]
    assert replaced(removed) == [[r"^([\x00-\xff]+)/\z", r"\1"]]
    assert added == "str(''),concat('',txn.cors_subject),concat('/')"
    assert "other_slash" not in of(app_with(resources=["/a/b", "/*"]))


def test_a_path_has_to_be_utf_8_only_where_a_regex_matches_it() -> None:
    assert r"\xe0[\xa0-\xbf]" not in of(app_with(resources=["/a", "/b/*"]))
    assert r"\xe0[\xa0-\xbf]" in of(app_with(resources=["/a", "/b/.*"]))


def test_one_policy_for_every_path_is_that_of_every_spelling() -> None:
    two_spellings = r"-m reg -- '/(?:/|\.{1,2}(?:/|\z))'"
    assert two_spellings not in of(app_with())
    assert two_spellings in of(app_with(resources="/a"))


def test_the_root_is_removed_from_a_path() -> None:
    app = app_with(resources="/a")
    app.config["APPLICATION_ROOT"] = "/ro.ot"
    (words,) = [
        words
        for words in lines(app, "http-request unset-var(txn.cors_path) unless")
        if "ro" in words[-2]
    ]
    assert words[-2] == r"^/ro\.ot(?:/|\z)"
    _, _, below = lines(app, "http-request set-var(txn.cors_path)")
    assert replaced(below[0]) == [[r"^/ro\.ot/*", "/"]]


def test_a_policy_without_methods_allows_none() -> None:
    assert lines(app_with(methods=[]), "http-request set-var-fmt(txn.cors_methods)") == []


def test_policies_with_the_same_names_share_a_line() -> None:
    shared = {"allow_headers": ["X-A", "X-B"]}
    resources = {"/a": {**shared, "origins": "https://a.example"}, "/b": shared, "/c": {}}
    (words,) = lines(app_with(resources=resources), "acl cors_names_0")
    assert words[-2:] == ["0 preflight", "1 preflight"]
    assert lines(app_with(resources=resources), "acl cors_names_1") == []


def test_outcomes_with_the_same_header_share_a_line() -> None:
    app = app_with(resources={"/a": {"max_age": 5, "origins": APP}, "/b": {"max_age": 5}})
    ((_, *condition),) = lines(app, "http-request set-var-fmt(txn.cors_max_age)")
    assert condition[-1] == "cors_max_age_is_0"
    (words,) = lines(app, "acl cors_max_age_is_0")
    assert len(words[4:]) == 4


def test_hundreds_of_names_are_marked_in_several_steps() -> None:
    *marks, others = marks_of(app_with(allow_headers=[f"x-{number}" for number in range(100)]))
    assert [by for _, by in marks] == [",:", ",:", ",:"]
    assert others == [",[^,:][^,]*+", ""]


def test_all_names_are_dropped_where_none_is_allowed() -> None:
    assert marks_of(app_with(allow_headers=[])) == [[",[^,:][^,]*+", ""]]


def test_vary_is_added_where_the_app_does_not_send_it_and_all_else_is_set() -> None:
    app = app_with(max_age=5)
    ((value, *condition),) = lines(app, "http-after-response add-header Vary")
    assert value == "%[var(txn.cors_vary)]"
    assert condition[-1] == "!cors_varies"
    ((value, *condition),) = lines(app, "http-after-response set-header Access-Control-Max-Age")
    assert condition == ["if", "{", "var(txn.cors_max_age),length", "gt", "0", "}"]
