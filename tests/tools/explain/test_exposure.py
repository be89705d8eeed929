"""Response headers that the frontend cannot read, and the line that exposes them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask, Response
from flask.cli import ScriptInfo

from flask_cors import CORS, cross_origin
from flask_cors.tools.cli import cors

APP = "https://app.example"
HEADERS = {"X-Total-Count": "3", "Link": "</2>", "Server": "s", "Content-Disposition": "inline"}


def an_app(headers: dict[str, str] = HEADERS, **options: Any) -> Flask:
    app = Flask("app", static_folder=None)
    app.add_url_rule("/x", "x", lambda: ("", headers), methods=["GET", "PUT"])
    CORS(app, origins=APP, **options)
    return app


def run(app: Flask, *arguments: str) -> Result:
    command = ["explain", "/x", "--origin", APP, *arguments]
    return CliRunner().invoke(cors, command, obj=ScriptInfo(create_app=lambda: app))


def explained(app: Flask, *arguments: str) -> tuple[list[str], list[str]]:
    found = json.loads(run(app, "--format", "json", *arguments).stdout)
    return found["unreadable_headers"], [each["code"] for each in found["suggestions"]]


def test_headers_for_scripts_are_named_with_the_line_that_exposes_them():
    code = 'CORS(..., expose_headers=["Link", "X-Total-Count"])'
    assert explained(an_app()) == (["Link", "X-Total-Count"], [code])
    result = run(an_app())
    assert result.exit_code == 0
    assert "\nThe frontend cannot read the headers link, x-total-count.\n" in result.output
    assert "\nTo expose them, write at " in result.output
    assert result.output.endswith(
        f"    {code}\nVerified: with this change the frontend can read them.\n"
    )


def test_one_header_is_named_in_the_singular():
    result = run(an_app({"X-Total-Count": "3"}))
    assert "The frontend cannot read the header x-total-count.\n" in result.output
    assert result.output.endswith("with this change the frontend can read it.\n")


@pytest.mark.parametrize("exposed", ["*", ["Link", "x-total-count"], "Link, X-Total-Count"])
def test_headers_that_are_exposed_are_not_named(exposed):
    assert explained(an_app(expose_headers=exposed)) == ([], [])


def test_headers_that_are_exposed_stay_in_the_line():
    app = an_app(expose_headers="X-Other, Link")
    code = 'CORS(..., expose_headers=["X-Other", "Link", "X-Total-Count"])'
    assert explained(app) == (["X-Total-Count"], [code])


@pytest.mark.filterwarnings("ignore:.*is the name of a header")
def test_the_wildcard_is_replaced_for_a_request_with_credentials():
    app = an_app(expose_headers="*", supports_credentials=True)
    code = 'CORS(..., expose_headers=["Link", "X-Total-Count"])'
    assert explained(app, "--credentials", "include") == (["Link", "X-Total-Count"], [code])
    assert explained(app) == ([], [])


def test_headers_of_a_view_for_an_unsafe_method_are_verified_without_calling_it_again():
    app, calls = an_app(), []

    def view() -> tuple[str, dict[str, str]]:
        calls.append(1)
        return "", HEADERS

    app.view_functions["x"] = view
    names, suggestions = explained(app, "--method", "PUT")
    assert (names, len(suggestions), calls) == (["Link", "X-Total-Count"], 1, [1])


def test_a_decorated_view_exposes_them_itself():
    app = an_app()
    app.view_functions["x"] = cross_origin(origins=APP)(lambda: ("", HEADERS))
    assert explained(app)[1] == ['@cross_origin(..., expose_headers=["Link", "X-Total-Count"])']


def test_nothing_is_suggested_where_the_app_sets_the_headers_of_cors_itself():
    headers = {**HEADERS, "Access-Control-Allow-Origin": "*"}
    assert explained(an_app(headers)) == (["Link", "X-Total-Count"], [])
    without_cors = Flask("app", static_folder=None)
    without_cors.add_url_rule("/x", view_func=lambda: ("", headers))
    assert explained(without_cors) == (["Link", "X-Total-Count"], [])


def test_a_name_that_is_not_valid_in_the_option_is_not_suggested():
    app = an_app({})

    def early(environ: Any, start_response: Any) -> Any:
        headers = {"X Total": "3", "Access-Control-Allow-Origin": APP}
        return Response("", headers=headers)(environ, start_response)

    inner = app.wsgi_app

    def both(environ: Any, start_response: Any) -> Any:
        inner(environ, lambda *_: lambda _: None)
        return early(environ, start_response)

    app.wsgi_app = both  # type: ignore[method-assign]
    assert explained(app) == (["X Total"], [])


def test_headers_of_the_app_for_its_own_origin_are_readable():
    result = run(an_app(), "--origin", "http://localhost", "--format", "json")
    assert json.loads(result.stdout)["unreadable_headers"] == []
