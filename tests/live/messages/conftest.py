"""The browsers whose messages are compared."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import pytest

from tests.live.browsers import executable, install

DRIVERS = {"chromium": "playwright", "firefox": "websocket"}


@pytest.fixture(scope="module")
def served() -> Iterator[Any]:
    from .loopback import loopback

    with loopback() as running:
        yield running


@pytest.fixture(scope="module", params=["chromium", "firefox"])
def driven(
    request: pytest.FixtureRequest,
    installed: Callable[..., None],
    missing: Callable[[str, str], NoReturn],
) -> Iterator[Any]:
    """A browser that replays scenarios."""
    name = request.param
    library = DRIVERS[name]
    installed(library, {"websocket": "websocket-client"}.get(library))
    path = executable(name)
    if path is None:
        missing(name.title(), install(name))
    # Only now: each needs a library that may be missing.
    with getattr(importlib.import_module(f".{name}", __package__), name)(path) as running:
        yield running
