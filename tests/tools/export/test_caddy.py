from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Blueprint, Flask
from hypothesis import given
from hypothesis import strategies as st

from flask_cors import CORS, cross_origin
from flask_cors.tools.export import caddy
from flask_cors.tools.export.caddy_syntax import in_characters, longer_than, quoted, value_of
from flask_cors.tools.export.plan import plan
from flask_cors.tools.export.regexes import escaped

Block = list[Any]  # lines: their words, and the lines inside

_WORD = re.compile(
    r"""[ \t]*(?: "(?P<quoted>(?:\\"|[^"])*)"(?=\s|\Z) | `(?P<raw>[^`]*)`(?=\s|\Z)
      | (?P<bare>[^\s"`\#]\S*) )""",
    re.VERBOSE,
)


def words_of(line: str) -> Iterator[str]:
    position = 0
    while position < len(line):
        found = _WORD.match(line, position)
        assert found is not None, line[position:]
        position = found.end()
        if found["quoted"] is not None:
            yield found["quoted"].replace('\\"', '"')
        else:
            yield found["bare"] or found["raw"]


def parsed(text: str) -> Block:
    """A Caddyfile as Caddy reads it: words, quoted or not, and blocks."""
    assert "{$" not in text  # else Caddy looks for a variable
    stack: list[Block] = [[]]
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if stripped == "}":
            stack.pop()
        elif stripped == "{" or stripped.endswith(" {"):
            inner: Block = []
            stack[-1].append((list(words_of(stripped.removesuffix("{").rstrip())), inner))
            stack.append(inner)
        else:
            stack[-1].append((list(words_of(stripped)), None))
    (whole,) = stack
    return whole


def of(app: Flask) -> str:
    return caddy.render_whole(plan(app), "127.0.0.1:8080", "http://127.0.0.1:5000")


def app_with(**options: Any) -> Flask:
    app = Flask(__name__)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        CORS(app, **options)
    return app


def site(app: Flask) -> Block:
    (_, inner) = parsed(of(app))[1]
    assert isinstance(inner, list)
    return inner


def maps(app: Flask) -> dict[str, list[list[str]]]:
    """The lines of each map by what it gives."""
    return {
        words[2][1:-1]: [line for line, _ in lines]
        for words, lines in site(app)
        if words[0] == "map"
    }


# ---- nothing breaks out ------------------------------------------------------------------------

HOSTILE = st.text(
    st.one_of(st.sampled_from("\"'`{};#$%\\\n\r\t ~*^()=!"), st.characters(codec="utf-8")),
    min_size=1,
    max_size=12,
)
VISIBLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12)
UNWRITABLE = re.compile(r'\{\$|\\(?="|\Z)')


@given(VISIBLE.filter(lambda text: not UNWRITABLE.search(text)))
def test_a_quoted_word_is_one_word(text: str) -> None:
    assert list(words_of(f"{quoted(text)} end")) == [text, "end"]


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "\x00", "\t", "\x7f", "{$HOME}", "a\\", '\\"'])
def test_what_no_word_can_hold_is_not_written(text: str) -> None:
    with pytest.raises(ValueError, match="cannot stand in a Caddyfile"):
        quoted(text)


@given(st.text(st.sampled_from("a1$\"'`~"), max_size=8))
def test_a_value_behind_an_expression_holds_no_reference(text: str) -> None:
    (written,) = words_of(value_of(text))
    assert "$" not in written.replace("$$", "")
    assert written.replace("$$", "$") == text


@given(HOSTILE)
def test_an_expression_of_characters_matches_what_that_of_bytes_does(text: str) -> None:
    written = in_characters(escaped(text))
    assert written.isascii()
    assert "\n" not in written
    assert '"' not in written
    python = re.sub(r"\\x\{([0-9a-f]+)\}", lambda found: rf"\U{int(found[1], 16):08x}", written)
    assert re.compile(python).fullmatch(text)


def shape(app: Flask) -> list[Any]:
    """All words that an app has no say in."""
    return [
        [words, None if inner is None else [len(line) for line, _ in inner]]
        for words, inner in site(app)
    ]


TOKENS = st.text(st.sampled_from("abcXYZ019!#$%&'*+-.^_`|~"), min_size=1, max_size=8).filter(
    lambda text: text != "*"
)
PATHS = HOSTILE.filter(lambda text: not set(r"*\]?$^[()") & set(text)).map(lambda text: f"/{text}")
ORIGINS = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters=",\\^$|()[]{}+?*"),
    min_size=1,
    max_size=12,
)


@given(path=PATHS, origin=ORIGINS, methods=st.lists(TOKENS, min_size=1), name=TOKENS)
def test_what_an_app_is_configured_with_stays_in_its_place(
    path: str, origin: str, methods: list[str], name: str
) -> None:
    options = {
        "origins": [origin, "null"] if origin != "null" else ["null", "x"],
        "methods": methods,
        "expose_headers": [name],
        "allow_headers": [re.compile(re.escape(name)), "x-a"],
    }
    plain = {
        "origins": ["https://a.example", "null"],
        "methods": "GET",
        "expose_headers": "X-A",
        "allow_headers": [re.compile("X-b"), "x-a"],
    }
    assert shape(app_with(resources={path: options})) == shape(app_with(resources={"/a": plain}))


@pytest.mark.parametrize("value", ["!", "$1", "$", "x!#$%&'*+-.^_`|~"])
def test_names_are_told_as_they_are_written(value: str) -> None:
    found = maps(app_with(expose_headers=[value], methods=[value], origins="https://a.example"))
    assert found["cors_expose_headers"][0][1] == value
    assert found["cors_granted"][0][1] == value.upper().replace("$", "$$")


def test_no_line_of_a_comment_comes_from_the_app() -> None:
    text = of(app_with(resources={"/evil\n}": {"origins": "https://evil.example"}}))
    assert text.isascii()
    assert "evil" in text
    assert all("evil" not in line for line in text.splitlines() if line.strip().startswith("#"))


@pytest.mark.parametrize("address", ["127.0.0.1:80\nimport /etc/passwd", "{$HOME}:80"])
def test_neither_does_an_address_break_out(address: str) -> None:
    with pytest.raises(ValueError, match="cannot stand"):
        caddy.render_whole(plan(app_with()), address, "http://127.0.0.1:5000")
    with pytest.raises(ValueError, match="cannot stand"):
        caddy.render_whole(plan(app_with()), "127.0.0.1:80", address)


# ---- form --------------------------------------------------------------------------------------


def test_what_is_rendered_is_the_same_each_time() -> None:
    options = {"origins": [f"https://{number}.example" for number in range(50)]}
    assert of(app_with(**options)) == of(app_with(**options))


def test_the_part_to_include_is_what_the_whole_holds() -> None:
    app = app_with(origins="https://a.example", resources=["/a/*", "/b/.*"])
    part = caddy.render(plan(app))
    whole = {line.strip() for line in of(app).splitlines()}
    lines = {line.strip() for line in part.splitlines() if not line.startswith("#")}
    assert lines <= {*whole, ""}
    assert part.count("site block") == part.count("reverse_proxy { }") == 1


def test_an_exact_origin_is_told_in_lower_case() -> None:
    assert maps(app_with(origins="https://APP.example", always_send=False))["cors_origin_0"] == [
        ["", ""],
        [r"~^(?i:https://app\.example)\z", "https://app.example"],
        ["default", ""],
    ]


def test_any_origin_is_told_its_own_spelling_or_a_star() -> None:
    assert maps(app_with())["cors_origin_0"][-1] == ["default", "{cors_from}"]
    assert maps(app_with(send_wildcard=True))["cors_origin_0"] == [
        ["", "*"],
        [",", ""],
        ["default", "*"],
    ]


def test_an_origin_of_a_pattern_is_told_its_own_spelling() -> None:
    key, told = maps(app_with(origins="https://*.example"))["cors_origin_0"][1]
    assert key == r"~^((?i:(?:https://(?:[0-9a-z_\x2d]+\.)+example)))\z"
    assert told == "${1}"


def test_one_policy_for_every_path_looks_at_no_path() -> None:
    assert "cors_path" not in maps(app_with())


def test_only_where_an_expression_reads_it_a_path_has_to_be_utf_8() -> None:
    def doubts(resources: str) -> list[str]:
        return [key for key, _ in maps(app_with(resources=resources))["cors_path"]]

    assert r"~[\x{fffd}\x{212a}\x{17f}]" in doubts("/a/.*")
    assert r"~[\x{fffd}\x{212a}\x{17f}]" not in doubts("/a/*")


def test_the_root_of_an_app_is_no_part_of_its_paths() -> None:
    app = app_with()
    app.config["APPLICATION_ROOT"] = "/r\u00e9"
    assert [r"~^/r\x{e9}(?:/+|\z)((?s:.*))\z", "/${1}"] in maps(app)["cors_path"]


def test_the_method_that_counts_is_that_which_a_preflight_asks_for() -> None:
    app = Flask(__name__)

    @app.route("/a", methods=["GET", "PUT"])
    @cross_origin(methods=["GET", "*"])
    def view() -> str:
        return ""

    found = maps(app)
    assert found["cors_method"] == [["", "{http.request.orig_method}"], ["default", "{cors_asked}"]]
    assert found["cors_policy"] == [
        [r"~^:(?:preflight )?(?i:GET|HEAD|OPTIONS|PUT) /a\z", "0"],
        [r"~^:preflight [^ ]+ /a\z", "0"],
        ["default", ""],
    ]
    assert found["cors_granted"] == [
        [r"~^0 (?:GET)\z", "GET"],
        [r"~^0 ([^,]+)\z", "${1}"],
        ["default", ""],
    ]


def test_no_method_and_no_name_at_all_is_granted_none() -> None:
    found = maps(app_with(methods=[], allow_headers=[]))
    assert found["cors_granted"] == [["default", ""]]
    assert found["cors_names_0"] == [["default", "{cors_literal_0}"]]


def test_policies_with_the_same_names_share_a_list() -> None:
    names = {"allow_headers": ["X-A", "X-B"]}
    resources = {"/a": {**names, "origins": "https://a.example"}, "/b": names}
    assert [name for name in maps(app_with(resources=resources)) if "_names_" in name] == [
        "cors_names_0"
    ]


def test_of_several_tests_of_a_path_all_but_one_are_maps() -> None:
    app = Flask(__name__)
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    CORS(blueprint, resources=["/api/b/*"])
    app.register_blueprint(blueprint)
    CORS(app, resources="/c")
    found = maps(app)
    assert found["cors_test_0"] == [[r"~^/+api(?:/|\z)", "1"], ["default", "0"]]
    keys = [key for key, _ in found["cors_policy"]]
    assert keys[0] == r"~^1:(?:preflight )?[^ ]+ /api/b(?:/|\z)"
    assert keys[1] == r"~^[01]:(?:preflight )?[^ ]+ /c\z"


def test_no_map_has_the_same_key_twice() -> None:
    app = app_with(resources=["/a/.*", "/a/[^\\n]*", "/A/.*"])
    for lines in maps(app).values():
        keys = [key for key, _ in lines]
        assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("length", [5, 999, 1000, 4096, 4100])
def test_a_text_may_be_as_long_as_the_limit(length: int) -> None:
    expression = re.compile(longer_than(length).replace(r"\x{10ffff}", r"\U0010ffff"))
    assert expression.search("\u00e9" * length) is None
    assert expression.search("\u00e9" * (length + 1))
    assert max(map(int, re.findall(r"\{(\d+)\}", expression.pattern))) <= 1000
