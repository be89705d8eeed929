"""``flask cors explain`` gives a verdict or a one-line error for odd apps and odd requests."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result
from flask import Flask, Response, abort, got_request_exception, redirect, request
from flask.cli import ScriptInfo
from werkzeug.exceptions import Unauthorized
from werkzeug.routing import BaseConverter

from flask_cors import CORS, cross_origin
from flask_cors.tools.cli import cors

APP = "https://app.example"
PAGE = "https://page.example"


def run(app: Flask, url: str, *arguments: str, origin: str = PAGE) -> Result:
    command = ["explain", "--origin", origin, *arguments, "--", url]
    return CliRunner().invoke(cors, command, obj=ScriptInfo(create_app=lambda: app))


def explained(app: Flask, url: str, *arguments: str, origin: str = PAGE) -> dict[str, object]:
    result = run(app, url, *arguments, "--format", "json", origin=origin)
    assert result.exit_code in (0, 1), result.output
    found: dict[str, object] = json.loads(result.stdout)
    return found


def an_app(**options: object) -> Flask:
    app = Flask("app", static_folder=None, **options)  # type: ignore[arg-type]
    app.add_url_rule("/x", "x", lambda: "", methods=["GET", "PATCH"])
    app.add_url_rule("/any/<path:rest>", "any", lambda rest: "")
    CORS(app, origins=APP)
    return app


class Broken(BaseConverter):
    def to_python(self, value: str) -> str:
        raise RuntimeError("broken")


def test_a_converter_that_raises_is_noted():
    app = an_app()
    app.url_map.converters["broken"] = Broken
    app.add_url_rule("/broken/<broken:x>", "broken", lambda x: "")
    found = explained(app, "/broken/1")
    assert found["notes"] == ["the app raised RuntimeError: broken and responded with 500"]


@pytest.mark.parametrize("url", ["ftp://localhost/x", "ws://localhost/x"])
def test_a_url_with_another_scheme_than_http_is_refused(url):
    result = run(an_app(), url)
    assert result.exit_code == 2
    assert "is neither an http or https URL" in result.stderr


@pytest.mark.parametrize(
    "url",
    [
        "http://LOCALHOST/x",
        "http://localhost:80/x",
        "http://localhost/any/../x",
        "/any/é",
        "/any/\udc80",
        "/any/%00%0d",
        "/any//x",
        "http://localhost//x",
        "/any/" + "x" * 5000,
    ],
)
def test_a_url_is_requested_as_a_browser_writes_it(url):
    assert explained(an_app(), url, origin=APP)["url_rule"] in ("/x", "/any/<path:rest>")


def test_after_a_redirect_to_another_origin_the_checked_origin_is_null():
    app = an_app()
    app.before_request(
        lambda: None if request.is_secure else redirect(f"https://localhost{request.path}")
    )
    found = explained(app, "/x", origin=APP)
    (origin, *_) = found["checks"]
    assert (origin["value"], origin["allowed"]) == ("null", False)
    assert found["hint"] == (
        "after a redirect to another origin, browsers send Origin: null; request "
        "https://localhost/x directly"
    )


def test_a_method_in_lower_case_has_a_hint_for_the_frontend_before_all_else():
    found = explained(an_app(), "/x", "--method", "patch")
    assert found["hint"] == "methods are case-sensitive: write method: 'PATCH' in the frontend"


def raises(*_: object) -> Response:
    raise RuntimeError("again")


def test_an_error_handler_that_raises_is_noted():
    app = an_app()
    app.add_url_rule("/raises", view_func=lambda: 1 / 0)
    app.register_error_handler(ZeroDivisionError, raises)
    found = explained(app, "/raises")
    assert found["notes"] == ["the app raised RuntimeError: again and responded with 500"]
    assert len(found["suggestions"]) == 1


@pytest.mark.parametrize("function", [lambda: abort(401), lambda: redirect("/x"), raises])
def test_before_request_functions_that_respond_or_fail_leave_a_verdict(function):
    app = an_app()
    app.before_request(function)
    for method in ("GET", "PATCH"):
        assert explained(app, "/x", "--method", method)["verdict"]["allowed"] is False


def test_a_redirect_to_itself_ends():
    app = an_app()
    app.add_url_rule("/loop", view_func=lambda: redirect("/loop"))
    found = explained(app, "/loop", origin=APP)
    assert "more than 20 redirects" in found["verdict"]["message"]


def test_apps_may_have_hosts_and_subdomains():
    app = an_app(host_matching=True, static_host=None)
    app.add_url_rule("/there", "there", lambda: "", host="api.example")
    assert explained(app, "http://api.example/there", origin=APP)["url_rule"] == "/there"
    app = an_app(subdomain_matching=True)
    app.config["SERVER_NAME"] = "shop.example"
    app.add_url_rule("/there", "there", lambda: "", subdomain="api")
    assert explained(app, "http://api.shop.example/there", origin=APP)["url_rule"] == "/there"
    assert run(app, "/there", origin=APP).exit_code == 2


def test_a_view_that_a_decorator_hides_has_its_checks():
    app = an_app()
    decorated = cross_origin(origins="https://other.example")(lambda: "")
    app.add_url_rule("/hidden", "hidden", lambda: decorated())
    found = explained(app, "/hidden", origin=APP)
    assert [check["allowed"] for check in found["checks"]] == [False]


def test_a_change_that_allows_no_new_origin_warns_only_of_cookies():
    result = run(an_app(), "/x", "--credentials", "include", origin=APP)
    assert "CORS(..., supports_credentials=True)" in result.output
    assert result.output.endswith(
        "Verified: with this change the request is allowed.\n"
        "Every allowed origin can then read responses to requests with cookies.\n"
    )


def test_a_path_without_a_url_rule_is_named_where_the_app_raises_for_it():
    app = an_app()
    app.config["PROPAGATE_EXCEPTIONS"] = True

    def raise_outside(environ, start_response):
        response = inner(environ, start_response)
        if environ["PATH_INFO"] != "/x":
            raise RuntimeError("no route")
        return response

    inner, app.wsgi_app = app.wsgi_app, raise_outside
    result = run(app, "/y")
    assert result.exit_code == 2
    assert "no URL rule of the app matches '/y' on localhost" in result.stderr
    assert "outside of Flask, the app raised RuntimeError: no route" in run(app, "/any/z").stderr


def test_an_exception_of_http_is_no_failure_of_the_app():
    app = an_app()

    def refuse() -> None:
        got_request_exception.send(app, exception=Unauthorized())  # as Flask-RESTful does
        abort(401)

    app.before_request(refuse)
    assert explained(app, "/x")["notes"] == []
