"""The differences of Chromium and Firefox from the standard.

Each attribute and method of :class:`Quirks` is as the standard says. The class of a browser
overrides those in which it differs. No other module tests which browser it is. The differences were
observed in Chromium 156 and Firefox 153, except where a comment says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

# The standard's value where Access-Control-Max-Age is missing or not a number of seconds.
DEFAULT_MAX_AGE = 5

# RFC 9111 1.2.2        delta-seconds = 1*DIGIT
_is_digits = re.compile(r"[0-9]+", re.ASCII).fullmatch
_is_integer = re.compile(r"[+-]?[0-9]+", re.ASCII).fullmatch

# Larger than the limit of any browser; a longer number is not converted.
MAX_SECONDS = 10**9
MAX_DIGITS = 9


def _parse_seconds(digits: str) -> int:
    digits = digits.lstrip("0")
    return MAX_SECONDS if len(digits) > MAX_DIGITS else int(digits or "0")


# ---- values of safelisted request headers ------------------------------------------------------

# Returns a true value for a header value that needs no permission.
IsSafeValue = Callable[[str], object]

# https://wicg.github.io/responsive-image-client-hints/: 1*DIGIT [ "." 1*DIGIT ]
_is_decimal = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII).fullmatch

_CLIENT_HINTS: Mapping[str, IsSafeValue] = MappingProxyType(
    {
        "device-memory": _is_decimal,
        "dpr": _is_decimal,
        "downlink": _is_decimal,
        "width": _is_digits,
        "viewport-width": _is_digits,
        "rtt": _is_digits,
        "save-data": re.compile("on", re.ASCII | re.IGNORECASE).fullmatch,
        "ect": re.compile("slow-2g|[234]g").fullmatch,
        "intervention": re.compile(".*", re.DOTALL).fullmatch,
    }
)

_find_digits = re.compile(r"[0-9]+", re.ASCII).findall
_is_plain = re.compile(r"[^,\x80-\xff]*", re.DOTALL).fullmatch
_has_empty_parameter = re.compile(r";[ \t]*;").search


def _is_64_bit_range(value: str) -> bool:
    """Return whether all positions are signed integers of 64 bits."""
    numbers = _find_digits(value)
    return all(len(digits.lstrip("0")) < 20 and int(digits) < 2**63 for digits in numbers)


def _is_plain_content_type(value: str) -> bool:
    """Return whether a value is ASCII, without commas and without empty parameters."""
    return _is_plain(value) is not None and _has_empty_parameter(value) is None


# ---- the table ---------------------------------------------------------------------------------


class Quirks:
    """How a browser follows the protocol; this class is the standard itself.

    Use one of :data:`STANDARD`, :data:`CHROMIUM` and :data:`FIREFOX`, or a subclass of your own.

    .. versionadded:: 7.0
    """

    __slots__ = ()

    name: str = "the standard"

    #: More request headers that are safelisted, each with a test of its value.
    extra_safelisted: Mapping[str, IsSafeValue] = MappingProxyType({})
    #: Further tests of the values of safelisted request headers, by name.
    value_restrictions: Mapping[str, IsSafeValue] = MappingProxyType({})
    #: Request headers that never need permission.
    ignored_names: frozenset[str] = frozenset()
    #: Whether repeated headers are joined before their size is measured.
    joins_repeated_headers: bool = False
    #: Whether ``Access-Control-Request-Headers`` repeats the name of a repeated header.
    repeats_names: bool = False
    #: The most bytes that the values of all safelisted headers may have; None: no limit.
    max_safelisted_bytes: int | None = 1024
    #: Whether ``*`` in ``Access-Control-Allow-Headers`` covers ``Authorization``.
    wildcard_covers_authorization: bool = False
    #: Whether a request that needed a preflight still needs one after a redirect that removed its
    #: cause.
    preflights_stay_needed: bool = False
    #: Whether a preflight sends the origin of the page where the request sends ``null``.
    preflights_keep_origin: bool = False
    #: Whether ``redirect="error"`` allows a redirect status without a ``Location``.
    error_needs_location: bool = False
    #: Whether every redirect to a URL with user information fails, not only those that CORS blocks.
    refuses_userinfo: bool = False
    #: Whether in mode ``no-cors`` every redirect to another origin makes the origin ``null``, the
    #: first one too. No verdict depends on it.
    no_cors_redirects_taint: bool = False
    #: The most bytes that the headers of a response may have. The standard leaves it open.
    max_response_header_bytes: int = 256 * 1024
    #: Whether a response with status 407 fails if it does not come from a proxy.
    refuses_407: bool = True
    #: The longest time in seconds that a preflight is cached; None: no limit.
    max_age_limit: int | None = None
    #: Whether ``Access-Control-Max-Age: 0`` removes entries from the preflight cache.
    max_age_zero_clears: bool = True
    #: Whether the preflight of a request with credentials covers requests without.
    credentialed_entries_cover_all: bool = True
    #: Whether a cached ``*`` covers every method and name, for preflights of requests with
    #: credentials (True) and without (False).
    wildcard_covers_all: Mapping[bool, bool] = MappingProxyType({True: True, False: True})
    #: Methods that need no entry in the preflight cache.
    uncached_methods: frozenset[str] = frozenset({"GET", "HEAD", "POST"})
    #: Whether the entries for a URL are removed when a request needs another preflight.
    clears_on_miss: bool = False
    #: Whether they are removed when a request that may need a preflight fails.
    clears_on_failure: bool = True
    #: Whether they are removed when any request fails.
    clears_on_any_failure: bool = False

    def parse_max_age(self, value: str) -> int:
        """Return the seconds of ``Access-Control-Max-Age``
        (https://fetch.spec.whatwg.org/#cors-preflight-fetch-0, steps 7.9 and 7.10).

        A negative number does not match ``delta-seconds``, which would mean 5 seconds. But the web
        platform tests (cors/preflight-cache.htm) require that it is not cached, and no browser
        caches it, so it is 0.
        """
        if value.startswith("-") and _is_digits(value[1:]):
            return 0
        return _parse_seconds(value) if _is_digits(value) else DEFAULT_MAX_AGE

    def select_locations(self, lines: list[str]) -> list[str]:
        """Return the lines of ``Location`` that count: two are a failure, an empty one is the URL
        itself (https://fetch.spec.whatwg.org/#concept-response-location-url)."""
        return lines

    def __repr__(self) -> str:
        return f"<Quirks: {self.name}>"


class _Chromium(Quirks):
    __slots__ = ()

    name = "Chromium"
    extra_safelisted = _CLIENT_HINTS
    value_restrictions = MappingProxyType({"range": _is_64_bit_range})
    ignored_names = frozenset({"user-agent"})
    joins_repeated_headers = True
    wildcard_covers_authorization = True
    error_needs_location = True
    refuses_userinfo = True
    no_cors_redirects_taint = True
    max_age_limit = 7200  # since 76; documented, not measured
    wildcard_covers_all = MappingProxyType({True: False, False: True})
    clears_on_miss = True
    clears_on_failure = False

    def parse_max_age(self, value: str) -> int:
        """Return a signed 64-bit integer; 5 for a larger one, as for letters."""
        if not _is_integer(value):
            return DEFAULT_MAX_AGE
        digits = value.lstrip("+-").lstrip("0")
        if len(digits) > 19 or int(digits or "0") >= 2**63:
            return DEFAULT_MAX_AGE
        return 0 if value.startswith("-") else _parse_seconds(digits)

    def select_locations(self, lines: list[str]) -> list[str]:
        """Return each line once; an empty one does not count."""
        locations = list(dict.fromkeys(lines))
        return [] if locations == [""] else locations


class _Firefox(Quirks):
    __slots__ = ()

    name = "Firefox"
    value_restrictions = MappingProxyType(
        {
            "accept": str.isascii,
            "content-type": _is_plain_content_type,
            "range": _is_64_bit_range,
        }
    )
    repeats_names = True
    max_safelisted_bytes = None
    wildcard_covers_authorization = True
    preflights_stay_needed = True
    preflights_keep_origin = True
    max_response_header_bytes = 384 * 1024
    refuses_407 = False
    max_age_limit = 86400  # documented, not measured
    max_age_zero_clears = False
    credentialed_entries_cover_all = False
    wildcard_covers_all = MappingProxyType({True: False, False: False})
    uncached_methods = frozenset({"GET", "POST"})
    clears_on_any_failure = True

    def parse_max_age(self, value: str) -> int:
        """Return digits as a number; 0 for anything else, which is then not cached."""
        if not value:
            return DEFAULT_MAX_AGE
        return _parse_seconds(value) if _is_digits(value) else 0

    def select_locations(self, lines: list[str]) -> list[str]:
        """Return each line once."""
        return list(dict.fromkeys(lines))


#: The standard.
STANDARD = Quirks()

#: Chromium 156.
CHROMIUM: Quirks = _Chromium()

#: Firefox 153.
FIREFOX: Quirks = _Firefox()
