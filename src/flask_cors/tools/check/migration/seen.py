"""An app as both versions see it: what each answers to the same request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import quote

from flask import Flask, Request
from flask.views import View
from werkzeug.routing import RequestRedirect

from .... import headers as h
from ....binding import Call
from ....errors import CORSConfigError, Place
from ....hooks import bind
from ....marks import marks
from ....policy.options import CONFIG, DEFAULTS, Options, Setting
from ....policy.policy import Decision, Policy
from ....policy.resources import PathPattern, parse_pattern
from ....responses import decide
from ...survey import Bound, Route, Source, everything_bound, survey
from ...writing import hear_nothing
from ..patterns.examples import STRANGER
from .probes import beginnings, paths_of
from .six import Headers, SixPolicy, SixRules


class Asked(NamedTuple):
    """A request of a page; with ``is_preflight`` the preflight for it."""

    path: str
    origin: str | None
    method: str = "GET"
    is_preflight: bool = False

    @property
    def headers(self) -> dict[str, str]:
        headers = {} if self.origin is None else {"Origin": self.origin}
        return {**headers, h.REQUEST_METHOD: self.method} if self.is_preflight else headers


@dataclass(frozen=True, slots=True)
class Pair:
    """One policy in both versions.

    :ivar methods: those that the routes serve which it may decide on.
    """

    policy: Policy
    six: SixPolicy
    source: Source
    methods: tuple[str, ...]

    @property
    def options(self) -> Options:
        return self.policy.options

    @property
    def at(self) -> str:
        """What a reader calls it."""
        source = self.source
        return f"@cross_origin of {source.name}" if source.kind == "view" else source.resource

    def has_read(self, option: str) -> bool:
        """Whether 6.0.5 read an option where this version did."""
        setting: Setting[Any] = getattr(self.options, option)
        return not (self.source.kind == "blueprint" and setting.level == CONFIG)

    def now(self, origin: str | None) -> Headers:
        return told(self.policy.decide(origin))

    def now_preflight(self, origin: str, method: str, names: str | None = None) -> Headers:
        return told(self.policy.decide_preflight(origin, method, names))


class Sampled(NamedTuple):
    """A route, and one of its paths."""

    route: Route
    path: str


def told(decision: Decision) -> Headers:
    headers = dict(decision.headers)
    if decision.vary:
        headers["Vary"] = decision.vary
    return headers


class Seen:
    """An app, as both versions see it. It is left as it was, but that its decorated views are
    known, as after a first request."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.binding = bind(app)
        self.binding.get_ready()
        self.routes = survey(app).routes
        self._twins: dict[int, SixPolicy] = {}

    # ---- policies ----

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Each policy once. Not those with callables, which 6.0.5 did not have."""
        served: dict[int, set[str]] = {}
        for route in self.routes:
            for share in route.shares:
                for candidate in share.candidates:
                    served.setdefault(id(candidate.policy), set()).update(share.methods)
        distinct: dict[int, Bound] = {}
        for bound in everything_bound(self.app):
            distinct.setdefault(id(bound.policy), bound)
        return tuple(
            Pair(
                bound.policy,
                self.twin(bound.policy, bound.source.kind == "blueprint"),
                bound.source,
                tuple(sorted(served.get(key, ()))),
            )
            for key, bound in distinct.items()
            if not bound.policy.options.origins.value.predicates
        )

    @cached_property
    def broken(self) -> tuple[tuple[CORSConfigError, Place], ...]:
        """Decorated views whose options make no policy."""
        found = {
            id(candidate.policy): (candidate.policy, candidate.source.place)
            for route in self.routes
            for share in route.shares
            for candidate in share.candidates
            if isinstance(candidate.policy, CORSConfigError)
        }
        return tuple(found.values())

    def twin(self, policy: Policy, is_of_blueprint: bool) -> SixPolicy:
        """What 6.0.5 makes of the same options."""
        twin = self._twins.get(id(policy))
        if twin is None:
            twin = self._twins[id(policy)] = SixPolicy(given(policy.options, is_of_blueprint))
        return twin

    def place(self, policy: Policy | None) -> Place | None:
        """Where a policy was bound."""
        return self._places.get(id(policy))

    @cached_property
    def _places(self) -> dict[int, Place]:
        return {id(bound.policy): bound.source.place for bound in everything_bound(self.app)}

    def own_policy(self, endpoint: str | None, method: str) -> Policy | None:
        """The policy of a decorated view."""
        view = self.app.view_functions.get(endpoint or "")
        own = {} if view is None else dict(marks(view))
        options = own.get(method) or own.get("")
        policy = None if options is None else self.binding.meet(options)
        return policy if isinstance(policy, Policy) else None

    def view_class(self, endpoint: str | None) -> type[View] | None:
        """The class of a class-based view."""
        return getattr(self.app.view_functions.get(endpoint or ""), "view_class", None)

    def is_decorated(self, endpoint: str) -> bool:
        view = self.app.view_functions.get(endpoint)
        return view is not None and any(True for _ in marks(view))

    # ---- paths ----

    @cached_property
    def sampled(self) -> tuple[Sampled, ...]:
        """The routes on the app's own host, each with one of its paths."""
        paths = ((route, self._path_of(route)) for route in self.routes if not route.host)
        return tuple(Sampled(route, path) for route, path in paths if path is not None)

    @cached_property
    def by_path(self) -> tuple[tuple[str, str], ...]:
        """Endpoints and paths of theirs that decide on the policy: one path of each route, and
        some below each pattern, for a route with a converter may have paths of many patterns."""
        paths = {path: route.endpoint for route, path in self.sampled}
        for call in self.binding.calls:
            for begin in beginnings(call):
                for path in (begin, f"{begin}1", f"{begin.rstrip('/')}1"):
                    endpoint = paths.get(path) or self.endpoint(path)
                    if endpoint is not None:
                        paths[path] = endpoint
        undecorated = ((each, path) for path, each in paths.items() if not self.is_decorated(each))
        return tuple(undecorated)

    def _path_of(self, route: Route) -> str | None:
        for path in paths_of(route.rule):
            for method in route.methods[:1]:
                if self.endpoint(path, method) == route.endpoint:
                    return path
        return None

    def endpoint(self, path: str, method: str = "GET") -> str | None:
        """The endpoint that serves a path."""
        return self._request(Asked(path, None, method)).endpoint

    def is_redirected(self, path: str) -> bool:
        """Whether Flask sends a preflight on to another path."""
        request = self._request(Asked(path, STRANGER, is_preflight=True))
        return isinstance(request.routing_exception, RequestRedirect)

    def _request(self, asked: Asked) -> Request:
        """A request after routing. It is never the current one, or its end would call the
        ``teardown_request`` functions."""
        method = "OPTIONS" if asked.is_preflight else asked.method
        path = quote(asked.path)
        context = self.app.test_request_context(path, method=method, headers=asked.headers)
        with suppress(Exception):  # a converter's: no endpoint serves it
            context.match_request()
        return context.request

    # ---- answers ----

    def now(self, asked: Asked) -> Headers:
        """The answer of this version, as far as CORS goes."""
        decision = self._decided(asked)[1]
        return {} if decision is None else told(decision)

    def policy(self, asked: Asked) -> Policy | None:
        """The policy that decides on a request."""
        return self._decided(asked)[0]

    def _decided(self, asked: Asked) -> tuple[Policy | None, Decision | None]:
        try:
            return decide(self.binding, self._request(asked))
        except CORSConfigError:
            return None, None

    def before(self, asked: Asked, *, is_error: bool = False) -> Headers:
        """The answer of 6.0.5.

        :param is_error: whether the view raises: its decorator says nothing then.
        """
        request = self._request(asked)
        own = None if is_error else self._own(request, asked)
        if own is not None:
            return _answer(own, asked)
        said = (_answer(twin, asked) for twin in self._speakers(request))
        return next(filter(None, said), {})

    def _own(self, request: Request, asked: Asked) -> SixPolicy | None:
        """The policy of the decorated view that the request itself is routed to."""
        view_class = self.view_class(request.endpoint)
        if asked.is_preflight and view_class and "OPTIONS" not in (view_class.methods or ()):
            return None  # Flask answers in its place, and its decorator is never asked
        policy = self.own_policy(request.endpoint, request.method)
        return None if policy is None else self.twin(policy, False)

    def _speakers(self, request: Request) -> Iterator[SixPolicy]:
        """Whom 6.0.5 asks in turn, until one allows the origin: the CORS of the view's blueprints,
        from the inside out, then those of the app; each time the last one first."""
        for blueprint in (*request.blueprints, ""):
            for call, rules in reversed(self.calls_of(blueprint)):
                policy = rules.match(request.path)
                if policy is not None:
                    yield self.twin(policy, bool(call.blueprint))

    def calls_of(self, blueprint: str) -> list[tuple[Call, SixRules[Policy]]]:
        return self._calls.get(blueprint, [])

    @cached_property
    def _calls(self) -> dict[str, list[tuple[Call, SixRules[Policy]]]]:
        calls: dict[str, list[tuple[Call, SixRules[Policy]]]] = {}
        for call in self.binding.calls:
            calls.setdefault(call.blueprint, []).append((call, _rules(call)))
        return calls


def _answer(twin: SixPolicy, asked: Asked) -> Headers:
    if asked.is_preflight and asked.origin is not None:
        return twin.preflight(asked.origin, asked.method)
    return twin.actual(asked.origin)


def given(options: Options, is_of_blueprint: bool) -> dict[str, object]:
    """The options as they were written, and as 6.0.5 found them: on a blueprint it did not read
    the app's config, in which None was an unset option."""
    values: dict[str, object] = {}
    for name, each in options._asdict().items():
        setting: Setting[Any] = each
        is_unread = setting.level == CONFIG and (is_of_blueprint or setting.given is None)
        values[name] = DEFAULTS.values[name] if is_unread else setting.given
    return values


def _rules(call: Call) -> SixRules[Policy]:
    by_pattern = dict(call.rules)
    return SixRules(_named(given_resources(call), by_pattern))


def given_resources(call: Call) -> object:
    """The option ``resources`` of a CORS, as it was written."""
    return next(level for level in call.levels if "resources" in level).values["resources"]


def _named(
    resources: object, by_pattern: dict[PathPattern, Policy]
) -> Iterator[tuple[object, Policy]]:
    """Each pattern as it was written, and its policy."""
    if isinstance(resources, Iterator):  # it was read, and is empty now
        resources = [pattern.source for pattern in by_pattern]
    elif isinstance(resources, (str, re.Pattern)) or not isinstance(resources, Iterable):
        resources = [resources]
    for written in resources:
        try:
            pattern = parse_pattern(written, hear_nothing)
        except CORSConfigError:
            continue
        policy = by_pattern.get(pattern)
        # A string with commas was one pattern, which stood for nothing.
        if policy is not None:
            yield written, policy
