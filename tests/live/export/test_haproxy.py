"""What HAProxy alone might do."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_cors import cross_origin
from flask_cors.browser.headerlist import get_all
from flask_cors.tools.export import haproxy
from flask_cors.tools.export.plan import EdgePlan, build_plan
from tests.live.export.edge_proxies import PROXIES, executable, started
from tests.live.export.edge_responses import cors_headers
from tests.tools.export.edge_policies import ADMIN, APP, app_with
from tests.tools.export.edge_requests import Client, Sent, actual, preflight

pytestmark = pytest.mark.live


@pytest.fixture(params=["haproxy"])
def proxy(request: Any, missing: Any) -> str:
    name: str = request.param
    if executable(PROXIES[name]) is None:
        missing(name, PROXIES[name].install)
    return name


def tried(file: Path, text: str) -> str:
    """Return what HAProxy reports about a configuration; nothing if it is valid."""
    file.write_text(text, encoding="utf-8")
    program = executable(PROXIES["haproxy"]) or ""
    done = subprocess.run(
        [program, "-c", "-q", "-f", f"{file}"], capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr + ("" if done.returncode == 0 else "refused")


@pytest.mark.parametrize("upstream", ["http://127.0.0.1:1", "https://localhost", "http://[::1]:1"])
@pytest.mark.usefixtures("proxy")
def test_haproxy_takes_every_upstream(upstream: str, tmp_path: Path) -> None:
    text = haproxy.render_whole(build_plan(app_with()), "127.0.0.1:1", upstream)
    assert tried(tmp_path / "configuration", text) == ""


@pytest.mark.usefixtures("proxy")
def test_haproxy_accepts_an_app_with_thousands_of_origins(tmp_path: Path) -> None:
    app = app_with(
        origins=[f"https://{number}.customer.example" for number in range(5000)],
        methods=[f"M{number}" for number in range(500)],
        allow_headers=[f"X-Some-Name-{number}" for number in range(2000)],
    )
    text = haproxy.render_whole(build_plan(app), "127.0.0.1:1", "http://127.0.0.1:1")
    assert tried(tmp_path / "configuration", text) == ""


def test_no_later_rule_decides_on_a_path_whose_regex_is_too_costly(behind: Any) -> None:
    resources = {r"/api/(a|b|cd)+$": {"origins": ADMIN}, "/api/*": {"origins": "*"}}
    edge = behind(build_plan(app_with(resources=resources)), Flask("upstream"))
    assert cors_headers(edge.send(actual("/api/abcd", APP))) == {"vary": ["origin"]}
    for length in (500, 2000, 4000):
        assert "access-control-allow-origin" not in cors_headers(
            edge.send(actual("/api/" + "b" * length, APP))
        )


@pytest.mark.parametrize("path", ["/api/books%00", "/api/books%00.evil", "/api/books%", "/api%zz"])
def test_a_path_that_only_begins_like_another_has_its_own_policy(behind: Any, path: str) -> None:
    edge = behind(build_plan(app_with(resources="/api/books")), Flask("upstream"))
    assert cors_headers(edge.send(actual(path, APP))) == {}


def test_a_path_with_nul_is_not_looked_up_as_what_comes_before(behind: Any) -> None:
    app = Flask(__name__)
    for number in range(30):
        view = cross_origin(origins=APP)(lambda: "")
        app.add_url_rule(f"/api/r{number}", f"{number}", view)
    edge = behind(build_plan(app), Flask("upstream"))
    assert cors_headers(edge.send(actual("/api/r7", APP)))["access-control-allow-origin"] == [APP]
    assert cors_headers(edge.send(actual("/api/r7%00", APP))) == {}
    assert cors_headers(edge.send(actual("/api/r7%00/x", APP))) == {}


def test_a_stray_percent_sign_is_literal(behind: Any) -> None:
    edge = behind(build_plan(app_with(resources="/100%/*", origins=APP)), Flask("upstream"))
    for path in ("/100%", "/100%25/x", "/100%/%zz%"):
        assert cors_headers(edge.send(actual(path, APP)))["access-control-allow-origin"] == [APP]


def twice(*exported: Any) -> str:
    text = haproxy.render_whole(*exported)
    return text.replace(
        "    default_backend", f"{haproxy.render(exported[0])}\n    default_backend"
    )


@pytest.mark.parametrize("sent", [actual("/", APP), preflight("/", APP, "PUT")], ids=str)
def test_two_exports_for_one_request_end_in_a_500(sent: Sent, proxy: str, tmp_path: Path) -> None:
    policy = build_plan(app_with(resources="/a"))
    with started(PROXIES[proxy]._replace(render=twice), policy, 1, tmp_path) as port:
        with Client(port) as edge:
            response = edge.send(sent)
        assert response.status == 500
        assert cors_headers(response) == {}


def test_apps_in_two_backends_each_have_their_own_policy(
    proxy: str, serve: Any, tmp_path: Path
) -> None:
    other = build_plan(app_with(origins=ADMIN, supports_credentials=True))

    def both(one: EdgePlan, listen: str, upstream: str) -> str:
        whole = haproxy.render_whole(one, listen, upstream)
        chosen = "    use_backend other if { path_beg /other/ }\n    default_backend"
        server = upstream.removeprefix("http://")
        beside = f"backend other\n{haproxy.render(other)}\n    server other {server}\n"
        return whole.replace("    default_backend", chosen) + beside

    one = build_plan(app_with(origins=APP, resources="/api/*"))
    at = started(PROXIES[proxy]._replace(render=both), one, serve(Flask("upstream")), tmp_path)
    with at as port, Client(port) as edge:
        for path, allowed in (("/api/x", APP), ("/other/x", ADMIN)):
            for origin in (APP, ADMIN):
                headers = cors_headers(edge.send(preflight(path, origin, "PUT")))
                assert ("access-control-allow-methods" in headers) == (origin == allowed)
        assert cors_headers(edge.send(actual("/other/x", ADMIN)))[
            "access-control-allow-credentials"
        ]


def test_names_in_several_lines_are_ignored(behind: Any) -> None:
    edge = behind(build_plan(app_with(origins=APP)), Flask("upstream"))
    sent = preflight("/", APP, "PUT", "x-a")
    twice = Sent(sent.method, sent.path, (*sent.headers, sent.headers[-1]))
    assert cors_headers(edge.send(sent))["access-control-allow-headers"] == {"x-a"}
    assert "access-control-allow-headers" not in cors_headers(edge.send(twice))
    assert cors_headers(edge.send(twice))["access-control-allow-origin"] == [APP]


def test_names_are_allowed_one_by_one(behind: Any) -> None:
    app = app_with(allow_headers=[r"x-[a-c]+", "Content-Type"])
    edge = behind(build_plan(app), Flask("upstream"))
    names = "x-ABC , x-d,,content-TYPE;, :x-a,\tcontent-TYPE,é"
    response = edge.send(preflight("/", APP, "PUT", names))
    assert cors_headers(response)["access-control-allow-headers"] == {"x-ABC", "content-TYPE"}


def test_vary_is_not_sent_twice(behind: Any) -> None:
    upstream = Flask("upstream")
    upstream.after_request(
        lambda response: response.headers.update(Vary="Accept, ORIGIN") or response
    )
    edge = behind(build_plan(app_with(origins=[APP, ADMIN])), upstream)
    response = edge.send(actual("/", APP))
    assert get_all(response.headers, "Vary") == ["Accept, ORIGIN"]
