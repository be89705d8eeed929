"""Views whose ``@cross_origin`` does not reach them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.views import MethodView

from flask_cors import cross_origin

from .json_output import explain

APP = "https://app.example"
View = Callable[..., Any]


def without_wraps(view: View) -> View:
    def call(*args: Any) -> Any:
        return view(*args)

    return call


def explained(app: Flask, *arguments: str, path: str = "/x") -> dict[str, Any]:
    return explain(app, path, *arguments, origin=APP)


@pytest.mark.filterwarnings("ignore:.*does not reach the view")
def test_a_decorator_above_the_route_has_a_hint_instead_of_a_new_resource():
    app = Flask("app", static_folder=None)
    line = inspect.currentframe().f_lineno + 1  # type: ignore[union-attr]

    @cross_origin(origins=APP)
    @app.route("/x")
    def view() -> str:
        return ""

    found = explained(app)
    assert (found["policy"], found["suggestions"]) == (None, [])
    assert found["hint"].endswith(
        f"test_unreached_view.py:{line + 1} does not reach the view: write @app.route(...) above it"
    )


@pytest.mark.parametrize("depth", [1, 2])
def test_a_decorator_that_hides_another_from_preflights_has_a_hint(depth):
    app = Flask("app", static_folder=None)
    view: View = cross_origin(origins=APP)(lambda: "")
    for _ in range(depth):
        view = without_wraps(view)
    app.add_url_rule("/x", "x", view, methods=["PUT"])
    found = explained(app, "--method", "PUT")
    assert found["hint"].startswith("a decorator of the view hides its @cross_origin at ")
    assert found["hint"].endswith(": write @functools.wraps(view) in that decorator")


def test_a_method_of_a_class_may_be_hidden_too():
    class Items(MethodView):
        @without_wraps
        @cross_origin(origins=APP)
        def put(self) -> str:
            return ""

    app = Flask("app", static_folder=None)
    app.add_url_rule("/x", view_func=Items.as_view("items"))
    assert "hides its @cross_origin" in explained(app, "--method", "PUT")["hint"]


def test_a_decorated_helper_of_a_view_is_not_hidden():
    app = Flask("app", static_folder=None)
    helper = cross_origin(origins=APP)(lambda: "")
    app.add_url_rule("/x", "x", lambda: helper(), methods=["PUT"])
    found = explained(app, "--method", "PUT")
    assert (found["hint"], len(found["suggestions"])) == (None, 1)


def test_a_view_whose_closure_is_empty_is_read():
    app = Flask("app", static_folder=None)

    def make() -> View:
        def view() -> Any:
            return later

        if not app:
            later = ""
        return view

    app.add_url_rule("/x", "x", make(), methods=["PUT"])
    assert len(explained(app, "--method", "PUT")["suggestions"]) == 1


def test_a_refusal_of_the_view_itself_is_changed_at_its_decorator():
    app = Flask("app", static_folder=None)
    view = without_wraps(cross_origin(origins="https://other.example")(lambda: ""))
    app.add_url_rule("/x", "x", view)
    found = explained(app)
    assert found["policy"]["bound_to"] == "view"
    assert len(found["suggestions"]) == 1
