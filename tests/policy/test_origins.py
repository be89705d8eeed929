"""Which origins are allowed: section 3 of the contract. What each kind of pattern allows and
refuses, and how mistakes are told, is in ``data/patterns.json``; here is the rest."""

from __future__ import annotations

import asyncio
import re
import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flask_cors.doubts import Doubt
from flask_cors.errors import CORSConfigError
from flask_cors.policy.origins import Failure, OriginSet, Predicate, Regex, parse_origins

proven = settings(derandomize=True, database=None, max_examples=80, deadline=None)


def quiet(doubt: Doubt) -> None:
    pytest.fail(f"warned: {doubt}")


def ignore(doubt: Doubt) -> None:
    """For what is warned of, and is tested for something else."""


def read(value: object) -> OriginSet:
    return parse_origins(value, quiet)


def answer(value: object, origin: str) -> str | Failure | None:
    return parse_origins(value, ignore).answer(origin)


def warned(value: object) -> list[str]:
    said: list[Doubt] = []
    parse_origins(value, said.append)
    return list(map(str, said))


def mistakes(value: object) -> list[str]:
    with pytest.raises(CORSConfigError) as caught:
        parse_origins(value, ignore)
    assert {mistake.option for mistake in caught.value.mistakes} == {"origins"}
    return str(caught.value).replace("\u2026", "...").splitlines()


# ---- 1: any origin -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "*",
        ".*",
        " * ",
        ["*"],
        [".*"],
        ("https://a.example", "*"),
        "https://a.example,*",
        ".*, https://a.example",
    ],
)
def test_a_star_is_any_origin(value: object) -> None:
    assert read(value).any


def test_a_compiled_dot_star_is_an_expression() -> None:
    assert not read(re.compile(".*")).any


# ---- 2: exact origins --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "origin", "expected"),
    [
        ("https://A.Example", "https://a.example", "https://a.example"),
        ("https://A.Example", "https://A.Example", "https://a.example"),
        ("http://[2001:db8::A]", "http://[2001:DB8::a]", "http://[2001:db8::a]"),
    ],
)
def test_an_exact_origin_is_answered_in_lower_case_however_it_was_configured(
    value: str, origin: str, expected: str
) -> None:
    assert answer(value, origin) == expected


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        ("https://a.example", {"https://a.example"}),
        ("https://a.example, http://b.example:81", {"https://a.example", "http://b.example:81"}),
        ("https://a.example,,https://b.example,", {"https://a.example", "https://b.example"}),
        (["https://a.example", "https://b.example"], {"https://a.example", "https://b.example"}),
        (["https://a.example,https://b.example"], {"https://a.example", "https://b.example"}),
        ({"https://a.example"}, {"https://a.example"}),
        ([" https://a.example\n"], {"https://a.example"}),
        ("http://[::1]:3000,https://[::2]", {"http://[::1]:3000", "https://[::2]"}),
        ([], set()),
        ((), set()),
    ],
)
def test_origins_are_one_a_list_or_a_string_with_commas(value: object, exact: set[str]) -> None:
    assert read(value) == OriginSet(exact=frozenset(exact))


def test_origins_may_come_from_an_iterator() -> None:
    assert read(iter(["https://a.example"])) == OriginSet(exact=frozenset({"https://a.example"}))


def test_a_list_may_mix_the_kinds() -> None:
    def ours(origin: str) -> bool:
        return origin == "https://callable.example"

    pattern = re.compile(r"https://r\d\.example")
    allowed = read(
        [
            "https://a.example,http://localhost:*",
            "https://*.b.example",
            r"https://s\d\.example",
            pattern,
            ours,
        ]
    )
    assert allowed == OriginSet(
        any=False,
        exact=frozenset({"https://a.example"}),
        wildcards=frozenset({"http://localhost:*", "https://*.b.example"}),
        regexes=(Regex(re.compile(r"https://s\d\.example", re.IGNORECASE)), Regex(pattern)),
        predicates=(Predicate(ours),),
    )
    for origin in (
        "https://a.example",
        "http://localhost:1",
        "https://x.b.example",
        "https://s1.example",
        "https://r1.example",
        "https://callable.example",
    ):
        assert allowed.answer(origin) == origin
    assert allowed.answer("https://evil.example") is None


# ---- 3: subdomain and port patterns ------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern",
    [
        "https://*.example.com",
        "https://*.EXAMPLE.com",
        "https://*.example.com:8443",
        "https://*.com",
        "http://localhost:*",
        "http://127.0.0.1:*",
        "http://[::1]:*",
        "https://*.example.com:*",
    ],
)
def test_a_pattern_is_kept_as_it_is_written_in_lower_case(pattern: str) -> None:
    assert read(pattern) == OriginSet(wildcards=frozenset({pattern.lower()}))


def test_an_ipv6_literal_that_holds_dots_has_no_subdomains() -> None:
    allowlist = OriginSet(wildcards=frozenset({"http://*.0.2.1]", "http://*.0.2.1]:*"}))
    assert allowlist.answer("http://[::ffff:192.0.2.1]") is None


label = st.from_regex(r"[a-z0-9_-]{1,6}", fullmatch=True)


@proven
@given(
    labels=st.lists(label, min_size=1, max_size=5),
    cut=st.integers(0, 5),
    port=st.sampled_from(["", ":1", ":8443"]),
    pattern_port=st.sampled_from(["", ":1", ":*"]),
)
def test_a_subdomain_pattern_covers_just_what_ends_in_its_domain(
    labels: list[str], cut: int, port: str, pattern_port: str
) -> None:
    host = ".".join(labels)
    domain = ".".join(labels[cut:]) or "other"
    allowed = OriginSet(wildcards=frozenset({f"https://*.{domain}{pattern_port}"}))
    expected = host.endswith(f".{domain}") and pattern_port in (port, ":*")
    assert (allowed.answer(f"https://{host}{port}") is not None) is expected


# ---- 4: regular expressions --------------------------------------------------------------------


def test_a_string_is_compiled_without_case_and_a_compiled_expression_is_kept_as_given() -> None:
    compiled = re.compile("https://a")
    (from_string, as_given) = read([r"https://a\.example", compiled]).regexes
    assert from_string.pattern.flags & re.IGNORECASE
    assert as_given.pattern is compiled


def test_a_regex_shows_its_expression() -> None:
    assert repr(Regex(re.compile(r"a\.b", re.IGNORECASE))) == r"re.compile('a\\.b')"


@pytest.mark.parametrize("value", ["https://(a", ["https://(a"]])
def test_a_regex_that_does_not_compile_is_a_mistake(value: object) -> None:
    with pytest.raises(re.error) as why:
        re.compile("https://(a")
    assert mistakes(value) == [
        f"origins: 'https://(a' does not compile ({why.value}): mend the regular expression"
    ]


def test_an_expression_of_bytes_is_a_mistake() -> None:
    assert mistakes(re.compile(b"a")) == [
        "origins: re.compile(b'a') is an expression of bytes: compile a str: re.compile(r'...')"
    ]


@pytest.mark.parametrize(
    "value",
    [
        r"https://a\.example,https://b.example",
        r"https://a.example, https://.*",
        r"https://a{1,2}\.example",
        "http://[::1]:3000,http://a?",
        r"https://a\.example,",
    ],
)
def test_a_comma_string_that_holds_a_regex_is_a_mistake(value: str) -> None:
    assert mistakes(value) == [
        (
            f"origins: {value!r} is a list with commas that holds a regular expression: "
            "write a list of strings, or re.compile(...) for an expression with a comma"
        )
    ]


# ---- any other star ----------------------------------------------------------------------------

ANYTHING = (
    '"*" for any origin, each origin in full, "https://*.example.com" for subdomains, '
    '"http://localhost:*" for ports, or a regular expression'
)


def subdomains_of(scheme: str, rest: str) -> str:
    return f'"{scheme}://*.{rest}" for its subdomains, and "{scheme}://{rest}" for itself'


@pytest.mark.parametrize(
    ("value", "mend"),
    [
        ("http://*:3000", ANYTHING),
        ("*://*", ANYTHING),
        ("**", ANYTHING),
        ("https://a*b.example", ANYTHING),
        ("https://a*.example", ANYTHING),
        ("http://127.0.0.1*", ANYTHING),
        ("https://*.127.0.0.1", ANYTHING),
        ("https://*.127.0.0.1:*", ANYTHING),
        ("https://*.[::1]", ANYTHING),
        ("localhost*", '"https://localhost:*" for any port, or "https://localhost"'),
        ("http://LocalHost*", '"http://localhost:*" for any port, or "http://localhost"'),
        ("https://*example*", subdomains_of("https", "example")),
        ("*example.com", subdomains_of("https", "example.com")),
        ("*://*.example.com", subdomains_of("https", "example.com")),
        ("*://example.com", subdomains_of("https", "example.com")),
        ("https://**.example.com", subdomains_of("https", "example.com")),
        ("http://*example.com:81", subdomains_of("http", "example.com:81")),
        ("https://*.example.com/api", subdomains_of("https", "example.com")),
        ("https://*.example.com#x", subdomains_of("https", "example.com")),
        ("https://example.com/*", subdomains_of("https", "example.com")),
    ],
)
def test_a_star_that_is_no_pattern_is_a_mistake_that_shows_what_was_meant(
    value: str, mend: str
) -> None:
    for written in (value, [value], f"https://a.example,{value}"):
        assert mistakes(written) == [f"origins: {value!r} is no pattern: write {mend}"]


@pytest.mark.parametrize(
    "value",
    [
        "localhost:*",
        "http://localhost:3000:*",
        "https://*.example.com:443:*",
        "https://*.example.com:99999",
        "https://*.b\xfccher.example",
        "https://user@localhost:*",
        "https://*.",
        "https://*.:*",
        "http://localhost:**",
        "http://localhost:3*",
        "http://:*",
        ":*",
    ],
)
def test_no_other_star_is_taken_silently(value: str) -> None:
    (said,) = mistakes(value)
    assert " is no pattern: write " in said


@pytest.mark.parametrize(
    "value",
    [
        "https://*.example.com:99999",
        "https://*.b\xfccher.example",
        "http://localhost:3000:*",
        "https://*.exa mple.com",
        "https://*.example.com/",
        "*.example.com",
        "http://localhost*",
    ],
)
def test_a_mend_is_never_what_was_refused(value: str) -> None:
    (said,) = mistakes(value)
    written = re.findall(r'"([^"]*)"', said.partition(" is no pattern: ")[2])
    assert value not in written
    for mended in written:
        parse_origins(mended, quiet)


# ---- 5: callables ------------------------------------------------------------------------------


class Truthy:
    def __bool__(self) -> bool:
        return True


class Allower:
    def __call__(self, origin: str) -> bool:
        return origin == "https://a.example"

    def method(self, origin: str) -> bool:
        return origin == "https://a.example"


def takes_two(origin: str, default: str = "") -> bool:
    return origin == "https://a.example" + default


@pytest.mark.parametrize(
    "value",
    [
        lambda origin: origin == "https://a.example",
        "https://a.example".__eq__,
        {"https://a.example"}.__contains__,
        Allower(),
        Allower().method,
        takes_two,
        partial(takes_two, default=""),
        [lambda origin: False, Allower()],
    ],
)
def test_a_callable_that_answers_true_allows(value: object) -> None:
    allowed = read(value)
    assert allowed.answer("https://a.example") == "https://a.example"


@pytest.mark.parametrize("value", [Allower(), lambda origin: False, [lambda origin: False]])
def test_a_callable_that_answers_false_refuses(value: object) -> None:
    assert answer(value, "https://evil.net") is None


def test_a_callable_gets_the_origin_as_the_client_spelled_it() -> None:
    asked: list[str] = []

    def record(origin: str) -> bool:
        asked.append(origin)
        return True

    assert answer(record, "https://A.Example") == "https://A.Example"
    assert asked == ["https://A.Example"]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "NoneType"),
        (1, "int"),
        (0, "int"),
        ("yes", "str"),
        ([1], "list"),
        (Truthy(), "Truthy"),
        (re.match("a", "a"), "Match"),
    ],
)
def test_any_other_answer_of_a_callable_refuses_and_is_told(value: object, kind: str) -> None:
    def odd(origin: str) -> Any:
        return value

    failure = answer(odd, "https://a.example")
    assert failure == Failure(
        "test_any_other_answer_of_a_callable_refuses_and_is_told.<locals>.odd "
        f"answered with {kind}, not with a bool",
        None,
    )


def test_a_callable_that_raises_refuses_and_is_told() -> None:
    error = LookupError("no such row")

    def broken(origin: str) -> bool:
        raise error

    failure = answer(broken, "https://a.example")
    assert isinstance(failure, Failure)
    assert failure.what.endswith("<locals>.broken raised LookupError")
    assert failure.error is error


def test_a_callable_that_fails_is_the_last_one_asked() -> None:
    def broken(origin: str) -> bool:
        raise ValueError

    assert isinstance(answer([broken, lambda origin: True], "https://a.example"), Failure)


def test_a_callable_that_interrupts_the_program_is_not_held_up() -> None:
    def interrupted(origin: str) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answer(interrupted, "https://a.example")


def test_a_coroutine_is_refused_and_closed() -> None:
    async def ask(origin: str) -> bool:
        return True

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        failure = answer(lambda origin: ask(origin), "https://a.example")
    assert isinstance(failure, Failure)
    assert failure.what.endswith("answered with coroutine, not with a bool")
    created: list[Any] = []

    def keep(origin: str) -> Any:
        created.append(ask(origin))
        return created[0]

    answer(keep, "https://a.example")
    with pytest.raises(RuntimeError, match="cannot reuse already awaited coroutine"):
        asyncio.run(created[0])


class AsyncAllower:
    async def __call__(self, origin: str) -> bool:
        return True


async def allow(origin: str) -> bool:
    return True


async def allow_two(origin: str, other: str) -> bool:
    return True


@pytest.mark.parametrize(
    "function", [allow, AsyncAllower(), AsyncAllower().__call__, partial(allow_two, other="")]
)
def test_a_coroutine_function_is_a_mistake(function: Callable[..., object]) -> None:
    for value in (function, [function]):
        with pytest.raises(CORSConfigError) as caught:
            parse_origins(value, quiet)
        (mistake,) = caught.value.mistakes
        assert mistake.value is function
        assert mistake.problem == "is a coroutine function, and nothing awaits it"
        assert mistake.mend == "write a plain function that returns a bool"


@pytest.mark.parametrize(
    "function",
    [
        lambda: True,
        lambda origin, path: True,
        lambda *, origin: True,
        partial(takes_two, "a", "b"),
    ],
)
def test_a_callable_that_does_not_take_one_argument_is_a_mistake(
    function: Callable[..., object],
) -> None:
    with pytest.raises(CORSConfigError) as caught:
        parse_origins(function, quiet)
    (mistake,) = caught.value.mistakes
    assert mistake.value is function
    assert mistake.problem == "does not take one argument, the origin"
    assert mistake.mend.replace("\u2026", "...") == (
        "write origins=lambda origin: ...; for a bare decorator write @cross_origin()"
    )


def test_a_builtin_that_does_not_say_what_it_takes_is_believed() -> None:
    assert read(min) == OriginSet(predicates=(Predicate(min),))


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (takes_two, "takes_two"),
        (Allower(), "Allower"),
        (Allower().method, "Allower.method"),
        (partial(takes_two), "partial"),
    ],
)
def test_a_callable_is_named_by_its_function_or_its_class(
    function: Callable[[str], object], name: str
) -> None:
    assert repr(Predicate(function)) == name


# ---- what is no origin -------------------------------------------------------------------------


@pytest.mark.parametrize("value", [1, True, 1.5, b"https://a.example", bytearray(b"*")])
def test_what_is_neither_string_expression_callable_nor_list_is_a_mistake(value: object) -> None:
    expected = f"origins: {value!r} is not an origin: write a list, such as "
    assert mistakes(value) == [f'{expected}["https://app.example"]']
    assert mistakes([value]) == [f'{expected}["https://app.example"]']


def test_none_in_a_list_is_a_mistake() -> None:
    (said,) = mistakes(["https://a.example", None])
    assert said.startswith("origins: None is not an origin: ")


def test_every_item_that_cannot_be_used_is_told() -> None:
    said = mistakes([1, "https://a.example", "https://*", "(", allow])
    assert [line.split(" is ")[0].split(" does ")[0] for line in said[:3]] == [
        "origins: 1",
        "origins: 'https://*'",
        "origins: '('",
    ]
    assert len(said) == 4


@pytest.mark.parametrize("value", [None, ""])
def test_an_unset_variable_allows_nobody(value: object) -> None:
    assert parse_origins(value, ignore) == OriginSet()


def test_an_empty_list_allows_nobody_without_a_warning() -> None:
    assert read([]).answer("https://a.example") is None


@pytest.mark.parametrize("value", [" ", ",", " , "])
def test_a_string_of_nothing_allows_nobody_with_the_same_warning(value: str) -> None:
    for written in (value, [value]):
        (said,) = warned(written)
        assert said.startswith(f"CORS108 origins: {value!r} allows nobody, for an unset variable ")
        assert parse_origins(written, ignore) == OriginSet()


def test_a_piece_of_nothing_takes_nothing_away() -> None:
    assert read("https://a.example, ,") == read("https://a.example")


# ---- warnings ----------------------------------------------------------------------------------


def test_a_literal_that_no_browser_sends_is_warned_of_in_a_list_too() -> None:
    said = warned("a.example")
    assert len(said) == 1
    assert warned(["a.example"]) == warned("https://ok.example,a.example") == said


def test_a_literal_that_cannot_be_an_origin_is_no_one_elses_either() -> None:
    assert parse_origins("https://b\xfccher.example", ignore) == OriginSet()


# ---- an Origin that is not worth looking at ----------------------------------------------------

HOSTILE = [
    "",
    "x" * 327,
    "https://a.example,https://b.example",
    "https://a.example, https://b.example",
    "https://a.example b",
    "https://a.example\t",
    "https://a.example\r\nX: y",
    "https://b\xfccher.example",
    "https://a.example\x7f",
    "\x00",
]


@pytest.mark.parametrize("origin", HOSTILE)
def test_what_is_no_origin_is_refused_by_every_policy_before_anything_runs(origin: str) -> None:
    asked: list[str] = []

    def record(asked_for: str) -> bool:
        asked.append(asked_for)
        return True

    everything = re.compile(".*", re.DOTALL)
    for value in ("*", everything, record, ["https://a.example", everything, record]):
        assert answer(value, origin) is None
    assert asked == []
    assert OriginSet(exact=frozenset({"https://a.example"})).answer(origin) is None


def test_an_origin_of_326_characters_is_looked_at() -> None:
    origin = "https://".ljust(326, "a")
    for value in ("*", re.compile(".*"), lambda origin: True):
        assert answer(value, origin) == origin
        assert answer(value, f"{origin}a") is None


# ---- the order of cost -------------------------------------------------------------------------


class NeverAsked:
    def __call__(self, origin: str) -> bool:
        raise AssertionError(origin)


def test_expressions_and_callables_are_asked_last() -> None:
    class Expression:
        def fullmatch(self, origin: str) -> None:
            raise AssertionError(origin)

    unused: Any = Expression()
    allowed = OriginSet(
        exact=frozenset({"https://a.example"}),
        wildcards=frozenset({"https://*.b.example"}),
        regexes=(Regex(unused),),
        predicates=(Predicate(NeverAsked()),),
    )
    for origin in ("https://a.example", "https://A.example", "https://x.b.example"):
        assert allowed.answer(origin) is not None
    with pytest.raises(AssertionError):
        allowed.answer("https://c.example")


def test_callables_are_asked_after_expressions() -> None:
    assert answer([NeverAsked(), r"https://a\.example"], "https://a.example") is not None


def test_no_callable_is_asked_where_any_origin_is_allowed() -> None:
    assert answer([NeverAsked(), "*"], "https://a.example") == "https://a.example"


class Unlisted(frozenset[str]):
    """A set whose members cannot be walked through, only looked up."""

    def __iter__(self) -> Any:
        raise AssertionError("walked through")


def test_exact_origins_and_patterns_are_looked_up_and_not_walked_through() -> None:
    allowed = OriginSet(
        exact=Unlisted({"https://a.example"}), wildcards=Unlisted({"https://*.b.example"})
    )
    assert allowed.answer("https://A.example") == "https://a.example"
    assert allowed.answer("https://x.b.example") == "https://x.b.example"
    assert allowed.answer("https://c.example") is None


def seconds(call: Callable[[], object], times: int = 300) -> float:
    def once() -> float:
        start = time.perf_counter()
        for _ in range(times):
            call()
        return time.perf_counter() - start

    return min(once() for _ in range(7))


@pytest.mark.parametrize("origin", ["https://x.n7.example", "https://nobody.example"])
def test_cost_does_not_grow_with_the_number_of_patterns(origin: str) -> None:
    few, many = (
        OriginSet(
            exact=frozenset(f"https://n{n}.example" for n in range(count)),
            wildcards=frozenset(f"https://*.n{n}.example" for n in range(count)),
        )
        for count in (10, 20_000)
    )
    assert seconds(lambda: many.answer(origin)) < 20 * seconds(lambda: few.answer(origin))


@pytest.mark.parametrize("part", ["a", "a.", "-", ".", ":", "[", "1", "://"])
def test_no_origin_of_the_greatest_length_costs_more_than_its_length(part: str) -> None:
    allowed = OriginSet(wildcards=frozenset({"https://*.example.com"}))
    short, long = ("https://" + part * (room // len(part)) for room in (30, 318))
    # Ten times the length; with all its suffixes, at most its square.
    assert seconds(lambda: allowed.answer(long), 30) < 300 * seconds(
        lambda: allowed.answer(short), 30
    )


# ---- one exact origin and nothing else ---------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "single"),
    [
        ("https://a.example", "https://a.example"),
        (["https://A.example", "https://a.example"], "https://a.example"),
        ("null", "null"),
        ([], None),
        ("*", None),
        ("https://a.example,https://b.example", None),
        (["https://a.example", "*"], None),
        (["https://a.example", "http://localhost:*"], None),
        (["https://a.example", r"https://b\.example"], None),
        (["https://a.example", lambda origin: False], None),
        ("https://*.a.example", None),
        (r"https://a\.example", None),
    ],
)
def test_a_single_origin_is_exact_and_alone(value: object, single: str | None) -> None:
    assert parse_origins(value, ignore).single == single


# ---- origins that anyone can take --------------------------------------------------------------

NULL = "'null', which any site can send from a sandboxed frame"


@pytest.mark.parametrize(
    ("value", "open_to"),
    [
        ("*", "any origin"),
        (["https://a.example", "*"], "any origin"),
        ("null", NULL),
        (["https://a.example", "null"], NULL),
        ("null|https://a", NULL),
        (re.compile("[a-z]+"), NULL),
        (re.compile(".*"), NULL),
        ("https://.*", "strangers such as https://evil.com"),
        (r"https?://[^/]+", "strangers such as https://evil.com"),
        (r"http://.+", "strangers such as http://evil.com"),
        (r"https://\w+\.org", "strangers such as https://evil.org"),
        (r"https://.*\.net", "strangers such as https://evil.net"),
        (r"https://[\w.-]+\.co\.uk", "strangers such as https://evil.co.uk"),
        (r"https://\w+-\w+\.com", "strangers such as https://evil-site.com"),
        (r"https://\w+\.\w+\.com", "strangers such as https://www.evil.com"),
        (r"https://\w+\d+\.com", "strangers such as https://evil123.com"),
        (r"https://.+:\d+", "strangers such as https://evil.com:8443"),
        (r"http://[\d.]+", "strangers such as http://203.0.113.7"),
        (r"https?://\d+\.\d+\.\d+\.\d+:\d+", "strangers such as https://203.0.113.7:8443"),
        (r"http://\[.*\]", "strangers such as http://[2001:db8::bad]"),
        ("https://*.com", "strangers such as https://evil.com"),
        ("http://*.de:*", "strangers such as http://evil.de"),
        ("https://*.io:8443", "strangers such as https://evil.io:8443"),
        ("https://*.co.uk", "strangers such as https://evil.co.uk"),
        (["https://a.example", r"https://.*\.dev"], "strangers such as https://evil.dev"),
        ("https://a.example", None),
        ("https://evil.com", None),
        ("https://*.example.com", None),
        ("http://localhost:*", None),
        (r"https://.*\.example\.com", None),
        (r"https://(a|b)\.example\.com(:\d+)?", None),
        (r"http://(localhost|127\.0\.0\.1)(:\d+)?", None),
        ([], None),
    ],
)
def test_what_is_open_to_anyone_is_told_by_whom(value: object, open_to: str | None) -> None:
    assert parse_origins(value, ignore).open_to() == open_to


SUFFIXES = """com net org io dev app info biz xyz co me ai uk co.uk de fr eu cn ru jp com.br com.au
    in us ca nl edu gov"""


@pytest.mark.parametrize("suffix", SUFFIXES.split())
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_pattern_of_a_whole_top_level_domain_is_open(scheme: str, suffix: str) -> None:
    assert read(f"{scheme}://*.{suffix}").open_to() == f"strangers such as {scheme}://evil.{suffix}"


@pytest.mark.parametrize("port", [80, 443, 3000, 5000, 8000, 8080, 8443, 54321])
@pytest.mark.parametrize("host", [r"[\w.-]+\.net", r"[\d.]+", r"\[[\da-f:]+\]"])
def test_a_pattern_of_one_port_is_open(host: str, port: int) -> None:
    open_to = read(rf"http://{host}:{port}").open_to()
    assert open_to is not None
    assert open_to.endswith(f":{port}")


@pytest.mark.parametrize(
    ("pattern", "stranger"),
    [
        (r"https://at\w+\.com", "https://attacker.com"),
        (r"https://\w\.\w\.\w+\.com", "https://a.b.evil.com"),
    ],
)
def test_a_pattern_is_open_to_a_stranger_of_its_own_form(pattern: str, stranger: str) -> None:
    assert read(pattern).open_to() == f"strangers such as {stranger}"


def test_callables_are_not_probed() -> None:
    assert read([NeverAsked(), "https://a.example"]).open_to() is None


# ---- frozen ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frozen", "field"),
    [(OriginSet(), "any"), (Regex(re.compile("a")), "pattern"), (Predicate(bool), "function")],
)
def test_what_was_read_is_frozen(frozen: object, field: str) -> None:
    with pytest.raises(AttributeError):
        setattr(frozen, field, getattr(frozen, field))


def test_an_origin_set_is_equal_by_what_it_holds() -> None:
    allowed = read(["https://a.example", "https://*.b.example"])
    assert allowed == read("https://*.b.example,https://a.example")
    assert OriginSet().answer("https://a.example") is None


@pytest.mark.parametrize(
    "value",
    [
        "https://*.*.example.com",
        "https://*.example.com(:8443)?",
        "https://*.example.com:[0-9]+",
    ],
)
def test_a_subdomain_pattern_does_not_turn_into_a_regex_that_lets_namesakes_in(value: str) -> None:
    (said,) = mistakes(value)
    assert "://* is any number of slashes" in said
