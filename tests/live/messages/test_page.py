"""Each message of a browser's console is in ``docs/errors/index.md``."""

from __future__ import annotations

import re

import pytest

from .messages import EXAMPLES, ROOT, read, rendered
from .scenarios import ALL

PAGE = (ROOT / "docs" / "errors" / "index.md").read_text(encoding="utf-8")
QUOTED = {
    line
    for fence in re.findall(r"^```text\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    for line in fence.splitlines()
}
COLLECTED = read()
MESSAGES = sorted(
    {
        text
        for row in COLLECTED["scenarios"]
        for browser in COLLECTED["browsers"]
        if browser in row
        for text in (*row[browser]["console"], row[browser]["exception"])
        if text is not None
    }
)


@pytest.mark.parametrize("text", MESSAGES)
def test_the_troubleshooting_page_has_each_message_in_full(text: str) -> None:
    assert rendered(text) in QUOTED


def test_the_troubleshooting_page_names_the_browsers_of_its_messages() -> None:
    for browser in COLLECTED["browsers"].values():
        assert browser["version"] in PAGE


def test_the_file_has_every_scenario_and_no_address_of_the_machine_that_collected_it() -> None:
    assert [row["name"] for row in COLLECTED["scenarios"]] == [scenario.name for scenario in ALL]
    assert COLLECTED["examples"] == EXAMPLES
    assert not re.search(r"127\.0\.0\.1|\.test\b|/tmp/", " ".join(MESSAGES))


def test_every_reason_that_can_be_provoked_is_provoked() -> None:
    """Chromium has 28 codes; no known response causes the other four."""
    codes = {row["chromium"]["code"] for row in COLLECTED["scenarios"] if "chromium" in row}
    assert len(codes - {None}) == 24
