"""The origins that a policy allows.

An :class:`OriginSet` compares in the order of cost: exact origins by hash, subdomain and port
patterns by the labels of the host, then regular expressions and callables one by one.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from ..protocol import origin as _origin


class Failure(NamedTuple):
    """The failure of a callable to decide: what it did, and the exception, if any."""

    what: str
    error: Exception | None


class Regex(NamedTuple):
    """A regular expression that must match the whole origin."""

    pattern: re.Pattern[str]

    def allows(self, origin: str) -> bool:
        return self.pattern.fullmatch(origin) is not None

    def __repr__(self) -> str:
        return f"re.compile({self.pattern.pattern!r})"


EnsureSync = Callable[[Callable[..., Any]], Callable[..., Any]]


class OriginFunction(NamedTuple):
    """A callable ``origin -> bool``. A result that is not a bool is a failure, because a coroutine
    or a database row would be true as well.

    :ivar is_async: whether it is a coroutine function, which only an app can run.
    :ivar name: the name in messages, if the function does not have it.
    """

    function: Callable[[str], object]
    is_async: bool = False
    name: str = ""

    def run_by(self, ensure_sync: EnsureSync) -> OriginFunction:
        """Return a plain function for a coroutine function, and any other unchanged."""
        if not self.is_async:
            return self
        function: Callable[..., Any] = self.function
        if not inspect.iscoroutinefunction(function):  # but its __call__ is one
            function = function.__call__  # type: ignore[operator]
        return OriginFunction(ensure_sync(function), name=repr(self))

    def allows(self, origin: str) -> bool | Failure:
        try:
            value = self.function(origin)
        except Exception as error:  # whatever it raises, the request is served
            return Failure(f"{self!r} raised {type(error).__name__}", error)
        if isinstance(value, bool):
            return value
        if inspect.iscoroutine(value):
            value.close()  # prevents Python's warning that it was never awaited
        return Failure(f"{self!r} returned {type(value).__name__}, not a bool", None)

    def __repr__(self) -> str:
        function = self.function
        return self.name or str(getattr(function, "__qualname__", type(function).__qualname__))


class OriginSet(NamedTuple):
    """The origins that a policy allows; frozen.

    :ivar any: whether every origin is allowed, by ``"*"``.
    :ivar exact: exact origins, in lower case.
    :ivar wildcards: subdomain and port patterns as written, in lower case:
        ``https://*.example.com``, ``http://localhost:*``.
    """

    any: bool = False
    exact: frozenset[str] = frozenset()
    wildcards: frozenset[str] = frozenset()
    regexes: tuple[Regex, ...] = ()
    functions: tuple[OriginFunction, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Whether only exact origins are allowed."""
        return not (self.any or self.wildcards or self.regexes or self.functions)

    @property
    def single(self) -> str | None:
        """The allowed origin, if it is one exact origin and nothing else."""
        if len(self.exact) != 1 or not self.is_exact:
            return None
        (only,) = self.exact
        return only

    def allow_origin_for(self, origin: str) -> str | Failure | None:
        """Return ``Access-Control-Allow-Origin`` for ``origin``, or None to refuse it. An exact
        origin is returned as configured, any other as the client sent it."""
        return self.match(origin) if _origin.is_well_formed(origin) else None

    def match(self, origin: str) -> str | Failure | None:
        """Return the same as :meth:`allow_origin_for`, for an origin known to be well-formed."""
        if self.any:
            return origin
        lowered = origin.lower()
        if lowered in self.exact:
            return lowered
        if self.wildcards and self._matches_wildcard(lowered):
            return origin
        for regex in self.regexes:
            if regex.allows(origin):
                return origin
        for function in self.functions:
            allows = function.allows(origin)
            if isinstance(allows, Failure):
                return allows
            if allows:
                return origin
        return None

    def _matches_wildcard(self, origin: str) -> bool:
        """Return whether a subdomain or port pattern matches ``origin``, in lower case: look up
        each pattern that would match it."""
        parsed = _origin.parse(origin)
        if parsed is None:
            return False
        scheme, host, port = parsed
        end = "" if port is None else f":{port}"
        _, _, domain = host.partition(".")
        while domain:
            pattern = f"{scheme}://*.{domain}"
            if pattern + end in self.wildcards or f"{pattern}:*" in self.wildcards:
                return True
            _, _, domain = domain.partition(".")
        return f"{scheme}://{host}:*" in self.wildcards
