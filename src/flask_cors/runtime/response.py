"""Writes the headers of a decision to the response."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from logging import DEBUG
from typing import Any

from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response

from ..policy.policy import Decision, DecisionReason
from ..protocol import headers as h
from ..protocol.headers import comma_list
from .context import current_request
from .decision import (
    BEFORE,
    DECIDED,
    MADE,
    RETURNED,
    UNHANDLED,
    Decided,
    decide,
    find_returned_policy,
)
from .registry import Registry
from .reporting import KEPT_OWN, NOT_INTERCEPTED, is_logged, report

Lines = tuple[str, ...]
# The attribute that marks the Headers of a response after they were written to. It holds the
# headers, the lines of Vary before, and the names added to Vary. A tuple, because caches pickle
# responses.
WRITTEN = "_cors_written"

_ALLOW_ORIGIN = h.ALLOW_ORIGIN.lower()
# The headers that browsers accept on one line only. The others are lists.
_SINGLE = frozenset(
    name.lower()
    for name in (h.ALLOW_ORIGIN, h.ALLOW_CREDENTIALS, h.MAX_AGE, h.ALLOW_PRIVATE_NETWORK)
)
ALLOWED = DecisionReason.ALLOWED  # looking a member of an enumeration up is slow in Python 3.11
NOTHING = Decision(None, (), "", DecisionReason.NO_ORIGIN)  # written where no policy applies
_COMMON = frozenset({"Content-Type", "Content-Length"})  # as Werkzeug spells them


def make_after_request(registry: Registry) -> Callable[[Response], Response]:
    """Return the ``after_request`` function of an app. It returns the response, or a copy of it,
    with the headers of the request's policy."""

    # A plain function: Flask checks on every request whether it is async, which takes longer for a
    # bound method.
    def add_cors_headers(response: Response) -> Response:
        request = current_request()
        notes = request.__dict__
        known: Decided | None = notes.get(DECIDED)
        if known is None or RETURNED in notes:
            returned = None
            if registry.has_returned:
                returned = find_returned_policy(registry, request, response)
            resolver = registry.current or registry.resolver()
            notes[DECIDED] = notes.get(BEFORE) or decide(resolver, request, returned)
        policy, decision = notes[DECIDED]
        is_made = notes.get(MADE) is response
        if UNHANDLED not in notes:
            response, unwritten = write(response, decision or NOTHING, is_made)
        else:
            is_intercepted = policy is None or policy.intercept_exceptions
            written = decision if is_intercepted else None
            response, unwritten = write(response, written or NOTHING, is_made)
            unwritten = unwritten if is_intercepted else NOT_INTERCEPTED
            notes[UNHANDLED] = response
        if known is None and (
            decision is None or decision.reason is not ALLOWED or is_logged(DEBUG)
        ):
            report(registry.app, registry.hinted, request, policy, decision, unwritten)
        return response

    return add_cors_headers


def write(response: Response, decision: Decision, is_made: bool) -> tuple[Response, str | None]:
    """Return ``response`` with the headers of ``decision``, and None; or without them, and the
    reason, if the response has an ``Access-Control-Allow-Origin`` of its own.

    :param is_made: whether Flask made the response for this request. Any other response is copied,
        because the app may keep it and threads may share it.
    """
    if not is_made and (decision is not NOTHING or hasattr(response.headers, WRITTEN)):
        response = _copy_unwritten(response)
    headers: Any = response.headers
    if not isinstance(headers, Headers):  # some libraries put a dict there
        headers = response.headers = Headers(headers)
    present, vary = _read(headers)
    if _ALLOW_ORIGIN in present:
        return response, KEPT_OWN
    written = decision.headers
    if present:
        written = tuple(header for header in written if header[0].lower() not in present)
    # The mark comes first: another thread may be reading the headers.
    setattr(headers, WRITTEN, (written, vary, decision.vary))
    for name, value in written:
        headers.add(name, value)
    if decision.vary:
        if vary:
            headers["Vary"] = merge_vary(vary, decision.vary)
        else:
            headers.add("Vary", decision.vary)
    return response, None


def _read(headers: Headers) -> tuple[Lines, Lines]:
    """Return the headers that are present and must not be repeated, and the lines of ``Vary``."""
    present: Lines = ()
    vary: Lines = ()
    for name, value in headers:
        if name not in _COMMON:
            lowered = name.lower()
            if lowered == "vary":
                vary += (value,)
            elif lowered in _SINGLE:
                present += (lowered,)
    return present, vary


def _copy_unwritten(response: Response) -> Response:
    """Return a copy of ``response`` without the headers written for an earlier request."""
    left = list(Headers(response.headers))  # read before the mark, which is set before the headers
    headers, vary_before, vary = getattr(response.headers, WRITTEN, ((), (), ""))
    left = [header for header in left if header not in headers]
    before = {name.lower() for name in _names(vary_before)}
    added = {name.lower() for name in comma_list(vary)} - before
    lines = [value for name, value in left if name.lower() == "vary"]
    names = [name for name in _names(lines) if name.lower() not in added]
    if added and lines:
        # Restore the lines, unless something else has changed them since.
        lines = list(vary_before) if names == _names(vary_before) else [", ".join(names)]
    copied = type(response).__new__(type(response))
    vars(copied).update(vars(response))
    copied.headers = Headers([header for header in left if header[0].lower() != "vary"])
    for line in lines:
        copied.headers.add("Vary", line)
    return copied


def merge_vary(lines: Lines, vary: str) -> str:
    """Return one line with the names of all ``lines`` and the missing names of ``vary``. Nothing is
    added to ``*``, which means every header (RFC 9110 12.5.5)."""
    merged: dict[str, str] = {}
    for name in _names(lines):
        merged.setdefault(name.lower(), name)
    is_whole = len(lines) == 1 and len(merged) == len(_names(lines))
    before = len(merged)
    if "*" not in merged:
        for name in comma_list(vary):
            merged.setdefault(name.lower(), name)
    return lines[0] if is_whole and len(merged) == before else ", ".join(merged.values())


def _names(lines: Iterable[str]) -> list[str]:
    return [name for line in lines for name in comma_list(line)]
