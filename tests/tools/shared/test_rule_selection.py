"""``--select`` and ``--ignore``: codes or their beginnings."""

from __future__ import annotations

import click
import pytest

from flask_cors.diagnostics.finding import Finding
from flask_cors.tools.shared.rule_selection import select_rules


class First(Finding):
    code = "CORS101"


class Second(Finding):
    code = "CORS102"


class Third(Finding):
    code = "CORS203"


@pytest.mark.parametrize(
    ("select", "ignore", "selected"),
    [
        ([], [], [First, Second, Third]),
        (["CORS1"], [], [First, Second]),
        (["cors102, CORS203"], [], [Second, Third]),
        (["CORS101", "CORS2"], [], [First, Third]),
        ([], ["CORS1"], [Third]),
        (["CORS1"], ["CORS102"], [First]),
    ],
)
def test_rules_are_selected_by_the_beginnings_of_their_codes(select, ignore, selected):
    assert select_rules([First, Second, Third], select, ignore) == selected


@pytest.mark.parametrize("code", ["CORS3", "", "E501", "CORS1,"])
def test_an_item_with_which_no_code_begins_is_refused_with_an_example(code):
    with pytest.raises(click.BadParameter, match="such as CORS101 or CORS1") as raised:
        select_rules([First, Second, Third], [], [code])
    assert raised.value.param_hint == "--ignore"
