"""Header lists as the Fetch standard reads them (https://fetch.spec.whatwg.org/#terminology-headers).

Names and values are strings of latin-1 code points, one for each byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..headers import is_token

Header = tuple[str, str]

# https://fetch.spec.whatwg.org/#http-whitespace-byte
_WHITESPACE = "\t\n\r "

# https://fetch.spec.whatwg.org/#header-value holds none of these. Of a response they cannot come:
# a line ends at CR or LF, and browsers refuse the whole response for a NUL.
_is_broken = re.compile(r"[\0\r\n]").search
_is_latin1 = re.compile(r"[\0-\xff]*").fullmatch

# https://fetch.spec.whatwg.org/#forbidden-response-header-name
_FORBIDDEN_RESPONSE_NAMES = frozenset({"set-cookie", "set-cookie2"})


class HeaderList(tuple[Header, ...]):
    """Pairs of names and values, which can be asked for by name.

    .. versionadded:: 7.0
    """

    __slots__ = ()

    def get(self, name: str) -> str | None:
        """All values of that name, joined with ``", "``; None without one
        (https://fetch.spec.whatwg.org/#concept-header-list-get)."""
        return get(self, name)


def normalize(value: str) -> str:
    """https://fetch.spec.whatwg.org/#concept-header-value-normalize. VT and FF stay."""
    return value.strip(_WHITESPACE)


def is_value(text: str) -> bool:
    """Whether a normalised text can be a header's value."""
    return _is_broken(text) is None and _is_latin1(text) is not None


def values(headers: Iterable[Header], name: str) -> list[str]:
    """The values of that name, in order. ``name`` is in any case."""
    wanted = name.lower()
    return [value for given, value in headers if given.lower() == wanted]


def get(headers: Iterable[Header], name: str) -> str | None:
    """https://fetch.spec.whatwg.org/#concept-header-list-get: so two lines of
    ``Access-Control-Allow-Origin`` are one value, which is nobody's origin."""
    found = values(headers, name)
    return ", ".join(found) if found else None


class NotAListError(ValueError):
    """A list header with an element that is no token."""


def extract_list(headers: Iterable[Header], name: str) -> list[str] | None:
    """The elements of a header whose ABNF is ``#token``, None without one. Each line is parsed by
    itself, and one bad line spoils the result
    (https://fetch.spec.whatwg.org/#extract-header-list-values).

    :raises NotAListError: for a line that does not match.
    """
    lines = values(headers, name)
    if not lines:
        return None
    items: list[str] = []
    for line in lines:
        # RFC 9110 5.6.1.2: a recipient passes over empty elements. OWS is SP and HTAB alone.
        for element in line.split(","):
            item = element.strip(" \t")
            if not item:
                continue
            if not is_token(item):
                raise NotAListError(line)
            items.append(item)
    return items


def readable(headers: Iterable[Header], allows: Iterable[str] | None) -> HeaderList:
    """What ``response.headers`` lets a page iterate over: lower-cased, sorted, the values of a
    name joined (https://fetch.spec.whatwg.org/#concept-header-list-sort-and-combine).

    :param allows: the lower-cased names that are not filtered out; None for all of them.
    """
    names = None if allows is None else frozenset(allows)
    combined: dict[str, list[str]] = {}
    for given, value in headers:
        name = given.lower()
        # A line whose name is no token is passed over, as browsers do.
        if name in _FORBIDDEN_RESPONSE_NAMES or not is_token(name):
            continue
        if names is not None and name not in names:
            continue
        combined.setdefault(name, []).append(value)
    return HeaderList((name, ", ".join(found)) for name, found in sorted(combined.items()))
