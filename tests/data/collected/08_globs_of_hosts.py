"""Two sites and the own machine, as one would write them for a firewall: as hosts, with a star."""

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue

from flask_cors import CORS

app = Flask(__name__)
CORS(
    app,
    resources={
        r"/*": {"origins": "*.site-one.example, intranet.site-two.example, 127.0.0.1"},
    },
)


@app.route("/orders/", methods=["POST"])
def orders() -> ResponseReturnValue:
    return jsonify(number=7)
