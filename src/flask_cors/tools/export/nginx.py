"""The configuration for nginx.

Lookup tables are ``map``; an empty value is one that ``add_header`` leaves out, so that one list of
headers serves every response, nginx's own errors among them. ``if`` holds nothing but ``return``.

Where nginx gives up on a regex, it tries no further one: the default decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby

from .addresses import AUTHORITIES
from .common_regexes import UTF_8, any_text, longer_than, with_empty_segments
from .layout import comment, indent
from .lookup_tables import (
    CAPTURED,
    Case,
    KeyKind,
    Lookup,
    LookupTable,
    Piece,
    Variable,
    join,
    keys_by_value,
    on_match,
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
Made by `flask cors export nginx`. Include this file in http { }, and copy what follows into the
server { } in front of the app, before any rewrite. An add_header or a proxy_hide_header drops all
that come from outside: repeat in the server those of http { }, and in a location that has its own
the ones below. With uwsgi_pass, write uwsgi_hide_header."""

REGEX_DIALECT = RegexDialect.PCRE

# ---- syntax ------------------------------------------------------------------------------------

# nginx reads no more than 4,096 characters of a configuration at once.
MAX_WORD = 4000

# A longer key would need a larger map_hash_bucket_size than the default.
_MAX_KEY = 46
_is_plain = re.compile(r"[0-9]+ [a-z][a-z0-9+.-]*://[a-z0-9._-]+(?::[0-9]+)?").fullmatch

_SPECIAL = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_DOLLAR = "${cors_dollar}"


def quote(text: str) -> str:
    """Return ``text`` as one word."""
    return '"' + "".join(_SPECIAL.get(each, each) for each in text) + '"'


def with_dollar(lines: Sequence[str]) -> Iterator[str]:
    """Yield lines after what gives them their dollar: a value has no other way to hold one."""
    if any(_DOLLAR in line for line in lines):
        yield from ("geo $cors_dollar {", '    default "$";', "}", "")
    yield from lines


def variable(table: str) -> str:
    """Return the variable that holds the value of a table."""
    return f"$cors_{table}"


def write_text(pieces: Iterable[Piece]) -> str:
    return quote(join(pieces, variable, "$1", lambda text: text.replace("$", _DOLLAR)))


def write_table(table: LookupTable, obstacles: list[Obstacle]) -> Iterator[str]:
    """
    :param obstacles: gets each word that is too long for nginx.
    """
    subject = write_text(table.subject)
    lines: list[tuple[str, str]] = []
    for kind, cases in groupby(table.cases, lambda case: case.kind):
        if kind is KeyKind.PATH:
            for value, keys in keys_by_value(cases).items():
                regexes = any_text(keys, MAX_WORD - len('"~"'), _double)
                lines += [(quote(f"~{regex}"), write_text(value)) for regex in regexes]
        else:
            lines += [(_key(case), write_text(case.value)) for case in cases]
    lines.append(("default", write_text(table.default)))
    words = (subject, *chain.from_iterable(lines))
    obstacles += [too_long(each, "nginx", MAX_WORD) for each in words if len(each) > MAX_WORD]
    yield f"# {table.about}"
    yield f"map {subject} {variable(table.name)} {{"
    yield from indent(f"{key} {value};" for key, value in lines)
    yield "}"
    yield ""


def _double(regex: str) -> str:
    return quote(regex)[1:-1]


def _key(case: Case) -> str:
    if case.kind is KeyKind.REGEX:
        return quote(f"~{case.key}")
    # nginx compares keys in any case.
    is_key = case.kind is KeyKind.TEXT or (len(case.key) <= _MAX_KEY and _is_plain(case.key))
    return quote(case.key if is_key else rf"~*^{escape_regex(case.key)}\z")


# ---- the configuration -------------------------------------------------------------------------


def render(plan: EdgePlan) -> str:
    """Return the part to include in a configuration."""
    return "\n".join([*comment(_INSTRUCTIONS, _server()), "", *_http(plan)])


def render_whole(plan: EdgePlan, listen: str, upstream: str) -> str:
    """Return a configuration that runs in the foreground, in a folder of its own."""
    temporary = [
        f"{module}_temp_path temp_{module};"
        for module in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    ]
    server = [
        f"listen {quote(listen)};",
        "client_max_body_size 0;",
        "",
        *_server(),
        "location / {",
        *indent(_upstream(upstream)),
        "}",
    ]
    # With thousands of policies or origins, nginx would warn that its tables are slow.
    sizes = ["variables_hash_max_size 65536;", "map_hash_max_size 1048576;"]
    http = [
        *("access_log off;", *sizes, *temporary, ""),
        *(*_http(plan), "server {", *indent(server), "}"),
    ]
    lines = [
        "# Made by `flask cors export nginx`. Run it:",
        '# nginx -e stderr -p "$(mktemp -d)" -c "$PWD/FILE"',
        "daemon off;",
        "pid nginx.pid;",
        "error_log stderr;",
        "events { }",
        "http {",
        *indent(http),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _upstream(upstream: str) -> Iterator[str]:
    yield f"proxy_pass {quote(upstream)};"
    # Without files, which a worker may not be allowed to make.
    yield from ("proxy_http_version 1.1;", "proxy_request_buffering off;")
    yield "proxy_max_temp_file_size 0;"
    if upstream.startswith("https"):
        yield from ("proxy_ssl_server_name on;", "proxy_ssl_verify on;")
        yield "proxy_ssl_verify_depth 9;"
        yield f"proxy_ssl_trusted_certificate {quote(AUTHORITIES)};"
    else:
        yield "proxy_set_header Host $http_host;"


def _server() -> Iterator[str]:
    for name, table in HEADERS.items():
        value = variable(_ADDED_VARY.name if name == "Vary" else table)
        yield f"add_header {name} {value} always;"
    for name in REPLACED_HEADERS:
        yield f"proxy_hide_header {name};"
    yield f"if ({variable(IS_ANSWERED.name)}) {{"
    yield "    return 200;"
    yield "}"


_ADDED_VARY = LookupTable(
    "Vary, unless the app names Origin itself.",
    (Lookup(HEADERS["Vary"]), ":", Variable("$upstream_http_vary")),
    "added_vary",
    [
        on_match(r"(?i)^[^:]*:(?:[^:]*,)?[ \t]*(?:origin|\*)[ \t]*(?:,|\z)"),
        on_match(r"^([^:]+):[\x00-\xff]*\z", CAPTURED),
    ],
)

# ---- http --------------------------------------------------------------------------------------

# nginx lets a later map replace an earlier one without an error, but a log_format takes no name
# twice.
_ONCE = (
    "# Two apps in one nginx would get the policy of the later one: this makes nginx refuse that.",
    'log_format cors_of_one_app "";',
    "",
)

_URI = Variable("$uri")
_REQUEST = RequestSources(
    method=Variable("$request_method"),
    path=_URI,
    origin=Variable("$http_origin"),
    requested_method=Variable("$http_access_control_request_method"),
    private_network=Variable("$http_access_control_request_private_network"),
)


def _http(plan: EdgePlan) -> Iterator[str]:
    obstacles: list[Obstacle] = []
    tables = build_tables(plan, _REQUEST, _path(plan))
    names = build_header_name_tables(
        plan.policies, Variable("$http_access_control_request_headers")
    )
    lines = [
        line for table in (*tables, *names, _ADDED_VARY) for line in write_table(table, obstacles)
    ]
    if obstacles:
        raise ExportError(obstacles)
    yield from _ONCE
    yield from with_dollar(lines)


_SLASH, _DOT = "(?:/|%2f)", r"(?:\.|%2e)"


def _path(plan: EdgePlan) -> Iterator[LookupTable]:
    # Without a root, the app takes any number of slashes at the beginning for one.
    begins = "^" if plan.root else "^/*(?=/)"
    whole = Lookup("whole_path")
    yield LookupTable(
        "The path as the app sees it; none where nginx has changed more than escapes.",
        (Variable("$request_uri"),),
        whole.name,
        [
            on_match(rf"{begins}(/[^?#%\x80-\xff]*)(?:\?|\z)", CAPTURED),
            on_match(rf"(?i)^[^?]*(?:#|{_SLASH}(?:{_SLASH}|{_DOT}{{1,2}}(?:{_SLASH}|\?|\z)))"),
            on_match("^/", _URI),
        ],
    )
    below = on_match("^/", whole)
    if plan.root:
        root = escape_regex(plan.root)
        below = on_match(rf"^{root}(?:/+|\z)([\x00-\xff]*)\z", "/", CAPTURED)
    not_utf_8 = [on_match(rf"^(?!{UTF_8}*+\z)")] if plan.has_path_regexes else []
    empty = [] if plan.has_one_policy else [on_match(with_empty_segments(plan.root))]
    yield LookupTable(
        "The same, below the root of the app; none if no browser sends it.",
        (whole,),
        PATH.name,
        [
            on_match(longer_than(MAX_PATH + len(plan.root))),
            *not_utf_8,
            on_match(r"/\.{1,2}(?:/|\z)"),
            *empty,
            below,
        ],
    )
