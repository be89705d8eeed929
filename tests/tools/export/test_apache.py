from __future__ import annotations

import re

import pytest
from apache_reader import parsed
from configured import HOSTILE, VISIBLE, app_with
from flask import Blueprint, Flask
from hypothesis import given

from flask_cors import CORS, cross_origin
from flask_cors.tools.export import apache
from flask_cors.tools.export.apache_syntax import (
    LONGEST_EXPRESSION,
    expression_of,
    quoted,
    value_of,
)
from flask_cors.tools.export.obstacles import CannotExport
from flask_cors.tools.export.plan import plan


def substituted(value: str, matched: str = "<matched>") -> str:
    """A value as Apache sets it."""
    return re.sub(r"\\(.)|\$1", lambda found: found[1] or matched, value, flags=re.DOTALL)


def of(app: Flask) -> str:
    return apache.render_whole(plan(app), "127.0.0.1:8080", "http://127.0.0.1:5000")


def settings(app: Flask, variable: str) -> list[tuple[str, str]]:
    """The conditions under which a variable is set, and to what."""
    return [
        (words[1], word.partition("=")[2])
        for words in parsed(of(app))
        if words[0] == "SetEnvIfExpr"
        for word in words[2:]
        if word.partition("=")[0] == f"cors_{variable}"
    ]


# ---- nothing breaks out ------------------------------------------------------------------------


@given(VISIBLE)
def test_a_quoted_word_is_one_word(text: str) -> None:
    if "${" not in text:
        assert parsed(f"Word {quoted(text)} end") == [["Word", text, "end"]]


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "\x00", "\t", "\x7f", "${PATH}"])
def test_what_no_word_can_hold_is_not_written(text: str) -> None:
    with pytest.raises(ValueError, match="cannot stand in Apache's configuration"):
        quoted(text)


@given(VISIBLE)
def test_a_value_is_set_as_it_is(text: str) -> None:
    written = value_of(text)
    assert substituted(written) == text
    assert not written.startswith(("=", "!"))
    assert "${" not in written


@given(HOSTILE)
def test_an_expression_means_the_same_between_its_signs(text: str) -> None:
    escaped = re.escape(text).replace("\n", "n").replace("\r", "r").replace("\t", "t")
    written = expression_of(escaped)
    assert not set("#%$") & set(written)
    assert re.compile(written).fullmatch(text)


@pytest.mark.parametrize("value", ["!", "!#$1", "$0", "$", "x!#$%&'*+-.^_`|~"])
def test_names_are_told_as_they_are_written(value: str) -> None:
    app = app_with(expose_headers=[value], methods=[value], origins="https://a.example")
    assert {substituted(told) for _, told in settings(app, "expose_headers")} == {value}
    assert [substituted(told) for _, told in settings(app, "granted")] == [value.upper()]


@pytest.mark.parametrize("address", ["127.0.0.1:80\nInclude /etc/passwd", "${PATH}"])
def test_neither_does_an_address_break_out(address: str) -> None:
    with pytest.raises(ValueError, match="cannot stand"):
        apache.render_whole(plan(app_with()), address, "http://127.0.0.1:5000")
    with pytest.raises(ValueError, match="cannot stand"):
        apache.render_whole(plan(app_with()), "127.0.0.1:80", address)


# ---- form --------------------------------------------------------------------------------------


def test_the_part_to_include_is_what_the_whole_holds() -> None:
    app = app_with(origins="https://a.example", resources=["/a/*", "/b/.*"])
    part = apache.render(plan(app))
    directives = parsed(of(app))
    assert all(each in directives for each in parsed(part))
    assert part.splitlines()[0].endswith("into the <VirtualHost> in front of the app, once,")


def test_an_exact_origin_is_told_in_lower_case() -> None:
    ((condition, told),) = settings(app_with(origins="https://APP.example"), "allow_origin")[1:]
    assert condition == (
        r"%{reqenv:cors_policy} == '0' && "
        r"tolower(%{reqenv:cors_from}) =~ m#^(https://app\.example)\z#"
    )
    assert told == "$1"


def test_one_policy_for_every_path_looks_at_no_path() -> None:
    assert settings(app_with(), "path") == []
    assert [told for _, told in settings(app_with(), "policy")] == ["0"]


def test_paths_alone_look_at_no_method() -> None:
    found = settings(app_with(resources=["/a", "/b/*"]), "policy")
    assert found
    assert all("cors_method" not in condition for condition, _ in found)


def test_a_path_whose_expression_is_too_costly_is_left_to_no_later_rule() -> None:
    app = app_with(resources={"/b/.*": {"origins": "https://a.example"}, "/b/*": {}})
    (_, first), (fails, doubtful), (_, second) = settings(app, "policy")
    assert (first, doubtful, second) == ("0", "none", "1")
    assert "-z %{reqenv:cors_policy}" in fails
    assert fails.endswith("! %{reqenv:cors_path} =~ m#^(?!/b/[^\\x0a]*)#")


def test_of_several_tests_one_that_fails_is_enough_for_the_next_rule() -> None:
    app = Flask(__name__)
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    CORS(blueprint, resources=["/api/b/*"])
    app.register_blueprint(blueprint)
    _, (gave_up, told) = settings(app, "policy")
    assert told == "none"
    assert gave_up.count(" && ! %{reqenv:cors_path} =~ m#^(?!") == 2


def test_only_where_an_expression_reads_it_a_path_has_to_be_utf_8() -> None:
    (with_regex, _), *_ = settings(app_with(resources="/a/.*"), "path")
    (without, _), *_ = settings(app_with(resources="/a/*"), "path")
    assert r"[\xc2-\xdf]" in with_regex
    assert r"[\xc2-\xdf]" not in without


def test_the_root_of_an_app_is_no_part_of_its_paths() -> None:
    app = app_with()
    app.config["APPLICATION_ROOT"] = "/root"
    ((condition, told),) = settings(app, "path")
    assert r"root(?:/+|\z)([\x00-\xff]*)\z#" in condition
    assert told == "/$1"


def test_the_method_that_counts_is_that_which_a_preflight_asks_for() -> None:
    app = Flask(__name__)

    @app.route("/a", methods=["GET", "PUT"])
    @cross_origin(methods=["GET", "*"])
    def view() -> str:
        return ""

    (served, first), (other, second) = settings(app, "policy")
    assert (first, second) == ("0", "0")
    assert r"%{reqenv:cors_method} =~ m#^((?i:GET|HEAD|OPTIONS|PUT))\z#" in served
    assert "cors_method" not in other
    assert "-n %{reqenv:cors_preflight}" in other
    assert [told for _, told in settings(app, "granted")] == ["$1", "GET"]


def test_no_method_at_all_is_granted_none() -> None:
    assert settings(app_with(methods=[]), "granted") == []


def test_no_header_name_at_all_is_looked_at() -> None:
    assert settings(app_with(allow_headers=[]), "names") == []


def test_policies_with_the_same_names_share_a_list() -> None:
    names = {"allow_headers": ["X-A", "X-B"]}
    resources = {"/a": {**names, "origins": "https://a.example"}, "/b": names}
    ((condition, _),) = settings(app_with(resources=resources), "name_0")
    assert condition.startswith(
        "(%{reqenv:cors_policy} == '0' || %{reqenv:cors_policy} == '1') && "
    )


def test_tests_of_a_path_stand_in_one_line() -> None:
    app = Flask(__name__)
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    CORS(blueprint, resources=["/api/b/*"])
    app.register_blueprint(blueprint)
    (condition, told), *_ = settings(app, "policy")
    assert condition.count("cors_path} =~") == 2
    assert told == "0"


# ---- what Apache cannot state ------------------------------------------------------------------


def test_thousands_of_origins_fit_into_lines_that_apache_reads() -> None:
    origins = [f"https://{number}.customer.example" for number in range(2000)]
    found = settings(app_with(origins=origins), "allow_origin")
    assert len(found) > 5
    assert max(len(condition) for condition, _ in found) < LONGEST_EXPRESSION + 80
    assert sum(condition.count("|") + 1 for condition, _ in found) == len(origins)


def test_each_expression_that_is_too_long_is_named() -> None:
    long = "|".join(f"{number}" for number in range(1000, 3000))
    resources = {
        f"/a({long}).*": {},
        "/b": {"allow_headers": re.compile(long)},
        "/c": {"origins": re.compile(f"https://({long})")},
    }
    with pytest.raises(CannotExport) as caught:
        apache.render(plan(app_with(resources=resources)))
    said = [str(each) for each in caught.value.obstacles]
    assert len(said) == 3
    assert all("Apache reads none of more than 8,191: write a shorter one" in each for each in said)
    assert "^(?:/a(?:" in said[0]
    assert "^((?:https://(?:" in said[1]
    assert ",]*(?:(?i:(?:1000|" in said[2]
