"""APIFlask: an app class of its own, whose decorators validate and authenticate."""

from __future__ import annotations

import pytest

from flask_cors import CORS, cross_origin

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


def told(response) -> list[str]:
    return response.headers.getlist("Access-Control-Allow-Origin")


def test_a_preflight_is_answered_then_the_request(app, preflight, ask):
    answer = preflight(app, "/things", "DELETE", names="authorization")
    assert (answer.status_code, answer.data, told(answer)) == (200, b"", [APP])
    assert answer.headers["Access-Control-Allow-Headers"] == "authorization"
    response = ask(app, "/things", method="PUT", json={"name": "a"})
    assert (response.status_code, response.json, told(response)) == (201, {"name": "a"}, [APP])


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
def test_the_errors_are_readable(app, ask, path, method, headers, status, origin):
    app.logger.disabled = True
    response = ask(app, path, origin, method, headers=headers)
    assert response.status_code == status
    assert told(response) == ([APP] if origin == APP else [])
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
    app, ask, preflight, headers, json, status
):
    assert told(preflight(app, "/decorated", origin=EVIL)) == [EVIL]
    response = ask(app, "/decorated", EVIL, "PUT", headers=headers, json=json)
    assert (response.status_code, told(response)) == (status, [EVIL])
    assert told(ask(app, "/decorated", APP, "PUT", headers=headers, json=json)) == []


def test_a_class_based_view_and_a_blueprint_of_its_own_work_alike(library, ask, preflight):
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
    response = ask(app, "/things/", EVIL, "PUT")
    assert (response.status_code, told(response)) == (401, [EVIL])
    assert told(ask(app, "/things/", APP, "PUT")) == []
    assert told(ask(app, "/openapi.json", APP)) == [APP]
