from __future__ import annotations

import re

import pytest
from flask import Flask
from hypothesis import given

from flask_cors.tools.export import caddy
from flask_cors.tools.export.caddy import of_characters, quote
from flask_cors.tools.export.plan import build_plan
from flask_cors.tools.export.portable_regex import escape_regex

from . import caddy_reader
from .caddy_reader import words_of
from .configured import HOSTILE, VISIBLE, app_with


def of(app: Flask) -> str:
    return caddy.render_whole(build_plan(app), "127.0.0.1:8080", "http://127.0.0.1:5000")


def maps(app: Flask) -> dict[str, list[list[str]]]:
    return caddy_reader.maps(of(app))


# ---- nothing breaks out ------------------------------------------------------------------------

UNWRITABLE = re.compile(r'\{\$|\\(?="|\Z)')


@given(VISIBLE.filter(lambda text: not UNWRITABLE.search(text)))
def test_a_quoted_word_is_one_word(text: str) -> None:
    assert list(words_of(f"{quote(text)} end")) == [text, "end"]


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "\x00", "\t", "\x7f", "{$HOME}", "a\\", '\\"'])
def test_what_no_word_can_hold_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a Caddyfile cannot hold"):
        quote(text)


@given(HOSTILE)
def test_a_regex_of_characters_matches_what_that_of_bytes_does(text: str) -> None:
    written = of_characters(escape_regex(text))
    assert written.isascii()
    assert "\n" not in written
    assert '"' not in written
    python = re.sub(r"\\x\{([0-9a-f]+)\}", lambda found: rf"\U{int(found[1], 16):08x}", written)
    assert re.compile(python).fullmatch(text)


@pytest.mark.parametrize("value", ["!", "$1", "$", "x!#$%&'*+-.^_`|~"])
def test_names_are_sent_as_they_are_written(value: str) -> None:
    found = maps(app_with(expose_headers=[value], methods=[value], origins="https://a.example"))
    assert found["cors_expose_headers"][0][1] == value
    assert found["cors_methods"][0][1] == value.upper().replace("$", "$$")


@pytest.mark.parametrize("address", ["127.0.0.1:80\nimport /etc/passwd", "{$HOME}:80"])
def test_an_address_that_would_break_out_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        caddy.render_whole(build_plan(app_with()), address, "http://127.0.0.1:5000")
    with pytest.raises(ValueError, match="cannot hold"):
        caddy.render_whole(build_plan(app_with()), "127.0.0.1:80", address)


# ---- form --------------------------------------------------------------------------------------


def test_the_part_to_include_is_what_the_whole_holds() -> None:
    app = app_with(origins="https://a.example", resources=["/a/*", "/b/.*"])
    part = caddy.render(build_plan(app))
    whole = {line.strip() for line in of(app).splitlines()}
    lines = {line.strip() for line in part.splitlines() if not line.strip().startswith("#")}
    assert lines <= {*whole, ""}
    comment = [line for line in part.splitlines()[:20] if line.startswith("# ")]
    assert "#     header_down -Access-Control-Max-Age" in comment


def test_an_exact_origin_is_sent_back_in_lower_case() -> None:
    app = app_with(origins="https://APP.example", always_send=False)
    assert maps(app)["cors_allow_origin"] == [
        [r"~^(?i:0\x20https://app\.example)\z", "https://app.example"],
        ["default", ""],
    ]


def test_a_path_has_to_be_utf_8_only_where_a_regex_matches_it() -> None:
    def uncertain(resources: str) -> list[str]:
        return [key for key, _ in maps(app_with(resources=resources))["cors_path"]]

    assert r"~[\x{fffd}\x{212a}\x{17f}]" in uncertain("/a/.*")
    assert r"~[\x{fffd}\x{212a}\x{17f}]" not in uncertain("/a/*")


def test_the_root_of_an_app_is_not_part_of_its_paths() -> None:
    app = app_with()
    app.config["APPLICATION_ROOT"] = "/r\u00e9"
    assert [r"~^/r\x{e9}(?:/+|\z)([\x00-\x{10ffff}]*)\z", "/${1}"] in maps(app)["cors_path"]


def test_no_table_has_the_same_key_twice() -> None:
    app = app_with(resources=["/a/.*", "/a/[^\\n]*", "/A/.*"])
    for lines in maps(app).values():
        keys = [key for key, _ in lines]
        assert len(set(keys)) == len(keys)
