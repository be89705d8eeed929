"""What a proxy does that an app alone never shows."""

from __future__ import annotations

import re
import socket
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, request
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from flask_cors import CORS, CORSConfigError, cross_origin
from flask_cors.tools.export import nginx
from flask_cors.tools.export.obstacles import ExportError
from flask_cors.tools.export.plan import EdgePlan, RegexDialect, build_plan
from tests.live.export.edge_proxies import PROXIES, Proxy, executable, started
from tests.live.export.edge_responses import cors_headers, differ
from tests.tools.export.edge_differences import is_expected
from tests.tools.export.edge_policies import ADMIN, APP, app_with
from tests.tools.export.edge_requests import (
    REQUESTS,
    Client,
    Sent,
    actual,
    preflight,
)

pytestmark = pytest.mark.live


@pytest.fixture
def upstream() -> Flask:
    """An app with CORS headers of its own, which counts its requests."""
    app = Flask("upstream")
    app.config["SEEN"] = []

    @app.route("/", defaults={"path": ""}, methods=["GET", "PUT", "OPTIONS"])
    @app.route("/<path:path>", methods=["GET", "PUT", "OPTIONS"])
    def anything(path: str) -> Response:
        app.config["SEEN"].append(request.method)
        return Response(
            "here",
            headers={
                "Access-Control-Allow-Origin": "*",
                "Access-Control-Allow-Credentials": "true",
                "Access-Control-Allow-Methods": "DELETE",
                "Access-Control-Allow-Headers": "X-Own",
                "Access-Control-Expose-Headers": "X-Own",
                "Access-Control-Max-Age": "9",
                "Access-Control-Allow-Private-Network": "true",
                "Vary": "Accept",
                "X-Own": "1",
            },
        )

    return app


def test_cors_headers_of_the_app_are_replaced(behind: Any, upstream: Flask) -> None:
    edge = behind(build_plan(app_with(resources="/api/*", origins=[APP, ADMIN])), upstream)
    response = edge.send(actual("/api/books", APP))
    assert cors_headers(response) == {
        "access-control-allow-origin": [APP],
        "vary": ["accept", "origin"],
    }
    assert response.headers.get("X-Own") == "1"
    assert cors_headers(edge.send(actual("/api/books", "https://evil.example"))) == {
        "vary": ["accept", "origin"]
    }


def test_a_path_without_a_policy_reaches_the_app_and_gets_no_cors_headers(
    behind: Any, upstream: Flask
) -> None:
    edge = behind(build_plan(app_with(resources="/api/*")), upstream)
    assert cors_headers(edge.send(actual("/apikeys", APP))) == {"vary": ["accept"]}
    assert cors_headers(edge.send(preflight("/apikeys", APP, "PUT"))) == {"vary": ["accept"]}
    assert upstream.config["SEEN"] == ["GET", "OPTIONS"]


@pytest.mark.parametrize(
    "path", ["/files/a//b/s.txt", "/files/a/%2Fb/s.txt", "/files/a/x/../b/s.txt", "/login/"]
)
def test_an_ambiguous_path_reaches_the_app_and_gets_no_cors_headers(
    behind: Any, upstream: Flask, path: str
) -> None:
    policies = {"/files/*": {"origins": "*"}, "/files/a/b/*": {"origins": ADMIN}}
    app = app_with(resources={**policies, "/login": {"origins": ADMIN}, "/login/*": {}})
    app.add_url_rule("/login", "login", lambda: "", strict_slashes=False)
    edge = behind(build_plan(app), upstream)
    assert cors_headers(edge.send(actual(path, APP))) == {"vary": ["accept"]}
    assert cors_headers(edge.send(preflight(path, APP, "PUT"))) == {"vary": ["accept"]}
    assert upstream.config["SEEN"] == ["GET", "OPTIONS"]
    response = edge.send(preflight("/files/a/s.txt", APP, "PUT"))
    assert cors_headers(response)["access-control-allow-origin"] == [APP]


@pytest.mark.parametrize("origin", [APP, "https://evil.example", "not an origin"])
def test_a_preflight_never_reaches_the_app(behind: Any, upstream: Flask, origin: str) -> None:
    edge = behind(build_plan(app_with(origins=APP)), upstream)
    response = edge.send(preflight("/api/books", origin, "PUT"))
    assert response.status == 200
    assert ("access-control-allow-origin" in cors_headers(response)) == (origin == APP)
    assert upstream.config["SEEN"] == []


def test_an_options_request_that_is_not_a_preflight_reaches_the_app(
    behind: Any, upstream: Flask
) -> None:
    edge = behind(build_plan(app_with(origins=APP)), upstream)
    edge.send(actual("/", APP, "OPTIONS"))
    edge.send(Sent("OPTIONS", "/", (("Access-Control-Request-Method", "PUT"),)))
    assert upstream.config["SEEN"] == ["OPTIONS", "OPTIONS"]


def test_an_error_of_the_proxy_has_the_headers_that_the_app_would_send(behind: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    edge = behind(build_plan(app_with(origins=[APP, ADMIN], supports_credentials=True)), closed)
    response = edge.send(actual("/", ADMIN))
    assert response.status in (502, 503, 504)
    assert cors_headers(response) == {
        "access-control-allow-origin": [ADMIN],
        "access-control-allow-credentials": ["true"],
        "vary": ["origin"],
    }


def test_an_app_without_a_policy_loses_its_own_cors_headers_alone(
    behind: Any, upstream: Flask
) -> None:
    edge = behind(build_plan(Flask(__name__)), upstream)
    assert cors_headers(edge.send(preflight("/", APP, "PUT"))) == {"vary": ["accept"]}


@pytest.mark.parametrize("ending", ["%FF", "/../x", "/..", "%2F..%2Fx"])
def test_an_uncertain_path_has_no_policy_however_long_it_is(
    behind: Any, upstream: Flask, ending: str
) -> None:
    edge = behind(build_plan(app_with(resources=[r"/api/.+x?", "/x"])), upstream)
    assert "access-control-allow-origin" in cors_headers(
        edge.send(actual(f"/api/{'a' * 2000}", APP))
    )
    for letter in ("a", "%C3%A9"):
        assert cors_headers(edge.send(actual(f"/api/{letter * 1000}{ending}", APP))) == {
            "vary": ["accept"]
        }


def test_a_view_may_have_a_long_path(behind: Any, upstream: Flask) -> None:
    app = Flask(__name__)
    view = cross_origin(origins=APP)(lambda rest: "")
    app.add_url_rule("/api/<path:rest>", "view", view)
    edge = behind(build_plan(app), upstream)
    for path in (f"/api/{'a' * 4000}", f"/api/{'%C3%A9' * 1000}"):
        assert cors_headers(edge.send(actual(path, APP)))["access-control-allow-origin"] == [APP]


def test_a_proxy_listens_on_an_ipv6_address(proxy: str, tmp_path: Path) -> None:
    plan = build_plan(app_with(origins=APP))
    with started(PROXIES[proxy], plan, 1, tmp_path, "::1") as port, Client(port, "::1") as edge:
        assert cors_headers(edge.send(preflight("/", APP, "PUT")))[
            "access-control-allow-origin"
        ] == [APP]


def test_thousands_of_origins_are_allowed_one_by_one(behind: Any, upstream: Flask) -> None:
    origins = [f"https://{number}.customer.example" for number in range(5000)]
    edge = behind(build_plan(app_with(origins=origins)), upstream)
    for origin in (origins[0], origins[-1]):
        assert cors_headers(edge.send(actual("/", origin)))["access-control-allow-origin"] == [
            origin
        ]
    assert "access-control-allow-origin" not in cors_headers(
        edge.send(actual("/", f"{origins[0]}.evil"))
    )


# ---- generated policies ------------------------------------------------------------------------

SIGNS = "\"'{};#$\\\n\r\t ~*^()[]|.+?/ab\u00e9%"
TOKENS = st.text(st.sampled_from("abXY1!#$%&'*+-.^_`|~"), min_size=1, max_size=8)
ORIGINS = st.one_of(
    st.sampled_from(
        ["*", APP, ADMIN, "https://*.example", "http://localhost:*", r"https://[a-z]+\.example"]
    ),
    st.sampled_from(["null", r".*\.example$", "https://APP.example", "x{};", r"https://(?!ad).*"]),
    st.text(st.sampled_from("ab:/.{}$;'\"#~"), min_size=1, max_size=8),
)
PATTERNS = st.one_of(
    st.sampled_from(["/*", "/api/*", "/api/books", r"/api/\w+$", r"/(api|v\d)/.*", "/api/.{5}"]),
    st.sampled_from([".*", "(?i)/API/.", r"/api/(?!b)", "/?.*x", "/api/books/", r"/api/\w+/?\Z"]),
    st.sampled_from(["/api/wiki/.+/$", "/api/[^/]+$", "/.*$"]),
    st.text(st.sampled_from(SIGNS), min_size=1, max_size=8).map(lambda text: f"/{text}"),
)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "origins": st.lists(ORIGINS, max_size=4),
        "methods": st.lists(st.one_of(TOKENS, st.sampled_from(["GET", "PUT", "*"])), max_size=4),
        "allow_headers": st.lists(
            st.one_of(TOKENS, st.sampled_from(["*", "X-A", "X-.*", "content-type"])), max_size=4
        ),
        "expose_headers": st.lists(TOKENS, max_size=3),
        "supports_credentials": st.booleans(),
        "max_age": st.integers(0, 10**6),
        "send_wildcard": st.booleans(),
        "vary_header": st.booleans(),
        "always_send": st.booleans(),
        "allow_private_network": st.booleans(),
    },
)
RESOURCES = st.dictionaries(PATTERNS, OPTIONS, min_size=1, max_size=4)


RULES = ["/", "/api/books", "/api/<name>", "/api/<int:n>", "/api/<path:rest>", "/api/wiki/<x>/"]
VIEWS = st.dictionaries(st.sampled_from(RULES), st.one_of(st.none(), OPTIONS), max_size=3)


def configured(resources: dict[str, Any], views: dict[str, Any] | None = None) -> Flask:
    """Return an app; another example is tried if its configuration is invalid.

    :param views: by their rules, their own options; None for a plain view.
    """
    app = Flask(__name__)
    app.url_map.strict_slashes = bool(len(resources) % 2)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            CORS(app, resources=resources)
            for rule, options in (views or {}).items():
                view: Any = lambda **_: ""  # noqa: E731
                decorated = view if options is None else cross_origin(**options)(view)
                app.add_url_rule(rule, rule, decorated, methods=["GET", "PUT"])
    except CORSConfigError:
        assume(False)
    return app


def planned(app: Flask, dialect: RegexDialect = RegexDialect.RE2) -> EdgePlan:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return build_plan(app, dialect)
    except ExportError:
        assume(False)
        raise


@pytest.fixture(scope="session")
def folders(tmp_path_factory: Any) -> Iterator[Path]:
    return (tmp_path_factory.mktemp("proxy") for _ in iter(int, 1))


@settings(
    max_examples=25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(resources=RESOURCES, views=VIEWS)
def test_generated_policies_are_the_same_at_the_edge(
    resources: dict[str, Any],
    views: dict[str, Any],
    proxy: str,
    serving: Any,
    folders: Iterator[Path],
) -> None:
    app = configured(resources, views)
    edge_plan = planned(app, PROXIES[proxy].dialect)
    with (
        serving(app) as port,
        serving(Flask("upstream")) as upstream,
        started(PROXIES[proxy], edge_plan, upstream, next(folders)) as at,
        Client(port) as alone,
        Client(at) as edge,
    ):
        for sent in REQUESTS[::5]:
            by_app, by_edge = alone.send(sent), edge.send(sent)
            assert not differ(sent, by_app, by_edge) or is_expected(
                proxy, app, sent, cors_headers(by_app), cors_headers(by_edge)
            ), f"{sent}\n{cors_headers(by_app)}\n{cors_headers(by_edge)}"


# ---- nothing breaks out ------------------------------------------------------------------------


@settings(
    max_examples=30,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(resources=RESOURCES, views=VIEWS)
def test_each_proxy_reads_the_configuration_of_generated_policies(
    resources: dict[str, Any], views: dict[str, Any], proxy: str, folders: Iterator[Path]
) -> None:
    how = PROXIES[proxy]
    what = planned(configured(resources, views), how.dialect)
    text = how.render(what, "127.0.0.1:1", "http://127.0.0.1:1")
    found = tried(how, next(folders), text)
    assert found.returncode == 0, found.stderr
    assert not re.search(r"\[?warn(ing)?\]|AH\d+|emerg", found.stderr), found.stderr


def tried(proxy: Proxy, folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    """Return what a proxy reports about a configuration."""
    file = folder / "configuration"
    file.write_text(text, encoding="utf-8")
    command = proxy.validation_command(executable(proxy) or "", folder, file)
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_nginx_refuses_the_part_of_a_second_app(missing: Any, tmp_path: Path) -> None:
    proxy = PROXIES["nginx"]
    if executable(proxy) is None:
        missing("nginx", proxy.install)
    part = nginx.render(build_plan(app_with(resources="/api/*")))
    own = f"pid {tmp_path}/pid; error_log stderr; events {{ }}"
    once = tried(proxy, tmp_path, f"{own} http {{ access_log off;\n{part} }}")
    assert "test is successful" in once.stderr
    twice = tried(proxy, tmp_path, f"{own} http {{ access_log off;\n{part}\n{part} }}")
    assert 'duplicate "log_format" name "cors_of_one_app"' in twice.stderr
