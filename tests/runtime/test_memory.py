"""Requests and apps leave nothing in memory when they are gone."""

from __future__ import annotations

import gc
import tracemalloc
import weakref
from collections.abc import Callable
from itertools import pairwise

import pytest
from flask import Blueprint, Flask, Response

from flask_cors import CORS, cross_origin

from .exchanges import APP, EVIL, OTHER, allowed, send, send_preflight

REQUESTS = 300
MAX_GROWTH = 32 * REQUESTS  # bytes; any object kept per request is larger


def growth(run: Callable[[], None]) -> int:
    """Return by how much memory grows while ``run`` is called ``REQUESTS`` times: the least of
    three rounds, as what is kept per request grows in each, and a cache that fills does not."""
    tracemalloc.start()
    sizes: list[int] = []
    try:
        for _ in range(4):
            for _ in range(REQUESTS):
                run()
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    return min(after - before for before, after in pairwise(sizes))


@pytest.mark.parametrize("with_extension", [True, False])
def test_a_decorator_that_is_applied_inside_requests_keeps_nothing(with_extension):
    app = Flask(__name__)
    if with_extension:
        CORS(app, origins=OTHER)
    kept: list[weakref.ref[object]] = []

    @app.get("/")
    def view():
        @cross_origin(origins=APP)
        def helper():
            return "value"

        kept.append(weakref.ref(helper))
        return helper()

    def run() -> None:
        assert allowed(send(app)) == [APP]
        kept[:-1] = []

    assert growth(run) < MAX_GROWTH
    gc.collect()
    assert [each for each in kept if each() is not None] == []


def test_responses_that_are_shared_and_copied_keep_nothing():
    app = Flask(__name__)
    response = Response("kept")
    CORS(app, origins=[APP, OTHER])
    app.add_url_rule("/", "view", lambda: response)
    origins = [APP, OTHER, EVIL]

    def run() -> None:
        origins.append(origins.pop(0))
        send(app, origin=origins[0])

    assert growth(run) < MAX_GROWTH


def test_origins_and_paths_that_clients_make_up_keep_nothing():
    app = Flask(__name__)
    CORS(app, origins=[r"https://[a-z0-9]+\.app\.example"], resources=["/a/*", "/b/*"])
    numbers = iter(range(10_000))

    def run() -> None:
        number = next(numbers)
        send(app, f"/a/../b/{number}", f"https://x{number}.app.example")
        send_preflight(app, f"/b//{number}", f"https://{number}.evil.example")

    assert growth(run) < MAX_GROWTH


def make_app(cors: CORS | None, bp: Blueprint | None) -> Flask:
    app = Flask(__name__)
    app.add_url_rule("/", "view", cross_origin(APP)(lambda: "fine"))
    if bp is not None:
        app.register_blueprint(bp)
    elif cors is not None:
        cors.init_app(app)
    return app


@pytest.mark.parametrize("bound", ["blueprint", "init_app", "decorators"])
def test_an_app_with_cors_can_be_garbage_collected(bound):
    """As in tests of an application factory, where the extension belongs to the module."""
    bp = cors = None
    if bound == "blueprint":
        bp = Blueprint("bp", __name__, url_prefix="/bp")
        cors = CORS(bp, origins=APP)
    elif bound == "init_app":
        cors = CORS(origins=APP)
    apps: list[weakref.ref[Flask]] = []
    for _ in range(5):
        app = make_app(cors, bp)
        apps.append(weakref.ref(app))
        assert allowed(send(app)) == [APP]
        assert allowed(send_preflight(app, method="GET")) == [APP]
        if cors is not None:
            assert cors.allows(APP, path="/bp/x", app=app)
        del app
        gc.collect()
    assert [each for each in apps if each() is not None] == []


def test_a_module_level_view_keeps_no_app_alive():
    view = cross_origin(APP)(lambda: "fine")
    apps: list[weakref.ref[Flask]] = []
    for _ in range(5):
        app = Flask(__name__)
        app.add_url_rule("/", "view", view)
        apps.append(weakref.ref(app))
        assert allowed(send(app)) == [APP]
        del app
        gc.collect()
    assert [each for each in apps if each() is not None] == []
