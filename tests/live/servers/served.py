"""The app that every server serves: one resource per policy, one view per kind of response."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator

from flask import Flask, Response, abort, request, send_file

from flask_cors import CORS

APP = "https://app.example"
OTHER = "https://other.example"
EVIL = "https://evil.example"

CHUNK = "streamed " * 100
CHUNKS = 200
FILE = bytes(range(256)) * 1024

POLICIES: dict[str, dict[str, object]] = {
    "any": {"origins": "*"},
    "wildcard": {"origins": "*", "send_wildcard": True},
    "one": {"origins": APP},
    "two": {"origins": [APP, OTHER]},
    "subdomains": {"origins": "https://*.example"},
    "regex": {"origins": r"https://(app|other)\.example"},
    "callable": {"origins": lambda origin: origin != EVIL},
    "none": {"origins": []},
}
SILENT = {f"{name}-silent": {**POLICIES[name], "always_send": False} for name in POLICIES}
LOAD = {"origins": "https://*.load.example", "supports_credentials": True, "max_age": 60}

app = Flask(__name__)
CORS(
    app,
    resources={
        **{f"/policy/{name}": options for name, options in {**POLICIES, **SILENT}.items()},
        "/load": LOAD,
        "/*": {"origins": [APP, OTHER], "expose_headers": "X-Digest"},
    },
)


@app.get("/policy/<name>")
def policy(name: str) -> str:
    return name


@app.put("/load")
@app.get("/load")
def load() -> str:
    return request.headers.get("Origin", "none")


@app.get("/file")
def file() -> Response:
    return send_file(io.BytesIO(FILE), "application/octet-stream", etag="tag", conditional=True)


@app.get("/stream")
def stream() -> Response:
    def chunks() -> Iterator[str]:
        for _ in range(CHUNKS):
            yield CHUNK

    return Response(chunks(), mimetype="text/plain")


@app.get("/stream-that-fails")
def stream_that_fails() -> Response:
    def chunks() -> Iterator[str]:
        yield CHUNK
        raise RuntimeError

    return Response(chunks(), mimetype="text/plain")


@app.put("/upload")
def upload() -> tuple[str, dict[str, str]]:
    digest = hashlib.sha256()
    size = 0
    while piece := request.stream.read(65536):
        digest.update(piece)
        size += len(piece)
    return str(size), {"X-Digest": digest.hexdigest()}


@app.put("/small")
def small() -> str:
    abort(413)  # before it has read anything


@app.get("/fails")
def fails() -> str:
    raise RuntimeError
