"""The origins that an :class:`OriginSet` allows, beyond the table in ``data/patterns.json``."""

from __future__ import annotations

import asyncio
import inspect
import re
import time
import warnings
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flask_cors.policy.origin_parser import parse_origins
from flask_cors.policy.origins import Failure, OriginFunction, OriginSet, Regex

from .findings import fail, ignore

proven = settings(derandomize=True, database=None, max_examples=80, deadline=None)


def read(value: object) -> OriginSet:
    return parse_origins(value, fail)


def allow_origin(value: object, origin: str) -> str | Failure | None:
    return parse_origins(value, ignore).allow_origin_for(origin)


# ---- exact origins -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "origin", "expected"),
    [
        ("https://A.Example", "https://a.example", "https://a.example"),
        ("https://A.Example", "https://A.Example", "https://a.example"),
        ("http://[2001:db8::A]", "http://[2001:DB8::a]", "http://[2001:db8::a]"),
    ],
)
def test_an_exact_origin_is_sent_in_lower_case_however_it_was_configured(
    value: str, origin: str, expected: str
) -> None:
    assert allow_origin(value, origin) == expected


def test_a_list_may_mix_the_kinds() -> None:
    allowed = OriginSet(
        exact=frozenset({"https://a.example"}),
        wildcards=frozenset({"http://localhost:*", "https://*.b.example"}),
        regexes=(Regex(re.compile(r"https://r\d\.example")),),
        functions=(OriginFunction(lambda origin: origin == "https://function.example"),),
    )
    for origin in (
        "https://a.example",
        "http://localhost:1",
        "https://x.b.example",
        "https://r1.example",
        "https://function.example",
    ):
        assert allowed.allow_origin_for(origin) == origin
    assert allowed.allow_origin_for("https://evil.example") is None


# ---- subdomain and port patterns ---------------------------------------------------------------


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
    assert (allowed.allow_origin_for(f"https://{host}{port}") is not None) is expected


# ---- regular expressions -----------------------------------------------------------------------


def test_the_repr_of_a_regex_is_the_call_that_compiles_it() -> None:
    assert repr(Regex(re.compile(r"a\.b", re.IGNORECASE))) == r"re.compile('a\\.b')"


@pytest.mark.parametrize(
    ("pattern", "origin", "allowed"),
    [
        (r"https://a\.example", "https://a.example", True),
        (r"https://a\.example", "https://a.example.evil.com", False),
        (r"https://a\.example", "xhttps://a.example", False),
        (r"https://a|https://ab", "https://ab", True),
        (r"https://a\.example$", "https://a.example", True),
    ],
)
def test_a_regex_must_match_the_whole_origin(pattern: str, origin: str, allowed: bool) -> None:
    assert Regex(re.compile(pattern)).allows(origin) is allowed


# ---- callables ---------------------------------------------------------------------------------


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
def test_a_callable_that_returns_true_allows(value: object) -> None:
    allowed = read(value)
    assert allowed.allow_origin_for("https://a.example") == "https://a.example"


@pytest.mark.parametrize("value", [Allower(), lambda origin: False, [lambda origin: False]])
def test_a_callable_that_returns_false_refuses(value: object) -> None:
    assert allow_origin(value, "https://evil.net") is None


def test_a_callable_gets_the_origin_as_the_client_spelled_it() -> None:
    given_to: list[str] = []

    def record(origin: str) -> bool:
        given_to.append(origin)
        return True

    assert allow_origin(record, "https://A.Example") == "https://A.Example"
    assert given_to == ["https://A.Example"]


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
def test_a_callable_that_returns_anything_but_a_bool_fails_and_refuses(
    value: object, kind: str
) -> None:
    def odd(origin: str) -> Any:
        return value

    failure = allow_origin(odd, "https://a.example")
    assert isinstance(failure, Failure)
    assert "<locals>.odd " in failure.what
    assert kind in failure.what
    assert failure.error is None


def test_a_callable_that_raises_fails_and_refuses() -> None:
    error = LookupError("no such row")

    def broken(origin: str) -> bool:
        raise error

    failure = allow_origin(broken, "https://a.example")
    assert isinstance(failure, Failure)
    assert "<locals>.broken " in failure.what
    assert "LookupError" in failure.what
    assert failure.error is error


def test_a_callable_that_interrupts_the_program_is_not_caught() -> None:
    def interrupted(origin: str) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        allow_origin(interrupted, "https://a.example")


def test_a_coroutine_that_a_plain_function_returns_is_refused_and_closed() -> None:
    async def decide(origin: str) -> bool:
        return True

    created: list[Any] = []

    def keep(origin: str) -> Any:
        created.append(decide(origin))
        return created[0]

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        failure = allow_origin(keep, "https://a.example")
    assert isinstance(failure, Failure)
    assert "coroutine" in failure.what
    with pytest.raises(RuntimeError, match="cannot reuse already awaited coroutine"):
        asyncio.run(created[0])


class AsyncAllower:
    async def __call__(self, origin: str) -> bool:
        return True


async def allow(origin: str) -> bool:
    return True


async def refuse(origin: str) -> bool:
    return False


async def break_off(origin: str) -> bool:
    raise LookupError


def ensure_sync(function: Callable[..., Awaitable[object]]) -> Callable[..., object]:
    """Run a coroutine function as ``Flask.ensure_sync`` does."""
    assert inspect.iscoroutinefunction(function)

    def run(*args: object) -> object:
        async def main() -> object:
            return await function(*args)

        return asyncio.run(main())

    return run


@pytest.mark.parametrize(
    ("function", "expected"),
    [(allow, True), (AsyncAllower(), True), (AsyncAllower().__call__, True), (refuse, False)],
)
def test_a_coroutine_function_decides_once_an_app_runs_it(
    function: Callable[..., object], expected: bool
) -> None:
    run = OriginFunction(function, is_async=True).run_by(ensure_sync)
    assert not run.is_async
    assert run.allows("https://a.example") is expected


def test_a_coroutine_function_that_raises_fails_and_refuses() -> None:
    function = OriginFunction(break_off, is_async=True).run_by(ensure_sync)
    failure = function.allows("https://a.example")
    assert isinstance(failure, Failure)
    assert failure.what.startswith("break_off ")
    assert isinstance(failure.error, LookupError)


def test_a_plain_function_is_run_as_it_is() -> None:
    function = OriginFunction(takes_two)
    assert function.run_by(ensure_sync) is function


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
    assert repr(OriginFunction(function)) == name


# ---- an Origin that is not well-formed ---------------------------------------------------------

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
def test_an_origin_that_is_not_well_formed_is_refused_by_every_policy_before_anything_runs(
    origin: str,
) -> None:
    tried: list[str] = []

    def record(origin: str) -> bool:
        tried.append(origin)
        return True

    everything = re.compile(".*", re.DOTALL)
    for value in ("*", everything, record, ["https://a.example", everything, record]):
        assert allow_origin(value, origin) is None
    assert tried == []
    assert OriginSet(exact=frozenset({"https://a.example"})).allow_origin_for(origin) is None


def test_an_origin_of_326_characters_is_compared_and_a_longer_one_is_refused() -> None:
    origin = "https://".ljust(326, "a")
    for value in ("*", re.compile(".*"), lambda origin: True):
        assert allow_origin(value, origin) == origin
        assert allow_origin(value, f"{origin}a") is None


# ---- the order of cost -------------------------------------------------------------------------


class NeverCalled:
    def __call__(self, origin: str) -> bool:
        raise AssertionError(origin)


def test_regexes_and_callables_come_last() -> None:
    class Unused:
        def fullmatch(self, origin: str) -> None:
            raise AssertionError(origin)

    unused: Any = Unused()
    allowed = OriginSet(
        exact=frozenset({"https://a.example"}),
        wildcards=frozenset({"https://*.b.example"}),
        regexes=(Regex(unused),),
        functions=(OriginFunction(NeverCalled()),),
    )
    for origin in ("https://a.example", "https://A.example", "https://x.b.example"):
        assert allowed.allow_origin_for(origin) is not None
    with pytest.raises(AssertionError):
        allowed.allow_origin_for("https://c.example")


def test_callables_come_after_regexes() -> None:
    value = [NeverCalled(), r"https://a\.example"]
    assert allow_origin(value, "https://a.example") is not None


def test_callables_are_not_called_where_any_origin_is_allowed() -> None:
    assert allow_origin([NeverCalled(), "*"], "https://a.example") == "https://a.example"


class Unlisted(frozenset[str]):
    """A set whose members can be looked up, but not iterated."""

    def __iter__(self) -> Any:
        raise AssertionError("walked through")


def test_exact_origins_and_patterns_are_looked_up_and_not_walked_through() -> None:
    allowed = OriginSet(
        exact=Unlisted({"https://a.example"}), wildcards=Unlisted({"https://*.b.example"})
    )
    assert allowed.allow_origin_for("https://A.example") == "https://a.example"
    assert allowed.allow_origin_for("https://x.b.example") == "https://x.b.example"
    assert allowed.allow_origin_for("https://c.example") is None


def seconds(call: Callable[[], object], times: int = 300) -> float:
    def once() -> float:
        start = time.perf_counter()
        for _ in range(times):
            call()
        return time.perf_counter() - start

    return min(once() for _ in range(7))


@pytest.mark.parametrize("origin", ["https://x.n7.example", "https://other.example"])
def test_cost_does_not_grow_with_the_number_of_patterns(origin: str) -> None:
    few, many = (
        OriginSet(
            exact=frozenset(f"https://n{n}.example" for n in range(count)),
            wildcards=frozenset(f"https://*.n{n}.example" for n in range(count)),
        )
        for count in (10, 20_000)
    )
    slow = seconds(lambda: many.allow_origin_for(origin))
    assert slow < 20 * seconds(lambda: few.allow_origin_for(origin))


@pytest.mark.parametrize("part", ["a", "a.", "-", ".", ":", "[", "1", "://"])
def test_no_origin_of_the_greatest_length_costs_more_than_its_length(part: str) -> None:
    allowed = OriginSet(wildcards=frozenset({"https://*.example.com"}))
    short, long = ("https://" + part * (room // len(part)) for room in (30, 318))
    # Ten times the length; with all its suffixes, at most its square.
    assert seconds(lambda: allowed.allow_origin_for(long), 30) < 300 * seconds(
        lambda: allowed.allow_origin_for(short), 30
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


@pytest.mark.parametrize(
    ("value", "is_exact"),
    [
        ([], True),
        ("https://a.example,https://b.example", True),
        ("*", False),
        ("https://*.a.example", False),
        (["https://a.example", r"https://b\.example"], False),
        (["https://a.example", lambda origin: False], False),
    ],
)
def test_a_set_is_exact_where_it_holds_exact_origins_alone(value: object, is_exact: bool) -> None:
    assert read(value).is_exact is is_exact


# ---- frozen ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frozen", "field"),
    [(OriginSet(), "any"), (Regex(re.compile("a")), "pattern"), (OriginFunction(bool), "function")],
)
def test_origins_that_were_read_are_frozen(frozen: object, field: str) -> None:
    with pytest.raises(AttributeError):
        setattr(frozen, field, getattr(frozen, field))


def test_origin_sets_with_equal_origins_are_equal() -> None:
    allowed = read(["https://a.example", "https://*.b.example"])
    assert allowed == read("https://*.b.example,https://a.example")
    assert OriginSet().allow_origin_for("https://a.example") is None
