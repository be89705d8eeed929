"""How preflights are answered: whatever the app's own functions say, and what is left to Flask."""

from __future__ import annotations

import importlib.metadata
from functools import wraps

import pytest
from flask import Blueprint, Flask, abort, g, redirect, request, session
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


# ---- the answer --------------------------------------------------------------------------------


def test_an_allowed_preflight_is_answered_with_its_headers_and_nothing_else(preflight):
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


def test_a_preflight_for_a_method_that_is_not_allowed_is_told_the_origin_alone(preflight):
    response = preflight(an_app(methods=["GET"]), "/v", "PUT", names="x-one")
    assert (response.status_code, response.access_control_allow_origin) == (200, APP)
    assert "Access-Control-Allow-Methods" not in response.headers
    assert "Access-Control-Allow-Headers" not in response.headers
    assert "Allow" not in response.headers


@pytest.mark.parametrize(("option", "answer"), [(True, "true"), (False, "false")])
def test_a_question_for_the_private_network_is_answered(ask, preflight, option, answer):
    app = an_app(allow_private_network=option)
    asks = {"headers": {"Access-Control-Request-Private-Network": "true"}}
    name = "Access-Control-Allow-Private-Network"
    assert ask(app, "/v", method="PUT", **asks).headers[name] == answer
    asks["headers"]["Access-Control-Request-Method"] = "PUT"
    assert ask(app, "/v", method="OPTIONS", **asks).headers[name] == answer
    assert name not in ask(app, "/v", EVIL, "OPTIONS", **asks).headers
    assert name not in preflight(app, "/v").headers


@pytest.mark.parametrize("path", ["/missing", "/none", "/slash"])
def test_a_preflight_is_answered_where_routing_gave_404_405_or_a_redirect(preflight, path):
    app = an_app()
    app.add_url_rule("/none", "none", put, provide_automatic_options=False)  # OPTIONS is a 405
    response = preflight(app, path)
    assert (response.status_code, response.data) == (200, b"")
    assert response.access_control_allow_origin == APP
    assert "Location" not in response.headers


@pytest.mark.skipif(FLASK < (3, 1), reason="TRUSTED_HOSTS came with Flask 3.1")
def test_an_untrusted_host_is_left_alone(ask, preflight):
    app = an_app()
    app.config["TRUSTED_HOSTS"] = ["trusted.example"]
    assert preflight(app, "/v", base_url="http://trusted.example").status_code == 200
    assert preflight(app, "/v", base_url="http://evil.example").status_code == 400
    assert ask(app, "/v", method="PUT", base_url="http://evil.example").status_code == 400


@pytest.mark.skipif(FLASK < (3, 1), reason="TRUSTED_HOSTS came with Flask 3.1")
def test_an_untrusted_host_breaks_nothing_where_views_and_blueprints_have_policies(ask, preflight):
    app = an_app()
    app.config["TRUSTED_HOSTS"] = ["trusted.example"]
    app.add_url_rule("/own", "own", cross_origin(APP)(put))
    bp = Blueprint("bp", __name__, url_prefix="/bp")
    CORS(bp, origins=APP)
    app.register_blueprint(bp)
    for path in ("/own", "/v", "/bp/missing"):
        assert preflight(app, path, base_url="http://evil.example").status_code == 400
        assert ask(app, path, base_url="http://evil.example").status_code == 400


# ---- before_request and after_request ----------------------------------------------------------


def answers() -> tuple[str, int]:
    return "log in", 401


def aborts() -> None:
    abort(401)


def redirects() -> object:
    return redirect("/login")


def raises() -> None:
    raise RuntimeError("no database")


async def answers_async() -> tuple[str, int]:
    return "log in", 401


@pytest.mark.parametrize("function", [answers, aborts, redirects, raises, answers_async])
@pytest.mark.parametrize("where", ["before CORS", "after CORS", "of the blueprint"])
def test_a_preflight_is_answered_whatever_a_before_request_function_says(
    ask, preflight, function, where
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
    assert ask(app, "/v", method="PUT").status_code in {302, 401, 500}
    assert ask(app, "/v", method="OPTIONS").status_code in {302, 401, 500}


@pytest.mark.parametrize(
    ("third", "run"),
    [(None, "app 1, app 2, outer, inner"), ("says", "app 1, app 2"), ("raises", "app 1, app 2")],
)
def test_before_request_functions_run_in_order_until_one_answers(preflight, third, run):
    app = Flask(__name__)
    ran: list[str] = []

    @app.before_request
    def first():
        ran.append("app 1")

    CORS(app, origins=APP)

    @app.before_request
    def second():
        ran.append("app 2")
        if third == "raises":
            raise RuntimeError
        return third

    inner, outer = Blueprint("inner", __name__), Blueprint("outer", __name__)
    inner.add_url_rule("/v", "v", put, methods=["PUT"])
    inner.before_request(lambda: ran.append("inner"))
    outer.before_request(lambda: ran.append("outer"))
    outer.register_blueprint(inner)
    app.register_blueprint(outer)
    other = Blueprint("other", __name__)
    other.before_request(lambda: ran.append("other"))
    app.register_blueprint(other)
    assert preflight(app, "/v").status_code == 200
    assert ", ".join(ran) == run
    ran.clear()
    app.test_client().put("/v")
    assert ", ".join(ran) == run


def test_after_request_functions_find_what_before_request_functions_set(preflight):
    app = an_app()

    @app.before_request
    def begin():
        g.began = "then"

    @app.after_request
    def end(response):
        response.headers["X-Began"] = g.began
        return response

    bp = Blueprint("bp", __name__)
    bp.add_url_rule("/bp", "v", put, methods=["PUT"])

    @bp.after_request
    def end_of_blueprint(response):
        response.headers["X-Blueprint"] = "too"
        return response

    app.register_blueprint(bp)
    response = preflight(app, "/bp")
    assert response.headers["X-Began"] == "then"
    assert response.headers["X-Blueprint"] == "too"


def test_each_before_request_function_runs_once(preflight):
    app = an_app()
    runs = []
    app.before_request(lambda: runs.append(request.method))
    preflight(app, "/v")
    preflight(app, "/v", origin=EVIL)
    assert runs == ["OPTIONS", "OPTIONS"]


def test_several_cors_on_one_app_answer_once(preflight):
    app = an_app(resources="/a")
    CORS(app, origins=APP, resources="/v")
    runs = []
    app.before_request(lambda: runs.append(1))
    assert preflight(app, "/v").access_control_allow_origin == APP
    assert runs == [1]
    assert len(app.before_request_funcs[None]) == 2


# ---- the ordinary way --------------------------------------------------------------------------


def test_options_that_is_no_preflight_takes_the_ordinary_way(ask):
    app = an_app()
    for headers in ({"Origin": APP}, {"Access-Control-Request-Method": "PUT"}):
        response = ask(app, "/v", None, "OPTIONS", headers=headers)
        assert response.status_code == 200
        assert set(response.allow) == {"OPTIONS", "PUT"}
        assert "Access-Control-Allow-Methods" not in response.headers
    assert ask(app, "/missing", method="OPTIONS").status_code == 404


def test_a_method_other_than_options_is_never_a_preflight(ask):
    headers = {"Access-Control-Request-Method": "PUT"}
    response = ask(an_app(), "/v", method="PUT", headers=headers)
    assert response.text == "put"
    assert "Access-Control-Allow-Methods" not in response.headers


def test_a_refused_preflight_takes_the_ordinary_way(preflight):
    response = preflight(an_app(), "/v", origin=EVIL)
    assert set(response.allow) == {"OPTIONS", "PUT"}
    assert response.headers.getlist("Vary") == ["Origin"]
    assert not [name for name, _ in response.headers if name.startswith("Access-Control")]
    assert preflight(an_app(), "/missing", origin=EVIL).status_code == 404


def test_a_preflight_that_no_rule_matches_takes_the_ordinary_way(preflight):
    app = an_app(resources="/api/*")
    app.before_request(answers)
    response = preflight(app, "/v")
    assert response.status_code == 401
    assert "Vary" not in response.headers


@pytest.mark.parametrize("level", ["app", "resource", "config", "view"])
def test_with_automatic_options_off_preflights_take_the_ordinary_way(preflight, level):
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
    assert set(response.allow) == {"OPTIONS", "PUT"}  # Flask's own answer
    assert response.access_control_allow_origin == APP
    assert "Access-Control-Allow-Methods" in response.headers
    app.before_request_funcs[None].append(answers)
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
def test_a_view_that_handles_options_is_called_unless_it_is_decorated(
    ask, preflight, view, outcome
):
    app = Flask(__name__)
    CORS(app, origins=APP)
    app.add_url_rule("/v", view_func=view.as_view("v"))
    response = preflight(app, "/v")
    assert response.status_code == 200
    assert response.text == ("my own" if outcome == "called" else "")
    assert response.access_control_allow_origin == APP
    assert "Access-Control-Allow-Methods" in response.headers
    assert "Allow" not in response.headers
    plain = ask(app, "/v", method="OPTIONS")
    assert plain.text == ("my own" if outcome == "called" else "")
    assert ("Allow" in plain.headers) == (outcome == "replaced")


@pytest.mark.parametrize(("view", "outcome"), VIEWS)
def test_so_it_is_with_decorators_alone(ask, preflight, view, outcome):
    app = Flask(__name__)
    app.add_url_rule("/v", view_func=view.as_view("v"))
    assert preflight(app, "/v").text == ("my own" if outcome == "called" else "")
    assert preflight(app, "/v", origin=EVIL).text == ("my own" if outcome == "called" else "")
    assert ask(app, "/v", method="OPTIONS").text == ("my own" if outcome == "called" else "")


@pytest.mark.parametrize("extension", [True, False])
def test_where_a_decorator_replaces_the_view_login_checks_answer_first_without_an_extension(
    preflight, extension
):
    app = Flask(__name__)
    if extension:
        CORS(app)
    app.before_request(aborts)
    app.add_url_rule("/v", view_func=Decorated.as_view("v"))
    assert preflight(app, "/v").status_code == (200 if extension else 401)
    assert preflight(app, "/v").access_control_allow_origin == APP


def check(view):
    """A decorator that answers in place of the view: nobody is logged in."""

    @wraps(view)
    def checked():
        abort(401)

    return checked


def test_where_a_decorator_replaces_the_view_a_check_around_it_does_not_answer_either(preflight):
    app = Flask(__name__)
    CORS(app, origins=APP)
    app.add_url_rule("/v", "v", check(cross_origin(APP)(lambda: "put")), methods=["PUT", "OPTIONS"])
    app.add_url_rule("/w", "w", check(lambda: "put"), methods=["PUT", "OPTIONS"])
    assert preflight(app, "/v").status_code == 200
    assert preflight(app, "/w").status_code == 401


def test_so_it_is_where_the_method_options_alone_is_decorated(preflight):
    app = Flask(__name__)
    CORS(app, origins=APP)
    app.add_url_rule("/v", view_func=check(DecoratedMethod.as_view("v")))
    assert preflight(app, "/v").status_code == 200


def test_an_allowed_preflight_that_a_decorated_view_answers_tells_no_methods_of_it(preflight, ask):
    app = Flask(__name__)
    app.add_url_rule("/v", view_func=Decorated.as_view("v"))
    assert "Allow" not in preflight(app, "/v").headers
    assert "Access-Control-Allow-Methods" in preflight(app, "/v").headers
    refused = preflight(app, "/v", origin=EVIL)
    assert set(refused.allow) == {"OPTIONS", "PUT"}
    assert set(ask(app, "/v", method="OPTIONS").allow) == {"OPTIONS", "PUT"}


def test_a_view_that_is_called_may_say_no(preflight):
    app = Flask(__name__)
    CORS(app, origins=APP)
    app.add_url_rule("/v", "v", lambda: ("not here", 403), methods=["OPTIONS", "PUT"])
    response = preflight(app, "/v")
    assert (response.status_code, response.text) == (403, "not here")


@pytest.mark.parametrize("function", [answers, aborts, raises])
def test_a_view_that_handles_options_is_called_whatever_a_login_check_says(preflight, function):
    app = Flask(__name__)
    CORS(app, origins=APP)
    ran = []
    app.before_request(lambda: ran.append(1))
    app.before_request(function)
    app.add_url_rule("/v", view_func=Own.as_view("v"))
    response = preflight(app, "/v")
    assert (response.text, response.access_control_allow_origin) == ("my own", APP)
    assert ran == [1]
    assert preflight(app, "/v", origin=EVIL).status_code in {401, 500}


# ---- decorators alone --------------------------------------------------------------------------


@pytest.mark.parametrize("function", [answers, aborts, redirects, raises])
def test_in_an_app_with_decorators_alone_login_checks_come_first(preflight, function):
    app = Flask(__name__)
    app.before_request(function)
    app.add_url_rule("/v", "v", cross_origin(APP)(put), methods=["PUT"])
    response = preflight(app, "/v")
    assert response.status_code in {302, 401, 500}
    assert response.access_control_allow_origin == APP


def test_in_an_app_with_decorators_alone_flask_answers_and_the_headers_are_added(preflight):
    app = Flask(__name__)
    app.add_url_rule("/v", "v", cross_origin(APP)(put), methods=["PUT"])
    response = preflight(app, "/v", names="x-one")
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Headers"] == "x-one"
    assert preflight(app, "/missing").status_code == 404


@pytest.mark.skipif(FLASK < (3, 1), reason="PROVIDE_AUTOMATIC_OPTIONS came with Flask 3.1")
def test_a_decorated_view_is_preflighted_where_flask_is_told_not_to_answer_options(preflight):
    app = Flask(__name__)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.add_url_rule("/v", "v", cross_origin(APP)(put), methods=["PUT"])
    off = cross_origin(APP, automatic_options="no")(put)
    app.add_url_rule("/off", "off", off, methods=["PUT"])
    response = preflight(app, "/v")
    assert (response.status_code, response.data) == (200, b"")
    assert response.headers["Access-Control-Allow-Methods"].startswith("DELETE, GET")
    assert preflight(app, "/off").status_code == 405


def test_a_decorator_keeps_the_methods_that_others_require():
    def view() -> str:
        return "view"

    view.required_methods = ["PATCH"]
    assert cross_origin()(view).required_methods == {"PATCH", "OPTIONS"}
    assert cross_origin(automatic_options=False)(view).required_methods == ["PATCH"]


def test_a_blueprint_alone_answers_preflights_too(preflight):
    app = Flask(__name__)
    bp = Blueprint("bp", __name__, url_prefix="/bp")
    CORS(bp, origins=APP)
    bp.add_url_rule("/v", "v", put, methods=["PUT"])
    app.register_blueprint(bp)
    app.before_request(aborts)
    assert preflight(app, "/bp/v").status_code == 200
    assert preflight(app, "/bp/missing").status_code == 200
    assert preflight(app, "/v").status_code == 401


# ---- together with the session -----------------------------------------------------------------


def test_a_before_request_function_that_reads_the_session_varies_the_answer(preflight):
    app = an_app()
    app.secret_key = "key"
    app.before_request(lambda: session.get("user"))
    response = preflight(app, "/v")
    varies = [name.strip() for line in response.headers.getlist("Vary") for name in line.split(",")]
    assert sorted(varies) == [
        "Access-Control-Request-Headers",
        "Access-Control-Request-Method",
        "Cookie",
    ]


def test_a_callable_is_asked_once_a_request(ask, preflight):
    asked: list[str] = []

    def allow(origin: str) -> bool:
        asked.append(origin)
        return origin == APP

    app = Flask(__name__)
    CORS(app, origins=allow)
    app.add_url_rule("/v", view_func=Own.as_view("v"))
    app.add_url_rule("/own", view_func=Decorated.as_view("own"))
    for send in (ask, preflight):
        for origin in (APP, EVIL):
            asked.clear()
            send(app, "/v", origin=origin)
            assert asked == [origin]
