"""The index of the rules: it finds what the first rule that matches decides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from flask import Blueprint, Flask

from flask_cors import CORS, cross_origin
from flask_cors.tools.export import rule_index
from flask_cors.tools.export.edge_rules import EdgeRule
from flask_cors.tools.export.path_conditions import ANY_PATH, PathCondition
from flask_cors.tools.export.plan import EdgePlan, RegexDialect, build_plan
from flask_cors.tools.export.rule_index import RuleIndex
from tests.tools.export.edge_policies import POLICIES, app_of
from tests.tools.export.edge_requests import APP_PATHS

METHODS = ["GET", "PUT", "OPTIONS", "PURGE"]


@pytest.fixture
def index_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Index the rules, however few they are and however many they become."""
    monkeypatch.setattr(rule_index, "MIN_RULES", 0)
    monkeypatch.setattr(rule_index, "MAX_GROWTH", 1000)


def is_met(condition: PathCondition, path: str) -> bool:
    if condition.toggles_slash:
        path = path[:-1] if path[1:].endswith("/") else f"{path}/"
    regex = condition.regex.replace(r"\z", r"\Z").encode()
    return re.match(regex, path.encode("utf-8", "surrogateescape")) is not None


def decides(rule: EdgeRule, path: str, method: str, is_preflight: bool) -> bool:
    return (
        all(is_met(each, path) for each in rule.conditions)
        and (rule.methods is None or method in rule.methods)
        and (is_preflight or not rule.preflights_only)
    )


def by_rules(plan: EdgePlan, *sent: Any) -> int | None:
    return next((rule.policy for rule in plan.rules if decides(rule, *sent)), None)


def found_in(index: RuleIndex, path: str) -> tuple[int, str]:
    """Return the number of the shape, and the key."""
    if path in index.exact:
        return index.exact[path], f"={path}"
    for segments, numbers in sorted(index.beginnings.items(), reverse=True):
        match = re.match(rf"(?:/[^/]*){{{segments}}}/", path)
        if match and match[0] in numbers:
            return numbers[match[0]], match[0]
    return 0, ""


def by_index(index: RuleIndex, path: str, *sent: Any) -> int | None:
    shape, key = found_in(index, path)
    for rule, slot in index.shapes[shape]:
        if decides(rule, path, *sent):
            return rule.policy if slot is None else index.policies[slot, key]
    return None


def paths() -> Iterator[str]:
    for path in APP_PATHS:
        decoded = unquote_to_bytes(path.partition("?")[0])
        seen = decoded.decode("utf-8", "surrogateescape")
        if not re.search(r"//|/\.{1,2}(?:/|\Z)", seen):  # these have no policy, or the only one
            yield seen


@pytest.mark.usefixtures("index_all")
@pytest.mark.parametrize("policy", POLICIES)
def test_the_index_finds_the_policy_that_the_rules_give(policy: str) -> None:
    plan = build_plan(app_of(policy, with_cors=True), RegexDialect.PCRE)
    for path in paths():
        for method in METHODS:
            for is_preflight in (True, False):
                sent = path, method, is_preflight
                assert by_index(plan.index, *sent) == by_rules(plan, *sent), sent


def views(number: int, rule: str, origins: int = 3) -> Flask:
    """Return an app with decorated views."""
    app = Flask(__name__, static_folder=None)
    for each in range(number):
        view = cross_origin(origins=f"https://{each % origins}.example")(lambda **_: "")
        app.add_url_rule(rule.format(each), f"{each}", view, methods=["GET", "PUT"])
    return app


@pytest.mark.parametrize("rule", ["/api/v1/r{}", "/api/v1/r{}/<int:key>", "/api/v1/r{}/<key>/x"])
def test_views_whose_rules_look_alike_share_a_shape(rule: str) -> None:
    index = build_plan(views(100, rule)).index
    assert len(index.shapes) == 2
    assert sum(map(len, index.shapes)) < 5
    assert len(found := {**index.exact, **index.beginnings.get(3, {})}) == 100
    assert set(found.values()) == {1}


def test_a_resource_above_all_views_ends_their_shape() -> None:
    app = views(100, "/api/v1/r{}")
    CORS(app, resources={"/api/*": {}, "/*": {"origins": "*"}})
    index = build_plan(app).index
    conditions = [each.rule.conditions for each in index.shapes[index.exact["/api/v1/r7"]]]
    assert conditions == [(ANY_PATH,)] * 3


def test_a_policy_that_all_views_of_a_shape_have_is_not_looked_up() -> None:
    assert build_plan(views(100, "/api/v1/r{}", origins=1)).index.policies == {}
    assert len(build_plan(views(100, "/api/v1/r{}", origins=2)).index.policies) == 100


def test_few_rules_are_not_indexed() -> None:
    app = views(3, "/api/v1/r{}")
    plan = build_plan(app)
    assert [each.rule for shape in plan.index.shapes for each in shape] == list(plan.rules)
    assert plan.index.exact == {}


def test_beginnings_are_not_looked_up_where_each_has_many_rules() -> None:
    app = views(30, "/api/r{0}/<key>/x{0}")
    for number in range(30):
        view = cross_origin(origins="https://any.example")(lambda **_: "")
        app.add_url_rule(f"/<key>/y{number}", f"y{number}", view)
        app.add_url_rule(f"/z{number}", f"z{number}", view)
    plan = build_plan(app)
    assert plan.index.beginnings == {}
    assert len(plan.index.exact) == 30
    assert sum(map(len, plan.index.shapes)) < 2 * len(plan.rules)


def test_an_index_that_would_hold_too_many_rules_is_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rule_index, "MAX_GROWTH", 0)
    plan = build_plan(views(30, "/api/v1/r{}"))
    assert [each.rule for shape in plan.index.shapes for each in shape] == list(plan.rules)
    assert plan.index.exact == {}


def test_rules_without_a_literal_beginning_are_not_indexed() -> None:
    plan = build_plan(views(30, "/<key>/x{}"))
    assert len(plan.index.shapes) == 1
    assert len(plan.index.shapes[0]) == len(plan.rules)


def test_a_path_that_a_proxy_might_have_to_escape_is_not_looked_up() -> None:
    app = views(30, "/api/v1/r{}")
    view = cross_origin(origins="*")(lambda **_: "")
    for rule in ("/api/\u00e9", "/api/a b", "/api/a b/<key>", '/"/x', "/a\ufffd/<key>"):
        app.add_url_rule(rule, rule, view)
    blueprint = Blueprint("b", "b", url_prefix="/api/{x}")
    CORS(blueprint)
    app.register_blueprint(blueprint)
    index = build_plan(app).index
    keys = [*index.exact, *(key for numbers in index.beginnings.values() for key in numbers)]
    assert all(re.fullmatch(r"[\w/]+", key, re.ASCII) for key in keys)


def test_the_longest_beginning_counts() -> None:
    app = views(30, "/api/v1/r{}/<key>")
    view = cross_origin(origins="https://short.example")(lambda **_: "")
    app.add_url_rule("/api/<path:rest>", "short", view)
    plan = build_plan(app)
    assert found_in(plan.index, "/api/v1/r7/x")[1] == "/api/v1/r7/"
    assert found_in(plan.index, "/api/v1/s7/x")[1] == "/api/"
    for path in ("/api/v1/r7/x", "/api/v1/r7/x/y", "/api/v1/s7", "/other/v1"):
        for method in METHODS:
            sent = path, method, True
            assert by_index(plan.index, *sent) == by_rules(plan, *sent)
