"""The program that :mod:`benchmarks.memory` measures. It runs in its own process, so that nothing
else of the benchmark is in its memory.

``python -m benchmarks.memory_app exact 100000`` prints the bytes held per origin with 100,000 exact
origins; ``patterns`` does the same with subdomain patterns. ``requests 50000 1000000`` prints the
resident memory after the first 50,000 random requests, and regularly during a million more.
"""

from __future__ import annotations

import gc
import io
import os
import random
import re
import string
import sys
import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask

from flask_cors import CORS, cross_origin

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

REPORT_EACH = 50_000  # requests
PAGE = os.sysconf("SC_PAGE_SIZE")

ENVIRON: WSGIEnvironment = {
    "REQUEST_METHOD": "GET",
    "SCRIPT_NAME": "",
    "PATH_INFO": "/",
    "QUERY_STRING": "",
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "80",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "127.0.0.1",
    "HTTP_HOST": "localhost",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": False,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}


def ignore_start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
    """Do nothing: the ``start_response`` of a server that sends nothing."""


def send_request(app: WSGIApplication, environ: WSGIEnvironment) -> None:
    """Send one request and read its body to the end."""
    body = app({**ENVIRON, "wsgi.input": io.BytesIO(), **environ}, ignore_start)
    for _ in body:
        pass
    close: Callable[[], None] | None = getattr(body, "close", None)
    if close is not None:
        close()


# ---- the memory of a configuration -------------------------------------------------------------

ORIGINS = {
    "exact": "https://tenant-{:06}.example.com",
    "patterns": "https://*.tenant-{:06}.example.com",
}


def measure_held_each(kind: str, count: int) -> float:
    """Return the bytes held per origin, without its string.

    They are counted by tracemalloc: resident memory would include garbage of the configuration and
    pages that the allocator keeps.
    """
    origins = [ORIGINS[kind].format(number) for number in range(count)]
    measure_held(origins[:2])  # allocates what the first configuration creates once
    return (measure_held(origins) - measure_held(origins[:2])) / (count - 2)


def measure_held(origins: list[str]) -> int:
    """Return the bytes that an app with these origins holds after some requests."""
    gc.collect()
    tracemalloc.start()
    app = Flask("measured")
    CORS(app, origins=origins)
    for origin in (origins[0], origins[-1], "https://untrusted.example"):
        send_request(app, {"HTTP_ORIGIN": origin.replace("*", "www")})
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return held


# ---- the memory after a million requests -------------------------------------------------------


def make_app() -> Flask:
    """Return an app with each kind of origin, resource and binding."""
    app = Flask("measured")
    origins = ["https://app.example", "https://*.tenant.example", "http://localhost:*"]
    regex = re.compile(r"https://pr-\d+\.preview\.example")
    api = Blueprint("api", __name__, url_prefix="/api")

    def public() -> str:
        return "public"

    def echo(rest: str) -> str:
        return rest

    everything = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    api.add_url_rule("/<path:rest>", view_func=echo, methods=everything)
    app.add_url_rule("/files/<path:rest>", view_func=echo, methods=everything)
    app.add_url_rule("/public", view_func=cross_origin(max_age=600)(public), methods=everything)
    CORS(api, origins=[*origins, regex], supports_credentials=True, allow_private_network=True)
    app.register_blueprint(api)
    CORS(
        app,
        resources={
            "/public": {},
            "/files/*": {"origins": [*origins, lambda origin: origin.endswith("7")]},
            r"/files/.*\.json": {"origins": regex, "expose_headers": ["X-Total"]},
            "/*": {"origins": "*", "allow_headers": ["Content-Type", r"X-.+"]},
        },
    )
    return app


def make_random_request(chance: random.Random) -> WSGIEnvironment:
    """Return a request that a client may send, with ordinary and odd methods, origins and paths."""

    def word(alphabet: str, longest: int) -> str:
        return "".join(chance.choices(alphabet, k=chance.randrange(1, longest)))

    letters = string.ascii_letters + string.digits + "-"
    name = word(letters, 40)
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": chance.choice(
            ["GET", "GET", "HEAD", "POST", "DELETE", "OPTIONS", "OPTIONS", "OPTIONS", name.upper()]
        ),
        "PATH_INFO": chance.choice(
            [
                "/public",
                f"/api/{word(letters + '//..', 60)}",
                f"/files/{name}.json",
                f"/files/{word(string.printable, 200)}",
                f"/{word(letters, 30)}/{name}",
                f"/{name * chance.randrange(1, 150)}",
            ]
        ),
    }
    origin = chance.choice(
        [
            None,
            "null",
            "https://app.example",
            f"https://{name}.tenant.example",
            f"http://localhost:{chance.randrange(65536)}",
            f"https://pr-{chance.randrange(10**9)}.preview.example",
            f"https://{name}.{word(letters, 20)}.example:{chance.randrange(65536)}",
            word(string.printable, 400),
        ]
    )
    if origin is not None:
        environ["HTTP_ORIGIN"] = origin
    if environ["REQUEST_METHOD"] == "OPTIONS" and chance.random() < 0.8:
        environ["HTTP_ACCESS_CONTROL_REQUEST_METHOD"] = chance.choice(["GET", "PUT", name])
        environ["HTTP_ACCESS_CONTROL_REQUEST_HEADERS"] = ",".join(
            f"x-{word(letters, 20)}" for _ in range(chance.randrange(12))
        )
        environ["HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK"] = chance.choice(["true", "false"])
    return environ


def resident() -> int:
    """Return the resident memory of this process, in bytes."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE


def serve(numbers: Iterable[int]) -> None:
    """Send each number of requests, and print the resident memory after it."""
    app = make_app()
    chance = random.Random(7)
    for number in numbers:
        for _ in range(number):
            send_request(app, make_random_request(chance))
        print(resident(), flush=True)


def main(what: str, *numbers: str) -> None:
    if what in ORIGINS:
        print(measure_held_each(what, int(numbers[0])))
    else:
        warm_up, total = map(int, numbers)
        serve([warm_up, *[REPORT_EACH] * (total // REPORT_EACH)])


if __name__ == "__main__":
    main(*sys.argv[1:])
