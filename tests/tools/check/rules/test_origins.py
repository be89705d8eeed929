"""The rules of origins: an app with each mistake, and a twin without."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from flask_cors import CORS, cross_origin
from flask_cors.diagnostics.finding import Finding, Severity
from flask_cors.tools.check import domains
from flask_cors.tools.check.command import choose_rules

RULES = choose_rules(["CORS107", "CORS109", "CORS110", "CORS111", "CORS113", "CORS114"], [])


def an_app(origins: object, **options: object) -> Flask:
    app = Flask("app", static_folder=None)
    CORS(app, origins=origins, **options)  # type: ignore[arg-type]
    return app


@pytest.fixture
def of(found):
    """Return the findings of the whole group, without their locations: a twin has none at all."""

    def of(origins: object, **options: object) -> list[tuple[str, str, str]]:
        findings: list[Finding] = found(an_app(origins, **options), *RULES)
        return [(each.code, each.message, each.hint) for each in findings]

    return of


@pytest.fixture
def codes(found):
    def codes(origins: object, **options: object) -> list[str]:
        return [each.code for each in found(an_app(origins, **options), *RULES)]

    return codes


@pytest.fixture
def without_list(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "publicsuffixlist", None)
    domains.load_suffix_list.cache_clear()
    yield
    domains.load_suffix_list.cache_clear()


# ---- locations -----------------------------------------------------------------------------------


def test_a_finding_points_at_the_line_that_gives_the_origins(found):
    (finding,) = found(an_app("null"), *RULES)
    assert finding.subject == "CORS(...)"
    assert Path(finding.location.file or "").name == Path(__file__).name


def test_origins_of_several_resources_are_found_once(codes):
    assert codes("null", resources={"/a": {}, "/b": {"max_age": 5}}) == ["CORS107"]


def test_origins_of_the_config_and_of_a_view_are_tried(found):
    app = Flask("app", static_folder=None)
    app.config["CORS_ORIGINS"] = r"https://.*example\.com"
    CORS(app)

    @app.get("/")
    @cross_origin(origins="null")
    def view() -> str:
        return ""

    findings = found(app, *RULES)
    assert {(each.code, each.subject) for each in findings} == {
        ("CORS107", "cross_origin(...)"),
        ("CORS109", "CORS_ORIGINS of app.config"),
    }


def test_callables_in_origins_are_never_called(codes):
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
def test_origins_without_a_mistake_have_no_findings(of, origins):
    assert of(origins) == []


# ---- CORS107 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origins", "message"),
    [
        ("null", "'null' is"),
        (["https://app.example", "null"], "'null' is"),
        (r"https://a[.]example|null", "'https://a[.]example|null' allows 'null', which is"),
    ],
)
def test_null_is_an_origin_that_anyone_has(of, origins, message):
    message = f"origins: {message} what any site can send, from a sandboxed frame"
    hint = "leave it out, and serve the page from an origin of its own"
    assert of(origins) == [("CORS107", message, hint)]


@pytest.mark.parametrize("origins", ["https://null", r"https://(app|null)\.example"])
def test_a_host_called_null_is_not_null(of, origins):
    assert of(origins) == []


# ---- CORS109 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origins", "untrusted", "hint"),
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
            "https://aexample.com",
            'write "https://example.com"',
        ),
        # no end
        (
            r"https://example\.com.*",
            "https://example.comevil.com",
            'write "https://example.com"',
        ),
        (
            r"https://example[.]co[.]uk\S*",
            "https://example.co.ukevil.com",
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
            "https://1xexample.com",
            'write "https://*.example.com"',
        ),
        (
            r"https://app\.example.co.uk|http://localhost\.",
            "https://app.examplexco.uk",
            'write "https://app.example.co.uk"',
        ),
    ],
)
def test_a_pattern_that_allows_another_domain_is_found_by_trying(of, origins, untrusted, hint):
    pattern = origins.pattern if isinstance(origins, re.Pattern) else origins
    domain = re.search(r"(\w+\.(?:com|co\.uk))\"", hint)
    assert domain is not None
    message = f"origins: {pattern!r} allows {untrusted!r}, which is not of {domain[1]}"
    assert of(origins) == [("CORS109", message, hint)]


def test_the_hint_is_not_for_more_hosts_than_are_below_the_one_that_the_pattern_writes_out(of):
    ((_, _, hint),) = of(r"https://\w*\.?api\.example\.com:?\d*/?.*")
    assert hint == 'write "https://api.example.com:*", "https://*.api.example.com:*"'


@pytest.mark.parametrize(
    ("origins", "untrusted"),
    [
        (r"https://[a-z]+example\.com", "https://evilexample.com"),
        (r"https://example\d\.com", "https://example1.com"),
        (r"https://example\.[a-z]+", "https://example.com"),
        (r"https://myapp-.*\.vercel\.app", "https://myapp-evil.vercel.app"),
        (r"https://app-.*-team\.vercel\.app", "https://app-evil-team.vercel.app"),
        (r"https://[a-z.]+:8443", "https://evil.com:8443"),
    ],
)
def test_a_pattern_that_writes_out_no_domain_allows_what_anyone_can_register(
    of, origins, untrusted
):
    message = f"origins: {origins!r} allows {untrusted!r}, which anyone can register"
    hint = 'list the origins that you trust, such as "https://app.example"'
    assert of(origins) == [("CORS109", message, hint)]


@pytest.mark.parametrize(
    ("origins", "untrusted"),
    [
        ("https://.*", "https://evil.example"),
        ("https?://.+", "https://evil.example"),
        ("http://.*", "http://evil.example"),
        ("https://(?!.*evil).*", "https://attacker.net"),
        (r"https://[^.]+\.[a-z]+", "https://evil.example"),
        (r"https://www\.[a-z.]+", "https://www.evil.com"),
    ],
)
def test_a_pattern_for_any_host_is_found(of, origins, untrusted):
    message = f"origins: {origins!r} allows {untrusted!r}, and any other host"
    hint = 'list the origins that you trust, such as "https://app.example"'
    assert of(origins) == [("CORS109", message, hint)]


def test_a_pattern_that_allows_another_scheme_is_a_warning(found):
    (finding,) = found(an_app(r".*://example\.com"), *RULES)
    assert (finding.code, finding.severity) == ("CORS109", Severity.WARNING)
    assert finding.message == (
        r"origins: '.*://example\\.com' allows 'http://example.com' too, which anyone on the "
        "network can impersonate"
    )
    assert finding.hint == 'write "https://example.com"'


def test_both_schemes_written_out_are_meant(codes):
    assert codes(r"https?://example\.com") == []
    assert codes(r"(http|https)://example\.com") == []


def test_a_loose_dot_that_no_one_can_use_is_a_note(found):
    (finding,) = found(an_app("^https://example.com$"), *RULES)
    assert (finding.code, finding.severity) == ("CORS109", Severity.NOTE)
    assert finding.message == (
        "origins: '^https://example.com$' allows 'https://examplexcom' too, because an unescaped "
        "dot is any character"
    )
    assert finding.hint == 'write "https://example.com"'


def test_a_pattern_that_allows_a_port_that_it_does_not_write_is_a_note(found):
    (finding,) = found(an_app(r"https://example\.com[:0-9]*"), *RULES)
    assert (finding.code, finding.severity) == ("CORS109", Severity.NOTE)
    assert finding.message == (
        r"origins: 'https://example\\.com[:0-9]*' allows 'https://example.com:8443' too, and so "
        "any server on that host"
    )
    assert finding.hint == 'write "https://example.com"'


def test_the_hint_for_a_pattern_is_a_list_short_enough_to_read(of):
    ((_, _, hint),) = of(r"https?://(.*\.)?example\.com:?\d*/?.*")
    assert hint == (
        'write "http://example.com:*", "http://*.example.com:*", '
        '"https://example.com:*", "https://*.example.com:*"'
    )
    ((_, _, hint),) = of(r"https://app\.s3[.-].*\.amazonaws\.com")  # what is below is not one's own
    assert hint == 'list the origins that you trust, such as "https://app.example"'
    ((_, _, hint),) = of(r"https?://.*example\.(com|net|org)")
    assert hint == 'list the origins that you trust, such as "https://app.example"'


@pytest.mark.usefixtures("without_list")
def test_another_domain_is_found_without_the_public_suffix_list_too(codes):
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
    message = f"origins: {origins!r} allows every name below {suffix}, and anyone can have one"
    hint = f'list the origins that are yours, such as "https://yours.{suffix}"'
    assert of(origins) == [("CORS110", message, hint)]


@pytest.mark.parametrize(
    "origins",
    [
        "https://yours.github.io",
        "https://*.yours.github.io",
        r"https://(yours|ours)\.github\.io",
        r"https://.*\.yours\.co\.uk",
    ],
)
def test_a_pattern_below_a_name_on_a_public_suffix_is_not_found(of, origins):
    assert of(origins) == []


@pytest.mark.usefixtures("without_list")
def test_without_the_public_suffix_list_one_note_says_how_to_install_it(found):
    app = an_app(["https://*.example.com", "https://*.github.io", r"https://.*\.example\.org"])
    (finding,) = found(app, *RULES)
    assert (finding.code, finding.severity) == ("CORS110", Severity.NOTE)
    assert finding.message == (
        "origins: whether 'https://*.example.com' covers a public suffix is not known without "
        "publicsuffixlist"
    )
    assert finding.hint == "pip install 'flask-cors[tools]'"


@pytest.mark.usefixtures("without_list")
def test_without_the_list_a_pattern_that_allows_untrusted_origins_is_one_finding(of):
    found = of(r"https?://\w*\.?local\.example\.com.*")
    assert [code for code, *_ in found] == ["CORS109"]


@pytest.mark.usefixtures("without_list")
def test_without_a_pattern_for_subdomains_the_public_suffix_list_is_not_missed(codes):
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
    message = (
        f"origins: {origins!r} allows whoever has one of many addresses, {first} and {second} "
        "among them"
    )
    hint = "give the hosts names, or list the addresses that you trust"
    assert of(origins) == [("CORS111", message, hint)]


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


def test_a_regex_with_unambiguous_repetition_is_not_slow(of):
    assert of(r"https://([a-z0-9-]+\.)*example\.com") == []


def test_a_decorated_view_has_no_resource_whose_regex_could_be_timed(found):
    app = Flask("app", static_folder=None)

    @app.get("/")
    @cross_origin(origins="https://app.example")
    def view() -> str:
        return ""

    assert found(app, *RULES) == []


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
    message = f"origins: the app is not in debug, and allows some for development: {origins!r}"
    hint = "add them only if app.debug; `flask --debug` switches it on for this check"
    assert of([origins, "https://shop.example"]) == [("CORS113", message, hint)]


@pytest.mark.parametrize(
    "origins",
    [
        "http://localhost:3000",
        ["http://localhost:*", "http://127.0.0.1:8000"],
        r"https?://localhost:[0-9]+",
    ],
)
def test_a_policy_for_development_alone_is_not_found(of, origins):
    assert of(origins) == []


def test_origins_for_development_are_not_found_where_every_origin_is_allowed(of):
    assert of(["*", "http://localhost:3000"]) == []


def test_origins_for_development_beside_a_callable_are_found(of):
    assert [code for code, _, _ in of(["http://localhost:3000", lambda origin: False])] == [
        "CORS113"
    ]


def test_origins_for_development_of_several_policies_are_one_finding(found):
    app = an_app(["https://app.example", "http://localhost:3000"])
    CORS(app, resources="/more/*", origins=["https://b.example", "http://127.0.0.1:3000"])
    (one,) = found(app, *RULES)
    assert one.message == (
        "origins: the app is not in debug, and allows some for development: "
        "'http://localhost:3000', 'http://127.0.0.1:3000'"
    )


@pytest.mark.parametrize("origin", ["capacitor://localhost", "ionic://localhost"])
def test_the_origin_of_a_packaged_app_is_not_for_development(of, origin):
    assert of(origin) == []


@pytest.mark.parametrize("switch", ["debug", "testing"])
def test_origins_for_development_are_not_found_in_development(found, switch):
    app = an_app("http://localhost:3000")
    setattr(app, switch, True)
    assert found(app, *RULES) == []


def test_origins_for_development_in_one_option_are_one_finding(of):
    ports = [f"http://localhost:{port}" for port in range(3000, 3006)]
    ((_, message, _),) = of([*ports, "http://127.0.0.1:*", "https://app.example"])
    assert message == (
        "origins: the app is not in debug, and allows some for development: "
        "'http://localhost:3000', 'http://localhost:3001', 'http://localhost:3002', "
        "'http://localhost:3003', and 3 more"
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
def test_a_regex_that_no_origin_matches_is_found(of, pattern: str, matched: str):
    ((code, message, hint),) = of(pattern)
    assert code == "CORS114"
    assert f"matches {matched}, which no browser sends" in message
    assert hint.startswith("write the whole origin")


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
        "https://*.example.com:443",  # it is not a regex
    ],
)
def test_a_regex_that_some_origin_matches_is_not_found(codes, pattern: str):
    assert "CORS114" not in codes(pattern)
