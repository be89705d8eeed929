"""An app without CORS behind a proxy that has its policy, against the app alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_cors.browser.checks import Permission, cors_check, permission, preflight_check
from flask_cors.browser.headerlist import values
from flask_cors.browser.messages import Response
from flask_cors.browser.quirks import STANDARD
from flask_cors.headers import comma_list
from flask_cors.tools.export.plan import plan
from tests.live.export.edge_differences import is_expected
from tests.live.export.edge_policies import POLICIES, app_of
from tests.live.export.edge_proxies import PROXIES, executable, started
from tests.live.export.edge_requests import Client, Sent, requests_for

pytestmark = pytest.mark.live

_LISTS = ("access-control-allow-headers", "access-control-allow-methods")


@pytest.fixture(params=PROXIES)
def proxy(request: Any, missing: Any) -> str:
    name: str = request.param
    if executable(PROXIES[name]) is None:
        missing(name, PROXIES[name].install)
    return name


def said(response: Response) -> dict[str, object]:
    """What a response says of CORS: lists as sets, all else as lines."""
    told: dict[str, object] = {}
    for name, _ in response.headers:
        lowered = name.lower()
        if lowered == "vary" or lowered.startswith("access-control-"):
            lines = values(response.headers, name)
            told[lowered] = lines
            if lowered in _LISTS:
                told[lowered] = {each for line in lines for each in comma_list(line)}
            elif lowered == "vary":
                told[lowered] = {each.lower() for line in lines for each in comma_list(line)}
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


@pytest.fixture
def ask(
    serve: Callable[[Flask], int], proxy: str, tmp_path: Path
) -> Iterator[Callable[[str], Iterator[tuple[Sent, Response, Response]]]]:
    """What the app alone and the proxy answer to each request."""

    def ask(policy: str) -> Iterator[tuple[Sent, Response, Response]]:
        app = app_of(policy, with_cors=True)
        upstream = serve(app_of(policy, with_cors=False))
        with (
            started(PROXIES[proxy], plan(app), upstream, tmp_path) as port,
            Client(serve(app)) as alone,
            Client(port) as behind,
        ):
            for sent in requests_for(policy):
                yield sent, alone.ask(sent), behind.ask(sent)

    return ask


@pytest.mark.parametrize("policy", POLICIES)
def test_the_edge_says_what_the_app_says(policy: str, ask: Any, proxy: str) -> None:
    differing = [
        f"{sent}\n  app:  {app.status} {said(app)}\n  edge: {edge.status} {said(edge)}"
        for sent, app, edge in ask(policy)
        if (said(app) != said(edge) or verdicts(sent, app) != verdicts(sent, edge))
        and not is_expected(proxy, sent, said(app), said(edge))
    ]
    assert not differing, "\n".join(differing)
