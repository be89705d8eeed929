"""An app without CORS behind a proxy that has its policy, against the app alone."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.tools.export.plan import plan
from tests.live.export.edge_answers import differ, said
from tests.live.export.edge_differences import is_expected
from tests.live.export.edge_policies import POLICIES, app_of
from tests.live.export.edge_proxies import PROXIES
from tests.live.export.edge_requests import requests_for
from tests.live.export.edge_statements import cannot

pytestmark = pytest.mark.live


@pytest.mark.parametrize("policy", POLICIES)
def test_the_edge_says_what_the_app_says(policy: str, alone: Any, behind: Any, proxy: str) -> None:
    if cannot(proxy, policy):
        pytest.skip(f"{proxy} cannot state it")
    whole = app_of(policy, with_cors=True)
    what = plan(whole, PROXIES[proxy].engine)
    app, edge = alone(whole), behind(what, app_of(policy, with_cors=False))
    differing: list[str] = []
    for sent in requests_for(policy, what.is_everywhere):
        by_app, by_edge = app.ask(sent), edge.ask(sent)
        if differ(sent, by_app, by_edge) and not is_expected(
            proxy, sent, said(by_app), said(by_edge)
        ):
            told = [f"{each.status} {said(each)}" for each in (by_app, by_edge)]
            differing.append(f"{sent}\n  app:  {told[0]}\n  edge: {told[1]}")
    assert not differing, "\n".join(differing)
