"""HTTPRoutes of the Gateway API, with its CORS filter.

The gateway tries whole paths first, then the longest beginning, whatever the order of the rules.
So the rules of a plan are evaluated for each path and beginning that they name, and the result is
written there. A regex has no place in that order that all gateways agree on.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from ...diagnostics.format import format_value
from ...protocol import headers as h
from .addresses import Target
from .edge_policy import EdgePolicy, Report
from .edge_rules import EdgeRule
from .kubernetes_routes import (
    REQUESTED_METHOD,
    Filter,
    describe,
    head,
    is_plain,
    is_simple,
    read_filters,
    read_lists,
    read_max_age,
    read_rules,
)
from .obstacles import ExportError, Obstacle, UnportableError
from .plan import EdgePlan, RegexDialect
from .rule_index import is_met
from .yaml_syntax import Yaml, to_lines

REGEX_DIALECT = RegexDialect.RE2

# The limits of the resource.
MAX_ITEMS = 64
MAX_MATCHES, MAX_MATCHES_OF_ROUTE, MAX_RULES = 64, 128, 16
MAX_PATH_VALUE, MAX_ORIGIN = 1024, 253

_is_origin = re.compile(
    r"https?://(?:\*\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::[0-9]{1,5})?"
).fullmatch

# No method that a rule names.
_ANY_OTHER = ""

_INSTRUCTIONS = """\
Made by `flask cors export gateway-api`: HTTPRoutes with the CORS policy of the app. Apply them with
`kubectl apply -f FILE`, and compare this file with the app by `--check FILE`."""


class Key(NamedTuple):
    """What the gateway looks a path up by.

    :ivar is_exact: whether it is a whole path; otherwise all that is below it, too.
    """

    path: str
    is_exact: bool


class Requests(NamedTuple):
    """Some of the requests for a path.

    :ivar method: None for all.
    :ivar requested_method: that of preflights, whose method is OPTIONS; None for all requests.
    """

    method: str | None = None
    requested_method: str | None = None


Match = tuple[Key, Requests]


def render(plan: EdgePlan, target: Target) -> str:
    """Return the HTTPRoutes.

    :raises ExportError: naming each part of the plan that they cannot state.
    """
    filters = read_filters(plan, _read_filter)
    rules = read_rules(plan, filters)
    _check_paths(plan.root, rules)
    decided = _decide(rules)
    _check_other_spellings(decided, filters, plan.deep_views)
    by_policy: dict[int | None, list[Match]] = {}
    for key, decisions in decided.items():
        for requests, policy in decisions.items():
            matches = ((each, requests) for each in _below(plan.root, key))
            by_policy.setdefault(policy, []).extend(matches)
    parts = [
        (some, None if policy is None else filters[policy])
        for policy, matches in sorted(by_policy.items(), key=lambda each: each[0] is None)
        for some in _chunks(matches, MAX_MATCHES)
    ]
    documents = (
        ["---", *to_lines(_route(target, number, some))]
        for number, some in enumerate(_routes(parts), 1)
    )
    return "\n".join([*head(_INSTRUCTIONS, plan), *chain(*documents)]) + "\n"


# ---- filters -----------------------------------------------------------------------------------


def _read_filter(policy: EdgePolicy, report: Report) -> Filter:
    origins = policy.origins
    for regex in origins.regexes[len(origins.patterns) :]:
        report(f"origins: the regex {format_value(regex.exact)}: list the origins")
    listed = ["*"] if origins.any else [*origins.exact, *origins.patterns]
    for origin in listed:
        if origin.endswith(":*"):
            report(f"origins: {format_value(origin)}, a pattern of ports: list the ports")
        elif origin != "*" and not (_is_origin(origin) and len(origin) <= MAX_ORIGIN):
            report(f"origins: {format_value(origin)}, which is not of http, https and a host name")
    filter_: Filter = {"allowOrigins": listed, **read_lists(policy, report)}
    if filter_.get("exposeHeaders") == ["*"] and "allowCredentials" in filter_:
        report("expose_headers: '*' exposes nothing with credentials: list the names")
    for key, value in filter_.items():
        if isinstance(value, list) and len(value) > MAX_ITEMS:
            report(f"{key}: it has {len(value):,} items, and a filter at most {MAX_ITEMS}")
    max_age = read_max_age(policy, report)
    return filter_ if max_age is None else {**filter_, "maxAge": max_age}


# ---- paths -------------------------------------------------------------------------------------


def _check_paths(root: str, rules: Iterable[EdgeRule]) -> None:
    """
    :raises ExportError: naming the paths that the gateway cannot match.
    """
    obstacles: list[Obstacle] = []
    for condition in dict.fromkeys(each for rule in rules for each in rule.conditions):
        texts = [f"{root}{each}" for each in (*condition.literals, condition.beginning or "")]
        if not is_simple(condition):
            reason = (
                "gateways differ in when a regex decides: write a path, or one with /* at its end"
            )
        elif not is_plain(condition):
            reason = "it holds a character that a URL may escape, which gateways do not compare"
        elif max(map(len, texts)) > MAX_PATH_VALUE:
            reason = f"a path of a route has at most {MAX_PATH_VALUE:,} characters"
        else:
            continue
        obstacles.append(Obstacle(describe(condition), reason))
    if obstacles:
        raise ExportError(obstacles)


def _keys(rules: Sequence[EdgeRule]) -> list[Key]:
    """Return what the rules name, and the root, below which is everything."""
    keys = {Key("/", False)}
    for condition in (each for rule in rules for each in rule.conditions):
        if condition.beginning is None:
            keys.update(Key(path, True) for path in condition.literals)
        else:
            keys.add(Key(condition.beginning.rstrip("/") or "/", False))
    return sorted(keys)


def _below(root: str, key: Key) -> Iterator[Key]:
    """Yield what the gateway has to look up for a key below the root of the app."""
    path = f"{root}{key.path}"
    if key.is_exact:
        yield Key(path, True)
    if key.path == "/":  # the root itself, for the gateway with a slash at its end, and without
        path = root or "/"
    if not key.is_exact or path == root:
        yield Key(path, key.is_exact)


Decisions = dict[Requests, int | None]


def _decide(rules: Sequence[EdgeRule]) -> dict[Key, Decisions]:
    """Return the numbers of the policies by the key and the requests, without the keys that decide
    as those do that come behind them.

    :raises ExportError: naming the paths whose policies the gateway cannot tell apart.
    """
    keys = _keys(rules)
    obstacles: list[Obstacle] = []
    decided: dict[Key, Decisions] = {}
    # A segment that no rule names.
    other = "~" * (max(len(key.path) for key in keys) + 1)
    for key in keys:
        path = key.path if key.is_exact else f"{key.path.rstrip('/')}/{other}"
        try:
            decided[key] = dict(_decide_on(rules, path))
        except UnportableError as error:
            obstacles.append(Obstacle(format_value(key.path), f"{error}"))
    if obstacles:
        raise ExportError(obstacles)
    return {
        key: decisions
        for key, decisions in decided.items()
        if (behind := _behind(key, decided)) is None or decided[behind] != decisions
    }


def _behind(key: Key, keys: Container[Key]) -> Key | None:
    """Return the key that decides on a path if ``key`` does not; None for the root."""
    path = key.path
    if key.is_exact and Key(path, False) in keys:
        return Key(path, False)
    while path != "/":
        path = path.rstrip("/").rpartition("/")[0] or "/"
        if Key(path, False) in keys:
            return Key(path, False)
    return None


def _decide_on(rules: Sequence[EdgeRule], path: str) -> Iterator[tuple[Requests, int | None]]:
    """Yield the policies of a path.

    A filter is never put where a method other than OPTIONS is matched: some gateways then take it
    for the preflights of all methods.

    :raises UnportableError: for several of them.
    """
    of_path = [rule for rule in rules if all(is_met(each, path) for each in rule.conditions)]
    methods = (*h.ALL_METHODS, _ANY_OTHER)
    actual = {each: _first(of_path, each, is_preflight=False) for each in methods}
    preflight = {each: _first(of_path, each, is_preflight=True) for each in methods}
    policies = {*actual.values(), *preflight.values()} - {None}
    if len(policies) > 1:
        raise UnportableError(
            "it has several policies, by the method: give all methods of a path one policy"
        )
    policy = next(iter(policies), None)
    yield Requests(), policy
    if policy is None:
        return
    for method in h.ALL_METHODS:
        if actual[method] is None and method != "OPTIONS":
            yield Requests(method), None
    default = policy if {preflight[_ANY_OTHER], actual["OPTIONS"]} == {policy} else None
    if default is None:
        yield Requests("OPTIONS"), None
    for method in h.ALL_METHODS:
        if preflight[method] != default:
            yield Requests("OPTIONS", method), preflight[method]


def _first(rules: Iterable[EdgeRule], method: str, *, is_preflight: bool) -> int | None:
    for rule in rules:
        takes_method = rule.methods is None or method in rule.methods
        if takes_method and (is_preflight or not rule.preflights_only):
            return rule.policy
    return None


# ---- other spellings ---------------------------------------------------------------------------

# What a filter lists.
_LISTS = ("allowOrigins", "allowMethods", "allowHeaders", "exposeHeaders")


def _check_other_spellings(
    decided: Mapping[Key, Decisions], filters: Mapping[int, Filter], deep_views: Iterable[str]
) -> None:
    """A gateway that compares a path as it is spelled, as most do by default, does not find
    ``/api/admin`` in ``/api%2Fadmin``, ``/api//admin`` or ``/x/..%2Fapi/admin``, though the app or
    a view that opens files does: another policy decides then.

    :raises ExportError: naming the paths where that would allow more.
    """
    obstacles: list[Obstacle] = []
    for key, decisions in decided.items():
        for outer in _all_behind(key, decided):
            if key.path != "/" and not _allows_no_more(decided[outer], decisions, filters):
                reason = (
                    f"some gateways apply what {format_value(outer.path)} has, which allows more, "
                    "to '%2F' in place of a slash: give both one policy, or export it to istio"
                )
                obstacles.append(Obstacle(format_value(key.path), reason))
        for beginning in deep_views:
            if key.path.startswith(beginning) and key.path != "/":
                reason = (
                    f"a view below {format_value(beginning)} takes slashes, and some gateways "
                    "pass '..%2F' on to it: give all its paths one policy, or export it to istio"
                )
                obstacles.append(Obstacle(format_value(key.path), reason))
    if obstacles:
        raise ExportError(obstacles)


def _all_behind(key: Key, keys: Container[Key]) -> Iterator[Key]:
    behind = _behind(key, keys)
    while behind is not None:
        yield behind
        behind = _behind(behind, keys)


def _allows_no_more(outer: Decisions, decisions: Decisions, filters: Mapping[int, Filter]) -> bool:
    """Return whether ``outer`` surely allows nothing that ``decisions`` do not."""
    for requests in (*outer, *decisions):
        policy, other = _decision_on(requests, outer), _decision_on(requests, decisions)
        if policy is None or policy == other:
            continue
        if other is None or not _is_part_of(filters[policy], filters[other]):
            return False
    return True


def _decision_on(requests: Requests, decisions: Decisions) -> int | None:
    known = (requests, Requests(requests.method), Requests())
    return next(decisions[each] for each in known if each in decisions)


def _is_part_of(filter_: Filter, other: Filter) -> bool:
    for name in _LISTS:
        items, others = _items(filter_, name), _items(other, name)
        if others != {"*"} and not items <= others:
            return False
    return "allowCredentials" in other or "allowCredentials" not in filter_


def _items(filter_: Filter, name: str) -> set[str]:
    listed = filter_.get(name, [])
    assert isinstance(listed, Sequence)
    return set(map(str, listed))


# ---- routes ------------------------------------------------------------------------------------

# Some matches, and their filter; None for no filter.
Part = tuple[Sequence[Match], Filter | None]


def _chunks(matches: Sequence[Match], size: int) -> Iterator[Sequence[Match]]:
    for start in range(0, len(matches), size):
        yield matches[start : start + size]


def _routes(parts: Iterable[Part]) -> Iterator[list[Part]]:
    """Yield the parts of each route. To which of them a rule belongs makes no difference."""
    route: list[Part] = []
    for part in parts:
        matches = sum(len(each) for each, _ in (*route, part))
        if route and (len(route) == MAX_RULES or matches > MAX_MATCHES_OF_ROUTE):
            yield route
            route = []
        route.append(part)
    yield route


def _route(target: Target, number: int, parts: Iterable[Part]) -> Yaml:
    gateway: dict[str, Yaml] = {"name": target.gateway}
    if target.namespace is not None:
        gateway["namespace"] = target.namespace
    spec: dict[str, Yaml] = {"parentRefs": [gateway]}
    if target.hostnames:
        spec["hostnames"] = target.hostnames
    spec["rules"] = [_rule(target, *each) for each in parts]
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": f"{target.service}-cors-{number}"},
        "spec": spec,
    }


def _rule(target: Target, matches: Iterable[Match], filter_: Filter | None) -> Yaml:
    rule: dict[str, Yaml] = {"matches": [_match(*each) for each in matches]}
    if filter_ is not None:
        rule["filters"] = [{"type": "CORS", "cors": filter_}]
    return {**rule, "backendRefs": [{"name": target.service, "port": target.port}]}


def _match(key: Key, requests: Requests) -> Yaml:
    kind = "Exact" if key.is_exact else "PathPrefix"
    found: dict[str, Yaml] = {"path": {"type": kind, "value": key.path}}
    if requests.method is not None:
        found["method"] = requests.method
    if requests.requested_method is not None:
        name, value = REQUESTED_METHOD, requests.requested_method
        found["headers"] = [{"type": "Exact", "name": name, "value": value}]
    return found
