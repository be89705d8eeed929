"""Which origins are guessed that a policy allows."""

from __future__ import annotations

import re

import pytest

from flask_cors.policy.origins import parse_origins
from flask_cors.tools.check.guesses import origins_in


@pytest.mark.parametrize(
    ("given", "guessed"),
    [
        ("*", ["https://app.example"]),
        ([], []),
        (["https://b.example", "https://a.example"], ["https://a.example", "https://b.example"]),
        ("https://*.app.example:*", ["https://sub.app.example"]),
        (r"https://[a-z0-9-]+\.app\.example", ["https://a.app.example"]),
        (r"^https?://(?:(?P<who>www|cdn)\.)?app\.example$", ["https://www.app.example"]),
        (re.compile(r"https://app-\d{3,5}\.example:[0-9]+"), ["https://app-111.example:1"]),
        (re.compile(r"https://a\.example|https://b\.example"), ["https://a.example"]),
        (re.compile(r"(?i)https://(?=app)app\.example"), []),  # nothing fits: nothing is told
        (lambda origin: True, []),
    ],
)
def test_each_entry_has_one_where_it_can_be_told(given: object, guessed: list[str]):
    assert list(origins_in(parse_origins(given, lambda _: None))) == guessed
