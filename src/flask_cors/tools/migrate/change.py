"""A change that a difference makes to an app, and how many changes become one finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ...diagnostics.finding import Severity
from ...diagnostics.source_location import SourceLocation
from ...protocol import headers as h
from ..shared.text import format_list
from .rules import Difference

MAX_PLACES_SHOWN = 3
MAX_ALIKE = 3  # changes of one cause that are findings of their own


class Cause(NamedTuple):
    """What a person edits: a line, and the call or the key of ``app.config``."""

    location: SourceLocation | None
    subject: str


@dataclass(frozen=True, slots=True)
class Change:
    """A response that changes, or a function that is no longer called.

    :ivar what: the origin, the option or the request concerned.
    :ivar at: the resource, the view or the path; changes that differ in it alone are one finding.
    :ivar before: what 6.0.5 did.
    :ivar now: what this version does.
    :ivar hint: what to write, or why there is nothing to do.
    """

    rule: type[Difference]
    what: str
    at: str
    before: str
    now: str
    hint: str
    cause: Cause
    severity: Severity | None = None


def findings_of(changes: Iterable[Change]) -> Iterator[Difference]:
    """Yield one finding for all changes that read alike, whatever line they come from; and where
    one cause has more than :data:`MAX_ALIKE`, the first, with their number."""
    alike: dict[tuple[object, ...], list[Change]] = {}
    for each in changes:
        key = (each.rule, each.what, each.before, each.now, each.hint)
        alike.setdefault(key, []).append(each)
    causes: dict[tuple[object, ...], list[list[Change]]] = {}
    for group in alike.values():
        first = group[0]
        causes.setdefault((first.rule, first.hint, first.cause), []).append(group)
    for groups in causes.values():
        if len(groups) <= MAX_ALIKE:
            yield from (_finding(group, 0) for group in groups)
        else:
            yield _finding(groups[0], len(groups) - 1)


def _finding(group: list[Change], more: int) -> Difference:
    first = group[0]
    places = list(dict.fromkeys(each.at for each in group if each.at))
    at = f" at {format_list(places, MAX_PLACES_SHOWN)}" if places else ""
    others = f" (and {more:,} more like it)" if more else ""
    return first.rule(
        f"{first.what}{at}{others}: {first.before} in 6.0.5, {first.now} now",
        first.hint,
        location=first.cause.location,
        subject=first.cause.subject,
        severity=first.severity,
    )


def describe(headers: Mapping[str, str], name: str, origin: str | None = None) -> str:
    """Return what a response says in one of its headers; of an origin, whether it is allowed."""
    value = headers.get(name)
    if name == h.ALLOW_ORIGIN and origin is not None:
        return "refused" if value is None else "allowed"
    return f"no {name}" if value is None else f"{name}: {value}"


def describe_error(headers: Mapping[str, str]) -> str:
    """Return whether a page can read an error."""
    return "readable" if h.ALLOW_ORIGIN in headers else "not readable"
