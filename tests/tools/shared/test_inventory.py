"""The routes of an app, and the policies that they get."""

from __future__ import annotations

import inspect
import re
from itertools import count

import pytest
from flask import Blueprint, Flask
from flask.views import MethodView
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.routing import Rule

from flask_cors import CORS, CORSConfigError, cross_origin
from flask_cors.policy.resources import ResourceMap
from flask_cors.runtime.decision import decide
from flask_cors.runtime.install import install
from flask_cors.tools.shared.inventory import (
    Candidate,
    MethodGroup,
    PolicySource,
    iter_bound_policies,
    source_of,
    take_inventory,
)

APP = "https://app.example"


def view(**_: object) -> str:
    return "read me"


def an_app() -> Flask:
    return Flask("app", static_folder=None)


def method_groups(app: Flask, path: str) -> list[MethodGroup]:
    return [
        share
        for route in take_inventory(app).routes
        if route.path == path
        for share in route.method_groups
    ]


def candidates(app: Flask, path: str) -> tuple[Candidate, ...]:
    (share,) = method_groups(app, path)
    return share.candidates


def shown(app: Flask, path: str) -> list[tuple[str, str | None, bool]]:
    """Return each policy that may decide: what it is bound to, its resource, and its certainty."""
    return [
        (
            found.source.name or found.source.kind,
            None if found.source.pattern is None else found.source.pattern.source,
            found.is_certain,
        )
        for found in candidates(app, path)
    ]


def test_an_app_without_cors_has_routes_without_a_policy():
    app = Flask("app")
    app.add_url_rule("/users", view_func=view)
    (static, users) = take_inventory(app).routes
    assert (static.path, static.endpoint) == ("/static/<path:filename>", "static")
    assert users.methods == ("GET", "HEAD")
    assert users.method_groups == (MethodGroup(("GET", "HEAD"), ()),)
    assert not users.method_groups[0].is_covered
    assert take_inventory(app).bound == ()


def test_a_route_gets_the_policy_of_its_resource_and_the_location_where_it_was_bound():
    app = an_app()
    app.add_url_rule("/api/users", view_func=view)
    line = inspect.currentframe().f_lineno + 1
    CORS(app, resources={"/api/*": {"origins": APP}, "/*": {}})
    (share,) = method_groups(app, "/api/users")
    (found,) = share.candidates
    assert share.is_covered
    assert (found.source.location.file, found.source.location.line) == (__file__, line)
    assert found.policy.options.origins.value.exact == {APP}
    assert shown(app, "/api/users") == [("app", "/api/*", True)]


def test_a_bound_policy_is_listed_without_a_route_too():
    app = an_app()
    blueprint = Blueprint("shop", __name__)
    CORS(blueprint)
    app.register_blueprint(blueprint)
    CORS(app, resources=["/b", "/a"])
    found = [(one.source.name, one.source.pattern.source) for one in take_inventory(app).bound]
    assert found == [("", "/b"), ("", "/a"), ("shop", "/*")]


def test_a_decorated_view_has_its_own_policy():
    app = an_app()
    CORS(app)
    app.add_url_rule("/users", view_func=cross_origin(origins=APP)(view))
    assert shown(app, "/users") == [("view", None, True)]


def test_methods_of_a_class_based_view_may_have_policies_of_their_own():
    class Users(MethodView):
        @cross_origin(origins=APP)
        def get(self) -> str:
            return ""

        def put(self) -> str:
            return ""

    app = an_app()
    CORS(app)
    app.add_url_rule("/users", view_func=Users.as_view("users"))
    own, others = method_groups(app, "/users")
    assert (own.methods, own.candidates[0].source.kind) == (("GET", "HEAD"), "view")
    assert (others.methods, others.candidates[0].source.kind) == (("PUT",), "app")


def test_several_views_on_one_url_are_several_routes():
    app = an_app()
    app.add_url_rule("/users", "read", cross_origin()(view), methods=["GET"])
    app.add_url_rule("/users", "write", view, methods=["POST", "OPTIONS"])
    read, write = take_inventory(app).routes
    assert (read.endpoint, read.method_groups[0].is_covered) == ("read", True)
    assert (write.endpoint, write.method_groups[0].is_covered) == ("write", False)
    assert write.methods == ("OPTIONS", "POST")


def test_a_view_with_invalid_options_has_their_error():
    app = an_app()
    app.add_url_rule("/users", view_func=cross_origin(supports_credentials=True)(view))
    (found,) = candidates(app, "/users")
    assert isinstance(found.policy, CORSConfigError)
    assert [(each.code, each.option) for each in found.policy.findings] == [("CORS205", "origins")]


def test_the_innermost_blueprint_comes_first_and_the_app_last():
    inner, outer = Blueprint("inner", __name__), Blueprint("outer", __name__)
    inner.add_url_rule("/<lang>/<page>", view_func=view)
    CORS(inner, resources="/in/en/*")
    CORS(outer, resources="/in/de/*")
    outer.register_blueprint(inner)
    app = an_app()
    app.register_blueprint(outer, url_prefix="/in")
    CORS(app)
    assert shown(app, "/in/<lang>/<page>") == [
        ("outer.inner", "/in/en/*", False),
        ("outer", "/in/de/*", False),
        ("app", "/*", True),
    ]


def test_a_blueprint_that_matches_alone_decides():
    shop = Blueprint("shop", __name__, url_prefix="/shop")
    shop.add_url_rule("/<int:item>", view_func=view)
    CORS(shop)
    app = an_app()
    app.register_blueprint(shop)
    CORS(app)
    assert shown(app, "/shop/<int:item>") == [("shop", "/*", True)]


def test_a_rule_with_converters_may_match_several_resources():
    app = an_app()
    CORS(app, resources=["/*", "/en/*", "/de/news", "/fr/other", r"/e\w/.*"])
    app.add_url_rule("/<lang>/news", view_func=view)
    assert shown(app, "/<lang>/news") == [
        ("app", "/de/news", False),
        ("app", "/en/*", False),
        ("app", r"/e\w/.*", False),
        ("app", "/*", True),
    ]


@pytest.mark.parametrize(("methods", "is_taken"), [(["GET"], True), (["POST"], False)])
def test_a_path_of_a_static_rule_does_not_belong_to_a_rule_with_converters(methods, is_taken):
    app = an_app()
    CORS(app, resources=["/users/me", "/users/*"])
    app.add_url_rule("/users/<name>", "user", view)
    app.add_url_rule("/users/me", "me", view, methods=methods)
    found = shown(app, "/users/<name>")
    assert found == [
        *([] if is_taken else [("app", "/users/me", False)]),
        ("app", "/users/*", True),
    ]


def test_an_exact_resource_decides_on_the_rule_with_the_same_path():
    app = an_app()
    CORS(app, resources=["/users", "/*"])
    app.add_url_rule("/users", view_func=view)
    assert shown(app, "/users") == [("app", "/users", True)]


def test_the_inventory_has_rules_without_methods_or_view():
    app = an_app()
    app.url_map.add(Rule("/any", endpoint="nowhere"))
    app.url_map.add(Rule("/built", endpoint="nowhere", build_only=True))
    (route,) = take_inventory(app).routes
    assert route.path == "/any"
    assert {"GET", "PUT", "OPTIONS"} <= set(route.methods)


def test_rules_differ_by_their_subdomain_or_host():
    app = an_app()
    app.add_url_rule("/", "root", view)
    app.add_url_rule("/", "api", view, subdomain="api")
    assert [route.host for route in take_inventory(app).routes] == ["", "api"]
    app = Flask("app", static_folder=None, host_matching=True)
    app.add_url_rule("/", "root", view, host="api.example")
    assert [route.host for route in take_inventory(app).routes] == ["api.example"]


RESOURCES = st.lists(
    st.sampled_from(
        ["/*", "/a/*", "/a/b", "/a/b/*", "/b", "/b/*", r"/a.*b$", r"/(a|b)/\w+", r"^/b|^/a/c", "/a"]
    ),
    max_size=4,
    unique=True,
)


@given(RESOURCES, RESOURCES)
def test_requests_get_the_policies_of_the_inventory(of_app, of_blueprint):
    """Each resource has its own origin, which responses to requests without an Origin have too."""
    numbers = count()
    resources, others = (
        {path: {"origins": f"https://{next(numbers)}.example"} for path in paths}
        for paths in (of_app, of_blueprint)
    )
    app = an_app()
    blueprint = Blueprint("bp", __name__)
    blueprint.add_url_rule("/<x>/b", "inside", view)
    for rule in ["/a", "/a/b", "/b/<x>", "/<x>/c", "/<path:x>/d"]:
        app.add_url_rule(rule, rule.translate({ord("/"): "_"}), view)
    CORS(app, resources=resources)
    CORS(blueprint, resources=others)
    app.register_blueprint(blueprint)
    routes = {route.endpoint: route for route in take_inventory(app).routes}
    adapter = app.url_map.bind("")
    for path in ["/a", "/a/b", "/b/b", "/b/c", "/c/b", "/a/c", "/a/b/d", "/b/d", "/c/c/d"]:
        (share,) = routes[adapter.match(path)[0]].method_groups
        expected = None
        for found in share.candidates:
            pattern = found.source.pattern
            matches = ResourceMap([(pattern, found)]).match(path) is not None
            assert matches or not found.is_certain
            if matches:
                expected = found.policy.options.origins.value.single
                break
        response = app.test_client().get(path)
        assert response.headers.get("Access-Control-Allow-Origin") == expected, path


def test_compiled_resources_keep_their_source():
    app = an_app()
    CORS(app, resources=re.compile("/a|/b"))
    app.add_url_rule("/a", view_func=view)
    assert shown(app, "/a") == [("app", "/a|/b", True)]


# ---- where a policy was bound ------------------------------------------------------------------


def bound_to(app: Flask, path: str) -> PolicySource:
    with app.test_request_context(path) as context:
        policy, _ = decide(install(app).resolver(), context.request)
    assert policy is not None
    return source_of(app, policy, path)


def test_the_source_of_a_shared_policy_is_the_resource_that_matches():
    app = an_app()
    CORS(app, resources=["/a/*", "/b"])
    assert [bound_to(app, path).pattern.source for path in ("/a/1", "/b")] == ["/a/*", "/b"]


def test_each_registration_of_a_blueprint_has_its_own_policy():
    blueprint = Blueprint("shop", __name__)
    blueprint.add_url_rule("/x", view_func=view)
    CORS(blueprint)
    app = an_app()
    CORS(app)
    for name in ("first", "second"):
        app.register_blueprint(blueprint, name=name, url_prefix=f"/{name}")
    found = [bound_to(app, f"/{name}/x") for name in ("second", "first")]
    assert [(source.kind, source.name) for source in found] == [
        ("blueprint", "second"),
        ("blueprint", "first"),
    ]


def test_the_source_of_the_policy_of_a_view_is_its_decorator():
    app = an_app()
    CORS(app)
    line = inspect.currentframe().f_lineno + 1
    app.add_url_rule("/users", view_func=cross_origin(origins=APP)(view))
    app.add_url_rule("/others", "others", cross_origin()(view))
    source = bound_to(app, "/users")
    assert (source.kind, source.name, source.pattern) == ("view", "view", None)
    assert (source.location.file, source.location.line) == (__file__, line)


@pytest.mark.filterwarnings("ignore:CORS608:flask_cors.CORSWarning")
def test_the_source_of_the_policy_of_a_hidden_view_is_its_decorator():
    app = an_app()
    CORS(app, resources="/y")
    line = inspect.currentframe().f_lineno + 1
    hidden = cross_origin(origins=APP)(view)
    app.add_url_rule("/users", "users", lambda: hidden())
    app.test_client().get("/users")  # before it is unknown
    ((_, policy),) = install(app).known_view_options()
    source = source_of(app, policy, "/users")
    assert (source.kind, source.name, source.pattern) == ("view", "", None)
    assert (source.location.file, source.location.line) == (__file__, line)


def test_the_bound_policies_contain_valid_policies_of_views():
    app = an_app()
    CORS(app, resources=["/a", "/b"])
    app.add_url_rule("/users", "users", cross_origin(origins=APP)(view))
    app.add_url_rule("/broken", "broken", cross_origin(supports_credentials=True)(view))
    app.add_url_rule("/none", "none", view)
    found = [(one.source.kind, one.source.name) for one in iter_bound_policies(app)]
    assert found == [("app", ""), ("app", ""), ("view", "users")]
