"""``flask cors probe`` on an app behind a real proxy."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask, Response, request

from flask_cors import CORS
from flask_cors.tools.cli import cors

pytestmark = pytest.mark.live

PAGE = (Path(__file__).parents[2] / "docs" / "commands" / "probe.md").read_text(encoding="utf-8")
APP = "https://app.example"
ADMIN = "https://admin.example"

# One process, nothing outside of the test's folder, nothing of the machine's own configuration.
CONFIGURATION = """
daemon off;
master_process off;
pid PREFIX/pid;
error_log stderr;
events {}
http {
    access_log off;
    client_body_temp_path PREFIX/body;
    proxy_temp_path PREFIX/proxy;
    fastcgi_temp_path PREFIX/fastcgi;
    uwsgi_temp_path PREFIX/uwsgi;
    scgi_temp_path PREFIX/scgi;
    proxy_cache_path PREFIX/cache keys_zone=kept:1m;
    SERVER
}
"""

Nginx = Callable[[str], int]


@pytest.fixture
def nginx(missing: Any, tmp_path: Path) -> Iterator[Nginx]:
    """Start nginx with a server block, in which PORT is a free port, and return the port."""
    executable = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if executable is None:
        missing("nginx", "apt-get install -y --no-install-recommends nginx-light")
    with ExitStack() as running:
        yield lambda server: running.enter_context(started(executable, server, tmp_path))


@contextmanager
def started(executable: str, server: str, folder: Path) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    text = CONFIGURATION.replace("SERVER", server).replace("PORT", f"127.0.0.1:{port}")
    file = folder / "nginx.conf"
    file.write_text(text.replace("PREFIX", str(folder)), encoding="utf-8")
    command = [executable, "-p", str(folder), "-e", "stderr", "-c", str(file)]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            wait_for(port, process, folder / "log")
            yield port
        finally:
            process.terminate()


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"nginx did not start:\n{log.read_text()}")


@pytest.fixture
def upstream(serve: Callable[[Flask], int]) -> int:
    app = Flask("upstream")
    CORS(app, origins=[APP, ADMIN])

    @app.route("/books", methods=["GET", "PUT"])
    def books() -> Response:
        return Response(
            request.headers.get("Origin", "none"), headers={"Cache-Control": "max-age=60"}
        )

    return serve(app)


def probe(port: int, *arguments: str, origin: str = APP) -> tuple[bool, list[str], dict[str, Any]]:
    """Return whether it is allowed, the codes of the findings, and the last finding."""
    command = ["probe", f"http://127.0.0.1:{port}/books", "--origin", origin, "--format=json"]
    result = CliRunner().invoke(cors, [*command, *arguments])
    data = json.loads(result.output)
    assert result.exit_code == (0 if data["allowed"] else 1)
    findings = data["findings"]
    return data["allowed"], [finding["code"] for finding in findings], (findings or [{}])[-1]


def location(upstream: int, *lines: str, before: str = "") -> str:
    inner = "\n".join((f"proxy_pass http://127.0.0.1:{upstream};", *lines))
    return f"server {{ listen PORT; {before} location / {{ {inner} }} }}"


ADDS = f"add_header Access-Control-Allow-Origin {APP} always;"


def test_a_proxy_that_adds_nothing_is_not_reported(nginx: Nginx, upstream: int) -> None:
    port = nginx(location(upstream))
    assert probe(port) == (True, [], {})
    assert probe(port, "--method=PUT") == (True, [], {})


def test_a_header_that_app_and_proxy_add_is_blocked_and_reported(
    nginx: Nginx, upstream: int
) -> None:
    port = nginx(location(upstream, ADDS))
    allowed, codes, _ = probe(port)
    assert not allowed
    assert codes == ["CORS801", "CORS833"]


def test_the_hint_for_a_repeated_header_works(nginx: Nginx, upstream: int) -> None:
    hides = "proxy_hide_header Access-Control-Allow-Origin;"
    assert hides.rstrip(";") in PAGE
    allowed, codes, _ = probe(nginx(location(upstream, ADDS, hides)))
    assert (allowed, codes) == (True, ["CORS833"])


def test_a_preflight_that_the_proxy_refuses_is_reported(nginx: Nginx, upstream: int) -> None:
    refuses = "if ($request_method = OPTIONS) { return 405; }"
    allowed, codes, last = probe(nginx(location(upstream, before=refuses)), "--header=X: 1")
    assert not allowed
    assert codes == ["CORS811", "CORS813"]
    assert last["message"].startswith(
        "no Access-Control-Allow-Origin, but the response after the failed preflight has one"
    )


def test_a_preflight_that_the_proxy_responds_to_is_reported(nginx: Nginx, upstream: int) -> None:
    responds = (
        "if ($request_method = OPTIONS) { "
        f"{ADDS} add_header Access-Control-Allow-Methods PUT; return 204; }}"
    )
    port = nginx(location(upstream, responds, "proxy_pass_header Server;"))
    allowed, codes, _ = probe(port, "--method=PUT")
    assert allowed
    assert codes == ["CORS814", "CORS833"]


def test_a_redirect_by_the_proxy_is_reported(nginx: Nginx, upstream: int) -> None:
    redirects = "location = /books { return 308 $scheme://$http_host$uri/; }"
    allowed, codes, last = probe(nginx(location(upstream, before=redirects)))
    assert (allowed, codes) == (False, ["CORS824"])
    assert "/books/', the same URL with a slash at the end" in last["message"]


CACHES = (
    "proxy_cache kept;",
    "proxy_ignore_headers Vary;",
    "add_header X-Cache-Status $upstream_cache_status;",
)


def test_a_response_cached_for_another_origin_is_reported(nginx: Nginx, upstream: int) -> None:
    port = nginx(location(upstream, *CACHES))
    allowed, codes, _ = probe(port, origin=ADMIN)
    assert (allowed, codes) == (True, ["CORS832"])
    allowed, codes, last = probe(port)
    assert not allowed
    assert codes == ["CORS831", "CORS836"]
    assert "X-Cache-Status: 'HIT'" in last["message"]


def test_a_cache_that_respects_vary_is_not_reported(nginx: Nginx, upstream: int) -> None:
    port = nginx(location(upstream, *(line for line in CACHES if "Vary" not in line)))
    assert probe(port, origin=ADMIN) == (True, [], {})
    assert probe(port) == (True, [], {})


def test_an_app_that_is_down_is_reported_as_an_error_without_cors_headers(nginx: Nginx) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        down = taken.getsockname()[1]
    port = nginx(location(down))
    assert probe(port)[:2] == (False, ["CORS821"])
    assert probe(port, "--method=PUT")[:2] == (False, ["CORS811"])


# ---- the page of the documentation -------------------------------------------------------------


def block(language: str, place: int = 0) -> str:
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return str(found[place])


def test_the_page_shows_what_the_command_prints(nginx: Nginx, serve: Any) -> None:
    names: dict[str, Any] = {"__name__": "books"}
    exec(block("python"), names)
    upstream = f"127.0.0.1:{serve(names['app'])}"
    server = (
        block("nginx").replace("localhost:5000", upstream).replace("listen 8000", "listen PORT")
    )
    address = f"127.0.0.1:{nginx(server)}"
    consoles = re.findall(r"^```console\n\$ flask (.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert consoles
    for console in consoles:
        command, _, printed = console.partition("\n")
        ran = subprocess.run(
            [sys.executable, "-m", "flask", *command.replace("localhost:8000", address).split()],
            env={**os.environ, "COLUMNS": "100"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )
        output = ran.stdout.replace(address, "localhost:8000")
        expected, cut, _ = printed.partition("...\n")
        assert output.startswith(expected)
        assert cut or output == expected
