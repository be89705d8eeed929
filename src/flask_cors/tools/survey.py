"""What an app tells browsers, route by route: its URL rules, the policies that they get, and where
those were bound. All commands stand on it; nothing else walks the URL map.

The policy of a view is found as a request finds it: by its ``@cross_origin``, then the rules of its
blueprints, then those of the app. What a request alone can tell is not seen: a ``@cross_origin``
below a decorator that hides it, one without :func:`functools.wraps`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from flask import Flask
from werkzeug.routing import Rule

from ..binding import Binding
from ..errors import CORSConfigError, Place
from ..headers import ALL_METHODS
from ..hooks import binding_of
from ..marks import ViewOptions, marks
from ..policy.policy import Policy
from ..policy.resources import PathPattern, ResourceMap
from .paths import Match, Paths, in_order, path_of


@dataclass(frozen=True, slots=True)
class Source:
    """Where a policy was bound.

    :ivar kind: to a view, by ``@cross_origin``, or to a blueprint or the app, by ``CORS``.
    :ivar name: the endpoint of the view, the name the blueprint is registered under, ``""``.
    :ivar pattern: the pattern of the resource; None for a view.
    """

    kind: Literal["view", "blueprint", "app"]
    name: str
    place: Place
    pattern: PathPattern | None

    @property
    def resource(self) -> str:
        """What a reader calls it."""
        if self.pattern is None:
            return "@cross_origin"
        return self.pattern.source + (f" of {self.name}" if self.name else "")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A policy that may decide.

    :ivar policy: the error, where the options of a view make none.
    :ivar is_certain: whether it decides on all paths that come to it; else on those that match
        the pattern.
    """

    policy: Policy | CORSConfigError
    source: Source
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Share:
    """Methods of a route that get the same policy.

    :ivar candidates: in the order in which they are asked: the first that matches decides.
    """

    methods: tuple[str, ...]
    candidates: tuple[Candidate, ...]

    @property
    def is_covered(self) -> bool:
        """Whether each path gets a policy, or an error."""
        return bool(self.candidates) and self.candidates[-1].is_certain


@dataclass(frozen=True, slots=True)
class Route:
    """One URL rule. OPTIONS that Flask answers itself is none of its methods: a preflight gets the
    policy of the method that it asks for.

    :ivar host: the host, or the subdomain, as the rule has it.
    """

    rule: Rule
    path: str
    host: str
    endpoint: str
    methods: tuple[str, ...]
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """A policy, what it was bound to, and the resource that it holds for."""

    source: Source
    policy: Policy


@dataclass(frozen=True, slots=True)
class Survey:
    """What there is to know about an app.

    :ivar routes: sorted by host and path.
    :ivar bound: as declared, those of the app first.
    """

    app: Flask
    routes: tuple[Route, ...]
    bound: tuple[Bound, ...]


def survey(app: Flask) -> Survey:
    """Look at each URL rule of ``app``, whose config is read for the views that no request has
    reached yet."""
    surveyor = _Surveyor(app)
    rules = [rule for rule in app.url_map.iter_rules() if not rule.build_only]
    routes = sorted(map(surveyor.route, rules), key=lambda route: (route.host, route.path))
    return Survey(app, tuple(routes), tuple(surveyor.bound()))


def everything_bound(app: Flask) -> Iterator[Bound]:
    """The policies of the app, its blueprints and its decorated views."""
    surveyor = _Surveyor(app)
    yield from surveyor.bound()
    for endpoint, options in surveyor.marked():
        policy = surveyor.binding.meet(options)
        if isinstance(policy, Policy):
            yield Bound(Source("view", endpoint, options.place, None), policy)


def source_of(app: Flask, policy: Policy, path: str) -> Source:
    """Where the policy that a request to ``path`` got was bound."""
    return _Surveyor(app).source_of(policy, path)


class _Surveyor:
    def __init__(self, app: Flask) -> None:
        self.app = app
        self.binding: Binding = binding_of(app)
        self._ordered: dict[str, list[PathPattern]] = {}
        # The methods of rules without converters, which come before the others.
        self._static: dict[tuple[str, str], set[str]] = {}
        for rule in app.url_map.iter_rules():
            if "<" not in rule.rule and not rule.build_only:
                served = self._static.setdefault((_host(rule), path_of(rule)), set())
                served.update(_methods(rule))

    def _maps(self) -> Iterator[tuple[str, ResourceMap[Policy]]]:
        yield "", self.binding.rules
        yield from ((name, bound.rules) for name, bound in self.binding.blueprints.items())

    def bound(self) -> Iterator[Bound]:
        for name, rules in self._maps():
            for pattern, policy in rules.rules.items():
                yield Bound(self._source(name, pattern), policy)

    def marked(self) -> Iterator[tuple[str, ViewOptions]]:
        for endpoint, view in self.app.view_functions.items():
            yield from ((endpoint, options) for _, options in marks(view))

    def source_of(self, policy: Policy, path: str) -> Source:
        for endpoint, options in self.marked():
            if self.binding.meet(options) is policy:
                return Source("view", endpoint, options.place, None)
        for options, met in self.binding.met():
            if met is policy:  # of a view behind a decorator that hides its mark
                return Source("view", "", options.place, None)
        # Resources may share a policy: which of them matched?
        return next(
            self._source(name, pattern)
            for name, rules in self._maps()
            if (pattern := ResourceMap((each, each) for each in rules.rules).match(path))
            and rules.rules[pattern] is policy
        )

    def route(self, rule: Rule) -> Route:
        methods = _methods(rule)
        view = self.app.view_functions.get(rule.endpoint)
        own = {} if view is None else dict(marks(view))
        by_options: dict[ViewOptions | None, list[str]] = {}
        for method in methods:
            by_options.setdefault(own.get(method) or own.get(""), []).append(method)
        shares = [
            Share(
                tuple(served),
                tuple(self._by_path(rule, served))
                if options is None
                else (self._by_view(rule.endpoint, options),),
            )
            for options, served in by_options.items()
        ]
        return Route(rule, rule.rule, _host(rule), rule.endpoint, methods, tuple(shares))

    def _by_view(self, endpoint: str, options: ViewOptions) -> Candidate:
        source = Source("view", endpoint, options.place, None)
        return Candidate(self.binding.meet(options), source, is_certain=True)

    def _by_path(self, rule: Rule, methods: Iterable[str]) -> Iterator[Candidate]:
        """The policies that the paths of ``rule`` may get, up to one that is certain."""
        paths = Paths(rule)
        for name, rules in self.binding.rules_of(rule.endpoint):
            for pattern in self._in_order(name, rules):
                match = paths.match(pattern)
                if match is Match.NONE or self._is_taken(rule, methods, paths, pattern):
                    continue
                source = self._source(name, pattern)
                yield Candidate(rules.rules[pattern], source, match is Match.ALL)
                if match is Match.ALL:
                    return

    def _in_order(self, name: str, rules: ResourceMap[Policy]) -> list[PathPattern]:
        ordered = self._ordered.get(name)
        if ordered is None:
            ordered = self._ordered[name] = in_order(rules.rules)
        return ordered

    def _is_taken(
        self, rule: Rule, methods: Iterable[str], paths: Paths, pattern: PathPattern
    ) -> bool:
        """Whether another rule, without converters, serves the one path of ``pattern``."""
        if paths.static is not None or not pattern.is_exact:
            return False
        return self._static.get((_host(rule), pattern.source), set()).issuperset(methods)

    def _source(self, name: str, pattern: PathPattern) -> Source:
        place = self.binding.places[name, pattern]
        return Source("blueprint" if name else "app", name, place, pattern)


def _methods(rule: Rule) -> tuple[str, ...]:
    methods = set(ALL_METHODS if rule.methods is None else rule.methods)
    if getattr(rule, "provide_automatic_options", False):
        methods.discard("OPTIONS")
    return tuple(sorted(methods))


def _host(rule: Rule) -> str:
    return rule.host or rule.subdomain or ""
