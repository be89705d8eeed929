"""The decisions of a policy."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest

from flask_cors.diagnostics.source_location import SourceLocation
from flask_cors.policy.layers import DEFAULTS, Layer, LayerKind
from flask_cors.policy.options import POLICY_OPTIONS, Option
from flask_cors.policy.origins import Failure, OriginFunction, OriginSet
from flask_cors.policy.policy import MAX_CACHED, Decision, DecisionReason, Policy, refuse_all
from flask_cors.policy.resolution import resolve

FRIEND = "https://friend.example"
OTHER = "https://other.example"
UNTRUSTED = "https://untrusted.example"

ACAO = "Access-Control-Allow-Origin"
ACAC = "Access-Control-Allow-Credentials"
ACAM = "Access-Control-Allow-Methods"
ACAH = "Access-Control-Allow-Headers"
ACEH = "Access-Control-Expose-Headers"
ACMA = "Access-Control-Max-Age"
ACPN = "Access-Control-Allow-Private-Network"
ACRM = "Access-Control-Request-Method"
ACRH = "Access-Control-Request-Headers"

SEVEN = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
BOTH = f"{ACRM}, {ACRH}"


def policy(**options: object) -> Policy:
    layer = Layer(LayerKind.CONSTRUCTOR, SourceLocation("app.py", 7), options, POLICY_OPTIONS)
    return Policy(resolve([layer, DEFAULTS]))


def allow_friend(origin: str) -> bool:
    return origin == FRIEND


# ---- Access-Control-Allow-Origin and Vary --------------------------------------------------------

ANY = {"origins": "*"}
STAR = {"origins": "*", "send_wildcard": True}
SINGLE = {"origins": "https://Friend.Example".lower()}
SEVERAL = {"origins": [FRIEND, OTHER]}
PATTERN = {"origins": ["https://*.friend.example", FRIEND]}
REGEX = {"origins": re.compile(r"https://friend(-[a-z]+)?\.example")}
CALLABLE = {"origins": allow_friend}
SINGLE_AND_CALLABLE = {"origins": [FRIEND, lambda origin: False]}
NO_ORIGINS: dict[str, object] = {"origins": []}
QUIET = {"always_send": False}

TABLE: list[tuple[dict[str, Any], str | None, str | None, bool]] = [
    # policy, Origin; Access-Control-Allow-Origin, Vary: Origin
    (STAR, FRIEND, "*", False),
    (STAR, None, "*", False),
    (STAR, "null", "*", False),
    (STAR | QUIET, FRIEND, "*", False),
    (STAR | QUIET, None, None, True),
    (ANY, FRIEND, FRIEND, True),
    (ANY, "https://FRIEND.example", "https://FRIEND.example", True),
    (ANY, "null", "null", True),
    (ANY | QUIET, FRIEND, FRIEND, True),
    (SINGLE, FRIEND, FRIEND, False),
    (SINGLE, "HTTPS://Friend.EXAMPLE", FRIEND, False),
    (SINGLE | QUIET, FRIEND, FRIEND, False),
    (SINGLE | {"send_wildcard": True}, FRIEND, FRIEND, False),
    (SEVERAL, FRIEND, FRIEND, True),
    (SEVERAL, "https://FRIEND.example", FRIEND, True),
    (SEVERAL | {"send_wildcard": True}, FRIEND, FRIEND, True),
    (PATTERN, "https://a.friend.example", "https://a.friend.example", True),
    (PATTERN, "https://A.friend.example", "https://A.friend.example", True),
    (PATTERN, FRIEND, FRIEND, True),
    (REGEX, FRIEND, FRIEND, True),
    (CALLABLE, FRIEND, FRIEND, True),
    (SINGLE_AND_CALLABLE, FRIEND, FRIEND, True),
    # Refused.
    (SINGLE, UNTRUSTED, None, True),
    (SINGLE | QUIET, UNTRUSTED, None, True),
    (SEVERAL, UNTRUSTED, None, True),
    (PATTERN, UNTRUSTED, None, True),
    (REGEX, UNTRUSTED, None, True),
    (CALLABLE, UNTRUSTED, None, True),
    (NO_ORIGINS, UNTRUSTED, None, True),
    (ANY, f"{FRIEND},{FRIEND}", None, True),
    (ANY, "", None, True),
    (STAR, "x" * 327, None, True),
    (STAR, "a b", None, True),
    (STAR, "x" * 326, "*", False),
    # No Origin.
    (ANY, None, "*", False),
    (ANY | QUIET, None, None, True),
    (SINGLE, None, FRIEND, False),
    (SINGLE | QUIET, None, None, True),
    (SINGLE | {"send_wildcard": True}, None, FRIEND, False),
    (SEVERAL, None, None, True),
    (PATTERN, None, None, True),
    (REGEX, None, None, True),
    (CALLABLE, None, None, True),
    (SINGLE_AND_CALLABLE, None, None, True),
    (NO_ORIGINS, None, None, True),
]


@pytest.mark.parametrize(("options", "origin", "allowed", "varies"), TABLE)
def test_a_response_allows_an_origin_and_varies_where_that_differs_by_origin(
    options: dict[str, Any], origin: str | None, allowed: str | None, varies: bool
) -> None:
    decision = policy(**options).decide(origin)
    assert decision.headers == (() if allowed is None else ((ACAO, allowed),))
    assert decision.vary == ("Origin" if varies else "")


@pytest.mark.parametrize(("options", "origin", "allowed", "varies"), TABLE)
def test_a_preflight_allows_the_same_origin_as_a_response(
    options: dict[str, Any], origin: str | None, allowed: str | None, varies: bool
) -> None:
    if origin is None:
        return  # a preflight has an Origin
    decision = policy(**options).decide_preflight(origin, "GET", None)
    assert decision.headers == (() if allowed is None else ((ACAO, allowed), (ACAM, SEVEN)))
    names = (["Origin"] if varies else []) + ([] if allowed is None else [BOTH])
    assert decision.vary == ", ".join(names)


@pytest.mark.parametrize(("options", "origin", "allowed", "varies"), TABLE)
def test_without_vary_header_vary_is_never_touched(
    options: dict[str, Any], origin: str | None, allowed: str | None, varies: bool
) -> None:
    silent = policy(**options, vary_header=False)
    decision = silent.decide(origin)
    assert decision.headers == policy(**options).decide(origin).headers
    assert decision.vary == ""
    for method in ("GET", "QUERY"):
        assert silent.decide_preflight(origin or FRIEND, method, "x-a").vary == ""


@pytest.mark.parametrize(
    "options", [ANY, STAR, SINGLE, SEVERAL, PATTERN, REGEX, CALLABLE, NO_ORIGINS]
)
@pytest.mark.parametrize("always_send", [True, False])
def test_a_response_without_vary_is_right_for_every_other_origin(
    options: dict[str, Any], always_send: bool
) -> None:
    """The rule behind the table: a shared cache may hand on what does not vary. It must not
    open the response to other origins, nor block those that are allowed."""
    tested = policy(**options, always_send=always_send)
    origins = [None, FRIEND, "https://a.friend.example", OTHER, UNTRUSTED, "null"]
    for first in origins:
        kept = tested.decide(first)
        if kept.vary:
            continue
        ((_, kept_origin),) = kept.headers
        for second in origins[1:]:
            assert second is not None
            sent = tested.decide(second)
            reads_kept = kept_origin in ("*", second)
            assert reads_kept is sent.allows_origin


# ---- the other headers ---------------------------------------------------------------------------

FULL = {
    "supports_credentials": True,
    "expose_headers": ["X-B", "X-A"],
    "max_age": 600,
    "methods": "PUT, GET",
    "allow_headers": "X-A, X-B",
}


@pytest.mark.parametrize("origin", [FRIEND, None])
def test_credentials_and_exposed_headers_go_with_the_origin(origin: str | None) -> None:
    assert policy(**SINGLE, **FULL).decide(origin).headers == (
        (ACAO, FRIEND),
        (ACAC, "true"),
        (ACEH, "X-A, X-B"),
    )


@pytest.mark.parametrize(("options", "origin"), [(SINGLE, UNTRUSTED), (SEVERAL, None)])
def test_no_other_header_is_sent_without_the_origin(
    options: dict[str, Any], origin: str | None
) -> None:
    tested = policy(**options, **FULL, allow_private_network=True)
    assert tested.decide(origin, "true").headers == ()
    if origin is not None:
        assert tested.decide_preflight(origin, "GET", "x-a", "true").headers == ()


def test_an_allowed_preflight_gets_credentials_max_age_methods_and_headers() -> None:
    decision = policy(**SINGLE, **FULL).decide_preflight(FRIEND, "PUT", "x-b,X-A")
    assert decision.allow_origin == FRIEND
    assert decision.headers == (
        (ACAO, FRIEND),
        (ACAC, "true"),
        (ACMA, "600"),
        (ACAM, "GET, PUT"),
        (ACAH, "X-A, x-b"),
    )


@pytest.mark.parametrize(("max_age", "sent"), [(0, "0"), (-1, "-1"), ("0", "0"), (1.9, "1")])
def test_a_max_age_of_zero_is_sent_on_preflights(max_age: object, sent: str) -> None:
    decision = policy(max_age=max_age).decide_preflight(FRIEND, "GET", None)
    assert (ACMA, sent) in decision.headers


def test_an_actual_response_has_no_preflight_headers() -> None:
    names = {name for name, _ in policy(**SINGLE, **FULL).decide(FRIEND).headers}
    assert names.isdisjoint({ACMA, ACAM, ACAH})


def test_the_default_policy_sends_allow_origin_alone() -> None:
    assert policy().decide(FRIEND) == Decision(
        FRIEND, ((ACAO, FRIEND),), "Origin", DecisionReason.ALLOWED
    )
    assert policy().decide_preflight(FRIEND, "GET", None) == Decision(
        FRIEND, ((ACAO, FRIEND), (ACAM, SEVEN)), f"Origin, {BOTH}", DecisionReason.ALLOWED
    )


# ---- preflights: the method --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("methods", "method", "value"),
    [
        ("PUT, GET", "PUT", "GET, PUT"),
        ("PUT, GET", "put", None),
        ("PATCH", "PAT", None),
        ("patch", "PATCH", "PATCH"),
        (None, "PATCH", SEVEN),
        (None, "QUERY", None),
        ("*", "QUERY", "QUERY"),
        ("*", "a b", None),
        ([], "GET", None),
    ],
)
def test_a_preflight_gets_the_methods_if_the_requested_one_is_allowed(
    methods: object, method: str, value: str | None
) -> None:
    decision = policy(methods=methods, max_age=5).decide_preflight(FRIEND, method, "x-a")
    sent = ((ACAO, FRIEND), (ACMA, "5"))
    if value is None:
        assert decision.headers == sent
        assert decision.vary == f"Origin, {ACRM}"
        assert decision[3:] == (DecisionReason.METHOD_REFUSED, method, None)
    else:
        assert decision.headers == (*sent, (ACAM, value), (ACAH, "x-a"))
        assert decision.reason is DecisionReason.ALLOWED


# ---- preflights: the header names --------------------------------------------------------------


@pytest.mark.parametrize(
    ("allow_headers", "requested", "value", "refused"),
    [
        ("*", None, None, None),
        ("*", "", None, None),
        ("*", " , ", None, None),
        ("*", "x-b,X-A", "X-A, x-b", None),
        ("*", "x-a,x-a", "x-a", None),
        ("*", "x-a, y z", "x-a", "y z"),
        ("*", "x-a\r\nSet-Cookie: a", None, "x-a\r\nSet-Cookie: a"),
        ("X-A", "x-a, x-c, x-b", "x-a", "x-c, x-b"),
        ("X-A", "x-b", None, "x-b"),
        ("X-.*", "x-a, y-a", "x-a", "y-a"),
        (None, "x-a", None, "x-a"),
        ([], None, None, None),
        ("*", "x" * 4096, "x" * 4096, None),
        ("*", "x" * 4097, None, "too many to read"),
        ("*", "," * 4097, None, "too many to read"),
        ("*", "," * 4096, None, None),
        ("*", ",".join("a" * 128), "a", None),
        ("*", ",".join("a" * 129), None, ", ".join("a" * 129)),
    ],
)
def test_a_preflight_gets_the_allowed_ones_of_the_names_it_requested(
    allow_headers: object, requested: str | None, value: str | None, refused: str | None
) -> None:
    decision = policy(allow_headers=allow_headers).decide_preflight(FRIEND, "GET", requested)
    sent = ((ACAO, FRIEND), (ACAM, SEVEN))
    assert decision.headers == (sent if value is None else (*sent, (ACAH, value)))
    assert decision.detail == refused
    assert decision.reason is (
        DecisionReason.ALLOWED if refused is None else DecisionReason.HEADERS_REFUSED
    )


@pytest.mark.parametrize(
    ("allow_headers", "requested", "line"),
    [
        ("*", None, BOTH),
        ("*", "x-a", BOTH),
        ("X-A", "x-b", BOTH),
        ("X-.*", None, BOTH),
        # The requested names do not change the value.
        (None, "x-a", ACRM),
        ([], None, ACRM),
    ],
)
def test_a_preflight_varies_on_what_its_response_depends_on(
    allow_headers: object, requested: str | None, line: str
) -> None:
    several = policy(**SEVERAL, allow_headers=allow_headers)
    assert several.decide_preflight(FRIEND, "GET", requested).vary == f"Origin, {line}"
    single = policy(**SINGLE, allow_headers=allow_headers)
    assert single.decide_preflight(FRIEND, "GET", requested).vary == line


def test_a_refused_preflight_varies_on_its_origin_alone() -> None:
    for options in (SINGLE, SEVERAL, CALLABLE):
        assert policy(**options).decide_preflight(UNTRUSTED, "GET", "x-a").vary == "Origin"


# ---- private networks --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allow", "requested", "value"),
    [
        (True, "true", "true"),
        (False, "true", "false"),
        (True, None, None),
        (True, "false", None),
        (True, "", None),
        (False, None, None),
    ],
)
def test_a_private_network_is_allowed_or_refused_where_it_is_requested(
    allow: bool, requested: str | None, value: str | None
) -> None:
    values = () if value is None else ((ACPN, value),)
    for options in (ANY, STAR, SINGLE, SEVERAL):
        tested = policy(**options, allow_private_network=allow)
        decision = tested.decide(FRIEND, requested)
        assert tuple(h for h in decision.headers if h[0] != ACAO) == values
        for method in ("GET", "QUERY"):
            decision = tested.decide_preflight(FRIEND, method, None, requested)
            assert dict(decision.headers)[ACAO] == decision.allow_origin
            assert tuple(h for h in decision.headers if h[0] not in (ACAO, ACAM)) == values


@pytest.mark.parametrize("origin", [UNTRUSTED, None])
def test_a_private_network_is_not_mentioned_without_an_allowed_origin(origin: str | None) -> None:
    for options in (SINGLE, ANY) if origin is None else (SINGLE, SEVERAL):
        decision = policy(**options, allow_private_network=True).decide(origin, "true")
        assert ACPN not in dict(decision.headers)


# ---- reasons -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "origin", "reason"),
    [
        (ANY, FRIEND, DecisionReason.ALLOWED),
        (STAR, FRIEND, DecisionReason.ALLOWED),
        (SINGLE, FRIEND, DecisionReason.ALLOWED),
        (ANY, None, DecisionReason.NO_ORIGIN),
        (SINGLE, None, DecisionReason.NO_ORIGIN),
        (SEVERAL, None, DecisionReason.NO_ORIGIN),
        (SINGLE, UNTRUSTED, DecisionReason.ORIGIN_REFUSED),
        (CALLABLE, UNTRUSTED, DecisionReason.ORIGIN_REFUSED),
        (ANY, "a,b", DecisionReason.ORIGIN_MALFORMED),
        (STAR, "a,b", DecisionReason.ORIGIN_MALFORMED),
        (SINGLE, "x" * 327, DecisionReason.ORIGIN_MALFORMED),
        ({"origins": lambda origin: None}, FRIEND, DecisionReason.ORIGIN_UNDECIDED),
    ],
)
def test_a_decision_has_a_reason(
    options: dict[str, Any], origin: str | None, reason: DecisionReason
) -> None:
    assert policy(**options).decide(origin).reason is reason
    if origin is not None:
        assert policy(**options).decide_preflight(origin, "GET", None).reason is reason


def test_a_callable_that_fails_refuses_and_the_decision_carries_its_failure() -> None:
    error = RuntimeError()

    def broken(origin: str) -> bool:
        raise error

    tested = policy(origins=[OTHER, broken])
    for decision in (tested.decide(FRIEND), tested.decide_preflight(FRIEND, "GET", None)):
        assert (decision.headers, decision.vary) == ((), "Origin")
        assert decision.reason is DecisionReason.ORIGIN_UNDECIDED
        assert isinstance(decision.failure, Failure)
        assert decision.failure.error is error
    assert tested.decide(OTHER).reason is DecisionReason.ALLOWED
    assert tested.decide(OTHER).failure is None


def test_a_coroutine_function_decides_in_the_policy_of_an_app() -> None:
    async def allow(origin: str) -> bool:
        return origin == FRIEND

    def ensure_sync(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda origin: asyncio.run(function(origin))

    functions = (OriginFunction(allow, is_async=True),)
    options = policy(origins=[]).options
    origins = Option(OriginSet(functions=functions), None, options.origins.layer)
    options = options._replace(origins=origins)
    tested = Policy(options, ensure_sync=ensure_sync)
    assert tested.decide(FRIEND).reason is DecisionReason.ALLOWED
    assert tested.decide(OTHER).reason is DecisionReason.ORIGIN_REFUSED
    assert Policy(options).decide(FRIEND).reason is DecisionReason.ORIGIN_UNDECIDED


@pytest.mark.parametrize(
    ("reason", "text", "is_refusal"),
    [
        (DecisionReason.NO_ORIGIN, "no Origin: not a CORS request", False),
        (DecisionReason.ALLOWED, "origin allowed", False),
        (DecisionReason.ORIGIN_MALFORMED, "not a valid origin", True),
        (DecisionReason.ORIGIN_REFUSED, "origin not allowed", True),
        (DecisionReason.ORIGIN_UNDECIDED, "a callable did not decide", True),
        (DecisionReason.METHOD_REFUSED, "method not allowed", True),
        (DecisionReason.HEADERS_REFUSED, "header not allowed", True),
        (DecisionReason.AMBIGUOUS_PATH, "other spellings of the path have another policy", True),
        (DecisionReason.CONFIG_ERROR, "the view's CORS options are invalid", True),
    ],
)
def test_a_reason_has_a_text_and_is_a_refusal_or_not(
    reason: DecisionReason, text: str, is_refusal: bool
) -> None:
    assert str(reason) == f"{reason}" == text
    assert reason == text
    assert reason.is_refusal is is_refusal


def test_no_two_reasons_have_the_same_text() -> None:
    assert len({str(reason) for reason in DecisionReason}) == len(DecisionReason) == 9


# ---- the repr and the cache ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "origin", "allowed"),
    [
        (ANY, UNTRUSTED, True),
        (STAR, UNTRUSTED, True),
        (STAR, "a b", False),
        (SINGLE, FRIEND, True),
        (SINGLE, UNTRUSTED, False),
        (CALLABLE, FRIEND, True),
        (CALLABLE, UNTRUSTED, False),
        (NO_ORIGINS, FRIEND, False),
        ({"origins": lambda origin: 1}, FRIEND, False),
    ],
)
def test_a_decision_says_whether_the_origin_is_allowed(
    options: dict[str, Any], origin: str, allowed: bool
) -> None:
    assert policy(**options).decide(origin).allows_origin is allowed


def test_an_origin_stays_allowed_where_its_method_or_headers_are_refused() -> None:
    tested = policy(methods="GET", allow_headers="X-A")
    assert tested.decide_preflight(FRIEND, "PUT", None).allows_origin
    assert tested.decide_preflight(FRIEND, "GET", "x-b").allows_origin


def test_the_repr_of_a_policy_has_the_options_that_are_set() -> None:
    assert repr(policy(origins=FRIEND, max_age=60)) == f"<Policy origins='{FRIEND}', max_age=60>"
    assert repr(policy()) == "<Policy of the defaults>"
    assert repr(refuse_all(DecisionReason.CONFIG_ERROR)) == "<Policy origins=[]>"


@pytest.mark.parametrize("value", [True, False])
def test_a_policy_keeps_the_options_that_it_was_made_from(value: bool) -> None:
    made = policy(automatic_options=value, intercept_exceptions=not value)
    assert made.automatic_options is value
    assert made.intercept_exceptions is (not value)
    assert made.options.automatic_options.value is value


def test_a_callable_is_called_once_per_decision() -> None:
    calls: list[str] = []

    def record(origin: str) -> bool:
        calls.append(origin)
        return False

    made = policy(origins=record)
    made.decide(UNTRUSTED)
    assert calls == [UNTRUSTED]
    made.decide_preflight(UNTRUSTED, "GET", None)
    assert calls == [UNTRUSTED] * 2
    made.decide(None)
    assert calls == [UNTRUSTED] * 2


@pytest.mark.filterwarnings("ignore:CORS119 ")
@pytest.mark.parametrize("options", [SINGLE, SEVERAL, STAR, ANY | {"origins": ["*", FRIEND]}])
def test_the_decision_for_an_exact_origin_is_made_once(options: dict[str, Any]) -> None:
    tested = policy(**options)
    assert tested.decide(FRIEND) is tested.decide(FRIEND)
    assert tested.decide(None) is tested.decide(None)
    if options is SEVERAL:
        assert tested.decide(UNTRUSTED) is tested.decide(OTHER.upper() + "x")
        assert tested.decide(FRIEND.upper()) is tested.decide(FRIEND)


def test_the_decisions_for_the_last_origins_that_a_pattern_matches_are_kept() -> None:
    tested = policy(**PATTERN)
    first = tested.decide("https://a.friend.example")
    for n in range(MAX_CACHED - 1):
        tested.decide(f"https://n{n}.friend.example")
    assert tested.decide("https://a.friend.example") is first
    for n in range(MAX_CACHED):
        tested.decide(f"https://n{n}.friend.example")
    assert tested.decide("https://a.friend.example") is not first


@pytest.mark.parametrize("reason", [DecisionReason.AMBIGUOUS_PATH, DecisionReason.CONFIG_ERROR])
def test_a_policy_that_refuses_every_origin_gives_its_reason(reason: DecisionReason) -> None:
    assert refuse_all(reason).decide(FRIEND) == Decision(None, (), "Origin", reason)


def test_a_decision_is_frozen() -> None:
    decision = policy().decide(FRIEND)
    with pytest.raises(AttributeError):
        decision.headers = ()  # type: ignore[misc]
