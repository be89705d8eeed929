"""The CORS-preflight cache (https://fetch.spec.whatwg.org/#concept-cache)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from ..protocol import headers as h
from .checks import Permission
from .headerlist import get
from .messages import Response
from .quirks import DEFAULT_MAX_AGE, Quirks
from .safelist import NON_WILDCARD_NAME

Clock = Callable[[], float]

# Browsers keep a few thousand entries at most, however many servers list.
MAX_ENTRIES = 4096


class _Key(NamedTuple):
    """The key of an entry. The network partition key is left out, because a :class:`Browser` has
    one top-level page at a time.

    :ivar method: a method or ``*``; None in an entry for a header name.
    :ivar name: a lower-cased header name or ``*``; None in an entry for a method.
    """

    origin: str
    url: str
    credentials: bool
    method: str | None
    name: str | None


class PreflightCache:
    """The methods and header names that earlier preflights allowed, until they expire.

    .. versionadded:: 7.0
    """

    def __init__(self, clock: Clock, quirks: Quirks) -> None:
        self._clock = clock
        self._quirks = quirks
        self._expiries: dict[_Key, float] = {}

    def __len__(self) -> int:
        """Return how many methods and header names are cached."""
        self._drop_expired()
        return len(self._expiries)

    def clear(self) -> None:
        """Remove all entries."""
        self._expiries.clear()

    def clear_url(self, origin: str, url: str) -> None:
        """Remove the entries for a URL (https://fetch.spec.whatwg.org/#concept-cache-clear)."""
        for key in [key for key in self._expiries if key[:2] == (origin, url)]:
            del self._expiries[key]

    def allows(
        self, origin: str, url: str, credentials: str, method: str, unsafe: Iterable[str]
    ) -> bool:
        """Return whether the entries cover a request, so that it needs no preflight
        (https://fetch.spec.whatwg.org/#concept-http-fetch, the step on makeCORSPreflight).

        :param unsafe: the CORS-unsafe request-header names.
        """
        self._drop_expired()
        include = credentials == "include"
        keys = [_Key(origin, url, include, None, name) for name in unsafe]
        if method not in self._quirks.uncached_methods:
            keys.append(_Key(origin, url, include, method, None))
        if all(self._match(key) is not None for key in keys):
            return True
        if self._quirks.clears_on_miss:
            self.clear_url(origin, url)
        return False

    def store(
        self, origin: str, url: str, credentials: str, response: Response, allowed: Permission
    ) -> None:
        """Store every method and header name that a preflight response lists, requested or not
        (https://fetch.spec.whatwg.org/#cors-preflight-fetch-0, steps 7.8 to 7.14)."""
        self._drop_expired()
        value = get(response.headers, h.MAX_AGE)
        seconds = DEFAULT_MAX_AGE if value is None else self._quirks.parse_max_age(value)
        if self._quirks.max_age_limit is not None:
            seconds = min(seconds, self._quirks.max_age_limit)
        if seconds == 0 and not self._quirks.max_age_zero_clears:
            return
        expiry = self._clock() + seconds
        include = credentials == "include"
        keys = [_Key(origin, url, include, method, None) for method in sorted(allowed.methods)]
        keys += [_Key(origin, url, include, None, name) for name in sorted(allowed.names)]
        for key in keys:
            # "For each … for which there is a cache entry match, set its max-age": also for an
            # entry that another preflight made.
            match = self._match(key)
            if match is not None:
                self._expiries[match] = expiry
            elif len(self._expiries) < MAX_ENTRIES:
                self._expiries[key] = expiry

    def _match(self, key: _Key) -> _Key | None:
        """Return the entry that covers ``key``
        (https://fetch.spec.whatwg.org/#concept-cache-match, -match-method and -match-header)."""
        # An entry made with credentials covers all requests, one made without only those without.
        covering = [key]
        if not key.credentials and self._quirks.credentialed_entries_cover_all:
            covering.append(key._replace(credentials=True))
        wildcards = [
            each for each in covering if self._quirks.wildcard_covers_all[each.credentials]
        ]
        if key.name is None:
            covering += [each._replace(method="*") for each in wildcards]
        elif key.name != NON_WILDCARD_NAME:
            covering += [each._replace(name="*") for each in wildcards]
        return next((each for each in covering if each in self._expiries), None)

    def _drop_expired(self) -> None:
        now = self._clock()
        for key in [key for key, expiry in self._expiries.items() if expiry <= now]:
            del self._expiries[key]
