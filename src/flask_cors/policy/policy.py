"""Policies: compiled options that decide on the CORS headers of a response.

Everything that does not depend on the request is computed when the policy is made.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import cache, lru_cache
from typing import NamedTuple

from ..diagnostics.format import format_value
from ..protocol import headers as h
from ..protocol.origin import MAX_ORIGIN_LENGTH, is_well_formed
from .layers import DEFAULTS, Layer, LayerKind
from .options import POLICY_OPTIONS, Options
from .origins import EnsureSync, Failure, OriginSet
from .resolution import resolve

Header = tuple[str, str]


class DecisionReason(str, Enum):
    """The reason for a decision. Its value is the text in the log.

    :ivar is_refusal: whether something was refused.

    .. versionadded:: 7.0
    """

    is_refusal: bool

    def __new__(cls, text: str, is_refusal: bool = True) -> DecisionReason:
        reason = str.__new__(cls, text)
        reason._value_ = text
        reason.is_refusal = is_refusal
        return reason

    NO_ORIGIN = "no Origin: not a CORS request", False
    ALLOWED = "origin allowed", False
    ORIGIN_MALFORMED = "not a valid origin"
    ORIGIN_REFUSED = "origin not allowed"
    ORIGIN_UNDECIDED = "a callable did not decide"
    METHOD_REFUSED = "method not allowed"
    HEADERS_REFUSED = "header not allowed"
    AMBIGUOUS_PATH = "other spellings of the path have another policy"
    CONFIG_ERROR = "the view's CORS options are invalid"

    def __str__(self) -> str:
        return str(self.value)


_ALLOWED = DecisionReason.ALLOWED  # looking a member of an enumeration up is slow in Python 3.11


class Decision(NamedTuple):
    """The headers that a response gets, and why.

    :ivar allow_origin: ``Access-Control-Allow-Origin``, or None to refuse the origin.
    :ivar headers: all headers to add except ``Vary``; empty if the origin is refused.
    :ivar vary: the names to add to ``Vary``.
    :ivar reason: the reason for the decision.
    :ivar detail: the method or the header names that were refused, if any.
    :ivar failure: the failure of a callable to decide, if any.
    """

    allow_origin: str | None
    headers: tuple[Header, ...]
    vary: str
    reason: DecisionReason
    detail: str | None = None
    failure: Failure | None = None

    @property
    def allows_origin(self) -> bool:
        return self.allow_origin is not None


class Policy:
    """The compiled form of :class:`Options`; frozen.

    :ivar options: the options that it was made from.
    :ivar key: equal for policies that always make the same decisions.
    """

    def __init__(
        self,
        options: Options,
        refusal: DecisionReason = DecisionReason.ORIGIN_REFUSED,
        ensure_sync: EnsureSync | None = None,
    ) -> None:
        """
        :param refusal: the reason for refusing an origin that nothing matches.
        :param ensure_sync: the app's method, which runs coroutine functions in ``origins``.
        """
        self.options = options
        self.key = (refusal, *(option.value for option in options))
        self.automatic_options = options.automatic_options.value
        self.intercept_exceptions = options.intercept_exceptions.value
        self._methods = options.methods.value
        self._allow_headers = options.allow_headers.value

        credentials: tuple[Header, ...] = ()
        if options.supports_credentials.value:
            credentials = ((h.ALLOW_CREDENTIALS, "true"),)
        expose = options.expose_headers.value
        actual = (*credentials, *([(h.EXPOSE_HEADERS, expose)] if expose else []))
        max_age = options.max_age.value
        self._preflight = (*credentials, *([(h.MAX_AGE, max_age)] if max_age else []))
        private = "true" if options.allow_private_network.value else "false"
        self._private_network = ((h.ALLOW_PRIVATE_NETWORK, private),)

        varies = options.vary_header.value
        vary = "Origin" if varies else ""
        # The Vary of a preflight's response, by the Vary of an actual request's response.
        method, both = [h.REQUEST_METHOD], [h.REQUEST_METHOD, h.REQUEST_HEADERS]
        self._vary_method = _vary_also_on(method) if varies else {"": ""}
        self._vary_both = (
            _vary_also_on(both if self._allow_headers else method) if varies else {"": ""}
        )

        # The decisions that are known in advance, by Origin; None is a request without one.
        origins = options.origins.value
        if ensure_sync is not None:
            functions = tuple(each.run_by(ensure_sync) for each in origins.functions)
            origins = origins._replace(functions=functions)
        wildcard: Decision | None = None
        if origins.any and options.send_wildcard.value:
            wildcard = _allow("*", actual, "")
        self._known: dict[str | None, Decision] = {
            origin: wildcard or _allow(origin, actual, vary) for origin in origins.exact
        }
        if origins.single is not None:  # the response is the same for every origin
            self._known[origins.single] = _allow(origins.single, actual, "")
        # A cache may send the response to a request without Origin to a page, so it gets the
        # headers that are the same for every origin.
        same = "*" if origins.any else origins.single
        without_origin = Decision(None, (), vary, DecisionReason.NO_ORIGIN)
        if same is not None and options.always_send.value:
            without_origin = _allow(same, actual, "")._replace(reason=DecisionReason.NO_ORIGIN)
        self._malformed = Decision(None, (), vary, DecisionReason.ORIGIN_MALFORMED)
        refused = Decision(None, (), vary, refusal)
        self._known[None] = without_origin
        self._decide = _make_decide(
            origins, self._known, actual, wildcard, self._malformed, refused
        )

    def __repr__(self) -> str:
        """Return the options that are set, as written."""
        options = (
            f"{name}={format_value(option.raw)}"
            for name, option in self.options._asdict().items()
            if option.layer is not DEFAULTS
        )
        return f"<Policy {', '.join(options) or 'of the defaults'}>"

    def decide(self, origin: str | None, private_network: str | None = None) -> Decision:
        """Decide on an actual request.

        :param origin: its ``Origin``, None without one.
        :param private_network: its ``Access-Control-Request-Private-Network``.
        """
        decision = self._known.get(origin)
        if decision is None:
            assert origin is not None
            decision = self._decide(origin) if len(origin) <= MAX_ORIGIN_LENGTH else self._malformed
        if private_network == "true" and decision.allow_origin is not None and origin is not None:
            return decision._replace(headers=decision.headers + self._private_network)
        return decision

    def decide_preflight(
        self,
        origin: str,
        method: str,
        names: str | None,
        private_network: str | None = None,
    ) -> Decision:
        """Decide on a CORS-preflight request (Fetch 3.3.2).

        :param origin: its ``Origin``.
        :param method: its ``Access-Control-Request-Method``.
        :param names: its ``Access-Control-Request-Headers``, None without.
        :param private_network: its ``Access-Control-Request-Private-Network``.
        """
        actual = self.decide(origin)
        allow_origin, vary = actual.allow_origin, actual.vary
        if allow_origin is None:
            return actual
        headers: tuple[Header, ...] = ((h.ALLOW_ORIGIN, allow_origin), *self._preflight)
        if private_network == "true":
            headers += self._private_network
        methods = self._methods.allow_methods_for(method)
        if methods is None:
            vary = self._vary_method[vary]
            return Decision(allow_origin, headers, vary, DecisionReason.METHOD_REFUSED, method)
        headers += ((h.ALLOW_METHODS, methods),)
        vary = self._vary_both[vary]
        if names is None:
            return Decision(allow_origin, headers, vary, _ALLOWED)
        allowed = self._allow_headers.allowed_names(names)
        if allowed:
            headers += ((h.ALLOW_HEADERS, ", ".join(allowed)),)
        detail = _refused_names(names, allowed)
        if detail:
            return Decision(allow_origin, headers, vary, DecisionReason.HEADERS_REFUSED, detail)
        return Decision(allow_origin, headers, vary, _ALLOWED)


def _allow(origin: str, actual: tuple[Header, ...], vary: str) -> Decision:
    return Decision(origin, ((h.ALLOW_ORIGIN, origin), *actual), vary, _ALLOWED)


# Decisions cached per policy. Bounded, because clients can send any number of origins.
MAX_CACHED = 128


def _make_decide(
    origins: OriginSet,
    known: dict[str | None, Decision],
    actual: tuple[Header, ...],
    wildcard: Decision | None,
    malformed: Decision,
    refused: Decision,
) -> Callable[[str], Decision]:
    """Return the function that decides on an origin without a known decision. It is not a method,
    because the cache would then keep its policy alive."""
    vary = malformed.vary

    def decide(origin: str) -> Decision:
        if not is_well_formed(origin):
            return malformed
        if wildcard is not None:
            return wildcard
        matched = origins.match(origin)
        if matched is None:
            return refused
        if isinstance(matched, Failure):
            return Decision(None, (), vary, DecisionReason.ORIGIN_UNDECIDED, failure=matched)
        return known.get(matched) or _allow(matched, actual, vary)

    return decide if origins.functions else lru_cache(MAX_CACHED)(decide)


@cache
def refuse_all(reason: DecisionReason) -> Policy:
    """Return the policy that refuses every origin, for a reason other than the origin."""
    nothing = Layer(LayerKind.DEFAULT, None, {"origins": []}, POLICY_OPTIONS)
    return Policy(resolve([nothing, DEFAULTS]), reason)


def are_equal(one: Policy | None, other: Policy | None) -> bool:
    """Return whether two policies always make the same decisions. None means no policy."""
    return one is other or (one is not None and other is not None and one.key == other.key)


def _refused_names(names: str, allowed: list[str]) -> str:
    """Return the names in ``Access-Control-Request-Headers`` that are not allowed."""
    if ",".join(allowed) == names:  # as browsers send them: sorted, without spaces
        return ""
    if len(names) > h.MAX_LIST_BYTES:
        return "too many to read"
    known = set(allowed)
    return ", ".join(name for name in h.comma_list(names) if name not in known)


def _vary_also_on(names: list[str]) -> dict[str, str]:
    """Return the values of ``Vary`` with ``names`` added, by the values without them."""
    return {"": ", ".join(names), "Origin": ", ".join(["Origin", *names])}
