"""What becomes of an export inside Apache."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_cors.tools.export.plan import Plan, plan
from tests.live.export.edge_answers import said
from tests.live.export.edge_policies import ADMIN, APP, app_with
from tests.live.export.edge_proxies import PROXIES, executable, started
from tests.live.export.edge_requests import Client, Sent, actual, preflight

pytestmark = pytest.mark.live

APACHE = PROXIES["apache"]

Behind = Callable[[Plan, Flask, Callable[[str], str]], Client]


@pytest.fixture
def behind(serve: Callable[[Flask], int], tmp_path: Path, missing: Any) -> Iterator[Behind]:
    """Start Apache in front of an app, with a plan and what is done to its configuration."""
    if executable(APACHE) is None:
        missing("apache", APACHE.install)
    with ExitStack() as running:

        def start(what: Plan, app: Flask, change: Callable[[str], str]) -> Client:
            def render(*arguments: Any) -> str:
                return change(APACHE.render(*arguments))

            changed = APACHE._replace(render=render)
            at = running.enter_context(started(changed, what, serve(app), tmp_path))
            return running.enter_context(Client(at))

        yield start


@pytest.fixture
def upstream() -> Flask:
    app = Flask("upstream")
    app.add_url_rule("/<path:path>", "any", lambda path: path)
    return app


def test_an_error_document_says_what_its_request_would_be_told(
    behind: Behind, upstream: Flask
) -> None:
    upstream.add_url_rule("/errors/404", "error", lambda: ("", {"X-Document": "error"}))
    edge = behind(
        plan(app_with(resources={"/api/*": {"origins": [APP, ADMIN]}})),
        upstream,
        lambda text: text.replace(
            "    ProxyPass ",
            '    ErrorDocument 404 /errors/404\n    ProxyPass "/api/missing" !\n    ProxyPass ',
        ),
    )
    for asked in (actual("/api/missing", APP), actual("/api/missing?x", APP, "HEAD")):
        answer = edge.ask(asked)
        assert answer.headers.get("X-Document") == "error"
        assert said(answer) == {"access-control-allow-origin": [APP], "vary": {"origin"}}
    assert said(edge.ask(actual("/errors/404", APP))) == {}
    assert edge.ask(preflight("/api/missing", APP, "PUT")).status == 200


def test_two_exports_in_one_place_say_nothing(behind: Behind, upstream: Flask) -> None:
    def twice(text: str) -> str:
        begin, end = text.index("    # The request."), text.index("    AllowEncodedSlashes")
        return text[:end] + text[begin:end] + text[end:]

    edge = behind(plan(app_with(origins="*")), upstream, twice)
    for asked in (actual("/a", APP), preflight("/a", APP, "PUT"), actual("/a", None)):
        assert said(edge.ask(asked)) == {}


def test_no_header_of_a_client_is_taken_for_a_variable(behind: Behind, upstream: Flask) -> None:
    app = app_with(resources={"/api/*": {"origins": [ADMIN]}})
    edge = behind(plan(app), upstream, lambda text: text)
    spoof = [
        *(("cors_allow_origin", APP), ("cors_policy", "0"), ("cors_from", ADMIN)),
        *(("cors-from", ADMIN), ("cors_path", "/api/x"), ("cors_kind", "actual")),
    ]
    for path, expected in (("/api/x", {"vary": {"origin"}}), ("/x", {})):
        asked = Sent("GET", path, (("Origin", APP), *spoof))
        assert said(edge.ask(asked)) == expected


def test_a_path_whose_expression_is_too_costly_gets_no_other_policy(
    behind: Behind, upstream: Flask
) -> None:
    resources = {"/a/(x+x+)+(x+x+)+y": {"origins": ADMIN}, "/a/*": {"origins": APP}}
    edge = behind(plan(app_with(resources=resources)), upstream, lambda text: text)
    assert "access-control-allow-origin" in said(edge.ask(actual("/a/b", APP)))
    assert said(edge.ask(actual(f"/a/{'x' * 100}", APP))) == {}


def test_slashes_that_apache_joins_do_not_lead_to_another_policy(
    behind: Behind, upstream: Flask
) -> None:
    resources = {"/api/private": {"origins": ADMIN}, "/*": {"origins": APP}}
    edge = behind(
        plan(app_with(resources=resources)), upstream, lambda text: text.replace(" nocanon", "")
    )
    for path in ("/api//private", "/api/%2Fprivate", "/api/./private", "/api/x/../private"):
        assert said(edge.ask(actual(path, APP))) == {}
    assert said(edge.ask(actual("//api/private", APP))) == {"vary": {"origin"}}
