"""flask-smorest: blueprints of its own kind, and validation that aborts outside the view."""

from __future__ import annotations

import pytest
from flask import Flask

from flask_cors import CORS, cross_origin

from ...runtime.exchanges import allowed

pytestmark = [
    pytest.mark.live,
    # The schemas of older flask-smorest, under marshmallow 3.
    pytest.mark.filterwarnings("ignore:The `ordered` `class Meta` option:DeprecationWarning"),
]

APP = "https://app.example"
OTHER = "https://other.example"
EVIL = "https://evil.example"


@pytest.fixture
def smorest(library):
    return library("flask_smorest")


@pytest.fixture
def blueprint(smorest, library):
    marshmallow = library("marshmallow", "flask-smorest")
    views = library("flask.views", "flask")
    schema = marshmallow.Schema.from_dict({"name": marshmallow.fields.String(required=True)})
    blueprint = smorest.Blueprint("things", __name__, url_prefix="/things")

    @blueprint.route("/")
    class Things(views.MethodView):
        @blueprint.response(200, schema(many=True))
        @blueprint.paginate()
        def get(self, pagination_parameters):
            pagination_parameters.item_count = 0
            return []

        @blueprint.arguments(schema)
        @blueprint.response(201, schema)
        def put(self, thing):
            return thing

        def delete(self):
            smorest.abort(403, message="not yours")

        def post(self):
            raise RuntimeError

    @blueprint.route("/decorated", methods=["PUT"])
    @blueprint.arguments(schema)
    @cross_origin(origins=[EVIL])
    def decorated(thing):
        return thing

    return blueprint


def an_app() -> Flask:
    app = Flask(__name__)
    app.config.update(
        API_TITLE="Things",
        API_VERSION="1",
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX="/docs",
    )
    return app


@pytest.fixture
def app(smorest, join, blueprint) -> Flask:
    app = an_app()

    def start(app: Flask) -> None:
        smorest.Api(app).register_blueprint(blueprint)

    join(app, start, origins=[APP, OTHER], expose_headers="X-Pagination")
    return app


def test_a_preflight_and_then_the_request_are_allowed(app, preflight, fetch):
    response = preflight(app, "/things/", names="content-type")
    assert (response.status_code, response.data, allowed(response)) == (200, b"", [APP])
    response = fetch(app, "/things/", method="PUT", json={"name": "a"})
    assert (response.status_code, response.json, allowed(response)) == (201, {"name": "a"}, [APP])
    response = fetch(app, "/things/")
    assert response.headers["X-Pagination"]
    assert response.headers["Access-Control-Expose-Headers"] == "X-Pagination"


@pytest.mark.parametrize(
    ("path", "method", "json", "status"),
    [
        ("/things/", "PUT", {}, 422),
        ("/things/", "PUT", None, 422),
        ("/things/", "DELETE", None, 403),
        ("/things/", "PATCH", None, 405),
        ("/things", "GET", None, 308),
        ("/things/none", "GET", None, 404),
        ("/things/", "POST", None, 500),
    ],
)
@pytest.mark.parametrize("origin", [APP, EVIL])
def test_errors_are_readable(app, fetch, path, method, json, status, origin):
    app.logger.disabled = True
    response = fetch(app, path, origin, method, json=json)
    assert response.status_code == status
    assert allowed(response) == ([APP] if origin == APP else [])
    assert response.headers.getlist("Vary") == ["Origin"]


def test_a_decorated_view_keeps_its_policy_when_validation_outside_it_aborts(app, fetch, preflight):
    assert allowed(preflight(app, "/things/decorated", origin=EVIL)) == [EVIL]
    for json, status in (({}, 422), ({"name": "a"}, 200)):
        response = fetch(app, "/things/decorated", EVIL, "PUT", json=json)
        assert (response.status_code, allowed(response)) == (status, [EVIL])
        assert allowed(fetch(app, "/things/decorated", APP, "PUT", json=json)) == []


def test_a_preflight_for_a_path_without_its_slash_is_not_redirected(app, preflight):
    assert preflight(app, "/things").status_code == 200


def test_the_cors_of_a_smorest_blueprint_decides_on_its_paths(
    blueprint, smorest, join, fetch, preflight
):
    app = an_app()
    CORS(blueprint, origins=[EVIL])
    join(app, lambda app: smorest.Api(app).register_blueprint(blueprint), origins=[APP])
    assert allowed(preflight(app, "/things/", origin=EVIL)) == [EVIL]
    response = fetch(app, "/things/", EVIL, "PUT", json={})
    assert (response.status_code, allowed(response)) == (422, [EVIL])
    assert allowed(fetch(app, "/things/none", EVIL)) == [EVIL]
    assert allowed(fetch(app, "/things/", APP)) == []
    assert allowed(fetch(app, "/docs/openapi.json", APP)) == [APP]
