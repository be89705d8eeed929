from __future__ import annotations

import re
import string

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flask_cors.tools.export.obstacles import UnportableRegex
from flask_cors.tools.export.portable_regex import (
    BEYOND_ASCII,
    HEADER_NAME,
    ORIGIN,
    PATH,
    SEGMENT,
    SEGMENTS,
    PortableRegex,
    RegexDialect,
    Subject,
    escape_regex,
    translate_regex,
)


def translate(
    pattern: str, subject: Subject = PATH, flags: int = 0, dialect: RegexDialect = RegexDialect.RE2
) -> PortableRegex:
    return translate_regex(re.compile(pattern, flags), subject, dialect)


def matches(regex: str, subject: str, *, ignores_case: bool = False) -> bool:
    """Return whether the bytes match from their start, as in a dialect without Unicode tables."""
    flags = re.IGNORECASE if ignores_case else 0
    in_python = regex.replace(r"\z", r"\Z")
    return re.compile(f"(?:{in_python})".encode(), flags).match(subject.encode()) is not None


# ---- against Python's own matches --------------------------------------------------------------

ATOMS = [
    *("a", "b", "k", "K", "S", "i", "/", ".", "é", "\u212a", r"\.", r"\d", r"\w", r"\s", r"\D"),
    *(r"\W", r"\S", "[^/]", "[a-c]", "[^a-c]", "[é-ü]", "[^é]", "[é]", r"[\d_]", r"[^\w/]"),
    *("(?i:k)", "(?i:[a-c])", r"[\s\S]", r"[^\d\D]", r"(?u:\d)", r"(?a:\w)"),
]
FLAGS = [0, re.IGNORECASE, re.ASCII, re.DOTALL, re.IGNORECASE | re.ASCII]

regexes = st.recursive(
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
    st.sampled_from(["", "^"]), regexes, st.sampled_from(["", "$", r"\Z", "$$", r"$\Z", r"\Z$"])
)
SIGNS = "abkKsSi/._1 \n\u00e9\u00fc\u212a\u017f\u0131\u0410\u0663\U0001f600"
texts = st.text(st.sampled_from(SIGNS), max_size=6)


@settings(max_examples=300)
@given(anchored.map("".join), texts, st.sampled_from(FLAGS), st.sampled_from(RegexDialect))
def test_a_translated_regex_matches_as_python_does(
    pattern: str, text: str, flags: int, dialect: RegexDialect
) -> None:
    try:
        read = translate(pattern, PATH, flags, dialect)
    except UnportableRegex:
        assume(False)
    does = re.compile(pattern, flags).match(text) is not None
    narrow = matches(read.exact, text, ignores_case=read.ignores_case)
    wide = matches(read.wide or read.exact, text, ignores_case=read.ignores_case)
    assert narrow <= does <= wide
    assert narrow == wide or not text.isascii()


@settings(max_examples=300)
@given(
    regexes,
    st.text(st.sampled_from("abkKsSi/._1:"), min_size=1, max_size=6),
    st.sampled_from(RegexDialect),
)
def test_a_regex_of_origins_matches_whole_origins_as_python_does(
    pattern: str, origin: str, dialect: RegexDialect
) -> None:
    try:
        read = translate(pattern, ORIGIN, re.IGNORECASE, dialect)
    except UnportableRegex:
        assume(False)
    does = re.compile(pattern, re.IGNORECASE).fullmatch(origin) is not None
    assert matches(rf"(?:{read.exact})\z", origin, ignores_case=True) == does
    assert read.wide is None


@given(st.text(max_size=8), st.text(max_size=8))
def test_what_is_escaped_matches_itself_alone(literal: str, other: str) -> None:
    assert matches(rf"{escape_regex(literal)}\z", literal)
    assert matches(rf"{escape_regex(literal)}\z", other) == (literal == other)


@given(st.text())
def test_what_is_escaped_holds_printable_ascii_and_no_quote(literal: str) -> None:
    assert set(escape_regex(literal)) <= set(string.printable) - set(string.whitespace) - {'"'}


# ---- a table -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "subject", "written"),
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
def test_a_regex_is_written_anew(pattern: str, subject: Subject, written: str) -> None:
    ascii_only, beyond = r"[^\x0a\x80-\xff]", BEYOND_ASCII
    run = f"{ascii_only}*(?:{beyond}{ascii_only}*)*"
    found = translate(pattern, subject).exact.replace(run, "X*")
    assert found.replace(f"(?:{ascii_only}|{beyond})", "X") == written


def test_case_is_ignored_by_one_flag_around_it() -> None:
    read = translate("(?i)HTTPS://A", ORIGIN)
    assert read.text == "(?i:https://a)"
    read = translate("https://a", ORIGIN)
    assert read.text == "https://a"


def test_case_that_is_ignored_in_part_is_written_out() -> None:
    assert translate("/a(?i:B1)").exact == "/a(?:[Bb]1)"


def test_digits_beyond_ascii_are_in_the_wide_regex_alone() -> None:
    read = translate(r"/\d+")
    assert (read.exact, read.wide) == ("/[0-9]+", r"/[0-9\x80-\xff]+")


def test_a_name_matches_within_its_element_of_a_list() -> None:
    read = translate("x-.*", HEADER_NAME, re.IGNORECASE)
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
def test_what_dialects_read_differently_is_unportable(pattern: str, why: str) -> None:
    with pytest.raises(UnportableRegex, match=why):
        translate(pattern)


@pytest.mark.parametrize("pattern", ["/(?:ba{100}){10}c{1000}", "/(?:(?:ba?)*b+){1000}", "/.{999}"])
def test_a_thousand_repeats_are_portable(pattern: str) -> None:
    assert translate(pattern).exact


def test_a_warning_of_python_is_not_repeated() -> None:
    with pytest.warns(FutureWarning):
        pattern = re.compile("/[[]a")
    assert translate_regex(pattern, PATH).exact == r"/\[a"


@pytest.mark.parametrize(
    ("pattern", "subject", "written"),
    [
        (r"/(?!admin$)", PATH, r"/(?!admin\n?\z)"),
        (r"https://(?!.*evil$).*", ORIGIN, r"https://(?!.*evil\n?\z).*"),
        (r".*(?<!evil)", ORIGIN, ".*(?<!evil)"),
        (".*(?<=ab|cd)", ORIGIN, ".*(?<=(?:ab|cd))"),
        (".*(?<!(e)f)", ORIGIN, ".*(?<!(?:e)f)"),
        (r"/(?=a(?!b))", PATH, "/(?=a(?!b))"),
    ],
)
def test_pcre_has_look_around(pattern: str, subject: Subject, written: str) -> None:
    assert translate(pattern, subject, dialect=RegexDialect.PCRE) == PortableRegex(
        written, None, False
    )


def test_a_negative_look_ahead_is_wide_where_it_refuses_less() -> None:
    assert translate(r"/(?!\d)", dialect=RegexDialect.PCRE) == PortableRegex(
        rf"/(?!(?:[0-9]|{BEYOND_ASCII}))", "/(?![0-9])", False
    )


@pytest.mark.parametrize("pattern", ["(?<=(?!.){0,2})a", "(?<=b{2})a", "(?<!(?:x(?=y)))a"])
def test_a_look_behind_of_more_than_characters_is_unportable(pattern: str) -> None:
    with pytest.raises(UnportableRegex, match="look-behind of more than characters"):
        translate(pattern, ORIGIN, dialect=RegexDialect.PCRE)


def test_no_look_ahead_begins_inside_a_character() -> None:
    read = translate(r"/[^/]{2}(?!.*x)", dialect=RegexDialect.PCRE)
    for text in ("/a\u20acx", "/\U0001f600\u20ac-x", "/\u00e9ax"):
        assert not matches(read.exact, text)
        assert matches(read.exact, text[:-1])


@pytest.mark.parametrize(
    ("pattern", "subject"),
    [("(?!x)a", HEADER_NAME), ("(?<!x)/a", PATH), ("(?=a)a", SEGMENT), ("(?=a)a", SEGMENTS)],
)
def test_a_look_around_beyond_the_subject_is_unportable(pattern: str, subject: Subject) -> None:
    with pytest.raises(UnportableRegex, match="look-around, which would see more"):
        translate(pattern, subject, dialect=RegexDialect.PCRE)


def test_a_character_that_no_origin_holds_is_unportable() -> None:
    with pytest.raises(UnportableRegex, match="never comes up"):
        translate("https://a,b", ORIGIN)
