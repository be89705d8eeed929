"""A real browser, servers for it to call, and other people's libraries."""

from __future__ import annotations

import importlib
import importlib.util
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, NoReturn

import pytest
from flask import Flask
from werkzeug.serving import make_server

from .browsers import CHROMIUM_ARGUMENTS, executable, install

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Every host of these tests is this machine.
LOOPBACK = "--host-resolver-rules=MAP *.test 127.0.0.1"


def missing(what: str, install: str) -> NoReturn:
    """Skip the test; where live tests are required, as in CI, fail it."""
    message = f"{what} is missing: {install}"
    if os.environ.get("REQUIRE_LIVE") == "1":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session", name="missing")
def missing_() -> Callable[[str, str], NoReturn]:
    return missing


@pytest.fixture(scope="session")
def installed() -> Callable[..., None]:
    """Insist on another library, which the test does not import itself."""

    def installed(name: str, package: str | None = None) -> None:
        if importlib.util.find_spec(name) is None:
            missing(name, f"pip install {package or name.replace('_', '-')}")

    return installed


@pytest.fixture(scope="session")
def library(installed: Callable[..., None]) -> Callable[..., ModuleType]:
    """Import another library. In the test, where its warnings are those of the module."""

    def library(name: str, package: str | None = None) -> ModuleType:
        installed(name.partition(".")[0], package)
        return importlib.import_module(name)

    return library


@contextmanager
def launched(hosts: str) -> Iterator[Browser]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("Playwright", "pip install playwright")
    chromium = executable("chromium")
    if chromium is None:
        missing("Chromium", install("chromium"))
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium, headless=True, args=[*CHROMIUM_ARGUMENTS, hosts]
        )
        yield running
        running.close()


@pytest.fixture(scope="session", name="launched")
def launched_() -> Callable[[str], AbstractContextManager[Browser]]:
    """Start Chromium with other names of hosts."""
    return launched


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # For one module only: while Playwright runs, so does its event loop, in which async views of
    # other tests could not.
    with launched(LOOPBACK) as running:
        yield running


@pytest.fixture
def serve() -> Iterator[Callable[[Flask], int]]:
    """Serve an app on a free port of loopback until the test ends, and return the port."""
    with ExitStack() as servers:
        yield lambda app: servers.enter_context(serving(app))


@contextmanager
def serving(app: Flask, pem: str | None = None) -> Iterator[int]:
    """
    :param pem: a key and its certificate, for TLS.
    """
    tls = None if pem is None else (pem, pem)
    server = make_server("127.0.0.1", 0, app, threaded=True, ssl_context=tls)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session", name="serving")
def serving_() -> Callable[..., AbstractContextManager[int]]:
    """Serve an app until the end of a block."""
    return serving
