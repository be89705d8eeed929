"""A page in a browser, in front of an app: what it may read, and what reaches the test."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask, redirect, request, session

from flask_cors import CORS
from flask_cors.browser import CHROMIUM, Reason
from flask_cors.testing import Page

APP = "https://app.example"
EVIL = "https://evil.example"


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
        return session.get("user", "nobody")

    return app


def test_a_page_reads_what_the_app_allows_and_a_stranger_does_not():
    outcome = Page(an_app(), origin=APP).fetch("/me")
    assert outcome.allowed, outcome
    assert (outcome.status, outcome.body, outcome.type) == (200, b"nobody", "cors")
    blocked = Page(an_app(), origin=EVIL).fetch("/me")
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


def test_json_is_written_by_the_app_and_makes_a_preflight():
    outcome = Page(an_app(), APP).fetch("/echo", method="PUT", json={"name": "Ada"})
    assert outcome.allowed, outcome
    assert [exchange.preflight for exchange in outcome.exchanges] == [True, False]
    sent = outcome.exchanges[1].request
    assert (sent.body, sent.get("Content-Type")) == (b'{"name": "Ada"}', "application/json")


def test_a_string_is_plain_text_as_browsers_send_it():
    outcome = Page(an_app(), APP).fetch("/echo", method="POST", body="\xe9")
    assert [exchange.preflight for exchange in outcome.exchanges] == [False]
    sent = outcome.exchanges[0].request
    assert (sent.body, sent.get("Content-Type")) == (b"\xc3\xa9", "text/plain;charset=UTF-8")


@pytest.mark.parametrize("headers", [{"content-type": "text/csv"}, [("Content-Type", "text/csv")]])
@pytest.mark.parametrize("given", [{"body": "a,b"}, {"json": [1]}])
def test_the_page_may_set_a_content_type_of_its_own(headers, given):
    outcome = Page(an_app(), APP).fetch("/echo", method="POST", headers=headers, **given)
    assert outcome.allowed, outcome
    assert outcome.exchanges[-1].request.get("Content-Type") == "text/csv"


def test_bytes_go_as_they_are_without_a_content_type():
    outcome = Page(an_app(), APP).fetch("/echo", method="POST", body=b"\xff")
    assert outcome.exchanges[0].request.get("Content-Type") is None


def test_a_body_and_json_are_one_too_many():
    with pytest.raises(ValueError, match="a body or json, not both"):
        Page(an_app(), APP).fetch("/echo", method="PUT", body=b"", json={})


def test_cookies_go_with_credentials_alone():
    page = Page(an_app(), APP)
    assert page.fetch("/login", method="POST", credentials="include").allowed
    assert page.fetch("/me", credentials="include").body == b"ada"
    for credentials in ("omit", "same-origin"):
        assert page.fetch("/me", credentials=credentials).body == b"nobody"
    assert page.client.get("/me").text == "ada"


def test_a_test_may_log_in_with_the_client():
    page = Page(an_app(), APP)
    page.client.post("/login")
    assert page.fetch("/me", credentials="include").body == b"ada"


def test_a_page_of_the_apps_own_origin_needs_no_cors():
    page = Page(an_app(), "http://localhost")
    page.client.post("/login")
    outcome = page.fetch("/me")
    assert (outcome.type, outcome.body) == ("basic", b"ada")


def test_preflights_are_remembered():
    page = Page(an_app(max_age=600), APP)
    sent = [len(page.fetch("/echo", method="PUT").exchanges) for _ in range(2)]
    assert sent == [2, 1]


def test_quirks_of_a_browser_may_be_followed():
    app = an_app(allow_headers="*", supports_credentials=False)
    CORS(app, resources="/star", origins=APP, send_wildcard=False)
    page = Page(app, APP, CHROMIUM)
    assert page.browser.quirks is CHROMIUM
    assert page.fetch("/echo", headers={"Authorization": "Bearer 1"}).allowed


def test_an_exception_reaches_the_test_as_itself():
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
def test_the_address_of_the_app_is_that_of_its_config(config, url, host, root):
    app = an_app()
    app.config.update(config)
    outcome = Page(app, APP).fetch("/echo")
    assert outcome.url == url
    told = app.json.loads(outcome.body)
    assert (told["host"], told["root"], told["path"]) == (host, root, "/echo")


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
    # Two hops that change the origin: the page's own is not told to the second.
    assert [exchange.request.get("Origin") for exchange in outcome.exchanges] == [APP, "null"]
    assert outcome.reason is Reason.MISSING_ALLOW_ORIGIN_HEADER
    message = (
        r"the page asks for https://elsewhere\.example/a, which the app does not serve: its "
        r"address is http://example\.test/; set SERVER_NAME for another"
    )
    with pytest.raises(ValueError, match=message):
        page.fetch("/away")


@pytest.mark.parametrize(("origin", "url"), [("app.example", "/me"), (APP, "http://a b/")])
def test_what_a_browser_refuses_before_it_asks_is_a_value_error(origin, url):
    with pytest.raises(ValueError, match=r"^(origin|url): "):
        Page(an_app(), origin).fetch(url)
