"""The playground of the documentation, in Chromium and Firefox: Python runs in the page."""

from __future__ import annotations

import importlib.util
import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from ..browsers import executable, install
from .conftest import NARROW, ROOT, WIDE
from .playground_page import (
    APP,
    IDLE,
    IN_FIREFOX,
    PLACES,
    REQUEST,
    Opened,
    code_of,
    fragment,
    go,
    marked_lines,
    ready,
    run,
    shown_findings,
    shown_verdict,
    state,
)
from .test_site import CONTRASTS, LEAST_CONTRAST

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BLOCKED = "errors/PreflightMissingAllowOriginHeader"

REFUSED = APP.replace('["https://app.example/"]', '"*", supports_credentials=True')
LOOP = APP + "\n\nwhile True:\n    pass\n"
HTML = "<img src=x onerror=document.title=1><script>document.title=1</script>"


# ---- the page ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def opened(browser: Browser, playground: str, served: str) -> Iterator[Opened]:
    """One page, so that Python is loaded once. It requests nothing of another origin."""
    opened = Opened(browser, playground)
    yield opened
    opened.context.close()
    assert opened.errors == []
    own = (served, f"blob:{served}", "data:")  # of the scripts themselves, not only of the worker
    assert [url for url in opened.requested if not url.startswith(own)] == []


@pytest.fixture
def page(opened: Opened) -> Page:
    page = opened.page
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    page.emulate_media(color_scheme="light")
    return page


# ---- what it says ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def session() -> ModuleType:
    """What runs in the page, here."""
    spec = importlib.util.spec_from_file_location("session", ROOT / "docs/_playground/session.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_example_has_the_verdict_and_the_findings_of_the_commands(
    page: Page, site: Path, session: ModuleType
) -> None:
    examples = json.loads(site.joinpath("_static/playground/examples.json").read_text())
    expected, shown = {}, {}
    for example in examples:
        result = session.run(example["code"], example["request"])
        verdict = result["verdict"]["code"] or "Allowed"
        expected[example["id"]] = verdict, [found["code"] for found in result["findings"]]
        page.locator("#playground-example").select_option(example["id"])
        run(page)
        shown[example["id"]] = shown_verdict(page), shown_findings(page)
    assert len(examples) > 30
    assert shown == expected


def test_findings_are_beside_their_lines(page: Page) -> None:
    go(page, state())
    run(page)
    assert {"CORS102", "CORS603"} <= set(shown_findings(page))
    assert marked_lines(page) == {5, 8}


def test_a_finding_leads_to_its_line_and_its_page(page: Page, site: Path) -> None:
    go(page, state())
    run(page)
    found = page.locator(".playground-findings li", has_text="CORS603")
    assert site.joinpath(found.locator("a").get_attribute("href")).exists()
    found.locator("button").click()
    page.keyboard.press("Delete")  # the line is selected
    assert "@cross_origin" not in code_of(page)


def test_a_refused_configuration_shows_its_findings(page: Page) -> None:
    go(page, state(REFUSED))
    run(page)
    assert "CORSConfigError" in page.locator(".playground-verdict").inner_text()
    assert page.locator(".playground-findings a").all_inner_texts() == ["CORS205"]
    assert marked_lines(page) == {5}


def test_an_error_of_the_code_is_shown_at_its_line(page: Page) -> None:
    go(page, state(APP + "\n\nunknown()\n"))
    run(page)
    assert "NameError" in page.locator(".playground-verdict").inner_text()
    assert marked_lines(page) == {14}


def test_the_reason_has_a_page(page: Page, site: Path) -> None:
    go(page, f"#example={BLOCKED}")
    run(page)
    href = page.locator(".playground-verdict a").get_attribute("href")
    assert href == f"{BLOCKED}.html"
    assert site.joinpath(href).exists()


def test_the_missing_header_is_marked(page: Page) -> None:
    go(page, f"#example={BLOCKED}")
    run(page)
    header = page.locator(".playground-card .missing > *")
    assert header.all_inner_texts() == ["Access-Control-Allow-Origin", "missing"]
    assert page.locator(".playground-card h3").all_inner_texts()[1].startswith("Preflight")


def test_the_suggestion_is_copied(page: Page) -> None:
    go(page, "#example=errors/MissingAllowOriginHeader")
    run(page)
    page.locator(".playground-panel button", has_text="Copy").click()
    page.wait_for_selector(".playground-panel >> text=Copied")
    written = page.evaluate("navigator.clipboard.readText()")
    assert written == page.locator(".playground-suggestion").inner_text()
    assert "https://app.example" in written


def test_a_result_is_not_shown_beside_the_lines_of_other_code(page: Page) -> None:
    go(page, state("import time\n\n" + APP + "\n\ntime.sleep(1)\n"))
    page.locator("#playground-run").click()
    page.locator("#playground-origin").fill("https://other.example")
    page.wait_for_selector(IDLE)
    assert page.locator("#playground-status").inner_text() == "Changed since the last run."
    assert "https://app.example" in page.locator(".playground-card").first.inner_text()
    assert marked_lines(page) == set()


# ---- what it must not do -----------------------------------------------------------------------


def test_an_endless_loop_is_stopped(page: Page) -> None:
    go(page, state(LOOP))
    page.locator("#playground-run").click()
    page.wait_for_selector("#playground-status >> text=Still running")
    page.locator("#playground-stop").click()
    page.wait_for_selector(IDLE)
    assert page.locator("#playground-status").inner_text() == "Stopped."
    assert page.evaluate("document.activeElement.id") == "playground-run"
    go(page, f"#example={BLOCKED}")
    run(page)
    assert shown_verdict(page) == "PreflightMissingAllowOriginHeader"


HOSTILE = [
    "#state=%%%",
    "#state=AAAA",
    "#example=../../x",
    "#example=__proto__",
    fragment(None),
    fragment([]),
    fragment({"code": 1, "request": REQUEST}),
    fragment({"code": APP}),
    fragment({"code": APP, "request": {**REQUEST, "headers": [["a"]]}}),
    fragment({"code": APP, "request": {**REQUEST, "headers": [["a", "b"]] * 21}}),
    fragment({"code": APP, "request": {**REQUEST, "credentials": "always"}}),
    fragment({"code": APP, "request": {**REQUEST, "path": "/\r\nX: 1"}}),
    fragment({"code": "x" * 20_001, "request": REQUEST}),
    "#state=" + "A" * 50_000,
]


@pytest.mark.parametrize("part", HOSTILE, ids=range(len(HOSTILE)))
def test_a_fragment_that_is_not_valid_changes_nothing(page: Page, part: str) -> None:
    go(page, f"#example={BLOCKED}")
    go(page, part)
    page.wait_for_selector(
        f"#playground-example >> css=option:checked[value='{BLOCKED}']", state="attached"
    )
    assert page.evaluate("location.hash") == f"#example={BLOCKED}"


def test_html_of_a_fragment_is_text(page: Page) -> None:
    title = page.title()
    headers = [["X-Token", HTML], [HTML[:90], "1"]]
    go(page, state(HTML, origin=HTML, method="<b>", path=HTML, headers=headers))
    run(page)
    assert page.locator(".playground-verdict").count() == 1
    assert code_of(page) == HTML
    assert page.locator("#playground-origin").input_value() == HTML
    go(page, state(APP.replace('"/data"', f"'/{HTML}'"), origin=HTML))
    run(page)
    app = f'from flask import Flask\n\napp = Flask(__name__)\nraise Exception("""{HTML}""")\n'
    go(page, state(app))
    run(page)
    assert HTML in page.locator(".playground-message").inner_text()
    assert page.locator("article img, article b").count() == 0
    assert page.title() == title


# ---- how it is used ----------------------------------------------------------------------------


def test_a_link_has_the_whole_state(opened: Opened, page: Page) -> None:
    go(page, state(path="/ä?b=1#c"))
    page.locator("#playground-add-header").click()
    page.keyboard.type("X-Second")
    page.keyboard.press("Tab")
    page.keyboard.type("zwei")
    page.locator("#playground-copy-link").click()
    page.wait_for_selector("#playground-copy-link >> text=Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    other = opened.context.new_page()
    other.goto(link)
    ready(other)
    assert code_of(other) == APP
    assert other.locator("#playground-path").input_value() == "/ä?b=1#c"
    rows = other.locator("#playground-header-rows input")
    assert [each.input_value() for each in rows.all()] == ["X-Token", "1", "X-Second", "zwei"]
    assert other.locator("#playground-credentials").is_checked()
    other.close()


def test_an_example_that_is_unchanged_is_named_in_the_link(page: Page) -> None:
    go(page, state())
    page.locator("#playground-example").select_option(BLOCKED)
    assert page.evaluate("location.hash") == f"#example={BLOCKED}"


def test_it_works_with_the_keyboard_alone(page: Page) -> None:
    go(page, f"#example={BLOCKED}")
    page.locator("#playground-example").focus()
    visited = []
    for _ in range(12):
        page.keyboard.press("Tab")
        visited.append(
            page.evaluate("document.activeElement.id || document.activeElement.className")
        )
    assert any("cm-content" in each for each in visited)
    assert "playground-run" in visited
    page.locator("#playground-origin").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("https://other.example")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".playground-verdict")
    announced = page.locator("#playground-announcement")
    assert announced.get_attribute("aria-live") == "polite"
    assert "PreflightMissingAllowOriginHeader" in announced.inner_text()
    page.wait_for_selector(IDLE)
    assert page.evaluate("document.activeElement.id") == "playground-origin"


def test_control_enter_in_the_editor_runs(page: Page) -> None:
    go(page, state())
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".playground-verdict")
    page.wait_for_selector(IDLE)
    assert code_of(page) == APP


def test_each_control_has_a_name_and_each_name_is_used_once(page: Page) -> None:
    go(page, state())
    run(page)
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("article :is(input, select, button, a, progress, "
            + "[role=textbox])")].filter(one => !(one.textContent.trim() || one.labels?.length
            || one.getAttribute("aria-label"))).map(one => one.outerHTML)"""
    )
    assert nameless == []
    ids = page.locator("article [id]").evaluate_all("all => all.map(one => one.id)")
    assert len(ids) == len(set(ids))
    levels = page.locator("article :is(h1, h2, h3, h4)").evaluate_all(
        "all => all.map(one => Number(one.tagName[1]))"
    )
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("part", [f"#example={BLOCKED}", state(), state(REFUSED)])
def test_each_text_of_a_result_has_enough_contrast(page: Page, scheme: Any, part: str) -> None:
    page.emulate_media(color_scheme=scheme)
    go(page, part)
    run(page)
    texts = page.evaluate(CONTRASTS)
    assert len(texts) > 100
    assert [text for text in texts if text[0] < LEAST_CONTRAST] == []


def test_a_result_is_not_wider_than_the_screen(page: Page) -> None:
    go(page, state(path="/data?" + "x" * 300))
    run(page)
    for width in (NARROW[0], 800, 1020, 1150, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_run_moves_nothing_that_was_there(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    go(page, f"#example={BLOCKED}")
    before = page.evaluate(PLACES)
    assert len(before) > 30
    run(page)
    assert page.evaluate(PLACES) == before


def test_a_run_keeps_the_focus(page: Page) -> None:
    go(page, f"#example={BLOCKED}")
    page.locator("#playground-run").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".playground-verdict")
    page.wait_for_selector(IDLE)
    assert page.evaluate("document.activeElement.id") == "playground-run"


def test_a_page_opened_as_a_file_says_how_to_serve_it(site: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(site.joinpath("playground.html").as_uri())
    assert "python -m http.server" in page.locator("#playground-unserved").inner_text()
    assert not page.locator("#playground-run").is_visible()
    page.close()


def test_without_scripts_it_names_the_command(playground: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(playground)
    assert "flask cors explain" in page.locator("noscript").inner_text()
    assert not page.locator("#playground-run").is_visible()
    context.close()


# ---- Firefox -----------------------------------------------------------------------------------


def test_firefox_shows_the_same(
    playground: str,
    opened: Opened,
    installed: Callable[..., None],
    missing: Callable[[str, str], NoReturn],
) -> None:
    installed("websocket", "websocket-client")
    from ..messages.firefox import firefox

    path = executable("firefox")
    if path is None:
        missing("Firefox", install("firefox"))
    examples = [BLOCKED, "errors/MissingAllowOriginHeader", "recipes/nginx"]
    with firefox(path) as driven:
        driven.open(playground)
        shown = json.loads(driven.evaluate(IN_FIREFOX % json.dumps(examples)))
    expected = []
    for example in examples:
        go(opened.page, f"#example={example}")
        run(opened.page)
        expected.append(opened.page.locator("#playground-announcement").inner_text())
    assert shown == expected
