"""The configuration for Caddy.

Lookup tables are ``map``. Go's regexes match characters, not bytes; bytes that are not UTF-8 are
one character of their own, U+FFFD.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from ...protocol import headers as h
from . import layout
from .common_regexes import longer_than, with_empty_segments
from .lookup_tables import (
    CAPTURED,
    Case,
    KeyKind,
    Lookup,
    LookupTable,
    Text,
    Variable,
    join,
    on_match,
)
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
from .portable_regex import BEYOND_ASCII, escape_regex

_INSTRUCTIONS = """\
Made by `flask cors export caddy`. Import this file into the site in front of the app, as the first
line of one route { } that holds all else of the site: Caddy would otherwise require logins, and
enter a handle { }, before it responds. And copy these lines into each reverse_proxy { }:"""

REGEX_DIALECT = RegexDialect.RE2

# ---- syntax ------------------------------------------------------------------------------------

_UNWRITABLE = re.compile(r'[\x00-\x1f\x7f]|\{\$|\\(?="|\Z)').search
_ENCODED = re.compile(r"(?:\\x[c-f][0-9a-f](?:\\x[89ab][0-9a-f])+)+")

indent = partial(layout.indent, by="\t")


def quote(text: str) -> str:
    """Return ``text`` as one word.

    :raises ValueError: for a line break and the like, which a Caddyfile has no way to write.
    """
    if _UNWRITABLE(text):
        raise ValueError(f"a Caddyfile cannot hold {text!r}")
    return '"' + text.replace('"', '\\"') + '"'


def variable(table: str) -> str:
    """Return the placeholder of the value of a table."""
    return f"{{vars.cors_{table}}}"


def look_up(table: str) -> str:
    """Return the placeholder that looks a table up each time that it is read."""
    return f"{{cors_{table}}}"


def of_characters(regex: str) -> str:
    """Return a regex of bytes as one of characters, which Go's are."""
    decoded = _ENCODED.sub(_decode, regex.replace(BEYOND_ASCII, r"[^\x00-\x7f]"))
    return decoded.replace(r"-\xff]", r"-\x{10ffff}]")


def _decode(match: re.Match[str]) -> str:
    text = bytes.fromhex(match[0].replace(r"\x", "")).decode()
    return "".join(rf"\x{{{ord(character):x}}}" for character in text)


def write_table(table: LookupTable) -> Iterator[str]:
    """Yield a table, and what keeps its value: others may read it many times."""
    yield from write_map(table)
    yield f"vars cors_{table.name} {look_up(table.name)}"
    yield ""


def write_map(table: LookupTable) -> Iterator[str]:
    lines: dict[str, str] = {}  # Caddy takes no key twice
    for case in table.cases:
        lines.setdefault(_key(case), _value(case))
    yield f"# {table.about}"
    subject = join(table.subject, variable, "", _escape_brace)
    yield f"map {quote(subject)} {look_up(table.name)} {{"
    yield from indent(f"{key} {value}" for key, value in lines.items())
    yield f"\tdefault {_text(table.default)}"
    yield "}"


def _escape_brace(text: str) -> str:
    return text.replace("{", r"\{")


def _key(case: Case) -> str:
    if case.kind in (KeyKind.TEXT, KeyKind.PATH):
        return quote(case.key)
    if case.kind is KeyKind.REGEX:
        return quote(f"~{of_characters(case.key)}")
    return quote(rf"~^(?i:{escape_regex(case.key)})\z")


def _value(case: Case) -> str:
    # In the value of a regex, a dollar begins a group, and braces mean nothing. A dash alone is no
    # value to Caddy; a group or a variable that does not exist adds nothing to it.
    if case.kind in (KeyKind.REGEX, KeyKind.TWO_WORDS):
        text = join(case.value, variable, "${1}", lambda text: text.replace("$", "$$"))
        return quote("-${9}" if text == "-" else text)
    return _text(case.value)


def _text(value: Text) -> str:
    text = join(value, variable, "", _escape_brace)
    return quote("-{cors_nothing}" if text == "-" else text)


# ---- the configuration -------------------------------------------------------------------------


def render(plan: EdgePlan) -> str:
    """Return the part to include in a configuration."""
    return "\n".join([*layout.comment(_INSTRUCTIONS, _reverse_proxy()), "", *_route(plan)]) + "\n"


def render_whole(plan: EdgePlan, listen: str, upstream: str) -> str:
    """Return a configuration that runs in the foreground."""
    address, _, port = listen.rpartition(":")
    reverse_proxy = [f"reverse_proxy {quote(upstream)} {{", *indent(_reverse_proxy()), "}"]
    lines = [
        "# Made by `flask cors export caddy`. Run it: caddy run --adapter caddyfile --config FILE",
        "{",
        *indent(["admin off", "auto_https off"]),
        "}",
        f"{quote(f'http://:{port}')} {{",
        *indent([f"bind {quote(address.strip('[]'))}", "route {"]),
        *indent(indent([*_route(plan), *reverse_proxy])),
        "\t}",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _reverse_proxy() -> Iterator[str]:
    for name in REPLACED_HEADERS:
        yield f"header_down -{name}"


def _header(name: str) -> Variable:
    return Variable(f"{{header.{name}}}")


_ASCII_NAMES = Lookup("ascii_names")
# As they came: a rewrite changes the variables with shorter names.
_REQUEST = RequestSources(
    method=Variable("{http.request.orig_method}"),
    path=Variable("{http.request.orig_uri.path}"),
    origin=_header("Origin"),
    requested_method=_header(h.REQUEST_METHOD),
    private_network=_header(h.REQUEST_PRIVATE_NETWORK),
)


def _route(plan: EdgePlan) -> Iterator[str]:
    names = build_header_name_tables(plan.policies, _ASCII_NAMES)
    for table in (*build_tables(plan, _REQUEST, [_path(plan)]), _ascii_names(), *names):
        yield from write_table(table)
    for name, table_name in HEADERS.items():
        value = variable(table_name)
        yield f'@cors_{table_name} `{value} != ""`'
        yield f"header @cors_{table_name} {'+' if name == 'Vary' else ''}{name} {value}"
    # The upstream's Vary comes after it, unless Caddy responds itself.
    yield from write_map(_MERGED_VARY)
    yield from ("header @cors_vary {", f"\tVary {look_up(_MERGED_VARY.name)}", "\tdefer", "}")
    yield f'@cors_is_answered `{variable(IS_ANSWERED.name)} == "1"`'
    yield "respond @cors_is_answered 200"


_MERGED_VARY = LookupTable(
    "Vary, without its beginning where the app names Origin itself.",
    (Lookup(HEADERS["Vary"]), ":", Variable("{http.response.header.Vary}")),
    "merged_vary",
    [
        on_match(r"(?i)^Origin:Origin,((?:.*,)?[ \t]*(?:origin|\*)[ \t]*(?:,.*)?)\z", CAPTURED),
    ],
    default=(Variable("{http.response.header.Vary}"),),
)


def _ascii_names() -> LookupTable:
    names = _header(h.REQUEST_HEADERS)
    return LookupTable(
        "Header names, of ASCII alone: to Go, other characters are another case of k and s.",
        (names,),
        _ASCII_NAMES.name,
        [on_match(r"[^\x00-\x7f]")],
        default=(names,),
    )


def _path(plan: EdgePlan) -> LookupTable:
    # No regex may see U+FFFD, or what is to Go another case of k and s.
    unclear = [on_match(r"[\x{fffd}\x{212a}\x{17f}]")] if plan.has_path_regexes else []
    # Without a root, the app takes any number of slashes at the beginning for one.
    begins = rf"^{escape_regex(plan.root)}(?:/+|\z)" if plan.root else "^/+"
    empty = [] if plan.has_one_policy else [on_match(with_empty_segments(plan.root))]
    return LookupTable(
        "The path as the app sees it, below its root; none if no browser sends it.",
        (_REQUEST.path,),
        PATH.name,
        [
            on_match(longer_than(MAX_PATH + len(plan.root))),
            *unclear,
            on_match(r"/\.{1,2}(?:/|\z)"),
            *empty,
            on_match(rf"{begins}([\x00-\xff]*)\z", "/", CAPTURED),
        ],
    )
