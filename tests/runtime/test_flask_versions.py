"""Apps that override methods whose first argument is the context since Flask 3.2.

Flask adapts subclasses that override a method without it.
"""

from __future__ import annotations

import warnings
from inspect import signature
from typing import Any

import pytest
from flask import Flask, Response

from flask_cors import CORS, cross_origin

APP = "https://app.example"
METHODS = ["GET", "PUT", "OPTIONS"]
TAKES_CONTEXT = "ctx" in signature(Flask.dispatch_request).parameters


OVERRIDDEN = ["make_default_options_response", "dispatch_request", "full_dispatch_request"]


def overriding_as_31() -> type[Flask]:
    class Overriding(Flask):
        def make_default_options_response(self) -> Response:
            response = super().make_default_options_response()
            response.headers["X-Overridden"] = "yes"
            return response

        def dispatch_request(self) -> Any:
            return super().dispatch_request()

        def full_dispatch_request(self) -> Response:
            return super().full_dispatch_request()

    return Overriding


def overriding_as_32() -> type[Flask]:
    """Older versions of Flask leave the context out. The signature must have no annotations,
    because Flask recognises the method by it."""

    class Overriding(Flask):
        def make_default_options_response(self, ctx=None) -> Response:
            response = super().make_default_options_response(*_context(ctx))
            response.headers["X-Overridden"] = "yes"
            return response

        def dispatch_request(self, ctx=None) -> Any:
            return super().dispatch_request(*_context(ctx))

        def full_dispatch_request(self, ctx=None) -> Response:
            return super().full_dispatch_request(*_context(ctx))

    return Overriding


def _context(ctx: Any) -> tuple[Any, ...]:
    if not TAKES_CONTEXT:
        return ()
    assert ctx is not None
    return (ctx,)


def fails() -> str:
    raise LookupError


@pytest.fixture(params=[lambda: Flask, overriding_as_31, overriding_as_32])
def app(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Flask:
    for name in OVERRIDDEN:  # to adapt a subclass, Flask changes its own class: undo that
        monkeypatch.setattr(Flask, name, getattr(Flask, name))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the older signature
        app: Flask = request.param()(__name__)
    app.add_url_rule("/view", "view", cross_origin(APP)(lambda: "view"), methods=METHODS)
    app.add_url_rule("/plain", "plain", lambda: "plain")
    app.add_url_rule("/lists", "lists", lambda: "lists", methods=METHODS)
    app.add_url_rule("/fails", "fails", fails)
    CORS(app, origins=APP)
    return app


@pytest.mark.parametrize("path", ["/view", "/plain", "/lists", "/missing"])
def test_a_preflight_from_an_allowed_origin_is_allowed(app, preflight, path):
    response = preflight(app, path, origin=APP)
    assert (response.status_code, response.access_control_allow_origin) == (200, APP)


def test_an_options_request_to_a_decorated_view_gets_the_default_response_of_the_app(app, fetch):
    response = fetch(app, "/view", method="OPTIONS")
    assert (response.status_code, response.data) == (200, b"")
    assert set(response.allow) == {"GET", "HEAD", "OPTIONS", "PUT"}
    assert ("X-Overridden" in response.headers) == (type(app) is not Flask)
    assert response.access_control_allow_origin == APP


@pytest.mark.parametrize(("path", "status"), [("/view", 200), ("/fails", 500), ("/missing", 404)])
def test_a_request_from_an_allowed_origin_gets_the_headers(app, fetch, path, status):
    response = fetch(app, path)
    assert (response.status_code, response.access_control_allow_origin) == (status, APP)


@pytest.mark.parametrize(
    "name",
    [
        "full_dispatch_request",
        "do_teardown_request",
        "do_teardown_appcontext",
        "handle_exception",
    ],
)
def test_a_wrapped_method_hands_on_whatever_arguments_flask_passes(name):
    app = Flask(__name__)
    passed: list[object] = []

    def method(*args: object, **kwargs: object) -> Response:
        passed.append((args, kwargs))
        return Response()

    setattr(app, name, method)
    CORS(app, origins=APP)
    context = app.test_request_context()
    with context:
        getattr(app, name)("context", error=None)
    with app.app_context():  # outside of a request
        if name != "full_dispatch_request":
            getattr(app, name)("context", error=None)
    assert passed[0] == (("context",), {"error": None})
    assert (("context",), {"error": None}) in passed[1:] or name == "full_dispatch_request"


def test_a_response_may_be_made_outside_of_a_request():
    app = Flask(__name__)
    CORS(app)
    with app.app_context():
        assert app.make_response(("made", 201)).status_code == 201
