"""The parsing of the option ``origins``. ``data/patterns.json`` has what each kind of pattern
allows and refuses, and ``test_hints.py`` tests the hints."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Any

import pytest

from flask_cors.diagnostics import rules
from flask_cors.diagnostics.finding import Finding
from flask_cors.policy import origin_parser
from flask_cors.policy.origin_parser import (
    is_accepted,
    is_glob,
    is_pattern,
    parse_origins,
    sample_of_pattern,
)
from flask_cors.policy.origins import OriginFunction, OriginSet, Regex

from .findings import Facts, errors_of, facts, fail, ignore, warnings_of


def read(value: object) -> OriginSet:
    return parse_origins(value, fail)


def errors(value: object) -> list[Finding]:
    found = errors_of(parse_origins, value)
    assert {each.option for each in found} == {"origins"}
    return found


def warned(value: object) -> list[Finding]:
    found = warnings_of(parse_origins, value)
    assert {each.option for each in found} <= {"origins"}
    return found


# ---- any origin --------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["*", ".*", " * ", ["*"], [".*"], "*,", ["*", ""], ["*", ".*"]])
def test_a_star_is_any_origin(value: object) -> None:
    assert read(value) == OriginSet(any=True)


def test_a_compiled_dot_star_is_a_regex() -> None:
    assert not read(re.compile(".*")).any


@pytest.mark.parametrize(
    "value",
    [
        ["*", "https://a.example"],
        ("https://a.example", "*"),
        "https://a.example,*",
        ".*, https://a.example",
        ["*", "https://*.a.example"],
        ["*", r"https://a\.example"],
        ["*", re.compile("https://a")],
        ["*", lambda origin: True],
        ["*", "null"],
    ],
)
def test_a_star_beside_other_origins_allows_any_origin_and_causes_a_warning(
    value: object,
) -> None:
    assert facts(warned(value)) == [(rules.RedundantOrigins, "*")]
    assert parse_origins(value, ignore).any


# ---- exact origins -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        ("https://a.example", {"https://a.example"}),
        ("https://a.example, http://b.example:81", {"https://a.example", "http://b.example:81"}),
        ("https://a.example,,https://b.example,", {"https://a.example", "https://b.example"}),
        ("https://a.example, ,", {"https://a.example"}),
        (["https://a.example", "https://b.example"], {"https://a.example", "https://b.example"}),
        (["https://a.example,https://b.example"], {"https://a.example", "https://b.example"}),
        (["https://a.example", ""], {"https://a.example"}),
        ({"https://a.example"}, {"https://a.example"}),
        ({"https://a.example": 1}.keys(), {"https://a.example"}),
        ([" https://a.example\n"], {"https://a.example"}),
        (iter(["https://a.example"]), {"https://a.example"}),
        ("http://[::1]:3000,https://[::2]", {"http://[::1]:3000", "https://[::2]"}),
        ("null", {"null"}),
        ([], set()),
        ((), set()),
    ],
)
def test_origins_may_be_one_origin_a_list_or_a_comma_list(value: object, exact: set[str]) -> None:
    assert read(value) == OriginSet(exact=frozenset(exact))


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost",
        "http://127.0.0.1:5000",
        "http://a_b.example",
        "https://a.example.",
        "file://",
        "app://.",
        "capacitor://localhost",
        "ionic://localhost",
        "tauri://localhost",
        "vscode-webview://0ab1",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        "moz-extension://01234567-89ab-cdef-0123-456789abcdef",
    ],
)
def test_an_origin_that_real_frontends_send_causes_no_warning(origin: str) -> None:
    assert read(origin).allow_origin_for(origin) == origin


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("a.example", rules.OriginWithoutScheme),
        ("localhost:3000", rules.OriginWithoutScheme),
        ("//a.example", rules.OriginWithoutScheme),
        ("https://a.example/", rules.OriginWithPath),
        ("https://a.example/login", rules.OriginWithPath),
        ("https://a.example#x", rules.OriginWithPath),
        ("None", rules.OriginWithoutScheme),
        ("0.0.0.0:4200", rules.OriginWithoutScheme),
        ("https://fa\xdf.de", rules.OriginNotASCII),
        ("https://a.example:443", rules.OriginWithDefaultPort),
        ("http://a.example:80", rules.OriginWithDefaultPort),
        ("https://*.a.example:443", rules.OriginWithDefaultPort),
        ("https://A.example", rules.OriginWithUpperCase),
        ("Null", rules.OriginWithUpperCase),
        ("https://b\xfccher.example", rules.OriginNotASCII),
        ("https://a.example:70000", rules.NotAnOrigin),
        ("https://256.1.1.1", rules.NotAnOrigin),
        ("https://user@a.example", rules.NotAnOrigin),
        ("https://a.example https://b.example", rules.NotAnOrigin),
        ("'https://a.example'", rules.NotAnOrigin),
        ('"https://a.example"', rules.NotAnOrigin),
    ],
)
def test_an_origin_that_browsers_never_send_causes_a_warning(
    value: str, rule: type[Finding]
) -> None:
    for written in (value, [value], f"https://ok.example,{value}"):
        assert facts(warned(written)) == [(rule, value)]


def test_an_origin_in_upper_case_allows_what_browsers_send() -> None:
    assert parse_origins("https://A.Example", ignore).exact == {"https://a.example"}


def test_an_origin_that_is_not_well_formed_is_not_compared_with_anything() -> None:
    assert parse_origins("https://b\xfccher.example", ignore) == OriginSet()


# ---- unset and empty origins ---------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, "", " ", ",", " , ", [None], [""], [" ", None], ("",)])
def test_an_unset_variable_allows_no_origins_with_a_warning(value: object) -> None:
    assert facts(warned(value)) == [(rules.EmptyOrigins, value)]
    assert parse_origins(value, ignore) == OriginSet()


@pytest.mark.parametrize("value", [[], (), {}, set(), iter([])])
def test_an_empty_list_allows_no_origins_without_a_warning(value: object) -> None:
    assert read(value) == OriginSet()


def test_none_in_a_list_is_left_out_with_a_warning() -> None:
    value = [None, "https://a.example"]
    assert facts(warned(value)) == [(rules.NoneInList, value)]
    assert parse_origins(value, ignore).exact == {"https://a.example"}


# ---- subdomain and port patterns ---------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern",
    [
        "https://*.example.com",
        "https://*.EXAMPLE.com",
        "https://*.example.com:8443",
        "https://*.com",
        "http://localhost:*",
        "http://127.0.0.1:*",
        "http://[::1]:*",
        "https://*.example.com:*",
    ],
)
def test_a_pattern_is_kept_as_it_is_written_in_lower_case(pattern: str) -> None:
    assert read(pattern) == OriginSet(wildcards=frozenset({pattern.lower()}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://*.example.com", True),
        ("HTTPS://*.Example.com", True),
        ("http://localhost:*", True),
        ("http://[::1]:*", True),
        ("https://*.example.com:*", True),
        ("https://*.example.com:8443", True),
        ("https://example.com", False),
        ("*", False),
        ("https://*", False),
        ("*.example.com", False),
        ("https://*.*.example.com", False),
        ("https://*example.com", False),
        ("https://*.example.com/", False),
        ("https://*.example.com:443:*", False),
        ("https://*.127.0.0.1", False),
        ("https://*.[::1]", False),
    ],
)
def test_a_pattern_has_its_star_for_subdomains_or_for_the_port(text: str, expected: bool) -> None:
    assert is_pattern(text) is expected


def test_the_sample_of_a_pattern_is_the_origin_without_its_stars() -> None:
    assert sample_of_pattern("https://*.example.com:*") == "https://example.com"
    assert sample_of_pattern("http://localhost:*") == "http://localhost"


# ---- any other star ----------------------------------------------------------------------------

GLOBS = [
    "https://*",
    "http://*:3000",
    "*://*",
    "**",
    "https://a*b.example",
    "https://a*.example",
    "http://127.0.0.1*",
    "https://*.127.0.0.1",
    "https://*.127.0.0.1:*",
    "https://*.[::1]",
    "http://*.0.2.1]",
    "localhost*",
    "http://localhost*",
    "http://LocalHost*",
    "https://*example*",
    "*example.com",
    "*.example.com",
    "*://*.example.com",
    "*://example.com",
    "https://**.example.com",
    "http://*example.com:81",
    "https://*.example.com/",
    "https://*.example.com/api",
    "https://*.example.com#x",
    "https://example.com/*",
    "https://*-app.netlify.app",
    "localhost:*",
    "http://localhost:3000:*",
    "http://localhost:300*",
    "http://localhost:**",
    "https://*.example.com:443:*",
    "https://*.example.com:99999",
    "https://*.b\xfccher.example",
    "https://user@localhost:*",
    "https://*.",
    "https://*.:*",
    "http://:*",
    ":*",
    "chrome-extension://*",
    # A subdomain pattern never turns into a regex that accepts lookalikes.
    "https://*.*.example.com",
    "https://*.example.com(:8443)?",
    "https://*.example.com:[0-9]+",
    "https://*.example.(com|net)",
    "^https?://*.example.com$",
    # The only regex feature is a ".*" that is meant as a glob.
    "http://192.168.1.*",
    "http://192.168.1.*:3000",
    "http://10.*.*.*",
    "192.168.*",
    "https://app.*",
    "https://APP.*",
    "http://localhost.*",
    "http://localhost.*:3000",
    "https://app.example.*",
    "https://*.example.*",
]


@pytest.mark.parametrize("value", GLOBS)
def test_a_star_that_is_not_a_valid_pattern_is_an_error(value: str) -> None:
    for written in (value, [value], ["https://a.example", value]):
        (found,) = errors(written)
        assert facts([found]) == [(rules.InvalidOriginPattern, value)]
        assert value not in re.findall(r"'([^']*)'", found.hint)
    assert is_glob(value)


@pytest.mark.parametrize(
    "value",
    [
        "https://.*",
        "http://.*:3000",
        r"https://.*\.example\.com",
        "https://.*.example.com",
        "https://[a-z]*.example",
        r"http://192\.168\.1\..*",
        r"https?://(localhost|127\.0\.0\.1):*",
        "chrome-extension://.*",
    ],
)
def test_a_star_in_a_regex_is_not_a_glob(value: str) -> None:
    assert not is_glob(value)
    assert len(read(value).regexes) == 1


# ---- regular expressions -----------------------------------------------------------------------


def test_a_regex_string_ignores_case_and_a_compiled_regex_keeps_its_flags() -> None:
    compiled = re.compile("https://a")
    (from_string, as_given) = read([r"https://a\.example", compiled]).regexes
    assert from_string.pattern.flags & re.IGNORECASE
    assert as_given.pattern is compiled
    assert read(compiled).regexes == (Regex(compiled),)


@pytest.mark.parametrize("value", ["https://(a", ["https://(a"]])
def test_a_regex_that_does_not_compile_is_an_error(value: object) -> None:
    assert facts(errors(value)) == [(rules.InvalidRegex, "https://(a")]


def test_a_regex_with_a_port_that_does_not_compile_is_reported_as_it_was_written() -> None:
    value = "https://(localhost:*"
    assert facts(errors(value)) == [(rules.InvalidRegex, value)]


@pytest.mark.parametrize("value", ["http://10.0.0.*/", "https://app.*/"])
def test_a_glob_with_a_slash_at_its_end_is_not_a_regex(value: str) -> None:
    assert facts(errors(value)) == [(rules.InvalidOriginPattern, value)]


@pytest.mark.parametrize("value", [re.compile(b"a"), re.compile(b"a:*")])
def test_a_regex_of_bytes_is_an_error(value: re.Pattern[bytes]) -> None:
    for written in (value, [value]):
        assert facts(errors(written)) == [(rules.InvalidRegex, value)]


@pytest.mark.parametrize(
    "value",
    [
        r"https://[a-z]{2,5}\.example\.com",
        r"https://a{1,2}\.example",
        r"https://(a|b{1,2})\.example",
        r"https://[a,b]\.example",
    ],
)
def test_a_comma_inside_brackets_belongs_to_the_regex(value: str) -> None:
    expected = OriginSet(regexes=(Regex(re.compile(value, re.IGNORECASE)),))
    assert read(value) == read([value]) == expected


@pytest.mark.parametrize(
    "value",
    [
        r"https://a\.example,https://b.example",
        r"https://a.example, https://.*",
        r"https://a{1,2}\.example, https://b.example",
        "http://[::1]:3000,http://a?",
        r"https://a\.example,",
    ],
)
def test_a_comma_list_that_holds_a_regex_is_an_error(value: str) -> None:
    for written in (value, [value]):
        assert facts(errors(written)) == [(rules.RegexInCommaList, value)]


@pytest.mark.parametrize(
    "value",
    [
        '["https://a.example"]',
        "['https://a.example']",
        "[https://a.example]",
        "('https://a.example',)",
        '{"origins": "*"}',
        '["*"]',
    ],
)
def test_origins_that_are_serialized_are_an_error(value: str) -> None:
    for written in (value, [value]):
        assert facts(errors(written)) == [(rules.SerializedValue, value)]


# ---- ports in regular expressions ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "hosts"),
    [
        (r"https?://(localhost|127\.0\.0\.1):*", ["http://localhost", "https://127.0.0.1"]),
        ("^http://localhost:*$", ["http://localhost"]),
        ("^http://localhost:*", ["http://localhost"]),
        (r"http://a\.example:*\Z", ["http://a.example"]),
        (r"http://a\.example\:*", ["http://a.example"]),
        ("(http://localhost:*|https://a)", ["http://localhost"]),
        ("(https://a|http://localhost:*)", ["http://localhost"]),
        ("http://localhost:*|https://a", ["http://localhost"]),
        ("https?://a:*|https?://b:*", ["http://a", "https://b"]),
        ("https?://localhost(:*)", ["http://localhost"]),
        ("https?://localhost(:*)?", ["http://localhost"]),
        (r"https?://\[::1\]:*", ["http://[::1]"]),
    ],
)
def test_a_star_after_a_colon_at_the_end_of_an_alternative_is_any_port_or_none(
    value: str, hosts: list[str]
) -> None:
    allowed = read(value)
    for host in hosts:
        for port in ("", ":1", ":3000", ":65535"):
            assert allowed.allow_origin_for(f"{host}{port}") is not None
        for end in (":", "::", ":3000:", ":a", ":123456", ".evil.example"):
            assert allowed.allow_origin_for(f"{host}{end}") is None
    assert read([value]) == allowed


@pytest.mark.parametrize(
    "value",
    [
        r"https?:*//a",
        r"http://a\.example:*[0-9]+",
        r"http://a\.example:*/x",
        r"http://a\.example:*?",
        r"http://a\.example\:*[0-9]",
        r"http://a\:\:+",
        "(http:*//a|https://b)",
        "http://a?:*b:*",
        "http://a:+",
        "http://a:{0,}",
        "http://a:{2}",
        "http://a[:]*b?",
        "http://a(?::)*b?",
        "http://a(::)+b",
        "http://a(?!:*x).*",
    ],
)
def test_a_repeated_colon_anywhere_else_in_a_regex_is_an_error(value: str) -> None:
    for written in (value, [value]):
        assert facts(errors(written)) == [(rules.QuantifiedColon, value)]


@pytest.mark.parametrize("value", ["http://a[:*]b", r"http://a\\:[*]", "http://[]:*]", "a[^:*]"])
def test_a_colon_and_a_star_in_a_character_class_are_literal(value: str) -> None:
    (regex,) = read(value).regexes
    assert regex.pattern.pattern == value


@pytest.mark.parametrize(
    "pattern",
    [
        "https?://localhost:*",
        "https?://localhost:*$",
        "http:*//a",
        r"http://a\:*",
        "(a:*|b)",
        "(?x)a : +",
    ],
)
def test_a_repeated_colon_in_a_compiled_regex_causes_a_warning_and_is_kept(
    pattern: str,
) -> None:
    regex = re.compile(pattern)
    for value in (regex, [regex]):
        assert facts(warned(value)) == [(rules.QuantifiedColon, regex)]
        assert parse_origins(value, ignore).regexes == (Regex(regex),)


@pytest.mark.parametrize(
    "pattern", ["a[:*]", "a:[0-9]*", "a:", "a(:[0-9]+)?", "a:?", "a(:{1}b)*", "(?x)a  # :*"]
)
def test_any_other_colon_in_a_compiled_regex_causes_no_warning(pattern: str) -> None:
    assert read(re.compile(pattern)).regexes == (Regex(re.compile(pattern)),)


# ---- callables ---------------------------------------------------------------------------------


class Allower:
    def __call__(self, origin: str) -> bool:
        return True

    def method(self, origin: str) -> bool:
        return True


class AsyncAllower:
    async def __call__(self, origin: str) -> bool:
        return True


async def allow(origin: str) -> bool:
    return True


async def allow_two(origin: str, other: str) -> bool:
    return True


def takes_two(origin: str, default: str = "") -> bool:
    return True


@pytest.mark.parametrize(
    "function",
    [
        lambda origin: True,
        "https://a.example".__eq__,
        Allower(),
        Allower().method,
        takes_two,
        partial(takes_two, default=""),
        bool,
        min,  # a builtin without a signature
    ],
)
def test_a_callable_that_takes_one_argument_is_accepted(function: Callable[..., object]) -> None:
    for value in (function, [function]):
        assert read(value) == OriginSet(functions=(OriginFunction(function),))


@pytest.mark.parametrize(
    "function",
    [
        lambda: True,
        lambda origin, path: True,
        lambda *, origin: True,
        partial(takes_two, "a", "b"),
        object,
    ],
)
def test_a_callable_that_cannot_be_called_with_one_argument_is_an_error(
    function: Callable[..., object],
) -> None:
    for value in (function, [function]):
        assert facts(errors(value)) == [(rules.InvalidOriginFunction, function)]


COROUTINE_FUNCTIONS = [
    allow,
    AsyncAllower(),
    AsyncAllower().__call__,
    partial(allow_two, other=""),
]


@pytest.mark.parametrize("function", COROUTINE_FUNCTIONS)
def test_a_coroutine_function_is_accepted_where_asgiref_is_installed(
    function: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(origin_parser, "find_spec", lambda name: name)
    for value in (function, [function]):
        assert read(value) == OriginSet(functions=(OriginFunction(function, is_async=True),))


@pytest.mark.parametrize("function", COROUTINE_FUNCTIONS)
def test_a_coroutine_function_is_an_error_that_says_what_to_install_without_asgiref(
    function: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(origin_parser, "find_spec", {"asgiref": None}.__getitem__)
    for value in (function, [function]):
        (found,) = errors(value)
        assert facts([found]) == [(rules.InvalidOriginFunction, function)]
        assert "pip install 'flask[async]'" in found.hint
    assert read(takes_two) == OriginSet(functions=(OriginFunction(takes_two),))


class Frontend(str, Enum):
    APP = "https://a.example"
    OTHERS = "https://*.b.example"


def test_an_enum_class_is_a_list_of_its_members() -> None:
    assert (
        read(Frontend) == read(list(Frontend)) == read(["https://a.example", "https://*.b.example"])
    )
    assert facts(errors([Frontend])) == [(rules.InvalidOrigin, Frontend)]


# ---- values of other types ---------------------------------------------------------------------


class Url:
    """A URL object, such as pydantic's."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


URL = Url("https://a.example/")


@pytest.mark.parametrize(
    "value", [1, True, 1.5, b"https://a.example", b"\xff", bytearray(b"*"), URL, Url("x")]
)
def test_a_value_that_is_not_a_string_regex_callable_or_list_is_an_error(value: object) -> None:
    for written in (value, [value], ["https://a.example", value]):
        assert facts(errors(written)) == [(rules.InvalidOrigin, value)]


@pytest.mark.parametrize("value", [["https://a.example"], ("https://a.example",), {"a"}])
def test_a_list_in_a_list_is_an_error(value: object) -> None:
    assert facts(errors([value] if not isinstance(value, set) else [frozenset(value)])) == [
        (rules.InvalidOrigin, value)
    ]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (b"https://a.example", "'https://a.example'"),
        (bytearray(b"https://*.a.example"), "'https://*.a.example'"),
        (URL, "'https://a.example'"),
    ],
)
def test_the_hint_for_a_value_that_holds_an_origin_is_the_origin(
    value: object, written: str
) -> None:
    (found,) = errors(value)
    assert found.hint.endswith(written)


def test_every_entry_that_cannot_be_used_is_reported() -> None:
    expected: Facts = [
        (rules.InvalidOrigin, 1),
        (rules.InvalidOriginPattern, "https://*"),
        (rules.InvalidRegex, "("),
        (rules.InvalidOriginFunction, object),
    ]
    value: list[Any] = [1, "https://a.example", "https://*", "(", object]
    assert facts(errors(value)) == expected


# ---- trying an entry ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("*", True),
        ("https://a.example", True),
        ("https://*.a.example", True),
        ("http://localhost:*", True),
        (r"https://a\.example", True),
        ("https://a.example/", False),
        ("a.example", False),
        ("https://*", False),
        ("(", False),
        ("", False),
        ("null", False),
        (r"https://.*example\.com", False),  # which allows https://evilexample.com
        ('["https://a.example"]', False),
    ],
)
def test_an_entry_without_a_finding_is_accepted(entry: str, expected: bool) -> None:
    assert is_accepted(entry) is expected


class Raises:
    def __str__(self) -> str:
        raise RuntimeError

    __repr__ = __str__


class Unreadable:
    @property
    def __signature__(self) -> None:
        raise RuntimeError

    def __call__(self, origin: str) -> bool:
        return False


def test_an_object_whose_methods_raise_is_an_error_of_the_option() -> None:
    (found,) = errors_of(parse_origins, Raises())
    assert type(found) is rules.InvalidOrigin


def test_a_callable_whose_signature_cannot_be_read_is_accepted() -> None:
    assert parse_origins(Unreadable(), fail).functions
