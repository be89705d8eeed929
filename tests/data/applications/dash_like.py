"""A laboratory's charts: a class builds the app, registers its own routes, and adds a catch-all."""

from flask import Flask, Response, jsonify, request

from flask_cors import CORS


class Charts:
    """Serves a layout and the callbacks that change it."""

    def __init__(self, prefix="/charts/"):
        self.server = Flask("charts", static_folder=None)
        self.callbacks = {}
        self._add_url("_charts-layout", self.serve_layout)
        self._add_url("_charts-update", self.dispatch, ["POST"])
        self._add_url("_reload-hash", self.serve_reload_hash)
        self._add_url("", self.index)
        self._add_url("<path:path>", self.index)

    def _add_url(self, name, view, methods=("GET",)):
        self.server.add_url_rule(f"/charts/{name}", endpoint=name, view_func=view, methods=methods)

    def serve_layout(self):
        return jsonify(children=[])

    def dispatch(self):
        return jsonify(response=self.callbacks.get(request.get_json()["output"]))

    def serve_reload_hash(self):
        return jsonify(reloadHash="0")

    def index(self, path=""):
        return Response("<!doctype html><div id=charts></div>", mimetype="text/html")


charts = Charts()
app = charts.server
CORS(app, resources={"/charts/_charts-*": {"origins": "https://notebook.example"}})
