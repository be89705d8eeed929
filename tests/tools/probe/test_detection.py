"""The findings of a probe, each with a server that has it and one that does not."""

from __future__ import annotations

import pytest

from flask_cors.diagnostics.finding import Finding
from flask_cors.tools.probe import rules
from flask_cors.tools.probe.detection import detect
from flask_cors.tools.probe.exchanges import COMPARED_ORIGINS, SKIPPED, probe
from flask_cors.tools.shared.http_transport import make_transport
from flask_cors.tools.shared.page_request import parse_page_request

APP = "https://app.example"
SECOND = COMPARED_ORIGINS[0]
MINE = f"Access-Control-Allow-Origin: {APP}"
ALL = "Access-Control-Allow-Origin: *"
TRUE = "Access-Control-Allow-Credentials: true"
PUT = "Access-Control-Allow-Methods: PUT"
X = "Access-Control-Allow-Headers: X"
VARY = "Vary: Accept, origin"


@pytest.fixture
def found(serve, response, origin_of):
    """Return the findings about a server that sends these header lines to the given origin and to
    others."""

    def found(
        lines, *, second=None, preflight=None, second_preflight=None, status="200 OK",
        preflight_status="204 No Content", method="GET", headers=(), credentials="omit",
    ):  # fmt: skip
        def respond(head):
            is_first = origin_of(head) == APP
            if head.startswith("OPTIONS"):
                own, other = preflight or lines, second_preflight
                return response(preflight_status, *(own if is_first else other or own))
            return response(status, *(lines if is_first else second or lines))

        url = f"{serve(respond).url}books"
        return detect(
            probe(parse_page_request(url, APP, method, headers, credentials), make_transport())
        )

    return found


def found_at(url, headers=(), transport=None, origin=APP):
    page_request = parse_page_request(url, origin, "GET", headers, "omit")
    return detect(probe(page_request, transport or make_transport()))


def rules_of(findings) -> list[type[Finding]]:
    return list(map(type, findings))


def only(findings):
    (finding,) = findings
    return finding


@pytest.mark.parametrize(
    "lines", [[ALL], [MINE, VARY], [ALL, "Access-Control-Expose-Headers: A", "Server: nginx"]]
)
def test_nothing_is_found_in_an_ordinary_response(found, lines):
    assert rules_of(found(lines, second=[VARY])) == []


# ---- headers that come twice -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            [ALL, "access-control-allow-origin: *"],
            "2 lines of Access-Control-Allow-Origin: '*', '*'; browsers",
        ),
        (
            [f"{MINE}, *"],
            f"several values in Access-Control-Allow-Origin: '{APP}, *'; browsers",
        ),
        (
            [ALL] * 6,
            "6 lines of Access-Control-Allow-Origin: '*', '*', '*', '*' and 2 more; browsers",
        ),
    ],
)
def test_a_repeated_allow_origin_is_reported_with_both_values(found, lines, message):
    finding = only(found(lines))
    assert (type(finding), finding.subject) == (rules.DoubledAllowOrigin, "response 1")
    assert finding.message.startswith(message)
    assert "proxy_hide_header" in finding.hint


@pytest.mark.parametrize(
    "line", [TRUE, "Access-Control-Max-Age: 5", "Access-Control-Allow-Private-Network: true"]
)
def test_another_repeated_header_of_one_value_is_reported(found, line):
    assert rules_of(found([ALL, line, line])) == [rules.DoubledHeader]
    assert rules_of(found([ALL, f"{line}, {line}"])) == [rules.DoubledHeader]
    assert rules_of(found([ALL, line])) == []


def test_list_headers_may_be_repeated(found):
    line = "Access-Control-Expose-Headers: A"
    assert rules_of(found([ALL, line, line])) == []


# ---- preflights --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("401 Unauthorized", "login check"),
        ("405 Method Not Allowed", "may not support OPTIONS"),
        ("502 Bad Gateway", "failed"),
    ],
)
def test_a_preflight_refused_without_cors_headers_is_explained_by_its_status(
    found, status, meaning
):
    lines = ["Server: nginx", "Content-Type: text/html; charset=utf-8"]
    refused, alone = found(
        [ALL, "Server: nginx"], preflight=lines, preflight_status=status, headers=["X: 1"]
    )
    assert (type(refused), refused.subject) == (rules.PreflightRefused, "preflight 1")
    assert refused.message.startswith(
        f"status {status[:3]} without CORS headers, with an HTML page, Server: 'nginx'; "
    )
    assert meaning in refused.message
    assert type(alone) is rules.OriginOnResponseOnly


def test_a_preflight_refused_with_cors_headers_is_not_reported(found):
    assert rules_of(found([ALL], preflight_status="403 Forbidden", headers=["X: 1"])) == []


@pytest.mark.parametrize("header", ["Server", "Via"])
def test_a_preflight_that_another_server_responds_to_is_reported(found, header):
    finding = only(found([ALL], preflight=[ALL, X, f"{header}: edge"], headers=["X: 1"]))
    assert (type(finding), finding.subject) == (rules.PreflightFromElsewhere, "preflight 1")
    assert finding.message.startswith(f"{header}: 'edge', but no {header} on the response 2; ")
    both = [ALL, X, f"{header}: edge"]
    assert rules_of(found(both, preflight=both, headers=["X: 1"])) == []


def test_an_origin_on_the_preflight_only_is_reported(found):
    finding = only(found(["A: 1"], preflight=[ALL, X], status="404 Not Found", headers=["X: 1"]))
    assert (type(finding), finding.subject) == (rules.OriginOnPreflightOnly, "response 2")
    assert ", status 404, but the preflight 1 has one" in finding.message


def test_an_origin_on_the_response_only_is_reported(found):
    finding = only(found([ALL], preflight=["A: 1"], headers=["X: 1", "Accept: text/html"]))
    assert (type(finding), finding.subject) == (rules.OriginOnResponseOnly, "preflight 1")
    assert f"but the {SKIPPED} has one" in finding.message


@pytest.mark.parametrize(
    ("status", "meaning"),
    [("502 Bad Gateway", "proxies send this status"), ("500 Error", "the error does not seem to")],
)
def test_an_error_without_cors_headers_is_reported(found, status, meaning):
    finding = only(found(["Content-Type: text/html"], status=status))
    assert type(finding) is rules.ErrorWithoutCORS
    assert finding.message.startswith(
        f"status {status[:3]} without CORS headers, with an HTML page"
    )
    assert meaning in finding.message
    assert rules_of(found([ALL], status=status)) == []


# ---- redirects ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("location", "kind", "hint"),
    [
        ("/books/", ", the same URL with a slash at the end", "request that URL in the frontend"),
        ("/elsewhere", "", "request that URL in the frontend"),
        ("/login?next=/books", ", which looks like a login", "respond to API requests with 401"),
    ],
)
def test_a_redirect_is_reported_with_its_kind(serve, response, location, kind, hint):
    server = serve(
        lambda head: (
            response("302 Found", ALL, f"Location: {location}")
            if head.startswith("GET /books ")
            else response("200 OK", ALL)
        )
    )
    finding = only(found_at(f"{server.url}books"))
    assert (type(finding), finding.subject) == (rules.Redirected, "response 1")
    target = f"'{server.url[:-1]}{location}'"
    assert finding.message.startswith(f"status 302 redirects to {target}{kind}; ")
    assert finding.hint.startswith(hint)


def test_a_redirect_that_makes_the_origin_null_is_reported(serve, response):
    target = serve(response("200 OK", ALL))
    server = serve(response("302 Found", ALL, f"Location: {target.url}"))
    finding = only(found_at(server.url))
    assert type(finding) is rules.OriginLost
    assert ", another origin; " in finding.message
    assert "'Origin: null'" in finding.message
    assert "Origin: null\r\n" in target.heads[0]
    assert len(target.heads) == 1  # "null" is not compared with another origin


def test_a_preflight_redirected_to_https_is_reported(serve, response):
    def respond(head):
        return response("301 Moved", ALL, f"Location: https://{server.address}/")

    server = serve(respond)
    preflight, skipped = found_at(server.url, ["X: 1"])
    assert (type(preflight), preflight.subject) == (rules.PreflightRedirected, "preflight 1")
    assert ", from http to https; " in preflight.message
    assert "do not follow a redirect of a preflight" in preflight.message
    assert (type(skipped), skipped.subject) == (rules.OriginLost, SKIPPED)


@pytest.mark.parametrize("line", ["A: 1", "Location: http://", "Location: http://[x"])
def test_a_redirect_to_an_invalid_url_is_not_a_finding(found, line):
    assert rules_of(found([ALL, line], status="302 Found")) == []


# ---- caches and other origins ------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    ["Age: 30", "X-Cache: Hit from cloudfront", "CF-Cache-Status: HIT", "Cache-Status: a; hit"],
)
def test_a_response_from_a_cache_is_reported(found, line):
    finding = only(found([ALL, line]))
    name, _, value = line.partition(": ")
    assert type(finding) is rules.FromCache
    assert finding.message.startswith(f"{name}: '{value}': the response comes from a cache")


@pytest.mark.parametrize(
    "line", ["Age: 0", "Age: new", "X-Cache: MISS", "CF-Cache-Status: DYNAMIC"]
)
def test_a_response_that_passed_through_a_cache_is_not_reported(found, line):
    assert rules_of(found([ALL, line])) == []


def test_a_response_that_allows_another_origin_is_reported(found):
    finding = only(found(["Access-Control-Allow-Origin: https://b.example"]))
    assert type(finding) is rules.AllowsAnotherOrigin
    assert "is 'https://b.example'" in finding.message
    assert "or a cache kept it" in finding.message


def test_a_response_that_allows_another_origin_is_reported_with_its_cache(found):
    findings = found(["Access-Control-Allow-Origin: https://b.example", "Age: 7"])
    assert rules_of(findings) == [rules.AllowsAnotherOrigin, rules.FromCache]
    assert "a cache kept it for another origin (Age: '7')" in findings[0].message


@pytest.mark.parametrize("value", ["null", "app.example", "file:///"])
def test_a_value_that_is_not_an_origin_is_not_a_finding(found, value):
    assert rules_of(found([f"Access-Control-Allow-Origin: {value}"])) == []


def test_any_origin_with_credentials_is_an_error(found):
    other = [f"Access-Control-Allow-Origin: {SECOND}", TRUE, VARY]
    findings = found([MINE, TRUE, VARY], second=other, credentials="include")
    assert rules_of(findings) == [rules.AnyOriginWithCredentials, rules.NoCookies]
    assert findings[0].message.startswith(f"{SECOND} is allowed too, with credentials: any site")


def test_any_origin_without_credentials_is_noted_once(found):
    other = [f"Access-Control-Allow-Origin: {SECOND}", VARY, X]
    finding = only(found([MINE, VARY, X], second=other, second_preflight=other, headers=["X: 1"]))
    assert type(finding) is rules.AnyOrigin
    assert finding.subject == "preflight 1 and response 2"


def test_a_second_origin_that_gets_the_first_one_is_noted(found):
    assert rules_of(found([MINE])) == [rules.FixedOrigin]


def test_a_second_origin_that_gets_the_first_one_from_a_cache_is_a_warning(found):
    finding = only(found([MINE], second=[MINE, "X-Cache: HIT"]))
    assert type(finding) is rules.CacheIgnoresOrigin
    assert "(X-Cache: 'HIT')" in finding.message


def test_a_refusal_without_vary_is_a_warning(found):
    finding = only(found([MINE, VARY], second=["Vary: Accept"]))
    assert type(finding) is rules.MissingVary
    assert finding.message.startswith(
        f"it differs by origin, but has no Vary: Origin for '{SECOND}'; "
    )


def test_a_preflight_that_differs_by_origin_without_vary_is_noted(found):
    # The PUT is not sent again.
    finding = only(found([MINE, PUT], second_preflight=["A: 1"], method="PUT"))
    assert type(finding) is rules.MissingVaryOnPreflight


@pytest.mark.parametrize("second", [["Vary: *"], ["Cache-Control: no-store"], [VARY, "Server: x"]])
def test_responses_that_caches_keep_apart_need_no_vary(found, second):
    """The response to the only allowed origin has no Vary, which does no harm."""
    assert rules_of(found([MINE], second=second)) == []


def test_a_comparison_that_fails_is_noted(serve, response, origin_of):
    server = serve(lambda head: response("200 OK", ALL) if origin_of(head) == APP else b"")
    probed = probe(parse_page_request(server.url, APP, "GET", [], "omit"), make_transport())
    finding = only(detect(probed))
    assert probed.verdict.outcome.allowed
    assert type(finding) is rules.NotCompared
    assert "closed the connection" in finding.message


# ---- what differs in a browser -----------------------------------------------------------------


def test_missing_cookies_are_noted_for_a_request_with_credentials(found):
    findings = found([MINE, TRUE, VARY], second=[VARY], credentials="include")
    assert rules_of(findings) == [rules.NoCookies]


@pytest.mark.parametrize(
    ("origin", "url", "is_mixed"),
    [
        (APP, "http://api.example/", True),
        (APP, "http://localhost:5000/", False),
        (APP, "https://api.example/", False),
        ("http://app.example", "http://api.example/", False),
    ],
)
def test_an_http_request_from_an_https_page_is_mixed_content(
    serve, response, origin, url, is_mixed
):
    server = serve(response("200 OK", ALL))

    def send(request):
        """Pretend that the server has that name, without a lookup."""
        return make_transport()(type(request)(request.method, server.url, request.headers))

    findings = found_at(url, transport=send, origin=origin)
    assert rules_of(findings) == [rules.MixedContent] * is_mixed
