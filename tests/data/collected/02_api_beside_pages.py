"""Pages and an API in one app: the API is for everyone and takes JSON, the pages stay apart."""

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue

from flask_cors import CORS

app = Flask(__name__)
CORS(app, resources=r"/api/*", allow_headers="Content-Type")


@app.route("/")
def front_page() -> str:
    return "<h1>Birds of the harbour</h1>"


@app.route("/api/v1/birds/")
def birds() -> ResponseReturnValue:
    return jsonify(birds=["gull", "tern"])


@app.route("/api/v1/birds/report", methods=["POST"])
def report() -> ResponseReturnValue:
    return jsonify(thanks=True), 201


@app.route("/api/fault")
def fault() -> ResponseReturnValue:
    raise RuntimeError("to be shown to the page as a 500")
