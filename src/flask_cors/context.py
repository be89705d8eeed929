"""The current app and the current request themselves, in place of Flask's proxies, and what is
noted about a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Request, current_app, request

T = TypeVar("T")

_CURRENT = "_get_current_object"  # of Werkzeug's LocalProxy


def unproxied(value: T) -> T:
    """What a proxy stands for; anything else is itself."""
    get: Callable[[], T] | None = getattr(value, _CURRENT, None)
    return value if get is None else get()


def _getter(proxy: T) -> Callable[[], T]:
    getter: Callable[[], T] = getattr(proxy, _CURRENT)
    return getter


# To be asked once a request, for each look through a proxy costs more than a look-up.
current_flask = _getter(current_app)
current_request = _getter(request)

# An attribute of the request, for its WSGI environment may go on to another app.
NOTES = "_cors"


def notes_of(request: Request) -> dict[str, Any]:
    """What is noted about ``request``."""
    notes: dict[str, Any] | None = getattr(request, NOTES, None)
    if notes is None:
        notes = {}
        setattr(request, NOTES, notes)
    return notes
