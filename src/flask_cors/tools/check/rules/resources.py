"""Rules: resources that decide on no route."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ....diagnostics.finding import Finding, Severity
from ....diagnostics.format import format_value
from ....policy.path_patterns import EVERY_PATH, PathPattern, literal_part, parse_pattern
from ....policy.policy import Policy, are_equal
from ...shared.app_transport import route_request
from ...shared.inventory import BoundPolicy, Route, match_pattern
from ...shared.option_code import code_of
from ...shared.rule_paths import Match, Paths
from ..context import CheckContext, CheckRule, cached_per_check, locate_policy
from ..policy_routes import list_some

_Routes = tuple[tuple[Route, Paths], ...]


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
def _find_idle(context: CheckContext) -> tuple[_Idle, ...]:
    """Return the resources that decide on no route. The app's are bound for every route, a
    blueprint's for its own."""
    sources = (candidate.source for _, _, candidate in context.iter_candidates())
    deciding = {(source.name, source.pattern) for source in sources}
    all_paths = [(route, Paths(route.rule)) for route in context.inventory.routes]
    found: list[_Idle] = []
    for bound in context.inventory.bound:
        name, pattern = bound.source.name, bound.source.pattern
        if pattern is not None and (name, pattern) not in deciding:
            prefix = f"{name}." if name else ""
            routes = tuple(each for each in all_paths if each[0].endpoint.startswith(prefix))
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
    """A blueprint's resource lacks the `url_prefix` of the blueprint.

    ## Why it matters

    The resources of a blueprint are compared with the whole path, which begins with its
    `url_prefix`. The resource covers none of the blueprint's views, and the app's own resources
    decide on them.

    ## Example

        api = Blueprint("api", "shop", url_prefix="/api")
        api.add_url_rule("/users", view_func=lambda: "")
        CORS(api, resources="/users", origins="https://app.example")
        app.register_blueprint(api)

    ## Use instead

        api = Blueprint("api", "shop", url_prefix="/api")
        api.add_url_rule("/users", view_func=lambda: "")
        CORS(api, resources="/api/users", origins="https://app.example")
        app.register_blueprint(api)

    ## When to ignore

    Never: the resource matches nothing.
    """

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
    """A resource matches routes, and other resources decide on all of them.

    ## Why it matters

    Its options have no effect: an origin that it should refuse, or allow, is not refused or
    allowed. An exact path comes before a pattern, a longer literal beginning before a shorter one,
    of equal ones the first declared, and a blueprint's resources before the app's.

    ## Example

        CORS(app, resources={
            "/.*/users": {"origins": "https://admin.example"},
            "/api/*": {"origins": "https://app.example"},
        })
        app.add_url_rule("/api/users", view_func=lambda: "")

    ## Use instead

        CORS(app, resources={
            "/api/users": {"origins": "https://admin.example"},
            "/api/*": {"origins": "https://app.example"},
        })
        app.add_url_rule("/api/users", view_func=lambda: "")

    ## When to ignore

    Where both have the same options: then it is a note. A resource that decides on the 404 pages
    below its beginning is not reported, nor one whose views are all decorated.
    """

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
    if context.resolver.policy_of(route_request(context.app, path)) is not idle.bound.policy:
        return False
    blueprint = context.registry.blueprints.get(idle.bound.source.name)
    resources = (blueprint or context.registry).resources
    return match_pattern(resources, path) == idle.pattern  # others may share the policy
