"""What tests that run a Flask app share: requests as a browser would send them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from werkzeug.test import TestResponse

# The same examples at each run, and few; `make fuzz` looks for new ones, and keeps what fails.
settings.register_profile(
    "proven",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "fuzz",
    derandomize=False,
    deadline=None,
    max_examples=20_000,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("proven")

APP = "https://app.example"

Ask = Callable[..., TestResponse]


@pytest.fixture
def ask() -> Ask:
    """Send a request from a page; ``origin=None`` for one that comes from no page."""

    def ask(
        app: Flask, path: str = "/", origin: str | None = APP, method: str = "GET", **kwargs: Any
    ) -> TestResponse:
        headers = {} if origin is None else {"Origin": origin}
        headers.update(kwargs.pop("headers", {}))
        return app.test_client().open(path, method=method, headers=headers, **kwargs)

    return ask


@pytest.fixture
def preflight(ask: Ask) -> Ask:
    """Send a CORS-preflight request that asks for ``method``, and for the headers ``names``."""

    def preflight(
        app: Flask,
        path: str = "/",
        method: str = "PUT",
        origin: str = APP,
        names: str | None = None,
        **kwargs: Any,
    ) -> TestResponse:
        headers = {"Access-Control-Request-Method": method}
        if names is not None:
            headers["Access-Control-Request-Headers"] = names
        return ask(app, path, origin, "OPTIONS", headers=headers, **kwargs)

    return preflight
