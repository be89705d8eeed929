"""``examples/two_origins``, started as its README says and opened in Chromium."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[2]
ENDED_WITHIN = 15  # seconds; more than a slow machine needs


# The example -----------------------------------------------------------------------------------


@dataclass
class Demo:
    process: subprocess.Popen[str]
    page: str
    api: str

    def end(self, number: signal.Signals = signal.SIGINT) -> str:
        """Stop it as a user does, and return what it printed since it was ready."""
        self.process.send_signal(number)
        return self.process.communicate(timeout=ENDED_WITHIN)[0]


@contextmanager
def started(*arguments: str) -> Iterator[Demo]:
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "examples/two_origins", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    try:
        printed = ""
        for line in process.stdout:
            printed += line
            if "Ctrl-C" in line:
                break
        page = re.search(r"page +(http://localhost:\d+)", printed)
        api = re.search(r"API +(http://localhost:\d+)", printed)
        assert page, f"no URL of the page in: {printed}"
        assert api, f"no URL of the API in: {printed}"
        yield Demo(process, page[1], api[1])
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    with started() as running:
        yield running
        running.end()
        assert running.process.returncode == 0


def status_of(url: str) -> int:
    with urllib.request.urlopen(url, timeout=ENDED_WITHIN) as response:
        return int(response.status)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_example_serves_two_urls_and_ends_with_a_signal(number: signal.Signals) -> None:
    with started() as running:
        assert running.page != running.api
        assert status_of(running.page) == 200
        assert status_of(f"{running.api}/api/books") == 200
        assert running.end(number).strip() == "Stopped."
        assert running.process.returncode == 0


def test_the_example_serves_on_the_given_ports() -> None:
    with started() as first:
        first.end()
        ports = [url.rpartition(":")[2] for url in (first.api, first.page)]
        with started("--api-port", ports[0], "--page-port", ports[1]) as second:
            assert (second.api, second.page) == (first.api, first.page)
            second.end()


def test_the_example_names_the_option_whose_port_is_taken() -> None:
    with started() as running:
        taken = running.api.rpartition(":")[2]
        refused = subprocess.run(
            [sys.executable, "examples/two_origins", "--api-port", taken],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=ENDED_WITHIN,
        )
        assert refused.returncode == 2
        assert f"argument --api-port: cannot listen on port {taken}" in refused.stderr
        assert "Traceback" not in refused.stderr
        running.end()


# The page, line by line ------------------------------------------------------------------------


@dataclass
class Line:
    """A call as the page shows it."""

    state: str
    word: str
    wire: list[str]
    note: str
    got: str
    cors_error: str | None
    refused_name: str | None


CARDS = """() => [...document.querySelectorAll("article")].map(card => ({
    call: card.dataset.call,
    tag: card.dataset.tag,
    state: card.dataset.state,
    word: card.querySelector(".state").innerText,
    wire: [...card.querySelectorAll("summary")].map(exchange => exchange.innerText),
    note: card.querySelector(".note").innerText,
    got: card.querySelector(".result").innerText,
}))"""


@dataclass
class Opened:
    page: Page
    lines: dict[str, Line]


@contextmanager
def opened(browser: Browser, url: str, width: int = 1280) -> Iterator[Opened]:
    """Open the page, wait for its calls, and collect its texts and Chromium's reasons."""
    with browser.new_context(viewport={"width": width, "height": 900}) as context:
        page = context.new_page()
        failures = blocked_calls(page)
        crashes: list[str] = []
        page.on("pageerror", lambda error: crashes.append(str(error)))
        page.goto(url)
        page.wait_for_selector("body[data-done]")
        assert crashes == []
        lines = {}
        for card in page.evaluate(CARDS):
            error = failures.get(card["tag"], {})
            lines[card["call"]] = Line(
                state=card["state"],
                word=card["word"],
                wire=[squeezed(exchange) for exchange in card["wire"]],
                note=card["note"],
                got=squeezed(card["got"]),
                cors_error=error.get("corsError"),
                refused_name=error.get("failedParameter") or None,
            )
        yield Opened(page, lines)


def blocked_calls(page: Page) -> dict[str, dict[str, str]]:
    """Return the ``corsErrorStatus`` of blocked calls by their tags, filled as the page runs."""
    tags: dict[str, str] = {}
    failures: dict[str, dict[str, str]] = {}

    def sent(event: dict[str, Any]) -> None:
        query = parse_qs(urlsplit(event["request"]["url"]).query)
        tags[event["requestId"]] = query.get("call", [""])[0]

    def failed(event: dict[str, Any]) -> None:
        if "corsErrorStatus" in event:
            failures[tags[event["requestId"]]] = event["corsErrorStatus"]

    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.on("Network.requestWillBeSent", lambda event: sent(event))
    devtools.on("Network.loadingFailed", lambda event: failed(event))
    return failures


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def fresh() -> Iterator[Demo]:
    """An example of its own for ``allowed``: the page's calls rename a book, once."""
    with started() as running:
        yield running
        running.end()


@pytest.fixture(scope="module")
def allowed(browser: Browser, fresh: Demo) -> Iterator[dict[str, Line]]:
    """The lines of the page on the origin that the API allows."""
    with opened(browser, fresh.page) as shown:
        yield shown.lines


@pytest.fixture(scope="module")
def other_url(demo: Demo) -> str:
    """The same page on a host name that the API does not allow."""
    return demo.page.replace("localhost", "untrusted.test")


@pytest.fixture(scope="module")
def untrusted(browser: Browser, other_url: str) -> Iterator[dict[str, Line]]:
    with opened(browser, other_url) as shown:
        yield shown.lines


BOOKS_AFTER_PUT = '200 {"1":"Emma","2":"Moby-Dick","3":"Walden"}'

READ = [
    (
        "simple-get",
        ["request GET /api/books → 200"],
        "No preflight.",
        '200 {"1":"Middlemarch","2":"Moby-Dick","3":"Walden"}',
    ),
    (
        "preflighted-put",
        ["preflight OPTIONS /api/books/1 → 200", "request PUT /api/books/1 → 200"],
        "",
        '200 {"renamed":1,"title":"Emma"}',
    ),
    (
        "exposed-header",
        ["request GET /api/books → 200"],
        "No preflight.",
        BOOKS_AFTER_PUT + " X-Total-Count: 3 exposed X-Shelf: null hidden",
    ),
    (
        "public",
        ["request GET /public/status → 200"],
        "No preflight.",
        '200 {"status":"open to all origins"}',
    ),
    (
        "login",
        ["preflight OPTIONS /api/login → 200", "request POST /api/login → 200"],
        "The response sets a cookie.",
        '200 {"hello":"Ada"}',
    ),
    (
        "whoami",
        ["request GET /api/whoami → 200"],
        "No preflight. The browser sent the cookie.",
        '200 {"user":"Ada"}',
    ),
    (
        "whoami-without-credentials",
        ["request GET /api/whoami → 200"],
        "No preflight.",
        '200 {"user":null}',
    ),
    (
        "unhandled-exception",
        ["request GET /api/broken → 500"],
        "No preflight.",
        '500 {"error":"Internal Server Error"}',
    ),
    (
        "not-found",
        ["request GET /api/films → 404"],
        "No preflight.",
        '404 {"error":"Not Found"}',
    ),
]

BLOCKED = [
    (
        "refused-origin",
        ["request GET /partner/prices → 200"],
        "No preflight.",
        "The response has no Access-Control-Allow-Origin for {page}.",
        "MissingAllowOriginHeader",
        None,
    ),
    (
        "refused-method",
        ["preflight OPTIONS /api/books/2 → 200"],
        "The browser never sent the DELETE.",
        "The response to the preflight does not list DELETE in Access-Control-Allow-Methods.",
        "MethodDisallowedByPreflightResponse",
        "DELETE",
    ),
    (
        "refused-header",
        ["preflight OPTIONS /api/books → 200"],
        "The browser never sent the GET.",
        "The response to the preflight does not list x-debug in Access-Control-Allow-Headers.",
        "HeaderDisallowedByPreflightResponse",
        "x-debug",
    ),
    (
        "refused-credentials",
        ["request GET /public/status → 200"],
        "No preflight. The browser sent the cookie.",
        "The response to a call with credentials has no Access-Control-Allow-Credentials: true.",
        "InvalidAllowCredentials",
        None,
    ),
]


@pytest.mark.parametrize(("call", "wire", "note", "got"), READ, ids=[row[0] for row in READ])
def test_the_page_reads_what_the_api_allows(
    allowed: dict[str, Line], call: str, wire: list[str], note: str, got: str
) -> None:
    assert allowed[call] == Line(
        "read", "Read", wire, note, f"Result in the page {got}", None, None
    )


@pytest.mark.parametrize(
    ("call", "wire", "note", "why", "cors_error", "name"), BLOCKED, ids=[row[0] for row in BLOCKED]
)
def test_the_browser_blocks_what_the_api_refuses(
    allowed: dict[str, Line],
    fresh: Demo,
    call: str,
    wire: list[str],
    note: str,
    why: str,
    cors_error: str,
    name: str | None,
) -> None:
    got = f"Result in the page TypeError: Failed to fetch {why.format(page=fresh.page)}"
    assert allowed[call] == Line("blocked", "Blocked", wire, note, got, cors_error, name)


def test_every_line_of_the_page_is_tested(allowed: dict[str, Line]) -> None:
    assert list(allowed) == [row[0] for row in READ] + [row[0] for row in BLOCKED]


@pytest.mark.parametrize("call", [row[0] for row in READ + BLOCKED if "public" not in row[1][0]])
def test_another_origin_is_refused_unless_the_policy_allows_all_origins(
    untrusted: dict[str, Line], other_url: str, call: str
) -> None:
    line = untrusted[call]
    preflighted = line.wire[0].startswith("preflight")
    reason = "PreflightMissingAllowOriginHeader" if preflighted else "MissingAllowOriginHeader"
    response = "The response to the preflight" if preflighted else "The response"
    assert len(line.wire) == 1
    assert (line.state, line.word, line.cors_error) == ("blocked", "Blocked", reason)
    assert line.got == (
        "Result in the page TypeError: Failed to fetch "
        f"{response} has no Access-Control-Allow-Origin for {other_url}."
    )


def test_another_origin_reads_what_allows_all_origins_but_not_with_credentials(
    untrusted: dict[str, Line],
) -> None:
    assert untrusted["public"].state == "read"
    assert '"open to all origins"' in untrusted["public"].got
    assert untrusted["refused-credentials"].state == "blocked"
    assert untrusted["refused-credentials"].cors_error == "InvalidAllowCredentials"


def test_a_blocked_preflight_leaves_the_book_in_place(
    allowed: dict[str, Line], fresh: Demo
) -> None:
    assert allowed["refused-method"].state == "blocked"
    with urllib.request.urlopen(f"{fresh.api}/api/books", timeout=ENDED_WITHIN) as response:
        assert json.load(response)["2"] == "Moby-Dick"


# The page as a whole ---------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize(
    ("who", "summary"),
    [
        ("allowed", "All 13 calls had the expected result: 9 read, 4 blocked."),
        ("untrusted", "All 13 calls had the expected result: 1 read, 12 blocked."),
    ],
)
def test_the_summary_of_the_page_counts_the_results(
    browser: Browser,
    demo: Demo,
    other_url: str,
    tmp_path: Path,
    who: str,
    summary: str,
    width: int,
) -> None:
    url = demo.page if who == "allowed" else other_url
    with opened(browser, url, width) as shown:
        page = shown.page
        assert page.inner_text("#summary") == summary
        states = [line.state for line in shown.lines.values()]
        glance = page.query_selector_all("#glance li")
        assert [entry.get_attribute("data-state") for entry in glance] == states
        assert page.evaluate("document.scrollingElement.scrollWidth") == width
        shots = Path(os.environ.get("SCREENSHOTS") or tmp_path)
        shots.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=shots / f"two_origins-{who}-{width}.png", full_page=True)


def test_the_page_shows_the_headers_that_were_sent(browser: Browser, demo: Demo) -> None:
    with opened(browser, demo.page) as shown:
        card = shown.page.locator("#preflighted-put")
        card.locator("summary").first.click()
        headers = card.locator("details").first.inner_text()
        assert f"Origin: {demo.page}" in headers
        assert "Access-Control-Request-Method: PUT" in headers
        assert f"Access-Control-Allow-Origin: {demo.page}" in headers


def test_the_page_links_to_itself_on_an_origin_that_is_refused(
    browser: Browser, demo: Demo
) -> None:
    with opened(browser, demo.page) as shown:
        shown.page.click("#other a")
        shown.page.wait_for_url(demo.page.replace("localhost", "127.0.0.1") + "/")
        shown.page.wait_for_selector("body[data-done]")
        assert shown.page.inner_text("#summary").endswith("1 read, 12 blocked.")
        assert f"The API allows {demo.page} only" in shown.page.inner_text("#other")


def test_a_button_repeats_the_calls(browser: Browser, demo: Demo) -> None:
    with opened(browser, demo.page) as shown:
        before = shown.page.get_attribute("#simple-get", "data-tag")
        shown.page.click("#again")
        shown.page.wait_for_selector("body[data-done]")
        assert shown.page.get_attribute("#simple-get", "data-tag") != before
        assert shown.page.inner_text("#summary").startswith("All 13 calls had the expected result")


def test_the_page_reports_that_its_servers_are_gone(browser: Browser) -> None:
    with started() as running, opened(browser, running.page) as shown:
        running.end()
        shown.page.click("#again")
        shown.page.wait_for_selector("body[data-done]")
        assert shown.page.inner_text("#summary").startswith(
            "13 of 13 calls had an unexpected result"
        )
        assert "Start the example again." in shown.page.inner_text("#simple-get")
