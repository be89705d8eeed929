"""A budget planner: an API, and one view that serves the built frontend for every other path."""

from pathlib import Path

from flask import Flask, jsonify, send_from_directory

from flask_cors import CORS

BUILD = Path(__file__).parent / "build"

app = Flask(__name__, static_folder=None)
CORS(app, resources={r"/api/*": {"origins": "*"}})


@app.route("/api/budgets", methods=["GET", "POST"])
def budgets():
    return jsonify(budgets=[])


@app.route("/", defaults={"path": ""})
@app.route("/<path:path>")
def frontend(path):
    if path and (BUILD / path).is_file():
        return send_from_directory(BUILD, path)
    return send_from_directory(BUILD, "index.html")
