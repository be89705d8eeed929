"""A policy: compiled options that turn a request's CORS headers into the answer's.

Everything that does not depend on the request is worked out when the policy is made.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from .. import headers as h
from ..origin import is_well_formed
from .options import Options
from .origins import Failure

Header = tuple[str, str]


class Reason(str, Enum):
    """Why a decision is what it is; as a string, what the log says.

    .. versionadded:: 7.0
    """

    NO_ORIGIN = "no Origin: not a CORS request"
    ALLOWED = "origin allowed"
    ORIGIN_MALFORMED = "not the origin of any page"
    ORIGIN_REFUSED = "origin not allowed"
    ORIGIN_UNDECIDED = "a callable gave no answer"
    METHOD_REFUSED = "method not allowed"
    HEADERS_REFUSED = "header not allowed"

    def __str__(self) -> str:
        return self.value

    @property
    def is_refusal(self) -> bool:
        return self not in (Reason.NO_ORIGIN, Reason.ALLOWED)


class Decision(NamedTuple):
    """What a response is to carry, and why.

    :ivar headers: the headers to add; none where the request is not allowed.
    :ivar vary: the request headers that the answer depends on, as ``Vary`` lines.
    :ivar reason: why.
    :ivar detail: the method or the header names at fault, if they are.
    :ivar failure: what a callable did instead of answering.
    """

    headers: tuple[Header, ...]
    vary: tuple[str, ...]
    reason: Reason
    detail: str | None = None
    failure: Failure | None = None

    @property
    def allows_origin(self) -> bool:
        return bool(self.headers)


class _Answer(NamedTuple):
    """``Access-Control-Allow-Origin`` for an allowed origin, and whether it differs by origin."""

    origin: str
    varies: bool


class Policy:
    """The compiled form of :class:`Options`; frozen.

    :ivar options: what it was made from.
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        self._origins = options.origins.value
        self._methods = options.methods.value
        self._allow_headers = options.allow_headers.value
        self.automatic_options = options.automatic_options.value
        self.intercept_exceptions = options.intercept_exceptions.value
        self._sends_wildcard = self._origins.any and options.send_wildcard.value
        self._single = self._origins.single

        varies = options.vary_header.value
        self._vary: tuple[str, ...] = ("Origin",) if varies else ()
        self._vary_method: tuple[str, ...] = (h.REQUEST_METHOD,) if varies else ()
        both = f"{h.REQUEST_METHOD}, {h.REQUEST_HEADERS}"
        self._vary_both = (both,) if varies and self._allow_headers else self._vary_method

        credentials: tuple[Header, ...] = ()
        if options.supports_credentials.value:
            credentials = ((h.ALLOW_CREDENTIALS, "true"),)
        expose = options.expose_headers.value
        self._actual = (*credentials, *([(h.EXPOSE_HEADERS, expose)] if expose else []))
        max_age = options.max_age.value
        self._preflight = (*credentials, *([(h.MAX_AGE, max_age)] if max_age else []))
        private = "true" if options.allow_private_network.value else "false"
        self._private_network = ((h.ALLOW_PRIVATE_NETWORK, private),)

        self._without_origin = self._decide_without_origin()
        self._refused = Decision((), self._vary, Reason.ORIGIN_REFUSED)
        self._malformed = Decision((), self._vary, Reason.ORIGIN_MALFORMED)

    def decide(self, origin: str | None, private_network: str | None = None) -> Decision:
        """The answer to an actual request.

        :param origin: its ``Origin``, None without one.
        :param private_network: its ``Access-Control-Request-Private-Network``.
        """
        if origin is None:
            return self._without_origin
        answer = self._answer(origin)
        if isinstance(answer, Decision):
            return answer
        headers = ((h.ALLOW_ORIGIN, answer.origin), *self._actual)
        if private_network == "true":
            headers += self._private_network
        return Decision(headers, self._vary if answer.varies else (), Reason.ALLOWED)

    def decide_preflight(
        self,
        origin: str,
        method: str,
        names: str | None,
        private_network: str | None = None,
    ) -> Decision:
        """The answer to a CORS-preflight request (Fetch 3.3.2).

        :param origin: its ``Origin``.
        :param method: its ``Access-Control-Request-Method``.
        :param names: its ``Access-Control-Request-Headers``, None without.
        :param private_network: its ``Access-Control-Request-Private-Network``.
        """
        answer = self._answer(origin)
        if isinstance(answer, Decision):
            return answer
        headers = ((h.ALLOW_ORIGIN, answer.origin), *self._preflight)
        if private_network == "true":
            headers += self._private_network
        vary: tuple[str, ...] = self._vary if answer.varies else ()
        methods = self._methods.answer(method)
        if methods is None:
            vary += self._vary_method
            return Decision(headers, vary, Reason.METHOD_REFUSED, method)
        headers += ((h.ALLOW_METHODS, methods),)
        vary += self._vary_both
        if names is None:
            return Decision(headers, vary, Reason.ALLOWED)
        allowed = self._allow_headers.answer(names)
        if allowed:
            headers += ((h.ALLOW_HEADERS, ", ".join(allowed)),)
        if len(names) > h.MAX_LIST_BYTES:
            return Decision(headers, vary, Reason.HEADERS_REFUSED, "too many to read")
        refused = [name for name in h.comma_list(names) if name not in allowed]
        if refused:
            return Decision(headers, vary, Reason.HEADERS_REFUSED, ", ".join(refused))
        return Decision(headers, vary, Reason.ALLOWED)

    def _answer(self, origin: str) -> _Answer | Decision:
        """Who may read the answer, or the decision that refuses the origin."""
        if self._sends_wildcard and is_well_formed(origin):
            return _Answer("*", varies=False)
        answer = self._origins.answer(origin)
        if isinstance(answer, str):
            return _Answer(answer, varies=answer != self._single)
        if isinstance(answer, Failure):
            return Decision((), self._vary, Reason.ORIGIN_UNDECIDED, failure=answer)
        return self._refused if is_well_formed(origin) else self._malformed

    def _decide_without_origin(self) -> Decision:
        """Where every page would be told the same, a response without Origin says it too: a
        cache may keep it and hand it to a page."""
        same = "*" if self._origins.any else self._single
        if same is None or not self.options.always_send.value:
            return Decision((), self._vary, Reason.NO_ORIGIN)
        return Decision(((h.ALLOW_ORIGIN, same), *self._actual), (), Reason.NO_ORIGIN)
