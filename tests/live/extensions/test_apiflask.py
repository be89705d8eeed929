"""APIFlask: an app class of its own, whose decorators validate and authenticate."""

from __future__ import annotations

import pytest

from flask_cors import CORS, cross_origin

from ...runtime.exchanges import allowed

pytestmark = [
    pytest.mark.live,
    # The schemas of older APIFlask, under marshmallow 3.
    pytest.mark.filterwarnings("ignore:The `ordered` `class Meta` option:DeprecationWarning"),
]

APP = "https://app.example"
OTHER = "https://other.example"
EVIL = "https://evil.example"


@pytest.fixture(params=["JSON errors", "plain errors"])
def app(request, library, join):
    apiflask = library("apiflask")
    thing = {"name": apiflask.fields.String(required=True)}
    auth = apiflask.HTTPTokenAuth()
    auth.verify_token(lambda token: token == "secret")

    def start(app) -> None:
        @app.put("/things")
        @app.input(thing)
        @app.output(thing, status_code=201)
        def put(json_data):
            return json_data

        @app.delete("/things")
        @app.auth_required(auth)
        def delete():
            apiflask.abort(403, "not yours")

        @app.post("/things")
        def post():
            raise RuntimeError

        @app.put("/decorated")
        @app.auth_required(auth)
        @app.input(thing)
        @cross_origin(origins=[EVIL])
        def decorated(json_data):
            return json_data

    app = apiflask.APIFlask(__name__, json_errors=request.param == "JSON errors")
    join(app, start, origins=[APP, OTHER], allow_headers="Authorization, Content-Type")
    return app


def test_a_preflight_and_then_the_request_are_allowed(app, preflight, fetch):
    response = preflight(app, "/things", "DELETE", names="authorization")
    assert (response.status_code, response.data, allowed(response)) == (200, b"", [APP])
    assert response.headers["Access-Control-Allow-Headers"] == "authorization"
    response = fetch(app, "/things", method="PUT", json={"name": "a"})
    assert (response.status_code, response.json, allowed(response)) == (201, {"name": "a"}, [APP])


@pytest.mark.parametrize(
    ("path", "method", "headers", "status"),
    [
        ("/things", "PUT", {}, 422),
        ("/things", "DELETE", {}, 401),
        ("/things", "DELETE", {"Authorization": "Bearer secret"}, 403),
        ("/things", "PATCH", {}, 405),
        ("/none", "GET", {}, 404),
        ("/things", "POST", {}, 500),
    ],
)
@pytest.mark.parametrize("origin", [APP, EVIL])
def test_errors_are_readable(app, fetch, path, method, headers, status, origin):
    app.logger.disabled = True
    response = fetch(app, path, origin, method, headers=headers)
    assert response.status_code == status
    assert allowed(response) == ([APP] if origin == APP else [])
    assert response.headers.getlist("Vary") == ["Origin"]


@pytest.mark.parametrize(
    ("headers", "json", "status"),
    [
        ({}, {}, 401),
        ({"Authorization": "Bearer secret"}, {}, 422),
        ({"Authorization": "Bearer secret"}, {"name": "a"}, 200),
    ],
)
def test_a_decorated_view_keeps_its_policy_where_what_is_outside_it_aborts(
    app, fetch, preflight, headers, json, status
):
    assert allowed(preflight(app, "/decorated", origin=EVIL)) == [EVIL]
    response = fetch(app, "/decorated", EVIL, "PUT", headers=headers, json=json)
    assert (response.status_code, allowed(response)) == (status, [EVIL])
    assert allowed(fetch(app, "/decorated", APP, "PUT", headers=headers, json=json)) == []


def test_a_class_based_view_and_a_blueprint_of_its_own_work_alike(library, fetch, preflight):
    apiflask = library("apiflask")
    views = library("apiflask.views", "apiflask")
    blueprint = apiflask.APIBlueprint("things", __name__, url_prefix="/things")
    auth = apiflask.HTTPTokenAuth()

    class Things(views.MethodView):
        decorators = (blueprint.auth_required(auth),)

        def put(self):
            return {}

    blueprint.add_url_rule("/", view_func=Things.as_view("things"))
    CORS(blueprint, origins=[EVIL])
    app = apiflask.APIFlask(__name__)
    app.register_blueprint(blueprint)
    CORS(app, origins=[APP])
    assert preflight(app, "/things/", origin=EVIL).status_code == 200
    response = fetch(app, "/things/", EVIL, "PUT")
    assert (response.status_code, allowed(response)) == (401, [EVIL])
    assert allowed(fetch(app, "/things/", APP, "PUT")) == []
    assert allowed(fetch(app, "/openapi.json", APP)) == [APP]
