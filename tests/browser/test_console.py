"""The messages in Chromium's console. ``tests/live/simulator`` compares them with the browser's,
for every case of the corpus."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.browser import CHROMIUM, Reason, Response
from flask_cors.browser.console import TEXTS, chromium_message

from .corpus import CASES
from .corpus import fetch as replayed
from .server import ANY, API, APP, OURS, Server, fetch, redirect, response

NOT_SIMULATED = {
    Reason.INVALID_RESPONSE,
    Reason.PREFLIGHT_MISSING_ALLOW_EXTERNAL,
    Reason.PREFLIGHT_INVALID_ALLOW_EXTERNAL,
    Reason.INSECURE_LOCAL_NETWORK,
    Reason.INVALID_LOCAL_NETWORK_ACCESS,
    Reason.LOCAL_NETWORK_ACCESS_PERMISSION_DENIED,
}
BLOCKED = f"Access to fetch at '{API}' from origin '{APP}' has been blocked by CORS policy: "
PREFLIGHT = f"{BLOCKED}Response to preflight request doesn't pass access control check: "


def message_of(server: Server, url: str = API, **options: Any) -> str:
    message = chromium_message(fetch(server, url, **options))
    assert message is not None
    return message


def acao(value: str) -> Response:
    return response(("Access-Control-Allow-Origin", value))


def test_there_is_a_text_for_every_simulated_reason():
    assert set(TEXTS) == set(Reason) - NOT_SIMULATED


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_there_is_a_message_exactly_where_cors_blocked(case):
    outcome = replayed(case, CHROMIUM)
    assert (chromium_message(outcome) is None) == (outcome.reason is None)


@pytest.mark.parametrize(
    ("options", "responses", "expected"),
    [
        ({}, response(), f"{BLOCKED}No 'Access-Control-Allow-Origin' header is present"),
        ({"credentials": "include"}, acao("*"), f"{BLOCKED}The value of the 'Access-Control-Allow"),
        ({}, acao("null, *"), f"{BLOCKED}The 'Access-Control-Allow-Origin' header contains multi"),
        (
            {"method": "PUT"},
            (response(), response(*ANY, status=404)),
            f"{PREFLIGHT}It does not have HTTP ok status.",
        ),
        (
            {"method": "PUT"},
            (response(), response(*ANY)),
            (
                f"{BLOCKED}Method PUT is not allowed by Access-Control-Allow-Methods in preflight "
                "response."
            ),
        ),
        (
            {"mode": "same-origin"},
            (),
            (
                f'Fetch API cannot load {API}. Request mode is "same-origin" but the URL\'s origin '
                f"is not same as the request origin {APP}."
            ),
        ),
    ],
)
def test_a_message_begins_as_in_chromium(options, responses, expected):
    assert message_of(Server(books=responses), **options).startswith(expected)


def test_a_message_shows_the_origin_null():
    assert "from origin 'null' has" in message_of(Server(books=response()), origin="null")


def test_a_message_after_a_redirect_shows_the_last_and_the_first_url():
    server = Server(
        a=redirect("/b#f", *ANY), b=redirect("https://other.example/c", *ANY), c=response()
    )
    assert (
        "at 'https://other.example/c#f' (redirected from 'https://api.example/a#e') from origin "
        f"'{APP}' has been blocked"
    ) in message_of(server, "https://api.example/a#e")


def test_a_message_after_a_redirect_back_to_the_first_url_shows_it_once():
    server = Server(
        a=response(
            ("Access-Control-Allow-Origin", APP), ("Location", "https://x.test/b"), status=302
        ),
        b=redirect("https://api.example/a", *ANY),
    )
    assert message_of(server, "https://api.example/a").startswith(
        f"Access to fetch at 'https://api.example/a' from origin '{APP}' has been blocked"
    )


def test_a_message_does_not_show_the_password_of_a_redirect_url():
    server = Server(books=redirect("https://ada:secret@other.example/", *ANY))
    assert message_of(server) == (
        f"{BLOCKED}Redirect location '' contains a username and password, which is disallowed for "
        "cross-origin requests."
    )


@pytest.mark.parametrize(
    "url", ["ftp://api.example/a#b", "mailto:ada@api.example", "foo:/a%20b", "foo:///a"]
)
@pytest.mark.parametrize("mode", ["cors", "no-cors"])
def test_a_message_names_the_unsupported_scheme_of_the_requested_url(url, mode):
    scheme = url.partition(":")[0]
    expected = f'Fetch API cannot load {url}. URL scheme "{scheme}" is not supported.'
    assert message_of(Server(), url, mode=mode) == expected


def test_a_message_after_a_redirect_to_an_unsupported_scheme_lists_the_supported_ones():
    message = message_of(Server(books=redirect("ftp://x/y", *ANY)))
    assert message.startswith(f"Access to fetch at 'ftp://x/y' (redirected from '{API}') from")
    assert "Cross origin requests are only supported for protocol schemes: chrome," in message


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", "''"),
        ("a'b", "'a'b'"),
        ("a\\b", "'a\\b'"),
        ("\x1b[31m", r"'\u001B[31m'"),
        ("\xc3\xa4", r"'\u00C3\u00A4'"),  # byte for byte; the parameter of the reason is ä
        ("\xe4", r"'\u00E4'"),  # the parameter is empty, because this is not UTF-8
    ],
)
def test_a_message_shows_header_values_in_printable_ascii(value, shown):
    assert f"the invalid value {shown}. Have" in message_of(Server(books=acao(value)))
    credentials = response(OURS[0], ("Access-Control-Allow-Credentials", value))
    message = message_of(Server(books=credentials), credentials="include")
    assert f"in the response is {shown} which must be 'true'" in message


def test_a_message_cuts_a_long_value():
    message = message_of(Server(books=acao("x" * 10_000)), f"{API}?{'y' * 10_000}")
    assert len(message) < 800
    assert f"'{'x' * 200}...'" in message


@pytest.mark.parametrize(
    "server", [Server(books=response(*ANY)), Server(books=response(status=407))]
)
def test_a_request_that_cors_does_not_block_has_no_message(server):
    assert chromium_message(fetch(server)) is None
