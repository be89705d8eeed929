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
from flask_cors.tools.export.obstacles import CannotExport
from flask_cors.tools.export.plan import Engine, Plan, plan
from tests.live.export.edge_answers import differ, said
from tests.live.export.edge_differences import is_expected
from tests.live.export.edge_policies import ADMIN, APP, app_with
from tests.live.export.edge_proxies import PROXIES, Proxy, executable, started
from tests.live.export.edge_requests import (
    REQUESTS,
    Client,
    Sent,
    actual,
    preflight,
)

pytestmark = pytest.mark.live


@pytest.fixture
def upstream() -> Flask:
    """An app that answers of CORS whatever comes to its mind, and counts."""
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


def test_what_the_app_says_of_cors_is_dropped(behind: Any, upstream: Flask) -> None:
    edge = behind(plan(app_with(resources="/api/*", origins=[APP, ADMIN])), upstream)
    answer = edge.ask(actual("/api/books", APP))
    assert said(answer) == {"access-control-allow-origin": [APP], "vary": {"accept", "origin"}}
    assert answer.headers.get("X-Own") == "1"
    assert said(edge.ask(actual("/api/books", "https://evil.example"))) == {
        "vary": {"accept", "origin"}
    }


def test_a_path_without_a_policy_goes_to_the_app_and_comes_back_without_cors(
    behind: Any, upstream: Flask
) -> None:
    edge = behind(plan(app_with(resources="/api/*")), upstream)
    assert said(edge.ask(actual("/apikeys", APP))) == {"vary": {"accept"}}
    assert said(edge.ask(preflight("/apikeys", APP, "PUT"))) == {"vary": {"accept"}}
    assert upstream.config["SEEN"] == ["GET", "OPTIONS"]


@pytest.mark.parametrize("origin", [APP, "https://evil.example", "not an origin"])
def test_a_preflight_never_reaches_the_app(behind: Any, upstream: Flask, origin: str) -> None:
    edge = behind(plan(app_with(origins=APP)), upstream)
    answer = edge.ask(preflight("/api/books", origin, "PUT"))
    assert answer.status == 200
    assert ("access-control-allow-origin" in said(answer)) == (origin == APP)
    assert upstream.config["SEEN"] == []


def test_options_that_is_no_preflight_reaches_the_app(behind: Any, upstream: Flask) -> None:
    edge = behind(plan(app_with(origins=APP)), upstream)
    edge.ask(actual("/", APP, "OPTIONS"))
    edge.ask(Sent("OPTIONS", "/", (("Access-Control-Request-Method", "PUT"),)))
    assert upstream.config["SEEN"] == ["OPTIONS", "OPTIONS"]


def test_an_error_of_the_proxy_says_what_the_app_would_say(behind: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = taken.getsockname()[1]
    edge = behind(plan(app_with(origins=[APP, ADMIN], supports_credentials=True)), nobody)
    answer = edge.ask(actual("/", ADMIN))
    assert answer.status in (502, 503, 504)
    assert said(answer) == {
        "access-control-allow-origin": [ADMIN],
        "access-control-allow-credentials": ["true"],
        "vary": {"origin"},
    }


def test_an_app_without_cors_goes_through_untouched_but_for_what_it_says(
    behind: Any, upstream: Flask
) -> None:
    edge = behind(plan(Flask(__name__)), upstream)
    assert said(edge.ask(preflight("/", APP, "PUT"))) == {"vary": {"accept"}}


@pytest.mark.parametrize("ending", ["%FF", "/../x", "/..", "%2F..%2Fx"])
def test_what_is_in_doubt_stays_so_however_long_it_is(
    behind: Any, upstream: Flask, ending: str
) -> None:
    edge = behind(plan(app_with(resources=[r"/api/.+x?", "/x"])), upstream)
    assert "access-control-allow-origin" in said(edge.ask(actual(f"/api/{'a' * 2000}", APP)))
    for letter in ("a", "%C3%A9"):
        assert said(edge.ask(actual(f"/api/{letter * 1000}{ending}", APP))) == {"vary": {"accept"}}


def test_a_view_may_have_a_long_path(behind: Any, upstream: Flask) -> None:
    app = Flask(__name__)
    view = cross_origin(origins=APP)(lambda rest: "")
    app.add_url_rule("/api/<path:rest>", "view", view)
    edge = behind(plan(app), upstream)
    for path in (f"/api/{'a' * 4000}", f"/api/{'%C3%A9' * 1000}"):
        assert said(edge.ask(actual(path, APP)))["access-control-allow-origin"] == [APP]


def test_thousands_of_origins_are_told_apart(behind: Any, upstream: Flask) -> None:
    origins = [f"https://{number}.customer.example" for number in range(5000)]
    edge = behind(plan(app_with(origins=origins)), upstream)
    for origin in (origins[0], origins[-1]):
        assert said(edge.ask(actual("/", origin)))["access-control-allow-origin"] == [origin]
    assert "access-control-allow-origin" not in said(edge.ask(actual("/", f"{origins[0]}.evil")))


# ---- policies that nobody thought of -----------------------------------------------------------

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
    st.sampled_from([".*", "(?i)/API/.", r"/api/(?!b)", "/?.*x"]),
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
    """An app; another example is tried where there can be none.

    :param views: by their rules, their own options; None for a plain view.
    """
    app = Flask(__name__)
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


def planned(app: Flask, engine: Engine = Engine.RE2) -> Plan:
    try:
        return plan(app, engine)
    except CannotExport:
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
def test_policies_that_nobody_thought_of_are_the_same_at_the_edge(
    resources: dict[str, Any],
    views: dict[str, Any],
    proxy: str,
    serving: Any,
    folders: Iterator[Path],
) -> None:
    app = configured(resources, views)
    edge_plan = planned(app, PROXIES[proxy].engine)
    with (
        serving(app) as port,
        serving(Flask("upstream")) as upstream,
        started(PROXIES[proxy], edge_plan, upstream, next(folders)) as at,
        Client(port) as alone,
        Client(at) as edge,
    ):
        for sent in REQUESTS[::5]:
            by_app, by_edge = alone.ask(sent), edge.ask(sent)
            assert not differ(sent, by_app, by_edge) or is_expected(
                proxy, sent, said(by_app), said(by_edge)
            ), f"{sent}\n{said(by_app)}\n{said(by_edge)}"


# ---- nothing breaks out ------------------------------------------------------------------------


@settings(
    max_examples=30,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(resources=RESOURCES, views=VIEWS)
def test_each_proxy_takes_whatever_an_app_is_configured_with(
    resources: dict[str, Any], views: dict[str, Any], proxy: str, folders: Iterator[Path]
) -> None:
    how = PROXIES[proxy]
    what = planned(configured(resources, views), how.engine)
    text = how.render(what, "127.0.0.1:1", "http://127.0.0.1:1")
    found = tried(how, next(folders), text)
    assert found.returncode == 0, found.stderr
    assert not re.search(r"\[?warn(ing)?\]|AH\d+|emerg", found.stderr), found.stderr


def tried(proxy: Proxy, folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    """What a proxy says of a configuration."""
    file = folder / "configuration"
    file.write_text(text, encoding="utf-8")
    command = proxy.trial(executable(proxy) or "", folder, file)
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_nginx_refuses_the_part_of_a_second_app(missing: Any, tmp_path: Path) -> None:
    proxy = PROXIES["nginx"]
    if executable(proxy) is None:
        missing("nginx", proxy.install)
    part = nginx.render(plan(app_with(resources="/api/*")))
    own = f"pid {tmp_path}/pid; error_log stderr; events {{ }}"
    once = tried(proxy, tmp_path, f"{own} http {{ access_log off;\n{part} }}")
    assert "test is successful" in once.stderr
    twice = tried(proxy, tmp_path, f"{own} http {{ access_log off;\n{part}\n{part} }}")
    assert 'duplicate "log_format" name "cors_of_one_app"' in twice.stderr
