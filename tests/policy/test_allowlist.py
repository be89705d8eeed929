"""Which methods and header names are allowed, and which response headers are exposed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from flask_cors.doubts import Doubt
from flask_cors.errors import CORSConfigError
from flask_cors.headers import ALL_METHODS
from flask_cors.policy.allowlist import (
    HeaderAllowlist,
    MethodAllowlist,
    parse_allow_headers,
    parse_expose_headers,
    parse_methods,
)

SEVEN = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"


def quiet(doubt: Doubt) -> None:
    pytest.fail(f"warned: {doubt}")


def mistakes(parse: Callable[..., object], value: object) -> list[str]:
    with pytest.raises(CORSConfigError) as caught:
        parse(value, quiet)
    return str(caught.value).splitlines()


def does_not_compile(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        return f"does not compile ({error})"
    raise AssertionError(pattern)


# ---- methods: what is read ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "listed"),
    [
        (None, SEVEN),
        (ALL_METHODS, SEVEN),
        ("GET", "GET"),
        ("GET, PUT", "GET, PUT"),
        ("PUT,GET,", "GET, PUT"),
        ("put", "PUT"),
        (["put", "Get"], "GET, PUT"),
        (("PUT", "GET", "put"), "GET, PUT"),
        ({"PUT", "GET"}, "GET, PUT"),
        ({"PUT": 1, "GET": 2}, "GET, PUT"),
        ("M-SEARCH, x!", "M-SEARCH, X!"),
        ([], ""),
        ("", ""),
        ("*", ""),
        (["*", "put"], "PUT"),
    ],
)
def test_methods_are_listed_in_upper_case_sorted_and_once(value: object, listed: str) -> None:
    assert parse_methods(value, quiet).listed == listed


@pytest.mark.parametrize("value", ["CONNECT", "trace", ["Track"], "GET, TRACE", "connect,CONNECT"])
def test_a_method_that_browsers_forbid_is_warned_of_and_stays(value: object) -> None:
    said: list[Doubt] = []
    listed = parse_methods(value, said.append).listed
    (forbidden,) = {"CONNECT", "TRACE", "TRACK"} & set(listed.split(", "))
    (doubt,) = map(str, said)
    assert doubt == f"CORS303 methods: browsers never send {forbidden}; leave it out"


def test_several_forbidden_methods_are_warned_of_in_the_order_of_the_alphabet() -> None:
    said: list[Doubt] = []
    parse_methods("TRACK, TRACE, GET, CONNECT", said.append)
    assert [doubt.message for doubt in said] == [
        f"methods: browsers never send {name}" for name in ("CONNECT", "TRACE", "TRACK")
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (["GET", "A B"], "'A B'"),
        ("A B", "'A B'"),
        (["GET, PUT"], "'GET, PUT'"),
        ([""], "''"),
        (["GET\n"], r"'GET\n'"),
        (["G\xc9T"], r"'G\xc9T'"),
        ("GET(", "'GET('"),
        ([None], "None"),
        ([1], "1"),
        (re.compile("GET"), "re.compile('GET')"),
    ],
)
def test_a_method_that_is_no_token_is_a_mistake(value: object, shown: str) -> None:
    assert mistakes(parse_methods, value) == [
        f'methods: {shown} is no method: write one method an item, such as ["GET", "PUT"]'
    ]


def test_all_methods_that_are_no_tokens_are_told_together() -> None:
    assert [line[:15] for line in mistakes(parse_methods, "A B, GET, C D")] == [
        "methods: 'A B' ",
        "methods: 'C D' ",
    ]


NO_LISTS = [1, True, 1.5, b"GET", bytearray(b"GET"), object]


@pytest.mark.parametrize("value", NO_LISTS)
def test_methods_that_are_neither_a_string_nor_a_list_are_a_mistake(value: object) -> None:
    (mistake,) = mistakes(parse_methods, value)
    assert mistake == (
        f"methods: {value!r} is not a name or a list of names: "
        'write a string or a list, such as ["GET", "PUT"]'
    )


# ---- methods: what is answered -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "method", "answer"),
    [
        (None, "GET", SEVEN),
        (None, "PATCH", SEVEN),
        (None, "QUERY", None),
        ("PATCH", "PATCH", "PATCH"),
        ("PATCH", "PAT", None),
        ("PATCH", "PATCHES", None),
        ("PATCH", "PATCH ", None),
        ("PATCH", "", None),
        ("GET, PUT", "PUT", "GET, PUT"),
        ("GET, PUT", "GET, PUT", None),
        ("GET, PUT", ", ", None),
        # Browsers send patch as it was written, and compare it with the answer byte for byte.
        ("PATCH", "patch", None),
        ("patch", "patch", None),
        ("patch", "PATCH", "PATCH"),
        ([], "GET", None),
        ("*", "PUT", "PUT"),
        ("*", "put", "put"),
        ("*", "QUERY", "QUERY"),
        ("*", "*", "*"),
        ("*", "A B", None),
        ("*", "GET,PUT", None),
        ("*", "GET\r\nX: y", None),
        ("*", "", None),
        ("*", "\xc9", None),
        (["*", "PUT", "GET"], "PUT", "GET, PUT"),
        (["*", "PUT", "GET"], "DELETE", "DELETE"),
        ("PUT", "*", None),
    ],
)
def test_a_method_is_answered_with_the_whole_list_or_for_any_with_itself(
    value: object, method: str, answer: str | None
) -> None:
    assert parse_methods(value, quiet).answer(method) == answer


def test_the_wildcard_is_no_name_in_the_list() -> None:
    assert parse_methods("*, PUT", quiet) == MethodAllowlist(True, frozenset({"PUT"}), "PUT")
    assert parse_methods("PUT", quiet) == MethodAllowlist(False, frozenset({"PUT"}), "PUT")


# ---- allow_headers: what is read ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "any_name", "names", "regexes"),
    [
        (None, False, set(), []),
        ([], False, set(), []),
        ("", False, set(), []),
        ("*", True, set(), []),
        (["*", "X-A"], True, {"x-a"}, []),
        ("X-A", False, {"x-a"}, []),
        ("X-A, x-B,", False, {"x-a", "x-b"}, []),
        (("X-A", "x-a"), False, {"x-a"}, []),
        ("X-.*", False, set(), ["X-.*"]),
        (r"X-\w+", False, set(), [r"X-\w+"]),
        (["X-A", "X-(B|C)"], False, {"x-a"}, ["X-(B|C)"]),
        (["X-.*", "Y?"], False, set(), ["X-.*", "Y?"]),
        # A comma of its own does not part a list here.
        (["X-{1,2}"], False, set(), ["X-{1,2}"]),
        (re.compile("X-.*"), False, set(), ["X-.*"]),
        # Compiled, it is an expression whatever it holds.
        ([re.compile("X-A"), "X-B"], False, {"x-b"}, ["X-A"]),
    ],
)
def test_allowed_headers_are_names_and_expressions(
    value: object, any_name: bool, names: set[str], regexes: list[str]
) -> None:
    read = parse_allow_headers(value, quiet)
    assert (read.any, read.names) == (any_name, names)
    assert [regex.pattern for regex in read.regexes] == regexes
    assert all(regex.flags & re.IGNORECASE for regex in read.regexes)


def test_a_compiled_expression_keeps_its_other_flags() -> None:
    (regex,) = parse_allow_headers(re.compile(r"X - \w", re.VERBOSE | re.ASCII), quiet).regexes
    assert regex.flags == re.VERBOSE | re.ASCII | re.IGNORECASE


def test_a_name_with_a_star_is_taken_literally_and_warned_of() -> None:
    said: list[Doubt] = []
    read = parse_allow_headers(["X-*", "*", "Y-A"], said.append)
    assert read.names == {"x-*", "y-a"}
    (doubt,) = map(str, said)
    assert doubt == "CORS307 allow_headers: 'X-*' is taken literally; write 'X-.*'"


@pytest.mark.parametrize("value", [["X-A", "Set-Cookie"], "set-cookie2", "X-A, SET-COOKIE"])
def test_an_exposed_header_that_no_script_reads_is_warned_of_and_stays(value: object) -> None:
    said: list[Doubt] = []
    exposed = parse_expose_headers(value, said.append)
    assert exposed is not None
    assert "set-cookie" in exposed.lower()
    (doubt,) = said
    assert doubt.code == "CORS305"
    assert doubt.message.startswith("expose_headers: browsers show ")


@pytest.mark.parametrize("value", [r"X-A, Y-.*", r"X-.*,", "X-{1,2}"])
def test_a_list_with_commas_that_holds_a_regex_is_a_mistake(value: str) -> None:
    assert mistakes(parse_allow_headers, value) == [
        (
            f"allow_headers: {value!r} is a list with commas that holds a regular expression: "
            'write a list of strings, such as ["Content-Type", r"X-.*"]'
        )
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("X A", "'X A'"),
        (["X-A", "X A"], "'X A'"),
        (["X-A, X-B"], "'X-A, X-B'"),
        (["X-A:"], "'X-A:'"),
        ([""], "''"),
        ([None], "None"),
        ([1], "1"),
        (["X-\xe9"], r"'X-\xe9'"),
        (re.compile(b"X"), "re.compile(b'X')"),
    ],
)
def test_a_header_name_that_is_no_token_is_a_mistake(value: object, shown: str) -> None:
    assert mistakes(parse_allow_headers, value) == [
        (
            f"allow_headers: {shown} is no header name: "
            'write one header name an item, such as ["Content-Type", "X-Requested-With"]'
        )
    ]


@pytest.mark.parametrize("value", ["X-(", ["X-("]])
def test_a_header_expression_that_does_not_compile_is_a_mistake(value: object) -> None:
    assert mistakes(parse_allow_headers, value) == [
        f"allow_headers: 'X-(' {does_not_compile('X-(')}: mend the regular expression"
    ]


def test_mistakes_of_names_and_of_expressions_are_told_together() -> None:
    said = mistakes(parse_allow_headers, ["X A", "X-(", "X-A", None, "Y["])
    assert [line.split(" ")[1] for line in said] == ["'X-('", "'Y['", "'X", "None"]


@pytest.mark.parametrize("value", NO_LISTS)
def test_allowed_headers_that_are_neither_a_string_nor_a_list_are_a_mistake(value: object) -> None:
    assert mistakes(parse_allow_headers, value) == [
        (
            f"allow_headers: {value!r} is not a name or a list of names: "
            'write a string or a list, such as ["Content-Type", "X-Requested-With"]'
        )
    ]


# ---- allow_headers: what is answered -----------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "asked", "answer"),
    [
        ("*", "x-b, X-A", ["X-A", "x-b"]),
        ("*", "x-a, x b, y:z", ["x-a"]),
        ("*", "", []),
        (None, "x-a", []),
        ("X-A", "x-a", ["x-a"]),
        ("x-a", "X-A", ["X-A"]),
        ("X-A", "x-a, x-b", ["x-a"]),
        ("X-A", "x-b", []),
        ("X-A", "X-AB, AX-A", []),
        ("X-A", "x-a, X-A, x-a", ["X-A", "x-a"]),
        ("b, a, C", "c,b,a", ["a", "b", "c"]),
        ("X-.*", "x-a, X-, y-x-a, x", ["X-", "x-a"]),
        ("x-a|x-b", "x-a, x-ab, x-b", ["x-a", "x-b"]),
        ("(x-a|x-b)?", "x-a, x-b, x-c", ["x-a", "x-b"]),
        (re.compile("X-[A-Z]"), "x-a, x-aa", ["x-a"]),
        (["X-1", "Y-.*", "Z-.*"], "x-1, y-1, z-1, w-1", ["x-1", "y-1", "z-1"]),
        ("*", ",".join(f"x-{n:03}" for n in range(128)), [f"x-{n:03}" for n in range(128)]),
        ("*", ",".join(f"x-{n:03}" for n in range(129)), []),
        ("*", "x" * 4096, ["x" * 4096]),
        ("*", "x" * 4097, []),
    ],
)
def test_the_allowed_of_the_requested_names_are_sorted_in_the_clients_spelling(
    value: object, asked: str, answer: list[str]
) -> None:
    assert parse_allow_headers(value, quiet).answer(asked) == answer


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, False), ([], False), ("*", True), ("X-A", True), ("X-.*", True)],
)
def test_an_allowlist_is_true_where_it_can_allow_something(value: object, expected: bool) -> None:
    assert bool(parse_allow_headers(value, quiet)) is expected


def test_nothing_beyond_the_bounds_reaches_an_expression() -> None:
    asked: list[str] = []

    class Recorder:
        def fullmatch(self, name: str) -> None:
            asked.append(name)

    recorder: Any = Recorder()
    allowlist = HeaderAllowlist(False, frozenset(), (recorder,))
    assert allowlist.answer("x" * 4097) == []
    assert allowlist.answer(",".join(["x"] * 129)) == []
    assert asked == []
    assert allowlist.answer("x-a, (, x-b") == []
    assert sorted(set(asked)) == ["x-a", "x-b"]


@pytest.mark.parametrize(
    ("frozen", "field"),
    [(parse_methods("*", quiet), "any"), (parse_allow_headers("*", quiet), "any")],
)
def test_what_was_read_is_frozen(frozen: object, field: str) -> None:
    with pytest.raises(AttributeError):
        setattr(frozen, field, False)


# ---- expose_headers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "header"),
    [
        (None, None),
        ("", None),
        (",", None),
        ([], None),
        ("*", "*"),
        ("X-A", "X-A"),
        ("x-b,X-A", "x-b, X-A"),
        ("X-B , X-A,", "X-B, X-A"),
        (["X-B", "X-A"], "X-A, X-B"),
        (("X-B", "X-A", "X-B"), "X-A, X-B"),
        ({"X-B", "X-A"}, "X-A, X-B"),
        (["b", "A"], "A, b"),
    ],
)
def test_exposed_headers_are_sorted_when_they_are_an_iterable(
    value: object, header: str | None
) -> None:
    assert parse_expose_headers(value, quiet) == header


def test_a_list_may_come_from_an_iterator() -> None:
    assert parse_methods(iter(["PUT", "GET"]), quiet).listed == "GET, PUT"
    assert parse_allow_headers(iter(["X-A"]), quiet).names == {"x-a"}
    assert parse_expose_headers(iter(["X-B", "X-A"]), quiet) == "X-A, X-B"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("X A", "'X A'"),
        (["X-A,X-B"], "'X-A,X-B'"),
        (["X\r\nY: z"], r"'X\r\nY: z'"),
        ([None], "None"),
        (re.compile("X"), "re.compile('X')"),
        ("X-(A)", "'X-(A)'"),
    ],
)
def test_an_exposed_header_that_is_no_token_is_a_mistake(value: object, shown: str) -> None:
    assert mistakes(parse_expose_headers, value) == [
        (
            f"expose_headers: {shown} is no header name: "
            'write one header name an item, such as ["X-Total-Count"]'
        )
    ]


@pytest.mark.parametrize("value", NO_LISTS)
def test_exposed_headers_that_are_neither_a_string_nor_a_list_are_a_mistake(value: object) -> None:
    assert mistakes(parse_expose_headers, value) == [
        (
            f"expose_headers: {value!r} is not a name or a list of names: "
            'write a string or a list, such as ["X-Total-Count"]'
        )
    ]
