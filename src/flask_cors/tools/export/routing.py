"""Which policy a request gets, as a list of rules of which the first that matches decides.

A view's own policy holds for the paths of its URL rules, so these are gone through in the order in
which Werkzeug tries them. Behind them come the areas of blueprints, for 404, 405 and redirects, and
the rules of the app.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask import Flask
from werkzeug.routing import BaseConverter, Map, Rule

from ...binding import Area
from ...errors import CORSConfigError, shown
from ...hooks import binding_of
from ...marks import ViewOptions, marks
from ...policy.policy import Policy
from ...policy.resources import EVERY_PATH, PathPattern, ResourceMap
from ..paths import Match, Paths, in_order, path_of, pieces_of
from ..text import shown_place
from .obstacles import CannotSay, Obstacle
from .regexes import PATH, SEGMENT, SEGMENTS, Engine, Portable, escaped, portable
from .routes import Ending, Route, is_redirected, may_lie_below, may_share, refuses, routes


class PathTest(NamedTuple):
    """What is asked of a path. An edge that has no better means takes the expression.

    :ivar expression: matches from the start of the path.
    :ivar wide: the same, of whatever characters an edge cannot tell; None where it can.
    :ivar exact: the one path that matches.
    :ivar below: the literal path that matches, with all below it; ``""`` for every path.
    """

    expression: str
    wide: str | None = None
    exact: str | None = None
    below: str | None = None

    @property
    def is_expression(self) -> bool:
        """Whether it reads the path by an expression of the app's; or looks for the character that
        the app takes for what is no UTF-8."""
        literal = self.exact if self.below is None else self.below
        return literal is None or "\ufffd" in literal


EVERY = PathTest("/", below="")


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
    ) -> Iterator[Claim]:
        """Of what is routed to no view: the blueprints that cover it, the longest prefix first."""
        areas = [(name, bound) for name, bound in self.binding.blueprints.items()]
        covering = [(name, bound) for name, bound in areas if bound.area.prefix]
        for name, bound in sorted(covering, key=lambda each: -each[1].area.depth):
            test = self._area_test(name, bound.area)
            if test is not None:
                yield from self._of_map(name, bound.rules, (*tests, test), methods, preflights_only)
        yield from self._of_map("", self.binding.rules, tests, methods, preflights_only)

    def _area_test(self, name: str, area: Area) -> PathTest | None:
        called = f"the blueprint {shown(name)}"
        if area.subdomain:
            self.obstacles.append(Obstacle(called, _ON_A_HOST))
            return None
        rule = Rule(f"/{area.prefix}")
        Map([rule], converters=self.app.url_map.converters)
        try:
            # As Werkzeug merges slashes; and a blueprint's area takes a line break for a space.
            exact, wide, _ = _expression(rule, "/+", re.DOTALL)
        except CannotSay as error:
            self.obstacles.append(Obstacle(called, f"of its prefix {shown(rule.rule)}, {error}"))
            return None
        rest = r"(?:/|\z)"
        return PathTest(exact + rest, None if wide == exact else f"{wide}{rest}")

    # ---- views ----

    def _is_special(self, rule: Rule) -> bool:
        """Whether a view has a policy that its path does not tell."""
        names = [name for name, _ in self.binding.rules_of(rule.endpoint)]
        return rule.endpoint in self.binding.views or len(names) > 1

    def _of_routes(self) -> Iterator[Claim]:
        routed = [each for each in routes(self.app) if not each.rule.websocket]
        self.obstacles.extend(Obstacle(_called(rule), _ON_A_HOST) for rule in self._elsewhere())
        self.obstacles.extend(Obstacle(_called(rule), _OPTIONS) for rule in self._answering())
        special = [route.rule for route in routed if self._is_special(route.rule)]
        claiming = [route for route in routed if self._matters(route, special)]
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
            if route.redirects:
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
        if any(self._is_special(rule) for rule in rules) or self.binding.blueprints:
            yield from (rule for rule in rules if rule.host or rule.subdomain)

    def _answering(self) -> Iterator[Rule]:
        """Those with a policy whose views are asked for OPTIONS."""
        for rule in self.app.url_map.iter_rules():
            takes_options = rule.methods is None or "OPTIONS" in rule.methods
            if not takes_options or getattr(rule, "provide_automatic_options", rule.websocket):
                continue
            own = self._own(rule)
            # One of its own answers in the view's place, or is an obstacle itself.
            if not own.keys() & {"", "OPTIONS"} and self._may_have_policy(rule):
                yield rule

    def _may_have_policy(self, rule: Rule) -> bool:
        paths = self._paths_of(rule)
        return any(
            paths.match(pattern) is not Match.NONE
            for _, rules in self.binding.rules_of(rule.endpoint)
            for pattern in rules.rules
        )

    def _matters(self, route: Route, special: Sequence[Rule]) -> bool:
        """Whether a route has to be told from others: for its own policy, or because it takes paths
        of one that has its own, or of the area of a blueprint, which holds for what is routed to
        no view."""
        return any(
            route.rule is other or may_share(route.rule, other, self._paths_of) for other in special
        ) or any(
            may_lie_below(route.rule, f"/{bound.area.prefix}")
            for bound in self.binding.blueprints.values()
            if bound.area.prefix
        )

    def _paths_of(self, rule: Rule) -> Paths:
        return self._paths.get(id(rule)) or self._paths.setdefault(id(rule), Paths(rule))

    def _route_test(self, route: Route) -> PathTest:
        """
        :raises CannotSay: where more than the path tells whether the route is taken.
        """
        rule = route.rule
        if rule.alias or (rule.redirect_to is not None and self._is_special(rule)):
            raise CannotSay("it redirects: give it no policy of its own")
        if is_redirected(rule):
            raise CannotSay("a rule with defaults takes some of its paths: write one rule")
        exact, wide = (f"{route.ended(each)}\\z" for each in _expression(rule)[:2])
        is_static = "<" not in rule.rule and route.ending is Ending.ITS_OWN
        static = path_of(rule) if is_static else None
        return PathTest(exact, None if wide == exact else wide, static)

    def _of_methods(self, route: Route, tests: tuple[PathTest, ...]) -> Iterator[Claim]:
        methods = _methods(route)
        if route.redirects or route.rule.redirect_to is not None:
            yield from self._of_nowhere(tests, methods)
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
        if route.redirects or route.rule.redirect_to is not None:
            yield from self._of_nowhere(tests, methods, preflights_only=True)
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


def _methods(route: Route) -> tuple[str, ...] | None:
    return None if route.rule.methods is None else tuple(sorted(route.rule.methods))


def _called(rule: Rule) -> str:
    return f"the route {shown(rule.rule)} of {shown(rule.endpoint)}"


# ---- paths -------------------------------------------------------------------------------------


def path_test(pattern: PathPattern, engine: Engine) -> PathTest:
    """The test of a path pattern of ``resources``.

    :raises CannotSay: for an expression that other engines read otherwise.
    """
    if pattern.source == EVERY_PATH and pattern.regex is None:
        return EVERY
    if pattern.is_exact:
        return PathTest(rf"{escaped(pattern.source)}\z", exact=pattern.source)
    if pattern.regex is None:
        below = pattern.source.removesuffix("/*")
        return PathTest(rf"{escaped(below)}(?:/|\z)", below=below)
    read = portable(pattern.regex, PATH, engine)
    return PathTest(read.with_flag(read.exact), read.wide and read.with_flag(read.wide))


def _expression(rule: Rule, slash: str = "/", flags: int = 0) -> Portable:
    """All paths of a rule.

    :param slash: what its slashes stand for.
    :param flags: of the expressions of its converters.
    """
    exact, wide = "", ""
    pieces = list(pieces_of(rule))
    if "" in pieces[1:-1]:
        raise CannotSay("it has two converters with nothing between them: put a character there")
    if pieces[-1] == "/" and not getattr(pieces[-2:][0], "part_isolating", True):
        raise CannotSay("its last slash follows a converter that takes slashes: leave it out")
    for piece in pieces:
        if isinstance(piece, str):
            read = Portable(escaped(piece).replace("/", slash), None, ignores_case=False)
        else:
            read = _read(piece, flags)
        exact += read.exact
        wide += read.wide or read.exact
    return Portable(exact, wide, ignores_case=False)


def _read(converter: BaseConverter, flags: int) -> Portable:
    """
    :raises CannotSay: for one that refuses some, and an expression that engines read otherwise.
    """
    if refuses(converter):
        raise CannotSay(
            f"the converter {type(converter).__name__} refuses values that its expression takes: "
            "write an expression that takes no others"
        )
    subject = SEGMENT if converter.part_isolating else SEGMENTS
    try:
        return portable(re.compile(converter.regex, flags), subject)
    except CannotSay as error:
        said = f"the converter {type(converter).__name__} {error}, which proxies read otherwise"
        raise CannotSay(f"{said} or not at all: write its expression without") from None
