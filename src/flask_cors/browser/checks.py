"""The CORS check and the CORS-preflight check, and the check of a resource's own policy."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from .. import headers as h
from ..origin import is_ip_host
from . import urls
from .headerlist import NotAListError, extract_list, get
from .messages import Response
from .quirks import Quirks
from .reasons import Failure, Reason, failure, network_error
from .safelist import NON_WILDCARD_NAME, is_safelisted_method

# https://fetch.spec.whatwg.org/#redirect-status
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})


def cors_check(response: Response, origin: str, credentials: str) -> Failure | None:
    """https://fetch.spec.whatwg.org/#concept-cors-check

    :param origin: the request's origin, serialised.
    :param credentials: its credentials mode.
    """
    allowed = get(response.headers, h.ALLOW_ORIGIN)
    if allowed is None:
        return failure(Reason.MISSING_ALLOW_ORIGIN_HEADER)
    if allowed == "*" and credentials != "include":
        return None
    if allowed == "*":
        return failure(Reason.WILDCARD_ORIGIN_NOT_ALLOWED)
    if allowed != origin:  # byte for byte: no trailing slash, no upper case, no default port
        return failure(_why_not(allowed), _as_told(allowed))
    if credentials != "include":
        return None
    said = get(response.headers, h.ALLOW_CREDENTIALS)
    if said == "true":  # case-sensitive
        return None
    return failure(Reason.INVALID_ALLOW_CREDENTIALS, _as_told(said or ""))


def _as_told(value: str) -> str:
    """A value as Chromium's developer tools show it: in UTF-8, or not at all."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return ""


def _why_not(allowed: str) -> Reason:
    """Which of its names Chromium gives to an ``Access-Control-Allow-Origin`` that is neither
    ``*`` nor the request's origin."""
    if " " in allowed or "," in allowed:
        return Reason.MULTIPLE_ALLOW_ORIGIN_VALUES
    # It takes the value for a URL, of which "null" is none. An escaped space in a host, which the
    # URL standard forbids, is to it as good as a letter.
    scheme, colon, rest = allowed.encode("latin-1").decode("utf-8", "replace").partition(":")
    if allowed == "null" or urls.parse(scheme + colon + rest.replace("%20", "x")) is not None:
        return Reason.ALLOW_ORIGIN_MISMATCH
    return Reason.INVALID_ALLOW_ORIGIN_VALUE


# What fails on a preflight's response has a name of its own.
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


def preflight_check(response: Response, origin: str, credentials: str) -> Failure | None:
    """https://fetch.spec.whatwg.org/#cors-preflight-fetch-0, step 7: the CORS check, with the
    credentials mode of the actual request, and the status.

    A redirect is never followed, and told by its name: Chromium sees it before all else.
    """
    if response.status in REDIRECT_STATUSES and get(response.headers, "Location"):
        return failure(Reason.PREFLIGHT_DISALLOWED_REDIRECT)
    failed = cors_check(response, origin, credentials)
    if failed is not None and failed.reason is not None:
        return failure(_ON_PREFLIGHT[failed.reason], failed.parameter or "")
    if not 200 <= response.status <= 299:  # https://fetch.spec.whatwg.org/#ok-status
        return failure(Reason.PREFLIGHT_INVALID_STATUS)
    return None


class Permission:
    """What a preflight's response allows (https://fetch.spec.whatwg.org/#cors-preflight-fetch-0,
    steps 7.1 and 7.2).

    :ivar methods: as ``Access-Control-Allow-Methods`` lists them.
    :ivar names: the lower-cased names of ``Access-Control-Allow-Headers``.
    """

    def __init__(self, methods: Sequence[str], names: Sequence[str]) -> None:
        self.methods = frozenset(methods)
        self.names = frozenset(name.lower() for name in names)

    def failure(
        self, method: str, unsafe: Sequence[str], credentials: str, quirks: Quirks
    ) -> Failure | None:
        """Steps 7.5 to 7.7.

        :param unsafe: the CORS-unsafe request-header names.
        """
        star = credentials != "include"
        if not (
            method in self.methods  # byte for byte
            or is_safelisted_method(method)
            or (star and "*" in self.methods)
        ):
            return failure(Reason.METHOD_DISALLOWED_BY_PREFLIGHT_RESPONSE, method)
        for name in unsafe:
            covers = name != NON_WILDCARD_NAME or quirks.star_covers_authorization
            if name not in self.names and not (star and covers and "*" in self.names):
                return failure(Reason.HEADER_DISALLOWED_BY_PREFLIGHT_RESPONSE, name)
        return None


def permission(response: Response) -> Permission | Failure:
    """https://fetch.spec.whatwg.org/#cors-preflight-fetch-0, steps 7.1 to 7.3."""
    try:
        methods = extract_list(response.headers, h.ALLOW_METHODS)
    except NotAListError:
        return failure(Reason.INVALID_ALLOW_METHODS_PREFLIGHT_RESPONSE)
    try:
        names = extract_list(response.headers, h.ALLOW_HEADERS)
    except NotAListError:
        return failure(Reason.INVALID_ALLOW_HEADERS_PREFLIGHT_RESPONSE)
    return Permission(methods or (), names or ())


def resource_policy_check(response: Response, origin: str, url: urls.URL) -> Failure | None:
    """https://fetch.spec.whatwg.org/#cross-origin-resource-policy-check, for a page that does not
    ask for more by COEP. What is a site is told by the last two labels of a host: there is no list
    of public suffixes here."""
    policy = get(response.headers, "Cross-Origin-Resource-Policy")
    if policy not in ("same-origin", "same-site") or url.origin == origin:
        return None
    if policy == "same-site":
        page = urlsplit(origin)
        # An http page may not have what came by https; the other way round is fine.
        is_downgrade = page.scheme == "http" and url.scheme == "https"
        if _site(page.hostname or "") == _site(url.host) and not is_downgrade:
            return None
    return network_error(f"Cross-Origin-Resource-Policy is {policy}.")


def _site(host: str) -> object:
    if not host:
        return object()  # an opaque origin: the same site as nobody
    return host if is_ip_host(host) else host.split(".")[-2:]
