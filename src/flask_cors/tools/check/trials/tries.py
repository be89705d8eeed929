"""What a page is to be sent for: for each policy a route that has it, and an origin it allows."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType
from typing import NamedTuple

from flask import Flask

from .... import headers as h
from ....browser import Request
from ....policy.policy import Policy
from ...paths import samples
from ...survey import Candidate, Route, Share, Source
from ..once import once
from ..patterns.examples import one_each
from ..served import decider
from ..subject import Subject
from .functions import outside
from .server import url_of

# Of an app with more, the rest is like these.
_MOST = 200

_NOT_ASKED_FOR = ("OPTIONS", "HEAD")


class Try(NamedTuple):
    """A request that a policy allows.

    :ivar method: one that the route serves and, if there is one, that the policy allows.
    :ivar outside: the decorators that stand outside of the view's ``@cross_origin``, if OPTIONS
        is routed to the view.
    """

    route: Route
    path: str
    method: str
    origin: str
    policy: Policy
    source: Source
    outside: tuple[FunctionType, ...]

    def preflight(self, app: Flask) -> Request:
        own = {"Origin": self.origin, h.REQUEST_METHOD: self.method}
        return Request("OPTIONS", _url(app, self.path), tuple(own.items()))

    def request(self, app: Flask) -> Request:
        return a_request(app, self.method, self.path, self.origin)


def a_request(app: Flask, method: str, path: str, origin: str) -> Request:
    """What a page of ``origin`` sends."""
    return Request(method, _url(app, path), (("Origin", origin),))


def _url(app: Flask, path: str) -> str:
    """By TLS, as in production: some apps send plain requests away."""
    return "https" + url_of(app, path).removeprefix("https").removeprefix("http")


@once
def tries(subject: Subject) -> tuple[Try, ...]:
    """What to send to an app."""
    return tuple(_tries(subject))


def _tries(subject: Subject) -> Iterator[Try]:
    """One for each policy of each blueprint and each first segment of the paths. Decorated views
    count as one policy where they allow the same origin, and have the same decorators outside."""
    adapter = subject.app.url_map.bind("")
    seen: set[tuple[object, ...]] = set()
    for route in subject.survey.routes:
        if route.host or route.rule.redirect_to is not None:
            continue
        for share in route.shares:
            for candidate in share.candidates:
                tried = _try(subject.app, route, share, candidate)
                if tried is None or (key := _key(tried)) in seen:
                    continue
                try:
                    endpoint, _ = adapter.match(tried.path, method=tried.method)
                except Exception:  # an HTTPException, or whatever a converter raises
                    continue
                if endpoint == route.endpoint:
                    seen.add(key)
                    yield tried
                if len(seen) == _MOST:
                    return


def _key(tried: Try) -> tuple[object, ...]:
    chain, policy = tried.route.endpoint.rpartition(".")[0], tried.policy
    segment = tried.path.split("/")[1]
    if tried.source.kind == "view":
        codes = tuple(function.__code__ for function in tried.outside)
        return "view", chain, segment, tried.origin, policy.automatic_options, codes
    return id(policy), chain, segment


def _try(app: Flask, route: Route, share: Share, candidate: Candidate) -> Try | None:
    policy = candidate.policy
    if not isinstance(policy, Policy):
        return None
    origin = origin_of(policy)
    path = _path(route, share, candidate)
    methods = [method for method in share.methods if method not in _NOT_ASKED_FOR]
    if origin is None or path is None or not methods:
        return None
    allowed = [each for each in methods if policy.options.methods.value.answer(each)]
    is_asked = candidate.source.kind == "view" and "OPTIONS" in route.methods
    around = outside(app.view_functions[route.endpoint], app) if is_asked else ()
    return Try(route, path, [*allowed, *methods][0], origin, policy, candidate.source, around)


def origin_of(policy: Policy) -> str | None:
    """An origin that the policy allows; None where none can be told."""
    known = one_each(policy.options.origins.value)
    return next((origin for origin in known if origin != "null"), None)


def _path(route: Route, share: Share, candidate: Candidate) -> str | None:
    """A path of the route on which this candidate decides."""
    pattern = candidate.source.pattern
    paths = [pattern.source] if pattern and pattern.is_exact else samples(route.rule)
    return next((path for path in paths if decider(share, path) is candidate), None)
