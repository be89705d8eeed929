"""An answer that many have copied: forms are posted as JSON from a page on localhost, and old and
new ways to say so stand side by side."""

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue

from flask_cors import CORS, cross_origin

app = Flask(__name__)
app.config["SECRET_KEY"] = "five boxing wizards jump quickly"
app.config["CORS_HEADERS"] = "Content-Type"

cors = CORS(app, resources={r"/letter": {"origins": "http://localhost:port"}})


@app.route("/letter", methods=["POST"])
@cross_origin(origin="localhost", headers=["Content-Type", "Authorization"])
def letter() -> ResponseReturnValue:
    return jsonify(received=True)
