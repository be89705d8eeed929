"""Test origins that a policy allows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from ...policy.origins import OriginSet, Regex
from ...policy.policy import Policy
from ...policy.regex_samples import samples_of
from ...protocol.origin import is_well_formed, parse
from .option_code import code_of

UNTRUSTED = "https://untrusted.flask-cors.example"


def iter_examples(origins: OriginSet) -> Iterator[tuple[str, str]]:
    """Yield each entry as source code, with an origin that it allows. A regex may have several or
    none. Callables are not called."""
    yield from ((code_of(origin), origin) for origin in sorted(origins.exact))
    for wildcard in sorted(origins.wildcards):
        yield code_of(wildcard), wildcard.replace("://*.", "://www.").removesuffix(":*")
    for regex in origins.regexes:
        yield from ((code_of(regex.pattern), origin) for origin in _allowed_by(regex))


def iter_test_origins(origins: OriginSet) -> Iterator[str]:
    """Yield an origin that each entry allows, where one is known; an untrusted one for ``"*"``."""
    if origins.any:
        yield UNTRUSTED
    by_entry: dict[str, str] = {}
    for entry, origin in iter_examples(origins):
        by_entry.setdefault(entry, origin)
    yield from by_entry.values()


@lru_cache(maxsize=256)
def _allowed_by(regex: Regex) -> tuple[str, ...]:
    texts = (sample.text for sample in samples_of(regex.pattern))
    origins = (text for text in texts if is_well_formed(text) and parse(text) is not None)
    return tuple(filter(regex.allows, origins))


def varies_by_origin(policy: Policy) -> bool:
    """Return whether two origins get different headers."""
    known = [origin for _, origin in islice(iter_examples(policy.options.origins.value), 2)]
    origins = (UNTRUSTED, "https://other.flask-cors.example", *known)
    return len({policy.decide(origin).headers for origin in origins}) > 1
