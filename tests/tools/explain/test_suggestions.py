"""The suggestions of ``flask cors explain``: written into the app's source, they allow the request;
finding them leaves the app unchanged."""

from __future__ import annotations

import logging
import textwrap
from typing import Any, NamedTuple

import pytest
from flask import Flask, Response, abort, redirect

from flask_cors import CORS, cors_refused, cross_origin
from flask_cors.runtime.install import install, registry_of
from flask_cors.testing import Page
from flask_cors.tools.check.changed_policy import find_new_findings
from flask_cors.tools.explain.explanation import Explanation, explain
from flask_cors.tools.shared.page_request import parse_page_request

APP = "https://app.example"
PAGE = "https://page.example"
BOTH = f'["{APP}", "{PAGE}"]'


def explained(
    app: Flask,
    origin: str = PAGE,
    *,
    path: str = "/x",
    method: str = "GET",
    headers: tuple[str, ...] = (),
    credentials: str = "same-origin",
) -> Explanation:
    url = f"http://localhost{path}"
    request = parse_page_request(url, origin, method, headers, credentials, ["SING"])
    return explain(app, request, find_new_findings)


def fetch(app: Flask, origin: str = PAGE, *, path: str = "/x", headers=(), **options: Any):
    pairs = [tuple(line.split(": ")) for line in headers]
    return Page(app, origin).fetch(path, headers=pairs, **options)


def suggested(app: Flask, *arguments: Any, **options: Any) -> list[str]:
    return [line.code for line in explained(app, *arguments, **options).suggestions]


# ---- suggestions that can be written -----------------------------------------------------------


class Case(NamedTuple):
    """The lines of an app that concern CORS, the suggestion, and the lines with it applied."""

    before: str
    suggestion: str
    after: str
    request: dict[str, Any] = {}  # noqa: RUF012  # of a NamedTuple, which is never changed


PRELUDE = """
import re
from flask import Blueprint, Flask, abort
from flask.views import MethodView
from flask_cors import CORS, cross_origin
app = Flask("app", static_folder=None)
METHODS = ["GET", "POST", "PUT", "SING"]
def view(**_): return "read me"
def is_friend(origin): return False
def own_options(): abort(405)
"""


def made(lines: str) -> Flask:
    namespace: dict[str, Any] = {"__name__": "made", "APP": APP}
    exec(compile(PRELUDE + textwrap.dedent(lines), "made.py", "exec"), namespace)
    app: Flask = namespace["app"]
    if not any(rule.rule == "/x" for rule in app.url_map.iter_rules()):
        app.add_url_rule("/x", "x", namespace["view"], methods=namespace["METHODS"])
    return app


ORIGINS = f"origins={BOTH}"
COOKIES = {"credentials": "include"}
BLUEPRINT = """
bp = Blueprint("bp", __name__)
bp.add_url_rule("/x", view_func=view)
{}
app.register_blueprint(bp{})
"""
NESTED = """
inner, outer = Blueprint("inner", __name__), Blueprint("outer", __name__)
inner.add_url_rule("/x", view_func=view)
CORS(inner, resources="/y")
CORS(outer, {})
outer.register_blueprint(inner)
app.register_blueprint(outer)
CORS(app)
"""
TWICE = """
bp = Blueprint("bp", __name__)
bp.add_url_rule("/x", view_func=view)
app.config["CORS_ORIGINS"] = APP
CORS(bp)
app.register_blueprint(bp, url_prefix="/first", name="first")
app.config["CORS_ORIGINS"] = {}
app.register_blueprint(bp, url_prefix="/second", name="second")
"""
CLASS = """
class X(MethodView):
    decorators = [cross_origin({})]
    def get(self): return "read me"
app.add_url_rule("/x", view_func=X.as_view("x"))
"""
METHOD = """
class X(MethodView):
    @cross_origin({})
    def put(self): return "read me"
app.add_url_rule("/x", view_func=X.as_view("x"))
"""
DECORATED = """
@app.route("/x", methods=["GET", "PUT"])
@cross_origin({})
def x(): return "read me"
"""
OWN_OPTIONS = """
@app.route("/x", methods=["PUT", "OPTIONS"])
{}
def x(): return own_options()
"""
RAISES = """
app.add_url_rule("/x", view_func=lambda: 1 / 0, methods=["GET", "PUT"])
CORS(app, origins=APP, {})
"""

CASES = {
    "the constructor": Case(
        "CORS(app, origins=APP)", f"CORS(..., {ORIGINS})", f"CORS(app, {ORIGINS})"
    ),
    "init_app": Case(
        "CORS(origins='*').init_app(app, origins=[APP])",
        f"init_app(..., {ORIGINS})",
        f"CORS(origins='*').init_app(app, {ORIGINS})",
    ),
    "next to what init_app was given": Case(
        "CORS().init_app(app, origins=[APP])",
        "init_app(..., supports_credentials=True)",
        "CORS().init_app(app, origins=[APP], supports_credentials=True)",
        {"origin": APP, **COOKIES},
    ),
    "app.config": Case(
        "app.config['CORS_ORIGINS'] = APP\nCORS(app)",
        f'app.config["CORS_ORIGINS"] = {BOTH}',
        f"app.config['CORS_ORIGINS'] = {BOTH}\nCORS(app)",
    ),
    "two levels": Case(
        "app.config['CORS_METHODS'] = 'GET'\nCORS(app, origins=APP)",
        f'CORS(..., {ORIGINS})\napp.config["CORS_METHODS"] = ["GET", "PUT"]',
        f"app.config['CORS_METHODS'] = ['GET', 'PUT']\nCORS(app, {ORIGINS})",
        {"method": "PUT"},
    ),
    "no origins": Case(
        "CORS(app, origins=[])", f'CORS(..., origins=["{PAGE}"])', f"CORS(app, origins=['{PAGE}'])"
    ),
    "a resource": Case(
        "CORS(app, resources={'/x': {'origins': APP}, '/*': {}})",
        f'resources={{..., "/x": {{..., "origins": {BOTH}}}}}',
        f"CORS(app, resources={{'/x': {{'origins': {BOTH}}}, '/*': {{}}}})",
    ),
    "a resource of the config": Case(
        "app.config['CORS_RESOURCES'] = {'/x': {'origins': APP}}\nCORS(app)",
        f'app.config["CORS_RESOURCES"] = {{..., "/x": {{..., "origins": {BOTH}}}}}',
        f"app.config['CORS_RESOURCES'] = {{'/x': {{'origins': {BOTH}}}}}\nCORS(app)",
    ),
    "a resource, where the config has others": Case(
        "app.config['CORS_RESOURCES'] = {'/x': {}}\nCORS(app, resources={'/x': {'origins': APP}})",
        f'resources={{..., "/x": {{..., "origins": {BOTH}}}}}',
        f"CORS(app, resources={{'/x': {{'origins': {BOTH}}}}})",
    ),
    "a compiled resource": Case(
        "CORS(app, resources={re.compile('/x|/y'): {'origins': APP}})",
        f"resources={{..., re.compile('/x|/y'): {{..., \"origins\": {BOTH}}}}}",
        f"CORS(app, resources={{re.compile('/x|/y'): {{'origins': {BOTH}}}}})",
    ),
    "a compiled resource with flags": Case(
        "CORS(app, resources={re.compile('/x #(', re.X): {'origins': APP}})",
        f"resources={{..., re.compile('/x #(', re.VERBOSE): {{..., \"origins\": {BOTH}}}}}",
        f"CORS(app, resources={{re.compile('/x #(', re.VERBOSE): {{'origins': {BOTH}}}}})",
    ),
    "a list of resources": Case(
        "CORS(app, origins=APP, resources=['/x', '/y'])",
        f"CORS(..., {ORIGINS})",
        f"CORS(app, {ORIGINS}, resources=['/x', '/y'])",
    ),
    "several CORS": Case(
        "CORS(app, origins='*', resources='/y')\nCORS(app, origins=APP, resources='/x')",
        f"CORS(..., {ORIGINS})",
        f"CORS(app, origins='*', resources='/y')\nCORS(app, {ORIGINS}, resources='/x')",
    ),
    "a blueprint": Case(
        BLUEPRINT.format("CORS(bp, origins=APP)", ""),
        f"CORS(..., {ORIGINS})",
        BLUEPRINT.format(f"CORS(bp, {ORIGINS})", ""),
    ),
    "a blueprint with a prefix": Case(
        BLUEPRINT.format("CORS(bp, origins=APP)", ", url_prefix='/p'"),
        f"CORS(..., {ORIGINS})",
        BLUEPRINT.format(f"CORS(bp, {ORIGINS})", ", url_prefix='/p'"),
        {"path": "/p/x", "method": "PUT"},
    ),
    "nested blueprints": Case(
        NESTED.format("origins=APP"), f"CORS(..., {ORIGINS})", NESTED.format(ORIGINS)
    ),
    "the second registration of a blueprint": Case(
        TWICE.format("[]"),
        f'app.config["CORS_ORIGINS"] = ["{PAGE}"]',
        TWICE.format(f"['{PAGE}']"),
        {"path": "/second/x"},
    ),
    "a decorator": Case(
        DECORATED.format("origins=APP"),
        f"@cross_origin(..., {ORIGINS})",
        DECORATED.format(ORIGINS),
        {"method": "PUT"},
    ),
    "a decorator that was given other options": Case(
        DECORATED.format("origins=APP"),
        "@cross_origin(..., supports_credentials=True)",
        DECORATED.format("origins=APP, supports_credentials=True"),
        {"origin": APP, **COOKIES},
    ),
    "the decorator of a class": Case(
        CLASS.format("origins=APP"), f"@cross_origin(..., {ORIGINS})", CLASS.format(ORIGINS)
    ),
    "the decorator of one method": Case(
        METHOD.format("origins=APP"),
        f"@cross_origin(..., {ORIGINS})",
        METHOD.format(ORIGINS),
        {"method": "PUT"},
    ),
    "a method": Case(
        "CORS(app, methods='GET, POST')",
        'CORS(..., methods=["GET", "POST", "SING"])',
        "CORS(app, methods=['GET', 'POST', 'SING'])",
        {"method": "SING"},
    ),
    "headers": Case(
        "CORS(app, allow_headers=['X-A', re.compile('X-B.*')])",
        """CORS(..., allow_headers=["X-A", re.compile('X-B.*'), "x-c", "x-d"])""",
        """CORS(app, allow_headers=["X-A", re.compile('X-B.*'), "x-c", "x-d"])""",
        {"headers": ("X-D: 1", "X-C: 1", "X-Bar: 1")},
    ),
    "many headers": Case(
        "CORS(app, allow_headers=[f'X-{n}' for n in range(9)])",
        'CORS(..., allow_headers=[..., "x-c", "x-d"])',
        "CORS(app, allow_headers=[*[f'X-{n}' for n in range(9)], 'x-c', 'x-d'])",
        {"headers": ("X-D: 1", "X-C: 1")},
    ),
    "origins of an iterator": Case(
        f"CORS(app, origins=iter(['https://*.a.example', '{APP}', r'http://.*\\.b\\.example']))",
        f'CORS(..., origins=["https://*.a.example", "{APP}", '
        f'"http://.*\\\\.b\\\\.example", "{PAGE}"])',
        f"CORS(app, origins=['{APP}', '{PAGE}'])",
    ),
    "a compiled origin with flags": Case(
        "CORS(app, origins=re.compile('HTTPS://APP[.]EXAMPLE', re.I | re.S))",
        "CORS(..., origins=[re.compile('HTTPS://APP[.]EXAMPLE', re.IGNORECASE|re.DOTALL), "
        f'"{PAGE}"])',
        "CORS(app, origins=[re.compile('HTTPS://APP[.]EXAMPLE', re.IGNORECASE|re.DOTALL), "
        f'"{PAGE}"])',
    ),
    "a callable": Case(
        "CORS(app, origins=is_friend)",
        f'CORS(..., origins=[is_friend, "{PAGE}"])',
        f'CORS(app, origins=[is_friend, "{PAGE}"])',
    ),
    "a callable without a name": Case(
        "CORS(app, origins=lambda origin: origin == APP)",
        f'CORS(..., origins=[..., "{PAGE}"])',
        f'CORS(app, origins=[lambda origin: origin == APP, "{PAGE}"])',
    ),
    "credentials": Case(
        "CORS(app, origins=[APP])",
        f"CORS(..., {ORIGINS}, supports_credentials=True)",
        f"CORS(app, {ORIGINS}, supports_credentials=True)",
        COOKIES,
    ),
    "credentials for any origin": Case(
        "CORS(app)",
        f'CORS(..., supports_credentials=True, origins=["{PAGE}"])',
        f'CORS(app, supports_credentials=True, origins=["{PAGE}"])',
        COOKIES,
    ),
    "credentials for the wildcard that is sent": Case(
        "CORS(app, origins='*', send_wildcard=True)",
        f'CORS(..., supports_credentials=True, origins=["{PAGE}"])',
        f"CORS(app, origins=['{PAGE}'], send_wildcard=True, supports_credentials=True)",
        {"method": "PUT", **COOKIES},
    ),
    "credentials for many and any origin": Case(
        "CORS(app, origins={'*', 'null', *(f'https://{c}.example' for c in 'abcdefghij')})",
        "CORS(..., supports_credentials=True, origins=["
        + "".join(f'"https://{c}.example", ' for c in "abcdefghij")
        + f'"{PAGE}"])',
        "CORS(app, supports_credentials=True, origins=["
        + "".join(f'"https://{c}.example", ' for c in "abcdefghij")
        + f'"{PAGE}"])',
        COOKIES,
    ),
    "credentials for a pattern beside one for untrusted origins": Case(
        "CORS(app, origins=['https://*.page.example', r'https://.*'])",
        'CORS(..., supports_credentials=True, origins=["https://*.page.example"])',
        "CORS(app, supports_credentials=True, origins=['https://*.page.example'])",
        {"origin": "https://www.page.example", **COOKIES},
    ),
    "credentials beside a resource for any origin": Case(
        "CORS(app, origins=[APP], supports_credentials=False,"
        " resources={'/x': {}, '/y': {'origins': '*'}, '/z': {'origins': 'https://z.example'}})",
        'resources={..., "/x": {..., "supports_credentials": True}}',
        "CORS(app, origins=[APP], supports_credentials=False,"
        " resources={'/x': {'supports_credentials': True}, '/y': {'origins': '*'}})",
        {"origin": APP, **COOKIES},
    ),
    "credentials that were not given beside a resource for any origin": Case(
        "CORS(app, origins=[APP], resources={'/x': {}, '/y': {'origins': '*'}})",
        'resources={..., "/x": {..., "supports_credentials": True}}',
        "CORS(app, origins=[APP],"
        " resources={'/x': {'supports_credentials': True}, '/y': {'origins': '*'}})",
        {"origin": APP, **COOKIES},
    ),
    "credentials of a resource of the config beside one for any origin": Case(
        "app.config['CORS_RESOURCES'] = {'/x': {}, '/y': {'origins': '*'}}\n"
        "CORS(app, origins=[APP])",
        'app.config["CORS_RESOURCES"] = {..., "/x": {..., "supports_credentials": True}}',
        "app.config['CORS_RESOURCES'] = {'/x': {'supports_credentials': True}}\n"
        "CORS(app, origins=[APP])",
        {"origin": APP, **COOKIES},
    ),
    "credentials of the config beside a view for any origin": Case(
        "app.config['CORS_SUPPORTS_CREDENTIALS'] = False\nCORS(app, origins=[APP])\n"
        "app.add_url_rule('/y', 'y', cross_origin()(view))",
        'resources={..., "/*": {..., "supports_credentials": True}}',
        "app.config['CORS_SUPPORTS_CREDENTIALS'] = False\n"
        "CORS(app, origins=[APP], resources={'/*': {'supports_credentials': True}})\n"
        "app.add_url_rule('/y', 'y', cross_origin()(view))",
        {"origin": APP, **COOKIES},
    ),
    "credentials of the config beside a view that bears them": Case(
        "app.config['CORS_SUPPORTS_CREDENTIALS'] = False\nCORS(app)\n"
        "app.add_url_rule('/y', 'y', cross_origin(supports_credentials=True)(view))\n"
        "app.add_url_rule('/x', 'x', cross_origin(origins=APP)(view))",
        "@cross_origin(..., supports_credentials=True)",
        "app.config['CORS_SUPPORTS_CREDENTIALS'] = False\nCORS(app)\n"
        "app.add_url_rule('/x', 'x', cross_origin(origins=APP, supports_credentials=True)(view))",
        {"origin": APP, **COOKIES},
    ),
    "preflights that a before_request function refuses": Case(
        "app.before_request(lambda: abort(401))\nCORS(app, automatic_options=False)",
        "CORS(..., automatic_options=True)",
        "app.before_request(lambda: abort(401))\nCORS(app, automatic_options=True)",
        {"method": "PUT"},
    ),
    "preflights that a decorated view refuses": Case(
        OWN_OPTIONS.format("@cross_origin(automatic_options=False)"),
        "@cross_origin(..., automatic_options=True)",
        OWN_OPTIONS.format("@cross_origin(automatic_options=True)"),
        {"method": "PUT"},
    ),
    "an exception": Case(
        RAISES.format("intercept_exceptions=False"),
        "CORS(..., intercept_exceptions=True)",
        RAISES.format("intercept_exceptions=True"),
        {"origin": APP},
    ),
    "an exception of an unsafe view": Case(
        RAISES.format("intercept_exceptions=False, automatic_options=False"),
        "CORS(..., intercept_exceptions=True)",
        RAISES.format("intercept_exceptions=True, automatic_options=False"),
        {"origin": APP, "method": "PUT"},
    ),
    "an app without CORS": Case(
        "",
        f'CORS(app, resources="/x", origins=["{PAGE}"])',
        f'CORS(app, resources="/x", origins=["{PAGE}"])',
    ),
    "an app without CORS, and a method, a header and cookies": Case(
        "",
        f'CORS(app, resources="/x", origins=["{PAGE}"], supports_credentials=True, '
        'methods=["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "SING"])',
        f'CORS(app, resources="/x", origins=["{PAGE}"], supports_credentials=True, '
        'methods=["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "SING"])',
        {"method": "SING", "headers": ("X-A: 1",), **COOKIES},
    ),
    "an app without CORS whose config has options of it": Case(
        "app.config.update(CORS_METHODS=['GET'], CORS_ALLOW_HEADERS='X-A', CORS_ORGINS='x')",
        f'CORS(app, resources="/x", origins=["{PAGE}"], methods=["GET", "PUT"], '
        'allow_headers=["X-A", "x-b"])',
        "app.config.update(CORS_METHODS=['GET'], CORS_ALLOW_HEADERS='X-A')\n"
        f'CORS(app, resources="/x", origins=["{PAGE}"], methods=["GET", "PUT"], '
        'allow_headers=["X-A", "x-b"])',
        {"method": "PUT", "headers": ("X-B: 1",)},
    ),
    "a path beside the resources": Case(
        "CORS(app, resources='/api/*')",
        f'CORS(app, resources="/x", origins=["{PAGE}"])',
        f'CORS(app, resources="/api/*")\nCORS(app, resources="/x", origins=["{PAGE}"])',
        {"method": "PUT"},
    ),
}


@pytest.mark.filterwarnings("ignore:CORS119 ")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_suggestion_allows_the_request_once_it_is_written(case):
    app = made(case.before)
    before = state_of(app)
    outcome = explained(app, **case.request)
    assert not outcome.verdict.outcome.allowed
    assert [line.code for line in outcome.suggestions] == case.suggestion.splitlines()
    assert outcome.hint is None
    lines = (PRELUDE + textwrap.dedent(case.before)).splitlines()
    for line in outcome.suggestions:
        if line.location is not None:
            assert any(call in lines[line.location.line - 1] for call in ("CORS", "cross_origin"))
    if "CORS(" in case.before or "cross_origin(" in case.before:
        assert state_of(app) == before
    assert fetch(made(case.after), **case.request).allowed


PATHS = {
    "/items/1": ("/items/<int:number>", '"/items/*"'),
    "/a(b)/1": ("/a(b)/<x>", r'"/a\\(b\\)/[^/]+$"'),
    "/users/1/posts": ("/users/<int:number>/posts", '"/users/[^/]+/posts$"'),
    "/files/a/b/raw": ("/files/<path:x>/raw", '"/files/.+/raw$"'),
    "/x(1": ("/<x>", r'"/x\\(1$"'),
    "/x[1]": ("/<x>", r'"/x\\[1\\]$"'),
    "/x$": ("/<x>", r'"/x\\$$"'),
    "/x/*": ("/<path:x>", r'"/x/\\*$"'),
    "/x,/y": ("/<path:x>", '["/x,/y"]'),
    "/é": ("/<x>", r"'/\xe9'"),
    "/😀": ("/<x>", r"'/\U0001f600'"),
    "/.well-known/x": ("/<path:x>", '"/.well-known/x"'),
}


@pytest.mark.parametrize(("path", "rule", "resource"), [(p, *row) for p, row in PATHS.items()])
def test_the_suggested_resource_covers_the_paths_of_the_rule(path, rule, resource):
    app = Flask("app", static_folder=None)
    app.add_url_rule(rule, "view", lambda **_: "read me")
    app.add_url_rule("/x(1)/2", "other", lambda: "private")
    line = f'CORS(app, resources={resource}, origins=["{PAGE}"])'
    assert suggested(app, path=path) == [line]
    eval(line, {"CORS": CORS, "app": app})
    assert fetch(app, path=path).allowed
    assert not fetch(app, path="/x(1)/2").allowed


# ---- where there is nothing to suggest ---------------------------------------------------------


def test_an_invalid_config_gives_no_suggestion():
    app = made("app.config['CORS_MAX_AGE'] = 'long'")
    assert suggested(app) == []


def test_the_suggested_resource_has_all_needed_options_and_no_overlong_path():
    app = made("app.config['CORS_AUTOMATIC_OPTIONS'] = False")
    app.before_request(lambda: abort(401))
    app.add_url_rule("/<path:x>", "any", lambda x: "")
    line = f'CORS(app, resources="/x", origins=["{PAGE}"], automatic_options=True)'
    assert suggested(app, method="PUT") == [line]
    assert suggested(app, path="/" + "x" * 5000) == []


def test_no_change_is_suggested_if_middleware_responds_to_preflights():
    app = made("CORS(app, origins=APP)")
    wsgi_app = app.wsgi_app

    def responds_to_preflights(environ, start_response):
        if environ["REQUEST_METHOD"] == "OPTIONS":
            return Response(status=403)(environ, start_response)
        return wsgi_app(environ, start_response)

    app.wsgi_app = responds_to_preflights
    assert suggested(app, method="PUT") == []


def test_an_unsafe_view_repeats_its_response_in_a_verification():
    app = made("CORS(app, origins=APP, resources='/y')\nCORS(app, origins=[], resources='/go')")
    app.add_url_rule("/go", "go", lambda: redirect("/y"), methods=["POST"])
    app.add_url_rule("/y", view_func=lambda: "read me")
    assert suggested(app, method="POST", path="/go") == []


def test_a_verification_keeps_the_cors_headers_of_an_unsafe_view():
    app = made("CORS(app, origins=[APP], max_age=5)")
    headers = {"Access-Control-Allow-Credentials": "maybe"}
    app.add_url_rule("/own", view_func=lambda: ("", headers), methods=["POST"])
    assert suggested(app, APP, method="POST", path="/own", credentials="include") == []


def test_a_verification_that_leaves_the_app_does_not_pass():
    app = made("CORS(app, origins=APP)")
    app.add_url_rule("/away", view_func=lambda: redirect("https://elsewhere.example/"))
    assert suggested(app, path="/away") == []


# ---- without effects ---------------------------------------------------------------------------


def state_of(app: Flask) -> object:
    registry = install(app)  # as the first request of an app with decorated views does
    policies = registry.resources.patterns.values()
    return (
        dict(app.config),
        app.view_functions,
        dict(app.view_functions),
        {name: list(functions) for name, functions in app.before_request_funcs.items()},
        {name: list(functions) for name, functions in app.after_request_funcs.items()},
        list(app.url_map.iter_rules()),
        registry.resources,
        [dict(vars(policy)) for policy in policies],
        logging.root.manager.disable,
    )


@pytest.mark.parametrize("lines", ["CORS(app, resources='/y')", "CORS(app, origins=APP)"])
def test_explain_leaves_the_app_unchanged_and_gives_the_same_suggestion_again(lines):
    app = made(lines)
    before = state_of(app)
    first = explained(app, method="PUT")
    assert state_of(app) == before
    again = explained(app, method="PUT")
    assert (again.suggestions, again.hint) == (first.suggestions, first.hint)
    assert again.checks == first.checks
    assert state_of(app) == before
    assert not fetch(app, method="PUT").allowed


def test_explain_leaves_an_app_without_cors_unchanged():
    app = made("")
    explained(app, method="PUT")
    assert not fetch(app, method="PUT").allowed
    assert "Access-Control-Allow-Origin" not in app.test_client().get("/x").headers


class Stop(BaseException):
    """An exception that nothing catches."""


def test_an_interrupted_verification_leaves_the_app_unchanged():
    app = made("CORS(app, origins=APP)")
    calls: list[int] = []

    @app.get("/stops")
    def stops():
        calls.append(1)
        if len(calls) > 1:
            raise Stop
        return ""

    before = state_of(app)
    with pytest.raises(Stop):
        explained(app, path="/stops")
    assert state_of(app) == before
    assert not cors_refused.is_muted


@pytest.mark.parametrize(
    ("origins", "calls"), [(APP, ["OPTIONS"]), ("*", ["OPTIONS", "PUT"])], ids=["blocked", "passed"]
)
def test_an_unsafe_view_is_called_once_and_never_after_a_refused_preflight(origins, calls):
    app = made("")
    CORS(app, origins=origins, allow_headers=["X-A"])
    seen: list[str] = []
    app.add_url_rule("/put", view_func=lambda: seen.append("PUT") or "", methods=["PUT"])
    explained(app, path="/put", method="PUT", credentials="include", headers=("X-A: 1",))
    # A preflight response without credentials stops the PUT as well.
    assert seen == []
    explained(app, path="/put", method="PUT", headers=("X-A: 1",))
    assert seen == [call for call in calls if call == "PUT"]


def test_a_simple_post_is_sent_once():
    app = made("CORS(app, origins=APP)")
    seen: list[int] = []
    app.add_url_rule("/post", view_func=lambda: seen.append(1) or "", methods=["POST"])
    assert suggested(app, path="/post", method="POST") == [f"CORS(..., {ORIGINS})"]
    assert seen == [1]


def test_verifications_write_no_log_and_send_no_signal_and_use_up_no_hint(caplog):
    app = made("CORS(app, origins=APP, methods='GET')")
    app.debug = True
    seen: list[str] = []

    def receive(_: Flask, reason: str, **__: object) -> None:
        seen.append(str(reason))

    with cors_refused.connected_to(receive, app):
        explained(app, method="PUT")
    assert seen == ["origin not allowed"]
    assert len(caplog.records) == 1
    assert {reason for _, reason in registry_of(app).hinted} == {"origin not allowed"}


def test_async_views_are_called_like_others():
    app = made("CORS(app, origins=APP)")

    @app.get("/async")
    @cross_origin(origins=APP)
    async def read_me():
        return ""

    assert suggested(app, path="/async") == [f"@cross_origin(..., {ORIGINS})"]


def test_coroutine_functions_in_origins_decide_in_a_verification():
    async def allows_page(origin):
        return origin == PAGE

    app = made("")
    CORS(app, methods=["GET"], origins=allows_page)
    assert suggested(app, method="PUT") == ['CORS(..., methods=["GET", "PUT"])']


# ---- what is said beside a suggestion ----------------------------------------------------------


@pytest.mark.parametrize("status", [200, 403])
def test_the_status_that_the_frontend_can_read_is_known(status):
    app = made("CORS(app, origins=APP)")
    app.before_request(lambda: None if status == 200 else abort(status))
    assert explained(app).status_with_change == status


@pytest.mark.parametrize(
    ("options", "refuses_more"),
    [({}, True), ({"origins": APP}, False), ({"origins": [APP, "https://*.app.example"]}, False)],
)
def test_a_suggestion_that_refuses_an_origin_says_so(options, refuses_more):
    app = Flask("app", static_folder=None)
    app.add_url_rule("/x", view_func=lambda: "")
    CORS(app, **options)
    explanation = explained(app, credentials="include")
    assert (len(explanation.suggestions), explanation.refuses_more) == (1, refuses_more)


def test_a_method_that_no_url_rule_serves_has_a_hint_where_no_change_helps():
    app = Flask("app", static_folder=None)
    app.add_url_rule("/x", view_func=cross_origin(origins=APP)(lambda: ""))
    explanation = explained(app, method="PUT")
    assert (explanation.rule, explanation.suggestions) == (None, ())
    assert explanation.hint == "no URL rule of the path serves PUT: check the method"
