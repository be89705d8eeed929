"""Chromium behaves as the simulator, and as recorded in the corpus."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from flask_cors.browser import CHROMIUM
from flask_cors.browser.console import TEXTS
from tests.browser.corpus import CASES, fetch

from .generated import cases
from .rare import RARE
from .replay import Launched, Seen, replay, simulated

pytestmark = pytest.mark.live

# `make fuzz` tries others, and more.
SEED = int(os.environ.get("LIVE_SEED", "6"))
GENERATED = cases(SEED, int(os.environ.get("LIVE_CASES", "200")))

OURS = [*GENERATED, *RARE]


@dataclass(frozen=True)
class Difference:
    """A difference of Chromium from the simulator, and its cause.

    :ivar allowed: whether two results, of Chromium and of the simulator, show the difference.
    """

    what: str
    why: str
    allowed: Callable[[Seen, Seen], bool]


def _swapped(text: str | None, name: str | None, other: str | None) -> str:
    return str(text).replace(f"header field {name} is", f"header field {other} is")


def _is_cut(text: str | None, whole: str | None) -> bool:
    """Return whether a message is the whole one, with a value cut after 200 characters."""
    before, dots, after = str(text).partition("...")
    found = re.fullmatch(f"{re.escape(before)}(.+){re.escape(after)}", str(whole))
    return bool(dots) and found is not None and re.search(r"[^ ']{200}$", before) is not None


DIFFERENCES = (
    Difference(
        "which one Chromium names, where a preflight refuses several headers",
        "it goes through a hash table, the simulator through the page's headers in their order",
        lambda seen, expected: (
            seen.reason == expected.reason == "HeaderDisallowedByPreflightResponse"
            and {seen.parameter, expected.parameter} <= set(str(seen.preflights[-1][1]).split(","))
            and seen.console == _swapped(expected.console, expected.parameter, seen.parameter)
            and replace(seen, parameter=expected.parameter, console=expected.console) == expected
        ),
    ),
    Difference(
        "Chromium shows a long value in the console as a whole",
        "here it goes to a terminal, and it is the server that chooses how long it is",
        lambda seen, expected: (
            _is_cut(expected.console, seen.console)
            and replace(seen, console=expected.console) == expected
        ),
    ),
)


@pytest.fixture(scope="module")
def chromium(launched: Launched) -> dict[str, Seen]:
    return replay([*CASES, *OURS], launched)


def every(cases: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[case["id"] for case in cases])


@every(CASES + OURS)
def test_the_simulator_gives_the_verdict_of_chromium(
    chromium: dict[str, Seen], case: dict[str, Any]
) -> None:
    seen, expected = replace(chromium[case["id"]], error=None), simulated(fetch(case, CHROMIUM))
    if seen != expected and not any(
        difference.allowed(seen, expected) for difference in DIFFERENCES
    ):
        pytest.fail(_describe(case, chromium=chromium[case["id"]], simulator=expected))


@every(CASES)
def test_chromium_behaves_as_recorded(chromium: dict[str, Seen], case: dict[str, Any]) -> None:
    seen, did = chromium[case["id"]], case["chromium"]
    now = {
        "verdict": seen.verdict,
        "corsError": seen.reason,
        "failedParameter": seen.parameter,
        "preflight_sent": bool(seen.preflights),
        "acrh": seen.preflights[0][1] if seen.preflights else None,
    }
    if now != did:
        expected = simulated(fetch(case, CHROMIUM))
        pytest.fail(_describe(case, then=did, chromium=seen, simulator=expected))


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.what)
def test_a_recorded_difference_still_exists(
    chromium: dict[str, Seen], difference: Difference
) -> None:
    """One that is gone goes from the table."""
    pairs = ((chromium[case["id"]], simulated(fetch(case, CHROMIUM))) for case in OURS)
    plain = ((replace(seen, error=None), expected) for seen, expected in pairs)
    assert any(seen != expected and difference.allowed(seen, expected) for seen, expected in plain)


def test_the_generated_cases_are_of_many_kinds(chromium: dict[str, Seen]) -> None:
    seen = [chromium[case["id"]] for case in GENERATED]
    assert sum(one.verdict == "allow" for one in seen) >= 40
    assert sum(bool(one.preflights) for one in seen) >= 40
    assert len({one.reason for one in seen}) >= 14


def test_chromium_wrote_every_text_into_its_console(chromium: dict[str, Seen]) -> None:
    reasons = {seen.reason for seen in chromium.values() if seen.console is not None}
    assert reasons == {reason.value for reason in TEXTS}


def _describe(case: dict[str, Any], **by: Any) -> str:
    lines = [f"{case['id']} {case.get('name', f'generated with seed {SEED}')}"]
    lines += [f"{who}: {what}" for who, what in by.items()]
    lines += [f"request: {json.dumps(case['request'])}"]
    lines += [f"hop: {json.dumps(hop)}" for hop in case["hops"]]
    return "\n".join(lines)
