"""Fixtures for apps under check."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable

import pytest
from flask import Flask

from flask_cors import CORSWarning
from flask_cors.diagnostics.finding import Finding
from flask_cors.tools.check.run import run

Found = Callable[..., list[Finding]]


@pytest.fixture(autouse=True)
def silence_reports() -> Iterable[None]:
    """Ignore warnings of the configuration: the tests look for its findings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CORSWarning)
        yield


@pytest.fixture
def found() -> Found:
    """Find some rules in an app."""

    def found_by(app: Flask, *rules: type[Finding]) -> list[Finding]:
        return list(run(app, rules).findings)

    return found_by
