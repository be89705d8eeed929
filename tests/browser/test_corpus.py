"""The corpora: what the web platform tests expect, and what Chromium and Firefox did.

``data/browser.json`` and ``data/browser_sequences.json`` were recorded with two real browsers
and a server that sends exactly the given bytes; ``conventions`` in the first says how to read
them.
"""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.browser import CHROMIUM, FIREFOX, STANDARD, Outcome
from flask_cors.browser.quirks import Quirks

from .corpus import (
    CASES,
    SEQUENCES,
    count_preflights,
    fetch,
    fetch_steps,
    preflights,
    recorded_names,
    requested_names,
    verdict,
)

every_case = pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])


@every_case
def test_the_standard_gives_the_verdict_of_each_case(case: dict[str, Any]) -> None:
    outcome = fetch(case, STANDARD)
    assert verdict(outcome) == (case["spec_verdict"] or case["verdict"]), outcome
    assert (outcome.reason is None) <= (outcome.parameter is None)
    if case["spec_verdict"] in (None, case["verdict"]):
        _assert_expected(outcome, case["expect"])


def _assert_expected(outcome: Outcome, expect: dict[str, Any]) -> None:
    actual = [exchange.request for exchange in outcome.exchanges if not exchange.preflight]
    origins = [request.get("Origin") for request in actual]
    if "preflight" in expect:
        assert bool(preflights(outcome)) == expect["preflight"], outcome
    if "acrh" in expect:
        assert requested_names(outcome) == [expect["acrh"]], outcome
    if "acrm" in expect:
        methods = [sent.get("Access-Control-Request-Method") for sent in preflights(outcome)]
        assert methods == [expect["acrm"]], outcome
    if "origin_header" in expect:
        assert origins == expect["origin_header"], outcome
    if "last_origin_header" in expect:
        assert origins[-1] == expect["last_origin_header"], outcome
    if "type" in expect:
        assert outcome.type == expect["type"], outcome
    if "status" in expect:
        assert outcome.status == (expect["status"] or 0), outcome
    for name, value in expect.get("exposed", {}).items():
        assert outcome.headers.get(name) == value, outcome


@every_case
def test_chromium_gives_the_verdict_of_each_case(case: dict[str, Any]) -> None:
    outcome = fetch(case, CHROMIUM)
    seen = case["chromium"]
    assert verdict(outcome) == seen["verdict"], outcome
    assert (outcome.reason and outcome.reason.value) == seen["corsError"], outcome
    assert outcome.parameter == seen["failedParameter"], outcome
    assert requested_names(outcome) == recorded_names(case, "chromium"), outcome


@every_case
def test_firefox_gives_the_verdict_of_each_case(case: dict[str, Any]) -> None:
    outcome = fetch(case, FIREFOX)
    assert verdict(outcome) == case["firefox"]["verdict"], outcome
    assert requested_names(outcome) == recorded_names(case, "firefox"), outcome


@pytest.mark.parametrize("sequence", SEQUENCES, ids=[case["name"] for case in SEQUENCES])
@pytest.mark.parametrize("quirks", [STANDARD, CHROMIUM, FIREFOX], ids=lambda quirks: quirks.name)
def test_each_sequence_sends_the_preflights_that_the_browser_sent(
    sequence: dict[str, Any], quirks: Quirks
) -> None:
    steps = fetch_steps(sequence, quirks)
    for step, (allowed, _) in zip(sequence["steps"], steps, strict=True):
        assert allowed == (step["init"].get("method") != "XMETHOD")
    expected = [step["expect_preflights"] for step in sequence["steps"]]
    assert count_preflights(steps) == (
        expected if quirks is STANDARD else sequence[quirks.name.lower()]
    )
