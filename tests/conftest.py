"""What tests that run a Flask app share: requests as a browser would send them."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from flask_cors.protocol.idna_host import load_uts46

# The same examples at each run, and few; `make fuzz` looks for new ones, and keeps what fails.
settings.register_profile(
    "proven",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow],
)
# One failure is enough: `make mutate`.
settings.register_profile(
    "once",
    parent=settings.get_profile("proven"),
    phases=[Phase.explicit, Phase.generate],
    report_multiple_bugs=False,
)
settings.register_profile(
    "fuzz",
    derandomize=False,
    deadline=None,
    max_examples=20_000,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("proven")


@settings(max_examples=1)
@given(st.none())
def run_a_property(_: None) -> None:
    """Let Hypothesis make its random generator and find it with the collector, which on Python 3.14
    finds nothing that is frozen."""


def pytest_collection() -> None:
    gc.disable()


def pytest_collection_finish() -> None:
    run_a_property()
    gc.freeze()  # the collector looks at what tests make, not at the thousands of tests
    gc.enable()


APP = "https://app.example"

Fetch = Callable[..., TestResponse]


@pytest.fixture
def fetch() -> Fetch:
    """Send a request from a page; ``origin=None`` sends no ``Origin``."""

    def fetch(
        app: Flask, path: str = "/", origin: str | None = APP, method: str = "GET", **kwargs: Any
    ) -> TestResponse:
        headers = {} if origin is None else {"Origin": origin}
        headers.update(kwargs.pop("headers", {}))
        return app.test_client().open(path, method=method, headers=headers, **kwargs)

    return fetch


@pytest.fixture
def preflight(fetch: Fetch) -> Fetch:
    """Send a CORS-preflight request that requests ``method`` and the headers ``names``."""

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
        return fetch(app, path, origin, "OPTIONS", headers=headers, **kwargs)

    return preflight


@pytest.fixture
def without_idna(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package ``idna`` is not installed."""
    import_module("idna.uts46data")  # or idna, where a test has it still, would load it now
    monkeypatch.setitem(sys.modules, "idna", None)
    monkeypatch.delitem(sys.modules, "flask_cors.protocol.uts46", raising=False)
    load_uts46.cache_clear()
    yield
    load_uts46.cache_clear()
