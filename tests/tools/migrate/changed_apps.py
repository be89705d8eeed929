"""Apps for which something changes, each with one difference, and similar ones that both versions
serve alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from flask import Blueprint, Flask, abort, request
from flask.views import MethodView

from flask_cors import CORS, cross_origin
from flask_cors.tools.shared.example_origins import UNTRUSTED

FRIEND = "https://friend.example"
OTHER = "https://other.example"
ACAO = "Access-Control-Allow-Origin"
UNSERVED = "a preflight for a path that no view serves"


def view(**_: object) -> str:
    return "done"


def bare(config: Mapping[str, object] | None = None) -> Flask:
    app = Flask("app", static_folder=None)
    app.config.update(config or {})
    return app


def app_with(config: Mapping[str, object] | None = None, **options: Any) -> Flask:
    """Return an app for which nothing changes but what the options change."""
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


def with_options_view(**options: Any) -> Flask:
    app = bare()
    decorate = cross_origin(**options)
    app.add_url_rule("/", "view", decorate(plain), methods=["GET", "OPTIONS"])
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


def with_functions(app: Flask | Blueprint, kind: str) -> Any:
    """Register two functions that do nothing."""

    def first(response: object = None, *_: object) -> object:
        return response if kind == "after_request" else None

    def second(response: object = None, *_: object) -> object:
        return response if kind == "after_request" else None

    for function in (first, second):
        function.__qualname__ = function.__name__
        getattr(app, kind)(function)
    return app


def with_cors_over(app: Flask, **options: Any) -> Flask:
    CORS(app, **options)
    return app


# ---- each difference ---------------------------------------------------------------------------


class Changed(NamedTuple):
    """An app with a finding, and one without.

    :ivar hint: a part of it.
    """

    title: str
    app: Callable[[], Flask]
    what: str
    before: str
    now: str
    hint: str
    without: Callable[[], Flask]

    @property
    def message(self) -> str:
        return f"{self.what}: {self.before} in 6.0.5, {self.now} now"


# Titles of findings whose tests are below, and in test_command.py.
OTHERS = ("A decorated view with invalid options", "Functions of `flask_cors.core`")


def app_with_any_origin() -> Flask:
    return app_with()


UNREACHED = "Preflights do not reach the app"
PREPROCESSOR = "url_value_preprocessor"
SUBDOMAINS = "https://*.example.com"
CATCH_ALL = "/<path:rest>"

CHANGED = [
    Changed(
        "An unset `CORS_ORIGINS`",
        lambda: app_with({"CORS_ORIGINS": None}),
        f"a request from '{UNTRUSTED}' at /*",
        "allowed",
        "refused",
        'app.config["CORS_ORIGINS"] = "*"',
        lambda: app_with({"CORS_ORIGINS": ""}),
    ),
    Changed(
        "An empty string in the config",
        lambda: app_with({"CORS_ALLOW_HEADERS": ""}),
        "CORS_ALLOW_HEADERS='' at /*",
        "empty (no Access-Control-Allow-Headers)",
        "the default (Access-Control-Allow-Headers: x-requested-with)",
        'otherwise write app.config["CORS_ALLOW_HEADERS"] = []',
        lambda: app_with(dict.fromkeys(["CORS_MAX_AGE", "CORS_EXPOSE_HEADERS"], "")),
    ),
    Changed(
        "An empty string in the config",
        lambda: app_with({"CORS_VARY_HEADER": ""}),
        "CORS_VARY_HEADER='' at /*",
        "empty (no Vary)",
        "the default (Vary: Origin)",
        'otherwise write app.config["CORS_VARY_HEADER"] = False',
        lambda: with_blueprint({"CORS_VARY_HEADER": ""}, app_options={"vary_header": True}),
    ),
    Changed(
        "The requested method",
        lambda: serving("/", "LOCK", methods=["UNLOCK"]),
        "a preflight for LOCK at /*",
        "Access-Control-Allow-Methods: UNLOCK",
        "no Access-Control-Allow-Methods",
        'methods=["UNLOCK", "LOCK"]',
        lambda: serving("/", "LOCK", methods=["UNLOCK", "LOCK"]),
    ),
    Changed(
        '`methods="*"`',
        lambda: app_with(methods="*"),
        "a preflight for GET, and 2 more at /*",
        "no Access-Control-Allow-Methods",
        "Access-Control-Allow-Methods: GET",
        "nothing to do if you meant every method",
        lambda: app_with(methods=["GET", "PUT"]),
    ),
    Changed(
        "`methods=None`",
        lambda: app_with(methods=None),
        "a preflight for GET, and 2 more at /*",
        "no Access-Control-Allow-Methods",
        "Access-Control-Allow-Methods: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT",
        "nothing to do if you meant the usual seven",
        lambda: app_with(methods=[]),
    ),
    Changed(
        "`max_age=0`",
        lambda: app_with({"CORS_MAX_AGE": 0}),
        "max_age=0 at /*",
        "no Access-Control-Max-Age",
        "Access-Control-Max-Age: 0",
        "remove max_age",
        lambda: app_with(max_age="0"),
    ),
    Changed(
        "A `max_age` that is not a number of seconds",
        lambda: app_with(max_age=1.5),
        "max_age=1.5 at /*",
        "Access-Control-Max-Age: 1.5",
        "Access-Control-Max-Age: 1",
        "nothing to do: the fraction is cut off",
        lambda: app_with(max_age=timedelta(seconds=1.5)),
    ),
    Changed(
        "Booleans written as strings",
        lambda: app_with({"CORS_SUPPORTS_CREDENTIALS": "false"}, origins=FRIEND),
        "supports_credentials='false' at /*",
        "True (Access-Control-Allow-Credentials: true)",
        "False (no Access-Control-Allow-Credentials)",
        'otherwise write app.config["CORS_SUPPORTS_CREDENTIALS"] = True',
        lambda: app_with({"CORS_SUPPORTS_CREDENTIALS": "true"}, origins=FRIEND),
    ),
    Changed(
        "Booleans written as strings",
        lambda: app_with(resources={"/api/*": {"allow_private_network": "off"}}),
        "allow_private_network='off' at /api/*",
        "True (Access-Control-Allow-Private-Network: true)",
        "False (Access-Control-Allow-Private-Network: false)",
        'otherwise write "allow_private_network": True',
        lambda: app_with(origins=FRIEND, send_wildcard="no"),  # for "*" alone
    ),
    Changed(
        "One resource in two `CORS`",
        lambda: twice({"origins": FRIEND}, {"origins": OTHER}),
        f"a request from '{FRIEND}' at /, /api/x, /apikeys",
        "allowed",
        "refused",
        "list all origins of the resource in one CORS",
        lambda: twice(
            {"origins": FRIEND, "resources": "/"}, {"origins": OTHER, "resources": "/api/*"}
        ),
    ),
    Changed(
        "One resource in two `CORS`",
        lambda: twice({"resources": "/api/x", "expose_headers": "X-A"}, {"expose_headers": "X-B"}),
        f"a request from '{UNTRUSTED}' at /api/x",
        "Access-Control-Expose-Headers: X-B",
        "Access-Control-Expose-Headers: X-A",
        "list all origins of the resource in one CORS",
        lambda: twice({"origins": FRIEND}, {"origins": FRIEND}),
    ),
    Changed(
        "One resource in two `CORS`",
        lambda: twice({"resources": "/api/x"}, {"expose_headers": "X-B"}),
        f"a request from '{UNTRUSTED}' at /api/x",
        "Access-Control-Expose-Headers: X-B",
        "no Access-Control-Expose-Headers",
        "list all origins of the resource in one CORS",
        app_with_any_origin,
    ),
    Changed(
        "Lists with commas",
        lambda: app_with({"CORS_ORIGINS": f"{FRIEND}, {OTHER}"}),
        f"a request from '{FRIEND}', and 1 more at /*",
        "refused",
        "allowed",
        "nothing to do: the string is read as a list",
        lambda: app_with(origins=[FRIEND, OTHER]),
    ),
    Changed(
        "Lists with commas",
        lambda: app_with(allow_headers="X-A, X-B"),
        "the request header 'X-A', and 1 more at /*",
        "no Access-Control-Allow-Headers",
        "Access-Control-Allow-Headers: X-A",
        "nothing to do",
        lambda: app_with(allow_headers=["X-A", "X-B"]),
    ),
    Changed(
        "Lists with commas",
        lambda: app_with(resources="/api/x, /apikeys"),
        f"a request from '{UNTRUSTED}' at /api/x, /apikeys",
        "refused",
        "allowed",
        "nothing to do",
        lambda: app_with(resources=["/api/x", "/apikeys"]),
    ),
    Changed(
        "Regular expressions in `allow_headers`",
        lambda: app_with(allow_headers=["X-[a-z]+-Id"]),
        "the request header 'x-a-id-evil' at /*",
        "Access-Control-Allow-Headers: x-a-id-evil",
        "no Access-Control-Allow-Headers",
        "end the regular expression with .*",
        lambda: app_with(allow_headers=["X-[a-z]+-.*"]),
    ),
    Changed(
        "Regular expressions in `allow_headers`",
        lambda: app_with(allow_headers=["X-*", "Y-A"]),
        "the request header 'x-a' at /*",
        "Access-Control-Allow-Headers: x-a",
        "no Access-Control-Allow-Headers",
        'allow_headers=[..., "x-.*"]',
        lambda: app_with(allow_headers=["X-A", "Y-A"]),
    ),
    Changed(
        "Regular expressions in `allow_headers`",
        lambda: app_with(allow_headers=re.compile("X-[a-z]+$")),
        "the request header 'x-a' at /*",
        "no Access-Control-Allow-Headers",
        "Access-Control-Allow-Headers: x-a",
        "nothing to do: the configuration allows it",
        lambda: app_with(allow_headers=re.compile("x-[a-z]+$")),
    ),
    Changed(
        "Regular expressions match the whole origin",
        lambda: app_with(origins=[r"https://.*\.example\.com", r"http://localhost:\d"]),
        "a request from 'https://a.example.com.evil.example', and 1 more at /*",
        "allowed",
        "refused",
        "nothing to do if you meant whole origins",
        lambda: app_with(origins=[r"https://.*\.example\.com$"]),
    ),
    Changed(
        "Regular expressions match the whole origin",
        lambda: app_with(origins=["^http://localhost:"]),
        "a request from 'http://localhost:8000' at /*",
        "allowed",
        "refused",
        "otherwise add what may follow",
        lambda: app_with(origins=[r"^http://localhost:\d+$"]),
    ),
    Changed(
        "The case of an exact origin",
        lambda: app_with(origins="https://Friend.example"),
        "a request without Origin at /*",
        "Access-Control-Allow-Origin: https://Friend.example",
        f"Access-Control-Allow-Origin: {FRIEND}",
        f'origins="{FRIEND}", as browsers send it',
        lambda: app_with(origins=FRIEND),
    ),
    Changed(
        "Patterns for subdomains and ports",
        lambda: app_with(origins=[SUBDOMAINS, FRIEND]),
        "a request from 'https://example.com' at /*",
        "allowed",
        "refused",
        'origins=[..., "https://example.com"], if you want to allow that too',
        lambda: app_with(origins=["https://example.com", FRIEND]),
    ),
    Changed(
        "Patterns for subdomains and ports",
        lambda: app_with(origins=[SUBDOMAINS]),
        "a request from 'https://www.example.com' at /*",
        "refused",
        "allowed",
        "nothing to do: the configuration allows it",
        app_with_any_origin,
    ),
    Changed(
        "Patterns for subdomains and ports",
        lambda: app_with(origins="http://localhost:*"),
        "a request from 'http://localhost.evil.example' at /*",
        "allowed",
        "refused",
        "nothing to do: the pattern was not meant to allow it",
        lambda: app_with(origins="http://localhost"),
    ),
    Changed(
        "`+`, `|` and braces in an origin",
        lambda: app_with(origins={f"{FRIEND}|{OTHER}": 1}),
        f"a request from '{FRIEND}' at /*",
        "refused",
        "allowed",
        "as a regular expression; otherwise remove it",
        lambda: app_with(origins=f"({FRIEND}|{OTHER})"),
    ),
    Changed(
        "IPv6 origins",
        lambda: app_with(origins="http://[::1]:3000"),
        "a request from 'http://[::1]:3000' at /*",
        "refused",
        "allowed",
        "nothing to do",
        lambda: app_with(origins="http://127.0.0.1:3000"),
    ),
    Changed(
        "`/api/*`",
        lambda: app_with(resources="/api/*"),
        f"a request from '{UNTRUSTED}' at /apikeys",
        "allowed",
        "refused",
        "otherwise use re.compile(...) for a prefix",
        lambda: app_with(resources=re.compile("/api")),
    ),
    Changed(
        "`/api/*`",
        lambda: serving("/<page>", resources="/api/*"),
        f"a request from '{UNTRUSTED}' at /api1",
        "allowed",
        "refused",
        "otherwise use re.compile(...) for a prefix",
        lambda: serving("/<page>", resources="/*"),
    ),
    Changed(
        "Decoding a path",
        lambda: serving(CATCH_ALL, resources={"/api/*": {}, "/1": {}}),
        f"a request from '{UNTRUSTED}' at /%61pi/",
        "allowed",
        "refused",
        "nothing to do",
        lambda: serving("/api/<rest>", resources="/api/*"),
    ),
    Changed(
        "Ambiguous spellings of a path",
        lambda: serving(CATCH_ALL, resources="/api/*"),
        f"a request from '{UNTRUSTED}' at /api/../1",
        "allowed",
        "refused",
        "nothing to do",
        lambda: serving(CATCH_ALL, resources="/*"),
    ),
    Changed(
        "Which resource decides",
        lambda: app_with(
            resources={"/api/.*": {"origins": FRIEND}, re.compile("/.*"): {"origins": "*"}}
        ),
        f"a request from '{UNTRUSTED}' at /api/x",
        "allowed",
        "refused",
        "the longest literal prefix",
        lambda: app_with(resources={"/api/.*": {"origins": FRIEND}, "/.*": {"origins": "*"}}),
    ),
    Changed(
        "A blueprint that refuses",
        lambda: with_blueprint(app_options={"origins": [OTHER]}, origins=FRIEND),
        f"a request from '{OTHER}' at /pages/",
        "allowed by the outer CORS",
        "refused by that of the blueprint pages",
        "list every origin that may use the blueprint",
        lambda: with_blueprint(app_options={"origins": FRIEND}, origins=FRIEND),
    ),
    Changed(
        "A blueprint that refuses",
        lambda: with_blueprint(app_options={}, origins=FRIEND),
        f"a request from '{UNTRUSTED}' at /pages/",
        "allowed by the outer CORS",
        "refused by that of the blueprint pages",
        "list every origin that may use the blueprint",
        lambda: with_blueprint(app_options={}, resources="/elsewhere", origins=FRIEND),
    ),
    Changed(
        "`intercept_exceptions`",
        lambda: app_with(intercept_exceptions=False),
        "the 500 of an unhandled exception at /*",
        "readable",
        "not readable",
        "remove intercept_exceptions",
        lambda: decorated(intercept_exceptions=False),
    ),
    Changed(
        UNREACHED,
        lambda: with_login(app_with()),
        "a preflight at /, /api/x, /apikeys",
        "401",
        "200",
        "nothing to do",
        lambda: with_login(app_with(automatic_options=False)),
    ),
    Changed(
        UNREACHED,
        lambda: serving("/own", "OPTIONS"),
        "OPTIONS view view",
        "called for preflights",
        "not for those from allowed origins",
        "or set automatic_options=False",
        lambda: serving("/own", "OPTIONS", automatic_options=False),
    ),
    *(
        Changed(
            UNREACHED,
            lambda kind=kind: with_functions(app_with(), kind),
            f"{kind} first, second",
            "called for preflights",
            "not for those from allowed origins",
            "or set automatic_options=False",
            lambda kind=kind: with_functions(app_with(automatic_options=False), kind),
        )
        for kind in ("before_request", "after_request", "teardown_request", PREPROCESSOR)
    ),
    Changed(
        UNREACHED,
        lambda: with_functions(decorated(), "before_request"),
        "before_request first, second",
        "called for preflights",
        "not for those from allowed origins",
        "WSGI middleware",
        lambda: with_functions(decorated(origins=[]), "before_request"),
    ),
    Changed(
        UNREACHED,
        lambda: serving("/items/", "PUT"),
        "a preflight at /items",
        "308",
        "200",
        "nothing to do",
        lambda: serving("/items", "PUT"),
    ),
    Changed(
        "Exposed headers and the maximum age on preflights",
        lambda: app_with(expose_headers="X-A"),
        "a preflight for GET, and 1 more at /*",
        "Access-Control-Expose-Headers: X-A",
        "no Access-Control-Expose-Headers",
        "nothing to do, except in tests",
        lambda: app_with(max_age=60),
    ),
    Changed(
        "Exposed headers and the maximum age on preflights",
        lambda: app_with(max_age=60, methods=["GET"]),
        "a preflight for PUT at /*",
        "no Access-Control-Max-Age",
        "Access-Control-Max-Age: 60",
        "nothing to do, except in tests",
        lambda: app_with(max_age=60, methods=["GET", "PUT"]),
    ),
    Changed(
        "`Vary` on a refused request",
        lambda: app_with(origins=FRIEND),
        "a refused request at /*",
        "no Vary",
        "Vary: Origin",
        "nothing to do",
        lambda: app_with(origins=FRIEND, vary_header=False),
    ),
    Changed(
        "`Vary` on a request without `Origin`",
        lambda: app_with(always_send=False),
        "a request without Origin at /*",
        "no Vary",
        "Vary: Origin",
        "nothing to do",
        lambda: app_with(origins=FRIEND),
    ),
    Changed(
        "A request without `Origin`, several origins allowed",
        lambda: app_with(origins=[OTHER, FRIEND]),
        "a request without Origin at /*",
        f"Access-Control-Allow-Origin: {FRIEND}",
        "no Access-Control-Allow-Origin",
        "send an Origin in tests",
        lambda: app_with(origins=[OTHER, FRIEND], always_send=False),
    ),
    Changed(
        "A decorated view that aborts or raises",
        lambda: decorated(origins=FRIEND),
        "an error that a decorated view raises at /",
        "not readable",
        "readable",
        "remove code that adds CORS headers in error handlers",
        lambda: with_cors_over(decorated(origins=FRIEND), origins=FRIEND),
    ),
    Changed(
        "A decorated `async def` view",
        lambda: decorated(async_view),
        "any request at /",
        "500, because nothing awaited the view",
        "the response of the view",
        "nothing to do",
        lambda: two_views(async_view, cross_origin()(plain)),
    ),
    Changed(
        "`automatic_options=False` on a decorated view",
        lambda: decorated(origins=FRIEND, automatic_options=False),
        f"a preflight from '{FRIEND}' for GET at /",
        "refused",
        "allowed",
        "otherwise remove @cross_origin",
        lambda: with_options_view(origins=FRIEND, automatic_options=False),
    ),
    Changed(
        "A decorated `MethodView`",
        class_based,
        f"a preflight from '{FRIEND}' for GET at /",
        "refused",
        "allowed",
        "remove an options method",
        lambda: class_based(has_options=True),
    ),
    Changed(
        "A decorated `MethodView`",
        lambda: class_based(of_method=True),
        f"a preflight from '{FRIEND}' for GET at /",
        "refused",
        "allowed",
        "remove an options method",
        lambda: with_cors_over(class_based(of_method=True), origins=FRIEND),
    ),
    Changed(
        "Several views on one URL",
        lambda: two_views(cross_origin()(plain), cross_origin(origins=FRIEND)(view)),
        f"a preflight from '{UNTRUSTED}' for PUT at /",
        "allowed",
        "refused",
        "check each decorated view of the URL",
        lambda: two_views(cross_origin()(plain), cross_origin()(view)),
    ),
    Changed(
        "Several views on one URL",
        lambda: two_views(plain, cross_origin(origins=FRIEND)(view)),
        f"a preflight from '{FRIEND}' for PUT at /",
        "refused",
        "allowed",
        "check each decorated view of the URL",
        lambda: two_views(plain, view),
    ),
    Changed(
        "`CORS(blueprint)`: the config, 404 and 405",
        lambda: with_blueprint({"CORS_ORIGINS": FRIEND}),
        f"CORS_ORIGINS='{FRIEND}' at /* of pages",
        f"not read ('{UNTRUSTED}' allowed)",
        f"read ('{UNTRUSTED}' refused)",
        "otherwise write CORS(blueprint, origins='*')",
        lambda: with_blueprint({"CORS_ORIGINS": FRIEND}, app_options={}, origins=FRIEND),
    ),
    Changed(
        "`CORS(blueprint)`: the config, 404 and 405",
        lambda: with_blueprint({"CORS_MAX_AGE": 60}, origins=FRIEND),
        f"a 404 for a request from '{FRIEND}' at /pages/no/such/path",
        "not readable",
        "readable",
        "nothing to do",
        lambda: with_blueprint({"CORS_MAX_AGE": None}, prefix=None, origins=FRIEND),
    ),
]
