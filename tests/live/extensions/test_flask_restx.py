"""Flask-RESTX: its resources, and the errors that it handles itself."""

from __future__ import annotations

import importlib

import pytest
from flask import Blueprint, Flask, session

from flask_cors import CORS, cross_origin

from ...runtime.exchanges import allowed

pytestmark = [
    pytest.mark.live,
    # Flask-RESTX before 1.3.2 reads JSON schemas through this.
    pytest.mark.filterwarnings(r"ignore:jsonschema\.RefResolver is deprecated:DeprecationWarning"),
]

APP = "https://app.example"
OTHER = "https://other.example"
EVIL = "https://evil.example"


@pytest.fixture
def restx(library):
    return library("flask_restx")


@pytest.fixture(params=["app", "blueprint"])
def app(request, restx, join) -> Flask:
    """An app whose Api is on itself, or on a blueprint; CORS before or after it."""
    app = Flask(__name__)
    app.secret_key = "key"
    api = restx.Api()

    def start(app: Flask) -> None:
        if request.param == "app":
            api.init_app(app)
        else:
            blueprint = Blueprint("api", __name__)
            api.init_app(blueprint)
            app.register_blueprint(blueprint)

    add_resources(restx, api)
    join(app, start, origins=[APP, OTHER], expose_headers="X-Total")
    return app


def add_resources(restx, api) -> None:
    @api.route("/things")
    class Things(restx.Resource):
        def get(self):
            return [], 200, {"X-Total": "0"}

        @api.expect(api.model("Thing", {"name": restx.fields.String(required=True)}), validate=True)
        def put(self):
            return "done"

        def delete(self):
            session["who"] = "ada"
            restx.abort(403, "not yours")

        def post(self):
            raise RuntimeError

    @api.route("/decorated")
    class Decorated(restx.Resource):
        method_decorators = ()
        decorators = (cross_origin(origins=[EVIL]),)

        def put(self):
            restx.abort(401)

    @api.route("/method")
    class Method(restx.Resource):
        def get(self):
            return "the app's policy"

        @cross_origin(origins=[EVIL])
        def put(self):
            restx.abort(401)


def vary(response) -> list[str]:
    lines = response.headers.getlist("Vary")
    return sorted(name.strip() for line in lines for name in line.split(","))


def test_a_preflight_and_then_the_request_to_a_resource_are_allowed(app, preflight, fetch):
    response = preflight(app, "/things", names="content-type")
    assert (response.status_code, response.data, allowed(response)) == (200, b"", [APP])
    assert "Allow" not in response.headers
    response = fetch(app, "/things", method="PUT", json={"name": "a"})
    assert (response.status_code, response.json, allowed(response)) == (200, "done", [APP])
    response = fetch(app, "/things")
    assert response.headers["Access-Control-Expose-Headers"] == "X-Total"
    assert vary(response) == ["Origin"]


@pytest.mark.parametrize(
    ("path", "method", "json", "status"),
    [
        ("/things", "PUT", {}, 400),  # its validation
        ("/things", "DELETE", None, 403),
        ("/things", "PATCH", None, 405),
        ("/things/none", "GET", None, 404),
    ],
)
@pytest.mark.parametrize("origin", [APP, EVIL])
def test_errors_are_readable(app, fetch, path, method, json, status, origin):
    response = fetch(app, path, origin, method, json=json)
    assert response.status_code == status
    assert allowed(response) == ([APP] if origin == APP else [])
    assert "Origin" in vary(response)
    assert vary(response).count("Origin") == 1


def test_the_500_is_readable(app, fetch):
    app.logger.disabled = True
    response = fetch(app, "/things", method="POST")
    assert (response.status_code, allowed(response)) == (500, [APP])


@pytest.mark.parametrize("path", ["/decorated", "/method"])
def test_a_decorated_resource_or_method_has_its_own_policy(app, preflight, fetch, path):
    assert allowed(preflight(app, path, origin=EVIL)) == [EVIL]
    assert allowed(preflight(app, path)) == []
    response = fetch(app, path, EVIL, "PUT")
    assert (response.status_code, allowed(response)) == (401, [EVIL])
    assert allowed(fetch(app, path, APP, "PUT")) == []


def test_the_other_methods_of_a_resource_have_the_policy_of_the_app(app, fetch, preflight):
    assert allowed(fetch(app, "/method", APP)) == [APP]
    assert allowed(preflight(app, "/method", "GET")) == [APP]
    assert allowed(fetch(app, "/method", EVIL)) == []


def test_swagger_ui_on_another_origin_can_read_the_specification(app, fetch):
    response = fetch(app, "/swagger.json")
    assert (response.status_code, allowed(response)) == (200, [APP])


def test_an_origin_set_by_the_crossdomain_of_restx_is_kept(restx, join, fetch):
    app = Flask(__name__)
    api = restx.Api()

    @api.route("/things")
    class Things(restx.Resource):
        @importlib.import_module("flask_restx.cors").crossdomain(origin=EVIL, credentials=True)
        def get(self):
            return "done"

    join(app, api.init_app, origins=[APP, OTHER])
    assert allowed(fetch(app, "/things")) == [EVIL]


@pytest.mark.parametrize("status", [403, 404])
def test_without_intercept_exceptions_errors_that_restx_handles_have_the_headers(
    restx, join, fetch, status
):
    """RESTX responds to exceptions itself: Flask's handle_exception is not called for them."""
    app = Flask(__name__)
    app.logger.disabled = True
    api = restx.Api()

    @api.route("/things")
    class Things(restx.Resource):
        def get(self):
            restx.abort(status)

        def put(self):
            raise RuntimeError

    join(app, api.init_app, origins=APP, intercept_exceptions=False)
    response = fetch(app, "/things", method="PUT")
    assert (response.status_code, allowed(response)) == (500, [APP])
    response = fetch(app, "/things")
    assert (response.status_code, allowed(response)) == (status, [APP])


def test_the_cors_of_a_blueprint_holds_for_its_api(restx, fetch, preflight):
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    api = restx.Api(blueprint)
    add_resources(restx, api)
    CORS(blueprint, origins=[OTHER, APP])
    app = Flask(__name__)
    app.secret_key = "key"
    app.register_blueprint(blueprint)
    CORS(app, origins=EVIL)
    assert allowed(preflight(app, "/api/things")) == [APP]
    assert allowed(fetch(app, "/api/things", method="DELETE")) == [APP]
    assert allowed(fetch(app, "/api/none")) == [APP]
    assert allowed(fetch(app, "/api/things", EVIL)) == []
    assert allowed(fetch(app, "/none", EVIL)) == [EVIL]


@pytest.mark.parametrize("status", [404, 500])
def test_an_error_that_varies_by_itself_varies_on_session_and_origin(restx, join, fetch, status):
    """A shared cache may keep a 404."""
    app = Flask(__name__)
    app.logger.disabled = True
    app.secret_key = "key"
    api = restx.Api()

    @api.representation("application/json")
    def in_their_language(data, code, headers=None):
        response = restx.representations.output_json(data, code, headers)
        response.vary.add("Accept-Language")
        return response

    @api.route("/things")
    class Things(restx.Resource):
        def get(self):
            session["who"] = "ada"
            if status == 500:
                raise RuntimeError
            restx.abort(status)

    join(app, api.init_app, origins=[APP, OTHER])
    for origin in (APP, EVIL):
        response = fetch(app, "/things", origin)
        assert response.status_code == status
        assert allowed(response) == ([APP] if origin == APP else [])
        assert vary(response) == ["Accept-Language", "Cookie", "Origin"]
