"""The options ``methods``, ``allow_headers`` and ``expose_headers``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple

from ..diagnostics import rules
from ..diagnostics.finding import Finding, Warn
from ..diagnostics.format import format_value
from ..errors import CORSConfigError
from ..protocol.headers import (
    ALL_METHODS,
    FORBIDDEN_METHODS,
    FORBIDDEN_RESPONSE_HEADERS,
    is_token,
    requested_names,
)
from .lists import is_accepted, read_list
from .regex import check_speed, check_text, compile_regex, is_regex


class MethodAllowlist(NamedTuple):
    """The methods that a preflight may request.

    :ivar any: whether every method is allowed, by ``"*"``.
    :ivar names: the allowed methods, in upper case.
    :ivar listed: the same as the value of ``Access-Control-Allow-Methods``.
    """

    any: bool
    names: frozenset[str]
    listed: str

    def allow_methods_for(self, method: str) -> str | None:
        """Return ``Access-Control-Allow-Methods`` for a requested method, or None to refuse it.

        Methods are compared byte for byte, as browsers compare them (Fetch, CORS-preflight
        fetch, step 7). With ``"*"`` the method itself is returned, because the wildcard would not
        cover requests with credentials.
        """
        if method in self.names:
            return self.listed
        if self.any and is_token(method):
            return method
        return None


class HeaderAllowlist(NamedTuple):
    """The request headers that a preflight may request.

    :ivar any: whether every name is allowed, by ``"*"``.
    :ivar names: the allowed names, in lower case.
    """

    any: bool
    names: frozenset[str]
    regexes: tuple[re.Pattern[str], ...]

    def __bool__(self) -> bool:
        return self.any or bool(self.names) or bool(self.regexes)

    def allows(self, name: str) -> bool:
        return (
            self.any
            or name.lower() in self.names
            or any(regex.fullmatch(name) for regex in self.regexes)
        )

    def allowed_names(self, value: str) -> list[str]:
        """Return the allowed names in ``Access-Control-Request-Headers``, sorted, as the client
        spelled them."""
        return sorted(set(filter(self.allows, requested_names(value))))


# ---- reading the options -----------------------------------------------------------------------

_EXAMPLES = {
    "methods": '["GET", "PUT"]',
    "allow_headers": '["Content-Type", "X-Requested-With"]',
    "expose_headers": '["X-Total-Count"]',
}


def _read_items(
    option: str, value: object, warn: Warn, parse: Callable[[object, Warn], object]
) -> list[object]:
    """Return the items of an option that takes a comma list or an iterable."""
    if isinstance(value, re.Pattern):
        return [value]
    items = read_list(option, value, warn, partial(is_accepted, parse))
    if items is None:
        message = f"{option}: {format_value(value)} is not a list of names"
        hint = f"write a string or a list, such as {_EXAMPLES[option]}"
        raise CORSConfigError([rules.InvalidList(message, hint, option=option, value=value)])
    return items


def _check_tokens(
    option: str, items: Iterable[object], rule: type[Finding], what: str
) -> tuple[list[str], list[Finding]]:
    """Return the items that are tokens, and a finding for each that is not.

    :param what: what an item is, for messages.
    """
    names: list[str] = []
    findings: list[Finding] = []
    for item in items:
        if isinstance(item, str) and is_token(item):
            names.append(item)
        else:
            message = f"{option}: {format_value(item)} is not a valid {what}"
            hint = f"write one {what} per item, such as {_EXAMPLES[option]}"
            findings.append(rule(message, hint, option=option, value=item))
    return names, findings


def parse_methods(value: object, warn: Warn) -> MethodAllowlist:
    """Return the option ``methods``. None means :data:`ALL_METHODS`."""
    items = _read_items("methods", ALL_METHODS if value is None else value, warn, parse_methods)
    tokens, findings = _check_tokens("methods", items, rules.InvalidMethod, "method")
    if findings:
        raise CORSConfigError(findings)
    names = {name.upper() for name in tokens}
    for name in sorted(names & FORBIDDEN_METHODS):
        message = f"methods: browsers never send {name}"
        warn(rules.ForbiddenMethod(message, "leave it out", option="methods", value=name))
    listed = names - {"*"}
    return MethodAllowlist("*" in names, frozenset(listed), ", ".join(sorted(listed)))


def parse_allow_headers(value: object, warn: Warn) -> HeaderAllowlist:
    """Return the option ``allow_headers``. None allows no header."""
    literals: list[object] = []
    regexes: list[re.Pattern[str]] = []
    findings: list[Finding] = []
    for item in _read_items(
        "allow_headers", () if value is None else value, warn, parse_allow_headers
    ):
        try:
            regex = _header_regex(item)
        except CORSConfigError as error:
            findings += error.findings
            continue
        if regex is None:
            literals.append(item)
        else:
            regexes.append(regex)
    names, invalid = _check_tokens(
        "allow_headers", literals, rules.InvalidHeaderName, "header name"
    )
    findings += invalid
    if findings:
        raise CORSConfigError(findings)
    for name in names:
        if "*" in name and name != "*":
            message = f"allow_headers: {format_value(name)} is treated literally"
            hint = f"write {format_value(name.replace('*', '.*'))}"
            warn(rules.LiteralHeaderName(message, hint, option="allow_headers", value=name))
    lowered = {name.lower() for name in names}
    return HeaderAllowlist("*" in lowered, frozenset(lowered - {"*"}), tuple(regexes))


def _header_regex(item: object) -> re.Pattern[str] | None:
    """Return an item of ``allow_headers`` as a regular expression, or None if it is a name. Header
    names are case-insensitive, and browsers send them in lower case."""
    if isinstance(item, re.Pattern):
        text = check_text("allow_headers", item)
        regex = re.compile(text.pattern, text.flags | re.IGNORECASE)
    elif isinstance(item, str) and is_regex(item):
        regex = compile_regex("allow_headers", item, re.IGNORECASE)
    else:
        return None
    check_speed("allow_headers", regex, "fullmatch")
    return regex


def parse_expose_headers(value: object, warn: Warn) -> str | None:
    """Return the option ``expose_headers`` as the value of ``Access-Control-Expose-Headers``, or
    None if it is empty. Single names are sorted; a string with commas keeps its order."""
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes, bytearray, Mapping)):
        value = list(value)  # a generator can be read only once
    items = _read_items(
        "expose_headers", () if value is None else value, warn, parse_expose_headers
    )
    names, findings = _check_tokens("expose_headers", items, rules.InvalidHeaderName, "header name")
    if findings:
        raise CORSConfigError(findings)
    for name in names:
        if name.lower() in FORBIDDEN_RESPONSE_HEADERS:
            message = f"expose_headers: browsers never show {name} to a script"
            hint = "leave it out, and send what the frontend needs in another header"
            warn(rules.UnreadableExposedHeader(message, hint, option="expose_headers", value=name))
    return ", ".join(dict.fromkeys(names) if _has_order(value) else sorted(set(names))) or None


def _has_order(value: object) -> bool:
    """Return whether the names are written in a string with commas, whose order is kept."""
    items = value if isinstance(value, list) else [value]
    return any(isinstance(item, str) and (item is value or "," in item) for item in items)
