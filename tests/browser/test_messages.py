"""Requests and responses, as tests and transports write them."""

from __future__ import annotations

from flask_cors.browser import Exchange, Request, Response


def test_headers_are_pairs_whatever_they_were_written_as():
    request = Request("GET", "https://api.example/", [["X-A", "1"], ("x-a", "2")])
    assert request.headers == (("X-A", "1"), ("x-a", "2"))
    assert request.get("X-a") == "1, 2"
    assert Response(200, [["X-A", "1"]]).get("x-b") is None


def test_what_a_transport_is_told_does_not_make_requests_differ():
    assert Request("GET", "/", (), None, credentials=True) == Request("GET", "/", (), None)


def test_an_exchange_is_no_preflight_unless_it_says_so():
    assert not Exchange(Request("GET", "/"), Response(200)).preflight
