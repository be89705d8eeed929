"""The resource of a path, beyond the tables in ``data/patterns.json``."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flask_cors.policy.path_patterns import PathPattern, parse_pattern
from flask_cors.policy.path_spellings import (
    look_up_unambiguous,
    other_spellings,
    remove_dot_segments,
)
from flask_cors.policy.policy import DecisionReason, Policy, refuse_all
from flask_cors.policy.resources import MAX_PATH, ResourceMap

from .findings import fail, ignore
from .lookups import find

proven = settings(derandomize=True, database=None, max_examples=80, deadline=None)


def resource_map(*patterns: object) -> ResourceMap[object]:
    """Return a map in which the target of each pattern is the pattern itself."""
    return ResourceMap((parse_pattern(pattern, ignore), pattern) for pattern in patterns)


# ---- matching ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("pattern", "path"), [(re.compile("/a"), "/a/.."), (re.compile(".*"), "")])
def test_a_regex_is_matched_with_a_path_as_it_is(pattern: object, path: str) -> None:
    assert resource_map(pattern).match(path) == pattern


# ---- precedence --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("winner", "loser", "path"),
    [
        # An exact path comes first,
        ("/a", re.compile("/a"), "/a"),
        ("/a", "/a$", "/a"),
        ("/a", "/a/*", "/a"),
        ("/", "/*", "/"),
        # then the longest literal prefix,
        ("/api/v1/*", "/api/*", "/api/v1"),
        ("/api/.*", "/.*", "/api/x"),
        ("/api/*", "/.*", "/api/x"),
        ("/api/*", "/a.*p.*i.*/.*x.*y.*", "/api/xy"),
        ("/api/*", re.compile("/api."), "/api/x"),
        ("/api/.*", re.compile("/api."), "/api/x"),
        ("/api/x.*", "/api/*", "/api/x"),
        ("/v1.0/*", "/v1.0/.*", "/v1.0/x"),
        ("/v1.0/*", "/v1.*/.*abc", "/v1.0/abc"),
        ("/a+b/*", "/a[+]b/.*", "/a+b/x"),
        # which does not include a quantified character,
        ("/ab.*", "/ab?c?x*", "/abx"),
        ("/ab.*", "/ab*.*", "/abx"),
        ("/ab.*", re.compile("/ab+.*"), "/abx"),
        ("/ab.*", re.compile("/ab{1}.*"), "/abx"),
        ("/ab.*", re.compile("/ab{1,}.*"), "/abx"),
        ("/ab.*", re.compile("/ab{,1}.*"), "/abx"),
        ("/ab.*", re.compile("/ab{1,2}.*"), "/abx"),
        (r"/a\.b.*", r"/a\.?b.*", "/a.bx"),
        # includes an escaped one,
        (r"/a\.b.*", "/a[.]b.*cdefgh", "/a.bcdefgh"),
        (r"/a\.b.*", "/a.b.*cdefgh", "/a.bcdefgh"),
        (r"/a\-\_b.*", "/a-.b.*cdefgh", "/a-_bcdefgh"),
        ("^/api/v.*", "/api/.*", "/api/v"),
        (r"\A/api/v.*", "/api/.*", "/api/v"),
        # and ends at a group, a class, a dot or an anchor;
        ("/a.*", "/(api/x)", "/api/x"),
        ("/a.*", "/(a)pi/x", "/api/x"),
        ("/a.*", "/(?:api/x)", "/api/x"),
        ("/a.*", "/(?P<name>api/x)", "/api/x"),
        ("/a.*", "/[a]pi/x", "/api/x"),
        ("/a.*", r"/\wpi/x", "/api/x"),
        ("/api/x.*", re.compile("/api/(?=x)x"), "/api/x"),
        # flags do not change the length of the prefix,
        (re.compile("/API/X", re.IGNORECASE), "/api/*", "/api/x"),
        ("/api/x.*", re.compile("/API/", re.IGNORECASE), "/api/x"),
        (re.compile("/api/x|/b"), "/api/*", "/api/x"),
        ("/b/long/*", re.compile("/api/x|/b"), "/b/long/x"),
        (re.compile("/.b", re.IGNORECASE), re.compile("/.", re.IGNORECASE), "/xb"),
        (re.compile("/api/x|/b"), "/b.*", "/b/c"),
        # then the most literal characters,
        ("/.*/x", "/.*/", "/a/x"),
        ("/.*/x/y", "/.*/x.y", "/a/x/y"),
        (r"/.*\.json", "/.*json", "/a.json"),
        ("/.*x.*y", "/.*[abcdefgh]?x", "/axy"),
        ("/.?(a)b", "/.?a", "/ab"),
        ("/.?a", "/.?(abc)?", "/abc"),
        ("/.?a", "/.?(?:(ab)c)*", "/abc"),
        ("/.?(ab)", "/.?(?P<name>a)b?c?", "/abc"),
        ("/.?((a)b)(c)", "/.?(a)(b)", "/abc"),
        ("/.?(a|b)", "/.?a", "/ab"),
    ],
)
def test_the_more_literal_pattern_wins_whatever_the_order(
    winner: object, loser: object, path: str
) -> None:
    assert resource_map(loser).match(path) == loser
    assert resource_map(winner, loser).match(path) == winner
    assert resource_map(loser, winner).match(path) == winner


@pytest.mark.parametrize(
    ("one", "other", "path"),
    [
        ("/*", "/.*", "/x"),
        ("/v1.0/*", r"/v1\.0/.*", "/v1.0/x"),
        ("/api/.*", "^/api/.*", "/api/x"),
        ("/api/.*", r"\A/api/.*", "/api/x"),
        ("/a[b]", re.compile("/a."), "/ab"),
        ("/a[b]", "/ab?", "/ab"),
        ("/a[b]", "/ab*", "/ab"),
        ("/a[b]", re.compile("/ab+"), "/ab"),
        ("/a[b]", re.compile("/ab{1}"), "/ab"),
        ("/a[b]", re.compile("/ab{1,2}"), "/ab"),
        (re.compile("/a."), r"/a\w", "/ab"),
        (re.compile("/a."), "/a(.)", "/ab"),
        (re.compile("/a."), "/a(?:.)", "/ab"),
        (re.compile("/a."), "/a(?P<name>.)", "/ab"),
        (re.compile("/a."), re.compile("/a(?=.)"), "/ab"),
        (re.compile("/a."), "/a(?![d]).", "/ab"),
        (re.compile("/a."), "/a(?<![d]).", "/ab"),
        (re.compile("/a."), "/a(?<=[a]).", "/ab"),
        (re.compile("/a."), "/a(?i:.)", "/ab"),
        ("(?i)/(a)", "(?s)/(b)?a", "/a"),
        (re.compile("/a."), "/a(?-i:.)", "/ab"),
        (re.compile("/a."), "/a[]]?b?", "/a]b"),
        (re.compile("/a."), "/a[^]x]", "/ab"),
        (re.compile("/a."), r"/a[\]xyz]?", "/ab"),
        (re.compile("/a."), "/a.$", "/ab"),
        (re.compile("/a."), "/a..*?", "/ab"),
        ("/a[x]?b", "/a.?b", "/ab"),
        (re.compile(r"/\.\.a."), r"/\.\.a(.)?", "/..ab"),
    ],
)
def test_the_first_declared_of_equally_literal_patterns_wins(
    one: object, other: object, path: str
) -> None:
    assert resource_map(one, other).match(path) == one
    assert resource_map(other, one).match(path) == other


def test_precedence_does_not_depend_on_the_order_of_many_patterns() -> None:
    ranked = ["/api/v1/x", "/api/v1/.*", "/api/*", "/a.*x", "/a.*", "/*"]
    for order in permutations(ranked):
        assert resource_map(*order).match("/api/v1/x") == "/api/v1/x"
        for first in range(1, len(ranked)):
            kept = [pattern for pattern in order if pattern in ranked[first:]]
            assert resource_map(*kept).match("/api/v1/x") == ranked[first]


def test_a_pattern_that_matches_comes_before_a_longer_one_that_does_not() -> None:
    resources = resource_map(r"/api/long/\d+", "/api/*", re.compile("/api/LONG", re.IGNORECASE))
    assert resources.match("/api/x") == "/api/*"
    assert resources.match("/api/long/1") == r"/api/long/\d+"
    assert resources.match("/ap") is None


@pytest.mark.parametrize(
    ("strict", "wider", "path"),
    [
        ("/api/secret", "/api/.*[a-zA-Z0-9]+", "/api/secret"),
        ("/api/.*", "/.*/.*/.*", "/api/a/b"),
        ("/api/admin/.*", re.compile("/.*"), "/api/admin/x"),
        ("/a/admin.*", "/a/.*[a-zA-Z0-9_]*", "/a/admin/x"),
    ],
)
def test_the_length_of_a_pattern_never_decides_as_in_cve_2024_6839(
    strict: str, wider: object, path: str
) -> None:
    assert resource_map(wider, strict).match(path) == strict
    assert resource_map(strict, wider).match(path) == strict


def test_an_exact_path_hides_no_other_pattern() -> None:
    resources = resource_map("/a", "/b/*", "/c", "/d.*")
    assert resources.match("/b/x") == "/b/*"
    assert resources.match("/dx") == "/d.*"


def test_a_path_that_no_pattern_matches_has_no_resource() -> None:
    assert resource_map("/a", "/b/*", r"/c/\d").match("/d") is None
    assert ResourceMap[str]().match("/") is None


def test_a_later_pattern_replaces_an_equal_one_and_counts_as_declared_later() -> None:
    first, second = parse_pattern("/a.*", fail), parse_pattern("/a(.*)", fail)
    resources = ResourceMap([(first, 1), (second, 2), (first, 3)])
    assert list(resources.patterns.items()) == [(second, 2), (first, 3)]
    assert resources.match("/ab") == 2
    assert ResourceMap([(first, 1), (first, 3)]).match("/ab") == 3


@pytest.mark.parametrize(("patterns", "expected"), [((), False), (("/a",), True), (("*",), True)])
def test_a_map_is_true_where_it_has_patterns(patterns: tuple[str, ...], expected: bool) -> None:
    assert bool(resource_map(*patterns)) is expected


@pytest.mark.parametrize(
    ("patterns", "catch_all"),
    [(("*",), "*"), (("/*",), "/*"), (("/.*",), None), (("*", "/a"), None), ((), None)],
)
def test_a_map_has_a_catch_all_where_every_path_has_one_resource(
    patterns: tuple[str, ...], catch_all: str | None
) -> None:
    assert resource_map(*patterns).catch_all == catch_all


def test_extending_a_map_returns_a_new_map() -> None:
    before = resource_map("/a", "/b/*")
    after = before.extended([(PathPattern("/a"), "later"), (PathPattern("/c"), "more")])
    assert (after.match("/a"), after.match("/b/x"), after.match("/c")) == ("later", "/b/*", "more")
    assert (before.match("/a"), before.match("/c")) == ("/a", None)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/a", True), ("/b", True), ("/bc", False), ("/c/x", False), ("/d", True), ("/e", False)],
)
def test_an_exact_path_and_a_regex_with_an_end_anchor_match_a_whole_path(
    path: str, expected: bool
) -> None:
    resources = resource_map("/a", "/b$", "/c/*", r"/d\Z", "/e.*")
    assert resources.matches_whole(path) is expected


# ---- paths whose spellings differ --------------------------------------------------------------


def test_a_path_of_over_4096_characters_has_no_resource() -> None:
    assert MAX_PATH == 4096
    resources = resource_map("*", "/x.*", "/" + "x" * 4095, "/" + "x" * 4096)
    assert find(resources, "/" + "x" * 4095) == "/" + "x" * 4095
    assert find(resources, "/" + "x" * 4096) is None
    assert find(resources, "/" + "y" * 4095) == "*"
    assert find(resources, "/" + "y" * 4096) is None


def test_a_path_whose_dot_segments_lead_out_of_the_resources_has_none() -> None:
    resources = resource_map("/api/*")
    assert find(resources, "/api/../foo.txt") is None
    assert find(resources, "/foo/../api/x") is None
    assert find(resources, "/foo") is None
    assert find(resources, "/api/x/../y") == "/api/*"


def test_a_path_between_resources_of_the_same_policy_is_not_ambiguous() -> None:
    shared = object()
    resources = ResourceMap([(PathPattern("/api/*"), shared), (PathPattern("/other"), shared)])
    assert find(resources, "/api/../other") is shared


def test_matching_a_path_compares_no_other_spellings() -> None:
    resources = resource_map("/api/*", "/*")
    assert resources.match("/api/../other") == "/api/*"
    assert resources.match("/" + "x" * 5000) == "/*"


def test_a_path_without_dot_or_empty_segments_is_matched_once() -> None:
    looked_up: list[str] = []

    def maps_of(path: str) -> list[ResourceMap[Policy]]:
        looked_up.append(path)
        return []

    assert look_up_unambiguous("/a/b.c/", maps_of, has_view=False) is None
    assert looked_up == ["/a/b.c/"]
    assert look_up_unambiguous("/a//../b", maps_of, has_view=False) is None
    assert looked_up == ["/a/b.c/", "/a//../b", "/a/b", "/a/../b", "/b"]
    assert look_up_unambiguous("/" + "a" * 4096, maps_of, has_view=False) is None
    assert len(looked_up) == 5
    assert look_up_unambiguous("/c", maps_of, has_view=True) is None
    assert looked_up[5:] == ["/c", "/c/"]


@pytest.mark.parametrize(
    ("resources", "path", "has_view", "is_ambiguous"),
    [
        (["/api/*"], "/api/../x", False, True),
        (["/api/*"], "/api/../api/x", False, False),
        # A view may respond to a path with and without its trailing slash.
        (["/a", "/*"], "/a/", True, True),
        (["/a/", "/*"], "/a", True, True),
        (["/a/", "/*"], "/a", False, False),
        (["/a/*", "/*"], "/a", True, False),
    ],
)
def test_a_path_whose_spellings_have_several_policies_is_refused(
    resources: list[str], path: str, has_view: bool, is_ambiguous: bool
) -> None:
    reasons = iter(
        [DecisionReason.CONFIG_ERROR, DecisionReason.ORIGIN_REFUSED]
    )  # of policies that differ
    policies = ResourceMap(
        (parse_pattern(each, fail), refuse_all(next(reasons))) for each in resources
    )
    found = look_up_unambiguous(path, lambda _: [policies], has_view=has_view)
    assert found is not None
    reason = found.decide("https://a.example").reason
    assert (reason is DecisionReason.AMBIGUOUS_PATH) is is_ambiguous


@pytest.mark.parametrize(
    ("path", "others"),
    [
        ("/a/b", ()),
        ("/.well-known/b", ()),
        ("/a/./b", ("/a/b",)),
        ("/a//b", ("/a/b",)),
        ("/a//../b", ("/a/b", "/a/../b", "/b")),
    ],
)
def test_a_path_is_also_spelled_without_dot_segments_and_without_empty_ones(
    path: str, others: tuple[str, ...]
) -> None:
    assert other_spellings(path) == others


@pytest.mark.parametrize(
    ("path", "removed"),
    [
        ("/", "/"),
        ("/a", "/a"),
        ("/a/", "/a/"),
        ("/.", "/"),
        ("/..", "/"),
        ("/./", "/"),
        ("/../", "/"),
        ("/a/.", "/a/"),
        ("/a/./", "/a/"),
        ("/a/..", "/"),
        ("/a/../", "/"),
        ("/a/../b", "/b"),
        ("/a/b/..", "/a/"),
        ("/../../a", "/a"),
        ("/a//../b", "/a/b"),
        ("//..", "/"),
        ("//a", "//a"),
        ("/...", "/..."),
        ("/.a/..b/c.", "/.a/..b/c."),
        # RFC 3986 5.2.4
        ("/a/b/c/./../../g", "/a/g"),
        # RFC 3986 5.4, below /b/c/
        ("/b/c/./g", "/b/c/g"),
        ("/b/c/./", "/b/c/"),
        ("/b/c/../g", "/b/g"),
        ("/b/c/../..", "/"),
        ("/b/c/../../g", "/g"),
        ("/b/c/../../../g", "/g"),
        ("/b/c/g.", "/b/c/g."),
        ("/b/c/./g/.", "/b/c/g/"),
        ("/b/c/g/./h", "/b/c/g/h"),
        ("/b/c/g/../h", "/b/c/h"),
    ],
)
def test_dot_segments_are_removed_as_rfc_3986_removes_them(path: str, removed: str) -> None:
    assert remove_dot_segments(path) == removed


def by_the_letter_of_rfc_3986(rest: str) -> str:
    """Remove dot segments by the steps of RFC 3986, section 5.2.4."""
    output: list[str] = []
    while rest:
        if rest.startswith("/./"):  # 2B
            rest = rest[2:]
        elif rest == "/.":
            rest = "/"
        elif rest.startswith("/../"):  # 2C
            rest = rest[3:]
            del output[-1:]
        elif rest == "/..":
            rest = "/"
            del output[-1:]
        else:  # 2E
            end = rest.find("/", 1)
            end = len(rest) if end == -1 else end
            output.append(rest[:end])
            rest = rest[end:]
    return "".join(output)


@proven
@given(st.lists(st.sampled_from([".", "..", "...", "a", "", "b.c"]), max_size=8))
def test_removing_dot_segments_agrees_with_the_algorithm_of_the_rfc(segments: list[str]) -> None:
    path = "/" + "/".join(segments)
    assert remove_dot_segments(path) == by_the_letter_of_rfc_3986(path)


# ---- time ----------------------------------------------------------------------------------------


def test_only_patterns_with_a_prefix_of_the_path_are_tried() -> None:
    tried: list[str] = []

    class Counted:
        """A compiled regex that records when it is tried."""

        def __init__(self, pattern: str, flags: int) -> None:
            self.pattern = pattern
            self.regex = re.compile(pattern, flags)
            self.flags = self.regex.flags

        def match(self, path: str) -> re.Match[str] | None:
            tried.append(self.pattern)
            return self.regex.match(path)

    def counted(source: str, flags: int = 0) -> tuple[PathPattern, str]:
        regex: Any = Counted(source, flags)
        return PathPattern(source, regex), source

    resources = ResourceMap(
        [
            *((PathPattern(f"/api/{n:03}/*"), f"/api/{n:03}/*") for n in range(500)),
            *(counted(f"/rex/{n:03}/.*") for n in range(500)),
            counted("/API/250/.*", re.IGNORECASE),
        ]
    )
    assert resources.match("/api/250/x") == "/api/250/*"
    assert tried == []
    assert resources.match("/Api/250/x") == "/API/250/.*"
    assert tried == ["/API/250/.*"]
    tried.clear()
    assert resources.match("/rex/499/x") == "/rex/499/.*"
    assert tried == ["/rex/499/.*"]


def seconds(call: Callable[[], object]) -> float:
    def once() -> float:
        start = time.perf_counter()
        for _ in range(200):
            call()
        return time.perf_counter() - start

    return min(once() for _ in range(7))


@pytest.mark.parametrize("path", ["/r1/x", "/other"])
def test_cost_does_not_grow_with_the_number_of_resources(path: str) -> None:
    few, many = (
        resource_map("/r1/*", *(f"/r{n:05}/*" for n in range(count))) for count in (10, 3000)
    )
    assert seconds(lambda: many.match(path)) < 20 * seconds(lambda: few.match(path))
