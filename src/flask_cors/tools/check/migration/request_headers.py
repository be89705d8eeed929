"""Differences: which request headers a preflight may ask for."""

from __future__ import annotations

from collections.abc import Iterator

from .... import headers as h
from ....errors import shown
from ....headers import comma_list, is_token
from ...text import listed
from ...writing import list_of
from .difference import (
    Difference,
    Found,
    OfPolicy,
    allowed_method,
    place_of,
    preflights,
    says,
    written,
)
from .probes import texts_of
from .seen import Pair


class CommasInAllowHeaders(OfPolicy):
    heading = "Lists with commas"
    option = "allow_headers"

    def of(self, pair: Pair) -> Iterator[Found]:
        value = pair.options.allow_headers.given
        if isinstance(value, str) and "," in value:
            yield from _gained(pair, comma_list(value), "nothing to do: it is read as a list")


class ExpressionsInAllowHeaders(OfPolicy):
    heading = "Expressions in `allow_headers`"
    option = "allow_headers"

    def of(self, pair: Pair) -> Iterator[Found]:
        allowed = pair.options.allow_headers.value
        # Browsers ask in lower case.
        names = [name.lower() for regex in allowed.regexes for name in texts_of(regex)[:1]]
        fix = "nothing to do where the whole name was meant; else end the expression with .*"
        yield from _lost(pair, [f"{name}-evil" for name in names], fix)
        yield from _gained(pair, names, "nothing to do: it is what is written")
        # Expressions of 6.0.5 that are literal now: "X-*".
        stars = sorted(name for name in allowed.names if "*" in name)
        meant = list_of(["...", *(f'"{name.replace("*", ".*")}"' for name in stars)])
        fix = written(pair.options, "allow_headers", meant)
        yield from _lost(pair, [name.replace("*", "a") for name in stars], fix)


def _lost(pair: Pair, names: list[str], fix: str) -> Iterator[Found]:
    """Those that 6.0.5 allowed and this version refuses."""
    yield from _changed(pair, names, (True, False), fix)


def _gained(pair: Pair, names: list[str], fix: str) -> Iterator[Found]:
    """Those that 6.0.5 refused and this version allows."""
    yield from _changed(pair, names, (False, True), fix)


def _changed(pair: Pair, names: list[str], how: tuple[bool, bool], fix: str) -> Iterator[Found]:
    method = allowed_method(pair)
    if method is None:
        return
    changed = [name for name in names if is_token(name) and _allowed(pair, method, name) == how]
    if changed:
        before, now = preflights(pair, method, changed[0])
        yield Found(
            f"the request header {listed(list(map(shown, changed)), 1)}",
            pair.at,
            says(before, h.ALLOW_HEADERS),
            says(now, h.ALLOW_HEADERS),
            fix,
            place_of(pair, "allow_headers"),
        )


def _allowed(pair: Pair, method: str, name: str) -> tuple[bool, bool]:
    """Whether 6.0.5 allowed a name, and whether this version does."""
    before, now = preflights(pair, method, name)
    return h.ALLOW_HEADERS in before, h.ALLOW_HEADERS in now


DIFFERENCES: tuple[type[Difference], ...] = (CommasInAllowHeaders, ExpressionsInAllowHeaders)
