"""What a preflight costs at the edge, beside what it costs in the app: preflights a second.

    python -m benchmarks.edge

starts an app under gunicorn, and nginx and Envoy in front of it by what `flask cors export` writes,
each on loopback, and has wrk ask each of them in turn, several times over. It needs wrk, nginx and
what `make test` installs. The machine is shared by all of them: only the ratios mean something.
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
from flask_cors.tools.export.plan import Plan, plan

ROUNDS = 5
SECONDS = 3
BESIDE_PYTHON = str(Path(sys.executable).parent)
PATH = os.pathsep.join([BESIDE_PYTHON, "/usr/sbin", os.environ.get("PATH", "")])

ASK = """
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
    """A server in the foreground, until it is no longer needed."""
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


def asked(script: Path, port: int) -> float:
    """Preflights a second."""
    command = ["wrk", "-t1", "-c16", f"-d{SECONDS}", "-s", f"{script}", f"http://127.0.0.1:{port}"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said:
        raise RuntimeError(said)
    return float(said.partition("Requests/sec:")[2].split()[0])


def main() -> None:
    planned = plan(create_app())
    render: dict[str, Callable[[Plan, str, str], str]] = {
        "nginx": nginx.render_whole,
        "Envoy": envoy.render_whole,
    }
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        script = folder / "ask.lua"
        script.write_text(ASK)
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
                found[name].append(asked(script, port))
    middle = {name: statistics.median(each) for name, each in found.items()}
    print("| | preflights a second | times the app |\n| --- | --- | --- |")
    for name, each in middle.items():
        print(f"| {name} | {each:,.0f} | {each / middle['the app']:.1f} |")


if __name__ == "__main__":
    main()
