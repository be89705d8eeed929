"""Which headers a response gets: the table of the contract, and what stood there before."""

from __future__ import annotations

import io

import pytest
from flask import Flask, Response, make_response, request, request_finished, send_file, session

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
NOBODY: dict[str, object] = {"origins": []}
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
    # One exact origin: always that one, as it is configured, but to a refused origin.
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
    (NOBODY, APP, None, ORIGIN),
    (NOBODY, None, None, ORIGIN),
]


@each_binding
@pytest.mark.parametrize(("options", "origin", "told", "vary"), TABLE)
def test_allow_origin_and_vary(ask, bind, options, origin, told, vary):
    response = ask(an_app(bind, **options), "/", origin)
    assert response.status_code == 200
    assert response.text == "read me"
    allow_origin = [] if told is None else [told]
    assert response.headers.getlist("Access-Control-Allow-Origin") == allow_origin
    assert response.headers.getlist("Vary") == vary


@pytest.mark.parametrize(("options", "origin", "told", "vary"), TABLE)
def test_with_vary_header_off_vary_is_never_touched(ask, options, origin, told, vary):
    def view() -> Response:
        return Response("", headers={"Vary": "Accept"})

    response = ask(an_app(view=view, **options, vary_header=False), "/", origin)
    assert response.access_control_allow_origin == told
    assert response.headers.getlist("Vary") == ["Accept"]
    assert "Vary" not in ask(an_app(**options, vary_header="off"), "/", origin).headers


@pytest.mark.parametrize("options", [ANY, ONE, TWO, WILDCARD])
def test_with_vary_header_off_preflights_do_not_vary_either(preflight, options):
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
def test_preflights_vary_on_what_their_answer_depends_on(preflight, bind, options, origin, vary):
    response = preflight(an_app(bind, **options), "/", "PUT", origin, "x-one")
    assert response.headers.getlist("Vary") == vary


# ---- Vary lines that stood there before --------------------------------------------------------


@pytest.mark.parametrize(
    ("present", "vary"),
    [
        (["Accept"], ["Accept", "Origin"]),
        (["Accept, Cookie", "Accept-Encoding"], ["Accept, Cookie", "Accept-Encoding", "Origin"]),
        (["Origin"], ["Origin"]),
        (["Accept", "origin"], ["Accept", "origin"]),
        (["Origin", "Accept"], ["Origin", "Accept"]),
        (["Accept,ORIGIN , Cookie"], ["Accept,ORIGIN , Cookie"]),
        (["*"], ["*"]),
        (["Accept", "*"], ["Accept", "*"]),
        (["X-Origin"], ["X-Origin", "Origin"]),
        ([""], ["", "Origin"]),
    ],
)
@pytest.mark.parametrize("origin", [APP, EVIL])
def test_vary_is_a_line_of_its_own_unless_a_line_names_it(ask, present, vary, origin):
    def view() -> Response:
        response = Response("read me")
        for line in present:
            response.headers.add("Vary", line)
        return response

    told = ask(an_app(view=view, **TWO), "/", origin).headers.getlist("Vary")
    assert told == vary


@pytest.mark.parametrize(
    ("present", "vary"),
    [
        ("Origin", ["Origin", BOTH]),
        (
            "Access-Control-Request-Headers",
            ["Access-Control-Request-Headers", "Origin, Access-Control-Request-Method"],
        ),
        (f"{BOTH}, Origin".lower(), [f"{BOTH}, Origin".lower()]),
        ("*", ["*"]),
    ],
)
def test_of_several_names_the_missing_ones_are_added(preflight, present, vary):
    app = an_app(**TWO)

    @app.after_request
    def varies(response):
        response.headers["Vary"] = present
        return response

    assert preflight(app).headers.getlist("Vary") == vary


@pytest.mark.parametrize("origin", [APP, EVIL, None])
def test_the_session_and_the_policy_both_vary(ask, origin):
    def view() -> Response:
        session["user"] = "me"
        response = make_response("read me")
        response.headers.add("Vary", "Accept")
        response.headers.add("Vary", "Accept-Language")
        return response

    response = ask(an_app(view=view, **TWO), "/", origin)
    names = [name.strip() for line in response.headers.getlist("Vary") for name in line.split(",")]
    assert "Cookie" in names
    assert names.count("Origin") == 1
    assert "Accept" in names
    assert response.headers.getlist("Vary")[-1] == "Origin"
    assert response.headers["Set-Cookie"].startswith("session=")


@pytest.mark.parametrize("origin", [APP, EVIL, None])
def test_the_session_adds_to_the_line_of_the_policy_where_that_is_the_first(ask, origin):
    def view() -> str:
        session["user"] = "me"
        return "read me"

    response = ask(an_app(view=view, **TWO), "/", origin)
    assert response.headers.getlist("Vary") == ["Origin, Cookie"]


def test_the_session_is_looked_after_from_the_first_response_that_says_vary_itself(ask):
    def view() -> Response:
        session["user"] = "me"
        return Response("", headers={"Vary": "Accept"} if "own" in request.args else {})

    app = an_app(view=view, **TWO)
    told = []
    for path in ("/", "/?own", "/", "/?own"):
        told.append(ask(app, path).headers.getlist("Vary"))
        looked_after = path == "/?own" or len(told) > 2
        assert bool(list(request_finished.receivers_for(app))) is looked_after
    assert told == [["Origin, Cookie"], ["Accept, Cookie", "Origin"]] * 2


# ---- what goes with it -------------------------------------------------------------------------


@each_binding
def test_with_allow_origin_go_credentials_and_exposed_headers(ask, preflight, bind):
    app = an_app(bind, **ONE, supports_credentials=True, expose_headers={"X-B", "X-A"}, max_age=1)
    response = ask(app)
    assert response.headers["Access-Control-Allow-Credentials"] == "true"
    assert response.headers["Access-Control-Expose-Headers"] == "X-A, X-B"
    assert "Access-Control-Max-Age" not in response.headers
    answer = preflight(app)
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    assert answer.headers["Access-Control-Max-Age"] == "1"
    assert "Access-Control-Expose-Headers" not in answer.headers
    assert not [name for name, _ in ask(app, origin=EVIL).headers if name.startswith("Access-")]


def test_a_response_on_which_the_view_set_allow_origin_is_left_alone(ask):
    def view() -> Response:
        return Response("", headers={"access-control-allow-origin": "https://mine.example"})

    for options in (TWO, ANY, NOBODY):
        for origin in (APP, EVIL, None):
            response = ask(an_app(view=view, **options), "/", origin)
            assert response.headers.getlist("Access-Control-Allow-Origin") == [
                "https://mine.example"
            ]
            assert "Vary" not in response.headers
            assert "Access-Control-Expose-Headers" not in response.headers


def test_what_must_stand_alone_is_not_said_twice(ask):
    """``true, true`` is no ``true`` to a browser."""
    own = {
        "Access-Control-Allow-Credentials": "true",
        "access-control-max-age": "5",
        "Access-Control-Allow-Private-Network": "false",
    }
    app = an_app(**ONE, supports_credentials=True, max_age=9, allow_private_network=True)

    @app.after_request
    def set_own(response: Response) -> Response:
        response.headers.extend(own)
        return response

    asks = {"Access-Control-Request-Private-Network": "true"}
    asks_before = {**asks, "Access-Control-Request-Method": "PUT"}
    for response in (ask(app, headers=asks), ask(app, "/", APP, "OPTIONS", headers=asks_before)):
        for name, value in own.items():
            assert response.headers.getlist(name) == [value]
        assert response.headers.getlist("Access-Control-Allow-Origin") == [APP]


def test_headers_that_the_view_exposes_join_those_of_the_policy(ask):
    def view() -> Response:
        return Response("", headers={"Access-Control-Expose-Headers": "X-View"})

    response = ask(an_app(view=view, **ONE, expose_headers="X-Policy"))
    assert response.headers.getlist("Access-Control-Expose-Headers") == ["X-View", "X-Policy"]


@pytest.mark.parametrize("origin", [APP, EVIL])
def test_headers_may_be_a_dict_that_some_library_put_there(ask, origin):
    app = an_app(**TWO)

    @app.after_request
    def replace(response):
        response.headers = {"X-Mine": "kept", "Vary": "Accept"}
        return response

    response = ask(app, origin=origin)
    assert response.headers["X-Mine"] == "kept"
    assert response.headers.getlist("Vary") == ["Accept", "Origin"]
    assert response.access_control_allow_origin == (APP if origin == APP else None)


# ---- kinds of response -------------------------------------------------------------------------


@each_binding
def test_head_304_streams_and_files_carry_the_headers(ask, bind):
    def view() -> Response:
        if "stream" in request.args:
            return Response(iter(["a", "b"]))
        return send_file(io.BytesIO(b"file"), "text/plain", etag="tag", conditional=True)

    app = an_app(bind, view, **TWO)
    responses = [
        ask(app, "/?stream"),
        ask(app, "/"),
        ask(app, "/", method="HEAD"),
        ask(app, "/", headers={"If-None-Match": '"tag"'}),
        ask(app, "/", headers={"Range": "bytes=0-1"}),
    ]
    assert [response.status_code for response in responses] == [200, 200, 200, 304, 206]
    assert [response.data for response in responses] == [b"ab", b"file", b"", b"", b"fi"]
    for response in responses:
        assert response.headers.getlist("Access-Control-Allow-Origin") == [APP]
        assert response.headers.getlist("Vary") == ["Origin"]


def test_static_files_carry_the_headers_of_the_app(ask, tmp_path):
    (tmp_path / "style.css").write_text("p {}")
    app = Flask(__name__, static_folder=tmp_path, static_url_path="/static")
    CORS(app, origins=APP)
    with ask(app, "/static/style.css") as response:
        assert (response.text, response.access_control_allow_origin) == ("p {}", APP)


def test_a_decorated_view_answers_as_it_did(ask):
    app = an_app(bind_view, lambda: ({"a": 1}, 201, {"X-Mine": "kept"}), **ONE)
    response = ask(app)
    assert (response.json, response.status_code) == ({"a": 1}, 201)
    assert response.headers["X-Mine"] == "kept"


def test_an_error_that_varies_by_itself_varies_on_session_and_origin(ask) -> None:
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

    response = ask(app, "/", APP)
    assert response.access_control_allow_origin == APP
    assert {"accept", "cookie", "origin"} == {
        name.strip().lower()
        for line in response.headers.getlist("Vary")
        for name in line.split(",")
    }
