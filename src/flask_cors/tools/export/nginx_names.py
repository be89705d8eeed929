"""Access-Control-Allow-Headers, by nginx.

nginx has no loop: of a list, a map tells whether one name is in it, as it is spelt, or whether all
of it matches one expression.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ... import headers as h
from .answers import TOKEN, EdgePolicy, Names, State
from .expressions import OWS, list_of
from .nginx_syntax import NOTHING_ELSE, mapped, matching, quoted
from .regexes import escaped


def allowed_names(policies: Iterable[EdgePolicy]) -> Iterator[str]:
    """The maps that end in ``$cors_allow_headers``."""
    policies = tuple(policies)
    yield from mapped(
        "The header names that are asked for; none where they are more than any page asks for.",
        "$http_access_control_request_headers",
        "cors_asked_names",
        [
            matching(f"^.{{{h.MAX_LIST_BYTES + 1}}}", '""'),
            matching(f"^(?:[^,]*+,){{{h.MAX_LIST_NAMES}}}", '""'),
            matching(".", "$http_access_control_request_headers"),
            NOTHING_ELSE,
        ],
    )
    numbers: dict[str, int] = {}  # of names that several policies may allow
    for policy in policies:
        for name in policy.names.literal:
            if name not in numbers:
                number = numbers.setdefault(name, len(numbers))
                yield from _asked_name(name, number)
    lists = list(dict.fromkeys(policy.names for policy in policies))
    for number, names in enumerate(lists):
        yield from _allowed_names(number, names, numbers)
    lines = [
        (f'"{number} {State.PREFLIGHT.value}"', f"$cors_names_{lists.index(policy.names)}")
        for number, policy in enumerate(policies)
    ]
    yield from mapped(
        f"{h.ALLOW_HEADERS}.", "$cors_state", "cors_allow_headers", [*lines, NOTHING_ELSE]
    )


def _asked_name(name: str, number: int) -> Iterator[str]:
    expression = rf"(?:^|,){OWS}(?<cors_spelt_{number}>{escaped(name)}){OWS}(?:,|$)"
    yield from mapped(
        "One name, if it is asked for, as it is spelt.",
        "$cors_asked_names",
        f"cors_name_{number}",
        [(quoted(f"~*{expression}"), f'"$cors_spelt_{number}, "'), NOTHING_ELSE],
    )


def _allowed_names(number: int, names: Names, numbers: dict[str, int]) -> Iterator[str]:
    about = "Those that are allowed."
    result = f"cors_names_{number}"
    if names.any:
        lines = [matching(list_of(TOKEN), "$cors_asked_names"), NOTHING_ELSE]
        yield from mapped(about, "$cors_asked_names", result, lines)
        return
    literal = "".join(f"$cors_name_{numbers[name]}" for name in names.literal)
    joined = [
        matching(f"^(?<cors_joined_{number}>.*), $", f"$cors_joined_{number}"),
        NOTHING_ELSE,
    ]
    if not names.expressions:
        yield from mapped(about, f'"{literal}"', result, joined)
        return
    # nginx has no loop: all that are asked for, or the literal ones among them.
    yield from mapped(
        "The literal ones among the next.", f'"{literal}"', f"cors_literal_{number}", joined
    )
    any_of = [each.with_flag(each.exact) for each in names.expressions]
    any_of += [f"(?i:{escaped(name)})" for name in names.literal]
    lines = [
        matching(list_of("|".join(any_of)), "$cors_asked_names"),
        ("default", f"$cors_literal_{number}"),
    ]
    yield from mapped(about, "$cors_asked_names", result, lines)
