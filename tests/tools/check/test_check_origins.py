"""The checks of origins: an app with each mistake, and a twin without."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from flask_cors import CORS, cross_origin
from flask_cors.doubts import Severity
from flask_cors.tools.check.finding import Finding
from flask_cors.tools.check.origins import CHECKS
from flask_cors.tools.check.patterns import domains, reach


def an_app(origins: object, **options: object) -> Flask:
    app = Flask("app", static_folder=None)
    CORS(app, origins=origins, **options)  # type: ignore[arg-type]
    return app


@pytest.fixture
def of(found):
    """The findings of the whole group, without their places: a twin has none at all."""

    def of(origins: object, **options: object) -> list[tuple[str, str, str]]:
        findings: list[Finding] = found(an_app(origins, **options), *CHECKS)
        return [(each.code, each.message, each.fix) for each in findings]

    return of


@pytest.fixture
def codes(found):
    def codes(origins: object, **options: object) -> list[str]:
        return [each.code for each in found(an_app(origins, **options), *CHECKS)]

    return codes


@pytest.fixture
def without_list(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    caches = (domains.suffix_list, reach.of_wildcard, reach.of_regex)
    monkeypatch.setitem(sys.modules, "publicsuffixlist", None)
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


# ---- where it is said --------------------------------------------------------------------------


def test_a_finding_points_at_the_line_that_gives_the_origins(found):
    (finding,) = found(an_app("null"), *CHECKS)
    assert finding.where.name == "CORS(...)"
    assert Path(finding.where.file or "").name == Path(__file__).name


def test_what_reaches_several_resources_is_found_once(codes):
    assert codes("null", resources={"/a": {}, "/b": {"max_age": 5}}) == ["CORS107"]


def test_origins_of_the_config_and_of_a_view_are_looked_at(found):
    app = Flask("app", static_folder=None)
    app.config["CORS_ORIGINS"] = r"https://.*example\.com"
    CORS(app)

    @app.get("/")
    @cross_origin(origins="null")
    def view() -> str:
        return ""

    findings = found(app, *CHECKS)
    assert {(each.code, each.where.name) for each in findings} == {
        ("CORS107", "cross_origin(...)"),
        ("CORS109", "CORS_ORIGINS of app.config"),
    }


def test_callables_are_never_asked(codes):
    def refuse(origin: str) -> bool:
        raise AssertionError(origin)

    assert codes(refuse) == []
    assert codes([refuse, "https://*.example.com", r"https://app\.example"]) == []


@pytest.mark.parametrize(
    "origins",
    [
        "*",
        [],
        "https://app.example",
        "https://*.example.com",
        "https://*.example.com:*",
        "https://*.app.example",
        "https://*.internal",  # no public suffix: a network's own
        "https://10.0.0.1",
        "https://10.0.0.1:*",
        r"https://.*\.example\.com",
        r"^https?://([a-z0-9-]+\.)*example\.com$",
        r"^https://([a-z]+\.)?example\.com(:\d+)?(/.*)?$",
        r"https://[a-z0-9-]+\.example\.co\.uk",
        r"https://(a|b)\.example\.com",
        r"https://(app|www|)\.?example\.com",
        r"https://app[12]\.example\.com",
        r"https://app\.example\.(com|net|org)",
        r"https://pr-\d+\.app\.example",
        r"https://[\w-]+\.myapp\.vercel\.app",
        r"https://.*\.internal",
        r"https://10\.0\.0\.(1|2)",
        r"chrome-extension://[a-p]+",
        r"https://(?=app)[a-z.]+\.example\.com",
        re.compile(r"https://.*\.example\.com(?::\d+)?"),
        re.compile(r"https://(?:[^.]+\.){0,3}example\.com", re.IGNORECASE),
        re.compile(r"https://  [a-z]+ \. example \. com  # ours", re.VERBOSE),
    ],
)
def test_there_is_nothing_to_say_of_origins_without_a_mistake(of, origins):
    assert of(origins) == []


# ---- CORS107 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origins", "said"),
    [
        ("null", "'null' is"),
        (["https://app.example", "null"], "'null' is"),
        (r"https://a[.]example|null", "'https://a[.]example|null' allows 'null', which is"),
    ],
)
def test_null_is_an_origin_that_anybody_has(of, origins, said):
    message = f"origins: {said} what any site can send, from a sandboxed frame"
    fix = "leave it out, and serve the page from an origin of its own"
    assert of(origins) == [("CORS107", message, fix)]


@pytest.mark.parametrize("origins", ["https://null", r"https://(app|null)\.example"])
def test_a_host_called_null_is_not_null(of, origins):
    assert of(origins) == []


# ---- CORS109 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origins", "stranger", "fix"),
    [
        # no dot before the domain
        (
            r".*example\.com",
            "https://evilexample.com",
            'write "https://example.com", "https://*.example.com"',
        ),
        (
            r"https://.*example\.com",
            "https://evilexample.com",
            'write "https://example.com", "https://*.example.com"',
        ),
        (
            r"^https://.*\.?example\.com$",
            "https://evilexample.com",
            'write "https://example.com", "https://*.example.com"',
        ),
        (
            r"https://[a-z]*example\.com",
            "https://evilexample.com",
            'write "https://example.com"',
        ),
        (
            r"https://(?!evil).*example\.com",
            "https://1example.com",
            'write "https://example.com"',
        ),
        # no end
        (
            r"https://example\.com.*",
            "https://example.com.evil.example",
            'write "https://example.com"',
        ),
        (
            r"https://example[.]co[.]uk\S*",
            "https://example.co.uk.evil.example",
            'write "https://example.co.uk"',
        ),
        (
            r"https://x\.com\w*",
            "https://x.community",
            'write "https://x.com"',
        ),
        # dots that are not escaped
        (
            "^https://app.example.com$",
            "https://appxexample.com",
            'write "https://app.example.com"',
        ),
        (
            re.compile(r"https://\w+.example.com"),
            "https://evilxexample.com",
            'write "https://*.example.com"',
        ),
        (
            r"https://app\.example.co.uk|http://localhost\.",
            "https://app.examplexco.uk",
            'write "https://app.example.co.uk"',
        ),
    ],
)
def test_a_pattern_that_lets_in_another_domain_is_found_by_trying(of, origins, stranger, fix):
    pattern = origins.pattern if isinstance(origins, re.Pattern) else origins
    domain = re.search(r"(\w+\.(?:com|co\.uk))\"", fix)
    assert domain is not None
    said = f"origins: {pattern!r} allows {stranger!r}, which is not of {domain[1]}"
    assert of(origins) == [("CORS109", said, fix)]


@pytest.mark.parametrize(
    ("origins", "stranger"),
    [
        (r"https://[a-z]+example\.com", "https://evilexample.com"),
        (r"https://example\d\.com", "https://example1.com"),
        (r"https://example\.[a-z]+", "https://example.com"),
        (r"https://myapp-.*\.vercel\.app", "https://myapp-evil.vercel.app"),
        (r"https://app-.*-team\.vercel\.app", "https://app-evil-team.vercel.app"),
        (r"https://[a-z.]+:8443", "https://evil.com:8443"),
    ],
)
def test_a_pattern_that_writes_out_no_domain_lets_in_what_anybody_can_register(
    of, origins, stranger
):
    said = f"origins: {origins!r} allows {stranger!r}, which anybody can register"
    fix = 'list the origins that you trust, such as "https://app.example"'
    assert of(origins) == [("CORS109", said, fix)]


@pytest.mark.parametrize(
    ("origins", "stranger"),
    [
        ("https://.*", "https://evil.example"),
        ("https?://.+", "https://evil.example"),
        ("http://.*", "http://evil.example"),
        ("https://(?!.*evil).*", "https://attacker.net"),
        (r"https://[^.]+\.[a-z]+", "https://evil.example"),
        (r"https://www\.[a-z.]+", "https://www.evil.com"),
    ],
)
def test_a_pattern_for_any_host_is_found(of, origins, stranger):
    said = f"origins: {origins!r} allows {stranger!r}, and any other host"
    fix = 'list the origins that you trust, such as "https://app.example"'
    assert of(origins) == [("CORS109", said, fix)]


def test_another_scheme_is_a_warning(found):
    (finding,) = found(an_app(r".*://example\.com"), *CHECKS)
    assert (finding.code, finding.severity) == ("CORS109", Severity.WARNING)
    assert finding.message == (
        r"origins: '.*://example\\.com' allows 'http://example.com' too, for which anybody on the "
        "network between can speak"
    )
    assert finding.fix == 'write "https://example.com"'


def test_both_schemes_written_out_are_meant(codes):
    assert codes(r"https?://example\.com") == []
    assert codes(r"(http|https)://example\.com") == []


def test_a_loose_dot_that_nobody_can_use_is_a_note(found):
    (finding,) = found(an_app("^https://example.com$"), *CHECKS)
    assert (finding.code, finding.severity) == ("CORS109", Severity.NOTE)
    assert finding.message == (
        "origins: '^https://example.com$' allows 'https://examplexcom' too, for a dot that is not "
        "escaped is any character"
    )
    assert finding.fix == 'write "https://example.com"'


def test_a_port_that_is_not_written_is_a_note(found):
    (finding,) = found(an_app(r"https://example\.com[:0-9]*"), *CHECKS)
    assert (finding.code, finding.severity) == ("CORS109", Severity.NOTE)
    assert finding.message == (
        r"origins: 'https://example\\.com[:0-9]*' allows 'https://example.com:8443' too, and so "
        "any server on that host"
    )
    assert finding.fix == 'write "https://example.com"'


def test_what_is_to_be_written_is_a_list_that_one_can_read(of):
    ((_, _, fix),) = of(r"https?://(.*\.)?example\.com:?\d*/?.*")
    assert fix == (
        'write "http://example.com:*", "http://*.example.com:*", '
        '"https://example.com:*", "https://*.example.com:*"'
    )
    ((_, _, fix),) = of(r"https://app\.s3[.-].*\.amazonaws\.com")  # what is below is not one's own
    assert fix == 'list the origins that you trust, such as "https://app.example"'
    ((_, _, fix),) = of(r"https?://.*example\.(com|net|org)")
    assert fix == 'list the origins that you trust, such as "https://app.example"'


@pytest.mark.usefixtures("without_list")
def test_without_the_list_another_domain_is_found_too(codes):
    assert codes("^https://app.example.com$") == ["CORS109"]
    assert codes(r"https://app\.example\.com.*") == ["CORS109"]
    assert codes(r"https://[a-z]*example\.com") == ["CORS109"]
    assert codes(r"https://app\.example\.com") == []


# ---- CORS110 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origins", "suffix"),
    [
        ("https://*.github.io", "github.io"),
        ("https://*.co.uk", "co.uk"),
        ("https://*.com:*", "com"),
        ("https://*.herokuapp.com", "herokuapp.com"),
        (r"https://.*\.github\.io", "github.io"),
        (r"https://[a-z0-9-]+\.co\.uk", "co.uk"),
        (r"https://[0-9a-f]{32}\.cloudfront\.net", "cloudfront.net"),
    ],
)
def test_a_pattern_for_all_that_is_below_a_public_suffix_is_found(of, origins, suffix):
    said = f"origins: {origins!r} allows every name below {suffix}, and anybody can have one"
    fix = f'list the origins that are yours, such as "https://yours.{suffix}"'
    assert of(origins) == [("CORS110", said, fix)]


@pytest.mark.parametrize(
    "origins",
    [
        "https://yours.github.io",
        "https://*.yours.github.io",
        r"https://(yours|ours)\.github\.io",
        r"https://.*\.yours\.co\.uk",
    ],
)
def test_a_name_below_a_public_suffix_is_somebodys(of, origins):
    assert of(origins) == []


@pytest.mark.usefixtures("without_list")
def test_without_the_list_one_note_says_how_to_install_it(found):
    app = an_app(["https://*.example.com", "https://*.github.io", r"https://.*\.example\.org"])
    (finding,) = found(app, *CHECKS)
    assert (finding.code, finding.severity) == ("CORS110", Severity.NOTE)
    assert finding.message == (
        "origins: whether 'https://*.example.com' stands for a public suffix is not known without "
        "publicsuffixlist"
    )
    assert finding.fix == "pip install 'flask-cors[tools]'"


@pytest.mark.usefixtures("without_list")
def test_without_a_pattern_for_subdomains_the_list_is_not_missed(codes):
    assert codes(["https://example.com", "https://app.example:*", r"https://(a|b)\.example"]) == []


# ---- CORS111 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origins", "first", "second"),
    [
        (r"http://192\.168\.\d+\.\d+", "http://192.168.1.1", "http://192.168.2.1"),
        (r"^http://10.0.0.\d+$", "http://10.0.0.1", "http://10.0.0.2"),
        (r"http://192\.168\.7\.[0-9]+:3000", "http://192.168.7.1:3000", "http://192.168.7.2:3000"),
        (r"https://172\.(16|17)\.\d+\.\d+", "https://172.16.1.1", "https://172.17.1.1"),
        (r"https://\[2001:db8::[0-9a-f]+\]", "https://[2001:db8::a]", "https://[2001:db8::b]"),
        (r"https://\[fd00::\S+\]", "https://[fd00::a]", "https://[fd00::b]"),
        (
            r"https://203\.0\.113\.(7|8|\d\d?)",
            "https://203.0.113.11",
            "https://203.0.113.1",
        ),
    ],
)
def test_a_pattern_for_addresses_is_found(of, origins, first, second):
    said = (
        f"origins: {origins!r} allows whoever has one of many addresses, {first} and {second} "
        "among them"
    )
    fix = "list the addresses that you trust, or better give the hosts names"
    assert of(origins) == [("CORS111", said, fix)]


@pytest.mark.parametrize(
    "origins",
    [
        "http://192.168.1.10",
        "http://192.168.1.10:*",
        r"http://192\.168\.1\.10(:\d+)?",
        r"http://192\.168\.1\.(10|11)",
        r"http://192\.168\.1\.1[01]:3000",
    ],
)
def test_addresses_that_are_written_out_are_meant(of, origins):
    assert of(origins) == []


# ---- CORS112 -----------------------------------------------------------------------------------


@pytest.mark.parametrize("regex", [r"^https://(a+)+\.example\.com$", r"https://(\w+\.?)*"])
def test_an_expression_that_backtracks_exponentially_is_found_and_tried_no_further(of, regex):
    ((code, message, fix),) = of(regex)
    assert code == "CORS112"
    assert message.startswith(
        f"origins: {regex!r} backtracks exponentially: a little more of a text such as "
        "'https://aaaaaaa"
    )
    assert fix == (
        "let what is repeated end with a character that it cannot hold, as in "
        r"([a-z0-9-]+\.)*, or do without the expression"
    )


def test_an_expression_that_is_repeated_and_not_ambiguous_is_fine(of):
    assert of(r"https://([a-z0-9-]+\.)*example\.com") == []


def test_expressions_for_header_names_are_timed_too(of, codes):
    ((code, message, _),) = of("https://app.example", allow_headers=["X-A", r"X-(a|a)+"])
    assert code == "CORS112"
    assert message.startswith("allow_headers: 'X-(a|a)+' backtracks exponentially: ")
    assert codes("https://app.example", allow_headers=["X-A", r"X-(a|b)+"]) == []


def test_expressions_for_resources_are_timed_as_they_are_matched(found, codes):
    app = an_app("https://app.example", resources=["/b", r"/api/(\w+/?)*$", r"/x/(\w+/?)*"])
    (finding,) = found(app, *CHECKS)
    assert finding.code == "CORS112"
    assert finding.message.startswith(r"resources: '/api/(\\w+/?)*$' backtracks exponentially: ")
    assert finding.where.name == r"the resource '/api/(\\w+/?)*$'"
    assert codes("https://app.example", resources=r"/api/(\w+/)*$") == []


def test_a_view_has_no_resource_whose_expression_could_be_timed(found):
    app = Flask("app", static_folder=None)

    @app.get("/")
    @cross_origin(origins="https://app.example")
    def view() -> str:
        return ""

    assert found(app, *CHECKS) == []


# ---- CORS113 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origins",
    [
        "http://localhost:3000",
        "http://127.0.0.1",
        "http://0.0.0.0:3000",
        "http://[::1]:8080",
        "http://app.localhost",
        "http://localhost:*",
        "http://*.localhost:3000",
        r"http://localhost:\d+",
        r"https?://127\.0\.0\.1(:\d+)?",
        r"http://localhost:7777|https://app\.example",
    ],
)
def test_origins_for_development_are_found_in_production(of, origins):
    said = (
        f"origins: with {origins!r} pages of the visitor's own machine are let in, and the app is "
        "not in debug or testing"
    )
    fix = "give them only where app.debug is on, or read the origins from the environment"
    assert of(origins) == [("CORS113", said, fix)]


@pytest.mark.parametrize("origin", ["capacitor://localhost", "ionic://localhost"])
def test_an_app_of_ones_own_that_carries_its_pages_is_not_for_development(of, origin):
    assert of(origin) == []


@pytest.mark.parametrize("switch", ["debug", "testing"])
def test_in_development_they_are_meant(found, switch):
    app = an_app("http://localhost:3000")
    setattr(app, switch, True)
    assert found(app, *CHECKS) == []


def test_those_of_one_line_are_told_together(of):
    ports = [f"http://localhost:{port}" for port in range(3000, 3006)]
    ((_, message, _),) = of([*ports, "http://127.0.0.1:*", "https://app.example"])
    assert message == (
        "origins: with 'http://localhost:3000', 'http://localhost:3001', 'http://localhost:3002', "
        "'http://localhost:3003', and 3 more pages of the visitor's own machine are let in, and "
        "the app is not in debug or testing"
    )


# ---- CORS114 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        (r"example\.com$", "'example.com'"),
        (r"https://app\.example/", "'https://app.example/'"),
        (r"localhost:\d+", "'localhost:1'"),
    ],
)
def test_an_expression_that_no_origin_matches_is_told(of, pattern: str, matched: str):
    ((code, said, fix),) = of(pattern)
    assert code == "CORS114"
    assert f"matches {matched}, which no browser sends" in said
    assert fix.startswith("write the whole origin")


@pytest.mark.parametrize(
    "pattern",
    [
        r"https://app\.example/?",
        r"(https?://)?(www\.)?example\.com",
        r"chrome-extension://[a-z]{32}",
        r"capacitor://localhost\d?",
        r"https://(a)\1\.example",  # what it matches is not known
        r".*\.example\.com$",
        r".*//.*\.example\.com",
        "https://*.example.com:443",  # it is no expression
    ],
)
def test_an_expression_that_some_origin_matches_is_let_be(codes, pattern: str):
    assert "CORS114" not in codes(pattern)
