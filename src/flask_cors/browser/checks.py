"""The CORS check, the CORS-preflight check and the cross-origin resource policy check."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from ..protocol import headers as h
from ..protocol.origin import is_ip_host
from . import urls
from .headerlist import NotAListError, extract_list, get
from .messages import Response
from .quirks import Quirks
from .reasons import FetchFailure, Reason, cors_failure, other_failure
from .safelist import NON_WILDCARD_NAME, is_safelisted_method

# https://fetch.spec.whatwg.org/#redirect-status
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})


def cors_check(response: Response, origin: str, credentials: str) -> FetchFailure | None:
    """Return why a response fails the CORS check, None if it passes
    (https://fetch.spec.whatwg.org/#concept-cors-check).

    :param origin: the request's origin, serialised.
    :param credentials: its credentials mode.
    """
    allowed = get(response.headers, h.ALLOW_ORIGIN)
    if allowed is None:
        return cors_failure(Reason.MISSING_ALLOW_ORIGIN_HEADER)
    if allowed == "*" and credentials != "include":
        return None
    if allowed == "*":
        return cors_failure(Reason.WILDCARD_ORIGIN_NOT_ALLOWED)
    if allowed != origin:  # byte for byte: no trailing slash, no upper case, no default port
        return cors_failure(_mismatch_reason(allowed), _decode(allowed))
    if credentials != "include":
        return None
    allow_credentials = get(response.headers, h.ALLOW_CREDENTIALS)
    if allow_credentials == "true":  # case-sensitive
        return None
    return cors_failure(Reason.INVALID_ALLOW_CREDENTIALS, _decode(allow_credentials or ""))


def _decode(value: str) -> str:
    """Return a value as Chromium's developer tools show it: as UTF-8, or not at all."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return ""


def _mismatch_reason(allowed: str) -> Reason:
    """Return Chromium's reason for an ``Access-Control-Allow-Origin`` that is neither ``*`` nor the
    request's origin."""
    if " " in allowed or "," in allowed:
        return Reason.MULTIPLE_ALLOW_ORIGIN_VALUES
    # Chromium parses the value as a URL, but for "null". It accepts an escaped space in a host,
    # which the URL standard forbids.
    scheme, colon, rest = allowed.encode("latin-1").decode("utf-8", "replace").partition(":")
    if allowed == "null" or urls.parse(scheme + colon + rest.replace("%20", "x")) is not None:
        return Reason.ALLOW_ORIGIN_MISMATCH
    return Reason.INVALID_ALLOW_ORIGIN_VALUE


# The same failures on the response to a preflight.
_ON_PREFLIGHT = {
    reason: Reason(f"Preflight{reason.value}")
    for reason in (
        Reason.MISSING_ALLOW_ORIGIN_HEADER,
        Reason.WILDCARD_ORIGIN_NOT_ALLOWED,
        Reason.MULTIPLE_ALLOW_ORIGIN_VALUES,
        Reason.INVALID_ALLOW_ORIGIN_VALUE,
        Reason.ALLOW_ORIGIN_MISMATCH,
        Reason.INVALID_ALLOW_CREDENTIALS,
    )
}


def preflight_check(response: Response, origin: str, credentials: str) -> FetchFailure | None:
    """Return why a preflight response fails, None if it passes: the CORS check, with the
    credentials mode of the actual request, and the status
    (https://fetch.spec.whatwg.org/#cors-preflight-fetch-0, step 7).

    A redirect is never followed. It comes first, because Chromium reports it before all else.
    """
    if response.status in REDIRECT_STATUSES and get(response.headers, "Location"):
        return cors_failure(Reason.PREFLIGHT_DISALLOWED_REDIRECT)
    failed = cors_check(response, origin, credentials)
    if failed is not None and failed.reason is not None:
        return cors_failure(_ON_PREFLIGHT[failed.reason], failed.parameter or "")
    if not 200 <= response.status <= 299:  # https://fetch.spec.whatwg.org/#ok-status
        return cors_failure(Reason.PREFLIGHT_INVALID_STATUS)
    return None


class Permission:
    """The methods and header names that a preflight response allows
    (https://fetch.spec.whatwg.org/#cors-preflight-fetch-0, steps 7.1 and 7.2).

    :ivar methods: as ``Access-Control-Allow-Methods`` lists them.
    :ivar names: the lower-cased names of ``Access-Control-Allow-Headers``.
    """

    def __init__(self, methods: Sequence[str], names: Sequence[str]) -> None:
        self.methods = frozenset(methods)
        self.names = frozenset(name.lower() for name in names)

    def check(
        self, method: str, unsafe: Sequence[str], credentials: str, quirks: Quirks
    ) -> FetchFailure | None:
        """Return why a request is not covered, None if it is (steps 7.5 to 7.7).

        :param unsafe: the CORS-unsafe request-header names.
        """
        has_wildcard = credentials != "include"
        if not (
            method in self.methods  # byte for byte
            or is_safelisted_method(method)
            or (has_wildcard and "*" in self.methods)
        ):
            return cors_failure(Reason.METHOD_DISALLOWED_BY_PREFLIGHT_RESPONSE, method)
        for name in unsafe:
            covers = name != NON_WILDCARD_NAME or quirks.wildcard_covers_authorization
            if name not in self.names and not (has_wildcard and covers and "*" in self.names):
                return cors_failure(Reason.HEADER_DISALLOWED_BY_PREFLIGHT_RESPONSE, name)
        return None


def read_permission(response: Response) -> Permission | FetchFailure:
    """Return what a preflight response allows, or why it cannot be parsed
    (https://fetch.spec.whatwg.org/#cors-preflight-fetch-0, steps 7.1 to 7.3)."""
    try:
        methods = extract_list(response.headers, h.ALLOW_METHODS)
    except NotAListError:
        return cors_failure(Reason.INVALID_ALLOW_METHODS_PREFLIGHT_RESPONSE)
    try:
        names = extract_list(response.headers, h.ALLOW_HEADERS)
    except NotAListError:
        return cors_failure(Reason.INVALID_ALLOW_HEADERS_PREFLIGHT_RESPONSE)
    return Permission(methods or (), names or ())


def resource_policy_check(response: Response, origin: str, url: urls.URL) -> FetchFailure | None:
    """Return why a response fails the check, None if it passes
    (https://fetch.spec.whatwg.org/#cross-origin-resource-policy-check). The page is taken to have
    no Cross-Origin-Embedder-Policy, and the last two labels of a host to be its site, because the
    list of public suffixes is not at hand.
    """
    policy = get(response.headers, "Cross-Origin-Resource-Policy")
    if policy not in ("same-origin", "same-site") or url.origin == origin:
        return None
    if policy == "same-site":
        page = urlsplit(origin)
        # A page loaded over http must not read a response sent over https.
        is_downgrade = page.scheme == "http" and url.scheme == "https"
        is_same_site = page.hostname and _site_of(page.hostname) == _site_of(url.host)
        if is_same_site and not is_downgrade:  # an opaque origin is same site with nothing
            return None
    return other_failure(f"Cross-Origin-Resource-Policy is {policy}.")


def _site_of(host: str) -> object:
    return host if is_ip_host(host) else host.split(".")[-2:]
