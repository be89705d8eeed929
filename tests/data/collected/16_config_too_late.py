"""A prediction for one static site alone: the config that says so comes after CORS has read it."""

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue

from flask_cors import CORS

app = Flask(__name__)
CORS(app)
app.config["CORS_ORIGINS"] = ["https://shots.example"]


@app.route("/health", methods=["GET"])
def health() -> ResponseReturnValue:
    return jsonify(status="healthy"), 200


@app.route("/api/prediction", methods=["POST"])
def prediction() -> ResponseReturnValue:
    return jsonify(goals=0.76)
