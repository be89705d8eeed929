"""The story of a fetch, for a person."""

from __future__ import annotations

from flask_cors.browser import Response

from .server import ANY, API, APP, Server, fetch, redirect, response


def test_a_story_of_two_requests():
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
        f"1. OPTIONS {API}, a preflight because of PUT and x-a",
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
        "Allowed: the page can read status 200 and expires.",
    ]


def test_a_story_that_ends_at_the_preflight():
    server = Server(books=(response(*ANY), response(*ANY)))
    assert str(fetch(server, method="PUT")).splitlines()[-1] == (
        "Blocked (MethodDisallowedByPreflightResponse): "
        "The preflight's Access-Control-Allow-Methods does not allow PUT."
    )
    assert "a preflight because of x-a\n" in str(fetch(server, headers={"X-A": "1"}))


def test_a_story_that_does_not_begin():
    assert str(fetch(Server(), mode="same-origin")).splitlines() == [
        "Nothing was sent.",
        'Blocked (DisallowedByMode): The mode is "same-origin", and the URL is of another origin.',
    ]


def test_other_endings():
    assert str(fetch(Server(books=response()), mode="no-cors")).endswith(
        "Allowed: the page gets an opaque response, of which it can read nothing."
    )
    assert str(fetch(Server(books=redirect("/x", *ANY)), redirect="manual")).endswith(
        "Allowed: the page learns that there is a redirect, and not where to."
    )
    assert str(fetch(Server(books=redirect("/x", *ANY)), redirect="error")).endswith(
        "Failed: The response is a redirect, and redirect is 'error'."
    )
    assert "status 200 and no headers." in str(fetch(Server(books=response(*ANY))))


def test_what_a_server_says_can_neither_break_the_lines_nor_fill_the_screen():
    acao = ("Access-Control-Allow-Origin", "\x1b[31m" + "x" * 100_000)
    story = str(fetch(Server(books=Response(200, (acao,)))))
    assert "\x1b" not in story
    assert len(story) < 2000
    assert len(story.splitlines()) == 5
