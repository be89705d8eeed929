"""The parsing of the option ``resources``, and the literal parts of path patterns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from flask_cors.diagnostics import rules
from flask_cors.diagnostics.finding import Finding
from flask_cors.policy.path_patterns import (
    EVERY_PATH,
    PathPattern,
    begins_literally,
    literal_part,
    parse_pattern,
    parse_resources,
)

from .findings import Parse, errors_of, facts, fail, ignore, warnings_of


def errors(parse: Parse, value: object) -> list[Finding]:
    found = errors_of(parse, value)
    assert {each.option for each in found} == {"resources"}
    return found


# ---- patterns ----------------------------------------------------------------------------------


@pytest.mark.parametrize("character", r"*\]?$^[()")
def test_one_of_the_characters_makes_a_string_a_regex(character: str) -> None:
    text = f"/a{character}.b" if character != "\\" else r"/a\.b"
    closed = {"[": "/a[.b]", "(": "/a(.b)", ")": "/a(.b)"}.get(character, text)
    assert parse_pattern(closed, fail).regex is not None


@pytest.mark.parametrize("character", ".+{}|<>,;:@&=%~!'\" -_aZX0")
def test_no_other_character_makes_a_string_a_regex(character: str) -> None:
    text = f"/a{character}b"
    assert parse_pattern(text, ignore) == PathPattern(text)
    below = f"/a{character}b/*"
    assert parse_pattern(below, ignore) == PathPattern(below)


@pytest.mark.parametrize("pattern", ["*", "/*"])
def test_every_path_is_one_resource_however_written(pattern: str) -> None:
    assert parse_pattern(pattern, fail) == PathPattern("/*")


def test_a_regex_is_the_same_resource_as_a_string_and_compiled() -> None:
    pattern = parse_pattern("/a.*", fail)
    assert pattern == parse_pattern(re.compile("/a.*"), fail)
    assert hash(pattern) == hash(parse_pattern(re.compile("/a.*"), fail))
    assert pattern != parse_pattern(re.compile("/a.*", re.IGNORECASE), fail)
    assert parse_pattern("/a/*", fail) != parse_pattern(re.compile("/a/*"), fail)


@pytest.mark.parametrize("pattern", [None, 1, b"/a", ("/a",)])
def test_a_pattern_that_is_neither_a_string_nor_a_regex_of_one_is_an_error(
    pattern: object,
) -> None:
    assert facts(errors(parse_pattern, pattern)) == [(rules.InvalidResource, pattern)]


@pytest.mark.parametrize("pattern", ["/a(", "/a[", "/a)", "*/a", "/a\\"])
def test_a_regex_that_does_not_compile_is_an_error(pattern: str) -> None:
    assert facts(errors(parse_pattern, pattern)) == [(rules.InvalidRegex, pattern)]


def test_a_pattern_is_frozen() -> None:
    pattern = parse_pattern("/a", fail)
    with pytest.raises(AttributeError):
        pattern.source = "/b"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("pattern", "is_exact", "is_whole"),
    [
        ("/a", True, True),
        ("/a/*", False, False),
        ("/*", False, False),
        ("/a.*", False, False),
        ("/a$", False, True),
        (r"/a\Z", False, True),
        (r"/a\$", False, False),
        ("/a[$]", False, False),
        ("/a #$", False, True),
        ("/a(?=b)", False, True),
        ("/a(?!b)", False, True),
        ("/a(?<=a)b", False, False),
        ("/a|/b$", True, True),
        (re.compile("/a|/b$"), False, True),
        (re.compile("/a # $\n", re.VERBOSE), False, False),
        (re.compile("/a(?#$)"), False, False),
    ],
)
def test_a_pattern_is_whole_if_a_trailing_slash_may_prevent_a_match(
    pattern: object, is_exact: bool, is_whole: bool
) -> None:
    parsed = parse_pattern(pattern, ignore)
    assert (parsed.is_exact or "|" in parsed.source, parsed.is_whole) == (
        is_exact or "|" in parsed.source,
        is_whole,
    )


# ---- literal parts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "prefix", "characters"),
    [
        ("/api/*", "/api/", 5),
        ("/*", "/", 1),
        ("/api/.*", "/api/", 5),
        ("^/api/.*", "/api/", 5),
        (r"\A/api/.*", "/api/", 5),
        (r"/a\.b.*", "/a.b", 4),
        (r"/a\d", "/a", 2),
        ("/ab?", "/a", 2),
        (re.compile("/ab+"), "/a", 2),
        (re.compile("/ab{1,2}c"), "/a", 3),
        ("/.*x", "/", 2),
        ("/(ab)c", "/", 4),
        ("/(ab)?c", "/", 2),
        ("/(?:a(bc)*)d", "/", 3),
        ("/[ab]c", "/", 2),
        ("/a #b.*", "/a #b", 5),
        ("/a)", "/a", 2),
        (re.compile("/a(?#bc)d"), "/ad", 3),
        (re.compile("/a # bc\nd", re.VERBOSE), "/ad", 3),
        (re.compile("/ a b", re.VERBOSE), "/ab", 3),
    ],
)
def test_the_literal_part_ends_at_the_first_regex_character(
    pattern: object, prefix: str, characters: int
) -> None:
    if pattern == "/a)":
        parsed = PathPattern("/a)", re.compile("/a"))  # its bracket opens nothing
    else:
        parsed = parse_pattern(pattern, fail)
    assert literal_part(parsed) == (prefix, characters)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("/api/*", True),
        ("/api/.*", True),
        (re.compile("/api|/b"), False),
        (re.compile("/api", re.IGNORECASE), False),
        (re.compile("/api", re.VERBOSE), False),
        ("(?i)/api", False),
    ],
)
def test_a_path_begins_with_the_literal_prefix_unless_a_flag_or_a_bar_changes_that(
    pattern: object, expected: bool
) -> None:
    assert begins_literally(parse_pattern(pattern, fail)) is expected


# ---- warnings ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "rule", "written"),
    [
        ("/api/.+/*", rules.LiteralRegexResource, "re.compile('/api/.+/*')"),
        ("/a|/b", rules.LiteralRegexResource, "re.compile('/a|/b')"),
        ("/a{2}", rules.LiteralRegexResource, "re.compile('/a{2}')"),
        ("/a{2,}", rules.LiteralRegexResource, "re.compile('/a{2,}')"),
        ("/a{,12}", rules.LiteralRegexResource, "re.compile('/a{,12}')"),
        ("/a{1,12}", rules.LiteralRegexResource, "re.compile('/a{1,12}')"),
        ("/users/<int:id>/posts/<post>", rules.LiteralConverterResource, "'/users/*'"),
        ("/users/<id>", rules.LiteralConverterResource, "'/users/*'"),
        ("api", rules.ResourceWithoutSlash, "'/api'"),
        ("", rules.ResourceWithoutSlash, "'/'"),
        ("https://a.example", rules.ResourceWithoutSlash, "origins='https://a.example'"),
    ],
)
def test_a_literal_that_was_probably_not_meant_as_one_causes_a_warning(
    pattern: str, rule: type[Finding], written: str
) -> None:
    found: list[Finding] = []
    assert parse_pattern(pattern, found.append) == PathPattern(pattern)
    assert facts(found) == [(rule, pattern)]
    assert found[0].option == "resources"
    assert written in found[0].hint


def test_the_hint_for_a_literal_is_accepted_without_a_finding() -> None:
    for pattern in ("/api/.+", "/users/<int:id>", "api"):
        (found,) = warnings_of(parse_pattern, pattern)
        regex = re.search(r"re\.compile\((.*)\)", found.hint)
        literal = re.search(r"'([^']*)'", found.hint)
        assert literal is not None
        parse_pattern(re.compile(literal[1]) if regex else literal[1], fail)


@pytest.mark.parametrize(
    "pattern",
    ["/", "/*", "*", "/api/*", "/a.b", "/a+b", "/a{b}", "/a<b", "/a>b", "/a</b>", "/api/.*", "^/a"],
)
def test_a_pattern_that_reads_like_a_path_causes_no_warning(pattern: str) -> None:
    parse_pattern(pattern, fail)


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
    read = parse_resources(value, fail)
    assert [pattern.source for pattern, _ in read] == sources
    assert all(options == {} for _, options in read)


@pytest.mark.parametrize("value", ["", " ", ",", ", ,"])
def test_resources_that_list_nothing_cause_a_warning(value: str) -> None:
    assert facts(warnings_of(parse_resources, value)) == [(rules.EmptyList, value)]
    assert parse_resources(value, ignore) == []


def test_resources_may_come_from_an_iterator() -> None:
    assert parse_resources(iter(["/a"]), fail) == [(PathPattern("/a"), {})]


def test_a_dict_gives_each_pattern_its_own_options() -> None:
    pattern = re.compile("/b")
    value: Mapping[object, object] = {"/a/*": OPTIONS, pattern: {}, "*": {"max_age": 1}}
    assert parse_resources(value, fail) == [
        (PathPattern("/a/*"), OPTIONS),
        (PathPattern("/b", pattern), {}),
        (PathPattern("/*"), {"max_age": 1}),
    ]


def test_a_pattern_in_a_list_or_dict_causes_a_warning() -> None:
    for value in ("/.+", ["/.+"], {"/.+": OPTIONS}):
        assert facts(warnings_of(parse_resources, value)) == [(rules.LiteralRegexResource, "/.+")]


@pytest.mark.parametrize("value", [None, 1, True, b"/a", bytearray(b"/a"), object])
def test_resources_of_another_type_are_an_error(value: object) -> None:
    assert facts(errors(parse_resources, value)) == [(rules.InvalidResource, value)]


@pytest.mark.parametrize("options", [None, "*", ["*"], True])
def test_options_of_a_pattern_that_are_not_a_dict_are_an_error(options: Any) -> None:
    found = errors(parse_resources, {"/a": options, "/b": {}})
    assert facts(found) == [(rules.InvalidResource, options)]
    assert "'/a'" in found[0].message


def test_every_pattern_that_cannot_be_used_is_reported() -> None:
    assert facts(errors(parse_resources, {"/a(": {}, "/b": None, None: {}, "/c": {}})) == [
        (rules.InvalidRegex, "/a("),
        (rules.InvalidResource, None),
        (rules.InvalidResource, None),
    ]
    assert facts(errors(parse_resources, ["/a(", 1])) == [
        (rules.InvalidRegex, "/a("),
        (rules.InvalidResource, 1),
    ]


@pytest.mark.parametrize(
    "value", ['["/a"]', "['/a', '/b']", "[/a]", "('/a',)", '{"/a": {"origins": "*"}}', "{}"]
)
def test_resources_that_are_serialized_are_an_error(value: str) -> None:
    written: object
    for written in (value, [value], {value: {}}):
        assert facts(errors(parse_resources, written)) == [(rules.SerializedValue, value)]


def test_a_regex_in_brackets_is_not_read_as_a_list() -> None:
    ((pattern, _),) = parse_resources("(/a|/b)", fail)
    assert pattern.regex is not None


def test_a_comma_inside_the_brackets_of_a_regex_does_not_separate() -> None:
    ((pattern, _),) = parse_resources(r"/a(,/b)?$", fail)
    assert pattern.regex is not None
    assert pattern.regex.match("/a,/b")
    assert not pattern.regex.match("/a,/c")


def test_every_path_is_written_with_a_star() -> None:
    assert EVERY_PATH == "/*"
