"""WSGI servers, each a process of its own on a free port of loopback."""

from __future__ import annotations

import contextlib
import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
STARTED_WITHIN = 30  # seconds; more than a slow machine needs
ENDED_WITHIN = 15

PYTHON = sys.executable
GUNICORN = f"{PYTHON} -m gunicorn --bind=ADDRESS --workers=1 --keep-alive=30"
UWSGI = Path(PYTHON).with_name("uwsgi")
COMMANDS = {
    "gunicorn sync": f"{GUNICORN} --worker-class=sync served:app",
    "gunicorn gthread": f"{GUNICORN} --worker-class=gthread --threads=8 served:app",
    "gunicorn gevent": f"{GUNICORN} --worker-class=gevent served:app",
    "waitress": f"{PYTHON} -m waitress --listen=ADDRESS --threads=8 served:app",
    "uWSGI": f"{UWSGI} --http=ADDRESS --http-keepalive --http-auto-chunked --master --processes=1 "
    "--threads=8 --need-app --die-on-term --disable-logging --module=served:app",
    "uWSGI http11": f"{UWSGI} --http11-socket=ADDRESS --buffer-size=32768 --master --processes=1 "
    "--threads=8 --need-app --die-on-term --disable-logging --module=served:app",
}
NEEDS = {
    "gunicorn sync": ["gunicorn"],
    "gunicorn gthread": ["gunicorn"],
    "gunicorn gevent": ["gunicorn", "gevent"],
    "waitress": ["waitress"],
    "uWSGI": ["pyuwsgi"],
    "uWSGI http11": ["pyuwsgi"],
}


@dataclass
class Server:
    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def connect(self) -> contextlib.closing[http.client.HTTPConnection]:
        """Open a connection, kept alive between requests if the server does so."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        return contextlib.closing(connection)

    def resident(self) -> int:
        """Return the memory of the server and its workers, in KiB."""
        pids = [self.process.pid]
        for pid in pids:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
            pids.extend(map(int, children.split()))
        status = [Path(f"/proc/{pid}/status").read_text().split() for pid in pids]
        return sum(int(words[words.index("VmRSS:") + 1]) for words in status)


@pytest.fixture(scope="module", params=list(COMMANDS))
def server(
    request: pytest.FixtureRequest,
    installed: Callable[[str], None],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    for name in NEEDS[request.param]:
        installed(name)
    port = free_port()
    command = COMMANDS[request.param].replace("ADDRESS", f"127.0.0.1:{port}").split()
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=HERE, stdout=output, stderr=output)
    running = Server(request.param, port, process, log)
    try:
        wait_for(running)
        yield running
    finally:
        process.terminate()
        try:
            process.wait(ENDED_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def wait_for(server: Server) -> None:
    deadline = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < deadline and server.process.poll() is None:
        with contextlib.suppress(OSError, http.client.HTTPException), server.connect() as wire:
            wire.request("GET", "/policy/any")
            if wire.getresponse().read() == b"any":
                return
        time.sleep(0.05)
    pytest.fail(f"{server.name} did not start:\n{server.log.read_text()}")
