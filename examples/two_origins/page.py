"""The page's server: it serves the page and the recorded exchanges."""

from __future__ import annotations

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from wire import Wire


def create_app(page_origin: str, api_origin: str, other_origin: str, wire: Wire) -> Flask:
    app = Flask(__name__)
    origins = {"page": page_origin, "api": api_origin, "other": other_origin}

    @app.get("/")
    def page() -> str:
        return render_template("page.html", origins=origins)

    @app.get("/wire/<call>")
    def exchanges(call: str) -> ResponseReturnValue:
        return list(wire.exchanges(call)), {"Cache-Control": "no-store"}

    return app
