"""HTTPRoutes: what they look like, and the limits of the resource."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from flask_cors import cross_origin
from flask_cors.tools.export import gateway_api
from flask_cors.tools.export.kubernetes_routes import METHODS, REQUESTED_METHOD
from flask_cors.tools.export.obstacles import ExportError
from flask_cors.tools.export.plan import build_plan

from .edge_policies import ADMIN, APP, POLICIES, app_of, app_with
from .kubernetes_reader import TARGET, Seen, documents, filter_of_routes


def rendered(app: Flask) -> str:
    return gateway_api.render(build_plan(app), TARGET)


def routes(app: Flask) -> list[Any]:
    return documents(rendered(app))


def rules(app: Flask) -> list[Any]:
    return [rule for route in routes(app) for rule in route["spec"]["rules"]]


def filters(app: Flask) -> list[Any]:
    return [each["cors"] for rule in rules(app) for each in rule.get("filters", [])]


def paths(rule: Any) -> list[tuple[str, str]]:
    return [(match["path"]["type"], match["path"]["value"]) for match in rule["matches"]]


def test_a_route_leads_from_the_gateway_to_the_service() -> None:
    app = app_with(origins=APP, max_age=600, methods=["GET", "HEAD", "POST"], allow_headers=["X-A"])
    assert routes(app) == [
        {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "HTTPRoute",
            "metadata": {"name": "shop-cors-1"},
            "spec": {
                "parentRefs": [{"name": "public", "namespace": "edge"}],
                "hostnames": ["api.example.com"],
                "rules": [
                    {
                        "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
                        "filters": [
                            {
                                "type": "CORS",
                                "cors": {
                                    "allowOrigins": [APP],
                                    "allowMethods": ["GET", "HEAD", "POST"],
                                    "allowHeaders": ["x-a"],
                                    "maxAge": 600,
                                },
                            }
                        ],
                        "backendRefs": [{"name": "shop", "port": 80}],
                    }
                ],
            },
        }
    ]


def test_without_a_namespace_and_hostnames_there_are_none() -> None:
    target = TARGET._replace(namespace=None, hostnames=())
    (route,) = documents(gateway_api.render(build_plan(app_with()), target))
    assert route["spec"]["parentRefs"] == [{"name": "public"}]
    assert "hostnames" not in route["spec"]


def test_a_policy_comes_once_with_all_its_paths_and_what_has_none_last() -> None:
    app = app_with(resources={"/a/*": {"origins": APP}, "/b": {"origins": APP}, "/c": {}})
    one, other, none = rules(app)
    assert paths(one) == [("PathPrefix", "/a"), ("Exact", "/b")]
    assert paths(other) == [("Exact", "/c")]
    assert paths(none) == [("PathPrefix", "/")]
    assert "filters" not in none


def test_a_path_that_changes_nothing_has_no_match() -> None:
    app = app_with(resources={"/a/*": {"origins": APP}, "/a/b/*": {"origins": APP}, "/a/c": {}})
    all_ = [path for rule in rules(app) for path in paths(rule)]
    assert all_ == [("PathPrefix", "/a"), ("Exact", "/a/c"), ("PathPrefix", "/")]


def test_no_filter_is_where_a_method_other_than_options_is_matched() -> None:
    """Envoy Gateway adds a route to it, for preflights of all methods."""
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/a", "a", cross_origin(methods="GET")(lambda: ""))
    app.add_url_rule("/b", "b", cross_origin(methods=["PUT"])(lambda: ""), methods=["PUT"])
    matched = {
        match.get("method") for rule in rules(app) if "filters" in rule for match in rule["matches"]
    }
    assert matched <= {None, "OPTIONS"}


def test_a_method_without_a_policy_has_a_match_without_a_filter() -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/a", "a", cross_origin(origins=APP)(lambda: ""), methods=["GET"])
    bare = next(rule for rule in rules(app) if "filters" not in rule)
    methods = {match.get("method") for match in bare["matches"] if match["path"]["value"] == "/a"}
    assert methods == {"POST", "PUT", "PATCH", "DELETE"}


def test_a_preflight_for_a_method_of_a_view_without_a_policy_goes_to_the_app() -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/a", "b", lambda: "", methods=["PUT"])
    app.add_url_rule("/a", "a", cross_origin(origins=APP)(lambda: ""), methods=["GET"])
    all_ = routes(app)
    allowed = {
        method
        for method in METHODS
        if filter_of_routes(all_, Seen("OPTIONS", "/a", {REQUESTED_METHOD: method}))
    }
    assert allowed == {"GET", "HEAD"}
    actual = {method for method in METHODS if filter_of_routes(all_, Seen(method, "/a", {}))}
    assert actual - {"CONNECT", "TRACE"} == {"GET", "HEAD"}


# ---- limits ------------------------------------------------------------------------------------


def test_many_paths_are_several_rules_and_several_routes() -> None:
    origins = [f"https://{number}.example" for number in range(3)]
    resources = {f"/{number}": {"origins": origins[number % 3]} for number in range(300)}
    all_ = routes(app_with(resources=resources))
    for route in all_:
        matches = [len(rule["matches"]) for rule in route["spec"]["rules"]]
        assert 1 <= len(matches) <= gateway_api.MAX_RULES
        assert max(matches) <= gateway_api.MAX_MATCHES
        assert sum(matches) <= gateway_api.MAX_MATCHES_OF_ROUTE
    names = [route["metadata"]["name"] for route in all_]
    assert names == ["shop-cors-1", "shop-cors-2", "shop-cors-3"]
    for number in range(300):
        found = filter_of_routes(all_, Seen("GET", f"/{number}", {}))
        assert found is not None
        assert found["allowOrigins"] == [origins[number % 3]]


@pytest.mark.parametrize("policy", POLICIES)
def test_the_rules_of_the_resource_hold(policy: str) -> None:
    """As its validation says them in CEL."""
    try:
        all_ = routes(app_of(policy, with_cors=True))
    except ExportError:
        return  # what is refused is the subject of test_kubernetes_statements.py
    for rule in (rule for route in all_ for rule in route["spec"]["rules"]):
        for match in rule["matches"]:
            value = match["path"]["value"]
            assert re.fullmatch(r"/[-A-Za-z0-9/._~]*", value)
            assert not re.search(r"//|/\.{1,2}(?:/|$)", value)
        assert len(rule.get("filters", [])) <= 1
        for filter_ in (each["cors"] for each in rule.get("filters", [])):
            assert all(map(is_cors_origin, filter_["allowOrigins"]))
            for key in ("allowOrigins", "allowMethods", "allowHeaders", "exposeHeaders"):
                listed = filter_.get(key, ["x"])
                assert 1 <= len(listed) == len(set(listed)) <= gateway_api.MAX_ITEMS
                assert listed == ["*"] or "*" not in listed or key == "exposeHeaders"
            assert set(filter_.get("allowMethods", [])) <= {"*", *METHODS}
            assert filter_.get("maxAge", 5) >= 1


def is_cors_origin(origin: str) -> bool:
    label = "[a-zA-Z0-9-]+"
    pattern = rf"\*|https?://(?:\*\.)?(?:{label}\.)*{label}(?::[0-9]{{1,5}})?"
    return re.fullmatch(pattern, origin) is not None


def test_many_policies_are_several_routes() -> None:
    resources = {f"/{number}": {"origins": f"https://{number}.example"} for number in range(40)}
    assert len(routes(app_with(resources=resources))) == 3


def test_as_many_items_as_a_filter_takes_are_written() -> None:
    options = {
        "origins": [f"https://{number}.example" for number in range(64)],
        "allow_headers": [f"X-{number}" for number in range(64)],
    }
    (filter_,) = filters(app_with(**options))
    assert (len(filter_["allowOrigins"]), len(filter_["allowHeaders"])) == (64, 64)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"origins": "http://localhost:*"}, "a pattern of ports: list the ports"),
        ({"origins": "https://*.example:*"}, "a pattern of ports: list the ports"),
        ({"origins": "null"}, "'null', which is not of http, https and a host name"),
        ({"origins": "http://[::1]"}, "which is not of http, https and a host name"),
        ({"origins": r"https://a\d\.example"}, "list the origins"),
        ({"origins": [f"https://{n}.example" for n in range(65)]}, "it has 65 items"),
        (
            {"origins": APP, "supports_credentials": True, "expose_headers": "*"},
            "'*' exposes nothing with credentials: list the names",
        ),
        ({"resources": r"/a/\d+"}, "gateways differ in when a regex decides"),
        ({"resources": "/\u00e9/*"}, "a character that a URL may escape"),
        ({"resources": "/" + "a" * 1024}, "at most 1,024 characters"),
    ],
)
def test_what_a_route_cannot_state_is_named(options: Any, reason: str) -> None:
    with pytest.raises(ExportError) as caught:
        rendered(app_with(**options))
    (obstacle,) = caught.value.obstacles
    assert reason in obstacle.reason


def test_several_policies_of_a_path_are_named_by_the_path() -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/a", "a", cross_origin(origins=APP)(lambda: ""), methods=["GET"])
    app.add_url_rule("/a", "b", cross_origin(origins=ADMIN)(lambda: ""), methods=["PUT"])
    with pytest.raises(ExportError) as caught:
        rendered(app)
    assert str(caught.value) == (
        "'/a': it has several policies, by the method: give all methods of a path one policy"
    )
