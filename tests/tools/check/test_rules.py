"""What the checks of resources find, and what they leave alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import flask
import pytest
from flask import Blueprint, Flask
from flask.sessions import SessionInterface
from werkzeug.routing import Rule

from flask_cors import CORS, cross_origin
from flask_cors.policy.policy import Policy
from flask_cors.tools.check import resources
from flask_cors.tools.check.finding import Finding
from flask_cors.tools.check.resources import CHECKS
from flask_cors.tools.check.run import run
from flask_cors.tools.paths import Paths

APP = "https://app.example"
OTHER = "https://other.example"


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
    return run(app, CHECKS).findings


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
def test_nothing_of_the_app_runs(add: Callable[[Flask], None]):
    app = an_app("/api/users")
    add(app)
    CORS(app, resources={"/api/users": {"origins": APP}, "/api/*": {}})
    assert codes(app) == []


class TestARuleThatNoRouteMatches:
    def test_is_found_with_its_line(self):
        app = an_app("/users")
        CORS(app, resources={"/api/*": {}, "/users": {}})
        (finding,) = found(app)
        assert (finding.code, finding.severity) == ("CORS501", "warning")
        assert "'/api/*'" in finding.message
        assert finding.where.file == __file__
        assert "`flask cors routes`" in finding.fix

    @pytest.mark.parametrize("resources", ["/users", "/users/*", "/u.*", "/*", ["/*", "/users"]])
    def test_is_none_of_those_that_one_matches(self, resources: object):
        app = an_app("/users")
        CORS(app, resources=resources)
        assert found(app) == ()

    def test_is_never_the_one_for_every_path(self):
        app = an_app()
        CORS(app)
        assert found(app) == ()

    @pytest.mark.parametrize(
        ("resource", "mend"),
        [
            ("/api", "write '/api/*' for what lies below"),
            ("/api/", "write '/api/*' for what lies below"),
            ("/users", "write '/api/users', or leave it out"),
            ("/users/*", "write '/api/users/*', or leave it out"),
            ("/user", "write the path as `flask cors routes` shows it, or leave the rule out"),
            ("/api/usr.*", "write the path as `flask cors routes` shows it, or leave the rule out"),
        ],
    )
    def test_is_mended_by_one_that_a_route_matches(self, resource: str, mend: str):
        app = an_app("/api/users", "/other")
        CORS(app, resources=[resource, "/other"])
        (finding,) = found(app)
        assert finding.fix == mend

    @pytest.mark.filterwarnings("ignore::flask_cors.errors.CORSWarning")
    @pytest.mark.parametrize("resource", ["/api/.+", "/api/<name>", "api"])
    def test_is_not_told_again_where_it_is_known_why(self, resource: str):
        app = an_app("/api/users")
        CORS(app, resources=[resource, "/api/*"])
        assert found(app) == ()

    def test_is_found_for_a_blueprint_that_has_no_such_view(self):
        assert codes(with_blueprint(["/shop/*", "/users"])) == ["CORS501"]
        assert codes(with_blueprint("/users", prefix=None)) == ["CORS501"]


class TestABlueprintsRuleWithoutThePrefix:
    @pytest.mark.parametrize(
        ("resource", "prefix", "mend"),
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
    def test_is_found_with_the_full_pattern(self, resource: object, prefix: str, mend: str):
        (finding,) = found(with_blueprint(resource, prefix))
        assert (finding.code, finding.severity) == ("CORS504", "warning")
        assert "'shop'" in finding.message
        assert finding.fix == mend

    @pytest.mark.parametrize("resource", ["/shop/cart", "/shop/*", "/*"])
    def test_is_none_that_has_it(self, resource: str):
        assert found(with_blueprint(resource)) == ()


class TestAHiddenRule:
    def test_is_found_with_those_that_come_first(self):
        app = an_app("/api/users", "/api/orders")
        CORS(app, resources={"/.*/users": {"origins": APP}, "/api/*": {"origins": OTHER}})
        (finding,) = found(app)
        assert (finding.code, finding.severity) == ("CORS502", "warning")
        assert "'/.*/users' decides on no route: '/api/*' comes first" in finding.message

    def test_is_a_note_where_it_says_what_the_others_say(self):
        app = an_app("/api/users")
        CORS(app, resources=["/.*/users", "/api/*"])
        assert [finding.severity for finding in found(app)] == ["note"]

    def test_is_none_whose_views_are_decorated(self):
        app = an_app()
        app.add_url_rule("/users", view_func=cross_origin(origins=APP)(view))
        CORS(app, resources={"/users": {"origins": OTHER}})
        assert found(app) == ()

    def test_is_one_of_the_app_whose_paths_are_all_a_blueprints(self):
        app = with_blueprint("/*")
        resources = {"/shop/*": {"origins": APP}, "/shop/cart": {"origins": OTHER}, "/users": {}}
        CORS(app, resources=resources)
        assert codes(app) == ["CORS502", "CORS502"]

    def test_is_none_that_is_left_with_the_404_pages_below_it(self):
        app = an_app("/api/users", "/api/orders")
        CORS(app, resources={"/api/*": {"origins": APP}, "/api/users": {}, "/api/orders": {}})
        assert found(app) == ()

    def test_is_none_that_decides_on_some_paths_of_a_route(self):
        app = an_app("/users/<name>")
        CORS(app, resources={"/users/me": {"origins": APP}, "/users/*": {}})
        assert found(app) == ()


class TestTwoExpressionsForOneRoute:
    def test_are_found_with_the_path_and_the_one_that_decides(self):
        app = an_app("/api/users", "/api/orders", "/shop/users")
        CORS(app, resources={"/api/.*": {"origins": APP}, "/.*/users": {"origins": OTHER}})
        (finding,) = found(app)
        assert (finding.code, finding.severity) == ("CORS503", "warning")
        assert "'/api/.*' and '/.*/users' both match '/api/users' and differ" in finding.message
        assert finding.message.endswith("'/api/.*' decides")

    def test_are_found_among_the_paths_of_a_route_with_converters(self):
        app = an_app("/<name>/users", "/<name>/orders")
        CORS(app, resources={"/[a-z].*": {"origins": APP}, "/[^0-9].*s": {"origins": OTHER}})
        (finding,) = found(app)
        assert re.search(r"'/a/\w+' and \d more", finding.message)

    def test_are_not_found_where_a_path_has_a_rule_of_its_own(self):
        app = an_app("/api/users", "/api/orders", "/other")
        rules = {"/api/users": {}, "/api/orders": {}, "/a.*": {"origins": APP}, "/.*s": {}}
        CORS(app, resources=rules)
        assert "CORS503" not in codes(app)

    def test_are_found_once_for_a_path_with_several_views(self):
        app = an_app("/api/users", "/api/orders")
        app.add_url_rule("/api/users", "more", view, methods=["PUT"])
        rules = {"/a.*": {"origins": APP}, "/.*s": {"origins": OTHER}, "/.*x": {"origins": []}}
        CORS(app, resources=rules)
        (finding,) = [finding for finding in found(app) if finding.code == "CORS503"]
        assert "both match '/api/orders' and 1 more" in finding.message

    def test_are_found_behind_a_blueprint_whose_rules_do_not_match(self):
        app = with_blueprint("/shop/other")
        CORS(app, resources={"/s.*": {"origins": APP}, "/.*t": {"origins": OTHER}})
        assert "CORS503" in codes(app)

    def test_are_found_in_a_blueprint(self):
        resources = {"/shop/c.*": {"origins": APP}, "/shop/.*t": {"origins": OTHER}}
        assert codes(with_blueprint(resources)) == ["CORS503"]

    @pytest.mark.parametrize(
        "resources",
        [
            {"/api/.*": {"origins": APP}, "/shop/.*": {}},  # no path in common
            {"/api/.*": {}, "/.*/users": {}},  # the same policy
            {"/api/*": {"origins": APP}, "/.*/users": {}, "/shop.*": {}},  # one expression alone
            {"/api/.*": {"origins": APP}, "/api/u.*": {}},  # one plainly around the other
            {"^/api/(.*)$": {"origins": APP}, r"/api/users": {}, r"/api/us(er)?.*": {}},
        ],
    )
    def test_are_not_found_where_the_order_is_plain(self, resources: object):
        app = an_app("/api/users", "/shop/users", "/shop")
        CORS(app, resources=resources)
        assert "CORS503" not in codes(app)

    def test_are_compared_only_if_a_path_begins_like_both(self, monkeypatch: pytest.MonkeyPatch):
        compared: list[object] = []
        agree = resources._agree

        def agree_and_tell(first: Policy, second: Policy) -> bool:
            compared.append((first, second))
            return agree(first, second)

        monkeypatch.setattr(resources, "_agree", agree_and_tell)
        app = an_app(*(f"/api/{number}/users" for number in range(20)))
        rules = {
            rf"/api/{number}/\w+": {"origins": f"https://{number}.example"} for number in range(20)
        }
        CORS(app, resources={**rules, "/api/1/u.*": {}})
        assert codes(app) == ["CORS503"]
        assert len(compared) <= 22

    def test_are_not_found_on_views_with_a_policy_of_their_own(self):
        app = an_app("/api/orders", "/shop/users")
        app.add_url_rule("/api/users", view_func=cross_origin()(view))
        CORS(app, resources={"/api/.*": {"origins": APP}, "/.*/users": {"origins": OTHER}})
        assert found(app) == ()


def test_the_routes_are_read_once_however_many_rules_match_none(monkeypatch: pytest.MonkeyPatch):
    read: list[str] = []

    def paths(rule: Rule) -> Paths:
        read.append(rule.rule)
        return Paths(rule)

    monkeypatch.setattr(resources, "Paths", paths)
    app = an_app(*(f"/a/{number}" for number in range(20)))
    CORS(app, resources=[f"/b/{number}" for number in range(10)])
    assert codes(app) == ["CORS501"] * 10
    assert len(read) == 20
