"""A server on loopback that responds to the requests of a scenario with its bytes.

It listens on free ports: one for plain HTTP, one for HTTPS with a self-signed certificate,
and one that refuses every connection. Hosts are distinguished by their names, all of which are
this machine.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.live.exact import bound, certified, serving

from .scenarios import SCENARIOS, Scenario, build_response

# A page without requests of its own, so every line of the console belongs to the scenario.
PAGE = b'<!doctype html><title>-</title><link rel="icon" href="data:,"><body></body>'
SCRIPT = b"export default 1"


@dataclass(frozen=True)
class Addresses:
    """The addresses of a scenario's page, API and login page."""

    page: str
    url: str
    login: str
    socket: str

    @property
    def origin(self) -> str:
        return "/".join(self.page.split("/")[:3])


class Loopback:
    def __init__(self, plain: int, secure: int, down: int, folder: Path) -> None:
        self.plain = plain
        self.secure = secure
        self.down = down
        self._folder = folder

    def addresses(self, scenario: Scenario) -> Addresses:
        name = scenario.name
        pages = {
            "http": f"http://app.test:{self.plain}/{name}/",
            "https": f"https://app.test:{self.secure}/{name}/",
            "localhost": f"http://localhost:{self.plain}/{name}/",
            "file": f"{self._folder.as_uri()}/index.html",
        }
        urls = {
            "http": f"http://api.test:{self.plain}/{name}/data",
            "https": f"https://api.test:{self.secure}/{name}/data",
            "down": f"http://api.test:{self.down}/{name}/data",
            "nowhere": f"http://api.invalid:{self.plain}/{name}/data",
            "own": f"http://app.test:{self.plain}/{name}/data",
            "loopback": f"http://127.0.0.1:{self.plain}/{name}/data",
        }
        return Addresses(
            pages[scenario.page],
            urls[scenario.api],
            f"http://login.test:{self.plain}/{name}/login",
            f"ws://api.test:{self.plain}/{name}/data",
        )

    def neutral(self, scenario: Scenario, text: str) -> str:
        """Return a browser's text with placeholders for what differs from one run to the next."""
        at = self.addresses(scenario)
        for address, placeholder in (
            (self._folder.as_uri(), "{folder}"),
            (at.page, "{page}"),
            (at.origin, "{origin}"),
            (at.url, "{insecure_url}" if at.page.startswith("https:") else "{url}"),
            (at.login, "{login}"),
            (at.socket, "{socket}"),
        ):
            text = text.replace(address, placeholder)
        return text


@contextmanager
def loopback() -> Iterator[Loopback]:
    """Serve until the end of the block."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="messages-")))
        (folder / "index.html").write_bytes(PAGE)
        (folder / "app.js").write_bytes(SCRIPT)
        down = stack.enter_context(bound()).getsockname()[1]
        plain = stack.enter_context(serving(lambda head: _bytes(served, head)))
        tls = certified(folder)
        secure = stack.enter_context(serving(lambda head: _bytes(served, head), tls))
        served = Loopback(plain, secure, down, folder)
        yield served


def _bytes(served: Loopback, head: str) -> bytes | None:
    method, path, _ = head.split(" ", 2)
    _, name, last = (*path.split("/"), "", "")[:3]
    scenario = SCENARIOS.get(name)
    if scenario is None:
        return build_response("404 Not Found")
    at = served.addresses(scenario)
    if last == "":
        return build_response(
            "200 OK", "Content-Type: text/html", *scenario.page_headers, body=PAGE
        )
    if last == "login":
        return scenario.login
    sent = scenario.preflight if method == "OPTIONS" else scenario.response
    if sent is None:
        return None
    for placeholder, address in (("{origin}", at.origin), ("{login}", at.login)):
        sent = sent.replace(placeholder.encode(), address.encode())
    return sent
