"""flask-sock: the origin is checked before the handshake is accepted."""

from flask import Flask, abort, request
from flask_sock import Sock

from flask_cors import CORS

app = Flask(__name__)
sock = Sock(app)
cors = CORS(app, origins="https://app.example")


@app.before_request
def check_handshake():
    if "websocket" in request.headers.get("Upgrade", "").lower() and not cors.allows(
        request.headers.get("Origin"), path=request.path
    ):
        abort(403)


@sock.route("/echo")
def echo(ws):
    ws.send(ws.receive())
