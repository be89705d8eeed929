"""One policy in terms that an edge can evaluate: look-ups, expressions and constants.

What depends on the request is told apart by a :class:`State`; all else is a constant of the state.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from ... import headers as h
from ...errors import shown
from ...origin import MAX_LENGTH
from ...policy.allowlist import HeaderAllowlist
from ...policy.options import Options
from ...policy.origins import OriginSet
from ...policy.policy import Policy
from .obstacles import CannotSay
from .regexes import HEADER_NAME, ORIGIN, Engine, Portable, Subject, escaped, portable

# An Origin that is looked at: visible ASCII without a comma, no longer than any origin.
WELL_FORMED_ORIGIN = rf"[!-+\x2d-~]{{1,{MAX_LENGTH}}}"
TOKEN = r"[!#-'*+\x2d.0-9A-Z^-z|~]+"

Headers = tuple[tuple[str, str], ...]

_LABELS = r"(?:[0-9a-z_\x2d]+\.)+"
_ANY_PORT = (
    "(?::(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?"
)


class State(str, Enum):
    """What a request is to a policy."""

    REFUSED = "refused"  # there is no Access-Control-Allow-Origin
    PLAIN = "plain"  # no Origin, and told what every page would be told
    ACTUAL = "actual"
    PREFLIGHT = "preflight"
    METHOD_REFUSED = "method"  # a preflight for a method that is not allowed


class Origins(NamedTuple):
    """Which origins are allowed, and what they are told.

    :ivar any: all of them.
    :ivar exact: in lower case; compared in any case, and told in lower case.
    :ivar expressions: of whole origins, which are told their own spelling.
    :ivar told_to_any: ``"*"`` where every origin is told that; None for its own spelling.
    :ivar without: what a request without ``Origin`` is told; None for nothing.
    """

    any: bool
    exact: tuple[str, ...]
    expressions: tuple[Portable, ...]
    told_to_any: str | None
    without: str | None


class Names(NamedTuple):
    """Which header names a preflight may ask for.

    :ivar any: every token.
    :ivar literal: in lower case; compared in any case.
    :ivar expressions: of whole names.
    """

    any: bool
    literal: tuple[str, ...]
    expressions: tuple[Portable, ...]


@dataclass(frozen=True)
class EdgePolicy:
    """A policy.

    :ivar any_method: whether every method is allowed, and answered with itself.
    :ivar methods: the methods that are allowed, compared byte for byte.
    :ivar listed: ``Access-Control-Allow-Methods`` for those.
    :ivar private_network: ``Access-Control-Allow-Private-Network``, for an allowed request that
        asks with ``true``.
    :ivar answers: by the state, the headers that do not depend on more.
    """

    origins: Origins
    any_method: bool
    methods: tuple[str, ...]
    listed: str
    names: Names
    private_network: str
    answers: tuple[tuple[State, Headers], ...]


# What is told why a policy cannot be said.
Say = Callable[[str], None]


def edge_policy(policy: Policy, engine: Engine, say: Say) -> EdgePolicy:
    """``policy`` for an edge.

    :param engine: what reads its expressions.
    :param say: is told each thing about it that no edge can do.
    """
    if not policy.automatic_options:
        say("automatic_options=False leaves preflights to the view: leave it out")
    if not policy.intercept_exceptions:
        say("intercept_exceptions=False asks for the cause of a 500, which no edge learns: omit it")
    options = policy.options
    methods = options.methods.value
    return EdgePolicy(
        _origins(options, engine, say),
        methods.any,
        tuple(sorted(methods.names)),
        methods.listed,
        _names(options.allow_headers.value, engine, say),
        "true" if options.allow_private_network.value else "false",
        tuple(_answers(options)),
    )


def _origins(options: Options, engine: Engine, say: Say) -> Origins:
    origins = options.origins.value
    for predicate in origins.predicates:
        say(f"origins: {predicate!r} can be asked in the app alone: write a list or a regex")
    regexes = [regex.pattern for regex in origins.regexes]
    expressions = _portables("origins", regexes, ORIGIN, engine, say)
    same = "*" if origins.any else origins.single
    return Origins(
        origins.any,
        () if origins.any else tuple(sorted(origins.exact)),
        () if origins.any else (*_wildcards(origins), *expressions),
        "*" if options.send_wildcard.value else None,
        same if options.always_send.value else None,
    )


def _wildcards(origins: OriginSet) -> Iterator[Portable]:
    for wildcard in sorted(origins.wildcards):
        scheme, _, rest = wildcard.partition("://")
        host = rest.removesuffix(":*")
        subdomains = _LABELS if host.startswith("*.") else ""
        port = _ANY_PORT if rest.endswith(":*") else ""
        expression = f"{escaped(scheme)}://{subdomains}{escaped(host.removeprefix('*.'))}{port}"
        yield Portable(expression, None, ignores_case=True)


def _names(allowed: HeaderAllowlist, engine: Engine, say: Say) -> Names:
    if allowed.any:
        return Names(True, (), ())
    expressions = _portables("allow_headers", allowed.regexes, HEADER_NAME, engine, say)
    return Names(False, tuple(sorted(allowed.names)), tuple(expressions))


def _portables(
    option: str,
    patterns: Iterable[re.Pattern[str]],
    subject: Subject,
    engine: Engine,
    say: Say,
) -> Iterator[Portable]:
    for pattern in patterns:
        try:
            yield portable(pattern, subject, engine)
        except CannotSay as error:
            said = f"{option}: {shown(pattern.pattern)} {error}"
            say(f"{said}, which proxies read otherwise or not at all: write it without")


def _answers(options: Options) -> Iterator[tuple[State, Headers]]:
    credentials = [(h.ALLOW_CREDENTIALS, "true")] if options.supports_credentials.value else []
    expose, max_age = options.expose_headers.value, options.max_age.value
    actual: Headers = (*credentials, *([(h.EXPOSE_HEADERS, expose)] if expose else []))
    preflight: Headers = (*credentials, *([(h.MAX_AGE, max_age)] if max_age else []))

    origins = options.origins.value
    is_same = (origins.any and options.send_wildcard.value) or origins.single is not None
    origin = [] if is_same else ["Origin"]
    method = [*origin, h.REQUEST_METHOD]
    both = [*method, h.REQUEST_HEADERS] if options.allow_headers.value else method

    table: list[tuple[State, Headers, list[str]]] = [
        (State.REFUSED, (), ["Origin"]),
        (State.PLAIN, actual, []),
        (State.ACTUAL, actual, origin),
        (State.PREFLIGHT, preflight, both),
        (State.METHOD_REFUSED, preflight, method),
    ]
    for state, headers, vary in table:
        varies = vary and options.vary_header.value
        yield state, (*headers, *([("Vary", ", ".join(vary))] if varies else []))
