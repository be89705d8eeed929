"""Which policy a request gets, as a list of rules of which the first that matches decides.

A view's own policy holds for the paths of its URL rules, so these are gone through in the order in
which Werkzeug tries them. Behind them come the areas of blueprints, for 404, 405 and redirects, and
the rules of the app.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask import Flask
from werkzeug.routing import Rule

from ...binding import Area
from ...errors import CORSConfigError, shown
from ...hooks import binding_of
from ...marks import ViewOptions, marks
from ...policy.policy import Policy
from ...policy.resources import ResourceMap
from ..paths import Match, Paths, in_order
from ..text import shown_place
from .obstacles import CannotSay, Obstacle
from .path_tests import PathTest, area_test, path_test, route_test
from .regexes import Engine
from .routes import Route, is_redirected, may_lie_below, may_share, routes


@dataclass(frozen=True)
class Claim:
    """If all of it holds, it decides.

    :ivar tests: of the path: all of them.
    :ivar methods: the methods, of a preflight the one that it asks for, in upper case; None for
        every method.
    :ivar preflights_only: whether it holds for preflights alone.
    :ivar policy: None: the response says nothing of CORS.
    """

    tests: tuple[PathTest, ...]
    methods: tuple[str, ...] | None
    preflights_only: bool
    policy: Policy | None

    @property
    def doubtful(self) -> Claim | None:
        """What to put behind it: where an edge cannot tell whether it holds, nothing is said."""
        if all(test.wide is None for test in self.tests):
            return None
        tests = tuple(PathTest(test.wide or test.expression) for test in self.tests)
        return Claim(tests, self.methods, self.preflights_only, None)


class Named(NamedTuple):
    """A policy, and what a reader calls what it was bound to."""

    name: str
    policy: Policy


class Router:
    """The claims of an app, and what of them no edge can state.

    :param engine: what reads expressions at the edge.
    :ivar obstacles: what :meth:`claims` has found.
    """

    def __init__(self, app: Flask, engine: Engine) -> None:
        self.app = app
        self.engine = engine
        self.binding = binding_of(app)
        self.binding.get_ready()
        self.obstacles: list[Obstacle] = []
        self.named: dict[int, Named] = {}
        self._paths: dict[int, Paths] = {}
        self._special: list[Rule] = []
        self._areas: dict[str, PathTest | None] = {}

    def claims(self) -> Iterator[Claim]:
        """In the order in which they decide."""
        for claim in (*self._of_routes(), *self._of_nowhere(())):
            yield claim
            if claim.doubtful is not None:
                yield claim.doubtful

    # ---- rules of the app and of blueprints ----

    def _of_map(
        self,
        name: str,
        rules: ResourceMap[Policy],
        tests: tuple[PathTest, ...],
        methods: tuple[str, ...] | None,
        preflights_only: bool = False,
    ) -> Iterator[Claim]:
        for pattern in in_order(rules.rules):
            policy = rules.rules[pattern]
            called = f"{shown(pattern.source)} ({shown_place(self.binding.places[name, pattern])})"
            self.named.setdefault(id(policy), Named(called, policy))
            try:
                test = path_test(pattern, self.engine)
            except CannotSay as error:
                self.obstacles.append(Obstacle(called, _unread("resources", error)))
                continue
            also = () if test.below == "" and tests else (test,)
            yield Claim((*tests, *also), methods, preflights_only, policy)

    def _of_nowhere(
        self,
        tests: tuple[PathTest, ...],
        methods: tuple[str, ...] | None = None,
        preflights_only: bool = False,
        rule: Rule | None = None,
    ) -> Iterator[Claim]:
        """Of what is routed to no view.

        :param rule: whose paths the tests are of; None for any paths.
        """
        for name in self._covering(rule):
            bound = self.binding.blueprints[name]
            if name not in self._areas:
                self._areas[name] = self._area_test(name, bound.area)
            test = self._areas[name]
            if test is not None:
                yield from self._of_map(name, bound.rules, (*tests, test), methods, preflights_only)
        yield from self._of_map("", self.binding.rules, tests, methods, preflights_only)

    def _covering(self, rule: Rule | None) -> Sequence[str]:
        """The blueprints that cover paths of a rule, the longest prefix first; None for all."""
        areas = [(name, bound.area) for name, bound in self.binding.blueprints.items()]
        covering = [
            (name, area)
            for name, area in areas
            if area.prefix and (rule is None or may_lie_below(rule, f"/{area.prefix}"))
        ]
        return [name for name, _ in sorted(covering, key=lambda each: -each[1].depth)]

    def _area_test(self, name: str, area: Area) -> PathTest | None:
        called = f"the blueprint {shown(name)}"
        if area.subdomain:
            self.obstacles.append(Obstacle(called, _ON_A_HOST))
            return None
        try:
            return area_test(self.app, area.prefix)
        except CannotSay as error:
            self.obstacles.append(Obstacle(called, f"of its prefix '/{area.prefix}', {error}"))
            return None

    # ---- views ----

    def _is_special(self, rule: Rule) -> bool:
        """Whether a view has a policy that its path does not tell: a decorated one, and one whose
        blueprints are not those that cover its paths."""
        names = [name for name, _ in self.binding.rules_of(rule.endpoint) if name]
        return rule.endpoint in self.binding.views or names != self._covering(rule)

    def _of_routes(self) -> Iterator[Claim]:
        routed = [each for each in routes(self.app) if not each.rule.websocket]
        rules = {id(route.rule): route.rule for route in routed}
        self._special = [rule for rule in rules.values() if self._is_special(rule)]
        self.obstacles.extend(Obstacle(_called(rule), _ON_A_HOST) for rule in self._elsewhere())
        self.obstacles.extend(Obstacle(_called(rule), _OPTIONS) for rule in self._answering())
        claiming = [route for route in routed if self._matters(route.rule)]
        tests: dict[int, tuple[PathTest, ...]] = {}
        for index, route in enumerate(claiming):
            try:
                tests[index] = (self._route_test(route),)
            except CannotSay as error:
                self.obstacles.append(Obstacle(_called(route.rule), str(error)))
        takes_options = [
            index
            for index in tests
            if (methods := claiming[index].rule.methods) is None or "OPTIONS" in methods
        ]
        for index, own in tests.items():
            route = claiming[index]
            if _redirects(route):
                for other in self._that_share(claiming, takes_options, route):
                    both = tuple(dict.fromkeys((*own, *tests[other])))
                    yield from self._of_other_preflights(claiming[other], both, _methods(route))
            yield from self._of_methods(route, own)
        # A preflight for a method that no view serves there belongs to whom OPTIONS is routed to.
        for index in takes_options:
            yield from self._of_other_preflights(claiming[index], tests[index], None)

    def _that_share(
        self, claiming: Sequence[Route], indexes: Sequence[int], route: Route
    ) -> Sequence[int]:
        """Those that may take paths of ``route``, unless it is one alone: itself."""
        found = [
            index
            for index in indexes
            if may_share(route.rule, claiming[index].rule, self._paths_of)
        ]
        return found if any(claiming[index].rule is not route.rule for index in found) else ()

    def _elsewhere(self) -> Iterator[Rule]:
        """Those of one host, where policies go by views: no rule of an edge looks at the host."""
        rules = list(self.app.url_map.iter_rules())
        if any(rule.endpoint in self.binding.views for rule in rules) or self.binding.blueprints:
            yield from (rule for rule in rules if rule.host or rule.subdomain)

    def _answering(self) -> Iterator[Rule]:
        """Those with a policy whose views are asked for OPTIONS."""
        for rule in self.app.url_map.iter_rules():
            takes_options = rule.methods is None or "OPTIONS" in rule.methods
            if not takes_options or getattr(rule, "provide_automatic_options", rule.websocket):
                continue
            own = self._own(rule)
            # One of its own answers in the view's place, or is an obstacle itself.
            is_left = not own.keys() & {"", "OPTIONS"}
            if is_left and (self._may_have_policy(rule) or self._matters(rule)):
                yield rule

    def _may_have_policy(self, rule: Rule) -> bool:
        paths = self._paths_of(rule)
        return any(
            paths.match(pattern) is not Match.NONE
            for _, rules in self.binding.rules_of(rule.endpoint)
            for pattern in rules.rules
        )

    def _matters(self, rule: Rule) -> bool:
        """Whether a rule has to be told from others: for its own policy, or because it takes paths
        of one that has its own."""
        return any(
            rule is other or may_share(rule, other, self._paths_of) for other in self._special
        )

    def _paths_of(self, rule: Rule) -> Paths:
        return self._paths.get(id(rule)) or self._paths.setdefault(id(rule), Paths(rule))

    def _route_test(self, route: Route) -> PathTest:
        """
        :raises CannotSay: where more than the path tells whether the route is taken.
        """
        rule = route.rule
        if rule.alias or (rule.redirect_to is not None and rule.endpoint in self.binding.views):
            raise CannotSay("it redirects: give it no policy of its own")
        if is_redirected(rule):
            raise CannotSay("a rule with defaults takes some of its paths: write one rule")
        return route_test(route)

    def _of_methods(self, route: Route, tests: tuple[PathTest, ...]) -> Iterator[Claim]:
        methods = _methods(route)
        if _redirects(route):
            yield from self._of_nowhere(tests, methods, rule=route.rule)
            yield Claim(tests, methods, False, None)
            return
        own = self._own(route.rule)
        by_options: dict[ViewOptions | None, list[str]] = {}
        for method in methods or ():
            by_options.setdefault(own.get(method) or own.get(""), []).append(method)
        if methods is None:
            yield from self._of_view(route.rule, own.get(""), tests, None)
        for options, served in by_options.items():
            yield from self._of_view(route.rule, options, tests, tuple(served))

    def _of_other_preflights(
        self, route: Route, tests: tuple[PathTest, ...], methods: tuple[str, ...] | None
    ) -> Iterator[Claim]:
        """
        :param methods: those that are asked for; None for whatever is left.
        """
        if _redirects(route):
            yield from self._of_nowhere(tests, methods, True, route.rule)
            yield Claim(tests, methods, True, None)
            return
        own = self._own(route.rule)
        for method, options in own.items():
            if method and (methods is None or method in methods):
                yield from self._of_view(route.rule, options, tests, (method,), True)
        yield from self._of_view(route.rule, own.get(""), tests, methods, True)

    def _own(self, rule: Rule) -> dict[str, ViewOptions]:
        view = self.app.view_functions.get(rule.endpoint)
        return {} if view is None else dict(marks(view))

    def _of_view(
        self,
        rule: Rule,
        options: ViewOptions | None,
        tests: tuple[PathTest, ...],
        methods: tuple[str, ...] | None,
        preflights_only: bool = False,
    ) -> Iterator[Claim]:
        if options is None:
            for name, rules in self.binding.rules_of(rule.endpoint):
                yield from self._of_map(name, rules, tests, methods, preflights_only)
            yield Claim(tests, methods, preflights_only, None)
            return
        policy = self.binding.meet(options)
        called = f"the view {shown(rule.endpoint)} ({shown_place(options.place)})"
        if isinstance(policy, CORSConfigError):
            self.obstacles.append(Obstacle(called, f"its options make no policy: {policy}"))
            return
        self.named.setdefault(id(policy), Named(called, policy))
        yield Claim(tests, methods, preflights_only, policy)


_ON_A_HOST = "it holds for one host: export an app for each host"
_OPTIONS = "its view answers OPTIONS itself, and no edge asks it: leave OPTIONS out of its methods"


def _unread(option: str, error: CannotSay) -> str:
    return f"{option}: it {error}, which proxies read otherwise or not at all: write it without"


def _redirects(route: Route) -> bool:
    return route.redirects or route.rule.redirect_to is not None


def _methods(route: Route) -> tuple[str, ...] | None:
    return None if route.rule.methods is None else tuple(sorted(route.rule.methods))


def _called(rule: Rule) -> str:
    return f"the route {shown(rule.rule)} of {shown(rule.endpoint)}"
