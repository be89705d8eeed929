"""``@cross_origin`` without parentheses."""

from __future__ import annotations

import warnings

import pytest
from flask import Flask
from flask.views import View

from flask_cors import CORS, CORSConfigError, CORSWarning, cross_origin

APP = "https://app.example"


@pytest.fixture
def called() -> list[object]:
    return []


@pytest.fixture
def app(called: list[object]) -> Flask:
    app = Flask(__name__)
    app.add_url_rule("/", "index", lambda: "done")

    @app.route("/users/<int:number>", methods=["GET", "PUT"])
    @cross_origin
    def users(number: object) -> str:
        called.append(number)
        return "done"

    return app


def test_a_bare_decorator_above_a_view_without_arguments_raises_immediately():
    with pytest.raises(CORSConfigError, match=r"^CORS609 .*write @cross_origin\(\)$"):

        @cross_origin
        def view() -> str:
            return "done"


def test_a_bare_decorator_above_a_view_with_one_argument_causes_a_warning_at_the_first_request(
    app, fetch
):
    with pytest.warns(CORSWarning, match=r"^CORS609 .*users.*write @cross_origin\(\)") as caught:
        assert fetch(app).status_code == 200
    assert caught[0].filename == __file__


def test_each_request_to_a_view_below_a_bare_decorator_is_a_type_error(app, fetch, called):
    app.testing = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CORSWarning)
        for _ in range(2):
            with pytest.raises(TypeError, match=r"write @cross_origin\(\)"):
                fetch(app, "/users/1")
    assert called == []


def test_a_view_below_a_bare_decorator_is_never_called_with_an_origin(
    app, fetch, preflight, called
):
    CORS(app, origins=APP)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CORSWarning)
        assert fetch(app, "/users/1").status_code == 500
        assert preflight(app, "/users/1").headers["Access-Control-Allow-Origin"] == APP
    assert called == []


def test_a_bare_decorator_in_a_list_of_decorators_leaves_the_policy_of_the_app(fetch):
    class Users(View):
        decorators = [cross_origin]  # noqa: RUF012  # as Flask documents it

        def dispatch_request(self, number: int) -> str:
            return "done"

    app = Flask(__name__)
    with pytest.raises(CORSConfigError, match=r"^CORS609 "):
        Users.as_view("users")
    assert "users" not in app.view_functions


def test_the_error_of_a_bare_decorator_has_its_option_and_its_location():
    with pytest.raises(CORSConfigError) as caught:
        cross_origin(lambda: "done")
    (finding,) = caught.value.findings
    assert finding.option == "origins"
    assert finding.location is not None
    assert finding.location.file == __file__


def test_a_view_without_a_name_is_named_by_its_type(fetch):
    class Users:
        def __call__(self, number: str) -> str:
            return "done"

    app = Flask(__name__)
    app.add_url_rule("/users/<number>", "users", cross_origin(Users()))
    with pytest.warns(CORSWarning, match=r"^CORS609 .*Users\(\)"):
        fetch(app)
