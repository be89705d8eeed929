"""The front end and the back end are named in the environment: on a machine where the two variables
are not set, both origins are None."""

import os

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue

from flask_cors import CORS


def init_cors(app: Flask) -> None:
    front_end = os.environ.get("COLLECTED_CHIRPS_FRONT_END")
    back_end = os.environ.get("COLLECTED_CHIRPS_BACK_END")
    CORS(
        app,
        resources={r"/api/*": {"origins": [front_end, back_end]}},
        headers=["Content-Type", "Authorization"],
        expose_headers="Authorization",
        methods="OPTIONS,GET,HEAD,POST",
    )


app = Flask(__name__)
init_cors(app)


@app.route("/api/chirps", methods=["GET"])
def chirps() -> ResponseReturnValue:
    return jsonify(chirps=[])
