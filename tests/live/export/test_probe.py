"""What ``flask cors probe`` reports of an app behind each proxy: with the exported configuration,
and with mistakes in one that is written by hand. tests/live/test_behind_nginx.py has nginx's."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask, Response, request

from flask_cors import CORS
from flask_cors.tools.cli import cors
from flask_cors.tools.export.plan import EdgePlan, build_plan
from tests.live.export.edge_proxies import PROXIES, executable, started
from tests.tools.export.edge_policies import ADMIN, APP, app_with

pytestmark = pytest.mark.live

OTHER = "https://other.example"


@pytest.fixture
def upstream(serve: Callable[[Flask], int]) -> int:
    app = Flask("upstream")
    CORS(app, origins=[APP, ADMIN])

    @app.route("/books", methods=["GET", "PUT"])
    def books() -> Response:
        return Response(request.headers.get("Origin"), headers={"Cache-Control": "max-age=60"})

    return serve(app)


def probe(port: int, *arguments: str, origin: str = APP) -> tuple[bool, list[str], list[str]]:
    """Return whether it is allowed, and the codes and messages of the findings."""
    command = ["probe", f"http://127.0.0.1:{port}/books", "--origin", origin, "--format=json"]
    result = CliRunner().invoke(cors, [*command, *arguments])
    report = json.loads(result.output)
    assert result.exit_code == (0 if report["allowed"] else 1)
    findings = report["findings"]
    return (
        report["allowed"],
        [each["code"] for each in findings],
        [each["message"] for each in findings],
    )


# These send their own Server with each response. The others hand on that of the app, so that probe
# sees that the response to a preflight comes from elsewhere.
SEND_OWN_SERVER = ("envoy", "nginx")

# ---- the exported configuration ----------------------------------------------------------------


@pytest.mark.parametrize("keeps_its_own", [True, False])
def test_an_exported_configuration_has_no_other_finding_than_who_responds(
    proxy: str, keeps_its_own: bool, upstream: int, serve: Any, tmp_path: Path
) -> None:
    plain = Flask("plain")
    plain.add_url_rule("/books", "books", lambda: "", methods=["GET", "PUT"])
    port = upstream if keeps_its_own else serve(plain)
    plan = build_plan(app_with(origins=[APP, ADMIN]), PROXIES[proxy].dialect)
    with started(PROXIES[proxy], plan, port, tmp_path) as at:
        for method in ("GET", "PUT"):
            allowed, codes, _ = probe(at, f"--method={method}", "--header=X-A: 1")
            assert (allowed, codes) == (True, [] if proxy in SEND_OWN_SERVER else ["CORS814"])
            assert not probe(at, f"--method={method}", origin=OTHER)[0]


def test_an_error_of_a_proxy_with_an_exported_configuration_can_be_read(
    proxy: str, tmp_path: Path
) -> None:
    plan = build_plan(app_with(origins=[APP, ADMIN]), PROXIES[proxy].dialect)
    with started(PROXIES[proxy], plan, 1, tmp_path) as at:
        assert probe(at)[:2] == (True, [])


# ---- written by hand ---------------------------------------------------------------------------

HAPROXY = """
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
cache kept
    total-max-size 4
    max-age 60
frontend all
    bind LISTEN
    default_backend app
backend app
    LINES
    server app UPSTREAM
"""
CADDY = """
{
    admin off
    auto_https off
}
http://LISTEN {
    bind 127.0.0.1
    route {
        LINES
        reverse_proxy UPSTREAM
    }
}
"""
WRITTEN = {"haproxy": HAPROXY, "caddy": CADDY}

Written = Callable[[str, int, str], int]


@pytest.fixture
def written(missing: Any, tmp_path: Path) -> Iterator[Written]:
    """Start a proxy with lines of its own in front of a port, and return its port."""
    with ExitStack() as running:

        def start(name: str, port: int, lines: str) -> int:
            proxy = PROXIES[name]
            if executable(proxy) is None:
                missing(name, proxy.install)

            def render(_: EdgePlan, listen: str, upstream: str) -> str:
                text = WRITTEN[name].replace("LINES", lines).replace("LISTEN", listen)
                return text.replace("UPSTREAM", upstream.removeprefix("http://"))

            plan = build_plan(app_with())
            changed = proxy._replace(render=render)
            return running.enter_context(started(changed, plan, port, tmp_path))

        yield start


@pytest.mark.parametrize("name", WRITTEN)
def test_a_proxy_that_adds_nothing_has_no_findings(
    written: Written, upstream: int, name: str
) -> None:
    port = written(name, upstream, "")
    assert probe(port) == (True, [], [])
    assert probe(port, "--method=PUT") == (True, [], [])


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("haproxy", f"http-response add-header Access-Control-Allow-Origin {APP}"),
        ("caddy", f"header Access-Control-Allow-Origin {APP}"),
    ],
)
def test_an_origin_that_app_and_proxy_send_is_blocked_and_reported(
    written: Written, upstream: int, name: str, lines: str
) -> None:
    allowed, codes, messages = probe(written(name, upstream, lines))
    assert (allowed, codes) == (False, ["CORS801", "CORS833"])
    assert messages[0].startswith("2 lines of Access-Control-Allow-Origin: ")


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("haproxy", f"http-response set-header Access-Control-Allow-Origin {APP}"),
        (
            "caddy",
            f"header {{\n Access-Control-Allow-Origin {APP}\n defer\n }}",
        ),
    ],
)
def test_an_origin_that_the_proxy_sends_to_all_is_reported(
    written: Written, upstream: int, name: str, lines: str
) -> None:
    port = written(name, upstream, lines)
    assert probe(port)[:2] == (True, ["CORS833"])
    allowed, codes, _ = probe(port, origin=ADMIN)
    assert (allowed, codes) == (False, ["CORS831"])


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("haproxy", "http-request return status 200 if METH_OPTIONS"),
        ("caddy", "@options method OPTIONS\n respond @options 204"),
    ],
)
def test_a_preflight_that_the_proxy_responds_to_without_headers_is_reported(
    written: Written, upstream: int, name: str, lines: str
) -> None:
    allowed, codes, messages = probe(written(name, upstream, lines), "--header=X: 1")
    assert not allowed
    assert "CORS813" in codes
    assert messages[codes.index("CORS813")].startswith(
        "no Access-Control-Allow-Origin, but the response after the failed preflight has one"
    )


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("haproxy", "http-response del-header Vary"),
        ("caddy", "header {\n -Vary\n defer\n }"),
    ],
)
def test_a_proxy_that_removes_vary_is_reported(
    written: Written, upstream: int, name: str, lines: str
) -> None:
    assert probe(written(name, upstream, lines))[:2] == (True, ["CORS834"])


def test_a_response_that_haproxy_cached_for_another_origin_is_reported(
    written: Written, upstream: int
) -> None:
    lines = "http-request cache-use kept\n http-response del-header Vary\n"
    port = written("haproxy", upstream, f"{lines} http-response cache-store kept")
    assert probe(port, origin=ADMIN)[0]
    allowed, codes, _ = probe(port)
    assert not allowed
    assert "CORS831" in codes


@pytest.mark.parametrize("name", WRITTEN)
def test_an_app_that_is_down_is_reported_as_an_error_without_cors_headers(
    written: Written, name: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        down = taken.getsockname()[1]
    port = written(name, down, "")
    assert probe(port)[:2] == (False, ["CORS821"])
    assert probe(port, "--method=PUT")[:2] == (False, ["CORS811"])
