"""Compares preflights per second of a proxy with those of the app behind it.

    python -m benchmarks.edge

It starts an app in gunicorn, and nginx and Envoy in front of it with the output of
`flask cors export`, all on loopback. wrk sends requests to each of them in turn, several times. It
needs wrk, nginx and what `make test` installs. They all share one machine: only the ratios are
meaningful.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from flask import Flask

from flask_cors import CORS
from flask_cors.tools.export import envoy, nginx
from flask_cors.tools.export.plan import EdgePlan, build_plan

ROUNDS = 5
SECONDS = 3
BESIDE_PYTHON = str(Path(sys.executable).parent)
PATH = os.pathsep.join([BESIDE_PYTHON, "/usr/sbin", os.environ.get("PATH", "")])

PREFLIGHT = """
wrk.method = "OPTIONS"
wrk.path = "/api/books"
wrk.headers["Origin"] = "https://app.example"
wrk.headers["Access-Control-Request-Method"] = "PUT"
wrk.headers["Access-Control-Request-Headers"] = "authorization,content-type"
"""


def create_app() -> Flask:
    app = Flask("edge", static_folder=None)
    origins = ["https://app.example", "https://*.app.example", "http://localhost:*"]
    CORS(app, resources="/api/*", origins=origins, supports_credentials=True, max_age=600)
    app.add_url_rule("/api/books", "books", lambda: "", methods=["GET", "PUT"])
    return app


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
        end = time.monotonic() + 20
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


def measure(script: Path, port: int) -> float:
    """Return the preflights per second."""
    command = ["wrk", "-t1", "-c16", f"-d{SECONDS}", "-s", f"{script}", f"http://127.0.0.1:{port}"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in output:
        raise RuntimeError(output)
    return float(output.partition("Requests/sec:")[2].split()[0])


def main() -> None:
    planned = build_plan(create_app())
    render: dict[str, Callable[[EdgePlan, str, str], str]] = {
        "nginx": nginx.render_whole,
        "Envoy": envoy.render_whole,
    }
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        script = folder / "preflight.lua"
        script.write_text(PREFLIGHT)
        ports = {"the app": free_port()}
        upstream = f"127.0.0.1:{ports['the app']}"
        app = ("gunicorn", "-w1", "-b", upstream, "benchmarks.edge:create_app()")
        stack.enter_context(running(ports["the app"], *app))
        for name, whole in render.items():
            ports[name] = free_port()
            file = folder / f"{name}.conf"
            file.write_text(whole(planned, f"127.0.0.1:{ports[name]}", f"http://{upstream}"))
            command = {
                "nginx": ("nginx", "-e", "stderr", "-p", f"{folder}", "-c", f"{file}"),
                "Envoy": (
                    *("envoy", "-c", f"{file}", "--concurrency", "1"),
                    "--disable-hot-restart",
                ),
            }[name]
            stack.enter_context(running(ports[name], *command))
        found: dict[str, list[float]] = {name: [] for name in ports}
        for _ in range(ROUNDS):
            for name, port in ports.items():
                found[name].append(measure(script, port))
    middle = {name: statistics.median(each) for name, each in found.items()}
    print("| | preflights per second | times the app |\n| --- | --- | --- |")
    for name, each in middle.items():
        print(f"| {name} | {each:,.0f} | {each / middle['the app']:.1f} |")


if __name__ == "__main__":
    main()
