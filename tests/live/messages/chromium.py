"""Scenarios in Chromium, by Playwright."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, sync_playwright

from tests.live.browsers import CHROMIUM_ARGUMENTS

from .loopback import Loopback
from .scenarios import Scenario, program

HOSTS = "--host-resolver-rules=MAP *.test 127.0.0.1, MAP *.invalid ~NOTFOUND"

# An ad blocker. Blocking by the developer tools instead makes another message.
BLOCKER = {
    "manifest.json": {
        "manifest_version": 3,
        "name": "blocker",
        "version": "1",
        "permissions": ["declarativeNetRequest"],
        "host_permissions": ["<all_urls>"],
        "declarative_net_request": {
            "rule_resources": [{"id": "rules", "enabled": True, "path": "rules.json"}]
        },
    },
    "rules.json": [
        {
            "id": 1,
            "priority": 1,
            "action": {"type": "block"},
            "condition": {"urlFilter": "/blocker/data"},
        }
    ],
}


class Chromium:
    name = "chromium"

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        page = context.new_page()
        product = context.new_cdp_session(page).send("Browser.getVersion")["product"]
        page.close()
        self.version = f"Chromium {product.partition('/')[2]}"

    def replay(
        self, served: Loopback, scenario: Scenario, settle: float, expected: int = 0
    ) -> dict[str, Any]:
        """Return the messages of the browser in a scenario.

        :param settle: how many seconds to wait for the next line of the console.
        :param expected: how many lines to wait longer for.
        """
        at = served.addresses(scenario)
        console: list[str] = []
        codes: list[str] = []
        page = self._context.new_page()
        devtools = self._context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.send("Audits.enable")
        if scenario.page == "https":  # everywhere else the certificate counts
            devtools.send("Security.setIgnoreCertificateErrors", {"ignore": True})
        devtools.on("Network.loadingFailed", lambda event: _record_failure(codes, event))
        devtools.on("Audits.issueAdded", lambda event: _record_issue(codes, event["issue"]))
        page.goto(at.page)
        page.on("console", lambda message: _record_console_line(console, message))
        exception = page.evaluate(program(scenario, at.url))
        until = time.monotonic() + 5
        while len(console) < expected and time.monotonic() < until:
            page.wait_for_timeout(20)
        page.wait_for_timeout(settle * 1000)
        page.close()
        return {
            "code": codes[0] if codes else None,
            "console": [served.neutral(scenario, text) for text in console],
            "exception": exception and served.neutral(scenario, exception),
        }


def _record_console_line(console: list[str], message: ConsoleMessage) -> None:
    if message.type in ("error", "warning"):
        console.append(message.text)


def _record_failure(codes: list[str], event: dict[str, Any]) -> None:
    if "corsErrorStatus" in event:
        codes.insert(0, event["corsErrorStatus"]["corsError"])


def _record_issue(codes: list[str], issue: dict[str, Any]) -> None:
    """Record the code of an issue. Two codes come as issues only; others are less exact."""
    details = issue["details"].get("corsIssueDetails", {"isWarning": True})
    if not details["isWarning"]:
        codes.append(details["corsErrorStatus"]["corsError"])


@contextmanager
def chromium(executable: str) -> Iterator[Chromium]:
    with (
        tempfile.TemporaryDirectory(prefix="messages-", ignore_cleanup_errors=True) as profile,
        tempfile.TemporaryDirectory(prefix="messages-") as blocker,
        sync_playwright() as playwright,
    ):
        for name, content in BLOCKER.items():
            (Path(blocker) / name).write_text(json.dumps(content))
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=executable,
            headless=True,
            ignore_default_args=["--disable-extensions"],
            args=[
                *CHROMIUM_ARGUMENTS,
                HOSTS,
                f"--load-extension={blocker}",
                f"--disable-extensions-except={blocker}",
            ],
        )
        yield Chromium(context)
        context.close()
