"""The WSGI middleware around an app, which may respond before Flask."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import islice
from typing import Any

from flask import Flask

from ..shared.app_transport import HandledRequest
from ..shared.functions import module_of, name_of

MAX_LAYERS = 10  # some objects have every attribute

# The attributes in which an app, and middleware, hold what they call next.
_INNER = ("wsgi_app", "app", "application", "wrapped_app")

# What sets CORS headers in middleware, by the package that defines it.
_OPTIONS = {
    "engineio": "cors_allowed_origins of the Engine.IO server",
    "flask_socketio": "cors_allowed_origins of SocketIO(...)",
    "socketio": "cors_allowed_origins of the Socket.IO server",
    "whitenoise": "allow_all_origins or add_headers_function of WhiteNoise(...)",
}


@contextmanager
def record_middleware(app: Flask) -> Generator[list[object]]:
    """Record which middleware is called within the block. Where a request did not reach Flask, the
    last one responded to it."""
    called: list[object] = []

    def call(layer: Any, *args: Any) -> Any:
        called.append(layer)
        return layer(*args)

    with ExitStack() as stack:
        for holder, name, layer in list(islice(_iter_layers(app), MAX_LAYERS)):
            stack.callback(setattr, holder, name, layer)
            setattr(holder, name, partial(call, layer))
        yield called


def _iter_layers(app: Flask) -> Iterator[tuple[object, str, object]]:
    """Yield the middleware, the outermost first, each after what holds it and the attribute."""
    holder: object = app
    while True:
        held = ((name, getattr(holder, name, None)) for name in _INNER)
        name, layer = next((each for each in held if callable(each[1])), ("", None))
        if layer is None or getattr(layer, "__self__", layer) is app:
            return
        yield holder, name, layer
        holder = layer


def name_middleware(layer: object) -> str:
    """Return the name of middleware, with its package."""
    return f"{_package_of(layer)}.{name_of(layer)}"


def _package_of(layer: object) -> str:
    return module_of(layer).partition(".")[0]


def hint_for_middleware(layer: object, last: HandledRequest) -> str:
    """Return what decides on the CORS headers of a response that middleware sent."""
    option = _OPTIONS.get(_package_of(layer))
    if last.response.status == 404:
        return "check the path: WSGI middleware responded with 404, before Flask"
    if last.other_app is not None:
        change = f"configure CORS in the Flask app {last.other_app.import_name!r}"
    elif option is not None:
        change = f"set {option}"
    else:
        change = "configure CORS in the middleware, or in the app that it calls"
    return (
        "Flask-CORS cannot change this response, because WSGI middleware responded before Flask: "
        f"{change}"
    )
