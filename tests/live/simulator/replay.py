"""Cases in Chromium: what the page, the server and the developer tools saw of each."""

from __future__ import annotations

import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask_cors.browser import Outcome, Request
from flask_cors.browser.console import chromium_message
from tests.browser.corpus import CACHED, CORPUS, Server, Step, as_case, verdict
from tests.live.exact import certified, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

PAGE = "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n{headers}\r\n"
PAGE += '<!doctype html><title>-</title><link rel="icon" href="data:,">'
SANDBOX = "Content-Security-Policy: sandbox allow-scripts\r\n"  # a page whose origin is null

# All at once: each case has URLs of its own, so that none meets another's preflights.
FETCH = """cases => Promise.all(cases.map(async ({url, body, ...init}) => {
    if (body !== null) init.body = Uint8Array.from(body, one => one.charCodeAt(0));
    try {
        const response = await fetch(url, init);
        return [response.type, response.status, [...response.headers]];
    } catch (error) {
        return String(error);
    }
}))"""
AT_ONCE = 50


@dataclass(frozen=True)
class Seen:
    """One fetch.

    :ivar reason: the name that Chromium gives it.
    :ivar console: what it writes into the console.
    :ivar preflights: ``Access-Control-Request-Method`` and ``-Headers`` of each.
    :ivar requests: method, URL and ``Origin`` of each, without the preflights.
    :ivar page: what the page may read: type, status and headers.
    """

    verdict: str
    reason: str | None
    parameter: str | None
    console: str | None
    preflights: list[tuple[str | None, str | None]]
    requests: list[tuple[str, str, str | None]]
    page: tuple[str, int, list[tuple[str, str]]] | None
    error: str | None = None

    def __str__(self) -> str:
        parts = [self.verdict, f"reason {self.reason} {self.parameter!r}"]
        parts += [f"console {self.console}", f"preflights {self.preflights}"]
        parts += [f"requests {self.requests}"]
        parts += [f"page {self.page}", *filter(None, [self.error])]
        return "; ".join(parts)


def simulated(outcome: Outcome) -> Seen:
    sent = [(exchange.preflight, exchange.request) for exchange in outcome.exchanges]
    headers = [(name, value) for name, value in outcome.headers]
    return Seen(
        verdict(outcome),
        outcome.reason and outcome.reason.value,
        outcome.parameter,
        chromium_message(outcome),
        *_split(sent),
        (outcome.type, outcome.status, headers) if outcome.allowed else None,
    )


def _split(sent: Iterable[tuple[bool, Request]]) -> tuple[list[Any], list[Any]]:
    preflights: list[Any] = []
    requests: list[Any] = []
    for preflight, request in sent:
        if preflight:
            method = request.get("Access-Control-Request-Method")
            preflights.append((method, request.get("Access-Control-Request-Headers")))
        else:
            requests.append((request.method, request.url, request.get("Origin")))
    return preflights, requests


class Site:
    """All hosts of the cases, and the pages. It records its requests."""

    def __init__(self, cases: Iterable[dict[str, Any]]) -> None:
        self.servers = {case["id"]: Server(case) for case in cases}
        self.sent: dict[str, list[tuple[bool, Request]]] = defaultdict(list)

    def respond(self, scheme: str, head: str) -> bytes:
        line, *rest = head.split("\r\n")
        method, path, _ = line.split(" ")
        headers = tuple((name, value) for name, _, value in (one.partition(": ") for one in rest))
        host = next(value for name, value in headers if name.lower() == "host")
        request = Request(method, f"{scheme}://{host}{path}", headers, None)
        server = self.servers.get(path.split("/")[1])
        if server is None:
            return PAGE.format(headers=SANDBOX if path == "/null" else "").encode()
        preflight = request.get("Access-Control-Request-Method") is not None
        self.sent[server.id].append((preflight, request))
        if request.url not in server.hops:
            return b"HTTP/1.0 404 Not Found\r\n\r\n"
        response = server(request)
        # Of HTTP/1.0, so that the end of the connection ends the body, with no header that is
        # not the case's.
        lines = [f"HTTP/1.0 {response.status} -", *map(": ".join, response.headers)]
        bodiless = method == "HEAD" or response.status in (204, 304)
        sent = "".join(f"{line}\r\n" for line in [*lines, ""])
        return sent.encode("latin-1") + (b"" if bodiless else response.body)


class Reasons:
    """Why requests failed, by the developer tools and the console."""

    def __init__(self) -> None:
        self.console: dict[str, str] = {}
        self.failed: dict[str, tuple[str, str] | None] = {}
        self.issues: dict[str, tuple[str, str]] = {}
        self._cases: dict[str, str] = {}
        self._preflights: set[str] = set()

    def listen(self, page: Page) -> None:
        page.on("console", lambda message: self._record_message(message.text))
        devtools: Any = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.send("Audits.enable")
        devtools.on("Network.requestWillBeSent", lambda event: self._record_request(event))
        devtools.on("Network.loadingFailed", lambda event: self._record_failure(event))
        devtools.on(
            "Audits.issueAdded", lambda event: self._record_issue(event["issue"]["details"])
        )

    def knows(self, case: str) -> bool:
        """Return whether all is known. A code comes with a line of the console, in any order."""
        code, _ = self.of(case)
        return case in self.console if code else case in self.failed

    def of(self, case: str) -> tuple[str | None, str | None]:
        return self.failed.get(case) or self.issues.get(case) or (None, None)

    def _record_message(self, text: str) -> None:
        if _is_message(text) and (name := _case_of(text)):
            self.console[name] = text

    def _record_request(self, event: dict[str, Any]) -> None:
        if name := _case_of(event["request"]["url"]):
            self._cases.setdefault(event["requestId"], name)
        if event.get("type") == "Preflight":
            self._preflights.add(event["requestId"])

    def _record_failure(self, event: dict[str, Any]) -> None:
        name = self._cases.get(event["requestId"])
        if name is None or event["requestId"] in self._preflights:
            return
        self.failed[name] = _code(event["corsErrorStatus"]) if "corsErrorStatus" in event else None

    def _record_issue(self, details: dict[str, Any]) -> None:
        """Record the code of an issue. Two codes come as issues only; others are less exact."""
        issue = details.get("corsIssueDetails", {"isWarning": True})
        if not issue["isWarning"] and (name := _case_of(issue["request"].get("url", ""))):
            self.issues[name] = _code(issue["corsErrorStatus"])


# Beside a line such as "Failed to load resource: net::ERR_FAILED".
_is_message = re.compile("Access to fetch at |Fetch API cannot load ").match


def _case_of(url: str) -> str | None:
    found = re.search(r"/([gw]\d{4})\b", url)
    return found and found[1]


def _code(status: dict[str, str]) -> tuple[str, str]:
    return status["corsError"], status["failedParameter"]


Launched = Callable[[str], AbstractContextManager["Browser"]]


@contextmanager
def visiting(site: Site, launched: Launched) -> Iterator[BrowserContext]:
    """Launch Chromium, which finds the hosts of the site at their ports."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="simulator-")))
        plain = stack.enter_context(serving(lambda head: site.respond("http", head)))
        tls = certified(folder)
        secure = stack.enter_context(serving(lambda head: site.respond("https", head), tls))
        # The ports are those of the cases to the browser, and free ones to this machine.
        ports = {8000: plain, 8001: plain, 8443: secure}
        rules = ", ".join(f"MAP *:{port} 127.0.0.1:{free}" for port, free in ports.items())
        browser = stack.enter_context(launched(f"--host-resolver-rules={rules}"))
        context = browser.new_context(ignore_https_errors=True)
        yield context
        context.close()


def page_of(origin: str, context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("http://web-platform.test:8000/null" if origin == "null" else f"{origin}/page")
    assert page.evaluate("origin") == origin
    return page


def replay(cases: list[dict[str, Any]], launched: Launched) -> dict[str, Seen]:
    """Return what Chromium did, by the ids of the cases."""
    site, reasons = Site(cases), Reasons()
    read: dict[str, Any] = {}
    with visiting(site, launched) as context:
        for origin in sorted({case["request"]["origin"] for case in cases}):
            page = page_of(origin, context)
            reasons.listen(page)
            of_page = [case for case in cases if case["request"]["origin"] == origin]
            for start in range(0, len(of_page), AT_ONCE):
                some = of_page[start : start + AT_ONCE]
                fetches = [_fetch_arguments(case) for case in some]
                ids = [case["id"] for case in some]
                read.update(zip(ids, page.evaluate(FETCH, fetches), strict=True))
            blocked = [name for name, page_read in read.items() if isinstance(page_read, str)]
            until = time.monotonic() + 5
            while not all(map(reasons.knows, blocked)) and time.monotonic() < until:
                page.wait_for_timeout(20)
    return {
        name: _seen(
            page_read, (*reasons.of(name), reasons.console.get(name)), *_split(site.sent[name])
        )
        for name, page_read in read.items()
    }


# One step of each sequence, all at once: a step waits until the one before it is done everywhere.
STEP = """steps => Promise.all(steps.map(async ([url, init, wait]) => {
    await new Promise(done => setTimeout(done, wait));
    try {
        await (await fetch(url, init)).text();
        return true;
    } catch {
        return false;
    }
}))"""


def replay_sequences(sequences: list[dict[str, Any]], launched: Launched) -> dict[str, list[Step]]:
    """Return what Chromium did at each step, by the ids of the sequences."""
    site = Site(map(as_case, sequences))
    done: dict[str, list[Step]] = {sequence["id"]: [] for sequence in sequences}
    with visiting(site, launched) as context:
        page = page_of(CORPUS["origins"]["local"], context)
        for number in range(max(len(sequence["steps"]) for sequence in sequences)):
            site.sent.clear()
            some = [one for one in sequences if number < len(one["steps"])]
            steps = [_step(sequence, sequence["steps"][number]) for sequence in some]
            for sequence, allowed in zip(some, page.evaluate(STEP, steps), strict=True):
                methods = [request.method for _, request in site.sent[sequence["id"]]]
                done[sequence["id"]].append((allowed, methods))
    return done


def _step(sequence: dict[str, Any], step: dict[str, Any]) -> tuple[str, dict[str, Any], float]:
    url = CACHED.replace("{id}", sequence["id"])
    return url, step["init"], 1000 * step["wait_before_s"]


def _fetch_arguments(case: dict[str, Any]) -> dict[str, Any]:
    request = {name: value for name, value in case["request"].items() if name != "origin"}
    return {**request, "url": request["url"].replace("{id}", case["id"])}


def _seen(
    read: Any,
    why: tuple[str | None, str | None, str | None],
    preflights: list[Any],
    requests: list[Any],
) -> Seen:
    if isinstance(read, str):
        return Seen("block", *why, preflights, requests, None, read)
    kind, status, headers = read
    page = (kind, status, list(map(tuple, headers)))
    return Seen("allow", *why, preflights, requests, page)
