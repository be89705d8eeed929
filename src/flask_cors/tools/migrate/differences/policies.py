"""Differences that a policy shows by itself: the header of one response is lost, gained or changed.
A row of the table each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import NamedTuple

from ....diagnostics.finding import Severity
from ....diagnostics.format import format_value
from ....policy.layers import LayerKind
from ....policy.origins import OriginSet
from ....policy.regex import is_regex
from ....protocol import headers as h
from ....protocol.headers import comma_list, is_token
from ....protocol.origin import parse
from ...shared.example_origins import UNTRUSTED, iter_test_origins
from ...shared.option_code import code_of, format_option, list_of
from ...shared.text import format_list
from .. import rules
from ..change import Change, describe
from ..comparison import PolicyComparison
from ..samples import allowed_origins, origins_of, texts_of
from ..v6_policy import Headers, is_v6_regex


class Tried(NamedTuple):
    """A request that a policy is tried with; with a method the preflight for it."""

    what: str
    origin: str | None
    method: str | None = None
    names: str | None = None


# What happens to a header: whether it was sent, and whether it is sent now.
_LOST, _GAINED, _CHANGED = (True, False), (False, True), (True, True)

# The option that decides on each header.
_OPTIONS = {
    h.ALLOW_ORIGIN: "origins",
    h.ALLOW_METHODS: "methods",
    h.ALLOW_HEADERS: "allow_headers",
    h.EXPOSE_HEADERS: "expose_headers",
    h.MAX_AGE: "max_age",
    "Vary": "origins",
}


class PolicyDifference(NamedTuple):
    """A row of the table.

    :ivar requests: returns the requests to try.
    :ivar hint: what to write, or a function that returns it for the requests that are concerned.
    :ivar applies: returns whether the headers of both versions show this difference.
    """

    rule: type[rules.Difference]
    header: str
    effect: tuple[bool, bool]
    requests: Callable[[PolicyComparison], Iterable[Tried]]
    hint: str | Callable[[PolicyComparison, list[Tried]], str]
    applies: Callable[[PolicyComparison, Headers, Headers], bool] | None = None
    severity: Severity | None = None

    def find(self, compared: PolicyComparison) -> Iterator[Change]:
        """Yield one change for all requests that it concerns."""
        option = _OPTIONS[self.header]
        if not compared.was_read(option):
            return  # which is a difference of its own
        changed = [tried for tried in self.requests(compared) if self._concerns(compared, tried)]
        if changed:
            first = changed[0]
            before, now = compared.respond(*first[1:])
            yield Change(
                self.rule,
                format_list(list(dict.fromkeys(tried.what for tried in changed)), 1),
                compared.at,
                describe(before, self.header, first.origin),
                describe(now, self.header, first.origin),
                self.hint if isinstance(self.hint, str) else self.hint(compared, changed),
                compared.cause(option),
                self.severity,
            )

    def _concerns(self, compared: PolicyComparison, tried: Tried) -> bool:
        before, now = compared.respond(*tried[1:])
        old, new = before.get(self.header), now.get(self.header)
        effect = old is not None, new is not None
        if old == new or effect != self.effect:
            return False
        return self.applies is None or self.applies(compared, before, now)


# ---- origins -----------------------------------------------------------------------------------


def _from(origins: Iterable[str]) -> Iterator[Tried]:
    # A port followed by other characters is not an origin, and no page has it.
    for origin in dict.fromkeys(origins):
        if parse(origin.lower()) is not None:
            yield Tried(f"a request from {format_value(origin)}", origin)


def _without_origin(_: PolicyComparison) -> Iterator[Tried]:
    yield Tried("a request without Origin", None)


def _unlisted(_: PolicyComparison) -> Iterator[Tried]:
    yield Tried("a refused request", UNTRUSTED)


def _with_unset_origins(compared: PolicyComparison) -> Iterator[Tried]:
    option = compared.options.origins
    if option.layer.kind is LayerKind.CONFIG and option.raw is None:
        yield from _from([UNTRUSTED])


def _between_commas(compared: PolicyComparison) -> Iterator[Tried]:
    strings = (text for text in _strings(compared) if "," in text)
    yield from _from(piece for text in strings for piece in comma_list(text))


def _longer_than_matched(compared: PolicyComparison) -> Iterator[Tried]:
    for regex in compared.options.origins.value.regexes:
        lost = (
            tried
            for text in texts_of(regex.pattern)
            for tried in _from(text + end for end in (".evil.example", "0", "8000", "evil.example"))
            if _is_lost(compared, tried)
        )
        yield from islice(lost, 1)


def _is_lost(compared: PolicyComparison, tried: Tried) -> bool:
    before, now = compared.respond(tried.origin)
    return h.ALLOW_ORIGIN in before and h.ALLOW_ORIGIN not in now


def _of_domains(compared: PolicyComparison, behind: str = "") -> Iterator[Tried]:
    """Yield those from the patterns without their wildcards for subdomains and ports."""
    patterns = sorted(compared.options.origins.value.wildcards)
    return _from(each.replace("://*.", "://").removesuffix(":*") + behind for each in patterns)


def _of_patterns(compared: PolicyComparison) -> Iterator[Tried]:
    return _from(iter_test_origins(OriginSet(wildcards=compared.options.origins.value.wildcards)))


def _of_new_regexes(compared: PolicyComparison) -> Iterator[Tried]:
    for text in _new_regexes(compared):
        yield from islice(_from(origins_of(re.compile(text))), 1)


def _new_regexes(compared: PolicyComparison) -> list[str]:
    return [text for text in _strings(compared) if is_regex(text) and not is_v6_regex(text)]


def _ipv6(compared: PolicyComparison) -> Iterator[Tried]:
    return _from(each for each in sorted(compared.options.origins.value.exact) if "[" in each)


def _strings(compared: PolicyComparison) -> Iterator[str]:
    """Yield the strings that were given as origins."""
    raw = compared.options.origins.raw
    if isinstance(raw, str):
        yield raw
    elif isinstance(raw, (list, tuple, set, frozenset, Mapping)):
        yield from (item for item in raw if isinstance(item, str))


def _list_domains(compared: PolicyComparison, lost: list[Tried]) -> str:
    items = list_of(["...", *map(code_of, (tried.origin for tried in lost))])
    return f"{_line(compared, 'origins', items)}, if you want to allow that too"


def _leave_regex_out(compared: PolicyComparison, _: list[Tried]) -> str:
    text = format_value(_new_regexes(compared)[0])
    return f"nothing to do if you meant {text} as a regular expression; otherwise remove it"


def _lower_case(compared: PolicyComparison, _: list[Tried]) -> str:
    origin = compared.respond(None)[1][h.ALLOW_ORIGIN]
    return f"{_line(compared, 'origins', code_of(origin))}, as browsers send it"


def _line(compared: PolicyComparison, option: str, code: str) -> str:
    return format_option(option, getattr(compared.options, option), code)


# ---- preflights --------------------------------------------------------------------------------


def _preflights(compared: PolicyComparison, names: str | None = None) -> Iterator[Tried]:
    """Yield those for each method that is served, from an origin that is allowed."""
    for origin in allowed_origins(compared.policy)[:1]:
        for method in compared.methods:
            yield Tried(f"a preflight for {method}", origin, method, names)


def _with_any_method(compared: PolicyComparison) -> Iterator[Tried]:
    if compared.options.methods.value.any:
        yield from _preflights(compared)


def _with_methods_none(compared: PolicyComparison) -> Iterator[Tried]:
    if compared.options.methods.raw is None:
        yield from _preflights(compared)


def _not_for_head(compared: PolicyComparison) -> Iterator[Tried]:
    """Yield all but that for HEAD, which Flask serves along with GET."""
    return (tried for tried in _preflights(compared) if tried.method != "HEAD")


def _allowed_preflight(compared: PolicyComparison) -> Iterator[Tried]:
    """Yield the first whose method both versions allow."""
    value = format_value(compared.options.max_age.raw)
    for origin in allowed_origins(compared.policy)[:1]:
        for method in (*compared.methods, *sorted(compared.options.methods.value.names)):
            if all(h.ALLOW_METHODS in headers for headers in compared.respond(origin, method)):
                yield Tried(f"max_age={value}", origin, method)
                return


def _for_names(compared: PolicyComparison, names: Iterable[str]) -> Iterator[Tried]:
    for allowed in _allowed_preflight(compared):
        for name in filter(is_token, names):
            yield Tried(f"the request header {format_value(name)}", *allowed[1:3], name)


def _names_between_commas(compared: PolicyComparison) -> Iterator[Tried]:
    value = compared.options.allow_headers.raw
    if isinstance(value, str) and "," in value:
        yield from _for_names(compared, comma_list(value))


def _matched_names(compared: PolicyComparison, behind: str = "") -> Iterator[Tried]:
    # Browsers send them in lower case.
    regexes = compared.options.allow_headers.value.regexes
    names = (name.lower() + behind for regex in regexes for name in texts_of(regex)[:1])
    return _for_names(compared, names)


def _literal_stars(compared: PolicyComparison) -> list[str]:
    """Return what was a regular expression and is literal now, such as ``X-*``."""
    return sorted(name for name in compared.options.allow_headers.value.names if "*" in name)


def _names_for_stars(compared: PolicyComparison) -> Iterator[Tried]:
    return _for_names(compared, (name.replace("*", "a") for name in _literal_stars(compared)))


def _write_regexes(compared: PolicyComparison, _: list[Tried]) -> str:
    regexes = (code_of(name.replace("*", ".*")) for name in _literal_stars(compared))
    return _line(compared, "allow_headers", list_of(["...", *regexes]))


def _list_methods(compared: PolicyComparison, lost: list[Tried]) -> str:
    methods = [*sorted(compared.options.methods.value.names), *(tried.method for tried in lost)]
    return _line(compared, "methods", list_of(map(code_of, methods)))


# ---- what else must hold -----------------------------------------------------------------------


def _differs_by_case(_: PolicyComparison, before: Headers, now: Headers) -> bool:
    return before[h.ALLOW_ORIGIN].lower() == now[h.ALLOW_ORIGIN]


def _is_listed(compared: PolicyComparison, before: Headers, _: Headers) -> bool:
    return before[h.ALLOW_ORIGIN].lower() in compared.options.origins.value.exact


def _has_another_number(_: PolicyComparison, before: Headers, now: Headers) -> bool:
    return before[h.MAX_AGE].strip() != now[h.MAX_AGE]


def _is_refused_by_one(_: PolicyComparison, before: Headers, now: Headers) -> bool:
    return h.ALLOW_METHODS not in before or h.ALLOW_METHODS not in now


def _had_no_header(_: PolicyComparison, before: Headers, now: Headers) -> bool:
    return not before and h.ALLOW_ORIGIN not in now


# ---- the table ---------------------------------------------------------------------------------

_AS_WRITTEN = "nothing to do: the configuration allows it"
_WHOLE_ORIGINS = (
    "nothing to do if you meant whole origins; otherwise add what may follow, such as "
    "(:[0-9]+)? for a port"
)
_LIST = "nothing to do: the string is read as a list"
_CACHES = "nothing to do: a shared cache keeps the responses apart"
_TESTS = "nothing to do, except in tests that compare all headers"

# The formatter would write a line per field.
DIFFERENCES = (
    PolicyDifference(
        rules.UNSET_ORIGINS, h.ALLOW_ORIGIN, _LOST, _with_unset_origins,
        'write app.config["CORS_ORIGINS"] = "*" to allow every origin, or [] to allow none',
    ),
    PolicyDifference(rules.COMMAS, h.ALLOW_ORIGIN, _GAINED, _between_commas, _LIST),
    PolicyDifference(
        rules.WHOLE_ORIGIN, h.ALLOW_ORIGIN, _LOST, _longer_than_matched,
        _WHOLE_ORIGINS,
    ),
    PolicyDifference(
        rules.ORIGIN_CASE, h.ALLOW_ORIGIN, _CHANGED, _without_origin, _lower_case,
        _differs_by_case,
    ),
    PolicyDifference(rules.ORIGIN_PATTERNS, h.ALLOW_ORIGIN, _LOST, _of_domains, _list_domains),
    PolicyDifference(
        rules.ORIGIN_PATTERNS, h.ALLOW_ORIGIN, _LOST, partial(_of_domains, behind=".evil.example"),
        "nothing to do: the pattern was not meant to allow it",
    ),
    PolicyDifference(rules.ORIGIN_PATTERNS, h.ALLOW_ORIGIN, _GAINED, _of_patterns, _AS_WRITTEN),
    PolicyDifference(rules.NEW_REGEX, h.ALLOW_ORIGIN, _GAINED, _of_new_regexes, _leave_regex_out),
    PolicyDifference(rules.IPV6, h.ALLOW_ORIGIN, _GAINED, _ipv6, _AS_WRITTEN),
    PolicyDifference(rules.REQUESTED_METHOD, h.ALLOW_METHODS, _LOST, _preflights, _list_methods),
    PolicyDifference(
        rules.ANY_METHOD, h.ALLOW_METHODS, _GAINED, _with_any_method,
        "nothing to do if you meant every method; otherwise list the methods",
    ),
    PolicyDifference(
        rules.METHODS_NONE, h.ALLOW_METHODS, _GAINED, _with_methods_none,
        "nothing to do if you meant the usual seven; methods=[] allows none",
    ),
    PolicyDifference(
        rules.MAX_AGE_ZERO, h.MAX_AGE, _GAINED, _allowed_preflight,
        "remove max_age to get the browser's own five seconds",
    ),
    PolicyDifference(
        rules.INVALID_MAX_AGE, h.MAX_AGE, _CHANGED, _allowed_preflight,
        "nothing to do: the fraction is cut off",
        _has_another_number,
        Severity.NOTE,
    ),
    PolicyDifference(rules.COMMAS, h.ALLOW_HEADERS, _GAINED, _names_between_commas, _LIST),
    PolicyDifference(
        rules.ALLOW_HEADERS_REGEX, h.ALLOW_HEADERS, _LOST, partial(_matched_names, behind="-evil"),
        "nothing to do if you meant whole names; otherwise end the regular expression with .*",
    ),
    PolicyDifference(
        rules.ALLOW_HEADERS_REGEX, h.ALLOW_HEADERS, _GAINED, _matched_names, _AS_WRITTEN,
    ),
    PolicyDifference(
        rules.ALLOW_HEADERS_REGEX, h.ALLOW_HEADERS, _LOST, _names_for_stars, _write_regexes,
    ),
    PolicyDifference(rules.PREFLIGHT_HEADERS, h.EXPOSE_HEADERS, _LOST, _not_for_head, _TESTS),
    PolicyDifference(
        rules.PREFLIGHT_HEADERS, h.MAX_AGE, _GAINED, _not_for_head, _TESTS,
        _is_refused_by_one,
    ),
    PolicyDifference(
        rules.VARY_REFUSED, "Vary", _GAINED, _unlisted, _CACHES,
        _had_no_header,
    ),
    PolicyDifference(
        rules.VARY_WITHOUT_ORIGIN, "Vary", _GAINED, _without_origin, _CACHES,
        _had_no_header,
    ),
    PolicyDifference(
        rules.SEVERAL_ORIGINS, h.ALLOW_ORIGIN, _LOST, _without_origin,
        "send an Origin in tests and health checks that look for the header",
        _is_listed,
    ),
)  # fmt: skip


def find_policy_differences(compared: PolicyComparison) -> Iterator[Change]:
    for difference in DIFFERENCES:
        yield from difference.find(compared)
