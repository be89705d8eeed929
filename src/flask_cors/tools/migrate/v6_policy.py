"""The policy of flask-cors 6.0.5: the CORS headers that it sent, as far as version 7 differs.

Modelled on the responses that it was seen to send: ``scripts/record_v6.py`` records them in
``tests/data/v6.json``, and the tests compare this module with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from ...protocol import headers as h

# The CORS headers of a response, and Vary.
Headers = dict[str, str]

# Each makes a string a regular expression, in every option.
_REGEX_CHARACTERS = frozenset(r"*\]?$^[()")


def is_v6_regex(text: str) -> bool:
    """Return whether 6.0.5 takes a string for a regular expression."""
    return not _REGEX_CHARACTERS.isdisjoint(text)


def compile_v6(text: str, flags: int = 0) -> Iterator[re.Pattern[str]]:
    """Yield the regular expression; nothing where it does not compile: 6.0.5 did not load it."""
    try:
        yield re.compile(".*" if text == "*" else text, flags)
    except (re.error, OverflowError, RecursionError):
        return


class V6Policy:
    """The headers that one set of options makes.

    :ivar options: as they were written; those of the defaults, where nothing was.
    """

    def __init__(self, options: Mapping[str, object]) -> None:
        self.options = options
        items = _items(options["origins"])
        self._is_any = any(item in ("*", ".*") for item in items)
        self._origins = _Allowlist(items)
        self._literals = sorted(self._origins.literals)
        self._is_constant = len(items) == 1 and len(self._literals) == 1
        self._has_credentials = bool(options["supports_credentials"])
        self._sends_wildcard = bool(options["send_wildcard"])
        self._varies = bool(options["vary_header"])
        self._always_sends = bool(options["always_send"])
        self._private_network = bool(options["allow_private_network"])
        self._methods = _listed(options["methods"]).upper()
        self._allow_headers = _Allowlist(_items(options["allow_headers"]))
        self._exposes = _listed(options["expose_headers"])
        self._max_age = _seconds(options["max_age"])

    def respond(
        self,
        origin: str | None,
        method: str | None = None,
        names: str | None = None,
        private_network: str | None = None,
    ) -> Headers:
        """Return the headers of a response.

        :param origin: None for a request without ``Origin``.
        :param method: with an origin, that of the preflight's ``Access-Control-Request-Method``.
        """
        allowed = self._without_origin() if origin is None else self._allow_origin_for(origin)
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
        if origin is not None and method is not None and method.upper() in self._methods:
            headers[h.ALLOW_METHODS] = self._methods
            if self._max_age:
                headers[h.MAX_AGE] = self._max_age
            allowed_names = self._allowed_names(names or "")
            if allowed_names:
                headers[h.ALLOW_HEADERS] = ", ".join(allowed_names)
        return headers

    def _allow_origin_for(self, origin: str) -> str | None:
        if self._is_any:
            return "*" if self._sends_wildcard else origin
        return origin if origin in self._origins else None

    def _without_origin(self) -> str | None:
        if not self._always_sends:
            return None
        if self._is_any:
            return None if self._has_credentials else "*"
        return self._literals[0] if self._literals else None

    def _allowed_names(self, names: str) -> list[str]:
        requested = {name.strip() for name in names.split(",")} if names else set[str]()
        return sorted(name for name in requested if name in self._allow_headers)


def _items(value: object) -> list[object]:
    if value is None or value == "":
        return []
    if isinstance(value, (str, re.Pattern)):
        return [value]
    # Not a generator: 6.0.5 reads it once too often.
    return list(value) if isinstance(value, (list, tuple, set, frozenset, Mapping)) else []


class _Allowlist:
    """Origins or header names, and regular expressions for them."""

    def __init__(self, items: Iterable[object]) -> None:
        self.literals: list[str] = []
        self._regexes: list[re.Pattern[str]] = []
        for item in items:
            if isinstance(item, re.Pattern) and isinstance(item.pattern, str):
                self._regexes.append(item)
            elif isinstance(item, str) and is_v6_regex(item):
                self._regexes += compile_v6(item, re.IGNORECASE)
            elif isinstance(item, str):
                self.literals.append(item)
        self._lowered = {literal.lower() for literal in self.literals}

    def __contains__(self, text: str) -> bool:
        if text.lower() in self._lowered:
            return True
        return any(regex.match(text) for regex in self._regexes)


def _listed(value: object) -> str:
    """Return a list as the value of a header; a string as it is."""
    if isinstance(value, str):
        return value
    return ", ".join(sorted(each for each in _items(value) if isinstance(each, str)))


def _seconds(value: object) -> str:
    if isinstance(value, timedelta):
        return str(int(value.total_seconds()))
    return str(value) if value else ""
