"""The app behind, by its name and over TLS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_cors.tools.export.addresses import AUTHORITIES
from flask_cors.tools.export.plan import Plan, plan
from tests.live.exact import self_signed
from tests.live.export.edge_answers import said
from tests.live.export.edge_policies import APP, app_with
from tests.live.export.edge_proxies import PROXIES, started
from tests.live.export.edge_requests import Client, actual

pytestmark = pytest.mark.live


def an_app() -> Flask:
    app = Flask("upstream")
    app.add_url_rule("/", "index", lambda: "here")
    return app


def status(proxy: str, upstream: str, folder: Path, change: Callable[[str], str]) -> int:
    """Of what a page is told, which may read it whatever it is."""
    how = PROXIES[proxy]

    def render(plan: Plan, listen: str, _: str) -> str:
        return change(how.render(plan, listen, upstream))

    what = plan(app_with(origins=APP), how.engine)
    with started(how._replace(render=render), what, 0, folder) as at, Client(at) as edge:
        answer = edge.ask(actual("/", APP))
    assert said(answer)["access-control-allow-origin"] == [APP]
    return answer.status


def test_an_app_is_found_by_its_name(proxy: str, serve: Any, tmp_path: Path) -> None:
    upstream = f"http://localhost:{serve(an_app())}"
    assert status(proxy, upstream, tmp_path, lambda text: text) == 200


def test_an_app_that_nobody_vouches_for_is_asked_nothing(
    proxy: str, serving: Any, tmp_path: Path
) -> None:
    pem = self_signed(tmp_path, "localhost")
    with serving(an_app(), f"{pem}") as port:
        assert status(proxy, f"https://localhost:{port}", tmp_path, lambda text: text) >= 500


def test_an_app_that_the_authorities_know_is_asked(
    proxy: str, serving: Any, tmp_path: Path
) -> None:
    if proxy == "caddy":
        pytest.skip("Caddy's authorities are those of the machine alone")
    pem = self_signed(tmp_path, "localhost")

    def trusting(text: str) -> str:
        return text.replace(AUTHORITIES, f"{pem}.crt").replace("@system-ca", f"{pem}.crt")

    with serving(an_app(), f"{pem}") as port:
        assert status(proxy, f"https://localhost:{port}", tmp_path, trusting) == 200
