"""URLs: validity, canonical form, and the resolution of a Location."""

from __future__ import annotations

import pytest

from flask_cors.browser.urls import parse

BASE = parse("https://api.example/a/b?q#f")


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("https://api.example", "https://api.example/"),
        ("HTTPS://API.Example:443/A?B#c", "https://api.example/A?B"),
        ("http://api.example:080/", "http://api.example/"),
        ("http://api.example:8080", "http://api.example:8080/"),
        ("http://api.example:", "http://api.example/"),
        (" \x01http:\\\\api.example\\a\t\n ", "http://api.example/a"),
        ("http:api.example", "http://api.example/"),
        ("http:////api.example", "http://api.example/"),
        ("http://api.example?q", "http://api.example/?q"),
        ("http://a/b/../c/./d/%2E%2e/e/..", "http://a/c/"),
        ("http://a/.", "http://a/"),
        ("http://a/../..", "http://a/"),
        ("http://a/\xe9 b?\xe9 '", "http://a/%C3%A9%20b?%C3%A9%20%27"),
        ("http://[::1]:80/", "http://[::1]/"),
        ("http://[0:0::1]:8080/", "http://[::1]:8080/"),
        ("http://127.1/", "http://127.0.0.1/"),
        ("http://0x7f.0.0.01/", "http://127.0.0.1/"),
        ("http://4294967295/", "http://255.255.255.255/"),
        ("http://0x/", "http://0.0.0.0/"),
        ("http://1.2.3.4./", "http://1.2.3.4/"),
        ("http://[::FFFF:1.2.3.4]/", "http://[::ffff:102:304]/"),
        ("http://b\xfccher.example/", "http://xn--bcher-kva.example/"),
        ("http://fa%C3%9F.de/", "http://xn--fa-hia.de/"),
        ("http://\u2603.net/", "http://xn--n3h.net/"),
        ("http://\uff11\uff12\uff17\uff0e1/", "http://127.0.0.1/"),
        ("http://%41.example/", "http://a.example/"),
        ("http://a*b\"'`{}.test/", "http://a*b\"'`{}.test/"),
        ("http://u:p@a/", "http://a/"),
        ("foo://Host:80/p", "foo://Host:80/p"),
        ("foo:///p", "foo:///p"),
        ('foo:/a/../p\xe9"', "foo:/p%C3%A9%22"),
        ('mailto:ada @\x1b"\xe9', 'mailto:ada @%1B"%C3%A9'),
    ],
)
def test_a_url_has_one_canonical_form(text, whole):
    assert str(parse(text)) == whole


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "-",
            "*",
            "'*'",
            "//a",
            "://a",
            "/a",
            "1x:",
            "http:",
            "http://",
            "https:/",
            "http://?",
        ),
        *("http:://a", "http://a:b", "http://a:80:80", "http://a:65536", "http://a:999999"),
        *(
            "http://a:8\u0661",
            "http://a b",
            "http://a<b",
            "http://a%zz",
            "http://a%20b",
            "http://%",
        ),
        *("http://[::1", "http://[::g]", "http://[::1%25a]", "http://[a", "http://a]"),
        *("http://1.2.3.4.5", "http://256.1.1.1", "http://1.2.3.999", "http://4294967296"),
        *("http://08/", "http://1..2", "http://" + "9" * 21, "http://0xg.1"),
        *(
            "http://@",
            "http://u@",
            "http://:80",
            "http://\xad",
            "http://" + "a" * 760,
        ),
        *("foo://a b", "foo://a<b", "foo://:80", "foo://u@", "foo://h:99999"),
    ],
)
def test_an_invalid_url_is_refused(text):
    assert parse(text) is None


@pytest.mark.parametrize(
    "text", ["x:", "localhost:3000", "data:,x", "foo://", "foo://[::1]", "file:///"]
)
def test_a_url_may_have_another_scheme_than_http(text):
    url = parse(text)
    assert url is not None
    assert not url.is_http


@pytest.mark.parametrize(
    ("text", "userinfo"),
    [
        *(("u@", True), ("u:@", True), (":p@", True), ("u:p@", True), ("u@v@", True)),
        *(("", False), ("@", False), (":@", False)),
    ],
)
def test_user_information_is_recognised(text, userinfo):
    url = parse(f"https://{text}api.example/")
    assert url is not None
    assert url.userinfo is userinfo
    assert url.origin == "https://api.example"


@pytest.mark.parametrize(
    ("reference", "whole"),
    [
        ("", "https://api.example/a/b?q"),
        ("#f", "https://api.example/a/b?q"),
        ("?r", "https://api.example/a/b?r"),
        ("?", "https://api.example/a/b?"),
        ("c", "https://api.example/a/c"),
        ("./c/../d", "https://api.example/a/d"),
        ("..", "https://api.example/"),
        ("/c?d", "https://api.example/c?d"),
        ("\\c", "https://api.example/c"),
        ("//b.example/c?d#e", "https://b.example/c?d"),
        ("\\\\b.example", "https://b.example/"),
        ("https:c", "https://api.example/a/c"),
        ("https:/c", "https://api.example/c"),
        ("https://b.example", "https://b.example/"),
        ("http:c", "http://c/"),
        ("\udce9", "https://api.example/a/%E9"),
    ],
)
def test_a_location_is_resolved_against_the_url(reference, whole):
    assert str(parse(reference, BASE)) == whole


def test_a_port_of_a_location_may_have_many_zeros():
    assert str(parse(f"//b.example:{'0' * 5000}80/", BASE)) == "https://b.example:80/"


def test_an_invalid_location_is_refused():
    assert parse("//a b", BASE) is None
    assert parse("https://", BASE) is None
