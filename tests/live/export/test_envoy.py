"""What Envoy alone does."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request

from flask_cors.tools.export import envoy
from flask_cors.tools.export.plan import EdgePlan, build_plan
from tests.live.export.edge_proxies import PROXIES, executable, started
from tests.live.export.edge_responses import cors_headers
from tests.tools.export.edge_policies import ADMIN, APP, app_with
from tests.tools.export.edge_requests import Client, actual, preflight

pytestmark = pytest.mark.live

ENVOY = PROXIES["envoy"]

Start = Callable[[Callable[[EdgePlan, str, str], str], EdgePlan], Client]


@pytest.fixture
def program(missing: Any) -> str:
    return executable(ENVOY) or missing("envoy", ENVOY.install)


@pytest.fixture
def upstream() -> Flask:
    """An app that keeps the names of the headers that it is sent."""
    app = Flask("upstream")
    app.config["SENT"] = []

    @app.route("/", defaults={"path": ""}, methods=["GET", "OPTIONS"])
    @app.route("/<path:path>", methods=["GET", "OPTIONS"])
    def anything(path: str) -> str:
        app.config["SENT"].append({name.lower() for name, _ in request.headers})
        return ""

    return app


@pytest.fixture
def start(program: str, serve: Any, upstream: Flask, tmp_path: Path) -> Iterator[Start]:
    """Start Envoy with a configuration in YAML, and be connected to it."""
    proxy = ENVOY._replace(
        command=lambda program, _, file: [
            *(program, "--config-yaml", file.read_text(encoding="utf-8")),
            *("--log-level", "warn", "--concurrency", "1", "--disable-hot-restart"),
        ]
    )
    with ExitStack() as running:

        def start(render: Callable[[EdgePlan, str, str], str], plan: EdgePlan) -> Client:
            own = proxy._replace(render=render)
            at = running.enter_context(started(own, plan, serve(upstream), tmp_path))
            return running.enter_context(Client(at))

        yield start


YAML = """\
static_resources:
  clusters:
  - CLUSTER
  listeners:
  - address: ADDRESS
    filter_chains:
    - filters:
      - name: http
        typed_config:
          "@type": MANAGER
          stat_prefix: own
          route_config: ROUTES
          http_filters:
FILTERS
          - ROUTER
"""


def in_yaml(*others: EdgePlan) -> Callable[[EdgePlan, str, str], str]:
    """Return what writes a user's own YAML, with the part of a plan before those of others."""

    def render(plan: EdgePlan, listen: str, upstream: str) -> str:
        whole = json.loads(envoy.render_whole(plan, listen, upstream))["static_resources"]
        (listener,), (cluster,) = whole["listeners"], whole["clusters"]
        manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
        parts = "".join(map(envoy.render, (plan, *others)))
        text = YAML.replace("FILTERS\n", textwrap.indent(parts, " " * 10))
        for name, value in {
            "CLUSTER": cluster,
            "ADDRESS": listener["address"],
            "MANAGER": manager["@type"],
            "ROUTES": manager["route_config"],
            "ROUTER": manager["http_filters"][-1],
        }.items():
            text = text.replace(name, json.dumps(value), 1)
        return text

    return render


def test_the_part_to_include_fits_into_a_configuration_in_yaml(start: Start) -> None:
    edge = start(in_yaml(), build_plan(app_with(origins=[APP, "https://*.example"])))
    assert cors_headers(edge.send(actual("/", ADMIN)))["access-control-allow-origin"] == [ADMIN]
    assert edge.send(preflight("/", APP, "PUT")).status == 200


def test_apps_beside_each_other_each_have_their_own_policy(start: Start) -> None:
    other = build_plan(app_with(resources={"/b/*": {"origins": ADMIN}}))
    edge = start(in_yaml(other), build_plan(app_with(resources={"/a/*": {"origins": APP}})))
    for path, origin in (("/a/x", APP), ("/b/x", ADMIN)):
        allowed = {"access-control-allow-origin": [origin]}
        assert cors_headers(edge.send(actual(path, origin))) == allowed
        assert edge.send(preflight(path, origin, "GET")).status == 200
    for path, origin in (("/a/x", ADMIN), ("/b/x", APP)):
        assert "access-control-allow-origin" not in cors_headers(edge.send(actual(path, origin)))
    for origin in (APP, ADMIN):
        assert cors_headers(edge.send(actual("/c", origin))) == {}


def test_a_header_of_a_client_does_not_allow_names(start: Start) -> None:
    edge = start(envoy.render_whole, build_plan(app_with(origins=APP, allow_headers="x-a.*")))
    for claimed in ("[x-evil]", "(x-evil)"):
        response = edge.send(preflight("/", APP, "PUT", "x-evil,x-ab", X_Flask_Cors_Names=claimed))
        assert cors_headers(response)["access-control-allow-headers"] == {"x-ab"}


def test_the_app_does_not_get_the_header_of_the_filters(start: Start, upstream: Flask) -> None:
    edge = start(
        envoy.render_whole, build_plan(app_with(resources="/api/*", allow_headers="x-a.*"))
    )
    for sent in (
        actual("/", APP, X_Flask_Cors_Names="[x]"),
        actual("/api/x", APP, X_Flask_Cors_Names="[x]", Access_Control_Request_Headers="x-ab"),
        preflight("/", APP, "GET", "x-ab"),
    ):
        edge.send(sent)
    assert len(upstream.config["SENT"]) == 3
    assert "x-flask-cors-names" not in set().union(*upstream.config["SENT"])
