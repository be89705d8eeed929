"""Falcon and its CORSMiddleware."""

from __future__ import annotations

import falcon

from ..cases import Configuration, origins


class View:
    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        response.text = "ok"

    on_put = on_get


def bare(configuration: object) -> falcon.App:
    return _app([])


def cors(configuration: Configuration) -> falcon.App | None:
    if (
        configuration.resources
        or configuration.binding != "app"
        or configuration.origins not in ("any", "exact")
    ):
        return None
    allowed = "*" if configuration.origins == "any" else origins(configuration)
    return _app([falcon.CORSMiddleware(allow_origins=allowed)])


def _app(middleware: list[falcon.CORSMiddleware]) -> falcon.App:
    app = falcon.App(middleware=middleware)
    app.add_route("/", View())
    return app
