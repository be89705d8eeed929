"""Which URL a path of the app has, and where the app is mounted."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.routing import BaseConverter

from flask_cors.tools.explain.target import find_target

BELOW = "http://localhost/api/users"


def an_app(*rules: str, root: str | None = "/api") -> Flask:
    app = Flask("app", static_folder=None)
    for rule in rules:
        app.add_url_rule(rule, rule, lambda: "")
    app.config["APPLICATION_ROOT"] = root or "/"
    return app


def test_a_path_without_an_application_root_is_as_it_is_given():
    assert find_target(an_app("/users", root=None), "/users") == ("http://localhost/users", "/")
    assert find_target(an_app(root=None), "/users") == ("http://localhost/users", "/")


@pytest.mark.parametrize("given", ["/users", "users", "/api/users", BELOW])
def test_a_path_is_found_below_the_application_root_with_and_without_it(given):
    assert find_target(an_app("/users"), given) == (BELOW, "/api/")


@pytest.mark.parametrize("given", ["/users", "/api/users", BELOW])
def test_a_root_that_is_in_the_url_rules_is_not_stripped(given):
    assert find_target(an_app("/api/users"), given) == (BELOW, "/")


@pytest.mark.parametrize("given", ["/users", "/api/users", BELOW])
def test_a_root_that_middleware_strips_is_left_to_it(given):
    app = an_app("/users")
    app.wsgi_app = DispatcherMiddleware(NotFound(), {"/api": app.wsgi_app})
    assert find_target(app, given) == (BELOW, "/")


def test_a_url_beside_the_application_root_is_as_it_is_given():
    found = find_target(an_app("/users"), "http://localhost/users")
    assert found == ("http://localhost/users", "/")
    found = find_target(an_app("/apikeys"), "http://localhost/apikeys")
    assert found == ("http://localhost/apikeys", "/")


def test_a_path_without_a_url_rule_is_below_the_application_root():
    assert find_target(an_app("/users"), "/nothing") == ("http://localhost/api/nothing", "/api/")


def test_a_converter_that_raises_is_left_to_the_request():
    class Broken(BaseConverter):
        def to_python(self, value: str) -> str:
            raise RuntimeError("broken")

    app = an_app()
    app.url_map.converters["broken"] = Broken
    app.add_url_rule("/<broken:x>", "broken", lambda x: "")
    assert find_target(app, "/users") == (BELOW, "/api/")


def test_no_function_of_the_app_is_called_to_find_the_target():
    app, called = an_app("/users"), []
    app.before_request(lambda: called.append("before"))
    app.teardown_request(lambda _: called.append("teardown"))
    app.teardown_appcontext(lambda _: called.append("teardown"))
    find_target(app, "/users")
    assert called.count("before") == 0
    assert "request_context" not in vars(app)
