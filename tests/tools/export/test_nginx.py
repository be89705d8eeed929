from __future__ import annotations

import nginx_reader
import pytest
from configured import HOSTILE, app_with
from flask import Flask
from hypothesis import given
from nginx_reader import parsed

from flask_cors.tools.export import nginx
from flask_cors.tools.export.nginx_syntax import quoted, text_of
from flask_cors.tools.export.plan import plan


def of(app: Flask) -> str:
    return nginx.render_whole(plan(app), "127.0.0.1:8080", "http://127.0.0.1:5000")


def maps(app: Flask) -> dict[str, list[list[str]]]:
    return nginx_reader.maps(of(app))


# ---- nothing breaks out ------------------------------------------------------------------------


@given(HOSTILE)
def test_a_quoted_word_is_one_word(text: str) -> None:
    assert parsed(f"{quoted(text)} end;") == [([text, "end"], None)]


@given(HOSTILE)
def test_a_value_holds_no_variable_but_the_dollar(text: str) -> None:
    (([read], _),) = parsed(f"{text_of([text])};")
    assert read.replace("${cors_dollar}", "").count("$") == 0
    assert read.replace("${cors_dollar}", "$") == text


# ---- form --------------------------------------------------------------------------------------


def test_an_exact_origin_is_a_key_and_is_told_in_lower_case() -> None:
    lines = maps(app_with(origins=["https://APP.example", "https://b.example"]))["$cors_origin_0"]
    assert lines == [
        ["", ""],
        ["https://app.example", "https://app.example"],
        ["https://b.example", "https://b.example"],
        ["default", ""],
    ]


@pytest.mark.parametrize(
    ("origin", "key"),
    [
        ("https://" + "a" * 34 + ".com", "https://" + "a" * 34 + ".com"),
        ("https://" + "a" * 35 + ".com", "~*^https://" + "a" * 35 + r"\.com\z"),
        ("hostnames", "~*^hostnames\\z"),
        ("null", "~*^null\\z"),
        ("~x;", "~*^~x;\\z"),
    ],
)
def test_an_origin_that_is_too_long_or_odd_for_a_key_is_an_expression(
    origin: str, key: str
) -> None:
    lines = maps(app_with(origins=[origin]))["$cors_origin_0"]
    assert lines[1] == [key, origin]


def test_a_path_of_which_an_expression_may_fail_is_none() -> None:
    app = app_with(resources={"/b/.+": {}})
    app.config["APPLICATION_ROOT"] = "/root"
    for result in ("$cors_whole_path", "$cors_path"):
        assert maps(app)[result][-1] == ["default", ""]


def test_the_part_to_include_is_what_the_whole_holds() -> None:
    app = app_with(origins="https://a.example")
    part = nginx.render(plan(app))
    lines = {line.strip() for line in of(app).splitlines()}
    assert {line for line in part.splitlines() if not line.startswith("#")} - {""} <= {
        *lines,
        "    return 200;",
        *(f"    {line}" for line in lines),
    }
    comment = [line for line in part.splitlines() if line.startswith("#     ")]
    assert [line.removeprefix("#     ") for line in comment if "header" in line] == [
        line.strip()
        for line in of(app).splitlines()
        if "_header Access" in line or " Vary " in line
    ]
    assert "#     if ($cors_is_answered) {" in comment


def test_a_dollar_in_a_value_is_a_variable_that_holds_one() -> None:
    text = of(app_with(expose_headers="X-$"))
    assert '"X-${cors_dollar}"' in text
    assert 'geo $cors_dollar {\n        default "$";' in text
    assert "cors_dollar" not in of(app_with(expose_headers="X-A"))
