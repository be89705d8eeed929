"""What is found to set CORS headers beside a policy, and what is not."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import flask
import flask_restx
import pytest
from flask import Blueprint, Flask, Response, jsonify, make_response, request
from flask.views import MethodView
from flask_restx.cors import crossdomain

from flask_cors import CORS, cross_origin
from flask_cors.diagnostics.finding import Finding
from flask_cors.tools.check.command import choose_rules
from flask_cors.tools.check.run import run

RULES = choose_rules(["CORS604", "CORS605"], [])

APP = "https://app.example"
ACAO = "Access-Control-Allow-Origin"


def plain(**_: object) -> str:
    return "read me"


def add_headers(response: Response) -> Response:
    response.headers[ACAO] = "*"
    return response


def an_app(view: Callable[..., Any] = plain, rule: str = "/users", **options: Any) -> Flask:
    app = Flask("app", static_folder=None)
    app.add_url_rule(rule, "users", view, **options)
    CORS(app, origins=APP)
    return app


def found(app: Flask) -> tuple[Finding, ...]:
    return run(app, RULES).findings


def codes(app: Flask) -> list[str]:
    return [finding.code for finding in found(app)]


def test_an_after_request_function_is_found_with_its_line_and_what_it_sets():
    app = an_app()
    app.after_request(add_headers)
    (finding,) = found(app)
    assert (finding.code, finding.severity) == ("CORS604", "warning")
    assert f"the function add_headers sets {ACAO}: * at /users" in finding.message
    assert finding.location.line == inspect.getsourcelines(add_headers)[1]
    assert "CORS(...)" in finding.hint


def test_an_after_request_function_is_found_in_a_blueprint():
    app, blueprint = an_app(), Blueprint("shop", "app")
    blueprint.after_request(add_headers)
    blueprint.add_url_rule("/cart", "cart", plain)
    app.register_blueprint(blueprint)
    (finding,) = found(app)
    assert finding.message.startswith(f"the function add_headers sets {ACAO}: * at /cart,")


@pytest.mark.parametrize("resources", ["/other", []])
def test_an_after_request_function_is_not_found_where_no_policy_applies(resources: object):
    app = Flask("app")
    app.add_url_rule("/users", "users", plain)
    CORS(app, resources=resources)
    app.after_request(add_headers)
    assert found(app) == ()


def test_an_after_request_function_that_sets_other_headers_is_not_found():
    app = an_app()

    @app.after_request
    def add(response: Response) -> Response:
        response.headers["X-Frame-Options"] = "DENY"
        return response

    assert found(app) == ()


def test_a_before_request_function_that_responds_to_preflights_is_found():
    app = an_app()

    @app.before_request
    def respond() -> Response | None:
        if request.method == "OPTIONS":
            return Response(headers={ACAO: "*"})
        return None

    (finding,) = found(app)
    assert finding.code == "CORS604"
    assert finding.subject.endswith("respond")


# ---- views -------------------------------------------------------------------------------------


def by_subscript(**_: object) -> Response:
    response = make_response("read me")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def by_tuple() -> tuple[str, dict[str, str]]:
    return "read me", {"Access-Control-Allow-Origin": "*", "Access-Control-Max-Age": "60"}


def by_attribute() -> Response:
    response = make_response("read me")
    response.access_control_allow_origin = "*"
    return response


def with_headers(response: Response) -> Response:
    response.headers.add("access-control-allow-origin", "*")
    return response


add_headers_by_name = with_headers


def by_helper() -> Response:
    return with_headers(jsonify(1))


async def by_coroutine() -> tuple[str, dict[str, str]]:
    return "read me", {"Access-Control-Allow-Origin": "*"}


class ByClass(MethodView):
    def get(self) -> Response:
        return by_subscript()


def reads_alone() -> str:
    """Sets no Access-Control-Allow-Origin."""
    sent = {"Access-Control-Allow-Origin": "?"}, "Access-Control-Request-Method"
    return "read me" if sent else reads_alone()


def raises() -> str:
    raise RuntimeError(ACAO, "Access-Control-Allow-Origin")


@pytest.mark.parametrize(
    "view",
    [
        by_subscript,
        by_tuple,
        by_attribute,
        by_helper,
        by_coroutine,
        ByClass.as_view("users"),
    ],
)
def test_a_view_that_sets_cors_headers_is_found_by_calling_it(view: Callable[..., Any]):
    (finding,) = found(an_app(view))
    assert (finding.code, finding.severity) == ("CORS604", "warning")
    assert finding.message.lower().startswith(
        f"the view 'users' sets {ACAO}: * itself, where".lower()
    )
    assert finding.location.file == __file__
    assert finding.subject == "GET, HEAD /users"


@pytest.mark.parametrize(
    ("view", "options"),
    [
        (by_subscript, {"methods": ["PUT"]}),
        (by_subscript, {"rule": "/users/<name>"}),
        (raises, {}),
        (reads_alone, {"methods": ["GET", "PUT"]}),  # what PUT does is not known
    ],
)
def test_a_view_that_cannot_be_called_is_a_note_by_its_code(
    view: Callable[..., Any], options: dict[str, Any]
):
    (finding,) = found(an_app(view, **options))
    assert f"names {ACAO} in its code" in finding.message
    assert (finding.code, finding.severity) == ("CORS604", "note")


def test_views_that_the_same_decorator_makes_are_one_finding():
    def with_cors(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def call() -> Response:
            return add_headers_by_name(make_response(view()))

        return call

    app = an_app(with_cors(plain))
    for number in range(5):
        app.add_url_rule(f"/v{number}", f"v{number}", with_cors(plain))
    app.add_url_rule("/v0/again", "v0", methods=["PUT"])
    (finding,) = found(app)
    assert "the view 'users' (also 'v0', 'v1', 'v2', and 2 more) sets" in finding.message


def test_a_view_that_redirects_to_a_login_is_a_note_by_its_code():
    def logged_in() -> Any:
        return ("", {ACAO: "*"}) if request.cookies else flask.redirect("/login")

    (finding,) = found(an_app(logged_in))
    assert (finding.code, finding.severity) == ("CORS604", "note")


def test_a_view_that_names_cors_headers_is_called_once():
    calls: list[str] = []

    def view() -> Response:
        calls.append(request.method)
        return by_subscript()

    assert codes(an_app(view)) == ["CORS604"]
    assert calls == ["GET"]


def test_a_decorated_view_that_sets_cors_headers_is_found():
    app = Flask("app")
    app.add_url_rule("/users", "users", cross_origin()(by_tuple))
    assert codes(app) == ["CORS604"]


def test_a_view_that_a_login_keeps_from_being_called_is_found_by_its_code():
    app = an_app(by_subscript)
    app.before_request(lambda: ("log in", 401))
    assert "in its code" in found(app)[0].message


@pytest.mark.parametrize(
    ("view", "options"),
    [(plain, {}), (reads_alone, {}), (plain, {"methods": ["PUT"]})],
)
def test_a_view_that_sets_no_cors_headers_is_not_found(view: Callable[..., Any], options: Any):
    assert found(an_app(view, **options)) == ()


def test_a_view_without_a_policy_may_set_cors_headers():
    app = Flask("app")
    app.add_url_rule("/users", "users", by_subscript)
    CORS(app, resources="/other")
    assert found(app) == ()


# ---- libraries ---------------------------------------------------------------------------------


def installed(source: str) -> dict[str, Any]:
    """Return what an installed module defines."""
    names: dict[str, Any] = {"__name__": "other_cors", "flask": flask}
    exec(compile(source, "/venv/lib/python3/site-packages/other_cors.py", "exec"), names)
    return names


def test_another_library_is_found_by_its_after_request_function():
    library = installed(
        "def add(response):\n"
        "    response.headers['Access-Control-Allow-Origin'] = '*'\n"
        "    return response\n"
    )
    app = an_app()
    app.after_request(library["add"])
    (finding,) = found(app)
    assert (finding.code, finding.severity) == ("CORS605", "error")
    assert finding.location.file is not None
    assert finding.location.file.endswith("other_cors.py")
    assert "one of the two" in finding.hint


def test_an_installed_app_is_not_another_library():
    library = installed("def add(response):\n    response.headers['Access-Control-Max-Age'] = 1")
    library["add"].__globals__["__name__"] = "app.views"
    app = an_app()
    app.after_request(lambda response: (library["add"](response), response)[1])
    assert codes(app) == ["CORS604"]


def test_another_library_is_found_by_its_decorator():
    app = an_app(crossdomain(origin="*")(plain))
    (finding,) = found(app)
    assert finding.code == "CORS605"
    # It calls make_default_options_response() without the context, which Flask 3.2 wants: the
    # view then fails, and the finding is read from its code.
    assert finding.message.startswith(
        (
            f"the view 'users' sets {ACAO}: * itself, by flask_restx.cors,",
            "the view 'users' names Access-Control-Allow-Credentials, ",
        )
    )
    assert "by flask_restx.cors" in finding.message


@pytest.mark.parametrize("on_class", [True, False])
def test_another_library_is_found_by_its_decorator_of_a_resource(on_class: bool):
    decorator = crossdomain(origin="*")

    class Users(flask_restx.Resource):
        method_decorators = [decorator] if on_class else []

        def get(self) -> str:
            return "read me"

    if not on_class:
        Users.get = decorator(Users.get)
    app = Flask("app", static_folder=None)
    flask_restx.Api(app, doc=False, add_specs=False).add_resource(Users, "/users")
    CORS(app, origins=APP)
    assert codes(app) == ["CORS605"]


@pytest.mark.parametrize("responds", [True, False])
def test_another_library_is_found_by_its_middleware(responds: bool):
    app = an_app()
    inner = app.wsgi_app

    class Headers:
        def __init__(self, app: Any) -> None:
            self.app = app

        def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            if responds and environ["REQUEST_METHOD"] == "OPTIONS":
                return Response(headers={ACAO: "*"})(environ, start_response)

            def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
                return start_response(status, [*headers, (ACAO, "*")], *rest)

            return self.app(environ, start_response if responds else start)

    app.wsgi_app = Headers(inner)
    (finding,) = found(app)
    assert finding.code == "CORS605"
    assert finding.subject.endswith("Headers")
    assert f"sets {ACAO}: * at /users" in finding.message


def test_middleware_that_sets_no_cors_headers_is_not_found():
    app = an_app()
    inner = app.wsgi_app
    app.wsgi_app = lambda environ, start_response: inner(environ, start_response)
    assert found(app) == ()


class Slotted:
    __slots__ = ()

    def __call__(self) -> Response:
        return add_headers(make_response("read me"))


@pytest.mark.parametrize("view", [Slotted(), functools.partial(functools.partial(Slotted()))])
def test_a_view_that_is_an_object_and_sets_cors_headers_is_found(view: Callable[..., Any]):
    (finding,) = found(an_app(view))
    assert (finding.code, finding.location.file) == ("CORS604", __file__)
    assert "sets Access-Control-Allow-Origin: * itself" in finding.message
