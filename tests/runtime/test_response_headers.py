"""The headers that a response gets, and those that it had before."""

from __future__ import annotations

import io

import pytest
from flask import Flask, Response, make_response, request, send_file, session

from flask_cors import CORS, cross_origin

APP = "https://app.example"
OTHER = "https://other.example"
EVIL = "https://evil.example"
ORIGIN = ["Origin"]


def bind_app(app: Flask, view: object, **options: object) -> None:
    CORS(app, **options)
    app.add_url_rule("/", "v", view, methods=["GET", "PUT"])


def bind_view(app: Flask, view: object, **options: object) -> None:
    app.add_url_rule("/", "v", cross_origin(**options)(view), methods=["GET", "PUT"])


each_binding = pytest.mark.parametrize("bind", [bind_app, bind_view])


def an_app(bind=bind_app, view=lambda: "read me", **options: object) -> Flask:
    app = Flask(__name__)
    app.secret_key = "key"
    bind(app, view, **options)
    return app


ANY = {"origins": "*"}
WILDCARD = {"origins": "*", "send_wildcard": True}
ONE = {"origins": APP}
TWO = {"origins": [APP, OTHER]}
SUBDOMAINS = {"origins": "https://*.example"}
REGEX = {"origins": r"https://(app|other)\.example"}
CALLABLE = {"origins": lambda origin: origin != EVIL}
MIXED = {"origins": [APP, r"https://other\.example"]}
NONE: dict[str, object] = {"origins": []}
SILENT = {"always_send": False}

TABLE = [
    # Any origin, send_wildcard: "*", and nothing to vary on.
    (WILDCARD, APP, "*", []),
    (WILDCARD, EVIL, "*", []),
    (WILDCARD, None, "*", []),
    (WILDCARD | SILENT, APP, "*", []),
    (WILDCARD | SILENT, None, None, ORIGIN),
    # Any origin: the origin itself.
    (ANY, APP, APP, ORIGIN),
    (ANY, "https://APP.example", "https://APP.example", ORIGIN),
    (ANY, None, "*", []),
    (ANY | SILENT, None, None, ORIGIN),
    (ANY, "no, origin", None, ORIGIN),
    # One exact origin: always sent as configured, except to a refused origin.
    (ONE, APP, APP, []),
    (ONE, "HTTPS://App.Example", APP, []),
    (ONE, EVIL, None, ORIGIN),
    (ONE, None, APP, []),
    (ONE | SILENT, None, None, ORIGIN),
    (ONE | SILENT, APP, APP, []),
    (ONE | {"send_wildcard": True}, APP, APP, []),
    # Anything else.
    *(
        row
        for options in (TWO, SUBDOMAINS, REGEX, CALLABLE, MIXED)
        for row in (
            (options, APP, APP, ORIGIN),
            (options, None, None, ORIGIN),
            (options | SILENT, None, None, ORIGIN),
        )
    ),
    *((options, "https://evil.test", None, ORIGIN) for options in (TWO, SUBDOMAINS, REGEX, MIXED)),
    (CALLABLE, EVIL, None, ORIGIN),
    (TWO, "https://OTHER.example", OTHER, ORIGIN),
    (NONE, APP, None, ORIGIN),
    (NONE, None, None, ORIGIN),
]


@each_binding
@pytest.mark.parametrize(("options", "origin", "expected", "vary"), TABLE)
def test_the_response_has_allow_origin_and_vary_as_the_table_says(
    fetch, bind, options, origin, expected, vary
):
    response = fetch(an_app(bind, **options), "/", origin)
    assert response.status_code == 200
    assert response.text == "read me"
    allow_origin = [] if expected is None else [expected]
    assert response.headers.getlist("Access-Control-Allow-Origin") == allow_origin
    assert response.headers.getlist("Vary") == vary


@pytest.mark.parametrize(("options", "origin", "expected", "vary"), TABLE)
def test_with_vary_header_off_vary_is_never_touched(fetch, options, origin, expected, vary):
    def view() -> Response:
        return Response("", headers={"Vary": "Accept"})

    response = fetch(an_app(view=view, **options, vary_header=False), "/", origin)
    assert response.access_control_allow_origin == expected
    assert response.headers.getlist("Vary") == ["Accept"]
    assert "Vary" not in fetch(an_app(**options, vary_header="off"), "/", origin).headers


@pytest.mark.parametrize("options", [ANY, ONE, TWO, WILDCARD])
def test_with_vary_header_off_preflights_do_not_vary(preflight, options):
    response = preflight(an_app(**options, vary_header=False), names="x-one")
    assert "Vary" not in response.headers


BOTH = "Access-Control-Request-Method, Access-Control-Request-Headers"


@pytest.mark.parametrize(
    ("options", "origin", "vary"),
    [
        (ONE, APP, [BOTH]),
        (TWO, APP, [f"Origin, {BOTH}"]),
        (WILDCARD, APP, [BOTH]),
        (ONE | {"allow_headers": []}, APP, ["Access-Control-Request-Method"]),
        (ONE | {"methods": "GET"}, APP, ["Access-Control-Request-Method"]),
        (TWO, EVIL, ["Origin"]),
        (ONE, EVIL, ["Origin"]),
    ],
)
@each_binding
def test_preflights_vary_on_what_their_response_depends_on(preflight, bind, options, origin, vary):
    response = preflight(an_app(bind, **options), "/", "PUT", origin, "x-one")
    assert response.headers.getlist("Vary") == vary


# ---- existing lines of Vary ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("present", "vary"),
    [
        (["Accept"], "Accept, Origin"),
        (["Accept, Cookie", "Accept-Encoding"], "Accept, Cookie, Accept-Encoding, Origin"),
        (["Origin"], "Origin"),
        (["Accept", "origin"], "Accept, origin"),
        (["Origin", "Accept"], "Origin, Accept"),
        (["Accept", "accept, Origin", "Accept"], "Accept, Origin"),
        (["Accept,ORIGIN , Cookie"], "Accept,ORIGIN , Cookie"),
        (["*"], "*"),
        (["Accept", "*"], "Accept, *"),
        (["X-Origin"], "X-Origin, Origin"),
        ([""], "Origin"),
    ],
)
@pytest.mark.parametrize("origin", [APP, EVIL])
def test_vary_is_sent_as_one_line_with_the_missing_names(fetch, present, vary, origin):
    def view() -> Response:
        response = Response("read me")
        for line in present:
            response.headers.add("Vary", line)
        return response

    lines = fetch(an_app(view=view, **TWO), "/", origin).headers.getlist("Vary")
    assert lines == [vary]


@pytest.mark.parametrize(
    ("present", "vary"),
    [
        ("Origin", f"Origin, {BOTH}"),
        (
            "Access-Control-Request-Headers",
            "Access-Control-Request-Headers, Origin, Access-Control-Request-Method",
        ),
        (f"{BOTH}, Origin".lower(), f"{BOTH}, Origin".lower()),
        ("*", "*"),
    ],
)
def test_the_missing_ones_of_several_names_are_added_to_vary(preflight, present, vary):
    app = an_app(**TWO, automatic_options=False)

    @app.after_request
    def varies(response):
        response.headers["Vary"] = present
        return response

    assert preflight(app).headers.getlist("Vary") == [vary]


@pytest.mark.parametrize("origin", [APP, EVIL, None])
def test_the_session_and_the_policy_both_vary(fetch, origin):
    def view() -> Response:
        session["user"] = "me"
        response = make_response("read me")
        response.headers.add("Vary", "Accept")
        response.headers.add("Vary", "Accept-Language")
        return response

    response = fetch(an_app(view=view, **TWO), "/", origin)
    assert response.headers.getlist("Vary") == ["Accept, Accept-Language, Origin, Cookie"]
    assert response.headers["Set-Cookie"].startswith("session=")


@pytest.mark.parametrize("origin", [APP, EVIL, None])
def test_the_session_adds_to_the_line_of_the_policy_where_that_is_the_first(fetch, origin):
    def view() -> str:
        session["user"] = "me"
        return "read me"

    response = fetch(an_app(view=view, **TWO), "/", origin)
    assert response.headers.getlist("Vary") == ["Origin, Cookie"]


# ---- the other headers ---------------------------------------------------------------------------


@each_binding
def test_allow_credentials_and_expose_headers_are_sent_with_allow_origin(fetch, preflight, bind):
    app = an_app(bind, **ONE, supports_credentials=True, expose_headers={"X-B", "X-A"}, max_age=1)
    response = fetch(app)
    assert response.headers["Access-Control-Allow-Credentials"] == "true"
    assert response.headers["Access-Control-Expose-Headers"] == "X-A, X-B"
    assert "Access-Control-Max-Age" not in response.headers
    response = preflight(app)
    assert response.headers["Access-Control-Allow-Credentials"] == "true"
    assert response.headers["Access-Control-Max-Age"] == "1"
    assert "Access-Control-Expose-Headers" not in response.headers
    assert not [name for name, _ in fetch(app, origin=EVIL).headers if name.startswith("Access-")]


def test_a_response_on_which_the_view_set_allow_origin_is_left_alone(fetch):
    def view() -> Response:
        return Response("", headers={"access-control-allow-origin": "https://mine.example"})

    for options in (TWO, ANY, NONE):
        for origin in (APP, EVIL, None):
            response = fetch(an_app(view=view, **options), "/", origin)
            assert response.headers.getlist("Access-Control-Allow-Origin") == [
                "https://mine.example"
            ]
            assert "Vary" not in response.headers
            assert "Access-Control-Expose-Headers" not in response.headers


def test_a_header_that_must_not_be_repeated_is_sent_once(fetch):
    """Browsers do not accept ``true, true``."""
    own = {
        "Access-Control-Allow-Credentials": "true",
        "access-control-max-age": "5",
        "Access-Control-Allow-Private-Network": "false",
    }
    options = {"max_age": 9, "allow_private_network": True, "automatic_options": False}
    app = an_app(**ONE, supports_credentials=True, **options)

    @app.after_request
    def set_own(response: Response) -> Response:
        response.headers.extend(own)
        return response

    private = {"Access-Control-Request-Private-Network": "true"}
    private_preflight = {**private, "Access-Control-Request-Method": "PUT"}
    for response in (
        fetch(app, headers=private),
        fetch(app, "/", APP, "OPTIONS", headers=private_preflight),
    ):
        for name, value in own.items():
            assert response.headers.getlist(name) == [value]
        assert response.headers.getlist("Access-Control-Allow-Origin") == [APP]


def test_headers_that_the_view_exposes_join_those_of_the_policy(fetch):
    def view() -> Response:
        return Response("", headers={"Access-Control-Expose-Headers": "X-View"})

    response = fetch(an_app(view=view, **ONE, expose_headers="X-Policy"))
    assert response.headers.getlist("Access-Control-Expose-Headers") == ["X-View", "X-Policy"]


@pytest.mark.parametrize("origin", [APP, EVIL])
def test_the_headers_of_a_response_may_be_a_dict(fetch, origin):
    app = an_app(**TWO)

    @app.after_request
    def replace(response):
        response.headers = {"X-Mine": "kept", "Vary": "Accept"}
        return response

    response = fetch(app, origin=origin)
    assert response.headers["X-Mine"] == "kept"
    assert response.headers.getlist("Vary") == ["Accept, Origin"]
    assert response.access_control_allow_origin == (APP if origin == APP else None)


# ---- kinds of response -------------------------------------------------------------------------


@each_binding
def test_head_304_streams_and_files_carry_the_headers(fetch, bind):
    def view() -> Response:
        if "stream" in request.args:
            return Response(iter(["a", "b"]))
        return send_file(io.BytesIO(b"file"), "text/plain", etag="tag", conditional=True)

    app = an_app(bind, view, **TWO)
    responses = [
        fetch(app, "/?stream"),
        fetch(app, "/"),
        fetch(app, "/", method="HEAD"),
        fetch(app, "/", headers={"If-None-Match": '"tag"'}),
        fetch(app, "/", headers={"Range": "bytes=0-1"}),
    ]
    assert [response.status_code for response in responses] == [200, 200, 200, 304, 206]
    assert [response.data for response in responses] == [b"ab", b"file", b"", b"", b"fi"]
    for response in responses:
        assert response.headers.getlist("Access-Control-Allow-Origin") == [APP]
        assert response.headers.getlist("Vary") == ["Origin"]


def test_static_files_carry_the_headers_of_the_app(fetch, tmp_path):
    (tmp_path / "style.css").write_text("p {}", encoding="utf-8")
    app = Flask(__name__, static_folder=tmp_path, static_url_path="/static")
    CORS(app, origins=APP)
    with fetch(app, "/static/style.css") as response:
        assert (response.text, response.access_control_allow_origin) == ("p {}", APP)


def test_a_decorated_view_responds_as_without_the_decorator(fetch):
    app = an_app(bind_view, lambda: ({"a": 1}, 201, {"X-Mine": "kept"}), **ONE)
    response = fetch(app)
    assert (response.json, response.status_code) == ({"a": 1}, 201)
    assert response.headers["X-Mine"] == "kept"


def test_an_error_that_varies_by_itself_varies_on_session_and_origin(fetch) -> None:
    app = Flask(__name__)
    app.secret_key = "key"
    CORS(app, origins=[APP, "https://b.example"])

    @app.errorhandler(500)
    def error(_):
        return "x", 500, {"Vary": "Accept"}

    @app.get("/")
    def view():
        session["a"] = 1
        raise RuntimeError

    response = fetch(app, "/", APP)
    assert response.access_control_allow_origin == APP
    assert {"accept", "cookie", "origin"} == {
        name.strip().lower()
        for line in response.headers.getlist("Vary")
        for name in line.split(",")
    }


def test_the_headers_are_written_after_all_after_request_functions():
    app = Flask(__name__)
    found = []

    def look(response):
        found.append("Access-Control-Allow-Origin" in response.headers)
        return response

    app.after_request(look)
    CORS(app)
    app.after_request(look)
    app.add_url_rule("/", "view", lambda: "")
    response = app.test_client().get("/", headers={"Origin": "https://app.example"})
    assert "Access-Control-Allow-Origin" in response.headers
    assert found == [False, False]
