"""A service that hands out spreadsheets, whose views were each to be opened once more by hand."""

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue

from flask_cors import CORS, cross_origin


def create_app() -> Flask:
    app = Flask(__name__)
    app.secret_key = "grains"
    CORS(app, expose_headers=["Content-Disposition"])
    app.config["CORS_HEADERS"] = "Content-Type"
    return app


app = create_app()


@app.route("/", methods=["GET"])
def start() -> ResponseReturnValue:
    return jsonify(message="at work")


@cross_origin()
@app.route("/sheets", methods=["POST"])
def sheets() -> ResponseReturnValue:
    return jsonify(job="17"), 202


@cross_origin()
@app.route("/downloads/<job>", methods=["GET"])
def downloads(job: str) -> ResponseReturnValue:
    return f"sheet {job}", 200, {"Content-Type": "application/octet-stream"}
