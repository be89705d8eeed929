"""Requests that an app seems to handle."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import flask
import pytest
from flask import Flask
from flask.sessions import SessionInterface

from flask_cors.tools.check.trials.contexts import requested


def test_there_is_a_request_for_a_while():
    app = Flask("app")
    with requested(app, "/users", method="PUT") as is_routed:
        assert is_routed
        assert (flask.request.path, flask.request.method) == ("/users", "PUT")
    assert not flask.has_request_context()


def missing(_: object) -> object:
    return flask.g.connection.close()


def leaving(_: object) -> NoReturn:
    raise SystemExit(1)


@pytest.mark.parametrize("function", [missing, leaving])
def test_what_a_function_raises_at_the_end_is_dropped(function: Callable[..., object]):
    app = Flask("app")
    app.teardown_request(function)
    with requested(app, "/") as is_routed:
        assert is_routed
    assert not flask.has_request_context()


def test_without_a_session_store_there_is_none():
    class Store(SessionInterface):
        def open_session(self, *_: object) -> NoReturn:
            raise ConnectionError("the store is down")

    app = Flask("app")
    app.session_interface = Store()
    with requested(app, "/") as is_routed:
        assert not is_routed
    assert not flask.has_request_context()


def test_what_is_raised_meanwhile_is_told():
    with pytest.raises(LookupError), requested(Flask("app"), "/"):
        raise LookupError("mine")
    assert not flask.has_request_context()
