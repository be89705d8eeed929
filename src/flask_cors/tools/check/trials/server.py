"""Requests to an app under check: all of it answers, but its views, which do nothing."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import urljoin

from flask import Flask

from ....testing import address
from ...in_process import InProcess
from ...trial import quiet, without_views


@contextmanager
def server(app: Flask) -> Generator[InProcess]:
    """The app, as a browser's transport."""
    with quiet(app), without_views(app):
        yield InProcess(app, address(app))


def url_of(app: Flask, path: str) -> str:
    """The URL of a path of the app."""
    return urljoin(address(app), path.removeprefix("/"))
