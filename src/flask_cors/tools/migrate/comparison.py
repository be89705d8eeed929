"""One app in both versions: what each responds to the same request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import quote

from flask import Flask, Request
from werkzeug.exceptions import NotFound

from ...policy.layers import LayerKind
from ...policy.options import Option, Options, config_key
from ...policy.path_patterns import PathPattern
from ...policy.policy import Decision, Policy
from ...protocol import headers as h
from ...runtime.decision import decide
from ...runtime.decorated_views import iter_view_options
from ...runtime.install import install
from ...runtime.registry import BoundExtension
from ..shared.example_origins import UNTRUSTED
from ..shared.inventory import BoundPolicy, PolicySource, Route, iter_bound_policies, take_inventory
from ..shared.rule_paths import iter_sample_paths, literal_beginning
from .change import Cause
from .samples import beginnings
from .v6_app import V6App
from .v6_policy import Headers, V6Policy

MAX_PATHS = 20  # of one route


class TriedRequest(NamedTuple):
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
class PolicyComparison:
    """One policy in both versions.

    :ivar methods: those that the routes serve which it may decide on.
    """

    policy: Policy
    v6: V6Policy
    source: PolicySource
    methods: tuple[str, ...]

    @property
    def options(self) -> Options:
        return self.policy.options

    @property
    def at(self) -> str:
        """What a reader calls it."""
        source = self.source
        return source.name if source.kind == "view" else source.resource

    def was_read(self, option: str) -> bool:
        """Return whether 6.0.5 read an option from where this version does."""
        setting: Option[Any] = getattr(self.options, option)
        return not (self.source.kind == "blueprint" and setting.layer.kind is LayerKind.CONFIG)

    def cause(self, option: str) -> Cause:
        """Return where an option was given; for a default, what the policy was bound by."""
        setting: Option[Any] = getattr(self.options, option)
        cause = cause_of(self.source)
        if setting.layer.location is not None:
            cause = cause._replace(location=setting.layer.location)
        if setting.layer.kind is LayerKind.CONFIG or self.v6.options[option] == "":
            cause = cause._replace(subject=f"{config_key(option)} of app.config")
            if self.source.kind == "view":  # each reads the config: its line is one of many
                cause = cause._replace(location=None)
        return cause

    def respond(
        self, origin: str | None, method: str | None = None, names: str | None = None
    ) -> tuple[Headers, Headers]:
        """Return the headers of 6.0.5 and those of this version; with a method to a preflight."""
        if origin is None or method is None:
            now = self.policy.decide(origin)
        else:
            now = self.policy.decide_preflight(origin, method, names)
        return self.v6.respond(origin, method, names), headers_of(now)


class RoutedPath(NamedTuple):
    """A route, and one of its paths."""

    route: Route
    path: str


def headers_of(decision: Decision) -> Headers:
    headers = dict(decision.headers)
    if decision.vary:
        headers["Vary"] = decision.vary
    return headers


def cause_of(source: PolicySource) -> Cause:
    return Cause(source.location, "@cross_origin" if source.kind == "view" else "CORS(...)")


class AppComparison:
    """An app in both versions. It is left as it was, except that this package is attached to it,
    as after a first request.

    :ivar problems: why a request could not be tried.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.registry = install(app)
        self.resolver = self.registry.resolver()
        self.inventory = take_inventory(app)
        self.routes = self.inventory.routes
        self.v6 = V6App(app, self.registry)
        self.problems: list[str] = []

    # ---- policies ----

    @cached_property
    def policies(self) -> tuple[PolicyComparison, ...]:
        """Each policy once. Not those with callables, which 6.0.5 did not know."""
        served: dict[int, set[str]] = {}
        for route in self.routes:
            for share in route.method_groups:
                for candidate in share.candidates:
                    served.setdefault(id(candidate.policy), set()).update(share.methods)
        compared: list[PolicyComparison] = []
        for key, bound in self._bound.items():
            policy, source = bound.policy, bound.source
            if not policy.options.origins.value.functions:
                v6 = self.v6.policy(policy, is_of_blueprint=source.kind == "blueprint")
                methods = tuple(sorted(served.get(key, ())))
                compared.append(PolicyComparison(policy, v6, source, methods))
        return tuple(compared)

    @cached_property
    def _bound(self) -> dict[int, BoundPolicy]:
        by_policy: dict[int, BoundPolicy] = {}
        for bound in iter_bound_policies(self.app):
            by_policy.setdefault(id(bound.policy), bound)
        return by_policy

    def cause(self, policy: Policy | None) -> Cause:
        """Return what a policy was bound by."""
        bound = self._bound.get(id(policy))
        return Cause(None, "the app") if bound is None else cause_of(bound.source)

    def is_decorated(self, endpoint: str) -> bool:
        view = self.app.view_functions.get(endpoint)
        return view is not None and any(True for _ in iter_view_options(view))

    # ---- paths ----

    @cached_property
    def routed(self) -> tuple[RoutedPath, ...]:
        """The routes on the app's own host: each with one of its paths, and with one below each
        resource that some of its paths match."""
        return tuple(
            RoutedPath(route, path)
            for route in self.routes
            if not route.host
            for path in self._paths_of(route)
        )

    def _paths_of(self, route: Route) -> Iterator[str]:
        paths = (path for path in iter_sample_paths(route.rule) if self._serves(route, path))
        path = next(paths, None)
        if path is None:
            return
        yield path
        known = {path}
        for share in route.method_groups:
            for candidate in share.candidates:
                pattern = candidate.source.pattern
                if candidate.is_certain or pattern is None or len(known) == MAX_PATHS:
                    continue
                whole = (literal_beginning(pattern) or "").split("/")[:-1]
                below = "/".join([*whole, *path.split("/")[len(whole) :]])
                if below not in known and self._serves(route, below):
                    known.add(below)
                    yield below

    def _serves(self, route: Route, path: str) -> bool:
        return any(self.endpoint(path, method) == route.endpoint for method in route.methods[:1])

    @cached_property
    def by_path(self) -> tuple[tuple[str, str], ...]:
        """The endpoints without a policy of their own, with paths: those of the routes, and some at
        the beginning of each resource."""
        endpoints = {path: route.endpoint for route, path in self.routed}
        for bound in self.registry.bound:
            for begin in beginnings(bound):
                for path in (begin, f"{begin}1", f"{begin.rstrip('/')}1"):
                    endpoint = endpoints.get(path) or self.endpoint(path)
                    if endpoint is not None:
                        endpoints[path] = endpoint
        named = ((endpoint, path) for path, endpoint in endpoints.items())
        return tuple(each for each in named if not self.is_decorated(each[0]))

    def paths_of(self, bound: BoundExtension) -> Iterator[str]:
        """Yield the paths on which a CORS may decide."""
        for endpoint, path in self.by_path:
            if self.may_decide(bound, endpoint, path):
                yield path

    def may_decide(self, bound: BoundExtension, endpoint: str, path: str) -> bool:
        """Return whether no blueprint further in has a resource for a path."""
        for name, resources in self.resolver.resources_of(endpoint):
            if name == bound.blueprint:
                return True
            if resources.match(path) is not None:
                return False
        return False

    def endpoint(self, path: str, method: str = "GET") -> str | None:
        """Return the endpoint that serves a path."""
        return self.route(TriedRequest(path, None, method)).endpoint

    def route(self, tried: TriedRequest) -> Request:
        """Return a request after routing. It is never the current one, or its end would call the
        ``teardown_request`` functions."""
        method = "OPTIONS" if tried.is_preflight else tried.method
        path = quote(tried.path)
        context = self.app.test_request_context(path, method=method, headers=tried.headers)
        with suppress(Exception):  # of a converter: no endpoint serves it
            context.match_request()
        return context.request

    def unserved_path(self, bound: BoundExtension, pattern: PathPattern) -> str | None:
        """Return a path of a resource that no view serves, if one is known."""
        path = pattern.source
        if not pattern.is_exact:
            begin = literal_beginning(pattern) or "/"
            prefix = "" if bound.scope is None else bound.scope.prefix
            if "<" not in prefix and not begin.startswith(f"/{prefix}"):
                begin = f"/{prefix}"
            path = f"{begin.rstrip('/')}/no/such/path"
        request = self.route(TriedRequest(path, UNTRUSTED, is_preflight=True))
        return path if isinstance(request.routing_exception, NotFound) else None

    # ---- responses ----

    def respond(self, tried: TriedRequest, *, is_error: bool = False) -> tuple[Headers, Headers]:
        """Return the headers of 6.0.5 and those of this version.

        :param is_error: whether the view raises.
        """
        request = self.route(tried)
        decision = decide(self.resolver, request)[1]
        now = {} if decision is None else headers_of(decision)
        return self.v6.respond(request, is_error=is_error), now

    def policy(self, tried: TriedRequest) -> Policy | None:
        """Return the policy that decides on a request."""
        return decide(self.resolver, self.route(tried))[0]
