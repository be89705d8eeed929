"""What a page of a stranger can make an app do with its visitor's cookies
(https://owasp.org/www-community/attacks/csrf), and what stands against it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import flask
from flask import Flask

from .... import hooks
from ....browser import Browser, Request, Response
from ...paths import sample
from ...survey import Route
from ..patterns.examples import STRANGER
from ..served import scopes
from .contexts import RAISED, requested
from .cookies import Cookie, cookies_of
from .server import address_of
from .words import parts_of, words_of

# The one method that changes something and that a page sends without being allowed to
# (https://fetch.spec.whatwg.org/#cors-safelisted-method).
METHOD = "POST"

# ---- cookies that come along -------------------------------------------------------------------


def cookies_at_risk(app: Flask) -> list[Cookie]:
    """The cookies by which the app knows its visitors that come with a stranger's request, and
    beside which nothing else is asked for."""
    return [
        cookie
        for cookie in cookies_of(app)
        if not cookie.stays and not (cookie.prefix == "JWT_COOKIE" and _is_double_submitted(app))
    ]


def _is_double_submitted(app: Flask) -> bool:
    """Whether a token's cookie is of no use without a header that a stranger cannot know."""
    return bool(app.config["JWT_COOKIE_CSRF_PROTECT"]) and METHOD in app.config["JWT_CSRF_METHODS"]


# ---- what stands against it --------------------------------------------------------------------

_MARKS = ("csrf", "xsrf", "validate_on_submit")
_TYPE = frozenset({"is_json", "mimetype", "content_type", "content-type"})  # forms have their own
_COMPARED = frozenset({"origin", "referer", "referrer", "sec-fetch-site", "x-requested-with"})


def _is_protection(function: Callable[..., Any]) -> bool:
    """Whether what a function says no to is a forgery, by its words."""
    words = words_of(function)
    return bool(words & _COMPARED) or any(mark in word for word in words for mark in _MARKS)


class Stranger:
    """A page that has nothing to do with the app, with a form that a visitor of the app is lured to
    send."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.url = urlsplit(address_of(app))
        self.asked = _asked(urlunsplit(self.url))

    def reaches(self, route: Route) -> bool:
        """Whether the form reaches the view of ``route``, past all that runs before it. What says
        no for another reason, such as a missing login, counts for nothing: the visitor is logged
        in."""
        if _is_protection(self.app.view_functions[route.endpoint]):
            return False
        functions = list(_functions_before(self.app, route))
        if not functions:  # nothing to try
            return True
        path = sample(route.rule)
        if path is None:
            return False
        with requested(
            self.app,
            path,
            base_url=self._base(route),
            method=METHOD,
            headers=list(self.asked.headers),
            data=self.asked.body,
        ) as is_routed:
            return (
                is_routed
                and flask.request.endpoint == route.endpoint
                and not any(
                    _says_no(self.app, function)
                    and (_is_protection(function) or _TYPE & words_of(function))
                    for function in functions
                )
            )

    def _base(self, route: Route) -> str:
        """Where routing finds a rule of another host or subdomain."""
        if not route.host:
            return urlunsplit(self.url)
        host = _CONVERTER.sub("a", route.host)
        is_whole = self.app.url_map.host_matching
        return urlunsplit(
            self.url._replace(netloc=host if is_whole else f"{host}.{self.url.netloc}")
        )


_CONVERTER = re.compile(r"<[^<>]*>")


def _asked(url: str) -> Request:
    """What a browser sends for a form, without a preflight. Nothing of it depends on the path."""
    outcome = Browser(lambda _: Response(200)).fetch(
        url,
        origin=STRANGER,
        method=METHOD,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        body=b"a=1",
        credentials="include",
        mode="no-cors",
    )
    (exchange,) = outcome.exchanges
    return exchange.request


def _functions_before(app: Flask, route: Route) -> Iterator[Callable[[], Any]]:
    """The ``before_request`` functions of a route, but for our own."""
    for scope in scopes(route):
        for function in app.before_request_funcs.get(scope, ()):
            if getattr(function, "__module__", "") != hooks.__name__:
                yield function


def _says_no(app: Flask, function: Callable[[], Any]) -> bool:
    try:
        return app.ensure_sync(function)() is not None
    except RAISED:  # a fault, which answers 500
        return True


def takes_json_alone(app: Flask, route: Route) -> bool:
    """Whether the view seems to read its body as JSON, which a form cannot send: Flask answers 415
    to another content type, unless it is told not to look."""
    view = app.view_functions[route.endpoint]
    names = {name for part in parts_of(view) for name in part.__code__.co_names}
    reads = "get_json" in names or {"request", "json"} <= names
    return reads and not names & _OTHER_BODIES and not words_of(view) & {"force", "silent"}


_OTHER_BODIES = frozenset({"data", "files", "form", "get_data", "stream", "values"})
