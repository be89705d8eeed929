"""Which policy a path gets: section 4 of the contract. What each kind of pattern matches, and
which paths are in doubt, is in ``data/patterns.json``; here is the rest."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flask_cors.doubts import Doubt
from flask_cors.errors import CORSConfigError
from flask_cors.policy.resources import (
    MAX_PATH,
    PathPattern,
    ResourceMap,
    beyond_doubt,
    parse_pattern,
    parse_resources,
    without_dot_segments,
)

proven = settings(derandomize=True, database=None, max_examples=80, deadline=None)


def quiet(doubt: Doubt) -> None:
    pytest.fail(f"warned: {doubt}")


def ignore(doubt: Doubt) -> None:
    """For what is warned of, and is tested for something else."""


def resource_map(*patterns: object) -> ResourceMap[object]:
    """A map in which each pattern stands for itself."""
    return ResourceMap((parse_pattern(pattern, ignore), pattern) for pattern in patterns)


def mistakes(parse: Callable[..., object], value: object) -> list[str]:
    with pytest.raises(CORSConfigError) as caught:
        parse(value, ignore)
    assert {mistake.option for mistake in caught.value.mistakes} == {"resources"}
    return str(caught.value).replace("\u2026", "...").splitlines()


# ---- patterns ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("pattern", "path"), [(re.compile("/a"), "/a/.."), (re.compile(".*"), "")])
def test_an_expression_is_matched_with_a_path_as_it_is(pattern: object, path: str) -> None:
    assert resource_map(pattern).match(path) == pattern


@pytest.mark.parametrize("character", r"*\]?$^[()")
def test_one_of_the_characters_makes_a_string_an_expression(character: str) -> None:
    text = f"/a{character}.b" if character != "\\" else r"/a\.b"
    closed = {"[": "/a[.b]", "(": "/a(.b)", ")": "/a(.b)"}.get(character, text)
    assert parse_pattern(closed, quiet).regex is not None


@pytest.mark.parametrize("character", ".+{}|<>,;:@&=%~!'\" -_aZX0")
def test_no_other_character_does(character: str) -> None:
    text = f"/a{character}b"
    assert parse_pattern(text, ignore) == PathPattern(text)
    below = f"/a{character}b/*"
    assert parse_pattern(below, ignore) == PathPattern(below)


@pytest.mark.parametrize("pattern", ["*", "/*"])
def test_every_path_is_one_resource_however_written(pattern: str) -> None:
    assert parse_pattern(pattern, quiet) == PathPattern("/*")


def test_an_expression_is_the_same_resource_as_string_and_compiled() -> None:
    pattern = parse_pattern("/a.*", quiet)
    assert pattern == parse_pattern(re.compile("/a.*"), quiet)
    assert hash(pattern) == hash(parse_pattern(re.compile("/a.*"), quiet))
    assert pattern != parse_pattern(re.compile("/a.*", re.IGNORECASE), quiet)
    assert parse_pattern("/a/*", quiet) != parse_pattern(re.compile("/a/*"), quiet)


@pytest.mark.parametrize("pattern", [None, 1, b"/a", re.compile(b"/a"), ("/a",)])
def test_what_is_neither_a_string_nor_an_expression_of_one_is_a_mistake(pattern: object) -> None:
    assert mistakes(parse_pattern, pattern) == [
        f'resources: {pattern!r} is no path pattern: write a string, such as "/api/*"'
    ]


@pytest.mark.parametrize("pattern", ["/a(", "/a[", "/a)", "*/a", "/a\\"])
def test_an_expression_that_does_not_compile_is_a_mistake(pattern: str) -> None:
    with pytest.raises(re.error) as why:
        re.compile(pattern)
    assert mistakes(parse_pattern, pattern) == [
        f"resources: {pattern!r} does not compile ({why.value}): mend the regular expression"
    ]


def test_a_pattern_is_frozen() -> None:
    pattern = parse_pattern("/a", quiet)
    with pytest.raises(AttributeError):
        pattern.source = "/b"  # type: ignore[misc]


# ---- warnings ----------------------------------------------------------------------------------

LITERAL = "reads like a regular expression and is taken literally; write re.compile"


@pytest.mark.parametrize(
    ("pattern", "code", "warning"),
    [
        ("/api/.+/*", "CORS505", f"'/api/.+/*' {LITERAL}('/api/.+/*')"),
        ("/a|/b", "CORS505", f"'/a|/b' {LITERAL}('/a|/b')"),
        ("/a{2}", "CORS505", f"'/a{{2}}' {LITERAL}('/a{{2}}')"),
        ("/a{2,}", "CORS505", f"'/a{{2,}}' {LITERAL}('/a{{2,}}')"),
        ("/a{,12}", "CORS505", f"'/a{{,12}}' {LITERAL}('/a{{,12}}')"),
        ("/a{1,12}", "CORS505", f"'/a{{1,12}}' {LITERAL}('/a{{1,12}}')"),
        (
            "/users/<int:id>/posts/<post>",
            "CORS506",
            (
                "'/users/<int:id>/posts/<post>' is taken literally, "
                "for resources know no converters; "
                "write '/users/*' or a regular expression"
            ),
        ),
        ("api", "CORS507", "no path begins like 'api'; write '/api'"),
        ("", "CORS507", "no path begins like ''; write '/'"),
    ],
)
def test_a_literal_that_was_hardly_meant_as_one_is_warned_of(
    pattern: str, code: str, warning: str
) -> None:
    said: list[Doubt] = []
    assert parse_pattern(pattern, said.append) == PathPattern(pattern)
    assert list(map(str, said)) == [f"{code} resources: {warning}"]


@pytest.mark.parametrize(
    "pattern",
    ["/", "/*", "*", "/api/*", "/a.b", "/a+b", "/a{b}", "/a<b", "/a>b", "/a</b>", "/api/.*", "^/a"],
)
def test_nothing_is_said_about_any_other_pattern(pattern: str) -> None:
    parse_pattern(pattern, quiet)


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
        ("/v1.0/*", "/v1.*/.*a.*b.*c", "/v1.0/abc"),
        ("/a+b/*", "/a[+]b/.*", "/a+b/x"),
        # in which a quantified character is not,
        ("/ab.*", "/ab?c?x*", "/abx"),
        ("/ab.*", "/ab*.*", "/abx"),
        ("/ab.*", re.compile("/ab+.*"), "/abx"),
        ("/ab.*", re.compile("/ab{1}.*"), "/abx"),
        ("/ab.*", re.compile("/ab{1,}.*"), "/abx"),
        ("/ab.*", re.compile("/ab{,1}.*"), "/abx"),
        ("/ab.*", re.compile("/ab{1,2}.*"), "/abx"),
        (r"/a\.b.*", r"/a\.?b.*", "/a.bx"),
        # an escaped one is,
        (r"/a\.b.*", "/a[.]b.*cdefgh", "/a.bcdefgh"),
        (r"/a\.b.*", "/a.b.*cdefgh", "/a.bcdefgh"),
        (r"/a\-\_b.*", "/a-.b.*cdefgh", "/a-_bcdefgh"),
        ("^/api/v.*", "/api/.*", "/api/v"),
        (r"\A/api/v.*", "/api/.*", "/api/v"),
        # and what a group, a class, a dot or an anchor begins is not;
        ("/a.*", "/(api/x)", "/api/x"),
        ("/a.*", "/(a)pi/x", "/api/x"),
        ("/a.*", "/(?:api/x)", "/api/x"),
        ("/a.*", "/(?P<name>api/x)", "/api/x"),
        ("/a.*", "/[a]pi/x", "/api/x"),
        ("/a.*", r"/\wpi/x", "/api/x"),
        ("/api/x.*", re.compile("/api/(?=x)x"), "/api/x"),
        # without regard to case or to its blanks, as long as it is written,
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
def test_of_patterns_that_are_equally_literal_the_first_declared_wins(
    one: object, other: object, path: str
) -> None:
    assert resource_map(one, other).match(path) == one
    assert resource_map(other, one).match(path) == other


def test_precedence_holds_among_many_in_any_order() -> None:
    ranked = ["/api/v1/x", "/api/v1/.*", "/api/*", "/a.*x", "/a.*", "/*"]
    for order in permutations(ranked):
        assert resource_map(*order).match("/api/v1/x") == "/api/v1/x"
        for first in range(1, len(ranked)):
            kept = [pattern for pattern in order if pattern in ranked[first:]]
            assert resource_map(*kept).match("/api/v1/x") == ranked[first]


def test_a_rule_that_matches_comes_before_a_longer_one_that_does_not() -> None:
    rules = resource_map(r"/api/long/\d+", "/api/*", re.compile("/api/LONG", re.IGNORECASE))
    assert rules.match("/api/x") == "/api/*"
    assert rules.match("/api/long/1") == r"/api/long/\d+"
    assert rules.match("/ap") is None


@pytest.mark.parametrize(
    ("strict", "open_rule", "path"),
    [
        ("/api/secret", "/api/.*[a-zA-Z0-9]+", "/api/secret"),
        ("/api/.*", "/.*/.*/.*", "/api/a/b"),
        ("/api/admin/.*", re.compile("/.*"), "/api/admin/x"),
        ("/a/admin.*", "/a/.*[a-zA-Z0-9_]*", "/a/admin/x"),
    ],
)
def test_length_never_decides_as_in_cve_2024_6839(
    strict: str, open_rule: object, path: str
) -> None:
    assert resource_map(open_rule, strict).match(path) == strict
    assert resource_map(strict, open_rule).match(path) == strict


def test_an_exact_path_hides_no_rule_behind_it() -> None:
    rules = resource_map("/a", "/b/*", "/c", "/d.*")
    assert rules.match("/b/x") == "/b/*"
    assert rules.match("/dx") == "/d.*"


def test_a_path_that_no_rule_matches_stands_for_nothing() -> None:
    assert resource_map("/a", "/b/*", r"/c/\d").match("/d") is None
    assert ResourceMap[str]().match("/") is None


def test_a_later_pattern_replaces_an_equal_one_and_takes_its_own_place() -> None:
    first, second = parse_pattern("/a.*", quiet), parse_pattern("/a(.*)", quiet)
    rules = ResourceMap([(first, 1), (second, 2), (first, 3)])
    assert list(rules.rules.items()) == [(second, 2), (first, 3)]
    assert rules.match("/ab") == 2
    assert ResourceMap([(first, 1), (first, 3)]).match("/ab") == 3


@pytest.mark.parametrize(("patterns", "expected"), [((), False), (("/a",), True), (("*",), True)])
def test_a_map_is_true_where_it_has_rules(patterns: tuple[str, ...], expected: bool) -> None:
    assert bool(resource_map(*patterns)) is expected


# ---- paths in doubt ----------------------------------------------------------------------------


def test_a_path_of_over_4096_characters_belongs_to_nothing() -> None:
    assert MAX_PATH == 4096
    rules = resource_map("*", "/x.*", "/" + "x" * 4095, "/" + "x" * 4096)
    assert rules.find("/" + "x" * 4095) == "/" + "x" * 4095
    assert rules.find("/" + "x" * 4096) is None
    assert rules.find("/" + "y" * 4095) == "*"
    assert rules.find("/" + "y" * 4096) is None


def test_dot_segments_that_lead_out_of_the_rules_belong_to_nothing() -> None:
    rules = resource_map("/api/*")
    assert rules.find("/api/../foo.txt") is None
    assert rules.find("/foo/../api/x") is None
    assert rules.find("/foo") is None
    assert rules.find("/api/x/../y") == "/api/*"


def test_rules_of_the_same_policy_leave_no_doubt() -> None:
    shared = object()
    rules = ResourceMap([(PathPattern("/api/*"), shared), (PathPattern("/other"), shared)])
    assert rules.find("/api/../other") is shared


def test_only_what_find_is_asked_for_is_in_doubt() -> None:
    rules = resource_map("/api/*", "/*")
    assert rules.match("/api/../other") == "/api/*"
    assert rules.match("/" + "x" * 5000) == "/*"


def test_a_path_without_dot_segments_is_looked_up_once() -> None:
    asked: list[str] = []

    def lookup(path: str) -> str:
        asked.append(path)
        return "policy"

    assert beyond_doubt(lookup, "/a/b.c/") == "policy"
    assert asked == ["/a/b.c/"]
    assert beyond_doubt(lookup, "/a/../b") == "policy"
    assert asked == ["/a/b.c/", "/a/../b", "/b"]
    assert beyond_doubt(lookup, "/" + "a" * 4096) is None
    assert len(asked) == 3


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
    assert without_dot_segments(path) == removed


def by_the_letter_of_rfc_3986(rest: str) -> str:
    """Section 5.2.4, step by step."""
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
def test_dot_segments_are_removed_from_every_path_by_the_letter(segments: list[str]) -> None:
    path = "/" + "/".join(segments)
    assert without_dot_segments(path) == by_the_letter_of_rfc_3986(path)


# ---- cost --------------------------------------------------------------------------------------


def test_only_rules_whose_prefix_the_path_begins_with_are_tried() -> None:
    tried: list[str] = []

    class Counted:
        """A compiled expression that tells when it is tried."""

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

    rules = ResourceMap(
        [
            *((PathPattern(f"/api/{n:03}/*"), f"/api/{n:03}/*") for n in range(500)),
            *(counted(f"/rex/{n:03}/.*") for n in range(500)),
            counted("/API/250/.*", re.IGNORECASE),
        ]
    )
    assert rules.match("/api/250/x") == "/api/250/*"
    assert tried == []
    assert rules.match("/Api/250/x") == "/API/250/.*"
    assert tried == ["/API/250/.*"]
    tried.clear()
    assert rules.match("/rex/499/x") == "/rex/499/.*"
    assert tried == ["/rex/499/.*"]


def seconds(call: Callable[[], object]) -> float:
    def once() -> float:
        start = time.perf_counter()
        for _ in range(200):
            call()
        return time.perf_counter() - start

    return min(once() for _ in range(7))


@pytest.mark.parametrize("path", ["/r1/x", "/nobody"])
def test_cost_does_not_grow_with_the_number_of_rules(path: str) -> None:
    few, many = (
        resource_map("/r1/*", *(f"/r{n:05}/*" for n in range(count))) for count in (10, 3000)
    )
    assert seconds(lambda: many.match(path)) < 20 * seconds(lambda: few.match(path))


# ---- the option --------------------------------------------------------------------------------

OPTIONS = {"origins": "https://a.example"}


@pytest.mark.parametrize(
    ("value", "sources"),
    [
        ("/api/*", ["/api/*"]),
        ("*", ["/*"]),
        (" /api/*\n", ["/api/*"]),
        ("/a, /b/*,/c/.*", ["/a", "/b/*", "/c/.*"]),
        ("/a,b", ["/a,b"]),
        (re.compile("/a,/b"), ["/a,/b"]),
        (["/b", "/a"], ["/b", "/a"]),
        (("/a", re.compile("/b")), ["/a", "/b"]),
        (["/a,/b"], ["/a,/b"]),
        ([], []),
        ({}, []),
        ({"/b": {}, "/a": {}}, ["/b", "/a"]),
    ],
)
def test_resources_are_a_pattern_or_several(value: object, sources: list[str]) -> None:
    read = parse_resources(value, quiet)
    assert [pattern.source for pattern, _ in read] == sources
    assert all(options == {} for _, options in read)


def test_resources_may_come_from_an_iterator() -> None:
    assert parse_resources(iter(["/a"]), quiet) == [(PathPattern("/a"), {})]


def test_a_dict_gives_each_pattern_its_own_options() -> None:
    pattern = re.compile("/b")
    value: Mapping[object, object] = {"/a/*": OPTIONS, pattern: {}, "*": {"max_age": 1}}
    assert parse_resources(value, quiet) == [
        (PathPattern("/a/*"), OPTIONS),
        (PathPattern("/b", pattern), {}),
        (PathPattern("/*"), {"max_age": 1}),
    ]


def test_a_pattern_of_a_list_or_dict_is_warned_of_too() -> None:
    for value in ("/.+", ["/.+"], {"/.+": OPTIONS}):
        said: list[Doubt] = []
        parse_resources(value, said.append)
        assert list(map(str, said)) == [f"CORS505 resources: '/.+' {LITERAL}('/.+')"]


@pytest.mark.parametrize("value", [None, 1, True, b"/a", bytearray(b"/a"), object])
def test_a_wrong_type_of_resources_is_a_mistake(value: object) -> None:
    assert mistakes(parse_resources, value) == [
        (
            f"resources: {value!r} is no path pattern, list of patterns or dict: "
            'write resources="/api/*" or resources={"/api/*": {"origins": ...}}'
        )
    ]


@pytest.mark.parametrize("options", [None, "*", ["*"], True])
def test_options_of_a_pattern_that_are_no_dict_are_a_mistake(options: Any) -> None:
    assert mistakes(parse_resources, {"/a": options, "/b": {}}) == [
        (
            f"resources: {options!r} is no dict of options for '/a': "
            'write a dict, such as {"origins": "https://app.example"}'
        )
    ]


def test_every_pattern_that_cannot_be_used_is_told() -> None:
    said = mistakes(parse_resources, {"/a(": {}, "/b": None, None: {}, "/c": {}})
    assert [line.split(" ")[1] for line in said] == ["'/a('", "None", "None"]
    assert [line.split(" ")[1] for line in mistakes(parse_resources, ["/a(", 1])] == ["'/a('", "1"]


def test_a_comma_inside_the_brackets_of_a_regex_makes_no_list() -> None:
    ((pattern, _),) = parse_resources(r"/a(,/b)?$", lambda _: None)
    rules = ResourceMap([(pattern, "rule")])
    assert (rules.match("/a,/b"), rules.match("/a,/c")) == ("rule", None)
