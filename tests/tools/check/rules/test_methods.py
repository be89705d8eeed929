"""The rules of methods and headers: each in an app with the mistake, and not in its twin."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Blueprint, Flask
from flask.views import MethodView
from werkzeug.routing import BaseConverter

from flask_cors import CORS, cross_origin
from flask_cors.diagnostics.finding import Finding
from flask_cors.tools.check.command import choose_rules
from flask_cors.tools.check.run import run

RULES = choose_rules(["CORS201,CORS203,CORS204,CORS301,CORS302,CORS304,CORS306,CORS4"], ["CORS404"])

APP = "https://app.example"


def an_app(*rules: tuple[str, list[str]]) -> Flask:
    app = Flask("app", static_folder=None)
    for number, (rule, served) in enumerate(rules):
        app.add_url_rule(rule, str(number), view, methods=served)
    return app


def view(**_: object) -> str:
    return "read me"


def found(app: Flask) -> list[Finding]:
    return list(run(app, RULES).findings)


def shown(app: Flask) -> Iterator[tuple[str, str, str]]:
    yield from ((one.code, one.severity.value, one.message) for one in found(app))


# ---- CORS301 -----------------------------------------------------------------------------------


def test_a_method_that_the_policy_does_not_allow_is_found_and_one_that_it_allows_is_not():
    app = an_app(("/users/<int:id>", ["GET", "PUT"]))
    CORS(app, methods=["GET", "POST"])
    assert ("CORS301", "warning") in [one[:2] for one in shown(app)]
    twin = an_app(("/users/<int:id>", ["GET", "PUT"]))
    CORS(twin, methods=["GET", "PUT"])
    assert found(twin) == []


def test_a_refused_method_is_found_with_its_routes_and_a_hint():
    app = an_app(("/users/<int:id>", ["PUT", "DELETE"]), ("/a", ["GET"]))
    CORS(app, methods="GET")
    (one,) = found(app)
    assert one.message == (
        "methods: 'GET' does not allow DELETE /users/<int:id>, PUT /users/<int:id>: "
        "browsers refuse to send it"
    )
    assert one.hint == 'methods=["DELETE", "GET", "PUT"]'
    assert (one.subject, one.location.file) == ("CORS(...)", __file__)


@pytest.mark.parametrize("path", ["/<path:rest>", "/api/<path:rest>"])
def test_a_catch_all_for_all_methods_is_passed_over(path: str):
    app = an_app((path, ["GET", "POST", "PUT", "PATCH", "DELETE"]))
    CORS(app, methods=["GET", "POST"])
    assert found(app) == []
    twin = an_app((path, ["GET", "PUT"]))
    CORS(twin, methods=["GET"])
    assert [one.code for one in found(twin)] == ["CORS301"]


def test_a_method_refused_on_a_thousand_routes_is_one_finding():
    app = an_app(*((f"/{number}", ["PUT"]) for number in range(1000)))
    CORS(app, methods=["GET", "POST"])
    (one,) = [each for each in found(app) if each.code == "CORS301"]
    assert "PUT /1, PUT /10, PUT /100, PUT /101, and 995 more" in one.message


@pytest.mark.parametrize("allowed", ["GET", ["GET", "HEAD", "OPTIONS"], []])
def test_a_policy_of_safe_methods_alone_is_a_note(allowed: object):
    app = an_app(("/a", ["PUT"]), ("/b", ["GET"]))
    CORS(app, resources={"/a": {"methods": allowed}})
    assert ("CORS301", "note") in [one[:2] for one in shown(app)]


def test_post_needs_to_be_listed_for_json():
    app = an_app(("/a", ["PUT", "POST"]))
    CORS(app, methods="PUT")
    (one,) = found(app)
    assert "does not allow POST /a with JSON" in one.message


def test_get_needs_to_be_listed_for_a_request_with_authorization():
    app = an_app(("/a", ["PUT", "GET"]))
    CORS(app, methods="PUT")
    (one,) = found(app)
    assert "does not allow GET /a with Authorization" in one.message


def test_a_route_that_serves_query_is_found_with_the_line_to_write():
    app = an_app(("/search", ["GET", "QUERY"]))
    CORS(app)
    (one,) = found(app)
    assert one.message == (
        "methods: 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT' does not allow QUERY /search: "
        "browsers refuse to send it"
    )
    assert one.hint == (
        'methods=["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY"]'
    )


def test_a_method_that_the_headers_block_anyway_is_not_found():
    app = an_app(("/a", ["PUT", "POST", "GET"]))
    CORS(app, methods="PUT", allow_headers=[])
    assert found(app) == []


def test_an_unusual_method_is_not_allowed_by_default():
    app = an_app(("/a", ["PROPFIND"]))
    CORS(app)
    (one,) = found(app)
    assert (one.code, one.subject) == ("CORS301", "the resource '/*'")
    assert '"PROPFIND", "PUT"' in one.hint


@pytest.mark.parametrize(
    "options",
    [{"methods": "*"}, {"methods": "GET", "origins": []}],
    ids=["every method", "none"],
)
def test_no_method_is_found_where_all_methods_or_no_origins_are_allowed(
    options: dict[str, object],
):
    app = an_app(("/a", ["PUT", "GET"]))
    CORS(app, **options)
    assert found(app) == []


def test_a_route_without_a_policy_is_not_found():
    app = an_app(("/a", ["PUT"]), ("/api", ["GET"]))
    CORS(app, resources="/api", methods="GET")
    assert found(app) == []


def test_methods_that_no_page_sends_or_flask_serves_itself_are_not_found():
    app = an_app(("/a", ["GET", "TRACE", "OPTIONS", "HEAD"]))
    CORS(app, methods="GET")
    assert found(app) == []


def test_static_files_are_requested_without_authorization():
    app = Flask("app")
    app.add_url_rule("/a", view_func=view, methods=["PUT"])
    CORS(app, methods="PUT")
    assert found(app) == []


def test_each_decorated_view_is_judged_by_its_own_policy():
    app = an_app()
    CORS(app)
    app.add_url_rule("/a", "a", cross_origin(methods=["PUT"])(view), methods=["PUT"])
    app.add_url_rule("/b", "b", cross_origin(methods=["PUT"])(view), methods=["PUT", "DELETE"])
    (one,) = found(app)
    assert "does not allow DELETE /b:" in one.message
    assert one.subject == "cross_origin(...)"


def test_the_hint_for_methods_of_the_config_is_a_line_of_the_config():
    app = an_app(("/a", ["PUT"]), ("/b", ["GET"]))
    app.config["CORS_METHODS"] = "GET"
    CORS(app)
    (one,) = found(app)
    assert one.hint == 'app.config["CORS_METHODS"] = ["GET", "PUT"]'
    assert one.subject == "CORS_METHODS of app.config"


def test_the_hint_for_methods_of_a_resource_is_an_item_of_its_options():
    app = an_app(("/a", ["PUT", "GET"]))
    CORS(app, resources={"/*": {"methods": ["GET"]}})
    (one,) = found(app)
    assert one.hint == '"methods": ["GET", "PUT"]'


def test_a_rule_with_converters_is_judged_by_the_policy_of_one_of_its_paths():
    app = an_app(("/api/<id>", ["PUT"]), ("/api", ["GET"]), ("/b", ["GET"]))
    CORS(app, resources={r"^/api/\w+$": {"methods": ["GET"]}, r"/api/\d{9}$": {}})
    (one,) = [each for each in found(app) if each.code == "CORS301"]
    assert "does not allow PUT /api/<id>:" in one.message


def test_a_rule_of_which_no_path_is_known_or_none_has_a_policy_is_passed_over():
    class Dashes(BaseConverter):
        regex = "---"

    app = an_app(("/c", ["GET"]))
    app.url_map.converters["dashes"] = Dashes
    app.add_url_rule("/api/<dashes:id>", "api", view, methods=["PUT"])
    app.add_url_rule("/api/<any('-'):id>/x", "any", view, methods=["PUT"])
    CORS(app, resources={r"^/api/\w+$": {"methods": ["PUT"]}, r"^/api/-/\d$": {}})
    assert [one.code for one in found(app)] == []


def test_a_view_whose_options_are_invalid_is_not_judged():
    app = an_app()
    app.add_url_rule("/a", "a", cross_origin(supports_credentials=True)(view), methods=["PUT"])
    CORS(app, methods=["PUT"])
    assert found(app) == []


def own() -> tuple[str, dict[str, str]]:
    return "", {"Access-Control-Allow-Origin": APP, "Access-Control-Allow-Methods": "PUT"}


@pytest.mark.parametrize(("automatic", "codes"), [(True, ["CORS301"]), (False, [])])
def test_a_view_that_handles_options_is_judged_where_preflights_do_not_reach_it(
    automatic: bool, codes: list[str]
):
    app = an_app(("/b", ["GET"]))
    app.add_url_rule("/a", "a", own, methods=["PUT", "OPTIONS"])
    CORS(app, methods="GET", automatic_options=automatic)
    assert [one.code for one in found(app)] == codes
    response = app.test_client().options(
        "/a", headers={"Origin": APP, "Access-Control-Request-Method": "PUT"}
    )
    assert ("Access-Control-Allow-Methods" in response.headers) is not automatic


# ---- CORS302 -----------------------------------------------------------------------------------


def test_a_listed_method_that_no_route_serves_is_noted_and_one_that_is_served_is_not():
    app = an_app(("/a", ["GET"]))
    CORS(app, methods=["GET", "PUT", "DELETE"])
    (one,) = found(app)
    assert (one.code, one.severity) == ("CORS302", "note")
    assert one.message == "methods: no route that the policy covers serves DELETE, PUT"
    assert one.hint == 'methods=["GET"]'
    twin = an_app(("/a", ["GET", "PUT"]), ("/b/<id>", ["DELETE"]))
    CORS(twin, methods=["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
    assert found(twin) == []


@pytest.mark.parametrize("given", [{}, {"methods": None}, {"methods": "*"}])
def test_methods_that_were_not_listed_need_not_be_served(given: dict[str, object]):
    app = an_app(("/a", ["GET"]))
    CORS(app, **given)
    assert found(app) == []


def test_the_hint_is_to_leave_methods_out_where_no_listed_one_is_served():
    app = an_app(("/a", []))
    app.add_url_rule("/b", "b", view, methods=["OPTIONS"])
    CORS(app, methods=["PUT"])
    (one,) = found(app)
    assert one.hint == "leave methods out"


def test_the_methods_of_a_blueprint_are_judged_by_its_own_routes():
    app = an_app(("/a", ["PUT"]))
    api = Blueprint("api", __name__, url_prefix="/api")
    api.add_url_rule("/b", "b", view, methods=["GET"])
    CORS(api, methods=["GET", "PUT"])
    app.register_blueprint(api)
    (one,) = found(app)
    assert "serves PUT" in one.message


def test_a_method_view_serves_what_it_has_methods_for():
    class Users(MethodView):
        decorators = [cross_origin(methods=["GET", "PUT"])]  # noqa: RUF012

        def get(self) -> str:
            return ""

    app = an_app()
    app.add_url_rule("/a", view_func=Users.as_view("users"))
    (one,) = found(app)
    assert "serves PUT" in one.message


def test_a_method_of_a_decorated_view_would_be_missed_if_its_decorator_left():
    app = an_app(("/read", ["GET"]))
    CORS(app, methods=["GET", "POST"])
    app.add_url_rule("/write", "write", cross_origin(origins=APP)(view), methods=["POST"])
    assert found(app) == []


def test_methods_of_the_config_are_judged_by_the_routes_of_all_that_read_it():
    app = an_app(("/a", ["GET"]))
    app.config["CORS_METHODS"] = ["GET", "PUT"]
    CORS(app)
    app.add_url_rule("/b", "b", cross_origin()(view), methods=["PUT"])
    assert found(app) == []


def test_the_methods_of_a_resource_without_routes_are_not_judged():
    app = an_app(("/a", ["GET"]))
    CORS(app, resources={"/b": {"methods": ["PUT"]}})
    assert found(app) == []


# ---- CORS304 and CORS306 -----------------------------------------------------------------------


def test_a_request_header_that_no_page_can_set_is_noted_and_another_is_not():
    app = an_app(("/a", ["GET"]))
    CORS(app, allow_headers=["Content-Type", "Origin", "Cookie"])
    (one,) = found(app)
    assert (one.code, one.severity) == ("CORS304", "note")
    assert one.message == "allow_headers: browsers do not let pages set 'cookie', 'origin'"
    assert one.hint == 'allow_headers=["content-type"]'
    twin = an_app(("/a", ["GET"]))
    CORS(twin, allow_headers=["Content-Type", "X-HTTP-Method-Override"])
    assert found(twin) == []


def test_a_response_header_among_the_request_headers_is_noted():
    app = an_app(("/a", ["GET"]))
    app.config["CORS_ALLOW_HEADERS"] = "Content-Type, Access-Control-Allow-Origin, Set-Cookie"
    CORS(app)
    (one,) = found(app)
    assert (one.code, one.severity) == ("CORS306", "note")
    assert one.message == (
        "allow_headers: only servers send 'access-control-allow-origin', 'set-cookie'"
    )
    assert one.hint == 'app.config["CORS_ALLOW_HEADERS"] = ["content-type"]'


def test_the_hint_of_one_header_rule_is_not_a_finding_of_the_other():
    app = an_app(("/a", ["GET", "POST"]), ("/b", ["DELETE"]))
    CORS(
        app,
        allow_headers=["Content-Type", "Cookie", "ETag"],
        methods=["GET", "PUT", "TRACE", "DELETE"],
    )
    fixes = {one.code: one.hint for one in found(app)}
    assert fixes["CORS304"] == fixes["CORS306"] == 'allow_headers=["content-type"]'
    assert fixes["CORS301"] == 'methods=["DELETE", "GET", "POST"]'
    assert "CORS302" not in fixes  # the hint of CORS301 is for both


def test_regexes_and_the_star_among_headers_are_not_judged_and_stay():
    app = an_app(("/a", ["GET"]))
    CORS(app, allow_headers=["*", "X-.*", "Host"])
    (one,) = found(app)
    assert one.hint == "allow_headers=[\"*\", re.compile('X-.*', re.IGNORECASE)]"
    twin = an_app(("/a", ["GET"]))
    CORS(twin, allow_headers="(Host|Vary|X-.*)")
    assert found(twin) == []
