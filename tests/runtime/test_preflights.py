"""The responses to preflights, and the OPTIONS requests that are left to Flask."""

from __future__ import annotations

import importlib.metadata
from functools import wraps

import pytest
from flask import Blueprint, Flask, abort, redirect, session
from flask.views import MethodView

from flask_cors import CORS, cross_origin

APP = "https://app.example"
EVIL = "https://evil.example"
FLASK = tuple(map(int, importlib.metadata.version("flask").split(".")[:2]))


def put() -> str:
    return "put"


def an_app(**options: object) -> Flask:
    app = Flask(__name__)
    CORS(app, origins=APP, **options)
    app.add_url_rule("/v", "v", put, methods=["PUT"])
    app.add_url_rule("/slash/", "slash", put)
    return app


# ---- the response ------------------------------------------------------------------------------


def test_the_response_to_an_allowed_preflight_has_its_headers_and_nothing_else(preflight):
    response = preflight(an_app(max_age=600), "/v", names="X-Two, x-one")
    assert (response.status_code, response.data) == (200, b"")
    assert sorted(response.headers) == [
        ("Access-Control-Allow-Headers", "X-Two, x-one"),
        ("Access-Control-Allow-Methods", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"),
        ("Access-Control-Allow-Origin", APP),
        ("Access-Control-Max-Age", "600"),
        ("Content-Length", "0"),
        ("Content-Type", "text/html; charset=utf-8"),
        ("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers"),
    ]


def test_a_preflight_for_a_refused_method_gets_allow_origin_alone(preflight):
    response = preflight(an_app(methods=["GET"]), "/v", "PUT", names="x-one")
    assert (response.status_code, response.access_control_allow_origin) == (200, APP)
    assert "Access-Control-Allow-Methods" not in response.headers
    assert "Access-Control-Allow-Headers" not in response.headers
    assert "Allow" not in response.headers


@pytest.mark.parametrize(("option", "value"), [(True, "true"), (False, "false")])
def test_a_request_for_the_private_network_gets_a_response_header(fetch, preflight, option, value):
    app = an_app(allow_private_network=option)
    private = {"headers": {"Access-Control-Request-Private-Network": "true"}}
    name = "Access-Control-Allow-Private-Network"
    assert fetch(app, "/v", method="PUT", **private).headers[name] == value
    private["headers"]["Access-Control-Request-Method"] = "PUT"
    assert fetch(app, "/v", method="OPTIONS", **private).headers[name] == value
    assert name not in fetch(app, "/v", EVIL, "OPTIONS", **private).headers
    assert name not in preflight(app, "/v").headers


@pytest.mark.parametrize("path", ["/missing", "/none", "/slash"])
def test_a_preflight_gets_a_response_if_routing_gave_404_405_or_a_redirect(preflight, path):
    app = an_app()
    app.add_url_rule("/none", "none", put, provide_automatic_options=False)  # OPTIONS is a 405
    response = preflight(app, path)
    assert (response.status_code, response.data) == (200, b"")
    assert response.access_control_allow_origin == APP
    assert "Location" not in response.headers


@pytest.mark.skipif(FLASK < (3, 1), reason="TRUSTED_HOSTS came with Flask 3.1")
def test_a_preflight_to_an_untrusted_host_is_left_to_flask(fetch, preflight):
    app = an_app()
    app.config["TRUSTED_HOSTS"] = ["trusted.example"]
    assert preflight(app, "/v", base_url="http://trusted.example").status_code == 200
    assert preflight(app, "/v", base_url="http://evil.example").status_code == 400
    assert fetch(app, "/v", method="PUT", base_url="http://evil.example").status_code == 400


@pytest.mark.skipif(FLASK < (3, 1), reason="TRUSTED_HOSTS came with Flask 3.1")
def test_an_untrusted_host_is_a_400_in_an_app_with_views_and_blueprints(fetch, preflight):
    app = an_app()
    app.config["TRUSTED_HOSTS"] = ["trusted.example"]
    app.add_url_rule("/own", "own", cross_origin(APP)(put))
    bp = Blueprint("bp", __name__, url_prefix="/bp")
    CORS(bp, origins=APP)
    app.register_blueprint(bp)
    for path in ("/own", "/v", "/bp/missing"):
        assert preflight(app, path, base_url="http://evil.example").status_code == 400
        assert fetch(app, path, base_url="http://evil.example").status_code == 400


# ---- before_request and after_request ----------------------------------------------------------


def returns() -> tuple[str, int]:
    return "log in", 401


def aborts() -> None:
    abort(401)


def redirects() -> object:
    return redirect("/login", 302)


def raises() -> None:
    raise RuntimeError("no database")


async def returns_async() -> tuple[str, int]:
    return "log in", 401


@pytest.mark.parametrize("function", [returns, aborts, redirects, raises, returns_async])
@pytest.mark.parametrize("where", ["before CORS", "after CORS", "of the blueprint"])
def test_a_preflight_gets_its_response_whatever_a_before_request_function_returns(
    fetch, preflight, function, where
):
    app = Flask(__name__)
    bp = Blueprint("bp", __name__)
    bp.add_url_rule("/v", "v", put, methods=["PUT"])
    if where == "before CORS":
        app.before_request(function)
    CORS(app, origins=APP)
    if where == "after CORS":
        app.before_request(function)
    if where == "of the blueprint":
        bp.before_request(function)
    app.register_blueprint(bp)
    response = preflight(app, "/v")
    assert (response.status_code, response.data) == (200, b"")
    assert response.access_control_allow_origin == APP
    assert "Location" not in response.headers
    refused = preflight(app, "/v", origin=EVIL)
    assert refused.status_code in {302, 401, 500}
    assert refused.access_control_allow_origin is None
    assert fetch(app, "/v", method="PUT").status_code in {302, 401, 500}
    assert fetch(app, "/v", method="OPTIONS").status_code in {302, 401, 500}


def test_a_preflight_runs_no_function_of_the_app_and_other_requests_run_all(fetch, preflight):
    app = Flask(__name__)
    ran: list[str] = []
    app.before_request(lambda: ran.append("before CORS"))
    CORS(app, origins=APP)
    app.before_request(lambda: ran.append("before"))
    app.url_value_preprocessor(lambda *_: ran.append("values"))
    app.after_request(lambda response: (ran.append("after"), response)[1])
    app.teardown_request(lambda error: ran.append("teardown"))
    app.add_url_rule("/v", "v", lambda: "own", methods=["OPTIONS", "PUT"])
    assert preflight(app, "/v").text == ""
    assert ran == []
    everything = ["values", "before CORS", "before", "after", "teardown"]
    assert preflight(app, "/v", origin=EVIL).text == "own"
    assert ran == everything
    ran.clear()
    assert fetch(app, "/v", method="OPTIONS").text == "own"
    assert ran == everything


def test_several_cors_on_one_app_are_attached_to_it_once(preflight):
    app = an_app(resources="/a")
    dispatch = app.full_dispatch_request
    CORS(app, origins=APP, resources="/v")
    assert preflight(app, "/v").access_control_allow_origin == APP
    assert app.full_dispatch_request is dispatch
    assert len(app.after_request_funcs[None]) == 1


# ---- requests that go through the app ------------------------------------------------------------


def test_an_options_request_that_is_not_a_preflight_goes_through_the_app(fetch):
    app = an_app()
    for headers in ({"Origin": APP}, {"Access-Control-Request-Method": "PUT"}):
        response = fetch(app, "/v", None, "OPTIONS", headers=headers)
        assert response.status_code == 200
        assert set(response.allow) == {"OPTIONS", "PUT"}
        assert "Access-Control-Allow-Methods" not in response.headers
    assert fetch(app, "/missing", method="OPTIONS").status_code == 404


def test_a_method_other_than_options_is_never_a_preflight(fetch):
    headers = {"Access-Control-Request-Method": "PUT"}
    response = fetch(an_app(), "/v", method="PUT", headers=headers)
    assert response.text == "put"
    assert "Access-Control-Allow-Methods" not in response.headers


def test_a_refused_preflight_goes_through_the_app(preflight):
    response = preflight(an_app(), "/v", origin=EVIL)
    assert set(response.allow) == {"OPTIONS", "PUT"}
    assert response.headers.getlist("Vary") == ["Origin"]
    assert not [name for name, _ in response.headers if name.startswith("Access-Control")]
    assert preflight(an_app(), "/missing", origin=EVIL).status_code == 404


def test_a_preflight_that_no_resource_matches_goes_through_the_app(preflight):
    app = an_app(resources="/api/*")
    app.before_request(returns)
    response = preflight(app, "/v")
    assert response.status_code == 401
    assert "Vary" not in response.headers


@pytest.mark.parametrize("level", ["app", "resource", "config", "view"])
def test_preflights_without_automatic_options_go_through_the_app(preflight, level):
    app = Flask(__name__)
    options: dict[str, object] = {}
    if level == "app":
        options["automatic_options"] = False
    if level == "resource":
        options["resources"] = {"/v": {"automatic_options": "off"}}
    if level == "config":
        app.config["CORS_AUTOMATIC_OPTIONS"] = "false"
    CORS(app, origins=APP, **options)
    view = cross_origin(APP, automatic_options=False)(put) if level == "view" else put
    app.add_url_rule("/v", "v", view, methods=["PUT"])
    response = preflight(app, "/v")
    assert set(response.allow) == {"OPTIONS", "PUT"}  # Flask's own response
    assert response.access_control_allow_origin == APP
    assert "Access-Control-Allow-Methods" in response.headers
    app.before_request_funcs[None] = [returns]
    assert preflight(app, "/v").status_code == 401


# ---- views that handle OPTIONS -----------------------------------------------------------------


class Own(MethodView):
    def options(self) -> str:
        return "my own"

    def put(self) -> str:
        return "put"


class Decorated(Own):
    decorators = (cross_origin(APP),)


class DecoratedMethod(Own):
    @cross_origin(APP)
    def options(self) -> str:
        return "my own"

    @cross_origin(APP)
    def put(self) -> str:
        return "put"


class DecoratedOtherMethod(Own):
    @cross_origin(APP)
    def put(self) -> str:
        return "put"


class DecoratedOff(Own):
    decorators = (cross_origin(APP, automatic_options=False),)


VIEWS = [
    (Own, "called"),
    (DecoratedOtherMethod, "called"),
    (DecoratedOff, "called"),
    (Decorated, "replaced"),
    (DecoratedMethod, "replaced"),
]


@pytest.mark.parametrize(("view", "outcome"), VIEWS)
def test_a_view_that_handles_options_is_called_for_other_requests_unless_it_is_decorated(
    fetch, preflight, view, outcome
):
    app = Flask(__name__)
    CORS(app, origins=APP)
    app.add_url_rule("/v", view_func=view.as_view("v"))
    response = preflight(app, "/v")
    assert response.status_code == 200
    assert response.text == ("my own" if view is DecoratedOff else "")
    assert response.access_control_allow_origin == APP
    assert "Access-Control-Allow-Methods" in response.headers
    assert "Allow" not in response.headers
    plain = fetch(app, "/v", method="OPTIONS")
    assert plain.text == ("my own" if outcome == "called" else "")
    assert ("Allow" in plain.headers) == (outcome == "replaced")


@pytest.mark.parametrize(("view", "outcome"), VIEWS)
def test_a_decorated_view_that_handles_options_is_called_unless_automatic_options_is_on(
    fetch, preflight, view, outcome
):
    app = Flask(__name__)
    app.add_url_rule("/v", view_func=view.as_view("v"))
    # Without an extension an undecorated view has no policy, which would allow the origin.
    assert preflight(app, "/v").text == ("my own" if view in (Own, DecoratedOff) else "")
    assert preflight(app, "/v", origin=EVIL).text == ("my own" if outcome == "called" else "")
    assert fetch(app, "/v", method="OPTIONS").text == ("my own" if outcome == "called" else "")


@pytest.mark.parametrize("extension", [True, False])
def test_login_checks_do_not_see_the_preflights_of_a_decorated_view(preflight, extension):
    app = Flask(__name__)
    if extension:
        CORS(app)
    app.before_request(aborts)
    app.add_url_rule("/v", view_func=Decorated.as_view("v"))
    assert preflight(app, "/v").status_code == 200
    assert preflight(app, "/v").access_control_allow_origin == APP
    assert preflight(app, "/v", origin=EVIL).status_code == 401


def check(view):
    """A decorator that aborts in place of the view."""

    @wraps(view)
    def checked():
        abort(401)

    return checked


def test_a_check_around_a_view_does_not_see_its_preflights(preflight):
    app = Flask(__name__)
    CORS(app, origins=APP)
    app.add_url_rule("/v", "v", check(cross_origin(APP)(lambda: "put")), methods=["PUT", "OPTIONS"])
    app.add_url_rule("/w", "w", check(lambda: "put"), methods=["PUT", "OPTIONS"])
    assert preflight(app, "/v").status_code == 200
    assert preflight(app, "/w").status_code == 200
    assert preflight(app, "/w", origin=EVIL).status_code == 401


def test_a_decorated_options_method_is_not_called_for_preflights(preflight):
    app = Flask(__name__)
    CORS(app, origins=APP)
    app.add_url_rule("/v", view_func=check(DecoratedMethod.as_view("v")))
    assert preflight(app, "/v").status_code == 200


def test_the_response_to_a_preflight_of_a_decorated_view_has_no_allow_header(preflight, fetch):
    app = Flask(__name__)
    app.add_url_rule("/v", view_func=Decorated.as_view("v"))
    assert "Allow" not in preflight(app, "/v").headers
    assert "Access-Control-Allow-Methods" in preflight(app, "/v").headers
    refused = preflight(app, "/v", origin=EVIL)
    assert set(refused.allow) == {"OPTIONS", "PUT"}
    assert set(fetch(app, "/v", method="OPTIONS").allow) == {"OPTIONS", "PUT"}


# ---- decorators alone --------------------------------------------------------------------------


@pytest.mark.parametrize("function", [returns, aborts, redirects, raises])
def test_the_first_preflight_of_an_app_with_decorators_alone_does_not_reach_it(preflight, function):
    app = Flask(__name__)
    app.before_request(function)
    app.add_url_rule("/v", "v", cross_origin(APP)(put), methods=["PUT"])
    for _ in range(2):
        response = preflight(app, "/v")
        assert (response.status_code, response.data) == (200, b"")
        assert response.access_control_allow_origin == APP
    assert preflight(app, "/v", origin=EVIL).status_code in {302, 401, 500}


def test_the_first_preflight_does_not_reach_an_app_whose_context_stays_pushed(preflight, fetch):
    """Flask then pushes no other one for a request."""
    app = Flask(__name__)
    app.before_request(aborts)
    context = app.app_context()
    with context:
        app.add_url_rule("/v", "v", cross_origin(APP)(put), methods=["PUT"])
        response = preflight(app, "/v")
        assert (response.status_code, response.access_control_allow_origin) == (200, APP)
        refused = fetch(app, "/v", method="PUT")
        assert (refused.status_code, refused.access_control_allow_origin) == (401, APP)


def test_an_app_with_decorators_alone_leaves_other_paths_to_flask(preflight):
    app = Flask(__name__)
    app.add_url_rule("/v", "v", cross_origin(APP)(put), methods=["PUT"])
    response = preflight(app, "/v", names="x-one")
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Headers"] == "x-one"
    assert preflight(app, "/missing").status_code == 404


@pytest.mark.skipif(FLASK < (3, 1), reason="PROVIDE_AUTOMATIC_OPTIONS came with Flask 3.1")
def test_a_decorated_view_without_provided_automatic_options_is_preflighted(preflight):
    app = Flask(__name__)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.add_url_rule("/v", "v", cross_origin(APP)(put), methods=["PUT"])
    off = cross_origin(APP, automatic_options="no")(put)
    app.add_url_rule("/off", "off", off, methods=["PUT"])
    response = preflight(app, "/v")
    assert (response.status_code, response.data) == (200, b"")
    assert response.headers["Access-Control-Allow-Methods"].startswith("DELETE, GET")
    assert preflight(app, "/off").status_code == 405


def test_a_decorator_keeps_the_required_methods_of_its_view():
    def view() -> str:
        return "view"

    view.required_methods = ["PATCH"]
    assert cross_origin()(view).required_methods == {"PATCH", "OPTIONS"}
    assert cross_origin(automatic_options=False)(view).required_methods == ["PATCH"]


def test_an_app_with_a_bound_blueprint_alone_responds_to_preflights(preflight):
    app = Flask(__name__)
    bp = Blueprint("bp", __name__, url_prefix="/bp")
    CORS(bp, origins=APP)
    bp.add_url_rule("/v", "v", put, methods=["PUT"])
    app.register_blueprint(bp)
    app.before_request(aborts)
    assert preflight(app, "/bp/v").status_code == 200
    assert preflight(app, "/bp/missing").status_code == 200
    assert preflight(app, "/v").status_code == 401


# ---- the session ---------------------------------------------------------------------------------


def test_a_preflight_neither_reads_nor_saves_the_session(preflight):
    app = an_app()
    app.secret_key = "key"
    app.before_request(lambda: session.update(user="me"))
    response = preflight(app, "/v")
    assert "Set-Cookie" not in response.headers
    assert "Cookie" not in response.headers["Vary"]


def test_a_callable_in_origins_is_called_once_per_request(fetch, preflight):
    seen: list[str] = []

    def allow(origin: str) -> bool:
        seen.append(origin)
        return origin == APP

    app = Flask(__name__)
    CORS(app, origins=allow)
    app.add_url_rule("/v", view_func=Own.as_view("v"))
    app.add_url_rule("/own", view_func=Decorated.as_view("own"))
    for send in (fetch, preflight):
        for origin in (APP, EVIL):
            seen.clear()
            send(app, "/v", origin=origin)
            assert seen == [origin]
