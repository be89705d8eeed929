"""Methods and headers that need no permission."""

from __future__ import annotations

import pytest

from flask_cors.browser import CHROMIUM, FIREFOX, STANDARD
from flask_cors.browser import safelist as s

# ---- methods -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "sent"),
    [
        *((name.lower(), name) for name in ("DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT")),
        *((name, name) for name in ("patch", "Patch", "query", "x")),
        ("oPTIONS", "OPTIONS"),
    ],
)
def test_six_methods_are_sent_in_upper_case_but_not_patch(method, sent):
    assert s.normalize_method(method) == sent


def test_three_methods_are_safelisted_and_their_case_matters():
    methods = ["GET", "HEAD", "POST", "get", "post", "PUT", "DELETE", "OPTIONS", "PATCH"]
    assert [each for each in methods if s.is_safelisted_method(each)] == ["GET", "HEAD", "POST"]


def test_a_forbidden_method_is_recognised_in_any_case():
    assert s.is_forbidden_method("tRACE")
    assert not s.is_forbidden_method("PUT")


# ---- forbidden request headers -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "forbidden"),
    [
        ("Cookie", "", True),
        ("ORIGIN", "x", True),
        ("Sec-Anything", "", True),
        ("proxy-", "", True),
        ("User-Agent", "x", False),
        ("X-HTTP-Method", "PUT", False),
        ("X-HTTP-Method", "put, Trace", True),
        ("x-method-override", "TRACK", True),
        ("X-HTTP-Method-Override", "TRACE", True),
        ("x-method-override", "put,\tTRACK ", True),
        ("x-method-override", "\x0cTRACK", False),
        ("X-HTTP-Method-Override", '"TRACE"', False),
        ("X-HTTP-Method-Override", '"a,TRACE,b"', False),
        ("X-HTTP-Method-Override", '"\\",TRACE', False),
    ],
)
def test_forbidden_request_headers_are_recognised(name, value, forbidden):
    assert s.is_forbidden_request_header(name, value) is forbidden


# https://fetch.spec.whatwg.org/#forbidden-request-header, without the prefixes
FORBIDDEN = """
    Accept-Charset Accept-Encoding Access-Control-Request-Headers Access-Control-Request-Method
    Connection Content-Length Cookie Cookie2 Date DNT Expect Host Keep-Alive Origin Referer
    Set-Cookie TE Trailer Transfer-Encoding Upgrade Via
"""


@pytest.mark.parametrize("name", FORBIDDEN.split())
def test_a_script_may_not_set_a_header_that_the_standard_forbids(name):
    assert s.is_forbidden_request_header(name, "x")


# ---- safelisted request headers ----------------------------------------------------------------

LONG = "a" * 128


@pytest.mark.parametrize(
    ("name", "value", "safe"),
    [
        ("Accept", "*/*;q=0.1, a/b", True),
        ("accept", "a\tb\xe9", True),
        ("accept", LONG, True),
        ("accept", LONG + "a", False),
        *(("accept", character, False) for character in '\x00\x08\x0b\x1f"():<>?@[\\]{}\x7f'),
        ("accept-language", "de-AT, en;q=0.5 *=", True),
        *(("content-language", character, False) for character in "\t_/@\xe9"),
        ("content-type", "TEXT/plain;charset=utf-8", True),
        ("content-type", "text/plain \t;", True),
        ("content-type", "multipart/form-data; boundary=a,b", True),
        ("content-type", "application/x-www-form-urlencoded", True),
        ("content-type", 'text/plain;charset="utf-8"', False),
        ("content-type", "text/plain,text/plain", False),
        ("content-type", "application/json", False),
        ("content-type", "text", False),
        ("content-type", "", False),
        ("content-type", "text/plain\xe9", False),
        ("content-type", "\t text/plain\t", True),
        ("content-type", "\xa0text/plain", False),
        ("content-type", "text/plain\xa0;", False),
        ("range", "bytes=0-", True),
        ("range", "bytes=5-5", True),
        ("range", "bytes=6-5", False),
        ("range", "bytes=-5", False),
        ("range", "bytes=0-1,2-3", False),
        ("range", "Bytes=0-1", False),
        ("range", "bytes=0- 1", False),
        ("range", "bytes=\u06610-", False),
        ("last-event-id", "1", False),
        ("x-a", "", False),
    ],
)
def test_a_request_header_is_safelisted_by_its_name_and_value(name, value, safe):
    assert s.is_safelisted_request_header(name, value, STANDARD) is safe


@pytest.mark.parametrize(
    ("name", "value", "safe"),
    [
        *(("dpr", value, True) for value in ("1", "1.0", "01")),
        *(("device-memory", value, False) for value in ("", ".5", "1.", "-1", "1e3", "1.2.3")),
        ("downlink", "1.5", True),
        ("width", "35", True),
        ("viewport-width", "3.5", False),
        ("rtt", "", False),
        *(("save-data", value, value.lower() == "on") for value in ("on", "ON", "off", "")),
        *(("ect", value, value == "4g") for value in ("4g", "5g", "4G")),
        ("intervention", "what it likes", True),
        ("range", f"bytes=0-{2**63 - 1}", True),
        ("range", f"bytes={2**63}-", False),
        ("range", "bytes", False),
    ],
)
def test_chromium_safelists_client_hints_and_limits_ranges(name, value, safe):
    assert s.is_safelisted_request_header(name, value, CHROMIUM) is safe
    if name != "range":
        assert not s.is_safelisted_request_header(name, value, FIREFOX)


@pytest.mark.parametrize(
    ("name", "value", "safe"),
    [
        ("accept", "a/b", True),
        ("accept", "\xe9", False),
        ("content-type", "text/plain;", True),
        ("content-type", "text/plain;charset=utf-8", True),
        ("content-type", "text/plain; ;", False),
        ("content-type", "text/plain;a,b", False),
        ("content-type", "text/plain;\xe9", False),
        ("range", f"bytes={2**63}-", False),
        ("range", "bytes=" + "0" * 30 + "1-", True),
    ],
)
def test_firefox_safelists_fewer_values_than_the_standard(name, value, safe):
    assert s.is_safelisted_request_header(name, value, FIREFOX) is safe
    assert s.is_safelisted_request_header(name, value, STANDARD)


def test_firefox_repeats_the_name_of_a_repeated_header():
    headers = [("X-A", "1"), ("x-a", "2")]
    assert s.unsafe_request_header_names(headers, FIREFOX) == ["x-a", "x-a"]


def test_unsafe_names_are_lower_cased_and_unique_in_the_order_of_the_request():
    headers = [("User-Agent", "x"), ("X-B", "1"), ("Accept", "a"), ("x-a", "1"), ("x-b", "2")]
    assert s.unsafe_request_header_names(headers, STANDARD) == ["user-agent", "x-b", "x-a"]
    assert s.unsafe_request_header_names(headers, CHROMIUM) == ["x-b", "x-a"]


@pytest.mark.parametrize(("last", "unsafe"), [(0, []), (1, ["accept"])])
def test_safelisted_headers_of_more_than_1024_bytes_together_are_unsafe(last, unsafe):
    headers = [("Accept", LONG)] * 8 + [("accept", "a" * last)]
    assert s.unsafe_request_header_names(headers, STANDARD) == unsafe
    assert s.unsafe_request_header_names([("X-A", "1"), *headers], STANDARD) == ["x-a", *unsafe]
    assert s.unsafe_request_header_names(headers, FIREFOX) == []


def test_chromium_joins_the_lines_of_a_name_before_it_measures_them():
    headers = [("accept", "a" * 64), ("Accept", "a" * 63)]
    assert s.unsafe_request_header_names(headers, STANDARD) == []
    assert s.unsafe_request_header_names(headers, CHROMIUM) == ["accept"]
    assert s.unsafe_request_header_names(headers[:1] * 1, CHROMIUM) == []


def test_mode_no_cors_drops_headers_that_are_not_safelisted():
    headers = [
        ("Accept", "a"),
        ("ACCEPT", "b"),
        ("Accept", LONG),
        ("X-A", "1"),
        ("Range", "bytes=0-"),
    ]
    assert s.keep_no_cors_safelisted([*headers, ("Content-Type", "a/b")], STANDARD) == [
        ("accept", "a, b")
    ]


def test_mode_no_cors_keeps_four_headers():
    headers = [
        ("accept", "a"),
        ("accept-language", "de"),
        ("content-language", "de"),
        ("content-type", "text/plain"),
    ]
    assert s.keep_no_cors_safelisted(headers, STANDARD) == headers


# ---- responses ---------------------------------------------------------------------------------

# https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name
SAFELISTED = """
    cache-control content-language content-length content-type expires last-modified pragma
"""


def test_a_script_reads_seven_headers_that_are_not_exposed():
    headers = [(name, "x") for name in (*SAFELISTED.split(), "age", "etag", "x-a")]
    assert [name for name, _ in s.filter_cors_headers(headers, "omit")] == SAFELISTED.split()


SENT = [("X-A", "1"), ("Authorization", "x"), ("*", "star"), ("Set-Cookie", "a"), ("Expires", "0")]


@pytest.mark.parametrize(
    ("expose", "credentials", "names"),
    [
        ([], "omit", ["expires"]),
        (["x-a"], "omit", ["expires", "x-a"]),
        (["X-A, set-cookie"], "include", ["expires", "x-a"]),
        (["x-a, b c"], "omit", ["expires"]),
        (
            ["*"],
            "same-origin",
            ["*", "access-control-expose-headers", "authorization", "expires", "x-a"],
        ),
        (["*"], "include", ["*", "expires"]),
    ],
)
def test_a_script_reads_the_safelisted_and_the_exposed_headers(expose, credentials, names):
    headers = SENT + [("Access-Control-Expose-Headers", value) for value in expose]
    assert [name for name, _ in s.filter_cors_headers(headers, credentials)] == names


def test_a_script_on_the_same_origin_reads_all_headers_but_cookies():
    assert [name for name, _ in s.filter_basic_headers(SENT)] == [
        "*",
        "authorization",
        "expires",
        "x-a",
    ]
