"""Flask-RESTX: its resources, and the errors that it answers itself."""

from __future__ import annotations

import importlib

import pytest
from flask import Blueprint, Flask, session

from flask_cors import CORS, cross_origin

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


def told(response) -> list[str]:
    return response.headers.getlist("Access-Control-Allow-Origin")


def vary(response) -> list[str]:
    lines = response.headers.getlist("Vary")
    return sorted(name.strip() for line in lines for name in line.split(","))


def test_a_resource_answers_a_preflight_then_the_request(app, preflight, ask):
    answer = preflight(app, "/things", names="content-type")
    assert (answer.status_code, answer.data, told(answer)) == (200, b"", [APP])
    assert "Allow" not in answer.headers
    response = ask(app, "/things", method="PUT", json={"name": "a"})
    assert (response.status_code, response.json, told(response)) == (200, "done", [APP])
    response = ask(app, "/things")
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
def test_the_errors_are_readable(app, ask, path, method, json, status, origin):
    response = ask(app, path, origin, method, json=json)
    assert response.status_code == status
    assert told(response) == ([APP] if origin == APP else [])
    assert "Origin" in vary(response)
    assert vary(response).count("Origin") == 1


def test_the_500_is_readable(app, ask):
    app.logger.disabled = True
    response = ask(app, "/things", method="POST")
    assert (response.status_code, told(response)) == (500, [APP])


@pytest.mark.parametrize("path", ["/decorated", "/method"])
def test_a_decorated_resource_or_method_has_its_own_policy(app, preflight, ask, path):
    assert told(preflight(app, path, origin=EVIL)) == [EVIL]
    assert told(preflight(app, path)) == []
    response = ask(app, path, EVIL, "PUT")
    assert (response.status_code, told(response)) == (401, [EVIL])
    assert told(ask(app, path, APP, "PUT")) == []


def test_the_other_methods_of_the_resource_have_that_of_the_app(app, ask, preflight):
    assert told(ask(app, "/method", APP)) == [APP]
    assert told(preflight(app, "/method", "GET")) == [APP]
    assert told(ask(app, "/method", EVIL)) == []


def test_the_specification_may_be_read_by_the_page_of_swagger(app, ask):
    response = ask(app, "/swagger.json")
    assert (response.status_code, told(response)) == (200, [APP])


def test_where_its_own_crossdomain_has_set_the_origin_that_stands(restx, join, ask):
    app = Flask(__name__)
    api = restx.Api()

    @api.route("/things")
    class Things(restx.Resource):
        @importlib.import_module("flask_restx.cors").crossdomain(origin=EVIL, credentials=True)
        def get(self):
            return "done"

    join(app, api.init_app, origins=[APP, OTHER])
    assert told(ask(app, "/things")) == [EVIL]


@pytest.mark.parametrize("status", [403, 404])
def test_without_intercept_exceptions_only_the_500_goes_without(restx, join, ask, status):
    """RESTX sends got_request_exception for what it aborts with, too."""
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
    response = ask(app, "/things", method="PUT")
    assert (response.status_code, told(response)) == (500, [])
    response = ask(app, "/things")
    assert (response.status_code, told(response)) == (status, [APP])


def test_the_cors_of_a_blueprint_holds_for_its_api(restx, ask, preflight):
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    api = restx.Api(blueprint)
    add_resources(restx, api)
    CORS(blueprint, origins=[OTHER, APP])
    app = Flask(__name__)
    app.secret_key = "key"
    app.register_blueprint(blueprint)
    CORS(app, origins=EVIL)
    assert told(preflight(app, "/api/things")) == [APP]
    assert told(ask(app, "/api/things", method="DELETE")) == [APP]
    assert told(ask(app, "/api/none")) == [APP]
    assert told(ask(app, "/api/things", EVIL)) == []
    assert told(ask(app, "/none", EVIL)) == [EVIL]


@pytest.mark.parametrize("status", [404, 500])
def test_an_error_that_varies_by_itself_varies_on_session_and_origin(restx, join, ask, status):
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
        response = ask(app, "/things", origin)
        assert response.status_code == status
        assert told(response) == ([APP] if origin == APP else [])
        assert vary(response) == ["Accept-Language", "Cookie", "Origin"]
