"""The lookup tables of a plan: from the request to its policy, the outcome, and the headers.

A request gets the number of its policy, then an outcome (:class:`.edge_policy.Outcome`). All
constant headers are looked up by the two. A header whose table yields nothing is not sent.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple, TypeVar

from ...protocol import headers as h
from .common_regexes import OWS, any_of, list_of, longer_than
from .edge_policy import TOKEN, WELL_FORMED_ORIGIN, AllowedNames, EdgePolicy, Outcome
from .lookup_tables import (
    CAPTURED,
    Case,
    Lookup,
    LookupTable,
    Source,
    on_match,
    on_text,
    on_two_words,
    on_whole_match,
)
from .plan import MAX_PATH, EdgePlan
from .portable_regex import escape_regex
from .rule_tables import METHOD, POLICY, PREFLIGHT, build_rule_tables, number_of
from .rule_tables import PATH as PATH


class RequestSources(NamedTuple):
    """What a proxy knows a request by.

    :ivar path: without percent-encoding.
    """

    method: Source
    path: Source
    origin: Source
    requested_method: Source
    private_network: Source


# The headers, each with its table. Those of the upstream are dropped, but for Vary.
HEADERS = {
    h.ALLOW_ORIGIN: "allow_origin",
    h.ALLOW_CREDENTIALS: "allow_credentials",
    h.EXPOSE_HEADERS: "expose_headers",
    h.ALLOW_METHODS: "allow_methods",
    h.ALLOW_HEADERS: "allow_headers",
    h.MAX_AGE: "max_age",
    h.ALLOW_PRIVATE_NETWORK: "allow_private_network",
    "Vary": "vary",
}
REPLACED_HEADERS = tuple(name for name in HEADERS if name != "Vary")

# Whether the proxy responds itself: "1" for a preflight, also a refused one.
IS_ANSWERED = Lookup("is_answered")

_Value = TypeVar("_Value", bound=Hashable)
_MAX_POLICIES = 200  # in one regex, which nginx reads no more than 4,000 characters of

_is_well_formed = re.compile(WELL_FORMED_ORIGIN).fullmatch

_ORIGIN, _REQUESTED = Lookup("origin"), Lookup("requested")
_METHODS, _KIND = Lookup("methods"), Lookup("kind")

# The number of the policy and the outcome.
OUTCOME = Lookup("outcome")


def build_tables(
    plan: EdgePlan, request: RequestSources, path: Iterable[LookupTable]
) -> Iterator[LookupTable]:
    """Yield all tables but those of Access-Control-Allow-Headers.

    :param path: those that end in :data:`PATH`; they are left out if no path matters.
    """
    yield from _request(request)
    if plan.ignores_path:
        too_long = on_match(longer_than(MAX_PATH))
        cases = [too_long, on_match("^/", number_of(plan.rules[0].policy))]
        yield LookupTable("The policy.", (request.path,), POLICY.name, cases)
    else:
        yield from path
        yield LookupTable(
            "The method that decides.",
            (PREFLIGHT,),
            METHOD.name,
            [on_text("", request.method)],
            default=(_REQUESTED,),
        )
        yield from build_rule_tables(plan.index)
    yield LookupTable(
        "Whether the proxy responds: to preflights, also refused ones.",
        (PREFLIGHT, ":", POLICY),
        IS_ANSWERED.name,
        [on_match("^preflight:[0-9]", "1")],
    )
    yield LookupTable(
        f"{h.ALLOW_ORIGIN}.",
        (POLICY, " ", _ORIGIN),
        HEADERS[h.ALLOW_ORIGIN],
        list(_allowed_origins(plan.policies)),
    )
    yield from _outcomes(plan.policies)
    yield from _headers(plan.policies, request)


def _request(request: RequestSources) -> Iterator[LookupTable]:
    for about, subject, result, regex in (
        ("Origin", request.origin, _ORIGIN, WELL_FORMED_ORIGIN),
        ("requested method", request.requested_method, _REQUESTED, TOKEN),
    ):
        yield LookupTable(
            f'The {about}; "," if it is malformed.',
            (subject,),
            result.name,
            [on_text(""), on_whole_match(regex, CAPTURED)],
            default=(",",),
        )
    yield LookupTable(
        "Whether it is a preflight.",
        (request.method, ":", _REQUESTED, ":", _ORIGIN),
        PREFLIGHT.name,
        [on_match("^OPTIONS:[^:]+:.", "preflight")],
    )


# ---- the outcome -------------------------------------------------------------------------------


def _by_value(values: Iterable[_Value]) -> Iterator[tuple[_Value, str]]:
    """Yield the values of all policies, each with a regex of the policies that have it."""
    numbers: dict[_Value, list[str]] = {}
    for number, value in enumerate(values):
        numbers.setdefault(value, []).append(f"{number}")
    for value, found in numbers.items():
        for start in range(0, len(found), _MAX_POLICIES):
            yield value, f"(?:{'|'.join(found[start : start + _MAX_POLICIES])})"


def _allowed_origins(policies: Iterable[EdgePolicy]) -> Iterator[Case]:
    every = [policy.origins for policy in policies]
    for number, origins in enumerate(every):
        if origins.value_without_origin:
            yield on_text(f"{number} ", origins.value_without_origin)
    for (allows_any, value), numbers in _by_value((o.any, o.value_for_any) for o in every):
        if allows_any and value:
            yield on_match(f"^{numbers} [^,]", value)
        elif allows_any:
            yield on_match(rf"^{numbers} ([^,]+)\z", CAPTURED)
    for number, origins in enumerate(every):
        for origin in filter(_is_well_formed, origins.exact):  # nothing else is looked up
            yield on_two_words(f"{number}", origin)
    for number, origins in enumerate(every):
        for regex in origins.regexes:
            yield on_match(rf"^{number} ({regex.text})\z", CAPTURED)


def _outcomes(policies: tuple[EdgePolicy, ...]) -> Iterator[LookupTable]:
    yield LookupTable(
        "The methods that a preflight may use.",
        (POLICY, " ", _REQUESTED),
        _METHODS.name,
        list(_allowed_methods(policies)),
    )
    yield LookupTable(
        "The outcome, if the origin is allowed.",
        (PREFLIGHT, ":", _METHODS, ":", _ORIGIN),
        _KIND.name,
        [
            on_match("^preflight:[^:]", Outcome.PREFLIGHT.value),
            on_match("^preflight::", Outcome.METHOD_REFUSED.value),
            on_match("^:[^:]*:.", Outcome.ACTUAL.value),
        ],
        default=(Outcome.WITHOUT_ORIGIN.value,),
    )
    yield LookupTable(
        "The policy and the outcome.",
        (Lookup(HEADERS[h.ALLOW_ORIGIN]),),
        OUTCOME.name,
        [on_text("", POLICY, f" {Outcome.REFUSED.value}")],
        default=(POLICY, " ", _KIND),
    )


def _allowed_methods(policies: tuple[EdgePolicy, ...]) -> Iterator[Case]:
    listed = ((policy.methods, policy.allow_methods) for policy in policies)
    for (methods, value), numbers in _by_value(listed):
        if methods:
            yield on_match(rf"^{numbers} (?:{'|'.join(map(escape_regex, methods))})\z", value)
    for any_method, numbers in _by_value(policy.any_method for policy in policies):
        if any_method:
            yield on_match(rf"^{numbers} ([^,]+)\z", CAPTURED)


# ---- headers -----------------------------------------------------------------------------------


def _headers(policies: tuple[EdgePolicy, ...], request: RequestSources) -> Iterator[LookupTable]:
    for name in (h.ALLOW_CREDENTIALS, h.EXPOSE_HEADERS, h.MAX_AGE, "Vary"):
        cases = [
            on_text(f"{number} {outcome.value}", value)
            for number, policy in enumerate(policies)
            for outcome, headers in policy.constant_headers
            for header, value in headers
            if header == name
        ]
        yield LookupTable(f"{name}.", (OUTCOME,), HEADERS[name], cases)
    yield LookupTable(
        f"{h.ALLOW_METHODS}.",
        (OUTCOME, ":", _METHODS),
        HEADERS[h.ALLOW_METHODS],
        [on_match(rf"^[0-9]+ {Outcome.PREFLIGHT.value}:(.+)\z", CAPTURED)],
    )
    allowed = (Outcome.ACTUAL, Outcome.PREFLIGHT, Outcome.METHOD_REFUSED)
    outcomes = "|".join(each.value for each in allowed)
    cases = [
        on_match(rf"^{numbers} (?:{outcomes}) true\z", value)
        for value, numbers in _by_value(policy.private_network for policy in policies)
    ]
    yield LookupTable(
        f"{h.ALLOW_PRIVATE_NETWORK}.",
        (OUTCOME, " ", request.private_network),
        HEADERS[h.ALLOW_PRIVATE_NETWORK],
        cases,
    )


# ---- header names ------------------------------------------------------------------------------

_REQUESTED_NAMES = Lookup("requested_names")


def build_header_name_tables(
    policies: tuple[EdgePolicy, ...], requested: Source
) -> Iterator[LookupTable]:
    """Yield the tables of Access-Control-Allow-Headers. Proxies have no loop over a list: a table
    finds one name in it, as it is spelled, or tells whether the whole list matches one regex.

    :param requested: the value of Access-Control-Request-Headers.
    """
    yield LookupTable(
        "The requested header names; none if they are more than any browser sends.",
        (requested,),
        _REQUESTED_NAMES.name,
        [
            on_match(r"^[ \t,]*\z"),
            on_match(longer_than(h.MAX_LIST_BYTES)),
            on_match(f"^(?:[^,]*,){{{h.MAX_LIST_NAMES}}}"),
            on_whole_match(r"[\x00-\xff]+", CAPTURED),
        ],
    )
    exact = dict.fromkeys(name for policy in policies for name in policy.names.exact)
    lookups = {name: Lookup(f"name_{number}") for number, name in enumerate(exact)}
    for name, lookup in lookups.items():
        regex = rf"(?:^|,){OWS}((?i:{escape_regex(name)})){OWS}(?:,|\z)"
        yield LookupTable(
            "One name, as it is spelled, if it is requested.",
            (_REQUESTED_NAMES,),
            lookup.name,
            [on_match(regex, CAPTURED, ", ")],
        )
    lists = list(dict.fromkeys(policy.names for policy in policies))
    for number, names in enumerate(lists):
        yield from _allowed_names(number, names, lookups)
    cases = [
        on_text(f"{number} {Outcome.PREFLIGHT.value}", Lookup(f"names_{lists.index(policy.names)}"))
        for number, policy in enumerate(policies)
    ]
    table = HEADERS[h.ALLOW_HEADERS]
    yield LookupTable(f"{h.ALLOW_HEADERS}.", (OUTCOME,), table, cases)


def _allowed_names(
    number: int, names: AllowedNames, lookups: dict[str, Lookup]
) -> Iterator[LookupTable]:
    about, result = "Those that are allowed.", f"names_{number}"
    if names.any:
        whole_list = on_match(f"({list_of(TOKEN)})", CAPTURED)
        yield LookupTable(about, (_REQUESTED_NAMES,), result, [whole_list])
        return
    exact = LookupTable(
        about,
        tuple(lookups[name] for name in names.exact),
        result,
        [on_match(r"^(.+), \z", CAPTURED)],
    )
    if not names.regexes:
        yield exact
        return
    some = Lookup(f"exact_{number}")
    yield replace(exact, about="The ones without a regex among the next.", name=some.name)
    whole_list = on_match(f"({list_of('|'.join(any_of(names)))})", CAPTURED)
    yield LookupTable(about, (_REQUESTED_NAMES,), result, [whole_list], (some,))
