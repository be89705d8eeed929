"""A login service whose second CORS was to narrow the first down to the web server next door."""

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue

from flask_cors import CORS

app = Flask(__name__)
CORS(app)
CORS(app, resources={r"/*": {"origins": ["http://localhost:80", "http://localhost"]}})


@app.route("/sign-in", methods=["POST"])
def sign_in() -> ResponseReturnValue:
    return jsonify(status="welcome")


@app.route("/sign-up", methods=["POST"])
def sign_up() -> ResponseReturnValue:
    return jsonify(status="stored"), 201
