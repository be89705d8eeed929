"""The browsers still write the messages in ``tests/data/messages.json``."""

from __future__ import annotations

from typing import Any

import pytest

from .messages import read
from .scenarios import ALL, Scenario

pytestmark = pytest.mark.live

SETTLE = 0.15  # seconds for a line too many


@pytest.mark.parametrize("scenario", ALL, ids=[scenario.name for scenario in ALL])
def test_a_browser_writes_the_messages_that_the_documentation_quotes(
    driven: Any, served: Any, scenario: Scenario
) -> None:
    collected = read()
    known = {row["name"]: row for row in collected["scenarios"]}[scenario.name]
    assert scenario.browsers == tuple(name for name in ("chromium", "firefox") if name in known)
    if driven.name not in known:
        return
    before = known[driven.name]
    now = driven.replay(served, scenario, SETTLE, len(before["console"]))
    was = collected["browsers"][driven.name]
    assert now == before, (
        f"{driven.version} differs from {was['version']} of {was['date']}: collect again, "
        "`python -m tests.live.messages`, and read the pages of docs/errors again"
    )
