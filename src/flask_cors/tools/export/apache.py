"""The configuration for Apache.

All is worked out before Apache looks at the path, by ``SetEnvIfExpr``: each line sets variables if
its conditions hold, so that a later one may build on them. ``Header always`` says what they hold,
on Apache's own errors too. A variable that is not set leaves nothing to be said.

Apache joins slashes and removes dot segments on the way to the app, and the app would see another
path than the one that was judged: such a path is left to no policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ... import headers as h
from .addresses import AUTHORITIES
from .answers import TOKEN, WELL_FORMED_ORIGIN, EdgePolicy, Names, State
from .apache_syntax import (
    LONGEST_EXPRESSION,
    expression_of,
    header,
    matching,
    quoted,
    section,
    set_if,
    value_of,
    variable,
)
from .comments import commented
from .expressions import OWS, UTF_8, list_of
from .obstacles import CannotExport, Obstacle, too_long
from .plan import MAX_PATH, EdgeRule, Engine, Plan
from .regexes import escaped

# What is said, by which variable; what the upstream says of it is dropped.
_HEADERS = {
    h.ALLOW_ORIGIN: "allow_origin",
    h.ALLOW_CREDENTIALS: "allow_credentials",
    h.EXPOSE_HEADERS: "expose_headers",
    h.ALLOW_METHODS: "allow_methods",
    h.ALLOW_HEADERS: "allow_headers",
    h.MAX_AGE: "max_age",
    h.ALLOW_PRIVATE_NETWORK: "allow_private_network",
}

_WHERE = """\
Made by `flask cors export apache`. This belongs into the <VirtualHost> in front of the app, once,
before any other RewriteRule. It needs mod_headers, mod_rewrite and mod_setenvif."""

_MODULES = ("mpm_event", "authz_core", "headers", "setenvif", "rewrite", "proxy", "proxy_http")
_SECURE = (
    "SSLProxyEngine On",
    "SSLProxyVerify require",
    f"SSLProxyCACertificateFile {quoted(AUTHORITIES)}",
)

ENGINE = Engine.PCRE


def render(plan: Plan) -> str:
    """The part to include in a configuration.

    :raises CannotExport: for an expression that is too long for Apache.
    """
    return "\n".join([*commented(_WHERE), "", *_Configuration(plan).lines()]) + "\n"


def render_whole(plan: Plan, listen: str, upstream: str) -> str:
    """A configuration that runs in the foreground, in a folder of its own.

    :param listen: the address and port, such as ``"127.0.0.1:8080"``.
    :param upstream: the URL of the app, without a path.
    :raises CannotExport: for an expression that is too long for Apache.
    """
    is_secure = upstream.startswith("https")
    modules = (*_MODULES, "ssl") if is_secure else _MODULES
    lines = [
        "# Made by `flask cors export apache`. Run it:",
        '# apache2 -D FOREGROUND -d "$(mktemp -d)" -f "$PWD/FILE"',
        "<IfDefine !MODULES>",
        "    Define MODULES /usr/lib/apache2/modules",
        "</IfDefine>",
        *(line for module in modules for line in _module(module)),
        'User "#65534"',
        'Group "#65534"',
        "ServerName localhost",
        "DefaultRuntimeDir .",
        "PidFile apache.pid",
        "ErrorLog /dev/stderr",
        f"Listen {quoted(listen)}",
        f"<VirtualHost {quoted(listen)}>",
        *_indented(_Configuration(plan).lines()),
        "    AllowEncodedSlashes NoDecode",
        *(_indented(_SECURE) if is_secure else ["    ProxyPreserveHost On"]),
        f'    ProxyPass "/" {quoted(upstream.rstrip("/") + "/")} nocanon',
        "</VirtualHost>",
    ]
    return "\n".join(lines) + "\n"


def _module(name: str) -> tuple[str, ...]:
    return (
        f"<IfModule !{name}_module>",
        f"    LoadModule {name}_module ${{MODULES}}/mod_{name}.so",
        "</IfModule>",
    )


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"    {line}".rstrip() for line in lines)


# How often a path may hold an encoded slash: Apache's expressions have no loop.
_ENCODED_SLASHES = 4

_AROUND = len(r"^()\z")

_IS_PREFLIGHT = f"-n {variable('preflight')}"
_HAS_ORIGIN = f"-n {variable('from')}"
_IS_ALLOWED = f"-n {variable('allow_origin')}"
_IS_UNDECIDED = f"-z {variable('policy')}"
_IS_GRANTED = f"-n {variable('granted')}"


class _Configuration:
    """The lines for a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.obstacles: list[Obstacle] = []

    def lines(self) -> list[str]:
        """All of them.

        :raises CannotExport: for an expression that is too long for Apache.
        """
        lines = [
            *section("The request. What is no Origin, or no method, is a comma.", self._request()),
            *section("The path as the app sees it, where that is beyond doubt.", self._path()),
            *section("The policy: the first line that matches decides.", self._which_policy()),
            *section("What the policy tells the origin.", self._origins()),
            *section("The methods that a preflight is granted.", self._methods()),
            *section("What the request is to its policy.", self._kind()),
            *section("What follows from that alone.", self._constants()),
            *section("The header names that a preflight is granted.", self._names()),
            *section("Two of these in one <VirtualHost> say nothing.", self._if_twice()),
            *section("What is said, in place of what the app says.", self._headers()),
            *section("Preflights are answered here, refused ones too.", self._answer()),
        ]
        if self.obstacles:
            raise CannotExport(self.obstacles)
        return lines

    def matches(self, subject: str, expression: str) -> str:
        """A condition: that ``subject`` matches; what is too long for Apache is noted."""
        written = expression_of(expression)
        if len(written) > LONGEST_EXPRESSION:
            self.obstacles.append(too_long(written, "Apache", LONGEST_EXPRESSION))
        return matching(subject, expression)

    def whole(self, subject: str, expression: str) -> str:
        """A condition: that all of ``subject`` matches, which is ``$1`` then."""
        return self.matches(subject, rf"^({expression})\z")

    def any_of(self, subject: str, texts: Iterable[str]) -> Iterator[str]:
        """Conditions: that ``subject``, which is ``$1`` then, is one of the texts."""
        room: list[str] = []
        length = _AROUND
        for text in map(escaped, texts):
            length += len(expression_of(text)) + 1
            if room and length > LONGEST_EXPRESSION:
                yield self.whole(subject, "|".join(room))
                room, length = [], _AROUND + len(expression_of(text)) + 1
            room.append(text)
        if room:
            yield self.whole(subject, "|".join(room))

    # ---- the request ----

    def _request(self) -> Iterator[str]:
        yield set_if([f"-n {variable('export')}"], ("twice", "1"))
        yield set_if(["true"], ("export", "1"))
        origin, asked = header("Origin"), header(h.REQUEST_METHOD)
        yield set_if([f"-n {origin}"], ("from", ","))
        yield set_if([self.whole(origin, WELL_FORMED_ORIGIN)], ("from", "$1"))
        yield set_if([f"-n {asked}"], ("asked", ","))
        yield set_if([self.whole(asked, TOKEN)], ("asked", "$1"))
        # The line as it came: for an ErrorDocument, Apache has changed all else. Without a root,
        # the app takes any number of slashes in front for one.
        slashes = "" if self.plan.root else "/*"
        line = rf"^([^ ]+) (?:(?i:https?)://[^/?\x23 ]*)?{slashes}(/[^?\x23 ]*)(?:[? ]|\z)"
        yield set_if([self.matches("%{THE_REQUEST}", line)], ("method", "$1"), ("raw", "$2"))
        is_preflight = f"{variable('method')} == 'OPTIONS'", f"-n {variable('asked')}", _HAS_ORIGIN
        counts = self.whole(variable("asked"), ".+")
        yield set_if([*is_preflight, counts], ("preflight", "1"), ("method", "$1"))

    def _path(self) -> Iterator[str]:
        if self.plan.is_of_any_path:
            return
        raw = variable("raw")
        for _ in range(_ENCODED_SLASHES):
            yield set_if(
                [self.matches(raw, r"^([\x00-\xff]*)%2[fF]([\x00-\xff]*)\z")], ("raw", "$1/$2")
            )
        limit = MAX_PATH + len(self.plan.root)
        root = rf"{escaped(self.plan.root)}(?:/+|\z)" if self.plan.root else "/"
        ahead = [
            rf"[\x00-\xff]{{1,{limit}}}\z",
            rf"{UTF_8}*+\z" if self.plan.has_expressions else "",
            r"(?:/(?!/|\.{1,2}(?:/|\z))[^/]*+)*+\z",
        ]
        expression = "".join(f"(?={each})" for each in ahead if each)
        yield set_if(
            [
                self.matches(raw, r"^(?:[^%]|%(?!2[fF]))*+\z"),
                self.matches(f"unescape({raw})", rf"^{expression}{root}([\x00-\xff]*)\z"),
            ],
            ("path", "/$1"),
        )

    def _which_policy(self) -> Iterator[str]:
        if self.plan.is_of_any_path:
            # Of what Apache refuses to read, too.
            too_long = self.matches(
                f"unescape({variable('raw')})", rf"^[\x00-\xff]{{{MAX_PATH + 1}}}"
            )
            yield set_if([f"-n {variable('raw')}", f"! {too_long}"], ("policy", "0"))
            return
        for rule in self.plan.rules:
            yield from self._rule(rule)

    def _rule(self, rule: EdgeRule) -> Iterator[str]:
        conditions = [_IS_UNDECIDED, f"-n {variable('path')}"]
        if rule.preflights_only:
            conditions.append(_IS_PREFLIGHT)
        if rule.methods is not None:
            methods = "|".join(map(escaped, rule.methods))
            conditions.append(self.whole(variable("method"), f"(?i:{methods})"))
        path = variable("path")
        tests = [self.matches(path, f"^(?:{test.expression})") for test in rule.tests]
        number = "none" if rule.policy is None else str(rule.policy)
        yield set_if([*conditions, *tests], ("policy", number))
        if any(test.is_expression for test in rule.tests):
            # It does not match, and of no test Apache is sure that it does not: it gave up on one,
            # and no later rule speaks.
            others = [f"! {matching(path, f'^(?!{test.expression})')}" for test in rule.tests]
            yield set_if([*conditions, *others], ("policy", "none"))

    # ---- the answer ----

    def _policies(self) -> Iterator[tuple[str, EdgePolicy]]:
        """With the condition that it is the one."""
        for number, policy in enumerate(self.plan.policies):
            yield f"{variable('policy')} == '{number}'", policy

    def _origins(self) -> Iterator[str]:
        for is_it, policy in self._policies():
            origins, told = policy.origins, "allow_origin"
            if origins.without is not None:
                value = value_of(origins.without)
                yield set_if([is_it, f"-z {variable('from')}"], (told, value))
            if origins.any:
                value = value_of(origins.told_to_any) if origins.told_to_any else "$1"
                yield set_if([is_it, self.whole(variable("from"), "[^,]+")], (told, value))
            lowered = f"tolower({variable('from')})"
            for condition in self.any_of(lowered, origins.exact):
                yield set_if([is_it, condition], (told, "$1"))
            for expression in origins.expressions:
                is_allowed = self.whole(
                    variable("from"), expression.with_flag(f"(?:{expression.exact})")
                )
                yield set_if([is_it, f"-z {variable(told)}", is_allowed], (told, "$1"))

    def _methods(self) -> Iterator[str]:
        for is_it, policy in self._policies():
            conditions = [is_it, _IS_PREFLIGHT, _IS_ALLOWED]
            if policy.any_method:
                is_method = self.whole(variable("asked"), "[^,]+")
                yield set_if([*conditions, is_method], ("granted", "$1"))
            for is_listed in self.any_of(variable("asked"), policy.methods):
                yield set_if([*conditions, is_listed], ("granted", value_of(policy.listed)))

    def _kind(self) -> Iterator[str]:
        conditions = [self.matches(variable("policy"), "^[0-9]")]
        for state, also in (
            (State.REFUSED, ""),
            (State.PLAIN, _IS_ALLOWED),
            (State.ACTUAL, _HAS_ORIGIN),
            (State.METHOD_REFUSED, _IS_PREFLIGHT),
            (State.PREFLIGHT, _IS_GRANTED),
        ):
            conditions += [also] if also else []
            yield set_if(conditions, ("kind", state.value))
        granted = self.whole(variable("granted"), ".+")
        yield set_if([granted], ("allow_methods", "$1"))

    def _constants(self) -> Iterator[str]:
        variables = {**_HEADERS, "Vary": "vary"}
        for is_it, policy in self._policies():
            for state, headers in policy.answers:
                settings = [(variables[name], value_of(value)) for name, value in headers]
                if settings:
                    yield set_if([is_it, f"{variable('kind')} == '{state.value}'"], *settings)
            asks = f"{header(h.REQUEST_PRIVATE_NETWORK)} == 'true'"
            yield set_if(
                [is_it, _HAS_ORIGIN, _IS_ALLOWED, asks],
                ("allow_private_network", policy.private_network),
            )

    # ---- header names ----

    def _names(self) -> Iterator[str]:
        """A name each, or all of the list: there is no loop."""
        asked = header(h.REQUEST_HEADERS)
        few = rf"(?!(?:[^,]*+,){{{h.MAX_LIST_NAMES}}})(?=[ \t,]*[^ \t,])"
        if any(policy.names != Names(False, (), ()) for policy in self.plan.policies):
            listed = self.matches(asked, rf"^{few}(.{{1,{h.MAX_LIST_BYTES}}})\z")
            yield set_if([_IS_GRANTED, listed], ("names", "$1"))
        groups: dict[Names, list[str]] = {}
        for is_it, policy in self._policies():
            groups.setdefault(policy.names, []).append(is_it)
        for names, conditions in groups.items():
            is_one = conditions[0] if len(conditions) == 1 else f"({' || '.join(conditions)})"
            yield from self._allowed_names(is_one, names)

    def _allowed_names(self, is_it: str, names: Names) -> Iterator[str]:
        asked, told = variable("names"), "allow_headers"
        if names.any:
            yield set_if([is_it, self.matches(asked, f"({list_of(TOKEN)})")], (told, "$1"))
            return
        for number, name in enumerate(names.literal):
            one = rf"(?:^|,){OWS}((?i:{escaped(name)})){OWS}(?:,|\z)"
            yield set_if([is_it, self.matches(asked, one)], (f"name_{number}", "$1, "))
        if names.literal:
            joined = "".join(variable(f"name_{number}") for number, _ in enumerate(names.literal))
            yield set_if([is_it, self.matches(f"'{joined}'", r"^(.+), \z")], (told, "$1"))
        if names.expressions:
            any_of = [each.with_flag(each.exact) for each in names.expressions]
            any_of += [f"(?i:{escaped(name)})" for name in names.literal]
            listed = self.matches(asked, f"({list_of('|'.join(any_of))})")
            yield set_if([is_it, listed], (told, "$1"))

    # ---- what is done with it ----

    def _if_twice(self) -> Iterator[str]:
        # Each has decided by its own numbers of policies.
        unset = [quoted(f"!cors_{name}") for name in ("policy", "vary", *_HEADERS.values())]
        yield f"SetEnvIfExpr {quoted('-n ' + variable('twice'))} {' '.join(unset)}"

    def _headers(self) -> Iterator[str]:
        for name, variable_ in _HEADERS.items():
            yield f"Header unset {name}"
            yield f"Header always unset {name}"
            yield f'Header always set {name} "%{{cors_{variable_}}}e" env=cors_{variable_}'
        yield 'Header always merge Vary "%{cors_vary}e" env=cors_vary'

    def _answer(self) -> Iterator[str]:
        yield "RewriteEngine On"
        yield 'RewriteCond "%{ENV:cors_preflight}" "=1"'
        yield 'RewriteCond "%{ENV:cors_policy}" "^[0-9]"'
        yield 'RewriteRule "^" "-" [R=200,L]'
        # There is no other way to an answer without a body.
        yield 'ErrorDocument 200 "%{reqenv:cors_nothing}"'
