"""``flask cors probe``: its requests and its report."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from flask_cors.tools.cli import cors
from flask_cors.tools.probe.exchanges import COMPARED_ORIGINS

APP = "https://app.example"
SECOND = COMPARED_ORIGINS[0]
ALL = "Access-Control-Allow-Origin: *"
DOUBLED = (
    "MultipleAllowOriginValues): Access-Control-Allow-Origin is *, *; only one value is allowed."
)


def run(url: str, *arguments: str, origin: str = APP, status: int = 0, color: bool = False) -> str:
    """Return the output of the command."""
    command = ["probe", url, "--origin", origin, *arguments]
    result = CliRunner().invoke(cors, command, color=color, env={"COLUMNS": "90"})
    assert result.exit_code == status, result.output
    return result.output


@pytest.fixture
def plain(serve, response):
    """A server that allows everything."""
    lines = (ALL, "Access-Control-Allow-Methods: *", "Access-Control-Allow-Headers: *")
    return serve(response("200 OK", *lines))


# ---- what is sent ------------------------------------------------------------------------------


def test_a_safe_request_is_sent_from_two_origins(plain, origin_of):
    run(plain.url, "--header", "X: 1")
    sent = [(head.partition(" ")[0], origin_of(head)) for head in plain.heads]
    assert sent == [("OPTIONS", APP), ("GET", APP), ("OPTIONS", SECOND), ("GET", SECOND)]
    assert "Access-Control-Request-Headers: x\r\n" in plain.heads[2]
    assert "X: 1\r\n" in plain.heads[3]


@pytest.mark.parametrize(
    ("method", "sent"),
    [("PUT", ["OPTIONS", "PUT", "OPTIONS"]), ("post", ["POST"]), ("HEAD", ["HEAD", "HEAD"])],
)
def test_an_unsafe_request_is_sent_once(plain, method, sent):
    run(plain.url, "--method", method)
    assert plain.methods == sent


def test_a_redirect_loop_does_not_send_an_unsafe_request_twice(serve, response):
    """A browser would, because the Origin is null by then."""
    there = serve(lambda head: response("307 Temporary", ALL, f"Location: {here.url}"))
    here = serve(response("307 Temporary", ALL, f"Location: {there.url}"))
    assert "There were more than 20 redirects" in run(here.url, "--method", "POST", status=1)
    assert (here.methods, there.methods) == (["POST"], ["POST"])


def test_only_a_safe_request_is_sent_after_a_failed_preflight(serve, response):
    server = serve(response("403 Forbidden"))
    run(server.url, "--method", "DELETE", status=1)
    assert server.methods == ["OPTIONS"] * 2
    server.heads.clear()
    run(server.url, "--header", "Authorization: x", status=1)
    assert server.methods == ["OPTIONS", "GET"] * 2


def test_no_request_is_sent_after_a_preflight_that_failed_after_a_redirect(serve, response):
    """Its Authorization is meant for the first server only."""
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


def test_the_second_origin_is_compared_with_a_third(plain, origin_of):
    run(plain.url, origin=SECOND)
    assert [origin_of(head) for head in plain.heads] == list(COMPARED_ORIGINS)


def test_a_same_origin_request_is_not_compared(plain):
    output = run(plain.url, origin=plain.url.rstrip("/"))
    assert plain.methods == ["GET"]
    assert "The same requests from" not in output


# ---- what is printed ---------------------------------------------------------------------------


def test_the_request_the_exchanges_the_findings_and_the_verdict_are_printed_in_this_order(
    serve, response
):
    server = serve(response("200 OK", ALL, ALL))
    *lines, console, _ = run(server.url, status=1).splitlines()
    assert lines == [
        f"GET {server.url} from {APP}",
        "",
        f"1. GET {server.url}",
        f"   -> Origin: {APP}",
        "   <- 200",
        "   <- Access-Control-Allow-Origin: *, *",
        "",
        f"The same requests from {SECOND}:",
        "   response 1: 200, allows '*, *'",
        "",
        "response 1",
        "  error    CORS801 2 lines of Access-Control-Allow-Origin: '*', '*'; browsers accept one",
        "                   value, and block the response",
        f"{'':19}-> let either the app or the proxy send it (in nginx: proxy_hide_header",
        "                      Access-Control-Allow-Origin)",
        "",
        f"Blocked ({DOUBLED}",
    ]
    assert console.startswith(f"Chromium's console: Access to fetch at '{server.url}' from origin")


def test_a_forbidden_header_is_named(plain):
    output = run(plain.url, "--header", "Cookie: a=b")
    assert "Scripts may not set Cookie: it was left out.\n" in output
    assert "Cookie" not in "".join(plain.heads)


def test_a_refused_second_origin_is_shown(serve, response, origin_of):
    server = serve(lambda head: response("200 OK", *([ALL] if origin_of(head) == APP else [])))
    assert "response 1: 200, no Access-Control-Allow-Origin\n" in run(server.url)


def test_colours_are_shown_on_terminals_only(serve, response):
    server = serve(response("200 OK", ALL, ALL))
    coloured = run(server.url, status=1, color=True)
    assert click.style("error  ", fg="red") in coloured
    assert click.unstyle(coloured) == run(server.url, status=1)


@pytest.fixture
def reflecting(serve, response, origin_of):
    """A server that allows every origin by its name, with credentials."""
    return serve(
        lambda head: response(
            "200 OK",
            f"Access-Control-Allow-Origin: {origin_of(head)}",
            "Access-Control-Allow-Credentials: true",
            "Vary: Origin",
        )
    )


def codes(output: str) -> list[str]:
    return re.findall(r"CORS8\d\d", output)


def test_findings_are_sorted_by_severity(reflecting):
    output = run(reflecting.url, "--credentials", "include")
    assert codes(output) == ["CORS841", "CORS852"]
    assert "  error    CORS841 " in output
    assert "  note     CORS852 " in output


def test_rules_can_be_selected_and_ignored(reflecting):
    include = ("--credentials", "include")
    assert codes(run(reflecting.url, *include, "--select", "CORS85")) == ["CORS852"]
    assert codes(run(reflecting.url, *include, "--ignore", "CORS852,CORS801")) == ["CORS841"]
    assert "'CORS1' is not the beginning of a code, such as CORS801 or CORS8" in run(
        reflecting.url, "--select", "CORS1", status=2
    )


def test_github_gets_an_annotation_for_each_finding(reflecting):
    first, second = run(
        reflecting.url, "--credentials", "include", "--format", "github"
    ).splitlines()
    assert first.startswith("::error title=CORS841 any site allowed%2C with credentials::response")
    assert second.startswith("::notice title=CORS852 ")


def test_the_findings_are_written_as_sarif(reflecting):
    log = json.loads(run(reflecting.url, "--credentials", "include", "--format", "sarif"))
    (written,) = log["runs"]
    assert written["tool"]["driver"]["name"] == "flask cors probe"
    assert [each["ruleId"] for each in written["results"]] == ["CORS841", "CORS852"]


def test_github_gets_an_annotation_for_a_request_that_is_blocked(serve, response):
    server = serve(response("200 OK"))
    (line,) = run(server.url, "--format", "github", status=1).splitlines()
    assert line.startswith(f"::error title=Blocked (MissingAllowOriginHeader)::{server.url}: ")
    there = serve(lambda head: response("307 Temporary", ALL, f"Location: {there.url}"))
    *_, line = run(there.url, "--format", "github", status=1).splitlines()
    assert line.startswith(f"::error title=Failed::{there.url}: There were more than 20 redirects")


def test_control_characters_of_a_server_do_not_reach_the_terminal(serve, response):
    evil = "\x1b[2J\x9b\x07" + "x" * 5000
    names = ("Access-Control-Allow-Origin", "Access-Control-Max-Age", "Server", "Via", "Location")
    lines = [f"{name}: {evil}" for name in names for _ in range(2)]
    server = serve(response("302 Found", *lines, f"Age: 1{evil}", f"X-Cache: hit {evil}"))
    for arguments in ([], ["--header", "X: 1"]):
        output = run(server.url, *arguments, status=1)
        assert output.replace("\n", "").isprintable()
        assert len(output) < 6000


def test_the_url_is_shown_as_it_is_sent(plain):
    output = run(f"{plain.url}a/../\x1b[2J#fragment")
    assert output.startswith(f"GET {plain.url}%1B[2J from ")
    assert plain.heads[0].startswith("GET /%1B[2J HTTP/1.1")


def test_the_json_of_a_probe_has_the_same_data_as_the_text(serve, response):
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
    (other,) = data["comparisons"]
    assert (other["label"], other["origin"], other["status"]) == ("response 1", SECOND, 200)
    (finding,) = data["findings"]
    assert (finding["code"], finding["severity"]) == ("CORS801", "error")
    assert {"title", "message", "hint", "subject", "location"} < finding.keys()


# ---- without a verdict ---------------------------------------------------------------------------


def test_no_response_is_one_line_and_status_2(serve):
    server = serve(b"")
    assert run(server.url, status=2) == (
        f"Error: '{server.url}': the server closed the connection without a response: see the "
        "server's log, or write https:// if the port uses TLS\n"
    )


def test_no_response_after_a_redirect_names_the_url_there(serve, response):
    target = serve(b"")
    server = serve(response("302 Found", ALL, f"Location: {target.url}"))
    assert run(server.url, status=2).startswith(f"Error: '{target.url}': ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ws://api.example/"], "url: 'ws://api.example/' is not an http or https URL"),
        (["api.example"], "url: 'api.example' is not an absolute URL"),
        (["http://a/", "--origin", "app.example"], "it has no scheme; write 'https://app.example'"),
        (["http://a/", "--header", "X 1"], "header: 'X 1' has no colon"),
        (["http://a/", "--method", "GTE"], "method: 'GTE' is not a registered method; write GET"),
    ],
)
def test_bad_input_is_one_line_and_status_2(arguments, message):
    output = run(*arguments, status=2)
    assert message in output
    assert len(output.splitlines()) == 1


def test_no_app_is_needed(plain, tmp_path):
    command = [sys.executable, "-m", "flask", "cors", "probe", plain.url, "--origin", APP]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.endswith(
        "\nAllowed: the frontend can read status 200 and the header content-length.\n"
    )
