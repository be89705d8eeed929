"""Access-Control-Allow-Headers, by maps.

There is no loop: of a list, a map tells whether one name is in it, as it is spelt, or whether all
of it matches one expression.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ... import headers as h
from .answers import TOKEN, EdgePolicy, Names, State
from .expressions import OWS, list_of, longer_than
from .maps import ITSELF, NOTHING_ELSE, Map, Result, Source, equal, found, otherwise, whole
from .regexes import escaped

GRANTED_NAMES = Result("allow_headers")

_ASKED = Result("asked_names")


def granted_names(policies: Iterable[EdgePolicy], asked: Source, state: Result) -> Iterator[Map]:
    """The maps that end in :data:`GRANTED_NAMES`.

    :param asked: ``Access-Control-Request-Headers``.
    :param state: the policy and what the request is to it.
    """
    policies = tuple(policies)
    yield Map(
        "The header names that are asked for; none where they are more than any page asks for.",
        (asked,),
        _ASKED.name,
        [
            found(r"^[ \t,]*\z"),
            found(longer_than(h.MAX_LIST_BYTES)),
            found(f"^(?:[^,]*,){{{h.MAX_LIST_NAMES}}}"),
            whole(r"[\x00-\xff]+", ITSELF),
            NOTHING_ELSE,
        ],
    )
    literal = {
        name: Result(f"name_{number}")
        for number, name in enumerate(
            dict.fromkeys(name for policy in policies for name in policy.names.literal)
        )
    }
    for name, result in literal.items():
        expression = rf"(?:^|,){OWS}((?i:{escaped(name)})){OWS}(?:,|\z)"
        yield Map(
            "One name, if it is asked for, as it is spelt.",
            (_ASKED,),
            result.name,
            [found(expression, ITSELF, ", "), NOTHING_ELSE],
        )
    lists = list(dict.fromkeys(policy.names for policy in policies))
    for number, names in enumerate(lists):
        yield from _allowed_names(number, names, literal)
    cases = [
        equal(f"{number} {State.PREFLIGHT.value}", Result(f"names_{lists.index(policy.names)}"))
        for number, policy in enumerate(policies)
    ]
    yield Map(f"{h.ALLOW_HEADERS}.", (state,), GRANTED_NAMES.name, [*cases, NOTHING_ELSE])


def _allowed_names(number: int, names: Names, literal: dict[str, Result]) -> Iterator[Map]:
    about, result = "Those that are allowed.", f"names_{number}"
    if names.any:
        cases = [found(f"({list_of(TOKEN)})", ITSELF), NOTHING_ELSE]
        yield Map(about, (_ASKED,), result, cases)
        return
    joined = Map(
        about,
        tuple(literal[name] for name in names.literal),
        result,
        [found(r"^(.+), \z", ITSELF), NOTHING_ELSE],
    )
    if not names.expressions:
        yield joined
        return
    few = Result(f"literal_{number}")
    yield replace(joined, about="The literal ones among the next.", result=few.name)
    any_of = [each.with_flag(each.exact) for each in names.expressions]
    any_of += [f"(?i:{escaped(name)})" for name in names.literal]
    all_of_them = found(f"({list_of('|'.join(any_of))})", ITSELF)
    yield Map(about, (_ASKED,), result, [all_of_them, otherwise(few)])
