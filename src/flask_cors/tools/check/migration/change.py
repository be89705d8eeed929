"""What an app is told of a difference: a change of its answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ....errors import Place
from ...text import listed
from .difference import Found

_MOST = 3  # places that are named, and changes that are told apart


@dataclass(frozen=True, slots=True)
class Change:
    """A difference that changes answers of an app.

    :ivar heading: of its row on the page "Differences from flask-cors 6".
    :ivar what: the origin, the option or the request concerned, and where.
    :ivar before: what 6.0.5 answered.
    :ivar now: what this version answers.
    :ivar fix: the line to write, or why there is none, as in :class:`Found`.
    :ivar where: the ``CORS(…)`` or ``@cross_origin``.
    """

    heading: str
    what: str
    before: str
    now: str
    fix: str
    where: Place | None

    @property
    def asks_for_something(self) -> bool:
        """Whether somebody had better look at it."""
        return not _is_settled(self.fix)


def grouped(heading: str, found: Iterable[Found]) -> Iterator[Change]:
    """One change for all answers that are told alike, with the places where they are; of many that
    are mended alike, the first, and how many there are."""
    alike: dict[tuple[str, Place | None], dict[tuple[str, str, str], list[Found]]] = {}
    for each in found:
        place = None if _is_settled(each.fix) else each.place
        groups = alike.setdefault((each.fix, place), {})
        groups.setdefault((each.subject, each.before, each.now), []).append(each)
    for groups in alike.values():
        told = list(groups.values())
        for first, *others in told if len(told) <= _MOST else told[:1]:
            at = listed(list(dict.fromkeys(each.at for each in (first, *others))), _MOST)
            what = f"{first.subject} at {at}" if at else first.subject
            more = f" (and {len(told) - 1:,} more like it)" if len(told) > _MOST else ""
            yield Change(heading, what + more, first.before, first.now, first.fix, first.place)


def _is_settled(fix: str) -> bool:
    """Whether nobody need look at it."""
    return fix.startswith("nothing to do") and not fix.startswith("nothing to do where")
