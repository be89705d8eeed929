"""The lookup tables of Access-Control-Allow-Headers.

Proxies have no loop over a list. A table finds one name in it, as it is spelled, or tells whether
the whole list matches one regex.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...protocol import headers as h
from .common_regexes import OWS, any_of, list_of, longer_than
from .edge_policy import TOKEN, AllowedNames, EdgePolicy, Outcome
from .lookup_tables import (
    CAPTURED,
    Lookup,
    LookupTable,
    Source,
    on_match,
    on_text,
    on_whole_match,
)
from .policy_tables import HEADERS, OUTCOME
from .portable_regex import escape_regex

_REQUESTED = Lookup("requested_names")


def build_header_name_tables(
    policies: tuple[EdgePolicy, ...], requested: Source
) -> Iterator[LookupTable]:
    """
    :param requested: the value of Access-Control-Request-Headers.
    """
    yield LookupTable(
        "The requested header names; none if they are more than any browser sends.",
        (requested,),
        _REQUESTED.name,
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
            (_REQUESTED,),
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
        yield LookupTable(about, (_REQUESTED,), result, [whole_list])
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
    yield LookupTable(about, (_REQUESTED,), result, [whole_list], (some,))
