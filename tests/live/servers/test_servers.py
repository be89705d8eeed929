"""What reaches a client over a real socket, whichever server sends it."""

from __future__ import annotations

import hashlib
import http.client
import re
import socket
from typing import Any

import pytest

pytestmark = pytest.mark.live

APP = "https://app.example"
OTHER = "https://other.example"
EVIL = "https://evil.example"
ORIGIN = ["Origin"]

# One row per case: policy, Origin, Access-Control-Allow-Origin, Vary.
TABLE = [
    # Any origin, send_wildcard.
    ("wildcard", APP, "*", []),
    ("wildcard", EVIL, "*", []),
    ("wildcard", None, "*", []),
    ("wildcard-silent", APP, "*", []),
    ("wildcard-silent", None, None, ORIGIN),
    # Any origin.
    ("any", APP, APP, ORIGIN),
    ("any", None, "*", []),
    ("any-silent", None, None, ORIGIN),
    # One exact origin.
    ("one", APP, APP, []),
    ("one", "HTTPS://App.Example", APP, []),
    ("one", EVIL, None, ORIGIN),
    ("one", None, APP, []),
    ("one-silent", APP, APP, []),
    ("one-silent", None, None, ORIGIN),
    # Anything else.
    *(
        row
        for policy in ("two", "subdomains", "regex", "callable")
        for row in (
            (policy, APP, APP, ORIGIN),
            (policy, None, None, ORIGIN),
            (f"{policy}-silent", None, None, ORIGIN),
        )
    ),
    ("two", "https://OTHER.example", OTHER, ORIGIN),
    ("two", EVIL, None, ORIGIN),
    ("subdomains", "https://evil.test", None, ORIGIN),
    ("regex", f"{APP}.evil.test", None, ORIGIN),
    ("callable", EVIL, None, ORIGIN),
    # No origins.
    ("none", APP, None, ORIGIN),
    ("none", None, None, ORIGIN),
]


class Response:
    """A response whose body has been read."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.lines = response.msg
        self.body = response.read()

    def all(self, name: str) -> list[str]:
        return self.lines.get_all(name, [])

    @property
    def allowed(self) -> list[str]:
        return self.all("Access-Control-Allow-Origin")


def fetch(
    wire: http.client.HTTPConnection,
    path: str,
    origin: str | None = APP,
    method: str = "GET",
    body: Any = None,
    **headers: str,
) -> Response:
    sent = {} if origin is None else {"Origin": origin}
    sent.update({name.replace("_", "-"): value for name, value in headers.items()})
    wire.request(method, path, body=body, headers=sent)
    return Response(wire.getresponse())


def test_every_row_of_the_table_of_headers_holds(server):
    with server.connect() as wire:
        got = []
        for policy, origin, _, _ in TABLE:
            response = fetch(wire, f"/policy/{policy}", origin)
            assert (response.status, response.body.decode()) == (200, policy)
            got.append((policy, origin, response.allowed, response.all("Vary")))
    assert got == [
        (policy, origin, [] if allowed is None else [allowed], vary)
        for policy, origin, allowed, vary in TABLE
    ]


def test_a_preflight_has_no_body_and_no_allow(server):
    with server.connect() as wire:
        requested = {
            "Access_Control_Request_Method": "PUT",
            "Access_Control_Request_Headers": "content-type,x-own",
        }
        response = fetch(wire, "/upload", method="OPTIONS", **requested)
        assert (response.status, response.body, response.allowed) == (200, b"", [APP])
        assert response.all("Allow") == []
        assert response.all("Access-Control-Allow-Headers") == ["content-type, x-own"]
        assert "PUT" in response.all("Access-Control-Allow-Methods")[0].split(", ")
        names = "Access-Control-Request-Method, Access-Control-Request-Headers"
        assert response.all("Vary") == [f"Origin, {names}"]
        assert fetch(wire, "/upload", EVIL, "OPTIONS", **requested).allowed == []


def test_errors_carry_the_headers(server):
    with server.connect() as wire:
        for path, method, status in (
            ("/none", "GET", 404),
            ("/file", "DELETE", 405),
            ("/fails", "GET", 500),
        ):
            for origin in (APP, EVIL):
                response = fetch(wire, path, origin, method)
                assert response.status == status
                assert response.allowed == ([APP] if origin == APP else [])
                assert response.all("Vary") == ORIGIN


def test_head_has_the_headers_of_get_and_no_body(server):
    with server.connect() as wire:
        for path in ("/file", "/policy/two"):
            full, head = fetch(wire, path), fetch(wire, path, method="HEAD")
            assert (head.status, head.body, head.allowed) == (200, b"", [APP])
            assert head.all("Vary") == full.all("Vary") == ORIGIN
            assert head.all("Content-Length") == full.all("Content-Length")


def test_send_file_ranges_and_304_carry_the_headers(server):
    with server.connect() as wire:
        whole = fetch(wire, "/file")
        assert (whole.status, whole.body) == (200, bytes(range(256)) * 1024)
        part = fetch(wire, "/file", Range="bytes=1-3")
        assert (part.status, part.body) == (206, b"\1\2\3")
        same = fetch(wire, "/file", If_None_Match='"tag"')
        assert (same.status, same.body) == (304, b"")
        for response in (whole, part, same):
            assert (response.allowed, response.all("Vary")) == ([APP], ORIGIN)
        # What a cache keeps from one origin it must not hand to another.
        same = fetch(wire, "/file", EVIL, If_None_Match='"tag"')
        assert (same.status, same.allowed, same.all("Vary")) == (304, [], ORIGIN)


def test_a_stream_carries_the_headers(server):
    with server.connect() as wire:
        response = fetch(wire, "/stream")
        assert (response.status, response.allowed, response.all("Vary")) == (200, [APP], ORIGIN)
        assert response.body == b"streamed " * 100 * 200
        assert fetch(wire, "/policy/two", OTHER).allowed == [OTHER]


def test_a_stream_that_fails_half_way_has_sent_its_headers(server):
    with server.connect() as wire:
        wire.request("GET", "/stream-that-fails", headers={"Origin": APP})
        response = wire.getresponse()
        assert response.msg.get_all("Access-Control-Allow-Origin") == [APP]
        response.close()
    with server.connect() as wire:
        assert fetch(wire, "/policy/two", OTHER).allowed == [OTHER]


def test_a_large_upload_is_read_and_responded_to(server):
    body = bytes(range(256)) * 4096 * 16  # 16 MiB
    with server.connect() as wire:
        response = fetch(wire, "/upload", method="PUT", body=body)
        assert (response.status, response.body, response.allowed) == (200, b"16777216", [APP])
        assert response.all("X-Digest") == [hashlib.sha256(body).hexdigest()]
        assert response.all("Access-Control-Expose-Headers") == ["X-Digest"]
        assert fetch(wire, "/policy/two", OTHER).allowed == [OTHER]


def test_each_request_on_one_connection_has_its_own_response(server):
    with server.connect() as wire:
        sockets = set()
        for number in range(50):
            origin = (APP, EVIL, OTHER, None)[number % 4]
            response = fetch(wire, "/policy/two", origin)
            assert response.allowed == ([origin] if origin in (APP, OTHER) else [])
            assert response.all("Vary") == ORIGIN
            sockets.add(None if wire.sock is None else wire.sock.getsockname())
    # gunicorn's sync worker closes each connection, and announces it.
    assert (len(sockets), None in sockets) == (1, server.name == "gunicorn sync")


def test_each_pipelined_request_has_its_own_response(server):
    origins = [APP, EVIL, OTHER, APP]
    sent = [f"GET /policy/two HTTP/1.1\r\nHost: a\r\nOrigin: {origin}\r\n" for origin in origins]
    sent[-1] += "Connection: close\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as wire:
        wire.sendall("".join(f"{request}\r\n" for request in sent).encode())
        got = b""
        while piece := wire.recv(65536):
            got += piece
    allowed = [
        re.findall(
            r"^access-control-allow-origin: (.*?)\r$", response, re.MULTILINE | re.IGNORECASE
        )
        for response in got.decode().split("HTTP/1.1 200 OK")[1:]
    ]
    responds_once_and_closes = server.name in ("gunicorn sync", "uWSGI", "uWSGI http11")
    expected = [[APP], [], [OTHER], [APP]]
    assert allowed == (expected[:1] if responds_once_and_closes else expected)


def test_a_body_that_is_refused_unread_has_the_headers(server):
    with server.connect() as wire:
        response = fetch(wire, "/small", method="PUT", body=b"x" * 20_000)
        assert (response.status, response.allowed, response.all("Vary")) == (413, [APP], ORIGIN)
    with server.connect() as wire:
        assert fetch(wire, "/policy/two", OTHER).allowed == [OTHER]


def test_clients_are_served_after_others_hang_up(server):
    for number in range(20):
        with server.connect() as wire:
            if number % 2:
                wire.request("GET", "/stream", headers={"Origin": EVIL})
                if number % 4 == 1:
                    wire.getresponse().read(1)
            else:
                wire.putrequest("PUT", "/upload")
                wire.putheader("Origin", EVIL)
                wire.putheader("Content-Length", "1000000")
                wire.endheaders(b"half of it" * 50_000)
        with server.connect() as wire:
            response = fetch(wire, "/policy/two")
            assert (response.status, response.allowed, response.all("Vary")) == (200, [APP], ORIGIN)


@pytest.mark.parametrize("origins", [(APP, EVIL), (EVIL, APP), (APP, APP), (APP, OTHER)])
@pytest.mark.parametrize("policy", ["any", "two", "one", "wildcard", "callable", "regex"])
def test_two_origin_headers_are_refused_in_every_form(server, policy, origins):
    with server.connect() as wire:
        wire.putrequest("GET", f"/policy/{policy}")
        for origin in origins:
            wire.putheader("Origin", origin)
        wire.endheaders()
        response = Response(wire.getresponse())
        assert (response.status, response.allowed, response.all("Vary")) == (200, [], ORIGIN)


@pytest.mark.parametrize(
    "origin",
    [
        b"https://app.example\xff",
        "https://äpp.example".encode(),
        b"https://app.example\thttps://evil.example",
        b"https://app.example https://evil.example",
        b"https://" + b"a" * 2000 + b".example",
        b"",
    ],
)
def test_an_origin_that_no_browser_sends_is_refused(server, origin):
    with server.connect() as wire:
        for policy in ("any", "callable", "wildcard", "subdomains"):
            wire.putrequest("GET", f"/policy/{policy}")
            wire.putheader("Origin", origin)
            wire.endheaders()
            response = Response(wire.getresponse())
            assert response.status in (200, 400)
            assert response.allowed == []
            if response.status == 400:  # the server's own response
                wire.close()


@pytest.mark.parametrize(
    "path",
    [
        "/policy/none/../any",
        "/policy/any/../none",
        "/policy/any/%2e%2e/none",
        "/policy/none/%2E%2e/any",
        "/policy/any/..%2fno-one",
        "/policy/./none",
        "/policy/any/.",
        "/policy%2fany",
        "/policy/%61ny",
        "/policy/any%00",
        "/policy/any;/none",
        "/policy/none?/policy/any",
        "/policy/none%3F/policy/any",
        "//policy/any",
        "/policy//any",
        "/%2e/policy/any",
        "http://evil.example/policy/none",
        "/" + "a/../" * 500 + "policy/any",
    ],
)
def test_an_odd_spelling_of_a_path_has_the_policy_of_its_view(server, path):
    with server.connect() as wire:
        wire.putrequest("GET", path)
        wire.putheader("Origin", EVIL)
        wire.endheaders()
        response = Response(wire.getresponse())
        assert response.status < 500
        assert response.allowed == (
            [EVIL] if (response.status, response.body) == (200, b"any") else []
        )


def test_a_client_with_http_1_0_is_served(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as wire:
        wire.sendall(f"GET /stream HTTP/1.0\r\nHost: a\r\nOrigin: {APP}\r\n\r\n".encode())
        got = b""
        while piece := wire.recv(65536):
            got += piece
    head, _, body = got.partition(b"\r\n\r\n")
    lines = [line.lower() for line in head.decode().split("\r\n")]
    assert lines.count(f"access-control-allow-origin: {APP}") == 1
    assert lines.count("vary: origin") == 1
    assert body == b"streamed " * 100 * 200
