"""Rules: overlaps. Several resources match the paths of one route."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from ....diagnostics.finding import Finding, Severity
from ....diagnostics.format import format_value
from ....diagnostics.source_location import SourceLocation
from ....policy.path_patterns import PathPattern, literal_part
from ....policy.policy import Policy, are_equal
from ....policy.resources import ResourceMap
from ...shared.inventory import BoundPolicy, MethodGroup, PolicySource
from ...shared.rule_paths import iter_sample_paths, literal_beginning
from ..context import CheckContext, CheckRule, locate_policy
from ..policy_routes import is_catch_all, list_some

# ---- regular expressions that match the same path ----------------------------------------------


class AmbiguousRegexes(CheckRule):
    """Two regular expressions match the same path and have different options.

    ## Why it matters

    The one with the longer literal beginning decides, then the one with more literal characters,
    then the first declared. That is easily overlooked, and the routes may be open to more origins
    than was meant.

    ## Example

        CORS(app, resources={
            "/api/.*": {"origins": "https://app.example"},
            "/.*/users": {"origins": "https://admin.example"},
        })
        app.add_url_rule("/api/users", view_func=lambda: "")

    ## Use instead

        CORS(app, resources={
            "/api/.*": {"origins": "https://app.example"},
            "/api/users": {"origins": "https://admin.example"},
        })
        app.add_url_rule("/api/users", view_func=lambda: "")

    ## When to ignore

    Where the order is meant, and a test covers the path in the message. A regular expression for
    everything below a beginning, such as `/api/.*`, beside a longer one is not reported.
    """

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
    blueprints = context.registry.blueprints.items()
    maps = {name: _PatternMap(bound.resources) for name, bound in blueprints}
    maps[""] = _PatternMap(context.registry.resources)
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
    """The paths of a URL rule whose converter accepts slashes get different policies.

    ## Why it matters

    A view may remove the empty and dot segments of a path, so `/files/open/../a.txt` may be the
    file `/files/a.txt`. A path gets CORS headers only if all of its spellings have one policy;
    others get `Vary: Origin` alone, with the reason `AMBIGUOUS_PATH`.

    ## Example

        CORS(app, resources={
            "/files/open/*": {"origins": "*"},
            "/*": {"origins": "https://app.example"},
        })
        app.add_url_rule("/files/<path:name>", view_func=lambda name: name)

    ## Use instead

        CORS(app, resources={
            "/files/*": {"origins": "*"},
            "/*": {"origins": "https://app.example"},
        })
        app.add_url_rule("/files/<path:name>", view_func=lambda name: name)

    Or keep what is open below another URL rule.

    ## When to ignore

    Where clients request plain paths, as browsers do. A frontend's catch-all is not reported beside
    resources that have routes of their own.
    """

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
