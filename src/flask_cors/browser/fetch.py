"""One fetch, from the request to what the script can read: preflight, redirects, response tainting.

The steps are those of https://fetch.spec.whatwg.org/#fetching.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..protocol import headers as h
from .cache import PreflightCache
from .checks import (
    REDIRECT_STATUSES,
    Permission,
    cors_check,
    preflight_check,
    read_permission,
    resource_policy_check,
)
from .headerlist import Header, HeaderList, get_all, is_header_value, normalize
from .messages import Exchange, Request, Response, Transport
from .outcome import Outcome, Type
from .quirks import Quirks
from .reasons import FetchFailure, Reason, cors_failure, other_failure, shorten
from .safelist import (
    NON_WILDCARD_NAME,
    REQUEST_BODY_NAMES,
    filter_basic_headers,
    filter_cors_headers,
    is_safelisted_method,
    unsafe_request_header_names,
)
from .urls import URL, WITHOUT_NETWORK, parse

# https://fetch.spec.whatwg.org/#http-redirect-fetch
MAX_REDIRECTS = 20

# https://fetch.spec.whatwg.org/#concept-request-response-tainting
Tainting = Literal["basic", "cors", "opaque"]


def _raise_for(failure: FetchFailure | None) -> None:
    """End the fetch if a check failed."""
    if failure is not None:
        raise failure


@dataclass
class Fetch:
    """A request and its state (https://fetch.spec.whatwg.org/#concept-request)."""

    quirks: Quirks
    cache: PreflightCache
    transport: Transport
    origin: str
    url_list: list[URL]
    method: str
    headers: list[Header]
    body: bytes | None
    credentials: str
    mode: str
    redirect: str
    tainting: Tainting = "basic"
    is_redirect_tainted: bool = False
    needed_preflight: bool = False
    exchanges: list[Exchange] = field(default_factory=list)

    def __post_init__(self) -> None:
        needs_preflight = bool(self.unsafe_names())
        self.preflight_stays_needed = self.quirks.preflights_stay_needed and needs_preflight

    def run(self) -> Outcome:
        """Send the request, follow redirects, and return the outcome."""
        try:
            while True:
                self.set_tainting()
                response = self.http_fetch()
                if response.status not in REDIRECT_STATUSES or not self.is_redirect(response):
                    return self.filter_response(response)
                if self.redirect == "manual":
                    return self.filter_redirect()
                self.follow_redirect(response)
        except FetchFailure as failure:
            if self.quirks.clears_on_any_failure or (
                self.needed_preflight and self.quirks.clears_on_failure
            ):
                # Main fetch: "If corsWithPreflightResponse is a network error, then clear cache
                # entries using request."
                self.cache.clear_url(self.preflight_origin, self.url.with_fragment)
            return self.make_outcome(
                "error", failure.message, reason=failure.reason, parameter=failure.parameter
            )

    @property
    def url(self) -> URL:
        """The current URL (https://fetch.spec.whatwg.org/#concept-request-current-url)."""
        return self.url_list[-1]

    # ---- main fetch ----------------------------------------------------------------------------

    def set_tainting(self) -> None:
        """Set the response tainting (https://fetch.spec.whatwg.org/#main-fetch, the step that
        chooses a fetch)."""
        if self.url.origin == self.origin and self.tainting == "basic":
            return
        if self.mode == "same-origin":
            raise cors_failure(Reason.DISALLOWED_BY_MODE)
        if self.mode == "no-cors":
            if self.redirect != "follow":
                raise cors_failure(Reason.NO_CORS_REDIRECT_MODE_NOT_FOLLOW)
            self.tainting = "opaque"
        else:
            self.tainting = "cors"
        self.require_http()

    def require_http(self) -> None:
        """Fail if the URL is not an HTTP(S) URL (https://fetch.spec.whatwg.org/#main-fetch and
        #http-redirect-fetch)."""
        if self.url.is_http:
            return
        if len(self.url_list) == 1:
            raise cors_failure(Reason.CORS_DISABLED_SCHEME, self.url.scheme)
        if self.mode == "cors" and self.url.scheme not in WITHOUT_NETWORK:
            raise cors_failure(Reason.CORS_DISABLED_SCHEME)
        raise other_failure("The URL is neither http nor https.")

    def unsafe_names(self) -> list[str]:
        """Return the CORS-unsafe request-header names."""
        return unsafe_request_header_names(self.headers, self.quirks)

    @property
    def serialized_origin(self) -> str:
        """The value of ``Origin``
        (https://fetch.spec.whatwg.org/#byte-serializing-a-request-origin)."""
        return "null" if self.is_redirect_tainted else self.origin

    @property
    def preflight_origin(self) -> str:
        """The value of ``Origin`` in a preflight."""
        return self.origin if self.quirks.preflights_keep_origin else self.serialized_origin

    # ---- HTTP fetch ----------------------------------------------------------------------------

    def http_fetch(self) -> Response:
        """Send the request to the current URL, after a preflight if it needs one
        (https://fetch.spec.whatwg.org/#concept-http-fetch)."""
        if self.tainting == "cors":
            self.preflight_if_needed()
        headers = [*self.headers, *self.origin_header()]
        # https://fetch.spec.whatwg.org/#http-network-or-cache-fetch, includeCredentials
        credentials = self.credentials == "include" or (
            self.credentials == "same-origin" and self.tainting == "basic"
        )
        response = self.send(
            Request(self.method, str(self.url), tuple(headers), self.body, credentials)
        )
        if self.tainting == "cors":
            _raise_for(cors_check(response, self.serialized_origin, self.credentials))
        elif self.tainting == "opaque":
            _raise_for(resource_policy_check(response, self.origin, self.url))
        return response

    def origin_header(self) -> Sequence[Header]:
        """Return the ``Origin`` header, if there is one, under the default referrer policy,
        ``strict-origin-when-cross-origin``
        (https://fetch.spec.whatwg.org/#append-a-request-origin-header)."""
        if self.tainting == "cors":
            return [("Origin", self.serialized_origin)]
        if self.method in ("GET", "HEAD"):
            return []
        is_downgrade = self.origin.startswith("https:") and self.url.scheme != "https"
        # In mode "cors" the referrer policy does not count.
        is_hidden = is_downgrade and self.mode != "cors"
        return [("Origin", "null" if is_hidden else self.serialized_origin)]

    def preflight_if_needed(self) -> None:
        """Send a preflight unless the cache has its result (HTTP fetch, the step on
        makeCORSPreflight)."""
        unsafe = self.unsafe_names()  # fetch() sets the unsafe-request flag
        is_needed = not is_safelisted_method(self.method) or bool(unsafe)
        # A failure after a redirect also fails the request with the preflight before it.
        self.needed_preflight = self.needed_preflight or is_needed
        if not is_needed and not self.preflight_stays_needed:
            return
        self.preflight_stays_needed = self.quirks.preflights_stay_needed
        origin, url = self.preflight_origin, self.url.with_fragment
        if is_needed and self.cache.allows(origin, url, self.credentials, self.method, unsafe):
            return
        response = self.send_preflight(unsafe)
        _raise_for(preflight_check(response, origin, self.credentials))
        allowed = read_permission(response)
        if not isinstance(allowed, Permission):
            raise allowed
        _raise_for(allowed.check(self.method, unsafe, self.credentials, self.quirks))
        self.cache.store(origin, url, self.credentials, response, allowed)

    def send_preflight(self, unsafe: Sequence[str]) -> Response:
        """Send a preflight without credentials, its header names sorted, without a space behind the
        comma (https://fetch.spec.whatwg.org/#cors-preflight-fetch-0, steps 1 to 6)."""
        headers = [("Accept", "*/*"), (h.REQUEST_METHOD, self.method)]
        if unsafe:
            headers.append((h.REQUEST_HEADERS, ",".join(sorted(unsafe))))
        headers.append(("Origin", self.preflight_origin))
        return self.send(Request("OPTIONS", str(self.url), tuple(headers)), preflight=True)

    def send(self, request: Request, preflight: bool = False) -> Response:
        """Send a request over the transport (https://fetch.spec.whatwg.org/#http-network-fetch)."""
        sent = self.transport(request)
        response = Response(
            sent.status, tuple((name, normalize(value)) for name, value in sent.headers), sent.body
        )
        self.exchanges.append(Exchange(request, response, preflight))
        if any(not is_header_value(value) for _, value in response.headers):
            raise other_failure("A response header contains NUL, CR or LF.")
        size = sum(len(name) + len(value) + 4 for name, value in response.headers)
        if size > self.quirks.max_response_header_bytes:
            raise other_failure(f"The response headers are too large: {size} bytes.")
        # https://fetch.spec.whatwg.org/#http-network-or-cache-fetch, the step on status 407
        if response.status == 407 and self.quirks.refuses_407:
            raise other_failure("Status 407 is reserved for proxies.")
        return response

    # ---- redirects -----------------------------------------------------------------------------

    def is_redirect(self, response: Response) -> bool:
        """Return whether the script gets something else than this response, whose status is that of
        a redirect (https://fetch.spec.whatwg.org/#concept-http-fetch)."""
        lines = self.get_locations(response)
        if self.redirect == "error" and (lines or not self.quirks.error_needs_location):
            for line in lines:
                self.require_no_userinfo(self.parse_location(line))
            raise other_failure("The response is a redirect, and redirect is 'error'.")
        return self.redirect == "manual" or bool(lines)

    def follow_redirect(self, response: Response) -> None:
        """Make the request one to where a redirect leads
        (https://fetch.spec.whatwg.org/#http-redirect-fetch)."""
        lines = self.get_locations(response)
        location = self.parse_location(lines[0]) if len(lines) == 1 else None
        if location is None:
            raise other_failure("The response redirects to an invalid URL.")
        if len(self.url_list) > MAX_REDIRECTS:
            raise other_failure(f"There were more than {MAX_REDIRECTS} redirects.")
        self.require_no_userinfo(location)
        fragment = location.fragment or self.url.fragment
        before = self.url
        self.url_list.append(location._replace(userinfo=False, fragment=fragment))
        is_same_origin = location.origin == before.origin
        if self.mode == "same-origin" and not is_same_origin:
            raise other_failure(
                'The mode is "same-origin", and a redirect leads to another origin.'
            )
        self.require_http()
        if location.userinfo and self.quirks.refuses_userinfo:
            raise other_failure("The redirect URL contains a user name or a password.")
        if (response.status in (301, 302) and self.method == "POST") or (
            response.status == 303 and self.method not in ("GET", "HEAD")
        ):
            self.method, self.body = "GET", None
            self.drop_headers(REQUEST_BODY_NAMES)
        if not is_same_origin:
            self.drop_headers({NON_WILDCARD_NAME})
            # https://fetch.spec.whatwg.org/#concept-request-tainted-origin
            always_taints = self.mode == "no-cors" and self.quirks.no_cors_redirects_taint
            if before.origin != self.origin or always_taints:
                self.is_redirect_tainted = True

    def get_locations(self, response: Response) -> list[str]:
        """Return the lines of ``Location`` that count."""
        return self.quirks.select_locations(get_all(response.headers, "Location"))

    def parse_location(self, line: str) -> URL | None:
        """Return the URL of a ``Location``
        (https://fetch.spec.whatwg.org/#concept-response-location-url)."""
        return parse(line.encode("latin-1").decode("utf-8", "surrogateescape"), self.url)

    def require_no_userinfo(self, location: URL | None) -> None:
        """Fail at a redirect to another origin whose URL has a user name or a password
        (HTTP-redirect fetch, the two steps on "includes credentials")."""
        if location is not None and location.userinfo:
            leaves = self.mode == "cors" and location.origin != self.origin
            if leaves or self.tainting == "cors":
                raise cors_failure(Reason.REDIRECT_CONTAINS_CREDENTIALS)

    def drop_headers(self, names: frozenset[str] | set[str]) -> None:
        """Remove request headers, by their lower-cased names."""
        self.headers = [(name, value) for name, value in self.headers if name.lower() not in names]

    # ---- what the script gets ------------------------------------------------------------------

    def filter_response(self, response: Response) -> Outcome:
        """Return what the script can read of a response
        (https://fetch.spec.whatwg.org/#concept-filtered-response)."""
        if self.tainting == "opaque":
            message = "the frontend gets an opaque response and can read nothing of it."
            return self.make_outcome("opaque", message)
        if self.tainting == "cors":
            headers = filter_cors_headers(response.headers, self.credentials)
        else:
            headers = filter_basic_headers(response.headers)
        names = shorten(", ".join(name for name, _ in headers))
        readable = f"the header{'s' if len(headers) > 1 else ''} {names}" if names else "no headers"
        message = f"the frontend can read status {response.status} and {readable}."
        url = str(self.url)
        return self.make_outcome(
            self.tainting, message, response.status, headers, response.body, url
        )

    def filter_redirect(self) -> Outcome:
        """Return what the script can read of a redirect
        (https://fetch.spec.whatwg.org/#concept-filtered-response-opaque-redirect)."""
        message = "the frontend learns that there is a redirect, but not where it leads."
        return self.make_outcome("opaqueredirect", message, url=str(self.url))

    def make_outcome(
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
