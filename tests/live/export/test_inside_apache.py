"""What becomes of an export inside Apache."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_cors.policy import redos
from flask_cors.tools.export.plan import EdgePlan, build_plan
from tests.live.export.edge_proxies import PROXIES, executable, started
from tests.live.export.edge_responses import cors_headers
from tests.tools.export.edge_policies import ADMIN, APP, app_with
from tests.tools.export.edge_requests import Client, Sent, actual, preflight

pytestmark = pytest.mark.live

APACHE = PROXIES["apache"]

Behind = Callable[[EdgePlan, Flask, Callable[[str], str]], Client]


@pytest.fixture
def behind(serve: Callable[[Flask], int], tmp_path: Path, missing: Any) -> Iterator[Behind]:
    """Start Apache in front of an app, with a plan and a change of its configuration."""
    if executable(APACHE) is None:
        missing("apache", APACHE.install)
    with ExitStack() as running:

        def start(what: EdgePlan, app: Flask, change: Callable[[str], str]) -> Client:
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


def test_an_error_document_has_the_headers_of_its_request(behind: Behind, upstream: Flask) -> None:
    upstream.add_url_rule("/errors/404", "error", lambda: ("", {"X-Document": "error"}))
    edge = behind(
        build_plan(app_with(resources={"/api/*": {"origins": [APP, ADMIN]}})),
        upstream,
        lambda text: text.replace(
            "    ProxyPass ",
            '    ErrorDocument 404 /errors/404\n    ProxyPass "/api/missing" !\n    ProxyPass ',
        ),
    )
    for sent in (actual("/api/missing", APP), actual("/api/missing?x", APP, "HEAD")):
        response = edge.send(sent)
        assert response.headers.get("X-Document") == "error"
        assert cors_headers(response) == {"access-control-allow-origin": [APP], "vary": ["origin"]}
    assert cors_headers(edge.send(actual("/errors/404", APP))) == {}
    assert edge.send(preflight("/api/missing", APP, "PUT")).status == 200


def test_two_exports_in_one_place_set_no_headers(behind: Behind, upstream: Flask) -> None:
    def twice(text: str) -> str:
        begin, end = text.index("    # The request."), text.index("    AllowEncodedSlashes")
        return text[:end] + text[begin:end] + text[end:]

    edge = behind(build_plan(app_with(origins="*")), upstream, twice)
    for sent in (actual("/a", APP), preflight("/a", APP, "PUT"), actual("/a", None)):
        assert cors_headers(edge.send(sent)) == {}


def test_a_header_of_a_client_is_not_taken_for_a_variable(behind: Behind, upstream: Flask) -> None:
    app = app_with(resources={"/api/*": {"origins": [ADMIN]}})
    edge = behind(build_plan(app), upstream, lambda text: text)
    spoof = [
        *(("cors_allow_origin", APP), ("cors_policy", "0"), ("cors_from", ADMIN)),
        *(("cors-from", ADMIN), ("cors_path", "/api/x"), ("cors_kind", "actual")),
    ]
    for path, expected in (("/api/x", {"vary": ["origin"]}), ("/x", {})):
        sent = Sent("GET", path, (("Origin", APP), *spoof))
        assert cors_headers(edge.send(sent)) == expected


def test_a_path_whose_regex_is_too_costly_gets_no_other_policy(
    behind: Behind, upstream: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One that the check of the configuration does not find.
    monkeypatch.setattr(redos, "find_redos", lambda regex, match, limit: None)
    resources = {"/a/(x+x+)+(x+x+)+y": {"origins": ADMIN}, "/a/*": {"origins": APP}}
    edge = behind(build_plan(app_with(resources=resources)), upstream, lambda text: text)
    assert "access-control-allow-origin" in cors_headers(edge.send(actual("/a/b", APP)))
    assert cors_headers(edge.send(actual(f"/a/{'x' * 100}", APP))) == {}


def test_slashes_that_apache_merges_do_not_lead_to_another_policy(
    behind: Behind, upstream: Flask
) -> None:
    resources = {"/api/private": {"origins": ADMIN}, "/*": {"origins": APP}}
    edge = behind(
        build_plan(app_with(resources=resources)),
        upstream,
        lambda text: text.replace(" nocanon", ""),
    )
    for path in ("/api//private", "/api/%2Fprivate", "/api/./private", "/api/x/../private"):
        assert cors_headers(edge.send(actual(path, APP))) == {}
    assert cors_headers(edge.send(actual("//api/private", APP))) == {"vary": ["origin"]}
