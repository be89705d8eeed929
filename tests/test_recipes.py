"""The recipes of the documentation do what their pages say: ``examples/recipes``."""

from __future__ import annotations

import os
import re

import pytest
from flask import Flask

from flask_cors.testing import Page
from flask_cors.tools.check import check

from .recipes import RECIPES, ROOT, load

PAGES = ROOT / "docs" / "recipes"
APP = "https://app.example"
EVIL = "https://evil.example"


@pytest.fixture(autouse=True)
def without_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in os.environ if each.startswith("FLASK_")]:
        monkeypatch.delenv(name)


def allows(app: Flask, origin: str, path: str, **options: object) -> bool:
    return Page(app, origin).fetch(path, **options).allowed  # type: ignore[arg-type]


# ---- the pages ---------------------------------------------------------------------------------


def test_each_file_is_shown_on_a_page_and_each_page_shows_what_there_is() -> None:
    included = {
        name
        for page in PAGES.glob("*.md")
        for name in re.findall(
            r"\{literalinclude\} \.\./\.\./examples/recipes/(\S+)", page.read_text("utf-8")
        )
    }
    assert included == {path.name for path in RECIPES.iterdir() if path.is_file()}


@pytest.mark.parametrize(
    "page", sorted(path for path in PAGES.glob("*.md") if path.name != "index.md")
)
def test_a_page_is_short_and_says_why_and_what_goes_wrong(page) -> None:
    text = page.read_text("utf-8")
    assert len(text.split()) <= 700
    assert re.findall(r"^## (.+)$", text, re.MULTILINE)[-2:] == ["Why", "What goes wrong"]


# ---- the recipes -------------------------------------------------------------------------------


def test_the_development_server_is_allowed_on_every_port(monkeypatch: pytest.MonkeyPatch) -> None:
    origins = "http://localhost:*, http://127.0.0.1:*"
    assert f'FLASK_CORS_ORIGINS="{origins}"' in (PAGES / "react-or-vite.md").read_text("utf-8")
    monkeypatch.setenv("FLASK_CORS_ORIGINS", origins)
    app = load("dev_server.py")["app"]
    assert allows(app, "http://localhost:5173", "/api/books")
    assert allows(app, "http://127.0.0.1:3000", "/api/books")
    assert not allows(app, APP, "/api/books")


def test_without_the_variable_the_development_server_is_refused() -> None:
    app = load("dev_server.py")["app"]
    assert not allows(app, "http://localhost:5173", "/api/books")
    assert check(app) == []


def test_the_proxy_of_vite_passes_on_the_paths_of_the_api() -> None:
    config = (RECIPES / "vite.config.js").read_text("utf-8")
    (prefix,) = re.findall(r'proxy: \{ "(.+?)"', config)
    rules = load("dev_server.py")["app"].url_map.iter_rules()
    assert all(rule.rule.startswith(prefix) for rule in rules if rule.endpoint != "static")


@pytest.fixture
def cookie_app(monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setenv("FLASK_SECRET_KEY", "from the environment")
    monkeypatch.setenv("FLASK_CORS_ORIGINS", "http://localhost:5173")
    monkeypatch.setenv("FLASK_SESSION_COOKIE_SECURE", "false")
    app = load("session_cookies.py")["create_app"]()
    assert isinstance(app, Flask)
    return app


def test_a_page_logs_in_and_is_known_by_its_cookie(cookie_app: Flask) -> None:
    page = Page(cookie_app, "http://localhost:5173")
    ada = {"name": "ada", "password": "difference"}
    assert page.fetch("/api/me", credentials="include").status == 401
    login = page.fetch("/api/login", method="POST", json=ada, credentials="include")
    assert (login.allowed, login.status) == (True, 200)
    assert page.fetch("/api/me", credentials="include").body == b'{"name":"ada"}\n'
    assert page.fetch("/api/me").status == 401  # the script did not request credentials


def test_a_form_of_another_site_cannot_log_in(cookie_app: Flask) -> None:
    form = {"name": "ada", "password": "difference"}
    assert cookie_app.test_client().post("/api/login", data=form).status_code == 415


@pytest.mark.parametrize("samesite", ["Lax", "None"])
def test_the_attributes_of_the_cookie_are_those_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, cookie_app: Flask, samesite: str
) -> None:
    monkeypatch.setenv("FLASK_CORS_ORIGINS", APP)
    monkeypatch.delenv("FLASK_SESSION_COOKIE_SECURE")
    monkeypatch.setenv("FLASK_SESSION_COOKIE_SAMESITE", samesite)
    app = load("session_cookies.py")["create_app"]()
    ada = {"name": "ada", "password": "difference"}
    response = app.test_client().post("/api/login", json=ada, headers={"Origin": APP})
    cookie = response.headers["Set-Cookie"]
    assert cookie.endswith(f"; Secure; HttpOnly; Path=/; SameSite={samesite}")


def test_a_token_in_the_header_needs_a_preflight_and_no_credentials() -> None:
    app = load("jwt_header.py")["app"]
    page = Page(app, APP)
    ada = {"name": "ada", "password": "difference"}
    token = app.json.loads(page.fetch("/api/login", method="POST", json=ada).body)["token"]
    outcome = page.fetch("/api/me", headers={"Authorization": f"Bearer {token}"})
    assert outcome.body == b'{"name":"ada"}\n'
    assert outcome.exchanges[0].preflight
    assert page.fetch("/api/me").status == 401  # which the page can read
    assert not allows(app, EVIL, "/api/me")
    assert [finding.severity for finding in check(app) if finding.severity != "note"] == []


def test_the_blueprints_of_the_factory_have_policies_of_their_own() -> None:
    create_app = load("app_factory.py")["create_app"]
    first = create_app({"CORS_ORIGINS": [APP]})
    second = create_app()  # a test, or another worker
    assert allows(first, APP, "/api/orders")
    assert not allows(first, EVIL, "/api/orders")
    assert not allows(second, APP, "/api/orders")
    for app in (first, second):
        assert allows(app, EVIL, "/public/catalogue")
    assert [finding for finding in check(first) if finding.severity != "note"] == []


@pytest.mark.parametrize(
    ("host", "origin", "is_allowed"),
    [
        ("ada.api.example.com", "https://ada.example.com", True),
        ("ada.api.example.com", "https://books.example", True),
        ("ada.api.example.com", "https://bob.example.com", False),
        ("bob.api.example.com", "https://ada.example.com", False),
        ("bob.api.example.com", "null", False),
        ("carol.api.example.com", "https://ada.example.com", False),
    ],
)
def test_a_frontend_reads_the_api_of_its_tenant_alone(
    host: str, origin: str, is_allowed: bool
) -> None:
    app = load("tenants.py")["app"]
    app.config.update(SERVER_NAME=host, PREFERRED_URL_SCHEME="https")
    assert allows(app, origin, "/orders", credentials="include") is is_allowed


def test_the_function_responds_to_preflights(monkeypatch: pytest.MonkeyPatch) -> None:
    template = (RECIPES / "lambda_template.yaml").read_text("utf-8")
    (origin,) = re.findall(r"FLASK_CORS_ORIGINS: (\S+)", template)
    assert "CorsConfiguration:" not in template
    monkeypatch.setenv("FLASK_CORS_ORIGINS", origin)
    app = load("lambda_function.py")["app"]
    assert allows(app, origin, "/books", method="PUT")
    assert not allows(app, EVIL, "/books", method="PUT")


def test_a_script_reads_the_name_of_a_download() -> None:
    app = load("downloads.py")["app"]
    outcome = Page(app, APP).fetch("/api/report")
    disposition = outcome.headers.get("Content-Disposition")
    assert disposition == "attachment; filename=report.csv"
    script = (RECIPES / "downloads.js").read_text("utf-8")
    (pattern,) = re.findall(r"= /(.+)/\.exec", script)
    found = re.search(pattern, disposition)
    assert found is not None
    assert found[1] == "report.csv"
    part = Page(app, APP).fetch("/api/report", headers={"Range": "bytes=0-4"})
    assert (part.status, part.body) == (206, b"title")
    assert part.headers.get("Content-Range") == "bytes 0-4/21"
    assert part.headers.get("ETag") == '"1815"'
    assert not part.exchanges[0].preflight
    assert check(app) == []


def test_the_csrf_token_is_read_from_an_exposed_header() -> None:
    app = load("csrf_token.py")["app"]
    app.config.update(SERVER_NAME="api.example", PREFERRED_URL_SCHEME="https")
    page = Page(app, APP)
    token = page.fetch("/token", credentials="include").headers.get("X-CSRFToken")
    assert token
    refused = page.fetch("/orders", method="POST", credentials="include")
    assert (refused.allowed, refused.status) == (True, 400)
    headers = {"X-CSRFToken": token}
    done = page.fetch("/orders", method="POST", headers=headers, credentials="include")
    assert done.body == b'{"state":"ordered"}\n'


def test_an_app_behind_nginx_knows_its_public_address() -> None:
    app = load("behind_nginx.py")["app"]
    headers = {"X-Forwarded-Proto": "https", "Host": "api.example"}
    assert app.test_client().get("/api/books", headers=headers).json == [
        "https://api.example/api/books"
    ]
    assert allows(app, APP, "/api/books", method="PUT")
    assert check(app) == []
