"""The site as ``make docs`` builds it, opened as files or served."""

from __future__ import annotations

import functools
import importlib.util
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[3]
WIDE, NARROW = (1280, 800), (390, 800)

Open = Callable[..., "Page"]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str, str], NoReturn]) -> Path:
    if importlib.util.find_spec("furo") is None:
        missing("Furo", "pip install -r requirements/docs.txt")
    folder = tmp_path_factory.mktemp("docs")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-d", folder / "doctrees"]
    subprocess.run([*command, ROOT / "docs", folder / "html"], check=True)
    return folder / "html"


@pytest.fixture(scope="session")
def served_site(site: Path) -> Iterator[str]:
    """Serve the site as a host of static files does, and return its address."""
    handler = functools.partial(QuietHandler, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        """Write nothing."""


@pytest.fixture(scope="session")
def address(served_site: str, site: Path, missing: Callable[[str, str], NoReturn]) -> str:
    """The address of the playground. Browsers start no worker from a file."""
    if not site.joinpath("playground.html").exists():
        missing("npm, which the playground is built with,", "apt-get install -y npm")
    return f"{served_site}/playground.html"


@pytest.fixture
def open_page(site: Path, browser: Browser) -> Iterator[Open]:
    """Open a page of the site, and fail at the end if one of its scripts failed."""
    contexts, errors = [], []

    def open_page(
        name: str = "index.html", size: tuple[int, int] = WIDE, scheme: Any = "light"
    ) -> Page:
        width, height = size
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(error))
        page.goto(site.joinpath(name).as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []
