"""The layers of WSGI middleware around an app."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from flask_cors.tools.check.trials.middleware import layers, only, responsible


class Layer:
    def __init__(self, app: Any, name: str = "app") -> None:
        setattr(self, name, app)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return environ, start_response


@pytest.fixture
def app() -> Flask:
    return Flask("app")


def test_an_app_has_none_of_its_own(app: Flask):
    assert list(layers(app)) == []
    assert responsible(app, lambda: True) is None


def test_they_come_from_the_outside_in(app: Flask):
    inner = app.wsgi_app = Layer(app.wsgi_app, "application")
    outer = app.wsgi_app = Layer(app.wsgi_app, "wsgi_app")
    assert list(layers(app)) == [outer, inner]


def test_they_end_where_none_is_shown_and_where_they_lead_back(app: Flask):
    hidden = app.wsgi_app = lambda environ, start_response: None
    assert list(layers(app)) == [hidden]
    around = app.wsgi_app = Layer(app)
    assert list(layers(app)) == [around]
    turning = app.wsgi_app = Layer(None)
    turning.app = turning
    assert list(layers(app)) == [turning]


def test_the_innermost_one_that_makes_the_difference_is_found(app: Flask):
    app.wsgi_app = Layer(app.wsgi_app)
    guilty = app.wsgi_app = Layer(app.wsgi_app)
    outermost = app.wsgi_app = Layer(app.wsgi_app)
    assert responsible(app, lambda: app.wsgi_app in (guilty, outermost)) is guilty
    assert responsible(app, lambda: False) is None
    assert app.wsgi_app is outermost


def test_the_app_is_as_it_was_whatever_happens(app: Flask):
    before = app.wsgi_app = Layer(app.wsgi_app)
    with pytest.raises(RuntimeError), only(app, None):
        raise RuntimeError
    assert app.wsgi_app is before


def test_an_app_that_has_none_is_left_with_its_own(app: Flask):
    with only(app, None):
        pass
    assert "wsgi_app" not in vars(app)
