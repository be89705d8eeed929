"""Gateways of Kubernetes that run Envoy: what each decides by itself, and where what it sends may
differ from what the app sends. The documentation shows both."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from flask_cors.browser import urls
from flask_cors.protocol.headers import MAX_LIST_BYTES, MAX_LIST_NAMES, comma_list, is_token
from flask_cors.tools.export.plan import MAX_PATH
from tests.tools.export.edge_policies import APP
from tests.tools.export.edge_requests import MANY, Sent, actual, preflight

GATEWAYS = ("Envoy Gateway", "Istio", "kgateway", "Cilium", "Istio, VirtualService")
_ALL = frozenset(GATEWAYS)


class Decision(NamedTuple):
    """What neither HTTPRoute nor VirtualService states.

    :ivar by: what each of ``GATEWAYS`` does, in their order. A test sees it in Envoy.
    """

    code: str
    what: str
    by: tuple[str, str, str, str, str]


_NONE = ("none",) * 5
_ALLOWED = "allowed"
_REFUSED = "refused"

DECISIONS = (
    Decision(
        "refused-preflight",
        "the preflight of a refused origin",
        (*("200, by itself",) * 2, "sent to the app", *("200, by itself",) * 2),
    ),
    Decision("vary", "`Vary` beside the headers of CORS", _NONE),
    Decision("without-origin", "CORS headers without `Origin`", _NONE),
    Decision("private-network", "`Access-Control-Allow-Private-Network`", _NONE),
    Decision(
        "names",
        "`Access-Control-Allow-Headers` where two names are allowed and one is requested",
        ("both",) * 5,
    ),
    Decision("any-name", "`Access-Control-Allow-Headers` for `*`", ("the requested names",) * 5),
    Decision(
        "refused-method",
        "`Access-Control-Allow-Methods` for a method that is not allowed",
        ("the allowed ones",) * 5,
    ),
    Decision("any-origin", "`Access-Control-Allow-Origin` for `*`", ("the origin itself",) * 5),
    Decision("upper-case", "an origin in upper case", (_REFUSED,) * 5),
    Decision(
        "null", "`null`, where every origin is allowed", (_ALLOWED, _REFUSED, *[_ALLOWED] * 3)
    ),
    Decision(
        "subdomains",
        "`https://a.b.example`, where `https://*.example` is allowed",
        (_ALLOWED, _ALLOWED, _REFUSED, _ALLOWED, _ALLOWED),
    ),
    Decision("empty-segment", "`/a//b`", ("`/a/b`", "`/a//b`", "`/a/b`", "`/a//b`", "`/a//b`")),
    Decision("dot-segment", "`/a/%2e%2e/b`", ("`/b`", "`/b`", "`/b`", "`/a/%2e%2e/b`", "`/b`")),
    Decision("encoded-slash", "`/a%2Fb`", ("a redirect to `/a/b`", *("`/a%2Fb`",) * 4)),
    Decision("encoded-letter", "`/%61`", ("`/a`", "`/a`", "`/a`", "`/%61`", "`/a`")),
)


class Difference(NamedTuple):
    """Where what a gateway allows may differ from what the app allows.

    :ivar gateways: that it may concern.
    :ivar allows_more: whether the gateway may allow more than the app; else it may allow less.
    :ivar concerns: the requests that it may concern.
    :ivar example: a policy and a request, for which all of the gateways differ.
    :ivar policies: that it may concern; none for all.
    """

    code: str
    reason: str
    gateways: frozenset[str]
    allows_more: bool
    concerns: Callable[[Sent], bool]
    example: tuple[str, Sent]
    policies: tuple[str, ...] = ()


def _has_encoded_slash(sent: Sent) -> bool:
    return re.search("%(?:2f|5c)", _raw_path(sent), re.IGNORECASE) is not None


def _requests_safelisted_method(sent: Sent) -> bool:
    headers = dict(sent.headers)
    return headers.get("Access-Control-Request-Method") in ("GET", "HEAD", "POST")


# Empty segments, and escapes of slashes and of what needs none.
_find_other_spelling = re.compile(
    r"//|%(?:2[def]|3[0-9]|[46][1-9a-f]|[57][0-9a]|5[cf]|7e)", re.IGNORECASE
).search


def _has_other_spelling(sent: Sent) -> bool:
    return _find_other_spelling(_raw_path(sent)) is not None


def is_plain(sent: Sent) -> bool:
    """Return whether a path has one spelling."""
    return not _has_escape(sent) and len(_raw_path(sent)) <= MAX_PATH


def _has_escape(sent: Sent) -> bool:
    return "%" in _raw_path(sent) or _has_other_spelling(sent)


def _raw_path(sent: Sent) -> str:
    return sent.path.partition("?")[0]


def _names(sent: Sent) -> str:
    lines = [value for name, value in sent.headers if name == "Access-Control-Request-Headers"]
    return ",".join(lines)


def _has_too_many_names(sent: Sent) -> bool:
    names = _names(sent)
    return len(names) > MAX_LIST_BYTES or names.count(",") >= MAX_LIST_NAMES


DIFFERENCES = (
    Difference(
        "encoded-slash",
        "a path with `%2F` or `%5C` is redirected, which a preflight does not follow",
        frozenset({"Envoy Gateway"}),
        False,
        _has_encoded_slash,
        ("any", actual("/api/wiki/a%2Fb", APP)),
    ),
    Difference(
        "shorter-path",
        "a path with an empty segment, with `%2F` or with an escape that it does not need has the "
        "policy of a shorter path, where the app leaves some of them to no policy: by any spelling "
        "of a view's paths it allows no more",
        frozenset({"Istio", "kgateway", "Cilium"}),
        True,
        _has_other_spelling,
        ("below /api", actual("/api/..%2fapikeys", APP)),
    ),
    Difference(
        "unknown-spelling",
        "a path with an empty segment, with `%2F` or with an escape that it does not need is not "
        "found",
        frozenset({"Istio", "kgateway", "Cilium"}),
        False,
        _has_other_spelling,
        ("below /api", actual("/api%2Fbooks", APP)),
    ),
    Difference(
        "escapes",
        "a path with an empty segment or an escape is left to no policy, unless one policy is that "
        "of the whole app; where no path of the policies has escapes, only one that needs none is",
        frozenset({"Istio, VirtualService"}),
        False,
        _has_escape,
        ("below /api", actual("/api//books", APP)),
    ),
    Difference(
        "unlisted-method",
        "a preflight for GET, HEAD or POST is refused where the method is not allowed; the app "
        "responds to some with the origin, which is enough for browsers",
        _ALL,
        False,
        _requests_safelisted_method,
        ("methods without POST", preflight("/api/books", APP, "POST")),
        ("methods without POST",),
    ),
    Difference(
        "nul",
        "a path with NUL is refused altogether",
        _ALL - {"Cilium"},
        False,
        lambda sent: "%00" in sent.path,
        ("any", actual("/api/books%00x", APP)),
    ),
    Difference(
        "null",
        "`null` is refused, where every origin is allowed",
        frozenset({"Istio"}),
        False,
        lambda sent: sent.origin == "null",
        ("any", actual("/api/books", "null")),
    ),
    Difference(
        "subdomains",
        "a pattern such as `https://*.example` matches no origin in the first versions",
        frozenset({"kgateway"}),
        False,
        lambda sent: True,
        ("subdomains", actual("/api/books", "https://a.b.example")),
        ("subdomains",),
    ),
    Difference(
        "many-names",
        "more than 128 header names, or more than 4,096 bytes of them, are allowed where every "
        "name is",
        _ALL,
        True,
        _has_too_many_names,
        ("any", preflight("/api/books", APP, "PUT", f"{MANY},x-128")),
    ),
    Difference(
        "long-path",
        "a path over 4,096 characters has the policy of the paths below its prefix",
        _ALL,
        True,
        lambda sent: len(unquote_to_bytes(_raw_path(sent))) > MAX_PATH,
        ("any", actual("/api/" + "x" * MAX_PATH, APP)),
    ),
)


def is_expected(gateway: str, policy: str, sent: Sent, *, allows_more: bool) -> bool:
    return any(
        gateway in each.gateways
        and (not each.policies or policy in each.policies)
        and each.allows_more == allows_more
        and each.concerns(sent)
        for each in DIFFERENCES
    )


# ---- what browsers send ------------------------------------------------------------------------

_is_label = re.compile(r"[^.]{1,63}").fullmatch


def is_of_browser(sent: Sent) -> bool:
    """Return whether a browser may send a request: its origin is that of a page in DNS, its header
    names are tokens, and its path has no dot segments."""
    origins = [value for name, value in sent.headers if name == "Origin"]
    return (
        len(origins) < 2
        and all(map(_is_of_page, origins))
        and all(map(is_token, comma_list(_names(sent))))
        and re.search(r"/(?:\.|%2e){1,2}(?:/|\Z)", _raw_path(sent), re.IGNORECASE) is None
    )


def _is_of_page(origin: str) -> bool:
    if origin == "null":
        return True
    url = urls.parse(origin)
    if url is None or url.origin != origin:
        return False
    return len(url.host) < 254 and all(map(_is_label, url.host.split(".")))
