"""Header lists of the Fetch standard (https://fetch.spec.whatwg.org/#terminology-headers).

Names and values are strings of latin-1 code points, one per byte.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from ..protocol.headers import FORBIDDEN_RESPONSE_HEADERS, is_token

Header = tuple[str, str]

# https://fetch.spec.whatwg.org/#http-whitespace-byte
_WHITESPACE = "\t\n\r "

# Not allowed in https://fetch.spec.whatwg.org/#header-value. Responses cannot contain them: a line
# ends at CR or LF, and browsers refuse a whole response with a NUL.
_has_forbidden_character = re.compile(r"[\0\r\n]").search
_is_latin1 = re.compile(r"[\0-\xff]*").fullmatch


class HeaderList(tuple[Header, ...]):
    """Pairs of names and values, with a lookup by name.

    .. versionadded:: 7.0
    """

    __slots__ = ()

    def get(self, name: str) -> str | None:
        """Return all values of a name, joined with ``", "``; None without one
        (https://fetch.spec.whatwg.org/#concept-header-list-get)."""
        return get(self, name)


def normalize(value: str) -> str:
    """Strip whitespace, but neither VT nor FF
    (https://fetch.spec.whatwg.org/#concept-header-value-normalize)."""
    return value.strip(_WHITESPACE)


def is_header_value(text: str) -> bool:
    """Return whether a normalised text is a valid header value."""
    return _has_forbidden_character(text) is None and _is_latin1(text) is not None


def get_all(headers: Iterable[Header], name: str) -> list[str]:
    """Return the values of a name, in order. Names are case-insensitive."""
    lowered = name.lower()
    return [value for other, value in headers if other.lower() == lowered]


def get(headers: Iterable[Header], name: str) -> str | None:
    """Return all values of a name, joined with ``", "``; None without one. Two lines of
    ``Access-Control-Allow-Origin`` are thus one value, which is not an origin
    (https://fetch.spec.whatwg.org/#concept-header-list-get)."""
    found = get_all(headers, name)
    return ", ".join(found) if found else None


class NotAListError(ValueError):
    """An element of a list header is not a token."""


def extract_list(headers: Iterable[Header], name: str) -> list[str] | None:
    """Return the elements of a header whose ABNF is ``#token``; None without one. Each line is
    parsed by itself (https://fetch.spec.whatwg.org/#extract-header-list-values).

    :raises NotAListError: if any line does not match.
    """
    lines = get_all(headers, name)
    # RFC 9110 5.6.1.2: a recipient ignores empty elements. OWS is SP and HTAB only.
    elements = [element.strip(" \t") for line in lines for element in line.split(",")]
    items = [item for item in elements if item]
    if not all(map(is_token, items)):
        raise NotAListError(name)
    return items if lines else None


def sort_and_combine(headers: Iterable[Header], names: Collection[str] | None) -> HeaderList:
    """Return the headers as a script iterates over ``response.headers``: lower-cased, sorted, the
    values of a name joined (https://fetch.spec.whatwg.org/#concept-header-list-sort-and-combine).

    :param names: the lower-cased names to keep; None for all.
    """
    combined: dict[str, list[str]] = {}
    for as_sent, value in headers:
        name = as_sent.lower()
        # Browsers ignore a line whose name is not a token.
        if name in FORBIDDEN_RESPONSE_HEADERS or not is_token(name):
            continue
        if names is None or name in names:
            combined.setdefault(name, []).append(value)
    return HeaderList((name, ", ".join(found)) for name, found in sorted(combined.items()))
