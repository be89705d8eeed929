"""What is said about a decision: the log line, the hint in debug mode, the signal."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from flask import Flask, abort, request

from flask_cors import CORS, cors_refused, cross_origin
from flask_cors.report import logger

APP = "https://app.example"
EVIL = "https://evil.example"


class Lines(logging.Handler):
    """What was logged, as a formatter writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def of(self, level: int) -> list[str]:
        return [record.getMessage() for record in self.records if record.levelno == level]


@pytest.fixture
def lines() -> Iterator[Lines]:
    handler = Lines()
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


@pytest.fixture
def debug(lines) -> Iterator[Lines]:
    logger.setLevel(logging.DEBUG)
    yield lines
    logger.setLevel(logging.NOTSET)


def an_app(**options: object) -> Flask:
    app = Flask(__name__)
    CORS(app, **{"origins": APP, **options})
    app.add_url_rule("/v", "v", lambda: "read me", methods=["GET", "PUT"])
    return app


# ---- the log line ------------------------------------------------------------------------------


def test_the_logger_has_the_name_of_the_package_and_no_handler_of_its_own():
    assert logging.getLogger("flask_cors") is logger
    assert logger.handlers == []
    assert logger.level == logging.NOTSET


def test_setting_the_attribute_before_the_first_request_is_enough(ask, lines):
    logger.manager._clear_cache()  # as in a new process
    logging.getLogger("flask_cors").level = logging.DEBUG
    try:
        ask(an_app(), "/v")
    finally:
        logger.setLevel(logging.NOTSET)
    assert len(lines.of(logging.DEBUG)) == 1


def test_without_it_nothing_is_said(ask, preflight, lines):
    for origin in (APP, EVIL, None):
        ask(an_app(), "/v", origin)
    preflight(an_app(), "/v", origin=EVIL)
    assert lines.records == []


@pytest.mark.parametrize(
    ("options", "origin", "line"),
    [
        ({}, APP, f"{APP}: origin allowed; Access-Control-Allow-Origin: {APP}"),
        ({}, EVIL, f"{EVIL}: origin not allowed; no CORS headers"),
        ({}, "a, b", "a, b: not the origin of any page; no CORS headers"),
        ({"always_send": False}, None, ": no Origin: not a CORS request; no CORS headers"),
        ({"resources": "/api/*"}, APP, f"{APP}: no rule matches, no CORS headers"),
        ({"resources": "/api/*"}, None, ": no rule matches, no CORS headers"),
    ],
)
def test_one_line_a_request_says_what_was_decided_and_why(ask, debug, options, origin, line):
    ask(an_app(**options), "/v", origin)
    (said,) = debug.of(logging.DEBUG)
    of = "" if origin is None else " from "
    assert said == f"GET /v{of}{line}"


@pytest.mark.parametrize(
    ("options", "method", "names", "told"),
    [
        ({}, "PUT", "x-one", "origin allowed; "),
        ({"methods": "GET"}, "PUT", None, "method not allowed: PUT; "),
        ({"allow_headers": []}, "PUT", "x-one, x-two", "header not allowed: x-one, x-two; "),
    ],
)
def test_a_preflight_is_one_line_too(preflight, debug, options, method, names, told):
    preflight(an_app(**options), "/v", method, APP, names)
    (line,) = debug.of(logging.DEBUG)
    assert line.startswith(f"OPTIONS /v from {APP}: {told}")


@pytest.mark.parametrize("outcome", ["view handles OPTIONS", "after_request raises", "refused"])
def test_a_request_that_is_looked_at_twice_is_told_of_once(preflight, debug, outcome):
    app = an_app()
    app.add_url_rule("/own", "own", lambda: "own", methods=["OPTIONS", "PUT"])
    if outcome == "after_request raises":
        app.after_request(lambda response: abort(500))
    preflight(app, "/own", origin=EVIL if outcome == "refused" else APP)
    assert len(debug.of(logging.DEBUG)) == 1


ATTACKS = ["\r\nERROR all is lost", "\x1b[2J", "\x85\u2028next", "\x00"]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("where", ["path", "origin", "method", "ACRM", "ACRH"])
def test_what_came_from_the_client_is_escaped(debug, attack, where):
    app = an_app(methods=["GET"] if where == "ACRM" else "*", allow_headers=[])
    app.debug = True
    sent = attack.encode("utf-8").decode("latin-1")
    environ = {"REQUEST_METHOD": "OPTIONS", "PATH_INFO": "/v", "HTTP_ORIGIN": APP}
    environ["HTTP_ACCESS_CONTROL_REQUEST_METHOD"] = "GET"
    name = {
        "path": "PATH_INFO",
        "origin": "HTTP_ORIGIN",
        "method": "REQUEST_METHOD",
        "ACRM": "HTTP_ACCESS_CONTROL_REQUEST_METHOD",
        "ACRH": "HTTP_ACCESS_CONTROL_REQUEST_HEADERS",
    }[where]
    environ[name] = f"{environ.get(name, '')}x{sent}y"
    app.test_client().open("/", environ_overrides=environ)
    assert debug.of(logging.DEBUG)
    for record in debug.records:
        line = record.getMessage()
        assert line.isascii()
        assert line.isprintable()
    assert "\\" in line


def test_a_line_is_no_longer_than_a_line_can_be(ask, debug):
    ask(an_app(), "/" + "x" * 100_000, "https://" + "y" * 100_000)
    (line,) = debug.of(logging.DEBUG)
    assert len(line) < 1500


def test_a_view_s_own_policy_is_told_of_as_well(ask, debug):
    app = Flask(__name__)
    app.add_url_rule("/v", "v", cross_origin(APP)(lambda: ""))
    ask(app, "/v", EVIL)
    assert debug.of(logging.DEBUG) == [f"GET /v from {EVIL}: origin not allowed; no CORS headers"]


# ---- what before_request functions said --------------------------------------------------------


@pytest.mark.parametrize("say", [lambda: abort(401), lambda: "log in"])
def test_an_answer_that_is_dropped_leaves_the_one_line_of_the_request(preflight, debug, say):
    app = an_app()
    app.before_request(say)
    preflight(app, "/v")
    (line,) = debug.of(logging.DEBUG)
    assert "origin allowed" in line
    assert debug.of(logging.WARNING) == []


def test_an_exception_that_is_dropped_is_a_warning_with_its_traceback(preflight, lines):
    app = an_app()

    @app.before_request
    def fails():
        raise KeyError("no database")

    assert preflight(app, "/v").status_code == 200
    (record,) = lines.records
    assert record.levelno == logging.WARNING
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], KeyError)


# ---- hints in debug mode -----------------------------------------------------------------------


@pytest.fixture
def debugged() -> Flask:
    app = an_app(methods=["GET"], allow_headers=["X-One"])
    app.debug = True
    return app


def test_in_debug_mode_a_refusal_is_a_warning_with_the_line_that_would_allow_it(
    ask, preflight, debugged, lines
):
    ask(debugged, "/v", EVIL)
    preflight(debugged, "/v", "PUT")
    preflight(debugged, "/v", "GET", names="x-one, x-two")
    ask(debugged, "/v", "null")
    ask(debugged, "/v", "a, b")
    hints = [line.rpartition("; ")[2] for line in lines.of(logging.WARNING)]
    assert [hint.partition(" (configured at ")[0] for hint in hints] == [
        f"to allow it: origins=[..., '{EVIL}']",
        "to allow it: methods=[..., 'PUT']",
        "to allow it: allow_headers=[..., 'x-two']",
        "any site can send null: serve the page from an origin of its own",
        "no configuration allows it",
    ]
    for hint in hints:
        assert f" (configured at {__file__}:" in hint


def test_a_hint_about_a_default_names_no_line(preflight, lines):
    app = Flask(__name__)
    app.debug = True
    CORS(app)
    preflight(app, "/v", "PUR")
    (hint,) = lines.of(logging.WARNING)
    assert hint.endswith("to allow it: methods=[..., 'PUR']")


def test_of_a_method_in_lower_case_the_hint_is_to_the_page(preflight, lines):
    # No option allows it: methods are in upper case, and compared byte for byte.
    app = an_app(methods=["patch"])
    app.debug = True
    assert "Access-Control-Allow-Methods" not in preflight(app, "/v", "patch").headers
    (hint,) = lines.of(logging.WARNING)
    assert hint.endswith("to allow it: write method: 'PATCH' in the page's script")


def test_a_hint_is_given_once_for_each_pair_of_origin_and_reason(ask, preflight, debugged, lines):
    for _ in range(3):
        ask(debugged, "/v", EVIL)
        ask(debugged, "/other", EVIL)
        preflight(debugged, "/v", "PUT")
    assert len(lines.of(logging.WARNING)) == 2


def test_no_more_than_a_hundred_pairs_are_hinted_at(ask, debugged, lines):
    for number in range(103):
        ask(debugged, "/v", f"https://evil{number}.example")
    assert len(lines.of(logging.WARNING)) == 100
    assert "evil99." in lines.of(logging.WARNING)[-1]


def test_what_is_allowed_gets_no_hint(ask, preflight, debugged, lines):
    ask(debugged, "/v")
    ask(debugged, "/v", None)
    preflight(debugged, "/v", "GET", names="x-one")
    assert lines.records == []


def test_debug_mode_counts_while_it_is_on(ask, debugged, lines):
    debugged.debug = False
    ask(debugged, "/v", EVIL)
    assert lines.records == []
    debugged.debug = True
    ask(debugged, "/v", EVIL)
    assert len(lines.records) == 1


# ---- callables ---------------------------------------------------------------------------------


async def coroutine(origin: str) -> bool:
    return True


def raises(origin: str) -> bool:
    raise KeyError(origin)


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (raises, "raises raised KeyError"),
        (lambda origin: 1, "answered with int, not with a bool"),
        (lambda origin: None, "answered with NoneType, not with a bool"),
        (lambda origin: coroutine(origin), "answered with coroutine, not with a bool"),
    ],
)
@pytest.mark.parametrize("is_debug", [False, True])
def test_a_callable_that_gives_no_answer_refuses_and_is_an_error_in_the_log(
    ask, lines, answer, what, is_debug
):
    app = an_app(origins=answer)
    app.debug = is_debug
    response = ask(app, "/v")
    assert (response.text, response.access_control_allow_origin) == ("read me", None)
    assert response.headers.getlist("Vary") == ["Origin"]
    error = lines.records[0]
    assert error.levelno == logging.ERROR
    assert error.getMessage().startswith("origins: ")
    assert error.getMessage().endswith(what)
    assert (error.exc_info is not None and error.exc_info[0] is KeyError) == (answer is raises)
    hints = lines.of(logging.WARNING)
    assert len(hints) == (1 if is_debug else 0)
    assert all("mend the callable in origins" in hint for hint in hints)


# ---- the signal --------------------------------------------------------------------------------


@pytest.fixture
def received() -> Iterator[list[tuple[object, dict[str, object]]]]:
    heard: list[tuple[object, dict[str, object]]] = []

    def hear(sender: object, **kwargs: object) -> None:
        heard.append((sender, kwargs))

    cors_refused.connect(hear)
    yield heard
    cors_refused.disconnect(hear)


def test_the_signal_says_which_app_refused_whom_where_and_why(ask, preflight, received):
    app = an_app(methods="GET", allow_headers=[])
    ask(app, "/v", EVIL)
    ask(app, "/missing", "a, b")
    preflight(app, "/v", "PUT")
    preflight(app, "/v", "GET", names="x-one")
    assert received == [
        (app, {"origin": EVIL, "path": "/v", "reason": "origin not allowed"}),
        (app, {"origin": "a, b", "path": "/missing", "reason": "not the origin of any page"}),
        (app, {"origin": APP, "path": "/v", "reason": "method not allowed"}),
        (app, {"origin": APP, "path": "/v", "reason": "header not allowed"}),
    ]


def test_the_signal_is_silent_about_what_is_allowed_or_has_no_policy(ask, preflight, received):
    app = an_app(resources="/v")
    ask(app, "/v")
    ask(app, "/v", None)
    ask(app, "/other", EVIL)
    preflight(app, "/v")
    assert received == []


def test_the_signal_is_sent_once_a_request(preflight, received):
    app = an_app()
    app.after_request(lambda response: abort(500))
    preflight(app, "/v", origin=EVIL)
    assert len(received) == 1


def test_a_receiver_may_be_a_coroutine_function(ask):
    heard = []

    async def hear(sender, origin, **_):
        heard.append(origin)

    with cors_refused.connected_to(hear):
        ask(an_app(), "/v", EVIL)
    assert heard == [EVIL]


# ---- what fails here breaks nothing ------------------------------------------------------------


def test_a_receiver_that_fails_breaks_no_response(ask, preflight, lines):
    def fails(sender, **_):
        raise RuntimeError("receiver")

    with cors_refused.connected_to(fails):
        response = ask(an_app(), "/v", EVIL)
        assert (response.status_code, response.text) == (200, "read me")
        assert response.headers.getlist("Vary") == ["Origin"]
        assert preflight(an_app(methods="GET"), "/v").access_control_allow_origin == APP
    assert lines.of(logging.ERROR) == ["RuntimeError while telling of a decision"] * 2


class Failing(logging.Handler):
    def handle(self, record: logging.LogRecord) -> bool:
        raise OSError("disk full")


@pytest.mark.parametrize("origin", [APP, EVIL])
@pytest.mark.parametrize("is_debug", [False, True])
def test_a_handler_that_fails_breaks_no_response(ask, preflight, debug, origin, is_debug):
    app = an_app()
    app.debug = is_debug

    @app.before_request
    def fails():
        if "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in request.environ:
            raise KeyError

    handler = Failing()
    logger.addHandler(handler)
    try:
        response = ask(app, "/v", origin)
        answer = preflight(app, "/v")
    finally:
        logger.removeHandler(handler)
    told = APP if origin == APP else None
    assert (response.text, response.access_control_allow_origin) == ("read me", told)
    assert (answer.status_code, answer.access_control_allow_origin) == (200, APP)


@pytest.mark.parametrize("answer", [raises, lambda origin: "yes"])
def test_a_handler_and_a_callable_that_fail_break_no_response(ask, answer):
    app = an_app(origins=answer)
    app.debug = True
    handler = Failing()
    logger.addHandler(handler)
    try:
        response = ask(app, "/v")
    finally:
        logger.removeHandler(handler)
    assert (response.text, response.access_control_allow_origin) == ("read me", None)


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_a_view_whose_options_make_no_policy_has_its_line_too(ask, debug, method) -> None:
    app = Flask(__name__)
    app.add_url_rule("/v", "v", cross_origin(supports_credentials=True)(lambda: "secret"))
    asked = {"Access-Control-Request-Method": "GET"} if method == "OPTIONS" else {}
    headers = {"Origin": APP, **asked}
    assert app.test_client().open("/v", method=method, headers=headers).status_code == 500
    assert debug.of(logging.DEBUG) == [
        f"{method} /v from {APP}: the options of the view make no policy, no CORS headers"
    ]
