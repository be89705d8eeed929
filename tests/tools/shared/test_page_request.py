"""The request of `explain` and `probe`, from their command line."""

from __future__ import annotations

import pytest

from flask_cors.tools.shared.page_request import InvalidRequest, PageRequest, parse_page_request

URL = "https://api.example/data"
APP = "https://app.example"


def parse(
    url: str = URL,
    origin: str = APP,
    method: str = "GET",
    headers: tuple[str, ...] = (),
    credentials: str = "same-origin",
) -> PageRequest:
    return parse_page_request(url, origin, method, headers, credentials, ["REINDEX"])


def test_headers_are_names_and_values_around_the_first_colon():
    request = parse(headers=("X-Token: a:b", "Accept:text/html"))
    assert request.headers == (("X-Token", "a:b"), ("Accept", "text/html"))
    assert request.dropped == ()


def test_forbidden_headers_are_dropped_and_named():
    request = parse(headers=("Cookie: a=b", "X-Token: 1", "Sec-Fetch-Site: none"))
    assert request.headers == (("X-Token", "1"),)
    assert request.dropped == ("Cookie", "Sec-Fetch-Site")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "patch", "PROPFIND", "REINDEX", "reindex"])
def test_registered_and_served_methods_are_accepted_as_browsers_send_them(method):
    assert parse(method=method).method == method
    assert parse(method="get").method == "GET"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"url": "/data"}, "url: '/data' is not an absolute URL, such as 'https://api.example/'"),
        ({"url": "https://a:b@api.example/"}, "has a user name or a password"),
        ({"url": "data:,x"}, "is not fetched over the network; write an http or https URL"),
        (
            {"origin": "app.example"},
            (
                "origin: 'app.example' is not an origin that browsers send: it has no scheme; "
                "write 'https://app.example'"
            ),
        ),
        (
            {"origin": "https://app.example/"},
            (
                "origin: 'https://app.example/' is not an origin that browsers send: "
                "it has a trailing slash; write 'https://app.example'"
            ),
        ),
        ({"method": "PO ST"}, "method: 'PO ST' is not a method, such as 'PUT'"),
        ({"method": "TRACE"}, "method: browsers never send TRACE"),
        ({"method": "GTE"}, "method: 'GTE' is not a registered method; write GET"),
        ({"method": "FROBNICATE"}, "method: 'FROBNICATE' is not a registered method; write PUT"),
        (
            {"headers": ("X-Token",)},
            "header: 'X-Token' has no colon: write a name and a value, such as 'X-Token: 1'",
        ),
        (
            {"headers": ("X Token: 1",)},
            "headers: 'X Token' is not a header name",
        ),
        ({"headers": ("X-Token: \N{EURO SIGN}",)}, "is not a valid value for X-Token"),
        ({"headers": ("X-Token: a\nb",)}, "is not a valid value for X-Token"),
    ],
    ids=str,
)
def test_an_invalid_request_raises_one_line_that_says_what_is_expected(arguments, message):
    with pytest.raises(InvalidRequest) as raised:
        parse(**arguments)
    assert message in raised.value.message
    assert "\n" not in raised.value.message
    assert raised.value.exit_code == 2
