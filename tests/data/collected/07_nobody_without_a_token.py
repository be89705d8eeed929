"""Every request has to bring a token, and preflights have none: they are answered all the same."""

from flask import Flask, abort, jsonify, request
from flask.typing import ResponseReturnValue

from flask_cors import CORS

app = Flask(__name__)
CORS(app)


@app.before_request
def ask_for_the_token() -> None:
    if request.headers.get("Authorization") != "Bearer of-good-news":
        abort(401)


@app.route("/parcels", methods=["GET", "POST"])
def parcels() -> ResponseReturnValue:
    return jsonify(parcels=[])
