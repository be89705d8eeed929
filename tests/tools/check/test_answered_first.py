"""What is found to answer preflights first, and what is left alone."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import Any

import pytest
from flask import Blueprint, Flask, Response, abort, redirect, request

from flask_cors import CORS, cross_origin
from flask_cors.tools.check.finding import Finding
from flask_cors.tools.check.preflights import CHECKS
from flask_cors.tools.check.run import run

FLASK = tuple(map(int, version("flask").split(".")[:2]))

APP = "https://app.example"


def login() -> object:
    return None if "Authorization" in request.headers else ("log in", 401)


def login_that_aborts() -> None:
    if "Authorization" not in request.headers:
        abort(401)


def decorated() -> Flask:
    app = Flask("app")
    app.add_url_rule("/users", "users", cross_origin(origins=APP)(view), methods=["PUT"])
    return app


def extended(**options: object) -> Flask:
    app = Flask("app")
    app.add_url_rule("/users", "users", view, methods=["PUT"])
    CORS(app, origins=APP, **options)
    return app


def view(**_: object) -> str:
    raise AssertionError("no view is called")


def found(app: Flask) -> tuple[Finding, ...]:
    return run(app, CHECKS).findings


class TestABeforeRequestFunction:
    @pytest.mark.parametrize("function", [login, login_that_aborts])
    def test_is_found_in_an_app_with_decorators_alone(self, function: Callable[..., Any]):
        app = decorated()
        app.before_request(lambda: None)
        app.before_request(function)
        (finding,) = found(app)
        assert (finding.code, finding.severity) == ("CORS606", "error")
        assert "a preflight to /users that the policy allows is answered with status 401" in (
            finding.message
        )
        assert finding.where.name == f"before_request {function.__name__}"
        assert finding.where.line == inspect.getsourcelines(function)[1]
        assert "CORS(app, resources=[])" in finding.fix

    def test_is_found_no_more_where_the_mend_is_written(self):
        app = decorated()
        app.before_request(login)
        CORS(app, resources=[])
        assert found(app) == ()

    def test_is_found_where_preflights_are_left_to_the_view(self):
        app = extended(automatic_options=False)
        app.before_request(login)
        (finding,) = found(app)
        assert "leave automatic_options on" in finding.fix

    def test_is_found_where_it_was_put_in_front(self):
        app = extended()
        app.before_request_funcs[None].insert(0, login)
        (finding,) = found(app)
        assert "with @app.before_request" in finding.fix

    def test_is_found_in_a_blueprint(self):
        app, blueprint = Flask("app"), Blueprint("shop", "app")
        blueprint.before_request(login)
        blueprint.add_url_rule("/cart", "cart", cross_origin()(view))
        app.register_blueprint(blueprint)
        app.add_url_rule("/users", "users", cross_origin()(view))
        (finding,) = found(app)
        assert "a preflight to /cart that" in finding.message

    def test_is_found_once_with_all_its_paths(self):
        app = decorated()
        for number in range(5):
            app.add_url_rule(f"/v{number}/users", f"v{number}", cross_origin()(view))
        app.before_request(login)
        (finding,) = found(app)
        assert "/users, /v0/users, /v1/users, and 3 more" in finding.message

    @pytest.mark.parametrize(
        "function",
        [
            login,
            login_that_aborts,
            lambda: redirect("https://login.example"),
            lambda: "an answer",
        ],
    )
    def test_is_none_that_comes_behind_an_extension(self, function: Callable[..., Any]):
        app = extended()
        app.before_request(function)
        assert found(app) == ()

    def test_is_none_that_sends_plain_requests_to_tls(self):
        app = decorated()
        app.before_request(lambda: None if request.is_secure else redirect("https://app.example"))
        assert found(app) == ()

    def test_is_none_that_lets_preflights_pass(self):
        app = decorated()
        app.before_request(lambda: None if request.method == "OPTIONS" else ("log in", 401))
        assert found(app) == ()

    def test_is_none_that_lacks_what_it_has_in_production(self):
        app = decorated()
        app.before_request(lambda: 1 / 0)
        assert found(app) == ()

    def test_is_as_it_was_afterwards(self):
        app = decorated()
        app.before_request(login)
        found(app)
        assert app.before_request_funcs == {None: [login]}


def logged_in(view: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(view)
    def call(**values: Any) -> Any:
        return login() or view(**values)

    return call


class TestADecorator:
    def test_outside_of_cross_origin_is_found(self):
        app = Flask("app")
        app.add_url_rule("/public", "public", cross_origin(origins=APP)(view))
        for path in ("/users", "/users/<name>"):
            decorated = logged_in(cross_origin(origins=APP)(view))
            app.add_url_rule(path, path, decorated, methods=["GET", "OPTIONS"])
        (finding,) = found(app)
        assert "a preflight to /users that the policy allows is answered with status 401" in (
            finding.message
        )
        assert (finding.where.name, finding.where.file) == (
            "decorator with call",
            __file__,
        )
        assert "@cross_origin above it" in finding.fix

    def test_inside_of_cross_origin_is_not_found(self):
        app = Flask("app")
        decorated = cross_origin(origins=APP)(logged_in(view))
        app.add_url_rule("/users", "users", decorated, methods=["GET", "OPTIONS"])
        assert found(app) == ()

    def test_that_lets_preflights_pass_is_not_found(self):
        app, shared = Flask("app"), cross_origin(origins=APP)(view)
        passing = functools.wraps(shared)(lambda **values: shared(**values))
        app.add_url_rule("/users", "users", passing, methods=["GET", "OPTIONS"])
        assert found(app) == ()

    def test_is_not_found_where_flask_answers_options(self):
        app = Flask("app")
        app.add_url_rule("/users", "users", logged_in(cross_origin(origins=APP)(view)))
        assert found(app) == ()

    def test_is_not_found_behind_an_extension(self):
        app = Flask("app")
        decorated = logged_in(cross_origin(origins=APP)(view))
        app.add_url_rule("/users", "users", decorated, methods=["GET", "OPTIONS"])
        CORS(app, resources=[])
        assert found(app) == ()

    def test_is_not_called_where_the_view_answers_itself(self):
        app = Flask("app")
        own = cross_origin(origins=APP, automatic_options=False)(view)
        app.add_url_rule("/users", "users", logged_in(own), methods=["GET", "OPTIONS"])
        assert found(app) == ()


def test_a_limit_that_the_trials_use_up_is_not_found():
    app = decorated()
    app.before_request(lambda: ("too many", 429))
    assert found(app) == ()


@pytest.mark.parametrize(
    "location",
    ["https://www.shop.example/users", "//www.shop.example/users", "https://localhost/users"],
)
def test_a_redirect_to_the_host_of_production_is_not_found(location: str):
    app = decorated()
    app.before_request(lambda: redirect(location, 301))
    assert found(app) == ()


def test_a_redirect_elsewhere_is_found():
    app = decorated()
    app.before_request(lambda: redirect("/login"))
    (finding,) = found(app)
    assert "is answered with status 302" in finding.message


@pytest.mark.parametrize("trusted", ["api.shop.example", ".shop.example", "[::1]:8000"])
def test_an_app_is_asked_at_a_host_that_it_trusts(trusted: str):
    app = decorated()
    app.config["TRUSTED_HOSTS"] = [trusted]
    app.before_request(login)
    (finding,) = found(app)
    assert "status 401" in finding.message


@pytest.mark.parametrize("trusted", ["", "*", "two words"])
def test_a_host_that_no_browser_asks_for_is_left_aside(trusted: str):
    app = decorated()
    app.config["TRUSTED_HOSTS"] = [trusted]
    app.before_request(login)
    assert [finding.code for finding in found(app)] == ["CORS606"]


WITH_PORT = pytest.param(
    "shop.example:80",
    marks=pytest.mark.skipif(FLASK < (3, 1), reason="Flask 3.0 serves no host without that port"),
)


@pytest.mark.parametrize("name", [WITH_PORT, "Shop.Example"])
def test_an_app_is_asked_by_its_name_as_browsers_write_it(name: str):
    app = decorated()
    app.config["SERVER_NAME"] = name
    app.before_request(login)
    (finding,) = found(app)
    assert "status 401" in finding.message


def test_a_url_value_preprocessor_is_found():
    app = extended()

    @app.url_value_preprocessor
    def pull(endpoint: str | None, values: object) -> None:
        if "Authorization" not in request.headers:
            abort(404)

    (finding,) = found(app)
    assert finding.where.name.startswith("url_value_preprocessor ")
    assert "in a before_request function" in finding.fix


def test_a_url_value_preprocessor_that_does_not_know_the_key_is_not_found():
    app = Flask("app")
    app.add_url_rule("/<shop>/users", "users", cross_origin()(view))
    app.url_value_preprocessor(lambda endpoint, values: abort(404))
    assert found(app) == ()


def test_a_url_value_preprocessor_that_does_its_work_is_not_found():
    app = extended()
    app.url_value_preprocessor(lambda endpoint, values: values and values.clear())
    assert found(app) == ()


def test_a_route_that_is_told_not_to_answer_options_is_found():
    app = Flask("app")
    undecided = cross_origin(origins=APP, automatic_options=False)(view)
    app.add_url_rule("/users", "users", undecided, methods=["PUT"], provide_automatic_options=False)
    (finding,) = found(app)
    assert "status 405" in finding.message
    assert (finding.where.name, finding.where.file) == ("PUT /users", __file__)


class Gateway:
    """Middleware that keeps OPTIONS to itself."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "OPTIONS":
            return Response(status=204)(environ, start_response)
        return self.app(environ, start_response)


class Innocent(Gateway):
    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return self.app(environ, start_response)


class TestMiddleware:
    @pytest.mark.parametrize("outside", [True, False])
    def test_that_answers_is_found_among_other_layers(self, outside: bool):
        app = extended()
        app.wsgi_app = Innocent(app.wsgi_app)
        app.wsgi_app = Gateway(app.wsgi_app)
        if outside:
            app.wsgi_app = Innocent(app.wsgi_app)
        before = app.wsgi_app
        (finding,) = found(app)
        assert "is answered without Access-Control-Allow-Origin" in finding.message
        assert (finding.where.name, finding.where.file) == ("WSGI middleware Gateway", __file__)
        assert "let OPTIONS requests with an Origin pass" in finding.fix
        assert app.wsgi_app is before

    def test_that_lets_everything_pass_is_not_found(self):
        app = extended()
        app.wsgi_app = Innocent(app.wsgi_app)
        assert found(app) == ()

    def test_that_raises_is_passed_over(self):
        app = extended()
        app.wsgi_app = lambda environ, start_response: 1 / 0
        assert found(app) == ()


def test_an_app_that_trusts_no_such_host_is_not_tried():
    app = decorated()
    app.request_class = type("Request", (app.request_class,), {"trusted_hosts": ["api.example"]})
    app.config["TRUSTED_HOSTS"] = ["api.example"]
    assert found(app) == ()


def test_a_policy_of_which_no_origin_is_known_is_not_tried():
    app = Flask("app")
    app.add_url_rule("/users", "users", cross_origin(origins=lambda origin: True)(view))
    app.before_request(login)
    assert found(app) == ()
