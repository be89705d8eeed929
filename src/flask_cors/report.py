"""What is said about a decision: the log line, the hint in debug mode, the signal.

Nothing here can break a response: a log handler or a receiver that fails is passed over.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from blinker import Namespace

from .errors import Place
from .headers import comma_list
from .policy.origins import Failure
from .policy.policy import Decision, Policy, Reason

if TYPE_CHECKING:
    from flask import Flask, Request

logger = logging.getLogger("flask_cors")
is_logged = logger.isEnabledFor

#: Sent when a request is refused, with the app as the sender and ``origin``, ``path`` and
#: ``reason``, a :class:`~flask_cors.policy.policy.Reason` that is also a string. Origin and path
#: are the client's own: escape them before they are shown.
#:
#: .. versionadded:: 7.0
cors_refused = Namespace().signal("cors-refused")

# How many different refusals debug mode hints at: enough to develop with, and a client cannot
# grow it.
MAX_HINTS = 100


def log(request: Request, decision: Decision | None) -> None:
    """Say what was decided about ``request``: None where no rule matches."""
    _guarded(_log, request, decision)


def _log(request: Request, decision: Decision | None) -> None:
    logger.debug("%s", _line(request, decision))


def refused(
    app: Flask,
    request: Request,
    policy: Policy,
    decision: Decision,
    hinted: set[tuple[str, str]],
) -> None:
    """Say that ``request`` was refused, to those who asked to be told.

    :param hinted: the pairs of origin and reason that debug mode hinted at already.
    """
    if decision.failure is not None:
        undecided(decision.failure)
    if app.config["DEBUG"]:  # app.debug, for less
        _guarded(_hint_once, request, policy, decision, hinted)
    if cors_refused.receivers:
        _guarded(_signal, app, request, decision)


def _hint_once(
    request: Request, policy: Policy, decision: Decision, hinted: set[tuple[str, str]]
) -> None:
    origin = request.environ["HTTP_ORIGIN"]
    pair = (origin[:500], decision.reason.value)
    if pair not in hinted and len(hinted) < MAX_HINTS:
        hinted.add(pair)
        logger.warning("%s; %s", _line(request, decision), _hint(policy, decision, origin))


def _signal(app: Flask, request: Request, decision: Decision) -> None:
    cors_refused.send(
        app,
        _async_wrapper=app.ensure_sync,
        origin=request.environ["HTTP_ORIGIN"],
        path=request.path,
        reason=decision.reason,
    )


def unsound(request: Request) -> None:
    """Say that the view's own options make no policy; the error itself is raised."""
    if is_logged(logging.DEBUG):
        why = "the options of the view make no policy, no CORS headers"
        _guarded(logger.debug, "%s: %s", _what(request), why)


def undecided(failure: Failure) -> None:
    """Say what a callable did instead of answering; its origin is refused."""
    _guarded(logger.error, "origins: %s", failure.what, exc_info=failure.error)


def dropped(error: Exception) -> None:
    """Say that a ``before_request`` function raised on a preflight, and that this is dropped."""
    what = "a before_request function raised on a preflight: dropped"
    _guarded(logger.warning, what, exc_info=error)


def _guarded(say: Callable[..., object], *args: object, **kwargs: object) -> None:
    try:
        say(*args, **kwargs)
    except Exception as error:  # a handler's or a receiver's: the response goes out all the same
        with suppress(Exception):
            logger.exception("%s while telling of a decision", type(error).__name__)


def _escaped(value: str) -> str:
    """What a client sent, on one line: no CR, LF or ESC, no more than a line can hold."""
    return ascii(value if len(value) <= 400 else f"{value[:400]}...")[1:-1]


def _what(request: Request) -> str:
    origin = request.environ.get("HTTP_ORIGIN")
    of = "" if origin is None else f" from {_escaped(origin)}"
    return f"{_escaped(request.method)} {_escaped(request.path)}{of}"


def _line(request: Request, decision: Decision | None) -> str:
    what = _what(request)
    if decision is None:
        return f"{what}: no rule matches, no CORS headers"
    detail = "" if decision.detail is None else f": {_escaped(decision.detail)}"
    sent = ", ".join(f"{name}: {_escaped(value)}" for name, value in decision.headers)
    return f"{what}: {decision.reason}{detail}; {sent or 'no CORS headers'}"


def _hint(policy: Policy, decision: Decision, origin: str) -> str:
    """The configuration that would allow what was refused, and where it stands."""
    options = policy.options
    refused = ", ".join(f"'{_escaped(name)}'" for name in comma_list(decision.detail or ""))
    if decision.reason is Reason.METHOD_REFUSED:
        if (method := (decision.detail or "").upper()) != decision.detail:
            # Fetch 2.2.1 writes six methods in upper case for the script, and not PATCH.
            return f"to allow it: write method: '{_escaped(method)}' in the page's script"
        return f"to allow it: methods=[..., {refused}]{_where(options.methods.place)}"
    if decision.reason is Reason.HEADERS_REFUSED:
        return f"to allow it: allow_headers=[..., {refused}]{_where(options.allow_headers.place)}"
    where = _where(options.origins.place)
    if decision.reason is Reason.ORIGIN_MALFORMED:
        return f"no configuration allows it{where}"
    if decision.reason is Reason.ORIGIN_UNDECIDED:
        return f"mend the callable in origins{where}"
    if origin.lower() == "null":
        return f"any site can send null: serve the page from an origin of its own{where}"
    return f"to allow it: origins=[..., '{_escaped(origin)}']{where}"


def _where(place: Place | None) -> str:
    return "" if place is None else f" (configured at {place})"
