"""Requests and responses, as tests and transports make them."""

from __future__ import annotations

from flask_cors.browser import Exchange, Request, Response


def test_headers_of_any_pairs_become_a_header_list():
    request = Request("GET", "https://api.example/", [["X-A", "1"], ("x-a", "2")])
    assert request.headers == (("X-A", "1"), ("x-a", "2"))
    assert request.get("X-a") == "1, 2"
    assert Response(200, [["X-A", "1"]]).get("x-b") is None


def test_requests_with_and_without_credentials_are_equal():
    assert Request("GET", "/", (), None, credentials=True) == Request("GET", "/", (), None)


def test_an_exchange_is_not_a_preflight_by_default():
    assert not Exchange(Request("GET", "/"), Response(200)).preflight
