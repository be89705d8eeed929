"""flask-sock: a ``before_request`` function calls ``cors.allows`` before the handshake."""

from __future__ import annotations

import pytest
from flask import Flask, abort, request

pytestmark = pytest.mark.live

APP = "https://app.example"
EVIL = "https://evil.example"


@pytest.fixture
def app(library, join) -> Flask:
    flask_sock = library("flask_sock")
    app = Flask(__name__)
    app.config["TOUCHED"] = []
    sock = flask_sock.Sock()

    @sock.route("/echo")
    def echo(ws) -> None:
        app.config["TOUCHED"].append(request.headers.get("Origin"))
        ws.send(ws.receive(timeout=5))

    cors = join(app, sock.init_app, resources={"/echo": {"origins": APP}, "/*": {"origins": EVIL}})

    @app.before_request
    def check_handshake() -> None:
        """As the recipe writes it."""
        if "websocket" in request.headers.get("Upgrade", "").lower() and not cors.allows(
            request.headers.get("Origin"), path=request.path
        ):
            abort(403)

    app.add_url_rule("/", "view", lambda: "done", methods=["PUT"])
    return app


def test_an_allowed_origin_gets_its_websocket(app, library, serve):
    websocket = library("simple_websocket")
    url = f"ws://127.0.0.1:{serve(app)}/echo"
    client = websocket.Client.connect(url, headers={"Origin": APP})
    try:
        client.send("hello")
        assert client.receive(timeout=5) == "hello"
    finally:
        client.close()


@pytest.mark.parametrize("origin", [EVIL, f"{APP}.evil.example", f"{APP}, {APP}", "null", None])
def test_another_origin_is_refused_before_the_handshake(app, handshake, serve, origin):
    assert handshake(serve(app), "/echo", origin) == 403
    assert app.config["TOUCHED"] == []


def test_views_beside_the_websocket_keep_their_headers(app, fetch, preflight):
    assert preflight(app, origin=EVIL).access_control_allow_origin == EVIL
    assert fetch(app, origin=EVIL, method="PUT").access_control_allow_origin == EVIL
    assert fetch(app, "/echo").access_control_allow_origin == APP  # no handshake: an error
