"""Flask-CORS, ours and version 6. The code of users is the same except for subdomains."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Flask

from ..cases import REGEX, Configuration, origins, parents, resources
from .flask_bare import app, area, bare, view


def ours(configuration: Configuration) -> Flask:
    return _make(configuration, lambda parent: f"https://*.{parent}")


def flask_cors_6(configuration: Configuration) -> Flask:
    # Compiled, because version 6 compiles a string on each request.
    return _make(
        configuration, lambda parent: re.compile(rf"https://([^/]+\.){re.escape(parent)}$")
    )


def _make(configuration: Configuration, subdomains: Callable[[str], Any]) -> Flask:
    from flask_cors import CORS, cross_origin

    stated: dict[str, Callable[[], Any]] = {
        "any": lambda: "*",
        "exact": lambda: origins(configuration),
        "subdomains": lambda: [subdomains(parent) for parent in parents(configuration)],
        "regex": lambda: REGEX,
    }
    options: dict[str, Any] = {"origins": stated[configuration.origins]()}
    if configuration.resources:
        options = {"resources": {path: {"origins": own} for path, own in resources(configuration)}}
    if configuration.origins == "any":
        options = {}

    if configuration.binding == "decorator":
        return app(cross_origin(**options)(view), area())
    if configuration.binding == "blueprint":
        blueprint = area()
        CORS(blueprint, **options)
        return app(view, blueprint)
    plain = bare(configuration)
    CORS(plain, **options)
    return plain
