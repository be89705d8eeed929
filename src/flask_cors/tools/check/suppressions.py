"""Suppressions: the codes of findings that an app accepts, each with a reason, in
``app.config["CORS_CHECK_IGNORE"]``.

.. code-block:: python

    app.config["CORS_CHECK_IGNORE"] = {
        "CORS401": "the frontend changes with each release, a day is fine",
        "CORS113 http://localhost:8080": "the desktop app serves its frontend there",
    }
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from ...diagnostics.finding import Finding, Severity
from ...diagnostics.format import format_value
from ...policy.layers import SUPPRESSIONS_KEY as KEY

_SUBJECT = f"{KEY} of app.config"
_REASON = "'the reason'"
_EXAMPLE = f"{{'CORS113': {_REASON}}}"


class InvalidSuppression(Finding):
    """An entry of `CORS_CHECK_IGNORE` has an unknown code, or no reason.

    ## Why it matters

    The entry has no effect: the finding is reported all the same. A reason is required because
    later readers need to know why the entry is there.

    ## Example

        app.config["CORS_CHECK_IGNORE"] = ["CORS401"]
        CORS(app, origins="https://app.example", max_age=604800)

    ## Use instead

        app.config["CORS_CHECK_IGNORE"] = {"CORS401": "the same value is sent to our mobile app"}
        CORS(app, origins="https://app.example", max_age=604800)

    ## When to ignore

    Never: the entry has no effect.
    """

    code = "CORS902"
    title = "invalid suppression"


class UnusedSuppression(Finding):
    """No finding matches an entry of `CORS_CHECK_IGNORE`.

    ## Why it matters

    What was suppressed is gone. The entry would hide the same finding when it occurs again.

    ## Example

        app.config["CORS_CHECK_IGNORE"] = {"CORS401": "the same value is sent to our mobile app"}
        CORS(app, origins="https://app.example", max_age=600)

    ## Use instead

        CORS(app, origins="https://app.example", max_age=600)

    ## When to ignore

    Where the finding occurs only with the configuration of production.
    """

    code = "CORS903"
    title = "unused suppression"
    severity = Severity.NOTE


class Report(NamedTuple):
    """Findings after the suppressions of an app were applied.

    :ivar findings: those that are left, sorted by location.
    :ivar suppressed: the others, each with the reason.
    """

    findings: tuple[Finding, ...]
    suppressed: tuple[tuple[Finding, str], ...]


class _Suppression(NamedTuple):
    """An entry of ``CORS_CHECK_IGNORE``.

    :ivar text: a part of the message, the location or the subject of the findings; empty for all
        findings of the code.
    """

    code: str
    text: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        shown = f"{finding.message} {finding.location or ''} ({finding.subject or ''})"
        return finding.code == self.code and self.text in shown


def apply_suppressions(
    raw: object, found: Sequence[Finding], codes: Collection[str], selected: Collection[str]
) -> Report:
    """Separate suppressed findings from the others. Invalid and unused entries are findings too.

    :param raw: the value of ``CORS_CHECK_IGNORE``.
    :param codes: all codes.
    :param selected: the codes that were looked for. Entries with other codes are not unused.
    """
    findings: list[Finding] = []
    suppressions = list(_parse(raw, codes, findings))
    suppressed: list[tuple[Finding, str]] = []
    for finding in found:
        by = next((each for each in suppressions if each.covers(finding)), None)
        if by is None:
            findings.append(finding)
        else:
            suppressed.append((finding, by.reason))
    for entry in suppressions:
        if entry.code in selected and not any(map(entry.covers, found)):
            key = format_value(f"{entry.code} {entry.text}".strip())
            message = f"{KEY}: no finding matches {key}"
            findings.append(UnusedSuppression(message, "remove the entry", subject=_SUBJECT))
    return Report(tuple(sorted(findings, key=_by_location)), tuple(suppressed))


def _parse(raw: object, codes: Collection[str], findings: list[Finding]) -> Iterator[_Suppression]:
    """Yield the suppressions of ``raw``; an entry that is not one is added to ``findings``."""

    def report(problem: str, hint: str) -> None:
        findings.append(InvalidSuppression(f"{KEY}: {problem}", f"write {hint}", subject=_SUBJECT))

    if raw is not None and not isinstance(raw, Mapping):
        report(f"{format_value(raw)} is not a dict of codes and reasons", _EXAMPLE)
        return
    for key, reason in (raw or {}).items():
        code, _, text = str(key).partition(" ")
        if code not in codes:
            report(f"{format_value(key)} does not begin with a code", f"a code, as in {_EXAMPLE}")
        elif not isinstance(reason, str) or not reason.strip():
            problem = f"the reason of {format_value(key)} is {format_value(reason)}, not text"
            report(problem, f"{format_value(key)}: {_REASON}")
        else:
            yield _Suppression(code, text.strip(), reason)


def _by_location(finding: Finding) -> tuple[str, int, str, str, str]:
    location = finding.location
    file, line = ("", 0) if location is None else (location.file, location.line)
    return file, line, finding.subject or "", finding.code, finding.message
