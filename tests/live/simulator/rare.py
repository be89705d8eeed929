"""What neither the corpus has nor chance makes up: cases in the form of ``data/browser.json``."""

from __future__ import annotations

from typing import Any

from tests.browser.corpus import CORPUS

PAGE, OTHER = CORPUS["origins"]["local"], CORPUS["origins"]["remote"]
THIRD = PAGE.replace("web-platform", "www1.web-platform").replace("8000", "8001")

Pairs = list[tuple[str, str]]

ALLOW_ORIGIN = "Access-Control-Allow-Origin"
ANY: Pairs = [(ALLOW_ORIGIN, "*")]
PUT: Pairs = [*ANY, ("Access-Control-Allow-Methods", "PUT")]
COOKIES: Pairs = [(ALLOW_ORIGIN, PAGE)]


def case(name: str, hops: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    request = {
        "origin": PAGE,
        "url": f"{OTHER}/{{id}}/h0",
        "method": "GET",
        "mode": "cors",
        "credentials": "omit",
        "headers": [],
        "body": None,
        "redirect": "follow",
    }
    return {"name": name, "request": request | changes, "hops": hops}


def hop(
    url: str, status: int = 200, headers: Pairs = ANY, preflight: Pairs | None = None, ok: int = 200
) -> dict[str, Any]:
    preflight_response = (
        None if preflight is None else {"status": ok, "headers": preflight, "body": ""}
    )
    return {
        "url": url,
        "preflight_response": preflight_response,
        "response": {"status": status, "headers": headers, "body": ""},
    }


def one_hop(name: str, headers: Pairs, **changes: Any) -> dict[str, Any]:
    return case(name, [hop(f"{OTHER}/{{id}}/h0", headers=headers)], **changes)


def preflight(name: str, headers: Pairs, ok: int = 200, /, **changes: Any) -> dict[str, Any]:
    hops = [hop(f"{OTHER}/{{id}}/h0", preflight=headers, ok=ok)]
    return case(name, hops, **{"method": "PUT", **changes})


def redirected(
    name: str, *origins: str, status: int = 302, to: str = "", last: Pairs = ANY, **changes: Any
) -> dict[str, Any]:
    """Return a case: each origin redirects to the next, and the last one to ``to``, if given."""
    urls = [f"{origin}/{{id}}/h{number}" for number, origin in enumerate(origins)]
    targets = [*(f"{{hop{number}}}" for number in range(1, len(urls))), *filter(None, [to])]
    hops = [
        hop(url, status, [*ANY, ("Location", target)])
        for url, target in zip(urls, targets, strict=False)
    ]
    hops += [hop(url, headers=last) for url in urls[len(targets) :]]
    return case(name, hops, **{"url": urls[0], **changes})


def numbered(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"id": f"w{number}", **one} for number, one in enumerate(cases, 9000)]


POST: dict[str, Any] = {"method": "POST", "body": "x", "mode": "no-cors"}

RARE = numbered(
    [
        # The `Origin` of a request in mode no-cors.
        *(
            redirected(f"a POST in mode no-cors, {status} along {way}", *way, status=status, **POST)
            for status, way in [
                (307, (PAGE, OTHER)),
                (308, (PAGE, OTHER)),
                (302, (PAGE, OTHER)),
                (307, (PAGE, PAGE)),
                (307, (PAGE, PAGE, OTHER)),
                (307, (PAGE, OTHER, PAGE)),
                (307, (OTHER, OTHER)),
                (307, (OTHER, PAGE)),
            ]
        ),
        redirected(
            "the same, with cookies", PAGE, OTHER, status=307, credentials="include", **POST
        ),
        redirected("a GET", PAGE, OTHER, status=307, mode="no-cors"),
        redirected("a HEAD", PAGE, OTHER, status=307, mode="no-cors", method="HEAD"),
        redirected("in mode cors", PAGE, OTHER, status=307, method="POST", body="x"),
        # What the console shows of a value.
        *(
            one_hop(f"Access-Control-Allow-Origin: {value!a}", [(ALLOW_ORIGIN, value)])
            for value in [
                *("", "a'b", 'a"b', "a\\b", "a\tb", "\x0b*", "\x1b[31m", "\x7f", "\xc3\xa4"),
                *("\xe4", "http://\xc3\xa4.test", "\xe2\x80\xae", "\xe2\x80\xa8a", "http://a%20b"),
            ]
        ),
        *(
            one_hop(
                f"Access-Control-Allow-Credentials: {value!a}",
                [*COOKIES, ("Access-Control-Allow-Credentials", value)],
                credentials="include",
            )
            for value in ("", "a'b", "\x1b[31m", "\xc3\xa4", "\xe4")
        ),
        one_hop("a long value", [(ALLOW_ORIGIN, "x" * 300)]),
        # Which URL it shows.
        one_hop("a fragment", [], url=f"{OTHER}/{{id}}/h0#a b\"'<>`\xe4"),
        one_hop("an empty fragment", [], url=f"{OTHER}/{{id}}/h0#"),
        redirected("two redirects", OTHER, OTHER, THIRD, last=[]),
        redirected("with a fragment", OTHER, THIRD, last=[], url=f"{OTHER}/{{id}}/h0#a"),
        redirected("to a fragment", OTHER, to="ftp://x/../y#b", url=f"{OTHER}/{{id}}/h0#a"),
        redirected("to a password", PAGE, OTHER, to="http://ada:secret@x.test/"),
        redirected("to no host", OTHER, to="mailto:\xc3\xa4\x1b'\" @x"),
        redirected("from the own origin to another scheme", PAGE, to="ftp://x/y"),
        redirected("to another scheme in mode no-cors", OTHER, to="ftp://x/y", mode="no-cors"),
        redirected("to what needs no network", OTHER, to="data:,x"),
        *(
            case(
                f"back to where it began, with the fragment {fragment!r}",
                [
                    hop(f"{OTHER}/{{id}}/h0", 302, [*COOKIES, ("Location", "{hop1}")]),
                    hop(f"{THIRD}/{{id}}/h1", 302, [*ANY, ("Location", f"{{hop0}}{fragment}")]),
                ],
                url=f"{OTHER}/{{id}}/h0#a",
            )
            for fragment in ("", "#b")
        ),
        # What is not sent.
        *(
            case(f"{url} in mode {mode}", [], url=url, mode=mode)
            for url in (
                "FTP://x.test/{id}/a#b",
                "foo:/{id}/\xe4'\" x",
                "foo:a/{id}",
                "foo://A/{id}/",
            )
            for mode in ("cors", "no-cors", "same-origin")
        ),
        case("mode same-origin", [], mode="same-origin", url=f"{OTHER}/{{id}}/#a", origin="null"),
        case("mode no-cors, redirect error", [], mode="no-cors", redirect="error"),
        # One of each code.
        one_hop("no origin", [], origin="null"),
        one_hop("a star with cookies", ANY, credentials="include"),
        preflight("a preflight without headers", []),
        preflight("a star with cookies", PUT, credentials="include"),
        preflight("two stars", [*ANY, *PUT]),
        preflight("what is not an origin", [(ALLOW_ORIGIN, "a'\xe4")]),
        preflight("another origin", [(ALLOW_ORIGIN, OTHER)]),
        preflight("no cookies", COOKIES, credentials="include"),
        preflight("a status", PUT, 404),
        preflight("a redirect", [*PUT, ("Location", "/")], 302),
        preflight("methods that are not a list", [*ANY, ("Access-Control-Allow-Methods", "a b")]),
        preflight("names that are not a list", [*PUT, ("Access-Control-Allow-Headers", "a b")]),
        preflight("a method", ANY, method="x'y"),
        # Whichever Chromium names, it is the first of one of them at most.
        *(
            preflight(f"{one}, then {other}", ANY, method="GET", headers=[(one, "1"), (other, "1")])
            for one, other in [("X-A", "X-B"), ("X-B", "X-A")]
        ),
        preflight("a name", ANY, method="GET", headers=[("X-'A", "1")]),
    ]
)
