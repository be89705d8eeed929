"""Measures what a policy costs at a proxy.

    python -m benchmarks.edge

It starts an app in gunicorn, and each proxy in front of it with the output of `flask cors export`,
all on loopback. wrk sends preflights to each of them in turn. Then each proxy is started in front
of a server that does nothing, without a policy and with those of 10, 100 and 1,000 decorated views,
and wrk sends requests for all of them. It needs wrk, the proxies and what `make test` installs.
They all share one machine: only the ratios are meaningful, and the best of several rounds.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from flask import Flask

from flask_cors import CORS, cross_origin
from flask_cors.tools.export import envoy
from flask_cors.tools.export.command import PROXIES
from flask_cors.tools.export.plan import build_plan

ROUNDS = 5
SECONDS = 2
NUMBERS_OF_VIEWS = (10, 100, 1000)
ORIGINS = 10
NOTHING = "nothing"
BESIDE_PYTHON = str(Path(sys.executable).parent)
PATH = os.pathsep.join([BESIDE_PYTHON, "/usr/sbin", os.environ.get("PATH", "")])

COMMANDS = {
    "apache": ("apache2", "-D", "FOREGROUND", "-d", "FOLDER", "-f", "FILE"),
    "caddy": ("caddy", "run", "--adapter", "caddyfile", "--config", "FILE"),
    "envoy": ("envoy", "-c", "FILE", "--concurrency", "1", "--disable-hot-restart"),
    "haproxy": ("haproxy", "-db", "-f", "FILE"),
    "nginx": ("nginx", "-e", "stderr", "-p", "FOLDER", "-c", "FILE"),
}

# Each proxy without a policy.
PLAIN = {
    "apache": """
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
User "#65534"
Group "#65534"
ServerName localhost
DefaultRuntimeDir .
PidFile apache.pid
ErrorLog /dev/stderr
Listen LISTEN
<VirtualHost LISTEN>
    ProxyPass "/" "http://UPSTREAM/"
</VirtualHost>
""",
    "caddy": """
{
    admin off
    auto_https off
}
http://LISTEN {
    bind 127.0.0.1
    reverse_proxy UPSTREAM
}
""",
    "haproxy": """
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend edge
    bind LISTEN
    default_backend app
backend app
    server app UPSTREAM
""",
    "nginx": """
daemon off;
pid nginx.pid;
error_log stderr;
events { }
http {
    access_log off;
    proxy_temp_path temp;
    server {
        listen LISTEN;
        location / {
            proxy_pass http://UPSTREAM;
            proxy_http_version 1.1;
        }
    }
}
""",
    # A server that does nothing, in front of which the others are measured.
    NOTHING: """
daemon off;
pid nothing.pid;
error_log stderr;
events { }
http {
    access_log off;
    keepalive_requests 1000000000;
    server {
        listen LISTEN;
        location / { return 204; }
    }
}
""",
}

SCRIPT = """
local requests, next_request = {}, 0
function init()
  for path in ("PATHS"):gmatch("[^ ]+") do
    requests[#requests + 1] = wrk.format("METHOD", path, HEADERS)
  end
end
function request()
  next_request = next_request % #requests + 1
  return requests[next_request]
end
"""
ORIGIN = '{["Origin"] = "https://0.app.example"}'
PREFLIGHT = """{
  ["Origin"] = "https://app.example",
  ["Access-Control-Request-Method"] = "PUT",
  ["Access-Control-Request-Headers"] = "authorization,content-type",
}"""


class Target(NamedTuple):
    """A server to measure, and the requests that it is sent."""

    port: int
    script: Path


def create_app() -> Flask:
    app = Flask("edge", static_folder=None)
    origins = ["https://app.example", "https://*.app.example", "http://localhost:*"]
    CORS(app, resources="/api/*", origins=origins, supports_credentials=True, max_age=600)
    app.add_url_rule("/api/books", "books", lambda: "", methods=["GET", "PUT"])
    return app


def create_app_of_views(number: int) -> Flask:
    """Return an app with decorated views, of which every other one has a converter."""
    app = Flask("views", static_folder=None)
    for view in range(number):
        of_view = cross_origin(origins=f"https://{view % ORIGINS}.app.example", max_age=600)
        rule = f"/api/v1/r{view}" if view % 2 else f"/api/v1/r{view}/<int:key>"
        app.add_url_rule(rule, rule, of_view(lambda **_: ""), methods=["GET", "PUT"])
    return app


def paths_of(number: int) -> Iterator[str]:
    for view in range(0, number, max(1, number // 50)):
        yield f"/api/v1/r{view}" if view % 2 else f"/api/v1/r{view}/7"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def running(port: int, *command: str) -> Iterator[None]:
    """Run a server in the foreground for the duration of the block."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PATH": PATH},
    )
    try:
        end = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if time.monotonic() > end or process.poll() is not None:
                    raise
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def running_proxy(name: str, text: str, port: int, folder: Path) -> Iterator[None]:
    folder.mkdir()
    file = folder / "configuration"
    file.write_text(text)
    words = COMMANDS["nginx" if name == NOTHING else name]
    command = (each.replace("FOLDER", f"{folder}").replace("FILE", f"{file}") for each in words)
    with running(port, *command):
        yield


def plain(name: str, port: int, upstream: str) -> str:
    """Return the configuration of a proxy without a policy."""
    if name == "envoy":
        whole = json.loads(
            envoy.render_whole(build_plan(create_app()), f"127.0.0.1:{port}", f"http://{upstream}")
        )
        (chain,) = whole["static_resources"]["listeners"][0]["filter_chains"]
        manager = chain["filters"][0]["typed_config"]
        manager["http_filters"] = manager["http_filters"][-1:]
        return json.dumps(whole)
    return PLAIN[name].replace("LISTEN", f"127.0.0.1:{port}").replace("UPSTREAM", upstream)


def exported(name: str, app: Flask, port: int, upstream: str) -> str:
    proxy = PROXIES[name]
    plan = build_plan(app, proxy.REGEX_DIALECT)
    return proxy.render_whole(plan, f"127.0.0.1:{port}", f"http://{upstream}")


def write_script(file: Path, method: str, paths: Iterable[str], headers: str) -> Path:
    text = SCRIPT.replace("PATHS", " ".join(paths)).replace("METHOD", method)
    file.write_text(text.replace("HEADERS", headers))
    return file


def measure(target: Target) -> float:
    """Return the requests per second."""
    command = ["wrk", "-t1", "-c16", f"-d{SECONDS}", "-s", f"{target.script}"]
    command.append(f"http://127.0.0.1:{target.port}")
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in output:
        raise RuntimeError(output)
    return float(output.partition("Requests/sec:")[2].split()[0])


def best_of(targets: Mapping[str, Target]) -> dict[str, float]:
    """Return the requests per second of each, the best of rounds in turn."""
    found = dict.fromkeys(targets, 0.0)
    for _ in range(ROUNDS):
        for name, target in targets.items():
            found[name] = max(found[name], measure(target))
    return found


def compare_with_app(folder: Path) -> None:
    """Print the preflights per second of each proxy, and of the app."""
    script = write_script(folder / "preflight.lua", "OPTIONS", ["/api/books"], PREFLIGHT)
    with ExitStack() as stack:
        targets = {"the app, under gunicorn": Target(free_port(), script)}
        upstream = f"127.0.0.1:{targets['the app, under gunicorn'].port}"
        app = ("gunicorn", "-w1", "-b", upstream, "benchmarks.edge:create_app()")
        stack.enter_context(running(int(upstream.rpartition(":")[2]), *app))
        for name in PROXIES:
            targets[name] = Target(free_port(), script)
            text = exported(name, create_app(), targets[name].port, upstream)
            stack.enter_context(running_proxy(name, text, targets[name].port, folder / name))
        found = best_of(targets)
    print("| | preflights per second | times the app |\n| --- | --- | --- |")
    for name, each in found.items():
        print(f"| {name} | {each:,.0f} | {each / found['the app, under gunicorn']:.1f} |")


def compare_numbers_of_views(name: str, nothing: int, folder: Path) -> str:
    """Return a row: the time per request without a policy, and with those of views."""
    upstream = f"127.0.0.1:{nothing}"
    with ExitStack() as stack:
        port = free_port()
        script = write_script(folder / f"{name}.lua", "GET", paths_of(1000), ORIGIN)
        targets = {"0": Target(port, script)}
        text = plain(name, port, upstream)
        stack.enter_context(running_proxy(name, text, port, folder / f"{name}-plain"))
        for number in NUMBERS_OF_VIEWS:
            port = free_port()
            script = write_script(folder / f"{name}-{number}.lua", "GET", paths_of(number), ORIGIN)
            targets[f"{number}"] = Target(port, script)
            text = exported(name, create_app_of_views(number), port, upstream)
            stack.enter_context(running_proxy(name, text, port, folder / f"{name}-{number}"))
        without, *with_policy = best_of(targets).values()
    cells = (f"{1e6 / each:,.0f} µs, {without / each:.1f} times" for each in with_policy)
    return " | ".join([f"| {name} | {1e6 / without:,.0f} µs", *cells]) + " |"


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        compare_with_app(folder)
        numbers = " | ".join(f"{number:,} views" for number in NUMBERS_OF_VIEWS)
        print(f"\n| | without a policy | {numbers} |\n| --- | --- | --- | --- | --- |")
        port = free_port()
        nothing = plain(NOTHING, port, "")
        with running_proxy(NOTHING, nothing, port, folder / NOTHING):
            for name in PROXIES:
                print(compare_numbers_of_views(name, port, folder), flush=True)


if __name__ == "__main__":
    main()
