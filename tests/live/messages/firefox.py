"""Scenarios in Firefox, by WebDriver BiDi: no geckodriver needed."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import websocket

from .loopback import Loopback, bound
from .scenarios import Scenario, program

STARTED_WITHIN = 60  # seconds; more than a slow machine needs

PREFERENCES = {
    "network.dns.localDomains": "app.test,api.test,login.test",
    "dom.security.https_first": False,  # would try https before the pages that are by http
    # Nothing of its own over the network.
    "app.update.enabled": False,
    "browser.safebrowsing.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}


class Firefox:
    name = "firefox"

    def __init__(self, port: int) -> None:
        self._port = port
        self._number = 0
        self._console: list[str] = []
        self.version = ""
        self._begin(accepts_any_certificate=False)

    def _begin(self, accepts_any_certificate: bool) -> None:
        self._accepts_any_certificate = accepts_any_certificate
        self._connection = _connected(self._port)
        capabilities = {"acceptInsecureCerts": accepts_any_certificate}
        session = self._call("session.new", capabilities={"alwaysMatch": capabilities})
        self.version = f"Firefox {session['capabilities']['browserVersion']}"
        self._call("session.subscribe", events=["log.entryAdded"])
        self._context = self._call("browsingContext.getTree")["contexts"][0]["context"]

    def replay(
        self, served: Loopback, scenario: Scenario, settle: float, expected: int = 0
    ) -> dict[str, Any]:
        at = served.addresses(scenario)
        # Only the page of `mixed` is loaded over https; everywhere else certificates are checked.
        if (scenario.page == "https") != self._accepts_any_certificate:
            self._call("session.end")
            self.disconnect()
            self._begin(accepts_any_certificate=scenario.page == "https")
        self.open(at.page)
        self._listen(0.05)
        self._console.clear()
        exception = self.evaluate(program(scenario, at.url))
        until = time.monotonic() + 5
        while len(self._console) < expected and time.monotonic() < until:
            self._listen(0.02)
        self._listen(settle)
        return {
            "console": [served.neutral(scenario, text) for text in self._console],
            "exception": exception and served.neutral(scenario, exception),
        }

    def open(self, url: str) -> None:
        self._call("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression, or what its promise resolves to."""
        target = {"context": self._context}
        done = self._call(
            "script.evaluate", expression=expression, target=target, awaitPromise=True
        )
        return done["result"].get("value")

    def close(self) -> None:
        self._call("browser.close")

    def disconnect(self) -> None:
        self._connection.close()

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        self._connection.settimeout(STARTED_WITHIN)
        message = {"id": self._number, "method": method, "params": parameters}
        self._connection.send(json.dumps(message))
        while True:
            received = json.loads(self._connection.recv())
            if received.get("id") == self._number:
                if received["type"] == "error":
                    raise RuntimeError(f"{method}: {received['message']}")
                return dict(received["result"])
            self._note(received)

    def _listen(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._connection.settimeout(left)
            try:
                self._note(json.loads(self._connection.recv()))
            except websocket.WebSocketTimeoutException:
                return

    def _note(self, event: dict[str, Any]) -> None:
        if event.get("method") == "log.entryAdded" and event["params"]["level"] in (
            "error",
            "warn",
        ):
            self._console.append(event["params"]["text"])


@contextmanager
def firefox(executable: str) -> Iterator[Firefox]:
    with ExitStack() as stack:
        # Firefox still writes into its profile while it ends.
        profile = Path(
            stack.enter_context(
                tempfile.TemporaryDirectory(prefix="messages-", ignore_cleanup_errors=True)
            )
        )
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in PREFERENCES.items()]
        (profile / "user.js").write_text("".join(lines))
        with bound() as free:
            port = free.getsockname()[1]
        process = subprocess.Popen(
            [
                executable,
                "--headless",
                "--no-remote",
                f"--remote-debugging-port={port}",
                f"--profile={profile}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stack.callback(process.wait)
        stack.callback(process.kill)
        driven = Firefox(port)
        stack.callback(driven.disconnect)
        yield driven
        driven.close()
        process.wait(STARTED_WITHIN)


def _connected(port: int) -> websocket.WebSocket:
    until = time.monotonic() + STARTED_WITHIN
    while True:
        try:
            return websocket.create_connection(
                f"ws://127.0.0.1:{port}/session", timeout=STARTED_WITHIN, suppress_origin=True
            )
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
