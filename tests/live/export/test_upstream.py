"""The app behind, by its name and over TLS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_cors.tools.export.addresses import AUTHORITIES
from flask_cors.tools.export.plan import EdgePlan, build_plan
from tests.live.exact import make_certificate
from tests.live.export.edge_proxies import PROXIES, started
from tests.live.export.edge_responses import cors_headers
from tests.tools.export.edge_policies import APP, app_with
from tests.tools.export.edge_requests import Client, actual

pytestmark = pytest.mark.live


def an_app() -> Flask:
    app = Flask("upstream")
    app.add_url_rule("/", "index", lambda: "here")
    return app


def status(proxy: str, upstream: str, folder: Path, change: Callable[[str], str]) -> int:
    """Return the status of a response that a frontend can read."""
    how = PROXIES[proxy]

    def render(plan: EdgePlan, listen: str, _: str) -> str:
        return change(how.render(plan, listen, upstream))

    what = build_plan(app_with(origins=APP), how.dialect)
    with started(how._replace(render=render), what, 0, folder) as at, Client(at) as edge:
        response = edge.send(actual("/", APP))
    assert cors_headers(response)["access-control-allow-origin"] == [APP]
    return response.status


def test_an_app_is_found_by_its_name(proxy: str, serve: Any, tmp_path: Path) -> None:
    upstream = f"http://localhost:{serve(an_app())}"
    assert status(proxy, upstream, tmp_path, lambda text: text) == 200


def test_an_upstream_with_an_untrusted_certificate_gets_no_request(
    proxy: str, serving: Any, tmp_path: Path
) -> None:
    pem = make_certificate(tmp_path, "localhost")
    with serving(an_app(), f"{pem}") as port:
        assert status(proxy, f"https://localhost:{port}", tmp_path, lambda text: text) >= 500


def test_an_upstream_with_a_trusted_certificate_gets_requests(
    proxy: str, serving: Any, tmp_path: Path
) -> None:
    if proxy == "caddy":
        pytest.skip("Caddy's authorities are those of the machine alone")
    pem = make_certificate(tmp_path, "localhost")

    def trusting(text: str) -> str:
        return text.replace(AUTHORITIES, f"{pem}.crt").replace("@system-ca", f"{pem}.crt")

    with serving(an_app(), f"{pem}") as port:
        assert status(proxy, f"https://localhost:{port}", tmp_path, trusting) == 200
