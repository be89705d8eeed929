"""What a policy decides: sections 6 and 7 of the contract, a row of theirs a row here."""

from __future__ import annotations

import re
from typing import Any

import pytest

from flask_cors.errors import Place
from flask_cors.policy.options import DEFAULTS, POLICY_OPTIONS, Level, resolve
from flask_cors.policy.origins import Failure
from flask_cors.policy.policy import Decision, Policy, Reason

FRIEND = "https://friend.example"
OTHER = "https://other.example"
STRANGER = "https://stranger.example"

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
    level = Level("CORS(...)", Place("app.py", 7, {}), options, POLICY_OPTIONS)
    return Policy(resolve([level, DEFAULTS]))


def allow_friend(origin: str) -> bool:
    return origin == FRIEND


# ---- section 7: the table ----------------------------------------------------------------------

ANY = {"origins": "*"}
STAR = {"origins": "*", "send_wildcard": True}
SINGLE = {"origins": "https://Friend.Example".lower()}
SEVERAL = {"origins": [FRIEND, OTHER]}
PATTERN = {"origins": ["https://*.friend.example", FRIEND]}
REGEX = {"origins": re.compile("https://friend.*")}
CALLABLE = {"origins": allow_friend}
SINGLE_AND_CALLABLE = {"origins": [FRIEND, lambda origin: False]}
NOBODY: dict[str, object] = {"origins": []}
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
    (SINGLE, STRANGER, None, True),
    (SINGLE | QUIET, STRANGER, None, True),
    (SEVERAL, STRANGER, None, True),
    (PATTERN, STRANGER, None, True),
    (REGEX, STRANGER, None, True),
    (CALLABLE, STRANGER, None, True),
    (NOBODY, STRANGER, None, True),
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
    (NOBODY, None, None, True),
]


@pytest.mark.parametrize(("options", "origin", "allowed", "varies"), TABLE)
def test_a_response_says_who_may_read_it_and_whether_that_differs_by_origin(
    options: dict[str, Any], origin: str | None, allowed: str | None, varies: bool
) -> None:
    decision = policy(**options).decide(origin)
    assert decision.headers == (() if allowed is None else ((ACAO, allowed),))
    assert decision.vary == ("Origin" if varies else "")


@pytest.mark.parametrize(("options", "origin", "allowed", "varies"), TABLE)
def test_a_preflight_is_told_the_same_of_its_origin(
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


@pytest.mark.parametrize("options", [ANY, STAR, SINGLE, SEVERAL, PATTERN, REGEX, CALLABLE, NOBODY])
@pytest.mark.parametrize("always_send", [True, False])
def test_a_response_without_vary_is_right_for_every_other_origin_or_said_of_one_alone(
    options: dict[str, Any], always_send: bool
) -> None:
    """The rule behind the table: a shared cache may hand on what does not vary. It must not
    open the door to anyone, nor block those who are allowed."""
    asked = policy(**options, always_send=always_send)
    origins = [None, FRIEND, "https://a.friend.example", OTHER, STRANGER, "null"]
    for first in origins:
        kept = asked.decide(first)
        if kept.vary:
            continue
        ((_, said),) = kept.headers
        for second in origins[1:]:
            assert second is not None
            told = asked.decide(second)
            reads_kept = said in ("*", second)
            assert reads_kept is told.allows_origin


# ---- what goes with it -------------------------------------------------------------------------

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


@pytest.mark.parametrize(("options", "origin"), [(SINGLE, STRANGER), (SEVERAL, None)])
def test_nothing_goes_without_the_origin(options: dict[str, Any], origin: str | None) -> None:
    asked = policy(**options, **FULL, allow_private_network=True)
    assert asked.decide(origin, "true").headers == ()
    if origin is not None:
        assert asked.decide_preflight(origin, "GET", "x-a", "true").headers == ()


def test_an_allowed_preflight_is_told_credentials_age_methods_and_headers() -> None:
    decision = policy(**SINGLE, **FULL).decide_preflight(FRIEND, "PUT", "x-b,X-A")
    assert decision.headers == (
        (ACAO, FRIEND),
        (ACAC, "true"),
        (ACMA, "600"),
        (ACAM, "GET, PUT"),
        (ACAH, "X-A, x-b"),
    )


@pytest.mark.parametrize(("max_age", "sent"), [(0, "0"), (-1, "-1"), ("0", "0"), (1.9, "1")])
def test_a_max_age_of_zero_is_sent_too(max_age: object, sent: str) -> None:
    decision = policy(max_age=max_age).decide_preflight(FRIEND, "GET", None)
    assert (ACMA, sent) in decision.headers


def test_an_actual_response_has_no_preflight_headers() -> None:
    names = {name for name, _ in policy(**SINGLE, **FULL).decide(FRIEND).headers}
    assert names.isdisjoint({ACMA, ACAM, ACAH})


def test_by_default_nothing_else_is_said() -> None:
    assert policy().decide(FRIEND) == Decision(FRIEND, (), "Origin", Reason.ALLOWED)
    assert policy().decide_preflight(FRIEND, "GET", None) == Decision(
        FRIEND, ((ACAM, SEVEN),), f"Origin, {BOTH}", Reason.ALLOWED
    )


# ---- preflights: the method --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("methods", "method", "answer"),
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
def test_a_preflight_is_told_the_methods_where_its_own_is_allowed(
    methods: object, method: str, answer: str | None
) -> None:
    decision = policy(methods=methods, max_age=5).decide_preflight(FRIEND, method, "x-a")
    told = ((ACAO, FRIEND), (ACMA, "5"))
    if answer is None:
        assert decision.headers == told
        assert decision.vary == f"Origin, {ACRM}"
        assert decision[3:] == (Reason.METHOD_REFUSED, method, None)
    else:
        assert decision.headers == (*told, (ACAM, answer), (ACAH, "x-a"))
        assert decision.reason is Reason.ALLOWED


# ---- preflights: the header names --------------------------------------------------------------


@pytest.mark.parametrize(
    ("allow_headers", "asked", "answer", "refused"),
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
def test_a_preflight_is_told_the_allowed_of_the_names_it_asked_for(
    allow_headers: object, asked: str | None, answer: str | None, refused: str | None
) -> None:
    decision = policy(allow_headers=allow_headers).decide_preflight(FRIEND, "GET", asked)
    told = ((ACAO, FRIEND), (ACAM, SEVEN))
    assert decision.headers == (told if answer is None else (*told, (ACAH, answer)))
    assert decision.detail == refused
    assert decision.reason is (Reason.ALLOWED if refused is None else Reason.HEADERS_REFUSED)


@pytest.mark.parametrize(
    ("allow_headers", "asked", "line"),
    [
        ("*", None, BOTH),
        ("*", "x-a", BOTH),
        ("X-A", "x-b", BOTH),
        ("X-.*", None, BOTH),
        # Nothing that is asked for changes the answer.
        (None, "x-a", ACRM),
        ([], None, ACRM),
    ],
)
def test_a_preflight_varies_on_what_its_answer_depends_on(
    allow_headers: object, asked: str | None, line: str
) -> None:
    several = policy(**SEVERAL, allow_headers=allow_headers)
    assert several.decide_preflight(FRIEND, "GET", asked).vary == f"Origin, {line}"
    single = policy(**SINGLE, allow_headers=allow_headers)
    assert single.decide_preflight(FRIEND, "GET", asked).vary == line


def test_a_refused_preflight_varies_on_its_origin_alone() -> None:
    for options in (SINGLE, SEVERAL, CALLABLE):
        assert policy(**options).decide_preflight(STRANGER, "GET", "x-a").vary == "Origin"


# ---- private networks --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allow", "asked", "answer"),
    [
        (True, "true", "true"),
        (False, "true", "false"),
        (True, None, None),
        (True, "false", None),
        (True, "", None),
        (False, None, None),
    ],
)
def test_a_private_network_is_answered_where_it_is_asked_for(
    allow: bool, asked: str | None, answer: str | None
) -> None:
    answers = () if answer is None else ((ACPN, answer),)
    for options in (ANY, STAR, SINGLE, SEVERAL):
        asked_of = policy(**options, allow_private_network=allow)
        decision = asked_of.decide(FRIEND, asked)
        assert tuple(h for h in decision.headers if h[0] != ACAO) == answers
        for method in ("GET", "QUERY"):
            decision = asked_of.decide_preflight(FRIEND, method, None, asked)
            assert tuple(h for h in decision.headers if h[0] not in (ACAO, ACAM)) == answers


@pytest.mark.parametrize("origin", [STRANGER, None])
def test_a_private_network_is_not_answered_without_an_allowed_origin(origin: str | None) -> None:
    for options in (SINGLE, ANY) if origin is None else (SINGLE, SEVERAL):
        decision = policy(**options, allow_private_network=True).decide(origin, "true")
        assert ACPN not in dict(decision.headers)


# ---- reasons -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "origin", "reason"),
    [
        (ANY, FRIEND, Reason.ALLOWED),
        (STAR, FRIEND, Reason.ALLOWED),
        (SINGLE, FRIEND, Reason.ALLOWED),
        (ANY, None, Reason.NO_ORIGIN),
        (SINGLE, None, Reason.NO_ORIGIN),
        (SEVERAL, None, Reason.NO_ORIGIN),
        (SINGLE, STRANGER, Reason.ORIGIN_REFUSED),
        (CALLABLE, STRANGER, Reason.ORIGIN_REFUSED),
        (ANY, "a,b", Reason.ORIGIN_MALFORMED),
        (STAR, "a,b", Reason.ORIGIN_MALFORMED),
        (SINGLE, "x" * 327, Reason.ORIGIN_MALFORMED),
        ({"origins": lambda origin: None}, FRIEND, Reason.ORIGIN_UNDECIDED),
    ],
)
def test_a_decision_says_why(options: dict[str, Any], origin: str | None, reason: Reason) -> None:
    assert policy(**options).decide(origin).reason is reason
    if origin is not None:
        assert policy(**options).decide_preflight(origin, "GET", None).reason is reason


def test_a_callable_that_fails_refuses_and_the_decision_carries_its_failure() -> None:
    error = RuntimeError()

    def broken(origin: str) -> bool:
        raise error

    asked = policy(origins=[OTHER, broken])
    for decision in (asked.decide(FRIEND), asked.decide_preflight(FRIEND, "GET", None)):
        assert (decision.headers, decision.vary) == ((), "Origin")
        assert decision.reason is Reason.ORIGIN_UNDECIDED
        assert isinstance(decision.failure, Failure)
        assert decision.failure.error is error
    assert asked.decide(OTHER).reason is Reason.ALLOWED
    assert asked.decide(OTHER).failure is None


@pytest.mark.parametrize(
    ("reason", "text", "is_refusal"),
    [
        (Reason.NO_ORIGIN, "no Origin: not a CORS request", False),
        (Reason.ALLOWED, "origin allowed", False),
        (Reason.ORIGIN_MALFORMED, "not the origin of any page", True),
        (Reason.ORIGIN_REFUSED, "origin not allowed", True),
        (Reason.ORIGIN_UNDECIDED, "a callable gave no answer", True),
        (Reason.METHOD_REFUSED, "method not allowed", True),
        (Reason.HEADERS_REFUSED, "header not allowed", True),
    ],
)
def test_a_reason_is_a_sentence_and_a_refusal_or_not(
    reason: Reason, text: str, is_refusal: bool
) -> None:
    assert str(reason) == f"{reason}" == text
    assert reason == text
    assert reason.is_refusal is is_refusal


def test_every_reason_is_told_apart() -> None:
    assert len({str(reason) for reason in Reason}) == len(Reason) == 7


# ---- questions in short ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "origin", "allowed"),
    [
        (ANY, STRANGER, True),
        (STAR, STRANGER, True),
        (STAR, "a b", False),
        (SINGLE, FRIEND, True),
        (SINGLE, STRANGER, False),
        (CALLABLE, FRIEND, True),
        (CALLABLE, STRANGER, False),
        (NOBODY, FRIEND, False),
        ({"origins": lambda origin: 1}, FRIEND, False),
    ],
)
def test_a_policy_tells_whether_an_origin_is_allowed(
    options: dict[str, Any], origin: str, allowed: bool
) -> None:
    assert policy(**options).decide(origin).allows_origin is allowed


def test_an_origin_stays_allowed_where_its_method_or_headers_are_refused() -> None:
    asked = policy(methods="GET", allow_headers="X-A")
    assert asked.decide_preflight(FRIEND, "PUT", None).allows_origin
    assert asked.decide_preflight(FRIEND, "GET", "x-b").allows_origin


@pytest.mark.parametrize("value", [True, False])
def test_a_policy_keeps_what_its_binding_asks_for(value: bool) -> None:
    made = policy(automatic_options=value, intercept_exceptions=not value)
    assert made.automatic_options is value
    assert made.intercept_exceptions is not value
    assert made.options.automatic_options.value is value


def test_a_callable_is_asked_once_a_decision() -> None:
    asked: list[str] = []

    def record(origin: str) -> bool:
        asked.append(origin)
        return False

    made = policy(origins=record)
    made.decide(STRANGER)
    assert asked == [STRANGER]
    made.decide_preflight(STRANGER, "GET", None)
    assert asked == [STRANGER] * 2
    made.decide(None)
    assert asked == [STRANGER] * 2


@pytest.mark.parametrize("options", [SINGLE, SEVERAL, STAR, ANY | {"origins": ["*", FRIEND]}])
def test_what_an_exact_origin_is_told_is_made_once(options: dict[str, Any]) -> None:
    asked = policy(**options)
    assert asked.decide(FRIEND) is asked.decide(FRIEND)
    assert asked.decide(None) is asked.decide(None)
    if options is SEVERAL:
        assert asked.decide(STRANGER) is asked.decide(OTHER.upper() + "x")
        assert asked.decide(FRIEND.upper()) is asked.decide(FRIEND)


def test_a_decision_is_frozen() -> None:
    decision = policy().decide(FRIEND)
    with pytest.raises(AttributeError):
        decision.headers = ()  # type: ignore[misc]
