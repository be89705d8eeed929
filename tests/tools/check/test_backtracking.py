"""Exponential backtracking: suspected by counting, confirmed by timing."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import pytest

from flask_cors.tools.check.patterns import backtracking
from flask_cors.tools.check.patterns.backtracking import exponential

EXPONENTIAL = [
    r"^https://(a+)+\.example\.com$",
    r"(\w+\.?)*",
    r"(a|a)*b",
    r"([a-z]+|[a-z0-9]+)*x",
    r"(a*)*b",
    r"(a*a*c)*d",
    r"((a+)b?)+c",
    r"(x+x+)+y",
    r"(ab|[a-z]{2})*9",
    r"https://(.*\.)*example\.com",
    r"(a+){1,20}b",
    r"https://(?=(a+)+$)x",
    r"(.*a){20}",
    r"([a-z]?){30}a{30}",
    r"(([a-z]){8,}){8,}x",
    r"((example){,12})+x",
    r"https://" + "[a-z]?" * 40 + r"\.example\.com",  # behind each other
    r"/.*/.*/.*/.*/.*/x",
    r"(?:a|b)*(?:a|c)*a*[ab]*[a-z]*(a|bc)*!",
]
ORDINARY = [
    r"https?://.*\.example\.com(:\d+)?",
    r"https://([a-z0-9-]+\.)*example\.com",
    r"https://(\w+\.)*\w+\.example\.com",
    r"https://([a-z]{1,63}\.){1,5}com",
    r"https://([a-z0-9]+(-[a-z0-9]+)*\.)+example\.com",
    r"https://[a-z0-9]+([-.][a-z0-9]+)*\.example\.com",
    r"(https|http)://(a|b|cd)*",
    r".*.*.*.*x",  # a power of the length
    r"(a*b){3}",
    r"a{5}" * 9 + "b",
    r"((?=a)a(?!c)b?-)*",
    r"(?:[^\x00-\x7f]|\bb?)*",
    r"([^\x00-\x7f]*)*",
]


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch):
    """Answers in place of the child process."""

    def child(answer: Any) -> list[dict[str, Any]]:
        asked = []

        def run(command: list[str], input: bytes, **options: Any) -> Any:
            asked.append(json.loads(input))
            if isinstance(answer, Exception):
                raise answer
            return subprocess.CompletedProcess(command, 0, answer, b"")

        monkeypatch.setattr(backtracking.subprocess, "run", run)
        exponential.cache_clear()
        return asked

    yield child
    exponential.cache_clear()


@pytest.mark.parametrize("text", EXPONENTIAL)
def test_what_backtracks_exponentially_is_suspected(child, text):
    asked = child(b'"aaaa!"\n')
    assert exponential(re.compile(text, re.IGNORECASE), "fullmatch") == "aaaa!"
    assert asked[0]["pattern"] == text
    assert asked[0]["method"] == "fullmatch"
    assert 0 < len(asked[0]["attacks"]) <= 12


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_expression_costs_no_process(child, text):
    asked = child(AssertionError("a process"))
    assert exponential(re.compile(text, re.IGNORECASE), "fullmatch") is None
    assert asked == []


def test_nothing_goes_back_into_an_atomic_group(child):
    try:
        regex = re.compile(r"(?>a+)+(?>b|\B)*c")
    except re.error:  # before Python 3.11
        return
    child(AssertionError("a process"))
    assert exponential(regex, "fullmatch") is None


@pytest.mark.parametrize("text", [r"^https://(a+)+\.example\.com$", r"(\w+\.?)*"])
def test_it_is_confirmed_in_a_child_process(text):
    exponential.cache_clear()
    slow = exponential(re.compile(text), "fullmatch")
    assert slow is not None
    assert slow.endswith("a!")
    assert len(slow) < 64


def test_a_suspicion_that_is_not_confirmed_says_nothing():
    assert exponential(re.compile(r"(.*)*"), "fullmatch") is None  # it always matches
    assert exponential(re.compile(r"/(\w+/?)*"), "match") is None  # so does this, from the start
    labels = r"[a-z0-9-]+\." * 6  # what stands between them is in none of them
    assert exponential(re.compile(rf"https://{labels}com"), "fullmatch") is None


def test_each_expression_is_timed_once(child):
    asked = child(b"null\n")
    assert exponential(re.compile("(a+)+b"), "fullmatch") is None
    assert exponential(re.compile("(a+)+b"), "fullmatch") is None
    assert len(asked) == 1


def test_a_machine_that_stands_still_invents_nothing(child):
    child(subprocess.TimeoutExpired("python", 10))
    assert exponential(re.compile("(a+)+b"), "fullmatch") is None


def test_attacks_are_no_longer_than_an_origin_and_begin_as_the_expression_does(child):
    asked = child(b"null\n")
    exponential(re.compile(r"https://(a+)+\.example"), "fullmatch")
    starts = {start for start, _, _ in asked[0]["attacks"]}
    assert starts == {"https://"}
    assert asked[0]["longest"] < 326 - len("https://")


def test_a_text_that_never_ends_is_given_up():
    slow = exponential(re.compile(r"(([a-c]?)+)*x"), "fullmatch")
    assert slow is not None
    assert len(slow) < 64
