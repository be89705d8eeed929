"""A VirtualService of Istio, whose ``corsPolicy`` is Envoy's CORS filter.

Its routes are tried in their order, as the rules of a plan are, and match paths by RE2 as well. A
path is compared as it is spelled: one that an app reads otherwise than it is spelled has no policy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from ...diagnostics.format import format_value
from .addresses import Target
from .common_regexes import TWO_SPELLINGS
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
    takes_all,
)
from .obstacles import ExportError, Obstacle, UnportableError
from .path_conditions import ANY_PATH, PathCondition
from .plan import EdgePlan, RegexDialect
from .portable_regex import escape_regex
from .rule_index import is_met
from .yaml_syntax import Commented, Yaml, to_lines

REGEX_DIALECT = RegexDialect.RE2

# Istio takes no longer regex.
MAX_REGEX = 1024

_INSTRUCTIONS = """\
Made by `flask cors export istio`: a VirtualService with the CORS policy of the app. Apply it with
`kubectl apply -f FILE`, and compare it with the app by `--check FILE`."""

# Percent-encodings of what needs none, and of slashes.
_NEEDLESS_ESCAPE = r"%(?:2[DdEeFf]|3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|5[Ff]|7[Ee])"

# What browsers do not escape in a path.
_is_unescaped = re.compile(r"[!$&-;=@-\[\]_a-z~|]*").fullmatch

_begins_with_slash = re.compile(r"/(?![?*{])").match

Match = dict[str, Yaml]


def render(plan: EdgePlan, target: Target) -> str:
    """Return the VirtualService.

    :raises ExportError: naming each part of the plan that it cannot state.
    """
    filters = read_filters(plan, _read_filter)
    rules = read_rules(plan, filters)
    route: Yaml = [{"destination": {"host": target.service, "port": {"number": target.port}}}]
    by_policy = groupby(
        ((rule.policy, match) for rule, matches in _matches(plan, rules) for match in matches),
        key=lambda each: each[0],
    )
    routes: list[Yaml] = []
    if not plan.has_one_policy:
        ambiguous = f"(?s:.*)(?:{_ambiguous(rules)})(?s:.*)"
        spelled: Yaml = {"match": [{"uri": {"regex": ambiguous}}], "route": route}
        routes.append(Commented("A path with another spelling has no policy.", spelled))
    for policy, matched in by_policy:
        cors: Filter = {} if policy is None else {"corsPolicy": filters[policy]}
        routes.append({"match": [match for _, match in matched], "route": route, **cors})
    if not any(map(takes_all, rules)):
        rest: Match = {"match": _uris(plan.root, (ANY_PATH,))} if plan.root else {}
        routes.append({**rest, "route": route})
    gateway = "/".join(filter(None, (target.namespace, target.gateway)))
    service: Yaml = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": f"{target.service}-cors"},
        "spec": {
            "hosts": list(target.hostnames) or ["*"],
            "gateways": [gateway],
            "http": routes,
        },
    }
    return "\n".join([*head(_INSTRUCTIONS, plan), *to_lines(service)]) + "\n"


# ---- filters -----------------------------------------------------------------------------------


def _read_filter(policy: EdgePolicy, report: Report) -> Filter:
    origins = policy.origins
    regexes = [each.text for each in origins.regexes]
    for regex in regexes:
        if re.fullmatch(regex, "*"):
            report(f"origins: {format_value(regex)} matches '*', so Envoy would allow any origin")
        if len(regex) > MAX_REGEX:
            report(f"origins: a regex of {len(regex):,} characters; Istio takes {MAX_REGEX:,}")
    filter_: Filter = {
        "allowOrigins": [
            *([{"regex": ".*"}] if origins.any else []),
            *({"exact": each} for each in origins.exact),
            *({"regex": each} for each in regexes),
        ],
        **read_lists(policy, report),
    }
    max_age = read_max_age(policy, report)
    if max_age is not None:
        filter_["maxAge"] = f"{max_age}s"
    return {**filter_, "unmatchedPreflights": "IGNORE"}


# ---- paths -------------------------------------------------------------------------------------


def _ambiguous(rules: Iterable[EdgeRule]) -> str:
    """Return the regex of what a path has that has another spelling. What a regex of the app says
    of an escape is not what it says of the character."""
    conditions = [each for rule in rules for each in rule.conditions]
    escape = _NEEDLESS_ESCAPE if all(map(_has_one_spelling, conditions)) else "%"
    return f"{TWO_SPELLINGS}|{escape}"


def _has_one_spelling(condition: PathCondition) -> bool:
    return is_simple(condition) and is_plain(condition)


def _matches(plan: EdgePlan, rules: Iterable[EdgeRule]) -> Iterator[tuple[EdgeRule, list[Match]]]:
    """
    :raises ExportError: naming the paths that a route cannot match.
    """
    obstacles: list[Obstacle] = []
    for rule in rules:
        try:
            uris = list(_uris(plan.root, rule.conditions))
        except UnportableError as error:
            subject = " and ".join(dict.fromkeys(map(describe, rule.conditions)))
            obstacles.append(Obstacle(subject, f"{error}"))
        else:
            yield rule, [{**uri, **each} for uri in uris for each in _of_methods(rule)]
    if obstacles:
        raise ExportError(obstacles)


def _of_methods(rule: EdgeRule) -> Iterator[Match]:
    """Yield the ways to match the requests of a rule, by all but the path."""
    preflight = {"exact": "OPTIONS"}
    if rule.methods is None:
        is_any = not rule.preflights_only
        yield {} if is_any else {"method": preflight, "headers": {REQUESTED_METHOD: {}}}
        return
    for method in rule.methods:
        if method == "OPTIONS" and not rule.preflights_only:
            yield {"method": preflight, "withoutHeaders": {REQUESTED_METHOD: {}}}
        elif not rule.preflights_only:
            yield {"method": {"exact": method}}
        yield {"method": preflight, "headers": {REQUESTED_METHOD: {"exact": method}}}


def _uris(root: str, conditions: Sequence[PathCondition]) -> list[Match]:
    """Return the ways to match the paths that meet all conditions.

    :raises UnportableError: for what no single regex can say.
    """
    paths = [f"{root}{each}" for each in _whole_paths(conditions)]
    if root and all(is_met(each, "/") for each in conditions):
        paths.append(root)
    if not all(map(_is_unescaped, [*paths, *(each.beginning or "" for each in conditions)])):
        raise UnportableError("it holds a character that URLs escape, which routes do not compare")
    uris: list[Match] = [{"uri": {"exact": path}} for path in paths]
    others = [each for each in conditions if each.beginning is not None]
    if len(others) < len(conditions):
        return uris
    needed: list[PathCondition] = []
    for each in others:
        if not any(_implies(other, each) for other in needed):
            needed = [*(other for other in needed if not _implies(each, other)), each]
    if len(needed) > 1 or needed[0].toggles_slash:
        raise UnportableError(
            "a route compares a path with one regex: give the paths of either one policy"
        )
    (condition,) = needed
    if condition.rest == "":
        return [*uris, {"uri": {"prefix": f"{root}{condition.beginning}"}}]
    if root and not _begins_with_slash(condition.regex):
        raise UnportableError("below APPLICATION_ROOT, a regex of a route has to begin with /")
    regex = f"{escape_regex(root)}{condition.regex}"
    regex = regex[:-2] if regex.endswith(r"\z") else f"{regex}(?s:.*)"
    if len(regex) > MAX_REGEX:
        raise UnportableError(f"a regex of {len(regex):,} characters; Istio takes {MAX_REGEX:,}")
    return [*uris, {"uri": {"regex": regex}}]


def _whole_paths(conditions: Sequence[PathCondition]) -> list[str]:
    literals = dict.fromkeys(path for each in conditions for path in each.literals)
    return [path for path in literals if all(is_met(each, path) for each in conditions)]


def _implies(one: PathCondition, other: PathCondition) -> bool:
    """Return whether each path that meets ``one`` meets ``other``."""
    if one.toggles_slash or other.toggles_slash or other.rest != "":
        return False
    begins = (one.beginning or "").startswith(other.beginning or "")
    return begins and all(is_met(other, path) for path in one.literals)
