"""What is found to respond to preflights before Flask-CORS does, and what is left alone."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import Any

import pytest
from flask import Blueprint, Flask, Response, abort, g, has_request_context, redirect, request
from werkzeug.routing import BaseConverter

from flask_cors import CORS, cross_origin
from flask_cors.diagnostics.finding import Finding
from flask_cors.tools.check.command import choose_rules
from flask_cors.tools.check.run import run

FLASK = tuple(map(int, version("flask").split(".")[:2]))

RULES = choose_rules(["CORS606", "CORS610"], [])

APP = "https://app.example"

Make = Callable[..., Flask]


def login() -> object:
    return None if "Authorization" in request.headers else ("log in", 401)


def login_that_aborts() -> None:
    if "Authorization" not in request.headers:
        abort(401)


def decorated(**options: Any) -> Flask:
    app = Flask("app")
    own = cross_origin(origins=APP, **options)(view)
    app.add_url_rule("/users", "users", own, methods=["PUT"])
    return app


def extended(**options: Any) -> Flask:
    app = Flask("app", static_folder=None)
    app.add_url_rule("/users", "users", view, methods=["PUT"])
    CORS(app, origins=APP, **options)
    return app


OFF = {"automatic_options": False}


def view(**_: object) -> str:
    raise AssertionError("no view is called")


def found(app: Flask) -> tuple[Finding, ...]:
    return run(app, RULES).findings


def aborts(endpoint: str | None, values: object) -> None:
    abort(404)


def redirects() -> Any:
    return redirect("/login", 302)


@pytest.mark.parametrize("make", [decorated, extended])
@pytest.mark.parametrize("function", [login, login_that_aborts])
def test_a_function_of_the_app_that_refuses_preflights_is_found(
    make: Make, function: Callable[..., Any]
):
    app = make(**OFF)
    app.before_request(lambda: None)
    app.before_request(function)
    (finding,) = found(app)
    assert (finding.code, finding.severity) == ("CORS606", "error")
    assert "a preflight to /users that the policy allows gets a response with status 401" in (
        finding.message
    )
    assert finding.subject == f"before_request {function.__name__}"
    assert finding.location.line == inspect.getsourcelines(function)[1]
    assert "leave automatic_options on" in finding.hint


@pytest.mark.parametrize("make", [decorated, extended])
def test_a_function_of_the_app_that_redirects_preflights_is_found(make: Make):
    app = make(**OFF)
    app.before_request(redirects)
    (finding,) = found(app)
    assert "gets a response with status 302" in finding.message


@pytest.mark.parametrize("make", [decorated, extended])
def test_a_function_of_the_app_that_aborts_before_the_others_is_found(make: Make):
    app = make(**OFF)
    app.url_value_preprocessor(aborts)
    (finding,) = found(app)
    assert finding.subject == "url_value_preprocessor aborts"
    assert "leave automatic_options on" in finding.hint


@pytest.mark.parametrize("make", [decorated, extended])
@pytest.mark.parametrize("function", [login, login_that_aborts, redirects, lambda: "mine"])
def test_a_function_of_the_app_is_not_found_where_preflights_do_not_reach_it(
    make: Make, function: Callable[..., Any]
):
    app = make()
    app.before_request_funcs.setdefault(None, []).insert(0, function)
    app.url_value_preprocessor(aborts)
    assert found(app) == ()


@pytest.mark.parametrize("make", [decorated, extended])
def test_a_function_of_the_app_that_sends_plain_requests_to_tls_is_not_found(make: Make):
    app = make(**OFF)
    app.before_request(lambda: None if request.is_secure else redirect("https://app.example"))
    assert found(app) == ()


@pytest.mark.parametrize("make", [decorated, extended])
def test_a_function_of_the_app_that_lets_preflights_pass_is_not_found(make: Make):
    app = make(**OFF)
    app.before_request(lambda: None if request.method == "OPTIONS" else ("log in", 401))
    app.url_value_preprocessor(lambda endpoint, values: values and values.clear())
    assert found(app) == ()


@pytest.mark.parametrize("make", [decorated, extended])
def test_a_function_of_the_app_that_lacks_what_it_has_in_production_is_not_found(make: Make):
    app = make(**OFF)
    app.before_request(lambda: 1 / 0)
    assert found(app) == ()


@pytest.mark.parametrize("make", [decorated, extended])
def test_the_functions_of_the_app_are_in_their_place_after_a_check(make: Make):
    app = make(**OFF)
    app.before_request(login)
    found(app)
    assert app.before_request_funcs == {None: [login]}


def test_a_function_of_a_blueprint_is_found_for_its_views():
    app, blueprint = Flask("app"), Blueprint("shop", "app")
    blueprint.before_request(login)
    blueprint.add_url_rule("/cart", "cart", cross_origin(**OFF)(view))
    app.register_blueprint(blueprint)
    app.add_url_rule("/users", "users", cross_origin(**OFF)(view))
    (finding,) = found(app)
    assert "a preflight to /cart that" in finding.message


def test_a_function_is_found_once_with_all_its_paths():
    app = decorated(**OFF)
    for number in range(5):
        own = cross_origin(origins=APP, **OFF)(view)
        app.add_url_rule(f"/v{number}/users", f"v{number}", own)
    app.before_request(login)
    (finding,) = found(app)
    assert "/users, /v0/users, /v1/users, /v2/users, /v3/users, and 1 more" in finding.message


def test_a_rate_limit_that_our_requests_use_up_is_not_found():
    app = decorated(**OFF)
    app.before_request(lambda: ("too many", 429))
    assert found(app) == ()


@pytest.mark.parametrize(
    "location",
    ["https://www.shop.example/users", "//www.shop.example/users", "https://localhost/users"],
)
def test_a_redirect_to_the_host_of_production_is_not_found(location: str):
    app = decorated(**OFF)
    app.before_request(lambda: redirect(location, 301))
    assert found(app) == ()


@pytest.mark.parametrize("trusted", ["api.shop.example", ".shop.example", "[::1]:8000"])
def test_requests_go_to_a_host_that_the_app_trusts(trusted: str):
    app = decorated(**OFF)
    app.config["TRUSTED_HOSTS"] = [trusted]
    app.before_request(login)
    (finding,) = found(app)
    assert "status 401" in finding.message


@pytest.mark.parametrize("trusted", ["", "*", "two words"])
def test_a_trusted_host_that_no_browser_requests_is_passed_over(trusted: str):
    app = decorated(**OFF)
    app.config["TRUSTED_HOSTS"] = [trusted]
    app.before_request(login)
    assert [finding.code for finding in found(app)] == ["CORS606"]


WITH_PORT = pytest.param(
    "shop.example:80",
    marks=pytest.mark.skipif(FLASK < (3, 1), reason="Flask 3.0 serves no host without that port"),
)


@pytest.mark.parametrize("name", [WITH_PORT, "Shop.Example"])
def test_requests_go_to_the_server_name_as_browsers_write_it(name: str):
    app = decorated(**OFF)
    app.config["SERVER_NAME"] = name
    app.before_request(login)
    (finding,) = found(app)
    assert "status 401" in finding.message


def test_a_url_value_preprocessor_that_does_not_know_the_key_is_not_found():
    app = Flask("app")
    app.add_url_rule("/<shop>/users", "users", cross_origin(**OFF)(view))
    app.url_value_preprocessor(aborts)
    assert found(app) == ()


# ---- routing -----------------------------------------------------------------------------------


def test_a_route_without_automatic_options_is_found():
    app = Flask("app")
    undecided = cross_origin(origins=APP, automatic_options=False)(view)
    app.add_url_rule("/users", "users", undecided, methods=["PUT"], provide_automatic_options=False)
    (finding,) = found(app)
    assert "status 405" in finding.message
    assert (finding.subject, finding.location.file) == ("PUT /users", __file__)
    assert "leave automatic_options on" in finding.hint


@pytest.mark.parametrize(("status", "is_found"), [(403, True), (404, False)])
def test_a_converter_that_aborts_is_found_unless_with_404(status: int, is_found: bool):
    class ForMembers(BaseConverter):
        def to_python(self, value: str) -> str:
            if has_request_context():
                abort(status)
            return value

    app = Flask("app", static_folder=None)
    app.url_map.converters["members"] = ForMembers
    app.add_url_rule("/users/<members:name>", "users", view)
    app.before_request(login)
    CORS(app, origins=APP)
    findings = found(app)
    assert [finding.subject for finding in findings] == [
        "GET, HEAD /users/<members:name>"
    ] * is_found
    assert all("raise ValidationError" in finding.hint for finding in findings)


# ---- middleware --------------------------------------------------------------------------------


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


@pytest.mark.parametrize("outside", [True, False])
def test_middleware_that_responds_is_found_among_other_layers(outside: bool):
    app = extended()
    app.wsgi_app = Innocent(app.wsgi_app)
    app.wsgi_app = Gateway(app.wsgi_app)
    if outside:
        app.wsgi_app = Innocent(app.wsgi_app)
    before = app.wsgi_app
    (finding,) = found(app)
    assert "gets a response without Access-Control-Allow-Origin" in finding.message
    assert (finding.subject, finding.location.file) == ("WSGI middleware Gateway", __file__)
    assert "let OPTIONS requests with an Origin pass" in finding.hint
    assert app.wsgi_app is before


def test_middleware_that_lets_everything_pass_is_not_found():
    app = extended()
    app.wsgi_app = Innocent(app.wsgi_app)
    assert found(app) == ()


def test_middleware_that_raises_is_passed_over():
    app = extended()
    app.wsgi_app = lambda environ, start_response: 1 / 0
    assert found(app) == ()


def test_an_app_that_trusts_no_such_host_is_not_tried():
    app = decorated(**OFF)
    app.request_class = type("Request", (app.request_class,), {"trusted_hosts": ["api.example"]})
    app.config["TRUSTED_HOSTS"] = ["api.example"]
    assert found(app) == ()


def test_a_policy_of_which_no_origin_is_known_is_not_tried():
    app = Flask("app")
    own = cross_origin(origins=lambda origin: True, **OFF)(view)
    app.add_url_rule("/users", "users", own)
    app.before_request(login)
    assert found(app) == ()


# ---- CORS610 -----------------------------------------------------------------------------------


def with_database(app: Flask, teardown: Callable[..., object]) -> Flask:
    app.before_request(lambda: setattr(g, "database", "open"))
    app.teardown_appcontext(teardown)
    return app


def close(_: object) -> None:
    assert g.database


def close_carefully(_: object) -> None:
    g.pop("database", None)


def close_in_vain(_: object) -> None:
    raise ConnectionError("the database is down")


@pytest.mark.parametrize("make", [decorated, extended])
def test_a_teardown_function_that_counts_on_what_runs_before_is_noted(make: Make):
    app = with_database(make(), close)
    (one,) = found(app)
    assert (one.code, one.severity) == ("CORS610", "note")
    assert one.subject == "teardown_appcontext close"
    assert one.message == "the function raises AttributeError: database after a preflight to /users"
    assert app.teardown_appcontext_funcs == [close]


@pytest.mark.parametrize("teardown", [close_carefully, close_in_vain])
def test_a_teardown_function_that_never_or_always_raises_is_not_noted(
    teardown: Callable[..., object],
):
    assert found(with_database(extended(), teardown)) == ()


def test_a_teardown_function_is_not_noted_where_preflights_reach_the_app():
    assert found(with_database(extended(automatic_options=False), close)) == ()
