"""No function of the app runs on a preflight from an allowed origin."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from flask import (
    Blueprint,
    Flask,
    abort,
    after_this_request,
    g,
    request,
    request_finished,
    request_started,
    request_tearing_down,
)
from flask.views import MethodView
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.routing import BaseConverter

from flask_cors import CORS, cross_origin
from flask_cors.tools.shared.app_errors import first_error

from .exchanges import APP, EVIL, allowed, cors_headers, send, send_preflight

# The ways in which a function of the app may end before the view.
BEHAVIOURS = ("return", "abort", "raise", "respond")
BOUND = ("app", "blueprint", "decorators", "everything")
# Below "/" the views of the app, below "/bp" those of its blueprint.
VIEWS = ("view", "options", "parsing", "class", "method")
ERRORS = ("missing", "no-options", "slash")


def behave(name: str) -> Any:
    if name == "abort":
        abort(401)
    if name == "raise":
        raise RuntimeError(name)
    return ("log in", 401) if name == "respond" else None


class CalledApp:
    """An app that records which of its functions are called.

    :ivar called: their names, in order.
    """

    def __init__(self, bound: str, before: str = "return", url_values: str = "return") -> None:
        self.called: list[str] = []
        self.app = app = Flask(__name__)
        app.logger.disabled = True
        bp = Blueprint("bp", __name__, url_prefix="/bp")
        decorate = cross_origin(APP) if bound in ("decorators", "everything") else _undecorated
        for scaffold in (app, bp):
            self._add_functions(scaffold, before, url_values)
            self._add_views(scaffold, decorate)
        if bound in ("blueprint", "everything"):
            CORS(bp, origins=APP)
        if bound in ("app", "everything"):
            CORS(app, origins=APP)
        app.register_blueprint(bp)

    def note(self, name: str) -> None:
        self.called.append(name)

    def _add_functions(self, scaffold: Flask | Blueprint, before: str, url_values: str) -> None:
        kind = type(scaffold).__name__

        @scaffold.url_value_preprocessor
        def url_value_preprocessor(endpoint, values):
            self.note(f"url_value_preprocessor of {kind}")
            if url_values != "respond":  # its return value is ignored
                behave(url_values)

        @scaffold.before_request
        def before_request():
            self.note(f"before_request of {kind}")

            @after_this_request
            def after_this(response):
                self.note("after_this_request")
                return response

            return behave(before)

        @scaffold.after_request
        def after_request(response):
            self.note(f"after_request of {kind}")
            return response

        @scaffold.teardown_request
        def teardown_request(error):
            self.note(f"teardown_request of {kind}")

    def _add_views(self, scaffold: Flask | Blueprint, decorate: Callable[[Any], Any]) -> None:
        def view():
            self.note("view")
            return "view"

        def options():
            self.note(f"view with {request.method}")
            return "own", {"Access-Control-Allow-Origin": "*"}

        def parsing():
            self.note(f"view with {request.method}")
            return request.get_json()["name"]

        class Class(MethodView):
            decorators = (decorate,)

            def put(inner):  # noqa: N805
                self.note("method")
                return "put"

            def options(inner):  # noqa: N805
                self.note("method for OPTIONS")
                return "options"

        class Method(MethodView):
            @decorate
            def put(inner):  # noqa: N805
                self.note("method")
                return "put"

        several = ["PUT", "OPTIONS"]
        scaffold.add_url_rule("/view", "view", decorate(view), methods=["PUT"])
        scaffold.add_url_rule("/options", "options", decorate(options), methods=several)
        scaffold.add_url_rule("/parsing", "parsing", decorate(parsing), methods=several)
        scaffold.add_url_rule("/class", view_func=Class.as_view("class"))
        scaffold.add_url_rule("/method", view_func=Method.as_view("method"))
        none = {"methods": ["PUT"], "provide_automatic_options": False}
        scaffold.add_url_rule("/no-options", "no_options", view, **none)
        scaffold.add_url_rule("/slash/", "slash", view, methods=["PUT"])

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note the signals of requests, too."""
        named = {
            "request_started": request_started,
            "request_finished": request_finished,
            "request_tearing_down": request_tearing_down,
        }
        with ExitStack() as stack:
            for name, signal in named.items():
                stack.enter_context(signal.connected_to(self._receiver(name), self.app))
            yield

    def _receiver(self, name: str) -> Callable[..., None]:
        return lambda sender, **_: self.note(name)


def _undecorated(view: Any) -> Any:
    return view


def covered_paths(bound: str) -> list[str]:
    """Return the paths that have a policy."""
    of_app = {"app": [*VIEWS, *ERRORS], "everything": [*VIEWS, *ERRORS], "decorators": VIEWS}
    paths = [f"/{name}" for name in of_app.get(bound, ())]
    of_bp = [*VIEWS] if bound == "decorators" else [*VIEWS, *ERRORS]
    return paths + [f"/bp/{name}" for name in of_bp]


@st.composite
def situations(draw: st.DrawFn) -> dict[str, Any]:
    bound = draw(st.sampled_from(BOUND))
    paths = covered_paths(bound)
    method = draw(st.sampled_from(["PUT", "GET", "DELETE", "put", "UNKNOWN", ""]))
    if bound == "decorators" and method.upper() != "PUT":
        paths = [path for path in paths if not path.endswith("/method")]  # which decorates PUT
    return {
        "bound": bound,
        "before": draw(st.sampled_from(BEHAVIOURS)),
        "url_values": draw(st.sampled_from(BEHAVIOURS)),
        "paths": draw(st.lists(st.sampled_from(paths), min_size=1, max_size=12)),
        "method": method,
        "names": draw(st.sampled_from([None, "", "content-type", "x-one, x-two", "@"])),
        "is_first": draw(st.booleans()),
    }


@given(situation=situations())
def test_a_preflight_runs_no_function_of_the_app(situation):
    made = CalledApp(situation["bound"], situation["before"], situation["url_values"])
    app = made.app
    if not situation["is_first"]:
        send(app, "/view", method="PUT")
    made.called.clear()
    with made.watched():
        for path in situation["paths"]:
            response = send_preflight(app, path, APP, situation["method"], names=situation["names"])
            assert (response.status_code, response.data) == (200, b""), path
            assert allowed(response) == [APP], path
            assert "Allow" not in response.headers
            assert "Location" not in response.headers
            assert made.called == [], path


@pytest.mark.parametrize("bound", BOUND)
def test_a_preflight_runs_no_function_for_any_path_and_any_first_request(bound):
    for path in covered_paths(bound):
        made = CalledApp(bound, before="raise", url_values="abort")
        with made.watched():
            first, second = send_preflight(made.app, path), send_preflight(made.app, path)
        assert (first.status_code, allowed(first)) == (200, [APP])
        assert sorted(first.headers) == sorted(second.headers)
        assert made.called == []


OPTIONS_REQUESTS = {
    "refused origin": {"origin": EVIL, "headers": {"Access-Control-Request-Method": "PUT"}},
    "no requested method": {"origin": APP},
    "no origin": {"origin": None, "headers": {"Access-Control-Request-Method": "PUT"}},
}


@pytest.mark.parametrize("sent", OPTIONS_REQUESTS.values(), ids=OPTIONS_REQUESTS)
@pytest.mark.parametrize("bound", BOUND)
def test_any_other_options_request_goes_through_the_app(bound, sent):
    for path in covered_paths(bound):
        made = CalledApp(bound)
        with made.watched():
            response = send(made.app, path, method="OPTIONS", **sent)
        names = made.called
        assert "before_request of Flask" in names, path
        assert "after_request of Flask" in names, path
        assert names.count("request_started") == names.count("request_finished") == 1, path
        assert names.count("teardown_request of Flask") == 1, path
        if "options" in path or (bound == "decorators" and "method" in path):
            continue  # one sends a header of its own, the other decorates PUT alone
        assert allowed(response) == ([] if sent["origin"] == EVIL else [APP]), path


@pytest.mark.parametrize("bound", ["app", "blueprint", "decorators"])
def test_with_automatic_options_off_each_function_of_the_app_runs_for_a_preflight(bound):
    app = Flask(__name__)
    bp = Blueprint("bp", __name__, url_prefix="/bp")
    called = []
    options = {"origins": APP, "automatic_options": False}
    app.before_request(lambda: called.append("before_request"))
    app.teardown_request(lambda error: called.append("teardown_request"))

    def view():
        called.append("view")
        return "own"

    if bound == "decorators":
        view = cross_origin(**options)(view)
    if bound == "app":
        CORS(app, **options)
    if bound == "blueprint":
        CORS(bp, **options)
    bp.add_url_rule("/view", view_func=view, methods=["PUT", "OPTIONS"])
    app.register_blueprint(bp)
    response = send_preflight(app, "/bp/view")
    assert (response.text, allowed(response)) == ("own", [APP])
    assert called == ["before_request", "view", "teardown_request"]


def test_a_decorated_view_with_automatic_options_is_never_called_for_options():
    made = CalledApp("decorators")
    for path in ("/options", "/bp/options", "/class", "/bp/class"):
        response = send(made.app, path, method="OPTIONS")
        assert response.status_code == 200
        assert "PUT" in response.headers["Allow"]
    assert not [name for name in made.called if name.startswith(("view", "method"))]


def test_a_preflight_without_a_policy_goes_through_the_app():
    made = CalledApp("blueprint")
    response = send_preflight(made.app, "/view")
    assert (response.status_code, allowed(response)) == (200, [])
    assert "before_request of Flask" in made.called


# ---- state that a function would leave behind ----------------------------------------------------


@pytest.mark.parametrize("bound", ["app", "blueprint", "decorators"])
def test_a_preflight_does_not_open_a_transaction(bound):
    """A before_request function would open one that only the later functions close."""
    app = Flask(__name__)
    bp = Blueprint("bp", __name__)
    begun: list[str] = []
    ended: list[str] = []
    view = cross_origin(APP)(lambda: "saved") if bound == "decorators" else lambda: "saved"

    @app.before_request
    def begin():
        begun.append(request.method)
        g.transaction = request.method

    @app.teardown_request
    def end(error):
        ended.append(g.transaction)

    if bound == "app":
        CORS(app, origins=APP)
    if bound == "blueprint":
        CORS(bp, origins=APP)
    bp.add_url_rule("/", "view", view, methods=["PUT"])
    app.register_blueprint(bp)
    assert allowed(send_preflight(app)) == [APP]
    assert (begun, ended) == ([], [])
    assert allowed(send(app, method="PUT")) == [APP]
    assert (begun, ended) == (["PUT"], ["PUT"])
    assert allowed(send_preflight(app)) == [APP]
    assert (begun, ended) == (["PUT"], ["PUT"])


def test_a_preflight_is_not_the_first_request_of_the_app():
    """The setup methods of the app may still be called after it."""
    app = Flask(__name__)
    CORS(app, origins=APP)
    assert allowed(send_preflight(app)) == [APP]
    app.add_url_rule("/late", "late", lambda: "late", methods=["PUT"])
    assert allowed(send_preflight(app, "/late")) == [APP]
    assert send(app, "/late", method="PUT").text == "late"


def test_a_preflight_opens_the_session_and_does_not_save_it():
    app = Flask(__name__)
    app.secret_key = "key"
    CORS(app, origins=APP)
    done: list[str] = []

    class Interface(type(app.session_interface)):
        def open_session(self, *args):
            done.append("open")
            session = super().open_session(*args)
            session["count"] = 1
            return session

        def save_session(self, *args):
            done.append("save")
            return super().save_session(*args)

    app.session_interface = Interface()
    response = send_preflight(app)
    assert (done, allowed(response)) == (["open"], [APP])
    assert "Set-Cookie" not in response.headers
    assert "Cookie" not in response.headers.get("Vary", "")


def test_callables_in_origins_run_once_per_preflight():
    app = Flask(__name__)
    seen: list[str] = []
    CORS(app, origins=[lambda origin: seen.append(origin) or origin == APP])
    app.add_url_rule("/", "view", lambda: "fine", methods=["PUT"])
    assert allowed(send_preflight(app)) == [APP]
    assert allowed(send_preflight(app, origin=EVIL)) == []
    assert seen == [APP, EVIL]


# ---- functions that run on a preflight -----------------------------------------------------------


@pytest.fixture
def torn_down() -> tuple[Flask, list[str]]:
    app = Flask(__name__)
    CORS(app, origins=APP)
    app.add_url_rule("/", "view", lambda: "fine", methods=["PUT"])
    called: list[str] = []
    app.teardown_request(lambda error: called.append("teardown_request"))
    app.teardown_appcontext(lambda error: called.append("teardown_appcontext"))
    return app, called


def test_teardown_appcontext_functions_run_after_a_preflight(torn_down):
    app, called = torn_down
    assert allowed(send_preflight(app)) == [APP]
    assert called == ["teardown_appcontext"]
    called.clear()
    send_preflight(app, origin=EVIL)
    assert called == ["teardown_request", "teardown_appcontext"]


def test_teardown_functions_run_after_the_request_that_follows_a_preflight(torn_down):
    app, called = torn_down
    with app.app_context():  # one for both, before Flask 3.2
        assert allowed(send_preflight(app)) == [APP]
        assert "teardown_request" not in called
        assert allowed(send(app, method="PUT")) == [APP]
        assert called.count("teardown_request") == 1


def test_a_preflight_whose_context_a_test_client_keeps_is_torn_down_as_any_other(torn_down):
    """Flask's test client pops the context once more, at the end of the block."""
    app, called = torn_down

    @app.teardown_appcontext
    def disconnect(error):
        raise LookupError

    with app.test_client() as client:
        headers = {"Origin": APP, "Access-Control-Request-Method": "PUT"}
        assert client.options("/", headers=headers).access_control_allow_origin == APP
    assert "teardown_request" not in called


def test_no_error_is_lost_in_a_context_that_follows_a_preflight(torn_down):
    app, _ = torn_down

    @app.teardown_appcontext
    def fail(error):
        if is_closing:
            raise RuntimeError("closing")

    is_closing = False
    with app.app_context():
        assert allowed(send_preflight(app)) == [APP]
        is_closing = True
        with pytest.raises(Exception, match=r"closing|teardown"), app.app_context():
            pass
        is_closing = False


def test_an_error_in_teardown_appcontext_after_a_preflight_is_logged_and_changes_nothing(caplog):
    app = Flask(__name__)
    CORS(app, origins=APP)
    app.add_url_rule("/", "view", lambda: "fine", methods=["PUT"])

    @app.before_request
    def connect():
        g.connection = "open"

    @app.teardown_appcontext
    def disconnect(error):
        del g.connection  # an AttributeError where before_request did not run

    with caplog.at_level(logging.DEBUG, "flask_cors"):
        response = send_preflight(app)
    assert (response.status_code, allowed(response)) == (200, [APP])
    warned = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert [(each.name, each.levelno) for each in warned] == [("flask_cors", logging.WARNING)]
    assert warned[0].exc_info is not None
    assert isinstance(first_error(warned[0].exc_info[1]), AttributeError)
    assert send(app, method="PUT").text == "fine"


def test_an_error_in_teardown_appcontext_after_any_other_request_is_raised(torn_down):
    app, _ = torn_down

    @app.teardown_appcontext
    def fail(error):
        raise RuntimeError("closing")

    assert allowed(send_preflight(app)) == [APP]
    with pytest.raises(Exception, match=r"closing|teardown"), app.app_context():
        pass  # what raises is a group, from Flask 3.2 on
    with pytest.raises(Exception, match=r"closing|teardown"):
        send(app, method="PUT")
    with pytest.raises(Exception, match=r"closing|teardown"):
        send_preflight(app, origin=EVIL)


def test_an_error_in_teardown_appcontext_of_a_context_around_a_preflight_is_raised(torn_down):
    """Tests push one around all of their requests. It is not the context of the preflight."""
    app, _ = torn_down

    is_closing = False

    @app.teardown_appcontext
    def fail(error):
        if is_closing:
            raise RuntimeError("closing")

    context = app.app_context()
    context.push()
    assert allowed(send_preflight(app)) == [APP]
    assert send(app, method="PUT").text == "fine"
    is_closing = True
    with pytest.raises(Exception, match=r"closing|teardown"):
        context.pop()


@pytest.mark.parametrize("status", [403, 410])
def test_a_converter_that_aborts_keeps_its_status(status):
    class Checked(BaseConverter):
        def to_python(self, value):
            abort(status)

    app = Flask(__name__)
    app.url_map.converters["checked"] = Checked
    CORS(app, origins=APP)
    app.add_url_rule("/<checked:name>", "view", lambda name: name, methods=["PUT"])
    response = send_preflight(app, "/name")
    assert (response.status_code, allowed(response)) == (status, [APP])


def test_the_response_to_a_preflight_has_no_header_of_the_app():
    made = CalledApp("app")
    response = send_preflight(made.app, "/options", names="x-one")
    assert cors_headers(response) == [
        "Access-Control-Allow-Headers",
        "Access-Control-Allow-Methods",
        "Access-Control-Allow-Origin",
    ]
