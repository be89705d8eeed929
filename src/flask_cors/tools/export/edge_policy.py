"""One policy as a proxy evaluates it: what is looked up, regexes, and constant headers.

What a response holds depends on the :class:`Outcome` of its request; by that, the rest is constant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from ...diagnostics.format import format_value
from ...policy.allowlists import HeaderAllowlist
from ...policy.options import Options
from ...policy.policy import Policy
from ...protocol import headers as h
from ...protocol.origin import MAX_ORIGIN_LENGTH
from .obstacles import UnportableRegex
from .portable_regex import (
    HEADER_NAME,
    ORIGIN,
    PortableRegex,
    RegexDialect,
    Subject,
    escape_regex,
    translate_regex,
)

# An Origin that may be allowed: visible ASCII without a comma, no longer than any origin.
WELL_FORMED_ORIGIN = rf"[!-+\x2d-~]{{1,{MAX_ORIGIN_LENGTH}}}"
TOKEN = r"[!#-'*+\x2d.0-9A-Z^-z|~]+"

Headers = tuple[tuple[str, str], ...]

_LABELS = r"(?:[0-9a-z_\x2d]+\.)+"
_ANY_PORT = (
    "(?::(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?"
)


class Outcome(str, Enum):
    """What a policy makes of a request."""

    REFUSED = "refused"  # there is no Access-Control-Allow-Origin
    WITHOUT_ORIGIN = "no-origin"  # gets what every origin would get
    ACTUAL = "actual"
    PREFLIGHT = "preflight"
    METHOD_REFUSED = "method-refused"  # a preflight for a method that is not allowed


class AllowedOrigins(NamedTuple):
    """Which origins are allowed, and the values of ``Access-Control-Allow-Origin``.

    :ivar any: whether all of them are.
    :ivar exact: in lower case. They are compared in any case, and sent back in lower case.
    :ivar regexes: of whole origins, which are sent back as they are spelled.
    :ivar value_for_any: ``"*"`` where every origin gets that; None for its own spelling.
    :ivar value_without_origin: what a request without ``Origin`` gets; None for nothing.
    :ivar patterns: those that the first of the regexes were made from, as they are written.
    """

    any: bool
    exact: tuple[str, ...]
    regexes: tuple[PortableRegex, ...]
    value_for_any: str | None
    value_without_origin: str | None
    patterns: tuple[str, ...]


class AllowedNames(NamedTuple):
    """Which header names a preflight may request.

    :ivar any: whether every token is allowed.
    :ivar exact: in lower case. They are compared in any case.
    :ivar regexes: of whole names.
    """

    any: bool
    exact: tuple[str, ...]
    regexes: tuple[PortableRegex, ...]


@dataclass(frozen=True)
class EdgePolicy:
    """A policy.

    :ivar any_method: whether every method is allowed, and sent back alone.
    :ivar methods: the allowed methods, compared byte for byte.
    :ivar allow_methods: the value of ``Access-Control-Allow-Methods`` for those.
    :ivar private_network: the value of ``Access-Control-Allow-Private-Network``, for an allowed
        origin that requests it with ``true``.
    :ivar constant_headers: by the outcome, the headers that depend on nothing else.
    """

    origins: AllowedOrigins
    any_method: bool
    methods: tuple[str, ...]
    allow_methods: str
    names: AllowedNames
    private_network: str
    constant_headers: tuple[tuple[Outcome, Headers], ...]


# Called with the reason why a part of a policy cannot be exported.
Report = Callable[[str], None]


def build_edge_policy(policy: Policy, dialect: RegexDialect, report: Report) -> EdgePolicy:
    """Return ``policy`` as a proxy evaluates it.

    :param dialect: that of the proxy.
    :param report: called with each reason why no proxy can.
    """
    if not policy.automatic_options:
        report("automatic_options=False leaves preflights to the view: leave it out")
    if not policy.intercept_exceptions:
        report("intercept_exceptions=False depends on why a 500 was sent: leave it out")
    options = policy.options
    methods = options.methods.value
    return EdgePolicy(
        _origins(options, dialect, report),
        methods.any,
        tuple(sorted(methods.names)),
        methods.listed,
        _names(options.allow_headers.value, dialect, report),
        "true" if options.allow_private_network.value else "false",
        tuple(_constant_headers(options)),
    )


def _origins(options: Options, dialect: RegexDialect, report: Report) -> AllowedOrigins:
    origins = options.origins.value
    for function in origins.functions:
        report(f"origins: {function!r} can be called in the app alone: write a list or a regex")
    patterns = [regex.pattern for regex in origins.regexes]
    regexes = _translate("origins", patterns, ORIGIN, dialect, report)
    same = "*" if origins.any else origins.single
    wildcards = () if origins.any else tuple(sorted(origins.wildcards))
    return AllowedOrigins(
        origins.any,
        () if origins.any else tuple(sorted(origins.exact)),
        () if origins.any else (*map(_regex_of, wildcards), *regexes),
        "*" if options.send_wildcard.value else None,
        same if options.always_send.value else None,
        wildcards,
    )


def _regex_of(pattern: str) -> PortableRegex:
    scheme, _, rest = pattern.partition("://")
    host = rest.removesuffix(":*")
    subdomains = _LABELS if host.startswith("*.") else ""
    port = _ANY_PORT if rest.endswith(":*") else ""
    host = escape_regex(host.removeprefix("*."))
    regex = f"{escape_regex(scheme)}://{subdomains}{host}{port}"
    return PortableRegex(regex, None, ignores_case=True)


def _names(allowed: HeaderAllowlist, dialect: RegexDialect, report: Report) -> AllowedNames:
    if allowed.any:
        return AllowedNames(True, (), ())
    regexes = _translate("allow_headers", allowed.regexes, HEADER_NAME, dialect, report)
    return AllowedNames(False, tuple(sorted(allowed.names)), tuple(regexes))


def _translate(
    option: str,
    patterns: Iterable[re.Pattern[str]],
    subject: Subject,
    dialect: RegexDialect,
    report: Report,
) -> Iterator[PortableRegex]:
    for pattern in patterns:
        try:
            yield translate_regex(pattern, subject, dialect)
        except UnportableRegex as error:
            report(f"{option}: {format_value(pattern.pattern)} {error.advice}")


def _constant_headers(options: Options) -> Iterator[tuple[Outcome, Headers]]:
    credentials = [(h.ALLOW_CREDENTIALS, "true")] if options.supports_credentials.value else []
    expose, max_age = options.expose_headers.value, options.max_age.value
    actual: Headers = (*credentials, *([(h.EXPOSE_HEADERS, expose)] if expose else []))
    preflight: Headers = (*credentials, *([(h.MAX_AGE, max_age)] if max_age else []))

    origins = options.origins.value
    is_same = (origins.any and options.send_wildcard.value) or origins.single is not None
    origin = [] if is_same else ["Origin"]
    method = [*origin, h.REQUEST_METHOD]
    both = [*method, h.REQUEST_HEADERS] if options.allow_headers.value else method

    table: list[tuple[Outcome, Headers, list[str]]] = [
        (Outcome.REFUSED, (), ["Origin"]),
        (Outcome.WITHOUT_ORIGIN, actual, []),
        (Outcome.ACTUAL, actual, origin),
        (Outcome.PREFLIGHT, preflight, both),
        (Outcome.METHOD_REFUSED, preflight, method),
    ]
    for outcome, headers, vary in table:
        varies = vary and options.vary_header.value
        yield outcome, (*headers, *([("Vary", ", ".join(vary))] if varies else []))
