"""Views of Flask-RESTful that ``method_decorators`` decorate."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from flask import Flask

from flask_cors import CORS, cross_origin

from .json_output import explain

restful = pytest.importorskip(
    "flask_restful", reason="needs Flask-RESTful: pip install -r requirements/live.txt"
)
APP = "https://app.example"


def explained(app: Flask, *arguments: str, path: str) -> dict[str, Any]:
    return explain(app, path, *arguments, origin=APP)


LINE = inspect.currentframe().f_lineno + 4  # type: ignore[union-attr]


class Shared(restful.Resource):  # type: ignore[misc,name-defined]
    method_decorators = [cross_origin(origins=APP)]  # noqa: RUF012

    def get(self) -> dict[str, str]:
        return {}

    def put(self) -> dict[str, str]:
        return {}


class ByMethod(restful.Resource):  # type: ignore[misc,name-defined]
    method_decorators = {"put": [cross_origin(origins=APP)]}  # noqa: RUF012

    def get(self) -> dict[str, str]:
        return {}

    def put(self) -> dict[str, str]:
        return {}


class Invalid(restful.Resource):  # type: ignore[misc,name-defined]
    method_decorators = (cross_origin(supports_credentials=True),)

    def get(self) -> dict[str, str]:
        return {}


def a_store() -> Flask:
    app = Flask("app", static_folder=None)
    CORS(app, origins="https://store.example")
    api = restful.Api(app)
    for path, resource in (("/shared", Shared), ("/own", ByMethod), ("/bad", Invalid)):
        api.add_resource(resource, path)
    return app


@pytest.mark.parametrize(
    ("path", "method", "bound_to"),
    [
        ("/shared", "GET", "view"),
        ("/shared", "PUT", "view"),
        ("/own", "PUT", "view"),
        ("/own", "GET", "app"),
    ],
)
@pytest.mark.filterwarnings("ignore:.*are invalid")
def test_method_decorators_of_flask_restful_have_their_policy(path, method, bound_to):
    found = explained(a_store(), "--method", method, path=path)
    assert found["policy"]["bound_to"] == bound_to
    assert found["verdict"]["allowed"] is (bound_to == "view")
    if path == "/shared":
        assert found["policy"]["location"]["line"] == LINE


@pytest.mark.filterwarnings("ignore:.*are invalid")
def test_invalid_options_in_method_decorators_are_named():
    found = explained(a_store(), path="/bad")
    assert found["reason"] == "CONFIG_ERROR"
    assert "CORS205" in found["hint"]
