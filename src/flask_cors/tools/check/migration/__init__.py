"""``flask cors check --from 6``: which answers of an app are others than those of flask-cors 6,
and what to write. Each difference is a class, named by its row of the page "Differences from
flask-cors 6"; it asks both versions, 6.0.5 as :mod:`flask_cors.tools.check.six` knows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

import click
from flask import Flask

from ....errors import CORSConfigError, Place
from ...text import listed, place_as_json, printable, shown_place, wrapped
from ...trial import quiet
from ..annotations import annotation
from . import caching, options, origins, request_headers, resources, views
from .difference import Difference, Found
from .mistakes import found_in
from .seen import Seen

# Those of one row one after the other.
DIFFERENCES: tuple[type[Difference], ...] = tuple(
    difference
    for module in (options, request_headers, origins, resources, views, caching)
    for difference in module.DIFFERENCES
)

# The other rows of the page, and why they change no answer of an app that could be told here.
NOT_TOLD: dict[str, str] = {
    "Changing the config later": "the config of an app that was just loaded is not changed yet",
    "Credentials for everybody": "the app does not load; told of the error that it raises",
    "Any other `*` in an origin": "the app does not load; told of the error that it raises",
    "Unknown options": "ignored before and now; the app warns of them when it is loaded",
    "An `Origin` that no browser sends": "no page gets another answer",
    "`Allow` on a preflight": "no browser reads it there",
    "Very many requested headers": "no page asks for so many",
    "Names that are no header's": "no browser asks for them",
    "`Vary` on a preflight": "no cache keeps the answers to OPTIONS (RFC 9110 9.3.7)",
    "When the headers are put on the response": "what the app's own functions read is not seen",
    "Loggers": "no answer",
    "Functions of `flask_cors.core`": "no answer",
}

_ROWS = {
    heading: number
    for number, heading in enumerate([*(each.heading for each in DIFFERENCES), *NOT_TOLD])
}

_MOST = 3  # places that are named, and changes that are told apart


@dataclass(frozen=True, slots=True)
class Change:
    """A difference that changes answers of an app.

    :ivar heading: of its row on the page "Differences from flask-cors 6".
    :ivar what: the origin, the option or the request concerned, and where.
    :ivar before: what 6.0.5 answered.
    :ivar now: what this version answers.
    :ivar fix: the line to write; where nothing is to do, why.
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


def changes(app: Flask) -> list[Change]:
    """The differences that change answers of ``app``, those that ask for something to be done
    first; one for all resources, views and paths that have it from the same line.

    No view of the app is called. Its ``before_request`` functions are, for some preflights.
    """
    told: list[Change] = []
    with app.app_context(), quiet(app):  # a URL converter may ask for the app
        seen = Seen(app)
        for difference in DIFFERENCES:
            told += _grouped(difference.heading, difference().find(seen))
        for error, place in seen.broken:
            told += [replace(change, where=place) for change in changes_of_error(error)]
    to_do = {change.heading for change in told if change.asks_for_something}
    return sorted(told, key=lambda change: (change.heading not in to_do, _ROWS[change.heading]))


def changes_of_error(error: CORSConfigError) -> list[Change]:
    """Of an app that 6.0.5 loaded and this version refuses: the differences that refuse it."""
    found = [
        change
        for mistake in error.mistakes
        for heading, each in found_in(mistake)
        for change in _grouped(heading, [each])
    ]
    place = _raised_at(error)
    return [replace(change, where=place) for change in found]


def _grouped(heading: str, found: Iterable[Found]) -> Iterator[Change]:
    """One change for all that differ in where it is alone; of many that are mended alike, the
    first."""
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


def _raised_at(error: CORSConfigError) -> Place | None:
    """The line that called into this package."""
    place = None
    traceback = error.__traceback__
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_globals.get("__name__", "").partition(".")[0] == "flask_cors":
            break
        place = Place(frame.f_code.co_filename, traceback.tb_lineno, {})
        traceback = traceback.tb_next
    return place if traceback is not None else None


# ---- what is printed ---------------------------------------------------------------------------

_LABEL = 7  # the width of "6.0.5", and of what stands beside it


def as_text(changes: Iterable[Change], width: int) -> Iterator[str]:
    """For people: the rows of the page, and what they change."""
    for heading, told in groupby(changes, key=lambda change: change.heading):
        yield click.style(heading, bold=True)
        for change in told:
            where = "" if change.where is None else f" ({shown_place(change.where)})"
            yield from _indented("", f"{change.what}{where}", 2, width)
            for label, text in (("6.0.5", change.before), ("now", change.now), ("->", change.fix)):
                yield from _indented(label.ljust(_LABEL), text, 4, width)
        yield ""


def _indented(label: str, text: str, indent: int, width: int) -> Iterator[str]:
    room = width - indent - len(label)
    for number, line in enumerate(wrapped(printable(text), room)):
        yield " " * indent + (" " * len(label) if number else label) + line


def as_json(changes: Iterable[Change]) -> list[dict[str, object]]:
    """For programs."""
    return [
        {
            "heading": change.heading,
            "what": change.what,
            "before": change.before,
            "now": change.now,
            "fix": change.fix,
            "where": place_as_json(change.where),
        }
        for change in changes
    ]


def as_github(changes: Iterable[Change]) -> Iterator[str]:
    """An annotation each."""
    for change in changes:
        message = f"{change.what}: before {change.before}; now {change.now}; {change.fix}"
        yield annotation("notice", f"Flask-CORS 6: {change.heading}", message, change.where)
