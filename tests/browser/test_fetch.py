"""One fetch, from the request to what the script can read."""

from __future__ import annotations

import pytest

from flask_cors.browser import CHROMIUM, FIREFOX, Browser, Outcome, Reason, Response

from .server import ANY, API, APP, OURS, Server, fetch, redirect, response

ALLOW_PUT = ("Access-Control-Allow-Methods", "PUT")
ALLOW_A = ("Access-Control-Allow-Headers", "x-a")
OWN = f"{APP}/books"


def sent(server: Server) -> list[tuple[str, str, str | None]]:
    """Return the method, the URL and the ``Origin`` of each request."""
    return [(request.method, request.url, request.get("Origin")) for request in server.requests]


def why(outcome: Outcome) -> tuple[str | None, str | None]:
    assert not outcome.allowed
    assert (outcome.type, outcome.status, outcome.headers) == ("error", 0, ())
    assert (outcome.body, outcome.url) == (b"", "")
    return outcome.reason and outcome.reason.value, outcome.parameter


# ---- what the script gets ----------------------------------------------------------------------


def test_a_same_origin_response_can_be_read_except_for_cookies():
    server = Server(books=response(("X-A", "1"), ("Set-Cookie", "a=b"), status=404))
    outcome = fetch(server, OWN)
    assert outcome.allowed
    assert (outcome.type, outcome.status, outcome.body) == ("basic", 404, b"read me")
    assert (outcome.headers, outcome.url) == ((("x-a", "1"),), OWN)
    assert sent(server) == [("GET", OWN, None)]


def test_a_cross_origin_response_that_passes_the_cors_check_can_be_read():
    server = Server(books=response(*ANY, ("X-A", "1"), ("Expires", "0"), status=500))
    outcome = fetch(server, f"{API}?q#f")
    assert (outcome.type, outcome.status, outcome.body) == ("cors", 500, b"read me")
    assert (outcome.headers, outcome.url) == ((("expires", "0"),), f"{API}?q")
    assert sent(server) == [("GET", f"{API}?q", APP)]
    assert outcome.reason is outcome.parameter is None


def test_a_cross_origin_response_without_cors_headers_is_blocked():
    assert why(fetch(Server(books=response()))) == ("MissingAllowOriginHeader", "")


def test_a_no_cors_response_is_opaque():
    outcome = fetch(Server(books=response()), mode="no-cors", credentials="include")
    assert outcome.allowed
    assert (outcome.type, outcome.status, outcome.headers) == ("opaque", 0, ())
    assert (outcome.body, outcome.url) == (b"", "")
    assert outcome.exchanges[0].response.body == b"read me"


def test_a_no_cors_response_can_be_blocked_by_its_resource_policy():
    server = Server(books=response(("Cross-Origin-Resource-Policy", "same-origin")))
    assert why(fetch(server, mode="no-cors")) == (None, None)


@pytest.mark.parametrize(
    ("options", "reason", "parameter"),
    [
        ({"mode": "same-origin"}, "DisallowedByMode", ""),
        ({"mode": "no-cors", "redirect": "error"}, "NoCorsRedirectModeNotFollow", ""),
        ({"url": "foo://bar"}, "CorsDisabledScheme", "foo"),
        ({"url": "foo://bar", "mode": "no-cors"}, "CorsDisabledScheme", "foo"),
    ],
)
def test_a_request_that_no_browser_would_send_is_not_sent(options, reason, parameter):
    server = Server()
    outcome = fetch(server, **options)
    assert why(outcome) == (reason, parameter)
    assert server.requests == []
    assert outcome.exchanges == ()


def test_mode_same_origin_allows_the_same_origin():
    assert fetch(Server(books=response()), OWN, mode="same-origin").type == "basic"


@pytest.mark.parametrize("value", ["a\0b", "a\rb", "a\nb"])
def test_a_malformed_response_header_fails_the_response(value):
    outcome = fetch(Server(books=response(*ANY, ("X-A", value))))
    assert why(outcome) == (None, None)


def test_whitespace_around_a_response_header_is_ignored():
    server = Server(books=response(("Access-Control-Allow-Origin", "\t * ")))
    assert fetch(server).allowed


def test_status_407_fails_except_in_firefox():
    server = Server(books=response(*ANY, status=407))
    assert why(fetch(server)) == (None, None)
    assert fetch(server, quirks=FIREFOX).status == 407


def test_the_size_of_the_response_headers_is_limited_but_not_their_number():
    huge = response(*ANY, ("X-A", "x" * 400_000))
    assert why(fetch(Server(books=huge))) == (None, None)
    lines = [("Set-Cookie", f"{number}=1") for number in range(5000)]
    assert fetch(Server(books=response(*ANY, *lines))).allowed


def test_an_exception_of_the_transport_reaches_the_caller():
    def transport(request):
        raise ConnectionRefusedError

    with pytest.raises(ConnectionRefusedError):
        Browser(transport).fetch(API, origin=APP)


# ---- preflights --------------------------------------------------------------------------------


def test_a_preflight_lists_the_header_names_sorted_and_without_spaces():
    server = Server(
        books=(response(*ANY), response(*ANY, ALLOW_PUT, ("Access-Control-Allow-Headers", "*")))
    )
    outcome = fetch(
        server, method="put", headers=[("X-B", "1"), ("x-a", "2"), ("Accept", "a/b")], body=b"{}"
    )
    assert outcome.allowed
    preflight, actual = server.requests
    assert preflight.method == "OPTIONS"
    assert preflight.headers == (
        ("Accept", "*/*"),
        ("Access-Control-Request-Method", "PUT"),
        ("Access-Control-Request-Headers", "x-a,x-b"),
        ("Origin", APP),
    )
    assert (preflight.body, preflight.credentials) == (None, False)
    assert actual.headers == (("X-B", "1"), ("x-a", "2"), ("Accept", "a/b"), ("Origin", APP))
    assert (actual.method, actual.body) == ("PUT", b"{}")
    assert [exchange.preflight for exchange in outcome.exchanges] == [True, False]


def test_after_a_refused_preflight_the_request_is_not_sent():
    server = Server(books=(response(*ANY), response(*ANY)))
    assert why(fetch(server, method="PUT")) == ("MethodDisallowedByPreflightResponse", "PUT")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("preflight", "reason"),
    [
        (
            response(*ANY, ("Access-Control-Allow-Methods", "a b")),
            Reason.INVALID_ALLOW_METHODS_PREFLIGHT_RESPONSE,
        ),
        (redirect("/", *ANY), Reason.PREFLIGHT_DISALLOWED_REDIRECT),
        (response(), Reason.PREFLIGHT_MISSING_ALLOW_ORIGIN_HEADER),
    ],
)
def test_a_failed_preflight_gives_its_reason(preflight, reason):
    assert fetch(Server(books=(response(*ANY), preflight)), method="PUT").reason is reason


def test_a_preflight_has_no_credentials_but_its_response_must_allow_them():
    server = Server(books=(response(*OURS), response(*ANY, ALLOW_PUT)))
    outcome = fetch(server, method="PUT", credentials="include")
    assert outcome.reason is Reason.PREFLIGHT_WILDCARD_ORIGIN_NOT_ALLOWED
    assert not server.requests[0].credentials


@pytest.mark.parametrize(
    ("url", "credentials", "sends"),
    [
        (OWN, "same-origin", True),
        (OWN, "omit", False),
        (API, "same-origin", False),
        (API, "include", True),
    ],
)
def test_a_request_says_whether_cookies_are_sent(url, credentials, sends):
    server = Server(books=response(*OURS))
    assert fetch(server, url, credentials=credentials).allowed
    assert server.requests[0].credentials is sends


def test_a_second_request_needs_no_second_preflight():
    server = Server(books=(response(*ANY), response(*ANY, ALLOW_PUT)))
    browser = Browser(server)
    for _ in range(2):
        browser.fetch(API, origin=APP, method="PUT")
    assert [request.method for request in server.requests] == ["OPTIONS", "PUT", "PUT"]


@pytest.mark.parametrize(("quirks", "preflights"), [(None, 2), (FIREFOX, 2), (CHROMIUM, 1)])
def test_a_failure_after_the_preflight_clears_its_entries_except_in_chromium(quirks, preflights):
    server = Server(books=(response(), response(*ANY, ALLOW_PUT)))
    browser = Browser(server) if quirks is None else Browser(server, quirks)
    for _ in range(2):
        browser.fetch(API, origin=APP, method="PUT")
    assert sum(request.method == "OPTIONS" for request in server.requests) == preflights


def test_the_preflight_cache_distinguishes_fragments():
    server = Server(books=(response(*ANY), response(*ANY, ALLOW_PUT)))
    browser = Browser(server)
    browser.fetch(f"{API}#a", origin=APP, method="PUT")
    browser.fetch(f"{API}#b", origin=APP, method="PUT")
    assert len(server.requests) == 4


# ---- Origin ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "options", "origin"),
    [
        (OWN, {}, None),
        (OWN, {"method": "PUT"}, APP),
        (API, {"mode": "no-cors"}, None),
        (API, {"mode": "no-cors", "method": "POST"}, APP),
        ("http://api.example/books", {"mode": "no-cors", "method": "POST"}, "null"),
        (API, {"origin": "null"}, "null"),
    ],
)
def test_the_origin_header_is_sent_where_the_standard_requires_it(url, options, origin):
    server = Server(books=response(*ANY))
    assert fetch(server, url, **options).allowed
    assert server.requests[-1].get("Origin") == origin


def test_a_sandboxed_page_sends_the_origin_null():
    server = Server(books=response(("Access-Control-Allow-Origin", "null")))
    assert fetch(server, OWN, origin="null").type == "cors"


# ---- redirects ---------------------------------------------------------------------------------

OTHER = "https://other.example/more"
OWN_MORE = f"{APP}/more"


@pytest.mark.parametrize(
    ("start", "end", "origin"),
    [
        (OWN, OWN_MORE, None),
        (OWN, OTHER, APP),
        (API, "https://api.example/more", APP),
        (API, OTHER, "null"),
        (API, OWN_MORE, "null"),
    ],
)
def test_a_redirect_to_a_third_origin_makes_the_origin_null(start, end, origin):
    server = Server(books=redirect(end, *ANY), more=response(*ANY))
    outcome = fetch(server, start)
    assert outcome.allowed
    assert outcome.url == end
    assert server.requests[-1].get("Origin") == origin
    assert outcome.type == ("basic" if end is OWN_MORE and start is OWN else "cors")


def test_a_redirect_response_must_pass_the_cors_check():
    server = Server(books=redirect(OWN_MORE), more=response(*ANY))
    assert why(fetch(server)) == ("MissingAllowOriginHeader", "")
    assert why(fetch(server, redirect="manual")) == ("MissingAllowOriginHeader", "")
    assert len(server.requests) == 2


def test_after_a_redirect_the_preflight_is_repeated():
    server = Server(
        books=(redirect(OTHER, *ANY), response(*ANY, ALLOW_A)),
        more=(response(*ANY), response(*ANY)),
    )
    outcome = fetch(server, headers={"X-A": "1"})
    assert why(outcome) == ("HeaderDisallowedByPreflightResponse", "x-a")
    assert sent(server)[2:] == [("OPTIONS", OTHER, "null")]


def test_a_no_cors_response_stays_opaque_after_a_redirect():
    server = Server(books=redirect(OWN_MORE), more=response())
    assert fetch(server, mode="no-cors").type == "opaque"


def test_mode_same_origin_fails_at_a_redirect_to_another_origin():
    server = Server(books=redirect(OTHER), more=response(*ANY))
    assert why(fetch(server, OWN, mode="same-origin")) == (None, None)


@pytest.mark.parametrize(
    ("status", "method", "becomes"),
    [
        *((status, "POST", "GET") for status in (301, 302, 303)),
        *((status, "POST", "POST") for status in (307, 308)),
        *((status, "PUT", "PUT") for status in (301, 302, 307, 308)),
        (303, "PUT", "GET"),
        (303, "HEAD", "HEAD"),
    ],
)
def test_some_redirects_change_the_method_to_get(status, method, becomes):
    server = Server(books=redirect(OWN_MORE, status=status), more=response())
    body = None if method == "HEAD" else b"{}"
    fetch(server, OWN, method=method, headers={"Content-Type": "a/b", "X-A": "1"}, body=body)
    last = server.requests[-1]
    dropped = becomes == "GET"
    assert last.method == becomes
    assert last.body == (None if dropped else body)
    assert last.get("Content-Type") == (None if dropped else "a/b")
    assert last.get("X-A") == "1"


def test_a_redirect_drops_the_headers_of_the_body_and_authorization():
    server = Server(books=redirect(OTHER, status=303), more=response(*ANY))
    headers = {"Content-Type": "application/json", "Authorization": "x"}
    headers |= dict.fromkeys(("Content-Encoding", "Content-Language", "Content-Location"), "x")
    assert fetch(server, OWN, method="POST", headers=headers).allowed
    assert [request.method for request in server.requests] == ["POST", "GET"]
    assert server.requests[-1].headers == (("Accept", "*/*"), ("Origin", APP))


@pytest.mark.parametrize(
    ("start", "options", "methods"),
    [
        (OWN, {"headers": {"Content-Type": "a/b"}}, ["POST", "OPTIONS", "GET"]),
        (OWN, {"method": "PUT"}, ["PUT", "GET"]),
        (API, {"method": "PUT"}, ["OPTIONS", "PUT", "OPTIONS", "GET"]),
    ],
)
def test_firefox_sends_a_preflight_after_a_redirect_that_removed_its_cause(start, options, methods):
    server = Server(
        books=(redirect(OTHER, *ANY, status=303), response(*ANY, ALLOW_PUT)), more=response(*ANY)
    )
    assert fetch(server, start, quirks=FIREFOX, **{"method": "POST", **options}).allowed
    assert [request.method for request in server.requests] == methods
    assert fetch(server, start, **{"method": "POST", **options}).allowed
    assert server.requests[-2].method != "OPTIONS"


@pytest.mark.parametrize(
    ("quirks", "mode", "origin"),
    [(None, "no-cors", APP), (CHROMIUM, "no-cors", "null"), (CHROMIUM, "cors", APP)],
)
def test_chromium_sends_the_origin_null_after_a_cross_origin_no_cors_redirect(quirks, mode, origin):
    server = Server(books=redirect(f"{OWN}/own", status=307), own=redirect(API + "/b", status=307))
    server.responses["b"] = response(*ANY)
    outcome = fetch(server, OWN, quirks=quirks, mode=mode, method="POST", body=b"x")
    assert outcome.allowed
    assert [sent_origin for _, _, sent_origin in sent(server)] == [APP, APP, origin]


def test_a_preflight_in_firefox_keeps_the_origin_where_the_request_sends_null():
    server = Server(
        books=(redirect(OTHER, *ANY), response(*ANY, ALLOW_A)),
        more=(response(*ANY), response(*OURS, ALLOW_A)),
    )
    assert fetch(server, quirks=FIREFOX, headers={"X-A": "1"}).allowed
    assert [origin for _, _, origin in sent(server)] == [APP, APP, APP, "null"]
    assert fetch(server, headers={"X-A": "1"}).reason is Reason.PREFLIGHT_ALLOW_ORIGIN_MISMATCH


def test_firefox_clears_the_entries_of_a_url_at_any_failure():
    server = Server(books=(response(*ANY), response(*ANY, ALLOW_PUT)))
    browser = Browser(server, FIREFOX)
    browser.fetch(API, origin=APP, method="PUT")
    server.responses["books"] = response()
    browser.fetch(API, origin=APP)
    assert len(browser.cache) == 0


@pytest.mark.parametrize(
    ("start", "location", "reason"),
    [
        (OWN, "https://u@other.example/more", "RedirectContainsCredentials"),
        (API, "https://u:p@api.example/more", "RedirectContainsCredentials"),
        (API, f"https://:p@{APP[8:]}/more", "RedirectContainsCredentials"),
        (API, "foo://u@bar", "RedirectContainsCredentials"),
        (OWN, "foo://bar", "CorsDisabledScheme"),
        (OWN, "data:,x", None),
        (OWN, "http://a b/more", None),
    ],
)
def test_a_redirect_to_a_refused_url_fails(start, location, reason):
    server = Server(books=redirect(location, *ANY), more=response(*ANY))
    assert why(fetch(server, start)) == (reason, reason and "")
    assert len(server.requests) == 1


def test_a_same_origin_redirect_may_contain_user_information_except_in_chromium():
    server = Server(books=redirect(f"https://u:p@{APP[8:]}/more"), more=response())
    outcome = fetch(server, OWN)
    assert outcome.allowed
    assert outcome.url == server.requests[-1].url == OWN_MORE
    assert why(fetch(server, OWN, quirks=CHROMIUM)) == (None, None)


def test_a_redirect_status_without_location_is_a_plain_response():
    outcome = fetch(Server(books=response(*ANY, status=302)))
    assert (outcome.type, outcome.status) == ("cors", 302)


def test_two_equal_locations_fail_except_in_chromium():
    two = Response(302, (*ANY, ("Location", "/more"), ("Location", "/more")))
    assert why(fetch(Server(books=two))) == (None, None)
    assert fetch(Server(books=two, more=response(*ANY)), quirks=CHROMIUM).allowed


def test_an_empty_location_is_the_url_itself_and_ignored_in_chromium():
    server = Server(books=redirect("", *ANY))
    assert why(fetch(server)) == (None, None)
    assert len(server.requests) == 21
    assert fetch(server, quirks=CHROMIUM).status == 302


@pytest.mark.parametrize(("steps", "allowed"), [(20, True), (21, False)])
def test_at_most_twenty_redirects_are_followed(steps, allowed):
    pages = {f"p{number}": redirect(f"p{number + 1}", *ANY) for number in range(steps)}
    server = Server(**pages, **{f"p{steps}": response(*ANY)})
    assert fetch(server, "https://api.example/p0").allowed is allowed
    assert len(server.requests) == 21


def test_a_redirect_keeps_the_fragment_in_the_preflight_cache():
    server = Server(
        books=(redirect("more", *ANY, status=307), response(*ANY, ALLOW_PUT)),
        more=(response(*ANY), response(*ANY, ALLOW_PUT)),
    )
    browser = Browser(server)
    browser.fetch(f"{API}#f", origin=APP, method="PUT")
    browser.fetch("https://api.example/more#f", origin=APP, method="PUT")
    browser.fetch("https://api.example/more", origin=APP, method="PUT")
    assert [request.method for request in server.requests] == [
        *("OPTIONS", "PUT", "OPTIONS", "PUT"),
        "PUT",
        *("OPTIONS", "PUT"),
    ]


def test_redirect_manual_gives_an_opaque_redirect():
    for sent_response in (redirect(OTHER, *ANY), response(*ANY, status=302)):
        outcome = fetch(Server(books=sent_response), redirect="manual")
        assert outcome.allowed
        assert (outcome.type, outcome.status, outcome.headers) == ("opaqueredirect", 0, ())
        assert (outcome.body, outcome.url) == (b"", API)


def test_redirect_error_fails_at_a_redirect():
    server = Server(books=redirect(OTHER, *ANY))
    assert why(fetch(server, redirect="error")) == (None, None)
    server = Server(books=redirect("https://u@other.example/", *ANY))
    assert why(fetch(server, redirect="error")) == ("RedirectContainsCredentials", "")
    bare = Server(books=response(*ANY, status=302))
    assert why(fetch(bare, redirect="error")) == (None, None)
    assert fetch(bare, redirect="error", quirks=CHROMIUM).status == 302
    assert fetch(Server(books=response(*ANY)), redirect="error").allowed
