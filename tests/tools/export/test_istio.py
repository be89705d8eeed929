"""A VirtualService: what it looks like, and what its routes match."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from flask_cors import CORS, cross_origin
from flask_cors.tools.export import istio
from flask_cors.tools.export.obstacles import ExportError
from flask_cors.tools.export.plan import build_plan

from .configured import ORIGINS, TOKENS
from .edge_policies import ADMIN, APP, app_with
from .kubernetes_reader import TARGET, Seen, documents, filter_of_service

ROUTE = [{"destination": {"host": "shop", "port": {"number": 80}}}]


def rendered(app: Flask) -> str:
    return istio.render(build_plan(app), TARGET)


def service(app: Flask) -> Any:
    (read,) = documents(rendered(app))
    return read


def policies(app: Flask) -> list[Any]:
    return [each["corsPolicy"] for each in service(app)["spec"]["http"] if "corsPolicy" in each]


def has_policy(app: Flask, path: str, method: str = "GET") -> bool:
    return filter_of_service(service(app), Seen(method, path, {})) is not None


def test_a_service_leads_from_the_gateway_to_the_service_of_the_app() -> None:
    app = app_with(origins=APP, max_age=600, methods=["GET", "HEAD", "POST"], allow_headers=["X-A"])
    assert service(app) == {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "shop-cors"},
        "spec": {
            "hosts": ["api.example.com"],
            "gateways": ["edge/public"],
            "http": [
                {
                    "match": [{"uri": {"prefix": "/"}}],
                    "route": ROUTE,
                    "corsPolicy": {
                        "allowOrigins": [{"exact": APP}],
                        "allowMethods": ["GET", "HEAD", "POST"],
                        "allowHeaders": ["x-a"],
                        "maxAge": "600s",
                        "unmatchedPreflights": "IGNORE",
                    },
                }
            ],
        },
    }


def test_without_a_namespace_and_hostnames_it_is_for_every_host_of_the_gateway() -> None:
    target = TARGET._replace(namespace=None, hostnames=())
    (read,) = documents(istio.render(build_plan(app_with()), target))
    assert (read["spec"]["gateways"], read["spec"]["hosts"]) == (["public"], ["*"])


def test_origins_are_exact_or_regexes_of_whole_origins() -> None:
    origins = ["https://*.a.example", "null", re.compile(r"https://b\d?\.example", re.IGNORECASE)]
    (policy,) = policies(app_with(origins=origins))
    assert policy["allowOrigins"][0] == {"exact": "null"}
    subdomains, regex = (re.compile(each["regex"]) for each in policy["allowOrigins"][1:])
    assert subdomains.fullmatch("https://x.y.a.example")
    assert not subdomains.fullmatch("https://a.example")
    assert regex.fullmatch("https://B1.example")
    assert not regex.fullmatch("https://b1.example.evil.test")


def test_every_origin_is_a_regex_of_everything() -> None:
    (policy,) = policies(app_with())
    assert policy["allowOrigins"] == [{"regex": ".*"}]


def test_what_has_no_policy_has_the_last_route() -> None:
    *_, last = service(app_with(resources="/a/*"))["spec"]["http"]
    assert last == {"route": ROUTE}
    below_a_root = app_with(resources="/a/*")
    below_a_root.config["APPLICATION_ROOT"] = "/shop"
    *_, last = service(below_a_root)["spec"]["http"]
    match = [{"uri": {"exact": "/shop"}}, {"uri": {"prefix": "/shop/"}}]
    assert last == {"match": match, "route": ROUTE}


def test_routes_of_one_policy_that_follow_each_other_are_one() -> None:
    app = app_with(resources={"/a/b": {"origins": APP}, "/a/c": {"origins": APP}})
    route = service(app)["spec"]["http"][1]
    assert route["match"] == [{"uri": {"exact": "/a/b"}}, {"uri": {"exact": "/a/c"}}]


# ---- paths -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        *("/api//a", "//api/a", "/api/./a", "/api/../a", "/api/..", "/api/."),
        *("/api/%2e%2E/a", "/api/..%2fa", "/api/%61", "/api/%7E", "/api/%5F", "/api/%30"),
    ],
)
def test_a_path_with_another_spelling_has_no_policy(path: str) -> None:
    assert not has_policy(app_with(resources="/api/*"), path)


def test_an_escape_that_is_needed_changes_nothing_below_a_path() -> None:
    app = app_with(resources="/api/*")
    assert all(
        has_policy(app, path) for path in ("/api/a%20b", "/api/%C3%A9", "/api/%40", "/api/.a")
    )


def test_no_escape_is_compared_with_a_regex() -> None:
    app = app_with(resources=r"/api/.{3}$")
    assert has_policy(app, "/api/abc")
    assert not has_policy(app, "/api/a%20b")


def test_where_one_policy_is_that_of_every_path_no_path_is_left_out() -> None:
    assert has_policy(app_with(), "/a//b")


def test_a_regex_is_matched_as_far_as_the_app_does() -> None:
    app = app_with(resources=[r"/a/\d+", r"/b/\d+$"])
    found = [has_policy(app, path) for path in ("/a/1", "/a/1x", "/a/x", "/b/1", "/b/1x")]
    assert found == [True, True, False, True, False]


def test_a_view_with_a_converter_has_its_policy() -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/a/<int:n>/b", "a", cross_origin(origins=APP)(lambda n: ""))
    assert has_policy(app, "/a/7/b")
    assert not has_policy(app, "/a/x/b")
    assert not has_policy(app, "/a/7/b", "PUT")


def test_a_regex_below_a_resource_is_compared_alone() -> None:
    app = Flask(__name__, static_folder=None)
    CORS(app, resources={"/a/*": {"origins": APP}})
    app.add_url_rule("/a/b/<x>", "x", lambda x: "")
    app.add_url_rule("/a/b/<x>", "y", cross_origin(origins=ADMIN)(lambda x: ""), methods=["PUT"])
    routes = service(app)
    found = filter_of_service(routes, Seen("GET", "/a/b/1", {}))
    assert (found or {})["allowOrigins"] == [{"exact": APP}]
    found = filter_of_service(routes, Seen("PUT", "/a/b/1", {}))
    assert (found or {})["allowOrigins"] == [{"exact": ADMIN}]


def test_the_root_of_the_app_is_compared_with_regexes_too() -> None:
    app = app_with(resources=[r"/\d+$", r"/$"])
    app.config["APPLICATION_ROOT"] = "/shop"
    found = [has_policy(app, path) for path in ("/shop/1", "/shop", "/shop/", "/1", "/shop1")]
    assert found == [True, True, True, False, False]


# ---- what cannot be stated ---------------------------------------------------------------------


@pytest.mark.parametrize("origin", [r".|https://a\.example", r"[^a]"])
def test_a_regex_that_matches_a_star_is_refused(origin: str) -> None:
    """Envoy compares each origin with "*" first, and then allows all."""
    with pytest.raises(ExportError, match=r"matches '\*', so Envoy would allow any origin"):
        rendered(app_with(origins=re.compile(origin)))


def test_a_regex_that_istio_does_not_take_is_refused() -> None:
    long = "|".join(f"{number}" for number in range(300))
    with pytest.raises(ExportError, match="a regex of 1,"):
        rendered(app_with(origins=rf"https://({long})\.example"))
    with pytest.raises(ExportError, match="Istio takes 1,024"):
        rendered(app_with(resources=f"/({long})$"))


def test_several_regexes_for_a_path_are_named() -> None:
    app = Flask(__name__, static_folder=None)
    CORS(app, resources={r"/a/\d+$": {"origins": APP}})
    app.add_url_rule("/a/<x>", "x", lambda x: "")
    app.add_url_rule("/a/<x>", "y", cross_origin(origins=ADMIN)(lambda x: ""), methods=["PUT"])
    with pytest.raises(ExportError) as caught:
        rendered(app)
    (obstacle,) = caught.value.obstacles
    assert obstacle.subject == "a regex of paths below '/a/'"
    assert obstacle.reason.startswith("a route compares a path with one regex: ")


def test_below_a_root_a_regex_begins_with_a_slash() -> None:
    app = app_with(resources={".*x": {"origins": APP}, "/a": {}})
    app.config["APPLICATION_ROOT"] = "/shop"
    with pytest.raises(ExportError, match="has to begin with /"):
        rendered(app)


# ---- nothing breaks out ------------------------------------------------------------------------


@settings(max_examples=50)
@given(ORIGINS, st.lists(TOKENS, min_size=1))
def test_what_an_app_is_configured_with_stays_in_its_place(origin: str, exposed: list[str]) -> None:
    (policy,) = policies(app_with(origins=[origin, "null"], expose_headers=exposed))
    assert {"exact": origin.lower()} in policy["allowOrigins"]
    assert set(policy["exposeHeaders"]) == set(exposed)


@pytest.mark.parametrize("origin", ["https://{{a}}", "a:b", 'https://"#', "https://a'b"])
def test_an_origin_with_signs_of_yaml_and_of_templates_is_read_back(origin: str) -> None:
    app = app_with(origins=re.compile(re.escape(origin)))
    text = rendered(app)
    assert text.isascii()
    (policy,) = policies(app)
    ((_, regex),) = policy["allowOrigins"][0].items()
    assert re.fullmatch(regex, origin)


def test_a_path_with_signs_is_compared_as_it_is() -> None:
    app = app_with(resources=["/a:b'c", "/@me"])
    exact = [match["uri"].get("exact") for match in service(app)["spec"]["http"][1]["match"]]
    assert exact == ["/a:b'c", "/@me"]
    assert has_policy(app, "/@me")
    assert not has_policy(app, "/%40me")


@pytest.mark.parametrize("path", ["/a b", "/{{ a }}/*", "/\u00e9", '/"'])
def test_a_path_with_signs_that_urls_escape_is_refused(path: str) -> None:
    with pytest.raises(ExportError, match="it holds a character that URLs escape"):
        rendered(app_with(resources=[path]))
