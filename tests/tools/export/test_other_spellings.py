"""HTTPRoutes allow no more in a gateway that compares paths as they are spelled: it applies to
``/a%2Fb`` what ``/`` has, and passes ``/a/..%2Fb`` on as a path below ``/a``."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from flask_cors import CORS
from flask_cors.tools.export import gateway_api
from flask_cors.tools.export.obstacles import ExportError
from flask_cors.tools.export.plan import build_plan
from tests.tools.export.edge_policies import ADMIN, APP, app_with
from tests.tools.export.kubernetes_reader import TARGET

BOTH = [APP, ADMIN]


def obstacles(app: Flask) -> list[tuple[str, str]]:
    """Return the paths that cannot be exported, and what is said of them before the advice."""
    try:
        assert gateway_api.render(build_plan(app), TARGET)
    except ExportError as error:
        return [(each.subject, each.reason.partition(":")[0]) for each in error.obstacles]
    return []


def nested(outer: dict[str, Any], inner: dict[str, Any], path: str = "/a/b") -> Flask:
    return app_with(resources={"/a/*": outer, path: inner})


MORE_ALLOWING = [
    ({"origins": BOTH}, {"origins": APP}),
    ({"origins": "*"}, {"origins": APP}),
    ({"origins": APP}, {"origins": ADMIN}),
    ({"origins": APP}, {"origins": []}),
    ({"origins": APP}, {"origins": APP, "methods": ["GET", "HEAD", "POST"]}),
    ({"origins": APP}, {"origins": APP, "allow_headers": ["X-A"]}),
    ({"origins": APP, "expose_headers": "X-A"}, {"origins": APP}),
    ({"origins": APP, "supports_credentials": True}, {"origins": APP}),
]
AS_ALLOWING = [
    ({"origins": APP}, {"origins": BOTH}),
    ({"origins": APP}, {"origins": "*"}),
    ({"origins": APP, "methods": ["GET", "HEAD", "POST"]}, {"origins": APP, "methods": "*"}),
    ({"origins": APP}, {"origins": APP, "max_age": 5}),
    ({"origins": APP}, {"origins": APP, "expose_headers": "X-A"}),
    ({"origins": APP}, {"origins": APP, "supports_credentials": True}),
]


@pytest.mark.parametrize("path", ["/a/b", "/a/b/*"])
@pytest.mark.parametrize(("outer", "inner"), MORE_ALLOWING)
def test_a_path_below_one_that_allows_more_is_refused(
    outer: dict[str, Any], inner: dict[str, Any], path: str
) -> None:
    reason = "some gateways apply what '/a' has, which allows more, to '%2F' in place of a slash"
    assert obstacles(nested(outer, inner, path)) == [("'/a/b'", reason)]


@pytest.mark.parametrize(("outer", "inner"), AS_ALLOWING)
def test_a_path_below_one_that_allows_no_more_is_exported(
    outer: dict[str, Any], inner: dict[str, Any]
) -> None:
    assert obstacles(nested(outer, inner)) == []


def test_each_path_is_compared_with_all_that_it_is_below() -> None:
    resources = {"/*": {"origins": ADMIN}, "/a/*": {"origins": "*"}, "/a/b/*": {"origins": APP}}
    above = {reason.split("'")[1] for _, reason in obstacles(app_with(resources=resources))}
    assert above == {"/", "/a"}


def test_paths_beside_each_other_and_the_root_itself_are_exported() -> None:
    resources = {"/a/*": {"origins": APP}, "/b/*": {"origins": ADMIN}}
    assert obstacles(app_with(resources=resources)) == []
    resources = {"/": {"origins": ADMIN}, "/*": {"origins": APP}}
    assert obstacles(app_with(resources=resources)) == []


def with_view(rule: str, **resources: Any) -> Flask:
    app = Flask("files", static_folder=None)
    app.add_url_rule(rule, "files", lambda **_: "")
    CORS(app, resources={f"/{name}/*": {"origins": each} for name, each in resources.items()})
    return app


@pytest.mark.parametrize("rule", ["/<path:name>", "/files/<path:name>", "/files/<int:a>/<path:b>"])
def test_a_view_that_takes_slashes_has_one_policy(rule: str) -> None:
    app = with_view(rule, **{"files/a": APP})
    beginning = rule.partition("<")[0]
    reason = f"a view below '{beginning}' takes slashes, and some gateways pass '..%2F' on to it"
    assert obstacles(app) == [("'/files/a'", reason)]


@pytest.mark.parametrize("rule", ["/files/<path:name>", "/files/<name>", "/other/<path:name>"])
def test_views_of_one_policy_and_those_that_take_no_slashes_are_exported(rule: str) -> None:
    assert obstacles(with_view(rule, files=APP)) == []
    assert obstacles(with_view("/files/<name>", **{"files/a": APP})) == []
