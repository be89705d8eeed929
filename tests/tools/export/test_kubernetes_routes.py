"""The routes in Kubernetes give each request the policy of the plan, or none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from flask import Blueprint, Flask

from flask_cors import CORS, cross_origin
from flask_cors.tools.export import gateway_api, istio
from flask_cors.tools.export.command import KUBERNETES
from flask_cors.tools.export.edge_policy import EdgePolicy
from flask_cors.tools.export.obstacles import ExportError
from flask_cors.tools.export.plan import MAX_PATH, EdgePlan, build_plan

from . import edges
from .edge_differences import is_utf_8
from .edge_policies import ADMIN, APP, POLICIES, app_of, app_with
from .edge_requests import REQUESTS
from .kubernetes_reader import (
    TARGET,
    Seen,
    documents,
    filter_of_routes,
    filter_of_service,
    normalised,
)

Filter = Mapping[str, Any]

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE", "patch")
SAFELISTED = {"GET", "HEAD", "POST"}
READ_FILTER = {"gateway-api": gateway_api._read_filter, "istio": istio._read_filter}

# Those that a gateway takes. A path that is not UTF-8 has no policy in a plan with regexes; below a
# path that a route names it makes no difference.
PATHS = tuple(
    path
    for path in dict.fromkeys(sent.path.partition("?")[0] for sent in REQUESTS)
    if path.isprintable() and " " not in path
    if len(path) <= MAX_PATH and is_utf_8(unquote_to_bytes(path))
)


def rendered(name: str, plan: EdgePlan) -> list[Any]:
    return documents(KUBERNETES[name].render(plan, TARGET))


def found(name: str, routes: list[Any], seen: Seen) -> Filter | None:
    if name == "istio":
        return filter_of_service(routes[0], seen)
    return filter_of_routes(routes, seen)


def seen(method: str, path: str, requested: str | None = None) -> Seen:
    headers = {} if requested is None else {"access-control-request-method": requested}
    return Seen(method, path, headers)


def expected(name: str, plan: EdgePlan, request: Seen) -> tuple[Filter | None, EdgePolicy | None]:
    """Return the filter of the policy that the plan gives a request, and the policy."""
    requested = request.headers.get("access-control-request-method")
    is_preflight = request.method == "OPTIONS" and requested is not None
    path = unquote_to_bytes(request.path)
    policy = edges.policy_of(plan, path, requested or request.method, is_preflight)
    if policy is None or not (policy.origins.any or policy.origins.exact or policy.origins.regexes):
        return None, None
    return READ_FILTER[name](policy, pytest.fail), policy


def requests_for(path: str) -> list[Seen]:
    return [
        *(seen(method, path) for method in METHODS),
        *(seen("OPTIONS", path, method) for method in METHODS),
    ]


def is_sent(filter_: Filter, request: Seen) -> bool:
    """Return whether a browser sends a request, whose preflight has the same filter."""
    return request.method in {*SAFELISTED, "OPTIONS", *filter_["allowMethods"]}


def is_refused_beside_names(policy: EdgePolicy, request: Seen) -> bool:
    requested = request.headers.get("access-control-request-method")
    is_missing = requested in SAFELISTED - {*policy.methods}
    return is_missing and not policy.any_method


@pytest.mark.parametrize("name", KUBERNETES)
@pytest.mark.parametrize("policy_name", POLICIES)
def test_each_request_has_the_policy_of_the_plan_or_none(policy_name: str, name: str) -> None:
    try:
        plan = build_plan(app_of(policy_name, with_cors=True))
        routes = rendered(name, plan)
    except ExportError:
        return  # what is refused is the subject of test_kubernetes_statements.py
    for raw in PATHS[:: 10 if plan.has_one_policy else 1]:
        # A route of its own stands in for the normalisation that Istio's users may turn off.
        path = normalised(raw) if name == "gateway-api" else raw
        for request in requests_for(path):
            by_plan, policy = expected(name, plan, request)
            by_routes = found(name, routes, request)
            assert by_routes in (None, by_plan) or not is_sent(by_routes, request), request
            if by_routes is None and policy is not None and "%" not in path:
                is_spelled_otherwise = path != normalised(path)
                assert is_spelled_otherwise or is_refused_beside_names(policy, request), request


@pytest.mark.parametrize("name", KUBERNETES)
def test_a_long_path_has_the_policy_of_what_it_is_below(name: str) -> None:
    routes = rendered(name, build_plan(app_with(resources={"/api/*": {"origins": APP}})))
    assert found(name, routes, seen("GET", f"/api/{'x' * MAX_PATH}")) is not None


@pytest.mark.parametrize("name", KUBERNETES)
def test_a_method_that_browsers_always_allow_needs_to_be_listed_for_header_names(name: str) -> None:
    """A browser would send HEAD with the header, whatever methods are listed."""
    routes = rendered(name, build_plan(app_with(methods=["GET", "POST"], allow_headers="X-A")))
    allowed = {
        each: found(name, routes, seen("OPTIONS", "/", each)) is not None
        for each in ("GET", "HEAD", "POST", "PUT")
    }
    assert allowed == {"GET": True, "HEAD": False, "POST": True, "PUT": True}
    assert found(name, routes, seen("HEAD", "/")) is not None
    without_names = rendered(name, build_plan(app_with(methods="GET", allow_headers=[])))
    assert found(name, without_names, seen("OPTIONS", "/", "HEAD")) is not None


@pytest.mark.parametrize("name", KUBERNETES)
def test_a_view_with_a_policy_has_it_for_its_methods_alone(name: str) -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/a", "a", cross_origin(origins=APP)(lambda: ""), methods=["GET"])
    routes = rendered(name, build_plan(app))
    actual = {each: found(name, routes, seen(each, "/a")) is not None for each in METHODS[:7]}
    allowed = {each for each, has_policy in actual.items() if has_policy}
    assert allowed == {"GET", "HEAD", "OPTIONS"}
    # A preflight for another method has the policy of the view, as in the app.
    assert found(name, routes, seen("OPTIONS", "/a", "PUT")) is not None
    assert found(name, routes, seen("GET", "/b")) is None


@pytest.mark.parametrize("name", KUBERNETES)
def test_a_resource_that_is_spelled_in_a_second_way_has_no_route(name: str) -> None:
    """The app gives no path that it matches a policy, and HTTPRoute takes no such path."""
    paths = ["/a//b", "/a/./b/*", "/a/..", "/.well-known/*"]
    text = KUBERNETES[name].render(build_plan(app_with(resources=paths)), TARGET)
    assert "/a/" not in text
    assert "/.well-known" in text


@pytest.mark.parametrize("name", KUBERNETES)
def test_a_policy_that_allows_no_origin_is_none(name: str) -> None:
    resources = {"/a": {"origins": APP}, "/b": {"origins": []}}
    routes = rendered(name, build_plan(app_with(resources=resources)))
    assert found(name, routes, seen("GET", "/a")) is not None
    assert found(name, routes, seen("GET", "/b")) is None


@pytest.mark.parametrize("name", KUBERNETES)
def test_what_is_not_below_the_root_of_the_app_has_no_policy(name: str) -> None:
    app = app_with(resources={"/": {"origins": ADMIN}, "/*": {"origins": APP}})
    app.config["APPLICATION_ROOT"] = "/shop"
    routes = rendered(name, build_plan(app))
    origins = {
        path: (found(name, routes, seen("GET", path)) or {}).get("allowOrigins")
        for path in ("/", "/shopping", "/shop", "/shop/", "/shop/a")
    }
    admin, others = (
        ([ADMIN], [APP])
        if name == "gateway-api"
        else (
            [{"exact": ADMIN}],
            [{"exact": APP}],
        )
    )
    assert origins == {
        "/": None,
        "/shopping": None,
        "/shop": admin,
        "/shop/": admin,
        "/shop/a": others,
    }


@pytest.mark.parametrize("name", KUBERNETES)
def test_each_obstacle_is_named_with_the_paths_and_the_reason(name: str) -> None:
    resources = {
        "/a/*": {"origins": APP, "allow_headers": "X-.*"},
        "/b": {"origins": APP, "methods": "PURGE", "max_age": 0},
        "/*": {"origins": APP, "allow_private_network": True},
    }
    with pytest.raises(ExportError) as caught:
        rendered(name, build_plan(app_with(resources=resources)))
    named = {(each.subject, each.reason.partition(":")[0]) for each in caught.value.obstacles}
    assert named == {
        ("'/a/*'", "allow_headers"),
        ("'/b'", "methods"),
        ("'/b'", "max_age"),
        ("every path", "allow_private_network"),
    }


@pytest.mark.parametrize("name", KUBERNETES)
def test_every_method_is_refused_where_policies_depend_on_views(name: str) -> None:
    """A script may send "patch", which a route for PATCH does not match."""
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/a", "a", cross_origin(methods="*")(lambda: ""))
    with pytest.raises(ExportError, match=r"methods: '\*'"):
        rendered(name, build_plan(app))


@pytest.mark.parametrize("name", KUBERNETES)
def test_a_blueprint_has_its_policy_below_its_prefix(name: str) -> None:
    app = Flask(__name__, static_folder=None)
    api = Blueprint("api", __name__, url_prefix="/api")
    CORS(api, origins=APP)
    app.register_blueprint(api)
    routes = rendered(name, build_plan(app))
    has_policy = [
        found(name, routes, seen("GET", path)) is not None
        for path in ("/api", "/api/a", "/apikeys", "/")
    ]
    assert has_policy == [True, True, False, False]


@pytest.mark.parametrize("name", KUBERNETES)
def test_what_is_rendered_is_the_same_each_time(name: str) -> None:
    options = {"origins": [f"https://{number}.example" for number in range(30)]}
    one, other = (
        KUBERNETES[name].render(build_plan(app_with(**options)), TARGET) for _ in range(2)
    )
    assert one == other


@pytest.mark.parametrize("name", KUBERNETES)
def test_a_header_name_comes_once_in_a_list(name: str) -> None:
    text = KUBERNETES[name].render(build_plan(app_with(expose_headers="X-B, X-A,X-B")), TARGET)
    assert [line.strip() for line in text.splitlines() if "X-" in line] == ['- "X-B"', '- "X-A"']


@pytest.mark.parametrize("name", KUBERNETES)
def test_a_comment_says_first_what_the_file_is_and_how_to_apply_it(name: str) -> None:
    text = KUBERNETES[name].render(build_plan(app_with()), TARGET)
    head = [line for line in text.splitlines() if line.startswith("# ")]
    assert head[0].startswith(f"# Made by `flask cors export {name}`: ")
    assert "`kubectl apply -f FILE`" in " ".join(head)
    assert "`--check FILE`" in " ".join(head)


@pytest.mark.parametrize("name", KUBERNETES)
def test_that_vary_is_not_sent_is_said_where_the_app_sends_it(name: str) -> None:
    varying, same = (
        KUBERNETES[name].render(build_plan(app_with(vary_header=each)), TARGET)
        for each in (True, False)
    )
    assert "# The gateway sends no `Vary: Origin`" in varying
    assert "Vary" not in same
