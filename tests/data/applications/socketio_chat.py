"""A chat: Socket.IO around the app, and a few plain requests beside it."""

from flask import Flask, jsonify
from flask_socketio import SocketIO

from flask_cors import CORS

FRONTEND = "https://chat.example"

app = Flask(__name__)
CORS(app, origins=FRONTEND)
socketio = SocketIO(app, cors_allowed_origins=FRONTEND, async_mode="threading")


@app.get("/rooms")
def rooms():
    return jsonify(rooms=[])


@socketio.on("message")
def on_message(text):
    socketio.send(text)
