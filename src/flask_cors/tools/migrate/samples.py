"""Origins to try policies with, and the beginnings of paths to try resources with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from heapq import nsmallest

from ...policy.path_patterns import EVERY_PATH, literal_part
from ...policy.policy import Policy
from ...policy.regex_samples import make_samples
from ...policy.regex_syntax import read
from ...protocol.origin import parse, why_never_sent
from ...runtime.registry import BoundExtension
from ..shared.example_origins import UNTRUSTED, iter_test_origins

_MAX_EXACT = 3  # origins of a list
_MAX_TEXTS = 20  # of a regular expression


@lru_cache(maxsize=256)  # lists of origins may be long, and are needed at each path
def allowed_origins(policy: Policy) -> tuple[str, ...]:
    """Return origins that a policy allows and browsers send: some of the exact ones, and one of
    each pattern; none of callables."""
    origins = policy.options.origins.value
    some = frozenset(nsmallest(_MAX_EXACT, origins.exact))
    by_regexes = (text for each in origins.regexes for text in origins_of(each.pattern)[:1])
    allowed = (*iter_test_origins(origins._replace(exact=some, regexes=())), *by_regexes)
    return tuple(origin for origin in allowed if why_never_sent(origin) is None)


@lru_cache(maxsize=256)
def distinguishing_origins(*policies: Policy | None) -> tuple[str, ...]:
    """Return origins that get different responses from the policies, where any does."""
    given = [policy for policy in policies if policy is not None]
    exact = [policy.options.origins.value.exact for policy in given]
    differing = frozenset[str]().union(*exact) - (exact[0].intersection(*exact) if exact else set())
    found = [origin for policy in given for origin in allowed_origins(policy)]
    return tuple(dict.fromkeys([UNTRUSTED, *nsmallest(_MAX_EXACT, differing), *found]))


@lru_cache(maxsize=1024)
def texts_of(regex: re.Pattern[str]) -> tuple[str, ...]:
    """Return texts that a regular expression matches as a whole, the plainest first."""
    texts = [sample.text for sample in make_samples(read(regex), _MAX_TEXTS)]
    plain_first = sorted(texts, key=lambda text: "evil" in text)  # what is allowed may be meant
    return tuple(text for text in plain_first if regex.fullmatch(text))


def origins_of(regex: re.Pattern[str]) -> list[str]:
    """Return origins that a regular expression matches as a whole."""
    return [text for text in texts_of(regex) if parse(text.lower()) is not None]


def beginnings(bound: BoundExtension) -> Iterator[str]:
    """Yield what the paths of the resources begin with."""
    for pattern, _ in bound.resources:
        begin = pattern.source if pattern.is_exact else literal_part(pattern).prefix
        if pattern.source != EVERY_PATH and begin.startswith("/") and begin[1:2].isalpha():
            yield begin
