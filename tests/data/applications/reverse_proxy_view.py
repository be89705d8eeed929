"""A gateway to older services: one view passes every request on, and their CORS headers back."""

import os
import urllib.error
import urllib.request

from flask import Flask, Response, request

from flask_cors import CORS

UPSTREAM = os.environ.get("GATEWAY_UPSTREAM", "http://127.0.0.1:9")
NOT_PASSED_ON = {"connection", "content-length", "transfer-encoding"}

app = Flask(__name__, static_folder=None)
CORS(app, origins="https://portal.example")


@app.route("/", defaults={"path": ""}, methods=["GET", "POST", "PUT", "DELETE"])
@app.route("/<path:path>", methods=["GET", "POST", "PUT", "DELETE"])
def pass_on(path):
    upstream = urllib.request.Request(
        f"{UPSTREAM}/{path}", request.get_data(), method=request.method
    )
    try:
        with urllib.request.urlopen(upstream, timeout=10) as answer:
            headers = [
                (name, value)
                for name, value in answer.getheaders()
                if name.lower() not in NOT_PASSED_ON
            ]
            return Response(answer.read(), answer.status, headers)
    except urllib.error.URLError as error:
        return {"error": str(error.reason)}, 502
