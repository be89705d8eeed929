"""``docs/differences.md``: each difference that the page names has its test, and each test its row.

A test is named by the heading of its row, and holds what stands there under "Now".
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import pytest
from flask import Blueprint, Flask, abort
from flask.views import MethodView
from werkzeug.test import TestResponse

import flask_cors.core
from flask_cors import CORS, CORSConfigError, CORSWarning, cross_origin

PAGE = Path(__file__).parents[1] / "docs" / "differences.md"
PARTS = ["Before", "Now", "Why", "Migrate"]

FRIEND = "https://friend.example"
OTHER = "https://other.example"
STRANGER = "https://stranger.example"

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
    assert parts == PARTS


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


def get(app: Flask, path: str = "/", origin: str | None = STRANGER) -> TestResponse:
    return app.test_client().get(path, headers={} if origin is None else {"Origin": origin})


def allowed(app: Flask, path: str = "/", origin: str | None = STRANGER) -> str | None:
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
    app.config["CORS_ORIGINS"] = STRANGER
    assert allowed(app, "/own", FRIEND) == FRIEND
    assert allowed(app, "/own", STRANGER) is None


@row("An unset `CORS_ORIGINS`")
def _() -> None:
    for options in (
        {"config": {"CORS_ORIGINS": None}},
        {"config": {"CORS_ORIGINS": ""}},
        {"origins": None},
        {"origins": ""},
    ):
        with pytest.warns(CORSWarning, match="allows nobody"):
            app = app_with(**options)
        assert allowed(app) is None


@row("Credentials for everybody")
def _() -> None:
    for origins in ("*", "null", "https://.*", "https://*.com"):
        with pytest.raises(CORSConfigError, match="lets in"):
            app_with(origins=origins, supports_credentials=True)
    with pytest.raises(CORSConfigError, match="lets in any origin"):
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


@row("A `max_age` that is no number of seconds")
def _() -> None:
    for max_age in (-5, "soon", ""):
        with pytest.raises(CORSConfigError, match=r"max_age: .* is not a number of seconds"):
            app_with(max_age=max_age)
    assert preflight(app_with(max_age=-1)).headers[ACMA] == "-1"
    assert preflight(app_with(max_age=1.5)).headers[ACMA] == "1"


@row("Booleans written as strings")
def _() -> None:
    app = app_with(origins=FRIEND, config={"CORS_SUPPORTS_CREDENTIALS": "false"})
    assert ACAC not in get(app, origin=FRIEND).headers
    with pytest.raises(CORSConfigError, match="is neither true nor false"):
        app_with(origins=FRIEND, supports_credentials="maybe")


@row("One resource in two `CORS`")
def _() -> None:
    app = app_with(origins=FRIEND)
    with pytest.warns(CORSWarning, match="configured twice, and the last one decides"):
        CORS(app, origins=OTHER)
    assert allowed(app, origin=FRIEND) is None
    assert allowed(app, origin=OTHER) == OTHER
    CORS(app, origins=FRIEND, resources="/api/*")
    assert allowed(app, "/api/x", OTHER) is None


@row("Unknown options")
def _() -> None:
    with pytest.warns(CORSWarning, match="no option 'orgins'; did you mean 'origins'"):
        app_with(orgins=FRIEND)
    with pytest.warns(CORSWarning, match="'CORS_ORIGIN', .* did you mean 'CORS_ORIGINS'"):
        app_with(config={"CORS_ORIGIN": FRIEND})


@row("Lists with commas")
def _() -> None:
    app = app_with(resources="/a/*, /b/*", origins=f"{FRIEND}, {OTHER}", allow_headers="X-A, X-B")
    assert allowed(app, "/b/x", OTHER) == OTHER
    assert preflight(app, "/a/x", names="x-b").headers[ACAH] == "x-b"


@row("Expressions in `allow_headers`")
def _() -> None:
    app = app_with(allow_headers="X-[a-z]+-Id")
    assert preflight(app, names="x-user-id,x-user-id-evil").headers[ACAH] == "x-user-id"


# ---- Origins -----------------------------------------------------------------------------------


@row("Expressions match the whole origin")
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
    assert allowed(app, "/api") == allowed(app, "/api/x") == STRANGER
    assert allowed(app, "/apikeys") is None
    assert allowed(app_with(resources=re.compile("/api")), "/apikeys") == STRANGER


@row("Decoding a path")
def _() -> None:
    assert allowed(app_with(resources="/api/*"), "/%2561pi/x") is None


@row("Dot segments and very long paths")
def _() -> None:
    app = app_with(resources="/api/*")
    for path in ("/api/../other", "/api/" + 4092 * "x"):
        assert allowed(app, path) is None
    assert allowed(app, "/api/" + 4091 * "x") == STRANGER
    assert allowed(app_with(), "/api/../other") == STRANGER


@row("Which rule wins")
def _() -> None:
    strict, everybody = {"origins": FRIEND}, {"origins": "*"}
    for resources in (
        {"/api/.*": strict, "/.*/.*/.*": everybody},
        {"/.*/.*/.*": everybody, "/api/.*": strict},
        {"/api/a/b": strict, "/api/a/*": everybody},
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


# ---- Preflights --------------------------------------------------------------------------------


@row("Login checks, 404, 405 and redirects")
def _() -> None:
    app = app_with()
    app.before_request(lambda: abort(401))
    app.add_url_rule("/slash/", "slash", lambda: "done", methods=["PUT"])
    for path, method in (("/", "PUT"), ("/nowhere", "GET"), ("/", "DELETE"), ("/slash", "PUT")):
        answer = preflight(app, path, method=method)
        assert (answer.status_code, answer.headers[ACAO]) == (200, FRIEND)
    # With decorators alone: as ever.
    app = Flask(__name__)
    app.before_request(lambda: abort(401))
    app.add_url_rule("/", "view", cross_origin()(lambda: "done"))
    assert preflight(app, method="GET").status_code == 401


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


@row("Names that are no header's")
def _() -> None:
    assert preflight(app_with(), names="x-a, x b, x-c").headers[ACAH] == "x-a, x-c"


@row("Exposed headers and the maximum age on preflights")
def _() -> None:
    answer = preflight(app_with(expose_headers="X-Total", max_age=60, methods=["GET"]))
    assert ACAM not in answer.headers
    assert ACEH not in answer.headers
    assert answer.headers[ACMA] == "60"


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
    asked = "Access-Control-Request-Method, Access-Control-Request-Headers"
    assert preflight(app_with(origins=FRIEND)).headers.getlist("Vary") == [asked]


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
    assert allowed(app) == STRANGER
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
    assert not hasattr(flask_cors.core, "get_cors_options")
    assert not hasattr(flask_cors.core, "LOG")


# ---- What was broken ---------------------------------------------------------------------------


def decorated(view: Callable[[], Any]) -> Flask:
    app = Flask(__name__)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/", "view", cross_origin()(view))
    return app


@row("A decorated view that aborts or raises")
def _() -> None:
    assert allowed(decorated(lambda: abort(418))) == STRANGER
    assert allowed(decorated(raises)) == STRANGER


@row("A decorated `async def` view")
def _() -> None:
    async def view() -> str:
        return "done"

    response = get(decorated(view))
    assert (response.status_code, response.headers[ACAO]) == (200, STRANGER)


@row("A decorated `MethodView`")
def _() -> None:
    class Items(MethodView):
        decorators = (cross_origin(),)

        def put(self) -> str:
            return "done"

    app = Flask(__name__)
    app.add_url_rule("/", view_func=Items.as_view("items"))
    answer = preflight(app)
    assert answer.headers[ACAO] == FRIEND
    assert "PUT" in answer.headers[ACAM]


@row("Several views on one URL")
def _() -> None:
    app = Flask(__name__)
    app.add_url_rule("/", "read", cross_origin()(lambda: "done"), methods=["GET"])
    write = cross_origin(origins=FRIEND)(lambda: "done")
    app.add_url_rule("/", "write", write, methods=["PUT"])
    assert ACAO not in preflight(app, origin=STRANGER, method="PUT").headers
    assert preflight(app, origin=STRANGER, method="GET").headers[ACAO] == STRANGER


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
