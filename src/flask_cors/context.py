"""The current app and the current request themselves, in place of Flask's proxies."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import current_app, request

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
