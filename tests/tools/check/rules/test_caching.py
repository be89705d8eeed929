"""The rules of caching: each is found in an app with the mistake, and not in its twin."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask, Response, redirect, request

from flask_cors import CORS, cross_origin
from flask_cors.diagnostics.finding import Finding
from flask_cors.tools.check.command import choose_rules
from flask_cors.tools.check.rules import caching
from flask_cors.tools.check.run import run

RULES = choose_rules(["CORS201,CORS203,CORS204,CORS301,CORS302,CORS304,CORS306,CORS4"], ["CORS404"])

APP = "https://app.example"


def an_app(**options: Any) -> Flask:
    app = Flask("app", **{"static_folder": None, **options})
    app.add_url_rule("/read", "read", view)
    return app


def view(**_: object) -> str:
    raise AssertionError("no view is called")


def public(**_: object) -> Response:
    response = Response("read me")
    response.cache_control.public = True
    return response


def found(app: Flask) -> list[Finding]:
    return list(run(app, RULES).findings)


def codes(app: Flask) -> list[str]:
    return [f"{one.code} {one.severity.value}" for one in found(app)]


# ---- CORS401 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (86401, "86401"),
        ("604800", "'604800'"),
        (timedelta(days=2), "datetime.timedelta(days=2)"),
    ],
)
def test_a_max_age_above_what_any_browser_honours_is_noted(given: object, shown: str):
    app = an_app()
    CORS(app, max_age=given)
    (one,) = found(app)
    assert (one.code, one.severity) == ("CORS401", "note")
    assert one.message == (
        f"max_age: {shown} is cut short: "
        "WebKit after 600 s, Chromium after 7,200 s, Firefox after 86,400 s"
    )
    assert one.hint == "max_age=86400, the most that any browser keeps"


@pytest.mark.parametrize("given", [None, -1, 0, 600, 7200, 86400])
def test_a_max_age_that_a_browser_honours_is_not_found(given: object):
    app = an_app()
    CORS(app, max_age=given)
    assert found(app) == []


def test_a_max_age_in_the_config_is_found_once_however_many_views_read_it():
    app = an_app()
    app.config["CORS_MAX_AGE"] = 604800
    CORS(app)
    app.add_url_rule("/a", "a", cross_origin()(view))
    app.add_url_rule("/b", "b", cross_origin()(view))
    (one,) = found(app)
    assert one.hint.startswith('app.config["CORS_MAX_AGE"] = 86400')


# ---- CORS405 -----------------------------------------------------------------------------------


def test_preflights_that_are_not_cached_are_noted_where_each_call_has_authorization():
    app = an_app()
    CORS(app, origins=APP, allow_headers="Authorization, Content-Type")
    (one,) = found(app)
    assert (one.code, one.severity, one.subject) == ("CORS405", "note", "the resource '/*'")
    assert one.message == (
        "max_age: unset, so browsers send a preflight before each call that has Authorization, "
        "which allow_headers lists"
    )
    assert one.hint == "max_age=600, what all browsers keep"


@pytest.mark.parametrize(
    "options",
    [
        {"origins": APP},
        {"origins": APP, "allow_headers": "X-Token"},
        {"origins": APP, "allow_headers": "Authorization", "max_age": 0},
        {"origins": [], "allow_headers": "Authorization"},
    ],
)
def test_preflights_that_few_calls_need_are_not_noted(options: dict[str, Any]):
    app = an_app()
    CORS(app, **options)
    assert found(app) == []


# ---- CORS402 -----------------------------------------------------------------------------------


def test_a_response_that_varies_without_vary_is_found_and_one_for_all_is_not():
    app = an_app()
    CORS(app, origins=[APP, "https://b.example"], vary_header=False)
    (one,) = found(app)
    assert (one.code, one.severity, one.hint) == ("CORS402", "warning", "vary_header=True")
    assert one.message == ("vary_header: False, and the response of /* depends on the origin")
    twin = an_app()
    CORS(twin, origins="*", send_wildcard=True, vary_header=False)
    assert found(twin) == []


def test_an_option_that_several_policies_share_is_found_for_the_first_that_varies():
    app = an_app()
    resources: dict[str, object] = {
        "/a": {"origins": "*", "send_wildcard": True},
        "/b": {"origins": APP},
        "/c": {"origins": APP},
    }
    CORS(app, resources=resources, vary_header=False)
    (one,) = found(app)
    assert "the response of /b depends" in one.message


# ---- CORS403 -----------------------------------------------------------------------------------


def test_a_public_response_that_varies_is_found_and_a_private_one_is_not():
    app = an_app()
    app.add_url_rule("/prices", "prices", public)
    CORS(app, origins=APP)
    (one,) = found(app)
    assert (one.code, one.severity) == ("CORS403", "warning")
    assert one.message == (
        "Cache-Control: 'public' on GET /prices, where the policy's response depends on the origin"
    )
    twin = an_app()
    twin.add_url_rule(
        "/prices", "prices", lambda: ("", {"Cache-Control": "public, private, max-age=60"})
    )
    CORS(twin, origins=APP)
    assert found(twin) == []


def test_one_response_for_all_origins_may_be_public():
    app = an_app()
    app.add_url_rule("/prices", "prices", public)
    CORS(app, origins="*", send_wildcard=True)
    assert found(app) == []


def test_a_response_with_s_maxage_is_public_too():
    app = an_app()
    app.add_url_rule("/prices", "prices", lambda: ("", {"Cache-Control": "s-maxage=60, no-store"}))
    app.add_url_rule("/rates", "rates", lambda: ("", {"Cache-Control": "s-maxage=60"}))
    CORS(app, origins=APP)
    (one,) = found(app)
    assert "on GET /rates," in one.message


def test_a_view_is_called_by_get_without_an_origin_and_only_if_it_names_the_header():
    sent: list[tuple[str, str | None]] = []

    def telling() -> tuple[str, dict[str, str]]:
        sent.append((request.method, request.headers.get("Origin")))
        return "", {"Cache-Control": "no-store"}

    app = an_app()  # whose other view raises
    app.add_url_rule("/a", "a", telling, methods=["GET", "POST"])
    app.add_url_rule("/b", "b", telling, methods=["POST"])
    CORS(app, origins=APP)
    assert found(app) == []
    assert sent == [("GET", None)]


def test_a_view_whose_rule_has_converters_is_not_called():
    def telling(id: str) -> tuple[str, dict[str, str]]:
        raise AssertionError("Cache-Control")

    app = an_app()
    app.add_url_rule("/a/<id>", "a", telling)
    CORS(app, origins=APP)
    assert found(app) == []


def test_a_view_that_fails_is_not_found_to_be_public():
    def failing() -> str:
        raise ZeroDivisionError("Cache-Control")

    def leaving() -> str:
        raise SystemExit("Cache-Control")

    app = an_app()
    app.add_url_rule("/a", "a", failing)
    app.add_url_rule("/b", "b", leaving)
    CORS(app, origins=APP)
    assert found(app) == []
    assert app.view_functions["a"] is failing


def test_a_response_of_another_rule_at_the_path_is_not_taken_for_the_views():
    app = Flask("app", static_folder=None, host_matching=True)
    app.add_url_rule("/prices", "prices", public, host="api.example")
    CORS(app, origins=APP)

    @app.errorhandler(404)
    def not_found(_: Exception) -> tuple[str, int, dict[str, str]]:
        return "", 404, {"Cache-Control": "public"}

    assert found(app) == []


def test_a_view_that_sets_its_own_cors_header_for_all_may_be_public():
    def telling() -> tuple[str, dict[str, str]]:
        return "", {"Cache-Control": "public", "Access-Control-Allow-Origin": "*"}

    app = an_app()
    app.add_url_rule("/prices", "prices", telling)
    CORS(app, origins=APP)
    assert found(app) == []


def test_a_rule_without_a_view_is_passed_over():
    app = an_app()
    app.add_url_rule("/nothing", "nothing", methods=["GET", "PUT"])
    CORS(app, origins=APP, methods="GET")
    assert found(app) == []


def test_a_route_without_a_policy_may_be_public():
    app = an_app()
    app.add_url_rule("/prices", "prices", public)
    CORS(app, origins=APP, resources="/read")
    assert found(app) == []


def test_an_after_request_function_is_tried_with_every_route_it_is_for():
    app = an_app()
    app.add_url_rule("/prices/<int:id>", "prices", view)
    app.add_url_rule("/<any():nothing>", "nothing", view)

    @app.after_request
    def cache(response: Response) -> Response:
        if request.path.startswith("/prices"):
            response.headers["Cache-Control"] = "public, max-age=60"
        return response

    CORS(app, origins=APP)
    (one,) = found(app)
    assert "'public, max-age=60' on GET /prices/<int:id>," in one.message


def test_after_request_functions_are_not_tried_forever(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(caching, "MAX_TRIED", 1)
    app = an_app()
    app.add_url_rule("/prices", "prices", view)

    @app.after_request
    def cache(response: Response) -> Response:
        response.cache_control.public = True
        return response

    CORS(app, origins=APP)
    (one,) = found(app)
    assert "/prices" in one.message
    assert "/read" not in one.message


def test_an_after_request_function_of_a_blueprint_is_for_its_views():
    api = Blueprint("api", __name__, url_prefix="/api")
    inner = Blueprint("inner", __name__, url_prefix="/inner")
    inner.add_url_rule("/prices", "prices", view)
    api.register_blueprint(inner)

    @api.after_request
    def cache(response: Response) -> Response:
        response.cache_control.public = True
        return response

    app = an_app()
    app.register_blueprint(api)
    CORS(app, origins=APP)
    (one,) = found(app)
    assert "on GET /api/inner/prices," in one.message


def test_static_files_with_a_time_to_keep_are_public(tmp_path: Path):
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "app.js").write_text("let me")
    app = an_app(static_folder=tmp_path, static_url_path="/static")
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
    CORS(app, origins=APP)
    (one,) = found(app)
    assert "'public, max-age=3600' on GET /static/<path:filename>," in one.message
    twin = an_app(static_folder=tmp_path)
    CORS(twin, origins=APP)
    assert found(twin) == []


def test_a_blueprint_has_files_of_its_own(tmp_path: Path):
    (tmp_path / "app.js").write_text("let me")
    files = Blueprint("files", __name__, static_folder=tmp_path, static_url_path="/files")
    app = an_app()
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
    app.register_blueprint(files)
    CORS(app, origins=APP)
    (one,) = found(app)
    assert "on GET /files/<path:filename>," in one.message


def test_a_folder_without_a_file_and_a_route_that_is_only_called_static_are_passed_over(
    tmp_path: Path,
):
    app = an_app(static_folder=tmp_path, static_url_path="/static")
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
    CORS(app, origins=APP)
    assert found(app) == []
    other = an_app()
    other.add_url_rule("/s", "static", lambda: redirect("/elsewhere"))
    CORS(other, origins=APP)
    assert found(other) == []


def test_the_routes_of_a_policy_are_one_finding():
    app = an_app()
    for number in range(8):
        app.add_url_rule(f"/{number}", str(number), public)
    CORS(app, origins=APP)
    (one,) = found(app)
    assert "on GET /0, GET /1, GET /2, GET /3, GET /4, and 3 more, where" in one.message
    assert (one.subject, one.location.file) == ("the resource '/*'", __file__)
