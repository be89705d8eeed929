"""``flask_cors.testing``: what a page can read of an app, and the assertion on a configuration."""

from __future__ import annotations

import subprocess
import sys
from inspect import cleandoc

import pytest
from flask import Blueprint, Flask, redirect, request, session

from flask_cors import CORS, CORSWarning, testing
from flask_cors.browser import CHROMIUM, Reason
from flask_cors.testing import Page, assert_no_findings

APP = "https://app.example"
UNTRUSTED = "https://evil.example"


def an_app(**options: object) -> Flask:
    app = Flask(__name__)
    app.secret_key = "key"
    app.testing = True
    CORS(app, **{"origins": APP, "supports_credentials": True, **options})

    @app.route("/echo", methods=["GET", "POST", "PUT"])
    def echo():
        return {
            "body": request.get_data(as_text=True),
            "type": request.content_type,
            "query": request.query_string.decode(),
            "path": request.path,
            "root": request.script_root,
            "host": request.host_url,
        }

    @app.post("/login")
    def login():
        session["user"] = "ada"
        return "hello"

    @app.get("/me")
    def me():
        return session.get("user", "none")

    return app


def test_an_allowed_origin_reads_the_response_and_another_does_not():
    outcome = Page(an_app(), origin=APP).fetch("/me")
    assert outcome.allowed, outcome
    assert (outcome.status, outcome.body, outcome.type) == (200, b"none", "cors")
    blocked = Page(an_app(), origin=UNTRUSTED).fetch("/me")
    assert not blocked.allowed
    assert blocked.reason is Reason.MISSING_ALLOW_ORIGIN_HEADER
    assert "GET http://localhost/me" in str(blocked)


@pytest.mark.parametrize(
    "path", ["/echo?a=1&b=%20", "echo?a=1&b=%20", "http://localhost/echo?a=1&b=%20"]
)
def test_a_url_is_a_path_of_the_app_or_absolute(path):
    outcome = Page(an_app(), APP).fetch(path)
    assert outcome.url == "http://localhost/echo?a=1&b=%20"
    assert b'"query":"a=1&b=%20"' in outcome.body.replace(b": ", b":")


def test_json_is_serialised_by_the_app_and_needs_a_preflight():
    outcome = Page(an_app(), APP).fetch("/echo", method="PUT", json={"name": "Ada"})
    assert outcome.allowed, outcome
    assert [exchange.preflight for exchange in outcome.exchanges] == [True, False]
    sent = outcome.exchanges[1].request
    assert (sent.body, sent.get("Content-Type")) == (b'{"name": "Ada"}', "application/json")


def test_a_string_is_sent_as_plain_text():
    outcome = Page(an_app(), APP).fetch("/echo", method="POST", body="\xe9")
    assert [exchange.preflight for exchange in outcome.exchanges] == [False]
    sent = outcome.exchanges[0].request
    assert (sent.body, sent.get("Content-Type")) == (b"\xc3\xa9", "text/plain;charset=UTF-8")


@pytest.mark.parametrize("headers", [{"content-type": "text/csv"}, [("Content-Type", "text/csv")]])
@pytest.mark.parametrize("given", [{"body": "a,b"}, {"json": [1]}])
def test_a_content_type_among_the_headers_is_kept(headers, given):
    outcome = Page(an_app(), APP).fetch("/echo", method="POST", headers=headers, **given)
    assert outcome.allowed, outcome
    assert outcome.exchanges[-1].request.get("Content-Type") == "text/csv"


def test_bytes_are_sent_without_a_content_type():
    outcome = Page(an_app(), APP).fetch("/echo", method="POST", body=b"\xff")
    assert outcome.exchanges[0].request.get("Content-Type") is None


def test_a_body_together_with_json_is_an_error():
    with pytest.raises(ValueError, match="body and json exclude each other"):
        Page(an_app(), APP).fetch("/echo", method="PUT", body=b"", json={})


def test_cookies_are_sent_with_credentials_only():
    page = Page(an_app(), APP)
    assert page.fetch("/login", method="POST", credentials="include").allowed
    assert page.fetch("/me", credentials="include").body == b"ada"
    for credentials in ("omit", "same-origin"):
        assert page.fetch("/me", credentials=credentials).body == b"none"
    assert page.client.get("/me").text == "ada"


def test_the_client_can_log_in_for_the_page():
    page = Page(an_app(), APP)
    page.client.post("/login")
    assert page.fetch("/me", credentials="include").body == b"ada"


def test_a_page_on_the_origin_of_the_app_needs_no_cors():
    page = Page(an_app(), "http://localhost")
    page.client.post("/login")
    outcome = page.fetch("/me")
    assert (outcome.type, outcome.body) == ("basic", b"ada")


def test_a_page_caches_preflights():
    page = Page(an_app(max_age=600), APP)
    sent = [len(page.fetch("/echo", method="PUT").exchanges) for _ in range(2)]
    assert sent == [2, 1]


def test_a_page_follows_the_quirks_of_a_browser():
    app = an_app(allow_headers="*", supports_credentials=False)
    CORS(app, resources="/star", origins=APP, send_wildcard=False)
    page = Page(app, APP, CHROMIUM)
    assert page.browser.quirks is CHROMIUM
    assert page.fetch("/echo", headers={"Authorization": "Bearer 1"}).allowed


def test_an_unhandled_exception_reaches_the_test_while_the_app_is_testing():
    app = an_app()

    class TroubleError(Exception):
        pass

    @app.get("/trouble")
    def trouble():
        raise TroubleError

    with pytest.raises(TroubleError):
        Page(app, APP).fetch("/trouble")
    app.testing = False
    outcome = Page(app, APP).fetch("/trouble")
    assert (outcome.allowed, outcome.status) == (True, 500)


@pytest.mark.parametrize(
    ("config", "url", "host", "root"),
    [
        ({}, "http://localhost/echo", "http://localhost/", ""),
        ({"SERVER_NAME": "api.example"}, "http://api.example/echo", "http://api.example/", ""),
        (
            {"SERVER_NAME": "api.example:8443", "PREFERRED_URL_SCHEME": "https"},
            "https://api.example:8443/echo",
            "https://api.example:8443/",
            "",
        ),
        ({"APPLICATION_ROOT": "/v1"}, "http://localhost/v1/echo", "http://localhost/", "/v1"),
    ],
)
def test_the_config_sets_the_address_of_the_app(config, url, host, root):
    app = an_app()
    app.config.update(config)
    outcome = Page(app, APP).fetch("/echo")
    assert outcome.url == url
    echoed = app.json.loads(outcome.body)
    assert (echoed["host"], echoed["root"], echoed["path"]) == (host, root, "/echo")


def test_a_redirect_is_followed_within_the_app_and_its_subdomains():
    app = Flask(__name__, subdomain_matching=True)
    app.config["SERVER_NAME"] = "example.test"
    CORS(app, origins=APP)
    files = Blueprint("files", __name__, subdomain="files")
    files.add_url_rule("/a", "a", lambda: "from files")
    app.register_blueprint(files)
    app.add_url_rule("/old", "old", lambda: redirect("http://files.example.test/a"))
    app.add_url_rule("/away", "away", lambda: redirect("https://elsewhere.example/a"))
    page = Page(app, APP)
    outcome = page.fetch("/old")
    # After two redirects to other origins, the origin is null.
    assert [exchange.request.get("Origin") for exchange in outcome.exchanges] == [APP, "null"]
    assert outcome.reason is Reason.MISSING_ALLOW_ORIGIN_HEADER
    message = (
        r"the app does not serve https://elsewhere\.example/a: its address is "
        r"http://example\.test/; set SERVER_NAME to change it"
    )
    with pytest.raises(ValueError, match=message):
        page.fetch("/away")


@pytest.mark.parametrize(("origin", "url"), [("app.example", "/me"), (APP, "http://a b/")])
def test_an_argument_that_a_browser_refuses_is_a_value_error(origin, url):
    with pytest.raises(ValueError, match=r"^(origin|url): "):
        Page(an_app(), origin).fetch(url)


def test_the_documented_fixture_gives_a_test_a_page():
    code = cleandoc(testing.__doc__).partition(".. code-block:: python\n")[2]
    names = {"pytest": pytest, "flask_cors": sys.modules["flask_cors"]}
    exec(cleandoc(code), names)
    page = names["page"].__wrapped__(an_app())
    assert page.fetch("/me").allowed


def shop(**options: object) -> Flask:
    app = Flask("shop", static_folder=None)
    app.add_url_rule("/books", view_func=list, endpoint="books")
    CORS(app, **{"origins": APP, "methods": "GET", **options})
    return app


def test_an_app_without_findings_passes():
    assert_no_findings(shop())


def test_findings_fail_with_their_location_and_their_hint():
    with pytest.warns(CORSWarning):
        app = shop(origins=[APP, "https://shop.example/"])
    with pytest.raises(AssertionError) as failed:
        assert_no_findings(app)
    first, _, heading, *lines = str(failed.value).splitlines()
    assert first == "1 error."
    assert "test_testing.py:" in heading
    assert heading.endswith(" CORS(...)")
    assert lines[0].startswith("  error    CORS102 ")
    assert lines[-1].endswith("-> write 'https://shop.example'")


def test_the_lowest_severity_that_fails_can_be_chosen():
    app = shop(origins=[APP, "http://localhost:3000"], max_age=100_000)
    assert_no_findings(app, severity="error")
    with pytest.raises(AssertionError, match=r"^1 warning\."):
        assert_no_findings(app)
    with pytest.raises(AssertionError, match=r"^1 warning, 1 note\."):
        assert_no_findings(app, severity="note")
    with pytest.raises(ValueError, match="'hint' is not a valid Severity"):
        assert_no_findings(app, severity="hint")


def test_suppressed_findings_pass():
    app = shop(origins=[APP, "http://localhost:3000"])
    app.config["CORS_CHECK_IGNORE"] = {"CORS113": "the desktop app serves its frontend there"}
    assert_no_findings(app, severity="note")


def test_importing_the_module_loads_no_tools():
    code = "import sys, flask_cors.testing; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "flask_cors.browser" in run.stdout
    assert "flask_cors.tools" not in run.stdout
