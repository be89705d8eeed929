"""An app as a server whose views do nothing, so that only the rest of it responds."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import urljoin, urlsplit, urlunsplit

from flask import Flask

from ...app_client import get_base_url
from ...browser.arguments import parse_url
from .app_transport import AppTransport, without_views
from .silence import silence_reports


@contextmanager
def serve(app: Flask) -> Generator[AppTransport]:
    """Return a transport to the app for a simulated browser."""
    with silence_reports(app), without_views(app):
        yield AppTransport(app, address_of(app))


def address_of(app: Flask) -> str:
    """Return the URL of the app as browsers write it, with a host that the app trusts."""
    url = urlsplit(get_base_url(app))
    trusted = app.config.get("TRUSTED_HOSTS")  # since Flask 3.1
    if trusted and not app.config["SERVER_NAME"]:
        url = url._replace(netloc=trusted[0].removeprefix("."))
    try:
        return str(parse_url(urlunsplit(url)))
    except ValueError:  # a host that no browser sends requests to
        return str(parse_url(urlunsplit(url._replace(netloc="localhost"))))


def url_of(app: Flask, path: str) -> str:
    """Return the URL of a path of the app."""
    return urljoin(address_of(app), path.removeprefix("/"))
