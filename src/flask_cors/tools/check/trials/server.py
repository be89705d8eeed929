"""Requests to an app under check: all of it answers, but its views, which do nothing."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import urljoin, urlsplit, urlunsplit

from flask import Flask

from ....browser.arguments import parse_url
from ....testing import address
from ...in_process import InProcess
from ...trial import quiet, without_views


@contextmanager
def server(app: Flask) -> Generator[InProcess]:
    """The app, as a browser's transport."""
    with quiet(app), without_views(app):
        yield InProcess(app, address_of(app))


def address_of(app: Flask) -> str:
    """Where it is asked, as browsers write it: at a host that it trusts, if it says which."""
    url = urlsplit(address(app))
    trusted = app.config.get("TRUSTED_HOSTS")  # since Flask 3.1
    if trusted and not app.config["SERVER_NAME"]:
        url = url._replace(netloc=trusted[0].removeprefix("."))
    try:
        return str(parse_url(urlunsplit(url)))
    except ValueError:  # which no browser can ask for
        return str(parse_url(urlunsplit(url._replace(netloc="localhost"))))


def url_of(app: Flask, path: str) -> str:
    """The URL of a path of the app."""
    return urljoin(address_of(app), path.removeprefix("/"))
