"""Chromium remembers preflights as the simulator does, and as it did when the corpus was made."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.browser import CHROMIUM
from tests.browser.corpus import SEQUENCES, Step, count_preflights, fetch_steps

from .replay import Launched, replay_sequences

pytestmark = pytest.mark.live

# By the names of sequences: how many steps are replayed, and why no more. Chromium's clock cannot
# be set, so tests really wait, at most 3 seconds.
CUT = {
    "default 5 s: still cached after 3.5 s": (1, "the next step is 3.5 s later"),
    "unparsable max-age: like absent": (2, "the next step is 6 s later"),
}
LONGEST_WAIT = 3


def cut(sequence: dict[str, Any]) -> dict[str, Any]:
    steps, _ = CUT.get(sequence["name"], (None, ""))
    return {**sequence, "steps": sequence["steps"][:steps]}


REPLAYED = [cut(sequence) for sequence in SEQUENCES]


@pytest.fixture(scope="module")
def chromium(launched: Launched) -> dict[str, list[Step]]:
    return replay_sequences(REPLAYED, launched)


every = pytest.mark.parametrize("sequence", REPLAYED, ids=[one["name"] for one in REPLAYED])


@every
def test_the_simulator_caches_the_preflights_that_chromium_caches(
    chromium: dict[str, list[Step]], sequence: dict[str, Any]
) -> None:
    assert chromium[sequence["id"]] == fetch_steps(sequence, CHROMIUM)


@every
def test_chromium_sends_the_preflights_that_it_sent(
    chromium: dict[str, list[Step]], sequence: dict[str, Any]
) -> None:
    expected = sequence["chromium"][: len(sequence["steps"])]
    assert count_preflights(chromium[sequence["id"]]) == expected


def test_every_sequence_is_replayed_unless_it_waits_too_long() -> None:
    too_long = {
        sequence["name"]: next(
            number
            for number, step in enumerate(sequence["steps"])
            if step["wait_before_s"] > LONGEST_WAIT
        )
        for sequence in SEQUENCES
        if max(step["wait_before_s"] for step in sequence["steps"]) > LONGEST_WAIT
    }
    assert too_long == {name: steps for name, (steps, _) in CUT.items()}
