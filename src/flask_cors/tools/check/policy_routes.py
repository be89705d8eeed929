"""Which routes get which policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from ...policy.options import Options
from ...policy.origins import OriginSet
from ...policy.policy import Policy
from ...policy.resources import ResourceMap
from ..shared.example_origins import iter_test_origins
from ..shared.inventory import BoundPolicy, Candidate, MethodGroup, Route
from ..shared.rule_paths import iter_sample_paths, pieces_of, sample_path
from ..shared.text import escape_first_line, format_list
from .context import CheckContext

MAX_ROUTES_SHOWN = 5  # in a message


@dataclass
class Served:
    """A policy, and the methods of the routes that it decides on."""

    bound: BoundPolicy
    routes: list[tuple[Route, tuple[str, ...]]] = field(default_factory=list)

    @property
    def policy(self) -> Policy:
        return self.bound.policy


def find_served(context: CheckContext) -> list[Served]:
    """Return each policy that decides on a route with a view: where the route has converters, at a
    sample path."""
    by_policy: dict[int, Served] = {}
    for route in context.inventory.routes:
        if route.endpoint not in context.app.view_functions:
            continue
        for group in route.method_groups:
            found = find_decider(group, sample_path(route.rule))
            if found is not None and isinstance(found.policy, Policy):
                new = Served(BoundPolicy(found.source, found.policy))
                by_policy.setdefault(id(found.policy), new).routes.append((route, group.methods))
    return list(by_policy.values())


def find_decider(group: MethodGroup, path: str | None) -> Candidate | None:
    """Return what decides at ``path``; at every path where it is None."""
    return next((each for each in group.candidates if _decides(each, path)), None)


def _decides(candidate: Candidate, path: str | None) -> bool:
    pattern = candidate.source.pattern
    if candidate.is_certain or path is None or pattern is None:
        return candidate.is_certain
    return ResourceMap([(pattern, pattern)]).match(path) is not None


def find_undecorated(context: CheckContext, route: Route) -> Iterator[tuple[Policy, str]]:
    """Yield the policies that the paths of a route would have without ``@cross_origin``, each with
    such a path."""
    found: dict[int, tuple[Policy, str]] = {}
    for path in iter_sample_paths(route.rule):
        maps = (resources for _, resources in context.resolver.resources_of(route.endpoint))
        policy = next(filter(None, (resources.match(path) for resources in maps)), None)
        if policy is not None:
            found.setdefault(id(policy), (policy, path))
    yield from found.values()


# Origins that no app lists.
_UNLISTED = ("https://untrusted.example", "http://untrusted.example", "http://localhost:3000")


def iter_known_origins(own: Options, other: Options) -> Iterator[str]:
    """Yield origins that one of two policies may allow."""
    allowed, known = own.origins.value, other.origins.value
    yield from dict.fromkeys(chain(_UNLISTED, iter_test_origins(allowed), iter_test_origins(known)))


def allows(origins: OriginSet, origin: str) -> bool:
    """Return whether an origin is allowed; callables are not called."""
    return origins._replace(functions=()).allow_origin_for(origin) is not None


def find_more_allowed(own: Options, other: Options) -> str | None:
    """Return an origin that a policy allows, and another one refuses."""
    if other.origins.value.functions:
        return None
    return next(
        (
            origin
            for origin in iter_known_origins(own, other)
            if allows(own.origins.value, origin) and not allows(other.origins.value, origin)
        ),
        None,
    )


def is_catch_all(route: Route) -> bool:
    """Return whether a route is for all that lies below a path: its converter accepts slashes."""
    return any(
        not isinstance(piece, str) and not piece.part_isolating for piece in pieces_of(route.rule)
    )


def is_static(route: Route) -> bool:
    """Return whether a route serves the files of an app or a blueprint."""
    return route.endpoint.rpartition(".")[2] == "static"


def name_route(method: str, route: Route) -> str:
    """Return a method and a route, for a message."""
    return f"{method} {escape_first_line(route.path)}"


def list_some(routes: Iterable[str]) -> str:
    """Return the first routes, and the number of the others."""
    return format_list(list(dict.fromkeys(routes)), MAX_ROUTES_SHOWN)
