"""What is reported about a decision: the log line, the hint in debug mode, the signal."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator

import pytest
from flask import Flask, abort, request

from flask_cors import CORS, CORSWarning, cors_refused, cross_origin
from flask_cors.runtime.reporting import logger
from flask_cors.tools.shared.app_errors import first_error

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


def test_setting_the_level_attribute_before_the_first_request_enables_the_log(fetch, lines):
    logger.manager._clear_cache()  # as in a new process
    logging.getLogger("flask_cors").level = logging.DEBUG
    try:
        fetch(an_app(), "/v")
    finally:
        logger.setLevel(logging.NOTSET)
    assert len(lines.of(logging.DEBUG)) == 1


def test_nothing_is_logged_by_default(fetch, preflight, lines):
    for origin in (APP, EVIL, None):
        fetch(an_app(), "/v", origin)
    preflight(an_app(), "/v", origin=EVIL)
    assert lines.records == []


@pytest.mark.parametrize(
    ("options", "origin", "line"),
    [
        ({}, APP, f"{APP}: origin allowed; Access-Control-Allow-Origin: {APP}"),
        ({}, EVIL, f"{EVIL}: origin not allowed; no CORS headers"),
        ({}, "a, b", "a, b: not a valid origin; no CORS headers"),
        ({"always_send": False}, None, ": no Origin: not a CORS request; no CORS headers"),
        ({"resources": "/api/*"}, APP, f"{APP}: no resource matches, no CORS headers"),
        ({"resources": "/api/*"}, None, ": no resource matches, no CORS headers"),
    ],
)
def test_one_log_line_per_request_has_the_decision_and_its_reason(
    fetch, debug, options, origin, line
):
    fetch(an_app(**options), "/v", origin)
    (logged,) = debug.of(logging.DEBUG)
    of = "" if origin is None else " from "
    assert logged == f"GET /v{of}{line}"


@pytest.mark.parametrize(
    ("options", "method", "names", "expected"),
    [
        ({}, "PUT", "x-one", "origin allowed; "),
        ({"methods": "GET"}, "PUT", None, "method not allowed: PUT; "),
        ({"allow_headers": []}, "PUT", "x-one, x-two", "header not allowed: x-one, x-two; "),
    ],
)
def test_a_preflight_has_one_log_line(preflight, debug, options, method, names, expected):
    preflight(an_app(**options), "/v", method, APP, names)
    (line,) = debug.of(logging.DEBUG)
    assert line.startswith(f"OPTIONS /v from {APP}: {expected}")


@pytest.mark.parametrize("outcome", ["view handles OPTIONS", "after_request raises", "refused"])
def test_a_preflight_that_goes_through_the_app_is_logged_once(preflight, debug, outcome):
    app = an_app()
    app.add_url_rule("/own", "own", lambda: "own", methods=["OPTIONS", "PUT"])
    if outcome == "after_request raises":
        app.after_request(lambda response: abort(500))
    preflight(app, "/own", origin=EVIL if outcome == "refused" else APP)
    assert len(debug.of(logging.DEBUG)) == 1


ATTACKS = ["\r\nERROR all is lost", "\x1b[2J", "\x85\u2028next", "\x00"]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("where", ["path", "origin", "method", "ACRM", "ACRH"])
def test_the_log_escapes_what_the_client_sent(debug, attack, where):
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


def test_a_log_line_is_cut(fetch, debug):
    fetch(an_app(), "/" + "x" * 100_000, "https://" + "y" * 100_000)
    (line,) = debug.of(logging.DEBUG)
    assert len(line) < 1500


def test_at_most_400_characters_of_what_a_client_sent_are_logged(fetch, debug):
    for name in ("x" * 399, "y" * 400):
        fetch(an_app(), f"/{name}")
    whole, cut = debug.of(logging.DEBUG)
    assert whole.startswith(f"GET /{'x' * 399} from {APP}: ")
    assert cut.startswith(f"GET /{'y' * 399}... from {APP}: ")


def test_the_decision_of_a_decorated_view_is_logged(fetch, debug):
    app = Flask(__name__)
    app.add_url_rule("/v", "v", cross_origin(APP)(lambda: ""))
    fetch(app, "/v", EVIL)
    assert debug.of(logging.DEBUG) == [f"GET /v from {EVIL}: origin not allowed; no CORS headers"]


# ---- before_request functions ------------------------------------------------------------------


@pytest.mark.parametrize("say", [lambda: abort(401), lambda: "log in"])
def test_a_preflight_has_one_log_line_whatever_before_request_returns(preflight, debug, say):
    app = an_app()
    app.before_request(say)
    preflight(app, "/v")
    (line,) = debug.of(logging.DEBUG)
    assert "origin allowed" in line
    assert debug.of(logging.WARNING) == []


def test_an_error_in_a_teardown_function_after_a_preflight_is_logged_at_warning(preflight, lines):
    app = an_app()

    @app.teardown_appcontext
    def fails(error):
        raise KeyError("no database")

    assert preflight(app, "/v").status_code == 200
    (record,) = lines.records
    assert record.levelno == logging.WARNING
    assert record.exc_info is not None
    assert isinstance(first_error(record.exc_info[1]), KeyError)


def test_the_warning_names_the_kind_of_function_that_raised(preflight, lines):
    app = an_app()

    @app.teardown_appcontext
    def fails(error):
        raise KeyError("no database")

    preflight(app, "/v")
    assert "teardown_appcontext" in lines.of(logging.WARNING)[0]


# ---- hints in debug mode -----------------------------------------------------------------------


@pytest.fixture
def debugged() -> Flask:
    app = an_app(methods=["GET"], allow_headers=["X-One"])
    app.debug = True
    return app


def test_in_debug_mode_a_refusal_is_a_warning_with_the_line_that_would_allow_it(
    fetch, preflight, debugged, lines
):
    fetch(debugged, "/v", EVIL)
    preflight(debugged, "/v", "PUT")
    preflight(debugged, "/v", "GET", names="x-one, x-two")
    fetch(debugged, "/v", "null")
    fetch(debugged, "/v", "a, b")
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


def test_the_hint_for_a_method_in_lower_case_is_about_the_script(preflight, lines):
    # No option allows it: methods are in upper case, and compared byte for byte.
    app = an_app(methods=["patch"])
    app.debug = True
    assert "Access-Control-Allow-Methods" not in preflight(app, "/v", "patch").headers
    (hint,) = lines.of(logging.WARNING)
    assert hint.endswith("to allow it: write method: 'PATCH' in the page's script")


def test_a_hint_is_given_once_for_each_pair_of_origin_and_reason(fetch, preflight, debugged, lines):
    for _ in range(3):
        fetch(debugged, "/v", EVIL)
        fetch(debugged, "/other", EVIL)
        preflight(debugged, "/v", "PUT")
    assert len(lines.of(logging.WARNING)) == 2


def test_no_more_than_a_hundred_pairs_are_hinted_at(fetch, debugged, lines):
    for number in range(103):
        fetch(debugged, "/v", f"https://evil{number}.example")
    assert len(lines.of(logging.WARNING)) == 100
    assert "evil99." in lines.of(logging.WARNING)[-1]


def test_an_allowed_request_gets_no_hint(fetch, preflight, debugged, lines):
    fetch(debugged, "/v")
    fetch(debugged, "/v", None)
    preflight(debugged, "/v", "GET", names="x-one")
    assert lines.records == []


def test_hints_are_logged_while_debug_mode_is_on(fetch, debugged, lines):
    debugged.debug = False
    fetch(debugged, "/v", EVIL)
    assert lines.records == []
    debugged.debug = True
    fetch(debugged, "/v", EVIL)
    assert len(lines.records) == 1


# ---- callables ---------------------------------------------------------------------------------


async def coroutine(origin: str) -> bool:
    return True


def raises(origin: str) -> bool:
    raise KeyError(origin)


@pytest.mark.parametrize(
    ("function", "what"),
    [
        (raises, "raises raised KeyError"),
        (lambda origin: 1, "returned int, not a bool"),
        (lambda origin: None, "returned NoneType, not a bool"),
        (lambda origin: coroutine(origin), "returned coroutine, not a bool"),
    ],
)
@pytest.mark.parametrize("is_debug", [False, True])
def test_a_callable_that_does_not_decide_refuses_and_is_an_error_in_the_log(
    fetch, lines, function, what, is_debug
):
    app = an_app(origins=function)
    app.debug = is_debug
    response = fetch(app, "/v")
    assert (response.text, response.access_control_allow_origin) == ("read me", None)
    assert response.headers.getlist("Vary") == ["Origin"]
    error = lines.records[0]
    assert error.levelno == logging.ERROR
    assert error.getMessage().startswith("origins: ")
    assert error.getMessage().endswith(what)
    assert (error.exc_info is not None and error.exc_info[0] is KeyError) == (function is raises)
    hints = lines.of(logging.WARNING)
    assert len(hints) == (1 if is_debug else 0)
    assert all("correct the callable in origins" in hint for hint in hints)


def test_a_hint_for_an_ambiguous_path_says_what_to_request(fetch, lines):
    app = Flask(__name__)
    CORS(app, resources={"/a/*": {"origins": "*"}, "/a/b/*": {"origins": EVIL}})
    app.debug = True
    assert fetch(app, "/a//b/c").access_control_allow_origin is None
    (hint,) = lines.of(logging.WARNING)
    assert "other spellings of the path have another policy" in hint
    assert hint.endswith("or give all spellings one policy")


@pytest.mark.filterwarnings("ignore::flask_cors.CORSWarning")
def test_a_hint_for_a_view_with_invalid_options_names_its_decorator(fetch, lines):
    app = Flask(__name__)
    app.add_url_rule("/v", "v", cross_origin(supports_credentials=True)(lambda: ""))
    app.debug = True
    fetch(app, "/v")
    (hint,) = lines.of(logging.WARNING)
    assert hint.endswith("correct the options of its @cross_origin")


# ---- the signal --------------------------------------------------------------------------------


@pytest.fixture
def received() -> Iterator[list[tuple[object, dict[str, object]]]]:
    heard: list[tuple[object, dict[str, object]]] = []

    def hear(sender: object, **kwargs: object) -> None:
        heard.append((sender, kwargs))

    cors_refused.connect(hear)
    yield heard
    cors_refused.disconnect(hear)


def test_the_signal_has_the_app_the_origin_the_path_and_the_reason(fetch, preflight, received):
    app = an_app(methods="GET", allow_headers=[])
    fetch(app, "/v", EVIL)
    fetch(app, "/missing", "a, b")
    preflight(app, "/v", "PUT")
    preflight(app, "/v", "GET", names="x-one")
    assert received == [
        (app, {"origin": EVIL, "path": "/v", "reason": "origin not allowed"}),
        (app, {"origin": "a, b", "path": "/missing", "reason": "not a valid origin"}),
        (app, {"origin": APP, "path": "/v", "reason": "method not allowed"}),
        (app, {"origin": APP, "path": "/v", "reason": "header not allowed"}),
    ]


def test_the_signal_is_not_sent_for_requests_that_are_allowed_or_have_no_policy(
    fetch, preflight, received
):
    app = an_app(resources="/v")
    fetch(app, "/v")
    fetch(app, "/v", None)
    fetch(app, "/other", EVIL)
    preflight(app, "/v")
    assert received == []


def test_the_signal_is_sent_once_per_request(preflight, received):
    app = an_app()
    app.after_request(lambda response: abort(500))
    preflight(app, "/v", origin=EVIL)
    assert len(received) == 1


def test_a_receiver_may_be_a_coroutine_function(fetch):
    heard = []

    async def hear(sender, origin, **_):
        heard.append(origin)

    with cors_refused.connected_to(hear):
        fetch(an_app(), "/v", EVIL)
    assert heard == [EVIL]


# ---- failures while reporting --------------------------------------------------------------------


def test_a_receiver_that_fails_breaks_no_response(fetch, preflight, lines):
    def fails(sender, **_):
        raise RuntimeError("receiver")

    with cors_refused.connected_to(fails):
        response = fetch(an_app(), "/v", EVIL)
        assert (response.status_code, response.text) == (200, "read me")
        assert response.headers.getlist("Vary") == ["Origin"]
        assert preflight(an_app(methods="GET"), "/v").access_control_allow_origin == APP
    assert lines.of(logging.ERROR) == ["RuntimeError while reporting a decision"] * 2


class Failing(logging.Handler):
    def handle(self, record: logging.LogRecord) -> bool:
        raise OSError("disk full")


@pytest.mark.parametrize("origin", [APP, EVIL])
@pytest.mark.parametrize("is_debug", [False, True])
def test_a_handler_that_fails_breaks_no_response(fetch, preflight, debug, origin, is_debug):
    app = an_app()
    app.debug = is_debug

    @app.before_request
    def fails():
        if "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in request.environ:
            raise KeyError

    handler = Failing()
    logger.addHandler(handler)
    try:
        response = fetch(app, "/v", origin)
        allowed = preflight(app, "/v")
    finally:
        logger.removeHandler(handler)
    expected = APP if origin == APP else None
    assert (response.text, response.access_control_allow_origin) == ("read me", expected)
    assert (allowed.status_code, allowed.access_control_allow_origin) == (200, APP)


@pytest.mark.parametrize("function", [raises, lambda origin: "yes"])
def test_a_handler_and_a_callable_that_fail_break_no_response(fetch, function):
    app = an_app(origins=function)
    app.debug = True
    handler = Failing()
    logger.addHandler(handler)
    try:
        response = fetch(app, "/v")
    finally:
        logger.removeHandler(handler)
    assert (response.text, response.access_control_allow_origin) == ("read me", None)


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_a_request_to_a_view_with_invalid_options_has_one_log_line(fetch, debug, method) -> None:
    app = Flask(__name__)
    view = cross_origin(supports_credentials=True)(lambda: "read me")
    app.add_url_rule("/v", "v", view)
    requested = {"Access-Control-Request-Method": "GET"} if method == "OPTIONS" else {}
    headers = {"Origin": APP, **requested}
    with pytest.warns(CORSWarning, match="CORS601"):
        assert app.test_client().open("/v", method=method, headers=headers).status_code == 200
    (error,) = debug.of(logging.ERROR)
    assert error.startswith("CORS601 the CORS options of the view 'v' are invalid")
    assert debug.of(logging.DEBUG) == [
        f"{method} /v from {APP}: the view's CORS options are invalid; no CORS headers"
    ]


@pytest.mark.parametrize(
    ("is_on", "said"),
    [(True, f"Access-Control-Allow-Origin: {APP}"), (False, "intercept_exceptions is off")],
)
def test_the_line_of_an_unhandled_exception_says_whether_it_has_the_headers(
    fetch, debug, is_on, said
) -> None:
    app = an_app(intercept_exceptions=is_on)
    app.logger.disabled = True

    @app.get("/fails")
    def fails() -> str:
        raise LookupError

    assert fetch(app, "/fails").status_code == 500
    (line,) = debug.of(logging.DEBUG)
    assert said in line
    assert ("intercept" in line) == (not is_on)


def test_the_log_line_of_a_path_without_a_resource_says_that_the_response_keeps_its_own_header(
    fetch, debug
) -> None:
    app = Flask(__name__)
    CORS(app, resources="/api/*")
    own = {"Access-Control-Allow-Origin": APP}
    app.add_url_rule("/v", "v", lambda: ("", own))
    fetch(app, "/v", EVIL)
    (line,) = debug.of(logging.DEBUG)
    assert "keeps an Access-Control-Allow-Origin of its own" in line


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        ".*",
        "https://*.example",
        "http://localhost:*",
        "https://(a)",
        "https://[a-z].example",
        "HTTPS://B.example",
        f"{APP}/",
        f"{APP}:443",
        "b.example",
    ],
)
def test_no_hint_allows_more_than_the_origin_or_causes_a_warning(fetch, lines, origin) -> None:
    app = Flask(__name__)
    CORS(app, origins="https://one.example")
    app.debug = True
    fetch(app, "/v", origin)
    (hint,) = lines.of(logging.WARNING)
    assert "to allow it" not in hint


@pytest.mark.parametrize(
    ("method", "names"), [("*", None), ("x,y", None), ("CONNECT", None), ("GET", "*")]
)
def test_no_hint_suggests_an_invalid_method_or_header_name(preflight, lines, method, names) -> None:
    app = Flask(__name__)
    CORS(app, origins=APP, methods="GET", allow_headers="X-A")
    app.debug = True
    preflight(app, "/v", method, APP, names)
    (hint,) = lines.of(logging.WARNING)
    assert "to allow it" not in hint


def test_the_hint_names_the_configuration_if_there_is_nothing_to_write(fetch, lines) -> None:
    app = Flask(__name__)
    CORS(app, origins="https://one.example")
    app.debug = True
    fetch(app, "/v", "https://*.example")
    (hint,) = lines.of(logging.WARNING)
    assert re.search(rf"compare it with what is configured.*{re.escape(__file__)}:\d+", hint)


def test_a_warning_does_not_fail_the_request_where_warnings_are_errors(fetch, lines) -> None:
    app = Flask(__name__)
    app.add_url_rule("/v", "v", cross_origin(supports_credentials=True)(lambda: "v"))
    app.add_url_rule("/fine", "fine", lambda: "fine")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert fetch(app, "/fine").text == "fine"
    assert len(lines.of(logging.ERROR)) == 1
