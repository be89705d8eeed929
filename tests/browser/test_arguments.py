"""What a browser refuses with a TypeError, before anything is sent."""

from __future__ import annotations

import re

import pytest

from .server import ANY, Server, fetch, response


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"origin": "app.example"}, "no scheme: write 'https://app.example'"),
        ({"origin": "https://app.example/"}, "a trailing slash: write 'https://app.example'"),
        ({"origin": "https://app.example:443"}, "the default port: write 'https://app.example'"),
        ({"origin": "HTTPS://app.example"}, "upper case letters: write 'https://app.example'"),
        ({"origin": "*"}, "no scheme: write 'https://app.example'"),
        ({"origin": "file://x"}, "it is not an origin: write"),
        ({"origin": None}, "it is no string: write"),
        ({"url": "/books"}, "'/books' is no absolute URL, such as 'https://api.example/'"),
        ({"url": None}, "no absolute URL"),
        ({"url": "https://u@api.example/"}, "user name or a password"),
        ({"url": "data:,x"}, "needs no network"),
        ({"method": "GE T"}, "no method, such as 'PUT'"),
        ({"method": ""}, "no method"),
        ({"method": None}, "no method"),
        ({"method": "trace"}, "browsers never send trace"),
        ({"method": "PUT", "mode": "no-cors"}, "'no-cors' has GET, HEAD and POST"),
        ({"mode": "navigate"}, "'navigate' is none of cors, no-cors, same-origin"),
        ({"credentials": True}, "True is none of omit, same-origin, include"),
        ({"redirect": ""}, "'' is none of follow, error, manual"),
        ({"body": b"x"}, "a GET takes none, or write method='POST'"),
        ({"body": b"", "method": "head"}, "a HEAD takes none"),
        ({"body": "x", "method": "POST"}, "a POST takes bytes"),
        ({"headers": [("X A", "1")]}, "'X A' is no header name, such as 'X-Token'"),
        ({"headers": {"": "1"}}, "no header name"),
        ({"headers": [("X-A", "1\n2")]}, "without NUL, CR and LF"),
        ({"headers": [("X-A", "\u20ac")]}, "up to U+00FF"),
        ({"headers": [("X-A", 1)]}, "1 is no value for X-A"),
        ({"headers": ["X-A: 1"]}, "'X-A: 1' is no pair"),
        ({"headers": [("X-A", "1", "2")]}, "is no pair"),
        ({"headers": [1]}, "1 is no pair"),
    ],
)
def test_a_browser_refuses_it_and_says_in_one_line_what_was_expected(options, message):
    server = Server(books=response(*ANY))
    with pytest.raises(ValueError, match=re.escape(message)) as raised:
        fetch(server, **options)
    assert "\n" not in str(raised.value)
    assert server.requests == []


def test_an_argument_of_a_megabyte_is_shown_short():
    with pytest.raises(ValueError, match="x") as raised:
        fetch(Server(), origin="x" * 1_000_000)
    assert len(str(raised.value)) < 400


def test_headers_that_a_page_may_not_set_are_dropped():
    server = Server(books=response(*ANY))
    outcome = fetch(server, headers={"Cookie": "a=b", "Origin": "x", "Accept": " a "})
    assert outcome.allowed
    (sent,) = server.requests
    assert sent.headers == (("Accept", "a"), ("Origin", "https://app.example"))
