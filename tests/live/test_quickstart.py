"""``examples/quickstart``, started by the commands of its README and opened in Chromium."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "quickstart"
API, PAGE = re.findall(
    r"^ {4}((?:flask|python) .+)$",
    (EXAMPLE / "README.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


def test_the_docs_and_the_readme_name_the_same_commands() -> None:
    docs = (ROOT / "docs" / "start" / "quickstart.md").read_text(encoding="utf-8")
    for command in (API, PAGE):
        assert f"$ {command}\n" in docs


class Server(NamedTuple):
    port: str
    process: subprocess.Popen[str]

    def log(self) -> str:
        """Stop the server, and return what it printed since it was ready, without colours."""
        self.process.terminate()
        return re.sub(r"\x1b\[\d+m", "", self.process.communicate(timeout=15)[0])


@contextmanager
def started(command: str, **environment: str) -> Iterator[Server]:
    """Run one of the commands, on a free port instead of its own."""
    command = re.sub(r"\b[58]000\b", "0", command)
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("FLASK_")}
    process = subprocess.Popen(
        shlex.split(command),
        cwd=EXAMPLE,
        env={
            **inherited,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{inherited['PATH']}",
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "error",
            "PYTHONDONTWRITEBYTECODE": "1",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    try:
        printed = ""
        for line in process.stdout:
            printed += line
            port = re.search(r"(?:Running on http://127\.0\.0\.1:|port )(\d+)", line)
            if port:
                yield Server(port[1], process)
                break
        else:
            pytest.fail(f"{command} did not start: {printed}")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class Quickstart(NamedTuple):
    page: str
    """The page on the origin that the API allows."""
    untrusted: str
    """The same page on another port."""
    api: Server


@pytest.fixture
def quickstart() -> Iterator[Quickstart]:
    with ExitStack() as servers:
        page = servers.enter_context(started(PAGE))
        other = servers.enter_context(started(PAGE))
        origin = f"http://localhost:{page.port}"
        api = servers.enter_context(started(API, FLASK_CORS_ORIGINS=origin))
        query = f"/?api=http://localhost:{api.port}"
        yield Quickstart(f"{origin}{query}", f"http://localhost:{other.port}{query}", api)


@contextmanager
def opened(browser: Browser, url: str) -> Iterator[Page]:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(url)
        page.wait_for_selector("#books[data-state]")
        yield page


def test_the_page_shows_the_responses_of_the_api(browser: Browser, quickstart: Quickstart) -> None:
    with opened(browser, quickstart.page) as page:
        assert page.inner_text("#books").split() == ["200", '["Middlemarch"]']
        page.fill("input", "Walden")
        page.click("button")
        page.wait_for_selector('#books:has-text("Walden")')
        assert page.inner_text("#added").split() == ["201", '{"added":"Walden"}']
    sent = re.findall(r'"(\w+ /\S*) HTTP/1.1" (\d+)', quickstart.api.log())
    assert sent == [
        ("GET /books", "200"),
        ("OPTIONS /books", "200"),
        ("POST /books", "201"),
        ("GET /books", "200"),
    ]


def test_a_page_on_another_port_is_blocked_and_shows_what_to_do(
    browser: Browser, quickstart: Quickstart
) -> None:
    origin = quickstart.untrusted.partition("/?")[0]
    with opened(browser, quickstart.untrusted) as page:
        assert page.get_attribute("#books", "data-state") == "blocked"
        assert f"FLASK_CORS_ORIGINS={origin}" in page.inner_text("#books")
        page.click("button")
        page.wait_for_selector('#added[data-state="blocked"]')
    # Its POST was never sent: the preflight already failed.
    assert "POST" not in quickstart.api.log()


def test_a_page_shows_that_its_api_is_not_running(browser: Browser, quickstart: Quickstart) -> None:
    quickstart.api.log()
    with opened(browser, quickstart.page) as page:
        assert "Is the API running?" in page.inner_text("#books")


@pytest.mark.parametrize(
    ("origin", "allowed"), [("http://localhost:8000", True), ("http://localhost:8001", False)]
)
def test_without_a_setting_the_page_on_port_8000_is_allowed(origin: str, allowed: bool) -> None:
    with started(API) as api:
        request = urllib.request.Request(
            f"http://127.0.0.1:{api.port}/books", headers={"Origin": origin}
        )
        with urllib.request.urlopen(request, timeout=15) as response:
            allow_origin = response.headers["Access-Control-Allow-Origin"]
    assert allow_origin == (origin if allowed else None)
