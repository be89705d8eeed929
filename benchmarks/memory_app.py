"""What :mod:`benchmarks.memory` measures: a process of its own in the environment of ours, so that
nothing else of the benchmark is in its memory.

``python -m benchmarks.memory_app exact 100000`` prints the bytes that 100,000 exact origins keep,
``patterns`` those of so many subdomain patterns. ``requests 50000 1000000`` prints the resident
memory after the first 50,000 random requests, and then while a million more are answered.
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
    """``start_response`` of a server that sends nothing."""


def answer(app: WSGIApplication, environ: WSGIEnvironment) -> None:
    """One request from its environ to the last byte of the body."""
    body = app({**ENVIRON, "wsgi.input": io.BytesIO(), **environ}, ignore_start)
    for _ in body:
        pass
    close: Callable[[], None] | None = getattr(body, "close", None)
    if close is not None:
        close()


# ---- what a configuration keeps ----------------------------------------------------------------

ORIGINS = {
    "exact": "https://tenant-{:06}.example.com",
    "patterns": "https://*.tenant-{:06}.example.com",
}


def kept_each(kind: str, count: int) -> float:
    """The bytes that each of ``count`` origins costs, beyond its string.

    By tracemalloc, which counts to the byte what is still held: resident memory would hold the
    garbage of building it, too, and the pages that the allocator keeps.
    """
    origins = [ORIGINS[kind].format(number) for number in range(count)]
    kept(origins[:2])  # what is made once, at the first configuration
    return (kept(origins) - kept(origins[:2])) / (count - 2)


def kept(origins: list[str]) -> int:
    """The bytes that an app with these origins holds when it has answered requests."""
    gc.collect()
    tracemalloc.start()
    app = Flask("measured")
    CORS(app, origins=origins)
    for origin in (origins[0], origins[-1], "https://stranger.example"):
        answer(app, {"HTTP_ORIGIN": origin.replace("*", "www")})
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return held


# ---- what a million requests leave -------------------------------------------------------------


def every_binding() -> Flask:
    """An app with each kind of origin, of resource and of binding."""
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


def random_request(chance: random.Random) -> WSGIEnvironment:
    """A request as a stranger may send it: ordinary and odd methods, origins and paths."""

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
    """The bytes of this process that are in memory."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE


def serve(numbers: Iterable[int]) -> None:
    """Answer so many requests, then say how much memory that leaves, for each number."""
    app = every_binding()
    chance = random.Random(7)
    for number in numbers:
        for _ in range(number):
            answer(app, random_request(chance))
        print(resident(), flush=True)


def main(what: str, *numbers: str) -> None:
    if what in ORIGINS:
        print(kept_each(what, int(numbers[0])))
    else:
        warm_up, total = map(int, numbers)
        serve([warm_up, *[REPORT_EACH] * (total // REPORT_EACH)])


if __name__ == "__main__":
    main(*sys.argv[1:])
