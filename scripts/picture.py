"""Make the picture of the playground in the README, from the site that ``make docs`` has built.

python scripts/picture.py
"""

from __future__ import annotations

import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
SITE = ROOT / "docs/_build/html"
PICTURE = ROOT / "docs/figures/playground.png"
EXAMPLE = "errors/HeaderDisallowedByPreflightResponse"
WIDTH, HEIGHT, MARGIN = 1280, 1240, 16
LOADED_WITHIN = 120  # seconds


def take(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto(f"{address}/playground.html#example={EXAMPLE}")
        page.wait_for_selector("#playground-example optgroup", state="attached")
        page.locator("#playground-run").click()
        page.wait_for_selector(".playground-verdict", timeout=LOADED_WITHIN * 1000)
        page.locator("#playground-status").evaluate("status => { status.textContent = ''; }")
        # From the bar of examples to the card that blocks.
        bar = page.locator(".playground-bar").bounding_box()
        end = page.locator(".playground-card.blocked").first.bounding_box()
        assert bar is not None
        assert end is not None
        page.screenshot(
            path=PICTURE,
            full_page=True,
            clip={
                "x": bar["x"] - MARGIN,
                "y": bar["y"] - MARGIN,
                "width": bar["width"] + 2 * MARGIN,
                "height": end["y"] + end["height"] - bar["y"] + 2 * MARGIN,
            },
        )
        browser.close()


def main() -> None:
    handler = partial(SimpleHTTPRequestHandler, directory=str(SITE))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        take(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
