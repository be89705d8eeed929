"""Where Chromium and Firefox leave the standard, a row each.

A row is a field of :class:`Quirks`: its default is what the standard says, and a browser names the
rows in which it differs. The other modules ask for values and functions; none asks which browser
it is. Rows are facts that were seen in Chromium 156 and Firefox 153 unless they say otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

MaxAge = Callable[[str], int]

# What the standard takes where Access-Control-Max-Age is missing, or is no number of seconds.
DEFAULT_MAX_AGE = 5

# RFC 9111 1.2.2        delta-seconds = 1*DIGIT
_is_digits = re.compile(r"[0-9]+", re.ASCII).fullmatch
_is_integer = re.compile(r"[+-]?[0-9]+", re.ASCII).fullmatch

# As many digits as no limit of a browser has; more are not read, only known to be many.
_MANY = 10**9
_LONGEST = 9


def _seconds(digits: str) -> int:
    digits = digits.lstrip("0")
    return _MANY if len(digits) > _LONGEST else int(digits or "0")


def standard_max_age(value: str) -> int:
    """https://fetch.spec.whatwg.org/#cors-preflight-fetch-0, steps 7.9 and 7.10.

    A negative number is none of ``delta-seconds``, so the standard's letter makes 5 seconds of it.
    The web platform tests (cors/preflight-cache.htm) want it not to be cached, and no browser
    caches it: it counts as 0 here too.
    """
    if value.startswith("-") and _is_digits(value[1:]):
        return 0
    return _seconds(value) if _is_digits(value) else DEFAULT_MAX_AGE


def chromium_max_age(value: str) -> int:
    """A signed 64-bit integer. What has more digits is no number, as little as letters are."""
    if not _is_integer(value):
        return DEFAULT_MAX_AGE
    digits = value.lstrip("+-").lstrip("0")
    if len(digits) > 19 or int(digits or "0") >= 2**63:
        return DEFAULT_MAX_AGE
    return 0 if value.startswith("-") else _seconds(digits)


def firefox_max_age(value: str) -> int:
    """Digits alone: all else is not cached."""
    if not value:
        return DEFAULT_MAX_AGE
    return _seconds(value) if _is_digits(value) else 0


# ---- redirects ---------------------------------------------------------------------------------

Locations = Callable[[list[str]], list[str]]


def standard_locations(lines: list[str]) -> list[str]:
    """https://fetch.spec.whatwg.org/#concept-response-location-url: two lines are a failure, an
    empty one is the URL itself."""
    return lines


def firefox_locations(lines: list[str]) -> list[str]:
    """Equal lines are one."""
    return list(dict.fromkeys(lines))


def chromium_locations(lines: list[str]) -> list[str]:
    """Equal lines are one, and an empty one is none."""
    found = list(dict.fromkeys(lines))
    return [] if found == [""] else found


# ---- client hints ------------------------------------------------------------------------------

IsSafeValue = Callable[[str], bool]

# https://wicg.github.io/responsive-image-client-hints/: 1*DIGIT [ "." 1*DIGIT ]
_is_decimal = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII).fullmatch


def _decimal(value: str) -> bool:
    return _is_decimal(value) is not None


def _whole(value: str) -> bool:
    return _is_digits(value) is not None


def _on(value: str) -> bool:
    return value.lower() == "on"


def _connection_type(value: str) -> bool:
    return value in ("slow-2g", "2g", "3g", "4g")


def _anything(_: str) -> bool:
    return True


_CLIENT_HINTS: Mapping[str, IsSafeValue] = MappingProxyType(
    {
        "device-memory": _decimal,
        "dpr": _decimal,
        "downlink": _decimal,
        "width": _whole,
        "viewport-width": _whole,
        "rtt": _whole,
        "save-data": _on,
        "ect": _connection_type,
        "intervention": _anything,
    }
)

# ---- values that are safelisted by the standard alone ------------------------------------------


def _is_64_bit_range(value: str) -> bool:
    """Positions that are signed integers of 64 bits."""
    return all(len(digits.lstrip("0")) < 20 and int(digits) < 2**63 for digits in _digits(value))


_digits = re.compile(r"[0-9]+", re.ASCII).findall
_is_plain = re.compile(r"[^,\x80-\xff]*", re.DOTALL).fullmatch
_has_empty_parameter = re.compile(r";[ \t]*;").search


def _is_plain_content_type(value: str) -> bool:
    """Without a comma, an empty parameter between others, and what is not ASCII."""
    return _is_plain(value) is not None and _has_empty_parameter(value) is None


# ---- the table ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Quirks:
    """How one browser runs the protocol. Without arguments: as the standard says.

    .. versionadded:: 7.0
    """

    name: str = "the standard"

    #: Request headers that are safelisted besides those of the standard, and for which values.
    also_safelisted: Mapping[str, IsSafeValue] = field(
        default_factory=lambda: MappingProxyType({}), hash=False
    )
    #: Names that the CORS-unsafe request-header names pass over, whatever the value.
    passed_over: frozenset[str] = frozenset()
    #: Whether lines of one name are one value before they are measured.
    joins_repeated_headers: bool = False
    #: What a value must be besides to be safelisted, by the header's name.
    safelists_only: Mapping[str, IsSafeValue] = field(
        default_factory=lambda: MappingProxyType({}), hash=False
    )
    #: Whether ``Access-Control-Request-Headers`` names a header as often as the page set it.
    repeats_names: bool = False
    #: What the values of the safelisted headers may have together; None: any length.
    max_safelisted_bytes: int | None = 1024
    #: Whether ``*`` in ``Access-Control-Allow-Headers`` covers ``Authorization``.
    star_covers_authorization: bool = False
    #: Whether a request that needed a preflight needs one wherever a redirect leads, even when
    #: what needed it was dropped on the way.
    preflights_stay_needed: bool = False
    #: Whether a preflight tells the page's origin where the request itself says ``null``.
    preflights_tell_origin: bool = False
    #: Which lines of ``Location`` count. None: the response is no redirect to follow.
    locations: Locations = standard_locations
    #: Whether ``redirect="error"`` lets a redirect status without a ``Location`` pass.
    error_needs_location: bool = False
    #: Whether a redirect to a URL with user information is refused everywhere, not by CORS alone.
    refuses_userinfo: bool = False
    #: Whether in mode ``no-cors`` the request's origin is ``null`` behind every redirect from one
    #: origin to another, also where the first is the page's. No verdict depends on it.
    no_cors_redirects_taint: bool = False
    #: What all header lines of a response may have together. The standard leaves it open.
    max_response_headers: int = 256 * 1024
    #: Whether a response with status 407 that comes from no proxy fails.
    refuses_407: bool = True
    #: How ``Access-Control-Max-Age`` is read.
    max_age: MaxAge = standard_max_age
    #: The longest time in seconds that a preflight is remembered; None: without limit.
    max_age_limit: int | None = None
    #: Whether a preflight for a request with credentials serves one without.
    credentialed_entries_serve_all: bool = True
    #: Whether a remembered ``*`` serves methods and names that were not asked for, by whether the
    #: preflight was for a request with credentials.
    star_serves_all: Mapping[bool, bool] = field(
        default_factory=lambda: MappingProxyType({True: True, False: True}), hash=False
    )
    #: Whether all that is remembered of a URL is forgotten when a request needs another preflight.
    forgets_what_does_not_serve: bool = False
    #: Whether it is forgotten when a request fails: one that may have a preflight, and another.
    forgets_at_failure: bool = True
    forgets_at_any_failure: bool = False
    #: Methods for which nothing has to be remembered.
    methods_not_remembered: frozenset[str] = frozenset({"GET", "HEAD", "POST"})
    #: Whether a time of 0 makes the browser forget what it remembers.
    zero_forgets: bool = True


#: The standard to the letter.
STANDARD = Quirks()

#: Chromium 156.
CHROMIUM = Quirks(
    name="Chromium",
    also_safelisted=_CLIENT_HINTS,
    passed_over=frozenset({"user-agent"}),
    joins_repeated_headers=True,
    safelists_only=MappingProxyType({"range": _is_64_bit_range}),
    star_covers_authorization=True,
    locations=chromium_locations,
    error_needs_location=True,
    refuses_userinfo=True,
    no_cors_redirects_taint=True,
    max_age=chromium_max_age,
    max_age_limit=7200,  # since 76; documented, not waited for
    star_serves_all=MappingProxyType({True: False, False: True}),
    forgets_what_does_not_serve=True,
    forgets_at_failure=False,
)

#: Firefox 153.
FIREFOX = Quirks(
    name="Firefox",
    max_safelisted_bytes=None,
    star_covers_authorization=True,
    safelists_only=MappingProxyType(
        {
            "accept": str.isascii,
            "content-type": _is_plain_content_type,
            "range": _is_64_bit_range,
        }
    ),
    repeats_names=True,
    preflights_stay_needed=True,
    preflights_tell_origin=True,
    locations=firefox_locations,
    max_response_headers=384 * 1024,
    refuses_407=False,
    forgets_at_any_failure=True,
    methods_not_remembered=frozenset({"GET", "POST"}),
    zero_forgets=False,
    max_age=firefox_max_age,
    max_age_limit=86400,  # documented, not waited for
    credentialed_entries_serve_all=False,
    star_serves_all=MappingProxyType({True: False, False: False}),
)
