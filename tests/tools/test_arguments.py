"""The request that `explain` and `probe` are asked about, as the command line gives it."""

from __future__ import annotations

import pytest

from flask_cors.tools.arguments import Asked, BadInput, read

URL = "https://api.example/data"
APP = "https://app.example"


def asked(
    url: str = URL,
    origin: str = APP,
    method: str = "GET",
    headers: tuple[str, ...] = (),
    credentials: str = "same-origin",
) -> Asked:
    return read(url, origin, method, headers, credentials, ["REINDEX"])


def test_headers_are_names_and_values_around_the_first_colon():
    read = asked(headers=("X-Token: a:b", "Accept:text/html"))
    assert read.headers == (("X-Token", "a:b"), ("Accept", "text/html"))
    assert read.dropped == ()


def test_headers_that_a_page_may_not_set_are_dropped_and_named():
    read = asked(headers=("Cookie: a=b", "X-Token: 1", "Sec-Fetch-Site: none"))
    assert read.headers == (("X-Token", "1"),)
    assert read.dropped == ("Cookie", "Sec-Fetch-Site")


@pytest.mark.parametrize("method", ["get", "PATCH", "patch", "PROPFIND", "REINDEX", "reindex"])
def test_methods_that_http_or_the_app_knows_are_taken_as_written(method):
    assert asked(method=method).method == method


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"url": "/data"}, "url: '/data' is no absolute URL, such as 'https://api.example/'"),
        ({"url": "https://a:b@api.example/"}, "has a user name or a password"),
        ({"url": "data:,x"}, "needs no network; write an http or https URL"),
        (
            {"origin": "app.example"},
            (
                "origin: 'app.example' is sent by no browser, it has no scheme: "
                "write 'https://app.example'"
            ),
        ),
        (
            {"origin": "https://app.example/"},
            (
                "origin: 'https://app.example/' is sent by no browser, it has a trailing slash: "
                "write 'https://app.example'"
            ),
        ),
        ({"method": "PO ST"}, "method: 'PO ST' is no method, such as 'PUT'"),
        ({"method": "TRACE"}, "method: browsers never send TRACE"),
        ({"method": "GTE"}, "method: 'GTE' is none that HTTP knows; write GET"),
        ({"method": "FROBNICATE"}, "method: 'FROBNICATE' is none that HTTP knows; write PUT"),
        (
            {"headers": ("X-Token",)},
            "header: 'X-Token' has no colon: write a name and a value, such as 'X-Token: 1'",
        ),
        ({"headers": ("X Token: 1",)}, "headers: 'X Token' is no header name, such as 'X-Token'"),
        ({"headers": ("X-Token: \N{EURO SIGN}",)}, "is no value for X-Token"),
        ({"headers": ("X-Token: a\nb",)}, "is no value for X-Token"),
    ],
    ids=str,
)
def test_what_no_page_can_ask_for_is_one_line_that_says_what_was_expected(wrong, message):
    with pytest.raises(BadInput) as raised:
        asked(**wrong)
    assert message in raised.value.message
    assert "\n" not in raised.value.message
    assert raised.value.exit_code == 2
