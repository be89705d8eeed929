"""The policy of a preflight for a URL with several views."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask

from flask_cors import CORS, cross_origin

APP = "https://app.example"
EVIL = "https://evil.example"


def behave() -> str:
    return "read me"


@pytest.fixture(params=["undecorated first", "decorated first"])
def several(request) -> Flask:
    """Three views on one URL, two of them decorated, behind an extension for EVIL."""
    app = Flask(__name__)
    CORS(app, origins=EVIL)
    rules = [
        ("get", cross_origin(APP)(lambda: "get"), "GET"),
        ("put", cross_origin("https://put.example")(lambda: "put"), "PUT"),
        ("post", lambda: "post", "POST"),
    ]
    for endpoint, view, method in rules if request.param.startswith("decorated") else rules[::-1]:
        app.add_url_rule("/v", endpoint, view, methods=[method])
    return app


@pytest.mark.parametrize(
    ("method", "origin"), [("GET", APP), ("PUT", "https://put.example"), ("POST", EVIL)]
)
def test_a_preflight_gets_the_policy_of_the_view_that_serves_the_method(
    several, preflight, fetch, method, origin
):
    for asking in (APP, "https://put.example", EVIL):
        expected = asking if asking == origin else None
        assert preflight(several, "/v", method, asking).access_control_allow_origin == expected
        assert fetch(several, "/v", asking, method).access_control_allow_origin == expected


def test_a_method_that_no_view_serves_is_preflighted_as_options_is_routed(preflight):
    app = Flask(__name__)
    CORS(app, origins=EVIL)
    app.add_url_rule("/v", "get", cross_origin(APP)(lambda: "get"), methods=["GET"])
    app.add_url_rule("/v", "put", lambda: "put", methods=["PUT"], provide_automatic_options=False)
    assert preflight(app, "/v", "DELETE").access_control_allow_origin == APP
    assert preflight(app, "/v", "DELETE", EVIL).access_control_allow_origin is None
    assert preflight(app, "/v", "PUT", EVIL).access_control_allow_origin == EVIL


def test_a_requested_method_is_routed_in_upper_case(several, preflight):
    """Werkzeug reads ``put`` as PUT; the policy still compares it byte for byte."""
    response = preflight(several, "/v", "put", "https://put.example")
    assert response.access_control_allow_origin == "https://put.example"
    assert "Access-Control-Allow-Methods" not in response.headers


def test_several_views_on_one_url_may_belong_to_several_blueprints(preflight, fetch):
    app = Flask(__name__)
    for name, origin, method in (("a", APP, "GET"), ("b", EVIL, "PUT")):
        bp = Blueprint(name, __name__, url_prefix="/v")
        CORS(bp, origins=origin)
        bp.add_url_rule("", "v", behave, methods=[method])
        app.register_blueprint(bp)
    assert preflight(app, "/v", "PUT", EVIL).access_control_allow_origin == EVIL
    assert preflight(app, "/v", "PUT").access_control_allow_origin is None
    assert preflight(app, "/v", "GET").access_control_allow_origin == APP
    assert fetch(app, "/v", EVIL, "PUT").access_control_allow_origin == EVIL
