"""An edge in Python, which follows a plan literally. It knows no more of the app than the plan,
and no more of a request than a proxy does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import Flask
from werkzeug.datastructures import Headers

from flask_cors.policy.path_spellings import other_spellings
from flask_cors.protocol import headers as h
from flask_cors.tools.export.edge_policy import (
    TOKEN,
    WELL_FORMED_ORIGIN,
    AllowedOrigins,
    EdgePolicy,
    Outcome,
)
from flask_cors.tools.export.path_conditions import PathCondition
from flask_cors.tools.export.plan import MAX_PATH, EdgePlan, EdgeRule
from flask_cors.tools.export.portable_regex import PortableRegex
from tests.tools.export.edge_differences import is_utf_8
from tests.tools.export.edge_requests import Sent

CorsHeaders = dict[str, str]


def matches(regex: str, subject: bytes) -> bool:
    return re.compile(regex.replace(r"\z", r"\Z").encode()).match(subject) is not None


def is_whole(regex: PortableRegex, subject: str) -> bool:
    return matches(rf"(?:{regex.text})\z", subject.encode("latin-1"))


def respond(
    plan: EdgePlan, method: str, path: bytes, headers: Mapping[str, str]
) -> CorsHeaders | None:
    """Return the CORS headers of a response; None without a policy.

    :param path: unescaped.
    """
    origin = headers.get("Origin")
    requested = headers.get(h.REQUEST_METHOD)
    is_preflight = method == "OPTIONS" and origin is not None and requested is not None
    policy = policy_of(plan, path, requested if is_preflight else method, is_preflight)
    if policy is None:
        return None
    allow_origin = _allow_origin(policy.origins, origin)
    outcome, methods = Outcome.REFUSED, None
    if allow_origin is not None:
        outcome = Outcome.WITHOUT_ORIGIN if origin is None else Outcome.ACTUAL
        if is_preflight:
            methods = _allow_methods(policy, requested or "")
            outcome = Outcome.METHOD_REFUSED if methods is None else Outcome.PREFLIGHT
    found = dict(dict(policy.constant_headers)[outcome])
    if allow_origin is not None:
        found[h.ALLOW_ORIGIN] = allow_origin
        if origin is not None and headers.get(h.REQUEST_PRIVATE_NETWORK) == "true":
            found[h.ALLOW_PRIVATE_NETWORK] = policy.private_network
    if methods is not None:
        found[h.ALLOW_METHODS] = methods
        names = _names(policy, headers.get(h.REQUEST_HEADERS, ""))
        if names:
            found[h.ALLOW_HEADERS] = ", ".join(names)
    return found


def policy_of(
    plan: EdgePlan, path: bytes, method: str | None, is_preflight: bool
) -> EdgePolicy | None:
    root = plan.root.encode()
    below = path.removeprefix(root)
    if len(path) > MAX_PATH or not (path + b"/").startswith(root + b"/"):
        return None
    below = b"/" + below.lstrip(b"/")
    text = below.decode("utf-8", "surrogateescape")
    if not plan.has_one_policy and other_spellings(text):
        return None
    if plan.has_path_regexes and not is_utf_8(below):
        return None
    for rule in plan.rules:
        if _holds(rule, below, method or "", is_preflight):
            return None if rule.policy is None else plan.policies[rule.policy]
    return None


def _holds(rule: EdgeRule, path: bytes, method: str, is_preflight: bool) -> bool:
    return (
        all(_is_met(test, path) for test in rule.conditions)
        and (rule.methods is None or method.upper() in rule.methods)
        and (is_preflight or not rule.preflights_only)
    )


def _is_met(test: PathCondition, path: bytes) -> bool:
    if test.toggles_slash:
        path = path[:-1] if path[1:].endswith(b"/") else path + b"/"
    return matches(test.regex, path)


def _allow_origin(origins: AllowedOrigins, origin: str | None) -> str | None:
    if origin is None:
        return origins.value_without_origin
    if not matches(rf"{WELL_FORMED_ORIGIN}\z", origin.encode("latin-1")):
        return None
    if origins.any:
        return origins.value_for_any or origin
    if origin.lower() in origins.exact:
        return origin.lower()
    allowed = any(is_whole(regex, origin) for regex in origins.regexes)
    return origin if allowed else None


def _allow_methods(policy: EdgePolicy, requested: str) -> str | None:
    if requested in policy.methods:
        return policy.allow_methods
    return (
        requested
        if policy.any_method and matches(rf"{TOKEN}\z", requested.encode("latin-1"))
        else None
    )


def _names(policy: EdgePolicy, value: str) -> list[str]:
    names = h.requested_names(value)
    return sorted(
        {
            name
            for name in names
            if policy.names.any
            or name.lower() in policy.names.exact
            or any(is_whole(each, name) for each in policy.names.regexes)
        }
    )


# ---- what is compared: the plan, and the app itself ----------------------------------------------


def of_app(app: Flask, sent: Sent) -> dict[str, Any]:
    with app.test_client().open("/", environ_overrides=sent.environ()) as response:
        return comparable(response.headers)


def comparable(headers: Headers) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, _ in headers:
        lowered = name.lower()
        if lowered in ("vary", "access-control-allow-headers", "access-control-allow-methods"):
            listed = ",".join(headers.getlist(name)).split(",")
            found[lowered] = {each.strip() for each in listed} - {"Accept-Encoding"}
        elif lowered.startswith("access-control-"):
            found[lowered] = headers.getlist(name)
    return {name: value for name, value in found.items() if value}


def of_plan(edge: EdgePlan, sent: Sent) -> dict[str, Any]:
    path = unquote_to_bytes(sent.path.partition("?")[0])
    joined: dict[str, str] = {}
    for name, value in sent.headers:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return comparable(Headers(respond(edge, sent.method, path, joined) or {}))
