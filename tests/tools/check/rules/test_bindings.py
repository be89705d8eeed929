"""What the rules of bindings find, and what they leave alone."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.views import MethodView

from flask_cors import CORS, CORSConfigError, CORSWarning, cross_origin
from flask_cors.diagnostics.finding import Finding
from flask_cors.diagnostics.rules import HiddenDecorator, InvalidViewOptions
from flask_cors.tools.check.command import choose_rules
from flask_cors.tools.check.run import run

RULES = choose_rules(["CORS601", "CORS602", "CORS607", "CORS608"], [])

APP = "https://app.example"
OTHER = "https://other.example"


def an_app(decorator: object = None, **options: object) -> Flask:
    """Return an app with ``options`` and with the decorator on ``/users`` and ``/users/<name>``."""
    app = Flask("app", static_folder=None)

    def users(**_: object) -> str:
        return "read me"

    if options:
        CORS(app, **options)
    decorated = users if decorator is None else decorator(users)
    app.add_url_rule("/users", "users", decorated)
    app.add_url_rule("/users/<name>", "users", decorated)
    return app


def found(app: Flask) -> tuple[Finding, ...]:
    return run(app, RULES).findings


def test_a_view_with_invalid_options_is_found_with_its_line_and_the_hint():
    line = inspect.currentframe().f_lineno + 1
    app = an_app(cross_origin(supports_credentials=True), origins=APP)
    (finding,) = found(app)
    assert (finding.code, finding.severity) == ("CORS601", "error")
    with pytest.raises(CORSConfigError) as raised:
        CORS(Flask("app"), supports_credentials=True)
    (invalid,) = raised.value.findings
    assert "/users, /users/<name>" in finding.message
    assert finding.message.endswith(invalid.message)
    assert (finding.location.file, finding.location.line) == (__file__, line)
    assert finding.hint == invalid.hint


def test_a_view_with_invalid_options_has_the_name_and_the_explanation_of_the_warning():
    rules = {check.code: check for check in RULES}
    for warned in (InvalidViewOptions, HiddenDecorator):
        rule = rules[warned.code]
        assert (rule.title, rule.severity, rule.__doc__) == (
            warned.title,
            warned.severity,
            warned.__doc__,
        )


def test_a_view_with_invalid_options_refuses_every_origin_and_serves_its_requests():
    app = an_app(cross_origin(supports_credentials=True), origins=APP)
    response = app.test_client().get("/users", headers={"Origin": APP})
    assert (response.status_code, response.text) == (200, "read me")
    assert "Access-Control-Allow-Origin" not in response.headers


def test_views_with_the_same_invalid_options_are_one_finding():
    app = an_app(cross_origin(supports_credentials=True))
    app.add_url_rule("/more", "more", cross_origin(supports_credentials=True)(lambda: ""))
    (finding,) = found(app)
    assert "/more, /users, /users/<name>" in finding.message


def test_a_view_whose_config_completes_its_options_is_not_found():
    app = an_app(cross_origin(supports_credentials=True))
    app.config["CORS_ORIGINS"] = APP
    assert found(app) == ()


def test_a_more_open_view_is_found_where_the_arguments_of_the_app_are_not_its_own():
    line = inspect.currentframe().f_lineno + 1
    app = an_app(cross_origin(), origins=APP)
    (finding,) = found(app)
    assert (finding.code, finding.severity) == ("CORS602", "warning")
    assert finding.message == (
        "@cross_origin of /users, /users/<name> allows https://untrusted.example, "
        "which CORS would refuse at /users"
    )
    assert (finding.location.file, finding.location.line) == (__file__, line)
    assert "origins=" in finding.hint


def test_more_open_views_that_give_no_options_are_one_finding():
    app = an_app(cross_origin(), origins=APP)
    app.add_url_rule("/more", "more", cross_origin()(lambda: ""))
    (finding,) = found(app)
    assert finding.message.startswith("@cross_origin of /more, /users, /users/<name> allows ")


@pytest.mark.parametrize(
    ("origins", "allowed"),
    [
        ("*", "https://untrusted.example"),
        ([APP, OTHER], OTHER),
        ("https://*.app.example", "https://www.app.example"),
        ("http://localhost:*", "http://localhost:3000"),
        (r"https?://(www|cdn)\.app\.example(:[0-9]+)?$", r"https://www.app.example:1"),
        (re.compile(r"https://[a-z]{2,}\d+\w*.app\.example"), "https://evil1evil.app.example"),
    ],
)
def test_a_view_whose_config_is_more_open_is_found(origins: object, allowed: str):
    app = an_app(cross_origin())
    CORS(app, origins=APP)
    app.config["CORS_ORIGINS"] = origins
    (finding,) = found(app)
    assert f"allows {allowed}, " in finding.message
    assert found(an_app(cross_origin(origins=origins), origins=APP)) == ()  # it is meant


def test_a_view_that_alone_takes_credentials_is_more_open():
    app = an_app(cross_origin(origins=APP), origins=[APP, OTHER], supports_credentials=False)
    app.config["CORS_SUPPORTS_CREDENTIALS"] = True
    (finding,) = found(app)
    assert f"allows {APP} with credentials, which CORS would not" in finding.message
    decorator = cross_origin(origins=APP, supports_credentials=True)
    assert found(an_app(decorator, origins=[APP, OTHER])) == ()  # it is meant


def test_a_more_open_view_is_compared_with_the_resource_of_each_of_its_paths():
    resources = {"/users/*": {}, "/users/a": {"origins": APP}}
    (finding,) = found(an_app(cross_origin(), resources=resources))
    assert "at /users/a" in finding.message


def test_a_more_open_view_is_found_for_the_routes_whose_other_policy_is_stricter():
    app, public = Flask("app", static_folder=None), cross_origin()
    for path in ("/a", "/b", "/c", "/a/more"):
        app.add_url_rule(path, path, public(lambda: ""))
    CORS(app, resources={"/a/*": {"origins": APP}, "/b": {}})
    (finding,) = found(app)
    assert finding.message.startswith("@cross_origin of /a, /a/more allows")


def test_a_more_open_view_is_compared_with_the_resources_of_its_blueprint():
    app, blueprint = Flask("app"), Blueprint("shop", "app")
    CORS(blueprint, origins=APP)
    CORS(app)
    blueprint.add_url_rule("/cart", "cart", cross_origin()(lambda: ""))
    app.register_blueprint(blueprint, url_prefix="/shop")
    assert [finding.code for finding in found(app)] == ["CORS602"]


def test_a_more_open_view_may_be_a_method_of_a_class():
    class Users(MethodView):
        @cross_origin()
        def get(self) -> str:
            return "read me"

    app = Flask("app")
    CORS(app, origins=APP)
    app.add_url_rule("/users", view_func=Users.as_view("users"))
    assert [finding.code for finding in found(app)] == ["CORS602"]


@pytest.mark.parametrize(
    ("decorator", "options"),
    [
        (cross_origin(), {}),  # no policy beside it
        (cross_origin(), {"resources": "/other"}),
        (cross_origin(), {"max_age": 60}),  # any origin in both
        (cross_origin(origins=APP), {"origins": [APP, OTHER]}),
        (cross_origin(origins=APP), {"origins": "https://*.example"}),
        (cross_origin(origins=APP), {"origins": lambda origin: origin == APP}),
        (cross_origin(origins=lambda origin: True), {"origins": APP}),
        (None, {"origins": APP}),
    ],
)
def test_a_view_that_allows_no_other_origin_is_not_more_open(
    decorator: object, options: dict[str, object]
):
    assert found(an_app(decorator, **options)) == ()


def test_private_network_access_is_found_where_it_was_allowed():
    (finding,) = found(an_app(origins=APP, allow_private_network=True))
    assert (finding.code, finding.severity) == ("CORS607", "warning")
    assert (finding.subject, finding.location.file) == ("CORS(...)", __file__)
    assert "leave it out" in finding.hint


def test_private_network_access_that_was_not_allowed_is_not_found():
    assert found(an_app(origins=APP, allow_private_network="false")) == ()


def hiding(view: Callable[..., Any]) -> Callable[..., Any]:
    def call(**values: Any) -> Any:
        return view(**values)

    return call


def keeping(view: Callable[..., Any]) -> Callable[..., Any]:
    return functools.wraps(view)(lambda **values: view(**values))


class Hiding:
    def __init__(self, view: Callable[..., Any]) -> None:
        self.view = view

    def __call__(self, **values: Any) -> Any:
        return self.view(**values)


@pytest.mark.parametrize("hide", [hiding, Hiding, lambda view: hiding(keeping(view))])
def test_a_hidden_decorator_is_found_at_the_line_of_cross_origin(hide: Callable[..., Any]):
    line = inspect.currentframe().f_lineno + 1
    decorate = cross_origin(origins=APP)
    app = an_app(lambda view: hide(decorate(view)))
    app.add_url_rule("/plain", "plain", lambda: "read me")
    (finding,) = found(app)
    assert (finding.code, finding.severity) == ("CORS608", "warning")
    assert finding.message == (
        "a decorator of the view at /users, /users/<name> hides its @cross_origin"
    )
    assert (finding.subject, finding.location.file, finding.location.line) == (
        "@cross_origin",
        __file__,
        line,
    )
    assert "functools.wraps" in finding.hint


def test_decorators_that_one_function_hides_are_one_finding():
    def hide(view: Callable[..., Any]) -> Callable[..., Any]:
        def call(**values: object) -> Any:
            return view(**values)

        return call

    app = Flask("app", static_folder=None)
    for name in ("a", "b"):
        app.add_url_rule(f"/{name}", name, hide(cross_origin(origins=APP)(lambda: "")))
    (finding,) = found(app)
    assert finding.message == "a decorator of the view at /a, /b hides its @cross_origin"


def test_a_hidden_decorator_is_what_the_app_warns_of_at_the_first_response():
    app = an_app(lambda view: hiding(cross_origin(origins=APP)(view)))
    with pytest.warns(CORSWarning, match=r"^CORS608 a decorator of the view 'users' hides"):
        app.test_client().get("/users", headers={"Origin": APP})


def test_a_decorator_that_wraps_the_view_hides_nothing():
    assert found(an_app(lambda view: keeping(cross_origin(origins=APP)(view)))) == ()


def test_a_hidden_decorator_is_not_found_where_another_cross_origin_decides():
    twice = lambda view: cross_origin(origins=APP)(hiding(cross_origin()(view)))  # noqa: E731
    assert found(an_app(twice)) == ()


def test_a_hidden_decorator_is_not_found_in_a_decorated_function_that_helps_the_view():
    @cross_origin()
    def helper() -> str:
        return "read me"

    app = Flask("app", static_folder=None)
    app.add_url_rule("/", "view", lambda: helper())
    assert found(app) == ()


def test_a_hidden_decorator_is_found_on_a_method_of_a_class():
    class Users(MethodView):
        get = hiding(cross_origin(origins=APP)(lambda self: "read me"))
        put = keeping(cross_origin(origins=APP)(lambda self: "written"))

    app = Flask("app", static_folder=None)
    app.add_url_rule("/users", view_func=Users.as_view("users"))
    assert [finding.code for finding in found(app)] == ["CORS608"]


def test_a_closure_that_cannot_be_read_is_passed_over():
    def make() -> Callable[..., Any]:
        def view() -> Any:
            return later, decorated()

        decorated = cross_origin()(lambda: "read me")
        if not decorated:
            later = None
        return view

    app = Flask("app", static_folder=None)
    app.add_url_rule("/", "view", make())
    assert found(app) == ()


def test_hidden_decorators_are_not_looked_for_at_a_rule_without_a_view():
    app = Flask("app", static_folder=None)
    app.add_url_rule("/soon", "soon")
    assert found(app) == ()


WITHOUT_CORS = choose_rules(["CORS611"], [])


def test_an_app_without_cors_is_a_note():
    (finding,) = run(an_app(), WITHOUT_CORS).findings
    assert (finding.code, finding.severity, finding.subject) == ("CORS611", "note", "the app")


def test_an_app_with_some_cors_is_not_without_it():
    with_blueprint, blueprint = Flask("app"), Blueprint("api", "api")
    CORS(blueprint)
    with_blueprint.register_blueprint(blueprint)
    invalid = an_app(cross_origin(supports_credentials=True))
    for app in (with_blueprint, an_app(origins=APP), an_app(resources=[]), invalid):
        assert run(app, WITHOUT_CORS).findings == ()
