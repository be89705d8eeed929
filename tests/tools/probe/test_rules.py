"""The rules of ``flask cors probe``, and the page that lists them."""

from __future__ import annotations

import re
from pathlib import Path

from flask_cors.tools.probe.rules import RULES

PAGE = (Path(__file__).parents[3] / "docs" / "commands" / "probe-findings.md").read_text(
    encoding="utf-8"
)


def test_the_page_lists_each_rule_with_its_severity_title_and_explanation():
    table = PAGE.partition("## Findings")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| (CORS\d+) \| (\w+) \| (.+?) \| (.+) \|$", table, re.MULTILINE)
    assert listed == [
        (rule.code, rule.severity.value, rule.title, " ".join((rule.__doc__ or "").split()))
        for rule in RULES
    ]


def test_codes_are_unique_and_in_order():
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert all(re.fullmatch(r"CORS8\d\d", code) for code in codes)
