"""The configuration for HAProxy.

Lookup tables are lines of ``http-request`` that set variables of the transaction. The headers are
set by ``http-after-response``, which also serves HAProxy's own responses: preflights and errors.

Where HAProxy gives up on a regex, it does not match. So no line allows anything because a regex
does *not* match.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from urllib.parse import urlsplit

from ...protocol import headers as h
from .common_regexes import TWO_SPELLINGS, UTF_8, any_of
from .edge_policy import TOKEN, AllowedNames, EdgePolicy, Outcome
from .layout import comment, indent
from .lookup_tables import (
    CAPTURED,
    Case,
    KeyKind,
    Lookup,
    LookupTable,
    Text,
    join,
    keys_by_value,
    split_by_digit,
)
from .plan import MAX_PATH, EdgePlan, RegexDialect
from .policy_tables import (
    HEADERS,
    IS_ANSWERED,
    OUTCOME,
    PATH,
    REPLACED_HEADERS,
    RequestSources,
    build_tables,
)
from .portable_regex import escape_regex

_INSTRUCTIONS = """\
Made by `flask cors export haproxy`. This belongs into the backend of the app, before its other
http-request rules; or, where the frontend requires a login, into a frontend that serves this
app alone, before that. It needs HAProxy 2.5 or later, built with PCRE2."""

REGEX_DIALECT = RegexDialect.PCRE

# ---- syntax ------------------------------------------------------------------------------------

_SPECIAL = {"\\": "\\\\", '"': '\\"', "$": "\\$"}

# HAProxy takes no more than 64 words per line.
_MAX_VALUES = 48


def word(text: str) -> str:
    """Return ``text`` as one word.

    :raises ValueError: for NUL, where HAProxy would cut it.
    """
    if "\0" in text:
        raise ValueError(f"no word of HAProxy holds NUL: {text!r}")
    return '"' + "".join(map(_escape, text.encode("utf-8", "surrogateescape"))) + '"'


def _escape(byte: int) -> str:
    if not 0x20 <= byte < 0x7F:
        return f"\\x{byte:02x}"
    return _SPECIAL.get(chr(byte), chr(byte))


def format_of(text: str) -> str:
    """Return ``text`` as one word where HAProxy looks for variables."""
    return word(text.replace("%", "%%"))


def quote_regex(regex: str) -> str:
    """Return a regex as one word, between quotes in which a backslash is a backslash.

    :param regex: in which ``'`` has no special meaning.
    :raises ValueError: for what is not printable ASCII: it has to be written by its number.
    """
    if not (regex.isascii() and regex.isprintable()):
        raise ValueError(f"no regex for HAProxy holds such characters: {regex!r}")
    return "'" + regex.replace("'", r"\x27") + "'"


def replace(sample: str, *changes: tuple[str, str]) -> str:
    """Return ``sample`` with all that a regex matches replaced, one change after the other."""
    subs = (f"regsub({quote_regex(regex)},{quote_regex(by)},g)" for regex, by in changes)
    return word(",".join((sample, *subs)))


def matches(sample: str, regex: str) -> str:
    return f"{{ {sample} -m reg -- {quote_regex(regex)} }}"


def is_among(name: str, sample: str, values: Iterable[str]) -> Iterator[str]:
    """Yield the lines of the condition ``name``: the sample is one of the values."""
    values = list(values)
    if "" in values:  # which equals no sample
        yield f"acl {name} {sample} -m len 0"
    words = [word(value) for value in values if value]
    for start in range(0, len(words), _MAX_VALUES):
        yield f"acl {name} {sample} -m str -- {' '.join(words[start : start + _MAX_VALUES])}"


# ---- tables ------------------------------------------------------------------------------------


def variable(table: str) -> str:
    """Return the variable that holds the value of a table, or is not set."""
    return f"txn.cors_{table}"


def is_set(table: str) -> str:
    return f"{{ var({variable(table)}),length gt 0 }}"


_SUBJECT = Lookup("subject")
_VALUE = f"var({variable(_SUBJECT.name)})"


def write_table(table: LookupTable) -> Iterator[str]:
    """Yield the lines of a table; what has been set is not set again."""
    yield f"# {table.about}"
    yield _set(_SUBJECT.name, word(_concatenate(table.subject)))
    is_undecided = f"!{{ var({variable(table.name)}) -m found }}"
    acl = f"cors_{table.name}_is"
    for kind, cases in groupby(table.cases, lambda case: case.kind):
        if kind in (KeyKind.TEXT, KeyKind.PATH):
            for number, (value, keys) in enumerate(keys_by_value(cases).items()):
                yield from is_among(f"{acl}_{number}", _VALUE, keys)
                yield _assign(table.name, value, is_undecided, f"{acl}_{number}")
        elif kind is KeyKind.TWO_WORDS:
            yield from is_among(f"{acl}_listed", f"{_VALUE},lower", (case.key for case in cases))
            second = replace(f"{_VALUE},lower", ("^[0-9]+ ", ""))
            yield _set(table.name, second, is_undecided, f"{acl}_listed")
        else:
            for case in cases:
                yield from _write_case(table.name, case, is_undecided)
    if table.default:
        yield _assign(table.name, table.default, is_undecided)
    yield ""


def _write_case(name: str, case: Case, is_undecided: str) -> Iterator[str]:
    conditions = is_undecided, matches(_VALUE, case.key)
    if CAPTURED in case.value and not case.is_whole:
        by = join(case.value, str, r"\1", str)
        yield _set(name, replace(_VALUE, (case.key, by)), *conditions)
    else:
        yield _assign(name, case.value, *conditions)
    if case.may_give_up:
        # Where the regex does not match, the empty alternative does.
        yield _assign(name, (), is_undecided, f"!{matches(_VALUE, f'{case.key}|^')}")


def _assign(name: str, value: Text, *conditions: str) -> str:
    if value and all(isinstance(piece, str) for piece in value):
        text = format_of(join(value, str, "", str))
        return f"http-request set-var-fmt({variable(name)}) {text} if {' '.join(conditions)}"
    return _set(name, word(_concatenate(value)), *conditions)


def _set(name: str, sample: str, *conditions: str) -> str:
    line = f"http-request set-var({variable(name)}) {sample}"
    return f"{line} if {' '.join(conditions)}" if conditions else line


def _concatenate(pieces: Text) -> str:
    """Return the sample of a text; a variable that is not set adds nothing. A format would encode
    control characters."""
    written = ["str('')"]
    for piece in pieces:
        if isinstance(piece, str):
            written.append(f"concat({quote_regex(piece)})")
        else:
            name = piece.name if isinstance(piece, Lookup) else _SUBJECT.name
            written.append(f"concat('',{variable(name)})")
    return ",".join(written)


# ---- the configuration -------------------------------------------------------------------------


def render(plan: EdgePlan) -> str:
    """Return the part to include in a configuration."""
    return "\n".join([*comment(_INSTRUCTIONS), "", *_backend(plan)]) + "\n"


def render_whole(plan: EdgePlan, listen: str, upstream: str) -> str:
    """Return a configuration that runs in the foreground."""
    lines = [
        "# Made by `flask cors export haproxy`. Run it: haproxy -db -f FILE",
        "defaults",
        "    mode http",
        "    timeout connect 5s",
        "    timeout client 60s",
        "    timeout server 60s",
        "",
        "frontend edge",
        *indent([f"bind {word(listen)}", "default_backend app"]),
        "",
        "backend app",
        *indent([*_backend(plan), f"server app {_server(upstream)}"]),
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


def _backend(plan: EdgePlan) -> Iterator[str]:
    yield from _request()
    yield from _path(plan)
    for table in build_tables(plan, _REQUEST, []):
        for part in split_by_digit(table):
            yield from write_table(part)
    yield from _names(plan.policies)
    yield from _response()


# ---- the request -------------------------------------------------------------------------------

_REQUEST = RequestSources(
    method=Lookup("request_method"),
    path=PATH,
    origin=Lookup("origin_header"),
    requested_method=Lookup("requested_method_header"),
    private_network=Lookup("private_network_header"),
)


def _request() -> Iterator[str]:
    yield "# Two apps in one place would get a policy that is neither's."
    yield "http-request deny deny_status 500 if { var(txn.cors_once) -m found }"
    yield "http-request set-var(txn.cors_once) bool(true)"
    yield ""
    yield "# The request. A header that no browser sends is a comma."
    # Formatted: a variable of a method takes PATCH for OPTIONS.
    yield f'http-request set-var-fmt({variable("request_method")}) "%[method]"'
    for name, table in (
        ("Origin", "origin_header"),
        (h.REQUEST_METHOD, "requested_method_header"),
        (h.REQUEST_PRIVATE_NETWORK, "private_network_header"),
    ):
        # req.hdr would split it at commas.
        count, value = f"req.fhdr_cnt({name})", f"req.fhdr({name})"
        yield f'http-request set-var-fmt({variable(table)}) "," if {{ {count} gt 0 }}'
        is_one = f"{{ {count} eq 1 }} {{ {value},length gt 0 }}"
        yield f"http-request set-var({variable(table)}) {value} if {is_one}"
    yield ""


_PATH = f"var({variable(PATH.name)})"


def _path(plan: EdgePlan) -> Iterator[str]:
    yield "# The path as the app sees it, below its root; none if no browser sends it."
    set_path, unset_path = (f"http-request {verb}({variable(PATH.name)})" for verb in _VERBS)
    # A stray % is one to an app, and an error to url_dec.
    yield f"{set_path} {replace('path', (r'%(?![0-9A-Fa-f]{2})', '%25'))}"
    yield f"{set_path} {_PATH},url_dec"
    root = escape_regex(plan.root)
    if plan.root:
        is_below = matches(_PATH, rf"^{root}(?:/|\z)")
        yield f"{unset_path} unless {is_below}"
    yield f"{set_path} {replace(_PATH, (f'^{root}/*', '/'))}"
    yield f"{unset_path} if {{ {_PATH},length gt {MAX_PATH} }}"
    if not plan.has_one_policy:
        yield f"{unset_path} if {matches(_PATH, TWO_SPELLINGS)}"
    if len(plan.index.shapes) > 1:  # a text that is looked up ends at NUL
        has_nul = matches(_PATH, r"\x00")
        yield f"{unset_path} if {has_nul}"
    if plan.has_path_regexes:
        is_utf_8 = matches(_PATH, rf"^{UTF_8}*+\z")
        yield f"{unset_path} unless {is_utf_8}"
    yield ""


_VERBS = ("set-var", "unset-var")

# ---- header names ------------------------------------------------------------------------------

_REQUESTED = f"req.fhdr({h.REQUEST_HEADERS})"
_NAMES = f"var({variable(HEADERS[h.ALLOW_HEADERS])})"
_NO_TOKEN_CHARACTER = TOKEN.removesuffix("+").replace("[", "[^,", 1)

# HAProxy takes no more than 16,384 characters in brackets.
_MAX_NAMES_PER_REGEX = 48


def _names(policies: Iterable[EdgePolicy]) -> Iterator[str]:
    """Yield the lines of Access-Control-Allow-Headers: with its regsub, HAProxy needs no tables."""
    table = HEADERS[h.ALLOW_HEADERS]
    set_names, unset_names = (f"http-request {verb}({variable(table)})" for verb in _VERBS)
    yield "# The requested header names; none if they are more than any browser sends."
    is_short = f"{{ req.fhdr_cnt({h.REQUEST_HEADERS}) eq 1 }}"
    is_short += f" {{ {_REQUESTED},length le {h.MAX_LIST_BYTES} }}"
    is_allowed = f'{{ var({variable(OUTCOME.name)}) -m end -- " {Outcome.PREFLIGHT.value}" }}'
    trimmed = replace(_REQUESTED, (r"(?<![ \t])[ \t]++(?=,|\z)", ""), (r",[ \t]++", ","))
    yield f"{set_names} {trimmed} if {is_allowed} {is_short}"
    yield f'http-request set-var-fmt({variable(table)}) ",%[{_NAMES}]," if {is_set(table)}'
    no_token = rf",{TOKEN.removesuffix('+')}*+{_NO_TOKEN_CHARACTER}[^,]*+(?=,)"
    yield f"{set_names} {replace(_NAMES, (no_token, ''), (',,+', ','))} if {is_set(table)}"
    few = matches(_NAMES, rf"^(?:,[^,]++){{1,{h.MAX_LIST_NAMES}}},\z")
    yield f"{unset_names} unless {few}"
    numbers: dict[AllowedNames, list[int]] = {}
    for number, policy in enumerate(policies):
        if not policy.names.any:
            numbers.setdefault(policy.names, []).append(number)
    for index, (names, its_own) in enumerate(numbers.items()):
        keys = [f"{number} {Outcome.PREFLIGHT.value}" for number in its_own]
        yield from is_among(f"cors_names_{index}", f"var({variable(OUTCOME.name)})", keys)
        yield f"{set_names} {_allowed(names)} if cors_names_{index}"
    joined = replace(_NAMES, ("^,:?", ""), (r",\z", ""), (",:?", ", "))
    yield f"{set_names} {joined} if {is_set(table)}"
    yield ""


def _allowed(names: AllowedNames) -> str:
    """Return the list in which each allowed name is marked, and all others are dropped."""
    regexes = any_of(names)
    marks = [
        (f",(?=(?:{'|'.join(regexes[start : start + _MAX_NAMES_PER_REGEX])}),)", ",:")
        for start in range(0, len(regexes), _MAX_NAMES_PER_REGEX)
    ]
    return replace(_NAMES, *marks, (",[^,:][^,]*+", ""))


# ---- the response ------------------------------------------------------------------------------


def _response() -> Iterator[str]:
    yield "# The proxy responds to preflights itself, also to refused ones."
    yield f"http-request return status 200 if {is_set(IS_ANSWERED.name)}"
    yield ""
    yield "# The headers of the upstream are replaced, but for Vary."
    for name in REPLACED_HEADERS:
        yield f"http-after-response del-header {name}"
    yield 'acl cors_varies res.hdr(Vary) -m str -i -- Origin "*"'
    for name, table in HEADERS.items():
        does, unless = ("add", " !cors_varies") if name == "Vary" else ("set", "")
        value = f"%[var({variable(table)})]"
        yield f"http-after-response {does}-header {name} {value} if {is_set(table)}{unless}"
