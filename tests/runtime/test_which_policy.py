"""The policy of a request: that of its view, of its blueprint or of the app."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Blueprint, Flask, abort, request
from flask.views import MethodView, View

from flask_cors import CORS, CORSWarning, cross_origin
from flask_cors.runtime import install
from tests.extension.apps import here

APP = "https://app.example"
EVIL = "https://evil.example"


def behave() -> str:
    """Do what the query names: views of one body, that return, abort or raise."""
    do = request.args.get("do", "return")
    if do == "abort":
        abort(403)
    if do == "raise":
        raise RuntimeError("on purpose")
    return "read me"


def logs_in(view: Callable[..., Any]) -> Callable[..., Any]:
    """A login check that uses ``functools.wraps``."""

    @functools.wraps(view)
    def call(**kwargs: Any) -> Any:
        if "token" not in request.args:
            abort(401)
        return view(**kwargs)

    return call


def logs_in_unwrapped(view: Callable[..., Any]) -> Callable[..., Any]:
    """A login check that hides the view it decorates."""

    def call(**kwargs: Any) -> Any:
        if "token" not in request.args:
            abort(401)
        return view(**kwargs)

    return call


def by_app(app: Flask) -> None:
    CORS(app, origins=APP)
    app.add_url_rule("/v", "v", behave, methods=["GET", "PUT"])


def by_factory(app: Flask) -> None:
    cors = CORS(origins=APP)
    app.add_url_rule("/v", "v", behave, methods=["GET", "PUT"])
    cors.init_app(app)


def by_blueprint(app: Flask) -> None:
    bp = Blueprint("bp", __name__)
    CORS(bp, origins=APP)
    bp.add_url_rule("/v", "v", behave, methods=["GET", "PUT"])
    app.register_blueprint(bp)


def by_nested_blueprint(app: Flask) -> None:
    inner = Blueprint("inner", __name__)
    outer = Blueprint("outer", __name__)
    CORS(inner, origins=APP)
    CORS(outer, origins=EVIL)
    inner.add_url_rule("/v", "v", behave, methods=["GET", "PUT"])
    outer.register_blueprint(inner)
    app.register_blueprint(outer)


def by_outer_blueprint(app: Flask) -> None:
    inner = Blueprint("inner", __name__)
    outer = Blueprint("outer", __name__)
    CORS(outer, origins=APP)
    inner.add_url_rule("/v", "v", behave, methods=["GET", "PUT"])
    outer.register_blueprint(inner)
    app.register_blueprint(outer)


def by_decorator(app: Flask) -> None:
    app.add_url_rule("/v", "v", cross_origin(origins=APP)(behave), methods=["GET", "PUT"])


def by_decorator_in_blueprint(app: Flask) -> None:
    bp = Blueprint("bp", __name__)
    CORS(bp, origins=EVIL)
    bp.add_url_rule("/v", "v", cross_origin(origins=APP)(behave), methods=["GET", "PUT"])
    app.register_blueprint(bp)


def by_decorator_on_async(app: Flask) -> None:
    @app.route("/v", methods=["GET", "PUT"])
    @cross_origin(origins=APP)
    async def view() -> str:
        return behave()


def by_decorators_of_class(app: Flask) -> None:
    class Methods(MethodView):
        decorators = (cross_origin(origins=APP),)

        def get(self) -> str:
            return behave()

        put = get

    app.add_url_rule("/v", view_func=Methods.as_view("v"))


def by_decorators_of_class_inside(app: Flask) -> None:
    class Methods(MethodView):
        decorators = (cross_origin(origins=APP), logs_in)

        def get(self) -> str:
            return behave()

        put = get

    app.add_url_rule("/v", view_func=Methods.as_view("v"))


def by_decorators_of_class_outside(app: Flask) -> None:
    class Methods(MethodView):
        decorators = (logs_in_unwrapped, cross_origin(origins=APP))

        def get(self) -> str:
            return behave()

        put = get

    app.add_url_rule("/v", view_func=Methods.as_view("v"))


def by_methods_of_class(app: Flask) -> None:
    class Methods(MethodView):
        @cross_origin(origins=APP)
        def get(self) -> str:
            return behave()

        @cross_origin(origins=APP)
        async def put(self) -> str:
            return behave()

    app.add_url_rule("/v", view_func=Methods.as_view("v"))


def inside_login(app: Flask) -> None:
    view = logs_in(cross_origin(origins=APP)(behave))
    app.add_url_rule("/v", "v", view, methods=["GET", "PUT"])


def outside_login(app: Flask) -> None:
    view = cross_origin(origins=APP)(logs_in(behave))
    app.add_url_rule("/v", "v", view, methods=["GET", "PUT"])


def outside_unwrapped_login(app: Flask) -> None:
    view = cross_origin(origins=APP)(logs_in_unwrapped(behave))
    app.add_url_rule("/v", "v", view, methods=["GET", "PUT"])


BY_DECORATOR = (
    by_decorator,
    by_decorator_in_blueprint,
    by_decorator_on_async,
    by_decorators_of_class,
    by_decorators_of_class_inside,
    by_decorators_of_class_outside,
    by_methods_of_class,
    inside_login,
    outside_login,
    outside_unwrapped_login,
)
BY_BLUEPRINT = (by_blueprint, by_nested_blueprint, by_outer_blueprint)
EVERY_WAY = (by_app, by_factory, *BY_BLUEPRINT, *BY_DECORATOR)
every_way = pytest.mark.parametrize("bound", EVERY_WAY)
every_outcome = pytest.mark.parametrize(
    ("do", "status"), [("return", 200), ("abort", 403), ("raise", 500)]
)


@every_outcome
@every_way
def test_the_policy_of_a_view_applies_whatever_the_view_does(fetch, bound, do, status):
    app = Flask(__name__)
    bound(app)
    for method in ("GET", "HEAD", "PUT"):
        response = fetch(app, f"/v?token=1&do={do}", method=method)
        assert response.status_code == status
        assert response.headers.getlist("Access-Control-Allow-Origin") == [APP], method
        refused = fetch(app, f"/v?token=1&do={do}", EVIL, method)
        assert refused.status_code == status
        assert refused.access_control_allow_origin is None, method
        assert refused.headers.getlist("Vary") == ["Origin"]


@every_way
def test_the_policy_of_a_view_applies_to_its_preflights(preflight, bound):
    app = Flask(__name__)
    bound(app)
    response = preflight(app, "/v?token=1", "PUT", names="x-token")
    assert response.status_code == 200
    assert response.access_control_allow_origin == APP
    assert response.headers["Access-Control-Allow-Headers"] == "x-token"
    assert preflight(app, "/v?token=1", "PUT", EVIL).access_control_allow_origin is None


@every_outcome
@pytest.mark.parametrize("bound", BY_DECORATOR)
def test_the_extension_never_allows_what_a_decorator_refused(fetch, preflight, bound, do, status):
    app = Flask(__name__)
    CORS(app, origins="*")
    bound(app)
    assert fetch(app, "/other", EVIL).access_control_allow_origin == EVIL
    for origin, expected in ((APP, APP), (EVIL, None)):
        response = fetch(app, f"/v?token=1&do={do}", origin)
        assert response.status_code == status
        assert response.access_control_allow_origin == expected
        assert preflight(app, "/v", "PUT", origin).access_control_allow_origin == expected


@pytest.mark.parametrize("bound", BY_BLUEPRINT)
def test_a_blueprint_whose_resources_match_decides_alone(fetch, preflight, bound):
    app = Flask(__name__)
    CORS(app, origins="*")
    bound(app)
    for origin, expected in ((APP, APP), (EVIL, None)):
        assert fetch(app, "/v", origin).access_control_allow_origin == expected
        assert preflight(app, "/v", "PUT", origin).access_control_allow_origin == expected


@pytest.mark.parametrize("first_request", ["OPTIONS", "GET"])
@pytest.mark.parametrize("bound", [inside_login, outside_login, by_decorators_of_class_inside])
def test_a_login_check_that_aborts_gets_the_headers_of_the_view(fetch, bound, first_request):
    app = Flask(__name__)
    bound(app)
    fetch(app, "/v", method=first_request)
    response = fetch(app, "/v")
    assert (response.status_code, response.access_control_allow_origin) == (401, APP)
    assert fetch(app, "/v", EVIL).access_control_allow_origin is None


def test_the_very_first_request_may_be_one_that_the_login_check_aborts(fetch):
    app = Flask(__name__)
    inside_login(app)
    response = fetch(app, "/v")
    assert (response.status_code, response.access_control_allow_origin) == (401, APP)


def test_a_view_hidden_by_a_login_check_decides_by_its_response(fetch, preflight):
    app = Flask(__name__)
    CORS(app, origins=EVIL)
    view = logs_in_unwrapped(cross_origin(origins=APP)(behave))
    app.add_url_rule("/v", "v", view)
    assert fetch(app, "/v", EVIL).access_control_allow_origin == EVIL  # the app's policy
    with pytest.warns(CORSWarning, match="CORS608 a decorator of the view 'v' hides") as warned:
        assert fetch(app, "/v?token=1").access_control_allow_origin == APP
    assert warned[0].filename == __file__
    assert fetch(app, "/v?token=1", EVIL).access_control_allow_origin is None
    for do in ("abort", "raise"):
        assert fetch(app, f"/v?token=1&do={do}").access_control_allow_origin is None
        assert fetch(app, f"/v?token=1&do={do}", EVIL).access_control_allow_origin == EVIL
    assert preflight(app, "/v?token=1", "GET", APP).access_control_allow_origin is None
    assert preflight(app, "/v?token=1", "GET", EVIL).access_control_allow_origin == EVIL


@pytest.mark.filterwarnings("ignore::flask_cors.CORSWarning")
def test_a_hidden_decorator_needs_no_extension(fetch):
    app = Flask(__name__)
    view = logs_in_unwrapped(cross_origin(origins=APP)(behave))
    app.add_url_rule("/v", "v", view)
    assert fetch(app, "/v").access_control_allow_origin is None
    assert fetch(app, "/v?token=1").access_control_allow_origin == APP
    assert fetch(app, "/v?token=1&do=raise").access_control_allow_origin is None


def test_the_innermost_of_several_decorators_applies(fetch):
    app = Flask(__name__)
    app.add_url_rule("/v", "v", cross_origin(EVIL)(logs_in(cross_origin(APP)(behave))))
    assert fetch(app, "/v?token=1").access_control_allow_origin == APP
    assert fetch(app, "/v?token=1", EVIL).access_control_allow_origin is None


def test_the_policy_of_a_decorated_error_handler_applies_to_its_response(fetch):
    app = Flask(__name__)

    @app.errorhandler(404)
    @cross_origin(APP)
    def not_found(error):
        return "no such thing", 404

    response = fetch(app, "/missing")
    assert (response.status_code, response.access_control_allow_origin) == (404, APP)
    assert fetch(app, "/missing", EVIL).access_control_allow_origin is None


def test_a_decorated_error_handler_comes_before_the_app_and_after_the_view(fetch):
    app = Flask(__name__)
    CORS(app, origins=EVIL)
    app.register_error_handler(403, cross_origin(APP)(lambda error: ("no", 403)))
    app.add_url_rule("/app", "app", behave)
    app.add_url_rule("/own", "own", cross_origin("https://own.example")(behave))
    assert fetch(app, "/app?do=abort").access_control_allow_origin == APP
    assert fetch(app, "/app?do=abort", EVIL).access_control_allow_origin is None
    assert fetch(app, "/app", EVIL).access_control_allow_origin == EVIL
    own = fetch(app, "/own?do=abort", "https://own.example")
    assert own.access_control_allow_origin == "https://own.example"
    assert fetch(app, "/own?do=abort").access_control_allow_origin is None


def test_a_single_method_that_is_not_decorated_gets_the_policy_of_the_app(fetch, preflight):
    class Methods(MethodView):
        @cross_origin(APP)
        def get(self) -> str:
            return behave()

        def post(self) -> str:
            return behave()

    app = Flask(__name__)
    CORS(app, origins=EVIL)
    app.add_url_rule("/v", view_func=Methods.as_view("v"))
    for method, own in (("GET", True), ("HEAD", True), ("POST", False), ("PATCH", False)):
        expected = (APP, None) if own else (None, EVIL)
        assert preflight(app, "/v", method).access_control_allow_origin == expected[0], method
        assert preflight(app, "/v", method, EVIL).access_control_allow_origin == expected[1], method
        assert fetch(app, "/v", APP, method).access_control_allow_origin == expected[0], method
        assert fetch(app, "/v", EVIL, method).access_control_allow_origin == expected[1], method


def test_the_methods_of_a_class_may_be_named_in_lower_case(fetch, preflight):
    class Methods(MethodView):
        methods = ("get", "put")

        def get(self) -> str:
            return "get"

        @cross_origin(APP)
        def put(self) -> str:
            return "put"

    app = Flask(__name__)
    CORS(app, origins=EVIL)
    app.add_url_rule("/v", view_func=Methods.as_view("v"))
    assert fetch(app, "/v", method="PUT").access_control_allow_origin == APP
    for method in ("PUT", "put"):  # as Werkzeug will read it
        assert preflight(app, "/v", method).access_control_allow_origin == APP
        assert preflight(app, "/v", method, EVIL).access_control_allow_origin is None


def test_a_decorated_dispatch_request_decides_for_its_class(fetch, preflight):
    class Dispatched(View):
        methods = ("GET", "PUT")

        @cross_origin(APP)
        def dispatch_request(self) -> str:
            return behave()

    app = Flask(__name__)
    CORS(app, origins=EVIL)
    app.add_url_rule("/v", view_func=Dispatched.as_view("v"))
    for response in (fetch(app, "/v"), fetch(app, "/v?do=abort"), preflight(app, "/v", "PUT")):
        assert response.access_control_allow_origin == APP
    assert preflight(app, "/v", "PUT", EVIL).access_control_allow_origin is None


def test_a_hidden_view_does_not_respond_to_the_preflight_of_another_view(preflight):
    """The hidden view handles OPTIONS, and another view handles PUT."""
    app = Flask(__name__)
    CORS(app, origins=EVIL)
    hidden = logs_in_unwrapped(cross_origin(APP)(behave))
    app.add_url_rule("/v", "options", hidden, methods=["OPTIONS"])
    app.add_url_rule("/v", "put", behave, methods=["PUT"])
    assert preflight(app, "/v?token=1", "PUT").access_control_allow_origin is None
    assert preflight(app, "/v?token=1", "PUT", EVIL).access_control_allow_origin == EVIL


@pytest.mark.filterwarnings("ignore::flask_cors.CORSWarning")
def test_simultaneous_first_requests_share_one_registry(fetch):
    """Each finds the app unattached, and one of them attaches to it."""
    app = Flask(__name__)
    app.add_url_rule("/v", "v", logs_in_unwrapped(cross_origin(APP)(behave)))
    looks = threading.Semaphore(0)

    class Extensions(dict):
        def get(self, *args):
            looks.release()
            return super().get(*args)

    app.extensions = Extensions()
    with ThreadPoolExecutor(2) as pool:
        with install._lock:
            futures = [pool.submit(fetch, app, "/v?token=1") for _ in range(2)]
            assert looks.acquire(timeout=5)
            assert looks.acquire(timeout=5)
        allowed = [future.result().access_control_allow_origin for future in futures]
    assert allowed == [APP, APP]
    assert len(app.after_request_funcs[None]) == 1


def test_a_class_with_a_head_of_its_own_does_not_take_the_policy_of_get(fetch):
    class Methods(MethodView):
        @cross_origin(APP)
        def get(self) -> str:
            return "get"

        def head(self) -> str:
            return "head"

    app = Flask(__name__)
    app.add_url_rule("/v", view_func=Methods.as_view("v"))
    assert fetch(app, "/v").access_control_allow_origin == APP
    assert fetch(app, "/v", method="HEAD").access_control_allow_origin is None


def test_the_policy_of_a_class_applies_to_its_undecorated_methods(fetch, preflight):
    class Methods(MethodView):
        decorators = (cross_origin(EVIL),)

        @cross_origin(APP)
        def get(self) -> str:
            return "get"

        def put(self) -> str:
            return "put"

    app = Flask(__name__)
    app.add_url_rule("/v", view_func=Methods.as_view("v"))
    assert fetch(app, "/v").access_control_allow_origin == APP
    assert fetch(app, "/v", EVIL).access_control_allow_origin is None
    assert preflight(app, "/v", "PUT", EVIL).access_control_allow_origin == EVIL
    assert preflight(app, "/v", "GET", EVIL).access_control_allow_origin is None


def test_a_fallback_app_keeps_its_own_policy(fetch):
    """Two apps, one WSGI environment: the decision of the first does not apply to the second."""
    front, back = Flask("front"), Flask("back")
    CORS(front, origins="*")
    CORS(back, origins=APP)
    back.add_url_rule("/v", "v", lambda: "secret")
    first_app = front.wsgi_app

    def cascade(environ, start_response):
        first_app(environ, lambda *_: None)  # 404: the other one responds
        return back.wsgi_app(environ, start_response)

    front.wsgi_app = cascade
    response = fetch(front, "/v", EVIL)
    assert (response.text, response.access_control_allow_origin) == ("secret", None)
    assert fetch(front, "/v", APP).access_control_allow_origin == APP


def test_an_app_without_a_policy_is_left_as_it_is(fetch, preflight):
    app = Flask(__name__)
    app.add_url_rule("/plain", "plain", behave)
    app.add_url_rule("/v", "v", cross_origin(APP)(behave))
    for response in (fetch(app, "/plain"), preflight(app, "/plain"), fetch(app, "/missing")):
        assert not [name for name, _ in response.headers if name.startswith("Access-Control")]
        assert "Vary" not in response.headers


def test_two_apps_with_the_same_decorated_view_read_their_own_config(fetch):
    view = cross_origin()(behave)
    for origin in (APP, EVIL):
        app = Flask(__name__)
        app.config["CORS_ORIGINS"] = origin
        app.add_url_rule("/v", "v", view)
        assert fetch(app, "/v", APP).access_control_allow_origin == (APP if origin == APP else None)
        assert fetch(app, "/v", EVIL).access_control_allow_origin == (
            EVIL if origin == EVIL else None
        )


def test_a_resource_for_every_path_applies_to_undecorated_views_and_to_blueprints(fetch):
    """An ambiguous path is resolved again, even if the policy of its endpoint is known."""
    app = Flask(__name__)
    CORS(app, origins=[APP, "https://other.example"])
    blueprint = Blueprint("area", __name__, url_prefix="/area")
    CORS(blueprint, origins=["https://area.example", "https://other.example"])
    app.add_url_rule("/plain", "plain", lambda: "plain")
    app.add_url_rule("/files/<path:name>", "files", lambda name: name)
    blueprint.add_url_rule("/<path:name>", "inside", lambda name: name)
    app.add_url_rule(
        "/own",
        "own",
        cross_origin(origins=["https://own.example", "https://b.example"])(lambda: ""),
    )
    app.register_blueprint(blueprint)
    own, area = "https://own.example", "https://area.example"
    for _ in range(2):  # the first request makes the app ready
        for path, origin in (
            ("/plain", APP),
            ("/files/a", APP),
            ("/area/a", area),
            ("/own", own),
            ("/nowhere", APP),
            ("/area/../plain", None),
            ("/files/../area/a", None),
            ("/files/" + "a" * 5000, None),
        ):
            for sender in (APP, area, own):
                response = fetch(app, path, sender)
                assert response.access_control_allow_origin == (
                    sender if sender == origin else None
                )


# ---- what the tools read -----------------------------------------------------------------------


def test_a_resolver_yields_the_resources_of_a_view_and_a_registry_their_locations():
    app = Flask("app")
    inner, outer, other = (Blueprint(name, __name__) for name in ("inner", "outer", "other"))
    first = here() + 1
    CORS(inner, resources="/inner")
    CORS(outer, resources="/outer")
    CORS(other)
    outer.register_blueprint(inner)
    app.register_blueprint(outer)
    app.register_blueprint(other)
    CORS(app, resources=["/a", "/b"])
    registry = install.registry_of(app)
    found = [
        (name, [pattern.source for pattern in resources.patterns])
        for name, resources in registry.resolver().resources_of("outer.inner.view")
    ]
    assert found == [("outer.inner", ["/inner"]), ("outer", ["/outer"]), ("", ["/a", "/b"])]
    lines = [
        registry.locations[name, pattern].line
        for name, resources in registry.resolver().resources_of("outer.inner.view")
        for pattern in resources.patterns
    ]
    assert [line - first for line in lines] == [0, 1, 6, 6]
