"""``flask cors check --from 6``: each difference is told where it changes an answer of the app,
and on a twin that gives the same answers under both versions it is not."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from flask import Blueprint, Flask, abort, current_app, request
from flask.views import MethodView
from six_apps import Request, everything
from werkzeug.routing import BaseConverter

from flask_cors import CORS, CORSConfigError, cross_origin
from flask_cors.tools.check.migration import DIFFERENCES, NOT_TOLD, changes
from flask_cors.tools.check.patterns.examples import STRANGER

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "differences.md"
FRIEND = "https://friend.example"
OTHER = "https://other.example"
ACAO = "Access-Control-Allow-Origin"

pytestmark = pytest.mark.filterwarnings("ignore::flask_cors.CORSWarning")


def view(**_: object) -> str:
    return "done"


def bare(config: Mapping[str, object] | None = None) -> Flask:
    app = Flask("app", static_folder=None)
    app.config.update(config or {})
    return app


def app_with(config: Mapping[str, object] | None = None, **options: Any) -> Flask:
    """An app whose answers an unset origin and exact rules do not change."""
    app = bare(config)
    for path in ("/", "/api/x", "/apikeys"):
        app.add_url_rule(path, path, view, methods=["GET", "PUT"])
    CORS(app, **options)
    return app


def serving(path: str, method: str = "GET", **options: Any) -> Flask:
    app = bare()
    app.add_url_rule(path, "view", view, methods=[method])
    CORS(app, **options)
    return app


def with_blueprint(
    config: Mapping[str, object] | None = None,
    app_options: Mapping[str, Any] | None = None,
    prefix: str | None = "/pages",
    resources: Any = "/*",
    **options: Any,
) -> Flask:
    app = bare(config)
    pages = Blueprint("pages", __name__, url_prefix=prefix)
    pages.add_url_rule("/", "index", view)
    CORS(pages, resources=resources, **options)
    app.register_blueprint(pages)
    if app_options is not None:
        CORS(app, **app_options)
    return app


def twice(first: Mapping[str, Any], second: Mapping[str, Any]) -> Flask:
    app = app_with(**first)
    CORS(app, **second)
    return app


def decorated(function: Callable[..., Any] = view, **options: Any) -> Flask:
    app = bare()
    app.add_url_rule("/", "view", cross_origin(**options)(function))
    return app


def class_based(*, has_options: bool = False, of_method: bool = False) -> Flask:
    decorate = cross_origin(origins=FRIEND)

    class Items(MethodView):
        decorators = () if of_method else (decorate,)

        def get(self) -> str:
            return "done"

        if of_method:
            get = decorate(get)
        if has_options:

            def options(self) -> str:
                return "mine"

    app = bare()
    app.add_url_rule("/", view_func=Items.as_view("items"))
    return app


def two_views(read: Callable[..., Any], write: Callable[..., Any]) -> Flask:
    app = bare()
    app.add_url_rule("/", "read", read, methods=["GET"])
    app.add_url_rule("/", "write", write, methods=["PUT"])
    return app


def plain() -> str:
    return "done"


async def async_view() -> str:
    return "done"


def with_login(app: Flask, lets_pass: str = "") -> Flask:
    def check() -> None:
        if request.method != lets_pass:
            abort(401)

    app.before_request(check)
    return app


def with_cors_over(app: Flask, **options: Any) -> Flask:
    CORS(app, **options)
    return app


# ---- each difference, and its twin -------------------------------------------------------------


class Told(NamedTuple):
    """What is told of an app, and an app of which it is not."""

    heading: str
    app: Callable[[], Flask]
    what: str
    before: str
    now: str
    fix: str
    twin: Callable[[], Flask]


def everybody() -> Flask:
    return app_with()


SUBDOMAINS = "https://*.example.com"
NOTHING = f"no {ACAO}"
CATCH_ALL = "/<path:rest>"

TOLD = [
    Told(
        "An unset `CORS_ORIGINS`",
        lambda: app_with({"CORS_ORIGINS": None}),
        f"'{STRANGER}' at /*",
        f"{ACAO}: {STRANGER}",
        NOTHING,
        'app.config["CORS_ORIGINS"] = "*"',
        lambda: app_with({"CORS_ORIGINS": ""}),
    ),
    Told(
        "The requested method",
        lambda: serving("/", "LOCK", methods=["UNLOCK"]),
        "a preflight for LOCK at /*",
        "Access-Control-Allow-Methods: UNLOCK",
        "no Access-Control-Allow-Methods",
        'methods=["UNLOCK", "LOCK"]',
        lambda: serving("/", "LOCK", methods=["UNLOCK", "LOCK"]),
    ),
    Told(
        '`methods="*"`',
        lambda: app_with(methods="*"),
        "a preflight for GET at /*",
        "no Access-Control-Allow-Methods",
        "Access-Control-Allow-Methods: GET",
        "nothing to do where every method is meant",
        lambda: app_with(methods=["GET", "PUT"]),
    ),
    Told(
        "`methods=None`",
        lambda: app_with(methods=None),
        "a preflight for GET at /*",
        "no Access-Control-Allow-Methods",
        "Access-Control-Allow-Methods: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT",
        "nothing to do where the usual seven are meant",
        lambda: app_with(methods=[]),
    ),
    Told(
        "`max_age=0`",
        lambda: app_with({"CORS_MAX_AGE": 0}),
        "max_age=0 at /*",
        "no Access-Control-Max-Age",
        "Access-Control-Max-Age: 0",
        "leave max_age out",
        lambda: app_with(max_age="0"),
    ),
    Told(
        "A `max_age` that is no number of seconds",
        lambda: app_with(max_age=1.5),
        "max_age=1.5 at /*",
        "Access-Control-Max-Age: 1.5",
        "Access-Control-Max-Age: 1",
        "nothing to do: the fraction is cut off",
        lambda: app_with(max_age=timedelta(seconds=1.5)),
    ),
    Told(
        "Booleans written as strings",
        lambda: app_with({"CORS_SUPPORTS_CREDENTIALS": "false"}, origins=FRIEND),
        "supports_credentials='false' at /*",
        "true, Access-Control-Allow-Credentials: true",
        "false, no Access-Control-Allow-Credentials",
        'app.config["CORS_SUPPORTS_CREDENTIALS"] = True leaves it as it was',
        lambda: app_with({"CORS_SUPPORTS_CREDENTIALS": "true"}, origins=FRIEND),
    ),
    Told(
        "Booleans written as strings",
        lambda: app_with(resources={"/api/*": {"allow_private_network": "off"}}),
        "allow_private_network='off' at /api/*",
        "true, Access-Control-Allow-Private-Network: true",
        "false, Access-Control-Allow-Private-Network: false",
        '"allow_private_network": True leaves it as it was',
        lambda: app_with(origins=FRIEND, send_wildcard="no"),  # for "*" alone
    ),
    Told(
        "One resource in two `CORS`",
        lambda: twice({"origins": FRIEND}, {"origins": OTHER}),
        f"'{FRIEND}' at /, /api/x, /apikeys",
        f"allowed, {ACAO}: {FRIEND}",
        NOTHING,
        "put the origins of one resource into one list",
        lambda: twice(
            {"origins": FRIEND, "resources": "/"}, {"origins": OTHER, "resources": "/api/*"}
        ),
    ),
    Told(
        "One resource in two `CORS`",
        lambda: twice({"resources": "/api/x", "expose_headers": "X-A"}, {"expose_headers": "X-B"}),
        f"'{STRANGER}' at /api/x",
        f"allowed, {ACAO}: {STRANGER}",
        "Access-Control-Expose-Headers: X-A",
        "into one list",
        lambda: twice({"origins": FRIEND}, {"origins": FRIEND}),
    ),
    Told(
        "One resource in two `CORS`",
        lambda: twice({"resources": "/api/x"}, {"expose_headers": "X-B"}),
        f"'{STRANGER}' at /api/x",
        f"allowed, {ACAO}: {STRANGER}",
        "no Access-Control-Expose-Headers",
        "into one list",
        everybody,
    ),
    Told(
        "Lists with commas",
        lambda: app_with({"CORS_ORIGINS": f"{FRIEND}, {OTHER}"}),
        f"'{FRIEND}', and 1 more at /*",
        NOTHING,
        f"{ACAO}: {FRIEND}",
        "nothing to do: it is read as a list",
        lambda: app_with(origins=[FRIEND, OTHER]),
    ),
    Told(
        "Lists with commas",
        lambda: app_with(allow_headers="X-A, X-B"),
        "the request header 'X-A', and 1 more at /*",
        "no Access-Control-Allow-Headers",
        "Access-Control-Allow-Headers: X-A",
        "nothing to do",
        lambda: app_with(allow_headers=["X-A", "X-B"]),
    ),
    Told(
        "Lists with commas",
        lambda: app_with(resources="/api/x, /apikeys"),
        f"'{STRANGER}' at /api/x, /apikeys",
        NOTHING,
        f"{ACAO}: {STRANGER}",
        "nothing to do",
        lambda: app_with(resources=["/api/x", "/apikeys"]),
    ),
    Told(
        "Expressions in `allow_headers`",
        lambda: app_with(allow_headers=["X-[a-z]+-Id"]),
        "the request header 'x-a-id-evil' at /*",
        "Access-Control-Allow-Headers: x-a-id-evil",
        "no Access-Control-Allow-Headers",
        "end the expression with .*",
        lambda: app_with(allow_headers=["X-[a-z]+-.*"]),
    ),
    Told(
        "Expressions in `allow_headers`",
        lambda: app_with(allow_headers=["X-*", "Y-A"]),
        "the request header 'x-a' at /*",
        "Access-Control-Allow-Headers: x-a",
        "no Access-Control-Allow-Headers",
        'allow_headers=[..., "x-.*"]',
        lambda: app_with(allow_headers=["X-A", "Y-A"]),
    ),
    Told(
        "Expressions in `allow_headers`",
        lambda: app_with(allow_headers=re.compile("X-[a-z]+$")),
        "the request header 'x-a' at /*",
        "no Access-Control-Allow-Headers",
        "Access-Control-Allow-Headers: x-a",
        "nothing to do: it is what is written",
        lambda: app_with(allow_headers=re.compile("x-[a-z]+$")),
    ),
    Told(
        "Expressions match the whole origin",
        lambda: app_with(origins=[r"https://.*\.example\.com", r"http://localhost:\d"]),
        "'https://a.example.com.evil.example', and 1 more at /*",
        f"allowed, {ACAO}: https://a.example.com.evil.example",
        NOTHING,
        "nothing to do where a whole origin was meant",
        lambda: app_with(origins=[r"https://.*\.example\.com$"]),
    ),
    Told(
        "Expressions match the whole origin",
        lambda: app_with(origins=["^http://localhost:"]),
        "'http://localhost:8000' at /*",
        f"allowed, {ACAO}: http://localhost:8000",
        NOTHING,
        "else write all of it",
        lambda: app_with(origins=[r"^http://localhost:\d+$"]),
    ),
    Told(
        "The case of an exact origin",
        lambda: app_with(origins="https://Friend.example"),
        "a request without Origin at /*",
        f"{ACAO}: https://Friend.example",
        f"{ACAO}: {FRIEND}",
        f'origins="{FRIEND}", as browsers send it',
        lambda: app_with(origins=FRIEND),
    ),
    Told(
        "Patterns for subdomains and ports",
        lambda: app_with(origins=[SUBDOMAINS, FRIEND]),
        "'https://example.com' at /*",
        f"allowed, {ACAO}: https://example.com",
        NOTHING,
        'origins=[..., "https://example.com"], where that is meant too',
        lambda: app_with(origins=["https://example.com", FRIEND]),
    ),
    Told(
        "Patterns for subdomains and ports",
        lambda: app_with(origins=[SUBDOMAINS]),
        "'https://www.example.com' at /*",
        NOTHING,
        f"{ACAO}: https://www.example.com",
        "nothing to do: it is what is written",
        everybody,
    ),
    Told(
        "Patterns for subdomains and ports",
        lambda: app_with(origins="http://localhost:*"),
        "'http://localhost.evil.example' at /*",
        f"{ACAO}: http://localhost.evil.example",
        NOTHING,
        "nothing to do: nobody meant it",
        lambda: app_with(origins="http://localhost"),
    ),
    Told(
        "`+`, `|` and braces in an origin",
        lambda: app_with(origins={f"{FRIEND}|{OTHER}": 1}),
        f"'{FRIEND}' at /*",
        NOTHING,
        f"{ACAO}: {FRIEND}",
        "is meant as an expression",
        lambda: app_with(origins=f"({FRIEND}|{OTHER})"),
    ),
    Told(
        "IPv6 origins",
        lambda: app_with(origins="http://[::1]:3000"),
        "'http://[::1]:3000' at /*",
        NOTHING,
        f"{ACAO}: http://[::1]:3000",
        "nothing to do",
        lambda: app_with(origins="http://127.0.0.1:3000"),
    ),
    Told(
        "`/api/*`",
        lambda: app_with(resources="/api/*"),
        f"'{STRANGER}' at /apikeys",
        f"{ACAO}: {STRANGER}",
        NOTHING,
        "else re.compile(...) for a prefix",
        lambda: app_with(resources=re.compile("/api")),
    ),
    Told(
        "`/api/*`",
        lambda: serving("/<page>", resources="/api/*"),
        f"'{STRANGER}' at /api1",
        f"{ACAO}: {STRANGER}",
        NOTHING,
        "else re.compile(...) for a prefix",
        lambda: serving("/<page>", resources="/*"),
    ),
    Told(
        "Decoding a path",
        lambda: serving(CATCH_ALL, resources={"/api/*": {}, "/1": {}}),
        f"'{STRANGER}' at /%61pi/",
        f"{ACAO}: {STRANGER}",
        NOTHING,
        "nothing to do",
        lambda: serving("/api/<rest>", resources="/api/*"),
    ),
    Told(
        "Dot segments and very long paths",
        lambda: serving(CATCH_ALL, resources="/api/*"),
        f"'{STRANGER}' at /api/../1",
        f"{ACAO}: {STRANGER}",
        NOTHING,
        "nothing to do",
        lambda: serving(CATCH_ALL, resources="/*"),
    ),
    Told(
        "Which rule wins",
        lambda: app_with(
            resources={"/api/.*": {"origins": FRIEND}, re.compile("/.*"): {"origins": "*"}}
        ),
        f"'{STRANGER}' at /api/x",
        f"{ACAO}: {STRANGER}",
        NOTHING,
        "the longest literal prefix",
        lambda: app_with(resources={"/api/.*": {"origins": FRIEND}, "/.*": {"origins": "*"}}),
    ),
    Told(
        "A blueprint that refuses",
        lambda: with_blueprint(app_options={"origins": [OTHER]}, origins=FRIEND),
        f"'{OTHER}' at /pages/",
        f"{ACAO}: {OTHER}, by the outer CORS",
        "refused, by that of the blueprint pages",
        "name in the blueprint's list",
        lambda: with_blueprint(app_options={"origins": FRIEND}, origins=FRIEND),
    ),
    Told(
        "A blueprint that refuses",
        lambda: with_blueprint(app_options={}, origins=FRIEND),
        f"'{STRANGER}' at /pages/",
        f"{ACAO}: {STRANGER}, by the outer CORS",
        "refused",
        "name in the blueprint's list",
        lambda: with_blueprint(app_options={}, resources="/elsewhere", origins=FRIEND),
    ),
    Told(
        "`intercept_exceptions`",
        lambda: app_with(intercept_exceptions=False),
        "the 500 of an unhandled exception at /*",
        f"{ACAO}: {STRANGER}",
        NOTHING,
        "leave intercept_exceptions out",
        lambda: decorated(intercept_exceptions=False),
    ),
    Told(
        "Login checks, 404, 405 and redirects",
        lambda: with_login(app_with()),
        "a preflight at /, /api/x, /apikeys",
        "401",
        "200",
        "nothing to do",
        lambda: with_login(app_with(), lets_pass="OPTIONS"),
    ),
    Told(
        "Login checks, 404, 405 and redirects",
        lambda: with_login(serving("/own", "OPTIONS")),
        "the view that handles OPTIONS itself at /own",
        "401, and the view was not called",
        "the view is called for preflights, unchecked",
        "check the login in the view",
        lambda: with_login(serving("/own", "OPTIONS"), lets_pass="OPTIONS"),
    ),
    Told(
        "Login checks, 404, 405 and redirects",
        lambda: serving("/items/", "PUT"),
        "a preflight at /items",
        "308",
        "200",
        "nothing to do",
        lambda: serving("/items/", "GET"),
    ),
    Told(
        "Exposed headers and the maximum age on preflights",
        lambda: app_with(expose_headers="X-A"),
        "a preflight for GET at /*",
        "Access-Control-Expose-Headers: X-A",
        "no Access-Control-Expose-Headers",
        "nothing to do, but in tests",
        lambda: app_with(max_age=60),
    ),
    Told(
        "Exposed headers and the maximum age on preflights",
        lambda: app_with(max_age=60, methods=["GET"]),
        "a preflight for PUT at /*",
        "no Access-Control-Max-Age",
        "Access-Control-Max-Age: 60",
        "nothing to do, but in tests",
        lambda: app_with(max_age=60, methods=["GET", "PUT"]),
    ),
    Told(
        "`Vary` on a refused request",
        lambda: app_with(origins=FRIEND),
        "a request of an origin that is not allowed at /*",
        "no Vary",
        "Vary: Origin",
        "nothing to do",
        lambda: app_with(origins=FRIEND, vary_header=False),
    ),
    Told(
        "`Vary` on a request without `Origin`",
        lambda: app_with(always_send=False),
        "a request without Origin at /*",
        "no Vary",
        "Vary: Origin",
        "nothing to do",
        lambda: app_with(origins=FRIEND),
    ),
    Told(
        "A request without `Origin`, several origins allowed",
        lambda: app_with(origins=[OTHER, FRIEND]),
        "a request without Origin at /*",
        f"{ACAO}: {FRIEND}",
        NOTHING,
        "send an Origin in tests",
        lambda: app_with(origins=[OTHER, FRIEND], always_send=False),
    ),
    Told(
        "A decorated view that aborts or raises",
        lambda: decorated(origins=FRIEND),
        "an error that the decorated view raises at /",
        NOTHING,
        f"{ACAO}: {FRIEND}",
        "take out what adds headers in error handlers",
        lambda: with_cors_over(decorated(origins=FRIEND), origins=FRIEND),
    ),
    Told(
        "A decorated `async def` view",
        lambda: decorated(async_view),
        "any request at /",
        "500",
        "the answer of the view",
        "nothing to do",
        lambda: two_views(async_view, cross_origin()(plain)),
    ),
    Told(
        "A decorated `MethodView`",
        class_based,
        f"a preflight of '{FRIEND}' for GET at /",
        NOTHING,
        f"{ACAO}: {FRIEND}",
        "take out an options method",
        lambda: class_based(has_options=True),
    ),
    Told(
        "A decorated `MethodView`",
        lambda: class_based(of_method=True),
        f"a preflight of '{FRIEND}' for GET at /",
        NOTHING,
        f"{ACAO}: {FRIEND}",
        "take out an options method",
        lambda: with_cors_over(class_based(of_method=True), origins=FRIEND),
    ),
    Told(
        "Several views on one URL",
        lambda: two_views(cross_origin()(plain), cross_origin(origins=FRIEND)(view)),
        f"a preflight of '{STRANGER}' for PUT at /",
        f"{ACAO}: {STRANGER}",
        NOTHING,
        "check each decorated view of the URL",
        lambda: two_views(cross_origin()(plain), cross_origin()(view)),
    ),
    Told(
        "Several views on one URL",
        lambda: two_views(plain, cross_origin(origins=FRIEND)(view)),
        f"a preflight of '{FRIEND}' for PUT at /",
        NOTHING,
        f"{ACAO}: {FRIEND}",
        "check each decorated view of the URL",
        lambda: two_views(plain, view),
    ),
    Told(
        "`CORS(blueprint)`: the config, 404 and 405",
        lambda: with_blueprint({"CORS_ORIGINS": FRIEND}),
        f"CORS_ORIGINS='{FRIEND}' at /* of pages",
        f"not read, {ACAO}: {STRANGER}",
        f"read, {NOTHING}",
        "CORS(blueprint, origins='*') leaves it as it was",
        lambda: with_blueprint({"CORS_ORIGINS": FRIEND}, app_options={}, origins=FRIEND),
    ),
    Told(
        "`CORS(blueprint)`: the config, 404 and 405",
        lambda: with_blueprint({"CORS_MAX_AGE": 60}, origins=FRIEND),
        f"404 and 405 of '{FRIEND}' at /pages",
        NOTHING,
        f"{ACAO}: {FRIEND}",
        "nothing to do",
        lambda: with_blueprint({"CORS_MAX_AGE": None}, prefix=None, origins=FRIEND),
    ),
]


@pytest.mark.parametrize("told", TOLD, ids=lambda told: f"{told.heading} {told.what}")
def test_a_difference_is_told_where_it_changes_an_answer(told: Told) -> None:
    found = [each for each in changes(told.app()) if each.heading == told.heading]
    assert told.what in [each.what for each in found]
    (change,) = [each for each in found if each.what == told.what]
    assert told.before in change.before
    assert told.now in change.now
    assert told.fix in change.fix
    assert change.where is not None
    assert change.where.file == __file__


@pytest.mark.parametrize("told", TOLD, ids=lambda told: f"{told.heading} {told.what}")
def test_where_both_versions_answer_alike_nothing_is_told(told: Told) -> None:
    assert told.heading not in {change.heading for change in changes(told.twin())}


def test_a_plain_app_hears_nothing() -> None:
    assert changes(app_with()) == []
    assert changes(bare()) == []


def headings_of_the_page() -> set[str]:
    return set(re.findall(r"^### (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))


def test_each_row_of_the_page_is_a_class_or_not_told_for_a_reason() -> None:
    classes = {difference.heading for difference in DIFFERENCES}
    assert classes | set(NOT_TOLD) == headings_of_the_page()
    assert classes.isdisjoint(NOT_TOLD)
    assert all(NOT_TOLD.values())


def test_each_class_has_its_app_and_its_twin() -> None:
    assert {told.heading for told in TOLD} == {difference.heading for difference in DIFFERENCES}


def recorded() -> dict[str, list[dict[str, Any]]]:
    rows = json.loads((ROOT / "tests" / "data" / "six.json").read_text(encoding="utf-8"))
    return {row["configuration"]: row["answers"] for row in rows}


def is_of_a_page(request: Request) -> bool:
    """Whether a page may make it: not an origin that no browser sends."""
    return request.origin is None or request.origin == request.origin.lower()


def test_no_page_is_allowed_or_refused_anew_and_nothing_told() -> None:
    answers, untold, compared = recorded(), [], 0
    for asking in everything():
        try:
            app, told = asking.build(), changes(asking.build())
        except CORSConfigError:
            continue
        client = app.test_client()
        for asked, before in zip(asking.requests, answers[asking.configuration], strict=True):
            if asked.asked is None and is_of_a_page(asked):
                now = client.get(quote(asked.path), headers=asked.headers)
                compared += 1
                if now.headers.get(ACAO) != before["headers"].get(ACAO) and not told:
                    untold.append((asking.configuration, asked))
    assert untold == []
    assert compared > 1000


# ---- what is looked at -------------------------------------------------------------------------


def test_callables_are_not_asked() -> None:
    def ask(origin: str) -> bool:
        raise AssertionError(origin)

    assert changes(app_with(origins=ask)) == []


def test_resources_that_are_read_once_are_still_known() -> None:
    assert changes(app_with(resources=iter(["/api/x", "/apikeys"]))) == []


def test_a_route_on_a_host_of_its_own_is_passed_over() -> None:
    app = Flask("app", static_folder=None, host_matching=True)
    app.add_url_rule("/apikeys", "keys", view, host="keys.example")
    CORS(app, resources="/api/*")
    assert changes(app) == []


def test_a_route_whose_converter_takes_no_sample_is_passed_over() -> None:
    class Never(BaseConverter):
        def to_python(self, value: str) -> str:
            assert current_app
            raise ValueError(value)

    class Unknown(BaseConverter):
        regex = r"(?=(?=x)y)y"

    app = bare()
    app.url_map.converters.update(never=Never, unknown=Unknown)
    app.add_url_rule("/apikeys/<never:key>", "keys", view)
    app.add_url_rule("/apikeys/<unknown:key>", "others", view)
    CORS(app, resources="/api/*")
    assert changes(app) == []


def test_no_function_of_the_app_hears_of_the_requests_that_are_only_routed() -> None:
    app = app_with(resources="/api/*", automatic_options=False)
    called: list[object] = []
    app.teardown_request(called.append)
    assert [change.heading for change in changes(app)] == ["`/api/*`"]
    assert called == []


def test_no_view_is_called() -> None:
    called: list[str] = []
    app = serving("/own", "OPTIONS")
    app.view_functions["view"] = lambda: called.append("own") or "done"
    changes(app)
    assert called == []


def test_an_app_that_cannot_be_asked_is_asked_no_further() -> None:
    app = app_with()

    def broken(environ: object, start_response: object) -> None:
        raise SystemExit

    app.wsgi_app = broken  # type: ignore[method-assign]
    assert changes(app) == []


def test_a_decorated_view_that_lists_options_is_not_called_for_preflights() -> None:
    app = bare()
    app.add_url_rule("/", "view", cross_origin()(view), methods=["GET", "OPTIONS"])
    told = [change.what for change in changes(with_cors_over(with_login(app)))]
    assert "a preflight at /" in told
    assert "the view that handles OPTIONS itself at /" not in told


def test_a_view_whose_options_make_no_policy_is_told_with_its_line() -> None:
    (change,) = changes(decorated(supports_credentials=True))
    assert change.heading == "Credentials for everybody"
    assert change.where is not None
    assert change.where.file == __file__


def test_a_blueprint_with_a_converter_in_its_prefix_is_not_asked_for_its_errors() -> None:
    assert changes(with_blueprint(prefix="/<lang>")) == []


def test_a_rule_that_allows_nobody_has_no_preflight_to_answer() -> None:
    app = with_login(app_with(origins=[], max_age=0, allow_headers=r"X-\w+", methods="*"))
    told = {change.heading for change in changes(app)}
    assert told <= {"`Vary` on a refused request", "`Vary` on a request without `Origin`"}


def test_a_view_without_a_policy_is_asked_nothing() -> None:
    app = with_cors_over(with_login(decorated(supports_credentials=True)))
    assert [change.heading for change in changes(app)] == ["Credentials for everybody"]


def test_commas_where_nobody_is_allowed_change_nothing() -> None:
    app = app_with(origins=[], allow_headers="X-A, X-B", intercept_exceptions=False)
    told = {change.heading for change in changes(app)}
    assert told.isdisjoint({"Lists with commas", "`intercept_exceptions`"})


def test_config_that_says_what_a_blueprint_had_anyway_changes_nothing() -> None:
    app = with_blueprint({"CORS_SEND_WILDCARD": False}, app_options={})
    assert changes(app) == []


def test_another_rule_with_the_same_answers_is_no_change() -> None:
    alike: dict[Any, dict[str, Any]] = {
        "/api/.*": {"max_age": None},
        re.compile("/.*"): {"max_age": None},
    }
    assert changes(app_with(resources=alike)) == []


def test_a_list_with_commas_that_6_0_5_could_not_compile_is_read_now() -> None:
    (change,) = changes(app_with(resources="*, /api/x"))
    assert change.heading == "Lists with commas"


def test_each_preflight_of_a_class_view_beside_a_function_is_told_once() -> None:
    app = class_based()
    app.add_url_rule("/", "write", cross_origin(origins=FRIEND)(view), methods=["PUT"])
    told = {change.heading: change.what for change in changes(app)}
    assert told["A decorated `MethodView`"] == f"a preflight of '{FRIEND}' for GET at /"
    assert told["Several views on one URL"] == f"a preflight of '{FRIEND}' for PUT at /"


def test_a_path_that_is_not_redirected_is_answered_as_before() -> None:
    app = bare()
    app.add_url_rule("/items/", "items", view, methods=["PUT"], strict_slashes=False)
    assert changes(with_cors_over(app)) == []


def test_the_rules_of_the_app_are_not_tried_where_a_blueprint_decides() -> None:
    assert changes(with_blueprint(app_options={"resources": "/page/*"})) == []


def test_the_rules_of_a_blueprint_are_tried_on_its_own_views() -> None:
    app = with_blueprint(resources="/api/*")
    app.add_url_rule("/apikeys", "keys", view)
    assert changes(app) == []


def test_a_nested_blueprint_decides_before_the_outer_one() -> None:
    app, outer, inner = bare(), Blueprint("outer", __name__), Blueprint("inner", __name__)
    inner.add_url_rule("/apikeys", "keys", view)
    CORS(inner, resources="/apikeys", expose_headers="X-A")
    CORS(outer, resources="/api/*", expose_headers="X-A")
    outer.register_blueprint(inner)
    app.register_blueprint(outer)
    assert "`/api/*`" not in {change.heading for change in changes(app)}


# ---- one for many ------------------------------------------------------------------------------


def test_what_many_places_have_in_common_is_told_once() -> None:
    app = bare()
    for number in range(20):
        app.add_url_rule(f"/api{number}", f"view{number}", view)
    CORS(app, resources="/api/*")
    (change,) = changes(app)
    assert change.what == f"'{STRANGER}' at /api0, /api1, /api10, and 17 more"


def test_of_many_that_are_mended_alike_the_first_is_told() -> None:
    app = bare()
    each = {f"/a{n}/*": {"origins": f"https://o{n}.example"} for n in range(20)}
    for number in range(20):
        app.add_url_rule(f"/a{number}bc", f"view{number}", view)
    CORS(app, resources=each)
    (change,) = [change for change in changes(app) if change.heading == "`/api/*`"]
    assert change.what == "'https://o0.example' at /a0bc (and 19 more like it)"
