from __future__ import annotations

import re

import pytest
from flask import Blueprint, Flask
from hypothesis import given

from flask_cors import CORS
from flask_cors.tools.export import apache
from flask_cors.tools.export.apache import MAX_REGEX, escape_value, quote, write_regex
from flask_cors.tools.export.obstacles import ExportError
from flask_cors.tools.export.plan import build_plan

from .apache_reader import parsed
from .configured import HOSTILE, VISIBLE, app_with


def substituted(value: str, matched: str = "<matched>") -> str:
    """Return a value as Apache sets it."""
    return re.sub(r"\\(.)|\$1", lambda found: found[1] or matched, value, flags=re.DOTALL)


def of(app: Flask) -> str:
    return apache.render_whole(build_plan(app), "127.0.0.1:8080", "http://127.0.0.1:5000")


# Where two parts in one place send nothing.
TWICE = "-n %{reqenv:cors_is_exported_twice}"


def settings(app: Flask, variable: str) -> list[tuple[str, str]]:
    """Return the conditions under which a variable is set, and its values."""
    return [
        (words[1], word.partition("=")[2])
        for words in parsed(of(app))
        if words[0] == "SetEnvIfExpr" and words[1] != TWICE
        for word in words[2:]
        if word.partition("=")[0].lstrip("!") == f"cors_{variable}"
    ]


# ---- nothing breaks out ------------------------------------------------------------------------


@given(VISIBLE)
def test_a_quoted_word_is_one_word(text: str) -> None:
    if "${" not in text:
        assert parsed(f"Word {quote(text)} end") == [["Word", text, "end"]]


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "\x00", "\t", "\x7f", "${PATH}"])
def test_what_no_word_can_hold_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="configuration cannot hold"):
        quote(text)


@given(VISIBLE)
def test_a_value_is_set_as_it_is(text: str) -> None:
    written = escape_value(text)
    assert substituted(written) == text
    assert not written.startswith(("=", "!"))
    assert "${" not in written


@given(HOSTILE)
def test_a_regex_means_the_same_between_its_signs(text: str) -> None:
    escaped = re.escape(text).replace("\n", "n").replace("\r", "r").replace("\t", "t")
    written = write_regex(escaped)
    assert not set("#%$") & set(written)
    assert re.compile(written).fullmatch(text)


@pytest.mark.parametrize("value", ["!", "!#$1", "$0", "$", "x!#$%&'*+-.^_`|~"])
def test_names_are_sent_as_they_are_written(value: str) -> None:
    app = app_with(expose_headers=[value], methods=[value], origins="https://a.example")
    assert {substituted(text) for _, text in settings(app, "expose_headers")} == {value}
    assert [substituted(text) for _, text in settings(app, "methods")] == [value.upper()]


@pytest.mark.parametrize("address", ["127.0.0.1:80\nInclude /etc/passwd", "${PATH}"])
def test_an_address_that_would_break_out_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        apache.render_whole(build_plan(app_with()), address, "http://127.0.0.1:5000")
    with pytest.raises(ValueError, match="cannot hold"):
        apache.render_whole(build_plan(app_with()), "127.0.0.1:80", address)


# ---- form --------------------------------------------------------------------------------------


def test_the_part_to_include_is_what_the_whole_holds() -> None:
    app = app_with(origins="https://a.example", resources=["/a/*", "/b/.*"])
    part = apache.render(build_plan(app))
    directives = parsed(of(app))
    assert all(each in directives for each in parsed(part))
    assert part.splitlines()[0].endswith("into the <VirtualHost> in front of the app, once,")


UNDECIDED = "-z %{reqenv:cors_is_decided} && "


def test_an_exact_origin_is_sent_back_in_lower_case() -> None:
    app = app_with(origins="https://APP.example", always_send=False)
    subject = "tolower(%{reqenv:cors_subject}) =~ "
    is_listed = rf"{subject}m#^(?:0\x20https://app\.example)\z#"
    condition = rf"{UNDECIDED}{is_listed} && {subject}m#^[0-9]+ (.+)\z#"
    assert settings(app, "allow_origin") == [(condition, "$1")]


def test_the_first_line_of_a_table_that_matches_decides() -> None:
    options = {"/a": {"origins": "https://a.example"}, "/b": {"origins": "https://b.example"}}
    found = settings(app_with(resources=options), "policy")
    assert [value for _, value in found] == ["", "0", "1"]
    assert all(condition.startswith(UNDECIDED) for condition, _ in found)


def test_a_variable_in_a_value_is_what_a_regex_captures() -> None:
    *_, (condition, value) = settings(app_with(), "outcome")
    assert value == "$1"
    assert condition == (
        UNDECIDED + r"'%{reqenv:cors_policy} %{reqenv:cors_kind}' =~ m#^([\x00-\xff]*)\z#"
    )


def test_one_policy_for_every_path_is_looked_up_by_no_path() -> None:
    assert settings(app_with(), "path") == []
    assert [value for _, value in settings(app_with(), "policy")] == ["", "0"]


def test_a_path_whose_regex_is_too_costly_is_left_to_no_later_rule() -> None:
    app = app_with(resources={"/b/.*": {"origins": "https://a.example"}, "/b/*": {}})
    _, (_, first), (is_sure, unclear), (_, second) = settings(app, "policy")
    assert (first, unclear, second) == ("0", "", "1")
    assert is_sure.startswith(f"{UNDECIDED}! ")
    assert is_sure.endswith(" /b/[^\\x0a]*|^#")


def test_a_condition_whose_regex_is_too_costly_is_neither_met_nor_not_met() -> None:
    app = Flask(__name__)
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    CORS(blueprint, resources=["/api/b/*"])
    app.register_blueprint(blueprint)
    subject = "%{reqenv:cors_subject} =~ "
    assert settings(app, "condition_0") == [
        (rf"{UNDECIDED}{subject}m#^/+api(?:/|\z)#", "1"),
        (rf"{UNDECIDED}! {subject}m#^/+api(?:/|\z)|^#", ""),
        (rf"{UNDECIDED}{subject}m#^#", "0"),
    ]


def test_a_path_has_to_be_utf_8_only_where_a_regex_matches_it() -> None:
    (with_regex, _), *_ = settings(app_with(resources="/a/.*"), "path")
    (without, _), *_ = settings(app_with(resources="/a/*"), "path")
    assert r"[\xc2-\xdf]" in with_regex
    assert r"[\xc2-\xdf]" not in without


def test_the_root_of_an_app_is_not_part_of_its_paths() -> None:
    app = app_with()
    app.config["APPLICATION_ROOT"] = "/root"
    ((condition, value),) = settings(app, "path")
    assert r"root(?:/+|\z)([\x00-\xff]*)\z#" in condition
    assert value == "/$1"


def test_two_exports_in_one_place_unset_what_they_send() -> None:
    (unset,) = (words[2:] for words in parsed(of(app_with())) if words[1:2] == [TWICE])
    assert {"!cors_is_answered", "!cors_vary", "!cors_allow_origin"} < set(unset)


# ---- what Apache cannot state ------------------------------------------------------------------


def test_thousands_of_origins_fit_into_lines_that_apache_reads() -> None:
    origins = [f"https://{number}.customer.example" for number in range(2000)]
    found = settings(app_with(origins=origins), "allow_origin")
    assert len(found) > 5
    assert max(len(condition) for condition, _ in found) < MAX_REGEX + 160
    assert sum(condition.count("|") + 1 for condition, _ in found) == len(origins)


def test_each_regex_that_is_too_long_is_named() -> None:
    long = "|".join(f"{number}" for number in range(1000, 3000))
    resources = {
        f"/a({long}).*": {},
        "/b": {"allow_headers": re.compile(long)},
        "/c": {"origins": re.compile(f"https://({long})")},
    }
    with pytest.raises(ExportError) as caught:
        apache.render(build_plan(app_with(resources=resources)))
    obstacles = [str(each) for each in caught.value.obstacles]
    assert len(obstacles) == 3
    assert all(
        "Apache reads none of more than 8,189: write a shorter one" in each for each in obstacles
    )
    assert " /a(?:" in obstacles[0]
    assert "^1 (https://(?:" in obstacles[1]
    assert ",]*(?:(?i:(?:1000|" in obstacles[2]
