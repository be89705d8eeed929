"""``flask cors explain`` on requests to which WSGI middleware responds before Flask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask, Response
from flask.cli import ScriptInfo
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from flask_cors import CORS
from flask_cors.tools.cli import cors

from .json_output import explain

APP = "https://app.example"
OTHER = "https://other.example"
CANNOT = "Flask-CORS cannot change this response, because WSGI middleware responded before Flask: "


def add_socket_io(app: Flask, **options: Any) -> None:
    package = pytest.importorskip(
        "flask_socketio", reason="needs Flask-SocketIO: pip install -r requirements/live.txt"
    )
    package.SocketIO(app, async_mode="threading", **options)


def an_app(wrap: Callable[[Any], Any] = lambda wsgi_app: wsgi_app) -> Flask:
    app = Flask("app", static_folder=None)
    app.add_url_rule("/x", "x", lambda: "", methods=["GET", "PUT"])
    CORS(app, origins=APP)
    app.wsgi_app = wrap(app.wsgi_app)  # type: ignore[method-assign]
    return app


def explained(app: Flask, url: str, *arguments: str, origin: str = OTHER) -> dict[str, Any]:
    found = explain(app, url, *arguments, origin=origin)
    assert found["suggestions"] == [] or found["middleware"] is None
    return found


def test_a_response_of_socket_io_is_explained_with_its_option():
    app = an_app()
    add_socket_io(app, cors_allowed_origins=[APP])
    url = "/socket.io/?EIO=4&transport=polling"
    found = explained(app, url)
    assert found["middleware"] == "flask_socketio._SocketIOMiddleware"
    assert (found["url_rule"], found["policy"], found["checks"]) == (None, None, [])
    assert found["verdict"]["reason"] == "MissingAllowOriginHeader"
    assert found["hint"] == f"{CANNOT}set cors_allowed_origins of SocketIO(...)"
    allowed = explained(app, url, origin=APP)
    assert (allowed["verdict"]["allowed"], allowed["hint"]) == (True, None)


def test_a_request_that_middleware_passes_on_is_explained_as_any_other():
    app = an_app(ProxyFix)
    add_socket_io(app)
    found = explained(app, "/x")
    assert (found["middleware"], found["url_rule"]) == (None, "/x")
    assert len(found["suggestions"]) == 1


def test_the_middleware_that_responded_is_named_not_one_around_it():
    mounts = {"/other": Response("mounted")}
    app = an_app(lambda wsgi_app: ProxyFix(DispatcherMiddleware(wsgi_app, mounts)))
    before = app.wsgi_app
    found = explained(app, "/other/x")
    assert found["middleware"] == "werkzeug.DispatcherMiddleware"
    assert found["hint"] == f"{CANNOT}configure CORS in the middleware, or in the app that it calls"
    assert app.wsgi_app is before


def test_another_flask_app_that_is_mounted_is_named():
    other = Flask("other", static_folder=None)
    other.add_url_rule("/x", view_func=lambda: "")
    app = an_app(lambda wsgi_app: DispatcherMiddleware(wsgi_app, {"/other": other}))
    assert explained(app, "/other/x")["hint"] == f"{CANNOT}configure CORS in the Flask app 'other'"


def test_a_path_that_no_middleware_serves_has_a_hint():
    mounts = {"/other": Response(status=404)}
    app = an_app(lambda wsgi_app: DispatcherMiddleware(wsgi_app, mounts))
    found = explained(app, "/other/x")
    assert found["hint"] == "check the path: WSGI middleware responded with 404, before Flask"


def test_middleware_that_responds_to_a_preflight_is_named():
    app = an_app(lambda wsgi_app: Response("login", 302, {"Location": "/in"}))
    found = explained(app, "/x", "--method", "PUT", origin=APP)
    assert found["verdict"]["reason"] == "PreflightDisallowedRedirect"
    assert found["middleware"] == "flask.Response"


def test_an_overridden_wsgi_app_is_named():
    class Closed(Flask):
        def wsgi_app(self, environ: Any, start_response: Any) -> Any:
            return Response("closed", 503)(environ, start_response)

    found = explained(Closed("closed", static_folder=None), "/x")
    assert found["middleware"].endswith("Closed.wsgi_app")


def test_middleware_that_seems_to_wrap_itself_is_read_once():
    class Endless:
        def __call__(self, environ: Any, start_response: Any) -> Any:
            return Response("")(environ, start_response)

    endless = Endless()
    endless.app = endless  # type: ignore[attr-defined]
    assert explained(an_app(lambda _: endless), "/x")["middleware"].endswith("Endless")


def test_the_text_says_that_flask_was_not_reached():
    app = an_app(lambda _: Response("early"))
    command = ["explain", "/x", "--origin", OTHER]
    result = CliRunner().invoke(
        cors, command, obj=ScriptInfo(create_app=lambda: app), env={"COLUMNS": "140"}
    )
    assert "URL rule   none        responded before Flask: WSGI middleware flask.Response" in (
        result.output
    )
    assert "Policy     none        Flask-CORS was not reached\n" in result.output


@pytest.mark.parametrize("origin", [APP, OTHER])
def test_the_app_is_unchanged_after_the_explanation(origin):
    app = an_app(ProxyFix)
    before = app.wsgi_app, app.wsgi_app.app  # type: ignore[attr-defined]
    explained(app, "/x", origin=origin)
    assert (app.wsgi_app, app.wsgi_app.app) == before  # type: ignore[attr-defined]


def test_middleware_that_sets_a_cors_header_after_flask_is_not_taken_for_the_app():
    def wrap(wsgi_app: Any) -> Any:
        def open_to_all(environ: Any, start_response: Any) -> Any:
            def start(status: str, headers: Any, *error: Any) -> Any:
                return start_response(status, [*headers, ("Access-Control-Allow-Origin", OTHER)])

            return wsgi_app(environ, start)

        return open_to_all

    found = explained(an_app(wrap), "/x", origin=APP)
    assert found["hint"] == (
        f"WSGI middleware sets Access-Control-Allow-Origin: '{APP}, {OTHER}' after Flask: remove "
        "the header from the middleware"
    )
