"""The reasons for which a browser blocks a request, by Chromium's names."""

from __future__ import annotations

from enum import Enum

_OF_PREFLIGHT = "The preflight response's Access-Control"


class Reason(str, Enum):
    """Why CORS blocked a request, by the names of Chromium's developer tools
    (``Network.CorsError`` of the DevTools protocol).

    A :class:`Browser` never gives the last six: they belong to features that are not simulated,
    private and local network access and responses without a head. They are listed so that every
    name of Chromium's has a member.

    :ivar sentence: the explanation, in which ``{parameter}`` is replaced by the value at fault.

    .. versionadded:: 7.0
    """

    sentence: str

    def __new__(cls, name: str, sentence: str = "It is blocked.") -> Reason:
        reason = str.__new__(cls, name)
        reason._value_ = name
        reason.sentence = sentence
        return reason

    # The request is not sent, or not to where a redirect leads.
    DISALLOWED_BY_MODE = (
        "DisallowedByMode",
        'The mode is "same-origin", and the URL has another origin.',
    )
    NO_CORS_REDIRECT_MODE_NOT_FOLLOW = (
        "NoCorsRedirectModeNotFollow",
        'The mode "no-cors" requires redirect="follow".',
    )
    CORS_DISABLED_SCHEME = (
        "CorsDisabledScheme",
        "The URL is neither http nor https.",
    )
    REDIRECT_CONTAINS_CREDENTIALS = (
        "RedirectContainsCredentials",
        "The redirect URL contains a user name or a password.",
    )

    # The CORS check, on a response.
    MISSING_ALLOW_ORIGIN_HEADER = (
        "MissingAllowOriginHeader",
        "The response has no Access-Control-Allow-Origin header.",
    )
    WILDCARD_ORIGIN_NOT_ALLOWED = (
        "WildcardOriginNotAllowed",
        "Access-Control-Allow-Origin is *, which is not valid with credentials.",
    )
    MULTIPLE_ALLOW_ORIGIN_VALUES = (
        "MultipleAllowOriginValues",
        "Access-Control-Allow-Origin is {parameter}; only one value is allowed.",
    )
    INVALID_ALLOW_ORIGIN_VALUE = (
        "InvalidAllowOriginValue",
        "Access-Control-Allow-Origin is {parameter}, which is not an origin.",
    )
    ALLOW_ORIGIN_MISMATCH = (
        "AllowOriginMismatch",
        "Access-Control-Allow-Origin is {parameter}, which is not the request's origin.",
    )
    INVALID_ALLOW_CREDENTIALS = (
        "InvalidAllowCredentials",
        "Access-Control-Allow-Credentials is {parameter}; it must be true.",
    )

    # The same, on the response to a preflight.
    PREFLIGHT_MISSING_ALLOW_ORIGIN_HEADER = (
        "PreflightMissingAllowOriginHeader",
        "The preflight response has no Access-Control-Allow-Origin header.",
    )
    PREFLIGHT_WILDCARD_ORIGIN_NOT_ALLOWED = (
        "PreflightWildcardOriginNotAllowed",
        f"{_OF_PREFLIGHT}-Allow-Origin is *, which is not valid with credentials.",
    )
    PREFLIGHT_MULTIPLE_ALLOW_ORIGIN_VALUES = (
        "PreflightMultipleAllowOriginValues",
        f"{_OF_PREFLIGHT}-Allow-Origin is {{parameter}}; only one value is allowed.",
    )
    PREFLIGHT_INVALID_ALLOW_ORIGIN_VALUE = (
        "PreflightInvalidAllowOriginValue",
        f"{_OF_PREFLIGHT}-Allow-Origin is {{parameter}}, which is not an origin.",
    )
    PREFLIGHT_ALLOW_ORIGIN_MISMATCH = (
        "PreflightAllowOriginMismatch",
        f"{_OF_PREFLIGHT}-Allow-Origin is {{parameter}}, which is not the request's origin.",
    )
    PREFLIGHT_INVALID_ALLOW_CREDENTIALS = (
        "PreflightInvalidAllowCredentials",
        f"{_OF_PREFLIGHT}-Allow-Credentials is {{parameter}}; it must be true.",
    )

    # The CORS-preflight check.
    PREFLIGHT_DISALLOWED_REDIRECT = (
        "PreflightDisallowedRedirect",
        "The preflight response is a redirect.",
    )
    PREFLIGHT_INVALID_STATUS = (
        "PreflightInvalidStatus",
        "The status of the preflight response is not 200 to 299.",
    )
    INVALID_ALLOW_METHODS_PREFLIGHT_RESPONSE = (
        "InvalidAllowMethodsPreflightResponse",
        f"{_OF_PREFLIGHT}-Allow-Methods is not a list of methods.",
    )
    INVALID_ALLOW_HEADERS_PREFLIGHT_RESPONSE = (
        "InvalidAllowHeadersPreflightResponse",
        f"{_OF_PREFLIGHT}-Allow-Headers is not a list of header names.",
    )
    METHOD_DISALLOWED_BY_PREFLIGHT_RESPONSE = (
        "MethodDisallowedByPreflightResponse",
        f"{_OF_PREFLIGHT}-Allow-Methods does not allow {{parameter}}.",
    )
    HEADER_DISALLOWED_BY_PREFLIGHT_RESPONSE = (
        "HeaderDisallowedByPreflightResponse",
        f"{_OF_PREFLIGHT}-Allow-Headers does not allow {{parameter}}.",
    )

    # Not simulated.
    INVALID_RESPONSE = "InvalidResponse"
    PREFLIGHT_MISSING_ALLOW_EXTERNAL = "PreflightMissingAllowExternal"
    PREFLIGHT_INVALID_ALLOW_EXTERNAL = "PreflightInvalidAllowExternal"
    INSECURE_LOCAL_NETWORK = "InsecureLocalNetwork"
    INVALID_LOCAL_NETWORK_ACCESS = "InvalidLocalNetworkAccess"
    LOCAL_NETWORK_ACCESS_PERMISSION_DENIED = "LocalNetworkAccessPermissionDenied"

    def __str__(self) -> str:
        return str(self.value)


class FetchFailure(Exception):  # noqa: N818  # the checks return it
    """Why a fetch is a network error (https://fetch.spec.whatwg.org/#concept-network-error).

    :ivar reason: None if CORS is not what failed.
    :ivar parameter: the header, value or method at fault; ``""`` where the reason has none.
    :ivar message: one sentence.
    """

    def __init__(self, reason: Reason | None, parameter: str | None, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.parameter = parameter
        self.message = message


def cors_failure(reason: Reason, parameter: str = "") -> FetchFailure:
    """Return a failure of CORS, with its sentence."""
    shown = shorten(parameter) or "empty or missing"
    return FetchFailure(reason, parameter, reason.sentence.replace("{parameter}", shown))


def other_failure(message: str) -> FetchFailure:
    """Return a failure that is not CORS's."""
    return FetchFailure(None, None, message)


MAX_VALUE_SHOWN = 200  # servers choose how long a value is


def shorten(text: str) -> str:
    """Return a foreign text for one line, without control characters."""
    text = text[: MAX_VALUE_SHOWN + 1]
    if not text.isprintable():
        text = ascii(text)[1:-1]
    return text if len(text) <= MAX_VALUE_SHOWN else f"{text[:MAX_VALUE_SHOWN]}..."
