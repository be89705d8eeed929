"""``docs/reference/differences.md``: each difference on the page has its test, each test its row.

A test is named by the heading of its row, and asserts what its column "Now" says.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, NoReturn
from unittest.mock import MagicMock

import pytest
from flask import Blueprint, Flask, abort, request_started
from flask.views import MethodView
from werkzeug.test import TestResponse

import flask_cors.core
from flask_cors import CORS, CORSConfigError, CORSWarning, cross_origin

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "differences.md"
PARTS = ["Before", "Now", "Why", "Migrate"]

FRIEND = "https://friend.example"
OTHER = "https://other.example"
UNTRUSTED = "https://untrusted.example"

ACAO = "Access-Control-Allow-Origin"
ACAM = "Access-Control-Allow-Methods"
ACAH = "Access-Control-Allow-Headers"
ACAC = "Access-Control-Allow-Credentials"
ACMA = "Access-Control-Max-Age"
ACEH = "Access-Control-Expose-Headers"

ROWS: dict[str, Callable[[], None]] = {}


def row(heading: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    def remember(test: Callable[[], None]) -> Callable[[], None]:
        assert heading not in ROWS
        ROWS[heading] = test
        return test

    return remember


def rows_of_the_page() -> dict[str, str]:
    sections = re.split(r"^(#{1,6}) (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    triples = zip(sections[1::3], sections[2::3], sections[3::3], strict=True)
    return {heading: text for level, heading, text in triples if level == "###"}


def test_the_page_and_the_tests_name_the_same_differences() -> None:
    assert list(rows_of_the_page()) == list(ROWS)


@pytest.mark.parametrize("heading", rows_of_the_page())
def test_a_row_says_what_was_what_is_why_and_what_to_do(heading: str) -> None:
    parts = re.findall(r"^- \*\*(\w+):\*\* \S", rows_of_the_page()[heading], re.MULTILINE)
    assert [part for part in parts if part != "Code"] == PARTS


@pytest.mark.parametrize("heading", rows_of_the_page())
def test_a_row_is_true(heading: str) -> None:
    ROWS[heading]()


# ---- apps and requests -------------------------------------------------------------------------


def app_with(*args: Any, config: Mapping[str, object] | None = None, **kwargs: Any) -> Flask:
    app = Flask(__name__)
    app.config.update(config or {})
    app.config["PROPAGATE_EXCEPTIONS"] = False
    CORS(app, *args, **kwargs)
    app.add_url_rule("/", "view", lambda: "done", methods=["GET", "PATCH", "POST", "PUT"])
    return app


def get(app: Flask, path: str = "/", origin: str | None = UNTRUSTED) -> TestResponse:
    return app.test_client().get(path, headers={} if origin is None else {"Origin": origin})


def allowed(app: Flask, path: str = "/", origin: str | None = UNTRUSTED) -> str | None:
    return get(app, path, origin).headers.get(ACAO)


def preflight(
    app: Flask,
    path: str = "/",
    origin: str = FRIEND,
    method: str = "PUT",
    names: str | None = None,
) -> TestResponse:
    headers = {"Origin": origin, "Access-Control-Request-Method": method}
    if names is not None:
        headers["Access-Control-Request-Headers"] = names
    return app.test_client().options(path, headers=headers)


# ---- Options -----------------------------------------------------------------------------------


@row("Changing the config later")
def _() -> None:
    app = app_with(resources=[], config={"CORS_ORIGINS": FRIEND})
    app.add_url_rule("/own", "own", cross_origin()(lambda: "done"))
    assert allowed(app, "/own", FRIEND) == FRIEND
    app.config["CORS_ORIGINS"] = UNTRUSTED
    assert allowed(app, "/own", FRIEND) == FRIEND
    assert allowed(app, "/own", UNTRUSTED) is None


@row("An unset `CORS_ORIGINS`")
def _() -> None:
    for options in (
        {"config": {"CORS_ORIGINS": None}},
        {"config": {"CORS_ORIGINS": ""}},
        {"origins": None},
        {"origins": ""},
    ):
        with pytest.warns(CORSWarning, match="^CORS108 "):
            app = app_with(**options)
        assert allowed(app) is None
    with pytest.warns(CORSWarning, match="^CORS710 "):
        assert allowed(app_with(config={"CORS_RESOURCES": None})) is None


@row("An empty string in the config")
def _() -> None:
    keys = ("CORS_METHODS", "CORS_ALLOW_HEADERS", "CORS_MAX_AGE", "CORS_SUPPORTS_CREDENTIALS")
    response = preflight(app_with(config=dict.fromkeys(keys, "")), names="X-A")
    assert response.headers[ACAM].count(", ") == 6
    assert response.headers[ACAH] == "X-A"
    assert ACMA not in response.headers


@row("Credentials for untrusted origins")
def _() -> None:
    lookalike = r"https://.*example\.com"
    with pytest.warns(CORSWarning, match="^CORS109 .*https://evilexample.com"):
        app_with(origins=lookalike)
    for origins in ("*", "null", "https://.*", "https://*.com", lookalike):
        with pytest.raises(CORSConfigError, match=r"^CORS205 "):
            app_with(origins=origins, supports_credentials=True)
    with pytest.raises(CORSConfigError, match=r"^CORS205 "):
        app_with(supports_credentials=True)


@row("The requested method")
def _() -> None:
    app = app_with(methods=["PATCH"])
    assert preflight(app, method="PATCH").headers[ACAM] == "PATCH"
    assert ACAM not in preflight(app, method="PAT").headers
    assert ACAM not in preflight(app, method="patch").headers


@row('`methods="*"`')
def _() -> None:
    assert preflight(app_with(methods="*"), method="PUT").headers[ACAM] == "PUT"


@row("`methods=None`")
def _() -> None:
    for app in (app_with(methods=None), app_with(config={"CORS_METHODS": None})):
        assert preflight(app, method="PUT").headers[ACAM].count(", ") == 6
    assert ACAM not in preflight(app_with(methods=[]), method="PUT").headers


@row("`max_age=0`")
def _() -> None:
    assert preflight(app_with(max_age=0)).headers[ACMA] == "0"


@row("A `max_age` that is not a number of seconds")
def _() -> None:
    for max_age in (-5, "soon", ""):
        with pytest.raises(CORSConfigError, match=r"^CORS404 "):
            app_with(max_age=max_age)
    assert preflight(app_with(max_age=-1)).headers[ACMA] == "-1"
    assert preflight(app_with(max_age=1.5)).headers[ACMA] == "1"


@row("Booleans written as strings")
def _() -> None:
    app = app_with(origins=FRIEND, config={"CORS_SUPPORTS_CREDENTIALS": "false"})
    assert ACAC not in get(app, origin=FRIEND).headers
    with pytest.raises(CORSConfigError, match=r"^CORS707 "):
        app_with(origins=FRIEND, supports_credentials="maybe")
    assert allowed(app_with(always_send=None), origin=None) == "*"


@row("One resource in two `CORS`")
def _() -> None:
    app = app_with(origins=FRIEND)
    with pytest.warns(CORSWarning, match="^CORS508 "):
        CORS(app, origins=OTHER)
    assert allowed(app, origin=FRIEND) is None
    assert allowed(app, origin=OTHER) == OTHER
    CORS(app, origins=FRIEND, resources="/api/*")
    assert allowed(app, "/api/x", OTHER) is None


@row("Unknown options")
def _() -> None:
    with pytest.warns(CORSWarning, match="^CORS701 .*'orgins'.*'origins'"):
        app_with(orgins=FRIEND)
    with pytest.warns(CORSWarning, match="^CORS711 .*'CORS_ORIGIN'.*'CORS_ORIGINS'"):
        app_with(config={"CORS_ORIGIN": FRIEND})


@row("Lists with commas")
def _() -> None:
    app = app_with(resources="/a/*, /b/*", origins=f"{FRIEND}, {OTHER}", allow_headers="X-A, X-B")
    assert allowed(app, "/b/x", OTHER) == OTHER
    assert preflight(app, "/a/x", names="x-b").headers[ACAH] == "x-b"


@row("Empty items, and `None` in a list")
def _() -> None:
    assert preflight(app_with(methods="GET, PUT,")).headers[ACAM] == "GET, PUT"
    with pytest.warns(CORSWarning, match="^CORS709 "):
        assert allowed(app_with(origins=[None, FRIEND]), origin=FRIEND) == FRIEND
    with pytest.warns(CORSWarning, match="^CORS710 "):
        assert ACAH not in preflight(app_with(allow_headers=[""]), names="X-A").headers


@row("A list written into a string")
def _() -> None:
    for text in (f'["{FRIEND}"]', f"('{FRIEND}',)", '{"origins": "*"}'):
        with pytest.raises(CORSConfigError, match=r"^CORS706 "):
            app_with(origins=text)


@row("Values that are not names")
def _() -> None:
    for value in (FRIEND.encode(), 5, [[FRIEND]]):
        with pytest.raises(CORSConfigError, match=r"^CORS115 "):
            app_with(origins=value)
        with pytest.raises(CORSConfigError, match=r"^CORS(708|308) "):
            app_with(methods=value)


@row("A regular expression that takes too long")
def _() -> None:
    with pytest.raises(CORSConfigError, match=r"^CORS112 "):
        app_with(origins=r"https://([a-z0-9]+)+\.example\.com")


@row("Regular expressions in `allow_headers`")
def _() -> None:
    app = app_with(allow_headers="X-[a-z]+-Id")
    assert preflight(app, names="x-user-id,x-user-id-evil").headers[ACAH] == "x-user-id"


# ---- Origins -----------------------------------------------------------------------------------


@row("Regular expressions match the whole origin")
def _() -> None:
    app = app_with(origins=[r"https://.*\.example\.com"])
    assert allowed(app, origin="https://a.example.com") == "https://a.example.com"
    assert allowed(app, origin="https://a.example.com.evil.example") is None


@row("The case of an exact origin")
def _() -> None:
    assert allowed(app_with(origins=FRIEND), origin=FRIEND.upper()) == FRIEND


@row("Patterns for subdomains and ports")
def _() -> None:
    app = app_with(origins=["https://*.example.com", "http://localhost:*"])
    yes = ("https://a.example.com", "https://a.b.example.com", "http://localhost:3000")
    for origin in (*yes, "http://localhost"):
        assert allowed(app, origin=origin) == origin
    no = ("https://example.com", "https:///xexample.com", "http://localhost.evil.example")
    for origin in (*no, "http://localhostx", "http://localhost:.evil"):
        assert allowed(app, origin=origin) is None


@row("Any other `*` in an origin")
def _() -> None:
    for origin in ("https://*", "http://localhost*", r"https://*.example\.com"):
        with pytest.raises(CORSConfigError, match="write "):
            app_with(origins=origin)


@row("`:*` in a regular expression")
def _() -> None:
    app = app_with(origins=r"https?://(localhost|127\.0\.0\.1):*")
    for origin in ("http://localhost:3000", "http://localhost"):
        assert allowed(app, origin=origin) == origin
    assert allowed(app, origin="http://localhost.evil.example") is None
    with pytest.raises(CORSConfigError, match=r"^CORS118 "):
        app_with(origins=r"https?://localhost:*[0-9]")
    with pytest.warns(CORSWarning, match="^CORS118 "):
        app_with(origins=re.compile("http://localhost:*"))


@row("`+`, `|` and braces in an origin")
def _() -> None:
    assert allowed(app_with(origins=f"{FRIEND}|{OTHER}"), origin=OTHER) == OTHER
    assert allowed(app_with(origins="https://o{1}ther+.example"), origin=OTHER) == OTHER


@row("An `Origin` that no browser sends")
def _() -> None:
    app = app_with()
    for origin in (f"{FRIEND}, {FRIEND}", "x" * 327, "https://h\xe9", " ", ""):
        assert allowed(app, origin=origin) is None
    assert allowed(app, origin="x" * 326) == "x" * 326


# ---- Resources ---------------------------------------------------------------------------------


@row("`/api/*`")
def _() -> None:
    app = app_with(resources="/api/*")
    assert allowed(app, "/api") == allowed(app, "/api/x") == UNTRUSTED
    assert allowed(app, "/apikeys") is None
    assert allowed(app_with(resources=re.compile("/api")), "/apikeys") == UNTRUSTED


@row("Decoding a path")
def _() -> None:
    assert allowed(app_with(resources="/api/*"), "/%2561pi/x") is None


@row("Ambiguous spellings of a path")
def _() -> None:
    with TemporaryDirectory() as folder:
        private = Path(folder, "private")
        private.mkdir()
        Path(folder, "public").mkdir()
        private.joinpath("a.txt").write_text("private", encoding="utf-8")
        app = Flask(__name__, static_folder=folder, static_url_path="/static")
        CORS(app, resources={"/static/public/*": {}, "/static/*": {"origins": FRIEND}})
        for dots in ("..%2f", "%2f..%2f", ".%2f..%2f"):
            with get(app, f"/static/public/{dots}private/a.txt", FRIEND) as response:
                assert (response.text, response.headers["Vary"]) == ("private", "Origin")
                assert ACAO not in response.headers
    app = app_with(resources={"/books": {"origins": FRIEND}, "/books/*": {}})
    app.add_url_rule("/books/", "books", lambda: "done")
    assert allowed(app, "/books/") is allowed(app, "/books/", FRIEND) is None
    assert allowed(app_with(resources="/api/*"), "/api/../other") is None
    assert allowed(app_with(resources="/api/*"), "/api//x/./y") == UNTRUSTED
    assert allowed(app_with(), "/api/../other") == UNTRUSTED


@row("Very long paths")
def _() -> None:
    app = app_with(resources="/api/*")
    app.add_url_rule("/api/own/<name>", "own", cross_origin()(lambda name: "done"))
    assert allowed(app, "/api/" + 4091 * "x") == UNTRUSTED
    assert allowed(app, "/api/" + 4092 * "x") is None
    assert allowed(app, "/api/own/" + 4092 * "x") == UNTRUSTED


@row("Which resource decides")
def _() -> None:
    strict, permissive = {"origins": FRIEND}, {"origins": "*"}
    for resources in (
        {"/api/.*": strict, "/.*/.*/.*": permissive},
        {"/.*/.*/.*": permissive, "/api/.*": strict},
        {"/api/a/b": strict, "/api/a/*": permissive},
    ):
        assert allowed(app_with(resources=resources), "/api/a/b") is None


# ---- Which policy ------------------------------------------------------------------------------


def blueprint_app(config: Mapping[str, object] | None = None, **options: Any) -> Flask:
    blueprint = Blueprint("pages", __name__, url_prefix="/pages")
    blueprint.add_url_rule("/", "index", lambda: "done")
    CORS(blueprint, **options)
    app = Flask(__name__)
    app.config.update(config or {})
    app.register_blueprint(blueprint)
    return app


@row("A blueprint that refuses")
def _() -> None:
    app = blueprint_app(origins=FRIEND)
    CORS(app)
    assert allowed(app, "/pages/") is None


@row("`intercept_exceptions`")
def _() -> None:
    app = app_with(intercept_exceptions=False)
    app.add_url_rule("/broken", "broken", raises)
    response = get(app, "/broken")
    assert (response.status_code, response.headers.get(ACAO)) == (500, None)


def raises() -> NoReturn:
    raise RuntimeError("on purpose")


@row("A decorated view with invalid options")
def _() -> None:
    with pytest.raises(CORSConfigError, match="does not compile"):
        cross_origin(origins="https://(")
    app = decorated(lambda: "done", supports_credentials=True)
    with pytest.warns(CORSWarning, match="CORS options of the view 'view' are invalid"):
        assert get(app, "/nowhere").status_code == 404
    response = get(app)
    assert (response.text, response.headers["Vary"]) == ("done", "Origin")
    assert ACAO not in response.headers


@row("`automatic_options=False` on a decorated view")
def _() -> None:
    app = Flask(__name__)
    app.add_url_rule("/", "view", cross_origin(automatic_options=False)(lambda: "done"))
    response = preflight(app)
    assert response.headers["Allow"]  # Flask's own response
    assert response.headers[ACAO] == FRIEND


@row("A decorated function that is called as a helper")
def _() -> None:
    @cross_origin()
    def helper() -> Any:
        return "done"

    seen: list[object] = []

    def outside(view: Callable[[], Any]) -> Callable[[], Any]:
        @wraps(view)
        def see() -> Any:
            seen.append(view())
            return seen[-1]

        return see

    app = app_with(origins=FRIEND)
    app.add_url_rule("/same", "same", lambda: helper(), methods=["GET", "OPTIONS"])
    app.add_url_rule("/other", "other", lambda: helper().get_data(as_text=True))
    app.add_url_rule("/view", "own", outside(helper))
    assert allowed(app, "/same") == UNTRUSTED
    assert allowed(app, "/other") is None
    assert allowed(app, "/other", FRIEND) == FRIEND
    assert ACAO not in preflight(app, "/same", UNTRUSTED, "GET").headers
    assert helper() == "done"
    assert allowed(app, "/view") == UNTRUSTED
    assert seen == ["done"]


@row("A Response object that is sent more than once")
def _() -> None:
    app = app_with(origins=[FRIEND, OTHER])
    kept = app.response_class("done")
    app.add_url_rule("/kept", "kept", lambda: kept)
    sent = [allowed(app, "/kept", origin) for origin in (FRIEND, OTHER, UNTRUSTED, None)]
    assert sent == [FRIEND, OTHER, None, None]


# ---- Preflights --------------------------------------------------------------------------------


def guarded_app(calls: list[str]) -> Flask:
    """Return an app that refuses each request, and records which functions one reaches."""
    app = Flask(__name__)

    @app.before_request
    def check_login() -> NoReturn:
        calls.append("before_request")
        abort(401)

    @app.after_request
    def count(response: Any) -> Any:
        calls.append("after_request")
        return response

    app.teardown_request(lambda error: calls.append("teardown_request"))
    return app


def never_called() -> NoReturn:
    raise AssertionError("the view was called")


@row("Preflights do not reach the app")
def _() -> None:
    calls: list[str] = []
    methods = ["GET", "PUT", "OPTIONS"]
    with_extension, with_blueprint, with_decorator = (guarded_app(calls) for _ in range(3))
    CORS(with_extension)
    with_extension.add_url_rule("/", "view", never_called, methods=methods)
    with_extension.add_url_rule("/slash/", "slash", never_called, methods=["PUT"])
    blueprint = Blueprint("pages", __name__)
    CORS(blueprint)
    blueprint.add_url_rule("/", "view", never_called, methods=methods)
    with_blueprint.register_blueprint(blueprint)
    with_decorator.add_url_rule("/", "view", cross_origin()(never_called), methods=methods)
    started: list[Flask] = []
    with request_started.connected_to(started.append):
        for app in (with_extension, with_blueprint, with_decorator):
            response = preflight(app)
            assert (response.status_code, response.headers[ACAO]) == (200, FRIEND)
        for path, method in (("/nowhere", "GET"), ("/", "DELETE"), ("/slash", "PUT")):
            assert preflight(with_extension, path, method=method).status_code == 200
    assert (calls, started) == ([], [])
    usual = guarded_app(calls)
    CORS(usual, automatic_options=False)
    assert preflight(usual).status_code == 401
    assert calls == ["before_request", "after_request", "teardown_request"]


@row("`Allow` on a preflight")
def _() -> None:
    assert "Allow" not in preflight(app_with()).headers


@row("Very many requested headers")
def _() -> None:
    app = app_with()
    for names in (",".join(["x-a"] * 129), "x" * 4097):
        assert ACAH not in preflight(app, names=names).headers
    for names in (",".join(["x-a"] * 128), "x" * 4096):
        assert ACAH in preflight(app, names=names).headers


@row("Names that are not header names")
def _() -> None:
    assert preflight(app_with(), names="x-a, x b, x-c").headers[ACAH] == "x-a, x-c"


@row("Exposed headers and the maximum age on preflights")
def _() -> None:
    response = preflight(app_with(expose_headers="X-Total", max_age=60, methods=["GET"]))
    assert ACAM not in response.headers
    assert ACEH not in response.headers
    assert response.headers[ACMA] == "60"


# ---- Response headers --------------------------------------------------------------------------


@row("`Vary` on a refused request")
def _() -> None:
    for origins in (FRIEND, [FRIEND, OTHER]):
        assert get(app_with(origins=origins)).headers["Vary"] == "Origin"


@row("`Vary` on a request without `Origin`")
def _() -> None:
    for options in (
        {"origins": r"https://.*\.example\.com"},
        {"origins": FRIEND, "always_send": False},
    ):
        response = get(app_with(**options), origin=None)
        assert (response.headers.get(ACAO), response.headers["Vary"]) == (None, "Origin")


@row("A request without `Origin`, several origins allowed")
def _() -> None:
    assert allowed(app_with(origins=[FRIEND, OTHER]), origin=None) is None
    assert allowed(app_with(origins=FRIEND), origin=None) == FRIEND


@row("`Vary` on a preflight")
def _() -> None:
    names = "Access-Control-Request-Method, Access-Control-Request-Headers"
    assert preflight(app_with(origins=FRIEND)).headers.getlist("Vary") == [names]


@row("`Vary` beside the view's own")
def _() -> None:
    app = app_with(origins=[FRIEND, OTHER])
    app.add_url_rule("/own", "own", lambda: ("done", {"Vary": "Accept"}))
    assert get(app, "/own", FRIEND).headers.getlist("Vary") == ["Accept, Origin"]


# ---- Your own code -----------------------------------------------------------------------------


@row("When the headers are put on the response")
def _() -> None:
    app = Flask(__name__)
    seen: list[str | None] = []

    @app.after_request
    def look(response: Any) -> Any:
        seen.append(response.headers.get(ACAO))
        return response

    CORS(app)
    assert allowed(app) == UNTRUSTED
    assert seen == [None]
    app = app_with()

    @app.after_request
    def decide(response: Any) -> Any:
        response.headers[ACAO] = OTHER
        return response

    assert get(app).headers.getlist(ACAO) == [OTHER]


@row("Loggers")
def _() -> None:
    logger = logging.getLogger("flask_cors")
    assert logger.handlers == []
    assert logger.level == logging.NOTSET
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        get(app_with(origins=FRIEND))
    finally:
        logger.setLevel(logging.NOTSET)
        logger.removeHandler(handler)
    assert [record.name for record in records] == ["flask_cors"]


@row("Functions of `flask_cors.core`")
def _() -> None:
    assert flask_cors.core.ACL_ORIGIN == ACAO
    assert flask_cors.core.ALL_METHODS[0] == "GET"
    assert flask_cors.core.OriginsInput is not None
    with pytest.raises(ImportError, match=r"cors.allows\(origin, path=...\)"):
        exec("from flask_cors.core import get_cors_origins", {})


@row("What `CORS` can be bound to")
def _() -> None:
    for value in (MagicMock(), SimpleNamespace(after_request=print), "app", Flask):
        with pytest.raises(TypeError, match="CORS needs a Flask app or a Blueprint, not "):
            CORS(value)
    with pytest.raises(TypeError, match=r"pass its attribute \.server, which is one"):
        CORS(SimpleNamespace(server=Flask("dashboard")))


# ---- What was broken ---------------------------------------------------------------------------


def decorated(view: Callable[[], Any], **options: Any) -> Flask:
    app = Flask(__name__)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/", "view", cross_origin(**options)(view))
    return app


@row("A decorated view that aborts or raises")
def _() -> None:
    assert allowed(decorated(lambda: abort(418))) == UNTRUSTED
    assert allowed(decorated(raises)) == UNTRUSTED


@row("A decorated `async def` view")
def _() -> None:
    async def view() -> str:
        return "done"

    response = get(decorated(view))
    assert (response.status_code, response.headers[ACAO]) == (200, UNTRUSTED)


@row("A decorated `MethodView`")
def _() -> None:
    class Items(MethodView):
        decorators = (cross_origin(),)

        def put(self) -> str:
            return "done"

    app = Flask(__name__)
    app.add_url_rule("/", view_func=Items.as_view("items"))
    response = preflight(app)
    assert response.headers[ACAO] == FRIEND
    assert "PUT" in response.headers[ACAM]


@row("Several views on one URL")
def _() -> None:
    app = Flask(__name__)
    app.add_url_rule("/", "read", cross_origin()(lambda: "done"), methods=["GET"])
    write = cross_origin(origins=FRIEND)(lambda: "done")
    app.add_url_rule("/", "write", write, methods=["PUT"])
    assert ACAO not in preflight(app, origin=UNTRUSTED, method="PUT").headers
    assert preflight(app, origin=UNTRUSTED, method="GET").headers[ACAO] == UNTRUSTED


@row("`CORS(blueprint)`: the config, 404 and 405")
def _() -> None:
    app = blueprint_app({"CORS_ORIGINS": FRIEND})
    assert allowed(app, "/pages/") is None
    assert allowed(app, "/pages/nowhere", FRIEND) == FRIEND
    response = app.test_client().post("/pages/", headers={"Origin": FRIEND})
    assert (response.status_code, response.headers[ACAO]) == (405, FRIEND)


@row("IPv6 origins")
def _() -> None:
    assert allowed(app_with(origins="http://[::1]:3000"), origin="http://[::1]:3000") is not None
