"""What the rules of resources find, and what they leave alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import flask
import pytest
from flask import Blueprint, Flask
from flask.sessions import SessionInterface
from werkzeug.routing import PathConverter, Rule

from flask_cors import CORS, cross_origin
from flask_cors.diagnostics.finding import Finding
from flask_cors.policy.policy import Policy
from flask_cors.tools.check.command import choose_rules
from flask_cors.tools.check.rules import resources
from flask_cors.tools.check.run import run
from flask_cors.tools.shared.rule_paths import Paths

RULES = choose_rules(["CORS501", "CORS502", "CORS503", "CORS504", "CORS509"], [])

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


def test_two_regexes_for_one_route_are_found_with_the_path_and_the_one_that_decides():
    app = an_app("/api/users", "/api/orders", "/shop/users")
    CORS(app, resources={"/api/.*": {"origins": APP}, "/.*/users": {"origins": OTHER}})
    (finding,) = found(app)
    assert (finding.code, finding.severity) == ("CORS503", "warning")
    assert "'/api/.*' and '/.*/users' both match '/api/users' and differ" in finding.message
    assert finding.message.endswith("'/api/.*' decides")


def test_two_regexes_for_one_route_are_found_among_the_paths_of_a_route_with_converters():
    app = an_app("/<name>/users", "/<name>/orders")
    CORS(app, resources={"/[a-z].*": {"origins": APP}, "/[^0-9].*s": {"origins": OTHER}})
    (finding,) = found(app)
    assert re.search(r"'/a/\w+' and \d more", finding.message)


def test_two_regexes_for_one_route_are_not_found_where_a_path_has_its_own_resource():
    app = an_app("/api/users", "/api/orders", "/other")
    rules = {"/api/users": {}, "/api/orders": {}, "/a.*": {"origins": APP}, "/.*s": {}}
    CORS(app, resources=rules)
    assert "CORS503" not in codes(app)


def test_two_regexes_for_one_route_are_found_once_for_a_path_with_several_views():
    app = an_app("/api/users", "/api/orders")
    app.add_url_rule("/api/users", "more", view, methods=["PUT"])
    rules = {"/a.*": {"origins": APP}, "/.*s": {"origins": OTHER}, "/.*x": {"origins": []}}
    CORS(app, resources=rules)
    (finding,) = [finding for finding in found(app) if finding.code == "CORS503"]
    assert "both match '/api/orders' and 1 more" in finding.message


def test_two_regexes_for_one_route_are_found_behind_a_blueprint_that_does_not_match():
    app = with_blueprint("/shop/other")
    CORS(app, resources={"/s.*": {"origins": APP}, "/.*t": {"origins": OTHER}})
    assert "CORS503" in codes(app)


def test_two_regexes_for_one_route_are_found_in_a_blueprint():
    resources = {"/shop/c.*": {"origins": APP}, "/shop/.*t": {"origins": OTHER}}
    assert codes(with_blueprint(resources)) == ["CORS503"]


@pytest.mark.parametrize(
    "resources",
    [
        {"/api/.*": {"origins": APP}, "/shop/.*": {}},  # no path in common
        {"/api/.*": {}, "/.*/users": {}},  # the same policy
        {"/api/*": {"origins": APP}, "/.*/users": {}, "/shop.*": {}},  # one regex alone
        {"/api/.*": {"origins": APP}, "/api/u.*": {}},  # one plainly around the other
        {"^/api/(.*)$": {"origins": APP}, r"/api/users": {}, r"/api/us(er)?.*": {}},
    ],
)
def test_two_regexes_for_one_route_are_not_found_where_the_order_is_plain(resources: object):
    app = an_app("/api/users", "/shop/users", "/shop")
    CORS(app, resources=resources)
    assert "CORS503" not in codes(app)


def test_two_regexes_for_one_route_are_compared_only_if_a_path_begins_like_both(
    monkeypatch: pytest.MonkeyPatch,
):
    compared: list[object] = []
    agree = resources.are_equal

    def agree_and_record(first: Policy, second: Policy) -> bool:
        compared.append((first, second))
        return agree(first, second)

    monkeypatch.setattr(resources, "are_equal", agree_and_record)
    app = an_app(*(f"/api/{number}/users" for number in range(20)))
    rules = {
        rf"/api/{number}/\w+": {"origins": f"https://{number}.example"} for number in range(20)
    }
    CORS(app, resources={**rules, "/api/1/u.*": {}})
    assert codes(app) == ["CORS503"]
    assert len(compared) <= 22


def test_two_regexes_for_one_route_are_not_found_on_views_with_a_policy_of_their_own():
    app = an_app("/api/orders", "/shop/users")
    app.add_url_rule("/api/users", view_func=cross_origin()(view))
    CORS(app, resources={"/api/.*": {"origins": APP}, "/.*/users": {"origins": OTHER}})
    assert found(app) == ()


class FromSlash(PathConverter):
    """Takes a slash at the beginning too."""

    regex = ".*?"
    part_isolating = False


@pytest.mark.parametrize(
    ("rule", "resources", "named"),
    [
        ("/files/<path:name>", {"/files/open/*": {}, "/*": {"origins": APP}}, "'/*'"),
        ("/files/<path:name>", ["/files/open/*"], "no resource"),
    ],
)
def test_a_rule_with_ambiguous_paths_is_found_with_the_resources_that_differ(
    rule: str, resources: object, named: str
):
    app = an_app(rule)
    CORS(app, resources=resources)
    (finding,) = found(app)
    assert (finding.code, finding.severity) == ("CORS509", "note")
    assert finding.message == (
        "resources: requests to /files/<path:name> with empty or dot segments may get no CORS "
        f"headers: the policies of '/files/open/*', {named} differ"
    )
    assert (finding.subject, finding.location.file) == (
        "the resource '/files/open/*'",
        __file__,
    )
    assert "the same options" in finding.hint


def test_a_rule_with_ambiguous_paths_is_found_for_the_static_files_of_flask():
    app = Flask("app")
    CORS(app, resources={"/static/open/*": {}, "/static/*": {"origins": APP}})
    (finding,) = found(app)
    assert "requests to /static/<path:filename> with" in finding.message


def test_a_rule_with_ambiguous_paths_is_found_once_for_all_the_rules_of_one_resource():
    app = an_app("/a/<path:name>", "/b/<path:name>")
    app.add_url_rule("/a/<path:name>", "write", view, methods=["PUT"])
    CORS(app, resources={"/./open/.*": {}, "/*": {"origins": APP}})
    (finding,) = found(app)
    assert "requests to /a/<path:name>, /b/<path:name> with" in finding.message


@pytest.mark.parametrize("path", ["/files/open/../shut", "/files//open/a"])
def test_a_path_with_ambiguous_segments_gets_no_headers(
    path: str,
):
    app = an_app()
    app.url_map.merge_slashes = False
    app.url_map.converters["path"] = FromSlash
    app.add_url_rule("/files/<path:name>", "file", view)
    CORS(app, resources={"/files/open/*": {}, "/*": {"origins": APP}})
    response = app.test_client().get(path, headers={"Origin": APP})
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize(
    ("rule", "resources"),
    [
        ("/files/<name>", {"/files/open": {}, "/*": {"origins": APP}}),
        ("/files/<path:name>", {"/files/*": {}, "/*": {"origins": APP}}),
        ("/files/<path:name>", {"/files/open/*": {}, "/*": {}}),
        ("/files/<path:name>", "/users"),
    ],
)
def test_a_rule_with_ambiguous_paths_is_not_found_where_its_paths_have_one_policy(
    rule: str, resources: object
):
    app = an_app(rule, "/users")
    CORS(app, resources=resources)
    assert "CORS509" not in codes(app)


def test_a_rule_with_ambiguous_paths_is_not_found_where_the_view_is_decorated():
    app = an_app("/files/open/a", "/shut")
    app.add_url_rule("/files/<path:name>", "file", cross_origin()(view))
    CORS(app, resources={"/files/open/*": {}, "/*": {"origins": APP}})
    assert found(app) == ()


def test_a_rule_with_ambiguous_paths_is_not_found_for_the_catch_all_of_a_frontend():
    app = an_app("/api/users", "/<path:page>")
    CORS(app, resources={"/api/*": {"origins": APP}})
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
