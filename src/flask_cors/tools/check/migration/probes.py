"""Origins to ask policies for, and paths to ask resources for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from heapq import nsmallest
from itertools import islice, product

from werkzeug.routing import Rule

from ....binding import Call
from ....origin import parse
from ....policy.policy import Policy
from ....policy.resources import EVERY_PATH, literal_part
from ...paths import Paths
from ..patterns.examples import STRANGER, one_each
from ..patterns.expression import read
from ..patterns.samples import samples

_SOME = 3

_GUESSES = 20  # of an expression


@lru_cache(maxsize=256)  # lists of origins may be long, and are asked for at each path
def allowed_origins(policy: Policy) -> tuple[str, ...]:
    """Origins that a policy allows: some of the exact ones, and one of each pattern; none of
    callables."""
    origins = policy.options.origins.value
    some = frozenset(nsmallest(_SOME, origins.exact))
    by_expressions = (text for each in origins.regexes for text in origins_of(each.pattern)[:1])
    return (*one_each(origins._replace(exact=some, regexes=())), *by_expressions)


@lru_cache(maxsize=256)
def telling_origins(*policies: Policy | None) -> tuple[str, ...]:
    """Origins that tell policies apart, where any does."""
    given = [policy for policy in policies if policy is not None]
    exact = [policy.options.origins.value.exact for policy in given]
    differing = frozenset[str]().union(*exact) - (exact[0].intersection(*exact) if exact else set())
    found = [origin for policy in given for origin in allowed_origins(policy)]
    return tuple(dict.fromkeys([STRANGER, *nsmallest(_SOME, differing), *found]))


@lru_cache(maxsize=1024)
def texts_of(regex: re.Pattern[str]) -> tuple[str, ...]:
    """Texts that an expression matches as a whole, the plainest first."""
    guesses = [sample.text for sample in samples(read(regex), _GUESSES)]
    harmless = sorted(guesses, key=lambda text: "evil" in text)  # what is allowed may be meant
    return tuple(text for text in harmless if regex.fullmatch(text))


def origins_of(regex: re.Pattern[str]) -> list[str]:
    """Origins that an expression matches as a whole."""
    return [text for text in texts_of(regex) if parse(text.lower()) is not None]


def paths_of(rule: Rule) -> Iterator[str]:
    """Paths of a URL rule, which it may leave to another rule; none where no text is found that
    one of its converters takes."""
    choices = [
        [piece] if isinstance(piece, str) else texts_of(re.compile(piece.regex))[:2]
        for piece in Paths(rule).pieces
    ]
    yield from map("".join, islice(product(*choices), 4))


def beginnings(call: Call) -> Iterator[str]:
    """What the paths of the patterns begin with."""
    for pattern, _ in call.rules:
        begin = pattern.source if pattern.is_exact else literal_part(pattern).prefix
        if pattern.source != EVERY_PATH and begin.startswith("/") and begin[1:2].isalpha():
            yield begin
