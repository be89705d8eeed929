"""What the checks of bindings find, and what they leave alone."""

from __future__ import annotations

import inspect
import re

import pytest
from flask import Blueprint, Flask
from flask.views import MethodView

from flask_cors import CORS, cross_origin
from flask_cors.tools.check.bindings import CHECKS
from flask_cors.tools.check.finding import Finding
from flask_cors.tools.check.run import run

APP = "https://app.example"
OTHER = "https://other.example"


def an_app(decorator: object = None, **options: object) -> Flask:
    """With the decorator on ``/users`` and ``/users/<name>``, and ``options`` for the app."""
    app = Flask("app", static_folder=None)

    def users(**_: object) -> str:
        return "read me"

    if options:
        CORS(app, **options)
    decorated = users if decorator is None else decorator(users)
    app.add_url_rule("/users", view_func=decorated)
    app.add_url_rule("/users/<name>", view_func=decorated)
    return app


def found(app: Flask) -> tuple[Finding, ...]:
    return run(app, CHECKS).findings


class TestADecoratedViewWithoutAPolicy:
    def test_is_found_with_its_line_and_the_mend(self):
        line = inspect.currentframe().f_lineno + 1
        app = an_app(cross_origin(supports_credentials=True), origins=APP)
        (finding,) = found(app)
        assert (finding.code, finding.severity) == ("CORS601", "error")
        assert finding.message == (
            "each request to /users, /users/<name> raises: "
            "origins: '*' with supports_credentials=True lets in any origin"
        )
        assert (finding.where.file, finding.where.line) == (__file__, line)
        assert "list the origins you trust" in finding.fix

    def test_is_none_whose_config_completes_it(self):
        app = an_app(cross_origin(supports_credentials=True))
        app.config["CORS_ORIGINS"] = APP
        assert found(app) == ()


class TestADecoratedViewThatIsMoreOpen:
    def test_is_found_where_the_arguments_of_the_app_are_not_its_own(self):
        line = inspect.currentframe().f_lineno + 1
        app = an_app(cross_origin(), origins=APP)
        (finding,) = found(app)
        assert (finding.code, finding.severity) == ("CORS602", "warning")
        assert finding.message == (
            "@cross_origin of /users, /users/<name> lets in https://stranger.example, "
            "which CORS would refuse at /users"
        )
        assert (finding.where.file, finding.where.line) == (__file__, line)
        assert "origins=" in finding.fix

    @pytest.mark.parametrize(
        ("origins", "let_in"),
        [
            ("*", "https://stranger.example"),
            ([APP, OTHER], OTHER),
            ("https://*.app.example", "https://www.app.example"),
            ("http://localhost:*", "http://localhost:3000"),
            (r"https?://(www|cdn)\.app\.example(:[0-9]+)?$", r"https://www.app.example:1"),
            (re.compile(r"https://[a-z]{2,}\d+\w*.app\.example"), "https://evil1evil.app.example"),
        ],
    )
    def test_is_a_note_where_the_decorator_says_so(self, origins: object, let_in: str):
        (finding,) = found(an_app(cross_origin(origins=origins), origins=APP))
        assert (finding.code, finding.severity) == ("CORS602", "note")
        assert f"lets in {let_in}, " in finding.message
        assert "exempt" in finding.fix

    def test_is_one_that_takes_credentials(self):
        decorator = cross_origin(origins=APP, supports_credentials=True)
        (finding,) = found(an_app(decorator, origins=[APP, OTHER]))
        assert finding.severity == "note"
        assert f"lets {APP} send credentials" in finding.message

    def test_is_compared_with_the_rule_for_each_of_its_paths(self):
        resources = {"/users/*": {}, "/users/a": {"origins": APP}}
        (finding,) = found(an_app(cross_origin(), resources=resources))
        assert "at /users/a" in finding.message

    def test_is_told_of_the_routes_where_another_policy_would_be_stricter(self):
        app, public = Flask("app", static_folder=None), cross_origin()
        for path in ("/a", "/b", "/c", "/a/more"):
            app.add_url_rule(path, path, public(lambda: ""))
        CORS(app, resources={"/a/*": {"origins": APP}, "/b": {}})
        (finding,) = found(app)
        assert finding.message.startswith("@cross_origin of /a, /a/more lets in")

    def test_is_compared_with_the_rules_of_its_blueprint(self):
        app, blueprint = Flask("app"), Blueprint("shop", "app")
        CORS(blueprint, origins=APP)
        CORS(app)
        blueprint.add_url_rule("/cart", "cart", cross_origin()(lambda: ""))
        app.register_blueprint(blueprint, url_prefix="/shop")
        assert [finding.code for finding in found(app)] == ["CORS602"]

    def test_may_be_a_method_of_a_class(self):
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
            (cross_origin(), {"max_age": 60}),  # everybody here and there
            (cross_origin(origins=APP), {"origins": [APP, OTHER]}),
            (cross_origin(origins=APP), {"origins": "https://*.example"}),
            (cross_origin(origins=APP), {"origins": lambda origin: origin == APP}),
            (cross_origin(origins=lambda origin: True), {"origins": APP}),
            (None, {"origins": APP}),
        ],
    )
    def test_is_none_that_lets_nobody_else_in(self, decorator: object, options: dict[str, object]):
        assert found(an_app(decorator, **options)) == ()


class TestPrivateNetworkAccess:
    def test_is_found_where_it_was_allowed(self):
        (finding,) = found(an_app(origins=APP, allow_private_network=True))
        assert (finding.code, finding.severity) == ("CORS607", "warning")
        assert (finding.where.name, finding.where.file) == ("CORS(...)", __file__)
        assert "leave it out" in finding.fix

    def test_is_not_found_where_it_was_not(self):
        assert found(an_app(origins=APP, allow_private_network="false")) == ()
