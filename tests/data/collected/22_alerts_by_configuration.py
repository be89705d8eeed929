"""A monitor that is configured by keys alone: two sites, a browser extension, the own machine."""

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue

from flask_cors import CORS

AUTH_REQUIRED = False

app = Flask(__name__)
app.config.update(
    CORS_ALLOW_HEADERS=["Content-Type", "Authorization", "Access-Control-Allow-Origin"],
    CORS_ORIGINS=[
        "http://try.monitor.example",
        "http://explorer.monitor.example",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        "http://localhost",
    ],
    CORS_SUPPORTS_CREDENTIALS=AUTH_REQUIRED,
)
CORS(app)


@app.route("/alerts", methods=["GET", "POST"])
def alerts() -> ResponseReturnValue:
    return jsonify(alerts=[])


@app.route("/alerts/<number>", methods=["DELETE"])
def alert(number: str) -> ResponseReturnValue:
    return jsonify(deleted=number)
