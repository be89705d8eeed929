"""Configurations and requests to try both versions with. ``scripts/record_v6.py`` runs this module
with flask-cors 6.0.5, ``test_v6.py`` and ``test_migrate.py`` with this version."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from flask import Blueprint, Flask, abort
from flask.views import MethodView

from flask_cors import CORS, cross_origin

A = "https://a.example"
B = "https://b.example"
C = "https://c.example"
ACRM = "Access-Control-Request-Method"
ACRH = "Access-Control-Request-Headers"
ACRPN = "Access-Control-Request-Private-Network"


class Request(NamedTuple):
    """A request; with ``requested_method`` the preflight for it."""

    origin: str | None
    path: str = "/"
    method: str = "GET"
    requested_method: str | None = None
    requested_headers: str | None = None
    private_network: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        given = {
            "Origin": self.origin,
            ACRM: self.requested_method,
            ACRH: self.requested_headers,
            ACRPN: self.private_network,
        }
        return {name: value for name, value in given.items() if value is not None}


def preflight(origin: str, method: str = "PUT", names: str | None = None, path: str = "/"):
    return Request(origin, path, "OPTIONS", method, names)


# ---- one policy --------------------------------------------------------------------------------


class Case(NamedTuple):
    """Options of one policy, and the requests to try it with."""

    options: Mapping[str, Any]
    requests: tuple[Request, ...]
    config: Mapping[str, Any] = {}


def case(*requests: Request, config: Mapping[str, Any] | None = None, **options: Any) -> Case:
    usual = (Request(None), Request(A), preflight(A, names="X-B, x-a"))
    return Case(options, requests or usual, config or {})


def from_origins(*origins: str | None) -> tuple[Request, ...]:
    return tuple(Request(origin) for origin in origins)


def _origins() -> Iterator[Case]:
    for config in ({"CORS_ORIGINS": None}, {"CORS_ORIGINS": ""}, {"CORS_ORIGINS": f"{A},{B}"}):
        yield case(config=config)
    for value in (None, "", [], "*", ["*"], ["*", A], ".*", [".*"], re.compile(".*"), (A,), {A: 1}):
        yield case(origins=value)
    for value in (A, [A], {A}, [A, A], [B, A], "https://Z.example", "null", f"{A}, {B}", [None, A]):
        yield case(
            *from_origins(
                None, A, A.upper(), B, C, "https://Z.example", "https://z.example", "null"
            ),
            preflight(A),
            origins=value,
        )
    for value in (
        r"https://.*\.example",
        [r"https://.*\.example", "https://one.test"],
        re.compile("https://[ab]"),
        [re.compile("https://a"), A],
        "https://(a|b).example",
        "^https://a.example",
        "https://a.example$",
        "https://a?.example",
    ):
        untrusted = (f"{A}.evil.example", "https://axx", "HTTPS://A.EXAMPLE", "https://one.test")
        yield case(*from_origins(None, A, B, *untrusted), preflight(A), origins=value)
    for value in (
        "https://*.example.com",
        "http://localhost:*",
        "https://*",
        r"https://*.example\.com",
        ["http://localhost:*", A],
        "http://[::1]:3000",
        ["http://[::1]:3000", A],
        "http://localhost*",
    ):
        yield case(
            *from_origins(None, A, "https://app.example.com", "https://example.com"),
            *from_origins("https:///xexample.com", "http://localhost", "http://localhost:3000"),
            *from_origins("http://localhost.evil.example", "http://[::1]:3000"),
            origins=value,
        )
    for value in (f"{A}|{B}", "https://a+.example", "https://a{1}.example"):
        yield case(*from_origins(None, A, B, value), origins=value)
    for name in ("supports_credentials", "send_wildcard", "vary_header", "always_send"):
        for value in (True, False, "true", "false", "", "no", 0, 1, "0", None):
            yield case(origins=A if name == "supports_credentials" else "*", **{name: value})
    yield case(*from_origins(None, A, "null"), supports_credentials=True)
    yield case(*from_origins(None, A, "null"), supports_credentials=True, origins="https://.*")
    for options in (
        {"send_wildcard": True, "always_send": False},
        {"send_wildcard": True, "origins": A},
        {"send_wildcard": True, "origins": [A, B], "supports_credentials": True},
        {"vary_header": False, "origins": [A, B]},
        {"vary_header": False, "origins": "https://.*"},
        {"always_send": False, "origins": [A, B]},
    ):
        yield case(**options)


def _methods() -> Iterator[Case]:
    requests = [preflight(A, each) for each in ("PUT", "put", "PU", "PATCH", "GET", "LOCK", ",")]
    for value in (
        *(None, [], "", "*", ["*"], ["*", "GET"], ["PATCH"], ["put", "Get"], "PUT", "GET, PUT"),
        *("GET,PUT", "put,get", ["PUT", "GET", "PUT"], ("PUT",), {"PUT"}, ["UNLOCK"]),
    ):
        yield case(*requests, preflight(A, "PUT", "x-a"), methods=value)
    yield case(*requests, config={"CORS_METHODS": None})
    yield case(*requests, config={"CORS_METHODS": "GET,PUT"})


def _headers() -> Iterator[Case]:
    names = ("x-a, x-b", "x-user-id,X-USER-ID-EVIL,X-AB", "x-a, x b", "")
    requests = [preflight(A, "PUT", each) for each in names]
    for value in (
        *(None, [], "", "*", ["*"], ["*", "X-B"], "X-A", "X-A, X-B", ["X-A"], "X-[a-z]+-Id"),
        *([r"X-[a-z]+-Id", "X-B"], "X-A.*", "X-*", "X-A+", ["X-Ab?"]),
        *(re.compile("X-[a-z]+"), [re.compile("x-[a-z]+")]),
    ):
        yield case(*requests, allow_headers=value)
    yield case(*requests, config={"CORS_ALLOW_HEADERS": "X-A, X-B"})
    yield case(*requests, allow_headers=["X-A"], methods=["GET"], max_age=6)
    for exposed in (None, [], "", "X-B, X-A", ["X-B", "X-A"], "*", ("X-A",)):
        yield case(expose_headers=exposed)
        yield case(Request(C), expose_headers=exposed, origins=A)


def _others() -> Iterator[Case]:
    for age in (
        *(None, 0, "0", timedelta(0), 1.5, -1, -5, "soon", "", "600", 600, 0.0, True, "1.5"),
        *(timedelta(seconds=90), timedelta(seconds=1.5), timedelta(seconds=-5)),
    ):
        yield case(preflight(A), preflight(A, "LOCK"), max_age=age)
    yield case(preflight(A), config={"CORS_MAX_AGE": 0})
    for value in (True, False, "false", ""):
        private = preflight(A)._replace(private_network="true")
        yield case(
            private,
            preflight(A),
            Request(A, private_network="true"),
            allow_private_network=value,
        )


POLICIES = [*_origins(), *_methods(), *_headers(), *_others()]


def app_of(case: Case) -> Flask:
    app = an_app(case.config)
    CORS(app, **case.options)
    return app


# ---- resources ---------------------------------------------------------------------------------

_PATHS = (
    *("/", "/api", "/api/", "/api/x", "/apikeys", "/b/x", "/%61pi/x", "/API/x", "/a b", "/a+b"),
    *("/api/../other", "/x", "/a", "/aa", "/api/a/b"),
)

_compiled = re.compile

# Patterns of resources, to try each path with.
RESOURCES: list[tuple[str | re.Pattern[str], ...]] = [
    *((each,) for each in ("/api/*", "/api", "*", "/*", "/api/.*", "/ap+i", "/a|/b", "/a{1}")),
    *((each,) for each in ("/api/*, /b/*", "^/api$", "/API/*", "/a b", "/a+b", "/api/", "api/*")),
    *((each,) for each in (r"/\w+/x", "/(a|b)", "/a/?", "//", _compiled("/api"))),
    ("/api/*", "/b/*"),
    ("/api/.*", "/.*/.*/.*"),
    ("/.*/.*/.*", "/api/.*"),
    ("/api/a/b", "/api/a/*"),
    ("/api/a/*", "/api/a/b"),
    ("/api/a/.*", _compiled("/.*")),
    (_compiled("/.*"), "/api/a/.*"),
    (_compiled("/.*"), "/api/a/b"),
    ("/a.*", "/ap.*"),
    ("/ap.*", "/a.*"),
    ("/*", "/api/*", "/api/a/*"),
    ("/api/a/*", "/.*"),
    ("*", "/.*"),
    ("/.*", "*"),
    ("*", _compiled("/api/.*")),
    (_compiled("/api/a"), _compiled("/api/a/b")),
    (_compiled("/api/a/b"), _compiled("/api/a")),
    (_compiled("/.*/.*/.*"), _compiled("/api/.*")),
    (_compiled("/api/.*"), _compiled("/.*/.*/.*")),
    ("/[a][p][i].*", "/.*/a/b"),
    ("/.*/a/b", "/[a][p][i].*"),
    (_compiled("/[a][p][i].*"), _compiled("/.*/a/b")),
    ("/api/a/.*", "/api/./b*"),
    ("/api/./b*", "/api/a/.*"),
    ("/api/a/b*", _compiled("/api/a/b.*"), "/api/a/b[a-z]*"),
]


def app_of_resources(patterns: tuple[str | re.Pattern[str], ...]) -> Flask:
    """Return an app in which each pattern exposes a header that is its number."""
    app = an_app({})
    CORS(app, resources={each: {"expose_headers": str(n)} for n, each in enumerate(patterns)})
    return app


def paths() -> tuple[Request, ...]:
    return tuple(Request(A, path) for path in _PATHS)


# ---- apps --------------------------------------------------------------------------------------


def view(**_: object) -> str:
    return "done"


def an_app(config: Mapping[str, Any]) -> Flask:
    app = Flask("app", static_folder=None)
    app.config.update(config)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/", "root", view, methods=["GET", "PUT"])
    app.add_url_rule("/<path:rest>", "rest", view, methods=["GET", "PUT"])
    return app


def _bare() -> Flask:
    app = Flask("app", static_folder=None)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


def two_calls() -> Flask:
    app = an_app({})
    CORS(app, origins=[A, B], expose_headers="x-a")
    CORS(app, origins=A, resources="/api/*", expose_headers="x-b")
    return app


def decorated(with_cors: bool = False) -> Flask:
    app = _bare()

    def raises() -> None:
        raise RuntimeError("on purpose")

    def aborts() -> None:
        abort(418)

    for view_, path in ((view, "/"), (raises, "/raises"), (aborts, "/aborts")):
        app.add_url_rule(path, path, cross_origin(origins=A)(view_), methods=["GET", "PUT"])
    if with_cors:
        CORS(app, origins=B)
    return app


def decorated_under_cors() -> Flask:
    return decorated(with_cors=True)


def class_views() -> Flask:
    class Decorated(MethodView):
        decorators = (cross_origin(origins=A),)

        def get(self) -> str:
            return "done"

        def put(self) -> str:
            return "done"

    class DecoratedMethod(MethodView):
        @cross_origin(origins=A)
        def get(self) -> str:
            return "done"

    class OwnOptions(MethodView):
        decorators = (cross_origin(origins=A),)

        def get(self) -> str:
            return "done"

        def options(self) -> str:
            return "mine"

    app = _bare()
    for each in (Decorated, DecoratedMethod, OwnOptions):
        app.add_url_rule(f"/{each.__name__}", view_func=each.as_view(each.__name__))
    CORS(app, origins=B)
    return app


def several_views() -> Flask:
    app = _bare()
    app.add_url_rule("/", "read", cross_origin()(lambda: "done"), methods=["GET"])
    app.add_url_rule("/", "write", cross_origin(origins=A)(lambda: "done"), methods=["PUT"])
    app.add_url_rule("/plain", "plain", lambda: "done", methods=["GET"])
    app.add_url_rule("/plain", "own", cross_origin(origins=A)(lambda: "done"), methods=["PUT"])
    return app


def async_view() -> Flask:
    app = _bare()

    async def view() -> str:
        return "done"

    app.add_url_rule("/", "view", cross_origin()(view))
    return app


def blueprint() -> Flask:
    app = _bare()
    app.config.update(CORS_ORIGINS=A, CORS_MAX_AGE=5)
    pages = Blueprint("pages", __name__, url_prefix="/pages")
    pages.add_url_rule("/", "index", view)
    CORS(pages)
    app.register_blueprint(pages)
    return app


def blueprint_under_cors() -> Flask:
    app = _bare()
    pages = Blueprint("pages", __name__, url_prefix="/pages")
    pages.add_url_rule("/", "index", view)
    CORS(pages, origins=A)
    app.register_blueprint(pages)
    CORS(app, origins=B)
    return app


def login_check() -> Flask:
    app = _bare()
    app.add_url_rule("/", "view", view)
    app.add_url_rule("/slash/", "slash", view, methods=["PUT"])
    app.before_request(lambda: abort(401))
    CORS(app)
    return app


def slash() -> Flask:
    app = _bare()
    app.add_url_rule("/slash/", "slash", view, methods=["PUT"])
    CORS(app, intercept_exceptions=False)
    app.add_url_rule("/raises", "raises", lambda: 1 / 0)
    return app


def automatic_options() -> Flask:
    app = _bare()
    decorate = cross_origin(origins=A, automatic_options=False)
    app.add_url_rule("/", "view", decorate(lambda: "done"))
    app.add_url_rule("/own", "own", decorate(lambda: "mine"), methods=["GET", "OPTIONS"])
    return app


def automatic_options_under_cors() -> Flask:
    app = automatic_options()
    CORS(app, origins=B)
    return app


def blueprint_with_methods() -> Flask:
    app = _bare()
    pages = Blueprint("pages", __name__, url_prefix="/pages")
    pages.add_url_rule("/", "index", view, methods=["POST"])
    CORS(pages, resources="/pages/", origins=A)
    app.register_blueprint(pages)
    return app


def _all(*paths: str, origins: tuple[str | None, ...] = (None, A, B, C)) -> list[Request]:
    requests = [Request(origin, path) for path in paths for origin in origins]
    requests += [
        preflight(origin, method, path=path)
        for path in paths
        for origin in origins
        for method in ("GET", "PUT")
        if origin is not None
    ]
    return requests


APPS: list[tuple[Callable[[], Flask], list[Request]]] = [
    (two_calls, _all("/", "/api/x")),
    (decorated, _all("/", "/raises", "/aborts", "/nowhere")),
    (decorated_under_cors, _all("/", "/raises", "/aborts", "/nowhere")),
    (class_views, _all("/Decorated", "/DecoratedMethod", "/OwnOptions")),
    (several_views, _all("/", "/plain")),
    (async_view, _all("/")),
    (blueprint, _all("/pages/", "/pages/nowhere")),
    (blueprint_under_cors, _all("/pages/", "/pages/nowhere", "/nowhere")),
    (login_check, _all("/", "/slash")),
    (slash, _all("/slash", "/raises")),
    (automatic_options, _all("/", "/own")),
    (automatic_options_under_cors, _all("/", "/own")),
    (blueprint_with_methods, _all("/pages/", "/pages/nowhere")),
]

# ---- all of it -----------------------------------------------------------------------------------


class Recording(NamedTuple):
    """A configuration in words, an app that has it, and the requests to try it with."""

    configuration: str
    build: Callable[[], Flask]
    requests: list[Request]


def everything() -> Iterator[Recording]:
    for each in POLICIES:
        words = ", ".join(f"{name}={value!r}" for name, value in each.options.items())
        config = f" with {dict(each.config)!r}" if each.config else ""
        yield Recording(
            f"CORS(app, {words}){config}", lambda each=each: app_of(each), [*each.requests]
        )
    for patterns in RESOURCES:
        words = f"resources={list(patterns)!r}"
        yield Recording(words, lambda patterns=patterns: app_of_resources(patterns), [*paths()])
    for build, requests in APPS:
        yield Recording(f"{build.__name__}()", build, requests)
