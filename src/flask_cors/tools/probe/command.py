"""``flask cors probe``: sends a request to a live server, and reports what browsers conclude and
what else the responses show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ...browser.urls import parse
from ...diagnostics.finding import Finding
from ...diagnostics.format import format_value
from ..shared.http_transport import make_transport
from ..shared.page_request import InvalidRequest, PageRequest
from ..shared.progress import show_progress
from ..shared.rule_selection import select_rules
from ..shared.sarif import as_sarif
from ..shared.text import echo, format_json, get_width
from .detection import detect
from .exchanges import Probed, probe
from .report import as_github, as_json, as_text
from .rules import RULES

# What is printed, by --format.
_FORMATS: dict[str, Callable[[Probed, Sequence[Finding]], Iterable[str]]] = {
    "text": lambda probed, findings: as_text(probed, findings, get_width()),
    "json": lambda probed, findings: format_json(as_json(probed, findings)),
    "github": as_github,
    "sarif": lambda _, findings: format_json(as_sarif("flask cors probe", findings)),
}


def run(page_request: PageRequest, select: Sequence[str], ignore: Sequence[str], form: str) -> int:
    """Probe a server, print the report, and return the exit status.

    :raises InvalidRequest: for a URL that is not sent over HTTP.
    :raises NoVerdict: if the server does not respond.
    :raises click.BadParameter: for an unknown code.
    """
    selected = select_rules(RULES, select, ignore)
    url = parse(page_request.url)
    if url is None or not url.is_http:
        raise InvalidRequest(
            f"url: {format_value(page_request.url)} is not an http or https URL, such as "
            "'https://api.example'"
        )
    with show_progress(f"Probing {url}"):
        probed = probe(page_request._replace(url=str(url)), make_transport())  # as it is sent
    findings = [finding for finding in detect(probed) if type(finding) in selected]
    echo(_FORMATS[form](probed, findings))
    return 0 if probed.verdict.outcome.allowed else 1
