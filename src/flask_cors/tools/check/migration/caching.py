"""Differences: what shared caches are told, and requests without ``Origin``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from .... import headers as h
from ..patterns.examples import STRANGER
from .difference import Difference, Found, OfPolicy, is_allowed, says
from .seen import Pair


class _Vary(OfPolicy):
    """6.0.5 said nothing to this request; now caches are told that others may get more.

    :cvar subject: the request.
    :cvar origin: its ``Origin``, None for none.
    """

    option = "origins"
    subject: ClassVar[str]
    origin: ClassVar[str | None]

    def of(self, pair: Pair) -> Iterator[Found]:
        before, now = pair.six.actual(self.origin), pair.now(self.origin)
        if not before and not is_allowed(now) and "Vary" in now:
            yield Found(
                self.subject,
                pair.at,
                says(before, "Vary"),
                says(now, "Vary"),
                "nothing to do: a shared cache keeps the answers apart",
                pair.source.place,
            )


class VaryOnRefused(_Vary):
    heading = "`Vary` on a refused request"
    subject = "a request of an origin that is not allowed"
    origin = STRANGER


class VaryWithoutOrigin(_Vary):
    heading = "`Vary` on a request without `Origin`"
    subject = "a request without Origin"
    origin = None


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
