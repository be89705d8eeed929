"""WSGI middleware around an app, layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

# What middleware calls what it stands around.
_INNER = ("app", "wsgi_app", "application", "_app", "wrapped", "__wrapped__")

WSGI = Callable[..., Any]


def layers(app: Flask) -> Iterator[WSGI]:
    """The layers around ``app``, the outermost first, as far as one shows the next."""
    current: WSGI | None = app.wsgi_app
    seen: set[int] = {id(app)}
    while current is not None and getattr(current, "__self__", None) is not app:
        if id(current) in seen:  # it leads back to what is around it
            return
        seen.add(id(current))
        yield current
        inner = (getattr(current, name, None) for name in _INNER)
        current = next(filter(callable, inner), None)


def responsible(app: Flask, holds: Callable[[], object]) -> WSGI | None:
    """The innermost layer with which something holds; None where it does without any."""
    for layer in (None, *reversed(list(layers(app)))):
        with only(app, layer):
            if holds():
                return layer
    return None


@contextmanager
def only(app: Flask, outermost: WSGI | None) -> Generator[None]:
    """Without the layers around ``outermost``, None for none at all."""
    before = vars(app).get("wsgi_app")
    own: WSGI = type(app).wsgi_app.__get__(app)
    app.wsgi_app = own if outermost is None else outermost  # type: ignore[method-assign]
    try:
        yield
    finally:
        if before is None:
            del app.wsgi_app
        else:
            app.wsgi_app = before  # type: ignore[method-assign]
