"""Where an edge may differ from the app, and why: it never allows more, except for what no browser
sends. The documentation shows the reasons."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from flask import Flask, request
from werkzeug.exceptions import MethodNotAllowed

from flask_cors.policy.policy import DecisionReason, Policy
from flask_cors.policy.resources import ResourceMap
from flask_cors.protocol.headers import comma_list, is_token
from flask_cors.runtime.decision import decide
from flask_cors.runtime.install import registry_of
from tests.tools.export.edge_requests import Sent

CorsHeaders = dict[str, object]


class Difference(NamedTuple):
    """One reason.

    :ivar concerns: the requests that it may concern.
    :ivar is_so: whether the headers of the app and of the edge differ by no more.
    :ivar concerns_app: whether it may concern a request to this app.
    """

    reason: str
    concerns: Callable[[Sent], bool]
    is_so: Callable[[CorsHeaders, CorsHeaders], bool]
    concerns_app: Callable[[Flask, Sent], bool] = lambda app, sent: True


def _path(sent: Sent) -> bytes:
    return unquote_to_bytes(sent.path.partition("?")[0])


def is_utf_8(path: bytes) -> bool:
    try:
        path.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_silent(app: CorsHeaders, edge: CorsHeaders) -> bool:
    return not edge


def _leaves_out_vary(app: CorsHeaders, edge: CorsHeaders) -> bool:
    return not edge and str(app).lower() in ("{'vary': {'origin'}}", "{'vary': ['origin']}")


def _is_ambiguous(app: Flask, sent: Sent) -> bool:
    policy = _policy_of(app, sent)
    return policy is not None and policy.key[0] is DecisionReason.AMBIGUOUS_PATH


def _is_ambiguous_at_the_edge(app: Flask, sent: Sent) -> bool:
    """Return whether a resource that a slash keeps from matching matches the other spelling, where
    the edge does not look up which view serves either: it is a regex, there are CORS blueprints, or
    a view serves the path by another method."""
    registry = registry_of(app)
    patterns = [*registry.resources.patterns]
    patterns += [
        each for bound in registry.blueprints.values() for each in bound.resources.patterns
    ]
    with _routed(app, sent):
        has_view, path = request.url_rule is not None, request.path
        is_other_method = isinstance(request.routing_exception, MethodNotAllowed)
    other = path[:-1] if path.endswith("/") else f"{path}/"
    matching = [
        each
        for each in patterns
        if each.is_whole and ResourceMap([(each, True)]).match(other) is not None
    ]
    if registry.blueprints or is_other_method:
        return bool(matching)
    return not has_view and not all(each.is_exact for each in matching)


def _policy_of(app: Flask, sent: Sent) -> Policy | None:
    with _routed(app, sent):
        policy, _ = decide(registry_of(app).resolver(), request)
    return policy


def _routed(app: Flask, sent: Sent) -> AbstractContextManager[object]:
    root = (app.config["APPLICATION_ROOT"] or "").rstrip("/")
    environ = sent.environ()
    environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix(root)
    context = app.test_request_context("/", environ_overrides=environ)
    context.match_request()
    return context


_NAMES = "access-control-allow-headers"


def _has_fewer_names(app: CorsHeaders, edge: CorsHeaders) -> bool:
    names, fewer = app.pop(_NAMES, set()), edge.pop(_NAMES, set())
    assert isinstance(names, set)
    assert isinstance(fewer, set)
    return app == edge and fewer < names


def _grants_no_more_methods(app: CorsHeaders, edge: CorsHeaders) -> bool:
    """The edge may send to one origin what the app sends to several."""
    methods = "access-control-allow-methods"
    return methods not in edge or edge[methods] == app.get(methods)


def _requested_names(sent: Sent) -> list[str]:
    lines = [value for name, value in sent.headers if name == "Access-Control-Request-Headers"]
    return comma_list(",".join(lines))


def _requests_refused_name(app: Flask, sent: Sent) -> bool:
    policy = _policy_of(app, sent)
    if policy is None:
        return False
    allowed = policy.options.allow_headers.value
    return any(not is_token(name) or not allowed.allows(name) for name in _requested_names(sent))


def _names(sent: Sent) -> list[str]:
    return [name for name, _ in sent.headers]


DIFFERENCES = [
    Difference(
        "a path with dot segments, which browsers remove, or with empty segments is left to no "
        "policy, but where one policy is that of the whole app",
        lambda sent: re.search(rb"/(?:/|\.{1,2}(?:/|\Z))", _path(sent)) is not None,
        _is_silent,
    ),
    Difference(
        "where a slash more or less at the end means another policy, `Vary: Origin` is left out, "
        "as no header depends on it",
        lambda sent: True,
        _leaves_out_vary,
        _is_ambiguous,
    ),
    Difference(
        "where a slash more or less at the end means another policy, a path that no view serves "
        "may have no policy: by a regex that ends in `$` or `\\Z`, beside `CORS(bp)`, or where one "
        "serves it by another method",
        lambda sent: True,
        _is_silent,
        _is_ambiguous_at_the_edge,
    ),
    Difference(
        "a path that is not UTF-8 gets no policy where a regex might read it",
        lambda sent: not is_utf_8(_path(sent)),
        _is_silent,
    ),
    Difference(
        "a proxy does not know which characters beyond ASCII belong to some classes, such as "
        "digits",
        lambda sent: not {"\u0663", "\u00e0"}.isdisjoint(_path(sent).decode("utf-8", "replace")),
        _is_silent,
    ),
    Difference(
        "a path over 4,096 characters is left to no policy, a view's own included",
        lambda sent: len(_path(sent)) > 4096,
        _is_silent,
    ),
    Difference(
        "what two slashes in front of the root mean depends on the server",
        lambda sent: sent.path.startswith("//"),
        _is_silent,
    ),
]

_SOME_NAMES = Difference(
    "beside what is not a name, or what a regex does not allow, a name may be left out",
    lambda sent: True,
    _has_fewer_names,
    _requests_refused_name,
)
_EMPTY = Difference(
    "an empty header is as good as none",
    lambda sent: "" in (value.strip() for _, value in sent.headers),
    _grants_no_more_methods,
)
_FIRST_LINE = Difference(
    "before 1.23, nginx reads the first of several lines",
    lambda sent: len(set(_names(sent))) < len(sent.headers),
    _grants_no_more_methods,
)
_NO_NAMES = Difference(
    "header names in several lines, which no browser sends, are none",
    lambda sent: _names(sent).count("Access-Control-Request-Headers") > 1,
    _has_fewer_names,
)
_REPLACED = Difference(
    "U+FFFD is treated as invalid UTF-8, which Caddy reads as U+FFFD",
    lambda sent: "\ufffd".encode() in _path(sent),
    _is_silent,
)
_NUL = Difference(
    "a path with NUL is left to no policy, or refused altogether",
    lambda sent: b"\0" in _path(sent),
    lambda app, edge: not edge or edge == app,  # which has the same headers, but in an error
)
EXPECTED = {
    "apache": [*DIFFERENCES, _SOME_NAMES, _EMPTY, _NUL],
    "caddy": [*DIFFERENCES, _SOME_NAMES, _EMPTY, _REPLACED],
    "envoy": [*DIFFERENCES, _NUL],
    "haproxy": [*DIFFERENCES, _NO_NAMES, _NUL],
    "nginx": [*DIFFERENCES, _SOME_NAMES, _EMPTY, _NUL, _FIRST_LINE],
}


def is_expected(
    proxy: str, app: Flask, sent: Sent, by_app: CorsHeaders, by_edge: CorsHeaders
) -> bool:
    return is_one_of(EXPECTED[proxy], app, sent, by_app, by_edge)


def is_one_of(
    differences: Iterable[Difference],
    app: Flask,
    sent: Sent,
    by_app: CorsHeaders,
    by_edge: CorsHeaders,
) -> bool:
    return any(
        each.concerns(sent)
        and each.is_so(dict(by_app), dict(by_edge))
        and each.concerns_app(app, sent)
        for each in differences
    )
