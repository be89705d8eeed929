"""The playground in Chromium: what the tests do with it, and read of it."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from .conftest import WIDE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

IDLE = "#playground-run[aria-disabled=false]"
SECONDS = 120  # a slow machine loads Python within them

APP = """\
from flask import Flask
from flask_cors import CORS, cross_origin

app = Flask(__name__)
CORS(app, origins=["https://app.example/"])


@cross_origin()
@app.get("/data")
def data():
    return {"a": 1}
"""
REQUEST = {
    "origin": "https://app.example",
    "method": "GET",
    "path": "/data",
    "headers": [["X-Token", "1"]],
    "credentials": "include",
}


# Where what is shown is, without the code and the result.
PLACES = """() => [...document.querySelectorAll("article section > *, .playground *")]
    .filter(one => one.offsetHeight && !one.closest(".cm-editor, .playground-result > *"))
    .map(one => {
        const { x, y, width } = one.getBoundingClientRect();
        return [one.id || one.className || one.tagName, x, y + scrollY, width].join(" ");
    })"""

# What the page announces of examples.
IN_FIREFOX = """(async () => {
    const until = async found => {
        while (!found()) await new Promise(resolve => setTimeout(resolve, 100));
    };
    const part = name => document.getElementById(`playground-${name}`);
    const [example, run] = [part("example"), part("run")];
    await until(() => example.options.length > 1);
    const shown = [];
    for (const id of %s) {
        example.value = id;
        example.dispatchEvent(new Event("change"));
        run.click();
        const hasVerdict = () => document.querySelector(".playground-verdict");
        await until(() => hasVerdict() && run.ariaDisabled !== "true");
        shown.push(part("announcement").textContent);
    }
    return JSON.stringify(shown);
})()"""


def fragment(content: object) -> str:
    encoded = base64.urlsafe_b64encode(json.dumps(content).encode())
    return "#state=" + encoded.decode().rstrip("=")


def state(code: str = APP, **changes: Any) -> str:
    return fragment({"code": code, "request": {**REQUEST, **changes}})


class Opened:
    """The page, what it requested, and what failed in it."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.address = address
        self.context = browser.new_context(viewport=None)
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.requested: list[str] = []
        self.errors: list[str] = []
        self.context.on("request", lambda request: self.requested.append(request.url))
        self.page = self.new()

    def new(self, part: str = "") -> Page:
        page = self.context.new_page()
        page.set_default_timeout(SECONDS * 1000)
        page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(self.address + part)
        ready(page)
        return page


def ready(page: Page) -> None:
    page.wait_for_selector("#playground-example optgroup", state="attached")


def go(page: Page, part: str) -> None:
    """Go to a fragment as a link does, also where the page is already."""
    page.evaluate(
        """part => {
            history.replaceState(null, "", part);
            dispatchEvent(new HashChangeEvent("hashchange"));
        }""",
        part,
    )
    page.wait_for_selector(".playground-empty", state="attached")


def run(page: Page) -> None:
    page.locator("#playground-run").click()
    page.wait_for_selector(IDLE)


def code_of(page: Page) -> str:
    lines = page.locator(".cm-line").evaluate_all("lines => lines.map(line => line.textContent)")
    return "\n".join(lines)


def shown_verdict(page: Page) -> str:
    """Return the reason code that is shown, or the title where there is none."""
    title = page.locator(".playground-verdict h2").inner_text()
    link = page.locator(".playground-verdict p a")
    return link.inner_text() if link.count() else title


def shown_findings(page: Page) -> list[str]:
    return page.locator(".playground-story > section .playground-findings a").all_inner_texts()


def marked_lines(page: Page) -> set[int]:
    """Return the numbers of the lines that have a marker beside them."""
    return set(
        page.evaluate(
            """() => {
                const numbers = [...document.querySelectorAll(".cm-lineNumbers .cm-gutterElement")];
                return [...document.querySelectorAll(".cm-lint-marker")].map(marker => {
                    const { top } = marker.parentElement.getBoundingClientRect();
                    const beside = numbers.find(one => one.offsetHeight
                        && Math.abs(one.getBoundingClientRect().top - top) < 2);
                    return Number(beside.textContent);
                });
            }"""
        )
    )
