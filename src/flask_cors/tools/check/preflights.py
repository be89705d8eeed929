"""Checks: preflights. Who answers them before they come to the policy."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from ... import headers as h
from ...browser import Request, Response
from ...doubts import Severity
from ..text import listed
from .base import Check
from .finding import Finding, Where
from .subject import Subject, where_of_view
from .trials.functions import where_of_decorator, where_of_function
from .trials.middleware import responsible
from .trials.tracing import Send, Trace, traced
from .trials.tries import Try, tries

_MOST = 3

# What to write, by who is in the way; of a before_request function, where no CORS(app) is bound.
_FIXES = {
    "before_request": "register it with @app.before_request, so that it does not come first",
    "url_value_preprocessor": "do it in a before_request function, which preflights do not heed",
    "WSGI middleware": "let OPTIONS requests with an Origin pass to the app",
    "routing": "leave automatic_options on, or have the view answer OPTIONS",
}
_ALONE = "write CORS(app, resources=[]) beside the decorators: preflights are answered first then"
_OUTSIDE = "write @cross_origin above it, or CORS(app, resources=[]) beside the decorators"
_SWITCHED_OFF = "leave automatic_options on: preflights are answered first then"


class AnsweredFirst(Check):
    """Browsers send a preflight without cookies and without `Authorization`, so that a login check
    that sees it can only say no, and the page never gets to send its request. With `CORS(app)`
    preflights are answered whatever the `before_request` functions say. Not so in an app with
    decorators alone, where a view that takes OPTIONS has the decorators outside of `@cross_origin`
    come first as well; with `automatic_options` off; behind WSGI middleware that answers itself;
    and where something was put in front of all `before_request` functions. It was tried with a
    preflight that the policy allows. In an app with decorators alone, write
    `CORS(app, resources=[])` beside them; elsewhere let preflights pass."""

    code = "CORS606"
    title = "something answers preflights first"
    severity = Severity.ERROR

    def find(self, subject: Subject) -> Iterator[Finding]:
        found: dict[Where, tuple[str, str, list[str]]] = {}
        all_tries = tries(subject)  # before the views are replaced
        with traced(subject.app) as send:
            for tried in all_tries:
                blocked = _blocked(subject, tried, send)
                if blocked is not None:
                    said, where, fix = blocked
                    found.setdefault(where, (said, fix, []))[2].append(tried.route.path)
        for where, (said, fix, paths) in found.items():
            message = f"a preflight to {listed(paths, _MOST)} that the policy allows {said}"
            yield self.finding(message, where, fix)


def _blocked(subject: Subject, tried: Try, send: Send) -> tuple[str, Where, str] | None:
    """What comes of a preflight, who sees to that, and what to write instead; None where all is
    well."""
    request = tried.preflight(subject.app)
    said = _in_the_way(tried, request, send(request))
    if said is not None:
        return said, *_who(subject, tried, send)
    if _reaches_decorators(subject, tried):
        said = _in_the_way(tried, request, send(request, tried.route.endpoint))
        if said is not None:
            return said, where_of_decorator(tried.outside[0]), _OUTSIDE
    return None


def _reaches_decorators(subject: Subject, tried: Try) -> bool:
    """Whether preflights come to the decorators outside of ``@cross_origin``, and no further:
    those may be called."""
    alone = not subject.binding.answers_preflights
    return alone and bool(tried.outside) and tried.policy.automatic_options


def _in_the_way(tried: Try, request: Request, trace: Trace) -> str | None:
    """What a browser sees of an answer that is not the policy's; None where it is."""
    response = trace.response
    if response is None or _is_of_the_trial(tried, request, trace, response):
        return None
    if not 200 <= response.status < 300:
        return f"is answered with status {response.status}"
    if response.get(h.ALLOW_ORIGIN) is None:
        return f"is answered without {h.ALLOW_ORIGIN}"
    return None  # one that is not the policy's is CORS604's or CORS605's


def _is_of_the_trial(tried: Try, request: Request, trace: Trace, response: Response) -> bool:
    """Whether the answer is to how it was tried: at a host that the app does not trust, for a key
    that there is nothing for, after so many other requests; at another host than in production, or
    without the proxy that says that TLS was used."""
    status, location = response.status, response.get("Location")
    return (
        (status == 400 and not trace.answered)
        or (status == 404 and "<" in tried.route.path)
        or status == 429
        or (location is not None and urlsplit(location).path == urlsplit(request.url).path)
    )


def _who(subject: Subject, tried: Try, send: Send) -> tuple[Where, str]:
    """Who answers, and what to write instead."""
    app, request = subject.app, tried.preflight(subject.app)
    layer = responsible(app, lambda: _in_the_way(tried, request, send(request)))
    if layer is not None:
        return where_of_function("WSGI middleware", layer), _FIXES["WSGI middleware"]
    answered = send(request).answered
    if answered:
        function, kind = answered[0]
        return where_of_function(kind, function), _fix(subject, tried, kind)
    view = where_of_view(tried.route, app.view_functions[tried.route.endpoint])
    return view, _FIXES["routing"]


def _fix(subject: Subject, tried: Try, kind: str) -> str:
    if kind == "before_request":
        if not subject.binding.answers_preflights:
            return _ALONE
        if not tried.policy.automatic_options:
            return _SWITCHED_OFF
    return _FIXES[kind]


CHECKS: tuple[type[Check], ...] = (AnsweredFirst,)
