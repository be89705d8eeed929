"""An edge in Python: what a plan says, taken literally. It knows no more of the app than the plan,
and no more of a request than a proxy does."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask_cors import headers as h
from flask_cors.policy.resources import without_dot_segments
from flask_cors.tools.export.answers import (
    TOKEN,
    WELL_FORMED_ORIGIN,
    EdgePolicy,
    Origins,
    State,
)
from flask_cors.tools.export.path_tests import PathTest
from flask_cors.tools.export.plan import MAX_PATH, EdgeRule, Plan
from flask_cors.tools.export.regexes import Portable
from tests.live.export.edge_differences import is_utf_8

Said = dict[str, str]


def matches(expression: str, subject: bytes) -> bool:
    return re.compile(expression.replace(r"\z", r"\Z").encode()).match(subject) is not None


def is_whole(expression: Portable, subject: str) -> bool:
    return matches(rf"(?:{expression.with_flag(expression.exact)})\z", subject.encode("latin-1"))


def answer(plan: Plan, method: str, path: bytes, headers: Mapping[str, str]) -> Said | None:
    """What a response says of CORS; None where no policy speaks.

    :param path: unescaped.
    """
    origin = headers.get("Origin")
    asked = headers.get(h.REQUEST_METHOD)
    is_preflight = method == "OPTIONS" and origin is not None and asked is not None
    policy = _policy(plan, path, asked if is_preflight else method, is_preflight)
    if policy is None:
        return None
    allow_origin = _told(policy.origins, origin)
    state, granted = State.REFUSED, None
    if allow_origin is not None:
        state = State.PLAIN if origin is None else State.ACTUAL
        if is_preflight:
            granted = _granted(policy, asked or "")
            state = State.METHOD_REFUSED if granted is None else State.PREFLIGHT
    said = dict(dict(policy.answers)[state])
    if allow_origin is not None:
        said[h.ALLOW_ORIGIN] = allow_origin
        if origin is not None and headers.get(h.REQUEST_PRIVATE_NETWORK) == "true":
            said[h.ALLOW_PRIVATE_NETWORK] = policy.private_network
    if granted is not None:
        said[h.ALLOW_METHODS] = granted
        names = _names(policy, headers.get(h.REQUEST_HEADERS, ""))
        if names:
            said[h.ALLOW_HEADERS] = ", ".join(names)
    return said


def _policy(plan: Plan, path: bytes, method: str | None, is_preflight: bool) -> EdgePolicy | None:
    root = plan.root.encode()
    below = path.removeprefix(root)
    if len(path) > MAX_PATH or not (path + b"/").startswith(root + b"/"):
        return None
    below = b"/" + below.lstrip(b"/")
    text = below.decode("utf-8", "surrogateescape")
    if not plan.is_everywhere and without_dot_segments(text) != text:
        return None
    if plan.has_expressions and not is_utf_8(below):
        return None
    for rule in plan.rules:
        if _holds(rule, below, method or "", is_preflight):
            return None if rule.policy is None else plan.policies[rule.policy]
    return None


def _holds(rule: EdgeRule, path: bytes, method: str, is_preflight: bool) -> bool:
    return (
        all(_is_met(test, path) for test in rule.tests)
        and (rule.methods is None or method.upper() in rule.methods)
        and (is_preflight or not rule.preflights_only)
    )


def _is_met(test: PathTest, path: bytes) -> bool:
    met = matches(test.expression, path)
    if test.exact is not None:
        assert met == (path == test.exact.encode())
    if test.below is not None:
        assert met == (path + b"/").startswith(test.below.encode() + b"/")
    return met


def _told(origins: Origins, origin: str | None) -> str | None:
    if origin is None:
        return origins.without
    if not matches(rf"{WELL_FORMED_ORIGIN}\z", origin.encode("latin-1")):
        return None
    if origins.any:
        return origins.told_to_any or origin
    if origin.lower() in origins.exact:
        return origin.lower()
    allowed = any(is_whole(expression, origin) for expression in origins.expressions)
    return origin if allowed else None


def _granted(policy: EdgePolicy, asked: str) -> str | None:
    if asked in policy.methods:
        return policy.listed
    return asked if policy.any_method and matches(rf"{TOKEN}\z", asked.encode("latin-1")) else None


def _names(policy: EdgePolicy, value: str) -> list[str]:
    names = h.requested_names(value)
    return sorted(
        {
            name
            for name in names
            if policy.names.any
            or name.lower() in policy.names.literal
            or any(is_whole(each, name) for each in policy.names.expressions)
        }
    )
