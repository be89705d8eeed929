"""Context managers that silence Flask-CORS while a command runs an app. The command reports its
findings itself."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Generator
from contextlib import contextmanager

from flask import Flask

from ...errors import CORSWarning
from ...runtime.install import registry_of
from ...runtime.reporting import cors_refused


@contextmanager
def ignore_cors_warnings() -> Generator[None]:
    """Ignore each ``CORSWarning``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CORSWarning)
        yield


@contextmanager
def silence_reports(app: Flask) -> Generator[None]:
    """Suppress log lines, warnings, signals and hints, because no client made the requests."""
    before, registry = logging.root.manager.disable, registry_of(app)
    hinted = set(registry.hinted)
    logging.disable(logging.CRITICAL)
    try:
        with cors_refused.muted(), ignore_cors_warnings():
            yield
    finally:
        logging.disable(before)
        registry.hinted = hinted
