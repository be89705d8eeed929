"""``flask cors probe``: what is asked, and what is printed."""

from __future__ import annotations

import json
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from flask_cors.tools.cli import cors
from flask_cors.tools.probe import OTHERS

APP = "https://app.example"
SECOND = OTHERS[0]
ALL = "Access-Control-Allow-Origin: *"
DOUBLED = "MultipleAllowOriginValues): Access-Control-Allow-Origin is *, *: it takes one value."


def run(url: str, *arguments: str, origin: str = APP, status: int = 0, color: bool = False) -> str:
    """What the command prints."""
    command = ["probe", url, "--origin", origin, *arguments]
    result = CliRunner().invoke(cors, command, color=color, env={"COLUMNS": "90"})
    assert result.exit_code == status, result.output
    return result.output


@pytest.fixture
def plain(serve, response):
    """A server that allows all that it is asked."""
    lines = (ALL, "Access-Control-Allow-Methods: *", "Access-Control-Allow-Headers: *")
    return serve(response("200 OK", *lines))


# ---- what is asked -----------------------------------------------------------------------------


def test_what_may_be_asked_twice_is_asked_for_two_origins(plain, origin_of):
    run(plain.url, "--header", "X: 1")
    asked = [(head.partition(" ")[0], origin_of(head)) for head in plain.heads]
    assert asked == [("OPTIONS", APP), ("GET", APP), ("OPTIONS", SECOND), ("GET", SECOND)]
    assert "Access-Control-Request-Headers: x\r\n" in plain.heads[2]
    assert "X: 1\r\n" in plain.heads[3]


@pytest.mark.parametrize(
    ("method", "sent"),
    [("PUT", ["OPTIONS", "PUT", "OPTIONS"]), ("post", ["POST"]), ("HEAD", ["HEAD", "HEAD"])],
)
def test_what_may_change_something_is_sent_once(plain, method, sent):
    run(plain.url, "--method", method)
    assert plain.methods == sent


def test_not_even_redirects_make_it_come_twice(serve, response):
    """A page's would, as the Origin has become null by then."""
    there = serve(lambda head: response("307 Temporary", ALL, f"Location: {here.url}"))
    here = serve(response("307 Temporary", ALL, f"Location: {there.url}"))
    assert "There were more than 20 redirects" in run(here.url, "--method", "POST", status=1)
    assert (here.methods, there.methods) == (["POST"], ["POST"])


def test_behind_a_preflight_that_fails_only_a_harmless_request_is_made(serve, response):
    server = serve(response("403 Forbidden"))
    run(server.url, "--method", "DELETE", status=1)
    assert server.methods == ["OPTIONS"] * 2
    server.heads.clear()
    run(server.url, "--header", "Authorization: x", status=1)
    assert server.methods == ["OPTIONS", "GET"] * 2


def test_behind_a_redirect_it_is_not_made(serve, response):
    """Its Authorization is not for the server there."""
    target = serve(response("403 Forbidden"))
    server = serve(
        lambda head: response(
            "307 Temporary" if head.startswith("GET") else "200 OK",
            ALL,
            "Access-Control-Allow-Headers: X",
            f"Location: {target.url}",
        )
    )
    run(server.url, "--header", "X: 1", status=1)
    assert set(target.methods) == {"OPTIONS"}


def test_whoever_asks_as_the_second_origin_is_compared_with_a_third(plain, origin_of):
    run(plain.url, origin=SECOND)
    assert [origin_of(head) for head in plain.heads] == list(OTHERS)


def test_a_page_of_the_same_origin_is_not_compared(plain):
    output = run(plain.url, origin=plain.url.rstrip("/"))
    assert plain.methods == ["GET"]
    assert "Asked again" not in output


# ---- what is printed ---------------------------------------------------------------------------


def test_the_question_the_exchanges_the_findings_and_the_verdict_in_this_order(serve, response):
    server = serve(response("200 OK", ALL, ALL))
    *lines, console = run(server.url, status=1).splitlines()
    assert lines == [
        f"GET {server.url} by a page of {APP}",
        "",
        f"1. GET {server.url}",
        f"   -> Origin: {APP}",
        "   <- 200",
        "   <- Access-Control-Allow-Origin: *, *",
        "",
        f"Asked again from {SECOND}:",
        "   answer 1: 200, allows '*, *'",
        "",
        "Wrong (doubled-origin): Answer 1 has 2 lines of Access-Control-Allow-Origin: '*', '*'.",
        "Browsers take one value, and block this. The app and a proxy may both add it: let one of",
        "them do it (in nginx: proxy_hide_header Access-Control-Allow-Origin).",
        "",
        f"Blocked ({DOUBLED}",
    ]
    assert console.startswith(f"Chromium's console: Access to fetch at '{server.url}' from origin")


def test_a_header_that_no_page_may_set_is_told(plain):
    output = run(plain.url, "--header", "Cookie: a=b")
    assert "Browsers let no page set Cookie: it was left out.\n" in output
    assert "Cookie" not in "".join(plain.heads)


def test_the_second_origin_may_be_allowed_nothing(serve, response, origin_of):
    server = serve(lambda head: response("200 OK", *([ALL] if origin_of(head) == APP else [])))
    assert "answer 1: 200, no Access-Control-Allow-Origin\n" in run(server.url)


def test_colours_are_for_terminals(serve, response):
    server = serve(response("200 OK", ALL, ALL))
    coloured = run(server.url, status=1, color=True)
    assert click.style("Wrong (doubled-origin):", fg="red") in coloured
    assert click.unstyle(coloured) == run(server.url, status=1)


def test_levels_have_colours_of_their_own(serve, response, origin_of):
    server = serve(
        lambda head: response(
            "200 OK",
            f"Access-Control-Allow-Origin: {origin_of(head)}",
            "Access-Control-Allow-Credentials: true",
            "Vary: Origin",
        )
    )
    output = run(server.url, "--credentials", "include", color=True)
    assert "\x1b[31m\x1b[1m\x1b[7mHole (any-origin-with-credentials):\x1b[0m" in output
    assert "\x1b[33mNote (no-cookies):\x1b[0m" in output


def test_what_a_server_sends_reaches_no_terminal_as_it_is(serve, response):
    evil = "\x1b[2J\x9b\x07" + "x" * 5000
    names = ("Access-Control-Allow-Origin", "Access-Control-Max-Age", "Server", "Via", "Location")
    lines = [f"{name}: {evil}" for name in names for _ in range(2)]
    server = serve(response("302 Found", *lines, f"Age: 1{evil}", f"X-Cache: hit {evil}"))
    for arguments in ([], ["--header", "X: 1"]):
        output = run(server.url, *arguments, status=1)
        assert output.replace("\n", "").isprintable()
        assert len(output) < 5000


def test_the_url_is_shown_as_it_is_sent(plain):
    output = run(f"{plain.url}a/../\x1b[2J#fragment")
    assert output.startswith(f"GET {plain.url}%1B[2J by a page")
    assert plain.heads[0].startswith("GET /%1B[2J HTTP/1.1")


def test_json_holds_the_same(serve, response):
    server = serve(response("200 OK", ALL, ALL, "X-Name: \x1b\xff"))
    output = run(server.url, "--format", "json", "--header", "Cookie: a", status=1)
    assert output.isascii()
    data = json.loads(output)
    assert data["request"] == {
        "url": server.url,
        "origin": APP,
        "method": "GET",
        "headers": [],
        "credentials": "same-origin",
        "dropped": ["Cookie"],
    }
    assert (data["allowed"], data["reason"]) == (False, "MultipleAllowOriginValues")
    assert ["X-Name", "\x1b\xff"] in data["exchanges"][0]["response_headers"]
    (again,) = data["asked_again"]
    assert (again["label"], again["origin"], again["status"]) == ("answer 1", SECOND, 200)
    (finding,) = data["findings"]
    assert (finding["level"], finding["name"]) == ("wrong", "doubled-origin")
    assert {"seen", "means", "do"} < finding.keys()


# ---- what cannot be told -----------------------------------------------------------------------


def test_no_answer_is_one_line_and_status_2(serve):
    server = serve(b"")
    assert run(server.url, status=2) == (
        f"Error: '{server.url}': it closed the connection without an answer: see the server's log, "
        "or write https:// if the port speaks TLS\n"
    )


def test_no_answer_behind_a_redirect_names_the_url_there(serve, response):
    target = serve(b"")
    server = serve(response("302 Found", ALL, f"Location: {target.url}"))
    assert run(server.url, status=2).startswith(f"Error: '{target.url}': ")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["ws://api.example/"], "url: 'ws://api.example/' is no http or https URL"),
        (["api.example"], "url: 'api.example' is no absolute URL"),
        (["http://a/", "--origin", "app.example"], "it has no scheme: write 'https://app.example'"),
        (["http://a/", "--header", "X 1"], "header: 'X 1' has no colon"),
        (["http://a/", "--method", "GTE"], "method: 'GTE' is none that HTTP knows; write GET"),
    ],
)
def test_bad_input_is_one_line_and_status_2(arguments, told):
    output = run(*arguments, status=2)
    assert told in output
    assert len(output.splitlines()) == 1


def test_no_app_is_needed(plain, tmp_path):
    command = [sys.executable, "-m", "flask", "cors", "probe", plain.url, "--origin", APP]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.endswith("\nAllowed: the page can read status 200 and content-length.\n")
