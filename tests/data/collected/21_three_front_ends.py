"""Three sites of one owner, each by its origin."""

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue

from flask_cors import CORS

app = Flask(__name__)
cors = CORS(
    app,
    origins=[
        "https://example.com",
        "https://app.example.com",
        "https://admin.example.com",
    ],
)


@app.route("/api/figures")
def figures() -> ResponseReturnValue:
    return jsonify(figures=[1, 2, 3])
