"""What is compared of two responses."""

from __future__ import annotations

from flask_cors.browser.checks import Permission, cors_check, preflight_check, read_permission
from flask_cors.browser.headerlist import get_all
from flask_cors.browser.messages import Response
from flask_cors.browser.quirks import STANDARD
from flask_cors.protocol.headers import comma_list
from tests.tools.export.edge_requests import Sent

_LISTS = ("access-control-allow-headers", "access-control-allow-methods")


def cors_headers(response: Response) -> dict[str, object]:
    """Return the CORS headers of a response: a list of names as a set, ``Vary`` as the sorted names
    of all lines, all else as lines. What is repeated differs from what comes once."""
    found: dict[str, object] = {}
    for name, _ in response.headers:
        lowered = name.lower()
        lines = get_all(response.headers, name)
        if lowered in _LISTS:
            found[lowered] = set(comma_list(lines[0])) if len(lines) == 1 else lines
        elif lowered == "vary":
            found[lowered] = sorted(name.lower() for line in lines for name in comma_list(line))
        elif lowered.startswith("access-control-"):
            found[lowered] = lines
    return found


def verdicts(sent: Sent, response: Response) -> list[bool]:
    """Return whether each check of a browser passes, without credentials and with them."""
    if sent.origin is None:
        return []
    headers = dict(sent.headers)
    method = headers.get("Access-Control-Request-Method")
    found: list[object] = []
    for credentials in ("omit", "include"):
        if sent.method != "OPTIONS" or method is None:
            found.append(cors_check(response, sent.origin, credentials))
            continue
        found.append(preflight_check(response, sent.origin, credentials))
        granted = read_permission(response)
        if isinstance(granted, Permission):
            names = comma_list(headers.get("Access-Control-Request-Headers", "").lower())
            found.append(granted.check(method, names, credentials, STANDARD))
        else:
            found.append(granted)
    return [failed is None for failed in found]


def differ(sent: Sent, app: Response, edge: Response) -> bool:
    return cors_headers(app) != cors_headers(edge) or verdicts(sent, app) != verdicts(sent, edge)


def granted(sent: Sent, response: Response) -> set[str]:
    """Return what a browser lets a page do by a response, without credentials and with them: send
    the request that the preflight was for, or read the response and headers of it."""
    if sent.origin is None:
        return set()
    checks = verdicts(sent, response)
    if sent.method == "OPTIONS" and len(checks) == 4:
        by_mode = {"omit": all(checks[:2]), "include": all(checks[2:])}
        return {f"send, {mode}" for mode, passes in by_mode.items() if passes}
    exposed = comma_list(",".join(get_all(response.headers, "Access-Control-Expose-Headers")))
    return {
        f"read {what}, {mode}"
        for mode, passes in zip(("omit", "include"), checks, strict=True)
        if passes
        for what in ("the body", *map(str.lower, exposed))
    }
