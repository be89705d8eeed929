"""What the routes of HTTPRoute and VirtualService have in common: a CORS filter that is less than a
policy of the app, and the rules of a plan as such a filter applies them.

Both compare the path as the gateway has normalised it, and not as the app decodes it. A filter
lists all methods and header names that it allows, and leaves it to browsers to compare them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from ...browser.safelist import is_safelisted_method
from ...diagnostics.format import format_value
from ...policy.path_spellings import other_spellings
from ...protocol import headers as h
from .edge_policy import EdgePolicy, Outcome, Report
from .edge_rules import EdgeRule
from .layout import comment
from .obstacles import ExportError, Obstacle
from .path_conditions import ANY_PATH, PathCondition
from .plan import EdgePlan
from .yaml_syntax import Yaml

# The methods that both can list.
METHODS = (*h.ALL_METHODS, "CONNECT", "TRACE")

# The header by which a route tells preflights, as Istio requires it to be spelled.
REQUESTED_METHOD = h.REQUEST_METHOD.lower()

_WITHOUT_VARY = """\
The gateway sends no `Vary: Origin`: keep CORS in the app, or let no cache store its responses."""

_MAX_AGE = 2**31 - 1

Filter = dict[str, Yaml]
ReadFilter = Callable[[EdgePolicy, Report], Filter]

# What no URL spells in another way than as itself, or by percent-encoding what needs none.
_is_plain = re.compile(r"/[\w.~/-]*", re.ASCII).fullmatch


def read_filters(plan: EdgePlan, read: ReadFilter) -> dict[int, Filter]:
    """Return the filters by the numbers of their policies, without those that allow no origin.

    :param read: returns the filter of a policy, and reports what it cannot state.
    :raises ExportError: naming each part of a policy that a filter cannot state.
    """
    filters: dict[int, Filter] = {}
    obstacles: list[Obstacle] = []
    by_method = any(rule.methods is not None for rule in plan.rules)
    for rule in plan.rules:
        if rule.policy is None or rule.policy in filters:
            continue
        policy, subject = plan.policies[rule.policy], describe(rule.conditions[-1])
        if not (policy.origins.any or policy.origins.exact or policy.origins.regexes):
            continue
        reasons: list[str] = []
        filters[rule.policy] = read(policy, reasons.append)
        if policy.any_method and by_method:
            reasons.append("methods: '*', where policies depend on the method: list the methods")
        obstacles += (Obstacle(subject, reason) for reason in reasons)
    if obstacles:
        raise ExportError(obstacles)
    return filters


def read_lists(policy: EdgePolicy, report: Report) -> Filter:
    """Return what a filter has beside the origins and the max age."""
    if policy.names.regexes:
        report("allow_headers: a regex, where the gateway has a list: write the names")
    if policy.private_network == "true":
        report("allow_private_network: the gateway sends no such header: leave it to the app")
    for method in policy.methods:
        if method not in METHODS:
            report(f"methods: {format_value(method)}, which the gateway does not know: omit it")
    actual = dict(dict(policy.constant_headers)[Outcome.ACTUAL])
    methods = ("*",) if policy.any_method else policy.methods
    names = ("*",) if policy.names.any else policy.names.exact
    # In the app they may come twice.
    exposed = dict.fromkeys(name.strip() for name in actual.get(h.EXPOSE_HEADERS, "").split(","))
    lists: Filter = {
        "allowMethods": list(methods),
        "allowHeaders": list(names),
        "exposeHeaders": [name for name in exposed if name],
    }
    filter_: Filter = {key: value for key, value in lists.items() if value}
    if h.ALLOW_CREDENTIALS in actual:
        filter_["allowCredentials"] = True
    return filter_


def read_max_age(policy: EdgePolicy, report: Report) -> int | None:
    """Return the seconds; None where the app sends none."""
    text = dict(dict(policy.constant_headers)[Outcome.PREFLIGHT]).get(h.MAX_AGE)
    if text is None or 1 <= int(text) <= _MAX_AGE:
        return None if text is None else int(text)
    report(f"max_age: {text}, where the gateway takes 1 to {_MAX_AGE:,} seconds: write one of them")
    return None


def head(instructions: str, plan: EdgePlan) -> Iterator[str]:
    """Yield the comment at the head of a file."""
    varies = any(
        name == "Vary"
        for policy in plan.policies
        for _, sent in policy.constant_headers
        for name, _ in sent
    )
    return comment("\n".join([instructions, *([_WITHOUT_VARY] if varies else [])]))


# ---- rules -------------------------------------------------------------------------------------


def read_rules(plan: EdgePlan, filters: dict[int, Filter]) -> list[EdgeRule]:
    """Return the rules as filters apply them."""
    rules: list[EdgeRule] = []
    for rule in plan.rules:
        if any(map(_is_never_met, rule.conditions)):
            continue
        if rule.policy not in filters:
            rules.append(replace(rule, policy=None))
            continue
        missing = _refused_beside_names(plan.policies[rule.policy or 0], rule)
        if missing:
            rules.append(replace(rule, methods=missing, preflights_only=True, policy=None))
        rules.append(rule)
    return _without_idle(_without_shadowed(rules))


def _is_never_met(condition: PathCondition) -> bool:
    """Return whether all paths that meet a condition have several spellings: these have no
    policy."""
    paths = [*condition.literals, *([condition.beginning] if condition.beginning else [])]
    return not condition.toggles_slash and all(map(other_spellings, paths))


def _refused_beside_names(policy: EdgePolicy, rule: EdgeRule) -> tuple[str, ...]:
    """Return the methods that browsers allow whatever is listed, and the policy does not: with a
    header name that it allows, a browser would send them."""
    if policy.any_method or not (policy.names.any or policy.names.exact):
        return ()
    return tuple(
        method
        for method in h.ALL_METHODS
        if is_safelisted_method(method)
        and method not in policy.methods
        and (rule.methods is None or method in rule.methods)
    )


def _without_shadowed(rules: Iterable[EdgeRule]) -> Iterator[EdgeRule]:
    """Yield the rules without those whose requests an earlier one of the same paths takes."""
    earlier: dict[tuple[PathCondition, ...], list[EdgeRule]] = {}
    for rule in rules:
        known = earlier.setdefault(rule.conditions, [])
        if not any(_takes_all_of(each, rule) for each in known):
            known.append(rule)
            yield rule


def _takes_all_of(one: EdgeRule, other: EdgeRule) -> bool:
    """Return whether one rule matches the requests of another, both of the same paths."""
    if one.preflights_only and not other.preflights_only:
        return False
    return one.methods is None or set(other.methods or ("",)) <= set(one.methods)


def _without_idle(rules: Iterable[EdgeRule]) -> list[EdgeRule]:
    """Return the rules without those that decide as the ones behind them do."""
    kept: list[EdgeRule] = []
    # What decides on each request that the rules behind decide on, if that is one policy.
    policy, is_certain = None, True
    for rule in reversed(list(rules)):
        if is_certain and rule.policy == policy:
            continue
        is_certain = takes_all(rule) or (is_certain and rule.policy == policy)
        policy = rule.policy
        kept.append(rule)
    return kept[::-1]


def takes_all(rule: EdgeRule) -> bool:
    """Return whether a rule decides on every request."""
    return rule.conditions == (ANY_PATH,) and rule.ignores_method


def is_simple(condition: PathCondition) -> bool:
    """Return whether a condition names paths, or all that is below a path."""
    return (condition.beginning is None or condition.rest == "") and not condition.toggles_slash


def is_plain(condition: PathCondition) -> bool:
    """Return whether a URL has one spelling of what a condition names."""
    return all(map(_is_plain, [*condition.literals, condition.beginning or "/"]))


def describe(condition: PathCondition) -> str:
    """Return the paths of a condition, as a person would write them."""
    if condition == ANY_PATH:
        return "every path"
    if condition.beginning is None:
        return ", ".join(map(format_value, condition.literals))
    if condition.rest == "":
        return format_value(f"{condition.beginning}*")
    return f"a regex of paths below {format_value(condition.beginning)}"
