"""The CORS-preflight cache (https://fetch.spec.whatwg.org/#concept-cache)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from .. import headers as h
from .checks import Permission
from .headerlist import get
from .messages import Response
from .quirks import DEFAULT_MAX_AGE, Quirks
from .safelist import NON_WILDCARD_NAME

Clock = Callable[[], float]

# No browser keeps more than some thousand entries, whatever servers list.
MAX_ENTRIES = 4096


class _Key(NamedTuple):
    """What an entry is found by. The network partition key is left out: a :class:`Browser` has
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
    """What earlier preflights allowed, until it is too old.

    .. versionadded:: 7.0
    """

    def __init__(self, clock: Clock, quirks: Quirks) -> None:
        self._clock = clock
        self._quirks = quirks
        self._expiries: dict[_Key, float] = {}

    def __len__(self) -> int:
        """How many methods and header names are remembered."""
        self._forget_old()
        return len(self._expiries)

    def clear(self) -> None:
        """Forget everything."""
        self._expiries.clear()

    def clear_url(self, origin: str, url: str) -> None:
        """https://fetch.spec.whatwg.org/#concept-cache-clear"""
        for key in [key for key in self._expiries if key[:2] == (origin, url)]:
            del self._expiries[key]

    def allows(
        self, origin: str, url: str, credentials: str, method: str, unsafe: Iterable[str]
    ) -> bool:
        """Whether no preflight is needed (https://fetch.spec.whatwg.org/#concept-http-fetch, the
        step on makeCORSPreflight).

        :param unsafe: the CORS-unsafe request-header names.
        """
        self._forget_old()
        include = credentials == "include"
        wanted = [_Key(origin, url, include, None, name) for name in unsafe]
        if method not in self._quirks.methods_not_remembered:
            wanted.append(_Key(origin, url, include, method, None))
        if all(self._match(key) is not None for key in wanted):
            return True
        if self._quirks.forgets_what_does_not_serve:
            self.clear_url(origin, url)
        return False

    def store(
        self, origin: str, url: str, credentials: str, response: Response, allowed: Permission
    ) -> None:
        """https://fetch.spec.whatwg.org/#cors-preflight-fetch-0, steps 7.8 to 7.14: every method
        and header name that the response lists, asked for or not."""
        self._forget_old()
        value = get(response.headers, h.MAX_AGE)
        seconds = DEFAULT_MAX_AGE if value is None else self._quirks.max_age(value)
        if self._quirks.max_age_limit is not None:
            seconds = min(seconds, self._quirks.max_age_limit)
        if seconds == 0 and not self._quirks.zero_forgets:
            return
        expiry = self._clock() + seconds
        include = credentials == "include"
        keys = [_Key(origin, url, include, method, None) for method in sorted(allowed.methods)]
        keys += [_Key(origin, url, include, None, name) for name in sorted(allowed.names)]
        for key in keys:
            # "For each … for which there is a cache entry match, set its max-age", whichever
            # preflight made the entry.
            match = self._match(key)
            if match is not None:
                self._expiries[match] = expiry
            elif len(self._expiries) < MAX_ENTRIES:
                self._expiries[key] = expiry

    def _match(self, key: _Key) -> _Key | None:
        """An entry that serves a request in which ``key`` stands
        (https://fetch.spec.whatwg.org/#concept-cache-match, -match-method and -match-header)."""
        # An entry made with credentials serves all, one made without only those without.
        serving = [key]
        if not key.credentials and self._quirks.credentialed_entries_serve_all:
            serving.append(key._replace(credentials=True))
        starred = [entry for entry in serving if self._quirks.star_serves_all[entry.credentials]]
        if key.name is None:
            serving += [entry._replace(method="*") for entry in starred]
        elif key.name != NON_WILDCARD_NAME:
            serving += [entry._replace(name="*") for entry in starred]
        return next((entry for entry in serving if entry in self._expiries), None)

    def _forget_old(self) -> None:
        now = self._clock()
        for key in [key for key, expiry in self._expiries.items() if expiry <= now]:
            del self._expiries[key]
