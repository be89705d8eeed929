"""A ``@cross_origin`` that does not reach the view that serves a request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FunctionType
from typing import Any

from flask import Flask, Request

from ...runtime.decorated_views import OPTIONS, ViewOptions, hides, iter_unreached
from ...runtime.install import registry_of
from ..shared.text import format_location

MAX_DEPTH = 4  # of functions that close over each other


def hint_for_unreached_view(app: Flask, request: Request, method: str) -> str | None:
    """Return what to change so that the ``@cross_origin`` of a view applies, if it does not.

    :param method: the method of the request, or the requested method of a preflight.
    """
    endpoint = registry_of(app).resolver().endpoint_at(request, method) or request.endpoint or ""
    options = dict(iter_unreached(app)).get(endpoint)
    if options is not None:
        return (
            f"the @cross_origin at {format_location(options.location)} does not reach the view: "
            "write @app.route(...) above it"
        )
    options = _find_hidden(app.view_functions.get(endpoint), method)
    if options is not None:
        return (
            f"a decorator of the view hides its @cross_origin at "
            f"{format_location(options.location)}: write @functools.wraps(view) in that decorator"
        )
    return None


def _find_hidden(view: Callable[..., Any] | None, method: str) -> ViewOptions | None:
    view_class = getattr(view, "view_class", None)
    for outermost in (view, getattr(view_class, method.lower(), None)):
        for function in _iter_held(outermost, MAX_DEPTH):
            options: ViewOptions | None = vars(function).get(OPTIONS)
            if options is not None and hides(outermost, function):
                return options
    return None


def _iter_held(function: object, depth: int) -> Iterator[FunctionType]:
    """Yield the functions that a function closes over, and those that they do."""
    for cell in getattr(function, "__closure__", None) or ():
        with suppress(ValueError):  # an empty cell
            if isinstance(cell.cell_contents, FunctionType) and depth > 0:
                yield cell.cell_contents
                yield from _iter_held(cell.cell_contents, depth - 1)
