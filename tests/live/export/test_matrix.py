"""An app without CORS behind a proxy that has its policy, against the app alone."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.tools.export import lookup_tables, rule_index
from flask_cors.tools.export.plan import build_plan
from tests.live.export.edge_proxies import PROXIES
from tests.live.export.edge_responses import cors_headers, differ
from tests.tools.export.edge_differences import is_expected
from tests.tools.export.edge_policies import ADMIN, APP, PATHS, POLICIES, app_of
from tests.tools.export.edge_requests import actual, preflight, requests_for
from tests.tools.export.edge_statements import cannot

pytestmark = pytest.mark.live

# As apps with hundreds of views have: their paths are looked up.
OF_SEVERAL_RULES = [
    *("several resources", "paths by look-ahead", "paths with signs", "views alone"),
    *("views and the app", "methods of a view", "blueprints", "below a root", "regexes of nothing"),
    *("redirects and many blueprints", "a slash at the end of exact resources"),
    *("a slash at the end of regexes", "a slash at the end in blueprints"),
    *("views that list options", "a catch all"),
]


def compare(policy: str, proxy: str, alone: Any, behind: Any, step: int = 1) -> None:
    """
    :param step: which of the requests are sent: one of so many.
    """
    if cannot(proxy, policy):
        pytest.skip(f"{proxy} cannot state it")
    whole = app_of(policy, with_cors=True)
    what = build_plan(whole, PROXIES[proxy].dialect)
    app, edge = alone(whole), behind(what, app_of(policy, with_cors=False))
    differing: list[str] = []
    for sent in requests_for(policy, what.has_one_policy)[::step]:
        by_app, by_edge = app.send(sent), edge.send(sent)
        if differ(sent, by_app, by_edge) and not is_expected(
            proxy, whole, sent, cors_headers(by_app), cors_headers(by_edge)
        ):
            shown = [f"{each.status} {cors_headers(each)}" for each in (by_app, by_edge)]
            differing.append(f"{sent}\n  app:  {shown[0]}\n  edge: {shown[1]}")
    assert not differing, "\n".join(differing)


@pytest.mark.parametrize("policy", POLICIES)
def test_the_edge_sends_the_headers_that_the_app_sends(
    policy: str, alone: Any, behind: Any, proxy: str
) -> None:
    compare(policy, proxy, alone, behind)


@pytest.mark.parametrize("policy", OF_SEVERAL_RULES)
def test_the_edge_looks_up_what_it_would_find_line_by_line(
    policy: str, alone: Any, behind: Any, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_index, "MIN_RULES", 0)
    monkeypatch.setattr(rule_index, "MAX_GROWTH", 1000)
    monkeypatch.setattr(lookup_tables, "MAX_VALUES", 0)
    compare(policy, proxy, alone, behind, step=7)


@pytest.mark.parametrize(
    "policy", ["any", "one", "two, with credentials", "two, without Vary", "several resources"]
)
def test_no_header_comes_twice_where_the_app_keeps_its_own(
    policy: str, alone: Any, behind: Any, proxy: str
) -> None:
    whole = app_of(policy, with_cors=True)
    app, edge = alone(whole), behind(build_plan(whole, PROXIES[proxy].dialect), whole)
    for path in (*PATHS, "/api/varies", "/api/fails", "/nowhere"):
        for origin in (None, APP, ADMIN, "https://evil.test"):
            sent = actual(path, origin)
            assert cors_headers(edge.send(sent)) == cors_headers(app.send(sent)), sent
        sent = preflight(path, APP, "PUT", "x-a")
        assert cors_headers(edge.send(sent)) == cors_headers(app.send(sent)), sent
