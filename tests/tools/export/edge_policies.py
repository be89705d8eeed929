"""Apps with the policies that every proxy has to state: a function each, that is given CORS and
cross_origin, or what does nothing in their places."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, abort
from flask.views import MethodView
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from flask_cors import CORS, CORSConfigError, cross_origin

Configure = Callable[[Flask, Any, Any], None]

PATHS = ["/", "/api", "/api/", "/api/books", "/apikeys", "/api/admin/users", "/v1/x.y", "/Exact"]


def add_views(app: Flask) -> None:
    for path in PATHS:
        view: Callable[[], str] = lambda: "here"  # noqa: E731
        app.add_url_rule(path, path, view, methods=["GET", "POST", "PUT", "DELETE"])
    app.add_url_rule("/api/wiki/<title>", "wiki", lambda title: title)
    app.add_url_rule("/api/fails", "fails", lambda: abort(503))
    app.add_url_rule(
        "/api/varies", "varies", lambda: ("", {"Vary": "Accept-Encoding", "X-Own": "1"})
    )


def of_options(**options: Any) -> Configure:
    def configure(app: Flask, cors: Any, _: Any) -> None:
        add_views(app)
        cors(app, **options)

    return configure


APP = "https://app.example"
ADMIN = "https://admin.example"
TENANTS = "|".join(f"{number}tenant" for number in range(1000))
LONG = "https://" + ".".join(["a" * 60] * 3) + ".example"

POLICIES: dict[str, Configure] = {
    "any": of_options(),
    "any, as a star": of_options(send_wildcard=True, expose_headers="*"),
    "any, not without an Origin": of_options(always_send=False),
    "any, without Vary": of_options(vary_header=False, max_age=600),
    "none": of_options(origins=[]),
    "one": of_options(origins=APP),
    "one, not without an Origin": of_options(origins=APP, always_send=False),
    "one in upper case": of_options(origins="HTTPS://APP.example"),
    "two, with credentials": of_options(
        origins=[APP, ADMIN], supports_credentials=True, expose_headers=["X-Total", "X-Page"]
    ),
    "two, without Vary": of_options(origins=[APP, ADMIN], vary_header=False),
    "null and a long one": of_options(origins=["null", LONG, APP]),
    "subdomains": of_options(origins=["https://*.example", "https://app.example:8443"]),
    "ports": of_options(origins=["http://localhost:*", "http://[::1]:*", "https://*.example:*"]),
    "a regex": of_options(origins=r"https://(\w+\.)?app\.example(:\d+)?"),
    "a compiled regex": of_options(origins=[re.compile(r"https://[a-m]+\.example$|null"), ADMIN]),
    "origins by look-around": of_options(
        origins=[
            r"https://(?!evil|[^.]*-evil)[\w-]+\.example(?::(?=8)\d+)?$",
            re.compile(r"(?i)http://(?:.*\.)?b(?<!evil\.b)\.example"),
        ],
        supports_credentials=True,
    ),
    "a long regex": of_options(origins=[rf"https://(?:{TENANTS})\.example", APP]),
    "methods": of_options(methods=["GET", "PUT", "PURGE", "x-$y"], max_age=0),
    "any method": of_options(origins=[APP], methods="*", supports_credentials=True),
    "any method and two": of_options(methods=["*", "GET", "PUT"]),
    "some headers": of_options(allow_headers=["Content-Type", "X-A"]),
    "header names with all their signs": of_options(
        allow_headers=["x!#%&'*-._`~", "X-A"], expose_headers=["x!#$%&'*+-.^_`|~", "X-A"]
    ),
    "no headers": of_options(allow_headers=[], origins=[APP, ADMIN]),
    "headers by a regex": of_options(allow_headers=[r"X-.*", "Content-Type"]),
    "private network": of_options(origins=[APP, ADMIN], allow_private_network=True),
    "below /api": of_options(resources=r"/api/*", origins=[APP, ADMIN]),
    "several resources": of_options(
        resources={
            "/api/*": {"origins": [APP, ADMIN], "supports_credentials": True},
            "/api/admin/*": {"origins": ADMIN, "methods": "PUT", "allow_headers": "X-A"},
            "/api/admin/users": {"origins": "https://users.example"},
            "/Exact": {"origins": "*", "max_age": 5},
            r"/v\d/[^/]+\.y$": {"origins": "https://*.example"},
        }
    ),
    "resources by regexes": of_options(
        resources=[re.compile(r"(?i)/API/b"), r"/api/w\w+/.{3}$", "/exact"], origins=APP
    ),
    "paths by look-ahead": of_options(
        resources={
            r"/api/(?!admin(?:/|$)|wiki/\u00e9)(?=\w)": {"origins": [APP, ADMIN]},
            r"/v(?=.*\.y$)": {"origins": "*"},
            r"/api/wiki/(?!x|\u00e9t)": {"origins": ADMIN},
            r"/files/[^/]{1}(?!\S*/admin)": {"origins": APP},
        }
    ),
    "paths with signs": of_options(
        resources={
            "/api/\"{};#'%\n x": {"origins": APP},
            re.compile(re.escape("/api/\"{};#$\\'*/x") + "é*"): {"origins": ADMIN},
            "/api/wiki/[^é]{2}é*$": {},
            "/a pi/*": {},
            "/api/wiki/\u00e9/*": {"origins": ADMIN},
        }
    ),
}


def case(configure: Configure) -> Configure:
    POLICIES[configure.__name__.replace("_", " ")] = configure
    return configure


@case
def views_alone(app: Flask, cors: Any, cross_origin: Any) -> None:
    @app.route("/api/books", methods=["GET", "PUT"])
    @cross_origin(origins=[APP, ADMIN], supports_credentials=True)
    def books() -> str:
        return ""

    @app.route("/api/wiki/<title>")
    @cross_origin()
    def wiki(title: str) -> str:
        return title

    @app.route("/api/", methods=["GET"])
    @cross_origin(origins=APP)
    def api() -> str:
        return ""


@case
def views_and_the_app(app: Flask, cors: Any, cross_origin: Any) -> None:
    cors(app, resources={"/api/*": {"origins": "*"}})

    @app.route("/api/<int:number>", methods=["GET", "DELETE"])
    @cross_origin(origins=ADMIN)
    def number(number: int) -> str:
        return ""

    @app.route("/api/books")
    def books() -> str:
        return ""

    @app.route("/api/<name>", methods=["GET"])
    @cross_origin(origins=APP, methods=["GET"])
    def name(name: str) -> str:
        return ""

    @app.route("/api/<name>", methods=["PUT"])
    @cross_origin(origins=ADMIN, methods=["PUT"])
    def put(name: str) -> str:
        return ""

    @app.route("/api/admin/<path:rest>")
    @cross_origin(origins=[])
    def admin(rest: str) -> str:
        return ""

    @app.route("/api/admin/")
    def index() -> str:
        return ""


@case
def methods_of_a_view(app: Flask, cors: Any, xorigin: Any) -> None:
    class Books(MethodView):
        @xorigin(origins=APP)
        def get(self) -> str:
            return ""

        @xorigin(origins=ADMIN, methods="PUT")
        def put(self) -> str:
            return ""

        def delete(self) -> str:
            return ""

    cors(app, origins="https://other.example")
    app.add_url_rule("/api/books", view_func=Books.as_view("books"))


@case
def blueprints(app: Flask, cors: Any, cross_origin: Any) -> None:
    api = Blueprint("api", "api", url_prefix="/api")
    admin = Blueprint("admin", "admin", url_prefix="/admin")
    loose = Blueprint("loose", "loose")
    cors(api, origins=[APP, ADMIN], resources=["/api/*"])
    cors(admin, origins=ADMIN, methods=["GET"])
    cors(loose, origins="*")
    for blueprint, path in ((api, "/books"), (admin, "/users"), (loose, "/v1/x.y")):
        blueprint.add_url_rule(path, "view", lambda: "", methods=["GET", "PUT"])
    api.register_blueprint(admin)
    app.register_blueprint(api)
    app.register_blueprint(loose)
    cors(app, resources={"/apikeys": {"origins": APP}, "/Exact": {}})
    app.add_url_rule("/apikeys", "keys", lambda: "")


@case
def below_a_root(app: Flask, cors: Any, cross_origin: Any) -> None:
    app.config["APPLICATION_ROOT"] = "/api"
    add_views(app)
    cors(app, resources={"/books": {"origins": [APP, ADMIN]}, "/*": {"origins": APP}})
    inner = app.wsgi_app
    app.wsgi_app = DispatcherMiddleware(  # type: ignore[method-assign]
        lambda _, start: (start("404 NOT FOUND", []), [b""])[1], {"/api": inner}
    )


@case
def regexes_of_nothing(app: Flask, cors: Any, cross_origin: Any) -> None:
    app.config["APPLICATION_ROOT"] = "/api"
    add_views(app)
    cors(app, resources={"/books/*": {"origins": ADMIN}, ".*": {"origins": "*"}, "/?/*": {}})
    blueprint = Blueprint("admin", "admin", url_prefix="/admin")
    cors(blueprint, origins=ADMIN, supports_credentials=True)
    app.register_blueprint(blueprint)
    app.add_url_rule("/own", "own", cross_origin(origins=ADMIN)(lambda: ""))
    inner = app.wsgi_app
    app.wsgi_app = DispatcherMiddleware(  # type: ignore[method-assign]
        lambda _, start: (start("404 NOT FOUND", []), [b""])[1], {"/api": inner}
    )


@case
def regexes_in_any_case(app: Flask, cors: Any, cross_origin: Any) -> None:
    add_views(app)
    cors(
        app,
        resources={
            re.compile(r"/api/.{2}/admin", re.IGNORECASE): {"origins": ADMIN},
            re.compile(r"/api/[^\x00-\x7f]+/x", re.IGNORECASE | re.ASCII): {"origins": APP},
            re.compile(r"/FILES/.([^/]+\.txt)$", re.IGNORECASE): {"origins": APP},
            re.compile(r".{10,}"): {"origins": [APP, ADMIN]},
            r"/Exact": {"origins": "*"},
            "/a\ufffd": {"origins": ADMIN},
            "/\\\\": {"origins": APP},
        },
    )
    app.add_url_rule("/own", "own", cross_origin(origins=ADMIN)(lambda: ""))


@case
def slashes_that_do_not_matter(app: Flask, cors: Any, cross_origin: Any) -> None:
    app.url_map.strict_slashes = False
    cors(app)
    for rule, origin in (
        ("/api/<path:rest>", ADMIN),
        ("/api/<path:rest>/b", "*"),
        ("/v1//x.y", ADMIN),
        ("/apikeys", APP),
    ):
        app.add_url_rule(rule, rule, cross_origin(origins=origin)(lambda rest="": rest))


@case
def redirects_and_many_blueprints(app: Flask, cors: Any, cross_origin: Any) -> None:
    cors(app, resources={"/api/*": {"origins": [APP, ADMIN], "supports_credentials": True}})
    app.add_url_rule("/api/<x>", "old", methods=["PUT"], redirect_to="/other")
    app.add_url_rule("/api/7", "own", cross_origin(origins=ADMIN)(lambda: ""), methods=["DELETE"])
    for number, prefix in enumerate(("/v1", "/api/admin", "/api/wiki")):
        blueprint = Blueprint(f"b{number}", "blueprint", url_prefix=prefix)
        cors(blueprint, origins=[APP, ADMIN][number % 2], max_age=number)
        view: Any = lambda **_: ""  # noqa: E731
        blueprint.add_url_rule("/users/", "users", view)
        blueprint.add_url_rule("/", "index", view, defaults={"name": None})
        blueprint.add_url_rule("/<name>", "index", view)
        blueprint.add_url_rule("/<int(max=9):number>/x", "number", view)
        app.register_blueprint(blueprint)


@case
def a_file_by_several_spellings(app: Flask, cors: Any, cross_origin: Any) -> None:
    # By Flask's own view, send_from_directory, which Flask has registered below /static.
    cors(app, resources={"/static/*": {"origins": "*"}, "/static/private/*": {"origins": APP}})


@case
def a_file_of_one_policy(app: Flask, cors: Any, cross_origin: Any) -> None:
    cors(app, resources={"/*": {"origins": [APP, ADMIN]}})


def add_loose_views(app: Flask) -> None:
    """Add views that serve a path with a slash more or less at its end."""
    for rule in ("exact", "slash/", "alike/", "<int:number>", "<path:rest>"):
        app.add_url_rule(f"/ends/{rule}", rule, lambda **_: "", strict_slashes=False)
    app.add_url_rule("/strict/", "strict", lambda: "")


@case
def a_slash_at_the_end_of_exact_resources(app: Flask, cors: Any, cross_origin: Any) -> None:
    add_loose_views(app)
    resources = ["/ends/exact", "/ends/slash/", "/strict/", "/ends/alike", "/Exact"]
    cors(
        app,
        resources={
            **{path: {"origins": APP} for path in resources},
            "/*": {"origins": [APP, ADMIN]},
            "/ends/alike/": {"origins": APP},
        },
    )


@case
def a_slash_at_the_end_of_regexes(app: Flask, cors: Any, cross_origin: Any) -> None:
    add_loose_views(app)
    cors(
        app,
        resources={
            r"/ends/[0-9]$": {"origins": ADMIN},
            r"/ends/[0-9]{2}/?\Z": {"origins": APP},
            "/ends/\u00e9/$": {"origins": ADMIN},
            "/ends/exact": {"origins": ADMIN},
            r"/ends/[a-z]+/$": {"origins": [ADMIN]},
            r"/ends/a/(?!.*/$).+$": {"origins": APP},
            "/ends/a/.*": {"origins": ADMIN},
            "/ends/.*": {"origins": [APP, ADMIN]},
        },
    )


@case
def a_slash_at_the_end_in_blueprints(app: Flask, cors: Any, cross_origin: Any) -> None:
    ends = Blueprint("ends", "ends", url_prefix="/ends")
    loose = Blueprint("loose", "loose")
    cors(ends, resources={r"/ends/[0-9]$": {"origins": APP}, "/ends/exact": {}, "/ends/*": {}})
    cors(loose, resources={r"/ends/strict$": {"origins": APP}}, origins=ADMIN)
    cors(app, resources={r"/ends/[0-9]{2}$": {"origins": ADMIN}, "/.*": {"origins": [APP, ADMIN]}})
    for rule in ("exact", "<int:number>", "alike"):
        ends.add_url_rule(f"/{rule}", rule, lambda **_: "", strict_slashes=False)
    loose.add_url_rule("/ends/strict", "strict", lambda: "", methods=["GET", "PUT"])
    ends.add_url_rule("/strict/", "strict", lambda: "", methods=["GET", "PUT"])
    ends.add_url_rule("/none", "none", cross_origin(origins=ADMIN)(lambda: ""))
    app.register_blueprint(ends)
    app.register_blueprint(loose)


@case
def views_that_list_options(app: Flask, cors: Any, cross_origin: Any) -> None:
    cors(app, resources={"/api/*": {"origins": [APP, ADMIN]}})
    app.add_url_rule("/api/books", "books", lambda: "", methods=["GET", "PUT", "OPTIONS"])
    app.add_url_rule("/apikeys", "keys", lambda: "", methods=["GET", "OPTIONS"])
    app.add_url_rule("/api/7", "options", lambda: "", methods=["OPTIONS"])
    app.add_url_rule("/api/7", "put", cross_origin(origins=APP)(lambda: ""), methods=["PUT"])
    view = cross_origin(origins=ADMIN)(lambda: "")
    app.add_url_rule("/v1/x.y", "view", view, methods=["GET", "OPTIONS"])


@case
def a_catch_all(app: Flask, cors: Any, cross_origin: Any) -> None:
    cors(app, resources={"/api/*": {"origins": [APP, ADMIN]}})
    app.add_url_rule("/api/books", "books", lambda: "", methods=["GET", "PUT"])
    view = cross_origin(origins=ADMIN)(lambda path: path)
    app.add_url_rule("/", "any", view, defaults={"path": ""})
    app.add_url_rule("/<path:path>", "any", view)


@case
def dashes(app: Flask, cors: Any, cross_origin: Any) -> None:
    add_views(app)
    cors(app, methods=["-"], expose_headers=["-"], allow_headers=["-", "x-a"])


# ---- those of other libraries ------------------------------------------------------------------

CORPUS = json.loads(
    (Path(__file__).parents[2] / "data" / "policy.json").read_text(encoding="utf-8")
)


def _origin(item: Any) -> Any:
    if isinstance(item, str):
        return item
    if "regex" in item:
        return re.compile(item["regex"])
    return item.get("subdomains") or item["glob"]


def _of_corpus(config: dict[str, Any]) -> dict[str, Any]:
    names = [
        re.compile(name["regex"]) if isinstance(name, dict) else name
        for name in config["allow_headers"]
    ]
    return {
        "origins": [_origin(item) for item in config["origins"]],
        "send_wildcard": config["any_origin_as"] == "star",
        "supports_credentials": config["credentials"],
        "methods": [*config["methods"], "GET", "HEAD", "POST"],
        "allow_headers": names,
        "expose_headers": config["expose_headers"],
        "max_age": config["max_age"],
        "allow_private_network": config["private_network"],
    }


# By the policy's name: the requests that a case of the corpus makes of it.
REQUESTS_OF_CORPUS: dict[str, list[tuple[str, str, list[tuple[str, str]]]]] = {}


def _add_corpus() -> None:
    by_config: dict[str, str] = {}
    for each in CORPUS["cases"]:
        config = each.get("config")
        if config is None or any("predicate" in str(item) for item in config["origins"]):
            continue
        if any("mirror" in str(item) for item in [*config["allow_headers"], *config["methods"]]):
            continue
        options = _of_corpus(config)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                CORS(Flask("tried"), **options)
            except CORSConfigError:
                continue
        name = by_config.setdefault(repr(options), f"corpus: {each['id']}")
        POLICIES.setdefault(name, of_options(**options))
        request = each["request"]
        headers = [(name, value) for name, value in request["headers"]]
        REQUESTS_OF_CORPUS.setdefault(name, []).append(
            (request["method"], request["path"], headers)
        )


_add_corpus()


def app_with(**options: Any) -> Flask:
    app = Flask(__name__)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        CORS(app, **options)
    return app


def app_of(name: str, with_cors: bool) -> Flask:
    """Return the app with the policy, or the same app without Flask-CORS."""
    return app_by(POLICIES[name], with_cors)


def app_by(configure: Configure, with_cors: bool) -> Flask:
    app = Flask(__name__)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if with_cors:
            configure(app, CORS, cross_origin)
        else:
            configure(app, lambda *_, **__: None, lambda *_, **__: lambda view: view)
    return app
