"""An app without CORS behind gateways of Kubernetes that have its policy, against the app alone.

The gateways are Envoy, configured as each of them would configure it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, unquote

import pytest
from flask import Flask, Response, request

from flask_cors.browser.headerlist import get
from flask_cors.policy.path_spellings import other_spellings
from tests.live.export.edge_proxies import PROXIES, executable
from tests.live.export.edge_responses import cors_headers, granted
from tests.live.export.gateway_fleet import BOTH, GATEWAY, OWN, Fleet
from tests.live.export.gateways import GATEWAYS
from tests.tools.export.edge_policies import (
    ADMIN,
    APP,
    PATHS,
    POLICIES,
    REQUESTS_OF_CORPUS,
    Configure,
    of_options,
)
from tests.tools.export.edge_requests import PRIVATE, Sent, actual, preflight, requests_for
from tests.tools.export.gateway_differences import (
    DECISIONS,
    DIFFERENCES,
    Decision,
    Difference,
    is_expected,
    is_of_browser,
    is_plain,
)

pytestmark = pytest.mark.live


def files_of_several_policies(app: Flask, cors: Any, _: Any) -> None:
    """As ``send_from_directory`` does, the view takes dot segments for what they mean."""
    cors(app, resources={"/files/public/*": {"origins": "*"}, "/files/own/*": {"origins": ADMIN}})
    app.add_url_rule("/files/<path:name>", "file", lambda name: name)


# What the five proxies get no requests for.
MORE_POLICIES: dict[str, Configure] = {
    "methods without POST": of_options(methods=["GET", "PUT"], allow_headers=["X-A"], origins=APP),
    "a path beyond ASCII": of_options(
        resources={"/api/wiki/\u00e9/*": {"origins": ADMIN}, "/*": {"origins": "*"}}
    ),
    "a prefix in another": of_options(
        resources={"/api/*": {"origins": "*"}, "/api/admin/*": {"origins": ADMIN}}
    ),
    "one below a prefix": of_options(resources={"/api/admin/*": {"origins": APP}}),
    "files of several policies": files_of_several_policies,
}
ALL_POLICIES = {**POLICIES, **MORE_POLICIES}

MORE_REQUESTS = (
    *(preflight("/api/books", APP, method, "x-a") for method in ("GET", "HEAD", "POST", "PUT")),
    *(
        sent
        for path in (
            *("/api/wiki/%c3%a9", "/api/wiki/%C3%A9/x", "/api/wiki/%c3%a9/x", "/api/adm%69n/users"),
            *("/api/x/..%2fadmin/users", "/api//admin/users", "/api/admin/..%2fbooks"),
            *("/api/x/..%5Cadmin/users", "/api/admin%2fusers", "/api/admin;x/users"),
            *("/files/public/..%2fown/a", "/files/public/..%2f..%2ffiles/own", "/files/own%2fa"),
        )
        for sent in (actual(path, APP), preflight(path, APP, "GET"), preflight(path, ADMIN, "PUT"))
    ),
)


# These differ from Envoy Gateway only in patterns, and in paths with another spelling.
IN_PART = {"kgateway", "Cilium"}
SAMPLE = {"any", "one", "two, with credentials", "subdomains", "methods without POST"}


def echo(app: Flask, cors: Any, _: Any) -> None:
    """Add an app that sends the path back as it got it."""

    def add_path(response: Response) -> Response:
        response.headers["X-Path"] = request.environ["RAW_URI"]
        return response

    app.after_request(add_path)
    cors(app)


LISTED = of_options(
    origins=[APP, "https://*.b.example"],
    allow_headers=["X-A", "X-B"],
    methods=["GET", "HEAD", "POST", "PUT"],
)


@pytest.fixture(scope="module")
def fleet(
    missing: Any, installed: Any, serving: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fleet]:
    installed("yaml", "pyyaml")
    if executable(PROXIES["envoy"]) is None:
        missing("envoy", PROXIES["envoy"].install)
    # A line for each request takes longer than the request.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with Fleet(tmp_path_factory.mktemp("envoy")) as fleet:
        for name, configure in {**ALL_POLICIES, "listed": LISTED, "echo": echo}.items():
            fleet.add(name, configure)
        fleet.start(serving)
        yield fleet


def gateways_of(fleet: Fleet, policy: str) -> list[str]:
    """Return the gateways whose export of a policy is accepted."""
    exported = fleet.exported.get(policy)
    if exported is None:
        return []
    return [
        name for name, gateway in GATEWAYS.items() if exported.objects[gateway.kind] is not None
    ]


def requests_to(fleet: Fleet, policy: str) -> list[Sent]:
    """Return what browsers may send of the requests, for pages of another origin."""
    has_one_policy = fleet.exported[policy].plan.has_one_policy
    common = requests_for(policy, has_one_policy)
    if policy in REQUESTS_OF_CORPUS:  # as many policies of this kind as of all others
        common = (*common[::3], *common[-len(REQUESTS_OF_CORPUS[policy]) :])
    more = [each for each in MORE_REQUESTS if each.path == "/api/books" or not has_one_policy]
    return [
        sent
        for sent in dict.fromkeys((*common, *more))
        if sent.origin is not None and is_of_browser(sent)
    ]


@pytest.mark.parametrize("policy", ALL_POLICIES)
def test_no_gateway_allows_more_than_the_app(policy: str, fleet: Fleet) -> None:
    all_gateways = gateways_of(fleet, policy)
    if not all_gateways:
        pytest.skip("neither can state it")
    others = [each for each in all_gateways if each not in IN_PART or policy in SAMPLE]
    differing: list[str] = []
    for sent in requests_to(fleet, policy):
        app = fleet.send(policy, None, sent, OWN)
        by_app = granted(sent, app)
        for gateway in others if is_plain(sent) else all_gateways:
            response = fleet.send(policy, gateway, sent, GATEWAY)
            by_gateway = granted(sent, response)
            more, less = by_gateway - by_app, by_app - by_gateway
            if more:
                # The app may get the path in another spelling.
                more -= granted(sent, fleet.send(policy, gateway, sent, OWN))
            if more and not is_expected(gateway, policy, sent, allows_more=True):
                differing.append(f"{gateway}, {sent}: more, {more}")
            if more and not is_plain(sent) and is_protected(fleet, policy, sent, more):
                differing.append(f"{gateway}, {sent}: what is protected, {more}")
            if less and not is_expected(gateway, policy, sent, allows_more=False):
                differing.append(f"{gateway}, {sent}: less, {less}")
            if sent.method != "OPTIONS" and is_plain(sent) and response.status != app.status:
                differing.append(f"{gateway}, {sent}: {response.status} for {app.status}")
    assert not differing, "\n".join(differing)


def is_protected(fleet: Fleet, policy: str, sent: Sent, allowed: set[str]) -> bool:
    """Return whether the app serves a path, and refuses some of what is allowed where the path has
    no escapes, dot segments or empty segments."""
    if fleet.send(policy, None, actual(sent.path, None), OWN).status >= 300:
        return False
    path = unquote(sent.path.partition("?")[0])
    spelled = [sent._replace(path=quote(each)) for each in other_spellings(path) or [path]]
    return any(allowed - granted(each, fleet.send(policy, None, each, OWN)) for each in spelled)


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda each: each.code)
def test_each_listed_difference_is_seen(difference: Difference, fleet: Fleet) -> None:
    policy, sent = difference.example
    assert difference.concerns(sent)
    by_app = granted(sent, fleet.send(policy, None, sent, OWN))
    for gateway in difference.gateways:
        by_gateway = granted(sent, fleet.send(policy, gateway, sent, GATEWAY))
        differs = by_gateway > by_app if difference.allows_more else by_gateway < by_app
        assert differs, gateway


@pytest.mark.parametrize("policy", ["any", "one", "two, with credentials", "below /api"])
def test_no_header_of_cors_comes_twice_where_the_app_keeps_its_own(
    policy: str, fleet: Fleet
) -> None:
    for path in (*PATHS, "/api/varies", "/api/fails", "/nowhere"):
        for origin in (None, APP, ADMIN, "https://evil.test"):
            for sent in (actual(path, origin), preflight(path, origin or APP, "PUT", "x-a")):
                by_app = granted(sent, fleet.send(policy, None, sent, OWN))
                for gateway in GATEWAYS:
                    response = fleet.send(policy, gateway, sent, BOTH)
                    assert granted(sent, response) == by_app, (gateway, sent)
                    lines = cors_headers(response).get("access-control-allow-origin", [])
                    assert len(lines) < 2, (gateway, sent)


# ---- what a gateway decides by itself ----------------------------------------------------------

ORIGIN, NAMES, METHODS = (
    f"access-control-allow-{what}" for what in ("origin", "headers", "methods")
)

Send = Callable[[str, Sent], Any]


def header_of(send: Send, policy: str, sent: Sent, name: str) -> Any:
    return cors_headers(send(policy, sent)).get(name)


def refused_preflight(send: Send) -> str:
    response = send("listed", preflight("/api/books", "https://evil.test", "PUT"))
    is_of_app = get(response.headers, "Allow") is not None
    return "sent to the app" if is_of_app else f"{response.status}, by itself"


def without(name: str, policy: str, *requests: Sent) -> Callable[[Send], str]:
    def decide(send: Send) -> str:
        found = [header_of(send, policy, sent, name) for sent in requests]
        return "none" if found == [None] * len(requests) else str(found)

    return decide


def one_of(name: str, policy: str, sent: Sent, known: dict[str, Any]) -> Callable[[Send], str]:
    """Return what says which of the values a header has."""

    def decide(send: Send) -> str:
        value = header_of(send, policy, sent, name)
        return next((text for text, each in known.items() if each == value), str(value))

    return decide


def for_origin(policy: str, origin: str) -> Callable[[Send], str]:
    known = {"refused": None, "allowed": [origin]}
    return one_of(ORIGIN, policy, actual("/api/books", origin), known)


def path_of(path: str) -> Callable[[Send], str]:
    def decide(send: Send) -> str:
        response = send("echo", actual(path, APP))
        if response.status == 307:
            return f"a redirect to `{get(response.headers, 'Location')}`"
        return f"`{get(response.headers, 'X-Path')}`"

    return decide


PREFLIGHT = preflight("/api/books", APP, "PUT", "x-b")

DECIDED: dict[str, Callable[[Send], str]] = {
    "refused-preflight": refused_preflight,
    "vary": without("vary", "listed", PREFLIGHT, actual("/api/books", APP)),
    "without-origin": without(ORIGIN, "echo", actual("/api/books", None)),
    "private-network": without(
        "access-control-allow-private-network",
        "private network",
        preflight("/api/books", APP, "PUT", **PRIVATE),
    ),
    "names": one_of(NAMES, "listed", PREFLIGHT, {"both": {"x-a", "x-b"}}),
    "any-name": one_of(NAMES, "echo", PREFLIGHT, {"the requested names": {"x-b"}}),
    "refused-method": one_of(
        METHODS,
        "listed",
        preflight("/api/books", APP, "DELETE"),
        {"the allowed ones": {"GET", "HEAD", "POST", "PUT"}},
    ),
    "any-origin": one_of(
        ORIGIN, "echo", actual("/", APP), {"the origin itself": [APP], "`*`": ["*"]}
    ),
    "upper-case": for_origin("listed", APP.upper()),
    "null": for_origin("echo", "null"),
    "subdomains": for_origin("listed", "https://a.b.example"),
    "empty-segment": path_of("/a//b"),
    "dot-segment": path_of("/a/%2e%2e/b"),
    "encoded-slash": path_of("/a%2Fb"),
    "encoded-letter": path_of("/%61"),
}


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda each: each.code)
def test_what_a_gateway_decides_by_itself_is_documented(decision: Decision, fleet: Fleet) -> None:
    decide = DECIDED[decision.code]
    seen = tuple(
        decide(lambda policy, sent, gateway=gateway: fleet.send(policy, gateway, sent, GATEWAY))
        for gateway in GATEWAYS
    )
    assert seen == decision.by
