"""``flask cors explain``: sends a request through the app and a simulated browser, and suggests a
change if the browser blocks it."""

from __future__ import annotations

import difflib
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from werkzeug.exceptions import NotFound

from ...diagnostics.format import format_value
from ...testing import get_base_url
from ..shared.app_transport import route_request
from ..shared.page_request import InvalidRequest, PageRequest, parse_page_request
from ..shared.rule_paths import CONVERTER
from ..shared.text import echo, echo_json, get_width
from .explanation import explain
from .report import as_json, as_text


def run(app: Flask, form: str, url: str, **options: Any) -> int:
    """Explain a request to ``app``, and return the exit status.

    :param options: the other parameters of :func:`.parse_page_request`.
    :raises InvalidRequest: for a request that no browser would send, or that no URL rule matches.
    :raises NoVerdict: where the request leaves the app.
    """
    methods = {name for rule in app.url_map.iter_rules() for name in rule.methods or ()}
    try:
        url = urljoin(get_base_url(app), url if url.startswith("//") else url.removeprefix("/"))
    except ValueError as error:
        raise InvalidRequest(
            f"url: {format_value(url)} is neither a URL nor a path of the app"
        ) from error
    page_request = parse_page_request(url, **options, also_methods=methods)
    _check_url(app, page_request)
    explanation = explain(app, page_request)
    if form == "json":
        echo_json(as_json(explanation))
    else:
        echo(as_text(explanation, get_width()))
    return 0 if explanation.verdict.outcome.allowed else 1


def _check_url(app: Flask, page_request: PageRequest) -> None:
    """Refuse a URL that no URL rule matches, because the app would not be involved."""
    url, root = urlsplit(page_request.url), urlsplit(get_base_url(app)).path
    if url.scheme not in ("http", "https"):
        raise InvalidRequest(
            f"url: {format_value(page_request.url)} is neither an http or https URL nor a path of "
            "the app"
        )
    path = "/" + url.path.removeprefix(root).lstrip("/")
    try:
        request = route_request(
            app, path, f"{url.scheme}://{url.netloc}{root}", method=page_request.method
        )
    except Exception:  # of a converter, which raises in the request again
        return
    if isinstance(request.routing_exception, NotFound):
        rules = {rule.rule for rule in app.url_map.iter_rules() if not rule.build_only}
        by_sample = {CONVERTER.sub("1", rule): rule for rule in rules}
        close = difflib.get_close_matches(url.path, by_sample, 1)
        hint = f"did you mean {by_sample[close[0]]}?" if close else "`flask cors routes` lists them"
        raise InvalidRequest(
            f"url: no URL rule of the app matches {format_value(url.path)} on {url.netloc}; {hint}"
        )
