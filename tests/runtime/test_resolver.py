"""What a request does not pay for: views and resources are read once, where that is possible."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Blueprint, Flask

from flask_cors import CORS, cross_origin
from flask_cors.policy.resources import MAX_PATH
from flask_cors.runtime import resolver

from .exchanges import APP, allowed, send, send_preflight


def an_app() -> Flask:
    app = Flask(__name__)
    app.add_url_rule("/", "index", lambda: "")
    return app


def app_with_one_policy() -> Flask:
    app = an_app()
    CORS(app, origins=APP)
    return app


def app_with_a_decorated_view() -> Flask:
    app = an_app()
    app.add_url_rule("/own", "own", cross_origin(APP)(lambda: ""), methods=["GET", "PUT"])
    return app


def app_with_a_blueprint() -> Flask:
    app, blueprint = an_app(), Blueprint("api", __name__)
    blueprint.add_url_rule("/own", "own", lambda: "", methods=["GET", "PUT"])
    CORS(blueprint, origins=APP)
    app.register_blueprint(blueprint)
    return app


@pytest.mark.parametrize(
    ("make_app", "path"),
    [
        (app_with_one_policy, "/"),
        (app_with_one_policy, "/missing"),
        (app_with_one_policy, "/".ljust(MAX_PATH, "x")),
        (app_with_a_decorated_view, "/own"),
        (app_with_a_blueprint, "/own"),
    ],
)
def test_a_policy_that_depends_on_the_endpoint_alone_is_looked_up_once(
    monkeypatch: pytest.MonkeyPatch, make_app: Callable[[], Flask], path: str
) -> None:
    app = make_app()
    send(app)
    monkeypatch.setattr(resolver.Resolver, "view_at", None)
    assert allowed(send(app, path)) == [APP]


@pytest.mark.parametrize("make_app", [app_with_a_decorated_view, app_with_a_blueprint])
def test_the_options_of_a_view_are_read_once(
    monkeypatch: pytest.MonkeyPatch, make_app: Callable[[], Flask]
) -> None:
    app = make_app()
    send(app)
    monkeypatch.setattr(resolver, "iter_view_options", None)
    assert allowed(send_preflight(app, "/own")) == [APP]
