"""What a server's answers show that a verdict does not: what a proxy adds, doubles or answers
itself, redirects, caches, and what another origin is told.

A check is a function of all that was seen; one more is a function and its line in :data:`CHECKS`.
Each says what the facts support, and no more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from .. import headers as h
from ..browser import Exchange, Response
from ..browser.checks import REDIRECT_STATUSES
from ..browser.headerlist import values
from ..browser.urls import URL, parse
from ..errors import shown
from .arguments import Asked
from .verdict import Verdict


class Level(str, Enum):
    """How bad it is: a door that stands open, what breaks or will break, what is good to know."""

    HOLE = "hole"
    WRONG = "wrong"
    NOTE = "note"


class Finding(NamedTuple):
    """What was seen, what it means and what to do, a sentence each."""

    level: Level
    name: str
    seen: str
    means: str
    do: str


class Again(NamedTuple):
    """The same request, asked as a page of the asked origin and of another one.

    :ivar label: such as ``"answer 2"``.
    """

    label: str
    first: Exchange
    second: Exchange


@dataclass(frozen=True)
class Probed:
    """All that was seen.

    :ivar unasked: the request itself, and its answer, where a preflight failed that it would have
        come behind. A browser does not send it.
    :ivar other_origin: the origin that was asked with again.
    :ivar again: what it was told.
    :ivar failed: why it could not be asked with.
    """

    asked: Asked
    verdict: Verdict
    unasked: Exchange | None
    other_origin: str
    again: tuple[Again, ...]
    failed: str | None

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What a browser sends, in order."""
        return self.verdict.outcome.exchanges


def find(probed: Probed) -> list[Finding]:
    """The findings, the worst first."""
    found = [finding for check in CHECKS for finding in check(probed)]
    return sorted(found, key=lambda finding: list(Level).index(finding.level))


def label(number: int, exchange: Exchange) -> str:
    """What an exchange is called."""
    return f"{'preflight' if exchange.preflight else 'answer'} {number}"


def _labelled(probed: Probed) -> Iterator[tuple[str, Exchange]]:
    for number, exchange in enumerate(probed.exchanges, 1):
        yield label(number, exchange), exchange
    if probed.unasked is not None:
        yield UNASKED, probed.unasked


UNASKED = "the answer behind the preflight"

# ---- what is doubled ---------------------------------------------------------------------------

# Of the CORS headers, those that take one value. The others are lists, and may have many lines.
_SINGLE = {
    h.ALLOW_CREDENTIALS: "Two are not 'true', and credentials are refused",
    h.MAX_AGE: "Two are no number, and the preflight is kept for 5 seconds",
    h.ALLOW_PRIVATE_NETWORK: "Two are not 'true'",
}


def _doubled_origin(probed: Probed) -> Iterator[Finding]:
    for name, exchange in _labelled(probed):
        told = _several(exchange.response, h.ALLOW_ORIGIN)
        if told:
            yield Finding(
                Level.WRONG,
                "doubled-origin",
                f"{_capital(name)} has {told}",
                "Browsers take one value, and block this",
                "The app and a proxy may both add it: let one of them do it "
                f"(in nginx: proxy_hide_header {h.ALLOW_ORIGIN})",
            )


def _doubled_header(probed: Probed) -> Iterator[Finding]:
    for name, exchange in _labelled(probed):
        for header, means in _SINGLE.items():
            told = _several(exchange.response, header)
            if told:
                yield Finding(
                    Level.WRONG,
                    "doubled-header",
                    f"{_capital(name)} has {told}",
                    means,
                    "Let either the app or the proxy add it",
                )


def _several(response: Response, header: str) -> str | None:
    lines = values(response.headers, header)
    if len(lines) > 1:
        return f"{len(lines)} lines of {header}: {_quoted(lines)}"
    if lines and "," in lines[0]:
        return f"several values in its {header}: {shown(lines[0])}"
    return None


# ---- who answers the preflight -----------------------------------------------------------------

_LOGIN = "Preflights carry neither cookies nor Authorization, so a login check refuses them all"
_UNKNOWN = "What answered does nothing about CORS, and may not know OPTIONS for this URL"
_REFUSALS: dict[int, str] = {
    **dict.fromkeys((401, 403, 407, 511), _LOGIN),
    **dict.fromkeys((404, 405, 501), _UNKNOWN),
}


def _preflight_refused(probed: Probed) -> Iterator[Finding]:
    for name, exchange in _labelled(probed):
        response = exchange.response
        if not exchange.preflight or _speaks_cors(response) or response.status < 400:
            continue
        page = ", with an HTML page" if _is_html(response) else ""
        by = "".join(
            f", by {header}: {shown(response.get(header))}"
            for header in ("Server", "Via")
            if response.get(header) is not None
        )
        yield Finding(
            Level.WRONG,
            "preflight-refused",
            f"{_capital(name)} gets status {response.status} and no CORS header{page}{by}",
            _REFUSALS.get(response.status, "What answered failed, or does nothing about CORS"),
            "Let OPTIONS with Origin and Access-Control-Request-Method pass to the app, "
            "in front of all that checks who asks",
        )


def _speaks_cors(response: Response) -> bool:
    return any(name.lower().startswith("access-control-") for name, _ in response.headers)


def _is_html(response: Response) -> bool:
    return (response.get("Content-Type") or "").lower().startswith("text/html")


def _answered_elsewhere(probed: Probed) -> Iterator[Finding]:
    for name, preflight, its, answer in _behind(probed):
        for header in ("Server", "Via"):
            one, other = preflight.response.get(header), answer.response.get(header)
            if one != other:
                yield Finding(
                    Level.NOTE,
                    "preflight-from-elsewhere",
                    f"{_capital(name)} has {_header(header, one)}, {its} {_header(header, other)}",
                    "The preflight seems to be answered by something else, such as a proxy",
                    "What preflights allow is configured there, not in the app",
                )


def _half(probed: Probed) -> Iterator[Finding]:
    for name, preflight, its, answer in _behind(probed):
        on_preflight, on_answer = (
            exchange.response.get(h.ALLOW_ORIGIN) is not None for exchange in (preflight, answer)
        )
        if on_preflight and not on_answer:
            yield Finding(
                Level.WRONG,
                "origin-on-preflight-alone",
                f"{_capital(name)} has {h.ALLOW_ORIGIN}, and {its}, status "
                f"{answer.response.status}, has none",
                "The request is made, and the page cannot read the answer",
                "Send the header on every answer, errors too (in nginx: add_header ... always)",
            )
        elif on_answer and not on_preflight:
            yield Finding(
                Level.WRONG,
                "origin-on-answer-alone",
                f"{_capital(its)} has {h.ALLOW_ORIGIN}, and {name} has none",
                "The app allows the origin, and the preflight does not reach it, or it refuses it",
                "Let OPTIONS pass to the app, or let what answers it send the CORS headers",
            )


def _error_without_cors(probed: Probed) -> Iterator[Finding]:
    for name, exchange in _labelled(probed):
        response = exchange.response
        if exchange.preflight or response.status < 500 or _speaks_cors(response):
            continue
        page = ", with an HTML page" if _is_html(response) else ""
        yield Finding(
            Level.WRONG,
            "error-without-cors",
            f"{_capital(name)} is an error, status {response.status}, without CORS headers{page}",
            "Proxies say so themselves while the app does not answer"
            if response.status in (502, 503, 504)
            else "The error seems to be none that Flask-CORS has seen",
            "Mend the error first: the page sees a CORS error in its place",
        )


def _behind(probed: Probed) -> Iterator[tuple[str, Exchange, str, Exchange]]:
    """Each preflight, and the answer to the request that came behind it."""
    labelled = list(_labelled(probed))
    for (name, one), (its, other) in pairwise(labelled):
        if one.preflight and one.request.url == other.request.url:
            yield name, one, its, other


# ---- redirects ---------------------------------------------------------------------------------

_is_login = re.compile(r"log[-_]?in|sign[-_]?in|\bauth|\bsso\b|saml|oauth", re.IGNORECASE).search


def _redirect(probed: Probed) -> Iterator[Finding]:
    for name, exchange in _labelled(probed):
        location = exchange.response.get("Location")
        if exchange.response.status not in REDIRECT_STATUSES or location is None:
            continue
        base = parse(exchange.request.url)
        target = parse(location.encode("latin-1").decode("utf-8", "surrogateescape"), base)
        if base is None or target is None:
            continue  # the verdict says that it is no URL
        level, means = _effect(probed, exchange, base, target)
        yield Finding(
            level,
            "redirect",
            f"{_capital(name)}, status {exchange.response.status}, redirects to "
            f"{shown(str(target))}{_kind(base, target)}",
            means,
            "Answer an API's request with 401, not with a login page"
            if _is_login(target.path)
            else "Let the page ask for that URL",
        )


def _kind(base: URL, target: URL) -> str:
    if _is_login(target.path):
        return ", which looks like a login"
    if (base.scheme, target.scheme) == ("http", "https") and base.host == target.host:
        return ", from http to https"
    if base.origin != target.origin:
        return ", another origin"
    if target.path == f"{base.path}/":
        return ", the same with a slash behind it"
    return ""


def _effect(probed: Probed, exchange: Exchange, base: URL, target: URL) -> tuple[Level, str]:
    if exchange.preflight:
        return Level.WRONG, "Browsers follow no redirect of a preflight, and block the request"
    # https://fetch.spec.whatwg.org/#concept-request-tainted-origin
    if base.origin not in (target.origin, probed.asked.origin):
        return Level.WRONG, "From there on browsers say 'Origin: null', which is no page's"
    return Level.NOTE, "Each step needs the CORS headers, and its own preflight where there is one"


# ---- caches and other origins ------------------------------------------------------------------

_CACHES = ("Age", "X-Cache", "X-Cache-Status", "X-Proxy-Cache", "CF-Cache-Status", "Cache-Status")
_is_hit = re.compile(r"\bhit\b", re.IGNORECASE).search
_is_age = re.compile(r"[0-9]*[1-9][0-9]*", re.ASCII).fullmatch


def _cached(probed: Probed) -> Iterator[Finding]:
    for name, exchange in _labelled(probed):
        hit = _hit(exchange.response)
        if hit is not None:
            yield Finding(
                Level.NOTE,
                "cached",
                f"{_capital(name)} comes out of a cache, for it has {hit}",
                "What it says about CORS was said to whoever asked before",
                "Where answers differ by origin, send Vary: Origin, and let the cache heed it",
            )


def _hit(response: Response) -> str | None:
    """The header by which an answer tells that it was kept."""
    for name in _CACHES:
        value = response.get(name)
        if value is not None and (_is_age if name == "Age" else _is_hit)(value):
            return _header(name, value)
    return None


def _for_another(probed: Probed) -> Iterator[Finding]:
    for name, exchange in _labelled(probed):
        told = exchange.response.get(h.ALLOW_ORIGIN)
        if told is None or told == exchange.request.get("Origin") or "," in told:
            continue
        other = parse(told)
        if other is None or not other.is_http:
            continue  # "*", "null", or no origin
        hit = _hit(exchange.response)
        yield Finding(
            Level.WRONG,
            "for-another-origin",
            f"{_capital(name)} names {shown(told)} in {h.ALLOW_ORIGIN}, and was asked by "
            f"{shown(exchange.request.get('Origin'))}",
            f"It was made for a page there, and kept by a cache ({hit})"
            if hit
            else "The server says so to everybody, or a cache kept what another page was told",
            "Add the origin to those that the app allows, and send Vary: Origin",
        )


def _reflects(probed: Probed) -> Iterator[Finding]:
    echoing = [
        again
        for again in probed.again
        if again.second.response.get(h.ALLOW_ORIGIN) == probed.other_origin
    ]
    if not echoing:
        return
    names = " and ".join(again.label for again in echoing)
    seen = f"{_capital(names)}, asked again by {probed.other_origin}, allowed that too"
    if any(again.second.response.get(h.ALLOW_CREDENTIALS) == "true" for again in echoing):
        yield Finding(
            Level.HOLE,
            "any-origin-with-credentials",
            f"{seen}, with credentials",
            "ANY SITE CAN READ THIS WITH THE COOKIES OF YOUR VISITORS",
            "List the origins that may, or leave credentials out",
        )
    else:
        yield Finding(
            Level.NOTE,
            "any-origin",
            seen,
            "Pages of every origin can read this, without cookies",
            "If it is not public, list the origins that may",
        )


def _names_one(probed: Probed) -> Iterator[Finding]:
    for name, first, second in probed.again:
        if second.response.get(h.ALLOW_ORIGIN) != first.request.get("Origin"):
            continue
        hit = _hit(second.response)
        yield Finding(
            Level.WRONG if hit else Level.NOTE,
            "same-for-other-origin",
            f"{_capital(name)}, asked again by {probed.other_origin}, names "
            f"{shown(first.request.get('Origin'))} still",
            f"A cache gives to one origin what was made for another ({hit})"
            if hit
            else "The server says so whoever asks, or a cache does not look at Origin",
            "Where more than this origin is to be allowed, send Vary: Origin, "
            "and let the cache heed it",
        )


def _without_vary(probed: Probed) -> Iterator[Finding]:
    for name, first, second in probed.again:
        if first.response.get(h.ALLOW_ORIGIN) == second.response.get(h.ALLOW_ORIGIN):
            continue
        # Where one origin alone is allowed its answer serves all: the others are blocked by it too.
        harmful = [
            one
            for one, other in ((first, second), (second, first))
            if not _varies(one.response) and not _is_never_kept(one.response) and _allows(other)
        ]
        if harmful:
            yield Finding(
                Level.NOTE if first.preflight else Level.WRONG,
                "no-vary",
                f"{_capital(name)} differs by origin, and has no Vary: Origin when "
                f"{' and '.join(shown(one.request.get('Origin')) for one in harmful)} asks",
                "Few caches keep answers to OPTIONS, but some of a CDN do"
                if first.preflight
                else "A cache, the browser's too, may give one origin what was made for the other",
                "Send Vary: Origin on all answers, refused origins and errors included",
            )


def _allows(exchange: Exchange) -> bool:
    told = exchange.response.get(h.ALLOW_ORIGIN)
    return told in ("*", exchange.request.get("Origin"))


def _varies(response: Response) -> bool:
    names = h.comma_list((response.get("Vary") or "").lower())
    return "origin" in names or "*" in names


def _is_never_kept(response: Response) -> bool:
    return "no-store" in (response.get("Cache-Control") or "").lower()


def _second_failed(probed: Probed) -> Iterator[Finding]:
    if probed.failed is not None:
        yield Finding(
            Level.NOTE,
            "not-compared",
            f"Asked again by {probed.other_origin}, the server did not answer",
            probed.failed,
            "What depends on the origin is not known: ask once more",
        )


# ---- what browsers do besides ------------------------------------------------------------------

_LOCAL = re.compile(r"localhost|.*\.localhost|127\..*|\[::1\]").fullmatch


def _mixed_content(probed: Probed) -> Iterator[Finding]:
    for name, exchange in _labelled(probed):
        url = parse(exchange.request.url)
        if (
            probed.asked.origin.startswith("https:")
            and url is not None
            and url.scheme == "http"
            and _LOCAL(url.host) is None
        ):
            yield Finding(
                Level.WRONG,
                "mixed-content",
                f"{_capital(name)} comes over http, and the page over https",
                "Browsers block that as mixed content, before CORS",
                "Write an https URL",
            )
            return


def _no_cookies(probed: Probed) -> Iterator[Finding]:
    if probed.asked.credentials == "include":
        yield Finding(
            Level.NOTE,
            "no-cookies",
            "The page would send cookies, and this was asked without",
            "An answer to who is logged in may be another",
            "Look at it in a browser too",
        )


CHECKS: tuple[Callable[[Probed], Iterator[Finding]], ...] = (
    _doubled_origin,
    _doubled_header,
    _preflight_refused,
    _answered_elsewhere,
    _half,
    _error_without_cors,
    _redirect,
    _cached,
    _for_another,
    _reflects,
    _names_one,
    _without_vary,
    _second_failed,
    _mixed_content,
    _no_cookies,
)


# ---- how it is said ----------------------------------------------------------------------------

_MOST = 4  # lines of one header that are shown


def _quoted(lines: list[str]) -> str:
    more = f" and {len(lines) - _MOST} more" if len(lines) > _MOST else ""
    return ", ".join(map(shown, lines[:_MOST])) + more


def _header(name: str, value: str | None) -> str:
    return f"no {name}" if value is None else f"{name}: {shown(value)}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
