"""Parses the option ``origins`` into an :class:`OriginSet`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from typing import Any, TypeGuard

from ..diagnostics import rules
from ..diagnostics.finding import Finding, Warn
from ..diagnostics.format import format_value
from ..errors import CORSConfigError
from ..protocol import origin as _origin
from . import lists
from .lists import find_empty_list, read_list
from .origins import OriginFunction, OriginSet, Regex
from .regex import check_speed, check_text, compile_regex, is_regex
from .untrusted import iter_misleading

_LIST = 'write a list, such as ["https://app.example"]'

_ANY = ("*", ".*")

_RULES: dict[_origin.Flaw, type[Finding]] = {
    _origin.Flaw.NO_SCHEME: rules.OriginWithoutScheme,
    _origin.Flaw.SLASH: rules.OriginWithPath,
    _origin.Flaw.PATH: rules.OriginWithPath,
    _origin.Flaw.DEFAULT_PORT: rules.OriginWithDefaultPort,
    _origin.Flaw.UPPER_CASE: rules.OriginWithUpperCase,
    _origin.Flaw.NOT_ASCII: rules.OriginNotASCII,
    _origin.Flaw.SEVERAL: rules.NotAnOrigin,
    _origin.Flaw.NO_ORIGIN: rules.NotAnOrigin,
}


def parse_origins(value: object, warn: Warn) -> OriginSet:
    """Return the option ``origins``.

    :param value: ``"*"``, an origin, a pattern, a regular expression, a callable, or a list of
        these. None allows no origin.
    :param warn: called with each finding that is a warning.
    :raises CORSConfigError: with a finding for each invalid entry.
    """
    reader = _Reader(warn)
    if isinstance(value, re.Pattern) or is_function(value):
        reader.read(value)
    elif value is None:
        warn(find_empty_list("origins", None))
    else:
        items = read_list("origins", value, warn, is_accepted)
        if items is None:
            reader.refuse(rules.InvalidOrigin, value, "is not an origin", _instead_of(value))
        for item in items or ():
            reader.read(item)
    return reader.result()


class _Reader:
    """Collects the entries of an ``origins`` option by their kind."""

    def __init__(self, warn: Warn) -> None:
        self._warn = warn
        self._any = False
        self._exact: set[str] = set()
        self._wildcards: set[str] = set()
        self._regexes: list[Regex] = []
        self._functions: list[OriginFunction] = []
        self._findings: list[Finding] = []

    def result(self) -> OriginSet:
        if self._findings:
            raise CORSConfigError(self._findings)
        origins = OriginSet(
            self._any,
            frozenset(self._exact),
            frozenset(self._wildcards),
            tuple(self._regexes),
            tuple(self._functions),
        )
        if self._any and origins != OriginSet(any=True):
            message = "origins: '*' allows every origin, and the other entries are redundant"
            hint = "remove '*' to allow the listed origins alone, or write origins='*'"
            self._warn(rules.RedundantOrigins(message, hint, option="origins", value="*"))
        return origins

    def refuse(self, rule: type[Finding], value: object, problem: str, hint: str) -> None:
        message = f"origins: {format_value(value)} {problem}"
        self._findings.append(rule(message, hint, option="origins", value=value))

    def warn(self, rule: type[Finding], value: object, message: str, hint: str) -> None:
        self._warn(rule(f"origins: {message}", hint, option="origins", value=value))

    def read(self, item: object) -> None:
        try:
            if isinstance(item, str):
                self._read_string(item)
            elif isinstance(item, re.Pattern):
                self._read_compiled(item)
            elif is_function(item):
                self._read_function(item)
            else:
                self.refuse(rules.InvalidOrigin, item, "is not an origin", _instead_of(item))
        except CORSConfigError as error:
            self._findings += error.findings

    # ---- strings ----

    def _read_string(self, text: str) -> None:
        if text in _ANY:
            self._any = True
        elif is_glob(text):
            from .suggestions import suggest_pattern

            hint = suggest_pattern(text)
            self.refuse(rules.InvalidOriginPattern, text, "is not a valid pattern", hint)
        elif is_regex(text):
            compile_regex("origins", text)  # as written, so that an error shows it unchanged
            regex = re.compile(_with_any_port(text), re.IGNORECASE)
            self._add_regex(regex)
            if _repeats_colons(regex):
                self.refuse(rules.QuantifiedColon, text, _COLONS, _WRITE_PORT)
        elif "*" in text:
            self._read_pattern(text)
        else:
            self._read_exact(text)

    def _read_pattern(self, text: str) -> None:
        lowered = text.lower()
        why = _origin.why_never_sent(sample_of_pattern(lowered))
        if why is not None:
            self._warn_never_sent(text, why.flaw, lowered.rpartition(":")[0] if why.hint else None)
        self._wildcards.add(lowered)

    def _read_exact(self, text: str) -> None:
        why = _origin.why_never_sent(text)
        if why is not None:
            hint = _subdomain_pattern(text) or why.hint or _without_quotes(text)
            self._warn_never_sent(text, why.flaw, hint)
        lowered = text.lower()
        if _origin.is_well_formed(lowered):
            self._exact.add(lowered)

    def _warn_never_sent(self, text: str, flaw: _origin.Flaw, hint: str | None) -> None:
        message = f"browsers never send {format_value(text)}: {flaw}"
        if hint is not None:
            instead = f"write {format_value(hint)}"
        elif flaw is _origin.Flaw.SEVERAL:
            instead = "separate them with commas"
        else:
            instead = "leave it out"
        self.warn(_RULES[flaw], text, message, instead)

    # ---- compiled regular expressions and callables ----

    def _read_compiled(self, regex: re.Pattern[Any]) -> None:
        regex = check_text("origins", regex)
        self._add_regex(regex)
        if _repeats_colons(regex):
            message = f"{format_value(regex.pattern)} {_COLONS}"
            self.warn(rules.QuantifiedColon, regex, message, _WRITE_PORT)

    def _add_regex(self, regex: re.Pattern[str]) -> None:
        check_speed("origins", regex, "fullmatch")
        self._regexes.append(Regex(regex))

    def _read_function(self, function: Callable[..., object]) -> None:
        is_async = any(map(inspect.iscoroutinefunction, (function, function.__call__)))  # type: ignore[operator]
        entry = OriginFunction(function, is_async)
        problem = hint = ""
        if not takes_one_argument(function):
            problem = "cannot be called with one argument, the origin"
            hint = "write a function of the origin: origins=lambda origin: …"
        elif is_async and find_spec("asgiref") is None:
            problem = "is a coroutine function, which needs Flask's async extra"
            hint = "run: pip install 'flask[async]'"
        if problem:
            message = f"origins: {entry!r} {problem}"
            rule = rules.InvalidOriginFunction
            self._findings.append(rule(message, hint, option="origins", value=function))
        else:
            self._functions.append(entry)


def is_function(value: object) -> TypeGuard[Callable[..., object]]:
    """Return whether ``value`` is a callable. A class that can be iterated, such as an enum, is a
    list."""
    return callable(value) and not (isinstance(value, type) and isinstance(value, Iterable))


def takes_one_argument(function: Callable[..., object]) -> bool:
    """Return whether ``function`` can be called with one positional argument."""
    try:
        inspect.signature(function).bind(None)
    except TypeError:
        return False
    except Exception:  # a builtin without a signature, or an object whose signature raises
        return True
    return True


def _instead_of(value: object) -> str:
    """Return a hint for a value of the wrong type."""
    if isinstance(value, (bytes, bytearray)):
        text = value.decode("ascii", "replace")
        return f"write {format_value(text)}" if is_accepted(text) else _LIST
    if isinstance(value, (list, tuple, set, frozenset)):
        return "write one flat list"
    # Objects that str() turns into a URL, such as pydantic's AnyHttpUrl.
    try:
        text = str(value).removesuffix("/")
    except Exception:  # an error in a __str__ must not hide the finding
        return _LIST
    if not is_accepted(text):
        return _LIST
    return f'write str(url).rstrip("/"), which is {format_value(text)}'


def _subdomain_pattern(text: str) -> str | None:
    """Return ``https://*.example.com`` for ``.example.com``, and None for any other text."""
    scheme, separator, host = text.lower().rpartition("://")
    pattern = f"{scheme if separator else 'https'}://*{host}"
    return pattern if host.startswith(".") and is_pattern(pattern) else None


def _without_quotes(text: str) -> str | None:
    """Return the origin in quotes, as an environment file may have it, or None."""
    quoted = re.fullmatch(r"""(["'])(.*)\1""", text)
    return quoted[2] if quoted and is_accepted(quoted[2]) else None


# ---- patterns ----------------------------------------------------------------------------------


def sample_of_pattern(pattern: str) -> str:
    """Return the origin that remains of a pattern, in lower case, without its wildcards."""
    return pattern.replace("://*.", "://").removesuffix(":*")


def is_pattern(text: str) -> bool:
    """Return whether ``text`` is ``https://*.example.com``, ``http://localhost:*``, or both."""
    lowered = text.lower()
    parsed = _origin.parse(sample_of_pattern(lowered))
    return (
        "*" in lowered
        and parsed is not None
        and not (parsed.port is not None and lowered.endswith(":*"))
        and not ("://*." in lowered and _origin.is_ip_host(parsed.host))
    )


# ".*" after a label or a part of an address, at the end of the host or in a path: "https://app.*".
# Not "https://app.*.example.com", where the end of the host is written out.
_GLOB = r"(?:.*://)?[^*/]*[a-z0-9-]\.\*[.*0-9-]*(?::[0-9*]+)?(?:/.*)?|.*://[^*/]+/.*"


def is_glob(text: str) -> bool:
    """Return whether a string has a ``*`` that is meant as a wildcard, but is neither a valid
    pattern nor a regular expression that matches what it looks like."""
    if "*" not in text or text in _ANY or is_pattern(text):
        return False
    without = text.replace(".*", "")
    if not is_regex(without):  # no feature of a regular expression but ".*"
        return "*" in without or re.fullmatch(_GLOB, text, re.IGNORECASE) is not None
    return "://*" in text  # as a regular expression, any number of slashes


def is_accepted(value: object) -> bool:
    """Return whether the option accepts a value without any finding, also about lookalikes. Hints
    are tried with it."""
    if isinstance(value, str) and (value == "null" or is_glob(value)):
        return False  # any site can send null; a glob would search for a hint again, without end
    return lists.is_accepted(parse_origins, value) and not any(
        iter_misleading(parse_origins(value, lambda _: None))
    )


# ---- ports in regular expressions ---------------------------------------------------------------

_ANY_PORT = "(?::[0-9]{1,5})?"
_COLONS = "has a repeated ':', which matches colons, not a port"
_WRITE_PORT = "write (:[0-9]+)? for any port or none"
# ":*" at the end of an alternative; escaped characters and classes are skipped.
_TOKENS = r"""
      (?P<port> \\? : \* (?= \Z | \$ | \\[Zz] | \) | \| ) )
    | \\ .
    | \[ \^? \]? (?: \\. | [^\]\\] )* \]
"""


def _with_any_port(text: str) -> str:
    """Return a regular expression in which a ``:*`` at the end of an alternative matches any port
    or none, as it is usually meant."""
    return re.sub(
        _TOKENS,
        lambda token: _ANY_PORT if token["port"] else token[0],
        text,
        flags=re.VERBOSE | re.DOTALL,
    )


def _repeats_colons(regex: re.Pattern[str]) -> bool:
    """Return whether a regular expression has ``:*``, in any notation: ``:+``, ``(?::){2,}``."""
    from .regex_syntax import iter_characters, iter_repeats, read  # only for a regular expression

    return any(
        repeat.most != 1 and {each.taken for each in iter_characters(repeat.body)} == {":"}
        for _, repeat in iter_repeats(read(regex))
    )
