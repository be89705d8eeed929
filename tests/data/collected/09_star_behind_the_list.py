"""A console on the home network: origins come from the environment, and where there are none,
from a list that ends in everyone."""

import os

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue

from flask_cors import CORS

app = Flask(__name__)

origins = [part for part in os.environ.get("COLLECTED_CONSOLE_ORIGINS", "").split(",") if part]
if not origins:
    origins = ["http://localhost:20211", "http://127.0.0.1:20211", "*"]

CORS(
    app,
    resources={r"/*": {"origins": origins}},
    supports_credentials=True,
    allow_headers=["Authorization", "Content-Type", "Accept", "Origin"],
    methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"],
)


@app.route("/devices/<address>", methods=["GET", "POST", "DELETE"])
def devices(address: str) -> ResponseReturnValue:
    return jsonify(address=address)
