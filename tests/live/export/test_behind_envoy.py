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
from flask_cors.tools.export.plan import Plan, plan
from tests.live.export.edge_answers import said
from tests.live.export.edge_policies import ADMIN, APP, app_with
from tests.live.export.edge_proxies import PROXIES, executable, started
from tests.live.export.edge_requests import Client, actual, preflight

pytestmark = pytest.mark.live

ENVOY = PROXIES["envoy"]

Start = Callable[[Callable[[Plan, str, str], str], Plan], Client]


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

        def start(render: Callable[[Plan, str, str], str], plan: Plan) -> Client:
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


def in_yaml(*others: Plan) -> Callable[[Plan, str, str], str]:
    """A configuration of somebody's own that includes the part of a plan, before that of others."""

    def render(plan: Plan, listen: str, upstream: str) -> str:
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


def test_the_part_to_include_stands_in_a_configuration_in_yaml(start: Start) -> None:
    edge = start(in_yaml(), plan(app_with(origins=[APP, "https://*.example"])))
    assert said(edge.ask(actual("/", ADMIN)))["access-control-allow-origin"] == [ADMIN]
    assert edge.ask(preflight("/", APP, "PUT")).status == 200


def test_apps_beside_each_other_each_have_their_own_policy(start: Start) -> None:
    other = plan(app_with(resources={"/b/*": {"origins": ADMIN}}))
    edge = start(in_yaml(other), plan(app_with(resources={"/a/*": {"origins": APP}})))
    for path, origin in (("/a/x", APP), ("/b/x", ADMIN)):
        allowed = {"access-control-allow-origin": [origin]}
        assert said(edge.ask(actual(path, origin))) == allowed
        assert edge.ask(preflight(path, origin, "GET")).status == 200
    for path, origin in (("/a/x", ADMIN), ("/b/x", APP)):
        assert "access-control-allow-origin" not in said(edge.ask(actual(path, origin)))
    for origin in (APP, ADMIN):
        assert said(edge.ask(actual("/c", origin))) == {}


def test_nobody_else_says_which_names_are_allowed(start: Start) -> None:
    edge = start(envoy.render_whole, plan(app_with(origins=APP, allow_headers="x-a.*")))
    for claimed in ("[x-evil]", "(x-evil)"):
        answer = edge.ask(preflight("/", APP, "PUT", "x-evil,x-ab", X_Flask_Cors_Names=claimed))
        assert said(answer)["access-control-allow-headers"] == {"x-ab"}


def test_the_app_sees_nothing_of_what_filters_tell_each_other(
    start: Start, upstream: Flask
) -> None:
    edge = start(envoy.render_whole, plan(app_with(resources="/api/*", allow_headers="x-a.*")))
    for sent in (
        actual("/", APP, X_Flask_Cors_Names="[x]"),
        actual("/api/x", APP, X_Flask_Cors_Names="[x]", Access_Control_Request_Headers="x-ab"),
        preflight("/", APP, "GET", "x-ab"),
    ):
        edge.ask(sent)
    assert len(upstream.config["SENT"]) == 3
    assert "x-flask-cors-names" not in set().union(*upstream.config["SENT"])
