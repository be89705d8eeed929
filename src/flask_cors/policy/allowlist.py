"""Which methods and which header names are allowed, and which response headers are exposed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from ..doubts import ForbiddenMethod, LiteralName, NeverReadable, Warn
from ..errors import CORSConfigError, Mistake, shown
from ..headers import (
    ALL_METHODS,
    FORBIDDEN_METHODS,
    FORBIDDEN_RESPONSE_HEADERS,
    comma_list,
    is_token,
    requested_names,
)
from .regex import compiled, is_regex


class MethodAllowlist(NamedTuple):
    """The methods that a preflight may ask for.

    :ivar any: every method: ``"*"``.
    :ivar names: in upper case.
    :ivar listed: the names as ``Access-Control-Allow-Methods`` lists them.
    """

    any: bool
    names: frozenset[str]
    listed: str

    def answer(self, method: str) -> str | None:
        """``Access-Control-Allow-Methods`` for a requested method, None where it is refused.

        Methods are compared byte for byte, as browsers compare them (Fetch, CORS-preflight
        fetch, step 7). For ``"*"`` the answer is the method itself: the wildcard would not
        cover requests with credentials.
        """
        if method in self.names:
            return self.listed
        if self.any and is_token(method):
            return method
        return None


class HeaderAllowlist(NamedTuple):
    """The request headers that a preflight may ask for.

    :ivar any: every name: ``"*"``.
    :ivar names: in lower case.
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

    def answer(self, value: str) -> list[str]:
        """The allowed ones of the names that ``Access-Control-Request-Headers`` asks for, in the
        client's spelling, sorted."""
        names = set(requested_names(value))
        return sorted(names if self.any else filter(self.allows, names))


# ---- reading the options -----------------------------------------------------------------------


def _items(option: str, value: object, example: str) -> list[object]:
    """The items of an option that takes a comma list or an iterable."""
    if isinstance(value, str):
        return list(comma_list(value))
    if isinstance(value, re.Pattern):
        return [value]
    if isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray)):
        return list(value)
    mend = f"write a string or a list, such as {example}"
    raise CORSConfigError([Mistake(option, value, "is not a name or a list of names", mend)])


def _tokens(option: str, items: Iterable[object], what: str, example: str) -> list[str]:
    """The items, each of which must be a token."""
    names: list[str] = []
    mistakes: list[Mistake] = []
    for item in items:
        if isinstance(item, str) and is_token(item):
            names.append(item)
        else:
            mend = f"write one {what} an item, such as {example}"
            mistakes.append(Mistake(option, item, f"is no {what}", mend))
    if mistakes:
        raise CORSConfigError(mistakes)
    return names


def parse_methods(value: object, warn: Warn) -> MethodAllowlist:
    """The normal form of the option ``methods``: None stands for the usual seven."""
    example = '["GET", "PUT"]'
    given = _items("methods", ALL_METHODS if value is None else value, example)
    names = {name.upper() for name in _tokens("methods", given, "method", example)}
    for forbidden in sorted(names & FORBIDDEN_METHODS):
        warn(ForbiddenMethod(f"methods: browsers never send {forbidden}", "leave it out"))
    listed = names - {"*"}
    return MethodAllowlist("*" in names, frozenset(listed), ", ".join(sorted(listed)))


def parse_allow_headers(value: object, warn: Warn) -> HeaderAllowlist:
    """The normal form of the option ``allow_headers``: None allows none."""
    example = '["Content-Type", "X-Requested-With"]'
    if isinstance(value, str) and is_regex(value):
        if "," in value:
            problem = "is a list with commas that holds a regular expression"
            mend = 'write a list of strings, such as ["Content-Type", r"X-.*"]'
            raise CORSConfigError([Mistake("allow_headers", value, problem, mend)])
        value = [value]
    literals: list[object] = []
    regexes: list[re.Pattern[str]] = []
    mistakes: list[Mistake] = []
    for item in _items("allow_headers", () if value is None else value, example):
        if isinstance(item, re.Pattern) and isinstance(item.pattern, str):
            # Header names have no case, and browsers ask for them in lower case.
            regexes.append(re.compile(item.pattern, item.flags | re.IGNORECASE))
        elif isinstance(item, str) and is_regex(item):
            try:
                regexes.append(compiled("allow_headers", item, re.IGNORECASE))
            except CORSConfigError as error:
                mistakes.extend(error.mistakes)
        else:
            literals.append(item)
    names: list[str] = []
    try:
        names = _tokens("allow_headers", literals, "header name", example)
    except CORSConfigError as error:
        mistakes.extend(error.mistakes)
    if mistakes:
        raise CORSConfigError(mistakes)
    for name in names:
        if "*" in name and name != "*":
            said, regex = (
                f"allow_headers: {shown(name)} is taken literally",
                name.replace("*", ".*"),
            )
            warn(LiteralName(said, f"write {shown(regex)}"))
    lowered = {name.lower() for name in names}
    return HeaderAllowlist("*" in lowered, frozenset(lowered - {"*"}), tuple(regexes))


def parse_expose_headers(value: object, warn: Warn) -> str | None:
    """``Access-Control-Expose-Headers``, or None: sorted, but a string in its own order."""
    example = '["X-Total-Count"]'
    given = _items("expose_headers", () if value is None else value, example)
    names = _tokens("expose_headers", given, "header name", example)
    for name in names:
        if name.lower() in FORBIDDEN_RESPONSE_HEADERS:
            said = f"expose_headers: browsers show {name} to no script"
            warn(
                NeverReadable(said, "leave it out, and send what the page needs in another header")
            )
    if not isinstance(value, str):
        names = sorted(set(names))
    return ", ".join(names) or None
