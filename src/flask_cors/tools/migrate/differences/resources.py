"""Differences in which resource a path gets, and in which CORS decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from ....diagnostics.finding import Severity
from ....diagnostics.format import format_value
from ....policy.path_spellings import look_up_unambiguous
from ....policy.policy import Policy
from ....policy.resources import ResourceMap
from ....protocol import headers as h
from ....protocol.headers import ALL_METHODS
from ....runtime.registry import BoundExtension
from ...shared.inventory import scopes_of
from .. import rules
from ..change import Cause, Change, describe, describe_error
from ..comparison import AppComparison, TriedRequest
from ..samples import beginnings, distinguishing_origins
from ..v6_policy import Headers

# A difference, and the hint.
_Explained = tuple[type[rules.Difference], str]

_COMMAS = rules.COMMAS, "nothing to do: the string is read as a list"
_DECODED = rules.DECODED_PATH, "nothing to do: resources match the path that Flask routes"
_DOTS = rules.AMBIGUOUS_PATH, "nothing to do: browsers remove dots, except after an encoded slash"
_SPELLINGS = rules.AMBIGUOUS_PATH, "give both spellings the same policy, or request the other one"
_CLOSEST = rules.CLOSEST_RESOURCE, "give the resource that should apply the longest literal prefix"
_PREFIX = (
    rules.PREFIX,
    "nothing to do if you meant whole segments; otherwise use re.compile(...) for a prefix",
)
_TOGETHER = rules.ONE_RESOURCE_TWICE, "list all origins of the resource in one CORS"


def find_other_resources(app: AppComparison) -> Iterator[Change]:
    """Yield the paths that get another resource of the same CORS."""
    for pairs in app.v6.bound.values():
        for bound, v6_resources in pairs:
            resources = ResourceMap(bound.resources)
            for path, special in _paths(app, bound):
                old, (new, is_ambiguous) = v6_resources.match(path), _match(resources, path)
                if old is None:
                    explained = _COMMAS  # which was one pattern, and matched nothing
                elif special is not None:
                    explained = special
                elif is_ambiguous:
                    explained = _SPELLINGS
                else:
                    own = ResourceMap(each for each in bound.resources if each[1] is old)
                    explained = _PREFIX if own.match(path) is None else _CLOSEST
                if old is not new:
                    yield from _first_change(app, bound, path, [old], new, explained)


def _match(resources: ResourceMap[Policy], path: str) -> tuple[Policy | None, bool]:
    """Return the policy of a path; and whether it gets none, because another spelling of the path
    has another one."""
    policy = resources.match(path)
    if look_up_unambiguous(path, lambda _: [resources], has_view=True) is policy:
        return policy, False
    return None, True


def _paths(app: AppComparison, bound: BoundExtension) -> Iterator[tuple[str, _Explained | None]]:
    """Yield paths on which a CORS may decide; those that are not the usual ones with the difference
    that they are for."""
    for path in app.paths_of(bound):
        yield path, None
    for begin in beginnings(bound):
        encoded = f"/%{ord(begin[1]):02x}{begin[2:]}"
        for paths, special in (
            ((encoded, f"{encoded}1"), _DECODED),
            ((f"{begin.rstrip('/')}/../1",), _DOTS),
        ):
            served = (each for each in paths if _is_served(app, bound, each))
            yield from ((path, special) for path in islice(served, 1))


def _is_served(app: AppComparison, bound: BoundExtension, path: str) -> bool:
    endpoint = app.endpoint(path)
    return (
        endpoint is not None
        and not app.is_decorated(endpoint)
        and app.may_decide(bound, endpoint, path)
    )


def find_several_extensions(app: AppComparison) -> Iterator[Change]:
    """Yield the paths for which two CORS have a resource, and one decides now."""
    for pairs in app.v6.bound.values():
        all_bound = [bound for bound, _ in reversed(pairs)]
        maps = [ResourceMap(bound.resources) for bound in all_bound]
        together = ResourceMap(pair for bound in reversed(all_bound) for pair in bound.resources)
        for path in app.paths_of(all_bound[0]) if len(all_bound) > 1 else ():
            found = (resources.match(path) for resources in maps)
            matched = [policy for policy in found if policy is not None]
            if len(matched) > 1:
                now = together.match(path)
                yield from _first_change(app, all_bound[0], path, matched, now, _TOGETHER)


def _first_change(
    app: AppComparison,
    bound: BoundExtension,
    path: str,
    old: Sequence[Policy | None],
    new: Policy | None,
    explained: _Explained,
) -> Iterator[Change]:
    """Yield the first origin that gets other headers, if one does: in 6.0.5 those of the first
    policy that allows it.

    What else differs is another difference, so all headers are those that 6.0.5 sends.
    """

    def headers_of(policy: Policy | None, origin: str) -> Headers:
        if policy is None:
            return {}
        return app.v6.policy(policy, is_of_blueprint=bool(bound.blueprint)).respond(origin)

    rule, hint = explained
    severity = Severity.NOTE if explained is _DOTS else None  # browsers do not request such paths
    for origin in distinguishing_origins(*old, new):
        before: Headers = next(filter(None, (headers_of(each, origin) for each in old)), {})
        now = headers_of(new, origin)
        names = [h.ALLOW_ORIGIN, *before, *now]
        name = next((each for each in names if before.get(each) != now.get(each)), None)
        if name is not None:
            yield Change(
                rule,
                f"a request from {format_value(origin)}",
                path,
                describe(before, name, origin),
                describe(now, name, origin),
                hint,
                Cause(bound.location, "CORS(...)"),
                severity,
            )
            return


# ---- blueprints --------------------------------------------------------------------------------


def find_refusals_of_blueprints(app: AppComparison) -> Iterator[Change]:
    """Yield the origins that an outer CORS allowed where that of a blueprint refused them."""
    for endpoint, path in app.by_path:
        matched = [
            (name, policy)
            for name, resources in app.resolver.resources_of(endpoint)
            if (policy := resources.match(path)) is not None
        ]
        if len(matched) < 2:
            continue
        policies = [app.v6.policy(policy, is_of_blueprint=bool(name)) for name, policy in matched]
        (name, inner), *outer = matched
        for origin in distinguishing_origins(*(policy for _, policy in outer)):
            inner_headers, *outer_headers = [policy.respond(origin) for policy in policies]
            is_refused = not inner_headers and not inner.decide(origin).allows_origin
            if is_refused and any(outer_headers):
                yield Change(
                    rules.BLUEPRINT_REFUSES,
                    f"a request from {format_value(origin)}",
                    path,
                    "allowed by the outer CORS",
                    f"refused by that of the blueprint {name}",
                    "list every origin that may use the blueprint in its own CORS",
                    app.cause(inner),
                )
                break


def find_errors_of_blueprints(app: AppComparison) -> Iterator[Change]:
    """Yield a 404 and the 405s below the prefix of a blueprint that have headers now."""
    for name, bound in app.registry.blueprints.items():
        for status, path, method in _errors_below(app, name, bound.scope.prefix):
            policy = bound.resources.match(path)
            for origin in distinguishing_origins(policy):
                before, now = app.respond(TriedRequest(path, origin, method))
                if (h.ALLOW_ORIGIN in before) != (h.ALLOW_ORIGIN in now):
                    yield Change(
                        rules.BLUEPRINT,
                        f"a {status} for a request from {format_value(origin)}",
                        path,
                        describe_error(before),
                        describe_error(now),
                        "nothing to do: the CORS of a blueprint covers its errors too",
                        app.cause(policy),
                    )
                    break


def _errors_below(app: AppComparison, name: str, prefix: str) -> Iterator[tuple[int, str, str]]:
    """Yield the status, the path and the method of requests that no view of a blueprint serves."""
    if not prefix:
        return  # it covers its own views alone
    path = f"/{prefix}/no/such/path"
    if "<" not in prefix and app.endpoint(path) is None:
        yield 404, path, "GET"
    for route, path in app.routed:
        if name in scopes_of(route):
            unserved = (each for each in ALL_METHODS if each not in (*route.methods, "OPTIONS"))
            for method in unserved:
                if app.endpoint(path, method) is None:  # no other route serves it either
                    yield 405, path, method
                    break
