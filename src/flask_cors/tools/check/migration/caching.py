"""Differences: what shared caches are told, and requests without ``Origin``."""

from __future__ import annotations

from collections.abc import Iterator

from .... import headers as h
from ..patterns.examples import STRANGER
from .difference import Difference, Found, OfPolicy, is_allowed, says
from .seen import Pair


class VaryOnRefused(OfPolicy):
    heading = "`Vary` on a refused request"
    option = "origins"

    def of(self, pair: Pair) -> Iterator[Found]:
        before, now = pair.six.actual(STRANGER), pair.now(STRANGER)
        if not before and not is_allowed(now) and "Vary" in now:
            yield Found(
                "a request of an origin that is not allowed",
                pair.at,
                says(before, "Vary"),
                says(now, "Vary"),
                "nothing to do: a shared cache keeps the answers apart",
                pair.source.place,
            )


class VaryWithoutOrigin(OfPolicy):
    heading = "`Vary` on a request without `Origin`"
    option = "origins"

    def of(self, pair: Pair) -> Iterator[Found]:
        before, now = pair.six.actual(None), pair.now(None)
        if not before and "Vary" in now:
            yield Found(
                "a request without Origin",
                pair.at,
                says(before, "Vary"),
                says(now, "Vary"),
                "nothing to do: a shared cache keeps the answers apart",
                pair.source.place,
            )


class SeveralOrigins(OfPolicy):
    heading = "A request without `Origin`, several origins allowed"
    option = "origins"

    def of(self, pair: Pair) -> Iterator[Found]:
        before, now = pair.six.actual(None), pair.now(None)
        told = before.get(h.ALLOW_ORIGIN, "*").lower()
        if told in pair.options.origins.value.exact and not is_allowed(now):
            yield Found(
                "a request without Origin",
                pair.at,
                says(before, h.ALLOW_ORIGIN),
                says(now, h.ALLOW_ORIGIN),
                "send an Origin in tests and health checks that look for the header",
                pair.source.place,
            )


DIFFERENCES: tuple[type[Difference], ...] = (VaryOnRefused, VaryWithoutOrigin, SeveralOrigins)
