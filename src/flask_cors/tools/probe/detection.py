"""Detects the rules in the results of a probe, and claims no more than they prove.

A new rule needs a class in ``rules.py``, a function here, and a line in one of the tables below.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from ...browser import Exchange, Response
from ...browser.checks import REDIRECT_STATUSES
from ...browser.headerlist import get_all
from ...browser.urls import URL, parse
from ...diagnostics.finding import Finding, Severity
from ...diagnostics.format import format_value
from ...protocol import headers as h
from . import rules
from .exchanges import Comparison, Probed

MAX_LINES_SHOWN = 4  # of one header


def detect(probed: Probed) -> list[Finding]:
    """Return the findings, errors first, by their codes."""
    found: list[Finding] = []
    for label, exchange in probed.exchanges:
        for in_exchange in _IN_EXCHANGE:
            found += (each.at(None, label) for each in in_exchange(probed, exchange))
    for comparison in probed.comparisons:
        for in_comparison in _IN_COMPARISON:
            label = comparison.label
            found += (each.at(None, label) for each in in_comparison(probed, comparison))
    for in_all in _IN_ALL:
        found += in_all(probed)
    severities = list(Severity)
    return sorted(found, key=lambda each: (severities.index(each.severity), each.code))


# ---- one response ------------------------------------------------------------------------------

# The CORS headers that take one value; the others are lists, and may have several lines.
_SINGLE = {
    h.ALLOW_ORIGIN: "browsers accept one value, and block the response",
    h.ALLOW_CREDENTIALS: "two values are not 'true', so credentials are refused",
    h.MAX_AGE: "two values are not a number, so the preflight is cached for 5 seconds",
    h.ALLOW_PRIVATE_NETWORK: "two values are not 'true'",
}


def _find_doubled_headers(_: Probed, exchange: Exchange) -> Iterator[Finding]:
    for header, meaning in _SINGLE.items():
        lines = get_all(exchange.response.headers, header)
        if len(lines) > 1:
            shown = ", ".join(map(format_value, lines[:MAX_LINES_SHOWN]))
            more = len(lines) - MAX_LINES_SHOWN
            shown += f" and {more} more" if more > 0 else ""
            message = f"{len(lines)} lines of {header}: {shown}; {meaning}"
        elif lines and "," in lines[0]:
            message = f"several values in {header}: {format_value(lines[0])}; {meaning}"
        else:
            continue
        is_origin = header == h.ALLOW_ORIGIN
        rule = rules.DoubledAllowOrigin if is_origin else rules.DoubledHeader
        yield rule(
            message,
            f"let either the app or the proxy send it (in nginx: proxy_hide_header {header})",
        )


_LOGIN = "a login check refuses preflights, which have neither cookies nor Authorization"
_NO_OPTIONS = "the server ignores CORS, and may not support OPTIONS for this URL"
_REFUSALS = {
    **dict.fromkeys((401, 403, 407, 511), _LOGIN),
    **dict.fromkeys((404, 405, 501), _NO_OPTIONS),
}


def _find_errors(_: Probed, exchange: Exchange) -> Iterator[Finding]:
    response, status = exchange.response, exchange.response.status
    names = [name.lower() for name, _ in response.headers]
    if status < 400 or any(name.startswith("access-control-") for name in names):
        return
    is_html = (response.get("Content-Type") or "").lower().startswith("text/html")
    seen = f"status {status} without CORS headers{', with an HTML page' if is_html else ''}"
    if exchange.preflight:
        by = (
            f", {_format_header(each, response)}"
            for each in ("Server", "Via")
            if response.get(each)
        )
        meaning = _REFUSALS.get(status, "the server failed, or ignores CORS")
        yield rules.PreflightRefused(
            f"{seen}{''.join(by)}; {meaning}",
            "pass OPTIONS requests with Origin and Access-Control-Request-Method to the app before "
            "any login check",
        )
    elif status >= 500:
        is_from_proxy = status in (502, 503, 504)
        meaning = (
            "proxies send this status if the app does not respond"
            if is_from_proxy
            else "the error does not seem to have passed through Flask-CORS"
        )
        hint = "fix the error first: the frontend gets a CORS error instead of it"
        yield rules.ErrorWithoutCORS(f"{seen}; {meaning}", hint)


_is_login = re.compile(r"log[-_]?in|sign[-_]?in|\bauth|\bsso\b|saml|oauth", re.IGNORECASE).search


def _find_redirect(probed: Probed, exchange: Exchange) -> Iterator[Finding]:
    status, location = exchange.response.status, exchange.response.get("Location")
    if status not in REDIRECT_STATUSES or location is None:
        return
    base = parse(exchange.request.url)
    target = parse(location.encode("latin-1").decode("utf-8", "surrogateescape"), base)
    if base is None or target is None:
        return  # the verdict reports it
    seen = f"status {status} redirects to {format_value(str(target))}{_describe(base, target)}"
    hint = "request that URL in the frontend"
    if _is_login(target.path):
        hint = "respond to API requests with 401 instead of a login page"
    if exchange.preflight:
        meaning = "browsers do not follow a redirect of a preflight"
        yield rules.PreflightRedirected(f"{seen}; {meaning}", hint)
    # https://fetch.spec.whatwg.org/#concept-request-tainted-origin
    elif base.origin not in (target.origin, probed.page_request.origin):
        meaning = "browsers then send 'Origin: null', which is not the origin of the page"
        yield rules.OriginLost(f"{seen}; {meaning}", hint)
    else:
        meaning = "each response needs the CORS headers, and a preflight is repeated after it"
        yield rules.Redirected(f"{seen}; {meaning}", hint)


def _describe(base: URL, target: URL) -> str:
    if _is_login(target.path):
        return ", which looks like a login"
    if (base.scheme, target.scheme) == ("http", "https") and base.host == target.host:
        return ", from http to https"
    if base.origin != target.origin:
        return ", another origin"
    return ", the same URL with a slash at the end" if target.path == f"{base.path}/" else ""


_CACHES = ("Age", "X-Cache", "X-Cache-Status", "X-Proxy-Cache", "CF-Cache-Status", "Cache-Status")
_is_hit = re.compile(r"\bhit\b", re.IGNORECASE).search
_is_age = re.compile(r"[0-9]*[1-9][0-9]*", re.ASCII).fullmatch
_VARY_HINT = "send Vary: Origin, and let the cache respect it"


def _cache_hit(response: Response) -> str | None:
    """Return the header that shows that a response comes from a cache."""
    for name in _CACHES:
        value = response.get(name)
        if value is not None and (_is_age if name == "Age" else _is_hit)(value):
            return _format_header(name, response)
    return None


def _find_cached_response(_: Probed, exchange: Exchange) -> Iterator[Finding]:
    hit = _cache_hit(exchange.response)
    if hit is not None:
        yield rules.FromCache(
            f"{hit}: the response comes from a cache, with the CORS headers of an earlier request",
            f"if responses differ by origin, {_VARY_HINT}",
        )


def _find_another_origin(_: Probed, exchange: Exchange) -> Iterator[Finding]:
    allowed, origin = exchange.response.get(h.ALLOW_ORIGIN), exchange.request.get("Origin")
    if allowed is None or allowed == origin or "," in allowed:
        return
    other = parse(allowed)
    if other is None or not other.is_http:
        return  # "*", "null", or not an origin
    hit = _cache_hit(exchange.response)
    meaning = "the server sends it to every origin, or a cache kept it for another one"
    if hit:
        meaning = f"a cache kept it for another origin ({hit})"
    yield rules.AllowsAnotherOrigin(
        f"{h.ALLOW_ORIGIN} is {format_value(allowed)}, but Origin was {format_value(origin)}; "
        f"{meaning}",
        "allow the origin in the app, and send Vary: Origin",
    )


_IN_EXCHANGE: tuple[Callable[[Probed, Exchange], Iterator[Finding]], ...] = (
    _find_doubled_headers,
    _find_errors,
    _find_redirect,
    _find_another_origin,
    _find_cached_response,
)


# ---- the responses to a preflight and to the request after it ----------------------------------


def _find_in_pairs(probed: Probed) -> Iterator[Finding]:
    for (label, one), (after, other) in pairwise(probed.exchanges):
        if one.preflight and one.request.url == other.request.url:
            yield from _compare(label, one.response, after, other.response)


def _compare(label: str, preflight: Response, after: str, actual: Response) -> Iterator[Finding]:
    for header in ("Server", "Via"):
        if preflight.get(header) != actual.get(header):
            yield rules.PreflightFromElsewhere(
                f"{_format_header(header, preflight)}, but {_format_header(header, actual)} on the "
                f"{after}; another server, such as a proxy, seems to respond to the preflight",
                "configure there what preflights allow, not in the app",
                subject=label,
            )
    is_on_preflight = preflight.get(h.ALLOW_ORIGIN) is not None
    is_on_actual = actual.get(h.ALLOW_ORIGIN) is not None
    if is_on_preflight and not is_on_actual:
        yield rules.OriginOnPreflightOnly(
            f"no {h.ALLOW_ORIGIN}, status {actual.status}, but the {label} has one; the request "
            "is sent, but the frontend cannot read the response",
            "send the header with every response, errors too (in nginx: add_header ... always)",
            subject=after,
        )
    elif is_on_actual and not is_on_preflight:
        yield rules.OriginOnResponseOnly(
            f"no {h.ALLOW_ORIGIN}, but the {after} has one; the app allows the origin, but the "
            "preflight does not reach it or is refused",
            "pass OPTIONS to the app, or send the CORS headers where it is handled",
            subject=label,
        )


# ---- the same request from another origin ------------------------------------------------------


def _find_reflected_origin(probed: Probed) -> Iterator[Finding]:
    reflecting = [
        each
        for each in probed.comparisons
        if each.second.response.get(h.ALLOW_ORIGIN) == probed.other_origin
    ]
    if not reflecting:
        return
    subject = " and ".join(each.label for each in reflecting)
    seen = f"{probed.other_origin} is allowed too"
    if any(each.second.response.get(h.ALLOW_CREDENTIALS) == "true" for each in reflecting):
        yield rules.AnyOriginWithCredentials(
            f"{seen}, with credentials: any site can read this with the cookies of your users",
            "list the trusted origins, or leave credentials out",
            subject=subject,
        )
    else:
        yield rules.AnyOrigin(
            f"{seen}: every origin can read this, without cookies",
            "if it is not public, list the trusted origins",
            subject=subject,
        )


def _find_fixed_origin(probed: Probed, comparison: Comparison) -> Iterator[Finding]:
    origin = comparison.first.request.get("Origin")
    if comparison.second.response.get(h.ALLOW_ORIGIN) != origin:
        return
    seen = f"{probed.other_origin} gets {h.ALLOW_ORIGIN}: {format_value(origin)} too"
    hint = f"to allow more origins, {_VARY_HINT}"
    hit = _cache_hit(comparison.second.response)
    if hit is not None:
        meaning = f"a cache sends one origin the response to another ({hit})"
        yield rules.CacheIgnoresOrigin(f"{seen}; {meaning}", hint)
    else:
        meaning = "the server sends it to every origin, or a cache ignores Origin"
        yield rules.FixedOrigin(f"{seen}; {meaning}", hint)


def _find_missing_vary(_: Probed, comparison: Comparison) -> Iterator[Finding]:
    first, second = comparison.first, comparison.second
    if first.response.get(h.ALLOW_ORIGIN) == second.response.get(h.ALLOW_ORIGIN):
        return
    # The response to the only allowed origin is right for all, because browsers block the others.
    harmful = [
        format_value(one.request.get("Origin"))
        for one, other in ((first, second), (second, first))
        if not _is_kept_apart(one.response)
        and other.response.get(h.ALLOW_ORIGIN) in ("*", other.request.get("Origin"))
    ]
    if not harmful:
        return
    seen = f"it differs by origin, but has no Vary: Origin for {' and '.join(harmful)}"
    hint = "send Vary: Origin with every response, including errors and refused origins"
    if first.preflight:
        meaning = "few caches keep responses to OPTIONS, but those of some CDNs do"
        yield rules.MissingVaryOnPreflight(f"{seen}; {meaning}", hint)
    else:
        meaning = "a cache, including the browser's, may send one origin the response to the other"
        yield rules.MissingVary(f"{seen}; {meaning}", hint)


def _is_kept_apart(response: Response) -> bool:
    """Return whether caches keep a response only for its origin, or not at all."""
    names = h.comma_list((response.get("Vary") or "").lower())
    is_kept = "no-store" not in (response.get("Cache-Control") or "").lower()
    return "origin" in names or "*" in names or not is_kept


_IN_COMPARISON: tuple[Callable[[Probed, Comparison], Iterator[Finding]], ...] = (
    _find_fixed_origin,
    _find_missing_vary,
)


# ---- differences from a browser ----------------------------------------------------------------

_is_local = re.compile(r"localhost|.*\.localhost|127\..*|\[::1\]").fullmatch


def _find_mixed_content(probed: Probed) -> Iterator[Finding]:
    for label, exchange in probed.exchanges:
        url = parse(exchange.request.url)
        is_http = url is not None and url.scheme == "http" and not _is_local(url.host)
        if is_http and probed.page_request.origin.startswith("https:"):
            yield rules.MixedContent(
                "the page is loaded over https and requests http, which browsers block as mixed "
                "content, before CORS",
                "write an https URL",
                subject=label,
            )
            return


def _find_limits(probed: Probed) -> Iterator[Finding]:
    if probed.page_request.credentials == "include":
        yield rules.NoCookies(
            "a browser would send cookies, but none were sent: the response to a user who is "
            "logged in may differ",
            "try it in a browser too",
        )
    if probed.failure is not None:
        yield rules.NotCompared(
            f"the request from {probed.other_origin} failed: {probed.failure}",
            "probe again: it is unknown whether responses depend on the origin",
        )


_IN_ALL: tuple[Callable[[Probed], Iterator[Finding]], ...] = (
    _find_in_pairs,
    _find_reflected_origin,
    _find_mixed_content,
    _find_limits,
)


def _format_header(name: str, response: Response) -> str:
    value = response.get(name)
    return f"no {name}" if value is None else f"{name}: {format_value(value)}"
