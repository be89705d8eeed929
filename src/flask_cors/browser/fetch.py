"""One fetch, from a page to what it may read: preflight, redirects and response tainting.

The steps are those of https://fetch.spec.whatwg.org/#fetching, by the standard's names.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Literal

from .. import headers as h
from . import arguments as args
from .cache import Clock, PreflightCache
from .checks import (
    REDIRECT_STATUSES,
    Permission,
    cors_check,
    permission,
    preflight_check,
    resource_policy_check,
)
from .headerlist import Header, HeaderList, get, is_value, normalize, values
from .messages import Exchange, Request, Response, Transport
from .outcome import Outcome, Type
from .quirks import STANDARD, Quirks
from .reasons import Failure, Reason, failure, network_error
from .safelist import (
    NON_WILDCARD_NAME,
    REQUEST_BODY_NAMES,
    basic_headers,
    cors_headers,
    is_safelisted_method,
    no_cors_headers,
    normalize_method,
    unsafe_request_header_names,
)
from .urls import URL, parse

# https://fetch.spec.whatwg.org/#http-redirect-fetch
MAX_REDIRECTS = 20

# What all header lines of a response may have together, as in Chromium (256 KiB); Firefox takes
# 384 KiB, the standard leaves it open. More is a network error.
MAX_RESPONSE_HEADERS = 256 * 1024

Tainting = Literal["basic", "cors", "opaque"]  # https://fetch.spec.whatwg.org/#concept-request-response-tainting


class Browser:
    """A browser, as far as the CORS protocol goes.

    It does no I/O: ``transport`` carries a :class:`Request` to a server and returns its
    :class:`Response`. What it raises reaches the caller. Header strings are latin-1 code points,
    one for each byte.

    There is no cookie jar: cookies are the transport's business, and
    :attr:`Request.credentials` tells it when a browser sends and stores them. Nor are there an HTTP
    cache, service workers, mixed content, blocked ports, Content Security Policy, Local Network
    Access and prompts for a password.

    :param transport: what carries requests.
    :param quirks: whose departures from the standard are followed: :data:`CHROMIUM` or
        :data:`FIREFOX`. Default: nobody's.
    :param clock: what tells the time to the preflight cache, in seconds. Default: the computer's.
    :ivar cache: the :class:`PreflightCache`.

    .. versionadded:: 7.0
    """

    def __init__(
        self, transport: Transport, quirks: Quirks = STANDARD, *, clock: Clock = time.monotonic
    ) -> None:
        self.quirks = quirks
        self.cache = PreflightCache(clock, quirks)
        self._transport = transport

    def fetch(
        self,
        url: str,
        *,
        origin: str,
        method: str = "GET",
        headers: args.Headers = (),
        body: bytes | None = None,
        credentials: args.Credentials = "same-origin",
        mode: args.Mode = "cors",
        redirect: args.Redirect = "follow",
    ) -> Outcome:
        """What comes of ``fetch(url, …)`` in a page.

        :param url: an absolute URL.
        :param origin: the origin of the page; ``"null"`` for a sandboxed frame or a file.
        :param method: the method; browsers write the usual ones in upper case, but not ``patch``.
        :param headers: the headers that the page sets, pairs or a mapping. Those that a page may
            not set, such as ``Cookie``, are dropped as a browser drops them.
        :param body: the body, for methods that have one. No ``Content-Type`` comes with it.
        :param credentials: ``"omit"``, ``"same-origin"`` or ``"include"``.
        :param mode: ``"cors"``, ``"no-cors"`` or ``"same-origin"``.
        :param redirect: ``"follow"``, ``"error"`` or ``"manual"``.
        :raises ValueError: for what a browser refuses with a TypeError before anything is sent.
        """
        args.check_origin(origin)
        parsed = args.parse_url(url)
        args.check_choice("mode", mode, args.MODES)
        args.check_choice("credentials", credentials, args.CREDENTIALS)
        args.check_choice("redirect", redirect, args.REDIRECTS)
        args.check_method(method, mode)
        normal = normalize_method(method)
        args.check_body(body, normal)
        lines = args.page_headers(headers)
        if mode == "no-cors":
            lines = no_cors_headers(lines, self.quirks)
        fetch = _Fetch(
            self.quirks,
            self.cache,
            self._transport,
            origin=origin,
            url=parsed,
            method=normal,
            headers=lines,
            body=body,
            credentials=credentials,
            mode=mode,
            redirect=redirect,
        )
        return fetch.run()


class _NetworkError(Exception):
    """https://fetch.spec.whatwg.org/#concept-network-error"""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def _demand(failed: Failure | None) -> None:
    if failed is not None:
        raise _NetworkError(failed)


class _Fetch:
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
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
        self.credentials = credentials
        self.mode = mode
        self.redirect = redirect
        self.tainting: Tainting = "basic"
        self.is_redirect_tainted = False
        self.redirects = 0
        self.exchanges: list[Exchange] = []

    def run(self) -> Outcome:
        makes_preflight = False
        try:
            while True:
                # A redirect on the way from a request with preflight fails that request too.
                makes_preflight = self.taint() or makes_preflight
                response = self.http_fetch()
                if response.status in REDIRECT_STATUSES:
                    if self.redirect == "error":
                        _demand(network_error("A redirect, and redirect is 'error'."))
                    if self.redirect == "manual":
                        return self.opaque_redirect()
                    if self.follow(response):
                        continue
                return self.filtered(response)
        except _NetworkError as error:
            if makes_preflight:
                # Main fetch: "If corsWithPreflightResponse is a network error, then clear cache
                # entries using request."
                self.cache.clear_url(self.serialized_origin, str(self.url))
            return self.failed(error.failure)

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
            if self.mode == "cors":
                _demand(failure(Reason.CORS_DISABLED_SCHEME))
            _demand(network_error("The URL is neither http nor https."))

    def unsafe_names(self) -> list[str]:
        return unsafe_request_header_names(self.headers, self.quirks)

    @property
    def serialized_origin(self) -> str:
        """https://fetch.spec.whatwg.org/#byte-serializing-a-request-origin"""
        return "null" if self.is_redirect_tainted else self.origin

    # ---- HTTP fetch ----------------------------------------------------------------------------

    def http_fetch(self) -> Response:
        """https://fetch.spec.whatwg.org/#concept-http-fetch"""
        if self.tainting == "cors":
            self.preflight_where_needed()
        headers = [*self.headers, *self.accept_header(), *self.origin_header()]
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

    def accept_header(self) -> Sequence[Header]:
        """https://fetch.spec.whatwg.org/#concept-fetch, the step on `Accept`.

        The standard adds it before it looks for unsafe names, so that its three bytes count among
        the 1,024. No browser asks a server for a header that the page did not set.
        """
        return [("Accept", "*/*")] if get(self.headers, "Accept") is None else []

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
        if is_safelisted_method(self.method) and not unsafe:
            return
        origin, url = self.serialized_origin, str(self.url)
        if self.cache.allows(origin, url, self.credentials, self.method, unsafe):
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
        headers.append(("Origin", self.serialized_origin))
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
        if size > MAX_RESPONSE_HEADERS:
            _demand(network_error(f"The response has {size} bytes of headers, which is too many."))
        # https://fetch.spec.whatwg.org/#http-network-or-cache-fetch, the step on status 407
        if response.status == 407:
            _demand(network_error("Status 407, which is for proxies to say."))
        return response

    # ---- redirects -----------------------------------------------------------------------------

    def follow(self, response: Response) -> bool:
        """https://fetch.spec.whatwg.org/#http-redirect-fetch: whether the response leads on."""
        location = self.location(response)
        if location is None:
            return False
        if self.redirects == MAX_REDIRECTS:
            _demand(network_error(f"More than {MAX_REDIRECTS} redirects."))
        self.redirects += 1
        before, self.url = self.url, location._replace(userinfo=False)
        is_cross_origin = location.origin != self.origin
        if location.userinfo and (
            (self.mode == "cors" and is_cross_origin) or self.tainting == "cors"
        ):
            _demand(failure(Reason.REDIRECT_CONTAINS_CREDENTIALS))
        if self.mode == "same-origin" and is_cross_origin:
            _demand(failure(Reason.DISALLOWED_BY_MODE))
        self.demand_http()
        if (response.status in (301, 302) and self.method == "POST") or (
            response.status == 303 and self.method not in ("GET", "HEAD")
        ):
            self.method, self.body = "GET", None
            self.drop(REQUEST_BODY_NAMES - self.quirks.kept_body_headers)
        if before.origin != location.origin:
            if not self.quirks.keeps_authorization:
                self.drop({NON_WILDCARD_NAME})
            # https://fetch.spec.whatwg.org/#concept-request-tainted-origin
            if before.origin != self.origin:
                self.is_redirect_tainted = True
        return True

    def location(self, response: Response) -> URL | None:
        """https://fetch.spec.whatwg.org/#concept-response-location-url; None without one."""
        found = values(response.headers, "Location")
        if not found:
            return None
        text = found[0].encode("latin-1").decode("utf-8", "surrogateescape")
        location = parse(text, self.url) if len(found) == 1 else None
        if location is None:
            raise _NetworkError(network_error("A redirect whose Location is no URL."))
        return location

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
        headers: HeaderList = HeaderList(),  # noqa: B008  # immutable
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
        )
