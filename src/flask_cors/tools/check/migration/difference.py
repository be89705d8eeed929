"""A difference: what every one of them is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from .... import headers as h
from ....errors import Place
from ....policy.options import Options, Setting
from ..lines import line
from ..patterns.examples import STRANGER
from .probes import allowed_origins
from .seen import Pair, Seen
from .six import Headers


@dataclass(frozen=True, slots=True)
class Found:
    """An answer that changes. Those that differ in ``at`` alone are told as one.

    :ivar subject: the origin, the option or the request concerned.
    :ivar at: the resource, the view or the path.
    :ivar before: what 6.0.5 answered.
    :ivar now: what this version answers.
    :ivar fix: the line to write; else why there is none to write.
    """

    subject: str
    at: str
    before: str
    now: str
    fix: str
    place: Place | None


class Difference(ABC):
    """One row of the page "Differences from flask-cors 6".

    :cvar heading: of the row.
    """

    heading: ClassVar[str]

    @abstractmethod
    def find(self, seen: Seen) -> Iterator[Found]:
        """The answers of an app that it changes."""


class OfPolicy(Difference):
    """A difference that each policy shows by itself.

    :cvar option: which it is about; "" for several. Where 6.0.5 did not read it, that is the
        difference.
    """

    option: ClassVar[str] = ""

    @abstractmethod
    def of(self, pair: Pair) -> Iterator[Found]:
        """The answers of a policy that it changes."""

    def find(self, seen: Seen) -> Iterator[Found]:
        for pair in seen.pairs:
            if not self.option or pair.has_read(self.option):
                yield from self.of(pair)


# ---- in words ----------------------------------------------------------------------------------


def says(headers: Headers, name: str) -> str:
    """What an answer says in one of its headers."""
    value = headers.get(name)
    return f"no {name}" if value is None else f"{name}: {value}"


def allows(headers: Headers) -> str:
    """Whether an answer lets the page read it."""
    value = headers.get(h.ALLOW_ORIGIN)
    return f"{'refused' if value is None else 'allowed'}, {says(headers, h.ALLOW_ORIGIN)}"


def is_allowed(headers: Headers) -> bool:
    return h.ALLOW_ORIGIN in headers


def written(options: Options, option: str, code: str) -> str:
    """An option as a line to write, where it was given."""
    return line(option, getattr(options, option), code)


def place_of(pair: Pair, option: str) -> Place:
    """Where an option was given; where none was, the CORS or the decorator."""
    setting: Setting[Any] = getattr(pair.options, option)
    return setting.place or pair.source.place


# ---- preflights --------------------------------------------------------------------------------


def preflights(pair: Pair, method: str, names: str | None = None) -> tuple[Headers, Headers]:
    """What 6.0.5 and this version answer to a preflight, of an origin that is allowed if any is."""
    origin = next(iter(allowed_origins(pair.policy)), STRANGER)
    before = pair.six.preflight(origin, method, names)
    return before, pair.now_preflight(origin, method, names)


def allowed_method(pair: Pair) -> str | None:
    """A method that both versions allow in a preflight."""
    for method in (*pair.methods, *sorted(pair.options.methods.value.names)):
        if all(h.ALLOW_METHODS in headers for headers in preflights(pair, method)):
            return method
    return None
