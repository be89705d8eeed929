"""The decision on a request, made and reported once, and how it gets onto the response."""

from __future__ import annotations

from collections.abc import Callable
from logging import DEBUG
from typing import Any

from flask import Flask, Request, request_finished
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response

from . import headers as h
from .binding import Binding
from .context import NOTES, current_request, notes_of
from .errors import CORSConfigError
from .headers import ALLOW_ORIGIN, comma_list
from .policy.policy import Decision, Policy
from .policy.resources import MAX_PATH
from .report import is_logged, log, refused, unsound

_Decided = tuple[Policy | None, Decision | None]

# What is noted about a request: what was decided; the response that was finished while others
# could still change it; that an exception was not handled.
_DECIDED = "decided"
_FINISHED = "finished"
_UNHANDLED = "unhandled"

_ORIGIN = "HTTP_ORIGIN"
_ACRM = "HTTP_ACCESS_CONTROL_REQUEST_METHOD"
_ACRH = "HTTP_ACCESS_CONTROL_REQUEST_HEADERS"
_ACRPN = "HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK"

# ---- the decision ------------------------------------------------------------------------------


def requested_method(request: Request) -> str | None:
    """The method that a CORS-preflight request (Fetch 3.3.2) asks for; None for any other
    request."""
    if request.method != "OPTIONS" or _ORIGIN not in request.environ:
        return None
    method: str | None = request.environ.get(_ACRM)
    return method


def decide(binding: Binding, request: Request) -> _Decided:
    """The policy of ``request`` and its decision, None and None where no policy speaks: worked
    out, and reported, once a request.

    :raises CORSConfigError: where the view's own options make no policy.
    """
    notes = notes_of(request)
    known: _Decided | None = notes.get(_DECIDED)
    if known is not None:
        return known
    notes[_DECIDED] = None, None
    environ = request.environ
    asked = requested_method(request)
    try:
        policy = binding.policy(request, asked)
    except CORSConfigError:
        unsound(request)
        raise
    decision = None
    if policy is not None and asked is None:
        decision = policy.decide(environ.get(_ORIGIN), environ.get(_ACRPN))
    elif policy is not None and asked is not None:
        decision = policy.decide_preflight(
            environ[_ORIGIN], asked, environ.get(_ACRH), environ.get(_ACRPN)
        )
    notes[_DECIDED] = policy, decision
    if is_logged(DEBUG):
        log(request, decision)
    if policy is not None and decision is not None and decision.reason.is_refusal:
        refused(binding.app, request, policy, decision, binding.hinted)
    return policy, decision


def decided(request: Request) -> _Decided:
    """What was decided about ``request``, None and None where nothing was."""
    known: _Decided = notes_of(request).get(_DECIDED, (None, None))
    return known


def note_unhandled(request: Request) -> None:
    """Note that an exception was not handled: its 500 comes through here more than once."""
    notes_of(request)[_UNHANDLED] = True


# ---- the response ------------------------------------------------------------------------------

_ALLOW_ORIGIN = ALLOW_ORIGIN.lower()

# The headers of which a browser accepts no second line, and Vary; the others are lists.
_WITH_CARE = frozenset(
    {
        _ALLOW_ORIGIN,
        h.ALLOW_CREDENTIALS.lower(),
        h.MAX_AGE.lower(),
        h.ALLOW_PRIVATE_NETWORK.lower(),
        "vary",
    }
)


def finisher(binding: Binding) -> Callable[[Response], Response]:
    """The ``after_request`` function that puts the headers of the current request's policy on
    its response."""

    # All in one, for each look and each call counts: this runs at every request.
    def finish(response: Response) -> Response:
        request = current_request()
        headers = response.headers
        if type(headers) is not Headers:
            return finish_with_care(binding, request, response)
        notes: dict[str, Any] | None = getattr(request, NOTES, None)
        if notes is None:
            policy = binding.of_all
            if policy is None or len(request.path) > MAX_PATH:
                policy = binding.usual_policy(request)
            if policy is None or request.method == "OPTIONS":
                return finish_with_care(binding, request, response)
            # The usual request: `decide`, in short.
            environ = request.environ
            decision = policy.decide(environ.get(_ORIGIN), environ.get(_ACRPN))
            setattr(request, NOTES, {_DECIDED: (policy, decision)})
            if is_logged(DEBUG):
                log(request, decision)
            if decision.reason.is_refusal:
                refused(binding.app, request, policy, decision, binding.hinted)
        elif _DECIDED in notes and len(notes) == 1:  # a preflight
            _, decision = notes[_DECIDED]
            if decision is None:
                return response
        else:
            return finish_with_care(binding, request, response)
        for name, _ in headers:
            if name.lower() in _WITH_CARE:
                return finish_with_care(binding, request, response)

        # The usual response, which has none of these headers.
        if decision.allow_origin is not None:
            headers.add(ALLOW_ORIGIN, decision.allow_origin)
            for name, value in decision.others:
                headers.add(name, value)
        if decision.vary:
            headers.add("Vary", decision.vary)
        return response

    return finish


def finish_with_care(binding: Binding, request: Request, response: Response) -> Response:
    """The same for any request and any response: one with an ``Access-Control-Allow-Origin`` of
    its own is left alone, and one that was finished before gets what it has lost since."""
    try:
        policy, decision = decide(binding, request)
    except CORSConfigError:  # raised to whoever sent the request already; nothing is opened
        return response
    if policy is None or decision is None:
        return response
    notes = notes_of(request)
    finished: Response | None = notes.get(_FINISHED)
    if finished is response:
        add_vary(decision, response)
        return response
    if _UNHANDLED in notes and response.status_code == 500 and not policy.intercept_exceptions:
        return response
    headers: Any = response.headers
    if not isinstance(headers, Headers):  # some libraries put a dict there
        headers = response.headers = Headers(headers)
    present = {name.lower() for name, _ in headers} & _WITH_CARE
    if _ALLOW_ORIGIN in present:
        return response
    for name, value in decision.headers:
        if not present or name.lower() not in present:
            headers.add(name, value)
    if "vary" in present:
        add_vary(decision, response)
    elif decision.vary:
        headers.add("Vary", decision.vary)
    if "vary" in present or _UNHANDLED in notes:
        notes[_FINISHED] = response
        _follow_session(binding)
    return response


def _follow_session(binding: Binding) -> None:
    """Be there after the session is saved, which makes one line of all lines of Vary and keeps
    the first. Not until the first response whose first line is not ours, for to be sent a signal
    costs each request as much as half of the rest."""
    if not binding.follows_session:
        binding.follows_session = True
        request_finished.connect(_on_request_finished, sender=binding.app)


def _on_request_finished(_: Flask, response: Response, **__: Any) -> None:
    notes = notes_of(current_request())
    finished: Response | None = notes.get(_FINISHED)
    if finished is response:
        _, decision = notes[_DECIDED]
        add_vary(decision, response)


def add_vary(decision: Decision, response: Response) -> None:
    """Add a line of ``Vary`` with the names of a decision that no line has yet."""
    headers = response.headers
    named = {name.strip().lower() for line in headers.getlist("Vary") for name in line.split(",")}
    missing = [name for name in comma_list(decision.vary) if name.lower() not in named]
    if missing and "*" not in named:
        headers.add("Vary", ", ".join(missing))
