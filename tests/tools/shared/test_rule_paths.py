"""The paths of a URL rule, and the path patterns that they match."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.routing import BaseConverter, Map, Rule

from flask_cors.policy.path_patterns import PathPattern, parse_pattern
from flask_cors.policy.resources import ResourceMap
from flask_cors.tools.shared.rule_paths import (
    Match,
    Paths,
    iter_sample_paths,
    sample_path,
    sort_by_precedence,
)

ALL, SOME, NONE = Match.ALL, Match.SOME, Match.NONE


class Code(BaseConverter):
    """A converter that must not be called: it would query a database."""

    regex = r"[A-Z]{3}"

    def to_python(self, value: str) -> object:
        raise AssertionError


def paths(rule: str) -> Paths:
    bound = Rule(rule, endpoint="it")
    Map([bound], converters={**Flask("app").url_map.converters, "code": Code})
    return Paths(bound)


def pattern(given: str | re.Pattern[str]) -> PathPattern:
    return parse_pattern(given, lambda _: None)


@pytest.mark.parametrize(
    ("rule", "given", "expected"),
    [
        # without converters there is one path
        ("/users", "/users", ALL),
        ("/users", "/user", NONE),
        ("/users", "/*", ALL),
        ("/api", "/api/*", ALL),
        ("/apikeys", "/api/*", NONE),
        ("/users", r"/us.*s$", ALL),
        ("/users", r"/admin.*", NONE),
        # with converters: all paths below a literal prefix
        ("/api/<int:n>", "/*", ALL),
        ("/api/<int:n>", "/api/*", ALL),
        ("/api/<path:rest>", "/api/*", ALL),
        ("/apikeys/<int:n>", "/api/*", NONE),
        ("/<int:n>", "/api/*", NONE),
        ("/<lang>/users", "/en/*", SOME),
        ("/<any(en, de):lang>/users", "/en/*", SOME),
        ("/<any(en, de):lang>/users", "/fr/*", NONE),
        ("/<string(length=2):lang>", "/english/*", NONE),
        ("/v<int:n>/users", "/v1/*", SOME),
        ("/v<int:n>/users", "/vx/*", NONE),
        ("/<code:it>/x", "/ABC/*", SOME),
        ("/<code:it>/x", "/abc/*", NONE),
        ("/<lang>", "/en/users/*", NONE),
        ("/<path:rest>", "/en/users/*", SOME),
        ("/files/<path:rest>/raw", "/api/*", NONE),
        ("/files/<path:rest>/raw", "/files/a/*", SOME),
        ("/<lang>/users/<int:n>", "/en/users/*", SOME),
        ("/<lang>/users/<int:n>", "/en/news/*", NONE),
        # one path of many
        ("/<lang>/users", "/en/users", SOME),
        ("/<lang>/users", "/en/news", NONE),
        ("/<path:rest>", "/a/b/c", SOME),
        ("/<int:n>", "/one", NONE),
        # regexes
        ("/api/<int:n>", r"/api/.*", ALL),
        ("/api/v1/<int:n>", r"^/api/v\d+/.*", ALL),
        ("/api/<int:n>", r"/api/\d+$", SOME),
        ("/api/<int:n>", re.compile(r"/api/.+"), SOME),
        ("/api/<int:n>", r"^/(api|admin)/.*", ALL),
        ("/api/<int:n>", r"^/web/(a|b)/.*", NONE),
        ("/api/<int:n>", r"^/web/.*|^/api/.*", ALL),
        ("/app/<int:n>", r"^/web/.*|^/api/.*", SOME),
        ("/api/<int:n>", re.compile(r"/API/[0-5]", re.IGNORECASE), SOME),
        ("/web/<x>", re.compile(r"/API/\|x"), NONE),
        ("/<lang>/news", r"/api/v\d", NONE),
        ("/<lang>/v1", r"/api/v\d", SOME),
        ("/<lang>/<page>", r"/api/v\d", SOME),
        ("/<lang>", r"/api/v\d", NONE),
        ("/<int:n>/x", r"/api/v\d", NONE),
        ("/<path:rest>", r"/api/v\d", SOME),
        ("/api/<int:n>", r"/api/(?!admin).*", SOME),
        ("/<x>/<y>", r"/api/(a|b)", SOME),
    ],
)
def test_all_some_or_none_of_the_paths_of_a_rule_match_a_pattern(rule, given, expected):
    assert paths(rule).match(pattern(given)) is expected


RULES = ["/a", "/a/<x>", "/<x>/b", "/a/<int:x>", "/<path:x>", "/a/<path:x>/b", "/a<x>/b", "/<x><y>"]
FILLS = st.sampled_from(["a", "b", "ab", "1", "12", "a-b"])
LITERAL = ["/a", "/a/b", "/a/*", "/ab/*", "/*", "/a/1/*", "/b", "/1/b", "/a/b/*"]
REGEXES = [r"/a.*", r"/a/.*b$", r"^/(a|b)", r"/a/\d+", r"/.*/b", r"^/a|/b$", r"/[ab]/b", r"/a/b?"]
PATTERNS = st.lists(
    st.sampled_from([*LITERAL, *REGEXES, r"(?i)/A/.*", re.compile("/a/.+")]).map(pattern),
    max_size=6,
    unique=True,
)


@given(st.sampled_from(RULES), FILLS, FILLS, PATTERNS)
def test_the_match_of_a_rule_agrees_with_its_paths(rule, x, y, patterns):
    path = rule.replace("<x>", x).replace("<int:x>", "12").replace("<y>", y)
    path = path.replace("<path:x>", f"{x}/{y}")
    for one in patterns:
        matches = ResourceMap([(one, one)]).match(path) is not None
        assert paths(rule).match(one) in ([ALL, SOME] if matches else [SOME, NONE])


@given(st.lists(st.sampled_from("ab1/"), max_size=6).map("".join), PATTERNS)
def test_the_first_of_the_patterns_that_matches_decides(rest, patterns):
    path = f"/{rest}"
    matching = [
        one for one in sort_by_precedence(patterns) if ResourceMap([(one, one)]).match(path)
    ]
    decides = ResourceMap([(one, one) for one in patterns]).match(path)
    assert decides == (matching[0] if matching else None)


def test_the_sample_paths_of_a_rule_have_different_values():
    app = Flask("app")
    bound = [
        Rule(text, endpoint="it")
        for text in ("/users", "/<name>/<int:key>", "/<any(b, c):which>", "/<never:key>")
    ]

    class Never(BaseConverter):
        regex = r"[^\s\S]"

    Map(bound, converters={**app.url_map.converters, "never": Never})
    users, two, one_of, never = map(list, map(iter_sample_paths, bound))
    assert users == ["/users"]
    assert two[:3] == ["/1/1", "/a/1", "/en/1"]
    assert one_of == ["/b", "/c"]
    assert never == []
    assert sample_path(bound[1]) == two[0]
    assert sample_path(bound[3]) is None
