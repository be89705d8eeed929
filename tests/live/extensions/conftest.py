"""What the tests of other extensions share."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from flask import Flask

from flask_cors import CORS


@pytest.fixture(params=["CORS first", "CORS last"])
def join(request: pytest.FixtureRequest) -> Callable[..., CORS]:
    """Initialise CORS and another extension on one app, in both orders."""

    def join(app: Flask, start: Callable[[Flask], Any], **options: Any) -> CORS:
        if request.param == "CORS last":
            start(app)
            return CORS(app, **options)
        cors = CORS(app, **options)
        start(app)
        return cors

    return join


@pytest.fixture
def handshake() -> Callable[..., int]:
    """Open a WebSocket as a page would, and return the status; 101 if it is accepted."""

    def handshake(port: int, path: str, origin: str | None) -> int:
        headers = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version": "13",
        }
        if origin is not None:
            headers["Origin"] = origin
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            connection.request("GET", path, headers=headers)
            with connection.getresponse() as response:
                return response.status

    return handshake
