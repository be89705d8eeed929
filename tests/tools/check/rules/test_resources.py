"""What the rules of resources find, and what they leave alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import flask
import pytest
from flask import Blueprint, Flask
from flask.sessions import SessionInterface
from werkzeug.routing import Rule

from flask_cors import CORS, cross_origin
from flask_cors.diagnostics.finding import Finding
from flask_cors.tools.check.command import choose_rules
from flask_cors.tools.check.rules import resources
from flask_cors.tools.check.run import run
from flask_cors.tools.shared.rule_paths import Paths

RULES = choose_rules(["CORS501", "CORS502", "CORS504"], [])

APP = "https://app.example"
OTHER = "https://other.example"

AS_SHOWN = "write the path as `flask cors routes` shows it, or leave the resource out"


def view(**_: object) -> str:
    return "read me"


def an_app(*paths: str) -> Flask:
    app = Flask("app", static_folder=None)
    for path in paths:
        app.add_url_rule(path, path.replace(".", "-"), view)
    return app


def with_blueprint(
    resources: object, prefix: str | None = "/shop", paths: tuple[str, ...] = ("/cart",)
) -> Flask:
    app, blueprint = an_app("/users"), Blueprint("shop", "app")
    for path in paths:
        blueprint.add_url_rule(path, path.strip("/"), view)
    CORS(blueprint, resources=resources)
    app.register_blueprint(blueprint, url_prefix=prefix)
    return app


def found(app: Flask) -> tuple[Finding, ...]:
    return run(app, RULES).findings


def codes(app: Flask) -> list[str]:
    return [finding.code for finding in found(app)]


def a_session_store_that_is_down(app: Flask) -> None:
    class Store(SessionInterface):
        def open_session(self, *_: object) -> None:
            raise ConnectionError("the store is down")

    app.session_interface = Store()


def a_teardown_function_that_raises(app: Flask) -> None:
    app.teardown_request(lambda _: flask.g.connection)


@pytest.mark.parametrize("add", [a_session_store_that_is_down, a_teardown_function_that_raises])
def test_the_rules_for_resources_run_nothing_of_the_app(add: Callable[[Flask], None]):
    app = an_app("/api/users")
    add(app)
    CORS(app, resources={"/api/users": {"origins": APP}, "/api/*": {}})
    assert codes(app) == []


def test_an_uncovering_resource_is_found_with_its_line():
    app = an_app("/users")
    CORS(app, resources={"/api/*": {}, "/users": {}})
    (finding,) = found(app)
    assert (finding.code, finding.severity) == ("CORS501", "warning")
    assert "'/api/*'" in finding.message
    assert finding.location.file == __file__
    assert "`flask cors routes`" in finding.hint


@pytest.mark.parametrize("resources", ["/users", "/users/*", "/u.*", "/*", ["/*", "/users"]])
def test_a_resource_that_a_route_matches_is_not_found(resources: object):
    app = an_app("/users")
    CORS(app, resources=resources)
    assert found(app) == ()


def test_the_resource_for_every_path_is_never_uncovering():
    app = an_app()
    CORS(app)
    assert found(app) == ()


@pytest.mark.parametrize(
    ("resource", "hint"),
    [
        ("/api", "write '/api/*' for what lies below"),
        ("/api/", "write '/api/*' for what lies below"),
        ("/users", "write '/api/users', or leave it out"),
        ("/users/*", "write '/api/users/*', or leave it out"),
        ("/user", AS_SHOWN),
        ("/api/usr.*", AS_SHOWN),
    ],
)
def test_an_uncovering_resource_is_corrected_by_one_that_a_route_matches(resource: str, hint: str):
    app = an_app("/api/users", "/other")
    CORS(app, resources=[resource, "/other"])
    (finding,) = found(app)
    assert finding.hint == hint


@pytest.mark.filterwarnings("ignore::flask_cors.errors.CORSWarning")
@pytest.mark.parametrize("resource", ["/api/.+", "/api/<name>", "api"])
def test_an_uncovering_resource_is_not_found_where_another_rule_says_why(resource: str):
    app = an_app("/api/users")
    CORS(app, resources=[resource, "/api/*"])
    assert found(app) == ()


def test_an_uncovering_resource_is_found_for_a_blueprint_that_has_no_such_view():
    assert codes(with_blueprint(["/shop/*", "/users"])) == ["CORS501"]
    assert codes(with_blueprint("/users", prefix=None)) == ["CORS501"]


@pytest.mark.parametrize(
    ("resource", "prefix", "hint"),
    [
        ("/cart", "/shop", 'write "/shop/cart"'),
        ("/cart/*", "/shop", 'write "/shop/cart/*"'),
        ("/c.*", "/shop", "write re.compile('/shop/c.*')"),
        (
            re.compile("^/CART$", re.IGNORECASE),
            "/shop",
            "write re.compile('/shop/CART$', re.IGNORECASE)",
        ),
        ("/cart", "/<lang>/shop", r"write re.compile('/[^/]+/shop/cart')"),
        ("/cart/*", "/<int:shop>/shop", r"write re.compile('/[^/]+/shop/cart(?:/|$)')"),
    ],
)
def test_a_resource_without_prefix_is_found_with_the_full_pattern(
    resource: object, prefix: str, hint: str
):
    (finding,) = found(with_blueprint(resource, prefix))
    assert (finding.code, finding.severity) == ("CORS504", "warning")
    assert "'shop'" in finding.message
    assert finding.hint == hint


@pytest.mark.parametrize("resource", ["/shop/cart", "/shop/*", "/*"])
def test_a_resource_with_the_prefix_is_not_found(resource: str):
    assert found(with_blueprint(resource)) == ()


def test_a_hidden_resource_is_found_with_those_that_come_first():
    app = an_app("/api/users", "/api/orders")
    CORS(app, resources={"/.*/users": {"origins": APP}, "/api/*": {"origins": OTHER}})
    (finding,) = found(app)
    assert (finding.code, finding.severity) == ("CORS502", "warning")
    assert "'/.*/users' decides on no route: '/api/*' comes first" in finding.message


def test_a_hidden_resource_is_a_note_where_the_others_have_the_same_options():
    app = an_app("/api/users")
    CORS(app, resources=["/.*/users", "/api/*"])
    assert [finding.severity for finding in found(app)] == ["note"]


def test_a_resource_whose_views_are_decorated_is_not_hidden():
    app = an_app()
    app.add_url_rule("/users", view_func=cross_origin(origins=APP)(view))
    CORS(app, resources={"/users": {"origins": OTHER}})
    assert found(app) == ()


def test_a_resource_of_the_app_whose_paths_are_all_a_blueprints_is_hidden():
    app = with_blueprint("/*")
    resources = {"/shop/*": {"origins": APP}, "/shop/cart": {"origins": OTHER}, "/users": {}}
    CORS(app, resources=resources)
    assert codes(app) == ["CORS502", "CORS502"]


def test_a_resource_that_is_left_with_the_404_pages_below_it_is_not_hidden():
    app = an_app("/api/users", "/api/orders")
    CORS(app, resources={"/api/*": {"origins": APP}, "/api/users": {}, "/api/orders": {}})
    assert found(app) == ()


def test_a_resource_that_decides_on_some_paths_of_a_route_is_not_hidden():
    app = an_app("/users/<name>")
    CORS(app, resources={"/users/me": {"origins": APP}, "/users/*": {}})
    assert found(app) == ()


def test_the_routes_are_read_once_however_many_resources_match_none(
    monkeypatch: pytest.MonkeyPatch,
):
    read: list[str] = []

    def paths(rule: Rule) -> Paths:
        read.append(rule.rule)
        return Paths(rule)

    monkeypatch.setattr(resources, "Paths", paths)
    app = an_app(*(f"/a/{number}" for number in range(20)))
    CORS(app, resources=[f"/b/{number}" for number in range(10)])
    assert codes(app) == ["CORS501"] * 10
    assert len(read) == 20
