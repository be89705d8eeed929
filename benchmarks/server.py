"""Requests per second of a real server: gunicorn with two workers, and wrk that asks for more.

The same app without CORS, with ours and with flask-cors 6.0.5 is served side by side, and the
servers take turns under short runs of wrk in shuffled order. The figures are for orientation and no
target: most of a request is the server, wrk shares its cores, and gunicorn's default worker takes a
new connection for each request.
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
from .checks import Answer, fault
from .errors import BenchmarkError
from .figures import Figure
from .interfaces import ALWAYS
from .worker import factory

SERVED = ("bare", "ours", "flask_cors_6")
ASKED = ("exact_2", "preflight")  # cases of one configuration

RUNS = 12
SECONDS = 1  # of a run
CONNECTIONS = 8
WORKERS = 2
PATIENCE = 30  # seconds until a server answers

# Says on a line of its own how many answers came, in how many microseconds, and what went wrong.
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
    """What gunicorn serves."""
    return factory(library)(CASES[ASKED[0]].configuration)


def measure(say: Callable[[str], None]) -> dict[str, Figure]:
    """Requests per second, ``server.<case>.<library>``: the median of the runs, from the 5th to the
    95th percentile."""
    if shutil.which("wrk") is None:
        raise BenchmarkError("wrk is missing: apt-get install wrk")
    runs: dict[tuple[str, str], list[float]] = {
        (case, library): [] for case in ASKED for library in SERVED
    }
    with ExitStack() as stack:
        # A SIGTERM, too, must not leave servers behind.
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        stack.callback(signal.signal, signal.SIGTERM, before)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wrk-")))
        say("server: starting gunicorn")
        ports = {library: stack.enter_context(_serving(library, folder)) for library in SERVED}
        scripts = {case: _script(CASES[case].request, folder / f"{case}.lua") for case in ASKED}
        for library, port in ports.items():
            for case in ASKED:
                _check(library, case, port)
        for run in range(RUNS):
            say(f"server: run {run + 1} of {RUNS}")
            for case, library in random.sample(list(runs), len(runs)):
                runs[case, library].append(_wrk(ports[library], scripts[case]))
    return {f"server.{case}.{library}": _figure(rates) for (case, library), rates in runs.items()}


@contextmanager
def _serving(library: str, folder: Path) -> Iterator[int]:
    """A gunicorn on a free port, for as long as it is needed."""
    python = environments.python(LIBRARIES[library].environment)
    log = folder / f"{library}.log"
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening, log.open("w") as said:
        command = [
            *(str(python), "-m", "gunicorn", f"{__package__}.server:app({library!r})"),
            *("--workers", str(WORKERS), "--bind", f"fd://{listening.fileno()}"),
            "--no-control-socket",
        ]
        server = subprocess.Popen(
            command,
            cwd=environments.ROOT,
            pass_fds=[listening.fileno()],
            start_new_session=True,  # Ctrl-C reaches this process alone, which ends the server
            stdout=said,
            stderr=said,
        )
        try:
            _wait(server, listening.getsockname()[1], log)
            yield listening.getsockname()[1]
        finally:
            server.terminate()
            server.wait()


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return when the server answers. Until it listens a request waits: the socket is open."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            _ask(port, CASES[ASKED[0]].request, timeout=1)
        except OSError:
            continue
        return
    said = log.read_text(encoding="utf-8").strip().splitlines() or ["it says nothing"]
    raise BenchmarkError(f"gunicorn does not answer: {said[-1]}")


def _ask(port: int, request: Request, timeout: float = PATIENCE) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    connection.request(request.method, request.path, headers=_headers(request))
    response = connection.getresponse()
    connection.close()
    return Answer(response.status, response.getheaders())


def _check(library: str, case: str, port: int) -> None:
    """What answers wrongly is not measured."""
    expected = "any" if LIBRARIES[library].bare is None else CASES[case].answer
    wrong = fault(expected, CASES[case].request, _ask(port, CASES[case].request))
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
    """The requests per second of one run."""
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
        raise BenchmarkError(f"wrk met {errors} errors in {requests} requests")
    return requests / microseconds * 1e6


def _figure(rates: list[float]) -> Figure:
    twentieths = quantiles(rates, n=20, method="inclusive")
    return Figure(twentieths[9], twentieths[0], twentieths[18], "requests/s")
