"""Origins that a policy allows, to try it with: as far as they can be told without asking
everybody's."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from ....origin import is_well_formed, parse
from ....policy.origins import OriginSet, Regex
from ....policy.policy import Policy
from ...writing import code_of
from .backtracking import answering
from .samples import samples_of

STRANGER = "https://stranger.flask-cors.example"


def examples(origins: OriginSet) -> Iterator[tuple[str, str]]:
    """Each entry as source code, and an origin that it allows. Of a regular expression several may
    come, or none; callables are not asked, nor are expressions that might not answer."""
    yield from ((code_of(origin), origin) for origin in sorted(origins.exact))
    for wildcard in sorted(origins.wildcards):
        yield code_of(wildcard), wildcard.replace("://*.", "://www.").removesuffix(":*")
    for regex in answering(origins).regexes:
        code = code_of(regex.pattern)
        yield from ((code, origin) for origin in _allowed_by(regex))


def one_each(origins: OriginSet) -> Iterator[str]:
    """An origin for each entry, where one can be told; "*" stands for a stranger."""
    if origins.any:
        yield STRANGER
    told: set[str] = set()
    for entry, origin in examples(origins):
        if entry not in told:
            told.add(entry)
            yield origin


@lru_cache(maxsize=256)
def _allowed_by(regex: Regex) -> tuple[str, ...]:
    guesses = (sample.text for sample in samples_of(regex.pattern))
    sent = (text for text in guesses if is_well_formed(text) and parse(text) is not None)
    return tuple(filter(regex.allows, sent))


def varies(policy: Policy) -> bool:
    """Whether two origins get different answers."""
    origins = policy.options.origins.value
    if answering(origins) != origins:  # asked, it might not answer
        return True
    asked = [STRANGER, "https://other.flask-cors.example"]
    asked += [origin for _, origin in islice(examples(origins), 2)]
    return len({policy.decide(origin).headers for origin in asked}) > 1
