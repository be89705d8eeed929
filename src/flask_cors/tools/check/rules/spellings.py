"""Rules: spellings. A view may serve several paths, and an exact resource is for one of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice

from werkzeug.routing import MapAdapter

from ....diagnostics.finding import Finding
from ....diagnostics.format import format_value
from ....policy.path_spellings import look_up_unambiguous
from ....policy.policy import DecisionReason, Policy
from ....policy.resources import ResourceMap
from ...shared.example_origins import UNTRUSTED
from ...shared.inventory import BoundPolicy, MethodGroup, PolicySource, Route
from ...shared.rule_paths import iter_sample_paths
from ..context import CheckContext, CheckRule, locate_policy
from ..policy_routes import find_decider, find_more_allowed, is_catch_all, list_some
from ..sample_requests import match_path


class BypassedResource(CheckRule):
    """An exact resource is for one path, and its view also serves other paths with another policy.

    ## Why it matters

    A converter reads `/users/01` as `/users/1`. The other path has the policy of another resource,
    which allows origins that the exact one refuses. Verified by routing the path in the message.

    ## Example

        CORS(app, resources={"/users/1": {"origins": "https://app.example"}, "/users/*": {}})
        app.add_url_rule("/users/<int:id>", view_func=lambda id: "")

    ## Use instead

        CORS(app)

        @app.get("/users/<int:id>")
        @cross_origin(origins="https://app.example")
        def user(id):
            return {"id": id}

    The policy of a decorator holds for each path of the view.

    ## When to ignore

    Where every origin may read the response.
    """

    code = "CORS511"
    title = "an exact resource whose view serves other paths"

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        adapter = context.app.url_map.bind("")
        for route, group, candidate in context.iter_candidates():
            pattern, policy = candidate.source.pattern, candidate.policy
            is_exact = pattern is not None and pattern.is_exact and not candidate.is_certain
            if not is_exact or not isinstance(policy, Policy) or is_catch_all(route):
                continue
            assert pattern is not None
            for path, origin in islice(_find_bypasses(adapter, group, pattern.source, policy), 1):
                yield cls(
                    f"resources: the view of {format_value(pattern.source)} also serves "
                    f"{format_value(path)}, which allows {origin}",
                    "decorate the view with @cross_origin(...), which holds for each of its paths",
                ).at(*locate_policy(BoundPolicy(candidate.source, policy)))


def _find_bypasses(
    adapter: MapAdapter, group: MethodGroup, exact: str, policy: Policy
) -> Iterator[tuple[str, str]]:
    """Yield other paths of the view of an exact resource, each with an origin that the policy there
    allows and that of the resource refuses."""
    method = group.methods[0]
    served = match_path(adapter, exact, method)
    for path in _respell(exact):
        other = find_decider(group, path)
        if other is not None and isinstance(other.policy, Policy):
            origin = find_more_allowed(other.policy.options, policy.options)
            if origin and served and match_path(adapter, path, method) == served:
                yield path, origin


def _respell(path: str) -> Iterator[str]:
    """Yield other paths that converters may read as the same values."""
    segments = path.split("/")
    for index, segment in enumerate(segments):
        for other in (f"0{segment}", segment.upper(), segment.lower()):
            yield "/".join([*segments[:index], other, *segments[index + 1 :]])


class UnreadablePath(CheckRule):
    """A view serves a path with and without a slash at its end, and its resource is for one of the
    two.

    ## Why it matters

    A path gets CORS headers only if all of its spellings have one policy. An exact resource, or a
    regular expression with `$` at its end, is for one of the two: pages cannot read the response of
    the other, which has the reason `AMBIGUOUS_PATH`.

    ## Example

        CORS(app, resources={"/api/admin": {"origins": "https://app.example"}, "/api/*": {}})
        app.add_url_rule("/api/admin", view_func=lambda: "", strict_slashes=False)

    ## Use instead

        CORS(app, resources={"/api/admin/*": {"origins": "https://app.example"}, "/api/*": {}})
        app.add_url_rule("/api/admin", view_func=lambda: "", strict_slashes=False)

    ## When to ignore

    Where the frontend always requests the path that the resource is for.
    """

    code = "CORS512"
    title = "a route that gets no CORS headers"

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        found: dict[PolicySource, tuple[BoundPolicy, list[str]]] = {}
        # One that decides on no route is CORS501's.
        deciding = {candidate.source for _, _, candidate in context.iter_candidates()}
        for route in context.inventory.routes:
            sources = [each.source for group in route.method_groups for each in group.candidates]
            if any(source.kind != "view" for source in sources):
                for path in filter(partial(_is_ambiguous, context, route), _served_paths(route)):
                    bound = _find_other_resource(context, path)
                    if bound.source in deciding:
                        found.setdefault(bound.source, (bound, []))[1].append(path)
        for bound, paths in found.values():
            pattern = bound.source.pattern
            assert pattern is not None
            hint = "end the regular expression with /?$ for both"
            if pattern.is_exact:
                hint = f"write {format_value(pattern.source.rstrip('/') + '/*')} for both"
            yield cls(
                f"resources: {list_some(map(format_value, paths))} gets no CORS headers, because "
                f"{format_value(pattern.source)} matches it only with another slash at its end",
                hint,
            ).at(*locate_policy(bound))


def _served_paths(route: Route) -> Iterator[str]:
    for path in iter_sample_paths(route.rule):
        yield path
        if not route.rule.strict_slashes:
            yield _toggle_slash(path)


def _toggle_slash(path: str) -> str:
    return path[:-1] if path.endswith("/") else f"{path}/"


def _is_ambiguous(context: CheckContext, route: Route, path: str) -> bool:
    maps = [resources for _, resources in context.resolver.resources_of(route.endpoint)]
    policy = look_up_unambiguous(path, lambda _: maps, has_view=True)
    return policy is not None and policy.decide(UNTRUSTED).reason is DecisionReason.AMBIGUOUS_PATH


def _find_other_resource(context: CheckContext, path: str) -> BoundPolicy:
    """Return the resource that matches a path with another slash at its end as a whole."""
    return next(
        bound
        for bound in context.inventory.bound
        if bound.source.pattern is not None
        and ResourceMap([(bound.source.pattern, None)]).matches_whole(_toggle_slash(path))
    )
