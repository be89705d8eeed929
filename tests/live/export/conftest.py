"""An app without CORS behind a proxy that has its policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_cors.tools.export.plan import EdgePlan
from tests.live.export.edge_proxies import PROXIES, executable, started
from tests.tools.export.edge_requests import Client


@pytest.fixture(params=PROXIES)
def proxy(request: Any, missing: Any) -> str:
    name: str = request.param
    if executable(PROXIES[name]) is None:
        missing(name, PROXIES[name].install)
    return name


@pytest.fixture
def alone(serve: Callable[[Flask], int]) -> Iterator[Callable[[Flask], Client]]:
    """Serve an app, and be connected to it."""
    with ExitStack() as running:
        yield lambda app: running.enter_context(Client(serve(app)))


@pytest.fixture
def behind(
    proxy: str, serve: Callable[[Flask], int], tmp_path: Path
) -> Iterator[Callable[[EdgePlan, Flask | int], Client]]:
    """Start the proxy with a plan in front of an app, or of a port, and be connected to it."""
    with ExitStack() as running:

        def start(plan: EdgePlan, upstream: Flask | int) -> Client:
            port = upstream if isinstance(upstream, int) else serve(upstream)
            at = running.enter_context(started(PROXIES[proxy], plan, port, tmp_path))
            return running.enter_context(Client(at))

        yield start
