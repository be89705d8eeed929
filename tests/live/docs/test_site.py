"""The site is read without a server, without a request to anyone, and by people who see less."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flask_cors import __version__

from .conftest import NARROW, WIDE, Open

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Pages with each kind of content: code, output, tables, figures, the reference of the API.
KINDS = [
    "index.html",
    "commands/explain.html",
    "errors/index.html",
    "errors/PreflightInvalidStatus.html",
    "guides/performance.html",
    "reference/api.html",
    "reference/options.html",
    "start/how-cors-works.html",
]
# The lowest contrast of WCAG 2.2, level AA, for text of any size.
LEAST_CONTRAST = 4.5

# Each text that is shown, with its contrast to what is below it.
CONTRASTS = """() => {
    const parse = text => {
        const [red, green, blue, alpha = 1] = text.match(/[\\d.]+/g).map(Number);
        const scale = text.startsWith("color(") ? 255 : 1;
        return [red * scale, green * scale, blue * scale, alpha];
    };
    const over = ([r, g, b, a], [R, G, B]) =>
        [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
    const luminance = ([red, green, blue]) => {
        const [r, g, b] = [red, green, blue].map(value => {
            value /= 255;
            return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const below = element => {
        const layers = [];
        for (let at = element; at; at = at.parentElement) {
            const color = parse(getComputedStyle(at).backgroundColor);
            if (color[3]) layers.push(color);
            if (color[3] === 1) break;
        }
        const root = parse(getComputedStyle(document.documentElement).backgroundColor);
        return layers.reduceRight((under, layer) => over(layer, under), root);
    };
    const found = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        const text = texts.currentNode.data.trim();
        const box = element.getBoundingClientRect();
        const shown = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
        if (!text || !shown || box.width < 2 || element.closest("title, desc")) continue;
        const style = getComputedStyle(element);
        const background = below(element);
        const ink = over(parse(element.closest("svg") ? style.fill : style.color), background);
        const [dark, light] = [luminance(ink), luminance(background)].sort((a, b) => a - b);
        const contrast = (light + 0.05) / (dark + 0.05);
        found.push([Math.round(contrast * 100) / 100, text.slice(0, 40), element.className]);
    }
    return found;
}"""


def pages_of(site: Path) -> list[str]:
    return sorted(str(page.relative_to(site)) for page in site.rglob("*.html"))


def test_no_page_sends_a_request_to_another_origin(open_page: Open, site: Path) -> None:
    page = open_page()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    for name in pages_of(site):
        page.goto(site.joinpath(name).as_uri())
    page.locator(".search-field input:visible").fill("cookies")
    page.wait_for_selector(".search-results a")
    assert len(sent) > len(pages_of(site))
    assert {url for url in sent if not url.startswith((site.as_uri(), "data:"))} == set()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", KINDS)
def test_each_text_has_enough_contrast(open_page: Open, name: str, scheme: str) -> None:
    page = open_page(name, scheme=scheme)
    page.locator(".search-field input:visible").fill("credentials")
    page.wait_for_selector(".search-results a")
    texts = page.evaluate(CONTRASTS)
    assert len(texts) > 100
    assert [text for text in texts if text[0] < LEAST_CONTRAST] == []


@pytest.mark.parametrize("name", KINDS)
def test_a_page_is_not_wider_than_the_screen(open_page: Open, name: str) -> None:
    page = open_page(name)
    for width in (390, 800, 1020, 1150, 1320, 1380, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_sidebar_has_each_page_and_stays(open_page: Open, site: Path) -> None:
    page = open_page("reference/options.html")
    links = page.locator(".sidebar-tree a").evaluate_all("links => links.map(link => link.href)")
    linked = {link.partition("#")[0] for link in links}
    pages = {site.joinpath(name).as_uri() for name in pages_of(site)}
    assert pages - linked == {site.joinpath("index.html").as_uri()}
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    assert page.locator(".sidebar-tree .current-page").is_visible()
    assert abs(page.locator(".sidebar-sticky").bounding_box()["y"]) < 1


def test_a_phone_has_the_search_at_the_top_and_it_stays(open_page: Open) -> None:
    page = open_page("reference/options.html", NARROW)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    box = page.locator(".search-field input:visible").bounding_box()
    assert 0 <= box["y"] < 50
    assert box["width"] > 200


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_reader_can_choose_dark(open_page: Open, size: tuple[int, int]) -> None:
    page = open_page(size=size)
    backgrounds = set()
    for _ in range(3):
        page.locator(".theme-toggle:visible").click()
        backgrounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(backgrounds) == 2


def copied(page: Page, block: str) -> str:
    """Return what the button of the first block puts into the clipboard."""
    page.evaluate(
        "document.addEventListener('copy', () => { window.copied = getSelection().toString()"
        " || document.activeElement.value; })"
    )
    page.locator(f"{block} button.copybtn").first.click(force=True)
    page.wait_for_function("window.copied")
    return str(page.evaluate("window.copied"))


def test_a_command_is_copied_without_its_prompt_and_its_output(open_page: Open) -> None:
    text = copied(open_page("commands/explain.html"), ".highlight-console")
    assert text.startswith("flask --app ")
    assert "->" not in text


def test_a_heading_has_a_link_to_itself(open_page: Open) -> None:
    page = open_page("reference/options.html")
    headings = page.locator("article :is(h1, h2, h3)").count()
    assert page.locator("article :is(h1, h2, h3) > a.headerlink").count() == headings


def test_each_page_has_a_title_and_a_description_of_its_own(open_page: Open, site: Path) -> None:
    page = open_page()
    titles, descriptions = set(), set()
    for name in pages_of(site):
        page.goto(site.joinpath(name).as_uri())
        titles.add(page.title())
        description = page.locator("meta[name=description]").get_attribute("content")
        assert 20 <= len(description) <= 200, name
        descriptions.add(description)
    assert len(titles) == len(descriptions) == len(pages_of(site))


def test_a_page_calls_itself_by_the_release(open_page: Open) -> None:
    page = open_page()
    assert page.title() == f"Flask-CORS {__version__}"
    assert "development" not in page.locator("body").inner_text().lower()
