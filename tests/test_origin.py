"""One serialised origin: which text is one, and which one no browser sends."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flask_cors import origin as o

proven = settings(derandomize=True, database=None, max_examples=80, deadline=None)


# ---- what is worth looking at ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "expected"), [(0, False), (1, True), (325, True), (326, True), (327, False)]
)
def test_an_origin_has_1_to_326_characters(length: int, expected: bool) -> None:
    assert o.is_well_formed("x" * length) is expected


@pytest.mark.parametrize("code", range(256))
def test_an_origin_is_visible_ascii_without_the_comma(code: int) -> None:
    assert o.is_well_formed(f"https://a{chr(code)}b") is (0x21 <= code <= 0x7E and code != 0x2C)


def test_an_origin_with_a_line_break_at_its_end_is_not_well_formed() -> None:
    assert not o.is_well_formed("https://a.example\n")


# ---- parsing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("https://a.example", ("https", "a.example", None)),
        ("http://localhost:3000", ("http", "localhost", "3000")),
        ("http://a_b-c.example", ("http", "a_b-c.example", None)),
        ("https://a.example.", ("https", "a.example.", None)),
        ("http://127.0.0.1:8080", ("http", "127.0.0.1", "8080")),
        ("http://[::1]:3000", ("http", "[::1]", "3000")),
        ("http://[::ffff:192.0.2.1]", ("http", "[::ffff:192.0.2.1]", None)),
        ("capacitor://localhost", ("capacitor", "localhost", None)),
        ("moz-extension+a.1://x", ("moz-extension+a.1", "x", None)),
        ("http://a:1", ("http", "a", "1")),
        ("http://a:65535", ("http", "a", "65535")),
        ("http://a:65536", None),
        ("http://a:99999", None),
        ("http://a:100000", None),
        # No page is ever loaded from port 0.
        ("http://a:0", None),
        ("http://a:080", None),
        ("http://a:", None),
        ("http://a:b", None),
        ("http://a:-1", None),
        ("", None),
        ("null", None),
        ("a.example", None),
        ("://a.example", None),
        ("1http://a.example", None),
        ("https:/a.example", None),
        ("https://", None),
        ("https://.", None),
        ("https://.a.example", None),
        ("https://a..example", None),
        ("https://a.example..", None),
        ("https://a.example/", None),
        ("https://a.example/x", None),
        ("https://user@a.example", None),
        ("https://a.example\n", None),
        ("https://a b.example", None),
        ("https://b\xfccher.example", None),
        ("https://*.example", None),
        ("https://A.example", None),
        ("http://[::1", None),
        ("http://::1", None),
        ("http://[:::1]", None),
        ("http://[::g]", None),
        ("http://[192.0.2.1]", None),
        ("http://[]", None),
    ],
)
def test_an_origin_is_scheme_host_and_port(text: str, parsed: tuple[str, str, str | None]) -> None:
    assert o.parse(text) == (None if parsed is None else o.Origin(*parsed))


@proven
@given(
    scheme=st.from_regex(r"[a-z][a-z0-9+.-]{0,9}", fullmatch=True),
    labels=st.lists(st.from_regex(r"[a-z0-9_-]{1,9}", fullmatch=True), min_size=1, max_size=6),
    port=st.none() | st.integers(1, 65535).map(str),
)
def test_what_is_put_together_is_taken_apart_again(
    scheme: str, labels: list[str], port: str | None
) -> None:
    host = ".".join(labels)
    text = f"{scheme}://{host}" + ("" if port is None else f":{port}")
    assert o.parse(text) == o.Origin(scheme, host, port)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("[::1]", True),
        ("localhost", False),
        ("a.example", False),
        ("256.0.0.1", False),
    ],
)
def test_an_address_is_told_from_a_name(host: str, expected: bool) -> None:
    assert o.is_ip_host(host) is expected


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("http://[::1]:3000", "http://:3000"),
        ("http://[2001:DB8::1]", "http://"),
        ("http://[::1]:*,https://[::2]", "http://:*,https://"),
        ("http://[::ffff:192.0.2.1]", "http://"),
        ("https://*.[::1]", "https://*."),
        # These are character classes.
        ("http://[abc]", "http://[abc]"),
        ("http://[a:f]", "http://[a:f]"),
        ("http://[1.2.3.4]", "http://[1.2.3.4]"),
        ("http://x[::1]", "http://x[::1]"),
        ("http://a.example", "http://a.example"),
    ],
)
def test_the_brackets_of_an_ipv6_literal_are_told_from_those_of_a_character_class(
    text: str, rest: str
) -> None:
    assert o.without_ipv6(text) == rest


# ---- what no browser sends ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "literal",
    [
        "null",
        "https://a.example",
        "https://xn--bcher-kva.example",
        "http://localhost",
        "http://localhost:3000",
        "https://a.example:80",
        "http://a.example:443",
        "https://a.example:8443",
        "http://127.0.0.1:5000",
        "http://[::1]:3000",
        "http://[2001:db8::1]",
        # Python and the URL standard write this one in different ways.
        "http://[::ffff:c000:201]",
        "http://[::ffff:192.0.2.1]",
        "https://1.example",
        "https://0x1g",
        "https://x0",
        "capacitor://localhost",
        "chrome-extension://abcdefghijklmnop",
        "capacitor://localhost:80",
    ],
)
def test_nothing_is_said_about_an_origin_that_browsers_send(literal: str) -> None:
    assert o.why_never_sent(literal) is None


@pytest.mark.parametrize(
    ("literal", "problem", "mend"),
    [
        ("a.example", "it has no scheme", "https://a.example"),
        ("A.example", "it has no scheme", "https://a.example"),
        ("localhost:3000", "it has no scheme", "http://localhost:3000"),
        ("[::1]:3000", "it has no scheme", "http://[::1]:3000"),
        ("localhost.example", "it has no scheme", "https://localhost.example"),
        ("//A.example:443/x", "it has no scheme", "https://a.example"),
        ("a.example/x", "it has no scheme", "https://a.example"),
        ("", "it has no scheme", None),
        ("https://a.example:443/", "it has a trailing slash", "https://a.example"),
        ("https://1.2.3.4.5/", "it has a trailing slash", None),
        ("https://a.example/", "it has a trailing slash", "https://a.example"),
        ("HTTPS://A.example/", "it has a trailing slash", "https://a.example"),
        ("https://a.example//", "it has a path", "https://a.example"),
        ("https://a.example/x", "it has a path", "https://a.example"),
        ("https://a.example/x/", "it has a path", "https://a.example"),
        ("https://a.example:8443/x?y#z", "it has a path", "https://a.example:8443"),
        ("https://a.example?x", "it has a path", "https://a.example"),
        ("https://a.example#x", "it has a path", "https://a.example"),
        ("https://a.example\\x", "it has a path", "https://a.example"),
        (
            "https://b\xfccher.example",
            "its host is not ASCII: browsers send punycode",
            "https://xn--bcher-kva.example",
        ),
        (
            "https://B\xdcCHER.example:8443",
            "its host is not ASCII: browsers send punycode",
            "https://xn--bcher-kva.example:8443",
        ),
        (
            "HTTPS://b\xfccher.example",
            "its host is not ASCII: browsers send punycode",
            "https://xn--bcher-kva.example",
        ),
        ("https://b\xfc..example", "its host is not ASCII: browsers send punycode", None),
        ("http\xff://app.example", "its host is not ASCII: browsers send punycode", None),
        ("https://A.example", "it has upper case letters", "https://a.example"),
        ("HTTPS://a.example", "it has upper case letters", "https://a.example"),
        ("http://[::FFFF:1]", "it has upper case letters", "http://[::ffff:1]"),
        ("http://a.example:80", "it names the default port", "http://a.example"),
        ("https://a.example:443", "it names the default port", "https://a.example"),
        ("ws://a.example:80", "it names the default port", "ws://a.example"),
        ("wss://a.example:443", "it names the default port", "wss://a.example"),
        ("ftp://a.example:21", "it names the default port", "ftp://a.example"),
        ("http://[::1]:80", "it names the default port", "http://[::1]"),
        ("https://a.example:65536", "it is not an origin", None),
        ("https://user@a.example", "it is not an origin", None),
        ("https://", "it is not an origin", None),
        ("https://a..example", "it is not an origin", None),
        ("file://", "it is not an origin", None),
        ("file://a.example", "it is not an origin", None),
    ],
)
def test_what_no_browser_sends_is_told_with_its_mend(
    literal: str, problem: str, mend: str | None
) -> None:
    assert o.why_never_sent(literal) == (problem, mend)


@pytest.mark.parametrize(
    "literal",
    [
        "http://127.1",
        "http://2130706433",
        "http://0x7f.0.0.1",
        "http://0x7f000001",
        "http://a.0x",
        "http://127.0.0.01",
        "http://1.2.3.4.5",
        "http://256.0.0.1",
        "http://a.1",
        "http://a.1.",
        "http://127.0.0.1.",
        "http://[0:0:0:0:0:0:0:1]",
        "http://[2001:db8:0::1]",
        "http://[192.0.2.1]",
        "http://[:::]",
    ],
)
def test_an_address_in_another_spelling_is_no_origin(literal: str) -> None:
    assert o.why_never_sent(literal) == ("it is not an origin", None)


def test_null_in_capitals_is_mended_to_null() -> None:
    assert o.why_never_sent("NULL") == ("it has upper case letters", "null")


@pytest.mark.parametrize(
    "literal",
    [
        "a.example",
        "https://a.example/",
        "https://A.example",
        "https://b\xfccher.example",
        "https://a.example:443",
        "https://A.example:443/",
        "HTTPS://B\xdcCHER.example:443/x",
    ],
)
def test_following_the_mends_leads_to_an_origin_that_browsers_send(literal: str) -> None:
    for _ in range(5):
        said = o.why_never_sent(literal)
        if said is None:
            break
        assert said[1] is not None
        literal = said[1]
    assert o.why_never_sent(literal) is None
    assert o.parse(literal) is not None


@pytest.mark.parametrize("literal", ["https:///a", "file:///x"])
def test_a_mend_that_would_be_no_origin_is_not_given(literal: str) -> None:
    assert o.why_never_sent(literal) == ("it has a path", None)


def test_several_origins_in_one_string_are_told_apart() -> None:
    why = o.why_never_sent("https://a.example https://b.example")
    assert why == ("it is several", None)
