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
from flask_cors.tools.export import nginx
from flask_cors.tools.export.nginx_syntax import quoted, value_of
from flask_cors.tools.export.plan import plan

Block = list[Any]  # directives: their words, and the directives inside


def parsed(text: str) -> Block:
    """A configuration as nginx reads it: words, quoted or not, and blocks."""
    stack: list[Block] = [[]]
    words: list[str] = []
    for word, sign in _words(text):
        if word is not None:
            words.append(word)
        elif sign == ";":
            assert words, "a directive without words"
            stack[-1].append((words, None))
            words = []
        elif sign == "{":
            inner: Block = []
            stack[-1].append((words, inner))
            stack.append(inner)
            words = []
        else:
            assert not words
            stack.pop()
    (whole,) = stack
    assert not words
    return whole


# The characters that end a word or begin a comment, as nginx's own parser takes them.
_TOKEN = re.compile(
    r"""(?P<space>\s+) | (?P<comment>\#[^\n]*) | (?P<sign>[;{}])
      | "(?P<quoted>(?:\\.|[^"\\])*)"(?=[\s;{)])
      | (?P<bare>[^\s;{}"'\#\\][^\s;{}"'\\]*(?:\{\w+\})?)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def _words(text: str) -> Iterator[tuple[str | None, str]]:
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        assert found is not None, text[position : position + 40]
        position = found.end()
        if found["sign"]:
            yield None, found["sign"]
        elif found["quoted"] is not None:
            yield _unescaped(found["quoted"]), ""
        elif found["bare"]:
            yield found["bare"], ""


def _unescaped(text: str) -> str:
    """Of other characters, nginx keeps the backslash."""
    return re.sub(
        r"\\(.)",
        lambda found: _ESCAPES.get(found[1], found[1] if found[1] in "\"'\\" else found[0]),
        text,
        flags=re.DOTALL,
    )


def of(app: Flask) -> str:
    return nginx.render_whole(plan(app), "127.0.0.1:8080", "http://127.0.0.1:5000")


def app_with(**options: Any) -> Flask:
    app = Flask(__name__)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        CORS(app, **options)
    return app


def maps(app: Flask) -> dict[str, list[list[str]]]:
    """The lines of each map by the variable that it gives."""
    ((_, http),) = [each for each in parsed(of(app)) if each[0] == ["http"]]
    return {words[2]: [line for line, _ in lines] for words, lines in http if words[0] == "map"}


# ---- nothing breaks out ------------------------------------------------------------------------

HOSTILE = st.text(
    st.one_of(st.sampled_from("\"'{};#$\\\n\r\t ~*^()"), st.characters(codec="utf-8")),
    min_size=1,
    max_size=12,
)


@given(HOSTILE)
def test_a_quoted_word_is_one_word(text: str) -> None:
    assert parsed(f"{quoted(text)} end;") == [([text, "end"], None)]


@given(HOSTILE)
def test_a_value_holds_no_variable_but_the_dollar(text: str) -> None:
    (([read], _),) = parsed(f"{value_of(text)};")
    assert read.replace("${cors_dollar}", "").count("$") == 0
    assert read.replace("${cors_dollar}", "$") == text


def names(app: Flask) -> list[str]:
    """The first words of all directives, line by line, and nothing that an app may say."""
    (http,) = [inner for words, inner in parsed(of(app)) if words == ["http"]]
    return [
        " ".join(words) if words[0] == "map" else words[0] for words, _ in http if words[0] != "geo"
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


@given(path=PATHS, origin=ORIGINS, methods=st.lists(TOKENS, min_size=1), expose=st.lists(TOKENS))
def test_what_an_app_is_configured_with_stays_in_its_place(
    path: str, origin: str, methods: list[str], expose: list[str]
) -> None:
    options = {"origins": [origin], "methods": methods, "expose_headers": expose}
    plain = app_with(resources={"/a": {"origins": ["https://a.example"]}})
    assert names(app_with(resources={path: options})) == names(plain)


# ---- form --------------------------------------------------------------------------------------


def test_what_is_rendered_is_the_same_each_time() -> None:
    options = {"origins": [f"https://{number}.example" for number in range(50)]}
    assert of(app_with(**options)) == of(app_with(**options))


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
        ("https://" + "a" * 35 + ".com", "~*^https://" + "a" * 35 + r"\.com$"),
        ("hostnames", "~*^hostnames$"),
        ("null", "~*^null$"),
        ("~x;", "~*^~x;$"),
    ],
)
def test_an_origin_that_is_too_long_or_odd_for_a_key_is_an_expression(
    origin: str, key: str
) -> None:
    lines = maps(app_with(origins=[origin]))["$cors_origin_0"]
    assert lines[1] == [key, origin]


def test_one_policy_for_every_path_looks_at_no_path() -> None:
    assert "$cors_path" not in maps(app_with())


def test_paths_alone_look_at_no_method() -> None:
    assert "$cors_method" not in maps(app_with(resources=["/a", "/b/*"]))


def test_policies_with_the_same_names_share_a_list() -> None:
    names = {"allow_headers": ["X-A", "X-B"]}
    resources = {"/a": {**names, "origins": "https://a.example"}, "/b": names}
    assert [name for name in maps(app_with(resources=resources)) if "names_" in name] == [
        "$cors_names_0"
    ]


def test_a_map_ends_with_nothing_where_an_expression_may_fail() -> None:
    app = app_with(
        resources={"/a": {"allow_headers": r"x-.*"}, "/b/.+": {"origins": "https://*.example"}}
    )
    app.config["APPLICATION_ROOT"] = "/root"
    closed = {name for name, lines in maps(app).items() if lines[-1] == ["default", ""]}
    assert closed >= {
        *("$cors_whole_path", "$cors_path", "$cors_policy", "$cors_origin_1", "$cors_granted"),
        *("$cors_asked_names", "$cors_names_1"),
    }


def test_the_part_to_include_is_what_the_whole_holds() -> None:
    app = app_with(origins="https://a.example")
    part = nginx.render(plan(app))
    lines = {line.strip() for line in of(app).splitlines()}
    assert {line for line in part.splitlines() if not line.startswith("#")} - {""} <= {
        *lines,
        "    return 200;",
        *(f"    {line}" for line in lines),
    }
    assert part.count("http { }") == 1
    assert part.count("server { }") == 1


def test_no_line_of_a_comment_comes_from_the_app() -> None:
    text = of(app_with(resources={"/evil\n}": {"origins": "https://evil.example"}}))
    assert text.isascii()
    assert "evil" in text
    assert all("evil" not in line for line in text.splitlines() if line.strip().startswith("#"))


def test_the_method_that_counts_is_that_which_a_preflight_asks_for() -> None:
    app = Flask(__name__)

    @app.route("/a", methods=["GET", "PUT"])
    @cross_origin(methods=["GET", "*"])
    def view() -> str:
        return ""

    found = maps(app)
    assert found["$cors_method"] == [["", "$request_method"], ["default", "$cors_asked"]]
    assert found["$cors_policy"] == [
        [r"~^(?:preflight )?(?i:GET|HEAD|OPTIONS|PUT) /a\z", "0"],
        [r"~^preflight [^ ]+ /a\z", "0"],
        ["default", ""],
    ]
    assert found["$cors_granted"] == [
        ["~^0 (?:GET)$", "GET"],
        ["~^0 [^,]+$", "$cors_asked"],
        ["default", ""],
    ]


def test_a_dollar_in_a_value_is_a_variable_that_holds_one() -> None:
    text = of(app_with(expose_headers="X-$"))
    assert '"X-${cors_dollar}"' in text
    assert 'geo $cors_dollar {\n        default "$";' in text
    assert "cors_dollar" not in of(app_with(expose_headers="X-A"))


def test_no_method_at_all_is_granted_none() -> None:
    assert maps(app_with(methods=[]))["$cors_granted"] == [["default", ""]]


def test_tests_of_a_path_stand_in_one_expression() -> None:
    app = Flask(__name__)
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    CORS(blueprint, resources=["/api/b/*"])
    app.register_blueprint(blueprint)
    first, *_ = maps(app)["$cors_policy"]
    assert first == [r"~^(?=/+api(?:/|\z))/api/b(?:/|\z)", "0"]
