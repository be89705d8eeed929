"""Checks: resources. Which of the rules decide on nothing, and which on what another was for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ...doubts import Doubt, Severity
from ...errors import shown
from ...policy.options import Setting
from ...policy.policy import Policy
from ...policy.resources import (
    EVERY_PATH,
    PathPattern,
    ResourceMap,
    literal_part,
    parse_pattern,
)
from ..paths import Match, Paths, literal_beginning, samples
from ..routing import routed
from ..survey import Bound, Route
from ..text import listed
from ..writing import code_of
from .base import Check
from .finding import Finding
from .once import once
from .subject import Subject, where_of

_MOST = 3


_Routes = tuple[tuple[Route, Paths], ...]


class _Rule(NamedTuple):
    """A rule that decides on no route.

    :ivar routes: those that it was bound for.
    :ivar covered: those of them that match it.
    """

    bound: Bound
    pattern: PathPattern
    routes: _Routes
    covered: tuple[Route, ...]


def _matching(pattern: PathPattern, routes: _Routes) -> tuple[Route, ...]:
    return tuple(route for route, paths in routes if paths.match(pattern) is not Match.NONE)


@once
def _idle(subject: Subject) -> tuple[_Rule, ...]:
    """The rules that decide on no route. The app's are for every route, a blueprint's for its
    own."""
    return tuple(_find_idle(subject))


def _find_idle(subject: Subject) -> Iterator[_Rule]:
    deciding = {
        (candidate.source.name, candidate.source.pattern)
        for route in subject.survey.routes
        for share in route.shares
        for candidate in share.candidates
    }
    routes: dict[str, _Routes] = {}
    for bound in subject.survey.bound:
        name, pattern = bound.source.name, bound.source.pattern
        if pattern is not None and (name, pattern) not in deciding:
            if "" not in routes:
                routes[""] = tuple((each, Paths(each.rule)) for each in subject.survey.routes)
            if name not in routes:
                routes[name] = tuple(
                    (each, paths)
                    for each, paths in routes[""]
                    if each.endpoint.startswith(f"{name}.")
                )
            yield _Rule(bound, pattern, routes[name], _matching(pattern, routes[name]))


def _uncovering(subject: Subject) -> Iterator[_Rule]:
    """Those that no route matches. Not the rule for every path; nor one that covers nothing for a
    reason that CORS505 to CORS507 have told."""
    for rule in _idle(subject):
        is_told: list[Doubt] = []
        if rule.pattern.regex is None:
            parse_pattern(rule.pattern.source, is_told.append)
        if rule.pattern.source != EVERY_PATH and not is_told and not rule.covered:
            yield rule


class NoRoute(Check):
    """A rule covers paths, and no URL rule of the app has a path that this one covers. It decides
    on 404 pages at best, and the routes that it was written for have another policy, or none.
    Mostly the path is misspelled, or written without what the app puts in front of it, or it ends
    without `/*`: `/api` is that one path. Write it as `flask cors routes` shows it. Nothing is said
    of the rule for every path, `/*`."""

    code = "CORS501"
    title = "a resource that no route belongs to"

    def find(self, subject: Subject) -> Iterator[Finding]:
        for rule in _uncovering(subject):
            if _with_prefix(subject, rule) is None:
                said = f"resources: no route has a path that matches {shown(rule.pattern.source)}"
                yield self.finding(said, where_of(rule.bound), _mend(rule))


def _mend(rule: _Rule) -> str:
    """A pattern that routes do match, if the difference is a usual one."""
    source = rule.pattern.source
    if rule.pattern.regex is None:
        below = PathPattern(source.removesuffix("*").rstrip("/") + "/*")
        if _matching(below, rule.routes):
            return f"write {shown(below.source)} for what lies below"
        inner = source.removesuffix("/*")
        for route, _ in rule.routes:
            before, found, behind = f"{route.path}/".partition(f"{inner}/")
            if found and before and (source != inner or not behind):
                return f"write {shown(before + source)}, or leave it out"
    return "write the path as `flask cors routes` shows it, or leave the rule out"


class WithoutPrefix(Check):
    """The rules of a blueprint are compared with the whole path, as all others are, and the path
    begins with the blueprint's `url_prefix`. A rule for `/users` in a blueprint below `/api` covers
    none of its views, and the app's own rules decide on them. Write the prefix into the rule."""

    code = "CORS504"
    title = "a blueprint's resource without its url_prefix"

    def find(self, subject: Subject) -> Iterator[Finding]:
        for rule in _uncovering(subject):
            full = _with_prefix(subject, rule)
            if full is not None:
                said = (
                    f"resources: {shown(rule.pattern.source)} covers no view of the blueprint "
                    f"{rule.bound.source.name!r}, whose paths begin with its url_prefix"
                )
                written = code_of(full.source if full.regex is None else full.regex)
                yield self.finding(said, where_of(rule.bound), f"write {written}")


def _with_prefix(subject: Subject, rule: _Rule) -> PathPattern | None:
    """The pattern behind the ``url_prefix`` of its blueprint, if a view then matches."""
    bound = subject.binding.blueprints.get(rule.bound.source.name)
    if bound is None or not bound.area.prefix:
        return None
    full = _behind(f"/{bound.area.prefix}", rule.pattern)
    return full if _matching(full, rule.routes) else None


_CONVERTER = re.compile(r"<[^<>]*>")


def _behind(prefix: str, pattern: PathPattern) -> PathPattern:
    if pattern.regex is None and not _CONVERTER.search(prefix):
        return PathPattern(prefix + pattern.source)
    beginning = "[^/]+".join(map(re.escape, _CONVERTER.split(prefix)))
    if pattern.regex is not None:
        regex = pattern.regex
        source = beginning + re.sub(r"\A(?:\^|\\A)", "", regex.pattern)
        return PathPattern(source, re.compile(source, regex.flags))
    source = beginning + (
        re.escape(pattern.source)
        if pattern.is_exact
        else re.escape(pattern.source[:-2]) + "(?:/|$)"
    )
    return PathPattern(source, re.compile(source))


class Hidden(Check):
    """Routes match the rule, and others decide on all of them: an exact path comes before a
    pattern, a longer literal beginning before a shorter one, the first declared before its equal,
    and a blueprint's rules before the app's. What the rule says holds nowhere, and an origin that
    it was to keep out, or to let in, is not. Leave it out, or give its options to the rule that
    comes first. A note where both say the same.

    A rule that is left with the 404 pages below its beginning is no finding: it is there for what
    has no rule of its own. Nor is one whose views are all decorated, for `@cross_origin` stands in
    plain sight."""

    code = "CORS502"
    title = "a resource that others hide"

    def find(self, subject: Subject) -> Iterator[Finding]:
        for rule in _idle(subject):
            hiding = {
                shown(candidate.source.resource): candidate.policy
                for route in rule.covered
                for share in route.shares
                for candidate in share.candidates
                if candidate.source.kind != "view"
            }
            if not hiding or _decides_on_404(subject, rule):
                continue
            said = (
                f"resources: {shown(rule.pattern.source)} decides on no route: "
                f"{listed(list(hiding), _MOST)} {'comes' if len(hiding) == 1 else 'come'} first"
            )
            fix = "leave it out, or give its options to what comes first"
            same = all(
                isinstance(policy, Policy) and _agree(policy, rule.bound.policy)
                for policy in hiding.values()
            )
            severity = Severity.NOTE if same else None
            yield self.finding(said, where_of(rule.bound), fix, severity)


def _decides_on_404(subject: Subject, rule: _Rule) -> bool:
    """Whether the rule decides on a path that no route serves, and that begins like it."""
    if rule.pattern.is_exact:
        return False
    path = literal_part(rule.pattern).prefix + "a-path-that-nobody-serves"
    decided = subject.binding.policy(routed(subject.app, path), None)
    own = ResourceMap((each, each) for each in _map_of(subject, rule.bound.source.name).rules)
    return decided is rule.bound.policy and own.match(path) == rule.pattern


def _map_of(subject: Subject, name: str) -> ResourceMap[Policy]:
    binding = subject.binding
    return binding.blueprints[name].rules if name else binding.rules


def _agree(first: Policy, second: Policy) -> bool:
    """Whether two policies say the same."""
    return _values(first) == _values(second)


def _values(policy: Policy) -> list[object]:
    settings: Iterable[Setting[Any]] = policy.options
    return [setting.value for setting in settings]


class TwoExpressions(Check):
    """Two regular expressions match the same path and say different things. The one with the longer
    literal beginning decides, then the one with more literal characters, then the first declared;
    that is seldom what a reader of the two sees, and the routes may be open to more than was meant.
    Write one of the two so that it does not match. An expression for all that lies below a
    beginning, such as `/api/.*`, may stand beside a longer one: there the order is plain."""

    code = "CORS503"
    title = "two expressions for one route"

    def find(self, subject: Subject) -> Iterator[Finding]:
        paths: dict[tuple[str, PathPattern, PathPattern], list[str]] = {}
        for name, path, deciding, other in _overlaps(subject):
            of_pair = paths.setdefault((name, deciding, other), [])
            if path not in of_pair:
                of_pair.append(path)
        for (name, deciding, other), of_pair in paths.items():
            said = (
                f"resources: {shown(deciding.source)} and {shown(other.source)} both match "
                f"{shown(of_pair[0])}{_and_more(of_pair)} and differ: {shown(deciding.source)} "
                "decides"
            )
            bound = _bound_of(subject, name, other)
            fix = "write one of them so that it does not match, or give both the same options"
            yield self.finding(said, where_of(bound), fix)


def _and_more(paths: list[str]) -> str:
    return f" and {len(paths) - 1:,} more" if len(paths) > 1 else ""


def _bound_of(subject: Subject, name: str, pattern: PathPattern) -> Bound:
    bounds = subject.survey.bound
    return next(b for b in bounds if (b.source.name, b.source.pattern) == (name, pattern))


def _overlaps(subject: Subject) -> Iterator[tuple[str, str, PathPattern, PathPattern]]:
    """By the map of rules and the path: the expression that decides, and another that matches and
    differs."""
    maps = {name: _Expressions(rules) for name, rules in _maps(subject)}
    if not any(expressions.are_several for expressions in maps.values()):
        return
    for route in subject.survey.routes:
        asked = [each.source.kind for share in route.shares for each in share.candidates]
        if set(asked) <= {"view"}:
            continue
        for path in samples(route.rule):
            for name, _ in subject.binding.rules_of(route.endpoint):
                deciding = maps[name].order.match(path)
                if deciding is not None:
                    for other in maps[name].beside(deciding, path):
                        yield name, path, deciding, other
                    break


def _maps(subject: Subject) -> Iterator[tuple[str, ResourceMap[Policy]]]:
    yield "", subject.binding.rules
    for name, bound in subject.binding.blueprints.items():
        yield name, bound.rules


class _Expressions:
    """The regular expressions among the rules of one map.

    :ivar order: finds the pattern that decides.
    """

    def __init__(self, rules: ResourceMap[Policy]) -> None:
        self.order = ResourceMap((pattern, pattern) for pattern in rules.rules)
        self._policies = rules.rules
        self._differing: dict[tuple[PathPattern, PathPattern], bool] = {}
        # By what all paths that match begin with: hundreds of rules are not all to be tried.
        self._by_beginning: dict[str, list[tuple[PathPattern, re.Pattern[str]]]] = {}
        for pattern in rules.rules:
            if pattern.regex is not None:
                beginning = literal_beginning(pattern) or ""
                of_beginning = self._by_beginning.setdefault(beginning, [])
                of_beginning.append((pattern, pattern.regex))

    @property
    def are_several(self) -> bool:
        return sum(map(len, self._by_beginning.values())) > 1

    def beside(self, deciding: PathPattern, path: str) -> Iterator[PathPattern]:
        """Those that match a path too, and say something else."""
        if deciding.regex is None:
            return
        for end in range(len(path) + 1):
            for other, regex in self._by_beginning.get(path[:end], ()):
                if regex.match(path) and self._differ(deciding, other):
                    yield other

    def _differ(self, deciding: PathPattern, other: PathPattern) -> bool:
        pair = deciding, other
        if pair not in self._differing:
            self._differing[pair] = not (
                _agree(self._policies[deciding], self._policies[other])
                or _is_plainly_around(other, deciding)
            )
        return self._differing[pair]


# All that lies below a literal beginning: "/api/.*", "^/api/.+$", "/api/(.*)".
_REST = re.compile(r"\(?(?:\?:)?\.[*+]\)?(?:\$|\\Z)?\Z")


def _is_plainly_around(outer: PathPattern, inner: PathPattern) -> bool:
    """Whether ``outer`` is for all that begins with what ``inner`` begins with."""
    beginning, own = literal_part(outer).prefix, literal_part(inner).prefix
    literal = _REST.sub("", re.sub(r"\A(?:\^|\\A)", "", outer.source))
    is_around = re.sub(r"\\(\W)", r"\1", literal) == beginning
    return is_around and own != beginning and own.startswith(beginning)


CHECKS: tuple[type[Check], ...] = (NoRoute, Hidden, TwoExpressions, WithoutPrefix)
