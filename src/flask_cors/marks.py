"""What ``@cross_origin`` leaves on the views that it decorates, for the app to find."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import unwrap
from types import FunctionType
from typing import Any

from flask import Flask

from .errors import Place
from .policy.options import DEFAULTS, Level, config_level

# The attribute of a decorated view that holds its options. functools.wraps carries it on to the
# decorators outside.
MARK = "__cross_origin__"
# The attribute of a function that a @cross_origin decorates, at once or further out.
BELOW = "__below_cross_origin__"


class ViewOptions:
    """The options of one ``@cross_origin``, and the policy they make in each app."""

    def __init__(self, given: Level, place: Place) -> None:
        self.given = given
        self.place = place

    def levels(self, app: Flask) -> list[Level]:
        """What makes the policy in ``app``, whose config is read now."""
        return [self.given, config_level(app.config, self.place), DEFAULTS]


def marks(view: Callable[..., Any]) -> Iterator[tuple[str, ViewOptions]]:
    """The ``@cross_origin`` options of a view: of each decorated method of a class-based one,
    and under ``""`` of the view itself."""
    options = getattr(view, MARK, None)
    if options is not None:
        yield "", options
    view_class = getattr(view, "view_class", None)
    if view_class is None:
        return
    if options is None:
        options = getattr(getattr(view_class, "dispatch_request", None), MARK, None)
        if options is not None:
            yield "", options
    for method in view_class.methods or ():
        options = getattr(getattr(view_class, method.lower(), None), MARK, None)
        if options is not None:
            yield method.upper(), options
            if method.upper() == "GET" and not hasattr(view_class, "head"):
                yield "HEAD", options  # as MethodView dispatches it


def mark_below(view: Callable[..., Any], options: ViewOptions) -> None:
    """Note on what a ``@cross_origin`` decorates that it does: an ``@app.route`` further in has
    registered one of these functions."""
    below: object = view
    while isinstance(below, FunctionType) and BELOW not in vars(below):
        setattr(below, BELOW, options)
        below = getattr(below, "__wrapped__", None)


def out_of_reach(app: Flask) -> Iterator[tuple[str, ViewOptions]]:
    """The endpoints of views that are registered without the ``@cross_origin`` above them."""
    reached = {options for view in app.view_functions.values() for _, options in marks(view)}
    for endpoint, view in app.view_functions.items():
        options: ViewOptions | None = getattr(view, BELOW, None)
        if options is not None and options not in reached and _stands_on(options.place, view):
            yield endpoint, options


def _stands_on(place: Place, view: Callable[..., Any]) -> bool:
    """Whether a decorator at ``place`` is one of the decorators of ``view``, not a call elsewhere
    that decorates it for other uses."""
    code = getattr(unwrap(view), "__code__", None)
    if code is None or code.co_filename != place.file:
        return False
    last = max(line for _, _, line in code.co_lines() if line is not None)
    return bool(code.co_firstlineno <= place.line <= last)
