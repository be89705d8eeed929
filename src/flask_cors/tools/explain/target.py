"""Where a request goes: its URL as a browser writes it, and the path that the app is mounted at."""

from __future__ import annotations

import difflib
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from flask import Flask, Request
from werkzeug.exceptions import NotFound

from ...app_client import get_base_url
from ...diagnostics.format import format_value
from ..shared.app_errors import SuppressAppErrors
from ..shared.app_transport import route_through_middleware
from ..shared.page_request import InvalidRequest
from ..shared.rule_paths import CONVERTER


class Target(NamedTuple):
    """Where a request goes.

    :ivar root: the path that the server gives the app as ``SCRIPT_NAME``, with a slash at its end.
    """

    url: str
    root: str


def find_target(app: Flask, given: str) -> Target:
    """Return the target of a path of the app or an absolute URL.

    An app with an ``APPLICATION_ROOT`` may be mounted there by the server or by its own WSGI
    middleware, or have the root in its URL rules. The first target that has a URL rule is meant.

    :raises InvalidRequest: for what is neither a path nor a URL.
    """
    base = get_base_url(app)
    try:
        url = urljoin(base, given)
        is_path = urlsplit(given)[:2] == ("", "")
        below_root = urljoin(base, given.removeprefix("/")) if is_path else url
        root, path = urlsplit(base).path, urlsplit(url).path
    except ValueError as error:
        raise InvalidRequest(
            f"url: {format_value(given)} is neither a URL nor a path of the app"
        ) from error
    if urlsplit(url).scheme not in ("http", "https"):
        raise InvalidRequest(
            f"url: {format_value(url)} is neither an http or https URL nor a path of the app"
        )
    if root == "/":
        return Target(url, "/")
    urls = [url] if path.startswith(root) else [below_root, url]
    targets = [Target(each, at) for each in dict.fromkeys(urls) for at in (root, "/")]
    return next((target for target in targets if _has_rule(app, target)), targets[0])


def _has_rule(app: Flask, target: Target) -> bool:
    """Return whether a URL rule matches what arrives in Flask."""
    if not urlsplit(target.url).path.startswith(target.root):
        return False
    request = _route(app, target)
    return request is not None and not isinstance(request.routing_exception, NotFound)


def _route(app: Flask, target: Target) -> Request | None:
    """Return what arrives in Flask; None if nothing does, or if a converter raises."""
    with SuppressAppErrors():
        return route_through_middleware(app, *target)
    return None


def find_missing_rule(app: Flask, target: Target) -> InvalidRequest | None:
    """Return the error for a request that no URL rule matches; None if one does."""
    request = _route(app, target)
    if request is None or not isinstance(request.routing_exception, NotFound):
        return None
    return missing_rule(app, request)


def missing_rule(app: Flask, request: Request) -> InvalidRequest:
    """Return the error for a request that no URL rule matches."""
    rules = {rule.rule for rule in app.url_map.iter_rules() if not rule.build_only}
    by_sample = {CONVERTER.sub("1", rule): rule for rule in rules}
    close = difflib.get_close_matches(request.path, by_sample, 1)
    hint = f"did you mean {by_sample[close[0]]}?" if close else "`flask cors routes` lists them"
    return InvalidRequest(
        f"url: no URL rule of the app matches {format_value(request.path)} on {request.host}; "
        f"{hint}"
    )
