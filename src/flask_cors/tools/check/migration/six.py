"""What flask-cors 6.0.5 answers: a model of it, as far as version 7 differs.

Made from what it was seen to answer. ``scripts/record_six.py`` asks it, and writes down what
it said in ``tests/data/six.json``, to which the tests hold this module.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar
from urllib.parse import unquote

from .... import headers as h

T = TypeVar("T")

# The headers of an answer that have to do with CORS.
Headers = dict[str, str]

# What makes a string an expression, in every option.
_EXPRESSION = frozenset(r"*\]?$^[()")


def is_expression(text: str) -> bool:
    """Whether 6.0.5 takes a string for a regular expression."""
    return not _EXPRESSION.isdisjoint(text)


class SixPolicy:
    """The answers of one set of options.

    :param given: the options as they were written; those of the defaults, where nothing was.
    """

    def __init__(self, given: Mapping[str, object]) -> None:
        items = _items(given["origins"])
        self._is_any = any(item in ("*", ".*") for item in items)
        self._origins = _Allowed(items)
        self._literals = sorted(self._origins.literals)
        self._is_constant = len(items) == 1 and len(self._literals) == 1
        self._has_credentials = bool(given["supports_credentials"])
        self._sends_wildcard = bool(given["send_wildcard"])
        self._varies = bool(given["vary_header"])
        self._always_sends = bool(given["always_send"])
        self._private_network = bool(given["allow_private_network"])
        self._methods = _listed(given["methods"]).upper()
        self._allow_headers = _Allowed(_items(given["allow_headers"]))
        self._exposes = _listed(given["expose_headers"])
        self._max_age = _seconds(given["max_age"])

    def actual(self, origin: str | None, private_network: str | None = None) -> Headers:
        """The answer to an actual request; without an origin, to a request without ``Origin``."""
        allowed = self._of_nobody() if origin is None else self._of(origin)
        if allowed is None:
            return {}
        headers = {h.ALLOW_ORIGIN: allowed}
        if self._exposes:
            headers[h.EXPOSE_HEADERS] = self._exposes
        if self._has_credentials:
            headers[h.ALLOW_CREDENTIALS] = "true"
        if private_network == "true":
            headers[h.ALLOW_PRIVATE_NETWORK] = "true" if self._private_network else "false"
        if self._varies and allowed != "*" and not self._is_constant:
            headers["Vary"] = "Origin"
        return headers

    def preflight(
        self, origin: str, method: str, names: str | None = None, private_network: str | None = None
    ) -> Headers:
        """The answer to a CORS-preflight request."""
        headers = self.actual(origin, private_network)
        if headers and method.upper() in self._methods:
            headers[h.ALLOW_METHODS] = self._methods
            if self._max_age:
                headers[h.MAX_AGE] = self._max_age
            allowed = self._allowed_of(names or "")
            if allowed:
                headers[h.ALLOW_HEADERS] = ", ".join(allowed)
        return headers

    def _of(self, origin: str) -> str | None:
        if self._is_any:
            return "*" if self._sends_wildcard else origin
        return origin if origin in self._origins else None

    def _of_nobody(self) -> str | None:
        if not self._always_sends:
            return None
        if self._is_any:
            return None if self._has_credentials else "*"
        return self._literals[0] if self._literals else None

    def _allowed_of(self, names: str) -> list[str]:
        asked = {name.strip() for name in names.split(",")} if names else set[str]()
        return sorted(name for name in asked if name in self._allow_headers)


def _items(value: object) -> list[object]:
    if value is None or value == "":
        return []
    if isinstance(value, (str, re.Pattern)):
        return [value]
    # Not a generator: 6.0.5 reads it once too often.
    return list(value) if isinstance(value, (list, tuple, set, frozenset, Mapping)) else []


class _Allowed:
    """Origins or header names, and expressions for them."""

    def __init__(self, items: Iterable[object]) -> None:
        self.literals: list[str] = []
        self._expressions: list[re.Pattern[str]] = []
        for item in items:
            if isinstance(item, re.Pattern) and isinstance(item.pattern, str):
                self._expressions.append(item)
            elif isinstance(item, str) and is_expression(item):
                self._expressions += _compiled(".*" if item == "*" else item, re.IGNORECASE)
            elif isinstance(item, str):
                self.literals.append(item)
        self._lowered = {literal.lower() for literal in self.literals}

    def __contains__(self, text: str) -> bool:
        if text.lower() in self._lowered:
            return True
        return any(expression.match(text) for expression in self._expressions)


def _compiled(text: str, flags: int = 0) -> Iterator[re.Pattern[str]]:
    """Nothing for an expression that does not compile: 6.0.5 did not start with it."""
    try:
        yield re.compile(text, flags)
    except (re.error, OverflowError, RecursionError):
        return


def _listed(value: object) -> str:
    """A list for a header: a string as it stands."""
    if isinstance(value, str):
        return value
    return ", ".join(sorted(each for each in _items(value) if isinstance(each, str)))


def _seconds(value: object) -> str:
    if isinstance(value, timedelta):
        return str(int(value.total_seconds()))
    return str(value) if value else ""


@dataclass(frozen=True, slots=True)
class _Rule(Generic[T]):
    rank: tuple[bool, bool, int, int]
    literal: str | None
    expression: re.Pattern[str] | None
    target: T


class SixRules(Generic[T]):
    """Resources, and what each stands for.

    :param rules: the patterns as they were written, strings or compiled expressions.
    """

    def __init__(self, rules: Iterable[tuple[object, T]]) -> None:
        made = (_rule(pattern, target) for pattern, target in rules)
        self._rules: list[_Rule[T]] = sorted(filter(None, made), key=lambda rule: rule.rank)

    def match(self, path: str) -> T | None:
        """What a path, as Flask has it, stands for."""
        decoded = unquote(path)
        for rule in self._rules:
            if rule.expression is None:
                if rule.literal == decoded:
                    return rule.target
            elif rule.expression.match(decoded):
                return rule.target
        return None


def _rule(pattern: object, target: T) -> _Rule[T] | None:
    """An exact path ranks first, then compiled expressions, then strings; of each the one with
    the most slashes, then the longest."""
    if isinstance(pattern, str):
        source, is_compiled, expression = pattern, False, None
        if is_expression(pattern):
            found = list(_compiled(".*" if pattern == "*" else pattern))
            if not found:
                return None
            (expression,) = found
    elif isinstance(pattern, re.Pattern) and isinstance(pattern.pattern, str):
        source, is_compiled, expression = pattern.pattern, True, pattern
    else:
        return None
    rank = (expression is not None, not is_compiled, -source.count("/"), -len(source))
    return _Rule(rank, source, expression, target)
