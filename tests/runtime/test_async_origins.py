"""Coroutine functions in ``origins``, which run as Flask runs ``async def`` views."""

from __future__ import annotations

import logging

import pytest
from flask import Blueprint, Flask, g, request

from flask_cors import CORS, cross_origin

APP = "https://app.example"


async def is_app(origin: str) -> bool:
    return origin == APP


class IsApp:
    async def __call__(self, origin: str) -> bool:
        return origin == APP


def an_app() -> Flask:
    app = Flask(__name__)
    app.add_url_rule("/", "view", lambda: "done", methods=["GET", "PUT"])
    return app


@pytest.mark.parametrize("function", [is_app, IsApp()])
def test_a_coroutine_function_decides_on_requests_and_preflights(fetch, preflight, function):
    app = an_app()
    cors = CORS(app, origins=function)
    for send in (fetch, preflight):
        assert send(app, origin=APP).headers["Access-Control-Allow-Origin"] == APP
        refused = send(app, origin="https://other.example")
        assert "Access-Control-Allow-Origin" not in refused.headers
    assert cors.allows(APP)
    assert not cors.allows("https://other.example")


def test_a_coroutine_function_decides_for_blueprints_and_decorated_views(fetch):
    app = Flask(__name__)
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    blueprint.add_url_rule("/", "view", lambda: "done")
    CORS(blueprint, origins=is_app)
    app.register_blueprint(blueprint)
    app.add_url_rule("/own", "own", cross_origin(origins=is_app)(lambda: "done"))
    for path in ("/api/", "/own"):
        assert fetch(app, path, APP).headers["Access-Control-Allow-Origin"] == APP
        response = fetch(app, path, "https://other.example")
        assert "Access-Control-Allow-Origin" not in response.headers


def test_a_coroutine_function_may_use_the_request(fetch, preflight):
    async def is_of_tenant(origin: str) -> bool:
        return origin == f"https://{request.args['tenant']}.example"

    app = an_app()
    CORS(app, origins=is_of_tenant)
    for send in (fetch, preflight):
        response = send(app, "/?tenant=app", origin=APP)
        assert response.headers["Access-Control-Allow-Origin"] == APP


def test_a_coroutine_function_runs_through_the_ensure_sync_of_the_app(fetch):
    class Counting(Flask):
        def ensure_sync(self, func):
            ensured.append(func)
            return super().ensure_sync(func)

    ensured: list[object] = []
    app = Counting(__name__)
    app.add_url_rule("/", "view", lambda: "done")
    CORS(app, origins=is_app)
    assert ensured == [is_app]
    assert fetch(app).headers["Access-Control-Allow-Origin"] == APP


def test_a_coroutine_function_that_raises_refuses_the_origin_and_is_logged(fetch, caplog):
    async def broken(origin: str) -> bool:
        return bool(g.not_there)

    app = an_app()
    CORS(app, origins=broken)
    with caplog.at_level(logging.ERROR, "flask_cors"):
        response = fetch(app)
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers
    assert "broken raised AttributeError" in caplog.text
