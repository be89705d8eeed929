"""Apps under check."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable

import pytest
from flask import Flask

from flask_cors import CORSWarning
from flask_cors.tools.check.base import Check
from flask_cors.tools.check.finding import Finding
from flask_cors.tools.check.run import run

Found = Callable[..., list[Finding]]


@pytest.fixture(autouse=True)
def quiet() -> Iterable[None]:
    """What the configuration alone warns of is looked for in the findings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CORSWarning)
        yield


@pytest.fixture
def found() -> Found:
    """The findings of some checks."""

    def found_by(app: Flask, *checks: type[Check]) -> list[Finding]:
        return list(run(app, checks).findings)

    return found_by
