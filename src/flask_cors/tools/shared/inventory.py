"""The URL rules of an app, the policies that they get, and where those were bound.

The policy of a view is found in the order of a request: its ``@cross_origin``, the resources of its
blueprints, those of the app. A ``@cross_origin`` below a decorator without :func:`functools.wraps`
is not found, because only a request shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from flask import Flask
from werkzeug.routing import Rule

from ...diagnostics.source_location import SourceLocation
from ...errors import CORSConfigError
from ...policy.path_patterns import PathPattern
from ...policy.policy import Policy
from ...policy.resources import ResourceMap
from ...protocol.headers import ALL_METHODS
from ...runtime.decorated_views import ViewOptions, iter_view_options
from ...runtime.install import registry_of
from ...runtime.registry import Registry
from ...runtime.resolver import Resolver
from .rule_paths import Match, Paths, path_of, sort_by_precedence
from .silence import silence_reports
from .text import location_as_json


@dataclass(frozen=True, slots=True)
class PolicySource:
    """Where a policy was bound.

    :ivar kind: a view, by ``@cross_origin``; a blueprint or the app, by ``CORS``.
    :ivar name: the endpoint of the view, or the name of the registered blueprint; ``""`` for the
        app.
    :ivar pattern: the pattern of the resource; None for a view.
    """

    kind: Literal["view", "blueprint", "app"]
    name: str
    location: SourceLocation
    pattern: PathPattern | None = None

    @property
    def resource(self) -> str:
        """The name in reports."""
        if self.pattern is None:
            return "@cross_origin"
        return self.pattern.source + (f" of {self.name}" if self.name else "")

    def as_json(self) -> dict[str, object]:
        return {
            "bound_to": self.kind,
            "blueprint": self.name if self.kind == "blueprint" else None,
            "resource": None if self.pattern is None else self.pattern.source,
            "location": location_as_json(self.location),
        }


@dataclass(frozen=True, slots=True)
class Candidate:
    """A policy that may decide.

    :ivar policy: the error if the options of a view are invalid.
    :ivar is_certain: whether it decides on all paths that are left; otherwise on those that match
        its pattern.
    """

    policy: Policy | CORSConfigError
    source: PolicySource
    is_certain: bool


@dataclass(frozen=True, slots=True)
class MethodGroup:
    """Methods of a route that get the same policy.

    :ivar candidates: in order; the first that matches decides.
    """

    methods: tuple[str, ...]
    candidates: tuple[Candidate, ...]

    @property
    def is_covered(self) -> bool:
        """Whether every path gets a policy or an error."""
        return bool(self.candidates) and self.candidates[-1].is_certain


@dataclass(frozen=True, slots=True)
class Route:
    """One URL rule. Its methods do not contain Flask's automatic OPTIONS, because a preflight gets
    the policy of the requested method.

    :ivar host: the host or the subdomain of the rule.
    """

    rule: Rule
    path: str
    host: str
    endpoint: str
    methods: tuple[str, ...]
    method_groups: tuple[MethodGroup, ...]


def scopes_of(route: Route) -> Iterator[str | None]:
    """Yield the keys under which Flask has the functions that run before and after a request: None,
    and the names of the blueprints of the route, the outermost first."""
    yield None
    names = route.endpoint.split(".")[:-1]
    yield from (".".join(names[:end]) for end in range(1, len(names) + 1))


@dataclass(frozen=True, slots=True)
class BoundPolicy:
    """A policy, and what it was bound to."""

    source: PolicySource
    policy: Policy


@dataclass(frozen=True, slots=True)
class AppInventory:
    """The routes and the policies of an app.

    :ivar routes: sorted by host and path.
    :ivar bound: in the order of declaration, those of the app first.
    """

    app: Flask
    routes: tuple[Route, ...]
    bound: tuple[BoundPolicy, ...]

    @property
    def candidates(self) -> Iterator[Candidate]:
        """The candidates of all routes."""
        for route in self.routes:
            for group in route.method_groups:
                yield from group.candidates


def take_inventory(app: Flask) -> AppInventory:
    """Return the inventory of an app. The config is read for views that no request has reached."""
    inspector = _Inspector(app)
    rules = [rule for rule in app.url_map.iter_rules() if not rule.build_only]
    routes = sorted(map(inspector.inspect_route, rules), key=lambda route: (route.host, route.path))
    return AppInventory(app, tuple(routes), tuple(inspector.iter_bound()))


def iter_bound_policies(app: Flask) -> Iterator[BoundPolicy]:
    """Yield the policies of the app, its blueprints and its decorated views."""
    inspector = _Inspector(app)
    yield from inspector.iter_bound()
    for endpoint, options in inspector.iter_decorated_views():
        policy = inspector.registry.read_view_options(options)
        if isinstance(policy, Policy):
            yield BoundPolicy(PolicySource("view", endpoint, options.location), policy)


def source_of(app: Flask, policy: Policy, path: str) -> PolicySource:
    """Return where the policy of a request to ``path`` was bound."""
    return _Inspector(app).source_of(policy, path)


def source_of_resource(registry: Registry, name: str, pattern: PathPattern) -> PolicySource:
    """Return where a resource was bound: to a blueprint, or to the app if ``name`` is ``""``."""
    location = registry.locations[name, pattern]
    return PolicySource("blueprint" if name else "app", name, location, pattern)


def match_pattern(resources: ResourceMap[Policy], path: str) -> PathPattern | None:
    """Return the pattern of the resource that decides on a path."""
    return ResourceMap((pattern, pattern) for pattern in resources.patterns).match(path)


class _Inspector:
    def __init__(self, app: Flask) -> None:
        self.app = app
        self.registry = registry_of(app)
        # The methods of rules without converters, which take precedence.
        self._static: dict[tuple[str, str], set[str]] = {}
        for rule in app.url_map.iter_rules():
            if "<" not in rule.rule and not rule.build_only:
                served = self._static.setdefault((_host_of(rule), path_of(rule)), set())
                served.update(_methods_of(rule))

    @cached_property
    def resolver(self) -> Resolver:
        """The resolver. Before the first request of the app, the registry makes one per call."""
        with silence_reports(self.app):  # it warns about views
            return self.registry.resolver()

    @cached_property
    def _patterns(self) -> dict[str, list[PathPattern]]:
        """The patterns in the order in which they are tried, by what they were bound to."""
        return {name: sort_by_precedence(each.patterns) for name, each in self._iter_maps()}

    def _iter_maps(self) -> Iterator[tuple[str, ResourceMap[Policy]]]:
        yield "", self.registry.resources
        yield from ((name, bound.resources) for name, bound in self.registry.blueprints.items())

    def iter_bound(self) -> Iterator[BoundPolicy]:
        for name, resources in self._iter_maps():
            for pattern, policy in resources.patterns.items():
                yield BoundPolicy(source_of_resource(self.registry, name, pattern), policy)

    def iter_decorated_views(self) -> Iterator[tuple[str, ViewOptions]]:
        for endpoint, view in self.app.view_functions.items():
            yield from ((endpoint, options) for _, options in iter_view_options(view))

    def source_of(self, policy: Policy, path: str) -> PolicySource:
        for endpoint, options in self.iter_decorated_views():
            if self.registry.read_view_options(options) is policy:
                return PolicySource("view", endpoint, options.location)
        for options, known in self.registry.known_view_options():
            if known is policy:  # of a view behind a decorator that hides its options
                return PolicySource("view", "", options.location)
        # Several resources may share a policy: return the one that matched.
        return next(
            source_of_resource(self.registry, name, pattern)
            for name, resources in self._iter_maps()
            if (pattern := match_pattern(resources, path)) and resources.patterns[pattern] is policy
        )

    def inspect_route(self, rule: Rule) -> Route:
        methods = _methods_of(rule)
        view = self.app.view_functions.get(rule.endpoint)
        own = {} if view is None else dict(iter_view_options(view))
        by_options: dict[ViewOptions | None, list[str]] = {}
        for method in methods:
            by_options.setdefault(own.get(method) or own.get(""), []).append(method)
        groups = (
            MethodGroup(tuple(served), tuple(self._iter_candidates(rule, served, options)))
            for options, served in by_options.items()
        )
        return Route(rule, rule.rule, _host_of(rule), rule.endpoint, methods, tuple(groups))

    def _iter_candidates(
        self, rule: Rule, methods: Iterable[str], options: ViewOptions | None
    ) -> Iterator[Candidate]:
        """Yield the policy of a decorated view, or those that the paths of ``rule`` may get, up to
        one that is certain."""
        if options is not None:
            source = PolicySource("view", rule.endpoint, options.location)
            yield Candidate(self.registry.read_view_options(options), source, is_certain=True)
            return
        paths = Paths(rule)
        for name, resources in self.resolver.resources_of(rule.endpoint):
            for pattern in self._patterns[name]:
                match = paths.match(pattern)
                if match is Match.NONE or self._is_taken(rule, methods, paths, pattern):
                    continue
                policy = resources.patterns[pattern]
                source = source_of_resource(self.registry, name, pattern)
                yield Candidate(policy, source, match is Match.ALL)
                if match is Match.ALL:
                    return

    def _is_taken(
        self, rule: Rule, methods: Iterable[str], paths: Paths, pattern: PathPattern
    ) -> bool:
        """Return whether a rule without converters serves the path of an exact ``pattern``."""
        if paths.static is not None or not pattern.is_exact:
            return False
        return self._static.get((_host_of(rule), pattern.source), set()).issuperset(methods)


def _methods_of(rule: Rule) -> tuple[str, ...]:
    methods = set(ALL_METHODS if rule.methods is None else rule.methods)
    if getattr(rule, "provide_automatic_options", False):
        methods.discard("OPTIONS")
    return tuple(sorted(methods))


def _host_of(rule: Rule) -> str:
    return rule.host or rule.subdomain or ""
