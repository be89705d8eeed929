"""Regexes that backtrack for too long, found by their structure and confirmed by time."""

from __future__ import annotations

import re
import sys
import time
from typing import Any

import pytest

from flask_cors.policy import redos
from flask_cors.policy.redos import find_redos
from flask_cors.policy.regex import ORIGIN_LIMIT, TimeLimit
from flask_cors.protocol.origin import MAX_ORIGIN_LENGTH

CATASTROPHIC = [
    r"^https://(a+)+\.example\.com$",
    r"https://([a-z0-9]+)+\.example\.com",
    r"https://(\w+\.?)*example\.com",
    r"https://(a|aa)+\.example",
    r"(a|a)*b",
    r"([a-z]+|[a-z0-9]+)*x",
    r"(a*)*b",
    r"(a*a*c)*d",
    r"((a+)b?)+c",
    r"(x+x+)+y",
    r"(ab|[a-z]{2})*9",
    r"https://(.*)*\.example\.com",
    r"https://(.*\.)*example\.com",
    r"https://([^/]+)+/x",  # it matches none of the ends of the texts
    r"https://(\S+)+x",
    r"^(([a-z])+.)+[A-Z]([a-z])+$",
    r"(?i)https://([a-z0-9-]+\.?)+example\.com",
    r"((?i:[A-Z])+)+\.example",
    r"(a+){1,20}b",
    r"((a|a){7}){7}b",
    r"(([a-z]){8,}){8,}x",
    r"((example){,12})+x",
    r"(([a-c]?)+)*x",
    r"([A-Z]+)+b",
    r"https://(?=(a+)+$)x",
    r"https://(?!([a-z]+)+\.evil)x",
    r"^(?=.{40,}$)(\w+)+$",  # the look-ahead fails immediately until the text is long
]
BESIDE_EACH_OTHER = [
    r"https://.*.*.*.*example\.com",
    r"https://.*.*.*.*.*.*.*example\.com",
    r"/.*/.*/.*/.*/.*/x",
    r"https://" + "[a-z]?" * 40 + r"\.example\.com",
    r"(?:a|b)*(?:a|c)*a*[ab]*[a-z]*(a|bc)*!",
    r"([a-z]+){5}x",
    r"(?i)https://.*a.*a.*a.*a.*!",
    r"https://.*\d.*\d.*\d.*\d.*\.example\.com",
    r"(?i)https://.*dev.*dev.*dev.*dev.*!",
    r"https://(?:ab?)*a*(?:ab?)*a*(?:ab?)*!",  # neither text of the group needs its last letter
    r"https://(?:ab?)*(?:ab?)*(?:ac?)*(?:ad?)*!",  # "!" is an end that matches
    r"https://\S*(?:pr|mr)\S*(?:pr|mr)\S*(?:pr|mr)\S*(?:pr|mr)\S*!",
]
# `re` refuses texts that are shorter than the shortest match.
LONG_AT_LEAST = [
    r"(.*a){20}",
    r"https://(.*a){20}\.example",
    r"([a-z]?){30}a{30}",
    r"(a|a){30}(b+)+c",
]
ORDINARY = [
    r"https?://.*\.example\.com(:\d+)?",
    r"https?://(localhost|127\.0\.0\.1)(:\d+)?",
    r"(https?://)?(www\.)?example\.(com|org)",
    r"https://[\w-]+\.(?:a|b|c)\.example\.(?:com|org)(?::\d{1,5})?",
    r"https://([a-z0-9-]+\.)*example\.com",
    r"https://([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+example\.com",
    r"https://(\w+\.)*\w+\.example\.com",
    r"https://([a-z0-9]+(-[a-z0-9]+)*\.)+example\.com",
    r"https://[a-z0-9]+([-.][a-z0-9]+)*\.example\.com",
    r"https://([a-z]|[a-z0-9])+\.example\.com",  # `re` makes one class of the two
    r"(https|http)://(a|b|cd)*",
    r"(a*b){3}",
    r"(a|aa){8}b",  # 256 ways for a text of any length
    r"a{5}" * 9 + "b",
    r"((?=a)a(?!c)b?-)*",
    r"(?:[^\x00-\x7f]|\bb?)*",
    r"([^\x00-\x7f]*)*",
    "https://" + r"[a-z0-9-]+\." * 6 + "com",  # none of them matches what is between them
    r"(?!)*(?:a(?!))?b",
]
NOT_CONFIRMED = [
    r"(.*)*",  # it always matches
    r"https://([a-z]{1,63}\.){1,5}com",
    r"/api/v[12]/[^/]+/[^/]+/[^/]+/[^/]+/items",
]
POSSESSIVE = [
    r"https://(?>[a-z0-9]+)+\.example\.com",
    r"https://([a-z0-9]++)+\.example\.com",
    r"(?>a+)+(?>b|\B)*c",
]


@pytest.fixture(autouse=True)
def forgotten():
    find_redos.cache_clear()
    yield
    find_redos.cache_clear()


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the texts that are tried, and treat none of them as slow."""
    texts: list[str] = []

    def measure(matches: object, text: str) -> tuple[float, bool]:
        texts.append(text)
        return 0, False

    monkeypatch.setattr(redos, "_measure", measure)
    return texts


def attacks_on(
    regex: re.Pattern[str], limit: TimeLimit, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[str, str, str]]:
    """Return the attacks that are tried: the start of a text, what is repeated, and the end."""
    attacks: list[tuple[str, str, str]] = []

    def keep(matches: object, tree: object, attack: Any, *_: object) -> None:
        attacks.append(tuple(attack))

    monkeypatch.setattr(redos, "_find_slow_text", keep)
    find_redos(regex, "fullmatch", limit)
    return attacks


@pytest.mark.parametrize("text", [*CATASTROPHIC, *BESIDE_EACH_OTHER, *LONG_AT_LEAST])
def test_a_text_on_which_a_regex_backtracks_for_too_long_is_found_soon(text: str):
    regex = re.compile(text)
    start = time.thread_time()
    slow = find_redos(regex, "fullmatch")
    assert slow is not None
    assert len(slow) <= MAX_ORIGIN_LENGTH
    assert slow.isascii()
    assert slow.isprintable()
    assert time.thread_time() - start < 5


PATHS = TimeLimit(4096, 0.25)


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        (r"https://(a+)+\.example", ORIGIN_LIMIT, [("https://", "a", "!")]),
        (r"x(ab|[a-c]{2})*9", ORIGIN_LIMIT, [("x", "ab", "!")]),
        (r"(abab|ab)+c", ORIGIN_LIMIT, [("", "ab", "!")]),
        (r"(A+)+b", ORIGIN_LIMIT, [("", "A", "!")]),
        # The end is a character that is not repeated.
        (r"(\S+)+x", ORIGIN_LIMIT, [("", "a", "!"), ("", "b", "!")]),
        (r"([^A-Za-z]+)+x", ORIGIN_LIMIT, [("", "0", "a"), ("", "1", "a")]),
        # What is repeated together with what is between the repetitions.
        (r".*a.*a.*a.*b", ORIGIN_LIMIT, [("", "a", "!")]),
        (r"(?i)x-.*a.*a.*-id", PATHS, [("x-", "a", "!")]),
        (r"(?i).*dev.*dev.*dev.*!", ORIGIN_LIMIT, [("", "dev", "~"), ("", "d", "~")]),
        (r".*\d.*\d.*\d.*\.com", ORIGIN_LIMIT, [("", "0", "!")]),
        (r"[a-z]*[xy][a-z]*[xy][a-z]*[yz][a-z]*!", ORIGIN_LIMIT, [("", "y", "~")]),
        (r".*\d{2}.*(?:-|_).*[0-9]+.*", ORIGIN_LIMIT, [("", "0-", "!"), ("", "0", "!")]),
        (r".*(?:ab|c).*(?:ab|c).*.*", ORIGIN_LIMIT, [("", "abc", "!"), ("", "a", "!")]),
        (r"(?:.*x){4}", ORIGIN_LIMIT, [("", "x", "!")]),
        (r"(?=.*x.*)(?:.*x){2}", ORIGIN_LIMIT, [("", "x", "!")]),
        (r"(?:x.)*.*(?:x.)*.*", ORIGIN_LIMIT, [("", "xa", "!")]),
        # Nothing that all of them match is between the second and the third.
        (r"[a-z]*x[a-z]*-[a-z]*x[a-z]*", ORIGIN_LIMIT, []),
        (r"[a-z]*-[a-z]*x[a-z]*x[a-z]*x[a-z]*", ORIGIN_LIMIT, [("evil-", "x", "!")]),
        (r".*a.*b.*", PATHS, [("", "ab", "!"), ("", "a", "!")]),
        (r".*a.*b.*", ORIGIN_LIMIT, []),
        (r"(?:x.)*(?:x.)*(?:x.)*(?:x.)*y", ORIGIN_LIMIT, [("", "xa", "!")]),
        ("a?" * 16, ORIGIN_LIMIT, [("", "a", "!")]),
        ("a?" * 15, ORIGIN_LIMIT, []),
        ("(a+){5}b", ORIGIN_LIMIT, [("", "a", "!")]),
        ("(a+)+!", ORIGIN_LIMIT, [("", "a", "~")]),
        # In a path may be what is not in an origin.
        (r"/(?:\s+)+x", PATHS, [("/", " ", "!"), ("/", "\u00e9", "!")]),
        (r"/x*(y+z)+", PATHS, [("/x", " ", "!"), ("/x", "\u00e9", "!")]),
        (r"/(?:\s+)+x", ORIGIN_LIMIT, []),
    ],
)
def test_the_texts_that_are_tried_repeat_what_a_regex_repeats(
    text: str,
    limit: TimeLimit,
    parts: list[tuple[str, str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    attacks = attacks_on(re.compile(text), limit, monkeypatch)
    for start, pump, end in parts:
        assert attacks.pop(0) == (start, pump, end)
        if pump not in (" ", "\u00e9"):
            assert attacks.pop(0) == (start, pump, "")
            assert attacks.pop(0) == (start, pump, f"{end}/{end}/{end}")
    assert attacks == []


def test_the_number_of_texts_that_are_tried_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    regex = re.compile("".join(f"({c}+)+{c.upper()}" for c in "abcdefghij"))
    assert len(attacks_on(regex, ORIGIN_LIMIT, monkeypatch)) == 24


@pytest.mark.parametrize("text", ORDINARY)
def test_no_text_is_tried_on_an_ordinary_regex(text: str, tried: list[str]):
    assert find_redos(re.compile(text, re.IGNORECASE), "fullmatch") is None
    assert tried == []


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.11 added them")
@pytest.mark.parametrize("text", POSSESSIVE)
def test_there_is_no_backtracking_into_a_possessive_or_atomic_group(text: str, tried: list[str]):
    assert find_redos(re.compile(text), "fullmatch") is None
    assert tried == []


@pytest.mark.parametrize("text", NOT_CONFIRMED)
def test_a_fast_regex_with_a_suspicious_structure_is_accepted(text: str):
    assert find_redos(re.compile(text), "fullmatch") is None


def test_a_look_ahead_that_prevents_the_backtracking_is_taken_into_account():
    assert find_redos(re.compile(r"((?!a)[a-z]|a)*b"), "fullmatch") is None


@pytest.mark.parametrize(
    "text", [r"(?=[a-z]{70}!)([a-z]+)+x", r"(?:(?!)|(?:(?=[a-z]{70}!)([a-z]+)+x)?)"]
)
def test_a_text_whose_time_jumps_because_of_a_look_ahead_is_not_tried(text: str, tried: list[str]):
    assert find_redos(re.compile(text), "fullmatch") is None
    assert max(text.count("a") for text in tried) < 30


def test_a_text_without_an_end_is_not_tried_if_it_matches_in_too_many_ways(tried: list[str]):
    assert find_redos(re.compile(r"(?:a|ab?){40}c"), "fullmatch") is None
    assert tried
    assert all(text.endswith("!") for text in tried)


@pytest.mark.parametrize("repeated", ["(?:[a-z]{0,2}){40}", "(?:[a-z]{0,500}){7}"])
def test_a_text_is_not_tried_if_its_time_may_jump_because_shorter_ones_match(repeated: str):
    limit = TimeLimit(4096, 0.02)
    assert find_redos(re.compile(f"{repeated}!"), "fullmatch", limit) is not None
    # The way that leads to a match is found at once until the text is too long for it.
    assert find_redos(re.compile(rf"{repeated}(?:[^a-z].*)?"), "fullmatch", limit) is None


def test_paths_are_matched_from_their_start(tried: list[str]):
    assert find_redos(re.compile(r"/(\w+/?)*$"), "match") is None
    assert tried != []


def test_the_regex_of_a_path_need_not_match_the_whole_path():
    assert find_redos(re.compile(r"/(\w+/?)*"), "match") is None
    assert find_redos(re.compile(r"/(\w+/?)*$"), "match") is not None


def test_texts_begin_as_the_regex_does_and_grow_from_short_to_long(tried: list[str]):
    find_redos(re.compile(r"https://(a+)+\.example"), "fullmatch")
    assert tried[8].rstrip("!") == "https://a"
    assert len(tried[0]) <= len(tried[20]) <= len(tried[40])
    assert max(map(len, tried)) in range(MAX_ORIGIN_LENGTH - 16, MAX_ORIGIN_LENGTH + 1)


def test_a_text_is_slow_only_if_it_takes_too_long_twice(monkeypatch: pytest.MonkeyPatch):
    seconds = iter([1, 0, 1, 1])
    monkeypatch.setattr(redos, "_measure", lambda matches, text: (next(seconds), False))
    assert find_redos(re.compile(r"(a+)+b"), "fullmatch") == "aa!"


def test_a_text_that_takes_as_long_as_the_limit_is_not_slow(monkeypatch: pytest.MonkeyPatch):
    seconds = iter([ORIGIN_LIMIT.seconds, *[1, ORIGIN_LIMIT.seconds] * 1000])
    monkeypatch.setattr(redos, "_measure", lambda matches, text: (next(seconds), False))
    assert find_redos(re.compile(r"(a+)+b"), "fullmatch") is None


def test_the_processor_time_for_a_regex_is_bounded(monkeypatch: pytest.MonkeyPatch):
    seconds = iter(range(1000))
    monkeypatch.setattr(redos, "_clock", lambda: next(seconds))
    assert find_redos(re.compile(r"(a+)+b"), "fullmatch") is None


def test_the_result_for_a_regex_is_cached(tried: list[str]):
    for _ in range(2):
        assert find_redos(re.compile(r"(a+)+b"), "fullmatch") is None
    assert len(tried) == len(set(tried))


LONG_TEXTS = [
    ("match", r"/[\w-]+-[\w-]+-[\w-]+\.html$"),
    ("match", r"/.*a.*b.*c$"),
    ("match", r"/(?:\w+/)*(?:\w+/)*(?:\w+/)*edit$"),
    ("match", r"/(?:\s+)+x$"),
    ("match", r"/(?:[^\x00-\x7f]+)+x$"),
    ("fullmatch", r"x-.*-.*-.*-y"),
]


@pytest.mark.parametrize(("match", "regex"), LONG_TEXTS)
def test_a_slow_text_of_some_thousand_characters_is_found_for_a_higher_limit(match, regex: str):
    limit = TimeLimit(4096, 0.02)
    assert find_redos(re.compile(regex), match, limit) is not None


@pytest.mark.parametrize(
    "regex", [r"/api/.*/items/.*", r"/[a-z]+/[a-z]+/[a-z]+$", r"/.*\.json$", r"/.*/.*/.*"]
)
def test_an_ordinary_resource_is_checked_quickly(regex: str):
    assert find_redos(re.compile(regex), "match", TimeLimit(4096, 0.25)) is None


@pytest.mark.parametrize(
    "regex",
    [
        r"https://(?:staging-app|staging|-app)+\.example\.com",
        r"https://(?:abcdefghij|abcde|fghij)+X",
        r"https://([a-z]\.)*([a-z]\.)*([a-z]\.)*([a-z]\.)*([a-z]\.)*x",
    ],
)
def test_a_repeated_text_of_several_characters_is_found(regex: str):
    assert find_redos(re.compile(regex), "fullmatch") is not None


@pytest.mark.parametrize(
    "regex",
    [
        "(?:" * 30 + "a+" + ")?" * 30,
        "https://(a?){100000}",
        "https://.{4000000000}",
        "(a?){10000}b",
    ],
)
def test_large_counts_and_deep_groups_are_read_at_once(regex: str):
    start = time.thread_time()
    find_redos(re.compile(regex), "fullmatch")
    assert time.thread_time() - start < 5


def test_a_regex_that_is_nested_too_deeply_is_not_read():
    with pytest.raises(RecursionError):
        find_redos(re.compile("(" * 120 + "a" + ")" * 120), "fullmatch")
