"""The file of collected messages is whole. ``tests/test_docs_errors.py`` asserts that the pages of
the documentation show each of them."""

from __future__ import annotations

import re

from .messages import EXAMPLES, read
from .scenarios import ALL

COLLECTED = read()


def test_the_file_has_every_scenario() -> None:
    assert [row["name"] for row in COLLECTED["scenarios"]] == [scenario.name for scenario in ALL]
    assert COLLECTED["examples"] == EXAMPLES


def test_no_message_has_an_address_of_the_machine_that_collected_it() -> None:
    texts = [
        text
        for row in COLLECTED["scenarios"]
        for browser in COLLECTED["browsers"]
        if browser in row
        for text in (*row[browser]["console"], row[browser]["exception"] or "")
    ]
    assert not re.search(r"127\.0\.0\.1|\.test\b|/tmp/", " ".join(texts))


def test_every_reason_that_can_be_provoked_is_provoked() -> None:
    """Chromium has 28 codes; no known response causes the other four."""
    codes = {row["chromium"]["code"] for row in COLLECTED["scenarios"] if "chromium" in row}
    assert len(codes - {None}) == 24
