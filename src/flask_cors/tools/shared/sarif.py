"""Findings as SARIF 2.1.0, which code scanning services read
(https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html)."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import cleandoc
from pathlib import Path
from urllib.parse import quote

from ... import __version__
from ...diagnostics.finding import Finding
from ...diagnostics.source_location import SourceLocation
from .documentation_links import address_of
from .finding_report import as_sentence

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(
    command: str, findings: Sequence[Finding], suppressed: Sequence[tuple[Finding, str]] = ()
) -> dict[str, object]:
    """Return a log of one run of a command: its findings with their rules.

    :param suppressed: findings that were suppressed, each with the reason.
    """
    results = [_as_result(finding) for finding in findings]
    for finding, reason in suppressed:
        suppression = {"kind": "external", "justification": reason}
        results.append({**_as_result(finding), "suppressions": [suppression]})
    rules = {type(finding) for finding in [*findings, *(each for each, _ in suppressed)]}
    driver = {
        "name": command,
        "semanticVersion": __version__,
        "rules": [_describe_rule(rule) for rule in sorted(rules, key=lambda rule: rule.code)],
    }
    run = {"tool": {"driver": driver}, "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _describe_rule(rule: type[Finding]) -> dict[str, object]:
    explanation = cleandoc(rule.__doc__ or "")
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": explanation.partition("\n\n")[0]},
        "help": {"text": explanation, "markdown": explanation},
        "helpUri": address_of(rule.code),
        "defaultConfiguration": {"level": rule.severity.value},  # SARIF has the same three
    }


def _as_result(finding: Finding) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": finding.code,
        "level": finding.severity.value,
        "message": {"text": as_sentence(finding)},
    }
    if finding.location is not None:
        result["locations"] = [{"physicalLocation": _locate(finding.location)}]
    return result


def _locate(location: SourceLocation) -> dict[str, object]:
    """Return a location, relative to the working directory where the file is below it."""
    file, root = Path(location.file).absolute(), Path.cwd()
    artifact = {"uri": file.as_uri()}
    if file.is_relative_to(root):
        relative = file.relative_to(root).as_posix()
        artifact = {"uri": quote(relative), "uriBaseId": "%SRCROOT%"}
    return {"artifactLocation": artifact, "region": {"startLine": location.line}}
