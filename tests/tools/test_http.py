"""The transport over HTTP: real sockets, exact bytes."""

from __future__ import annotations

import socket
import time
from itertools import repeat

import pytest

from flask_cors.browser import Request
from flask_cors.tools.arguments import CannotTell
from flask_cors.tools.http import MAX_BODY, Limits, http

QUICK = Limits(silence=0.2, whole=0.5, body=0.2)
LIMITS = Limits(silence=5, whole=10, body=5)


def get(url: str, *headers: tuple[str, str], method: str = "GET", body=None, limits=LIMITS):
    return http(limits)(Request(method, url, headers, body))


def failure(url: str, limits: Limits = LIMITS) -> str:
    """The one line that is told where there is no answer."""
    with pytest.raises(CannotTell) as caught:
        get(url, limits=limits)
    message = caught.value.message
    assert message.startswith(f"'{url}': ")
    assert message.isprintable()
    assert len(message) < 500
    return message


# ---- what is sent ------------------------------------------------------------------------------


def test_a_request_says_who_asks_and_wants_no_compression(serve, response):
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


def test_a_page_may_set_its_own_user_agent(serve, response):
    server = serve(response())
    get(server.url, ("user-agent", "mine"))
    assert server.heads[0].lower().count("user-agent") == 1


def test_header_values_are_bytes_both_ways(serve, response):
    server = serve(response("200 OK", "X-Name: caf\xe9"))
    assert get(server.url, ("X-Name", "\xff\x80")).get("X-Name") == "caf\xe9"
    assert "X-Name: \xff\x80\r\n" in server.heads[0]


@pytest.mark.parametrize(
    ("method", "body", "length"),
    [("GET", None, None), ("DELETE", None, None), ("POST", None, "0"), ("PUT", b"abc", "3")],
)
def test_a_length_is_sent_with_a_body_and_where_one_is_expected(
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
    answer = get(serve(response("200 OK", "A: 1", "a:2 ", "A:", "B : 3")).url)
    assert answer.headers[:4] == (("A", "1"), ("a", "2"), ("A", ""), ("B", "3"))
    assert (answer.status, answer.body) == (200, b"read me")


def test_a_folded_line_is_one_value(serve, response):
    answer = get(serve(response("200 OK", "A: one", "  two", "\tthree")).url)
    assert answer.get("A") == "one two three"


def test_lines_that_are_no_headers_are_passed_over(serve, response):
    """http.client's parser would lose what follows them."""
    answer = get(serve(response("200 OK", " folded onto nothing", "no colon", ": x", "A: 1")).url)
    assert [name for name, _ in answer.headers] == ["A", "Content-Length"]


def test_lines_may_end_with_lf_alone(serve):
    answer = get(serve(b"HTTP/1.1 204 No Content\nA: 1\n\n").url)
    assert (answer.status, answer.headers) == (204, (("A", "1"),))


@pytest.mark.parametrize("status", ["100 Continue", "102 Processing", "103 Early Hints"])
def test_interim_answers_are_passed_over(serve, response, status):
    interim = f"HTTP/1.1 {status}\r\nA: early\r\n\r\n".encode()
    answer = get(serve(interim * 2 + response("200 OK", "A: late")).url)
    assert (answer.status, answer.headers[0], answer.body) == (200, ("A", "late"), b"read me")


def test_the_answer_to_head_has_no_body(serve, response):
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
def test_a_body_that_breaks_off_is_an_answer_all_the_same(serve, rest):
    """A page has its response as soon as the headers are there."""
    assert get(serve(b"HTTP/1.1 200 OK\r\nA: 1\r\n" + rest).url).get("A") == "1"


def test_of_a_long_body_the_beginning_is_read(serve):
    server = serve(lambda head: [b"HTTP/1.1 200 OK\r\n\r\n", *repeat(bytes(2**16), 32)])
    assert len(get(server.url).body) == MAX_BODY


def test_a_server_cannot_fill_the_memory(serve):
    """A chunk of -1 bytes is all that comes, to http.client."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n"
    server = serve(lambda _: (head if place == 0 else bytes(2**20) for place in range(100)))
    assert len(get(server.url).body) < 2**24


# ---- what takes too long -----------------------------------------------------------------------


def test_a_stream_without_an_end_is_left(serve):
    def endless(head):
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
        for _ in range(100):
            yield b": ping\n\n"
            time.sleep(0.05)

    started = time.monotonic()
    assert get(serve(endless).url, limits=QUICK).status == 200
    assert time.monotonic() - started < 3


def test_a_server_that_says_nothing_is_left(serve):
    def silent(head):
        time.sleep(0.6)
        yield b""

    assert "no answer in time" in failure(serve(silent).url, QUICK)


def test_a_server_that_drips_is_left(serve):
    """No silence is long; all of them together are."""

    def dripping(head):
        yield b"HTTP/1.1 200 OK\r\nX-Drip: "
        for _ in range(100):
            yield b"."
            time.sleep(0.05)

    assert "no answer in time" in failure(serve(dripping).url, QUICK)


def test_a_time_that_is_over_before_it_begins_is_told(serve, response):
    assert "no answer in time" in failure(serve(response()).url, Limits(whole=0))


# ---- what fails --------------------------------------------------------------------------------


def test_a_port_where_nothing_listens():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert "connection refused" in failure(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("host", ["nobody.invalid", f"{'a' * 64}.invalid", "a..invalid"])
def test_a_host_that_there_is_not(host):
    assert "no such host" in failure(f"http://{host}/")


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"", "closed the connection without an answer"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "answers 'SSH-2.0-OpenSSH_9.2\\r\\n', which is not HTTP"),
        (b"\x1b[31m" + b"!" * 300 + b"\n\n", "answers '\\x1b[31m!!!"),
        (b"HTTP/1.1 abc\r\n\r\n", "which is not HTTP"),
        (b"HTTP/1.1 99 Low\r\n\r\n", "which is not HTTP"),
        (b"HTTP/2.0 200 OK\r\n\r\n", "answers in 'HTTP/2.0'"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "switches to another protocol"),
        (b"HTTP/1.1 200 OK\r\nA: 1\r\n", "ended in the middle of the headers"),
        (b"HTTP/1.1 200 OK\r\nA: 1", "ended in the middle of the headers"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "closed the connection without an answer"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: 1\r\n" * 101 + b"\r\n", "more than 100 headers"),
        (b"HTTP/1.1 200 OK\r\nA: " + b"1" * 65536 + b"\r\n\r\n", "more than 65536 bytes"),
    ],
)
def test_what_is_no_answer_is_told_in_a_line(serve, sent, told):
    assert told in failure(serve(sent).url)


def test_port_0_is_nobodys():
    assert failure("http://127.0.0.1:0/")


# ---- TLS ---------------------------------------------------------------------------------------


def test_a_trusted_certificate_is_asked(serve, response, tls, monkeypatch):
    context, certificate = tls
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = serve(response(), context)
    assert get(server.url).body == b"read me"
    assert f"Host: {server.address}\r\n" in server.heads[0]


def test_a_certificate_that_nobody_signed_is_not(serve, response, tls):
    told = failure(serve(response(), tls[0]).url)
    assert "its certificate is not trusted (self" in told  # what follows, OpenSSL says
    assert "SSL_CERT_FILE" in told


def test_a_certificate_of_another_host_is_not(serve, response, tls, monkeypatch):
    context, certificate = tls
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = serve(response(), context)
    told = failure(server.url.replace("127.0.0.1", "localhost"))
    assert "not trusted (Hostname mismatch" in told


def test_https_where_no_tls_is_spoken(serve):
    server = serve(b"")
    assert "no TLS connection" in failure(f"https://{server.address}/")


def test_http_where_tls_is_spoken(serve, response, tls):
    server = serve(response(), tls[0])
    assert "write https://" in failure(f"http://{server.address}/")
