"""Which policy a request gets, as a list of rules of which the first that matches decides.

A view's own policy applies to the paths of its URL rules, which come in the order in which Werkzeug
tries them. Behind them come blueprint scopes, for 404, 405 and redirects, and the app's resources.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

from flask import Flask
from werkzeug.routing import Rule

from ...diagnostics.format import format_value
from ...errors import CORSConfigError
from ...policy.path_patterns import PathPattern
from ...policy.policy import Policy
from ...runtime.decorated_views import ViewOptions, iter_view_options
from ...runtime.install import registry_of
from ..shared.rule_paths import Match, Paths, sort_by_precedence
from ..shared.text import format_location
from .edge_policy import EdgePolicy, build_edge_policy
from .obstacles import Obstacle, UnportableError, UnportableRegex
from .path_conditions import ANY_PATH, PathCondition, blueprint_paths, resource_paths, route_paths
from .portable_regex import RegexDialect
from .trailing_slashes import Candidate, Decision, decide_by_both, decide_in_order, toggle_slash
from .url_rules import Route, iter_routes, may_be_below, may_share_path, redirects_to_defaults


@dataclass(frozen=True)
class EdgeRule:
    """One rule.

    :ivar conditions: on the path; all of them are to be met. The last is on the path as it is.
    :ivar methods: the methods, of a preflight the requested one, in upper case; None for all.
    :ivar preflights_only: whether it matches preflights alone.
    :ivar policy: the number of the policy; None where the response has no CORS headers.
    """

    conditions: tuple[PathCondition, ...]
    methods: tuple[str, ...] | None
    preflights_only: bool = False
    policy: int | None = None

    @property
    def ignores_method(self) -> bool:
        """Whether it decides on each request whose path it matches."""
        return self.methods is None and not self.preflights_only


class EdgeRules:
    """The rules of an app, and what of its policies no proxy can state.

    :param dialect: of the regexes of the proxy.
    :ivar obstacles: found while the rules are iterated over.
    :ivar policies: the policies of the rules, with their numbers.
    """

    def __init__(self, app: Flask, dialect: RegexDialect) -> None:
        self.obstacles: list[Obstacle] = []
        self.policies: dict[EdgePolicy, int] = {}
        self._app = app
        self._dialect = dialect
        self._registry = registry_of(app)
        self._registry.resolver()
        self._adapter = app.url_map.bind("")
        # By the identity of a policy: what it was given to, and its number.
        self._subjects: dict[int, str] = {}
        self._numbers: dict[int, int] = {}
        self._known_paths: dict[int, Paths] = {}
        self._candidates = cache(self._read_candidates)
        self._scope_condition = cache(self._read_scope_condition)
        self._known_decisions: dict[int | None, list[Decision]] = {}

    def __iter__(self) -> Iterator[EdgeRule]:
        """Yield the rules in the order in which they decide."""
        for rule in (*self._of_routes(), *self._of_any_path()):
            yield rule
            if any(each.wide is not None for each in rule.conditions):
                # Where a proxy cannot tell whether the rule matches, no later one decides.
                widened = tuple(each.widened() for each in rule.conditions)
                yield replace(rule, conditions=widened, policy=None)

    def _number(self, policy: Policy) -> int:
        key = id(policy)
        if key not in self._numbers:
            report = partial(self._add_obstacle, self._subjects[key])
            edge_policy = build_edge_policy(policy, self._dialect, report)
            self._numbers[key] = self.policies.setdefault(edge_policy, len(self.policies))
        return self._numbers[key]

    def _add_obstacle(self, subject: str, reason: object) -> None:
        self.obstacles.append(Obstacle(subject, str(reason)))

    # ---- resources of the app and of blueprints ----

    def _read_candidates(self, name: str) -> list[Candidate]:
        """Return the resources of a blueprint, by its name, or of the app, by ``""``, in order."""
        candidates: list[Candidate] = []
        bound = self._registry.blueprints.get(name)
        resources = self._registry.resources if bound is None else bound.resources
        for pattern in sort_by_precedence(resources.patterns):
            policy = resources.patterns[pattern]
            location = format_location(self._registry.locations[name, pattern])
            subject = f"{format_value(pattern.source)} ({location})"
            self._subjects.setdefault(id(policy), subject)
            try:
                condition = resource_paths(pattern, self._dialect)
            except UnportableRegex as error:
                self._add_obstacle(subject, f"resources: it {error.advice}")
            else:
                candidates.append(Candidate(pattern, policy, (), condition, _always))
        return candidates

    def _covering_chain(self, rule: Rule | None) -> list[Candidate]:
        """Return the resources that decide on what is routed to no view, in order.

        :param rule: whose paths are meant; None for any paths.
        """
        chain: list[Candidate] = []
        for name in self._covering(rule):
            condition = self._scope_condition(name)
            if condition is not None:
                scope = self._registry.blueprints[name].scope
                covers = partial(scope.covers, adapter=self._adapter)
                chain += [
                    each._replace(scope=(condition,), covers=covers)
                    for each in self._candidates(name)
                ]
        return chain + self._candidates("")

    def _covering(self, rule: Rule | None) -> Sequence[str]:
        """Return the blueprints that cover paths of a rule, the longest prefix first; None for
        all."""
        covering = [
            (name, bound.scope)
            for name, bound in self._registry.blueprints.items()
            if bound.scope.prefix and (rule is None or may_be_below(rule, f"/{bound.scope.prefix}"))
        ]
        return [name for name, _ in sorted(covering, key=lambda each: -each[1].depth)]

    def _read_scope_condition(self, name: str) -> PathCondition | None:
        subject = f"the blueprint {format_value(name)}"
        scope = self._registry.blueprints[name].scope
        if scope.subdomain:
            self._add_obstacle(subject, _ON_ONE_HOST)
            return None
        try:
            return blueprint_paths(self._app, scope.prefix)
        except UnportableError as error:
            self._add_obstacle(subject, f"of its prefix '/{scope.prefix}', {error}")
            return None

    def _view_chain(self, names: Iterable[str]) -> list[Candidate]:
        return [each for name in names for each in self._candidates(name)]

    def _names_of(self, rule: Rule) -> tuple[str, ...]:
        """Return the blueprints whose resources decide on a view, from the inside out; the app."""
        return tuple(name for name, _ in self._registry.resolver().resources_of(rule.endpoint))

    def _other_chains(self, rule: Rule) -> list[list[Candidate]]:
        """Return what else may decide on a path of a view with the slash at its end toggled: the
        resources of another view, or those that decide where there is none."""
        own, covering = self._names_of(rule), (*self._covering(rule), "")
        names = dict.fromkeys(
            self._names_of(other)
            for other in self._app.url_map.iter_rules()
            if may_share_path(rule, other, self._paths_of)
        )
        chains = [self._view_chain(each) for each in names if each not in (own, covering)]
        return chains if own == covering else [*chains, self._covering_chain(rule)]

    def _decisions_on_view(self, rule: Rule) -> list[Decision]:
        """Return what decides on a view without a policy of its own."""
        key = id(rule) if self._registry.blueprints else None
        if key not in self._known_decisions:
            own = self._view_chain(self._names_of(rule))
            others = [] if key is None else self._other_chains(rule)
            decisions = decide_by_both(own, others, _always)
            self._known_decisions[key] = list(decisions)
        return self._known_decisions[key]

    def _has_view(self, path: str) -> bool:
        """Return whether a view may serve a path, on any host and by any method."""
        return any(self._may_serve(rule, path) for rule in self._app.url_map.iter_rules())

    def _may_serve(self, rule: Rule, path: str) -> bool:
        spellings = [path] if rule.strict_slashes else [path, toggle_slash(path)]
        match = self._paths_of(rule).match
        return any(match(PathPattern(each)) is not Match.NONE for each in spellings)

    def _decide(self, rule: EdgeRule, decisions: Iterable[Decision]) -> Iterator[EdgeRule]:
        """
        :param rule: for the requests that are decided on, without a policy.
        """
        for decision in decisions:
            toggled = tuple(each for each in decision.conditions if each.toggles_slash)
            own = tuple(each for each in decision.conditions if not each.toggles_slash)
            plain = (*rule.conditions, *own)
            if len(plain) > 1:
                plain = tuple(each for each in plain if each != ANY_PATH)
            number = None if decision.policy is None else self._number(decision.policy)
            yield replace(rule, conditions=(*toggled, *plain), policy=number)

    def _of_no_view(self, requests: EdgeRule, rule: Rule) -> Iterator[EdgeRule]:
        """
        :param rule: whose paths the requests have.
        """
        yield from self._decide(requests, decide_in_order(self._covering_chain(rule)))
        yield requests

    def _of_any_path(self) -> Iterator[EdgeRule]:
        """Yield the rules of views that need not be distinguished, and of paths without a view."""
        decisions = decide_by_both(self._covering_chain(None), [], self._has_view)
        yield from self._decide(EdgeRule((), None), decisions)

    # ---- views ----

    def _of_routes(self) -> Iterator[EdgeRule]:
        routes = [each for each in iter_routes(self._app) if not each.rule.websocket]
        rules = {id(route.rule): route.rule for route in routes}
        special = {number: rule for number, rule in rules.items() if self._is_special(rule)}
        for rule in self._rules_of_one_host():
            self._add_obstacle(_describe(rule), _ON_ONE_HOST)
        paths: list[tuple[Route, PathCondition]] = []
        for route in routes:
            if self._shares_path(route.rule, special):
                try:
                    paths.append((route, self._route_condition(route)))
                except UnportableError as error:
                    self._add_obstacle(_describe(route.rule), error)
        options = [(route, condition) for route, condition in paths if route.takes_options]
        for route, condition in paths:
            if route.leads_elsewhere:
                sharing = [
                    each
                    for each in options
                    if may_share_path(route.rule, each[0].rule, self._paths_of)
                ]
                if any(other.rule is not route.rule for other, _ in sharing):
                    for other, its_own in sharing:
                        both = tuple(dict.fromkeys((condition, its_own)))
                        requests = EdgeRule(both, route.methods, preflights_only=True)
                        yield from self._of_other_preflights(other, requests)
            yield from self._of_methods(route, condition)
        # A preflight for a method that no view serves gets the policy of the view that OPTIONS is
        # routed to.
        for route, condition in options:
            requests = EdgeRule((condition,), None, preflights_only=True)
            yield from self._of_other_preflights(route, requests)

    def _is_special(self, rule: Rule) -> bool:
        """Return whether the path alone does not tell the policy of a view: it is decorated, or its
        blueprints are not those that cover its paths."""
        return bool(self._own_options(rule)) or self._names_of(rule) != (*self._covering(rule), "")

    def _own_options(self, rule: Rule) -> Mapping[str, ViewOptions]:
        """Return the options of a decorated view by the method; ``""`` for all others."""
        view = self._app.view_functions.get(rule.endpoint)
        return {} if view is None else dict(iter_view_options(view))

    def _rules_of_one_host(self) -> Iterator[Rule]:
        """Yield the rules of one host, where policies depend on views: no edge rule has a host."""
        rules = list(self._app.url_map.iter_rules())
        if any(map(self._own_options, rules)) or self._registry.blueprints:
            yield from (rule for rule in rules if rule.host or rule.subdomain)

    def _shares_path(self, rule: Rule, others: Mapping[int, Rule]) -> bool:
        return id(rule) in others or any(
            may_share_path(rule, each, self._paths_of) for each in others.values()
        )

    def _paths_of(self, rule: Rule) -> Paths:
        return self._known_paths.get(id(rule)) or self._known_paths.setdefault(
            id(rule), Paths(rule)
        )

    def _route_condition(self, route: Route) -> PathCondition:
        """
        :raises UnportableError: where more than the path tells whether the route is taken.
        """
        rule = route.rule
        if rule.alias or (rule.redirect_to is not None and self._own_options(rule)):
            raise UnportableError("it redirects: give it no policy of its own")
        if redirects_to_defaults(rule):
            raise UnportableError("a rule with defaults takes some of its paths: write one rule")
        return route_paths(route)

    def _of_methods(self, route: Route, condition: PathCondition) -> Iterator[EdgeRule]:
        requests = EdgeRule((condition,), route.methods)
        if route.leads_elsewhere:
            yield from self._of_no_view(requests, route.rule)
            return
        own = self._own_options(route.rule)
        if route.methods is None:
            yield from self._of_view(route.rule, own.get(""), requests)
            return
        by_options: dict[ViewOptions | None, list[str]] = {}
        for method in route.methods:
            by_options.setdefault(own.get(method) or own.get(""), []).append(method)
        for options, methods in by_options.items():
            yield from self._of_view(route.rule, options, replace(requests, methods=tuple(methods)))

    def _of_other_preflights(self, route: Route, requests: EdgeRule) -> Iterator[EdgeRule]:
        """
        :param requests: preflights for other methods than those that are served there.
        """
        if route.leads_elsewhere:
            yield from self._of_no_view(requests, route.rule)
            return
        own = self._own_options(route.rule)
        for method, options in own.items():
            if method and (requests.methods is None or method in requests.methods):
                of_method = replace(requests, methods=(method,))
                yield from self._of_view(route.rule, options, of_method)
        yield from self._of_view(route.rule, own.get(""), requests)

    def _of_view(
        self, rule: Rule, options: ViewOptions | None, requests: EdgeRule
    ) -> Iterator[EdgeRule]:
        if options is None:
            yield from self._decide(requests, self._decisions_on_view(rule))
            yield requests
            return
        policy = self._registry.read_view_options(options)
        location = format_location(options.location)
        subject = f"the view {format_value(rule.endpoint)} ({location})"
        if isinstance(policy, CORSConfigError):
            self._add_obstacle(subject, f"its CORS options are invalid: {policy}")
            return
        self._subjects.setdefault(id(policy), subject)
        yield replace(requests, policy=self._number(policy))


_ON_ONE_HOST = "it applies to one host: export an app for each host"


def _describe(rule: Rule) -> str:
    return f"the route {format_value(rule.rule)} of {format_value(rule.endpoint)}"


def _always(path: str) -> bool:  # noqa: ARG001  # as BlueprintScope.covers
    return True
