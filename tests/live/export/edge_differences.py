"""Where an edge may differ from the app, and why: never to allow more, but for what no browser
sends. The reasons are those of the documentation."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from flask_cors.headers import comma_list, is_token
from tests.live.export.edge_requests import Sent

Said = dict[str, object]


class Difference(NamedTuple):
    """One reason.

    :ivar concerns: the requests that it may concern.
    :ivar is_so: whether what the app and the edge say differs by no more.
    """

    reason: str
    concerns: Callable[[Sent], bool]
    is_so: Callable[[Said, Said], bool]


def _path(sent: Sent) -> bytes:
    return unquote_to_bytes(sent.path.partition("?")[0])


def is_utf_8(path: bytes) -> bool:
    try:
        path.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_silent(app: Said, edge: Said) -> bool:
    return not edge


_NAMES = "access-control-allow-headers"


def _has_fewer_names(app: Said, edge: Said) -> bool:
    names, fewer = app.pop(_NAMES, set()), edge.pop(_NAMES, set())
    assert isinstance(names, set)
    assert isinstance(fewer, set)
    return app == edge and fewer < names


def _grants_no_more_methods(app: Said, edge: Said) -> bool:
    """It may tell one origin what several are told."""
    methods = "access-control-allow-methods"
    return methods not in edge or edge[methods] == app.get(methods)


def _asked(sent: Sent) -> list[str]:
    lines = [value for name, value in sent.headers if name == "Access-Control-Request-Headers"]
    return comma_list(",".join(lines))


def _names(sent: Sent) -> list[str]:
    return [name for name, _ in sent.headers]


DIFFERENCES = [
    Difference(
        "a path with dot segments, which browsers remove, is left to no policy",
        lambda sent: re.search(rb"/\.{1,2}(?:/|\Z)", _path(sent)) is not None,
        _is_silent,
    ),
    Difference(
        "a path that is no UTF-8 is left to no policy where a regex might read it",
        lambda sent: not is_utf_8(_path(sent)),
        _is_silent,
    ),
    Difference(
        "which characters beyond ASCII some of a class are, such as digits, an edge cannot tell",
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
    "beside what is no name, or what a regex does not allow, a name may be left out",
    lambda sent: any(not is_token(name) or name == "authorization" for name in _asked(sent)),
    _has_fewer_names,
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
    "U+FFFD, which Caddy reads in place of what is no UTF-8, is taken for that",
    lambda sent: "\ufffd".encode() in _path(sent),
    _is_silent,
)
_NUL = Difference(
    "a path with NUL is left to no policy, or refused altogether",
    lambda sent: b"\0" in _path(sent),
    lambda app, edge: not edge or edge == app,  # which says the same, but in an error
)
_SLASHES = Difference(
    "a path with two slashes, which Apache makes one on the way, is left to no policy",
    lambda sent: b"//" in _path(sent),
    _is_silent,
)

EXPECTED = {
    "apache": [*DIFFERENCES, _SOME_NAMES, _EMPTY, _NUL, _SLASHES],
    "caddy": [*DIFFERENCES, _SOME_NAMES, _EMPTY, _REPLACED],
    "envoy": [*DIFFERENCES, _NUL],
    "haproxy": [*DIFFERENCES, _NO_NAMES],
    "nginx": [*DIFFERENCES, _SOME_NAMES, _EMPTY, _NUL, _FIRST_LINE],
}


def is_expected(proxy: str, sent: Sent, app: Said, edge: Said) -> bool:
    return any(
        each.concerns(sent) and each.is_so(dict(app), dict(edge)) for each in EXPECTED[proxy]
    )
