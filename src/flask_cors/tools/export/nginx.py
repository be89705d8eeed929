"""The configuration for nginx.

All is worked out by maps, which yield empty values for what is not to be said: ``add_header``
leaves these out, so that one list of them serves every response, nginx's own errors among them.
``if`` holds nothing but ``return``.

A request gets the number of its policy, then a state of that policy (:class:`.answers.State`); all
constant headers are looked up by the two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from ... import headers as h
from .answers import TOKEN, WELL_FORMED_ORIGIN, EdgePolicy, State
from .expressions import UTF_8
from .nginx_names import allowed_names
from .nginx_syntax import (
    NOTHING_ELSE,
    indented,
    mapped,
    matching,
    quoted,
    value_of,
    with_dollar,
)
from .plan import MAX_PATH, EdgeRule, Plan
from .regexes import Portable, escaped

# What is said, by which variable; what the upstream says of it is dropped.
_HEADERS = {
    h.ALLOW_ORIGIN: "$cors_allow_origin",
    h.ALLOW_CREDENTIALS: "$cors_allow_credentials",
    h.EXPOSE_HEADERS: "$cors_expose_headers",
    h.ALLOW_METHODS: "$cors_allow_methods",
    h.ALLOW_HEADERS: "$cors_allow_headers",
    h.MAX_AGE: "$cors_max_age",
    h.ALLOW_PRIVATE_NETWORK: "$cors_allow_private_network",
    "Vary": "$cors_vary",
}

_IN_HTTP = "# Made by `flask cors export nginx`. This belongs into http { }:"
_IN_SERVER = """\
# And this into the server { } in front of the app, before any rewrite. A location with an
# add_header or a proxy_hide_header of its own inherits none of these: repeat them there."""


def render(plan: Plan) -> str:
    """The part to include in a configuration."""
    return "\n".join([_IN_HTTP, "", *_http(plan), _IN_SERVER, "", *_server()]) + "\n"


def render_whole(plan: Plan, listen: str, upstream: str) -> str:
    """A configuration that runs in the foreground, in a folder of its own.

    :param listen: the address and port, such as ``"127.0.0.1:8080"``.
    :param upstream: the URL of the app, without a path.
    """
    temporary = [
        f"{module}_temp_path temp_{module};"
        for module in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    ]
    server = [
        f"listen {quoted(listen)};",
        "",
        *_server(),
        "location / {",
        *indented([f"proxy_pass {quoted(upstream)};", "proxy_set_header Host $http_host;"]),
        "}",
    ]
    http = ["access_log off;", *temporary, "", *_http(plan), "server {", *indented(server), "}"]
    lines = [
        '# Made by `flask cors export nginx`. Run it: nginx -e stderr -p "$(mktemp -d)" -c FILE',
        "daemon off;",
        "pid nginx.pid;",
        "error_log stderr;",
        "events { }",
        "http {",
        *indented(http),
        "}",
    ]
    return "\n".join(lines) + "\n"


# ---- server ------------------------------------------------------------------------------------


def _server() -> Iterator[str]:
    for name, variable in _HEADERS.items():
        yield f"add_header {name} {variable} always;"
    for name in _HEADERS:
        if name != "Vary":  # of which the app has more to say
            yield f"proxy_hide_header {name};"
    yield "if ($cors_is_answered) {"
    yield "    return 200;"
    yield "}"


# ---- http --------------------------------------------------------------------------------------


# nginx lets a later map take the place of an earlier one without a word, but takes no name of a
# log_format twice.
_ONCE = (
    "# Two apps in one nginx would get the policy of the later one: this makes nginx refuse that.",
    'log_format cors_of_one_app "";',
    "",
)


def _http(plan: Plan) -> Iterator[str]:
    lines = list(_maps(plan))
    yield from _ONCE
    yield from with_dollar(lines)


def _maps(plan: Plan) -> Iterator[str]:
    yield from _request()
    yield from _which_policy(plan)
    yield from _what_origin(plan.policies)
    yield from _what_state(plan.policies)
    yield from _constants(plan.policies)
    yield from allowed_names(plan.policies)


def _request() -> Iterator[str]:
    yield from mapped(
        'The Origin; "," for one that no page has.',
        "$http_origin",
        "cors_from",
        [
            ('""', '""'),
            matching(f"^{WELL_FORMED_ORIGIN}$", "$http_origin"),
            ("default", '","'),
        ],
    )
    yield from mapped(
        'The method that is asked for; "," for what is none.',
        "$http_access_control_request_method",
        "cors_asked",
        [
            ('""', '""'),
            matching(f"^{TOKEN}$", "$http_access_control_request_method"),
            ("default", '","'),
        ],
    )
    yield from mapped(
        "Whether it is a preflight.",
        '"$request_method:$cors_asked:$cors_from"',
        "cors_preflight",
        [matching("^OPTIONS:[^:]+:.", '"preflight "'), NOTHING_ELSE],
    )


_SLASH, _DOT = "(?:/|%2f)", r"(?:\.|%2e)"


def _which_policy(plan: Plan) -> Iterator[str]:
    too_long = matching(rf"[\x00-\xff]{{{MAX_PATH + len(plan.root) + 1}}}", '""')
    if plan.is_everywhere and not plan.root:
        yield from mapped(
            "The policy.", "$uri", "cors_policy", [too_long, matching("^/", '"0"'), NOTHING_ELSE]
        )
    else:
        yield from _path(plan.root, [too_long, *_unread(plan.rules)])
        yield from _policy_by_rules(plan.rules)
    yield from mapped(
        "Whether nginx answers: preflights, refused ones too.",
        '"$cors_preflight$cors_policy"',
        "cors_is_answered",
        [matching("^preflight [0-9]", '"1"'), ("default", '"0"')],
    )


def _path(root: str, unread: Iterable[tuple[str, str]]) -> Iterator[str]:
    # Without a root, the app takes any number of slashes in front for one.
    begins = "^" if root else "^/*(?=/)"
    yield from mapped(
        "The path as the app sees it; none where nginx has changed more than escapes.",
        "$request_uri",
        "cors_whole_path",
        [
            matching(rf"{begins}(?<cors_plain>/[^?#%\x80-\xff]*)(?:\?|\z)", '"$cors_plain"'),
            (quoted(rf"~*^[^?]*(?:#|{_SLASH}(?:{_SLASH}|{_DOT}{{1,2}}(?:{_SLASH}|\?|\z)))"), '""'),
            matching("^/", "$uri"),
            NOTHING_ELSE,
        ],
    )
    below = matching("^/", "$cors_whole_path")
    if root:
        expression = rf"^{escaped(root)}(?:/+(?<cors_below>[\x00-\xff]*))?\z"
        below = matching(expression, '"/$cors_below"')
    yield from mapped(
        "The same, below the root of the app; none of what no browser sends.",
        "$cors_whole_path",
        "cors_path",
        [
            *unread,
            matching(r"/\.{1,2}(?:/|\z)", '""'),
            below,
            NOTHING_ELSE,
        ],
    )


def _unread(rules: Iterable[EdgeRule]) -> Iterator[tuple[str, str]]:
    """What an expression must not meet."""
    tests = [test for rule in rules for test in rule.tests]
    if any(test.exact is None and test.below is None for test in tests):
        yield matching(rf"^(?!{UTF_8}*+\z)", '""')


def _policy_by_rules(rules: Iterable[EdgeRule]) -> Iterator[str]:
    rules = tuple(rules)
    if all(rule.methods is None and not rule.preflights_only for rule in rules):
        subject, begins = "$cors_path", [""] * len(rules)
    else:
        yield from mapped(
            "The method that counts.",
            "$cors_preflight",
            "cors_method",
            [('""', "$request_method"), ("default", "$cors_asked")],
        )
        subject, begins = '"$cors_preflight$cors_method $cors_path"', [*map(_of_method, rules)]
    yield from mapped(
        "The policy: the first line that matches decides.",
        subject,
        "cors_policy",
        [
            *(
                matching(f"^{method}{_of_path(rule)}", _number(rule.policy))
                for method, rule in zip(begins, rules, strict=True)
            ),
            NOTHING_ELSE,
        ],
    )


def _number(policy: int | None) -> str:
    return '""' if policy is None else f'"{policy}"'


def _of_method(rule: EdgeRule) -> str:
    preflight = "preflight " if rule.preflights_only else "(?:preflight )?"
    if rule.methods is None:
        return f"{preflight}[^ ]+ "
    return f"{preflight}(?i:{'|'.join(map(escaped, rule.methods))}) "


def _of_path(rule: EdgeRule) -> str:
    *ahead, last = (test.expression for test in rule.tests)
    return "".join(f"(?={expression})" for expression in ahead) + last


# A longer key would need a larger map_hash_bucket_size than nginx has by itself.
_SHORT_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[a-z0-9._-]+(?::[0-9]+)?").fullmatch
_LONGEST_KEY = 46


def _what_origin(policies: Iterable[EdgePolicy]) -> Iterator[str]:
    for number, policy in enumerate(policies):
        yield from mapped(
            f"What policy {number} tells an origin.",
            "$cors_from",
            f"cors_origin_{number}",
            _origin_lines(policy),
        )
    yield from _by_policy(
        h.ALLOW_ORIGIN, "cors_allow_origin", policies, lambda number: f"$cors_origin_{number}"
    )


def _origin_lines(policy: EdgePolicy) -> Iterator[tuple[str, str]]:
    origins = policy.origins
    if origins.without is not None:
        yield '""', value_of(origins.without)
    else:
        yield '""', '""'
    if origins.any:
        yield '","', '""'
        yield "default", value_of(origins.told_to_any) if origins.told_to_any else "$cors_from"
        return
    for origin in origins.exact:  # a key is compared in any case, and its value told as it is
        is_key = len(origin) <= _LONGEST_KEY and _SHORT_ORIGIN(origin)
        yield quoted(origin if is_key else f"~*^{escaped(origin)}$"), value_of(origin)
    for expression in origins.expressions:
        yield _whole(expression), "$cors_from"
    yield NOTHING_ELSE


def _whole(expression: Portable) -> str:
    return quoted(f"~^(?:{expression.with_flag(expression.exact)})$")


def _by_policy(
    about: str, result: str, policies: Iterable[EdgePolicy], value: Callable[[int], str]
) -> Iterator[str]:
    lines = [(f'"{number}"', value(number)) for number, _ in enumerate(policies)]
    yield from mapped(about + ".", "$cors_policy", result, [*lines, NOTHING_ELSE])


def _what_state(policies: Iterable[EdgePolicy]) -> Iterator[str]:
    yield from mapped(
        "The methods that a preflight is granted.",
        '"$cors_policy $cors_asked"',
        "cors_granted",
        [*_method_lines(policies), NOTHING_ELSE],
    )
    yield from mapped(
        "What a request is to its policy, if its origin is allowed.",
        '"$cors_preflight:$cors_granted:$cors_from"',
        "cors_kind",
        [
            matching("^preflight :[^:]", State.PREFLIGHT.value),
            matching("^preflight ::", State.METHOD_REFUSED.value),
            matching("^:[^:]*:.", State.ACTUAL.value),
            ("default", State.PLAIN.value),
        ],
    )
    yield from mapped(
        "The policy and what the request is to it.",
        "$cors_allow_origin",
        "cors_state",
        [
            ('""', f'"$cors_policy {State.REFUSED.value}"'),
            ("default", '"$cors_policy $cors_kind"'),
        ],
    )


def _method_lines(policies: Iterable[EdgePolicy]) -> Iterator[tuple[str, str]]:
    for number, policy in enumerate(policies):
        if policy.methods:
            methods = "|".join(map(escaped, policy.methods))
            yield matching(f"^{number} (?:{methods})$", value_of(policy.listed))
        if policy.any_method:
            yield matching(f"^{number} [^,]+$", "$cors_asked")


def _constants(policies: Iterable[EdgePolicy]) -> Iterator[str]:
    policies = tuple(policies)
    for name in (h.ALLOW_CREDENTIALS, h.EXPOSE_HEADERS, h.MAX_AGE, "Vary"):
        yield from _by_state(name, policies)
    yield from mapped(
        f"{h.ALLOW_METHODS}.",
        "$cors_state",
        "cors_allow_methods",
        [matching(f" {State.PREFLIGHT.value}$", "$cors_granted"), NOTHING_ELSE],
    )
    yield from mapped(
        f"{h.ALLOW_PRIVATE_NETWORK}.",
        '"$cors_state $http_access_control_request_private_network"',
        "cors_allow_private_network",
        [
            *(
                matching(f"^{number} (?!refused|plain)[a-z]+ true$", policy.private_network)
                for number, policy in enumerate(policies)
            ),
            NOTHING_ELSE,
        ],
    )


def _by_state(name: str, policies: Iterable[EdgePolicy]) -> Iterator[str]:
    lines = [
        (f'"{number} {state.value}"', value_of(value))
        for number, policy in enumerate(policies)
        for state, headers in policy.answers
        for given, value in headers
        if given == name
    ]
    variable = _HEADERS[name].removeprefix("$")
    yield from mapped(f"{name}.", "$cors_state", variable, [*lines, NOTHING_ELSE])
