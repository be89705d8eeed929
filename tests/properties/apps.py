"""A small app with views of every kind, and the ways to give it a policy."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, abort, make_response, request, session

from flask_cors import CORS, cross_origin
from flask_cors.errors import CORSWarning

from .strategies import Rule

VIEWS: dict[str, Callable[[], Any]] = {}


def _view(function: Callable[[], Any]) -> Callable[[], Any]:
    VIEWS[function.__name__] = function
    return function


@_view
def plain() -> str:
    return "read me"


@_view
def counted() -> str:
    session["count"] = session.get("count", 0) + 1  # Vary: Cookie
    return "counted"


@_view
def varied() -> Response:
    response = make_response("varied")
    response.headers["Vary"] = "Accept-Encoding, origin"
    return response


@_view
def starred() -> Response:
    response = make_response("never the same")
    response.vary.add("*")
    return response


@_view
def tagged() -> Response:
    response = make_response("tagged")
    response.set_etag("1")
    return response.make_conditional(request)


@_view
def refused() -> None:
    abort(401)


@_view
def gone() -> tuple[str, int]:
    return "gone", 410


@_view
def broken() -> None:
    raise LookupError("a fault")


@_view
def late() -> str:
    return "an after_request function raises"


SUFFIXES = (*VIEWS, "missing", "moved", "own")
PATHS = tuple(f"{prefix}/{suffix}" for prefix in ("", "/bp", "/seen") for suffix in SUFFIXES)
ODD_PATHS = ("/", "/bp", "/bp/../plain", "/./plain", "/bp/" + "x" * 5000, "/n/7")


def an_app(
    app_rule: Rule | None = None, bp_rule: Rule | None = None, view_rule: Rule | None = None
) -> Flask:
    """The app, with a policy for all of it, for its blueprint at ``/bp``, and for its decorated
    views at ``/seen``; each may be missing."""
    app = bare_app()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CORSWarning)
        blueprint = Blueprint("bp", "bp", url_prefix="/bp")
        _route(blueprint, "", lambda view: view)
        if bp_rule is not None:
            CORS(blueprint, **bp_rule.given)
        app.register_blueprint(blueprint)
        if app_rule is not None:
            CORS(app, **app_rule.given)
        if view_rule is not None:
            _route(app, "/seen", cross_origin(**view_rule.given))
    return app


def bare_app() -> Flask:
    app = Flask("flask_app", root_path="/", static_folder=None)
    app.secret_key = "key"
    app.logger.disabled = True  # of faults that are meant
    _route(app, "", lambda view: view)
    app.add_url_rule("/n/<int:number>", "number", lambda number: "n")

    @app.after_request
    def after(response: Response) -> Response:
        if request.path.endswith("/late") and response.status_code == 200:
            raise LookupError("late")
        return response

    return app


def _route(scaffold: Flask | Blueprint, prefix: str, decorate: Callable[[Any], Any]) -> None:
    def own() -> str:
        return f"{request.method} in person"

    def moved() -> str:
        return "here"

    def view(view: str) -> Any:
        return VIEWS[view]()

    # One rule for all: adding a rule is what costs most here.
    name = prefix.strip("/")
    several = f"{prefix}/<any({', '.join(VIEWS)}):view>"
    scaffold.add_url_rule(several, f"{name}_view", decorate(view), methods=["GET", "PUT"])
    scaffold.add_url_rule(f"{prefix}/moved/", f"{name}_moved", decorate(moved))
    scaffold.add_url_rule(
        f"{prefix}/own", f"{name}_own", decorate(own), methods=["GET", "POST", "OPTIONS"]
    )
