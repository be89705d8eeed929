"""Why a browser blocks, as Chromium names it."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Reason(str, Enum):
    """Why a request was blocked: the names that Chromium's developer tools give
    (``Network.CorsError`` of the DevTools protocol).

    The last six belong to what is not simulated: private and local network access, and a response
    without a head. They are here so that every name that Chromium says has its member; no
    :class:`Browser` gives them.

    :ivar sentence: what is wrong, in a sentence; ``{parameter}`` stands for what is at fault.

    .. versionadded:: 7.0
    """

    sentence: str

    def __new__(cls, name: str, sentence: str = "It is blocked.") -> Reason:
        reason = str.__new__(cls, name)
        reason._value_ = name
        reason.sentence = sentence
        return reason

    # The request never leaves, or does not go where a redirect sends it.
    DISALLOWED_BY_MODE = (
        "DisallowedByMode",
        'The mode is "same-origin", and the URL is of another origin.',
    )
    NO_CORS_REDIRECT_MODE_NOT_FOLLOW = (
        "NoCorsRedirectModeNotFollow",
        'The mode is "no-cors", which goes with redirect="follow" alone.',
    )
    CORS_DISABLED_SCHEME = (
        "CorsDisabledScheme",
        "The URL is neither http nor https.",
    )
    REDIRECT_CONTAINS_CREDENTIALS = (
        "RedirectContainsCredentials",
        "The redirect's URL has a user name or a password.",
    )

    # The CORS check, on a response.
    MISSING_ALLOW_ORIGIN_HEADER = (
        "MissingAllowOriginHeader",
        "The response has no Access-Control-Allow-Origin.",
    )
    WILDCARD_ORIGIN_NOT_ALLOWED = (
        "WildcardOriginNotAllowed",
        "Access-Control-Allow-Origin is *, which does not cover credentials.",
    )
    MULTIPLE_ALLOW_ORIGIN_VALUES = (
        "MultipleAllowOriginValues",
        "Access-Control-Allow-Origin is {parameter}: it takes one value.",
    )
    INVALID_ALLOW_ORIGIN_VALUE = (
        "InvalidAllowOriginValue",
        "Access-Control-Allow-Origin is {parameter}, which is no origin.",
    )
    ALLOW_ORIGIN_MISMATCH = (
        "AllowOriginMismatch",
        "Access-Control-Allow-Origin is {parameter}, which is not the request's Origin.",
    )
    INVALID_ALLOW_CREDENTIALS = (
        "InvalidAllowCredentials",
        "Access-Control-Allow-Credentials is {parameter}; it must be true.",
    )

    # The same, on the response to a preflight.
    PREFLIGHT_MISSING_ALLOW_ORIGIN_HEADER = (
        "PreflightMissingAllowOriginHeader",
        "The preflight's response has no Access-Control-Allow-Origin.",
    )
    PREFLIGHT_WILDCARD_ORIGIN_NOT_ALLOWED = (
        "PreflightWildcardOriginNotAllowed",
        "The preflight's Access-Control-Allow-Origin is *, which does not cover credentials.",
    )
    PREFLIGHT_MULTIPLE_ALLOW_ORIGIN_VALUES = (
        "PreflightMultipleAllowOriginValues",
        "The preflight's Access-Control-Allow-Origin is {parameter}: it takes one value.",
    )
    PREFLIGHT_INVALID_ALLOW_ORIGIN_VALUE = (
        "PreflightInvalidAllowOriginValue",
        "The preflight's Access-Control-Allow-Origin is {parameter}, which is no origin.",
    )
    PREFLIGHT_ALLOW_ORIGIN_MISMATCH = (
        "PreflightAllowOriginMismatch",
        "The preflight's Access-Control-Allow-Origin is {parameter}, which is not its Origin.",
    )
    PREFLIGHT_INVALID_ALLOW_CREDENTIALS = (
        "PreflightInvalidAllowCredentials",
        "The preflight's Access-Control-Allow-Credentials is {parameter}; it must be true.",
    )

    # The CORS-preflight check.
    PREFLIGHT_DISALLOWED_REDIRECT = (
        "PreflightDisallowedRedirect",
        "The preflight was answered with a redirect.",
    )
    PREFLIGHT_INVALID_STATUS = (
        "PreflightInvalidStatus",
        "The preflight's status is not one of 200 to 299.",
    )
    INVALID_ALLOW_METHODS_PREFLIGHT_RESPONSE = (
        "InvalidAllowMethodsPreflightResponse",
        "The preflight's Access-Control-Allow-Methods is no list of methods.",
    )
    INVALID_ALLOW_HEADERS_PREFLIGHT_RESPONSE = (
        "InvalidAllowHeadersPreflightResponse",
        "The preflight's Access-Control-Allow-Headers is no list of header names.",
    )
    METHOD_DISALLOWED_BY_PREFLIGHT_RESPONSE = (
        "MethodDisallowedByPreflightResponse",
        "The preflight's Access-Control-Allow-Methods does not allow {parameter}.",
    )
    HEADER_DISALLOWED_BY_PREFLIGHT_RESPONSE = (
        "HeaderDisallowedByPreflightResponse",
        "The preflight's Access-Control-Allow-Headers does not allow {parameter}.",
    )

    # Never given by the simulation.
    INVALID_RESPONSE = "InvalidResponse"
    PREFLIGHT_MISSING_ALLOW_EXTERNAL = "PreflightMissingAllowExternal"
    PREFLIGHT_INVALID_ALLOW_EXTERNAL = "PreflightInvalidAllowExternal"
    INSECURE_LOCAL_NETWORK = "InsecureLocalNetwork"
    INVALID_LOCAL_NETWORK_ACCESS = "InvalidLocalNetworkAccess"
    LOCAL_NETWORK_ACCESS_PERMISSION_DENIED = "LocalNetworkAccessPermissionDenied"

    def __str__(self) -> str:
        return str(self.value)


class Failure(NamedTuple):
    """What makes a fetch a network error (https://fetch.spec.whatwg.org/#concept-network-error).

    :ivar reason: None where CORS is not what failed.
    :ivar parameter: the header, value or method at fault, ``""`` where the reason says it all.
    :ivar message: one sentence for a person.
    """

    reason: Reason | None
    parameter: str | None
    message: str


# What a message shows of a value that a server chose the length of.
_SHOWN = 200


def failure(reason: Reason, parameter: str = "") -> Failure:
    """A failure of CORS, with its sentence."""
    shown = ascii(parameter[:_SHOWN])[1:-1] or "empty or missing"
    return Failure(reason, parameter, reason.sentence.replace("{parameter}", shown))


def network_error(message: str) -> Failure:
    """A failure that is not CORS's."""
    return Failure(None, None, message)
