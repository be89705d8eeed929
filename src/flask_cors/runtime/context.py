"""The current app and the current request themselves, instead of Flask's proxies for them."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import TypeVar

from flask import Request, current_app, request
from flask.globals import app_ctx

T = TypeVar("T")

_GETTER = "_get_current_object"  # a method of Werkzeug's LocalProxy


def unwrap_proxy(value: T) -> T:
    """Return the object behind ``value`` if it is a proxy, and ``value`` itself if not."""
    get: Callable[[], T] | None = getattr(value, _GETTER, None)
    return value if get is None else get()


def _getter_of(proxy: T) -> Callable[[], T]:
    getter: Callable[[], T] = getattr(proxy, _GETTER)
    return getter


# Called once per request: each attribute access through a proxy takes longer. They raise
# RuntimeError outside of their context.
current_flask = _getter_of(current_app)
current_request = _getter_of(request)
current_app_context = _getter_of(app_ctx)


def request_or_none() -> Request | None:
    """Return the current request, or None outside of one."""
    try:
        return current_request()
    except RuntimeError:
        return None


def call_with_context(method: Callable[..., T]) -> T:
    """Call a method of the current app that takes the app context since Flask 3.2.

    Flask adapts overridden methods without the parameter, but not callers.
    """
    takes_context = "ctx" in signature(method).parameters
    return method(current_app_context()) if takes_context else method()
