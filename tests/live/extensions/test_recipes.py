"""The recipes of the documentation that need other extensions, or nginx: ``examples/recipes``."""

from __future__ import annotations

import re
import shutil
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client

from flask_cors.testing import Page

from ...recipes import RECIPES, load
from ..test_behind_nginx import started

pytestmark = pytest.mark.live

APP = "https://app.example"
EVIL = "https://evil.example"

Library = Callable[..., ModuleType]


def test_flask_login_knows_the_visitor_and_its_401_is_readable(library: Library) -> None:
    library("flask_login")
    app = load("login_manager.py")["app"]
    app.config["PREFERRED_URL_SCHEME"] = "https"
    page = Page(app, "https://app.example.com")
    refused = page.fetch("/me", credentials="include")
    assert (refused.allowed, refused.status) == (True, 401)
    ada = {"name": "ada", "password": "difference"}
    assert page.fetch("/login", method="POST", json=ada, credentials="include").status == 200
    assert page.fetch("/me", credentials="include").body == b'{"name":"ada"}\n'


def test_the_limit_is_readable_and_preflights_do_not_count(library: Library) -> None:
    library("flask_limiter")
    page = Page(load("rate_limit.py")["app"], APP)
    outcomes = [page.fetch("/books") for _ in range(3)]
    assert [outcome.status for outcome in outcomes] == [200, 200, 429]
    assert [outcome.headers.get("X-RateLimit-Remaining") for outcome in outcomes] == [*"100"]
    assert outcomes[-1].headers.get("Retry-After")


def test_socket_io_accepts_the_origins_of_the_policy(library: Library) -> None:
    library("flask_socketio", "Flask-SocketIO")
    client = Client(load("socketio_app.py")["app"])
    path = "/socket.io/?EIO=4&transport=polling"
    statuses = [client.get(path, headers={"Origin": each}).status_code for each in (APP, EVIL)]
    assert statuses == [200, 400]


def test_flask_sock_accepts_the_origins_of_the_policy(
    library: Library, handshake: Callable[..., int], serve: Callable[[Flask], int]
) -> None:
    library("flask_sock")
    port = serve(load("sock_app.py")["app"])
    assert [handshake(port, "/echo", each) for each in (EVIL, "null", None)] == [403, 403, 403]
    assert handshake(port, "/echo", APP) == 101


def test_talisman_redirects_neither_preflights_nor_what_came_by_https(library: Library) -> None:
    library("flask_talisman")
    app = load("talisman_app.py")["app"]
    headers = {"Origin": APP, "X-Forwarded-Proto": "https"}
    response = app.test_client().get("/books", headers=headers)
    assert (response.status_code, response.json) == (200, ["Middlemarch"])
    assert response.headers["Access-Control-Allow-Origin"] == APP
    headers = {"Origin": APP, "Access-Control-Request-Method": "GET"}
    assert app.test_client().options("/books", headers=headers).status_code == 200


@pytest.mark.filterwarnings(r"ignore:jsonschema\.RefResolver is deprecated:DeprecationWarning")
def test_a_resource_of_restx_has_a_policy_of_its_own(library: Library) -> None:
    library("flask_restx")
    app = load("resource_api.py")["app"]
    assert Page(app, APP).fetch("/api/orders").allowed
    assert not Page(app, EVIL).fetch("/api/orders").allowed
    assert Page(app, EVIL).fetch("/api/catalogue").allowed
    assert Page(app, APP).fetch("/api/swagger.json").allowed


def test_nginx_passes_cors_on_in_both_directions(
    missing: Any, serve: Callable[[Flask], int], tmp_path: Path
) -> None:
    executable = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if executable is None:
        missing("nginx", "apt-get install -y --no-install-recommends nginx-light")
    upstream = serve(load("behind_nginx.py")["app"])
    server = (RECIPES / "nginx.conf").read_text("utf-8")
    server = re.sub(r"\b8080\b", "PORT", server).replace("127.0.0.1:5000", f"127.0.0.1:{upstream}")
    with started(executable, server, tmp_path) as port:
        url = f"http://127.0.0.1:{port}/api/books"
        headers = {
            "Origin": APP,
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "content-type",
        }
        preflight = urllib.request.Request(url, headers=headers, method="OPTIONS")
        with urllib.request.urlopen(preflight, timeout=10) as response:
            assert response.headers.get_all("Access-Control-Allow-Origin") == [APP]
            assert response.headers["Access-Control-Allow-Headers"] == "content-type"
        get = urllib.request.Request(url, headers={"Origin": APP})
        with urllib.request.urlopen(get, timeout=10) as response:
            assert response.headers.get_all("Access-Control-Allow-Origin") == [APP]
            assert response.read() == f'["{url}"]\n'.encode()
