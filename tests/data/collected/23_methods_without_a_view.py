"""A front end on its development server, with cookies. PUT and DELETE are allowed, and its author
wonders why they come back as 405."""

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue

from flask_cors import CORS

app = Flask(__name__)
CORS(
    app,
    resources={
        r"/*": {
            "origins": ["http://127.0.0.1:5173", "http://localhost:5173"],
            "methods": ["OPTIONS", "GET", "POST", "PUT", "DELETE"],
            "allow_headers": ["Authorization", "Content-Type"],
            "supports_credentials": True,
        }
    },
)


@app.route("/measures", methods=["GET", "POST"])
def measures() -> ResponseReturnValue:
    return jsonify(measures=[])
