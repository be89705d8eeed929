"""A build server's log viewer: a view that waits for the next line, and one that streams them."""

import queue

from flask import Flask, Response, jsonify

from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins="https://builds.example", expose_headers=["X-Next-Line"])
lines: queue.Queue[str] = queue.Queue()


@app.get("/builds/<int:build>/next")
def next_line(build):
    return lines.get(), 200, {"Cache-Control": "no-store", "X-Next-Line": "1"}


@app.get("/builds/<int:build>/log")
def log(build):
    def stream():
        while True:
            yield f"data: {lines.get()}\n\n"

    return Response(stream(), mimetype="text/event-stream", headers={"Cache-Control": "no-cache"})


@app.get("/builds")
def builds():
    return jsonify(builds=[])
