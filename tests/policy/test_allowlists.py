"""The options ``methods``, ``allow_headers`` and ``expose_headers``."""

from __future__ import annotations

import re
from typing import Any

import pytest

from flask_cors.diagnostics import rules
from flask_cors.diagnostics.finding import Finding
from flask_cors.policy.allowlists import (
    HeaderAllowlist,
    MethodAllowlist,
    parse_allow_headers,
    parse_expose_headers,
    parse_methods,
)
from flask_cors.protocol.headers import ALL_METHODS

from .findings import Parse, errors_of, facts, fail, warnings_of

SEVEN = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
NOT_LISTS = [1, True, 1.5, b"GET", bytearray(b"GET"), object]

# ---- methods: parsing ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "listed"),
    [
        (None, SEVEN),
        (ALL_METHODS, SEVEN),
        ("GET", "GET"),
        ("GET, PUT", "GET, PUT"),
        ("PUT,GET,", "GET, PUT"),
        ("GET, POST,", "GET, POST"),
        ("put", "PUT"),
        (["put", "Get"], "GET, PUT"),
        (["GET, POST"], "GET, POST"),
        (["PUT", "GET, POST,"], "GET, POST, PUT"),
        (["GET", ""], "GET"),
        (("PUT", "GET", "put"), "GET, PUT"),
        ({"PUT", "GET"}, "GET, PUT"),
        ({"PUT": 1, "GET": 2}.keys(), "GET, PUT"),
        (iter(["PUT", "GET"]), "GET, PUT"),
        ("M-SEARCH, x!", "M-SEARCH, X!"),
        ([], ""),
        ("*", ""),
        (["*", "put"], "PUT"),
    ],
)
def test_methods_are_listed_in_upper_case_sorted_and_once(value: object, listed: str) -> None:
    assert parse_methods(value, fail).listed == listed


@pytest.mark.parametrize("value", ["CONNECT", "trace", ["Track"], "GET, TRACE", "connect,CONNECT"])
def test_a_method_that_browsers_forbid_causes_a_warning_and_is_kept(value: object) -> None:
    found: list[Finding] = []
    listed = parse_methods(value, found.append).listed
    (forbidden,) = {"CONNECT", "TRACE", "TRACK"} & set(listed.split(", "))
    assert facts(found) == [(rules.ForbiddenMethod, forbidden)]
    assert found[0].option == "methods"


def test_several_forbidden_methods_cause_a_warning_in_the_order_of_the_alphabet() -> None:
    found = warnings_of(parse_methods, "TRACK, TRACE, GET, CONNECT")
    assert facts(found) == [(rules.ForbiddenMethod, name) for name in ("CONNECT", "TRACE", "TRACK")]


@pytest.mark.parametrize(
    ("value", "invalid"),
    [
        (["GET", "A B"], "A B"),
        ("A B", "A B"),
        (["GET; PUT"], "GET; PUT"),
        (["G\nT"], "G\nT"),
        (["G\xc9T"], "G\xc9T"),
        ("GET(", "GET("),
        ("GET(A,B)", "GET(A,B)"),
        ([1], 1),
        ([b"GET"], b"GET"),
        ([["GET"]], ["GET"]),
        (re.compile("GET"), re.compile("GET")),
    ],
)
def test_a_method_that_is_not_a_token_is_an_error(value: object, invalid: object) -> None:
    found = errors_of(parse_methods, value)
    assert facts(found) == [(rules.InvalidMethod, invalid)]
    assert found[0].option == "methods"


def test_all_methods_that_are_not_tokens_are_reported_together() -> None:
    assert facts(errors_of(parse_methods, "A B, GET, C D")) == [
        (rules.InvalidMethod, "A B"),
        (rules.InvalidMethod, "C D"),
    ]


# ---- methods: decisions --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "method", "sent"),
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
        # Browsers send patch as it was written, and compare it with the response byte for byte.
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
def test_a_listed_method_gets_the_whole_list_and_any_other_gets_itself_where_all_are_allowed(
    value: object, method: str, sent: str | None
) -> None:
    assert parse_methods(value, fail).allow_methods_for(method) == sent


def test_the_wildcard_is_not_a_name_in_the_list() -> None:
    assert parse_methods("*, PUT", fail) == MethodAllowlist(True, frozenset({"PUT"}), "PUT")
    assert parse_methods("PUT", fail) == MethodAllowlist(False, frozenset({"PUT"}), "PUT")


# ---- allow_headers: parsing ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "any_name", "names", "regexes"),
    [
        (None, False, set(), []),
        ([], False, set(), []),
        ("*", True, set(), []),
        (["*", "X-A"], True, {"x-a"}, []),
        ("X-A", False, {"x-a"}, []),
        ("X-A, x-B,", False, {"x-a", "x-b"}, []),
        (["X-A, X-B", "", "X-C"], False, {"x-a", "x-b", "x-c"}, []),
        (("X-A", "x-a"), False, {"x-a"}, []),
        (iter(["X-A"]), False, {"x-a"}, []),
        ("X-.*", False, set(), ["X-.*"]),
        (".*", False, set(), [".*"]),
        (r"X-\w+", False, set(), [r"X-\w+"]),
        (["X-A", "X-(B|C)"], False, {"x-a"}, ["X-(B|C)"]),
        (["X-.*", "Y?"], False, set(), ["X-.*", "Y?"]),
        ("X-{1,2}", False, set(), ["X-{1,2}"]),
        (["X-{1,2}", "X-A"], False, {"x-a"}, ["X-{1,2}"]),
        (re.compile("X-.*"), False, set(), ["X-.*"]),
        # A compiled pattern is always a regex.
        ([re.compile("X-A"), "X-B"], False, {"x-b"}, ["X-A"]),
    ],
)
def test_allowed_headers_are_names_and_regexes(
    value: object, any_name: bool, names: set[str], regexes: list[str]
) -> None:
    read = parse_allow_headers(value, fail)
    assert read.any is any_name
    assert read.names == names
    assert [regex.pattern for regex in read.regexes] == regexes
    assert all(regex.flags & re.IGNORECASE for regex in read.regexes)


def test_a_compiled_header_regex_keeps_its_other_flags() -> None:
    (regex,) = parse_allow_headers(re.compile(r"X - \w", re.VERBOSE | re.ASCII), fail).regexes
    assert regex.flags == re.VERBOSE | re.ASCII | re.IGNORECASE


def test_a_name_with_a_star_is_literal_and_warned_of() -> None:
    found: list[Finding] = []
    read = parse_allow_headers(["X-*", "*", "Y-A"], found.append)
    assert read.names == {"x-*", "y-a"}
    assert facts(found) == [(rules.LiteralHeaderName, "X-*")]
    assert found[0].option == "allow_headers"


def test_the_hint_for_a_name_with_a_star_allows_what_was_meant() -> None:
    (found,) = warnings_of(parse_allow_headers, "X-*")
    written = found.hint.removeprefix("write '").removesuffix("'")
    assert parse_allow_headers(written, fail).allowed_names("x-token, y") == ["x-token"]


@pytest.mark.parametrize(
    ("value", "invalid"),
    [
        ("X A", "X A"),
        (["X-A", "X A"], "X A"),
        (["X-A:"], "X-A:"),
        ([1], 1),
        ([b"X-A"], b"X-A"),
        ([["X-A"]], ["X-A"]),
        (["X-\xe9"], "X-\xe9"),
    ],
)
def test_an_allowed_header_that_is_not_a_token_is_an_error(value: object, invalid: object) -> None:
    found = errors_of(parse_allow_headers, value)
    assert facts(found) == [(rules.InvalidHeaderName, invalid)]
    assert found[0].option == "allow_headers"


@pytest.mark.parametrize("value", ["X-(", ["X-("]])
def test_a_header_regex_that_does_not_compile_is_an_error(value: object) -> None:
    found = errors_of(parse_allow_headers, value)
    assert facts(found) == [(rules.InvalidRegex, "X-(")]
    assert found[0].option == "allow_headers"


def test_findings_about_names_and_about_regexes_are_reported_together() -> None:
    assert facts(errors_of(parse_allow_headers, ["X A", "X-(", "X-A", 1, "Y["])) == [
        (rules.InvalidRegex, "X-("),
        (rules.InvalidRegex, "Y["),
        (rules.InvalidHeaderName, "X A"),
        (rules.InvalidHeaderName, 1),
    ]


# ---- allow_headers: decisions --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "requested", "allowed"),
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
        ("X-[a-c]{1,2}", "x-a, x-bc, x-abc, x-d", ["x-a", "x-bc"]),
        (re.compile("X-[A-Z]"), "x-a, x-aa", ["x-a"]),
        (["X-1", "Y-.*", "Z-.*"], "x-1, y-1, z-1, w-1", ["x-1", "y-1", "z-1"]),
        ("*", ",".join(f"x-{n:03}" for n in range(128)), [f"x-{n:03}" for n in range(128)]),
        ("*", ",".join(f"x-{n:03}" for n in range(129)), []),
        ("*", "x" * 4096, ["x" * 4096]),
        ("*", "x" * 4097, []),
    ],
)
def test_the_allowed_names_of_a_request_are_sorted_and_keep_the_spelling_of_the_client(
    value: object, requested: str, allowed: list[str]
) -> None:
    assert parse_allow_headers(value, fail).allowed_names(requested) == allowed


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, False), ([], False), ("*", True), ("X-A", True), ("X-.*", True)],
)
def test_an_allowlist_is_true_if_it_can_allow_a_header(value: object, expected: bool) -> None:
    assert bool(parse_allow_headers(value, fail)) is expected


def test_no_list_of_names_beyond_the_bounds_reaches_a_regex() -> None:
    tried: list[str] = []

    class Recorder:
        def fullmatch(self, name: str) -> None:
            tried.append(name)

    recorder: Any = Recorder()
    allowlist = HeaderAllowlist(False, frozenset(), (recorder,))
    assert allowlist.allowed_names("x" * 4097) == []
    assert allowlist.allowed_names(",".join(["x"] * 129)) == []
    assert tried == []
    assert allowlist.allowed_names("x-a, (, x-b") == []
    assert sorted(set(tried)) == ["x-a", "x-b"]


@pytest.mark.parametrize("frozen", [parse_methods("*", fail), parse_allow_headers("*", fail)])
def test_an_allowlist_is_frozen(frozen: object) -> None:
    with pytest.raises(AttributeError):
        setattr(frozen, "any", False)  # noqa: B010  # to a type checker it is frozen, too


# ---- expose_headers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "header"),
    [
        (None, None),
        ([], None),
        ("*", "*"),
        ("X-A", "X-A"),
        (["X-B", "X-A"], "X-A, X-B"),
        (("X-B", "X-A", "X-B"), "X-A, X-B"),
        ({"X-B", "X-A"}, "X-A, X-B"),
        (["b", "A"], "A, b"),
        (iter(["X-B", "X-A"]), "X-A, X-B"),
        (["X-B", "", "X-A"], "X-A, X-B"),
    ],
)
def test_exposed_headers_are_sorted_when_they_are_an_iterable_of_single_names(
    value: object, header: str | None
) -> None:
    assert parse_expose_headers(value, fail) == header


@pytest.mark.parametrize(
    ("value", "header"),
    [
        ("x-b,X-A", "x-b, X-A"),
        ("X-B , X-A,", "X-B, X-A"),
        (["Content-Disposition, X-Total-Count"], "Content-Disposition, X-Total-Count"),
        (["X-Total-Count, Content-Disposition"], "X-Total-Count, Content-Disposition"),
        (("X-B, X-A",), "X-B, X-A"),
        (iter(["X-B, X-A"]), "X-B, X-A"),
        (["X-Z", "X-B,X-A"], "X-Z, X-B, X-A"),
    ],
)
def test_exposed_headers_keep_the_order_of_a_comma_list_even_as_an_item(
    value: object, header: str
) -> None:
    assert parse_expose_headers(value, fail) == header


@pytest.mark.parametrize(
    ("value", "unreadable"),
    [
        (["X-A", "Set-Cookie"], "Set-Cookie"),
        ("set-cookie2", "set-cookie2"),
        ("X-A, SET-COOKIE", "SET-COOKIE"),
    ],
)
def test_an_exposed_header_that_scripts_cannot_read_causes_a_warning_and_is_kept(
    value: object, unreadable: str
) -> None:
    found: list[Finding] = []
    exposed = parse_expose_headers(value, found.append)
    assert exposed is not None
    assert unreadable in exposed
    assert facts(found) == [(rules.UnreadableExposedHeader, unreadable)]
    assert found[0].option == "expose_headers"


@pytest.mark.parametrize(
    ("value", "invalid"),
    [
        ("X A", "X A"),
        (["X\r\nY: z"], "X\r\nY: z"),
        ([1], 1),
        (re.compile("X"), re.compile("X")),
        ("X-(A)", "X-(A)"),
        ("X-(A,B)", "X-(A,B)"),
    ],
)
def test_an_exposed_header_that_is_not_a_token_is_an_error(value: object, invalid: object) -> None:
    found = errors_of(parse_expose_headers, value)
    assert facts(found) == [(rules.InvalidHeaderName, invalid)]
    assert found[0].option == "expose_headers"


# ---- all three options ---------------------------------------------------------------------------

OPTIONS: list[tuple[str, Parse]] = [
    ("methods", parse_methods),
    ("allow_headers", parse_allow_headers),
    ("expose_headers", parse_expose_headers),
]


@pytest.mark.parametrize(("option", "parse"), OPTIONS)
@pytest.mark.parametrize("value", NOT_LISTS)
def test_names_that_are_neither_a_string_nor_a_list_are_an_error(
    option: str, parse: Parse, value: object
) -> None:
    found = errors_of(parse, value)
    assert facts(found) == [(rules.InvalidList, value)]
    assert found[0].option == option


@pytest.mark.parametrize(("option", "parse"), OPTIONS)
@pytest.mark.parametrize("value", ["", ",", [""], [None], ["", None]])
def test_a_list_of_names_that_becomes_empty_causes_a_warning(
    option: str, parse: Parse, value: object
) -> None:
    found = warnings_of(parse, value)
    assert facts(found) == [(rules.EmptyList, value)]
    assert found[0].option == option


@pytest.mark.parametrize(("option", "parse"), OPTIONS)
def test_none_in_a_list_of_names_is_left_out_with_a_warning(option: str, parse: Parse) -> None:
    found = warnings_of(parse, ["GET", None])
    assert facts(found) == [(rules.NoneInList, ["GET", None])]
    assert found[0].option == option
    assert parse(["GET", None], lambda _: None) == parse(["GET"], fail)


@pytest.mark.parametrize(("option", "parse"), OPTIONS)
@pytest.mark.parametrize("value", ['["GET"]', "['GET']", "[GET, PUT]", "('GET',)", '{"a": 1}'])
def test_names_that_are_serialized_are_an_error(option: str, parse: Parse, value: str) -> None:
    for written in (value, [value]):
        found = errors_of(parse, written)
        assert facts(found) == [(rules.SerializedValue, value)]
        assert found[0].option == option
