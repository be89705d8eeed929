from __future__ import annotations

import re
import string

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flask_cors.tools.export.obstacles import CannotSay
from flask_cors.tools.export.regexes import (
    BEYOND_ASCII,
    HEADER_NAME,
    ORIGIN,
    PATH,
    SEGMENT,
    SEGMENTS,
    Engine,
    Portable,
    Subject,
    escaped,
    portable,
)


def said(
    pattern: str, subject: Subject = PATH, flags: int = 0, engine: Engine = Engine.RE2
) -> Portable:
    return portable(re.compile(pattern, flags), subject, engine)


def matches(expression: str, subject: str, *, ignores_case: bool = False) -> bool:
    """Whether the bytes match from their start, as an engine without any tables would find."""
    flags = re.IGNORECASE if ignores_case else 0
    in_python = expression.replace(r"\z", r"\Z")
    return re.compile(f"(?:{in_python})".encode(), flags).match(subject.encode()) is not None


# ---- against Python's own engine ---------------------------------------------------------------

ATOMS = [
    *("a", "b", "k", "K", "S", "i", "/", ".", "é", "\u212a", r"\.", r"\d", r"\w", r"\s", r"\D"),
    *(r"\W", r"\S", "[^/]", "[a-c]", "[^a-c]", "[é-ü]", "[^é]", "[é]", r"[\d_]", r"[^\w/]"),
    *("(?i:k)", "(?i:[a-c])", r"[\s\S]", r"[^\d\D]", r"(?u:\d)", r"(?a:\w)"),
]
FLAGS = [0, re.IGNORECASE, re.ASCII, re.DOTALL, re.IGNORECASE | re.ASCII]

expressions = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda each: f"(?:{'|'.join(each)})"),
        st.tuples(inner, st.sampled_from(["*", "+?", "?", "{2}", "{1,2}", "{2,}"])).map(
            lambda each: f"(?:{each[0]}){each[1]}"
        ),
        st.tuples(st.sampled_from(["=", "!"]), inner, st.sampled_from(["", "$", r"\Z"])).map(
            lambda each: f"(?{''.join(each)})"
        ),
        st.sampled_from(["[^/]+", "[^a]*", ".+", ".([^/]+)"]),
        st.tuples(st.sampled_from(["<=", "<!"]), st.sampled_from(ATOMS)).map(
            lambda each: f"(?{''.join(each)})"
        ),
    ),
    max_leaves=6,
)
anchored = st.tuples(
    st.sampled_from(["", "^"]), expressions, st.sampled_from(["", "$", r"\Z", "$$", r"$\Z", r"\Z$"])
)
SIGNS = "abkKsSi/._1 \n\u00e9\u00fc\u212a\u017f\u0131\u0410\u0663\U0001f600"
texts = st.text(st.sampled_from(SIGNS), max_size=6)


@settings(max_examples=300)
@given(anchored.map("".join), texts, st.sampled_from(FLAGS), st.sampled_from(Engine))
def test_what_is_said_matches_as_python_does_or_not_at_all(
    pattern: str, text: str, flags: int, engine: Engine
) -> None:
    try:
        read = said(pattern, PATH, flags, engine)
    except CannotSay:
        assume(False)
    does = re.compile(pattern, flags).match(text) is not None
    narrow = matches(read.exact, text, ignores_case=read.ignores_case)
    wide = matches(read.wide or read.exact, text, ignores_case=read.ignores_case)
    assert narrow <= does <= wide
    assert narrow == wide or not text.isascii()


@settings(max_examples=300)
@given(
    expressions,
    st.text(st.sampled_from("abkKsSi/._1:"), min_size=1, max_size=6),
    st.sampled_from(Engine),
)
def test_an_expression_of_origins_matches_whole_origins_as_python_does(
    pattern: str, origin: str, engine: Engine
) -> None:
    try:
        read = said(pattern, ORIGIN, re.IGNORECASE, engine)
    except CannotSay:
        assume(False)
    does = re.compile(pattern, re.IGNORECASE).fullmatch(origin) is not None
    assert matches(rf"(?:{read.exact})\z", origin, ignores_case=True) == does
    assert read.wide is None


@given(st.text(max_size=8), st.text(max_size=8))
def test_what_is_escaped_matches_itself_alone(literal: str, other: str) -> None:
    assert matches(rf"{escaped(literal)}\z", literal)
    assert matches(rf"{escaped(literal)}\z", other) == (literal == other)


@given(st.text())
def test_what_is_escaped_holds_printable_ascii_and_no_quote(literal: str) -> None:
    assert set(escaped(literal)) <= set(string.printable) - set(string.whitespace) - {'"'}


# ---- a table -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "subject", "expression"),
    [
        (r"^/api/v\.1", PATH, r"/api/v\.1"),
        ("/a$", PATH, r"/a\n?\z"),
        (r"/a\Z", PATH, r"/a\z"),
        ("^/a$|^/b$", PATH, r"/(?:a\n?\z|b\n?\z)"),
        (r"\A(?P<name>/a)", PATH, "(?:/a)"),
        ("[^/]{1,}", SEGMENT, "[^/]+"),
        (
            "[^/]{3}",
            SEGMENT,
            rf"(?:[^/\x80-\xff]|{BEYOND_ASCII}){{3}}",
        ),
        (".*", SEGMENT, r"[^\x0a/]*"),
        ("/.*/", PATH, r"/[^\x0a]*/"),
        (".?.*", PATH, "X?X*"),
        ("..*", PATH, r"X[^\x0a]*"),
        ("..+", PATH, "XXX*"),
        (".+é", PATH, r"XX*\xc3\xa9"),
        ("[a-f0-9]{8}", SEGMENTS, "[0-9a-f]{8}"),
        (r"x{2,5}y{3,}z?", PATH, "x{2,5}y{3,}z?"),
        (".", PATH, "X"),
        (r"[\s\S]+", PATH, r"[\x00-\xff]+"),
        (r"https://.*\.example\b", ORIGIN, r"https://.*\.example\b"),
        ("X-.*", HEADER_NAME, r"X-[!\x23-\x27*+\x2d.0-9A-Z\x5e-z\x7c\x7e]*"),
        ("é{2}", PATH, r"(?:\xc3\xa9){2}"),
    ],
)
def test_an_expression_is_written_anew(pattern: str, subject: Subject, expression: str) -> None:
    ascii_only, beyond = r"[^\x0a\x80-\xff]", BEYOND_ASCII
    run = f"{ascii_only}*(?:{beyond}{ascii_only}*)*"
    found = said(pattern, subject).exact.replace(run, "X*")
    assert found.replace(f"(?:{ascii_only}|{beyond})", "X") == expression


def test_case_is_ignored_by_one_flag_around_it() -> None:
    read = said("(?i)HTTPS://A", ORIGIN)
    assert read.with_flag(read.exact) == "(?i:https://a)"
    read = said("https://a", ORIGIN)
    assert read.with_flag(read.exact) == "https://a"


def test_case_that_is_ignored_in_part_is_written_out() -> None:
    assert said("/a(?i:B1)").exact == "/a(?:[Bb]1)"


def test_digits_beyond_ascii_are_told_apart() -> None:
    read = said(r"/\d+")
    assert (read.exact, read.wide) == ("/[0-9]+", r"/[0-9\x80-\xff]+")


def test_a_name_matches_within_its_element_of_a_list() -> None:
    read = said("x-.*", HEADER_NAME, re.IGNORECASE)
    assert matches(rf"{read.exact}\z", "X-A", ignores_case=True)
    assert not matches(rf"{read.exact}\z", "x-a, evil", ignores_case=True)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(?=/a)/a", "look-around"),
        ("(?<!x)/a", "look-around"),
        ("(?!)", "look-around"),
        (r"(/a)\1", "reference"),
        (r"(/a)?(?(1)b|c)", "condition"),
        ("(?m)^/a", "MULTILINE"),
        ("/a$b", "anchor"),
        ("(?:/a|b^)c", "anchor"),
        (r"/a\b", "anchor"),
        ("(?:/a$)*", "anchor"),
        ("/a{1001}", "1,000 times"),
        ("/a{2,1001}", "1,000 times"),
        ("/(?:ba{101}){10}", "1,000 times"),
        ("/(?:(?:ba{2,})*){501}", "1,000 times"),
        ("(?i)/(?-i:a)", "switches a flag off"),
        ("(?i)/é", "not ASCII"),
    ],
)
def test_what_engines_read_otherwise_cannot_be_said(pattern: str, why: str) -> None:
    with pytest.raises(CannotSay, match=why):
        said(pattern)


@pytest.mark.parametrize("pattern", ["/(?:ba{100}){10}c{1000}", "/(?:(?:ba?)*b+){1000}", "/.{999}"])
def test_a_thousand_repeats_can_be_said(pattern: str) -> None:
    assert said(pattern).exact


def test_what_python_warned_of_is_not_warned_of_again() -> None:
    with pytest.warns(FutureWarning):
        pattern = re.compile("/[[]a")
    assert portable(pattern, PATH).exact == r"/\[a"


@pytest.mark.parametrize(
    ("pattern", "subject", "expression"),
    [
        (r"/(?!admin$)", PATH, r"/(?!admin\n?\z)"),
        (r"https://(?!.*evil$).*", ORIGIN, r"https://(?!.*evil\n?\z).*"),
        (r".*(?<!evil)", ORIGIN, ".*(?<!evil)"),
        (".*(?<=ab|cd)", ORIGIN, ".*(?<=(?:ab|cd))"),
        (".*(?<!(e)f)", ORIGIN, ".*(?<!(?:e)f)"),
        (r"/(?=a(?!b))", PATH, "/(?=a(?!b))"),
    ],
)
def test_pcre_looks_around(pattern: str, subject: Subject, expression: str) -> None:
    assert said(pattern, subject, engine=Engine.PCRE) == Portable(expression, None, False)


def test_what_may_lie_in_a_look_ahead_may_not_lie_before_what_it_refuses() -> None:
    assert said(r"/(?!\d)", engine=Engine.PCRE) == Portable(
        rf"/(?!(?:[0-9]|{BEYOND_ASCII}))", "/(?![0-9])", False
    )


@pytest.mark.parametrize("pattern", ["(?<=(?!.){0,2})a", "(?<=b{2})a", "(?<!(?:x(?=y)))a"])
def test_a_look_behind_is_of_characters_alone(pattern: str) -> None:
    with pytest.raises(CannotSay, match="look-behind of more than characters"):
        said(pattern, ORIGIN, engine=Engine.PCRE)


def test_no_look_ahead_begins_inside_a_character() -> None:
    read = said(r"/[^/]{2}(?!.*x)", engine=Engine.PCRE)
    for text in ("/a\u20acx", "/\U0001f600\u20ac-x", "/\u00e9ax"):
        assert not matches(read.exact, text)
        assert matches(read.exact, text[:-1])


@pytest.mark.parametrize(
    ("pattern", "subject"),
    [("(?!x)a", HEADER_NAME), ("(?<!x)/a", PATH), ("(?=a)a", SEGMENT), ("(?=a)a", SEGMENTS)],
)
def test_none_looks_at_more_than_the_subject(pattern: str, subject: Subject) -> None:
    with pytest.raises(CannotSay, match="look-around, which would see more"):
        said(pattern, subject, engine=Engine.PCRE)


def test_a_character_that_no_origin_holds_cannot_be_said() -> None:
    with pytest.raises(CannotSay, match="never comes up"):
        said("https://a,b", ORIGIN)
