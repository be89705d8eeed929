"""Path patterns, of which the option ``resources`` consists, and their literal parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import partial
from itertools import zip_longest
from typing import NamedTuple

from ..diagnostics import rules
from ..diagnostics.finding import Finding, Warn
from ..diagnostics.format import format_value
from ..errors import CORSConfigError
from .lists import check_not_serialized, find_empty_list, is_accepted
from .regex import check_speed, check_text, compile_regex

EVERY_PATH = "/*"


class PathPattern(NamedTuple):
    """One pattern of the option ``resources``. Equal patterns are the same resource.

    :ivar source: the pattern as written, but ``"/*"`` for ``"*"``.
    :ivar regex: the regex that the path must match from its start; None for an exact path and for
        ``/api/*``.
    """

    source: str
    regex: re.Pattern[str] | None = None

    @property
    def is_exact(self) -> bool:
        return self.regex is None and not self.source.endswith("/*")

    @property
    def is_whole(self) -> bool:
        """Whether a trailing slash may prevent a match: the pattern is an exact path, or a regular
        expression with ``$``, ``\\Z`` or a look-ahead."""
        if self.regex is None:
            return self.is_exact
        pieces = _pieces(self.source, bool(self.regex.flags & re.VERBOSE))
        return any(piece[0] in _ENDS or piece["opens"] in ("(?=", "(?!") for piece in pieces)


# ---- literal parts -----------------------------------------------------------------------------

# The pieces of a regular expression. Only those named "escaped" and "plain" are literal.
_PIECES = r"""
      (?P<comment> \( \? \# [^)]* \) )              # (?# a comment)
    | \\ (?P<escaped> [^A-Za-z0-9] )                # \. is a literal dot
    | \\ .                                          # \d, \Z
    | \[ \^? \]? (?: \\. | [^\]\\] )* \]            # [a-z]
    | \( \? [aiLmsux]+ \)                          # (?i)
    | (?P<opens> \( (?: \? (?: P? <\w+> | [aiLmsux-]* : | <?[=!] ) )? )
    | (?P<closes> \) )
    | (?P<quantifier> [*+?] | \{ \d* ,? \d* \} )
    | [.^$|()\[\\]
    | (?P<plain> . )
"""
_ENDS = frozenset({"$", r"\Z", r"\z"})


class _Literal(NamedTuple):
    prefix: str
    characters: int


def literal_part(pattern: PathPattern) -> _Literal:
    """Return the literal prefix of a pattern, up to its first regex character, and the number of
    literal characters in the whole pattern. A quantified character is not literal."""
    if pattern.regex is None:
        return _Literal(pattern.source[:-1], len(pattern.source) - 1)  # "/api/" of "/api/*"
    source = re.sub(r"\A(?:\^|\\A)", "", pattern.source)
    pieces = _pieces(source, bool(pattern.regex.flags & re.VERBOSE))
    prefix = ""
    in_prefix = True
    counts = [0]  # the literal characters in each open group
    for piece, following in zip_longest(pieces, pieces[1:]):
        literal = piece["escaped"] or piece["plain"]
        is_quantified = following is not None and following["quantifier"] is not None
        if in_prefix and literal is not None and not is_quantified:
            prefix += literal
        else:
            in_prefix = False
        if piece["opens"]:
            counts.append(0)
        elif piece["closes"] and len(counts) > 1:
            inside = counts.pop()
            counts[-1] += 0 if is_quantified else inside
        elif literal is not None and not is_quantified:
            counts[-1] += 1
    return _Literal(prefix, sum(counts))


def _pieces(source: str, is_verbose: bool) -> list[re.Match[str]]:
    """Return the pieces of a regular expression, without its comments."""
    pieces: list[re.Match[str]] = []
    in_comment = False
    for piece in re.finditer(_PIECES, source, re.VERBOSE | re.DOTALL):
        if in_comment:
            in_comment = "\n" not in piece[0]
        elif is_verbose and piece["plain"] == "#":
            in_comment = True
        elif not (piece["comment"] or (is_verbose and piece[0].isspace())):
            pieces.append(piece)
    return pieces


def begins_literally(pattern: PathPattern) -> bool:
    """Return whether every path that matches begins with the literal prefix. A flag may give the
    letters another meaning, and "|" may add another beginning."""
    regex = pattern.regex
    return regex is None or not (regex.flags & (re.IGNORECASE | re.VERBOSE) or "|" in regex.pattern)


# ---- parsing the option ------------------------------------------------------------------------

_REGEX = frozenset(r"*\]?$^[()")
_READS_LIKE_A_REGEX = r"\.\+|\{\d*,?\d*\}|\|"
_READS_LIKE_A_CONVERTER = r"<[^<>/]+>"


def parse_pattern(value: object, warn: Warn) -> PathPattern:
    """Return one pattern of ``resources``.

    :raises CORSConfigError: if ``value`` is neither a string nor a regular expression compiled from
        a string, or does not compile.
    """
    if isinstance(value, re.Pattern):
        regex = check_text("resources", value)
        check_speed("resources", regex, "match")
        return PathPattern(regex.pattern, regex)
    if not isinstance(value, str):
        message = f"resources: {format_value(value)} is not a path pattern"
        hint = 'write a string, such as "/api/*"'
        raise CORSConfigError([_invalid(message, hint, value)])
    if value in ("*", EVERY_PATH):
        return PathPattern(EVERY_PATH)
    check_not_serialized("resources", value, partial(is_accepted, parse_resources))
    if not _REGEX.isdisjoint(value.removesuffix("/*")):
        regex = compile_regex("resources", value)
        check_speed("resources", regex, "match")
        return PathPattern(value, regex)
    _warn_of_literal(value, warn)
    return PathPattern(value)


def _invalid(message: str, hint: str, value: object) -> Finding:
    return rules.InvalidResource(message, hint, option="resources", value=value)


def _warn_of_literal(text: str, warn: Warn) -> None:
    shown = format_value(text)
    rule: type[Finding]
    if re.search(_READS_LIKE_A_REGEX, text):
        rule = rules.LiteralRegexResource
        message = f"{shown} reads like a regular expression and is treated literally"
        hint = f"write re.compile({text!r})"
    elif converter := re.search(_READS_LIKE_A_CONVERTER, text):
        rule = rules.LiteralConverterResource
        message = f"{shown} is treated literally: URL converters are not supported in resources"
        hint = f"write {format_value(text[: converter.start()] + '*')} or a regular expression"
    elif "://" in text:
        rule = rules.ResourceWithoutSlash
        message = f"{shown} is an origin, and resources are paths"
        hint = f"write origins={shown}"
    elif not text.startswith("/"):
        rule = rules.ResourceWithoutSlash
        message = f"{shown} matches no path: paths begin with a slash"
        hint = f"write {format_value('/' + text)}"
    else:
        return
    warn(rule(f"resources: {message}", hint, option="resources", value=text))


# The commas of "/a/*, /b/*", but not those inside the brackets of a regular expression.
_LISTED = r"\s*,\s*(?=/|\Z)(?![^()\[\]{}]*[)\]}])"


def parse_resources(value: object, warn: Warn) -> list[tuple[PathPattern, Mapping[str, object]]]:
    """Return the option ``resources``: the patterns, each with its options, which are not parsed
    here.

    :raises CORSConfigError: with a finding for each invalid pattern.
    """
    pairs: Iterable[tuple[object, object]]
    if isinstance(value, Mapping):
        pairs = value.items()
    elif isinstance(value, str):
        check_not_serialized("resources", value, partial(is_accepted, parse_resources))
        pieces = re.split(_LISTED, value.strip())
        pairs = [(piece, {}) for piece in pieces if piece.strip(", ")]
        if not pairs:
            warn(find_empty_list("resources", value))
    elif isinstance(value, re.Pattern):
        pairs = [(value, {})]
    elif isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray)):
        pairs = [(pattern, {}) for pattern in value]
    else:
        message = f"resources: {format_value(value)} is not a path pattern, a list or a dict"
        hint = 'write resources="/api/*" or resources={"/api/*": {"origins": …}}'
        raise CORSConfigError([_invalid(message, hint, value)])
    parsed: list[tuple[PathPattern, Mapping[str, object]]] = []
    findings: list[Finding] = []
    for pattern, options in pairs:
        if not isinstance(options, Mapping):
            shown = format_value(pattern)
            message = f"resources: {format_value(options)} is not a dict of options for {shown}"
            hint = 'write a dict, such as {"origins": "https://app.example"}'
            findings.append(_invalid(message, hint, options))
            continue
        try:
            parsed.append((parse_pattern(pattern, warn), options))
        except CORSConfigError as error:
            findings += error.findings
    if findings:
        raise CORSConfigError(findings)
    return parsed
