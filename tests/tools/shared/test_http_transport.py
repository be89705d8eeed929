"""The transport over HTTP: real sockets, exact bytes."""

from __future__ import annotations

import socket
import time
from itertools import repeat

import pytest

from flask_cors.browser import Request
from flask_cors.tools.shared.http_transport import MAX_BODY_BYTES, Timeouts, make_transport
from flask_cors.tools.shared.page_request import NoVerdict

QUICK = Timeouts(read=0.2, head=0.5, body=0.2)
LIMITS = Timeouts(read=5, head=10, body=5)


def get(url: str, *headers: tuple[str, str], method: str = "GET", body=None, timeouts=LIMITS):
    return make_transport(timeouts)(Request(method, url, headers, body))


def failure(url: str, timeouts: Timeouts = LIMITS) -> str:
    """Return the message of ``NoVerdict``, one line."""
    with pytest.raises(NoVerdict) as caught:
        get(url, timeouts=timeouts)
    message = caught.value.message
    assert message.startswith(f"'{url}': ")
    assert message.isprintable()
    assert len(message) < 500
    return message


# ---- what is sent ------------------------------------------------------------------------------


def test_a_request_has_a_user_agent_and_accepts_no_compression(serve, response):
    server = serve(response())
    get(f"{server.url}a?b=c", ("Accept", "*/*"), ("Origin", "https://app.example"))
    assert server.heads[0] == (
        "GET /a?b=c HTTP/1.1\r\n"
        f"Host: {server.address}\r\n"
        "Accept: */*\r\n"
        "Origin: https://app.example\r\n"
        "User-Agent: flask-cors-probe\r\n"
        "Accept-Encoding: identity\r\n"
        "Connection: close\r\n\r\n"
    )


def test_a_user_agent_among_the_headers_is_kept(serve, response):
    server = serve(response())
    get(server.url, ("user-agent", "mine"))
    assert server.heads[0].lower().count("user-agent") == 1


def test_header_values_are_sent_and_received_as_latin_1(serve, response):
    server = serve(response("200 OK", "X-Name: caf\xe9"))
    assert get(server.url, ("X-Name", "\xff\x80")).get("X-Name") == "caf\xe9"
    assert "X-Name: \xff\x80\r\n" in server.heads[0]


@pytest.mark.parametrize(
    ("method", "body", "length"),
    [("GET", None, None), ("DELETE", None, None), ("POST", None, "0"), ("PUT", b"abc", "3")],
)
def test_a_content_length_is_sent_with_a_body_and_with_post_and_put(
    serve, response, method, body, length
):
    server = serve(response())
    get(server.url, method=method, body=body)
    assert ("Content-Length" in server.heads[0]) is (length is not None)
    assert f"Content-Length: {length}\r\n" in server.heads[0] or length is None


def test_proxies_of_the_environment_are_not_used(serve, response, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert get(serve(response()).url).status == 200


# ---- what is understood ------------------------------------------------------------------------


def test_repeated_headers_are_kept_apart(serve, response):
    received = get(serve(response("200 OK", "A: 1", "a:2 ", "A:", "B : 3")).url)
    assert received.headers[:4] == (("A", "1"), ("a", "2"), ("A", ""), ("B", "3"))
    assert (received.status, received.body) == (200, b"read me")


def test_a_folded_line_is_one_value(serve, response):
    received = get(serve(response("200 OK", "A: one", "  two", "\tthree")).url)
    assert received.get("A") == "one two three"


def test_malformed_header_lines_are_ignored(serve, response):
    """http.client's parser would lose the headers that follow."""
    received = get(serve(response("200 OK", " folded onto nothing", "no colon", ": x", "A: 1")).url)
    assert [name for name, _ in received.headers] == ["A", "Content-Length"]


def test_header_lines_may_end_with_lf(serve):
    received = get(serve(b"HTTP/1.1 204 No Content\nA: 1\n\n").url)
    assert (received.status, received.headers) == (204, (("A", "1"),))


@pytest.mark.parametrize("status", ["100 Continue", "102 Processing", "103 Early Hints"])
def test_interim_responses_are_skipped(serve, response, status):
    interim = f"HTTP/1.1 {status}\r\nA: early\r\n\r\n".encode()
    received = get(serve(interim * 2 + response("200 OK", "A: late")).url)
    assert (received.status, received.headers[0], received.body) == (200, ("A", "late"), b"read me")


def test_the_response_to_head_has_no_body(serve, response):
    assert get(serve(response()).url, method="HEAD").body == b""


def test_a_body_may_come_in_chunks(serve):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert get(serve(head + b"4\r\nread\r\n3\r\n me\r\n0\r\n\r\n").url).body == b"read me"


def test_a_body_may_end_with_the_connection(serve):
    assert get(serve(b"HTTP/1.0 200 OK\r\n\r\nread me").url).body == b"read me"


@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Length: 100\r\n\r\nread",
        b"Transfer-Encoding: chunked\r\n\r\n9\r\nread",
        b"Transfer-Encoding: chunked\r\n\r\n-5\r\nread",
        b"Transfer-Encoding: chunked\r\n\r\nno number\r\n",
    ],
)
def test_a_response_with_a_broken_body_is_accepted(serve, rest):
    """A script gets the response as soon as the headers are there."""
    assert get(serve(b"HTTP/1.1 200 OK\r\nA: 1\r\n" + rest).url).get("A") == "1"


def test_a_long_body_is_cut(serve):
    server = serve(lambda head: [b"HTTP/1.1 200 OK\r\n\r\n", *repeat(bytes(2**16), 32)])
    assert len(get(server.url).body) == MAX_BODY_BYTES


def test_the_size_of_a_response_is_limited(serve):
    """http.client reads a chunk of -1 bytes to the end of the connection."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n"
    server = serve(lambda _: (head if number == 0 else bytes(2**20) for number in range(100)))
    assert len(get(server.url).body) < 2**24


# ---- what takes too long -----------------------------------------------------------------------


def test_an_endless_stream_is_cut(serve):
    def endless(head):
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
        for _ in range(100):
            yield b": ping\n\n"
            time.sleep(0.05)

    started = time.monotonic()
    assert get(serve(endless).url, timeouts=QUICK).status == 200
    assert time.monotonic() - started < 3


def test_a_silent_server_is_a_timeout(serve):
    def silent(head):
        time.sleep(0.6)
        yield b""

    assert "no response in time" in failure(serve(silent).url, QUICK)


def test_a_slow_server_is_a_timeout(serve):
    """Each pause is short, but all of them together are long."""

    def dripping(head):
        yield b"HTTP/1.1 200 OK\r\nX-Drip: "
        for _ in range(100):
            yield b"."
            time.sleep(0.05)

    assert "no response in time" in failure(serve(dripping).url, QUICK)


def test_a_deadline_in_the_past_is_a_timeout(serve, response):
    assert "no response in time" in failure(serve(response()).url, Timeouts(head=0))


# ---- what fails --------------------------------------------------------------------------------


def test_a_refused_connection_is_reported():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert "connection was refused" in failure(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("host", ["none.invalid", f"{'a' * 64}.invalid", "a..invalid"])
def test_an_unknown_host_is_reported(host):
    assert "host is not found" in failure(f"http://{host}/")


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"", "closed the connection without a response"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "the response 'SSH-2.0-OpenSSH_9.2\\r\\n' is not HTTP"),
        (b"\x1b[31m" + b"!" * 300 + b"\n\n", "the response '\\x1b[31m!!!"),
        (b"HTTP/1.1 abc\r\n\r\n", "is not HTTP"),
        (b"HTTP/1.1 99 Low\r\n\r\n", "is not HTTP"),
        (b"HTTP/2.0 200 OK\r\n\r\n", "the response is 'HTTP/2.0', not HTTP/1.1"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "switches to another protocol"),
        (b"HTTP/1.1 200 OK\r\nA: 1\r\n", "ended in the middle of the headers"),
        (b"HTTP/1.1 200 OK\r\nA: 1", "ended in the middle of the headers"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "closed the connection without a response"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: 1\r\n" * 101 + b"\r\n", "more than 100 headers"),
        (b"HTTP/1.1 200 OK\r\nA: " + b"1" * 65536 + b"\r\n\r\n", "more than 65536 bytes"),
    ],
)
def test_a_failure_is_reported_in_one_line(serve, sent, expected):
    assert expected in failure(serve(sent).url)


def test_port_0_cannot_be_connected_to():
    assert failure("http://127.0.0.1:0/")


# ---- TLS ---------------------------------------------------------------------------------------


def test_a_server_with_a_trusted_certificate_is_used(serve, response, tls, monkeypatch):
    context, certificate = tls
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = serve(response(), context)
    assert get(server.url).body == b"read me"
    assert f"Host: {server.address}\r\n" in server.heads[0]


def test_a_certificate_of_an_unknown_authority_is_not_trusted(serve, response, tls):
    message = failure(serve(response(), tls[0]).url)
    assert "its certificate is not trusted (unable to get" in message  # the rest depends on OpenSSL
    assert "SSL_CERT_FILE" in message


def test_a_certificate_of_another_host_is_not_trusted(serve, response, tls, monkeypatch):
    context, certificate = tls
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = serve(response(), context)
    message = failure(server.url.replace("127.0.0.1", "localhost"))
    assert "not trusted (Hostname mismatch" in message


def test_https_to_a_server_without_tls_is_reported(serve):
    server = serve(b"")
    assert "the TLS connection failed" in failure(f"https://{server.address}/")


def test_http_to_a_server_with_tls_is_reported(serve, response, tls):
    server = serve(response(), tls[0])
    assert "write https://" in failure(f"http://{server.address}/")
