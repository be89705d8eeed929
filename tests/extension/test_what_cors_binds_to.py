"""The objects that ``CORS(x)`` and ``init_app(x)`` bind to, and those that they refuse."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import flask_restx
import pytest
from flask import Blueprint, Flask, current_app
from werkzeug.local import LocalProxy
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from flask_cors import CORS

from .apps import APP, an_app, reads

Bind = Callable[[object], object]


def by_init_app(value: object) -> None:
    CORS(origins=APP).init_app(value)


both_ways = pytest.mark.parametrize("bind", [CORS, by_init_app])


def message_of(bind: Bind, value: object) -> str:
    with pytest.raises(TypeError) as raised:
        bind(value)
    message = str(raised.value)
    assert message.startswith("CORS needs a Flask app or a Blueprint, not ")
    assert "\n" not in message
    return message.removeprefix("CORS needs a Flask app or a Blueprint, not ")


class Dash:
    """Holds the app as Dash does."""

    def __init__(self) -> None:
        self.server = an_app()


class Connexion:
    """Holds the app as Connexion does, with a property."""

    @property
    def app(self) -> Flask:
        return an_app()


class Wrapper:
    def __init__(self) -> None:
        self.server = "gunicorn"
        self.flask_app = an_app()


@both_ways
@pytest.mark.parametrize(("kind", "attribute"), [(Dash, "server"), (Connexion, "app")])
def test_an_object_that_holds_an_app_is_named_with_the_attribute_to_pass(bind, kind, attribute):
    assert message_of(bind, kind()) == (
        f"an object of type {__name__}.{kind.__name__}: "
        f"pass its attribute .{attribute}, which is one"
    )


@both_ways
def test_an_attribute_that_is_not_an_app_is_skipped(bind):
    assert message_of(bind, Wrapper()).endswith(": pass its attribute .flask_app, which is one")
    held = SimpleNamespace(server="gunicorn", app=None)
    assert message_of(bind, held) == "an object of type types.SimpleNamespace"


@both_ways
def test_an_attribute_that_raises_is_skipped(bind):
    class Lazy:
        flask_app = an_app()

        @property
        def app(self) -> Flask:
            raise RuntimeError("not yet")

    assert message_of(bind, Lazy()).endswith(": pass its attribute .flask_app, which is one")


@both_ways
@pytest.mark.parametrize("kind", [Flask, Blueprint])
def test_the_api_of_another_extension_is_named_with_its_attribute(bind, kind):
    # With its page of documentation, its rules are duplicates in the next Werkzeug.
    target = Flask("shop") if kind is Flask else Blueprint("shop", "shop")
    api = flask_restx.Api(target, doc=False)
    message = message_of(bind, api)
    assert message == (
        "an object of type flask_restx.api.Api: pass its attribute .app, which is one"
    )


@both_ways
def test_middleware_around_an_app_is_named_with_its_attribute(bind):
    message = message_of(bind, DispatcherMiddleware(an_app(), {}))
    assert message.endswith("DispatcherMiddleware: pass its attribute .app, which is one")


@both_ways
@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("app", "the str 'app'"),
        (5, "an object of type int"),
        (Flask, "the class flask.app.Flask"),
        (an_app, "an object of type function"),
        (an_app().wsgi_app, "an object of type method"),
        (CORS(), "an object of type flask_cors.extension.CORS"),
        (LocalProxy(lambda: None), "None"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
def test_an_object_that_is_not_an_app_is_named_by_its_type(bind, value, named):
    assert message_of(bind, value) == named


@both_ways
def test_a_long_string_in_place_of_an_app_is_cut_and_escaped(bind):
    message = message_of(bind, "x\n" * 500)
    assert message.startswith("the str 'x\\nx\\n")
    assert message.endswith("...")
    assert len(message) < 140


def test_cors_accepts_none_for_the_app_and_init_app_refuses_it():
    assert message_of(CORS(None).init_app, None) == "None"


@both_ways
def test_the_app_inside_a_refused_object_is_not_changed(fetch, bind):
    dash = Dash()
    message_of(bind, dash)
    assert not reads(fetch, dash.server, APP)


@both_ways
def test_an_app_behind_a_proxy_is_bound(fetch, bind):
    app = an_app()
    with app.app_context():
        bind(current_app)
    assert reads(fetch, app, APP)


def test_a_blueprint_behind_a_proxy_is_bound(fetch):
    blueprint = Blueprint("shop", __name__, url_prefix="/shop")
    CORS(LocalProxy(lambda: blueprint))
    app = an_app()
    app.register_blueprint(blueprint)
    assert reads(fetch, app, APP, "/shop/nowhere")


# ---- app = CORS(app) ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["route", "run", "config", "extensions", "wsgi_app"])
def test_an_attribute_of_flask_on_cors_raises_with_what_to_write(name):
    app = CORS(an_app())
    with pytest.raises(AttributeError, match=r"Write CORS\(app\) instead of app = CORS\(app\)"):
        getattr(app, name)


@pytest.mark.parametrize("name", ["never", "__call__", "__deepcopy__"])
def test_a_missing_attribute_that_flask_lacks_too_raises_a_plain_error(name):
    with pytest.raises(AttributeError) as raised:
        getattr(CORS(), name)
    assert str(raised.value) == f"CORS has no attribute {name!r}"
    assert not hasattr(CORS(), name)
