"""The configuration for HAProxy.

A request gets the number of its policy, then a state of that policy (:class:`.answers.State`), in
variables of its transaction. What is said is worked out when the request comes, and added by
``http-after-response``, which also serves HAProxy's own answers: preflights and errors.

To HAProxy, an expression that is too costly is one that does not match. So no line allows anything
because an expression does *not* match.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from ... import headers as h
from .answers import TOKEN, WELL_FORMED_ORIGIN, EdgePolicy, Names, Origins, State
from .comments import commented
from .expressions import UTF_8
from .haproxy_syntax import changed, indented, is_among, matching, said, word
from .path_tests import PathTest
from .plan import MAX_PATH, EdgeRule, Engine, Plan
from .regexes import escaped

_WHERE = """\
Made by `flask cors export haproxy`. This belongs into the backend of the app, before its other
http-request rules; or, where the frontend asks for a login, into a frontend that serves this app
alone, before that. It needs HAProxy 2.5 or later, built with PCRE2."""

ENGINE = Engine.PCRE


def render(plan: Plan) -> str:
    """The part to include in a configuration."""
    return "\n".join([*commented(_WHERE), "", *_rules(plan)]) + "\n"


def render_whole(plan: Plan, listen: str, upstream: str) -> str:
    """A configuration that runs in the foreground.

    :param listen: the address and port, such as ``"127.0.0.1:8080"``.
    :param upstream: the URL of the app, without a path.
    """
    lines = [
        "# Made by `flask cors export haproxy`. Run it: haproxy -db -f FILE",
        "defaults",
        "    mode http",
        "    timeout connect 5s",
        "    timeout client 60s",
        "    timeout server 60s",
        "",
        "frontend edge",
        *indented([f"bind {word(listen)}", "default_backend app"]),
        "",
        "backend app",
        *indented([*_rules(plan), f"server app {_server(upstream)}"]),
    ]
    return "\n".join(lines) + "\n"


def _server(upstream: str) -> str:
    url = urlsplit(upstream)
    host = url.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    if url.scheme != "https":
        return word(f"{shown}:{url.port or 80}")
    verified = f"ssl verify required ca-file @system-ca verifyhost {word(host)}"
    return f"{word(f'{shown}:{url.port or 443}')} {verified} sni {word(f'str({host})')}"


def _rules(plan: Plan) -> Iterator[str]:
    for section in (
        _request(),
        _path(plan),
        _which_policy(plan.rules),
        *(_policy(number, policy) for number, policy in enumerate(plan.policies)),
        _state(),
        _names(plan.policies),
        _response(plan.policies),
    ):
        yield from section
        yield ""


def _set(variable: str, sample: str, *conditions: str) -> str:
    return _if(f"http-request set-var(txn.{variable}) {sample}", *conditions)


def _format(variable: str, text: str, *conditions: str) -> str:
    """
    :param text: a word, in which variables are looked for.
    """
    return _if(f"http-request set-var-fmt(txn.{variable}) {text}", *conditions)


def _if(line: str, *conditions: str) -> str:
    return f"{line} if {' '.join(conditions)}"


# ---- the request -------------------------------------------------------------------------------

_ORIGIN, _METHOD = "req.fhdr(Origin)", f"req.fhdr({h.REQUEST_METHOD})"
_FROM, _ASKED = "var(txn.cors_from)", "var(txn.cors_asked)"


def _request() -> Iterator[str]:
    yield "# Two apps in one place would get a policy that is neither's."
    yield "http-request deny deny_status 500 if { var(txn.cors_once) -m found }"
    yield "http-request set-var(txn.cors_once) bool(true)"
    yield ""
    yield "# The Origin, and the method that is asked for; none of what no page has."
    yield "acl cors_has_origin req.fhdr_cnt(Origin) gt 0"
    yield "acl cors_has_one_origin req.fhdr_cnt(Origin) eq 1"
    yield matching("cors_is_origin", _ORIGIN, rf"^{WELL_FORMED_ORIGIN}\z")
    yield _set("cors_from", _ORIGIN, "cors_has_one_origin", "cors_is_origin")
    # Formatted: a variable of a method takes PATCH for OPTIONS.
    yield 'http-request set-var-fmt(txn.cors_method) "%[method]"'
    yield "acl cors_is_options var(txn.cors_method) -m str OPTIONS"
    yield f"acl cors_asks req.fhdr_cnt({h.REQUEST_METHOD}) gt 0"
    yield f"acl cors_asks_once req.fhdr_cnt({h.REQUEST_METHOD}) eq 1"
    yield matching("cors_asks_method", _METHOD, rf"^{TOKEN}\z")
    conditions = ("cors_is_options", "cors_has_origin", "cors_asks")
    yield _set("cors_preflight", "bool(true)", *conditions)
    yield "acl cors_preflight var(txn.cors_preflight) -m bool"
    conditions = ("cors_preflight", "cors_asks_once", "cors_asks_method")
    yield _set("cors_asked", _METHOD, *conditions)
    yield f"acl cors_asks_network req.fhdr({h.REQUEST_PRIVATE_NETWORK}) -m str true"
    yield f"acl cors_asks_network_once req.fhdr_cnt({h.REQUEST_PRIVATE_NETWORK}) eq 1"
    for variable in ("from", "told", "granted", "network"):
        yield f"acl cors_{variable} var(txn.cors_{variable}) -m found"


# ---- which policy ------------------------------------------------------------------------------

_PATH = "var(txn.cors_path)"


def _path(plan: Plan) -> Iterator[str]:
    yield "# The path as the app sees it, below its root; none of what no browser sends."
    # A stray % is one to an app, and an error to url_dec.
    whole = changed("path", (r"%(?![0-9A-Fa-f]{2})", "%25"))
    yield f"http-request set-var(txn.cors_path) {whole}"
    yield f"http-request set-var(txn.cors_path) {_PATH},url_dec"
    if plan.root:
        yield matching("cors_below_root", _PATH, rf"^{escaped(plan.root)}(?:/|\z)")
        yield "http-request unset-var(txn.cors_path) unless cors_below_root"
    below = changed(_PATH, (f"^{escaped(plan.root)}/*", "/"))
    yield f"http-request set-var(txn.cors_path) {below}"
    yield f"acl cors_path_is_long {_PATH},length gt {MAX_PATH}"
    yield "http-request unset-var(txn.cors_path) if cors_path_is_long"
    if not plan.is_everywhere:
        yield matching("cors_has_dots", _PATH, r"/\.{1,2}(?:/|\z)")
        yield "http-request unset-var(txn.cors_path) if cors_has_dots"
    if plan.has_expressions:
        yield matching("cors_is_utf_8", _PATH, rf"^{UTF_8}*+\z")
        yield "http-request unset-var(txn.cors_path) unless cors_is_utf_8"


def _which_policy(rules: Iterable[EdgeRule]) -> Iterator[str]:
    yield "# The policy: the first line that matches decides."
    yield "acl cors_decided var(txn.cors_policy) -m found"
    yield "http-request unset-var(txn.cors_method) if cors_preflight"
    yield _set("cors_method", _ASKED, "cors_preflight")
    tests: dict[PathTest, str] = {}
    methods: dict[tuple[str, ...], str] = {}
    for rule in rules:
        conditions = ["!cors_decided"]
        if rule.preflights_only:
            conditions.append("cors_preflight")
        if rule.methods is not None:
            if rule.methods not in methods:
                name = methods.setdefault(rule.methods, f"cors_methods_{len(methods)}")
                yield from is_among(name, "var(txn.cors_method)", rule.methods, ignores_case=True)
            conditions.append(methods[rule.methods])
        new = [test for test in dict.fromkeys(rule.tests) if test not in tests]
        for test in new:
            tests[test] = f"cors_path_{len(tests)}"
            yield matching(tests[test], _PATH, f"^{test.expression}")
        conditions += [tests[test] for test in rule.tests]
        policy = "none" if rule.policy is None else rule.policy
        yield _set("cors_policy", f"str({policy})", *conditions)
        # What is too costly to tell is left to no other rule.
        for test in (each for each in new if each.is_expression):
            yield matching(f"{tests[test]}_is_told", _PATH, f"^(?:{test.expression})|^")
            yield _set("cors_policy", "str(none)", "!cors_decided", f"!{tests[test]}_is_told")
    yield "http-request unset-var(txn.cors_policy) if { var(txn.cors_policy) -m str none }"


# ---- a policy ----------------------------------------------------------------------------------

_is_well_formed = re.compile(WELL_FORMED_ORIGIN).fullmatch


def _policy(number: int, policy: EdgePolicy) -> Iterator[str]:
    yield f"# Policy {number}: what an origin is told, and the methods that a preflight is granted."
    name = f"cors_{number}"
    yield f"acl {name} var(txn.cors_policy) -m str {number}"
    yield from _told(name, policy.origins)
    if policy.methods:
        yield from is_among(f"{name}_method", _ASKED, policy.methods)
        yield _format("cors_granted", said(policy.listed), name, f"{name}_method")
    if policy.any_method:
        yield _set("cors_granted", _ASKED, name, "!cors_granted")
    conditions = (name, "cors_told", "cors_asks_network", "cors_asks_network_once")
    yield _set("cors_network", f"str({policy.private_network})", "cors_from", *conditions)


def _told(name: str, origins: Origins) -> Iterator[str]:
    if origins.without is not None:
        yield _format("cors_told", said(origins.without), name, "!cors_has_origin")
    if origins.any and origins.told_to_any is not None:
        yield _format("cors_told", said(origins.told_to_any), name, "cors_from")
    elif origins.any:
        yield _set("cors_told", _FROM, name, "cors_from")
    exact = list(filter(_is_well_formed, origins.exact))  # no others are looked at
    if exact:
        yield from is_among(f"{name}_exact", f"{_FROM},lower", exact)
        yield _set("cors_told", f"{_FROM},lower", name, f"{name}_exact")
    for each in origins.expressions:
        whole = rf"^(?:{each.with_flag(each.exact)})\z"
        yield matching(f"{name}_form", _FROM, whole)
    if origins.expressions:
        yield _set("cors_told", _FROM, name, "!cors_told", f"{name}_form")


def _state() -> Iterator[str]:
    yield "# The policy and what the request is to it."
    for state, conditions in (
        (State.REFUSED, "!cors_told"),
        (State.PLAIN, "cors_told !cors_has_origin"),
        (State.ACTUAL, "cors_told cors_has_origin !cors_preflight"),
        (State.PREFLIGHT, "cors_told cors_preflight cors_granted"),
        (State.METHOD_REFUSED, "cors_told cors_preflight !cors_granted"),
    ):
        text = f'"%[var(txn.cors_policy)]:{state.value}"'
        yield _format("cors_state", text, "cors_decided", conditions)


def _is_state(name: str, states: Iterable[tuple[int, State]]) -> Iterator[str]:
    """The condition ``name``: the request is one of these."""
    keys = [f"{number}:{state.value}" for number, state in states]
    return is_among(name, "var(txn.cors_state)", keys)


# ---- header names ------------------------------------------------------------------------------

_ASKED_NAMES = f"req.fhdr({h.REQUEST_HEADERS})"
_NAMES = "var(txn.cors_names)"
_TOKEN_CHAR = TOKEN.removesuffix("+")
_NO_TOKEN_CHAR = _TOKEN_CHAR.replace("[", "[^,", 1)


def _names(policies: Iterable[EdgePolicy]) -> Iterator[str]:
    yield "# The header names that are asked for; none where they are more than any page asks for."
    yield f"acl cors_is_granted var(txn.cors_state) -m end -- :{State.PREFLIGHT.value}"
    yield f"acl cors_names_once req.fhdr_cnt({h.REQUEST_HEADERS}) eq 1"
    yield f"acl cors_names_are_short {_ASKED_NAMES},length le {h.MAX_LIST_BYTES}"
    conditions = ("cors_is_granted", "cors_names_once", "cors_names_are_short")
    trimmed = changed(_ASKED_NAMES, (r"(?<![ \t])[ \t]++(?=,|\z)", ""), (r",[ \t]++", ","))
    yield _set("cors_names", trimmed, *conditions)
    yield f"acl cors_names {_NAMES},length gt 0"
    yield _format("cors_names", f'",%[{_NAMES}],"', "cors_names")
    no_token = f",{_TOKEN_CHAR}*+{_NO_TOKEN_CHAR}[^,]*+(?=,)"
    yield _set("cors_names", changed(_NAMES, (no_token, ""), (",,+", ",")), "cors_names")
    yield matching("cors_names_are_few", _NAMES, rf"^(?:,[^,]++){{1,{h.MAX_LIST_NAMES}}},\z")
    yield "http-request unset-var(txn.cors_names) unless cors_names_are_few"
    numbers: dict[Names, list[int]] = {}
    for number, policy in enumerate(policies):
        if not policy.names.any:
            numbers.setdefault(policy.names, []).append(number)
    for index, (names, of) in enumerate(numbers.items()):
        name = f"cors_names_{index}"
        yield from _is_state(name, [(number, State.PREFLIGHT) for number in of])
        yield _set("cors_names", _allowed(names), name)
    joined = changed(_NAMES, ("^,:?", ""), (r",\z", ""), (",:?", ", "))
    yield _set("cors_names", joined, "cors_names")


# HAProxy takes no more than 16,384 characters in brackets.
_NAMES_AT_ONCE = 48


def _allowed(names: Names) -> str:
    """Each of the names that is allowed is marked, then all others are dropped."""
    any_of = [each.with_flag(each.exact) for each in names.expressions]
    any_of += [f"(?i:{escaped(name)})" for name in names.literal]
    marks = [
        (f",(?=(?:{'|'.join(any_of[start : start + _NAMES_AT_ONCE])}),)", ",:")
        for start in range(0, len(any_of), _NAMES_AT_ONCE)
    ]
    return changed(_NAMES, *marks, (",[^,:][^,]*+", ""))


# ---- the response ------------------------------------------------------------------------------


def _response(policies: Iterable[EdgePolicy]) -> Iterator[str]:
    yield "# Preflights are answered here, refused ones too."
    yield "http-request return status 200 if cors_preflight cors_decided"
    yield ""
    yield "# What the upstream says of CORS is dropped."
    for name in (*_BY_VARIABLE, *_CONSTANT):
        yield f"http-after-response del-header {name}"
    for name, (variable, conditions) in _BY_VARIABLE.items():
        yield _if(f"http-after-response set-header {name} %[var(txn.{variable})]", conditions)
    yield from _constants(policies)


# By which variable, and when.
_BY_VARIABLE = {
    h.ALLOW_ORIGIN: ("cors_told", "cors_told"),
    h.ALLOW_METHODS: ("cors_granted", "cors_is_granted"),
    h.ALLOW_HEADERS: ("cors_names", "cors_names"),
    h.ALLOW_PRIVATE_NETWORK: ("cors_network", "cors_network"),
}
_CONSTANT = (h.ALLOW_CREDENTIALS, h.EXPOSE_HEADERS, h.MAX_AGE)


def _constants(policies: Iterable[EdgePolicy]) -> Iterator[str]:
    yield 'acl cors_varies res.hdr(Vary) -m str -i -- Origin "*"'
    states: dict[tuple[str, str], list[tuple[int, State]]] = {}
    for number, policy in enumerate(policies):
        for state, headers in policy.answers:
            for header in headers:
                states.setdefault(header, []).append((number, state))
    for index, ((name, value), of) in enumerate(states.items()):
        yield from _is_state(f"cors_says_{index}", of)
        does = "add" if name == "Vary" else "set"
        conditions = f"cors_says_{index}" + (" !cors_varies" if name == "Vary" else "")
        yield _if(f"http-after-response {does}-header {name} {said(value)}", conditions)
