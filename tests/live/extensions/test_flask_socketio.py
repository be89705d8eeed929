"""Flask-SocketIO: ``cors_allowed_origins=cors.allows`` guards handshakes and long polling."""

from __future__ import annotations

from functools import partial

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from flask_cors import CORS

from ...runtime.exchanges import allowed

pytestmark = pytest.mark.live

APP = "https://app.example"
EVIL = "https://evil.example"


@pytest.fixture
def app(library, join) -> Flask:
    flask_socketio = library("flask_socketio", "Flask-SocketIO")
    cors = CORS()
    app = Flask(__name__)
    app.add_url_rule("/", "view", lambda: "done")

    def start(app: Flask) -> None:
        socketio = flask_socketio.SocketIO(
            app, async_mode="threading", cors_allowed_origins=cors.allows
        )
        socketio.on_event("echo", lambda text: text)

    join(app, start, resources="/other")  # which SocketIO does not consult
    cors.init_app(app, origins=["https://*.app.example", APP])
    return app


def poll(app: Flask, origin: str | None, method: str = "GET") -> TestResponse:
    """Open a session of Engine.IO, by its long polling."""
    headers = {} if origin is None else {"Origin": origin}
    return Client(app).open("/socket.io/?EIO=4&transport=polling", method=method, headers=headers)


@pytest.mark.parametrize(
    ("origin", "accepted"),
    [
        (APP, True),
        ("https://eu.app.example", True),
        (EVIL, False),
        (f"{APP}.evil.example", False),
        (f"{APP}, {APP}", False),
        (f"{APP},{EVIL}", False),
        ("null", False),
    ],
)
def test_polling_is_allowed_for_allowed_origins(app, origin, accepted):
    response = poll(app, origin)
    assert response.status_code == (200 if accepted else 400)
    assert allowed(response) == ([origin] if accepted else [])
    assert response.text.startswith("0{" if accepted else '"Not an accepted origin')


def test_a_client_without_an_origin_is_allowed(app):
    assert poll(app, None).status_code == 200


PATH = "/socket.io/?EIO=4&transport=websocket"


def test_an_allowed_origin_gets_its_websocket(app, library, serve):
    # simple-websocket's client overlooks a first message that comes with the handshake.
    websocket = library("websocket", "websocket-client")
    url = f"ws://127.0.0.1:{serve(app)}{PATH}"
    client = websocket.create_connection(url, origin=APP, timeout=30)
    try:
        assert client.recv().startswith("0{")
        client.send("40")  # Socket.IO's own connect
        assert client.recv().startswith("40{")
        client.send('421["echo","hello"]')
        assert client.recv() == '431["hello"]'
    finally:
        client.close()


def test_another_origin_is_refused_before_the_handshake(app, handshake, serve):
    port = serve(app)
    for origin in (EVIL, f"{APP}.evil.example", f"{APP}, {APP}", "null"):
        assert handshake(port, PATH, origin) == 400


def test_views_beside_the_websocket_keep_their_headers(app, fetch):
    assert fetch(app).access_control_allow_origin == APP
    assert fetch(app, "/none").access_control_allow_origin == APP
    assert fetch(app, origin=EVIL).access_control_allow_origin is None


def test_the_path_of_socketio_may_have_its_own_resource(library):
    """Where there is none for "/": the recipe."""
    flask_socketio = library("flask_socketio", "Flask-SocketIO")
    app = Flask(__name__)
    cors = CORS(app, resources={"/api/*": {"origins": EVIL}, "/socket.io/*": {"origins": APP}})
    flask_socketio.SocketIO(
        app,
        async_mode="threading",
        cors_allowed_origins=partial(cors.allows, path="/socket.io/", app=app),
    )
    assert poll(app, APP).status_code == 200
    assert poll(app, EVIL).status_code == 400
