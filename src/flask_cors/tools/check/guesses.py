"""Origins that a policy allows, to try it with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...policy.origins import OriginSet

_ANYBODY = "https://app.example"


def origins_in(origins: OriginSet) -> Iterator[str]:
    """One for each entry, where one can be told; callables are not asked."""
    if origins.any:
        yield _ANYBODY
    yield from sorted(origins.exact)
    for wildcard in sorted(origins.wildcards):
        yield wildcard.replace("://*.", "://sub.").removesuffix(":*")
    for regex in origins.regexes:
        guess = _guess(regex.pattern.pattern)
        if regex.allows(guess):
            yield guess


# The innermost group: its first alternative stands for it.
_GROUP = re.compile(r"\((?:\?(?:P<\w+>|:))?((?:\\.|[^()|\\])*)[^()]*\)")

# What an expression consists of, and what stands for it.
_PIECE = re.compile(
    r"\\[AZzbB] | [\^$] | [*+?]\??"  # nothing
    r"| \{(?P<least>\d*)[\d,]*\}\??"  # as often as it asks for
    r"| (?P<digit> \\d | \[0-9\] )"
    r"| (?P<letter> \\[wS] | \[(?:\\.|[^\]\\])+\] | \. )"
    r"| \\(?P<escaped> . )"
    r"| (?P<plain> . )",
    re.VERBOSE | re.DOTALL,
)


def _guess(expression: str) -> str:
    """An origin that an expression might match."""
    groups = 1
    while groups:
        expression, groups = _GROUP.subn(r"\1", expression)
    guess = [""]
    for piece in _PIECE.finditer(expression.partition("|")[0]):
        if piece["least"]:
            guess.append(guess[-1] * (int(piece["least"]) - 1))
        elif piece["digit"]:
            guess.append("1")
        else:
            guess.append("a" if piece["letter"] else piece["escaped"] or piece["plain"] or "")
    return "".join(guess)
