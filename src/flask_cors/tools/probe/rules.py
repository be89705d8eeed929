"""The rules of ``flask cors probe``, about what responses show in addition to the verdict.

The docstrings are the explanations of the rule reference. ``detection.py`` finds them.
"""

from __future__ import annotations

from ...diagnostics.finding import Finding, Severity


class ProbeRule(Finding):
    """A rule of ``flask cors probe``."""


# ---- repeated headers --------------------------------------------------------------------------


class DoubledAllowOrigin(ProbeRule):
    """Browsers accept one value of `Access-Control-Allow-Origin`, and block a response with two.
    Often the app sends the header and a proxy adds another: let only one of them send it.
    """

    code = "CORS801"
    title = "two values of Access-Control-Allow-Origin"
    severity = Severity.ERROR


class DoubledHeader(ProbeRule):
    """`Access-Control-Allow-Credentials`, `Access-Control-Max-Age` and
    `Access-Control-Allow-Private-Network` have one value each. Browsers ignore the header if there
    are two."""

    code = "CORS802"
    title = "two values of another CORS header"


# ---- preflights --------------------------------------------------------------------------------


class PreflightRefused(ProbeRule):
    """The response to a preflight is an error without CORS headers, so browsers do not send the
    request. The usual cause is a login check in front of the app, because preflights have no
    credentials. Another is a server that does not support `OPTIONS`."""

    code = "CORS811"
    title = "a preflight refused without CORS headers"
    severity = Severity.ERROR


class OriginOnPreflightOnly(ProbeRule):
    """Browsers send the request, but the frontend cannot read the response, which needs
    `Access-Control-Allow-Origin` too. Proxies that respond to preflights often leave it out of
    errors."""

    code = "CORS812"
    title = "Access-Control-Allow-Origin on the preflight only"
    severity = Severity.ERROR


class OriginOnResponseOnly(ProbeRule):
    """The app allows the origin, but the response to the preflight does not: the preflight does not
    reach the app, or the app refuses it. Browsers do not send the request."""

    code = "CORS813"
    title = "Access-Control-Allow-Origin missing on the preflight"
    severity = Severity.ERROR


class PreflightFromElsewhere(ProbeRule):
    """`Server` or `Via` differ between the responses to the preflight and to the request. Another
    server, such as a proxy, probably responds to preflights: configure there what they allow."""

    code = "CORS814"
    title = "a preflight that another server responds to"
    severity = Severity.NOTE


# ---- errors and redirects ----------------------------------------------------------------------


class ErrorWithoutCORS(ProbeRule):
    """The frontend gets a CORS error instead of the server error: the 502 of a proxy, or an
    exception that did not pass through Flask-CORS."""

    code = "CORS821"
    title = "a server error without CORS headers"
    severity = Severity.ERROR


class PreflightRedirected(ProbeRule):
    """Browsers do not follow a redirect of a preflight, they block the request. Request the URL
    that it leads to."""

    code = "CORS822"
    title = "a redirected preflight"
    severity = Severity.ERROR


class OriginLost(ProbeRule):
    """After a redirect from one origin to a third, browsers send `Origin: null`, which no list of
    trusted origins allows. Request the URL that it leads to."""

    code = "CORS823"
    title = "a redirect that makes the origin null"


class Redirected(ProbeRule):
    """A redirect, for example to https, to a URL with a slash, or to a login page. Each response
    needs the CORS headers, and after a redirect the preflight is repeated."""

    code = "CORS824"
    title = "a redirect"
    severity = Severity.NOTE


# ---- caches ------------------------------------------------------------------------------------


class AllowsAnotherOrigin(ProbeRule):
    """Browsers block a response that allows another origin than that of the request. Either the
    server sends one fixed value, or a cache kept the response to another origin."""

    code = "CORS831"
    title = "a response that allows another origin"
    severity = Severity.ERROR


class CacheIgnoresOrigin(ProbeRule):
    """A cache sends one origin the response to another, so browsers block it. Send `Vary: Origin`,
    and configure the cache to respect it."""

    code = "CORS832"
    title = "a cache that ignores Origin"


class FixedOrigin(ProbeRule):
    """This is correct if one origin is allowed. If more are, either the server sends one fixed
    value, or a cache does not respect `Vary: Origin`."""

    code = "CORS833"
    title = "the same allowed origin for another one"
    severity = Severity.NOTE


class MissingVary(ProbeRule):
    """Responses differ by origin and have no `Vary: Origin`. A cache, including the browser's, may
    send one origin the response to another."""

    code = "CORS834"
    title = "a response that differs by origin without Vary: Origin"


class MissingVaryOnPreflight(ProbeRule):
    """Responses to preflights differ by origin and have no `Vary: Origin`. Few caches keep
    responses to `OPTIONS`, but those of some CDNs do."""

    code = "CORS835"
    title = "a preflight that differs by origin without Vary: Origin"
    severity = Severity.NOTE


class FromCache(ProbeRule):
    """`Age`, `X-Cache`, `CF-Cache-Status` or a similar header shows that a cache sent the response.
    Its CORS headers are those of an earlier request."""

    code = "CORS836"
    title = "a response from a cache"
    severity = Severity.NOTE


# ---- open policies -----------------------------------------------------------------------------


class AnyOriginWithCredentials(ProbeRule):
    """An unknown origin is allowed with credentials: any site can read what your users can read,
    with their cookies."""

    code = "CORS841"
    title = "any site allowed, with credentials"
    severity = Severity.ERROR


class AnyOrigin(ProbeRule):
    """The response names an unknown origin as allowed, without credentials. That is correct for
    public data. A `*` is not reported, because it is explicit."""

    code = "CORS842"
    title = "any site allowed, without credentials"
    severity = Severity.NOTE


# ---- differences from a browser ----------------------------------------------------------------


class MixedContent(ProbeRule):
    """Browsers block http requests from https pages as mixed content, before CORS."""

    code = "CORS851"
    title = "an http request from an https page"
    severity = Severity.ERROR


class NoCookies(ProbeRule):
    """A browser would send cookies, but this command has none. The response to a user who is logged
    in may differ."""

    code = "CORS852"
    title = "a request without cookies"
    severity = Severity.NOTE


class NotCompared(ProbeRule):
    """The server did not respond to the request from another origin, so it is unknown whether its
    responses depend on the origin."""

    code = "CORS853"
    title = "no comparison with another origin"
    severity = Severity.NOTE


RULES: tuple[type[ProbeRule], ...] = tuple(ProbeRule.__subclasses__())
