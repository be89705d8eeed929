"""Arguments that a browser refuses with a TypeError, before anything is sent."""

from __future__ import annotations

import re

import pytest

from .server import ANY, Server, fetch, response


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"origin": "app.example"}, "no scheme; write 'https://app.example'"),
        ({"origin": "https://app.example/"}, "a trailing slash; write 'https://app.example'"),
        ({"origin": "https://app.example:443"}, "the default port; write 'https://app.example'"),
        ({"origin": "HTTPS://app.example"}, "upper case letters; write 'https://app.example'"),
        ({"origin": "*"}, "no scheme; write 'https://app.example'"),
        ({"origin": "file://x"}, "it is not an origin; write"),
        ({"origin": "file:///home/ada/x.html"}, "it has a path; write 'null'"),
        ({"origin": None}, "it is not a string; write"),
        ({"url": "/books"}, "'/books' is not an absolute URL, such as 'https://api.example/'"),
        ({"url": None}, "not an absolute URL"),
        ({"url": "https://u@api.example/"}, "user name or a password"),
        ({"url": "data:,x"}, "not fetched over the network"),
        ({"method": "GE T"}, "not a method, such as 'PUT'"),
        ({"method": ""}, "not a method"),
        ({"method": None}, "not a method"),
        ({"method": "trace"}, "browsers never send trace"),
        ({"method": "PUT", "mode": "no-cors"}, "'no-cors' allows GET, HEAD and POST"),
        ({"mode": "navigate"}, "'navigate' is not one of cors, no-cors, same-origin"),
        ({"credentials": True}, "True is not one of omit, same-origin, include"),
        ({"redirect": ""}, "'' is not one of follow, error, manual"),
        ({"body": b"x"}, "a GET request has none; leave it out, or write method='POST'"),
        ({"body": b"", "method": "head"}, "a HEAD request has none"),
        ({"body": "x", "method": "POST"}, "'x' is not bytes"),
        ({"headers": [("X A", "1")]}, "'X A' is not a header name, such as 'X-Token'"),
        ({"headers": {"": "1"}}, "not a header name"),
        ({"headers": [("X-A", "1\n2")]}, "without NUL, CR and LF"),
        ({"headers": [("X-A", "\u20ac")]}, "up to U+00FF"),
        ({"headers": [("X-A", 1)]}, "1 is not a valid value for X-A"),
        ({"headers": ["X-A: 1"]}, "'X-A: 1' is not a pair"),
        ({"headers": [("X-A", "1", "2")]}, "is not a pair"),
        ({"headers": [1]}, "1 is not a pair"),
    ],
)
def test_an_invalid_argument_raises_one_line_that_says_what_is_expected(options, message):
    server = Server(books=response(*ANY))
    with pytest.raises(ValueError, match=re.escape(message)) as raised:
        fetch(server, **options)
    assert "\n" not in str(raised.value)
    assert server.requests == []


def test_a_long_argument_is_cut_in_the_message():
    with pytest.raises(ValueError, match="x") as raised:
        fetch(Server(), origin="x" * 1_000_000)
    assert len(str(raised.value)) < 400


def test_forbidden_request_headers_are_dropped():
    server = Server(books=response(*ANY))
    outcome = fetch(server, headers={"Cookie": "a=b", "Origin": "x", "Accept": " a "})
    assert outcome.allowed
    (sent,) = server.requests
    assert sent.headers == (("Accept", "a"), ("Origin", "https://app.example"))


@pytest.mark.parametrize("origin", ["file://", "app://.", "capacitor://localhost"])
def test_origins_of_desktop_and_mobile_apps_are_sent(origin):
    server = Server(books=response(("Access-Control-Allow-Origin", origin)))
    assert fetch(server, origin=origin).allowed
    (sent,) = server.requests
    assert sent.get("Origin") == origin
