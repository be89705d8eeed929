"""Which policy a request gets: that of its view, of its blueprint, or of the app."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Blueprint, Flask, abort, request
from flask.views import MethodView, View

from flask_cors import CORS, cross_origin, hooks

APP = "https://app.example"
EVIL = "https://evil.example"


def behave() -> str:
    """What the query asks for: views of one body, that return, abort or raise."""
    do = request.args.get("do", "return")
    if do == "abort":
        abort(403)
    if do == "raise":
        raise RuntimeError("asked for")
    return "read me"


def logs_in(view: Callable[..., Any]) -> Callable[..., Any]:
    """A login check that is a good neighbour: it wraps."""

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
def test_a_policy_holds_whatever_its_view_does(ask, bound, do, status):
    app = Flask(__name__)
    bound(app)
    for method in ("GET", "HEAD", "PUT"):
        response = ask(app, f"/v?token=1&do={do}", method=method)
        assert response.status_code == status
        assert response.headers.getlist("Access-Control-Allow-Origin") == [APP], method
        refused = ask(app, f"/v?token=1&do={do}", EVIL, method)
        assert refused.status_code == status
        assert refused.access_control_allow_origin is None, method
        assert refused.headers.getlist("Vary") == ["Origin"]


@every_way
def test_a_policy_holds_for_the_preflights_of_its_view(preflight, bound):
    app = Flask(__name__)
    bound(app)
    response = preflight(app, "/v?token=1", "PUT", names="x-token")
    assert response.status_code == 200
    assert response.access_control_allow_origin == APP
    assert response.headers["Access-Control-Allow-Headers"] == "x-token"
    assert preflight(app, "/v?token=1", "PUT", EVIL).access_control_allow_origin is None


@every_outcome
@pytest.mark.parametrize("bound", BY_DECORATOR)
def test_the_extension_never_allows_what_a_decorator_refused(ask, preflight, bound, do, status):
    app = Flask(__name__)
    CORS(app, origins="*")
    bound(app)
    assert ask(app, "/other", EVIL).access_control_allow_origin == EVIL
    for origin, told in ((APP, APP), (EVIL, None)):
        response = ask(app, f"/v?token=1&do={do}", origin)
        assert response.status_code == status
        assert response.access_control_allow_origin == told
        assert preflight(app, "/v", "PUT", origin).access_control_allow_origin == told


@pytest.mark.parametrize("bound", BY_BLUEPRINT)
def test_a_blueprint_whose_rules_match_decides_alone(ask, preflight, bound):
    app = Flask(__name__)
    CORS(app, origins="*")
    bound(app)
    for origin, told in ((APP, APP), (EVIL, None)):
        assert ask(app, "/v", origin).access_control_allow_origin == told
        assert preflight(app, "/v", "PUT", origin).access_control_allow_origin == told


@pytest.mark.parametrize("first_request", ["OPTIONS", "GET"])
@pytest.mark.parametrize("bound", [inside_login, outside_login, by_decorators_of_class_inside])
def test_a_login_check_that_aborts_gets_the_headers_of_the_view(ask, bound, first_request):
    app = Flask(__name__)
    bound(app)
    ask(app, "/v", method=first_request)
    response = ask(app, "/v")
    assert (response.status_code, response.access_control_allow_origin) == (401, APP)
    assert ask(app, "/v", EVIL).access_control_allow_origin is None


def test_the_very_first_request_may_be_one_that_the_login_check_aborts(ask):
    app = Flask(__name__)
    inside_login(app)
    response = ask(app, "/v")
    assert (response.status_code, response.access_control_allow_origin) == (401, APP)


def test_inside_a_login_check_that_hides_it_a_decorator_speaks_once_it_is_reached(ask):
    app = Flask(__name__)
    CORS(app, origins=EVIL)
    view = logs_in_unwrapped(cross_origin(origins=APP)(behave))
    app.add_url_rule("/v", "v", view)
    assert ask(app, "/v", EVIL).access_control_allow_origin == EVIL  # the app's, for all it knows
    for do in ("return", "abort", "raise"):
        assert ask(app, f"/v?token=1&do={do}").access_control_allow_origin == APP
        assert ask(app, f"/v?token=1&do={do}", EVIL).access_control_allow_origin is None


def test_a_hidden_decorator_needs_no_extension(ask):
    app = Flask(__name__)
    view = logs_in_unwrapped(cross_origin(origins=APP)(behave))
    app.add_url_rule("/v", "v", view)
    assert ask(app, "/v").access_control_allow_origin is None
    assert ask(app, "/v?token=1").access_control_allow_origin == APP
    assert ask(app, "/v?token=1&do=raise").access_control_allow_origin == APP


def test_of_several_decorators_the_innermost_decides(ask):
    app = Flask(__name__)
    app.add_url_rule("/v", "v", cross_origin(EVIL)(logs_in(cross_origin(APP)(behave))))
    assert ask(app, "/v?token=1").access_control_allow_origin == APP
    assert ask(app, "/v?token=1", EVIL).access_control_allow_origin is None


def test_a_decorated_error_handler_brings_its_policy(ask):
    app = Flask(__name__)

    @app.errorhandler(404)
    @cross_origin(APP)
    def not_found(error):
        return "no such thing", 404

    response = ask(app, "/missing")
    assert (response.status_code, response.access_control_allow_origin) == (404, APP)
    assert ask(app, "/missing", EVIL).access_control_allow_origin is None


def test_a_decorated_error_handler_comes_before_the_app_and_after_the_view(ask):
    app = Flask(__name__)
    CORS(app, origins=EVIL)
    app.register_error_handler(403, cross_origin(APP)(lambda error: ("no", 403)))
    app.add_url_rule("/app", "app", behave)
    app.add_url_rule("/own", "own", cross_origin("https://own.example")(behave))
    assert ask(app, "/app?do=abort").access_control_allow_origin == APP
    assert ask(app, "/app?do=abort", EVIL).access_control_allow_origin is None
    assert ask(app, "/app", EVIL).access_control_allow_origin == EVIL
    own = ask(app, "/own?do=abort", "https://own.example")
    assert own.access_control_allow_origin == "https://own.example"
    assert ask(app, "/own?do=abort").access_control_allow_origin is None


def test_a_single_method_that_is_not_decorated_gets_the_policy_of_the_app(ask, preflight):
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
        told = (APP, None) if own else (None, EVIL)
        assert preflight(app, "/v", method).access_control_allow_origin == told[0], method
        assert preflight(app, "/v", method, EVIL).access_control_allow_origin == told[1], method
        assert ask(app, "/v", APP, method).access_control_allow_origin == told[0], method
        assert ask(app, "/v", EVIL, method).access_control_allow_origin == told[1], method


def test_the_methods_of_a_class_may_be_named_in_lower_case(ask, preflight):
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
    assert ask(app, "/v", method="PUT").access_control_allow_origin == APP
    for asked in ("PUT", "put"):  # as Werkzeug will read it
        assert preflight(app, "/v", asked).access_control_allow_origin == APP
        assert preflight(app, "/v", asked, EVIL).access_control_allow_origin is None


def test_a_decorated_dispatch_request_speaks_for_its_class(ask, preflight):
    class Dispatched(View):
        methods = ("GET", "PUT")

        @cross_origin(APP)
        def dispatch_request(self) -> str:
            return behave()

    app = Flask(__name__)
    CORS(app, origins=EVIL)
    app.add_url_rule("/v", view_func=Dispatched.as_view("v"))
    for response in (ask(app, "/v"), ask(app, "/v?do=abort"), preflight(app, "/v", "PUT")):
        assert response.access_control_allow_origin == APP
    assert preflight(app, "/v", "PUT", EVIL).access_control_allow_origin is None


def test_a_preflight_for_another_view_is_not_answered_by_a_hidden_one(preflight):
    """The hidden view handles OPTIONS, and PUT is another's."""
    app = Flask(__name__)
    CORS(app, origins=EVIL)
    hidden = logs_in_unwrapped(cross_origin(APP)(behave))
    app.add_url_rule("/v", "options", hidden, methods=["OPTIONS"])
    app.add_url_rule("/v", "put", behave, methods=["PUT"])
    assert preflight(app, "/v?token=1", "PUT").access_control_allow_origin is None
    assert preflight(app, "/v?token=1", "PUT", EVIL).access_control_allow_origin == EVIL


def test_first_requests_that_come_at_once_share_one_binding(ask):
    """Each finds the app unbound, and one of them binds it."""
    app = Flask(__name__)
    app.add_url_rule("/v", "v", logs_in_unwrapped(cross_origin(APP)(behave)))
    looks = threading.Semaphore(0)

    class Extensions(dict):
        def get(self, *args):
            looks.release()
            return super().get(*args)

    app.extensions = Extensions()
    with ThreadPoolExecutor(2) as pool:
        with hooks._binding:
            answers = [pool.submit(ask, app, "/v?token=1") for _ in range(2)]
            assert looks.acquire(timeout=5)
            assert looks.acquire(timeout=5)
        told = [answer.result().access_control_allow_origin for answer in answers]
    assert told == [APP, APP]
    assert len(app.after_request_funcs[None]) == 1


def test_a_class_with_a_head_of_its_own_does_not_take_the_policy_of_get(ask):
    class Methods(MethodView):
        @cross_origin(APP)
        def get(self) -> str:
            return "get"

        def head(self) -> str:
            return "head"

    app = Flask(__name__)
    app.add_url_rule("/v", view_func=Methods.as_view("v"))
    assert ask(app, "/v").access_control_allow_origin == APP
    assert ask(app, "/v", method="HEAD").access_control_allow_origin is None


def test_the_class_speaks_for_the_methods_that_do_not_speak_for_themselves(ask, preflight):
    class Methods(MethodView):
        decorators = (cross_origin(EVIL),)

        @cross_origin(APP)
        def get(self) -> str:
            return "get"

        def put(self) -> str:
            return "put"

    app = Flask(__name__)
    app.add_url_rule("/v", view_func=Methods.as_view("v"))
    assert ask(app, "/v").access_control_allow_origin == APP
    assert ask(app, "/v", EVIL).access_control_allow_origin is None
    assert preflight(app, "/v", "PUT", EVIL).access_control_allow_origin == EVIL
    assert preflight(app, "/v", "GET", EVIL).access_control_allow_origin is None


def test_an_app_that_falls_back_on_another_keeps_its_policy_to_itself(ask):
    """Two apps, one WSGI environment: what the first decided is not the second one's answer."""
    front, back = Flask("front"), Flask("back")
    CORS(front, origins="*")
    CORS(back, origins=APP)
    back.add_url_rule("/v", "v", lambda: "secret")
    asked_first = front.wsgi_app

    def cascade(environ, start_response):
        asked_first(environ, lambda *_: None)  # 404: the other one is asked
        return back.wsgi_app(environ, start_response)

    front.wsgi_app = cascade
    response = ask(front, "/v", EVIL)
    assert (response.text, response.access_control_allow_origin) == ("secret", None)
    assert ask(front, "/v", APP).access_control_allow_origin == APP


def test_an_app_without_a_policy_is_left_as_it_is(ask, preflight):
    app = Flask(__name__)
    app.add_url_rule("/plain", "plain", behave)
    app.add_url_rule("/v", "v", cross_origin(APP)(behave))
    for response in (ask(app, "/plain"), preflight(app, "/plain"), ask(app, "/missing")):
        assert not [name for name, _ in response.headers if name.startswith("Access-Control")]
        assert "Vary" not in response.headers


def test_two_apps_of_one_module_with_the_same_decorated_view_read_each_its_own_config(ask):
    view = cross_origin()(behave)
    for origin in (APP, EVIL):
        app = Flask(__name__)
        app.config["CORS_ORIGINS"] = origin
        app.add_url_rule("/v", "v", view)
        assert ask(app, "/v", APP).access_control_allow_origin == (APP if origin == APP else None)
        assert ask(app, "/v", EVIL).access_control_allow_origin == (
            EVIL if origin == EVIL else None
        )


def test_one_rule_for_every_path_holds_for_views_beside_decorated_ones_and_in_blueprints(ask):
    """Whatever is known beforehand about a view, a path in doubt is asked about anew."""
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
            for asked in (APP, area, own):
                answer = ask(app, path, asked)
                assert answer.access_control_allow_origin == (asked if asked == origin else None)


# ---- what the tools ask ------------------------------------------------------------------------


def test_a_binding_tells_the_rules_of_a_view_and_their_places():
    app = Flask("app")
    inner, outer, other = (Blueprint(name, __name__) for name in ("inner", "outer", "other"))
    CORS(inner, resources="/inner")
    CORS(outer, resources="/outer")
    CORS(other)
    outer.register_blueprint(inner)
    app.register_blueprint(outer)
    app.register_blueprint(other)
    CORS(app, resources=["/a", "/b"])
    binding = hooks.bind(app)
    found = [
        (name, [pattern.source for pattern in rules.rules])
        for name, rules in binding.rules_of("outer.inner.view")
    ]
    assert found == [("outer.inner", ["/inner"]), ("outer", ["/outer"]), ("", ["/a", "/b"])]
    lines = [
        binding.places[name, pattern].line
        for name, rules in binding.rules_of("outer.inner.view")
        for pattern in rules.rules
    ]
    first = test_a_binding_tells_the_rules_of_a_view_and_their_places.__code__.co_firstlineno
    assert [line - first for line in lines] == [3, 4, 9, 9]
