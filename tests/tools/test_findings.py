"""What the answers of a server show besides the verdict: each finding, and a twin without it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flask_cors.tools.arguments import read
from flask_cors.tools.findings import Level, find
from flask_cors.tools.http import http
from flask_cors.tools.probe import OTHERS, probe

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "probe.md").read_text(encoding="utf-8")
APP = "https://app.example"
SECOND = OTHERS[0]
MINE = f"Access-Control-Allow-Origin: {APP}"
ALL = "Access-Control-Allow-Origin: *"
TRUE = "Access-Control-Allow-Credentials: true"
PUT = "Access-Control-Allow-Methods: PUT"
X = "Access-Control-Allow-Headers: X"
VARY = "Vary: Accept, origin"


@pytest.fixture
def found(serve, response, origin_of):
    """The findings about a server that answers the app's page and others with these lines."""

    def found(
        lines, *, second=None, preflight=None, second_preflight=None, status="200 OK",
        preflight_status="204 No Content", method="GET", headers=(), credentials="omit",
    ):  # fmt: skip
        def answer(head):
            is_first = origin_of(head) == APP
            if head.startswith("OPTIONS"):
                own, other = preflight or lines, second_preflight
                return response(preflight_status, *(own if is_first else other or own))
            return response(status, *(lines if is_first else second or lines))

        server = serve(answer)
        asked = read(f"{server.url}books", APP, method, headers, credentials)
        return find(probe(asked, http()))

    return found


def names(findings) -> list[str]:
    return [finding.name for finding in findings]


def only(findings):
    (finding,) = findings
    return finding


@pytest.mark.parametrize(
    "lines", [[ALL], [MINE, VARY], [ALL, "Access-Control-Expose-Headers: A", "Server: nginx"]]
)
def test_of_an_ordinary_answer_nothing_is_found(found, lines):
    assert names(found(lines, second=[VARY])) == []


# ---- what is doubled ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "seen"),
    [
        (
            [ALL, "access-control-allow-origin: *"],
            "Answer 1 has 2 lines of Access-Control-Allow-Origin: '*', '*'",
        ),
        (
            [f"{MINE}, *"],
            f"Answer 1 has several values in its Access-Control-Allow-Origin: '{APP}, *'",
        ),
        (
            [ALL] * 6,
            "Answer 1 has 6 lines of Access-Control-Allow-Origin: '*', '*', '*', '*' and 2 more",
        ),
    ],
)
def test_two_origins_are_told_with_both(found, lines, seen):
    finding = only(found(lines))
    assert (finding.level, finding.name, finding.seen) == (Level.WRONG, "doubled-origin", seen)
    assert "proxy_hide_header" in finding.do


@pytest.mark.parametrize(
    "line", [TRUE, "Access-Control-Max-Age: 5", "Access-Control-Allow-Private-Network: true"]
)
def test_headers_of_one_value_are_not_to_be_doubled(found, line):
    assert only(found([ALL, line, line])).name == "doubled-header"
    assert only(found([ALL, f"{line}, {line}"])).name == "doubled-header"
    assert names(found([ALL, line])) == []


def test_lists_may_have_two_lines(found):
    line = "Access-Control-Expose-Headers: A"
    assert names(found([ALL, line, line])) == []


# ---- who answers the preflight -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "means"),
    [
        ("401 Unauthorized", "login check"),
        ("405 Method Not Allowed", "may not know OPTIONS"),
        ("502 Bad Gateway", "failed"),
    ],
)
def test_a_preflight_that_is_refused_without_cors_is_told_by_its_status(found, status, means):
    lines = ["Server: nginx", "Content-Type: text/html; charset=utf-8"]
    refused, alone = found(
        [ALL, "Server: nginx"], preflight=lines, preflight_status=status, headers=["X: 1"]
    )
    assert refused.name == "preflight-refused"
    assert refused.seen == (
        f"Preflight 1 gets status {status[:3]} and no CORS header, with an HTML page, "
        "by Server: 'nginx'"
    )
    assert means in refused.means
    assert alone.name == "origin-on-answer-alone"


def test_a_preflight_that_is_refused_with_cors_headers_is_the_servers_policy(found):
    assert names(found([ALL], preflight_status="403 Forbidden", headers=["X: 1"])) == []


@pytest.mark.parametrize("header", ["Server", "Via"])
def test_a_preflight_that_another_answers_is_told(found, header):
    finding = only(found([ALL], preflight=[ALL, X, f"{header}: edge"], headers=["X: 1"]))
    assert (finding.level, finding.name) == (Level.NOTE, "preflight-from-elsewhere")
    assert finding.seen == f"Preflight 1 has {header}: 'edge', answer 2 no {header}"
    both = [ALL, X, f"{header}: edge"]
    assert names(found(both, preflight=both, headers=["X: 1"])) == []


def test_an_origin_on_the_preflight_alone_is_told(found):
    finding = only(found(["A: 1"], preflight=[ALL, X], status="404 Not Found", headers=["X: 1"]))
    assert finding.name == "origin-on-preflight-alone"
    assert "answer 2, status 404, has none" in finding.seen


def test_an_origin_on_the_answer_alone_is_told_though_no_browser_asks_for_it(found):
    finding = only(found([ALL], preflight=["A: 1"], headers=["X: 1", "Accept: text/html"]))
    assert finding.name == "origin-on-answer-alone"
    assert finding.seen.startswith("The answer behind the preflight has ")


@pytest.mark.parametrize(
    ("status", "means"), [("502 Bad Gateway", "Proxies say so"), ("500 Error", "none that Flask")]
)
def test_an_error_without_cors_headers_is_told(found, status, means):
    finding = only(found(["Content-Type: text/html"], status=status))
    assert (finding.level, finding.name) == (Level.WRONG, "error-without-cors")
    assert finding.seen.endswith(f"status {status[:3]}, without CORS headers, with an HTML page")
    assert means in finding.means
    assert names(found([ALL], status=status)) == []


def test_the_page_describes_every_finding():
    source = (ROOT / "src/flask_cors/tools/findings.py").read_text(encoding="utf-8")
    table = PAGE.partition("## Findings")[2].partition("\n## ")[0]
    described = re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)
    assert sorted(described) == sorted(set(re.findall(r'^ +"([a-z-]+)",$', source, re.MULTILINE)))


# ---- redirects ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("location", "kind", "do"),
    [
        ("/books/", ", the same with a slash behind it", "Let the page ask for that URL"),
        ("/elsewhere", "", "Let the page ask for that URL"),
        ("/login?next=/books", ", which looks like a login", "Answer an API's request with 401"),
    ],
)
def test_a_redirect_is_told_with_what_it_looks_like(serve, response, location, kind, do):
    server = serve(
        lambda head: (
            response("302 Found", ALL, f"Location: {location}")
            if head.startswith("GET /books ")
            else response("200 OK", ALL)
        )
    )
    finding = only(find(probe(read(f"{server.url}books", APP, "GET", [], "omit"), http())))
    assert (finding.level, finding.name) == (Level.NOTE, "redirect")
    assert finding.seen == f"Answer 1, status 302, redirects to '{server.url[:-1]}{location}'{kind}"
    assert finding.do.startswith(do)


def test_a_redirect_to_another_origin_costs_the_page_its_origin(serve, response):
    target = serve(response("200 OK", ALL))
    server = serve(response("302 Found", ALL, f"Location: {target.url}"))
    finding = only(find(probe(read(server.url, APP, "GET", [], "omit"), http())))
    assert finding.level is Level.WRONG
    assert finding.seen.endswith(", another origin")
    assert "'Origin: null'" in finding.means
    assert "Origin: null\r\n" in target.heads[0]
    assert len(target.heads) == 1  # "null" is not compared with another origin


def test_a_preflight_that_is_redirected_to_https_is_blocked(serve, response):
    def answer(head):
        return response("301 Moved", ALL, f"Location: https://{server.address}/")

    server = serve(answer)
    wrong, behind = find(probe(read(server.url, APP, "GET", ["X: 1"], "omit"), http()))
    assert wrong.seen.startswith("Preflight 1, status 301")
    assert wrong.seen.endswith(", from http to https")
    assert "follow no redirect of a preflight" in wrong.means
    assert behind.seen.startswith("The answer behind the preflight, status 301")


@pytest.mark.parametrize("line", ["A: 1", "Location: http://", "Location: http://[x"])
def test_a_redirect_to_nowhere_is_left_to_the_verdict(found, line):
    assert names(found([ALL, line], status="302 Found")) == []


# ---- caches and other origins ------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    ["Age: 30", "X-Cache: Hit from cloudfront", "CF-Cache-Status: HIT", "Cache-Status: a; hit"],
)
def test_an_answer_out_of_a_cache_is_told(found, line):
    finding = only(found([ALL, line]))
    name, _, value = line.partition(": ")
    assert finding.name == "cached"
    assert finding.seen == f"Answer 1 comes out of a cache, for it has {name}: '{value}'"


@pytest.mark.parametrize(
    "line", ["Age: 0", "Age: new", "X-Cache: MISS", "CF-Cache-Status: DYNAMIC"]
)
def test_an_answer_that_only_went_by_a_cache_is_not(found, line):
    assert names(found([ALL, line])) == []


def test_an_answer_for_another_origin_is_told(found):
    finding = only(found(["Access-Control-Allow-Origin: https://b.example"]))
    assert finding.name == "for-another-origin"
    assert "names 'https://b.example'" in finding.seen
    assert "or a cache kept what" in finding.means


def test_an_answer_for_another_origin_from_a_cache_is_told_with_the_cache(found):
    findings = found(["Access-Control-Allow-Origin: https://b.example", "Age: 7"])
    assert names(findings) == ["for-another-origin", "cached"]
    assert "kept by a cache (Age: '7')" in findings[0].means


@pytest.mark.parametrize("value", ["null", "app.example", "file:///"])
def test_what_is_no_origin_is_left_to_the_verdict(found, value):
    assert names(found([f"Access-Control-Allow-Origin: {value}"])) == []


def test_any_origin_with_credentials_is_a_hole(found):
    other = [f"Access-Control-Allow-Origin: {SECOND}", TRUE, VARY]
    findings = found([MINE, TRUE, VARY], second=other, credentials="include")
    assert names(findings) == ["any-origin-with-credentials", "no-cookies"]
    assert findings[0].level is Level.HOLE
    assert (
        findings[0].seen == f"Answer 1, asked again by {SECOND}, allowed that too, with credentials"
    )


def test_any_origin_without_credentials_is_noted_once(found):
    other = [f"Access-Control-Allow-Origin: {SECOND}", VARY, X]
    finding = only(found([MINE, VARY, X], second=other, second_preflight=other, headers=["X: 1"]))
    assert (finding.level, finding.name) == (Level.NOTE, "any-origin")
    assert finding.seen.startswith("Preflight 1 and answer 2, asked again")


def test_the_first_origin_said_to_another_is_noted(found):
    finding = only(found([MINE]))
    assert (finding.level, finding.name) == (Level.NOTE, "same-for-other-origin")


def test_the_first_origin_said_to_another_by_a_cache_is_wrong(found):
    finding = only(found([MINE], second=[MINE, "X-Cache: HIT"]))
    assert (finding.level, finding.name) == (Level.WRONG, "same-for-other-origin")
    assert "(X-Cache: 'HIT')" in finding.means


def test_a_refusal_that_may_be_kept_for_all_is_wrong(found):
    finding = only(found([MINE, VARY], second=["Vary: Accept"]))
    assert (finding.level, finding.name) == (Level.WRONG, "no-vary")
    assert finding.seen == (
        f"Answer 1 differs by origin, and has no Vary: Origin when '{SECOND}' asks"
    )


def test_a_preflight_that_differs_without_vary_is_noted(found):
    other = ["A: 1"]
    finding = only(
        found([MINE, PUT], second_preflight=other, method="PUT")
    )  # the PUT is not asked again
    assert (finding.level, finding.name) == (Level.NOTE, "no-vary")


@pytest.mark.parametrize("second", [["Vary: *"], ["Cache-Control: no-store"], [VARY, "Server: x"]])
def test_where_no_cache_can_mix_them_up_nothing_is_said(found, second):
    """That the answer to the one origin that is allowed has no Vary, costs nobody anything."""
    assert names(found([MINE], second=second)) == []


def test_a_second_question_that_fails_is_told(serve, response, origin_of):
    server = serve(lambda head: response("200 OK", ALL) if origin_of(head) == APP else b"")
    probed = probe(read(server.url, APP, "GET", [], "omit"), http())
    finding = only(find(probed))
    assert probed.verdict.outcome.allowed
    assert finding.name == "not-compared"
    assert "closed the connection" in finding.means


# ---- what browsers do besides ------------------------------------------------------------------


def test_cookies_are_missed_where_the_page_would_send_them(found):
    assert names(found([MINE, TRUE, VARY], second=[VARY], credentials="include")) == ["no-cookies"]


@pytest.mark.parametrize(
    ("origin", "url", "is_mixed"),
    [
        (APP, "http://api.example/", True),
        (APP, "http://localhost:5000/", False),
        (APP, "https://api.example/", False),
        ("http://app.example", "http://api.example/", False),
    ],
)
def test_http_from_a_page_over_https_is_mixed_content(serve, response, origin, url, is_mixed):
    server = serve(response("200 OK", ALL))

    def there(request):
        """As if the server had that name: the names of others are not to be asked for."""
        return http()(type(request)(request.method, server.url, request.headers))

    findings = find(probe(read(url, origin, "GET", [], "omit"), there))
    assert names(findings) == ["mixed-content"] * is_mixed
