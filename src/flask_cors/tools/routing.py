"""A request after routing."""

from __future__ import annotations

from typing import Any

from flask import Flask, Request


def routed(app: Flask, path: str, base_url: str | None = None, **options: Any) -> Request:
    """A request to ``path`` as the app routes it. It is never the current one: no session is opened
    for it, and none of the app's functions runs when it ends.

    :param options: those of Werkzeug's ``EnvironBuilder``.
    :raises Exception: what a converter raises.
    """
    with app.app_context():  # for which a converter may ask
        context = app.test_request_context(path, base_url, **options)
        context.match_request()
    return context.request
