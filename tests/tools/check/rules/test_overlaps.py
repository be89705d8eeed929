"""Routes that several resources match."""

from __future__ import annotations

import re

import pytest
from flask import Blueprint, Flask
from werkzeug.routing import PathConverter

from flask_cors import CORS, cross_origin
from flask_cors.diagnostics.finding import Finding
from flask_cors.policy.policy import Policy
from flask_cors.tools.check.command import choose_rules
from flask_cors.tools.check.rules import overlaps
from flask_cors.tools.check.run import run

RULES = choose_rules(["CORS503", "CORS509"], [])
APP = "https://app.example"
OTHER = "https://other.example"


def view(**_: object) -> str:
    return "read me"


def an_app(*paths: str) -> Flask:
    app = Flask("app", static_folder=None)
    for path in paths:
        app.add_url_rule(path, path, view)
    return app


def with_blueprint(resources: object) -> Flask:
    app, blueprint = an_app("/users"), Blueprint("shop", "app", url_prefix="/shop")
    blueprint.add_url_rule("/cart", "cart", view)
    CORS(blueprint, resources=resources)
    app.register_blueprint(blueprint)
    return app


def found(app: Flask) -> tuple[Finding, ...]:
    return run(app, RULES).findings


def codes(app: Flask) -> list[str]:
    return [finding.code for finding in found(app)]


# ---- CORS503 -----------------------------------------------------------------------------------


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
    agree = overlaps.are_equal

    def agree_and_record(first: Policy, second: Policy) -> bool:
        compared.append((first, second))
        return agree(first, second)

    monkeypatch.setattr(overlaps, "are_equal", agree_and_record)
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


# ---- CORS509 -----------------------------------------------------------------------------------


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
    assert found(app) == ()


def test_a_rule_with_ambiguous_paths_is_not_found_where_the_view_is_decorated():
    app = an_app("/files/open/a", "/shut")
    app.add_url_rule("/files/<path:name>", "file", cross_origin()(view))
    CORS(app, resources={"/files/open/*": {}, "/*": {"origins": APP}})
    assert found(app) == ()


def test_a_rule_with_ambiguous_paths_is_not_found_for_the_catch_all_of_a_frontend():
    app = an_app("/api/users", "/<path:page>")
    CORS(app, resources={"/api/*": {"origins": APP}})
    assert found(app) == ()
