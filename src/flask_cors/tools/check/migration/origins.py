"""Differences: which origins are allowed, and how they are answered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from .... import headers as h
from ....errors import shown
from ....headers import comma_list
from ....origin import parse
from ....policy.options import CONFIG
from ....policy.origins import OriginSet
from ....policy.regex import is_regex
from ...text import listed
from ...writing import list_of
from ..patterns.examples import STRANGER, one_each
from .difference import Difference, Found, OfPolicy, allows, is_allowed, place_of, written
from .probes import origins_of, texts_of
from .seen import Pair
from .six import is_expression


class UnsetOrigins(OfPolicy):
    heading = "An unset `CORS_ORIGINS`"
    option = "origins"

    def of(self, pair: Pair) -> Iterator[Found]:
        setting = pair.options.origins
        if setting.level == CONFIG and setting.given is None:
            fix = 'app.config["CORS_ORIGINS"] = "*" where everybody is meant, [] for nobody'
            yield _found(pair, [STRANGER], fix)


class WholeOrigin(OfPolicy):
    heading = "Expressions match the whole origin"
    option = "origins"

    def of(self, pair: Pair) -> Iterator[Found]:
        lost = [
            origin
            for regex in pair.options.origins.value.regexes
            for origin in islice(_lost(pair, _longer(regex.pattern)), 1)
        ]
        if lost:
            fix = (
                "nothing to do where a whole origin was meant; "
                "else write all of it, a port too: (:[0-9]+)?"
            )
            yield _found(pair, lost, fix)


def _longer(regex: re.Pattern[str]) -> Iterator[str]:
    """What begins with a text that an expression matches, some of it origins."""
    for text in texts_of(regex):
        yield from (f"{text}.evil.example", f"{text}0", f"{text}8000", f"{text}evil.example")


class ExactCase(OfPolicy):
    heading = "The case of an exact origin"
    option = "origins"

    def of(self, pair: Pair) -> Iterator[Found]:
        before, now = (each.get(h.ALLOW_ORIGIN) for each in (pair.six.actual(None), pair.now(None)))
        if before is not None and now is not None and before != now and before.lower() == now:
            yield Found(
                "a request without Origin",
                pair.at,
                f"{h.ALLOW_ORIGIN}: {before}",
                f"{h.ALLOW_ORIGIN}: {now}",
                written(pair.options, "origins", f'"{now}"') + ", as browsers send it",
                place_of(pair, "origins"),
            )


class SubdomainsAndPorts(OfPolicy):
    heading = "Patterns for subdomains and ports"
    option = "origins"

    def of(self, pair: Pair) -> Iterator[Found]:
        patterns = sorted(pair.options.origins.value.wildcards)
        own = [each.replace("://*.", "://").removesuffix(":*") for each in patterns]
        lost = list(_lost(pair, own))
        if lost:
            listed_too = list_of(["...", *(f'"{origin}"' for origin in lost)])
            fix = written(pair.options, "origins", listed_too)
            yield _found(pair, lost, f"{fix}, where that is meant too")
        lost = list(_lost(pair, (f"{origin}.evil.example" for origin in own)))
        if lost:
            yield _found(pair, lost, "nothing to do: nobody meant it")
        wildcards = OriginSet(wildcards=pair.options.origins.value.wildcards)
        gained = list(_gained(pair, one_each(wildcards)))
        if gained:
            yield _found(pair, gained, "nothing to do: it is what is written")


class Expressions(OfPolicy):
    heading = "`+`, `|` and braces in an origin"
    option = "origins"

    def of(self, pair: Pair) -> Iterator[Found]:
        texts = [text for text in _strings(pair) if is_regex(text) and not is_expression(text)]
        gained = [
            origin
            for text in texts
            for origin in islice(_gained(pair, origins_of(re.compile(text))), 1)
        ]
        if gained:
            said = shown(texts[0])
            fix = f"nothing to do where {said} is meant as an expression; else leave it out"
            yield _found(pair, gained, fix)


class IPv6(OfPolicy):
    heading = "IPv6 origins"
    option = "origins"

    def of(self, pair: Pair) -> Iterator[Found]:
        exact = sorted(pair.options.origins.value.exact)
        gained = list(_gained(pair, (origin for origin in exact if "[" in origin)))
        if gained:
            yield _found(pair, gained, "nothing to do: it is what is written")


class CommasInOrigins(OfPolicy):
    heading = "Lists with commas"
    option = "origins"

    def of(self, pair: Pair) -> Iterator[Found]:
        pieces = (piece for text in _strings(pair) if "," in text for piece in comma_list(text))
        # What a piece is else a pattern for is a difference of its own.
        gained = list(_gained(pair, (piece for piece in pieces if parse(piece.lower()))))
        if gained:
            yield _found(pair, gained, "nothing to do: it is read as a list")


def _strings(pair: Pair) -> Iterator[str]:
    """The strings that were given as origins."""
    given = pair.options.origins.given
    if isinstance(given, str):
        yield given
    elif isinstance(given, (list, tuple, set, frozenset, Mapping)):
        yield from (item for item in given if isinstance(item, str))


def _lost(pair: Pair, origins: Iterable[str]) -> Iterator[str]:
    """Those that 6.0.5 allowed and this version refuses."""
    for origin in dict.fromkeys(origins):
        # A port behind which more stands makes no origin, and no page has it.
        was_allowed = parse(origin.lower()) and is_allowed(pair.six.actual(origin))
        if was_allowed and not is_allowed(pair.now(origin)):
            yield origin


def _gained(pair: Pair, origins: Iterable[str]) -> Iterator[str]:
    """Those that 6.0.5 refused and this version allows."""
    for origin in dict.fromkeys(origins):
        if is_allowed(pair.now(origin)) and not is_allowed(pair.six.actual(origin)):
            yield origin


def _found(pair: Pair, origins: list[str], fix: str) -> Found:
    """Of many origins, the first and how many more."""
    first = origins[0]
    return Found(
        listed([shown(origin) for origin in origins], 1),
        pair.at,
        allows(pair.six.actual(first)),
        allows(pair.now(first)),
        fix,
        place_of(pair, "origins"),
    )


DIFFERENCES: tuple[type[Difference], ...] = (
    UnsetOrigins,
    CommasInOrigins,
    WholeOrigin,
    ExactCase,
    SubdomainsAndPorts,
    Expressions,
    IPv6,
)
