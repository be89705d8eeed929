"""The report of ``flask cors explain``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from ...policy.policy import Reason
from ...protocol.headers import comma_list
from ..shared import verdict as verdicts
from ..shared.option_code import describe_layer
from ..shared.text import (
    escape_first_line,
    fit_columns,
    format_location,
    format_table,
    location_as_json,
)
from .explanation import Explanation, ValueCheck


def as_text(explanation: Explanation, width: int) -> Iterator[str]:
    """Yield the lines of the report, with the colours of a terminal."""
    yield click.style(explanation.page_request.title, bold=True)
    yield ""
    rows = list(_iter_rows(explanation))
    yield from format_table(rows, fit_columns(rows, width))
    for note in explanation.notes:
        yield f"Note: {note}."
    yield ""
    yield from verdicts.as_text(explanation.verdict)
    if explanation.unreadable:
        yield f"The frontend cannot read {_list_headers(explanation.unreadable)}."
    if explanation.suggestions:
        yield ""
        yield from _iter_suggestion_lines(explanation)
    elif explanation.hint is not None:
        yield ""
        yield f"Hint: {explanation.hint}."


def _iter_rows(explanation: Explanation) -> Iterator[tuple[str, str, str, str]]:
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
        yield (
            check.kind.capitalize(),
            "refused" if check.entry is None else "allowed",
            _format_check(check),
            f"{check.option}: {describe_layer(check.option, check.layer, check.layer.location)}",
        )


def _iter_policy_rows(explanation: Explanation) -> Iterator[tuple[str, str, str, str]]:
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
        state = "invalid" if explanation.reason is Reason.CONFIG_ERROR else ""
        yield "Policy", state, source.resource, format_location(source.location)


def _describe_unserved(explanation: Explanation) -> str:
    allow = explanation.verdict.outcome.exchanges[-1].response.get("Allow")
    served = "" if allow is None else f"; the path serves {', '.join(sorted(comma_list(allow)))}"
    return f"none serves {explanation.page_request.method}{served}"


def _format_check(check: ValueCheck) -> str:
    if check.entry is not None:
        return check.value if check.entry == check.value else f"{check.value}, by {check.entry}"
    if check.closest is None:
        return check.value
    entry, difference = check.closest
    return f"{check.value}; closest allowed {check.kind}: {entry} ({difference})"


def _list_headers(names: Sequence[str]) -> str:
    return f"the header{'s' if len(names) > 1 else ''} {', '.join(map(str.lower, names))}"


def _iter_suggestion_lines(explanation: Explanation) -> Iterator[str]:
    is_allowed = explanation.verdict.outcome.allowed
    headers = "it" if len(explanation.unreadable) == 1 else "them"
    purpose = f"expose {headers}" if is_allowed else "allow the request"
    for code, placement, location in explanation.suggestions:
        at = "" if location is None else f" {placement} {format_location(location)}"
        yield f"To {purpose}, write{at}:"
        yield click.style(f"    {code}", bold=True)
    if is_allowed:
        yield f"Verified: with this change the frontend can read {headers}."
        return
    yield "Verified: with this change the request is allowed."
    refused = explanation.refused_values()
    if "credentials" in refused:
        yield "Every allowed origin can then read responses to requests with cookies."
    if "origin" in refused or not explanation.checks:
        origin = explanation.page_request.origin
        yield f"Apply it only if you trust {origin}: its scripts can then read these responses."


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
        "hint": explanation.hint,
    }
