"""Flask-SocketIO with the origins of the app's policy."""

from flask import Flask
from flask_socketio import SocketIO

from flask_cors import CORS

app = Flask(__name__)
cors = CORS(app, origins="https://app.example")
socketio = SocketIO(app, cors_allowed_origins=cors.allows)


@socketio.on("echo")
def echo(text):
    return text
