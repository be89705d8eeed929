"""The part to include, in a configuration that requires a login and serves other sites."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask, Response, request

from flask_cors.tools.export import apache, caddy, haproxy, nginx
from flask_cors.tools.export.plan import EdgePlan, build_plan
from tests.live.export.edge_proxies import PROXIES, executable, started
from tests.live.export.edge_responses import cors_headers
from tests.tools.export.edge_policies import ADMIN, APP, app_with
from tests.tools.export.edge_requests import Client, actual, preflight

pytestmark = pytest.mark.live

LOGIN = {"Authorization": "Basic " + base64.b64encode(b"user:word").decode()}


class Place(NamedTuple):
    """Where a part is put.

    :ivar listen: the port.
    :ivar app: that of the app.
    :ivar other: that of another one.
    """

    folder: Path
    program: str
    listen: int
    app: int
    other: int


def copied(part: str) -> list[str]:
    """Return the lines that the comment says to copy."""
    begins = "#     "
    return [line.removeprefix(begins) for line in part.splitlines() if line.startswith(begins)]


def in_nginx(plan: EdgePlan, at: Place) -> str:
    part = nginx.render(plan)
    (at.folder / "cors.conf").write_text(part)
    (at.folder / "users").write_text("user:{PLAIN}word\n")
    lines = "\n".join(copied(part))
    return f"""
        user root; daemon off; pid {at.folder}/pid; error_log stderr; events {{ }}
        http {{
            access_log off;
            add_header X-Frame-Options DENY;
            include {at.folder}/cors.conf;
            server {{
                listen 127.0.0.1:{at.listen};
                add_header X-Frame-Options DENY;
                {lines}
                auth_basic "users";
                auth_basic_user_file {at.folder}/users;
                location / {{ proxy_pass http://127.0.0.1:{at.app}; }}
            }}
            server {{
                listen 127.0.0.1:{at.listen};
                server_name other.example;
                location / {{ proxy_pass http://127.0.0.1:{at.other}; }}
            }}
        }}
    """


def in_haproxy(plan: EdgePlan, at: Place) -> str:
    return f"""
userlist users
    user user insecure-password word
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend all
    bind 127.0.0.1:{at.listen}
    use_backend other if {{ hdr(host) other.example }}
    default_backend app
backend app
{haproxy.render(plan)}
    http-request auth unless {{ http_auth(users) }}
    http-response set-header X-Frame-Options DENY
    server app 127.0.0.1:{at.app}
backend other
    server other 127.0.0.1:{at.other}
"""


def in_caddy(plan: EdgePlan, at: Place) -> str:
    part = caddy.render(plan)
    (at.folder / "cors").write_text(part)
    command = [at.program, "hash-password", "--plaintext", "word"]
    hashed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    lines = "\n".join(copied(part))
    return f"""
{{
    admin off
    auto_https off
}}
http://other.example:{at.listen} {{
    bind 127.0.0.1
    reverse_proxy 127.0.0.1:{at.other}
}}
http://:{at.listen} {{
    bind 127.0.0.1
    route {{
        import {at.folder}/cors
        header X-Frame-Options DENY
        basicauth {{
            user {hashed}
        }}
        handle /api/* {{
            reverse_proxy 127.0.0.1:{at.app} {{
                {lines}
            }}
        }}
    }}
}}
"""


def in_apache(plan: EdgePlan, at: Place) -> str:
    listen = f"127.0.0.1:{at.listen}"
    whole = apache.render_whole(plan, listen, f"http://127.0.0.1:{at.app}")
    (at.folder / "cors.conf").write_text(apache.render(plan))
    head, rest = whole.split(f'<VirtualHost "{listen}">')
    end = rest[rest.index("    AllowEncodedSlashes") :]
    return f"""{head}
LoadModule auth_basic_module ${{MODULES}}/mod_auth_basic.so
LoadModule authn_core_module ${{MODULES}}/mod_authn_core.so
LoadModule authz_user_module ${{MODULES}}/mod_authz_user.so
LoadModule authn_anon_module ${{MODULES}}/mod_authn_anon.so
<VirtualHost "{listen}">
    Include {at.folder}/cors.conf
    Header always set X-Frame-Options DENY
    <Location "/">
        AuthType Basic
        AuthName users
        AuthBasicProvider anon
        Anonymous user
        Require valid-user
    </Location>
{end}
<VirtualHost "{listen}">
    ServerName other.example
    ProxyPass "/" "http://127.0.0.1:{at.other}/"
</VirtualHost>
"""


INSIDE: dict[str, Callable[[EdgePlan, Place], str]] = {
    "apache": in_apache,
    "caddy": in_caddy,
    "haproxy": in_haproxy,
    "nginx": in_nginx,
}


@pytest.fixture(params=INSIDE)
def proxy(request: Any, missing: Any) -> str:
    name: str = request.param
    if executable(PROXIES[name]) is None:
        missing(name, PROXIES[name].install)
    return name


def talkative() -> Flask:
    app = Flask("talkative")

    @app.route("/api/books", methods=["GET", "PUT"])
    def books() -> Response:
        cors_headers = {"Access-Control-Allow-Origin": "https://own.example", "Vary": "Accept"}
        return Response(request.host, headers=cors_headers)

    return app


@pytest.fixture
def edge(proxy: str, serve: Any, tmp_path: Path) -> Iterator[Client]:
    policy = build_plan(
        app_with(resources="/api/*", origins=[APP, ADMIN], supports_credentials=True)
    )
    ports = serve(talkative()), serve(talkative())
    inside, program = INSIDE[proxy], executable(PROXIES[proxy]) or ""

    def render(plan: EdgePlan, listen: str, _: str) -> str:
        return inside(plan, Place(tmp_path, program, int(listen.partition(":")[2]), *ports))

    with ExitStack() as running:
        changed = PROXIES[proxy]._replace(render=render)
        at = running.enter_context(started(changed, policy, ports[0], tmp_path))
        yield running.enter_context(Client(at))


def test_a_preflight_gets_its_response_before_a_login(edge: Client) -> None:
    response = edge.send(preflight("/api/books", APP, "PUT", "authorization"))
    assert response.status == 200
    assert cors_headers(response)["access-control-allow-origin"] == [APP]
    assert cors_headers(response)["access-control-allow-headers"] == {"authorization"}
    refused = edge.send(preflight("/api/books", "https://evil.example", "PUT"))
    assert (refused.status, cors_headers(refused)) == (200, {"vary": ["origin"]})


def test_a_frontend_can_read_that_a_login_is_missing(edge: Client) -> None:
    response = edge.send(actual("/api/books", APP))
    assert response.status == 401
    assert cors_headers(response)["access-control-allow-origin"] == [APP]


def test_a_response_after_a_login_has_the_headers_of_the_policy(edge: Client) -> None:
    response = edge.send(actual("/api/books", APP, **LOGIN))
    assert response.status == 200
    assert cors_headers(response) == {
        "access-control-allow-origin": [APP],
        "access-control-allow-credentials": ["true"],
        "vary": ["accept", "origin"],
    }
    assert response.headers.get("X-Frame-Options") == "DENY"


def test_another_site_beside_the_app_keeps_its_own_policy(edge: Client) -> None:
    for sent in (actual("/api/books", APP), preflight("/api/books", APP, "PUT")):
        response = edge.send(sent, host="other.example")
        own = "https://own.example" if sent.method == "GET" else None
        assert cors_headers(response).get("access-control-allow-origin") == (own and [own])
        assert response.status == 200
