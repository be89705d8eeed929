"""Response headers that scripts cannot read: what is found, and what is left alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, Response, make_response, redirect, send_file, session

from flask_cors import CORS, cross_origin
from flask_cors.diagnostics.finding import Finding
from flask_cors.tools.check.calls import Calls
from flask_cors.tools.check.rules.exposure import UnreadableHeader
from flask_cors.tools.check.run import run

APP = "https://app.example"

View = Callable[..., Any]


def an_app(view: View, path: str = "/users", methods: list[str] | None = None) -> Flask:
    app = Flask("app", static_folder=None)
    app.add_url_rule(path, "users", view, methods=methods)
    return app


def found(app: Flask, calls: Calls | None = None) -> list[Finding]:
    return list(run(app, [UnreadableHeader], calls).findings)


def counted(**_: object) -> tuple[str, dict[str, str]]:
    return "", {"X-Total-Count": "7", "X-Shelf": "B-12"}


def download(**_: object) -> Response:
    return send_file(__file__, as_attachment=True)


def inline(**_: object) -> tuple[str, dict[str, str]]:
    return "", {"Content-Disposition": "inline; filename=a.csv"}


def linked(**_: object) -> Response:
    response = make_response("")
    response.headers["Link"] = '</users?page=2>; rel="next"'
    return response


def test_a_header_that_scripts_cannot_read_is_found_with_its_route_and_the_line_to_write():
    app = an_app(counted)
    CORS(app, origins=APP, expose_headers=["X-Next"])
    (one,) = found(app)
    assert (one.code, one.severity, one.subject) == ("CORS310", "note", "CORS(...)")
    assert one.message == "expose_headers: scripts cannot read X-Total-Count of GET /users"
    assert one.hint == 'expose_headers=["X-Next", "X-Total-Count"]'


@pytest.mark.parametrize(("view", "name"), [(download, "Content-Disposition"), (linked, "Link")])
def test_the_name_of_a_download_and_the_links_of_a_list_are_found(view: View, name: str):
    app = an_app(view)
    CORS(app, origins=APP)
    (one,) = found(app)
    assert f"cannot read {name} of GET /users" in one.message


@pytest.mark.parametrize(
    ("view", "options"),
    [
        (counted, {"origins": APP, "expose_headers": "x-total-count"}),
        (counted, {"expose_headers": "*"}),
        (counted, {"origins": []}),
        (counted, {"resources": "/other/*"}),
        (inline, {"origins": APP}),
        (lambda: ("", {"X-Shelf": "B-12"}), {"origins": APP}),
    ],
)
def test_a_header_that_scripts_can_read_or_do_not_need_is_not_found(
    view: View, options: dict[str, Any]
):
    app = an_app(view)
    CORS(app, **options)
    assert found(app) == []


def test_the_star_exposes_nothing_with_credentials():
    app = an_app(counted)
    CORS(app, origins=APP, expose_headers="*", supports_credentials=True)
    assert [one.code for one in found(app)] == ["CORS310"]


@pytest.mark.parametrize(
    ("path", "methods", "route"),
    [
        ("/users/<int:user>", ["GET"], "GET /users/<int:user>"),
        ("/users", ["POST"], "POST /users"),
    ],
)
def test_a_view_that_cannot_be_called_is_found_by_its_code(
    path: str, methods: list[str], route: str
):
    app = an_app(counted, path, methods)
    CORS(app, origins=APP)
    (one,) = found(app)
    assert one.message == f"expose_headers: scripts cannot read X-Total-Count of {route}"


def test_a_view_that_redirects_to_a_login_is_found_by_its_code():
    def logged_in() -> Any:
        return ("", {"X-Total-Count": "7"}) if session.get("user") else redirect("/login")

    app = an_app(logged_in)
    CORS(app, origins=APP)
    (one,) = found(app)
    assert one.message == "expose_headers: scripts cannot read X-Total-Count of GET /users"


def test_a_view_that_is_not_called_is_found_by_its_code():
    app = an_app(counted)
    CORS(app, origins=APP)
    assert len(found(app, Calls(are_allowed=False))) == 1


def test_a_view_that_only_has_a_variable_of_that_name_is_not_called():
    class Page:
        link = "link"

    def shown() -> str:
        raise AssertionError(Page.link, "link")

    app = an_app(shown)
    CORS(app, origins=APP)
    assert found(app) == []


def test_the_headers_of_an_after_request_function_are_found():
    app = an_app(lambda: "")
    CORS(app, origins=APP)

    @app.after_request
    def limit(response: Response) -> Response:
        response.headers["X-RateLimit-Remaining"] = "7"
        return response

    (one,) = found(app)
    assert one.message == "expose_headers: scripts cannot read X-RateLimit-Remaining of GET /users"


def test_the_headers_of_all_routes_of_a_policy_are_one_finding():
    app = an_app(counted)
    app.add_url_rule("/more", "more", linked)
    CORS(app, origins=APP)
    (one,) = found(app)
    assert one.message == (
        "expose_headers: scripts cannot read Link, X-Total-Count of GET /more, GET /users"
    )


def test_each_decorated_view_has_its_own_policy():
    app = an_app(cross_origin(origins=APP, expose_headers="X-Total-Count")(counted))
    app.add_url_rule("/more", "more", cross_origin(origins=APP, expose_headers="X-Next")(counted))
    (one,) = found(app)
    assert (one.subject, one.hint) == (
        "cross_origin(...)",
        'expose_headers=["X-Next", "X-Total-Count"]',
    )


def test_a_decorated_view_that_exposes_nothing_is_found_at_its_decorator():
    app = an_app(cross_origin(origins=APP)(counted))
    (one,) = found(app)
    assert (one.subject, one.hint) == ("@cross_origin", 'expose_headers=["X-Total-Count"]')


def test_a_view_that_exposes_a_header_itself_is_not_found():
    def exposing() -> tuple[str, dict[str, str]]:
        headers = {"X-Total-Count": "7", "Access-Control-Expose-Headers": "X-Total-Count"}
        return "", {"Access-Control-Allow-Origin": APP, **headers}

    app = an_app(exposing)
    CORS(app, origins=APP)
    assert found(app) == []


def test_an_app_whose_functions_raise_is_passed_over():
    app = an_app(lambda: "")
    CORS(app, origins=APP)
    app.before_request(lambda: session["missing"])
    assert found(app) == []
