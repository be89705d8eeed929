"""Views that serve several paths, of which a resource is for one."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import BaseConverter

from flask_cors import CORS, cross_origin
from flask_cors.diagnostics.finding import Finding
from flask_cors.tools.check.command import choose_rules
from flask_cors.tools.check.run import run

RULES = choose_rules(["CORS501", "CORS511", "CORS512"], [])
APP = "https://app.example"


def view(**_: object) -> str:
    return "read me"


def an_app(rule: str, resources: object, **options: Any) -> Flask:
    app = Flask("app", static_folder=None)
    app.url_map.converters["lower"] = Lower
    app.add_url_rule(rule, "view", view, **options)
    CORS(app, resources=resources)
    return app


class Lower(BaseConverter):
    def to_python(self, value: str) -> str:
        if value == "BROKEN":
            raise LookupError(value)
        return value.lower()


def found(app: Flask) -> list[Finding]:
    return list(run(app, RULES).findings)


# ---- CORS511 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "exact", "path"),
    [
        ("/users/<int:user>", "/users/1", "/users/01"),
        ("/users/<lower:user>", "/users/ada", "/users/ADA"),
        ("/users/<uuid:user>", f"/users/{'ab' * 4}-abab-abab-abab-{'ab' * 6}", None),
    ],
)
def test_another_path_of_the_view_with_a_more_open_policy_is_found(
    rule: str, exact: str, path: str | None
):
    app = an_app(rule, {exact: {"origins": APP}, "/users/*": {}})
    (one,) = found(app)
    assert (one.code, one.severity) == ("CORS511", "warning")
    shown = path or exact.upper().replace("/USERS", "/users")
    assert one.message == (
        f"resources: the view of {exact!r} also serves {shown!r}, "
        "which allows https://untrusted.example"
    )
    assert one.subject == f"the resource {exact!r}"


@pytest.mark.parametrize(
    ("rule", "resources"),
    [
        ("/users/<user>", {"/users/1": {"origins": APP}, "/users/*": {}}),  # 01 is another user
        ("/users/<int:user>", {"/users/1": {}, "/users/*": {"origins": APP}}),
        ("/users/<int:user>", {"/users/1": {"origins": APP}}),
        ("/users/<int:user>", {"/users/1": {"origins": lambda origin: True}, "/users/*": {}}),
        ("/users/1", {"/users/1": {"origins": APP}, "/users/*": {}}),
        ("/users/<path:rest>", {"/users/1": {"origins": APP}, "/users/*": {}}),
        ("/users/<lower:user>", {"/users/broken": {"origins": APP}, "/users/*": {}}),
    ],
)
def test_a_path_that_is_not_the_views_or_is_not_more_open_is_not_found(
    rule: str, resources: dict[str, Any]
):
    assert found(an_app(rule, resources)) == []


# ---- CORS512 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "exact", "path"),
    [("/api/admin", "/api/admin", "/api/admin/"), ("/api/admin/", "/api/admin/", "/api/admin")],
)
def test_a_path_that_gets_no_headers_is_found(rule: str, exact: str, path: str):
    resources = {exact: {"origins": APP}, "/api/*": {}}
    app = an_app(rule, resources, strict_slashes=False)
    (one,) = found(app)
    assert (one.code, one.severity) == ("CORS512", "warning")
    assert one.message == (
        f"resources: {path!r} gets no CORS headers, because {exact!r} matches it only with "
        "another slash at its end"
    )
    assert (one.hint, one.subject) == ("write '/api/admin/*' for both", f"the resource {exact!r}")
    response = app.test_client().get(path, headers={"Origin": APP})
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers


def test_a_regex_with_an_end_is_for_one_path():
    resources = {r"/api/admin$": {"origins": APP}, "/api/*": {}}
    app = an_app("/api/admin", resources, strict_slashes=False)
    (one,) = found(app)
    assert one.hint == "end the regular expression with /?$ for both"


@pytest.mark.parametrize(
    ("rule", "resources"),
    [
        ("/api/admin", {"/api/admin": {"origins": APP}, "/api/*": {}}),
        ("/api/admin/", {"/api/admin/*": {"origins": APP}, "/api/*": {}}),
        ("/api/admin", {"/api/admin": {}, "/api/*": {}}),
    ],
)
def test_a_path_that_gets_headers_is_not_found(rule: str, resources: dict[str, Any]):
    assert found(an_app(rule, resources)) == []


@pytest.mark.parametrize("resources", ["/api/admin", {"/api/admin": {"origins": APP}, "/*": {}}])
def test_a_resource_that_decides_on_no_route_is_found_once(resources: object):
    assert [one.code for one in found(an_app("/api/admin/", resources))] == ["CORS501"]


def test_a_decorated_view_has_one_policy_for_all_its_paths():
    app = Flask("app", static_folder=None)
    app.add_url_rule("/api/admin/", "view", cross_origin(origins=APP)(view))
    CORS(app, resources={"/api/admin": {"origins": APP}, "/api/*": {}})
    assert [one.code for one in found(app)] == ["CORS501"]
