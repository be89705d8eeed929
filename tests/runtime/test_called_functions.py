"""Decorated functions that are the request's view, and those that something else calls."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, ClassVar

import pytest
from flask import Flask, Response, abort, make_response, request
from flask.views import MethodView, View

from flask_cors import CORS, CORSWarning, cross_origin
from flask_cors.runtime.install import registry_of

from .exchanges import APP, EVIL, OTHER, allowed, cors_headers, send, send_preflight, vary


def plain_app(origins: object = None) -> Flask:
    """Return an app, with a policy if ``origins`` is given."""
    app = Flask(__name__)
    app.logger.disabled = True
    if origins is not None:
        CORS(app, origins=origins)
    return app


def assert_policy_of_view(app: Flask, path: str = "/", method: str = "GET") -> None:
    """Assert that ``path`` allows OTHER alone, whatever the app's policy is."""
    for origin, lines in ((OTHER, [OTHER]), (APP, [OTHER]), (EVIL, [OTHER])):
        response = send(app, path, origin, method)
        # One exact origin: its header is only on responses to it.
        assert allowed(response) == (lines if origin == OTHER else []), origin
    assert allowed(send_preflight(app, path, OTHER, method)) == [OTHER]
    assert allowed(send_preflight(app, path, APP, method)) == []


# ---- the ways to write a view --------------------------------------------------------------------


def hidden(view: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator without functools.wraps."""

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    return wrapper


def kept(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    return wrapper


@cross_origin(OTHER)
def decorated(*args: Any) -> str:
    return "decorated"


class Called:
    """A class whose instances are views."""

    @cross_origin(OTHER)
    def __call__(self) -> str:
        return "called"


class Dispatching(View):
    @cross_origin(OTHER)
    def dispatch_request(self) -> str:
        return "dispatched"


class Decorated(MethodView):
    decorators: ClassVar[Any] = (cross_origin(OTHER), kept)

    def get(self) -> str:
        return "get"


VIEWS = {
    "function": decorated,
    "wrapped": kept(kept(decorated)),
    "partial": partial(decorated, "argument"),
    "partial of partial": partial(partial(decorated, 1), 2),
    "wrapped partial": kept(partial(decorated, 1)),
    "decorated partial": cross_origin(OTHER)(partial(lambda argument: "partial", 1)),
    "instance": Called(),
    "partial of instance": partial(Called()),
    "bound method": Called().__call__,
    "dispatch_request": Dispatching.as_view("dispatching"),
    "decorators": Decorated.as_view("decorated"),
}


@pytest.mark.parametrize("origins", [None, APP, "*"])
@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_the_policy_of_a_view_is_found_however_it_is_written(view, origins):
    app = plain_app(origins)
    app.add_url_rule("/", "view", view)
    assert_policy_of_view(app)


@pytest.mark.parametrize("origins", [None, APP, "*"])
@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_check_outside_that_aborts_has_the_policy_of_the_view(view, origins):
    app = plain_app(origins)

    @wraps(view, assigned=())
    def checked(*args: Any, **kwargs: Any) -> Any:
        abort(401)

    app.add_url_rule("/", "view", checked)
    response = send(app, origin=OTHER)
    assert (response.status_code, allowed(response)) == (401, [OTHER])
    assert allowed(send(app, origin=APP)) == []


@pytest.mark.parametrize("origins", [None, APP, "*"])
def test_a_view_that_is_registered_late_gets_its_policy(origins):
    app = plain_app(origins)
    app.add_url_rule("/", "early", lambda: "early")
    assert send(app).text == "early"
    app._got_first_request = False  # some libraries add views at run time
    app.add_url_rule("/late", "late", decorated)
    app.add_url_rule("/late-preflight", "late_preflight", decorated, methods=["PUT"])
    app._got_first_request = True
    assert allowed(send_preflight(app, "/late-preflight", OTHER)) == [OTHER]
    assert allowed(send_preflight(app, "/late-preflight", APP)) == []
    assert_policy_of_view(app, "/late")


def test_a_view_that_is_registered_late_is_not_called_for_options():
    app = plain_app()
    app.add_url_rule("/", "early", cross_origin(OTHER)(lambda: "early"))
    assert send(app).text == "early"
    app._got_first_request = False
    view = cross_origin(OTHER)(lambda: "called")
    app.add_url_rule("/late", "late", view, methods=["GET", "OPTIONS"])
    app._got_first_request = True
    assert send(app, "/late", OTHER, "OPTIONS").text == ""
    assert send(app, "/late", OTHER).text == "called"


@pytest.mark.parametrize("origins", [None, APP, "*"])
@pytest.mark.parametrize("with_context", [False, True])
def test_a_view_may_be_decorated_after_it_is_registered(origins, with_context):
    """For example by a loop over app.view_functions."""
    app = plain_app(origins)
    app.add_url_rule("/", "view", lambda: "view")
    if with_context:
        with app.app_context():
            assert "view" in app.view_functions
    app.view_functions["view"] = cross_origin(OTHER)(app.view_functions["view"])
    assert allowed(send_preflight(app, "/", OTHER, "GET")) == [OTHER]
    assert_policy_of_view(app)


# ---- Flask-RESTful's method_decorators ---------------------------------------------------------


class Resource(MethodView):
    """Dispatches as Flask-RESTful and Flask-RESTX do: decorators are applied on each request."""

    method_decorators: ClassVar[Any] = ()

    def dispatch_request(self, *args: Any, **kwargs: Any) -> Any:
        method = getattr(self, request.method.lower())
        decorators = self.method_decorators
        if isinstance(decorators, dict):
            decorators = decorators.get(request.method.lower(), ())
        for decorator in decorators:
            method = decorator(method)
        return make_response(method(*args, **kwargs))

    def get(self) -> str:
        return "get"

    def put(self) -> str:
        abort(401)


@pytest.mark.parametrize("origins", [None, APP, "*"])
def test_a_list_of_method_decorators_holds_for_every_method(origins):
    class Things(Resource):
        method_decorators = (cross_origin(OTHER), kept)

    app = plain_app(origins)
    app.add_url_rule("/", view_func=Things.as_view("things"))
    for method in ("GET", "PUT"):
        assert_policy_of_view(app, method=method)


def test_cross_origin_is_found_behind_other_method_decorators():
    class Things(Resource):
        method_decorators = (kept, cross_origin(OTHER))

    app = plain_app()
    app.add_url_rule("/", view_func=Things.as_view("things"))
    for method in ("GET", "PUT"):
        assert_policy_of_view(app, method=method)


@pytest.mark.parametrize("origins", [None, APP])
def test_a_dict_of_method_decorators_holds_for_its_methods(origins):
    class Things(Resource):
        method_decorators: ClassVar[Any] = {"put": [cross_origin(OTHER)]}

    app = plain_app(origins)
    app.add_url_rule("/", view_func=Things.as_view("things"))
    assert_policy_of_view(app, method="PUT")
    assert allowed(send(app, origin=OTHER)) == []
    assert allowed(send(app, origin=APP)) == ([] if origins is None else [APP])
    assert allowed(send_preflight(app, "/", APP, "GET")) == ([] if origins is None else [APP])


# ---- functions that are not the view -------------------------------------------------------------


def test_a_helper_returns_a_response_during_a_request_and_its_value_outside():
    app = plain_app()
    returned: list[Any] = []

    @cross_origin(OTHER)
    def helper():
        return "value", 201

    @app.get("/")
    def view():
        returned.append(helper())
        return "view"

    assert send(app).text == "view"
    assert isinstance(returned[0], Response)
    assert (returned[0].status_code, returned[0].get_data()) == (201, b"value")
    assert helper() == ("value", 201)


@pytest.mark.parametrize("origins", [None, APP])
def test_a_helper_decides_where_its_own_response_is_sent(origins):
    app = plain_app(origins)

    @cross_origin(OTHER)
    def helper():
        return "value"

    app.add_url_rule("/", "view", lambda: helper())
    assert allowed(send(app, origin=OTHER)) == [OTHER]
    response = send(app, origin=APP)
    assert (response.text, allowed(response), vary(response)) == ("value", [], ["Origin"])


@pytest.mark.parametrize("origins", [None, APP])
def test_a_helper_whose_response_is_not_sent_decides_nothing(origins):
    app = plain_app(origins)

    @cross_origin("*")
    def helper():
        return "value"

    @app.get("/")
    def view():
        response = helper()
        return f"<{response.get_data(as_text=True)}>"

    for origin in (APP, OTHER, EVIL):
        response = send(app, origin=origin)
        assert response.text == "<value>"
        assert allowed(response) == ([APP] if origins and origin == APP else [])


def test_the_helper_whose_response_is_sent_decides():
    app = plain_app()

    @cross_origin(APP)
    def one():
        return "one"

    @cross_origin(OTHER)
    def two():
        return "two"

    @app.get("/<int:number>")
    def view(number):
        return (one(), two())[number]

    assert [allowed(send(app, "/0", origin)) for origin in (APP, OTHER)] == [[APP], []]
    assert [allowed(send(app, "/1", origin)) for origin in (APP, OTHER)] == [[], [OTHER]]


@pytest.mark.parametrize("origins", [None, "*"])
def test_a_helper_never_loosens_the_policy_of_a_decorated_view(origins):
    app = plain_app(origins)

    @cross_origin("*")
    def helper():
        return "value"

    @app.get("/")
    @cross_origin(OTHER)
    def view():
        return helper()

    assert_policy_of_view(app)


def test_a_helper_never_loosens_the_policy_of_a_decorated_view_that_is_registered_late():
    app = plain_app()
    helper = cross_origin("*")(lambda: "value")
    app.add_url_rule("/early", "early", lambda: helper())
    assert allowed(send(app, "/early", EVIL)) == [EVIL]
    app._got_first_request = False  # as a library does that adds views at run time
    app.add_url_rule("/", "late", cross_origin(OTHER)(lambda: helper()))
    app._got_first_request = True
    assert_policy_of_view(app)


def test_a_helper_that_shares_the_decorator_of_its_view_returns_a_response():
    """One ``cross_origin(...)`` may be kept in a variable and decorate many functions."""
    app = plain_app()
    shared = cross_origin(OTHER)
    returned: list[Any] = []

    @shared
    def helper():
        return "value"

    @app.get("/")
    @shared
    def view():
        returned.append(helper())
        return returned[-1]

    assert_policy_of_view(app)
    assert all(isinstance(each, Response) for each in returned)


def test_a_decorated_method_that_another_one_calls_decides_by_its_response():
    app = plain_app()

    class Things(MethodView):
        @cross_origin(OTHER)
        def get(self):
            return "get"

        def put(self):
            response = self.get()
            assert isinstance(response, Response)
            return response

        @cross_origin(APP)
        def post(self):
            return self.get()

        def delete(self):
            return self.get().get_data()

    app.add_url_rule("/", view_func=Things.as_view("things"))
    by_method = {
        method: [allowed(send(app, "/", origin, method)) for origin in (APP, OTHER)]
        for method in ("GET", "PUT", "POST", "DELETE")
    }
    assert registry_of(app).findings == []
    assert by_method == {
        "GET": [[], [OTHER]],
        "PUT": [[], [OTHER]],
        "POST": [[APP], []],
        "DELETE": [[], []],
    }


@pytest.mark.parametrize("origins", [None, APP])
def test_before_request_may_call_a_decorated_function(origins):
    app = plain_app(origins)

    @cross_origin(OTHER)
    def closed():
        return "closed", 503

    @app.before_request
    def check():
        return closed() if request.path == "/closed" else None

    app.add_url_rule("/<path:name>", "view", lambda name: name)
    for path in ("/closed", "/open"):
        response = send(app, path, APP)
        expected = [APP] if origins and path == "/open" else []
        assert (response.text, allowed(response)) == (path[1:], expected)
    assert allowed(send(app, "/closed", OTHER)) == [OTHER]


@pytest.mark.parametrize("origins", [None, APP, "*"])
def test_a_decorated_error_handler_decides_where_the_view_has_no_policy(origins):
    app = plain_app(origins)

    @app.errorhandler(404)
    @cross_origin(OTHER)
    def missing(error):
        return "missing", 404

    app.add_url_rule("/", "view", cross_origin(EVIL)(lambda: abort(404)))
    for origin in (APP, OTHER, EVIL):
        response = send(app, "/missing", origin)
        expected = [OTHER] if origin == OTHER else []
        assert (response.status_code, response.text) == (404, "missing")
        assert allowed(response) == expected
        assert allowed(send(app, "/", origin)) == ([EVIL] if origin == EVIL else [])


# ---- a decorator that hides the view -----------------------------------------------------------


@pytest.mark.parametrize("origins", [None, APP])
def test_a_hidden_view_decides_by_its_response_and_causes_one_warning(origins):
    app = plain_app(origins)

    @cross_origin(OTHER)
    def list_users():
        return "users"

    app.add_url_rule("/", "view", hidden(list_users))
    with pytest.warns(CORSWarning, match=r"functools\.wraps") as caught:
        lines = [allowed(send(app, origin=origin)) for origin in (OTHER, APP, EVIL)]
    assert lines == [[OTHER], [], []]
    line = list_users.__wrapped__.__code__.co_firstlineno
    assert [(each.filename, each.lineno) for each in caught] == [(__file__, line)]
    assert allowed(send_preflight(app, "/", APP, "GET")) == ([] if origins is None else [APP])


class Holding:
    """A decorator without functools.wraps that keeps the view in an attribute."""

    def __init__(self, view: Callable[..., Any]) -> None:
        self.view = view

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.view(*args, **kwargs)


def refers_to_itself(view: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator whose wrapper also refers to itself, to a built-in function and to a variable
    without a value."""
    called = len
    if not callable(view):
        unset = None

    def again(*args: Any, **kwargs: Any) -> Any:
        return unset if called(args) else view(*args, **kwargs) or again()

    return again


def takes_its_name(view: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator that copies the name of the view by itself."""
    wrapper = hidden(view)
    wrapper.__qualname__ = view.__qualname__
    return wrapper


def at_the_top() -> str:
    return "value"


@pytest.mark.parametrize(
    "hide",
    [
        Holding,
        refers_to_itself,
        lambda view: refers_to_itself(hidden(view)),
        takes_its_name,
        lambda view: Holding(hidden(view)),
        lambda view: hidden(Holding(view)),
        lambda view: hidden(hidden(hidden(hidden(view)))),
    ],
)
def test_a_view_behind_several_decorators_that_hide_it_is_warned_of(hide):
    app = plain_app()
    app.add_url_rule("/", "view", hide(cross_origin(OTHER)(at_the_top)))
    with pytest.warns(CORSWarning, match="^CORS608 "):
        assert allowed(send(app, origin=OTHER)) == [OTHER]


def test_a_hidden_view_named_like_a_variable_of_its_decorator_causes_a_warning():
    app = plain_app()

    @cross_origin(OTHER)
    def view():
        return "view"

    app.add_url_rule("/", "view", hidden(view))
    with pytest.warns(CORSWarning, match=r"functools\.wraps"):
        assert allowed(send(app, origin=OTHER)) == [OTHER]


@pytest.mark.parametrize("origins", [None, APP])
def test_an_error_of_a_hidden_view_has_the_policy_of_the_app(origins):
    app = plain_app(origins)

    @hidden
    @cross_origin(OTHER)
    def view():
        abort(401)

    app.add_url_rule("/", "view", view)
    response = send(app, origin=APP)
    assert (response.status_code, allowed(response)) == (401, [] if origins is None else [APP])
    assert allowed(send(app, origin=OTHER)) == []


def test_a_helper_in_a_variable_of_another_name_is_not_reported_as_hidden():
    app = plain_app()

    @cross_origin(OTHER)
    def list_users():
        return "users"

    users = list_users
    app.add_url_rule("/", "view", lambda: users())
    response = send(app, origin=OTHER)
    assert (response.text, allowed(response)) == ("users", [OTHER])
    assert registry_of(app).findings == []


# ---- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_the_app_never_allows_what_a_view_refused(view):
    app = plain_app("*")
    app.add_url_rule("/", "view", view)
    for method in ("GET", "HEAD", "OPTIONS"):
        response = send(app, "/", EVIL, method)
        assert (cors_headers(response), vary(response)) == ([], ["Origin"]), method
    assert cors_headers(send_preflight(app, "/", EVIL, "GET")) == []


# ---- replaced views ------------------------------------------------------------------------------


@pytest.mark.parametrize("origins", [None, "*"])
def test_a_view_that_replaces_another_has_its_own_policy(origins):
    """Some libraries replace views at run time."""
    app = plain_app(origins)
    app.add_url_rule("/", "view", cross_origin(origins="*")(lambda: "open"), methods=["GET", "PUT"])
    assert allowed(send(app, "/", APP)) == [APP]
    app.view_functions["view"] = cross_origin(OTHER)(lambda: "view")
    assert_policy_of_view(app)
    assert allowed(send_preflight(app, "/", OTHER)) == [OTHER]
    assert allowed(send_preflight(app, "/", APP)) == []
    app.view_functions["view"] = lambda: "undecorated"
    expected = [] if origins is None else [APP]
    assert allowed(send(app, "/", APP)) == expected
    assert allowed(send_preflight(app, "/", APP)) == expected
