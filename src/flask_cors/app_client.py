"""Requests of a simulated browser to an app, by the app's test client."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask.testing import EnvironBuilder

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from .browser import Request


def get_base_url(app: Flask) -> str:
    """Return the URL of an app, by its config."""
    builder = EnvironBuilder(app)
    url: str = builder.base_url
    builder.close()
    return url


def send(client: FlaskClient, request: Request, root: str) -> TestResponse:
    """Send a request to an app by its test client. The body of the response is not read.

    :param root: the path that the app is mounted at; ``"/"`` for none.
    """
    url = urlsplit(request.url)
    return client.open(
        "/" + url.path.removeprefix(root).lstrip("/"),  # two slashes would begin a host
        base_url=f"{url.scheme}://{url.netloc}{root}",
        query_string=url.query,
        method=request.method,
        headers=list(request.headers),
        data=request.body,
    )
