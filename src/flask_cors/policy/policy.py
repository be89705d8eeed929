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

    :ivar is_refusal: whether something was refused.

    .. versionadded:: 7.0
    """

    is_refusal: bool

    def __new__(cls, text: str, is_refusal: bool = True) -> Reason:
        reason = str.__new__(cls, text)
        reason._value_ = text
        reason.is_refusal = is_refusal
        return reason

    NO_ORIGIN = "no Origin: not a CORS request", False
    ALLOWED = "origin allowed", False
    ORIGIN_MALFORMED = "not the origin of any page"
    ORIGIN_REFUSED = "origin not allowed"
    ORIGIN_UNDECIDED = "a callable gave no answer"
    METHOD_REFUSED = "method not allowed"
    HEADERS_REFUSED = "header not allowed"

    def __str__(self) -> str:
        return str(self.value)


_ALLOWED = Reason.ALLOWED  # Python 3.11 finds a member of an enumeration slowly


class Decision(NamedTuple):
    """What a response is to carry, and why.

    :ivar allow_origin: ``Access-Control-Allow-Origin``; None where the origin is not allowed.
    :ivar others: the headers that go with it.
    :ivar vary: the request headers that the answer depends on, as ``Vary`` lists them.
    :ivar reason: why.
    :ivar detail: the method or the header names at fault, if they are.
    :ivar failure: what a callable did instead of answering.
    """

    allow_origin: str | None
    others: tuple[Header, ...]
    vary: str
    reason: Reason
    detail: str | None = None
    failure: Failure | None = None

    @property
    def headers(self) -> tuple[Header, ...]:
        """All headers to add but ``Vary``; none where the origin is not allowed."""
        if self.allow_origin is None:
            return ()
        return ((h.ALLOW_ORIGIN, self.allow_origin), *self.others)

    @property
    def allows_origin(self) -> bool:
        return self.allow_origin is not None


class Policy:
    """The compiled form of :class:`Options`; frozen.

    :ivar options: what it was made from.
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        self._origins = origins = options.origins.value
        self._any = origins.any
        self._is_exact = origins.is_exact
        self._methods = options.methods.value
        self._allow_headers = options.allow_headers.value
        self.automatic_options = options.automatic_options.value
        self.intercept_exceptions = options.intercept_exceptions.value

        credentials: tuple[Header, ...] = ()
        if options.supports_credentials.value:
            credentials = ((h.ALLOW_CREDENTIALS, "true"),)
        expose = options.expose_headers.value
        self._actual = (*credentials, *([(h.EXPOSE_HEADERS, expose)] if expose else []))
        max_age = options.max_age.value
        self._preflight = (*credentials, *([(h.MAX_AGE, max_age)] if max_age else []))
        private = "true" if options.allow_private_network.value else "false"
        self._private_network = ((h.ALLOW_PRIVATE_NETWORK, private),)

        varies = options.vary_header.value
        self._vary = "Origin" if varies else ""
        # By what the answer to an actual request varies on, what that to a preflight does.
        method, both = [h.REQUEST_METHOD], [h.REQUEST_METHOD, h.REQUEST_HEADERS]
        self._vary_method = _and_on(method) if varies else {"": ""}
        self._vary_both = _and_on(both if self._allow_headers else method) if varies else {"": ""}

        self._refused = Decision(None, (), self._vary, Reason.ORIGIN_REFUSED)
        self._malformed = Decision(None, (), self._vary, Reason.ORIGIN_MALFORMED)
        self._anybody: Decision | None = None
        if origins.any and options.send_wildcard.value:
            self._anybody = Decision("*", self._actual, "", Reason.ALLOWED)
        self._exact = {origin: self._anybody or self._allow(origin) for origin in origins.exact}
        if origins.single is not None:  # and so the answer is the same for every origin
            self._exact[origins.single] = self._allow(origins.single)._replace(vary="")
        self.without_origin = self._decide_without_origin()

    def decide(self, origin: str | None, private_network: str | None = None) -> Decision:
        """The answer to an actual request.

        :param origin: its ``Origin``, None without one.
        :param private_network: its ``Access-Control-Request-Private-Network``.
        """
        if origin is None:
            return self.without_origin
        decision = self._exact.get(origin) or self._decide(origin)
        if private_network == "true" and decision.allow_origin is not None:
            return decision._replace(others=decision.others + self._private_network)
        return decision

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
        actual = self._exact.get(origin) or self._decide(origin)
        allow_origin, vary = actual.allow_origin, actual.vary
        if allow_origin is None:
            return actual
        others: tuple[Header, ...] = self._preflight
        if private_network == "true":
            others += self._private_network
        methods = self._methods.answer(method)
        if methods is None:
            vary = self._vary_method[vary]
            return Decision(allow_origin, others, vary, Reason.METHOD_REFUSED, method)
        others += ((h.ALLOW_METHODS, methods),)
        vary = self._vary_both[vary]
        if names is None:
            return Decision(allow_origin, others, vary, _ALLOWED)
        allowed = self._allow_headers.answer(names)
        if allowed:
            others += ((h.ALLOW_HEADERS, ", ".join(allowed)),)
        detail = _refused_of(names, allowed)
        if detail:
            return Decision(allow_origin, others, vary, Reason.HEADERS_REFUSED, detail)
        return Decision(allow_origin, others, vary, _ALLOWED)

    def _decide(self, origin: str) -> Decision:
        """The answer to an actual request from an origin that is not one of the exact ones as
        they are written."""
        if not is_well_formed(origin):
            return self._malformed
        if self._any:
            return self._anybody or Decision(origin, self._actual, self._vary, _ALLOWED)
        if self._is_exact:
            return self._exact.get(origin.lower()) or self._refused
        answer = self._origins.match(origin)
        if answer is None:
            return self._refused
        if isinstance(answer, Failure):
            return Decision(None, (), self._vary, Reason.ORIGIN_UNDECIDED, failure=answer)
        return self._exact.get(answer) or self._allow(answer)

    def _allow(self, origin: str) -> Decision:
        return Decision(origin, self._actual, self._vary, _ALLOWED)

    def _decide_without_origin(self) -> Decision:
        """Where every page would be told the same, a response without Origin says it too: a
        cache may keep it and hand it to a page."""
        same = "*" if self._origins.any else self._origins.single
        if same is None or not self.options.always_send.value:
            return Decision(None, (), self._vary, Reason.NO_ORIGIN)
        return Decision(same, self._actual, "", Reason.NO_ORIGIN)


def _refused_of(names: str, allowed: list[str]) -> str:
    """What is not allowed of the names that ``Access-Control-Request-Headers`` asks for."""
    if ",".join(allowed) == names:  # as browsers write them: sorted, without spaces
        return ""
    if len(names) > h.MAX_LIST_BYTES:
        return "too many to read"
    return ", ".join(name for name in h.comma_list(names) if name not in allowed)


def _and_on(names: list[str]) -> dict[str, str]:
    """``Vary`` with ``names``, by what it is without them."""
    return {"": ", ".join(names), "Origin": ", ".join(["Origin", *names])}
