"""The code that a careful user writes without a library, for a list of exact origins."""

from __future__ import annotations

from flask import Flask, Response, request

from ..cases import METHODS, NAMES, Configuration, origins
from .flask_bare import bare


def hook(configuration: Configuration) -> Flask | None:
    """Return an app that adds the headers to responses."""
    if not _supports(configuration):
        return None
    app = bare(configuration)
    _add_hook(app, frozenset(origins(configuration)))
    return app


def pair(configuration: Configuration) -> Flask | None:
    """Return an app that adds the headers to responses, and responds to preflights."""
    if not _supports(configuration):
        return None
    app = bare(configuration)
    allowed = frozenset(origins(configuration))
    methods = frozenset(METHODS)
    names = frozenset(NAMES)

    @app.before_request
    def respond_to_preflight() -> Response | None:
        if (
            request.method != "OPTIONS"
            or request.headers.get("Origin") not in allowed
            or "Access-Control-Request-Method" not in request.headers
        ):
            return None
        response = app.response_class()
        if request.headers["Access-Control-Request-Method"] in methods:
            response.headers["Access-Control-Allow-Methods"] = ", ".join(sorted(methods))
            requested = request.headers.get("Access-Control-Request-Headers", "").split(",")
            known = [name.strip() for name in requested if name.strip().lower() in names]
            if known:
                response.headers["Access-Control-Allow-Headers"] = ", ".join(known)
        response.headers.add(
            "Vary", "Access-Control-Request-Method, Access-Control-Request-Headers"
        )
        return response

    _add_hook(app, allowed)
    return app


def _supports(configuration: Configuration) -> bool:
    return (
        configuration.origins == "exact"
        and configuration.binding == "app"
        and not configuration.resources
    )


def _add_hook(app: Flask, allowed: frozenset[str]) -> None:
    @app.after_request
    def add_headers(response: Response) -> Response:
        origin = request.headers.get("Origin")
        if origin in allowed:
            response.headers["Access-Control-Allow-Origin"] = origin
        response.headers.add("Vary", "Origin")
        return response
