"""The site as ``make docs`` builds it, opened as files or served."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
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


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Write nothing to standard error."""


@pytest.fixture(scope="session")
def served(site: Path) -> Iterator[str]:
    """The address of the site, with a slash at its end: browsers start no worker from a file."""
    handler = partial(_Handler, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def playground(site: Path, served: str, missing: Callable[[str, str], NoReturn]) -> str:
    """The address of the playground."""
    if not site.joinpath("playground.html").exists():
        missing("The playground", "apt-get install npm, which has to reach its registry")
    return f"{served}playground.html"


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
