"""Reports a decision: the log line, the hint in debug mode, and the signal.

Nothing here can break a response: errors of log handlers and receivers are caught.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from blinker import Namespace
from werkzeug.exceptions import SecurityError

from ..diagnostics.finding import Finding
from ..diagnostics.source_location import SourceLocation
from ..errors import CORSConfigError
from ..policy.layers import Layer, LayerKind
from ..policy.origins import Failure
from ..policy.policy import Decision, DecisionReason, Policy
from ..protocol.headers import comma_list, is_token

if TYPE_CHECKING:
    from flask import Flask, Request

logger = logging.getLogger("flask_cors")
is_logged = logger.isEnabledFor

#: The signal sent when a request is refused, with the app as the sender and ``origin``, ``path``
#: and ``reason``, a :class:`~flask_cors.policy.policy.DecisionReason` that is also a string. Origin
#: and path come from the client: escape them before they are shown.
#:
#: .. versionadded:: 7.0
cors_refused = Namespace().signal("cors-refused")

# The number of different refusals for which debug mode logs a hint. Enough for development, and a
# client cannot make the set grow further.
MAX_HINTS = 100

# Why the headers were not written to a response, for the log.
KEPT_OWN = "the response keeps an Access-Control-Allow-Origin of its own"
NOT_INTERCEPTED = "intercept_exceptions is off, no CORS headers"


def report(
    app: Flask,
    hinted: set[tuple[str, str]],
    request: Request,
    policy: Policy | None,
    decision: Decision | None,
    unwritten: str | None = None,
) -> None:
    """Log the decision on ``request``. If it was refused, also log a hint in debug mode, and send
    the signal.

    :param hinted: the refusals for which debug mode has logged a hint.
    :param decision: None if no resource matches.
    :param unwritten: why the headers were not written.
    """
    is_debugged = app.config["DEBUG"]  # faster than app.debug
    if decision is not None and decision.failure is not None:
        log_failure(decision.failure)
    if not (is_debugged or cors_refused.receivers or is_logged(logging.DEBUG)):
        return
    is_refusal = decision is not None and decision.reason.is_refusal
    is_refusal = is_refusal and not _guarded(is_same_origin, request)
    if is_logged(logging.DEBUG):
        _guarded(_log, request, decision, unwritten, is_refusal)
    if policy is None or decision is None or not is_refusal or unwritten == KEPT_OWN:
        return
    if is_debugged:
        _guarded(_hint_once, request, policy, decision, hinted)
    if cors_refused.receivers:
        _guarded(_signal, app, request, decision)


def is_same_origin(request: Request) -> bool:
    """Return whether a page on the app's own origin made the request (Fetch 4.6), which has an
    ``Origin``. Browsers send that in ``Sec-Fetch-Site``, which pages cannot set."""
    site = request.environ.get("HTTP_SEC_FETCH_SITE")
    if site is not None:
        return bool(site == "same-origin")
    origin: str = request.environ["HTTP_ORIGIN"]
    try:
        host = request.host
    except SecurityError:  # an untrusted host
        return False
    return origin.lower() == f"{request.scheme}://{host}".lower()


def _log(
    request: Request, decision: Decision | None, unwritten: str | None, is_refusal: bool
) -> None:
    logger.debug("%s", _format_line(request, decision, unwritten, is_refusal))


def _hint_once(
    request: Request, policy: Policy, decision: Decision, hinted: set[tuple[str, str]]
) -> None:
    origin = request.environ["HTTP_ORIGIN"]
    pair = (origin[:500], decision.reason.value)
    if pair not in hinted and len(hinted) < MAX_HINTS:
        hinted.add(pair)
        logger.warning("%s; %s", _format_line(request, decision), _hint(policy, decision, origin))


def _signal(app: Flask, request: Request, decision: Decision) -> None:
    cors_refused.send(
        app,
        _async_wrapper=app.ensure_sync,
        origin=request.environ["HTTP_ORIGIN"],
        path=request.path,
        reason=decision.reason,
    )


def log_failure(failure: Failure) -> None:
    """Log why a callable in ``origins`` did not decide; the origin is refused."""
    _guarded(logger.error, "origins: %s", failure.what, exc_info=failure.error)


def log_view_error(message: str) -> None:
    """Log that the options of a decorated view are invalid."""
    _guarded(logger.error, "%s", message)


def log_teardown_error(error: Exception) -> None:
    """Log what a ``teardown_appcontext`` function raised after a preflight."""
    what = "a teardown_appcontext function raised on a preflight, which changes nothing"
    _guarded(logger.warning, what, exc_info=error)


def _guarded(call: Callable[..., object], *args: object, **kwargs: object) -> object:
    try:
        return call(*args, **kwargs)
    except Exception as error:  # raised by a log handler or a receiver; the response is still sent
        with suppress(Exception):
            logger.exception("%s while reporting a decision", type(error).__name__)
        return None


MAX_LOGGED = 400  # characters of what a client sent


def _escape(value: str) -> str:
    """Return what a client sent on one line, without CR, LF and ESC, and cut if it is long."""
    return ascii(value if len(value) <= MAX_LOGGED else f"{value[:MAX_LOGGED]}...")[1:-1]


def _format_line(
    request: Request,
    decision: Decision | None,
    unwritten: str | None = None,
    is_refusal: bool = True,
) -> str:
    origin = request.environ.get("HTTP_ORIGIN")
    sender = "" if origin is None else f" from {_escape(origin)}"
    what = f"{_escape(request.method)} {_escape(request.path)}{sender}"
    if decision is None:
        return f"{what}: no resource matches, {unwritten or 'no CORS headers'}"
    detail = "" if decision.detail is None else f": {_escape(decision.detail)}"
    reason = f"{decision.reason}{detail}"
    if decision.reason.is_refusal and not is_refusal:
        reason = "same origin"
    sent = ", ".join(f"{name}: {_escape(value)}" for name, value in decision.headers)
    return f"{what}: {reason}; {unwritten or sent or 'no CORS headers'}"


# ---- the hint ----------------------------------------------------------------------------------


def _hint(policy: Policy, decision: Decision, origin: str) -> str:
    """Return the configuration that would allow what was refused, and where it is written. A
    configuration that would cause a warning is not suggested."""
    options = policy.options
    detail = decision.detail or ""
    if decision.reason is DecisionReason.METHOD_REFUSED:
        if is_token(detail) and detail != detail.upper():
            # Fetch 2.2.1: browsers convert six methods to upper case, and PATCH is not one of them.
            return f"to allow it: write method: {detail.upper()!a} in the page's script"
        return _suggestion("methods", [detail], options.methods.layer.location)
    if decision.reason is DecisionReason.HEADERS_REFUSED:
        names = list(dict.fromkeys(comma_list(detail)))
        return _suggestion("allow_headers", names, options.allow_headers.layer.location)
    if decision.reason is DecisionReason.AMBIGUOUS_PATH:
        return "request the path without empty and dot segments, or give all spellings one policy"
    if decision.reason is DecisionReason.CONFIG_ERROR:
        return "correct the options of its @cross_origin"
    where = _format_location(options.origins.layer.location)
    if decision.reason is DecisionReason.ORIGIN_MALFORMED:
        return f"no configuration allows it{where}"
    if decision.reason is DecisionReason.ORIGIN_UNDECIDED:
        return f"correct the callable in origins{where}"
    if origin.lower() == "null":
        return f"any site can send null: serve the page from an origin of its own{where}"
    return _suggestion("origins", [origin], options.origins.layer.location)


def _suggestion(option: str, values: list[str], location: SourceLocation | None) -> str:
    """Return what to add to an option, if it then allows these values and nothing else, without a
    warning."""
    warned: list[Finding] = []
    layer = Layer(LayerKind.CHANGE, None, {option: values}, [option], findings=warned)
    names: object = None
    with suppress(CORSConfigError):
        read: Any = layer.read(option).value
        names = read.exact if option == "origins" else read.names
    expected = {value.upper() if option == "methods" else value.lower() for value in values}
    if warned or names != expected:
        return f"compare it with what is configured{_format_location(location)}"
    written = ", ".join(ascii(value) for value in values)
    return f"to allow it: {option}=[..., {written}]{_format_location(location)}"


def _format_location(location: SourceLocation | None) -> str:
    return "" if location is None else f" (configured at {location})"
