"""Differences of which an app cannot be asked: what 6.0.5 loaded, and this version refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from .... import headers as h
from ....errors import Mistake, shown
from ....policy.options import DEFAULTS
from ..patterns.examples import STRANGER
from .difference import Found, allows, says
from .six import SixPolicy


class _Refusal(NamedTuple):
    """A row, and the mistakes that it is told of: by the option and words of the problem."""

    heading: str
    option: str | None
    problem: str
    before: Callable[[Mistake], str]


def _with_credentials(mistake: Mistake) -> str:
    options = {"origins": mistake.value, "supports_credentials": True}
    said = SixPolicy({**DEFAULTS.values, **options}).actual(_stranger_of(mistake))
    return f"{allows(said)}, {says(said, h.ALLOW_CREDENTIALS)}"


def _stranger_of(mistake: Mistake) -> str:
    """The origin that the message names."""
    if "'null'" in mistake.problem:
        return "null"
    _, found, stranger = mistake.problem.partition("strangers such as ")
    return stranger if found else STRANGER


def _max_age(mistake: Mistake) -> str:
    said = SixPolicy({**DEFAULTS.values, "max_age": mistake.value}).preflight(STRANGER, "GET")
    return says(said, h.MAX_AGE)


def _boolean(mistake: Mistake) -> str:
    return str(bool(mistake.value)).lower()


def _expression(mistake: Mistake) -> str:
    """What the origin that was meant was told, and what strangers were."""
    twin = SixPolicy({**DEFAULTS.values, "origins": mistake.value})
    meant = str(mistake.value).replace("\\", "").replace("*", "app")
    said = (f"{shown(origin)} {allows(twin.actual(origin))}" for origin in (meant, STRANGER))
    return "; ".join(said)


_REFUSALS = (
    _Refusal("Credentials for everybody", "origins", "lets in", _with_credentials),
    _Refusal("A `max_age` that is no number of seconds", "max_age", "not a number", _max_age),
    _Refusal("Booleans written as strings", None, "neither true nor false", _boolean),
    _Refusal("Any other `*` in an origin", "origins", "is no pattern", _expression),
    _Refusal("Any other `*` in an origin", "origins", "mixes a pattern", _expression),
)


def found_in(mistake: Mistake) -> Iterator[tuple[str, Found]]:
    """The row that a mistake comes under, if any, and what changes."""
    for refusal in _REFUSALS:
        if refusal.option in (None, mistake.option) and refusal.problem in mistake.problem:
            what = f"{mistake.option}={shown(mistake.value)}"
            now = "CORSConfigError: the app does not load"
            yield refusal.heading, Found(what, "", refusal.before(mistake), now, mistake.mend, None)
            return
