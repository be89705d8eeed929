"""Which requests are sent for the policies of an app."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask
from werkzeug.routing import BaseConverter

from flask_cors import CORS, cross_origin
from flask_cors.tools.check.context import CheckContext
from flask_cors.tools.check.sample_requests import make_sample_requests
from flask_cors.tools.shared.example_origins import UNTRUSTED

APP = "https://app.example"


def view(**_: object) -> str:
    return "read me"


def an_app(*paths: str, **options: object) -> Flask:
    app = Flask("app", static_folder=None)
    for number, path in enumerate(paths):
        app.add_url_rule(path, str(number), view, methods=["GET", "PUT"])
    CORS(app, **options)
    return app


def tried(app: Flask) -> list[tuple[str, str, str]]:
    return [
        (each.method, each.path, each.origin) for each in make_sample_requests(CheckContext(app))
    ]


def test_each_policy_gets_a_request():
    app = an_app("/a/users", "/a/more", "/b", resources={"/a/*": {"origins": APP}, "/*": {}})
    assert tried(app) == [("GET", "/a/more", APP), ("GET", "/b", UNTRUSTED)]


def test_each_beginning_of_a_path_and_each_blueprint_gets_a_request():
    app, blueprint = an_app("/a/users", "/b/users"), Blueprint("shop", "app")
    blueprint.add_url_rule("/a/cart", "cart", view)
    app.register_blueprint(blueprint)
    assert [path for _, path, _ in tried(app)] == ["/a/cart", "/a/users", "/b/users"]


def test_a_request_has_a_method_that_the_policy_allows_if_there_is_one():
    assert tried(an_app("/a", methods="PUT", origins=APP)) == [("PUT", "/a", APP)]
    assert tried(an_app("/a", methods="DELETE", origins=APP)) == [("GET", "/a", APP)]


def test_a_request_has_a_path_on_which_the_policy_decides():
    app = an_app("/<name>", resources={"/me": {"origins": "https://me.example"}, "/[a-z]+": {}})
    assert [path for _, path, _ in tried(app)] == ["/me", "/a"]


class Missing(BaseConverter):
    def to_python(self, value: str) -> object:
        raise LookupError(value)


def without_host() -> Flask:
    app = Flask("app", static_folder=None, subdomain_matching=True)
    app.config["SERVER_NAME"] = "shop.example"
    app.add_url_rule("/users", "users", view, subdomain="api")
    CORS(app)
    return app


def with_converter() -> Flask:
    app = Flask("app", static_folder=None)
    app.url_map.converters["missing"] = Missing
    app.add_url_rule("/<missing:key>", "users", view)
    CORS(app)
    return app


def moved() -> Flask:
    app = an_app()
    app.add_url_rule("/old", "old", view, redirect_to="/new")
    return app


def shadowed() -> Flask:
    app = an_app()
    app.add_url_rule("/1", "one", cross_origin(origins=lambda origin: True)(view))
    app.add_url_rule("/<int:number>", "any", view)
    return app


def broken() -> Flask:
    app = an_app()
    app.add_url_rule("/users", "users", cross_origin(supports_credentials=True)(view))
    return app


@pytest.mark.parametrize(
    "app",
    [
        without_host(),
        with_converter(),
        moved(),
        shadowed(),
        broken(),
        an_app("/a", origins="null"),
        an_app("/a", origins=[]),
    ],
)
def test_a_policy_that_no_request_can_be_made_for_gets_none(app: Flask):
    assert tried(app) == []


def test_an_app_gets_two_hundred_requests_at_most():
    assert len(tried(an_app(*(f"/a{number}" for number in range(300))))) == 200
