"""What readers search for is the first that they find, a whole message of their console included.

The queries are those of people who did not know the words of the documentation.
"""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .conftest import NARROW, ROOT, WIDE, Open

if TYPE_CHECKING:
    from playwright.sync_api import Page

FIRST = {
    "react": "recipes/react-or-vite.html",
    "vite": "recipes/react-or-vite.html",
    "401": "errors/login-check.html",
    "upgrade": "start/upgrade.html",
    "whitelist": "guides/origins-and-resources.html",
    "application factory": "recipes/app-factory.html",
    "cookies": "(recipes|errors)/cookies.html",
    "jwt": "recipes/jwt.html",
    "nginx": "recipes/nginx.html",
    "subdomains": "recipes/subdomains-and-tenants.html.*",
    "max age": "reference/options.html#max-age",
    "PreflightInvalidStatus": "errors/PreflightInvalidStatus.html",
    "CORS401": "rules/cors401.html",
    "write an extension": "guides/extensions.html.*",
    "public api": "guides/extensions.html.*",
    "preflig": ".*[Pp]reflight.*|errors/login-check.html",  # while it is being written
}

COLLECTED = json.loads((ROOT / "tests/data/messages.json").read_text(encoding="utf-8"))
MESSAGES = sorted(
    {
        text
        for row in COLLECTED["scenarios"]
        for browser in COLLECTED["browsers"]
        if browser in row
        for text in (*row[browser]["console"], row[browser]["exception"])
        if text is not None
    }
)
# The addresses of a reader, who is not the one of the documentation's examples.
ADDRESSES = {
    "origin": "https://shop.acme.test:8443",
    "page": "https://shop.acme.test:8443/cart?id=7#top",
    "url": "https://backend.acme.test/v1/orders?status=open&page=2",
    "insecure_url": "http://backend.acme.test/v1/orders",
    "login": "https://sso.acme.test/authorize",
    "socket": "wss://backend.acme.test/live",
    "folder": "file:///C:/Users/grace/shop",
}


# One message of Chromium for each reason code.
OF_A_CODE = {
    row["chromium"]["code"]: row["chromium"]["console"][0]
    for row in reversed(COLLECTED["scenarios"])
    if row.get("chromium", {}).get("code")
}


def filled(text: str, addresses: dict[str, str]) -> str:
    for name, address in addresses.items():
        text = text.replace(f"{{{name}}}", address)
    return text


def without_addresses(text: str) -> str:
    return " ".join(re.sub(r"\w+://[^\s'\"\u2019\u201d)]+", "", text).split())


def quoted(site: Path) -> dict[str, set[str]]:
    """Return the pages that quote each message, by its words."""
    pages: dict[str, set[str]] = {}
    for page in site.glob("errors/*.html"):
        html = page.read_text(encoding="utf-8")
        for block in re.findall(r'<div class="highlight-text.*?<pre>(.*?)</pre>', html, re.DOTALL):
            for line in re.sub(r"<[^>]+>", "", block).splitlines():
                quoting = pages.setdefault(without_addresses(unescape(line)), set())
                quoting.add(str(page.relative_to(site)))
    return pages


def search(page: Page, query: str) -> list[str]:
    """Return the pages and sections that a query finds, in order."""
    field = page.locator(".search-field input:visible")
    field.fill(query)
    page.wait_for_selector(".search-results:not([hidden])")
    results = page.locator(".search-results a")
    hrefs = results.evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return [href.removeprefix("./") for href in hrefs]


@pytest.mark.parametrize("query", FIRST)
def test_a_query_finds_its_section_first(open_page: Open, query: str) -> None:
    found = search(open_page(), query)
    assert found
    assert re.fullmatch(FIRST[query], found[0]), found


@pytest.mark.parametrize("addresses", [COLLECTED["examples"], ADDRESSES], ids=["example", "own"])
def test_a_message_that_is_pasted_whole_finds_a_page_that_quotes_it_first(
    open_page: Open, site: Path, addresses: dict[str, str]
) -> None:
    page, pages = open_page(), quoted(site)
    assert len(MESSAGES) == 97
    for message in MESSAGES:
        right = pages[without_addresses(filled(message, COLLECTED["examples"]))]
        found = search(page, filled(message, addresses))
        assert found[0] in right, message


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_fix_of_each_code_is_two_clicks_from_a_pasted_message(
    open_page: Open, size: tuple[int, int]
) -> None:
    from playwright.sync_api import expect

    page = open_page(size=size)
    assert len(OF_A_CODE) == 24
    for code, message in OF_A_CODE.items():
        search(page, filled(message, ADDRESSES))
        page.locator(".search-results a").first.click()
        page.wait_for_url(f"**/errors/{code}.html")
        fix = page.locator("p", has_text=re.compile("^Fix:"))
        expect(fix).to_be_in_viewport(ratio=0.9)  # after one click, without scrolling
        fix.locator('a[href="#how-to-fix"]').click()
        expect(page.locator("#how-to-fix pre").first).to_be_in_viewport()


def test_lines_that_are_pasted_stay_apart(open_page: Open) -> None:
    page = open_page()
    text = "Failed to load resource: net::ERR_FAILED\nTypeError: Failed to fetch"
    page.locator(".search-field input:visible").focus()
    page.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text", text);
            const pasted = new ClipboardEvent("paste", { clipboardData, cancelable: true });
            document.activeElement.dispatchEvent(pasted);
        }""",
        text,
    )
    assert page.locator(".search-field input:visible").input_value() == text.replace("\n", " ")
    first = page.locator(".search-results a").first
    assert first.get_attribute("href") == "./errors/failed-to-fetch.html"


def test_a_query_without_a_result_says_so(open_page: Open) -> None:
    page = open_page()
    assert search(page, "xylophone") == []
    assert page.locator(".search-results").inner_text() == "Nothing found."


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_keys_choose_a_result_and_enter_opens_it(open_page: Open, size: tuple[int, int]) -> None:
    page = open_page("guides/binding.html", size)
    if size == WIDE:
        page.keyboard.press("/")
    else:
        page.locator(".search-field input:visible").focus()
    page.keyboard.type("upgrade")
    page.wait_for_selector(".search-results a")
    page.keyboard.press("ArrowDown")
    second = page.locator(".search-results a").nth(1)
    assert second.get_attribute("aria-selected") == "true"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/start/upgrade.html")


def test_escape_and_a_click_elsewhere_close_the_results(open_page: Open) -> None:
    page = open_page()
    for close in (lambda: page.keyboard.press("Escape"), lambda: page.locator("h1").first.click()):
        search(page, "cookie")
        close()
        assert page.locator(".search-results").is_hidden()
        page.locator(".search-field input:visible").fill("")
