"""Measures the requests per second of a real server: gunicorn with two workers, and wrk.

The same app is served without CORS, with ours and with flask-cors 6.0.5, and wrk sends requests to
each server in short runs in shuffled order. The figures are no targets: most of the time of a
request is that of the server, wrk shares its cores, and gunicorn's default worker needs a new
connection for each request.
"""

from __future__ import annotations

import http.client
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

from . import environments
from .cases import CASES, LIBRARIES, Request
from .checks import Response, find_fault
from .errors import BenchmarkError
from .figures import Figure
from .interfaces import ALWAYS
from .worker import factory

SERVED = ("bare", "ours", "flask_cors_6")
SERVED_CASES = ("exact_2", "preflight")  # cases of one configuration

RUNS = 12
SECONDS = 1  # per run
CONNECTIONS = 8
WORKERS = 2
MAX_WAIT = 30  # seconds until a server responds

# Prints a line with the number of responses, the microseconds they took, and the number of errors.
LUA = """\
wrk.method = "{method}"
wrk.path = "{path}"
{headers}
function done(summary, latency, requests)
    local e = summary.errors
    local errors = e.connect + e.read + e.write + e.status + e.timeout
    print("counted", summary.requests, summary.duration, errors)
end
"""


def app(library: str) -> Any:
    """Return the app that gunicorn serves."""
    return factory(library)(CASES[SERVED_CASES[0]].configuration)


def measure(say: Callable[[str], None]) -> dict[str, Figure]:
    """Return the requests per second, ``server.<case>.<library>``: the median of the runs, with the
    5th and the 95th percentile."""
    if shutil.which("wrk") is None:
        raise BenchmarkError("wrk is missing: apt-get install wrk")
    runs: dict[tuple[str, str], list[float]] = {
        (case, library): [] for case in SERVED_CASES for library in SERVED
    }
    with ExitStack() as stack:
        # SIGTERM must not leave servers behind either.
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        stack.callback(signal.signal, signal.SIGTERM, before)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wrk-")))
        say("server: starting gunicorn")
        ports = {library: stack.enter_context(_serving(library, folder)) for library in SERVED}
        scripts = {
            case: _script(CASES[case].request, folder / f"{case}.lua") for case in SERVED_CASES
        }
        for library, port in ports.items():
            for case in SERVED_CASES:
                _check(library, case, port)
        for run in range(RUNS):
            say(f"server: run {run + 1} of {RUNS}")
            for case, library in random.sample(list(runs), len(runs)):
                runs[case, library].append(_wrk(ports[library], scripts[case]))
    return {f"server.{case}.{library}": _figure(rates) for (case, library), rates in runs.items()}


@contextmanager
def _serving(library: str, folder: Path) -> Iterator[int]:
    """Run gunicorn on a free port for the duration of the block."""
    python = environments.python(LIBRARIES[library].environment)
    log = folder / f"{library}.log"
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening, log.open("w") as output:
        command = [
            *(str(python), "-m", "gunicorn", f"{__package__}.server:app({library!r})"),
            *("--workers", str(WORKERS), "--bind", f"fd://{listening.fileno()}"),
            "--no-control-socket",
        ]
        server = subprocess.Popen(
            command,
            cwd=environments.ROOT,
            pass_fds=[listening.fileno()],
            start_new_session=True,  # Ctrl-C reaches only this process, which stops the server
            stdout=output,
            stderr=output,
        )
        try:
            _wait(server, listening.getsockname()[1], log)
            yield listening.getsockname()[1]
        finally:
            server.terminate()
            server.wait()


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until the server responds. The socket is open, so a request waits until it accepts."""
    until = time.monotonic() + MAX_WAIT
    while time.monotonic() < until and server.poll() is None:
        try:
            _send(port, CASES[SERVED_CASES[0]].request, timeout=1)
        except OSError:
            continue
        return
    lines = log.read_text(encoding="utf-8").strip().splitlines() or ["no output"]
    raise BenchmarkError(f"gunicorn does not respond: {lines[-1]}")


def _send(port: int, request: Request, timeout: float = MAX_WAIT) -> Response:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    connection.request(request.method, request.path, headers=_headers(request))
    response = connection.getresponse()
    connection.close()
    return Response(response.status, response.getheaders())


def _check(library: str, case: str, port: int) -> None:
    """Raise an error if the response is not the one that the case expects."""
    expected = "any" if LIBRARIES[library].bare is None else CASES[case].expected
    wrong = find_fault(expected, CASES[case].request, _send(port, CASES[case].request))
    if wrong:
        raise BenchmarkError(f"gunicorn with {library}, {CASES[case].title}: {wrong}")


def _headers(request: Request) -> Mapping[str, str]:
    return dict((*ALWAYS, *request.headers))


def _script(request: Request, path: Path) -> Path:
    headers = (f'wrk.headers["{name}"] = "{value}"' for name, value in _headers(request).items())
    text = LUA.format(method=request.method, path=request.path, headers="\n".join(headers))
    path.write_text(text, encoding="ascii")
    return path


def _wrk(port: int, script: Path) -> float:
    """Return the requests per second of one run."""
    command = [
        *("wrk", "--threads", "1", "--connections", str(CONNECTIONS)),
        *("--duration", f"{SECONDS}s", "--script", str(script), f"http://127.0.0.1:{port}/"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    counted = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("counted")]
    if not counted:
        raise BenchmarkError(f"wrk failed: {(done.stderr or done.stdout).strip()}")
    requests, microseconds, errors = map(int, counted[0])
    if errors:
        raise BenchmarkError(f"wrk reported {errors} errors in {requests} requests")
    return requests / microseconds * 1e6


def _figure(rates: list[float]) -> Figure:
    twentieths = quantiles(rates, n=20, method="inclusive")
    return Figure(twentieths[9], twentieths[0], twentieths[18], "requests/s")
