"""Quart and quart-cors."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from quart import Blueprint, Quart

from ..cases import METHODS, NAMES, REGEX, Configuration, origins, parents

View = Callable[[], Awaitable[str]]


async def view() -> str:
    return "ok"


def bare(configuration: object) -> Quart:
    return _app(view, _area())


def cors(configuration: Configuration) -> Quart | None:
    from quart_cors import cors, route_cors

    if configuration.resources:
        return None
    options = {
        "allow_origin": _ORIGINS[configuration.origins](configuration),
        "allow_methods": METHODS,
        "allow_headers": NAMES,
    }
    if configuration.binding == "decorator":
        return _app(route_cors(**options)(view), _area())
    if configuration.binding == "blueprint":
        return _app(view, cors(_area(), **options))
    return cors(bare(configuration), **options)


_ORIGINS: dict[str, Callable[[Configuration], Any]] = {
    "any": lambda _: "*",
    "exact": origins,
    "regex": lambda _: re.compile(REGEX),
    "subdomains": lambda configuration: [
        re.compile(rf"https://[^/]+\.{re.escape(parent)}$") for parent in parents(configuration)
    ],
}


def _app(root: View, area: Blueprint) -> Quart:
    app = Quart(__name__, static_folder=None)
    app.add_url_rule("/", "root", root, methods=METHODS)
    app.register_blueprint(area)
    return app


def _area() -> Blueprint:
    area = Blueprint("area", __name__, url_prefix="/area")
    area.add_url_rule("/item", "item", view, methods=METHODS)
    return area
