"""A shop's checkout behind a gateway: each event becomes a request, below a path of the stage."""

import base64
from io import BytesIO

from flask import Flask, jsonify

from flask_cors import CORS

app = Flask(__name__)
app.config["APPLICATION_ROOT"] = "/prod"
CORS(app, origins=[r"https://(www\.)?shop\.example"], supports_credentials=True, max_age=86400)


@app.post("/checkout")
def checkout():
    return jsonify(order=1), 201


@app.get("/orders/<int:order>")
def order(order):
    return jsonify(order=order)


def handler(event, context):
    """Respond to an event of the gateway."""
    body = base64.b64decode(event.get("body") or "")
    environ = {
        "REQUEST_METHOD": event["httpMethod"],
        "SCRIPT_NAME": "/prod",
        "PATH_INFO": event["path"].removeprefix("/prod"),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }
    with app.request_context(environ):
        response = app.full_dispatch_request()
    return {"statusCode": response.status_code, "headers": dict(response.headers)}
