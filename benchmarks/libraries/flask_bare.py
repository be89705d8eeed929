"""The Flask app, with and without CORS."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Flask

from ..cases import METHODS

View = Callable[[], str]


def bare(configuration: object) -> Flask:
    """Return the app without CORS, for any configuration."""
    return app(view, area())


def view() -> str:
    return "ok"


def app(root: View, area: Blueprint) -> Flask:
    """Return an app with its own view, a view below the path of a resource, and a blueprint."""
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/", "root", root, methods=METHODS)
    app.add_url_rule("/rlast/item", "resource", view, methods=METHODS)
    app.register_blueprint(area)
    return app


def area() -> Blueprint:
    area = Blueprint("area", __name__, url_prefix="/area")
    area.add_url_rule("/item", "item", view, methods=METHODS)
    return area
