"""``docs/errors/index.md`` has a section for each code, with the message of the console."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from flask_cors.browser import Reason
from flask_cors.browser.console import TEXTS

from .corpus import DATA

PAGE = (Path(__file__).parents[2] / "docs" / "errors" / "index.md").read_text(encoding="utf-8")
# The text of each section, by its heading.
SECTIONS = dict(re.findall(r"^##+ (.*)\n((?:(?!##+ ).*\n)*)", PAGE, re.MULTILINE))
CODES = {
    heading: re.findall(r"`(\w+)`", found[1])
    for heading, text in SECTIONS.items()
    if (found := re.search(r"^Code: (.+)$", text, re.MULTILINE))
}
# The codes that Chromium gave when the messages were collected.
COLLECTED = json.loads((DATA / "messages.json").read_text(encoding="utf-8"))
SEEN = {row["chromium"]["code"] for row in COLLECTED["scenarios"] if "chromium" in row} - {None}


def says(text: str, reason: Reason) -> bool:
    """Return whether the text has Chromium's message for a reason, from any API."""
    pattern = re.sub(r"\\\{\w+\\\}", ".*", re.escape(TEXTS[reason]))
    pattern = pattern.replace(re.escape("Access to fetch"), r"Access to \w+", 1)
    return re.search(f"^{pattern}$", text, re.MULTILINE) is not None


def test_the_troubleshooting_page_has_every_simulated_code():
    named = {code for codes in CODES.values() for code in codes}
    assert named == {reason.value for reason in TEXTS} | SEEN
    assert named <= {reason.value for reason in Reason}


@pytest.mark.parametrize("heading", SECTIONS)
def test_a_section_names_the_codes_of_the_messages_that_it_explains(heading):
    text = SECTIONS[heading]
    explained = {reason.value for reason in TEXTS if says(text, reason)}
    simulated = {reason.value for reason in TEXTS}
    assert set(CODES.get(heading, ())) & simulated == explained
    is_about_cors = "has been blocked by CORS policy: " in text
    assert (heading in CODES) == (is_about_cors or bool(explained))


@pytest.mark.parametrize("heading", CODES)
def test_the_codes_are_right_below_the_heading(heading):
    line = ", ".join(f"`{code}`" for code in CODES[heading])
    assert SECTIONS[heading].startswith(f"\nCode: {line}\n\nChromium:\n")
