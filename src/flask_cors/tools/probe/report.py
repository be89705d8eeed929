"""The report of ``flask cors probe``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from ...diagnostics.finding import Finding
from ...diagnostics.format import format_value
from ...protocol import headers as h
from ..shared import finding_report, verdict
from .exchanges import Probed


def as_text(probed: Probed, findings: Sequence[Finding], width: int) -> Iterator[str]:
    """Yield the lines of the report, with the colours of a terminal."""
    request = probed.page_request
    yield click.style(request.title, bold=True)
    for name in request.dropped:
        yield f"Scripts may not set {name}: it was left out."
    yield ""
    lines = list(verdict.as_text(probed.verdict))
    end = lines.index("") + 1
    yield from lines[:end]
    if probed.comparisons:
        yield f"The same requests from {probed.other_origin}:"
        for label, _, second in probed.comparisons:
            origin = second.response.get(h.ALLOW_ORIGIN)
            allows = f"no {h.ALLOW_ORIGIN}" if origin is None else f"allows {format_value(origin)}"
            yield f"   {label}: {second.response.status}, {allows}"
        yield ""
    yield from finding_report.as_text(findings, width)
    yield from lines[end:]


def as_json(probed: Probed, findings: Sequence[Finding]) -> dict[str, object]:
    """Return the report for JSON."""
    return {
        "request": probed.page_request._asdict(),
        **verdict.as_json(probed.verdict),
        "comparisons": [
            {
                "label": label,
                "origin": probed.other_origin,
                "status": second.response.status,
                "response_headers": list(second.response.headers),
            }
            for label, _, second in probed.comparisons
        ],
        "findings": list(map(finding_report.as_dict, findings)),
    }


def as_github(probed: Probed, findings: Sequence[Finding]) -> Iterator[str]:
    """Yield an annotation for each finding, and one if browsers block the request."""
    yield from finding_report.as_github(findings)
    outcome = probed.verdict.outcome
    if not outcome.allowed:
        title = "Failed" if outcome.reason is None else f"Blocked ({outcome.reason})"
        yield finding_report.format_annotation(
            "error", title, f"{probed.page_request.url}: {outcome.message}", None
        )
