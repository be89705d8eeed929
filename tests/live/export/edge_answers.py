"""What is compared of two answers."""

from __future__ import annotations

from flask_cors.browser.checks import Permission, cors_check, permission, preflight_check
from flask_cors.browser.headerlist import values
from flask_cors.browser.messages import Response
from flask_cors.browser.quirks import STANDARD
from flask_cors.headers import comma_list
from tests.live.export.edge_requests import Sent

_LISTS = ("access-control-allow-headers", "access-control-allow-methods")


def said(response: Response) -> dict[str, object]:
    """What a response says of CORS: lists as sets, all else as lines."""
    told: dict[str, object] = {}
    for name, _ in response.headers:
        lowered = name.lower()
        lines = values(response.headers, name)
        if lowered in _LISTS:
            told[lowered] = {each for line in lines for each in comma_list(line)}
        elif lowered == "vary":
            told[lowered] = {each.lower() for line in lines for each in comma_list(line)}
        elif lowered.startswith("access-control-"):
            told[lowered] = lines
    return told


def verdicts(sent: Sent, response: Response) -> list[bool]:
    """Whether a browser goes on at each of its checks, without credentials and with them."""
    if sent.origin is None:
        return []
    asked = dict(sent.headers)
    method = asked.get("Access-Control-Request-Method")
    found: list[object] = []
    for credentials in ("omit", "include"):
        if sent.method != "OPTIONS" or method is None:
            found.append(cors_check(response, sent.origin, credentials))
            continue
        found.append(preflight_check(response, sent.origin, credentials))
        granted = permission(response)
        if isinstance(granted, Permission):
            names = comma_list(asked.get("Access-Control-Request-Headers", "").lower())
            found.append(granted.failure(method, names, credentials, STANDARD))
        else:
            found.append(granted)
    return [failed is None for failed in found]


def differ(sent: Sent, app: Response, edge: Response) -> bool:
    return said(app) != said(edge) or verdicts(sent, app) != verdicts(sent, edge)
