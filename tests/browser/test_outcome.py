"""An outcome as text."""

from __future__ import annotations

from flask_cors.browser import Response

from .server import ANY, API, APP, Server, fetch, redirect, response


def test_an_outcome_prints_each_request_and_the_cors_headers():
    preflight = response(
        *ANY,
        ("Access-Control-Allow-Methods", "PUT"),
        ("Access-Control-Allow-Headers", "x-a"),
        ("Server", "x"),
        status=204,
    )
    server = Server(books=(response(*ANY, ("Expires", "0")), preflight))
    outcome = fetch(server, method="PUT", headers={"X-A": "1"})
    assert str(outcome).splitlines() == [
        f"1. OPTIONS {API} (preflight for the method PUT and the header x-a)",
        f"   -> Origin: {APP}",
        "   -> Access-Control-Request-Method: PUT",
        "   -> Access-Control-Request-Headers: x-a",
        "   <- 204",
        "   <- Access-Control-Allow-Origin: *",
        "   <- Access-Control-Allow-Methods: PUT",
        "   <- Access-Control-Allow-Headers: x-a",
        f"2. PUT {API}",
        f"   -> Origin: {APP}",
        "   <- 200",
        "   <- Access-Control-Allow-Origin: *",
        "Allowed: the frontend can read status 200 and the header expires.",
    ]


def test_an_outcome_prints_why_the_preflight_was_needed_and_what_it_refused():
    server = Server(books=(response(*ANY), response(*ANY)))
    assert str(fetch(server, method="PUT")).splitlines()[-1] == (
        "Blocked (MethodDisallowedByPreflightResponse): "
        "The preflight response's Access-Control-Allow-Methods does not allow PUT."
    )
    assert "(preflight for the header x-a)\n" in str(fetch(server, headers={"X-A": "1"}))


def test_an_outcome_prints_that_nothing_was_sent():
    assert str(fetch(Server(), mode="same-origin")).splitlines() == [
        "Nothing was sent.",
        'Blocked (DisallowedByMode): The mode is "same-origin", and the URL has another origin.',
    ]


def test_an_outcome_prints_what_the_frontend_gets():
    assert str(fetch(Server(books=response()), mode="no-cors")).endswith(
        "Allowed: the frontend gets an opaque response and can read nothing of it."
    )
    assert str(fetch(Server(books=redirect("/x", *ANY)), redirect="manual")).endswith(
        "Allowed: the frontend learns that there is a redirect, but not where it leads."
    )
    assert str(fetch(Server(books=redirect("/x", *ANY)), redirect="error")).endswith(
        "Failed: The response is a redirect, and redirect is 'error'."
    )
    assert "status 200 and no headers." in str(fetch(Server(books=response(*ANY))))


def test_an_outcome_escapes_and_cuts_what_a_server_sends():
    acao = ("Access-Control-Allow-Origin", "\x1b[31m" + "x" * 100_000)
    text = str(fetch(Server(books=Response(200, (acao,)))))
    assert "\x1b" not in text
    assert len(text) < 2000
    assert len(text.splitlines()) == 5
