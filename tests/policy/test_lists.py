"""Lists of names and origins, as users write them in code and in environment variables."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_cors.diagnostics import rules
from flask_cors.diagnostics.finding import Finding, Warn
from flask_cors.errors import CORSConfigError
from flask_cors.policy.lists import check_not_serialized, find_empty_list, split_list
from flask_cors.policy.lists import read_list as read_list_and_try

from .findings import facts, fail


def accept(_: object) -> bool:
    """Try no hint."""
    return True


def read_list(option: str, value: object, warn: Warn) -> list[object] | None:
    return read_list_and_try(option, value, warn, accept)


def warned(option: str, value: object) -> list[Finding]:
    found: list[Finding] = []
    read_list(option, value, found.append)
    return found


def refused(option: str, value: object) -> Finding:
    with pytest.raises(CORSConfigError) as caught:
        read_list(option, value, fail)
    (found,) = caught.value.findings
    assert found.option == option
    return found


# ---- commas ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", [""]),
        ("a", ["a"]),
        ("a,b", ["a", "b"]),
        (" a ,\tb\n, ", ["a", "b", ""]),
        (",", ["", ""]),
        ("a{1,2}", ["a{1,2}"]),
        ("[a,b]", ["[a,b]"]),
        ("(a,b)", ["(a,b)"]),
        ("(a,[b,{c,d},e],f),g", ["(a,[b,{c,d},e],f)", "g"]),
        ("a{1,2},b{3,4}", ["a{1,2}", "b{3,4}"]),
        (r"a\(b,c", [r"a\(b", "c"]),
        (r"a\{b,c\}", [r"a\{b", r"c\}"]),
        (r"(a\),b)", [r"(a\),b)"]),
        ("a,\\", ["a", "\\"]),
        ("a\nb,c", ["a\nb", "c"]),
        ("http://[::1]:3000,http://a", ["http://[::1]:3000", "http://a"]),
    ],
)
def test_a_comma_inside_brackets_does_not_separate(text: str, pieces: list[str]) -> None:
    assert split_list(text) == pieces


@given(st.lists(st.text("ab.*:/ ", max_size=6), min_size=1, max_size=5))
def test_text_without_brackets_is_split_at_every_comma(pieces: list[str]) -> None:
    assert split_list(",".join(pieces)) == [piece.strip() for piece in pieces]


@pytest.mark.parametrize("option", ["origins", "methods", "allow_headers", "expose_headers"])
@pytest.mark.parametrize(
    ("value", "items"),
    [
        ("a", ["a"]),
        (" a ", ["a"]),
        ("a, b", ["a", "b"]),
        ("a,,b,", ["a", "b"]),
        (["a", "b"], ["a", "b"]),
        (["a, b", "c"], ["a", "b", "c"]),
        (["a", ""], ["a"]),
        (["a", " ", "b,"], ["a", "b"]),
        (("a",), ["a"]),
        ([], []),
        ((), []),
        ([1, b"a", ["a"]], [1, b"a", ["a"]]),
    ],
)
def test_a_list_is_an_iterable_a_comma_list_or_an_iterable_of_comma_lists(
    option: str, value: object, items: list[object]
) -> None:
    assert read_list(option, value, fail) == items


def test_a_list_may_be_an_iterator_even_an_empty_one() -> None:
    assert read_list("origins", iter(["a, b", "c"]), fail) == ["a", "b", "c"]
    assert read_list("origins", iter([]), fail) == []


@pytest.mark.parametrize(
    "value", [None, 1, True, 1.5, b"a", bytearray(b"a"), re.compile("a"), object()]
)
def test_a_value_of_another_type_is_not_a_list(value: object) -> None:
    assert read_list("origins", value, fail) is None


# ---- a regular expression beside a comma ---------------------------------------------------------


@pytest.mark.parametrize("option", ["origins", "allow_headers"])
@pytest.mark.parametrize(
    "text", ["a, b.*", "b.*, a", r"a\.b, c", "a?, b", "a{1,2},b", "(a,b),c", "a{1,2},b{1,2}"]
)
def test_a_regex_in_an_item_with_another_comma_is_an_error(option: str, text: str) -> None:
    for value in (text, ["x", text]):
        assert facts([refused(option, value)]) == [(rules.RegexInCommaList, text)]


def test_the_list_in_the_hint_for_a_regex_in_a_comma_list_is_valid() -> None:
    hint = refused("allow_headers", "X-A, X-{1,2}, Y-.*,").hint
    pieces = ["X-A", "X-{1,2}", "Y-.*"]
    assert hint.endswith(repr(pieces))
    assert read_list("allow_headers", pieces, fail) == pieces


@pytest.mark.parametrize("text", ["a{1,2}", "[a,b]c", "(a|b,c)", r"https://[a-z]{2,5}\.b\.com"])
def test_a_regex_whose_commas_are_in_brackets_is_one_item(text: str) -> None:
    assert read_list("origins", text, fail) == [text]
    assert read_list("origins", [text, "a"], fail) == [text, "a"]


def test_dot_star_in_a_comma_list_is_not_a_regex() -> None:
    assert read_list("origins", ".*, https://a.example", fail) == [".*", "https://a.example"]


@pytest.mark.parametrize("option", ["methods", "expose_headers"])
def test_options_without_regexes_split_at_commas_only(option: str) -> None:
    assert read_list(option, "X-.*, Y", fail) == ["X-.*", "Y"]


# ---- empty lists ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", ["", " ", ",", " , ", [""], ["", " "], [","], [None], [None, ""], ("",), {""}]
)
@pytest.mark.parametrize(
    ("option", "rule"),
    [
        ("origins", rules.EmptyOrigins),
        ("methods", rules.EmptyList),
        ("allow_headers", rules.EmptyList),
        ("expose_headers", rules.EmptyList),
    ],
)
def test_a_list_whose_items_are_all_empty_causes_one_warning(
    option: str, rule: type[Finding], value: object
) -> None:
    (found,) = warned(option, value)
    assert facts([found]) == [(rule, value)]
    assert found.option == option
    assert read_list(option, value, lambda _: None) == []


def test_the_hint_for_an_empty_list_is_valid() -> None:
    for option in ("origins", "methods"):
        assert f"{option}=[]" in find_empty_list(option, "").hint
        assert read_list(option, [], fail) == []


@pytest.mark.parametrize("value", [[None, "a"], ["a", None], ["a", None, None, ""], ("a", None)])
@pytest.mark.parametrize("option", ["origins", "methods", "allow_headers", "expose_headers"])
def test_none_as_an_item_is_dropped_with_one_warning(option: str, value: object) -> None:
    (found,) = warned(option, value)
    assert facts([found]) == [(rules.NoneInList, value)]
    assert found.option == option
    assert read_list(option, value, lambda _: None) == ["a"]


# ---- mappings ----------------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["origins", "methods", "allow_headers", "expose_headers"])
def test_a_mapping_lists_its_keys_with_a_warning(option: str) -> None:
    value = {"a": True, "b, c": 1}
    (found,) = warned(option, value)
    assert facts([found]) == [(rules.DictAsList, value)]
    assert found.option == option
    assert read_list(option, value, lambda _: None) == ["a", "b", "c"]
    assert warned(option, value.keys()) == []
    assert warned(option, {}) == []


@pytest.mark.parametrize("option", ["origins", "methods", "allow_headers", "expose_headers"])
def test_a_mapping_in_which_each_value_is_none_is_an_ordered_set(option: str) -> None:
    value = dict.fromkeys(["b", "a"])
    assert warned(option, value) == []
    assert read_list(option, value, lambda _: None) == ["b", "a"]


@pytest.mark.parametrize(
    ("value", "listed"),
    [
        ({"GET": True, "PUT": False}, ["GET"]),
        ({"GET": 1, "PUT": None, "POST": 0}, ["GET", "PUT", "POST"]),
        ({"GET": False}, []),
    ],
)
def test_the_hint_for_a_mapping_leaves_out_what_is_false(
    value: dict[str, object], listed: list[str]
) -> None:
    (found,) = warned("methods", value)
    assert found.hint == f"write a list: {listed}"


def test_the_hint_for_a_mapping_names_nothing_that_is_not_accepted() -> None:
    found: list[Finding] = []
    read_list_and_try("methods", {"G E T": 1}, found.append, lambda _: False)
    assert [each.hint for each in found] == ["write a list"]


# ---- strings that contain a list -----------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '["https://a.example"]',
        "['https://a.example']",
        "[https://a.example]",
        "('https://a.example',)",
        "('https://a.example')",
        '["https://a.example", "https://b.example"]',
        "('https://a.example', 'https://b.example')",
        "[https://a.example, https://b.example]",
        ' ["https://a.example"]\n',
        '["*"]',
        "[]",
        "[ ]",
        '{"origins": "*"}',
        "{'origins': '*'}",
        "{}",
    ],
)
def test_text_that_looks_like_a_list_or_an_object_is_an_error(text: str) -> None:
    for value in (text, [text], ["https://a.example", text]):
        assert facts([refused("origins", value)]) == [(rules.SerializedValue, text)]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('["https://a.example", "https://b.example"]', "https://a.example, https://b.example"),
        ("('https://a.example',)", "https://a.example"),
        ("[GET, PUT]", "GET, PUT"),
    ],
)
def test_the_hint_for_a_serialized_list_is_a_comma_list_of_its_items(
    text: str, written: str
) -> None:
    hint = refused("origins", text).hint
    assert hint.endswith(repr(written))
    assert read_list("origins", written, fail) == written.split(", ")


@pytest.mark.parametrize(("text", "suggested"), [("[]", "methods=[]"), ('["A B"]', "commas")])
def test_the_hint_for_a_serialized_list_that_is_not_accepted_has_none_of_its_items(
    text: str, suggested: str
) -> None:
    with pytest.raises(CORSConfigError) as caught:
        check_not_serialized("methods", text, lambda _: False)
    (found,) = caught.value.findings
    assert found.hint.endswith(suggested)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "https://a.example",
        "http://[::1]",
        "(https?://a)",
        "(https://a|https://b)",
        "[a-z]+",
        "[ab][cd]",
        "(a),(b)",
        "^['\"]$",
        "a{1}",
        "{1}a",
        "['https://a.example'",
    ],
)
def test_a_regex_that_begins_with_a_bracket_is_not_read_as_a_list(text: str) -> None:
    check_not_serialized("origins", text, accept)
