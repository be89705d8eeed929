"""Chromium does what the simulator says it does, and what it did when the corpus was made."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import pytest
from browser.corpus import CASES, fetch
from generated import cases
from rare import RARE
from replay import Launched, Seen, replay, simulated

from flask_cors.browser import CHROMIUM
from flask_cors.browser.console import TEXTS

pytestmark = pytest.mark.live

# `make fuzz` asks for others, and more.
SEED = int(os.environ.get("LIVE_SEED", "6"))
GENERATED = cases(SEED, int(os.environ.get("LIVE_CASES", "200")))

OURS = [*GENERATED, *RARE]


@dataclass(frozen=True)
class Difference:
    """Where Chromium may differ from the simulator, and why.

    :ivar allowed: given what Chromium did and what the simulator said.
    """

    what: str
    why: str
    allowed: Callable[[Seen, Seen], bool]


def _swapped(text: str | None, name: str | None, other: str | None) -> str:
    return str(text).replace(f"header field {name} is", f"header field {other} is")


def _is_cut(text: str | None, whole: str | None) -> bool:
    """Whether it is the whole but for what ``...`` stands for, behind a value of 200 characters."""
    before, dots, after = str(text).partition("...")
    found = re.fullmatch(f"{re.escape(before)}(.+){re.escape(after)}", str(whole))
    return bool(dots) and found is not None and re.search(r"[^ ']{200}$", before) is not None


DIFFERENCES = (
    Difference(
        "which one Chromium names, where a preflight refuses several headers",
        "it goes through a hash table, the simulator through the page's headers in their order",
        lambda seen, said: (
            seen.reason == said.reason == "HeaderDisallowedByPreflightResponse"
            and {seen.parameter, said.parameter} <= set(str(seen.preflights[-1][1]).split(","))
            and seen.console == _swapped(said.console, said.parameter, seen.parameter)
            and replace(seen, parameter=said.parameter, console=said.console) == said
        ),
    ),
    Difference(
        "Chromium shows a long value in the console as a whole",
        "here it goes to a terminal, and it is the server that chooses how long it is",
        lambda seen, said: (
            _is_cut(said.console, seen.console) and replace(seen, console=said.console) == said
        ),
    ),
)


@pytest.fixture(scope="module")
def chromium(launched: Launched, missing: Callable[[str, str], NoReturn]) -> dict[str, Seen]:
    if shutil.which("openssl") is None:
        missing("openssl", "apt-get install -y --no-install-recommends openssl")
    return replay([*CASES, *OURS], launched)


def every(cases: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[case["id"] for case in cases])


@every(CASES + OURS)
def test_the_simulator_says_what_chromium_does(
    chromium: dict[str, Seen], case: dict[str, Any]
) -> None:
    seen, said = replace(chromium[case["id"]], error=None), simulated(fetch(case, CHROMIUM))
    if seen != said and not any(difference.allowed(seen, said) for difference in DIFFERENCES):
        pytest.fail(_told(case, chromium=chromium[case["id"]], simulator=said))


@every(CASES)
def test_chromium_does_what_it_did(chromium: dict[str, Seen], case: dict[str, Any]) -> None:
    seen, did = chromium[case["id"]], case["chromium"]
    now = {
        "verdict": seen.verdict,
        "corsError": seen.reason,
        "failedParameter": seen.parameter,
        "preflight_sent": bool(seen.preflights),
        "acrh": seen.preflights[0][1] if seen.preflights else None,
    }
    if now != did:
        said = simulated(fetch(case, CHROMIUM))
        pytest.fail(_told(case, then=did, chromium=seen, simulator=said))


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.what)
def test_a_difference_is_still_there(chromium: dict[str, Seen], difference: Difference) -> None:
    """One that is gone goes from the table."""
    pairs = ((chromium[case["id"]], simulated(fetch(case, CHROMIUM))) for case in OURS)
    plain = ((replace(seen, error=None), said) for seen, said in pairs)
    assert any(seen != said and difference.allowed(seen, said) for seen, said in plain)


def test_the_generated_cases_are_of_many_kinds(chromium: dict[str, Seen]) -> None:
    seen = [chromium[case["id"]] for case in GENERATED]
    assert sum(one.verdict == "allow" for one in seen) >= 40
    assert sum(bool(one.preflights) for one in seen) >= 40
    assert len({one.reason for one in seen}) >= 14


def test_chromium_wrote_every_text_into_its_console(chromium: dict[str, Seen]) -> None:
    reasons = {seen.reason for seen in chromium.values() if seen.console is not None}
    assert reasons == {reason.value for reason in TEXTS}


def _told(case: dict[str, Any], **by: Any) -> str:
    lines = [f"{case['id']} {case.get('name', f'generated with seed {SEED}')}"]
    lines += [f"{who}: {what}" for who, what in by.items()]
    lines += [f"request: {json.dumps(case['request'])}"]
    lines += [f"hop: {json.dumps(hop)}" for hop in case["hops"]]
    return "\n".join(lines)
