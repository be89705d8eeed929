from __future__ import annotations

import re
from typing import Any

import pytest
from configured import HOSTILE, app_with
from flask import Blueprint, Flask
from haproxy_reader import parsed
from hypothesis import given
from hypothesis import strategies as st

from flask_cors import CORS, cross_origin
from flask_cors.tools.export import haproxy
from flask_cors.tools.export.haproxy_syntax import changed, expression, is_among, said, word
from flask_cors.tools.export.plan import plan


def replaced(call: str) -> list[list[str]]:
    """What the converters of a word replace, by what."""
    one = r"'([^']*)'"
    sample, *converters = re.split(r",(?=regsub\()", call)
    found = [re.findall(rf"^regsub\({one},{one},g\)$", each) for each in converters]
    assert "'" not in sample
    return [list(pair) for (pair,) in found]


APP = "https://app.example"


def of(app: Flask) -> str:
    return haproxy.render_whole(plan(app), "127.0.0.1:8080", "http://127.0.0.1:5000")


def lines(app: Flask, start: str) -> list[list[str]]:
    """The words of each line that starts so, without these."""
    words = start.split()
    found = [[word.decode("latin-1") for word in line] for line in parsed(of(app))]
    return [line[len(words) :] for line in found if line[: len(words)] == words]


# ---- nothing breaks out ------------------------------------------------------------------------


@given(HOSTILE)
def test_a_word_is_one_word(text: str) -> None:
    assert parsed(f"{word(text)} end") == [[text.encode(), b"end"]]


@given(HOSTILE)
def test_what_is_said_holds_no_variable(text: str) -> None:
    ((read, _),) = parsed(f"{said(text)} end")
    assert b"%" not in read.replace(b"%%", b"")
    assert read.replace(b"%%", b"%") == text.encode()


def test_no_word_is_cut() -> None:
    with pytest.raises(ValueError, match=r"no word of HAProxy holds NUL: 'a\\x00b'"):
        word("a\0b")


EXPRESSIONS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12)


@given(EXPRESSIONS)
def test_an_expression_is_one_word_in_which_a_quote_has_its_number(text: str) -> None:
    ((read, _),) = parsed(f"{expression(text)} end")
    assert read.decode() == text.replace("'", r"\x27")


@pytest.mark.parametrize("text", ["a\nb", "é", "\x7f"])
def test_an_expression_holds_no_byte_that_could_be_read_otherwise(text: str) -> None:
    with pytest.raises(ValueError, match="no expression for HAProxy holds such characters"):
        expression(text)


@given(st.lists(st.tuples(EXPRESSIONS, EXPRESSIONS), max_size=3))
def test_the_arguments_of_a_converter_stay_in_its_brackets(changes: list[tuple[str, str]]) -> None:
    ((read, _),) = parsed(f"{changed('path', *changes)} end")
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
    """What is replaced, by what, in the list of the names that are asked for."""
    found = lines(app, "http-request set-var(txn.cors_names)")
    (call,) = [words[0] for words in found if words[-1] == "cors_names_0"]
    return replaced(call)


NO_REGEX = st.text(st.sampled_from("abcXYZ019!#%&'-._`~"), min_size=1, max_size=8)


@given(name=NO_REGEX)
def test_a_header_name_stays_in_the_expression_that_looks_for_it(name: str) -> None:
    (mark, by), (others, nothing) = marks_of(app_with(allow_headers=[name, "x-a"]))
    marked = re.sub(mark, by, f",{name},+,X-A,")
    assert marked == f",:{name},+,:X-A,"
    assert re.sub(others.replace("*+", "*"), nothing, marked) == f",:{name},:X-A,"


@pytest.mark.parametrize("origin", ["--", "-i", "https://'\"#;%.example"])
def test_an_odd_origin_is_compared_as_it_is(origin: str) -> None:
    (words,) = lines(app_with(origins=[origin, APP]), "acl cors_0_exact")
    assert words[:4] == ["var(txn.cors_from),lower", "-m", "str", "--"]
    assert sorted(words[4:]) == sorted([origin, APP])


@pytest.mark.parametrize("origin", [f"{APP}\0.evil", "a b", "https://\xe9.example", "a\nb"])
def test_an_origin_that_none_equals_is_not_compared(origin: str) -> None:
    (words,) = lines(app_with(origins=[origin, APP]), "acl cors_0_exact")
    assert words[4:] == [APP]
    assert lines(app_with(origins=[origin]), "acl cors_0_exact") == []


# ---- form --------------------------------------------------------------------------------------


def test_the_part_to_include_is_what_the_whole_holds() -> None:
    app = app_with(origins="https://a.example")
    part = parsed(haproxy.render(plan(app)))
    whole = parsed(of(app))
    start = whole.index(part[0])
    assert whole[start : start + len(part)] == part
    assert haproxy.render(plan(app)).startswith("# Made by")


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
    text = haproxy.render_whole(plan(app_with()), "127.0.0.1:8080", upstream)
    assert parsed(text)[-1] == [b"server", b"app", *(each.encode() for each in server)]


def test_a_path_that_cannot_be_told_is_left_to_no_other_rule() -> None:
    app = app_with(resources={"/a/(b|c)+$": {"origins": []}, "/*": {}})
    (words,) = lines(app, "acl cors_path_0_is_told")
    assert words[-1] == r"^(?:/a/(?:(?:[bc]))+\n?\z)|^"
    order = lines(app, "http-request set-var(txn.cors_policy)")
    assert order == [
        ["str(0)", "if", "!cors_decided", "cors_path_0"],
        ["str(none)", "if", "!cors_decided", "!cors_path_0_is_told"],
        ["str(1)", "if", "!cors_decided", "cors_path_1"],
    ]


def test_literal_paths_are_told_at_any_length() -> None:
    app = app_with(resources=["/a", "/b/*"])
    assert "is_told" not in of(app)
    assert "utf_8" not in of(app)


def test_one_policy_for_every_path_passes_over_dots() -> None:
    assert "dots" not in of(app_with())
    assert "dots" in of(app_with(resources="/a"))


def test_a_root_is_taken_off() -> None:
    app = app_with(resources="/a")
    app.config["APPLICATION_ROOT"] = "/ro.ot"
    assert [words[-1] for words in lines(app, "acl cors_below_root")] == [r"^/ro\.ot(?:/|\z)"]
    _, _, below = lines(app, "http-request set-var(txn.cors_path)")
    assert replaced(below[0]) == [[r"^/ro\.ot/*", "/"]]


def test_views_on_one_url_are_told_by_the_method() -> None:
    app = Flask(__name__)

    @app.route("/a", methods=["GET"])
    @app.route("/b", methods=["GET"])
    @cross_origin(methods=["GET", "*"])
    def get() -> str:
        return ""

    @app.route("/a", methods=["PUT"])
    @cross_origin(origins=[], methods=["PUT"])
    def put() -> str:
        return ""

    assert lines(app, "acl cors_methods_0") == [
        ["var(txn.cors_method)", "-m", "str", "-i", "--", "GET", "HEAD", "OPTIONS"]
    ]
    assert lines(app, "acl cors_methods_1") == [
        ["var(txn.cors_method)", "-m", "str", "-i", "--", "OPTIONS", "PUT"]
    ]
    rules = [" ".join(words) for words in lines(app, "http-request set-var(txn.cors_policy)")]
    assert rules[:3] == [
        "str(0) if !cors_decided cors_methods_0 cors_path_0",
        "str(0) if !cors_decided cors_methods_0 cors_path_1",
        "str(1) if !cors_decided cors_methods_1 cors_path_1",
    ]
    assert "str(0) if !cors_decided cors_preflight cors_path_0" in rules[3:]


def test_any_method_is_granted_behind_those_that_are_listed() -> None:
    app = app_with(methods=["GET", "*"])
    assert lines(app, "http-request set-var-fmt(txn.cors_granted)") == [
        ["GET", "if", "cors_0", "cors_0_method"]
    ]
    assert lines(app, "http-request set-var(txn.cors_granted)") == [
        ["var(txn.cors_asked)", "if", "cors_0", "!cors_granted"]
    ]


def test_tests_of_a_path_are_all_asked_for() -> None:
    app = Flask(__name__)
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    CORS(blueprint, resources=["/api/b/*"])
    app.register_blueprint(blueprint)
    first, *_ = lines(app, "http-request set-var(txn.cors_policy)")
    assert first == ["str(0)", "if", "!cors_decided", "cors_path_0", "cors_path_1"]


def test_no_method_at_all_is_granted_none() -> None:
    assert lines(app_with(methods=[]), "http-request set-var-fmt(txn.cors_granted)") == []


def test_policies_with_the_same_names_share_a_line() -> None:
    shared = {"allow_headers": ["X-A", "X-B"]}
    resources = {"/a": {**shared, "origins": "https://a.example"}, "/b": shared, "/c": {}}
    (words,) = lines(app_with(resources=resources), "acl cors_names_0")
    assert words[-2:] == ["0:preflight", "1:preflight"]
    assert lines(app_with(resources=resources), "acl cors_names_1") == []


def test_hundreds_of_names_are_marked_in_several_steps() -> None:
    *marks, others = marks_of(app_with(allow_headers=[f"x-{number}" for number in range(100)]))
    assert [by for _, by in marks] == [",:", ",:", ",:"]
    assert others == [",[^,:][^,]*+", ""]


def test_where_no_name_is_allowed_all_are_dropped() -> None:
    assert marks_of(app_with(allow_headers=[])) == [[",[^,:][^,]*+", ""]]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, ["if", "cors_0", "cors_from"]),
        ({"send_wildcard": True}, None),
        ({"origins": "https://*.a.example"}, ["if", "cors_0", "!cors_told", "cors_0_form"]),
    ],
)
def test_who_is_told_its_own_origin(options: dict[str, Any], told: list[str] | None) -> None:
    found = lines(app_with(**options), "http-request set-var(txn.cors_told) var(txn.cors_from)")
    assert found == ([] if told is None else [told])


def test_vary_is_added_where_the_app_does_not_say_it_and_all_else_is_set() -> None:
    app = app_with(max_age=5)
    vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
    assert lines(app, "http-after-response add-header Vary") == [
        ["Origin", "if", "cors_says_0", "!cors_varies"],
        [vary, "if", "cors_says_2", "!cors_varies"],
        ["Origin, Access-Control-Request-Method", "if", "cors_says_3", "!cors_varies"],
    ]
    assert lines(app, "http-after-response set-header Access-Control-Max-Age") == [
        ["5", "if", "cors_says_1"]
    ]
    assert [words[-1] for words in lines(app, "acl cors_says_0")] == ["0:actual"]
