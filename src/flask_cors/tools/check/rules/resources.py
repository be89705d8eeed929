"""Rules: resources. Some decide on no route; on some routes, several match."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from ....diagnostics.finding import Finding, Severity
from ....diagnostics.format import format_value
from ....diagnostics.source_location import SourceLocation
from ....policy.path_patterns import EVERY_PATH, PathPattern, literal_part, parse_pattern
from ....policy.policy import Policy, are_equal
from ....policy.resources import ResourceMap
from ...shared.app_transport import route_request
from ...shared.inventory import BoundPolicy, MethodGroup, PolicySource, Route
from ...shared.option_code import code_of
from ...shared.rule_paths import Match, Paths, iter_sample_paths, literal_beginning
from ..context import CheckContext, CheckRule, cached_per_check, locate_policy
from ..policy_routes import is_catch_all, list_some

_Routes = tuple[tuple[Route, Paths], ...]


# ---- resources that decide on no route ---------------------------------------------------------


class _Idle(NamedTuple):
    """A resource that decides on no route.

    :ivar routes: those that it was bound for.
    :ivar covered: those of them that match it.
    """

    bound: BoundPolicy
    pattern: PathPattern
    routes: _Routes
    covered: tuple[Route, ...]


def _find_matching(pattern: PathPattern, routes: _Routes) -> tuple[Route, ...]:
    return tuple(route for route, paths in routes if paths.match(pattern) is not Match.NONE)


@cached_per_check
def _list_paths(context: CheckContext) -> _Routes:
    return tuple((route, Paths(route.rule)) for route in context.inventory.routes)


@cached_per_check
def _find_idle(context: CheckContext) -> tuple[_Idle, ...]:
    """Return the resources that decide on no route. The app's are bound for every route, a
    blueprint's for its own."""
    sources = (candidate.source for _, _, candidate in context.iter_candidates())
    deciding = {(source.name, source.pattern) for source in sources}
    found: list[_Idle] = []
    for bound in context.inventory.bound:
        name, pattern = bound.source.name, bound.source.pattern
        if pattern is not None and (name, pattern) not in deciding:
            prefix = f"{name}." if name else ""
            routes = tuple(
                each for each in _list_paths(context) if each[0].endpoint.startswith(prefix)
            )
            found.append(_Idle(bound, pattern, routes, _find_matching(pattern, routes)))
    return tuple(found)


def _find_uncovering(context: CheckContext) -> Iterator[_Idle]:
    """Yield the resources that match no route, without the one for every path, and without those
    for which CORS505 to CORS507 give the reason."""
    for idle in _find_idle(context):
        warnings: list[Finding] = []
        if idle.pattern.regex is None:
            parse_pattern(idle.pattern.source, warnings.append)
        if idle.pattern.source != EVERY_PATH and not warnings and not idle.covered:
            yield idle


class UncoveringResource(CheckRule):
    """No URL rule of the app has a path that the resource matches.

    ## Why it matters

    The routes that it was written for have another policy, or none. Usually the path is misspelled,
    or lacks a prefix, or lacks `/*` at its end: `/api` is that one path.

    ## Example

        CORS(app, resources="/api", origins="https://app.example")
        app.add_url_rule("/api/books", view_func=lambda: "")

    ## Use instead

        CORS(app, resources="/api/*", origins="https://app.example")
        app.add_url_rule("/api/books", view_func=lambda: "")

    ## When to ignore

    Where the routes are registered only in production. The resource `/*` is not reported.
    """

    code = "CORS501"
    title = "a resource that no route belongs to"

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        for idle in _find_uncovering(context):
            if _add_prefix(context, idle) is None:
                shown = format_value(idle.pattern.source)
                message = f"resources: no route has a path that matches {shown}"
                yield cls(message, _suggest_pattern(idle)).at(*locate_policy(idle.bound))


def _suggest_pattern(idle: _Idle) -> str:
    """Return the hint: a pattern that routes do match, if the difference is a usual one."""
    source = idle.pattern.source
    if idle.pattern.regex is None:
        below = PathPattern(source.removesuffix("*").rstrip("/") + "/*")
        if _find_matching(below, idle.routes):
            return f"write {format_value(below.source)} for what lies below"
        inner = source.removesuffix("/*")
        for route, _ in idle.routes:
            before, found, behind = f"{route.path}/".partition(f"{inner}/")
            if found and before and (source != inner or not behind):
                return f"write {format_value(before + source)}, or leave it out"
    return "write the path as `flask cors routes` shows it, or leave the resource out"


class ResourceWithoutPrefix(CheckRule):
    """The resources of a blueprint are compared with the whole path, which begins with the
    blueprint's `url_prefix`. A resource for `/users` in a blueprint below
    `/api` covers none of its views, and the app's own resources decide on them. Write the prefix
    into the resource."""

    code = "CORS504"
    title = "a blueprint's resource without its url_prefix"

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        for idle in _find_uncovering(context):
            full = _add_prefix(context, idle)
            if full is not None:
                message = (
                    f"resources: {format_value(idle.pattern.source)} covers no view of the "
                    f"blueprint {idle.bound.source.name!r}, whose paths begin with its url_prefix"
                )
                hint = f"write {code_of(full.source if full.regex is None else full.regex)}"
                yield cls(message, hint).at(*locate_policy(idle.bound))


def _add_prefix(context: CheckContext, idle: _Idle) -> PathPattern | None:
    """Return the pattern behind the ``url_prefix`` of its blueprint, if a view then matches."""
    bound = context.registry.blueprints.get(idle.bound.source.name)
    if bound is None or not bound.scope.prefix:
        return None
    full = _prepend(f"/{bound.scope.prefix}", idle.pattern)
    return full if _find_matching(full, idle.routes) else None


_CONVERTER = re.compile(r"<[^<>]*>")


def _prepend(prefix: str, pattern: PathPattern) -> PathPattern:
    if pattern.regex is None and not _CONVERTER.search(prefix):
        return PathPattern(prefix + pattern.source)
    flags = 0
    if pattern.regex is not None:
        rest = re.sub(r"\A(?:\^|\\A)", "", pattern.regex.pattern)
        flags = pattern.regex.flags
    elif pattern.is_exact:
        rest = re.escape(pattern.source)
    else:
        rest = re.escape(pattern.source[:-2]) + "(?:/|$)"
    source = "[^/]+".join(map(re.escape, _CONVERTER.split(prefix))) + rest
    return PathPattern(source, re.compile(source, flags))


class HiddenResource(CheckRule):
    """The resource matches routes, and other resources decide on all of them: an exact path comes
    before a pattern, a longer literal beginning before a shorter one, of equal ones the first
    declared, and a blueprint's resources before the app's. Its options have no effect: an origin
    that it should refuse, or allow, is not refused or allowed. Leave it out, or give its options to
    the resource that comes first. It is a note where both have the same options.

    A resource that decides on the 404 pages below its beginning is not reported, nor one whose
    views are all decorated."""

    code = "CORS502"
    title = "a resource that others hide"

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        for idle in _find_idle(context):
            hiding = {
                format_value(candidate.source.resource): candidate.policy
                for route in idle.covered
                for group in route.method_groups
                for candidate in group.candidates
                if candidate.source.kind != "view"
            }
            if not hiding or _decides_on_404(context, idle):
                continue
            message = (
                f"resources: {format_value(idle.pattern.source)} decides on no route: "
                f"{list_some(hiding)} {'comes' if len(hiding) == 1 else 'come'} first"
            )
            is_same = all(
                isinstance(policy, Policy) and are_equal(policy, idle.bound.policy)
                for policy in hiding.values()
            )
            severity = Severity.NOTE if is_same else None
            hint = "leave it out, or give its options to what comes first"
            yield cls(message, hint, severity=severity).at(*locate_policy(idle.bound))


def _decides_on_404(context: CheckContext, idle: _Idle) -> bool:
    """Return whether the resource decides on a path that begins like it and is not served."""
    if idle.pattern.is_exact:
        return False
    path = literal_part(idle.pattern).prefix + "a-path-that-is-not-served"
    policy = context.resolver.policy_of(route_request(context.app, path))
    deciding = _map_patterns(context)[idle.bound.source.name].match(path)
    return policy is idle.bound.policy and deciding == idle.pattern


# ---- regular expressions that match the same path ----------------------------------------------


class AmbiguousRegexes(CheckRule):
    """Two regular expressions match the same path and have different options. The one with the
    longer literal beginning decides, then the one with more literal characters, then the first
    declared. That is easily overlooked, and the routes may be open to more origins than was meant.
    Change one of them so that it does not match. A regular expression for everything below a
    beginning, such as `/api/.*`, beside a longer one is not reported: there the order is plain."""

    code = "CORS503"
    title = "two regular expressions for one route"

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        paths: dict[tuple[str, PathPattern, PathPattern], dict[str, None]] = {}
        for name, path, deciding, other in _find_overlaps(context):
            paths.setdefault((name, deciding, other), {})[path] = None
        for (name, deciding, other), of_pair in paths.items():
            first, second = format_value(deciding.source), format_value(other.source)
            more = f" and {len(of_pair) - 1:,} more" if len(of_pair) > 1 else ""
            message = (
                f"resources: {first} and {second} both match {format_value(next(iter(of_pair)))}"
                f"{more} and differ: {first} decides"
            )
            bounds = context.inventory.bound
            bound = next(b for b in bounds if (b.source.name, b.source.pattern) == (name, other))
            hint = "write one of them so that it does not match, or give both the same options"
            yield cls(message, hint).at(*locate_policy(bound))


def _find_overlaps(context: CheckContext) -> Iterator[tuple[str, str, PathPattern, PathPattern]]:
    """Yield the blueprint, empty for the app, and the path; the regular expression that decides;
    and another one that matches and differs."""
    maps = _map_patterns(context)
    if not any(regexes.are_several for regexes in maps.values()):
        return
    for route in context.inventory.routes:
        if all(
            each.source.kind == "view" for group in route.method_groups for each in group.candidates
        ):
            continue
        for path in iter_sample_paths(route.rule):
            for name, _ in context.resolver.resources_of(route.endpoint):
                deciding = maps[name].match(path)
                if deciding is not None:
                    for other in maps[name].beside(deciding, path):
                        yield name, path, deciding, other
                    break


@cached_per_check
def _map_patterns(context: CheckContext) -> dict[str, _PatternMap]:
    """Return the resources of the app, under an empty name, and of each blueprint."""
    blueprints = context.registry.blueprints.items()
    return {
        "": _PatternMap(context.registry.resources),
        **{name: _PatternMap(bound.resources) for name, bound in blueprints},
    }


class _PatternMap:
    """The patterns of some resources, found by a path.

    :ivar match: returns the pattern that decides on a path.
    """

    def __init__(self, resources: ResourceMap[Policy]) -> None:
        self.match = ResourceMap((pattern, pattern) for pattern in resources.patterns).match
        self._policies = resources.patterns
        self._differing: dict[tuple[PathPattern, PathPattern], bool] = {}
        # By what all paths that match begin with, so that not all of hundreds are tried.
        self._by_beginning: dict[str, list[tuple[PathPattern, re.Pattern[str]]]] = {}
        for pattern in resources.patterns:
            if pattern.regex is not None:
                beginning = literal_beginning(pattern) or ""
                self._by_beginning.setdefault(beginning, []).append((pattern, pattern.regex))

    @property
    def are_several(self) -> bool:
        """Whether there are several regular expressions."""
        return sum(map(len, self._by_beginning.values())) > 1

    def beside(self, deciding: PathPattern, path: str) -> Iterator[PathPattern]:
        """Yield the regular expressions that match a path too, and have other options."""
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
                are_equal(self._policies[deciding], self._policies[other])
                or _is_plainly_around(other, deciding)
            )
        return self._differing[pair]


# Everything below a literal beginning: "/api/.*", "^/api/.+$", "/api/(.*)".
_REST = re.compile(r"\(?(?:\?:)?\.[*+]\)?(?:\$|\\Z)?\Z")


def _is_plainly_around(outer: PathPattern, inner: PathPattern) -> bool:
    """Return whether ``outer`` is for all that begins with what ``inner`` begins with."""
    beginning, own = literal_part(outer).prefix, literal_part(inner).prefix
    literal = _REST.sub("", re.sub(r"\A(?:\^|\\A)", "", outer.source))
    is_around = re.sub(r"\\(\W)", r"\1", literal) == beginning
    return is_around and own != beginning and own.startswith(beginning)


# ---- paths of one URL rule ---------------------------------------------------------------------


class AmbiguousPaths(CheckRule):
    """A URL rule whose converter accepts slashes, such as `<path:name>` and the rule of Flask's own
    static files, serves paths that get different policies. A view may remove the empty and dot
    segments of a path, so `/public/../private/a.txt` may be the file `/private/a.txt`. A path gets
    CORS headers only if all of its spellings have one policy; others get `Vary: Origin` alone, with
    the reason `AMBIGUOUS_PATH`. There is nothing to do if clients request plain paths, as browsers
    do. If they do not, give all paths of the rule the same options. A frontend's catch-all is not
    reported beside resources that have routes of their own."""

    code = "CORS509"
    title = "a URL rule whose paths get several policies"
    severity = Severity.NOTE

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        found: dict[tuple[SourceLocation, tuple[str, ...]], tuple[BoundPolicy, list[str]]] = {}
        catch_alls = [route for route in context.inventory.routes if is_catch_all(route)]
        # Resources that were written for other routes, which a frontend's catch-all only touches.
        elsewhere = {
            candidate.source
            for route, _, candidate in context.iter_candidates()
            if candidate.is_certain and route not in catch_alls
        }
        for route in catch_alls:
            for group in route.method_groups:
                bound = _find_differing(group, elsewhere)
                if len(bound) > 1 or (bound and not group.is_covered):
                    names = [format_value(each.source.resource) for each in bound]
                    names += [] if group.is_covered else ["no resource"]
                    key = bound[0].source.location, tuple(names)
                    found.setdefault(key, (bound[0], []))[1].append(route.path)
        for (_, resources), (first, paths) in found.items():
            message = (
                f"resources: requests to {list_some(paths)} with empty or dot segments may get no "
                f"CORS headers: the policies of {list_some(resources)} differ"
            )
            hint = "nothing to do if clients request plain paths; otherwise give all paths of the "
            yield cls(message, hint + "rule the same options").at(*locate_policy(first))


def _find_differing(group: MethodGroup, elsewhere: Collection[PolicySource]) -> list[BoundPolicy]:
    """Return the policies that the paths of a route get, without those of ``elsewhere``; of equal
    ones the first."""
    found: list[BoundPolicy] = []
    for candidate in group.candidates:
        policy = candidate.policy
        is_meant = candidate.is_certain or candidate.source not in elsewhere
        if not isinstance(policy, Policy) or not is_meant:
            continue
        if not any(are_equal(policy, one.policy) for one in found):
            found.append(BoundPolicy(candidate.source, policy))
    return found
