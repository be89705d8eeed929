"""Methods and headers that need no permission, and those that scripts may not set at all.

https://fetch.spec.whatwg.org/#cors-safelisted-method, #cors-safelisted-request-header,
#cors-safelisted-response-header-name, #forbidden-request-header.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..protocol import headers as h
from .headerlist import Header, HeaderList, NotAListError, extract_list, sort_and_combine
from .quirks import Quirks

# ---- methods -----------------------------------------------------------------------------------

# https://fetch.spec.whatwg.org/#cors-safelisted-method
_SAFELISTED_METHODS = frozenset({"GET", "HEAD", "POST"})

# https://fetch.spec.whatwg.org/#concept-method-normalize. PATCH is not among them: a script that
# writes "patch" sends "patch", which the server must allow.
_NORMALIZED_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"})


def is_safelisted_method(method: str) -> bool:
    """Return whether a method is CORS-safelisted, byte for byte
    (https://fetch.spec.whatwg.org/#cors-safelisted-method)."""
    return method in _SAFELISTED_METHODS


def is_forbidden_method(method: str) -> bool:
    """Return whether scripts may not use a method, in any case
    (https://fetch.spec.whatwg.org/#forbidden-method)."""
    return method.upper() in h.FORBIDDEN_METHODS


def normalize_method(method: str) -> str:
    """Return a method as browsers send it
    (https://fetch.spec.whatwg.org/#concept-method-normalize)."""
    upper = method.upper()
    return upper if upper in _NORMALIZED_METHODS else method


# ---- request headers that a script may not set -------------------------------------------------

# https://fetch.spec.whatwg.org/#forbidden-request-header, step 1
_FORBIDDEN_REQUEST_NAMES = frozenset(
    {
        *("accept-charset", "accept-encoding", "access-control-request-headers"),
        *("access-control-request-method", "connection", "content-length", "cookie", "cookie2"),
        *("date", "dnt", "expect", "host", "keep-alive", "origin", "referer", "set-cookie", "te"),
        *("trailer", "transfer-encoding", "upgrade", "via"),
    }
)
_METHOD_OVERRIDES = frozenset({"x-http-method", "x-http-method-override", "x-method-override"})


def is_forbidden_request_header(name: str, value: str) -> bool:
    """Return whether scripts may not set a header
    (https://fetch.spec.whatwg.org/#forbidden-request-header)."""
    lowered = name.lower()
    if lowered in _FORBIDDEN_REQUEST_NAMES or lowered.startswith(("proxy-", "sec-")):
        return True
    if lowered in _METHOD_OVERRIDES:
        return any(is_forbidden_method(method.strip("\t ")) for method in _split(value))
    return False


# https://fetch.spec.whatwg.org/#header-value-get-decode-and-split: quoted commas do not separate.
_find_elements = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*"?)+').findall


def _split(value: str) -> list[str]:
    elements: list[str] = _find_elements(value)
    return elements


# ---- CORS-safelisted request-headers -----------------------------------------------------------

MAX_SAFELISTED_VALUE_BYTES = 128

# https://fetch.spec.whatwg.org/#cors-unsafe-request-header-byte
_has_unsafe_byte = re.compile(r'[\0-\x08\x0a-\x1f"():<>?@\[\\\]{}\x7f]').search
_is_language = re.compile(r"[0-9A-Za-z *,\-.;=]*").fullmatch

# https://mimesniff.spec.whatwg.org/#parsing-a-mime-type. The type ends at a slash, the subtype at
# a semicolon. What follows cannot make the parser fail.
_parse_mime_type = re.compile(r"([^/]*)/([^;]*)").match
_WHITESPACE = "\t "  # and line breaks, which are unsafe bytes
_SAFELISTED_TYPES = frozenset(
    {("application", "x-www-form-urlencoded"), ("multipart", "form-data"), ("text", "plain")}
)

# https://fetch.spec.whatwg.org/#simple-range-header-value, without whitespace
_parse_range = re.compile(r"bytes=([0-9]+)-([0-9]*)").fullmatch


def _is_safe_accept(value: str) -> bool:
    return _has_unsafe_byte(value) is None


def _is_safe_language(value: str) -> bool:
    return _is_language(value) is not None


def _is_safe_content_type(value: str) -> bool:
    if _has_unsafe_byte(value) is not None:
        return False
    found = _parse_mime_type(value.lower().strip(_WHITESPACE))
    if found is None:
        return False
    return (found[1], found[2].rstrip(_WHITESPACE)) in _SAFELISTED_TYPES


def _is_safe_range(value: str) -> bool:
    found = _parse_range(value)
    if found is None:
        return False
    start, end = found.groups()
    return not end or int(start) <= int(end)


_SAFELISTED_VALUES = {
    "accept": _is_safe_accept,
    "accept-language": _is_safe_language,
    "content-language": _is_safe_language,
    "content-type": _is_safe_content_type,
    "range": _is_safe_range,
}


def is_safelisted_request_header(name: str, value: str, quirks: Quirks) -> bool:
    """Return whether a header needs no permission
    (https://fetch.spec.whatwg.org/#cors-safelisted-request-header)."""
    if len(value) > MAX_SAFELISTED_VALUE_BYTES:
        return False
    lowered = name.lower()
    restriction = quirks.value_restrictions.get(lowered)
    if restriction is not None and not restriction(value):
        return False
    is_safe = _SAFELISTED_VALUES.get(lowered) or quirks.extra_safelisted.get(lowered)
    return is_safe is not None and bool(is_safe(value))


def unsafe_request_header_names(headers: Sequence[Header], quirks: Quirks) -> list[str]:
    """Return the CORS-unsafe request-header names, lower-cased, and in the standard each once
    (https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names).

    They keep the order of the request, in which Chromium looks for one that is not allowed;
    ``Access-Control-Request-Headers`` sorts them.
    """
    unsafe: list[str] = []
    potentially_unsafe: list[str] = []
    safelisted_bytes = 0
    for name, value in _join_repeated(headers) if quirks.joins_repeated_headers else headers:
        lowered = name.lower()
        if lowered in quirks.ignored_names:
            continue
        if is_safelisted_request_header(name, value, quirks):
            potentially_unsafe.append(lowered)
            safelisted_bytes += len(value)
        else:
            unsafe.append(lowered)
    limit = quirks.max_safelisted_bytes
    if limit is not None and safelisted_bytes > limit:
        unsafe += potentially_unsafe
    return unsafe if quirks.repeats_names else list(dict.fromkeys(unsafe))


def _join_repeated(headers: Iterable[Header]) -> list[Header]:
    """Return one line per name, in the order of the first lines."""
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name.lower(), []).append(value)
    return [(name, ", ".join(found)) for name, found in values.items()]


# https://fetch.spec.whatwg.org/#no-cors-safelisted-request-header-name
_NO_CORS_NAMES = frozenset({"accept", "accept-language", "content-language", "content-type"})


def keep_no_cors_safelisted(headers: Iterable[Header], quirks: Quirks) -> list[Header]:
    """Return the headers that a script may set in mode ``no-cors``: the safelisted ones, by
    the joined value of a name (https://fetch.spec.whatwg.org/#concept-headers-append)."""
    kept: dict[str, str] = {}
    for name, value in headers:
        lowered = name.lower()
        together = f"{kept[lowered]}, {value}" if lowered in kept else value
        if lowered in _NO_CORS_NAMES and is_safelisted_request_header(name, together, quirks):
            kept[lowered] = together
    return list(kept.items())


# https://fetch.spec.whatwg.org/#request-body-header-name
REQUEST_BODY_NAMES = frozenset(
    {"content-encoding", "content-language", "content-location", "content-type"}
)
# https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name
NON_WILDCARD_NAME = "authorization"

# ---- responses ---------------------------------------------------------------------------------

# https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name
_SAFELISTED_RESPONSE_NAMES = frozenset(
    {
        *("cache-control", "content-language", "content-length", "content-type", "expires"),
        *("last-modified", "pragma"),
    }
)


def filter_basic_headers(headers: Iterable[Header]) -> HeaderList:
    """Return the headers of a basic filtered response
    (https://fetch.spec.whatwg.org/#concept-filtered-response-basic)."""
    return sort_and_combine(headers, None)


def filter_cors_headers(headers: Sequence[Header], credentials: str) -> HeaderList:
    """Return the headers of a CORS filtered response
    (https://fetch.spec.whatwg.org/#concept-filtered-response-cors, and main fetch, step
    "If request's response tainting is cors").

    :param credentials: the request's credentials mode. With ``"include"``, ``*`` is the name of a
        header and not a wildcard.
    """
    try:
        exposed = {name.lower() for name in extract_list(headers, h.EXPOSE_HEADERS) or ()}
    except NotAListError:
        exposed = set()
    if credentials != "include" and "*" in exposed:
        return sort_and_combine(headers, None)
    return sort_and_combine(headers, _SAFELISTED_RESPONSE_NAMES | exposed)
