"""The options that ``@cross_origin`` stores on the views it decorates, and how they are found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from inspect import unwrap
from types import FunctionType
from typing import Any

from flask import Flask

from ..diagnostics.rules import BareDecorator
from ..diagnostics.source_location import SourceLocation
from ..policy.layers import DEFAULTS, ConfigLayer, Layer

# The attribute of a decorated view, and of the decorator itself, that holds the options.
# functools.wraps copies it to outer decorators.
OPTIONS = "__cross_origin__"
# The attribute of a function that a @cross_origin decorates, directly or further out.
DECORATED_BY = "__decorated_by_cross_origin__"

MAX_WRAPPERS = 100  # around one view: some objects have every attribute, __wrapped__ included


class ViewOptions:
    """The options of one ``@cross_origin``.

    :ivar layer: its arguments.
    :ivar location: the line where it is written.
    :ivar decorator: the options of the decorator itself, if these belong to a function that it
        decorates.
    """

    def __init__(
        self, layer: Layer, location: SourceLocation, decorator: ViewOptions | None = None
    ) -> None:
        self.layer = layer
        self.location = location
        self.decorator = decorator

    def layers(self, app: Flask) -> list[Layer]:
        """Return the layers of the policy in ``app``. Its config is read now."""
        layers = [self.layer, ConfigLayer(app.config, self.location)]
        for layer in layers:
            layer.is_in_request = True
        return [*layers, DEFAULTS]


def iter_view_options(view: Callable[..., Any]) -> Iterator[tuple[str, ViewOptions]]:
    """Yield the options of a view by method: ``""`` for the whole view, and the name of each
    decorated method of a class-based view. If a view has several decorators, the innermost
    applies."""
    if is_bare_decorator(view):
        return
    options = find_options(view)
    view_class: Any = getattr(view, "view_class", None)
    if view_class is None:
        if options is not None:
            yield "", options
        return
    decorators = getattr(view_class, "method_decorators", ())  # Flask-RESTful and Flask-RESTX
    by_method = dict(decorators) if isinstance(decorators, Mapping) else {}
    shared = None if by_method else _find_innermost(decorators)
    shared = shared or find_options(view_class.dispatch_request) or options
    if shared is not None:
        yield "", shared
    for method in sorted(view_class.methods or ()):
        own = find_options(getattr(view_class, method.lower(), None))
        own = own or _find_innermost(by_method.get(method.lower(), ()))
        if own is not None:
            yield method.upper(), own
            if method.upper() == "GET" and not hasattr(view_class, "head"):
                yield "HEAD", own  # MethodView dispatches HEAD to get()


def is_bare_decorator(view: object) -> bool:
    """Return whether ``view`` was decorated by ``@cross_origin`` without parentheses."""
    options = getattr(view, OPTIONS, None)
    return isinstance(options, ViewOptions) and options.decorator is None


def find_bare_decorator(view: object, location: SourceLocation) -> BareDecorator:
    """Return the finding for an ``@cross_origin`` without parentheses above ``view``."""
    name = getattr(view, "__name__", type(view).__name__)
    message = f"@cross_origin without parentheses takes {name}() as its origins"
    return BareDecorator(message, "write @cross_origin()", option="origins", location=location)


def find_options(view: object) -> ViewOptions | None:
    """Return the options of ``view``: its own, of a function that it wraps, or of the ``__call__``
    of its class."""
    for _ in range(MAX_WRAPPERS):
        options = getattr(view, OPTIONS, None)
        if isinstance(options, ViewOptions):
            return options
        if isinstance(view, partial):
            view = view.func
        elif (wrapped := getattr(view, "__wrapped__", None)) is not None:
            view = wrapped
        elif isinstance(view, FunctionType):
            return None
        else:  # a callable instance
            call = type(view).__call__
            view = call if isinstance(call, FunctionType) else None
    return None


def _find_innermost(decorators: Any) -> ViewOptions | None:
    """Return the options of the first ``cross_origin(...)`` in a list of decorators."""
    options = (getattr(decorator, OPTIONS, None) for decorator in decorators)
    return next((each for each in options if isinstance(each, ViewOptions)), None)


def mark_decorated(view: Callable[..., Any], options: ViewOptions) -> None:
    """Mark ``view`` and all functions that it wraps as decorated: an ``@app.route`` further in has
    registered one of them."""
    inside: object = view
    while isinstance(inside, FunctionType) and DECORATED_BY not in vars(inside):
        setattr(inside, DECORATED_BY, options)
        inside = getattr(inside, "__wrapped__", None)


def iter_unreached(app: Flask) -> Iterator[tuple[str, ViewOptions]]:
    """Yield each endpoint whose view was registered below its ``@cross_origin``, with the options
    that therefore do not reach it."""
    for endpoint, view in app.view_functions.items():
        options: ViewOptions | None = getattr(view, DECORATED_BY, None)
        if options is not None and _decorates(options.location, view):
            yield endpoint, options


def _decorates(location: SourceLocation, view: Callable[..., Any]) -> bool:
    """Return whether the ``@cross_origin`` at ``location`` is written above ``view``. Another place
    may decorate the same function for other uses."""
    code = getattr(unwrap(view), "__code__", None)
    if code is None or code.co_filename != location.file:
        return False
    last = max(line for _, _, line in code.co_lines() if line is not None)
    return bool(code.co_firstlineno <= location.line <= last)


def hides(view: object, function: Callable[..., Any], depth: int = 3) -> bool:
    """Return whether ``view`` is the wrapper of a decorator without ``functools.wraps`` that holds
    ``function``, in a variable of its closure or in an attribute."""
    held: list[object] = []
    if isinstance(view, FunctionType):
        for cell in view.__closure__ or ():
            with suppress(ValueError):  # an empty cell
                held.append(cell.cell_contents)
        if any(each is function for each in held) and _are_siblings(function, view):
            return False  # the view calls a helper
    else:
        held += getattr(view, "__dict__", {}).values()
    if any(each is function for each in held):
        return True
    return depth > 0 and any(hides(each, function, depth - 1) for each in held if callable(each))


def _are_siblings(function: Callable[..., Any], view: FunctionType) -> bool:
    """Return whether both were defined in the same function."""
    scope = function.__qualname__.rpartition(".")[0]
    return scope != "" and view.__qualname__.rpartition(".")[0] == scope
