"""The report of ``flask cors explain``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from ...policy.policy import DecisionReason
from ...protocol.headers import comma_list
from ..shared import finding_report
from ..shared import verdict as verdicts
from ..shared.functions import is_of_package
from ..shared.option_code import describe_layer
from ..shared.text import (
    GAP,
    escape_first_line,
    format_list,
    format_location,
    format_table,
    location_as_json,
    wrap,
)
from .explanation import Explanation

MAX_CELL = 160  # characters; a regular expression may be a screen long
MAX_HEADERS_SHOWN = 12
MIN_LAST_COLUMN = 30
MAX_ENTRY_BESIDE = 20  # characters beside the value; a longer entry has a line of its own

Row = tuple[str, str, str, str]


def as_text(explanation: Explanation, width: int) -> Iterator[str]:
    """Yield the lines of the report, with the colours of a terminal."""
    yield click.style(explanation.page_request.title, bold=True)
    yield ""
    rows = [(*row[:2], _shorten(row[2]), row[3]) for row in _iter_rows(explanation)]
    yield from _format_rows(rows, width)
    for note in explanation.notes:
        yield from wrap(f"Note: {note}.", width)
    yield ""
    yield from verdicts.as_text(explanation.verdict)
    if explanation.unreadable:
        plural = "s" if len(explanation.unreadable) > 1 else ""
        names = format_list(list(map(str.lower, explanation.unreadable)), MAX_HEADERS_SHOWN)
        yield from wrap(f"The frontend cannot read the header{plural} {names}.", width)
    if explanation.suggestions:
        yield ""
        yield from _iter_suggestion_lines(explanation)
        if explanation.new_findings:
            yield ""
            yield "With this change, `flask cors check` reports:"
            yield from list(finding_report.as_text(explanation.new_findings, width))[:-1]
    elif explanation.hint is not None:
        yield ""
        yield from wrap(f"Hint: {explanation.hint}.", width)


def _format_rows(rows: Sequence[Row], width: int) -> Iterator[str]:
    """Yield the lines of a table. A cell may go on below the last column if that is empty, and the
    last column is narrowed first: an origin is read best in one piece."""
    labels, states, values, sources = zip(*rows, strict=True)
    first = [max(map(len, labels)), max(map(len, states))]
    rest = width - sum(first) - len(first) * GAP
    beside = [value for value, source in zip(values, sources, strict=True) if source]
    last = min(max(map(len, sources)), MIN_LAST_COLUMN)
    third = min(max(map(len, beside), default=0), rest - last - GAP)
    for *row, value, source in rows:
        cells, widths = [value, source], [third, rest - third - GAP]
        if not source:
            cells, widths = [value], [rest]
        yield from format_table([[*row, *cells]], [*first, *widths])


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_CELL else f"{text[: MAX_CELL - 3]}..."


def _iter_rows(explanation: Explanation) -> Iterator[Row]:
    cause = explanation.cause
    because = f"because of {cause}" if cause else ""
    yield "Preflight", "needed" if cause else "not needed", because, ""
    if explanation.middleware is None:
        yield "URL rule", "", explanation.rule or _describe_unserved(explanation), ""
    else:
        name = explanation.middleware
        yield "URL rule", "none", f"responded before Flask: WSGI middleware {name}", ""
    yield from _iter_policy_rows(explanation)
    for check in explanation.checks:
        state = "refused" if check.entry is None else "allowed"
        source = describe_layer(check.option, check.layer, check.layer.location)
        by = "" if check.entry in (None, check.value) else f", by {check.entry}"
        is_short = len(by) <= MAX_ENTRY_BESIDE
        value = check.value + (by if is_short else "")
        yield check.kind.capitalize(), state, value, f"{check.option}: {source}"
        if not is_short:
            yield "", "by", check.entry or "", ""
        if check.closest is not None:
            yield "", "closest", check.closest.entry, check.closest.difference


def _iter_policy_rows(explanation: Explanation) -> Iterator[Row]:
    source = explanation.source
    if explanation.spellings:
        yield "Policy", "none", "spellings of the path have different policies", ""
        for path, resource in explanation.spellings:
            name = "no resource"
            if resource is not None:
                name = f"{resource.resource}, {format_location(resource.location)}"
            yield "Spelling", "", escape_first_line(path), name
    elif explanation.middleware is not None:
        yield "Policy", "none", "Flask-CORS was not reached", ""
    elif source is None:
        yield "Policy", "none", "no resource covers the path", ""
    else:
        state = "invalid" if explanation.reason is DecisionReason.CONFIG_ERROR else ""
        yield "Policy", state, source.resource, format_location(source.location)


def _describe_unserved(explanation: Explanation) -> str:
    allow = explanation.verdict.outcome.exchanges[-1].response.get("Allow")
    served = "" if allow is None else f"; the path serves {', '.join(sorted(comma_list(allow)))}"
    return f"none serves {explanation.page_request.method}{served}"


def _iter_suggestion_lines(explanation: Explanation) -> Iterator[str]:
    purpose = "allow the request"
    if explanation.verdict.outcome.allowed:
        purpose = f"expose {_pronoun_of(explanation.unreadable)}"
    for code, placement, location in explanation.suggestions:
        is_installed = location is not None and is_of_package(location.file)
        if is_installed and placement == "before":
            location = None  # app.config can be set elsewhere
        at = "" if location is None else f" {placement} {format_location(location)}"
        yield f"To {purpose}, write{at}:"
        yield click.style(f"    {code}", bold=True)
        if is_installed and location is not None:
            yield "The file belongs to an installed package: look for a setting of it instead."
    yield from describe_change(explanation)


def describe_change(explanation: Explanation) -> Iterator[str]:
    """Yield what the suggestions change, in sentences."""
    if explanation.verdict.outcome.allowed:
        headers = _pronoun_of(explanation.unreadable)
        yield f"Verified: with this change the frontend can read {headers}."
        return
    status = explanation.status_with_change
    read = "" if status < 400 else f", and the frontend can read status {status}"
    yield f"Verified: with this change the request is allowed{read}."
    refused = explanation.refused_values()
    if explanation.refuses_more:
        yield "Allowed origins that the line leaves out are then refused."
    if "credentials" in refused:
        yield "Every allowed origin can then read responses to requests with cookies."
    if requires_trust(explanation):
        origin = explanation.page_request.origin
        yield f"Apply it only if you trust {origin}: its scripts can then read these responses."


def requires_trust(explanation: Explanation) -> bool:
    """Return whether the suggestions allow the origin, which was refused."""
    is_blocked = not explanation.verdict.outcome.allowed
    return is_blocked and ("origin" in explanation.refused_values() or not explanation.checks)


def _pronoun_of(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "them"


def as_json(explanation: Explanation) -> dict[str, object]:
    """Return the report for JSON."""
    source, reason = explanation.source, explanation.reason
    return {
        "request": explanation.page_request._asdict(),
        "preflight": {"needed": bool(explanation.cause), **explanation.cause._asdict()},
        "url_rule": explanation.rule,
        "middleware": explanation.middleware,
        "policy": source and source.as_json(),
        "reason": reason and reason.name,
        "spellings": [
            {"path": path, "policy": resource and resource.as_json()}
            for path, resource in explanation.spellings
        ],
        "checks": [
            {
                "kind": check.kind,
                "value": check.value,
                "allowed": check.entry is not None,
                "entry": check.entry,
                "closest": check.closest and check.closest._asdict(),
                "option": check.option,
                "layer": check.layer.name,
                "location": location_as_json(check.layer.location),
            }
            for check in explanation.checks
        ],
        "notes": explanation.notes,
        "verdict": verdicts.as_json(explanation.verdict),
        "unreadable_headers": explanation.unreadable,
        "suggestions": [
            {"code": code, "placement": placement, "location": location_as_json(location)}
            for code, placement, location in explanation.suggestions
        ],
        "new_findings": list(map(finding_report.as_dict, explanation.new_findings)),
        "hint": explanation.hint,
    }
