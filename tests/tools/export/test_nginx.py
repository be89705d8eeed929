from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given

from flask_cors.tools.export import nginx
from flask_cors.tools.export.nginx import quote, write_text
from flask_cors.tools.export.plan import build_plan

from . import nginx_reader
from .configured import HOSTILE, app_with
from .nginx_reader import parsed


def of(app: Flask) -> str:
    return nginx.render_whole(build_plan(app), "127.0.0.1:8080", "http://127.0.0.1:5000")


def maps(app: Flask) -> dict[str, list[list[str]]]:
    return nginx_reader.maps(of(app))


# ---- nothing breaks out ------------------------------------------------------------------------


@given(HOSTILE)
def test_a_quoted_word_is_one_word(text: str) -> None:
    assert parsed(f"{quote(text)} end;") == [([text, "end"], None)]


@given(HOSTILE)
def test_a_value_holds_no_variable_but_the_dollar(text: str) -> None:
    (([read], _),) = parsed(f"{write_text([text])};")
    assert read.replace("${cors_dollar}", "").count("$") == 0
    assert read.replace("${cors_dollar}", "$") == text


# ---- form --------------------------------------------------------------------------------------


def test_an_exact_origin_is_a_key_and_is_sent_back_in_lower_case() -> None:
    app = app_with(origins=["https://APP.example", "https://b.example"])
    assert maps(app)["$cors_allow_origin"] == [
        ["0 https://app.example", "https://app.example"],
        ["0 https://b.example", "https://b.example"],
        ["default", ""],
    ]


@pytest.mark.parametrize(
    ("origin", "key"),
    [
        ("https://" + "a" * 32 + ".com", "0 https://" + "a" * 32 + ".com"),
        ("https://" + "a" * 33 + ".com", "~*^0\\x20https://" + "a" * 33 + r"\.com\z"),
        ("hostnames", "~*^0\\x20hostnames\\z"),
        ("null", "~*^0\\x20null\\z"),
        ("~x;", "~*^0\\x20~x;\\z"),
    ],
)
def test_an_origin_that_is_too_long_or_odd_for_a_key_is_a_regex(origin: str, key: str) -> None:
    lines = maps(app_with(origins=[origin], always_send=False))["$cors_allow_origin"]
    assert lines[0] == [key, origin]


def test_a_path_whose_regex_is_too_costly_is_empty() -> None:
    app = app_with(resources={"/b/.+": {}})
    app.config["APPLICATION_ROOT"] = "/root"
    for result in ("$cors_whole_path", "$cors_path"):
        assert maps(app)[result][-1] == ["default", ""]


def test_the_part_to_include_is_what_the_whole_holds() -> None:
    app = app_with(origins="https://a.example")
    part = nginx.render(build_plan(app))
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
