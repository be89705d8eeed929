"""Starlette and its CORSMiddleware."""

from __future__ import annotations

import re
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from ..cases import METHODS, NAMES, REGEX, Configuration, origins, parents


async def view(request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


def bare(configuration: object) -> Starlette:
    return Starlette(routes=[Route("/", view, methods=METHODS)])


def cors(configuration: Configuration) -> Starlette | None:
    from starlette.middleware.cors import CORSMiddleware

    if configuration.resources or configuration.binding != "app":
        return None
    app = bare(configuration)
    app.add_middleware(
        CORSMiddleware, allow_methods=METHODS, allow_headers=NAMES, **_origins(configuration)
    )
    return app


def _origins(configuration: Configuration) -> dict[str, Any]:
    if configuration.origins == "any":
        return {"allow_origins": ["*"]}
    if configuration.origins == "exact":
        return {"allow_origins": origins(configuration)}
    if configuration.origins == "regex":
        return {"allow_origin_regex": REGEX}
    hosts = "|".join(map(re.escape, parents(configuration)))  # it takes one regex
    return {"allow_origin_regex": rf"https://[^/]+\.(?:{hosts})"}
