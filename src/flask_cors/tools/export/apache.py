"""The configuration for Apache.

Lookup tables are lines of ``SetEnvIfExpr``, which Apache reads before it looks at the path.
``Header always`` sends what they yield, on Apache's own errors too.

Apache joins slashes and removes dot segments on the way to the app, so the app would see another
path than the one that was looked up: such a path has no policy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from ...protocol import headers as h
from .addresses import AUTHORITIES
from .common_regexes import UTF_8, any_text
from .layout import comment, indent
from .lookup_tables import (
    CAPTURED,
    KeyKind,
    Lookup,
    LookupTable,
    Text,
    Variable,
    join,
    keys_by_value,
    on_whole_match,
    split_by_digit,
)
from .obstacles import ExportError, Obstacle, too_long
from .plan import MAX_PATH, EdgePlan, RegexDialect
from .policy_tables import (
    HEADERS,
    IS_ANSWERED,
    PATH,
    REPLACED_HEADERS,
    RequestSources,
    build_header_name_tables,
    build_tables,
)
from .portable_regex import escape_regex

_INSTRUCTIONS = """\
Made by `flask cors export apache`. This belongs into the <VirtualHost> in front of the app, once,
before any other RewriteRule. It needs mod_headers, mod_rewrite and mod_setenvif."""

REGEX_DIALECT = RegexDialect.PCRE

# ---- syntax ------------------------------------------------------------------------------------

# What Apache reads between the two signs of m#...#, without the empty alternative of write_table.
MAX_REGEX = 8191 - len("|^")

_CONTROL = re.compile(r"[\x00-\x1f\x7f]").search


def quote(text: str) -> str:
    """Return ``text`` as one word.

    :raises ValueError: for a line break and the like, which Apache has no way to write.
    """
    if _CONTROL(text) or "${" in text:
        raise ValueError(f"Apache's configuration cannot hold {text!r}")
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def escape_value(text: str) -> str:
    """Return ``text`` where a dollar begins a group: ``=`` and ``!`` mean more at the beginning,
    ``${`` everywhere."""
    return re.sub(r"([\\$={!])", r"\\\1", text)


def variable(table: str) -> str:
    """Return what a table yields, in an expression; nothing if the variable is not set."""
    return f"%{{reqenv:cors_{table}}}"


def header(name: str) -> str:
    """Return a header of the request, in an expression; it is not added to Vary."""
    return f"%{{req_novary:{name}}}"


def write_regex(regex: str) -> str:
    """Return a regex as it is written between the signs of ``m#...#``, which have no escapes. A
    dollar or a per cent sign in front of a brace would be a variable."""
    return re.sub(r"\\(.)|([#%])", _in_hex, regex, flags=re.DOTALL)


def _in_hex(match: re.Match[str]) -> str:
    sign = match[1] or match[2]
    return rf"\x{ord(sign):02x}" if sign in "#%$" else match[0]


def matches(subject: str, regex: str) -> str:
    return f"{subject} =~ m#{write_regex(regex)}#"


def set_if(conditions: Iterable[str], *settings: tuple[str, str]) -> str:
    """Return a line that sets variables if all of the conditions are met.

    :param settings: pairs of a table and its value, in which ``$1`` is the first group of the last
        regex; an empty one unsets the variable.
    """
    words = (f"cors_{name}={value}" if value else f"!cors_{name}" for name, value in settings)
    return " ".join(["SetEnvIfExpr", quote(" && ".join(conditions)), *map(quote, words)])


_SUBJECT, _IS_UNDECIDED = variable("subject"), f"-z {variable('is_decided')}"


def write_table(table: LookupTable, obstacles: list[Obstacle]) -> Iterator[str]:
    """
    :param obstacles: gets each regex that is too long for Apache.
    """
    yield f"# {table.about}"
    yield set_if([_capture(table.subject)], ("subject", "$1"), ("is_decided", ""))
    for kind, cases in groupby(table.cases, lambda case: case.kind):
        if kind in (KeyKind.TEXT, KeyKind.PATH):
            for value, keys in keys_by_value(cases).items():
                for regex in any_text(keys, MAX_REGEX, write_regex):
                    yield _decide(table.name, value, matches(_SUBJECT, regex))
        elif kind is KeyKind.TWO_WORDS:
            subject = f"tolower({_SUBJECT})"
            second = matches(subject, r"^[0-9]+ (.+)\z")
            listed = [case.key for case in cases]
            for regex in any_text(listed, MAX_REGEX, write_regex):
                yield _decide(table.name, (CAPTURED,), matches(subject, regex), second)
        else:
            for case in cases:
                if len(write_regex(case.key)) > MAX_REGEX:
                    obstacles.append(too_long(write_regex(case.key), "Apache", MAX_REGEX))
                yield _decide(table.name, case.value, matches(_SUBJECT, case.key))
                if case.may_give_up:
                    # Where the regex does not match, the empty alternative does.
                    is_sure = matches(_SUBJECT, f"{case.key}|^")
                    yield _decide(table.name, (), f"! {is_sure}")
    if table.default:
        yield _decide(table.name, table.default)
    yield ""


def _decide(name: str, value: Text, *conditions: str) -> str:
    """Return a line that sets a value if no line before it has done so."""
    decided = ("is_decided", "1")
    if any(isinstance(piece, Variable | Lookup) for piece in value):
        # A value holds no variables, but what a regex captures.
        return set_if([_IS_UNDECIDED, *conditions, _capture(value)], (name, "$1"), decided)
    text = join(value, variable, "$1", escape_value)
    return set_if([_IS_UNDECIDED, *conditions], (name, text), decided)


def _capture(pieces: Text) -> str:
    text = join(pieces, variable, "", str)
    return matches(text if len(pieces) == 1 else f"'{text}'", r"^([\x00-\xff]*)\z")


# ---- the configuration -------------------------------------------------------------------------

_MODULES = ("mpm_event", "authz_core", "headers", "setenvif", "rewrite", "proxy", "proxy_http")
_SECURE = (
    "SSLProxyEngine On",
    "SSLProxyVerify require",
    f"SSLProxyCACertificateFile {quote(AUTHORITIES)}",
)


def render(plan: EdgePlan) -> str:
    """Return the part to include in a configuration."""
    return "\n".join([*comment(_INSTRUCTIONS), "", *_virtual_host(plan)]) + "\n"


def render_whole(plan: EdgePlan, listen: str, upstream: str) -> str:
    """Return a configuration that runs in the foreground, in a folder of its own."""
    is_secure = upstream.startswith("https")
    modules = (*_MODULES, "ssl") if is_secure else _MODULES
    lines = [
        "# Made by `flask cors export apache`. Run it:",
        '# apache2 -D FOREGROUND -d "$(mktemp -d)" -f "$PWD/FILE"',
        "<IfDefine !MODULES>",
        "    Define MODULES /usr/lib/apache2/modules",
        "</IfDefine>",
        *(line for module in modules for line in _load(module)),
        'User "#65534"',
        'Group "#65534"',
        "ServerName localhost",
        "DefaultRuntimeDir .",
        "PidFile apache.pid",
        "ErrorLog /dev/stderr",
        f"Listen {quote(listen)}",
        f"<VirtualHost {quote(listen)}>",
        *indent(_virtual_host(plan)),
        "    AllowEncodedSlashes NoDecode",
        *(indent(_SECURE) if is_secure else ["    ProxyPreserveHost On"]),
        f'    ProxyPass "/" {quote(upstream.rstrip("/") + "/")} nocanon',
        "</VirtualHost>",
    ]
    return "\n".join(lines) + "\n"


def _load(module: str) -> tuple[str, ...]:
    return (
        f"<IfModule !{module}_module>",
        f"    LoadModule {module}_module ${{MODULES}}/mod_{module}.so",
        "</IfModule>",
    )


def _virtual_host(plan: EdgePlan) -> Iterator[str]:
    obstacles: list[Obstacle] = []
    tables = build_tables(plan, _REQUEST, [])
    names = build_header_name_tables(plan.policies, Variable(header(h.REQUEST_HEADERS)))
    parts = (part for table in (*tables, *names) for part in split_by_digit(table))
    lines = [line for part in parts for line in write_table(part, obstacles)]
    if obstacles:
        raise ExportError(obstacles)
    yield from _request(plan)
    yield from lines
    yield from _response()


# ---- the request -------------------------------------------------------------------------------

# How often a path may hold an encoded slash: Apache's expressions have no loop.
_MAX_ENCODED_SLASHES = 4

_RAW = variable("raw_path")
_UNESCAPED = f"unescape({_RAW})"
_REQUEST = RequestSources(
    method=Lookup("request_method"),
    path=Lookup("whole_path"),
    origin=Variable(header("Origin")),
    requested_method=Variable(header(h.REQUEST_METHOD)),
    private_network=Variable(header(h.REQUEST_PRIVATE_NETWORK)),
)


def _request(plan: EdgePlan) -> Iterator[str]:
    yield "# The request."
    yield set_if([f"-n {variable('is_exported')}"], ("is_exported_twice", "1"))
    yield set_if(["true"], ("is_exported", "1"))
    # The line as it came: for an ErrorDocument, Apache has changed all else. Without a root, the
    # app takes any number of slashes at the beginning for one.
    slashes = "" if plan.root else "/*"
    line = rf"^([^ ]+) (?:(?i:https?)://[^/?\x23 ]*)?{slashes}(/[^?\x23 ]*)(?:[? ]|\z)"
    settings = ("request_method", "$1"), ("raw_path", "$2")
    yield set_if([matches("%{THE_REQUEST}", line)], *settings)
    yield ""
    yield from _path(plan)


def _path(plan: EdgePlan) -> Iterator[str]:
    if plan.ignores_path:
        # Apache also refuses to unescape some paths.
        cases = [on_whole_match(r"[\x00-\xff]+", CAPTURED)]
        raw = (Lookup("raw_path"),)
        whole = LookupTable("The path.", (Variable(_UNESCAPED),), "whole_path", cases, raw)
        yield from write_table(whole, [])
        return
    yield "# The path as the app sees it, where that is certain."
    for _ in range(_MAX_ENCODED_SLASHES):
        encoded = matches(_RAW, r"^([\x00-\xff]*)%2[fF]([\x00-\xff]*)\z")
        yield set_if([encoded], ("raw_path", "$1/$2"))
    limit = MAX_PATH + len(plan.root)
    root = rf"{escape_regex(plan.root)}(?:/+|\z)" if plan.root else "/"
    ahead = [
        rf"(?=[\x00-\xff]{{1,{limit}}}\z)",
        rf"(?={UTF_8}*+\z)" if plan.has_path_regexes else "",
        r"(?=(?:/(?!/|\.{1,2}(?:/|\z))[^/]*+)*+\z)",
    ]
    is_decoded = matches(_RAW, r"^(?:[^%]|%(?!2[fF]))*+\z")
    below = matches(_UNESCAPED, rf"^{''.join(ahead)}{root}([\x00-\xff]*)\z")
    yield set_if([is_decoded, below], (PATH.name, "/$1"))
    yield ""


# ---- the response ------------------------------------------------------------------------------


def _response() -> Iterator[str]:
    yield "# Two of these in one <VirtualHost> send nothing: each has policies of other numbers."
    results = [(table, "") for table in (IS_ANSWERED.name, *HEADERS.values())]
    yield set_if([f"-n {variable('is_exported_twice')}"], *results)
    yield ""
    yield "# The headers of the upstream are replaced, but for Vary."
    for name in REPLACED_HEADERS:
        yield f"Header unset {name}"
        yield f"Header always unset {name}"
    for name, table in HEADERS.items():
        does = "merge" if name == "Vary" else "set"
        is_set = quote(f"expr=-n {variable(table)}")
        yield f'Header always {does} {name} "%{{cors_{table}}}e" {is_set}'
    yield ""
    yield "# The proxy responds to preflights itself, also to refused ones."
    yield "RewriteEngine On"
    yield f'RewriteCond "%{{ENV:cors_{IS_ANSWERED.name}}}" "=1"'
    yield 'RewriteRule "^" "-" [R=200,L]'
    # There is no other way to a response without a body.
    yield 'ErrorDocument 200 "%{reqenv:cors_nothing}"'
