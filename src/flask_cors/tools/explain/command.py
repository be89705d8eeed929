"""``flask cors explain``: sends a request through the app and a simulated browser, and suggests a
change if the browser blocks it."""

from __future__ import annotations

from typing import Any

from flask import Flask

from ..shared.page_request import parse_page_request
from ..shared.progress import show_progress
from ..shared.text import echo, format_json, get_width
from .explanation import Explanation, FindNewFindings, explain
from .report import as_json, as_text
from .target import find_target


def run(app: Flask, form: str, url: str, find_new_findings: FindNewFindings, **options: Any) -> int:
    """Explain a request to ``app``, and return the exit status.

    :param options: the other parameters of :func:`.parse_page_request`.
    :raises InvalidRequest: for a request that no browser would send, or that no URL rule matches.
    :raises NoVerdict: where the request leaves the app.
    """
    with show_progress("Explaining the request"):
        explanation = explain_url(app, url, find_new_findings, **options)
    is_json = form == "json"
    echo(format_json(as_json(explanation)) if is_json else as_text(explanation, get_width()))
    return 0 if explanation.verdict.outcome.allowed else 1


def explain_url(
    app: Flask, url: str, find_new_findings: FindNewFindings, **options: Any
) -> Explanation:
    """Explain a request to ``app``; the parameters are those of :func:`run`."""
    methods = {name for rule in app.url_map.iter_rules() for name in rule.methods or ()}
    target = find_target(app, url)
    page_request = parse_page_request(target.url, **options, also_methods=methods)
    return explain(app, page_request, find_new_findings, target.root)
