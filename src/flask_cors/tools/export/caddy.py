"""The configuration for Caddy.

All is worked out by maps, each when it is asked for, so that one may build on others. Go's engine
reads characters, not bytes, and has no look-ahead: of several tests of a path, all but one are maps
of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ... import headers as h
from .answers import TOKEN, WELL_FORMED_ORIGIN, EdgePolicy, Names, State
from .caddy_syntax import (
    NOTHING_ELSE,
    in_characters,
    indented,
    longer_than,
    mapped,
    matching,
    quoted,
    value_of,
)
from .expressions import OWS, list_of
from .plan import MAX_PATH, EdgeRule, Plan
from .regexes import escaped
from .routing import PathTest

# What is said, by which map; what the upstream says of it is dropped.
_HEADERS = {
    h.ALLOW_ORIGIN: "allow_origin",
    h.ALLOW_CREDENTIALS: "allow_credentials",
    h.EXPOSE_HEADERS: "expose_headers",
    h.ALLOW_METHODS: "allow_methods",
    h.ALLOW_HEADERS: "allow_headers",
    h.MAX_AGE: "max_age",
    h.ALLOW_PRIVATE_NETWORK: "allow_private_network",
    "Vary": "vary",
}

_IN_SITE = (
    "# Made by `flask cors export caddy`. This belongs into the site block in front of the app:"
)
# As they came: a rewrite changes the others.
_METHOD, _PATH = "{http.request.orig_method}", "{http.request.orig_uri.path}"

_IN_PROXY = "# And this into each reverse_proxy { } of it:"


def render(plan: Plan) -> str:
    """The part to include in a configuration."""
    return "\n".join([_IN_SITE, "", *_site(plan), "", _IN_PROXY, "", *_proxy()]) + "\n"


def render_whole(plan: Plan, listen: str, upstream: str) -> str:
    """A configuration that runs in the foreground.

    :param listen: the address and port, such as ``"127.0.0.1:8080"``.
    :param upstream: the URL of the app, without a path.
    """
    address, _, port = listen.rpartition(":")
    lines = [
        "# Made by `flask cors export caddy`. Run it: caddy run --adapter caddyfile --config FILE",
        "{",
        *indented(["admin off", "auto_https off"]),
        "}",
        f"{quoted(f'http://:{port}')} {{",
        *indented([f"bind {quoted(address)}", *_site(plan)]),
        f"\treverse_proxy {quoted(upstream)} {{",
        *indented(indented(_proxy())),
        "\t}",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _proxy() -> Iterator[str]:
    for name in _HEADERS:
        if name != "Vary":  # of which the app has more to say
            yield f"header_down -{name}"


def _site(plan: Plan) -> Iterator[str]:
    yield from _request()
    yield from _which_policy(plan)
    yield from _what_origin(plan.policies)
    yield from _what_state(plan.policies)
    yield from _constants(plan.policies)
    yield from _names(plan.policies)
    for name, variable in _HEADERS.items():
        yield f'@cors_{variable} `{{cors_{variable}}} != ""`'
        yield f"header @cors_{variable} {'+' if name == 'Vary' else ''}{name} {{cors_{variable}}}"
    yield '@cors_is_answered `{cors_is_answered} == "1"`'
    yield "respond @cors_is_answered 200"


def _header(name: str) -> str:
    return f"{{header.{name}}}"


def _request() -> Iterator[str]:
    for about, name, result, expression in (
        ("Origin", "Origin", "from", WELL_FORMED_ORIGIN),
        ("method that is asked for", h.REQUEST_METHOD, "asked", TOKEN),
    ):
        yield from mapped(
            f'The {about}; "," for what is none.',
            _header(name),
            result,
            [('""', '""'), matching(rf"^({expression})\z", '"${1}"'), ("default", '","')],
        )
    yield from mapped(
        "Whether it is a preflight.",
        f"{_METHOD}:{{cors_asked}}:{{cors_from}}",
        "preflight",
        [matching("^OPTIONS:[^:]+:.", '"preflight "'), NOTHING_ELSE],
    )


def _which_policy(plan: Plan) -> Iterator[str]:
    too_long = matching(longer_than(MAX_PATH + len(plan.root)), '""')
    if plan.is_everywhere and not plan.root:
        lines = [too_long, matching("^/", '"0"'), NOTHING_ELSE]
        yield from mapped("The policy.", _PATH, "policy", lines)
    else:
        # Without a root, the app takes any number of slashes in front for one.
        root = in_characters(escaped(plan.root))
        begins = rf"^{root}(?:/+|\z)" if root else "^/+"
        yield from mapped(
            "The path as the app sees it, below its root; none of what no browser sends.",
            _PATH,
            "path",
            [
                too_long,
                *_unread(plan.rules),
                matching(r"/\.{1,2}(?:/|\z)", '""'),
                matching(rf"{begins}((?s:.*))\z", '"/${1}"'),
                NOTHING_ELSE,
            ],
        )
        yield from _policy_by_rules(plan.rules)
    yield from mapped(
        "Whether Caddy answers: preflights, refused ones too.",
        "{cors_preflight}{cors_policy}",
        "is_answered",
        [matching("^preflight [0-9]", '"1"'), NOTHING_ELSE],
    )


def _unread(rules: Iterable[EdgeRule]) -> Iterator[tuple[str, str]]:
    """What an expression must not meet: what is no character, or to Go another case of k and s."""
    tests = [test for rule in rules for test in rule.tests]
    if any(test.exact is None and test.below is None for test in tests):
        yield matching(r"[\x{fffd}\x{212a}\x{17f}]", '""')


def _policy_by_rules(rules: Iterable[EdgeRule]) -> Iterator[str]:
    rules = tuple(rules)
    ahead = list(dict.fromkeys(test for rule in rules for test in rule.tests[:-1]))
    for number, test in enumerate(ahead):
        yield from mapped(
            "One test of several.",
            "{cors_path}",
            f"test_{number}",
            [matching(f"^{in_characters(test.expression)}", '"1"'), ("default", '"0"')],
        )
    yield from mapped(
        "The method that counts.",
        "{cors_preflight}",
        "method",
        [('""', quoted(_METHOD)), ("default", '"{cors_asked}"')],
    )
    tests = "".join(f"{{cors_test_{number}}}" for number, _ in enumerate(ahead))
    yield from mapped(
        "The policy: the first line that matches decides.",
        f"{tests}:{{cors_preflight}}{{cors_method}} {{cors_path}}",
        "policy",
        [
            *(
                matching(f"^{_of_tests(rule, ahead)}:{_of_rule(rule)}", _number(rule.policy))
                for rule in rules
            ),
            NOTHING_ELSE,
        ],
    )


def _number(policy: int | None) -> str:
    return '""' if policy is None else f'"{policy}"'


def _of_tests(rule: EdgeRule, ahead: Iterable[PathTest]) -> str:
    return "".join("1" if test in rule.tests[:-1] else "[01]" for test in ahead)


def _of_rule(rule: EdgeRule) -> str:
    preflight = "preflight " if rule.preflights_only else "(?:preflight )?"
    methods = "[^ ]+"
    if rule.methods is not None:
        methods = f"(?i:{'|'.join(map(escaped, rule.methods))})"
    return f"{preflight}{methods} {in_characters(rule.tests[-1].expression)}"


def _by_policy(
    about: str, result: str, policies: Iterable[EdgePolicy], value: Callable[[int], str]
) -> Iterator[str]:
    lines = [(f'"{number}"', quoted(value(number))) for number, _ in enumerate(policies)]
    yield from mapped(f"{about}.", "{cors_policy}", result, [*lines, NOTHING_ELSE])


def _what_origin(policies: Iterable[EdgePolicy]) -> Iterator[str]:
    for number, policy in enumerate(policies):
        about = f"What policy {number} tells an origin."
        yield from mapped(about, "{cors_from}", f"origin_{number}", _origin_lines(policy))
    yield from _by_policy(
        h.ALLOW_ORIGIN, "allow_origin", policies, lambda number: f"{{cors_origin_{number}}}"
    )


def _origin_lines(policy: EdgePolicy) -> Iterator[tuple[str, str]]:
    origins = policy.origins
    yield '""', quoted(origins.without or "")
    if origins.any:
        yield '","', '""'
        yield "default", quoted(origins.told_to_any or "{cors_from}")
        return
    for origin in origins.exact:
        yield matching(rf"^(?i:{escaped(origin)})\z", value_of(origin))
    for expression in origins.expressions:
        yield matching(rf"^({expression.with_flag(f'(?:{expression.exact})')})\z", '"${1}"')
    yield NOTHING_ELSE


def _what_state(policies: Iterable[EdgePolicy]) -> Iterator[str]:
    yield from mapped(
        "The methods that a preflight is granted.",
        "{cors_policy} {cors_asked}",
        "granted",
        [*_method_lines(policies), NOTHING_ELSE],
    )
    yield from mapped(
        "What a request is to its policy, if its origin is allowed.",
        "{cors_preflight}:{cors_granted}:{cors_from}",
        "kind",
        [
            matching("^preflight :[^:]", State.PREFLIGHT.value),
            matching("^preflight ::", State.METHOD_REFUSED.value),
            matching("^:[^:]*:.", State.ACTUAL.value),
            ("default", State.PLAIN.value),
        ],
    )
    yield from mapped(
        "The policy and what the request is to it.",
        "{cors_allow_origin}",
        "state",
        [
            ('""', quoted(f"{{cors_policy}} {State.REFUSED.value}")),
            ("default", '"{cors_policy} {cors_kind}"'),
        ],
    )


def _method_lines(policies: Iterable[EdgePolicy]) -> Iterator[tuple[str, str]]:
    for number, policy in enumerate(policies):
        if policy.methods:
            methods = "|".join(map(escaped, policy.methods))
            yield matching(rf"^{number} (?:{methods})\z", value_of(policy.listed))
        if policy.any_method:
            yield matching(rf"^{number} ([^,]+)\z", '"${1}"')


def _constants(policies: Iterable[EdgePolicy]) -> Iterator[str]:
    policies = tuple(policies)
    for name in (h.ALLOW_CREDENTIALS, h.EXPOSE_HEADERS, h.MAX_AGE, "Vary"):
        lines = [
            (f'"{number} {state.value}"', quoted(value))
            for number, policy in enumerate(policies)
            for state, headers in policy.answers
            for given, value in headers
            if given == name
        ]
        yield from mapped(f"{name}.", "{cors_state}", _HEADERS[name], [*lines, NOTHING_ELSE])
    yield from mapped(
        f"{h.ALLOW_METHODS}.",
        "{cors_state}:{cors_granted}",
        "allow_methods",
        [matching(rf"^[0-9]+ {State.PREFLIGHT.value}:(.+)\z", '"${1}"'), NOTHING_ELSE],
    )
    asks = rf"(?:{State.ACTUAL.value}|{State.PREFLIGHT.value}|{State.METHOD_REFUSED.value}) true\z"
    yield from mapped(
        f"{h.ALLOW_PRIVATE_NETWORK}.",
        f"{{cors_state}} {_header(h.REQUEST_PRIVATE_NETWORK)}",
        "allow_private_network",
        [
            *(
                matching(f"^{number} {asks}", quoted(policy.private_network))
                for number, policy in enumerate(policies)
            ),
            NOTHING_ELSE,
        ],
    )


# ---- header names ------------------------------------------------------------------------------


def _names(policies: Iterable[EdgePolicy]) -> Iterator[str]:
    policies = tuple(policies)
    yield from mapped(
        "The header names that are asked for; none where they are more than any page asks for.",
        _header(h.REQUEST_HEADERS),
        "asked_names",
        [
            matching(r"[^\x00-\x7f]", '""'),
            matching(longer_than(h.MAX_LIST_BYTES), '""'),
            matching(f"^(?:[^,]*,){{{h.MAX_LIST_NAMES}}}", '""'),
            matching(r"^([\x00-\x7f]+)\z", '"${1}"'),
            NOTHING_ELSE,
        ],
    )
    literal = list(dict.fromkeys(name for policy in policies for name in policy.names.literal))
    for number, name in enumerate(literal):
        one = rf"^(?:.*,)?{OWS}((?i:{escaped(name)})){OWS}(?:,.*)?\z"
        yield from mapped(
            "One name, if it is asked for, as it is spelt.",
            "{cors_asked_names}",
            f"name_{number}",
            [matching(one, '"${1}, "'), NOTHING_ELSE],
        )
    lists = list(dict.fromkeys(policy.names for policy in policies))
    for number, names in enumerate(lists):
        yield from _allowed_names(number, names, literal)
    lines = [
        (f'"{number} {State.PREFLIGHT.value}"', f'"{{cors_names_{lists.index(policy.names)}}}"')
        for number, policy in enumerate(policies)
    ]
    yield from mapped(
        f"{h.ALLOW_HEADERS}.", "{cors_state}", "allow_headers", [*lines, NOTHING_ELSE]
    )


def _allowed_names(number: int, names: Names, literal: list[str]) -> Iterator[str]:
    about, result = "Those that are allowed.", f"names_{number}"
    if names.any:
        lines = [matching(f"({list_of(TOKEN)})", '"${1}"'), NOTHING_ELSE]
        yield from mapped(about, "{cors_asked_names}", result, lines)
        return
    yield from mapped(
        "The literal ones among the next.",
        "".join(f"{{cors_name_{literal.index(name)}}}" for name in names.literal),
        f"literal_{number}",
        [matching(r"^(.+), \z", '"${1}"'), NOTHING_ELSE],
    )
    any_of = [each.with_flag(each.exact) for each in names.expressions]
    any_of += [f"(?i:{escaped(name)})" for name in names.literal]
    all_of_them = [matching(f"({list_of('|'.join(any_of))})", '"${1}"')] if any_of else []
    yield from mapped(
        about,
        "{cors_asked_names}",
        result,
        [*all_of_them, ("default", f'"{{cors_literal_{number}}}"')],
    )
