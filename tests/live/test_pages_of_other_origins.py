"""Kinds of origins, each met by a page that really has one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask

from flask_cors import CORS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.live

FETCH = """url => fetch(url).then(response => response.text(), error => String(error))"""


def read_from(browser: Browser, page_url: str, api_url: str) -> str:
    """Return what a page at one address reads from the other: the body, or the error."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(page_url)
        return str(page.evaluate(FETCH, api_url))


@pytest.mark.parametrize(
    ("origins", "host", "allowed"),
    [
        ("http://*.shop.test:*", "www.shop.test", True),
        ("http://*.shop.test:*", "a.b.shop.test", True),
        ("http://*.shop.test:*", "shop.test", False),
        ("http://*.shop.test:*", "myshop.test", False),
        ("http://*.shop.test:*", "www.shop.test.evil.test", False),
        ("http://localhost:*", "localhost", True),
        ("http://localhost:*", "127.0.0.1", False),
        ("http://localhost:*", "localhost.evil.test", False),
        ([r"http://(www|m)\.shop\.test:\d+"], "m.shop.test", True),
        ([r"http://(www|m)\.shop\.test"], "m.shop.test", False),
        ([lambda origin: "//vip." in origin], "vip.shop.test", True),
        ([lambda origin: "//vip." in origin], "www.shop.test", False),
        ("*", "anyone.test", True),
        ([], "anyone.test", False),
    ],
)
def test_a_page_reads_the_api_only_if_its_whole_origin_matches(
    browser: Browser,
    serve: Callable[[Flask], int],
    origins: Any,
    host: str,
    allowed: bool,
) -> None:
    api, pages = Flask("api"), Flask("pages")
    CORS(api, origins=origins)
    api.add_url_rule("/", view_func=lambda: "the response", endpoint="response")
    pages.add_url_rule("/", view_func=lambda: "a page", endpoint="page")

    read = read_from(browser, f"http://{host}:{serve(pages)}/", f"http://api.test:{serve(api)}/")

    assert read == ("the response" if allowed else "TypeError: Failed to fetch")


def test_a_sandboxed_page_is_refused_unless_null_is_listed(
    browser: Browser, serve: Callable[[Flask], int]
) -> None:
    def page_in_a_sandbox() -> tuple[str, dict[str, str]]:
        return "a page", {"Content-Security-Policy": "sandbox allow-scripts"}

    pages = Flask("pages")
    pages.add_url_rule("/", view_func=page_in_a_sandbox)
    page_url = f"http://page.test:{serve(pages)}/"

    read = {}
    for listed in (page_url.rstrip("/"), "null"):
        api = Flask("api")
        CORS(api, origins=[listed])
        api.add_url_rule("/", view_func=lambda: "the response", endpoint="response")
        read[listed] = read_from(browser, page_url, f"http://api.test:{serve(api)}/")

    assert list(read.values()) == ["TypeError: Failed to fetch", "the response"]
