"""A policy by maps, in no proxy's words: the request, its policy, what it is to that, the headers.

A request gets the number of its policy, then a state of that policy (:class:`.answers.State`); all
constant headers are looked up by the two. A header whose map yields nothing is not said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ... import headers as h
from .answers import TOKEN, WELL_FORMED_ORIGIN, EdgePolicy, State
from .expressions import longer_than
from .maps import (
    ITSELF,
    NOTHING_ELSE,
    Case,
    Map,
    Result,
    Source,
    equal,
    found,
    otherwise,
    spelt,
    whole,
)
from .names_by_maps import GRANTED_NAMES, granted_names
from .path_tests import PathTest
from .plan import MAX_PATH, EdgeRule, Plan
from .regexes import escaped


class Request(NamedTuple):
    """By what a proxy knows a request.

    :ivar path: unescaped.
    :ivar names: ``Access-Control-Request-Headers``.
    """

    method: Source
    path: Source
    origin: Source
    asked: Source
    names: Source
    network: Source


# What is said, by which map; what the upstream says of it is dropped.
HEADERS = {
    h.ALLOW_ORIGIN: "allow_origin",
    h.ALLOW_CREDENTIALS: "allow_credentials",
    h.EXPOSE_HEADERS: "expose_headers",
    h.ALLOW_METHODS: "allow_methods",
    h.ALLOW_HEADERS: GRANTED_NAMES.name,
    h.MAX_AGE: "max_age",
    h.ALLOW_PRIVATE_NETWORK: "allow_private_network",
    "Vary": "vary",
}

# Whether the proxy answers: "1" for a preflight, a refused one too.
IS_ANSWERED = Result("is_answered")

# The path as the app sees it, below its root; nothing of what is in doubt. Each proxy has its own.
PATH = Result("path")

_FROM, _ASKED, _PREFLIGHT = Result("from"), Result("asked"), Result("preflight")
_METHOD, _POLICY, _GRANTED = Result("method"), Result("policy"), Result("granted")
_KIND, _STATE = Result("kind"), Result("state")


def maps(plan: Plan, request: Request, path: Iterable[Map]) -> Iterator[Map]:
    """All of them.

    :param path: those that end in :data:`PATH`; they are asked for where it matters.
    """
    yield from _request(request)
    if plan.is_of_any_path:
        too_long = found(longer_than(MAX_PATH))
        cases = [too_long, found("^/", _number(plan.rules[0].policy)), NOTHING_ELSE]
        yield Map("The policy.", (request.path,), _POLICY.name, cases)
    else:
        yield from path
        yield from _policy(plan.rules, request)
    yield from _origins(plan.policies)
    yield from _states(plan.policies)
    yield from _constants(plan.policies, request)
    yield from granted_names(plan.policies, request.names, _STATE)


def _request(request: Request) -> Iterator[Map]:
    for about, subject, result, expression in (
        ("Origin", request.origin, _FROM, WELL_FORMED_ORIGIN),
        ("method that is asked for", request.asked, _ASKED, TOKEN),
    ):
        yield Map(
            f'The {about}; "," for what is none.',
            (subject,),
            result.name,
            [equal(""), whole(expression, ITSELF), otherwise(",")],
        )
    yield Map(
        "Whether it is a preflight.",
        (request.method, ":", _ASKED, ":", _FROM),
        _PREFLIGHT.name,
        [found("^OPTIONS:[^:]+:.", "preflight"), NOTHING_ELSE],
    )
    yield Map(
        "Whether it is answered here: preflights, refused ones too.",
        (_PREFLIGHT, ":", _POLICY),
        IS_ANSWERED.name,
        [found("^preflight:[0-9]", "1"), NOTHING_ELSE],
    )


# ---- which policy ------------------------------------------------------------------------------


def _policy(rules: Iterable[EdgeRule], request: Request) -> Iterator[Map]:
    rules = tuple(rules)
    yield Map(
        "The method that counts.",
        (_PREFLIGHT,),
        _METHOD.name,
        [equal("", request.method), otherwise(_ASKED)],
    )
    # Not every engine can look ahead: of several tests of a path, all but one are maps.
    ahead = list(dict.fromkeys(test for rule in rules for test in rule.tests[:-1]))
    tests = [Result(f"test_{number}") for number, _ in enumerate(ahead)]
    for test, result in zip(ahead, tests, strict=True):
        # What is too costly to tell is neither.
        cases = [found(f"^{test.expression}", "1"), found("^", "0"), NOTHING_ELSE]
        yield Map("One test of several.", (PATH,), result.name, cases)
    yield Map(
        "The policy: the first line that matches decides.",
        (*tests, ":", _PREFLIGHT, ":", _METHOD, " ", PATH),
        _POLICY.name,
        [
            found(r"^[^ ]* \z"),  # no path, which an expression might match
            *(
                found(f"^{_of_tests(rule, ahead)}:{_of_rule(rule)}", _number(rule.policy))
                for rule in rules
            ),
            NOTHING_ELSE,
        ],
    )


def _number(policy: int | None) -> str:
    return "" if policy is None else f"{policy}"


def _of_tests(rule: EdgeRule, ahead: Iterable[PathTest]) -> str:
    return "".join("1" if test in rule.tests[:-1] else "[01]" for test in ahead)


def _of_rule(rule: EdgeRule) -> str:
    preflight = "preflight:" if rule.preflights_only else "(?:preflight)?:"
    methods = "[^ ]+"
    if rule.methods is not None:
        methods = f"(?i:{'|'.join(map(escaped, rule.methods))})"
    return f"{preflight}{methods} {rule.tests[-1].expression}"


# ---- what the request is to it -----------------------------------------------------------------


def _by_policy(
    about: str, result: str, policies: Iterable[EdgePolicy], value: Callable[[int], Result]
) -> Map:
    cases = [equal(f"{number}", value(number)) for number, _ in enumerate(policies)]
    return Map(about, (_POLICY,), result, [*cases, NOTHING_ELSE])


def _origins(policies: Iterable[EdgePolicy]) -> Iterator[Map]:
    for number, policy in enumerate(policies):
        about = f"What policy {number} tells an origin."
        yield Map(about, (_FROM,), f"origin_{number}", list(_of_origins(policy)))
    yield _by_policy(
        f"{h.ALLOW_ORIGIN}.",
        HEADERS[h.ALLOW_ORIGIN],
        policies,
        lambda number: Result(f"origin_{number}"),
    )


def _of_origins(policy: EdgePolicy) -> Iterator[Case]:
    origins = policy.origins
    yield equal("", origins.without or "")
    if origins.any:
        yield equal(",")
        yield otherwise(origins.told_to_any or _FROM)
        return
    for origin in origins.exact:
        yield spelt(origin, origin)
    for each in origins.expressions:
        yield whole(each.with_flag(f"(?:{each.exact})"), ITSELF)
    yield NOTHING_ELSE


def _states(policies: Iterable[EdgePolicy]) -> Iterator[Map]:
    yield Map(
        "The methods that a preflight is granted.",
        (_POLICY, " ", _ASKED),
        _GRANTED.name,
        [*_of_methods(policies), NOTHING_ELSE],
    )
    yield Map(
        "What a request is to its policy, if its origin is allowed.",
        (_PREFLIGHT, ":", _GRANTED, ":", _FROM),
        _KIND.name,
        [
            found("^preflight:[^:]", State.PREFLIGHT.value),
            found("^preflight::", State.METHOD_REFUSED.value),
            found("^:[^:]*:.", State.ACTUAL.value),
            otherwise(State.PLAIN.value),
        ],
    )
    yield Map(
        "The policy and what the request is to it.",
        (Result(HEADERS[h.ALLOW_ORIGIN]),),
        _STATE.name,
        [equal("", _POLICY, f" {State.REFUSED.value}"), otherwise(_POLICY, " ", _KIND)],
    )


def _of_methods(policies: Iterable[EdgePolicy]) -> Iterator[Case]:
    for number, policy in enumerate(policies):
        if policy.methods:
            methods = "|".join(map(escaped, policy.methods))
            yield found(rf"^{number} (?:{methods})\z", policy.listed)
        if policy.any_method:
            yield found(rf"^{number} ([^,]+)\z", ITSELF)


# ---- headers -----------------------------------------------------------------------------------


def _constants(policies: Iterable[EdgePolicy], request: Request) -> Iterator[Map]:
    policies = tuple(policies)
    for name in (h.ALLOW_CREDENTIALS, h.EXPOSE_HEADERS, h.MAX_AGE, "Vary"):
        cases = [
            equal(f"{number} {state.value}", value)
            for number, policy in enumerate(policies)
            for state, headers in policy.answers
            for given, value in headers
            if given == name
        ]
        yield Map(f"{name}.", (_STATE,), HEADERS[name], [*cases, NOTHING_ELSE])
    yield Map(
        f"{h.ALLOW_METHODS}.",
        (_STATE, ":", _GRANTED),
        HEADERS[h.ALLOW_METHODS],
        [found(rf"^[0-9]+ {State.PREFLIGHT.value}:(.+)\z", ITSELF), NOTHING_ELSE],
    )
    states = "|".join(each.value for each in (State.ACTUAL, State.PREFLIGHT, State.METHOD_REFUSED))
    yield Map(
        f"{h.ALLOW_PRIVATE_NETWORK}.",
        (_STATE, " ", request.network),
        HEADERS[h.ALLOW_PRIVATE_NETWORK],
        [
            *(
                found(rf"^{number} (?:{states}) true\z", policy.private_network)
                for number, policy in enumerate(policies)
            ),
            NOTHING_ELSE,
        ],
    )
