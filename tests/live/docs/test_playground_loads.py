"""The worker of the playground in Chromium, without the page: what it says while it loads, and that
what it runs reaches no other origin."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from ...sphinx_builds import EXTENSIONS
from .playground_page import SECONDS

sys.path.insert(0, str(EXTENSIONS.parent / "_playground"))
import session  # of docs/_playground

sys.path.remove(str(EXTENSIONS.parent / "_playground"))

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

MAX_FIRST_LOAD = 15_000_000  # bytes, as the browser has them: without compression
REQUEST = {
    "origin": "https://app.example",
    "path": "/data",
    "method": "PUT",
    "headers": [["X-Token", "1"]],
    "credentials": "same-origin",
}
APP = """\
from flask import Flask
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins="https://app.example", methods=["GET"])


@app.route("/data", methods=["GET", "PUT"])
def data():
    return {"a": 1}
"""

# Start a worker, run an app, and return its messages.
RUN = """async ({ code, request }) => {
  const script = new URL("_static/playground/start_worker.js", location.href);
  const { startWorker } = await import(script.href);
  const worker = startWorker();
  const messages = await new Promise((resolve, reject) => {
    const messages = [];
    worker.addEventListener("error", (event) => reject(new Error(event.message)));
    worker.addEventListener("message", ({ data }) => {
      messages.push(data);
      if (data.type === "result" || data.type === "failed") resolve(messages);
    });
    worker.postMessage({ type: "run", id: 7, code, request });
  });
  worker.terminate();
  return messages;
}"""

Run = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def page(playground: str, browser: Browser) -> Iterator[Page]:
    """The page of the playground in a new profile."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(playground)
    yield page
    context.close()


@pytest.fixture
def run(page: Page) -> Run:
    def run(code: str = APP) -> list[dict[str, Any]]:
        return list(page.evaluate(RUN, {"code": code, "request": REQUEST}))

    return run


def test_the_result_is_that_of_the_session(run: Run) -> None:
    result = run()[-1]
    assert (result["type"], result["id"]) == ("result", 7)
    assert result["result"] == json.loads(json.dumps(session.run(APP, REQUEST)))


def test_the_first_load_is_small_and_all_of_it_is_from_the_site(
    playground: str,
    browser: Browser,
    served: str,
    site: Path,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    requests: list[Request] = []
    context = browser.new_context()
    context.on("request", lambda request: requests.append(request))
    page = context.new_page()
    page.goto(playground)
    page.evaluate(RUN, {"code": APP, "request": REQUEST})
    own = (served, f"blob:{served}", "data:")
    assert [request.url for request in requests if not request.url.startswith(own)] == []
    context.close()
    paths = {urlsplit(request.url).path for request in requests if request.url.startswith(served)}
    files = [file for path in paths if (file := site / path.lstrip("/")).is_file()]
    size = sum(file.stat().st_size for file in files)
    record_testsuite_property("bytes of the playground's first load", size)
    assert 10_000_000 < size <= MAX_FIRST_LOAD


def test_a_worker_says_how_much_it_has_loaded_and_when_it_is_ready(
    run: Run, site: Path, record_testsuite_property: Callable[[str, object], None]
) -> None:
    manifest = json.loads(
        site.joinpath("_static/playground/manifest.json").read_text(encoding="utf-8")
    )
    for load in ("first", "next"):
        messages = run()
        progress = [message for message in messages if message["type"] == "progress"]
        loaded = [message["loaded"] for message in progress]
        assert loaded == sorted(loaded)
        assert (loaded[0], loaded[-1]) == (0, manifest["total"])
        assert {message["total"] for message in progress} == {manifest["total"]}
        assert progress[0]["step"] == "Loading Python"
        assert progress[-1]["step"] == "Starting Flask"
        (ready,) = (message for message in messages if message["type"] == "ready")
        record_testsuite_property(f"seconds of the playground's {load} load", ready["seconds"])
        assert 0 < ready["seconds"] < SECONDS


def test_a_file_that_is_missing_is_named(page: Page, run: Run) -> None:
    page.context.route("**/packages.zip", lambda route: route.fulfill(status=503))
    assert run()[-1] == {"type": "failed", "message": "packages.zip: status 503"}


# ---- other origins -----------------------------------------------------------------------------


@pytest.fixture
def other() -> Iterator[tuple[str, list[str]]]:
    """The address of another server, and the paths that were requested of it."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Type", "text/javascript")
            self.end_headers()

        do_POST = do_GET  # noqa: N815  # the name that the base class calls

        def log_message(self, *_: object) -> None:
            """Write nothing to standard error."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", paths
        server.shutdown()


SENDING = {
    "fetch": 'js.fetch(f"{other}/fetch")',
    "fetch without CORS": 'js.fetch(f"{other}/no-cors", js.JSON.parse(\'{"mode": "no-cors"}\'))',
    "XMLHttpRequest": 'x = js.XMLHttpRequest.new(); x.open("GET", f"{other}/xhr", False); x.send()',
    "WebSocket": 'js.WebSocket.new(f"ws{other[4:]}/socket")',
    "EventSource": 'js.EventSource.new(f"{other}/events")',
    "a script": 'js.importScripts(f"{other}/script")',
    "a module": "run_js(f\"import('{other}/module')\")",
    "a worker": 'js.Worker.new(f"{other}/worker")',
    "urllib": 'import urllib.request; urllib.request.urlopen(f"{other}/urllib")',
}


def test_code_cannot_send_to_another_origin(
    page: Page, run: Run, other: tuple[str, list[str]]
) -> None:
    address, paths = other
    lines = ["import js", "from pyodide.code import run_js", f"other = {address!r}", "tried = 0"]
    for statement in SENDING.values():
        lines += ["try:", f"    {statement}", "except BaseException:", "    pass", "tried += 1"]
    code = (
        "\n".join(lines) + "\n" + APP.replace('"https://app.example"', 'f"https://{tried}.example"')
    )
    result = run(code)[-1]["result"]
    (origin,) = (each for each in result["explanation"]["checks"] if each["kind"] == "origin")
    assert str(len(SENDING)) in json.dumps(origin["closest"] or result["suggestion"])
    page.wait_for_timeout(1000)  # what was sent without waiting would have arrived
    assert paths == []


def test_the_other_origin_can_be_reached_from_elsewhere(
    browser: Browser, other: tuple[str, list[str]]
) -> None:
    address, paths = other
    page = browser.new_page()
    page.goto(f"{address}/page")
    page.evaluate("fetch('/fetch')")
    page.close()
    assert "/fetch" in paths
