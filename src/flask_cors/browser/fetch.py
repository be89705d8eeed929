"""One fetch, from a page to what it may read: preflight, redirects and response tainting.

The steps are those of https://fetch.spec.whatwg.org/#fetching, by the standard's names.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from .. import headers as h
from .cache import PreflightCache
from .checks import (
    REDIRECT_STATUSES,
    Permission,
    cors_check,
    permission,
    preflight_check,
    resource_policy_check,
)
from .headerlist import Header, HeaderList, is_value, normalize, values
from .messages import Exchange, Request, Response, Transport
from .outcome import Outcome, Type
from .quirks import Quirks
from .reasons import Failure, Reason, failure, network_error
from .safelist import (
    NON_WILDCARD_NAME,
    REQUEST_BODY_NAMES,
    basic_headers,
    cors_headers,
    is_safelisted_method,
    unsafe_request_header_names,
)
from .urls import URL, WITHOUT_NETWORK, parse

# https://fetch.spec.whatwg.org/#http-redirect-fetch
MAX_REDIRECTS = 20

Tainting = Literal[
    "basic", "cors", "opaque"
]  # https://fetch.spec.whatwg.org/#concept-request-response-tainting


class _NetworkError(Exception):
    """https://fetch.spec.whatwg.org/#concept-network-error"""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def _demand(failed: Failure | None) -> None:
    if failed is not None:
        raise _NetworkError(failed)


class Fetch:
    """A request on its way (https://fetch.spec.whatwg.org/#concept-request)."""

    def __init__(
        self,
        quirks: Quirks,
        cache: PreflightCache,
        transport: Transport,
        *,
        origin: str,
        url: URL,
        method: str,
        headers: list[Header],
        body: bytes | None,
        credentials: str,
        mode: str,
        redirect: str,
    ) -> None:
        self.quirks = quirks
        self.cache = cache
        self.transport = transport
        self.origin = origin
        self.url_list = [url]
        self.method = method
        self.headers = headers
        self.body = body
        self.credentials = credentials
        self.mode = mode
        self.redirect = redirect
        self.tainting: Tainting = "basic"
        self.is_redirect_tainted = False
        self.exchanges: list[Exchange] = []
        self.preflights_anyway = quirks.preflights_stay_needed and bool(self.unsafe_names())

    def run(self) -> Outcome:
        makes_preflight = False
        try:
            while True:
                # A redirect on the way from a request with preflight fails that request too.
                makes_preflight = self.taint() or makes_preflight
                response = self.http_fetch()
                if response.status not in REDIRECT_STATUSES or not self.redirects_on(response):
                    return self.filtered(response)
                if self.redirect == "manual":
                    return self.opaque_redirect()
                self.follow(response)
        except _NetworkError as error:
            if (
                makes_preflight and self.quirks.forgets_at_failure
            ) or self.quirks.forgets_at_any_failure:
                # Main fetch: "If corsWithPreflightResponse is a network error, then clear cache
                # entries using request."
                self.cache.clear_url(self.preflight_origin, self.cache_url)
            return self.failed(error.failure)

    @property
    def url(self) -> URL:
        """https://fetch.spec.whatwg.org/#concept-request-current-url"""
        return self.url_list[-1]

    # ---- main fetch ----------------------------------------------------------------------------

    def taint(self) -> bool:
        """https://fetch.spec.whatwg.org/#main-fetch, the step that chooses a fetch: sets the
        response tainting. Returns whether that fetch may make a preflight."""
        if self.url.origin == self.origin and self.tainting == "basic":
            return False
        if self.mode == "same-origin":
            _demand(failure(Reason.DISALLOWED_BY_MODE))
        if self.mode == "no-cors":
            if self.redirect != "follow":
                _demand(failure(Reason.NO_CORS_REDIRECT_MODE_NOT_FOLLOW))
            self.tainting = "opaque"
        else:
            self.tainting = "cors"
        self.demand_http()
        # fetch() sets the unsafe-request flag.
        return self.tainting == "cors" and (
            not is_safelisted_method(self.method) or bool(self.unsafe_names())
        )

    def demand_http(self) -> None:
        """https://fetch.spec.whatwg.org/#main-fetch and #http-redirect-fetch: "is not an HTTP(S)
        scheme"."""
        if not self.url.is_http:
            if len(self.url_list) == 1:
                _demand(failure(Reason.CORS_DISABLED_SCHEME, self.url.scheme))
            if self.mode == "cors" and self.url.scheme not in WITHOUT_NETWORK:
                _demand(failure(Reason.CORS_DISABLED_SCHEME))
            _demand(network_error("The URL is neither http nor https."))

    def unsafe_names(self) -> list[str]:
        return unsafe_request_header_names(self.headers, self.quirks)

    @property
    def serialized_origin(self) -> str:
        """https://fetch.spec.whatwg.org/#byte-serializing-a-request-origin"""
        return "null" if self.is_redirect_tainted else self.origin

    @property
    def preflight_origin(self) -> str:
        return self.origin if self.quirks.preflights_tell_origin else self.serialized_origin

    @property
    def cache_url(self) -> str:
        """The URL that the preflight cache knows, with its fragment."""
        return self.url.with_fragment

    # ---- HTTP fetch ----------------------------------------------------------------------------

    def http_fetch(self) -> Response:
        """https://fetch.spec.whatwg.org/#concept-http-fetch"""
        if self.tainting == "cors":
            self.preflight_where_needed()
        headers = [*self.headers, *self.origin_header()]
        # https://fetch.spec.whatwg.org/#http-network-or-cache-fetch, includeCredentials
        credentials = self.credentials == "include" or (
            self.credentials == "same-origin" and self.tainting == "basic"
        )
        response = self.send(
            Request(self.method, str(self.url), tuple(headers), self.body, credentials)
        )
        if self.tainting == "cors":
            _demand(cors_check(response, self.serialized_origin, self.credentials))
        elif self.tainting == "opaque":
            _demand(resource_policy_check(response, self.origin, self.url))
        return response

    def origin_header(self) -> Sequence[Header]:
        """https://fetch.spec.whatwg.org/#append-a-request-origin-header, for the referrer policy
        that pages have by default, ``strict-origin-when-cross-origin``."""
        if self.tainting == "cors":
            return [("Origin", self.serialized_origin)]
        if self.method in ("GET", "HEAD"):
            return []
        is_downgrade = self.origin.startswith("https:") and self.url.scheme != "https"
        # In mode "cors" the referrer policy has no say.
        hides = is_downgrade and self.mode != "cors"
        return [("Origin", "null" if hides else self.serialized_origin)]

    def preflight_where_needed(self) -> None:
        """The first step of HTTP fetch, on makeCORSPreflight."""
        unsafe = self.unsafe_names()
        is_needed = not is_safelisted_method(self.method) or bool(unsafe)
        if not is_needed and not self.preflights_anyway:
            return
        self.preflights_anyway = self.quirks.preflights_stay_needed
        origin, url = self.preflight_origin, self.cache_url
        if is_needed and self.cache.allows(origin, url, self.credentials, self.method, unsafe):
            return
        response = self.send_preflight(unsafe)
        _demand(preflight_check(response, origin, self.credentials))
        allowed = permission(response)
        if not isinstance(allowed, Permission):
            raise _NetworkError(allowed)
        _demand(allowed.failure(self.method, unsafe, self.credentials, self.quirks))
        self.cache.store(origin, url, self.credentials, response, allowed)

    def send_preflight(self, unsafe: Sequence[str]) -> Response:
        """https://fetch.spec.whatwg.org/#cors-preflight-fetch-0, steps 1 to 6: no credentials, and
        the names sorted, without a space behind the comma."""
        headers = [("Accept", "*/*"), (h.REQUEST_METHOD, self.method)]
        if unsafe:
            headers.append((h.REQUEST_HEADERS, ",".join(sorted(unsafe))))
        headers.append(("Origin", self.preflight_origin))
        return self.send(Request("OPTIONS", str(self.url), tuple(headers)), preflight=True)

    def send(self, request: Request, preflight: bool = False) -> Response:
        """https://fetch.spec.whatwg.org/#http-network-fetch"""
        sent = self.transport(request)
        response = Response(
            sent.status, tuple((name, normalize(value)) for name, value in sent.headers), sent.body
        )
        self.exchanges.append(Exchange(request, response, preflight))
        if any(not is_value(value) for _, value in response.headers):
            _demand(network_error("A header of the response has a NUL, a CR or an LF in it."))
        size = sum(len(name) + len(value) + 4 for name, value in response.headers)
        if size > self.quirks.max_response_headers:
            _demand(network_error(f"The response has {size} bytes of headers, which is too many."))
        # https://fetch.spec.whatwg.org/#http-network-or-cache-fetch, the step on status 407
        if response.status == 407 and self.quirks.refuses_407:
            _demand(network_error("Status 407, which is for proxies to say."))
        return response

    # ---- redirects -----------------------------------------------------------------------------

    def redirects_on(self, response: Response) -> bool:
        """https://fetch.spec.whatwg.org/#concept-http-fetch, the step on redirect statuses: whether
        it is not the response itself that the page gets."""
        lines = self.locations(response)
        if self.redirect == "error" and (lines or not self.quirks.error_needs_location):
            for line in lines:
                self.demand_no_userinfo(self.location(line))
            _demand(network_error("The response is a redirect, and redirect is 'error'."))
        return self.redirect == "manual" or bool(lines)

    def follow(self, response: Response) -> None:
        """https://fetch.spec.whatwg.org/#http-redirect-fetch"""
        lines = self.locations(response)
        location = self.location(lines[0]) if len(lines) == 1 else None
        if location is None:
            raise _NetworkError(network_error("The response is a redirect to what is no URL."))
        if len(self.url_list) > MAX_REDIRECTS:
            _demand(network_error(f"There were more than {MAX_REDIRECTS} redirects."))
        self.demand_no_userinfo(location)
        fragment = location.fragment or self.url.fragment
        before = self.url
        self.url_list.append(location._replace(userinfo=False, fragment=fragment))
        is_same_origin = location.origin == before.origin
        if self.mode == "same-origin" and not is_same_origin:
            _demand(network_error('The mode is "same-origin", and a redirect leaves the origin.'))
        self.demand_http()
        if location.userinfo and self.quirks.refuses_userinfo:
            _demand(network_error("The redirect's URL has a user name or a password."))
        if (response.status in (301, 302) and self.method == "POST") or (
            response.status == 303 and self.method not in ("GET", "HEAD")
        ):
            self.method, self.body = "GET", None
            self.drop(REQUEST_BODY_NAMES)
        if not is_same_origin:
            self.drop({NON_WILDCARD_NAME})
            # https://fetch.spec.whatwg.org/#concept-request-tainted-origin
            taints_anyway = self.mode == "no-cors" and self.quirks.no_cors_redirects_taint
            if before.origin != self.origin or taints_anyway:
                self.is_redirect_tainted = True

    def locations(self, response: Response) -> list[str]:
        return self.quirks.locations(values(response.headers, "Location"))

    def location(self, line: str) -> URL | None:
        """https://fetch.spec.whatwg.org/#concept-response-location-url"""
        return parse(line.encode("latin-1").decode("utf-8", "surrogateescape"), self.url)

    def demand_no_userinfo(self, location: URL | None) -> None:
        """HTTP-redirect fetch, the two steps on "includes credentials"."""
        if location is not None and location.userinfo:
            leaves = self.mode == "cors" and location.origin != self.origin
            if leaves or self.tainting == "cors":
                _demand(failure(Reason.REDIRECT_CONTAINS_CREDENTIALS))

    def drop(self, names: frozenset[str] | set[str]) -> None:
        self.headers = [(name, value) for name, value in self.headers if name.lower() not in names]

    # ---- what the page gets --------------------------------------------------------------------

    def filtered(self, response: Response) -> Outcome:
        """https://fetch.spec.whatwg.org/#concept-filtered-response"""
        if self.tainting == "opaque":
            message = "the page gets an opaque response, of which it can read nothing."
            return self.outcome("opaque", message)
        if self.tainting == "cors":
            headers = cors_headers(response.headers, self.credentials)
        else:
            headers = basic_headers(response.headers)
        named = ", ".join(name for name, _ in headers) or "no headers"
        message = f"the page can read status {response.status} and {named[:200]}."
        url = str(self.url)
        return self.outcome(self.tainting, message, response.status, headers, response.body, url)

    def opaque_redirect(self) -> Outcome:
        """https://fetch.spec.whatwg.org/#concept-filtered-response-opaque-redirect"""
        message = "the page learns that there is a redirect, and not where to."
        return self.outcome("opaqueredirect", message, url=str(self.url))

    def failed(self, why: Failure) -> Outcome:
        return self.outcome("error", why.message, reason=why.reason, parameter=why.parameter)

    def outcome(
        self,
        type: Type,
        message: str,
        status: int = 0,
        headers: HeaderList = HeaderList(),
        body: bytes = b"",
        url: str = "",
        reason: Reason | None = None,
        parameter: str | None = None,
    ) -> Outcome:
        return Outcome(
            allowed=type != "error",
            reason=reason,
            parameter=parameter,
            message=message,
            type=type,
            status=status,
            headers=headers,
            body=body,
            url=url,
            exchanges=tuple(self.exchanges),
            origin=self.origin,
            url_list=tuple(url.with_fragment for url in self.url_list),
        )
