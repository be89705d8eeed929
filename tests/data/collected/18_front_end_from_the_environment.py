"""A car park whose front end is named in the environment. While it is not, the origins are None;
and scripts were to read the cookie that the answer sets."""

import os

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue

from flask_cors import CORS


def set_up_cors(app: Flask) -> None:
    CORS(
        app,
        supports_credentials=True,
        origins=os.environ.get("COLLECTED_CAR_PARK_FRONT_END"),
        allow_headers=["Content-Type", "X-CSRF-TOKEN", "Accept"],
        expose_headers=["Set-Cookie", "Authorization"],
        methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
    )


def create_app() -> Flask:
    app = Flask(__name__)
    set_up_cors(app)

    @app.get("/places")
    def places() -> ResponseReturnValue:
        return jsonify(free=12)

    return app


app = create_app()
