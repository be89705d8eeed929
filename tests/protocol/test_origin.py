"""Serialised origins: which texts are one, and which are never sent by a browser."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flask_cors.protocol import origin as o

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
def test_an_origin_that_is_serialised_parses_to_its_parts(
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
def test_an_ip_address_is_distinguished_from_a_name(host: str, expected: bool) -> None:
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
def test_the_brackets_of_an_ipv6_literal_are_distinguished_from_a_character_class(
    text: str, rest: str
) -> None:
    assert o.without_ipv6(text) == rest


# ---- apps that bring their own pages -----------------------------------------------------------

HOSTLESS = ["file://", "app://.", "my-app+1.x://."]
APPS = [
    "app://-",
    "app://obsidian.md",
    "ionic://localhost",
    "tauri://localhost",
    "vscode-webview://0f2mbi1r2nqk4b8rvg1p9v2h2a9n0t9a1ee5v6qjcl9qe3n7t2l1",
    "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
    "moz-extension://4ed7f644-c3b5-4bf1-983f-2c8718f52222",
    "safari-web-extension://4ed7f644-c3b5-4bf1-983f-2c8718f52222",
]


@pytest.mark.parametrize("text", HOSTLESS)
def test_an_origin_without_a_host_is_hostless_and_is_not_parsed(text: str) -> None:
    assert o.is_hostless(text)
    assert o.parse(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *APPS,
        *("", "null", "file", "file:", "file:///", "file://.", "file://x", "FILE://", "file://\n"),
        *("app://", "app://./", "app://..", "app://.x", "app://.:80", "App://.", "app://.\n"),
        *("https://.", "http://.", "ws://.", "wss://.", "ftp://.", "://.", "1://."),
    ],
)
def test_text_with_a_host_or_that_is_not_an_origin_is_not_hostless(text: str) -> None:
    assert not o.is_hostless(text)


@pytest.mark.parametrize("text", APPS)
def test_the_origin_of_an_app_with_a_host_is_parsed(text: str) -> None:
    scheme, host = text.split("://")
    assert o.parse(text) == o.Origin(scheme, host, None)


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
        "http://[::ffff:c000:201]",
        "https://1.example",
        "https://0x1g",
        "https://x0",
        "capacitor://localhost",
        "capacitor://localhost:80",
        *HOSTLESS,
        *APPS,
    ],
)
def test_an_origin_that_browsers_send_has_no_flaw(literal: str) -> None:
    assert o.why_never_sent(literal) is None


@pytest.mark.parametrize(
    ("literal", "problem", "hint"),
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
        (
            "https://fa\xdf.de",
            "its host is not ASCII: browsers send punycode",
            "https://xn--fa-hia.de",
        ),
        ("https://\u2603.net/", "it has a trailing slash", "https://xn--n3h.net"),
        # Upper case is not lowered before UTS 46 has mapped it: a final sigma is another letter.
        ("https://\u03a3\u0391\u03a3.gr/x", "it has a path", "https://xn--mxa9ab.gr"),
        ("https://b\xfc..example", "its host is not ASCII: browsers send punycode", None),
        ("https://b\xfc.example:8\xb9", "its host is not ASCII: browsers send punycode", None),
        # Which of them a browser knows as a scheme of the web is for the app to say.
        ("capacitor://b\xfccher", "its host is not ASCII: browsers send punycode", None),
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
        ("file://a.example", "it is not an origin", None),
        ("FILE://", "it has upper case letters", "file://"),
        ("file:///", "it has a trailing slash", "file://"),
        # A page that was opened from a file sends "null", as any site can.
        ("file:///x", "it has a path", None),
        ("FILE:///home/ada/index.html", "it has a path", None),
        ("app://./", "it has a trailing slash", "app://."),
        ("App://./index.html", "it has a path", "app://."),
    ],
)
def test_a_literal_that_no_browser_sends_has_a_flaw_and_a_hint(
    literal: str, problem: str, hint: str | None
) -> None:
    assert o.why_never_sent(literal) == (problem, hint)


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
        "http://[::ffff:192.0.2.1]",
        "http://[:::]",
    ],
)
def test_an_ip_address_in_another_spelling_is_not_an_origin(literal: str) -> None:
    assert o.why_never_sent(literal) == ("it is not an origin", None)


@pytest.mark.parametrize(
    ("literal", "hint"),
    [
        ("0.0.0.0:4200", "http://0.0.0.0:4200"),
        ("127.0.0.1", "http://127.0.0.1"),
        ("10.1.2.3:9000", "http://10.1.2.3:9000"),
        ("192.168.1.20", "http://192.168.1.20"),
        ("[fd00::1]", "http://[fd00::1]"),
        ("[::]:9000", "http://[::]:9000"),
        ("localhost", "http://localhost"),
        ("LOCALHOST:9000", "http://localhost:9000"),
        ("app.localhost:9000", "http://app.localhost:9000"),
        ("web:9000", "http://web:9000"),
        ("web:5000/", "http://web:5000"),
        *((f"a.example:{port}", f"http://a.example:{port}") for port in (3000, 4200, 5000)),
        *((f"a.example:{port}", f"http://a.example:{port}") for port in (5173, 8000, 8080)),
        ("a.example:80", "http://a.example"),
        ("a.example:9000", "https://a.example:9000"),
        ("a.example", "https://a.example"),
        ("//a.example:443", "https://a.example"),
        ("b\xfccher.example", "https://xn--bcher-kva.example"),
        ("1.2.3.4", "https://1.2.3.4"),
        ("[2a00::1]", "https://[2a00::1]"),
        ("localhost:443", "https://localhost"),
        ("localhost:8443", "https://localhost:8443"),
        # These have a scheme, of a kind, and no browser sends it.
        ("https:/a.example", None),
        ("mailto:ada@a.example", None),
    ],
)
def test_the_scheme_of_a_hint_is_http_in_development_and_in_private_networks(
    literal: str, hint: str | None
) -> None:
    assert o.why_never_sent(literal) == ("it has no scheme", hint)


@pytest.mark.parametrize(
    "literal", ["None", "undefined", "true", "False", "yes", "NO", "on", "off"]
)
def test_the_value_of_a_boolean_is_not_read_as_a_host(literal: str) -> None:
    assert o.why_never_sent(literal) == ("it has no scheme", None)


def test_the_hint_for_null_in_capitals_is_null() -> None:
    assert o.why_never_sent("NULL") == ("it has upper case letters", "null")


def test_a_literal_without_a_host_has_no_hint() -> None:
    assert o.why_never_sent("https:///a") == ("it has a path", None)


literals = st.text(st.sampled_from("aZ1.-:/@?#\\[]* \xfc\xdf\u3002"), max_size=12)


@given(
    before=st.sampled_from(
        ["", "//", "https://", "HTTP://", "ws://", "file://", "app://", "null", "://"]
    ),
    host=st.sampled_from(["", ".", "A.example", "localhost", "b\xfc.example", "10.0.0.1", "[::1]"]),
    port=st.sampled_from(["", ":", ":80", ":443", ":3000", ":65536", ":\xb2"]),
    after=literals,
)
def test_a_hint_is_an_origin_that_browsers_send(
    before: str, host: str, port: str, after: str
) -> None:
    for literal in (f"{before}{host}{port}{after}", f"{before}{after}", f"{before}{host}{port}"):
        why = o.why_never_sent(literal)
        if why is not None and why.hint is not None:
            assert why.hint != literal
            assert o.why_never_sent(why.hint) is None
            assert why.hint == "null" or o.parse(why.hint) is not None or o.is_hostless(why.hint)


def test_several_origins_in_one_string_are_recognised() -> None:
    why = o.why_never_sent("https://a.example https://b.example")
    assert why == ("it holds several origins", None)
