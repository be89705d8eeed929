"""Whatever bytes a client sends, it gets a response, in a time that grows with their number."""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.routing import BaseConverter

from flask_cors import CORS

from . import model
from .apps import ODD_PATHS, PATHS, an_app, bare_app
from .model import Request, call
from .strategies import (
    EXACT,
    ITEMS,
    PATTERNS,
    Rule,
    any_origin,
    headers,
    raw,
    requests,
    rules,
    sent,
    times,
)

pytestmark = pytest.mark.filterwarnings("ignore::flask_cors.errors.CORSWarning")

APP = "https://app.example"
ACAO = "Access-Control-Allow-Origin"

longer = st.builds(lambda text, n: text * n, raw, st.sampled_from([1, 1, 20, 500]))
hostile = st.one_of(
    longer,
    st.sampled_from(
        ["", ",", ", ,", "\x00", "\r\nX: y", "\x1b[31m", "*", "null", "\xff" * 9, "," * 9000]
    ),
)
# What a server decodes of a path: any bytes, dot segments, no slash at all.
below = st.sampled_from(
    ["/", "/bp/", "/bp/../", "/seen/../bp/", "/n/", "//", "", "/./", "/%2e%2e/"]
)
hostile_paths = st.one_of(
    st.sampled_from([*PATHS, *ODD_PATHS]),
    st.builds("{}{}".format, below, hostile),
    st.builds("/n/{}".format, st.sampled_from(["9" * 5000, "\xd9\xa1", "-1", "0x1"])),
    st.builds(
        "/bp/{}".format, st.lists(st.sampled_from(["..", ".", "", "x"]), max_size=99).map("/".join)
    ),
)
hostile_methods = st.one_of(
    st.sampled_from(["GET", "OPTIONS", "OPTIONS", "options", "HEAD", "PUT", "X-OWN", ""]), raw
)


class Lines(logging.Handler):
    """Collects the formatted log lines."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.faults: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())
        if record.exc_info:
            self.faults.append(self.format(record))


@pytest.fixture(scope="module")
def log() -> Iterator[Lines]:
    """The log lines of the package about its requests, at DEBUG."""
    logger, handler = logging.getLogger("flask_cors"), Lines()
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(before[0])
    logger.propagate = before[1]


def fails_in_werkzeug(path: str) -> bool:
    """Return whether ``<int:n>`` has more digits than Python converts: some versions of Werkzeug
    respond with 500, others with 404."""
    return re.fullmatch(r"(/bp|/seen)?/n/[0-9]{4301,}", path) is not None


@times(3)
@given(
    st.one_of(st.none(), rules()),
    st.one_of(st.none(), rules()),
    st.one_of(st.none(), rules()),
    st.lists(
        requests(
            hostile_paths,
            hostile_methods,
            headers(st.one_of(any_origin, hostile), hostile, hostile, hostile),
            hostile,
        ),
        min_size=1,
        max_size=4,
    ),
    st.booleans(),
)
def test_any_bytes_get_a_response_and_one_log_line(
    log, app_rule, bp_rule, view_rule, sent_requests, debug
) -> None:
    app = an_app(app_rule, bp_rule, view_rule)
    app.debug = debug
    # Where views raise on purpose, the response is a 500; elsewhere exceptions propagate.
    for request in sent_requests:
        meant = request.path.endswith(("/broken", "/late")) or fails_in_werkzeug(request.path)
        app.config["PROPAGATE_EXCEPTIONS"] = not meant
        log.lines.clear()
        log.faults.clear()
        response = call(app, request)
        assert response.status < 500 or meant
        assert log.faults == []
        for line in log.lines:
            assert line.isascii()
            assert line.isprintable()
            assert len(line) < 4000 or "Allow-" in line


@given(st.sampled_from(["app_rule", "bp_rule", "view_rule"]), st.lists(st.sampled_from(ITEMS)),
       sent, sent, st.sampled_from([",", ", ", " ,"]))  # fmt: skip
def test_two_origin_lines_are_refused(place, items, one, other, comma) -> None:
    app = an_app(**{place: Rule(items)})
    path = {"app_rule": "/plain", "bp_rule": "/bp/plain", "view_rule": "/seen/plain"}[place]
    two = ((model.ORIGIN, one), (model.ORIGIN, other))
    for lines in (two, ((model.ORIGIN, one + comma + other),)):
        for request in (
            Request(path, "GET", lines),
            Request(path, "OPTIONS", (*lines, (model.METHOD, "PUT"))),
        ):
            assert call(app, request).get(ACAO) is None


@given(st.lists(st.lists(st.sampled_from(["x-a", "X-B", "x c", ""]), max_size=3), max_size=4))
def test_several_lines_of_requested_names_are_read_as_one_list(lines) -> None:
    app = an_app(Rule([EXACT[0]]))
    preflight = ((model.ORIGIN, APP), (model.METHOD, "PUT"))
    several = tuple((model.NAMES, ",".join(names)) for names in lines)
    names = sorted({name for line in lines for name in line if model.is_token(name)})
    response = call(app, Request("/plain", "OPTIONS", (*preflight, *several)))
    assert response.lines("Access-Control-Allow-Headers") == ([", ".join(names)] if names else [])


@given(st.lists(st.sampled_from(["GET", "PUT", "put"]), min_size=2, max_size=3))
def test_two_lines_of_requested_methods_are_refused(methods) -> None:
    app = an_app(Rule([EXACT[0]], {"methods": "*"}))
    lines = ((model.ORIGIN, APP), *((model.METHOD, method) for method in methods))
    response = call(app, Request("/plain", "OPTIONS", lines))
    assert response.get("Access-Control-Allow-Methods") is None


def test_the_error_response_of_a_converter_that_raises_has_its_policy() -> None:
    """Flask responds with 500; every error response carries the headers of its policy."""

    class Odd(BaseConverter):
        def to_python(self, value: str) -> str:
            raise LookupError(value)

    app = bare_app()
    app.url_map.converters["odd"] = Odd
    app.add_url_rule("/odd/<odd:value>", "odd", lambda value: value)
    CORS(app, origins=APP)
    response = call(app, Request("/odd/1", "GET", ((model.ORIGIN, APP),)))
    assert response.status == 500
    assert response.lines(ACAO) == [APP]


# ---- cost --------------------------------------------------------------------------------------

SHAPES: dict[str, Callable[[int], str]] = {
    "letters": lambda n: "a" * n,
    "commas": lambda n: "," * n,
    "names": lambda n: "a," * (n // 2),
    "spaces": lambda n: " \t" * (n // 2),
    "a name and spaces": lambda n: "a" + " " * n + "b",
    "spaced commas": lambda n: " , " * (n // 3),
    "labels": lambda n: "https://" + "a." * (n // 2) + "app.example",
    "dots": lambda n: "https://" + "." * n,
    "ports": lambda n: "https://app.example" + ":8" * (n // 2),
    "brackets": lambda n: "http://[" + ":" * n + "]",
    "digits": lambda n: "http://localhost:" + "8" * n,
    "schemes": lambda n: "https://" * (n // 8),
    "bytes": lambda n: "\xff\x00" * (n // 2),
    "dot segments": lambda n: "/.." * (n // 3),
    "slashes": lambda n: "/" * n,
    "single dots": lambda n: "/./a" * (n // 4),
}
PLACES: dict[str, Callable[[str], Request]] = {
    "origin": lambda text: Request("/plain", "GET", ((model.ORIGIN, text),)),
    "method": lambda text: _preflight(APP, text, "x-a"),
    "names": lambda text: _preflight(APP, "PUT", text),
    "private network": lambda text: Request(
        "/plain", "GET", ((model.ORIGIN, APP), (model.PRIVATE, text))
    ),
    "path": lambda text: Request(f"/bp/{text}", "GET", ((model.ORIGIN, APP),)),
    "preflight path": lambda text: Request(
        f"/bp/{text}", "OPTIONS", ((model.ORIGIN, APP), (model.METHOD, "PUT"))
    ),
    "query": lambda text: Request("/plain", "GET", ((model.ORIGIN, APP),), text),
}


def _preflight(origin: str, method: str, names: str) -> Request:
    lines = ((model.ORIGIN, origin), (model.METHOD, method), (model.NAMES, names))
    return Request("/plain", "OPTIONS", lines)


def calls(app: Flask, request: Request) -> int:
    """Return the number of functions, in Python and C, that a request calls: always the same."""
    count = 0

    def counted(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        call(app, request)
    finally:
        sys.setprofile(before)
    return count


def seconds(app: Flask, request: Request) -> float:
    """Return the shortest time of a request."""

    def once() -> float:
        start = time.perf_counter()
        call(app, request)
        return time.perf_counter() - start

    return min(once() for _ in range(3))


@pytest.fixture(scope="module")
def costly() -> Flask:
    """Make an app with every kind of item in every layer."""
    items = [*EXACT[:3], *PATTERNS]
    resources = {"/bp/*": {}, "/*": {}, re.compile(r"/[a-z]+/x$"): {}, "/bp/plain": {}}
    app = an_app(None, Rule(items), Rule(items, {"methods": "*"}))
    CORS(
        app, resources, origins=[item.option for item in items], methods="*", allow_headers=[r"a+"]
    )
    return app


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("shape", SHAPES)
def test_processing_time_grows_no_faster_than_the_length_of_the_input(
    costly, place, shape, log
) -> None:
    """Below and above the limits on length. Quadratic time would be 256 times as long, which is
    seconds at these lengths; the clock may be off by a factor of four."""
    for short, long in ((250, 4000), (4000, 64_000)):
        less, more = (PLACES[place](SHAPES[shape](length)) for length in (short, long))
        call(costly, more)  # what is done once is done
        assert calls(costly, more) <= 16 * calls(costly, less)
        assert seconds(costly, more) <= 64 * max(seconds(costly, less), 0.0005)
