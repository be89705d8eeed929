"""``flask cors check --from 6``: which answers of an app are others than those of flask-cors 6,
and what to write. Each difference is a class, named by its row of the page "Differences from
flask-cors 6"; it asks both versions, 6.0.5 as :mod:`flask_cors.tools.check.six` knows it."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask

from ....errors import CORSConfigError, Place
from ...trial import quiet
from . import caching, options, origins, request_headers, resources, views
from .change import Change as Change
from .change import grouped
from .difference import Difference
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


def changes(app: Flask) -> list[Change]:
    """The differences that change answers of ``app``, those that ask for something to be done
    first; one for all resources, views and paths that have it from the same line.

    No view of the app is called. Its ``before_request`` functions are, for some preflights.
    """
    told: list[Change] = []
    with app.app_context(), quiet(app):  # a URL converter may ask for the app
        seen = Seen(app)
        for difference in DIFFERENCES:
            told += grouped(difference.heading, difference().find(seen))
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
        for change in grouped(heading, [each])
    ]
    place = _raised_at(error)
    return [replace(change, where=place) for change in found]


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
